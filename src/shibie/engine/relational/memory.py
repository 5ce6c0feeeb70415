"""Cases in memory, decided by DuckDB: the same steps as for a folder, from Arrow tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from shibie import citizen_id
from shibie.decision import NOT_POOR, Decision, Finding, FindingKind, FindingOutcome, GivenTrack
from shibie.engine.case import Case
from shibie.engine.decide import verdicts_of
from shibie.engine.relational.expressions import Asked
from shibie.engine.relational.outcome import (
    ELIGIBILITIES,
    PENDING,
    Judge,
    Outcomes,
)  # fmt: skip
from shibie.engine.relational.plan import HID, HOUSEHOLDS, KEY, MEMBERS, MID
from shibie.engine.relational.sql import WORD
from shibie.engine.relational.steps import run_steps
from shibie.ruleset.model import Rule, RuleSet
from shibie.ruleset.tree import HOUSEHOLD
from shibie.ruleset.types import Number, type_of
from shibie.vocabulary import FieldSpec

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

Outputs = list[dict[str, Any]]


def decide_all(ruleset: RuleSet, cases: Sequence[Case]) -> list[Decision]:
    """Decide cases set-wise; each decision equals `engine.decide.decide`'s."""
    groups: defaultdict[Asked, list[int]] = defaultdict(list)
    for index, case in enumerate(cases):
        trusted = frozenset(ruleset.registers) - case.supplied if case.trust_declarations else ()
        groups[Asked(case.as_of, frozenset(trusted))].append(index)
    done: dict[int, Decision] = {}
    for asked, indices in groups.items():
        of_group = [cases[index] for index in indices]
        done |= dict(zip(indices, _decide_group(ruleset, asked, of_group), strict=True))
    return [done[index] for index in range(len(cases))]


