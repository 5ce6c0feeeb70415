"""Links among the acts of a roster, held against the rows of its registers."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import replace
from datetime import date

from shibie.acts import Link, links_of
from shibie.errors import Words
from shibie.household import Adjudication
from shibie.registers.linked_rows import LinkedRows
from shibie.rosters.act_rows import GivenAct
from shibie.rosters.acts_on_roster import RosterActs
from shibie.rosters.records import Rejection, TypedRow
from shibie.ruleset.model import RuleSet

# The code of a link to a person whom the row does not fit.
UNFITTING = "link_does_not_fit"


def linked_rows(
    acts: RosterActs,
    of_rows: Iterable[tuple[TypedRow, Adjudication]],
    ruleset: RuleSet,
    as_of: date,
) -> LinkedRows:
    """What is said of rows, to be held against them.

    Args:
        acts: with the links.
        of_rows: the verdicts that count and are on one register row alone: the row is about none
            of the household.
        ruleset: the registers.
        as_of: the day of judgement.
    """
    refuted = (
        Link(str(row.values["register"]), str(row.values["row_key"]), each.household_id, "", False)
        for row, each in of_rows
    )
    links = links_of(each.act for each in acts.of_kind("link"))
    return LinkedRows(ruleset, as_of, (*links, *refuted), acts.people)


def without_unfitting(acts: RosterActs, rows: LinkedRows, supplied: Set[str]) -> RosterActs:
    """The acts without the links that do not fit, which are rejected; all rows were gone through.

    Args:
        acts: with the links.
        rows: have been held against them.
        supplied: the registers that there are.
    """
    unfitting = rows.unfitting(supplied)
    bad = [each for each in acts.given if _is_one(each, unfitting)]
    return replace(
        acts,
        given=tuple(each for each in acts.given if each not in bad),
        rejected=(*acts.rejected, *map(_rejected, bad)),
        links=rows.found,
    )


def _is_one(given: GivenAct, unfitting: Set[Link]) -> bool:
    if given.act.kind != "link" or not unfitting:
        return False
    return any(link in unfitting for link in links_of([given.act]))


def _rejected(given: GivenAct) -> Rejection:
    reason = Words(
        "比对表中没有这个编号的、对得上这个人的记录",
        "the register has no row of that key that fits this person",
    )
    return given.record.rejection("row_key", str(given.act.row_key), reason, UNFITTING)
