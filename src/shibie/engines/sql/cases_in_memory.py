"""Cases in memory, decided by SQL: the same steps as for a folder, from tables made of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from shibie import citizen_id
from shibie.case import Case, Row
from shibie.decision import Decision
from shibie.duckdb_tables import Column, integer_column, make_table, text_column
from shibie.engines.sql.assemble import Outputs, assemble
from shibie.engines.sql.building import WORD, Dialect
from shibie.engines.sql.compiling import RunSettings
from shibie.engines.sql.outcome import (
    NUMBER_OF,
    UNKNOWNS,
    Outcomes,
    planned_outcomes,
    planned_unknowns,
)
from shibie.engines.sql.plan import (
    FOUND_ELSEWHERE,
    HID,
    HOUSEHOLDS,
    KEY,
    MEMBERS,
    MID,
    PLACE,
    QueryStep,
)  # fmt: skip
from shibie.engines.sql.running import run_steps
from shibie.engines.sql.verdicts_and_steps import adjudicable
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.language.types import Number, type_of
from shibie.ruleset.model import RuleSet
from shibie.ruleset.verdicts import ALL_VERDICTS
from shibie.vocabulary import FieldSpec

if TYPE_CHECKING:
    import duckdb


class Database(Protocol):
    """What runs the steps.

    Attributes:
        dialect: for which they are compiled.
    """

    dialect: Dialect

    def register(self, name: str, columns: Mapping[str, Column]) -> None:
        """Make a table known by a name."""
        ...

    def steps(self, steps: Iterable[QueryStep]) -> None:
        """Run the steps of a plan."""
        ...

    def rows(self, relation: str) -> Outputs:
        """The rows of a relation, by column."""
        ...


def decide_all(
    ruleset: RuleSet,
    cases: Sequence[Case],
    connect: Callable[[int], AbstractContextManager[Database]] | None = None,
) -> list[Decision]:
    """Decide cases set-wise; each decision equals `engines.decide.decide`'s.

    Args:
        ruleset: the rules.
        cases: what is decided.
        connect: a database for so many cases; DuckDB by default.
    """
    groups: defaultdict[RunSettings, list[int]] = defaultdict(list)
    for index, case in enumerate(cases):
        groups[asked_of(ruleset, case)].append(index)
    done: dict[int, Decision] = {}
    for asked, indices in groups.items():
        of_group = [cases[index] for index in indices]
        with (connect or _duck)(len(indices)) as database:
            decisions = _decide_group(database, ruleset, asked, of_group)
            done |= dict(zip(indices, decisions, strict=True))
    return [done[index] for index in range(len(cases))]


def asked_of(ruleset: RuleSet, case: Case) -> RunSettings:
    """What a run must ask of the tables for a case; cases of one run have the same."""
    trusted = frozenset(ruleset.registers) - case.supplied if case.trust_declarations else ()
    perhaps, shared, crowds = set(), set(), set()
    for name, of_members in case.rows.items():
        rows = [row for each in of_members for row in each.items]
        if any(not row.sure for row in rows):
            perhaps.add(name)
        if any(row.crowd for row in rows):
            crowds.add(name)
        apart = [row.number for row in rows if not row.crowd]
        if len(set(apart)) < len(apart):
            shared.add(name)
    return RunSettings(
        case.as_of, frozenset(trusted), frozenset(perhaps), frozenset(shared), frozenset(crowds)
    )


def _decide_group(
    database: Database, ruleset: RuleSet, asked: RunSettings, cases: Sequence[Case]
) -> Iterator[Decision]:
    sources = _Sources(ruleset, cases)
    outcomes = planned_outcomes(ruleset, asked, database.dialect)
    sources.load(database, outcomes, "")
    database.steps(outcomes.steps)
    households = sorted(database.rows("h_out"), key=lambda row: int(row[HID]))
    members = sorted(database.rows("m_out"), key=lambda row: int(row[MID]))
    pending = {row[HID] for row in households if row["eligibility"] == NUMBER_OF["pending"]}
    unknown: dict[int, tuple[str, ...]] = {}
    if pending:
        needed = planned_unknowns(ruleset, asked, database.dialect)
        sources.load(database, needed, UNKNOWNS, pending)
        database.steps(needed.steps)
        for row in database.rows("u_h_out"):
            unknown[row[HID]] = tuple(row["unknown"])
    of_household: defaultdict[int, Outputs] = defaultdict(list)
    for row in members:
        of_household[row[HID]].append(row)
    for row, case in zip(households, cases, strict=True):
        own = of_household[row[HID]]
        yield assemble(
            ruleset, case, row, own, sources.first.get(row[HID], 0), unknown.get(row[HID], ())
        )


class _Duck:
    """DuckDB as a `Database`."""

    dialect: Dialect = "duckdb"

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def register(self, name: str, columns: Mapping[str, Column]) -> None:
        make_table(self.connection, name, columns)

    def steps(self, steps: Iterable[QueryStep]) -> None:
        run_steps(self.connection, steps)

    def rows(self, relation: str) -> Outputs:
        cursor = self.connection.execute(f"SELECT * FROM {relation}")
        names = [each[0] for each in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@contextmanager
def _duck(cases: int) -> Iterator[Database]:
    import duckdb

    with duckdb.connect(":memory:", config={"threads": 1} if cases < 2000 else {}) as connection:
        yield _Duck(connection)


class _Sources:
    """Typed tables of some cases, with only the columns that a plan reads."""

    def __init__(self, ruleset: RuleSet, cases: Sequence[Case]) -> None:
        self.ruleset, self.cases = ruleset, cases
        self.members = [
            (hid, position)
            for hid, case in enumerate(cases)
            for position in range(len(case.household.members))
        ]
        self.first = {hid: mid for mid, (hid, position) in enumerate(self.members) if not position}

    def load(
        self, database: Database, outcomes: Outcomes, prefix: str, only: set[int] | None = None
    ) -> None:
        """Make the sources that a plan reads known to a database."""
        hids = [hid for hid in range(len(self.cases)) if only is None or hid in only]
        mids = [mid for mid, (hid, _) in enumerate(self.members) if only is None or hid in only]
        columns = outcomes.sources
        database.register(f"{prefix}h_src", self._households(hids, columns.get(HOUSEHOLDS, ())))
        database.register(f"{prefix}m_src", self._members(mids, columns.get(MEMBERS, ())))
        for index, register in enumerate(self.ruleset.registers.values()):
            relation = f"r{index}"
            if any(f"{prefix}{relation}_src" in step.reads for step in outcomes.steps):
                rows = self._found(register.name, mids)
                names = columns.get(relation, ())
                apart = [(mid, row) for mid, row in rows if not row.crowd]
                database.register(
                    f"{prefix}{relation}_src", {KEY: integer_column([mid for mid, _ in apart])}
                    | self._rows(register.name, [row for _, row in apart], names),
                )  # fmt: skip
                if any(f"{prefix}{relation}_fits" in step.reads for step in outcomes.steps):
                    self._crowd(database, f"{prefix}{relation}", register.name, rows, names)

    def _households(self, hids: Sequence[int], names: Iterable[str]) -> dict[str, Column]:
        specs = self.ruleset.field_specs(HOUSEHOLD)
        registers = list(self.ruleset.registers)
        table: dict[str, Column] = {HID: integer_column(hids)}
        for name in names:
            if name in specs:
                values = [getattr(self.cases[hid].household, name) for hid in hids]
                table[name] = typed(specs[name], values)
            elif name.startswith("supplied_r"):
                register = registers[int(name.removeprefix("supplied_r"))]
                table[name] = _truths([register in self.cases[hid].supplied for hid in hids])
            else:
                table[name] = integer_column([self._verdicts(hid, name) for hid in hids])
        return table

    def _verdicts(self, hid: int, name: str) -> int:
        """A flag word of verdicts: upheld0, refuted1 and so on."""
        verdict = next(each for each in ALL_VERDICTS if name.startswith(each))
        at = int(name.removeprefix(verdict))
        given = self.cases[hid].adjudications
        of_word = adjudicable(self.ruleset)[at * WORD : (at + 1) * WORD]
        return sum(
            1 << index
            for index, rule in enumerate(of_word)
            if rule.id in given and given[rule.id].verdict == verdict
        )

    def _members(self, mids: Sequence[int], names: Iterable[str]) -> dict[str, Column]:
        specs = self.ruleset.field_specs(MEMBER)
        registers = list(self.ruleset.registers)
        places = [self.members[mid] for mid in mids]
        table: dict[str, Column] = {
            HID: integer_column([hid for hid, _ in places]), MID: integer_column(mids), KEY: integer_column(mids)
        }  # fmt: skip
        numbers = [self.cases[hid].numbers[at] for hid, at in places]
        for name in names:
            if name == "born_":
                born = [citizen_id.birth_date(each) if each else None for each in numbers]
                table[name] = Column("DATE", born)
            elif name == "sex_":
                sexes = [citizen_id.sex(each) if each else None for each in numbers]
                table[name] = text_column(sexes)
            elif name == FOUND_ELSEWHERE:
                table[name] = _truths([at in self.cases[hid].elsewhere for hid, at in places])
            elif name.startswith("complete_r"):
                register = registers[int(name.removeprefix("complete_r"))]
                complete = [self.cases[hid].rows_of(register, at).complete for hid, at in places]
                table[name] = _truths(complete)
            else:
                values = [getattr(self.cases[h].household.members[at], name) for h, at in places]
                table[name] = typed(specs[name], values)
        return table

    def _found(self, register: str, mids: Sequence[int]) -> list[tuple[int, Row]]:
        """The rows of each member."""
        found = []
        for mid in mids:
            hid, at = self.members[mid]
            found += [(mid, row) for row in self.cases[hid].rows_of(register, at).items]
        return found

    def _rows(self, register: str, rows: Sequence[Row], names: Iterable[str]) -> dict[str, Column]:
        specs = self.ruleset.field_specs(register)
        table: dict[str, Column] = {}
        for name in names:
            if name == "row_":
                table[name] = integer_column([row.number for row in rows])
            elif name in ("sure_", "crowd_"):
                table[name] = _truths([getattr(row, name.removesuffix("_")) for row in rows])
            else:
                table[name] = typed(specs[name], [row.values.get(name) for row in rows])
        return table

    def _crowd(
        self, database: Database, name: str, register: str, rows: Sequence[tuple[int, Row]],
        names: Iterable[str],
    ) -> None:  # fmt: skip
        """The crowd rows of each household once, each a place of its own."""
        crowd = [(mid, row) for mid, row in rows if row.crowd]
        places = [f"{self.members[mid][0]}:{row.number}" for mid, row in crowd]
        once = {place: row for place, (_, row) in zip(places, crowd, strict=True)}
        database.register(
            f"{name}_crowd",
            {PLACE: text_column(list(once))} | self._rows(register, list(once.values()), names),
        )
        database.register(
            f"{name}_fits",
            {KEY: integer_column([mid for mid, _ in crowd]), PLACE: text_column(places)},
        )


def _truths(values: Sequence[bool]) -> Column:
    return Column("BOOLEAN", values)


def typed(spec: FieldSpec, values: Sequence[Any]) -> Column:
    """Values of a field as the relational reading holds them."""
    of = type_of(spec)
    if isinstance(of, Number):
        units = [None if v is None else int(Decimal(v).scaleb(of.scale)) for v in values]
        return Column("BIGINT", units)
    if spec.type == "codes":
        return Column("VARCHAR[]", [None if v is None else sorted(v) for v in values])
    if spec.type == "bool":
        return Column("BOOLEAN", values)
    return Column("DATE" if spec.type == "date" else "VARCHAR", values)