def _decide_group(ruleset: RuleSet, asked: Asked, cases: Sequence[Case]) -> Iterator[Decision]:
    import duckdb

    connection = duckdb.connect(":memory:", config={"threads": 1} if len(cases) < 2000 else {})
    try:
        sources = _Sources(ruleset, cases)
        outcomes = Judge(ruleset, asked, "duckdb").outcomes()
        sources.load(connection, outcomes, "")
        run_steps(connection, outcomes.steps)
        households = _rows(connection, f"SELECT * FROM h_out ORDER BY {HID}")
        members = _rows(connection, f"SELECT * FROM m_out ORDER BY {MID}")
        pending = {row[HID] for row in households if row["eligibility"] == PENDING}
        unknown: dict[int, tuple[str, ...]] = {}
        if pending:
            needed = Judge(ruleset, asked, "duckdb", "u_").unknowns()
            sources.load(connection, needed, "u_", pending)
            run_steps(connection, needed.steps)
            for row in _rows(connection, "SELECT * FROM u_h_out"):
                unknown[row[HID]] = tuple(row["unknown"])
    finally:
        connection.close()
    of_household: defaultdict[int, Outputs] = defaultdict(list)
    for row in members:
        of_household[row[HID]].append(row)
    for row, case in zip(households, cases, strict=True):
        own = of_household[row[HID]]
        yield _Assembler(ruleset, case, row, own, sources).decision(unknown.get(row[HID], ()))


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Outputs:
    cursor = connection.execute(query)
    names = [each[0] for each in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


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
        self, connection: duckdb.DuckDBPyConnection, outcomes: Outcomes, prefix: str,
        only: set[int] | None = None,
    ) -> None:  # fmt: skip
        """Make the sources that a plan reads known to a connection."""
        hids = [hid for hid in range(len(self.cases)) if only is None or hid in only]
        mids = [mid for mid, (hid, _) in enumerate(self.members) if only is None or hid in only]
        columns = outcomes.sources
        connection.register(f"{prefix}h_src", self._households(hids, columns.get(HOUSEHOLDS, ())))
        connection.register(f"{prefix}m_src", self._members(mids, columns.get(MEMBERS, ())))
        for index, register in enumerate(self.ruleset.registers.values()):
            relation = f"r{index}"
            if any(f"{prefix}{relation}_src" in step.reads for step in outcomes.steps):
                table = self._rows(register.name, mids, columns.get(relation, ()))
                connection.register(f"{prefix}{relation}_src", table)

    def _households(self, hids: Sequence[int], names: Iterable[str]) -> pa.Table:
        specs = {spec.name: spec for spec in self.ruleset.vocabulary.household}
        registers = list(self.ruleset.registers)
        table: dict[str, pa.Array] = {HID: _integers(hids)}
        for name in names:
            if name in specs:
                values = [getattr(self.cases[hid].household, name) for hid in hids]
                table[name] = typed(specs[name], values)
            elif name.startswith("supplied_r"):
                register = registers[int(name.removeprefix("supplied_r"))]
                table[name] = _truths([register in self.cases[hid].supplied for hid in hids])
            else:
                table[name] = _integers([self._verdicts(hid, name) for hid in hids])
        return _table(table)

    def _verdicts(self, hid: int, name: str) -> int:
        """A flag word of verdicts: rx0, uv1 and so on."""
        kind, at = name[:2], int(name[2:])
        verdicts = verdicts_of(self.cases[hid])
        ids = verdicts.upheld if kind[0] == "u" else verdicts.refuted
        rules = self.ruleset.exclusions if kind[1] == "x" else self.ruleset.reviews
        of_word = rules[at * WORD : (at + 1) * WORD]
        return sum(1 << index for index, rule in enumerate(of_word) if rule.id in ids)

    def _members(self, mids: Sequence[int], names: Iterable[str]) -> pa.Table:
        import pyarrow as pa

        specs = {spec.name: spec for spec in self.ruleset.vocabulary.member}
        registers = list(self.ruleset.registers)
        places = [self.members[mid] for mid in mids]
        table: dict[str, pa.Array] = {
            HID: _integers([hid for hid, _ in places]), MID: _integers(mids), KEY: _integers(mids)
        }  # fmt: skip
        numbers = [self.cases[hid].numbers[at] for hid, at in places]
        for name in names:
            if name == "born_":
                born = [citizen_id.birth_date(each) if each else None for each in numbers]
                table[name] = pa.array(born, pa.date32())
            elif name == "sex_":
                sexes = [citizen_id.sex(each) if each else None for each in numbers]
                table[name] = pa.array(sexes, pa.string())
            elif name.startswith("complete_r"):
                register = registers[int(name.removeprefix("complete_r"))]
                complete = [self.cases[hid].rows_of(register, at).complete for hid, at in places]
                table[name] = _truths(complete)
            else:
                values = [getattr(self.cases[h].household.members[at], name) for h, at in places]
                table[name] = typed(specs[name], values)
        return _table(table)

    def _rows(self, register: str, mids: Sequence[int], names: Iterable[str]) -> pa.Table:
        specs = {spec.name: spec for spec in self.ruleset.registers[register].columns}
        found = []
        for mid in mids:
            hid, at = self.members[mid]
            found += [(mid, row) for row in self.cases[hid].rows_of(register, at).items]
        table = {KEY: _integers([mid for mid, _ in found])}
        for name in names:
            if name == "row_":
                table[name] = _integers([row.number for _, row in found])
            else:
                table[name] = typed(specs[name], [row.values.get(name) for _, row in found])
        return _table(table)


def _table(columns: Mapping[str, pa.Array]) -> pa.Table:
    import pyarrow as pa

    return pa.table(dict(columns))


def _integers(values: Sequence[int]) -> pa.Array:
    import pyarrow as pa

    return pa.array(values, pa.int64())


def _truths(values: Sequence[bool]) -> pa.Array:
    import pyarrow as pa

    return pa.array(values, pa.bool_())


