"""One household held to the rules of the form, as a row of a roster is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from shibie.case import Value
from shibie.errors import Problem, Words
from shibie.household import Adjudication, BareHousehold
from shibie.language.names import MEMBERS
from shibie.rosters.adjudications import VerdictReader
from shibie.rosters.records import Rejection, RowTable, TypedRow, sensitive
from shibie.rosters.roster_builder import HOUSEHOLD_ID, MEMBER_ROWS, RosterBuilder
from shibie.ruleset.model import RuleSet

Values = Mapping[str, Value]
# Only to stop the rules that would find fault with what could not be read.
_UNREADABLE = Rejection("", 0, "", "", Words("", ""))


def by_the_form(
    ruleset: RuleSet, as_of: date, household: Values, members: Sequence[Values], readable: bool
) -> tuple[BareHousehold | None, list[Problem]]:
    """The household as the form has it, or None with every fault.

    Args:
        ruleset: says what the form is.
        as_of: the day of judgement.
        household: its own values.
        members: those of its members; what one of them has, all are asked, as in a table.
        readable: whether all values could be read; if not, only the rules that hold whatever
            they are get asked.
    """
    masked = sensitive((*ruleset.vocabulary.household, *ruleset.vocabulary.member))
    columns = dict.fromkeys(name for member in members for name in member)
    first = TypedRow("", 0, household, () if readable else (_UNREADABLE,), masked)
    people = [
        TypedRow("", number, {name: member.get(name) for name in columns}, (), masked)
        for number, member in enumerate(members, start=1)
    ]
    builder = RosterBuilder(ruleset, as_of)
    household_id = household.get(HOUSEHOLD_ID)
    if household_id is None:
        builder.nameless(first)
    built = builder.household(str(household_id or 1), [first], people)
    own = {spec.name for spec in ruleset.vocabulary.household}
    problems = [
        problem_of(each, _path(each, own))
        for each in builder.rejected
        if each is not _UNREADABLE and each.code != MEMBER_ROWS
    ]
    return (None if problems else built), problems


def _path(rejection: Rejection, own: Iterable[str]) -> str:
    if rejection.row:
        return f"{MEMBERS}[{rejection.row}].{rejection.field}"
    return rejection.field if rejection.field in own else MEMBERS


def verdicts_of(
    ruleset: RuleSet, as_of: date, adjudications: Mapping[str, Values]
) -> tuple[dict[str, Adjudication], list[tuple[str, Rejection]]]:
    """The verdicts by rule, and what is wrong with the others.

    Args:
        ruleset: says which rules can be adjudicated.
        as_of: the day of judgement.
        adjudications: by the rule as it was named, the values of an adjudication.
    """
    names = list(adjudications)
    records = tuple(
        TypedRow("", number, {**adjudications[name], HOUSEHOLD_ID: "1", "rule_id": name})
        for number, name in enumerate(names)
    )
    verdicts = VerdictReader(ruleset, as_of, {"1"})
    found = verdicts.read(RowTable("", frozenset(), records))
    return (
        {each.rule_id: each for _, each in found},
        [(names[each.row], each) for each in verdicts.rejected],
    )


def problem_of(rejection: Rejection, path: str) -> Problem:
    """A fault of a row as a problem at its path."""
    data = {"field": rejection.field, "value": rejection.value}
    return Problem(
        path,
        found_words(rejection.reason, rejection.value),
        code=rejection.code,
        data={name: part for name, part in data.items() if part},
    )


def found_words(reason: Words, shown: str) -> Words:
    """A reason with what was found.

    >>> found_words(Words("应为数字", "expected a number"), "two").en
    "expected a number, found 'two'"
    """
    if not shown:
        return reason
    return Words(f"{reason.zh}，实为“{shown}”", f"{reason.en}, found '{shown}'")
