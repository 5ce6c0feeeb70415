"""The tables that a report's queries are asked of: a checked roster in DuckDB, without any number of a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shibie.checking_in_python import Checked
from shibie.duckdb_tables import Column, make_table
from shibie.papers.recheck.changes import Recheck
from shibie.papers.report.published import PublishedCount
from shibie.results.python_counts import holders
from shibie.vocabulary import FieldSpec

if TYPE_CHECKING:
    import duckdb

_TYPES = {
    "bool": "BOOLEAN", "integer": "BIGINT", "decimal": "DECIMAL(18,4)", "money": "DECIMAL(18,2)",
    "text": "VARCHAR", "code": "VARCHAR", "codes": "VARCHAR[]", "date": "DATE",
    "citizen_id": "VARCHAR",
}  # fmt: skip


class Book:
    """A checked roster as SQL tables.

    The tables are households (with `persons`), members, decisions, grounds, findings,
    tracks, tallies, measures; and before and now where a roster before was given.
    """

    def __init__(
        self, checked: Checked, recheck: Recheck | None = None,
        measures: Sequence[tuple[str, str, str]] = (),
    ) -> None:  # fmt: skip
        import duckdb

        self.it: duckdb.DuckDBPyConnection = duckdb.connect()
        self._rosters(checked)
        self._decisions(checked)
        self.table("measures", _texts("household_id", "member_id", "measure"), measures)
        if recheck is not None:
            self._recheck(recheck)

    def close(self) -> None:
        """Let go of the database."""
        self.it.close()

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

    def table(self, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
        """A table with its rows; each column is named with its SQL type."""
        cells = list(zip(*rows, strict=True)) or [()] * len(columns)
        given = {
            column: Column(kind, _plain(kind, cell))
            for (column, kind), cell in zip(columns.items(), cells, strict=True)
        }
        make_table(self.it, name, given)

    def _rosters(self, checked: Checked) -> None:
        vocabulary = checked.ruleset.vocabulary
        household = [spec for spec in vocabulary.household if not spec.sensitive]
        member = [spec for spec in vocabulary.member if not spec.sensitive and spec.name != "name"]
        households = [
            (*(getattr(case.household, spec.name, None) for spec in household),
             len(case.household.members))
            for case in checked.cases
        ]  # fmt: skip
        self.table("households", _columns(household) | {"persons": "BIGINT"}, households)
        members = [
            (case.household.household_id, *(getattr(each, spec.name, None) for spec in member))
            for case in checked.cases
            for each in case.household.members
        ]
        own = _texts("household_id") | _columns(member)
        self.table("members", own, members)

    def _decisions(self, checked: Checked) -> None:
        decisions = checked.decisions
        self.table(
            "decisions", _texts("household_id", "eligibility", "kind"),
            [(d.household_id, d.eligibility, d.kind) for d in decisions],
        )  # fmt: skip
        self.table(
            "grounds", _texts("household_id", "ground"),
            [(d.household_id, ground) for d in decisions for ground in d.grounds],
        )  # fmt: skip
        self.table(
            "findings",
            _texts("household_id", "member_id", "rule_id", "kind", "outcome"),
            [(f.household_id, f.member_id, f.rule_id, f.kind, f.outcome)
             for d in decisions for f in d.findings],
        )  # fmt: skip
        self.table(
            "tracks", _texts("household_id", "member_id", "track"),
            [(t.household_id, t.member_id, t.track) for d in decisions for t in d.tracks],
        )  # fmt: skip
        self.table(
            "tallies", _texts("household_id", "member_id", "tally"),
            list(_tallied(checked)),
        )  # fmt: skip

    def _recheck(self, found: Recheck) -> None:
        columns = _texts("household_id", "village") | {"persons": "BIGINT", "status": "VARCHAR"}
        self.table(
            "before", columns | {"grounds": "VARCHAR[]"},
            [(w.household_id, w.village, w.persons, w.status, w.grounds) for w in found.was],
        )  # fmt: skip
        self.table(
            "now", columns,
            [(i.household_id, i.village, i.persons, i.status) for i in found.now],
        )  # fmt: skip


def _tallied(checked: Checked) -> Iterator[tuple[str, str, str]]:
    """Every tally that holds of an eligible household or of one of its members."""
    for case, decision in zip(checked.cases, checked.decisions, strict=True):
        if decision.eligibility == "eligible":
            for rule in checked.ruleset.tallies:
                for member_id in holders(checked.ruleset, rule, case):
                    yield decision.household_id, member_id, rule.id


def _columns(specs: Sequence[FieldSpec]) -> dict[str, str]:
    return {spec.name: _TYPES[spec.type] for spec in specs}


def _texts(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "VARCHAR")


def _plain(kind: str, cells: Sequence[Any]) -> list[Any]:
    if kind.endswith("[]"):
        return [None if cell is None else sorted(cell) for cell in cells]
    if kind.startswith("DECIMAL"):
        return [None if cell is None else Decimal(cell) for cell in cells]
    return list(cells)
