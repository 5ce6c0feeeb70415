"""The tables that a report's queries are asked of: a checked roster in DuckDB, without any number of a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shibie.checking_in_python import Checked
from shibie.engines.persons import persons_of
from shibie.lower.standings import is_on_roster
from shibie.papers.report.published import PublishedCount
from shibie.results.counts import Tally
from shibie.results.growing_table import GrowingTable
from shibie.results.python_counts import count_part, counted, has_left, holders
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import FieldSpec

if TYPE_CHECKING:
    import duckdb

_TYPES = {
    "bool": "BOOLEAN", "integer": "BIGINT", "decimal": "DECIMAL(18,4)", "money": "DECIMAL(18,2)",
    "text": "VARCHAR", "code": "VARCHAR", "codes": "VARCHAR[]", "date": "DATE",
    "citizen_id": "VARCHAR",
}  # fmt: skip


class Book:
    """A checked roster as SQL tables, taken in part by part.

    The tables are households (with `persons`), members, decisions, grounds, findings,
    tracks, tallies, measures. A re-check in the same database adds before and now. Members are
    the persons in figures: who surely does not count is not among them.

    Args:
        connection: the database; it must stay open as long as it is asked.
        ruleset: says which fields there are, and which are sensitive.

    Attributes:
        tally: the counts of the roster, as a check counts them.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, ruleset: RuleSet) -> None:
        self.it, self.ruleset, self.tally = connection, ruleset, Tally()
        vocabulary = ruleset.vocabulary
        self.of_household = [spec for spec in vocabulary.household if not spec.sensitive]
        self.of_member = [
            spec for spec in vocabulary.member if not spec.sensitive and spec.name != "name"
        ]
        columns = {
            "households": _columns(self.of_household) | {"persons": "BIGINT"},
            "members": _texts("household_id") | _columns(self.of_member),
            "decisions": _texts("household_id", "eligibility", "kind", "standing")
            | {"on_roster": "BOOLEAN", "had_left": "BOOLEAN"},
            "grounds": _texts("household_id", "ground"),
            "findings": _texts("household_id", "member_id", "rule_id", "kind", "outcome"),
            "tracks": _texts("household_id", "member_id", "track"),
            "tallies": _texts("household_id", "member_id", "tally"),
            "measures": _texts("household_id", "member_id", "measure"),
        }
        self.tables = {
            name: GrowingTable(connection, name, kinds) for name, kinds in columns.items()
        }

    def add(self, checked: Checked, measures: Sequence[tuple[str, str, str]] = ()) -> None:
        """Take in a part of the roster, with its (household, member, measure)."""
        count_part(self.tally, checked)
        for name, rows in self._rows(checked).items():
            self.tables[name].add(rows)
        self.tables["measures"].add(measures)

    def count(self, query: str) -> PublishedCount:
        """Households and persons, as a query of two numbers gives them."""
        (row,) = self.it.execute(query).fetchall()
        return PublishedCount(int(row[0]), int(row[1]))

    def rows(self, query: str) -> list[tuple[str, PublishedCount]]:
        """The rows of a query of a label and two numbers."""
        found = self.it.execute(query).fetchall()
        return [(label or "", PublishedCount(int(a), int(b))) for label, a, b in found]

    def number(self, query: str) -> int:
        """The one number of a query."""
        (row,) = self.it.execute(query).fetchall()
        return int(row[0])

    def texts(self, query: str) -> list[str]:
        """The one column of a query, as text."""
        return [str(text) for (text,) in self.it.execute(query).fetchall()]

    def _rows(self, checked: Checked) -> dict[str, Iterable[tuple[Any, ...]]]:
        """The rows of each table for a part of the roster."""
        decisions = checked.decisions
        people = [(case.household, persons_of(self.ruleset, case)) for case in checked.cases]
        return {
            "households": [
                (*_values(self.of_household, household), len(persons))
                for household, persons in people
            ],
            "members": [
                (household.household_id, *_values(self.of_member, person))
                for household, persons in people
                for person in persons
            ],
            "decisions": [
                (
                    d.household_id,
                    d.eligibility,
                    d.kind,
                    d.standing,
                    is_on_roster(self.ruleset, d),
                    has_left(case.household, case.as_of),
                )
                for case, d in zip(checked.cases, decisions, strict=True)
            ],
            "grounds": [(d.household_id, ground) for d in decisions for ground in d.grounds],
            "findings": [
                (f.household_id, f.member_id, f.rule_id, f.kind, f.outcome)
                for d in decisions
                for f in d.findings
            ],
            "tracks": [(t.household_id, t.member_id, t.track) for d in decisions for t in d.tracks],
            "tallies": list(_tallied(checked)),
        }


def _tallied(checked: Checked) -> Iterator[tuple[str, str, str]]:
    """Every tally that holds of a household that it counts, or of one of its members."""
    for case, decision in zip(checked.cases, checked.decisions, strict=True):
        for rule in counted(checked.ruleset, decision):
            for member_id in holders(checked.ruleset, rule, case):
                yield decision.household_id, member_id, rule.id


def _columns(specs: Sequence[FieldSpec]) -> dict[str, str]:
    return {spec.name: _TYPES[spec.type] for spec in specs}


def _texts(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "VARCHAR")


def _values(specs: Sequence[FieldSpec], one: object) -> tuple[Any, ...]:
    return tuple(_plain(_TYPES[spec.type], getattr(one, spec.name, None)) for spec in specs)


def _plain(kind: str, value: Any) -> Any:
    """A value as SQL takes it."""
    if value is None:
        return None
    if kind.endswith("[]"):
        return sorted(value)
    return Decimal(value) if kind.startswith("DECIMAL") else value