def typed(spec: FieldSpec, values: Sequence[Any]) -> pa.Array:
    """Values of a field as the relational reading holds them."""
    import pyarrow as pa

    of = type_of(spec)
    if isinstance(of, Number):
        units = [None if v is None else int(Decimal(v).scaleb(of.scale)) for v in values]
        return pa.array(units, pa.int64())
    if spec.type == "codes":
        lists = [None if v is None else sorted(v) for v in values]
        return pa.array(lists, pa.list_(pa.string()))
    if spec.type == "bool":
        return pa.array(values, pa.bool_())
    return pa.array(values, pa.date32() if spec.type == "date" else pa.string())


class _Assembler:
    """One household's output rows → its decision, names at the edge."""

    def __init__(
        self, ruleset: RuleSet, case: Case, row: Mapping[str, Any], members: Outputs,
        sources: _Sources,
    ) -> None:  # fmt: skip
        self.ruleset, self.row, self.members = ruleset, row, members
        self.household_id = case.household.household_id
        first = sources.first[row[HID]]
        self.ids = {
            first + position: member.member_id
            for position, member in enumerate(case.household.members)
        }

    def decision(self, unknown: tuple[str, ...]) -> Decision:
        ruleset, row = self.ruleset, self.row
        upheld = self.flags("uv", row)
        adjudicated = upheld | self.flags("rv", row)
        excluding = self.flags("xt", row) - self.flags("rx", row)
        firing = self.flags("vt", row)
        grounds = [rule.id for at, rule in enumerate(ruleset.exclusions) if at in excluding]
        grounds += [rule.id for at, rule in enumerate(ruleset.reviews) if at in firing & upheld]
        if row["not_poor"]:
            grounds.append(NOT_POOR)
        open_ = firing - adjudicated
        kind = row["kind"]
        return Decision(
            household_id=self.household_id,
            eligibility=cast("Any", ELIGIBILITIES[row["eligibility"] - 1]),
            kind=ruleset.kinds[kind - 1].id if kind else "",
            grounds=tuple(grounds),
            reviews=tuple(rule.id for at, rule in enumerate(ruleset.reviews) if at in open_),
            unknown=unknown,
            tracks=tuple(
                GivenTrack(self.household_id, member, rule.id)
                for member, rule in self.by_track("tt")
            ),
            findings=(
                *self.findings("criterion", ruleset.criteria, "c", ""),
                *self.findings("exclusion", ruleset.exclusions, "x", "rx"),
                *self.findings("review", ruleset.reviews, "v", "rv"),
                *self.discrepancies(),
                *(
                    Finding(self.household_id, member, rule.id, "track", "unknown")
                    for member, rule in self.by_track("tu")
                ),
            ),
        )

    def flags(self, name: str, row: Mapping[str, Any]) -> set[int]:
        """The set flags of a row's words of that name."""
        found, at = set(), 0
        while (value := row.get(f"{name}{at}")) is not None:
            found |= {at * WORD + index for index in range(WORD) if value >> index & 1}
            at += 1
        assert at
        return found

    def findings(
        self, kind: FindingKind, rules: Sequence[Rule], name: str, refuting: str
    ) -> Iterator[Finding]:
        true, unknown = self.flags(f"{name}t", self.row), self.flags(f"{name}u", self.row)
        refuted = self.flags(refuting, self.row) if refuting else set()
        for at, rule in enumerate(rules):
            if at in true or at in unknown:
                outcome: FindingOutcome = "true" if at in true else "unknown"
                shown: FindingOutcome = "refuted" if at in refuted else outcome
                yield Finding(self.household_id, "", rule.id, kind, shown)

    def discrepancies(self) -> Iterator[Finding]:
        for at, register in enumerate(self.ruleset.registers.values()):
            for member in self.members:
                if at in self.flags("dt", member):
                    who = self.ids[member[MID]]
                    yield Finding(self.household_id, who, register.id, "discrepancy", "true")

    def by_track(self, name: str) -> Iterator[tuple[str, Rule]]:
        own = self.flags(name, self.row)
        of_members = [(self.ids[row[MID]], self.flags(name, row)) for row in self.members]
        for at, rule in enumerate(self.ruleset.tracks):
            if rule.owner == HOUSEHOLD:
                if at in own:
                    yield "", rule
                continue
            for member, flags in of_members:
                if at in flags:
                    yield member, rule
