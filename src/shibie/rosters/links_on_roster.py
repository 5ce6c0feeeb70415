"""Links among the acts of a roster, held against the rows of its registers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from datetime import date

from shibie.acts import Link, links_of, said_of_row
from shibie.errors import Words
from shibie.registers.linked_rows import LinkedPerson, LinkedRows
from shibie.rosters.act_rows import GivenAct, Whose
from shibie.rosters.acts_on_roster import RosterActs
from shibie.rosters.records import Rejection
from shibie.ruleset.model import RuleSet

# The code of an act that names a row which does not fit.
UNFITTING = "link_does_not_fit"


def linked_rows(
    acts: RosterActs,
    judged: Iterable[Link],
    ruleset: RuleSet,
    as_of: date,
    people: Mapping[Whose, LinkedPerson] | None = None,
) -> LinkedRows:
    """What is said of rows, to be held against them.

    Args:
        acts: with the links.
        judged: what verdicts say of rows: one that counts as refuted is about none of the household.
        ruleset: the registers.
        as_of: the day of judgement.
        people: further persons whom verdicts name.
    """
    links = links_of(each.act for each in acts.of_kind("link"))
    return LinkedRows(ruleset, as_of, (*links, *judged), {**(people or {}), **acts.people})


def without_unfitting(acts: RosterActs, rows: LinkedRows, supplied: Set[str]) -> RosterActs:
    """The acts without those that name a row in vain, which are rejected; all rows were gone through.

    Links and verdicts whose row fits nobody whom they name, and links that others contradict.

    Args:
        acts: with the links and verdicts.
        rows: have been held against them.
        supplied: the registers that there are.
    """
    unfitting, contradicting = rows.unfitting(supplied), rows.contradicting(supplied)
    given, rejected = [], []
    for each in acts.given:
        link = said_of_row(each.act)
        if link is not None and link.judged:
            # Whatever a verdict found of a row, it is there; and so says the verdict.
            link = replace(link, yes=True)
        if link in unfitting:
            unvouched = rows.needs_evidence(link)
            reason = _UNVOUCHED if unvouched else _no_row(link, rows.meant(link))
            rejected.append(_rejected(each, reason, UNFITTING))
        elif link in contradicting:
            rejected.append(_rejected(each, _CONTRADICTED, "bad_act"))
        else:
            given.append(each)
    return replace(
        acts, given=tuple(given), rejected=(*acts.rejected, *rejected), links=rows.found
    )  # fmt: skip


def verdicts_lost(before: RosterActs, after: RosterActs) -> bool:
    """Whether verdicts were among the acts that named a row in vain."""
    return len(before.of_kind("verdict")) > len(after.of_kind("verdict"))


_UNVOUCHED = Words(
    "记录上的姓名等与这个人的写法不同；核实过是他的（或不是），请写上证据",
    "the row is written with another name or place than this person's; where it was found out that"
    " it is his, or is not, say by what evidence",
)
_CONTRADICTED = Words("对同一条记录的关联互相矛盾", "contradicts another link of the same row")


def _no_row(link: Link, near: Words | None) -> Words:
    """That no row of the key fits whom a link names, with a key like it."""
    if link.member_id:
        who = Words("、对得上这个人的", " that fits this person")
    elif link.household_id:
        who = Words("、对得上这一户的人的", " that fits anybody of this household")
    else:
        who = Words("", "")
    near = Words(f"；{near.zh}", f"; {near.en}") if near else Words("", "")
    return Words(
        f"比对表中没有这个编号的{who.zh}记录{near.zh}",
        f"the register has no row of that key{who.en}{near.en}",
    )


def _rejected(given: GivenAct, reason: Words, code: str) -> Rejection:
    return given.record.rejection("row_key", str(given.act.row_key), reason, code)
