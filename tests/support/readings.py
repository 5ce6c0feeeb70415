"""What each reading says of every part of some conditions, at every place the part stands at.

The values of a part are told in one form for all readings: for the household one value, for
members one each, and for rows one list for each member, in which the order does not count
(SQL gathers rows in any). A disagreement names the part, the place and what was said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import localcontext
from typing import Any

import duckdb
from sqlglot import exp

from shibie.case import Case
from shibie.engines import interpreter
from shibie.engines.decide import place_of
from shibie.engines.exact import EXACT
from shibie.engines.rete.decide import Compiled, compiled, leaf_facts
from shibie.engines.solver.answers import SolverModel, pins
from shibie.engines.solver.household import TOP as OF_HOUSEHOLD
from shibie.engines.solver.household import Bound, SymbolicPlace
from shibie.engines.solver.reading import SolverReading
from shibie.engines.solver.symbolic import Symbolic
from shibie.engines.solver.z3lib import z3
from shibie.engines.sql.building import Sql, case, is_null, one_text, text, typed
from shibie.engines.sql.cases_in_memory import _Duck, _Sources, asked_of
from shibie.engines.sql.compiling import RunSettings
from shibie.engines.sql.expressions import Compiler
from shibie.engines.sql.outcome import Judge
from shibie.engines.sql.plan import HID, HOUSEHOLDS, MEMBERS, MID
from shibie.language import types, walks
from shibie.language.tree import MEMBER
from shibie.ruleset.model import RuleSet
from support.parts import TOP, Part, Plain, between, plain

# Of a household one value, of members one each, of rows one list for each member.
Said = tuple[Any, ...]
BOUND = Bound(members=3, rows=2)


def rows_of(found: Iterable[Plain]) -> tuple[tuple[str, int], ...]:
    """The values of rows: how often there is each."""
    return tuple(sorted(Counter(map(repr, found)).items()))


def agree(
    parts: Sequence[Part],
    cases: Sequence[Case],
    expected: list[list[Said]],
    found: list[list[Said]],
) -> None:
    """Check that two readings say the same; each gives for each case what it says of each part.

    Raises:
        AssertionError: with the smallest of the parts of which they do not.
    """
    wrong = [
        (sum(1 for _ in walks.walk(part.node)), number, part, one)
        for one, (right, other) in enumerate(zip(expected, found, strict=True))
        for number, part in enumerate(parts)
        if right[number] != other[number]
    ]
    if wrong:
        _, number, part, one = min(wrong, key=lambda each: each[:2])
        raise AssertionError(
            f"{part} is {expected[one][number]}, said {found[one][number]}, of {cases[one]}"
        )


# --- the interpreter ----------------------------------------------------------------------


def by_interpreter(
    ruleset: RuleSet, parts: Sequence[Part], cases: Sequence[Case]
) -> list[list[Said]]:
    """What the reference says."""
    with localcontext(EXACT):
        return [
            [_interpreted(part, interpreter.Place.top(ruleset, one)) for part in parts]
            for one in cases
        ]


def _interpreted(part: Part, top: interpreter.Place) -> Said:
    def value(place: interpreter.Place) -> Plain:
        return plain(interpreter.evaluate(part.node, place), part.node.type)

    where, members = part.where, range(len(top.case.household.members))
    if where == TOP:
        return (value(top),)
    if not where.in_rows:
        return tuple(value(top.at_member(member)) for member in members)
    return tuple(
        rows_of(
            value(
                top.at_member(member).at_row(where.at, row, member if where.of == MEMBER else None)
            )
            for row in top.case.rows_of(where.at, member).items
        )
        for member in members
    )


# --- SQL ----------------------------------------------------------------------------------


def _together(several: Sequence[RunSettings]) -> RunSettings:
    """One run's settings for cases of one day and one trust, whatever rows some of them have."""
    (common,) = {(each.as_of, each.trusted) for each in several}
    rows = (
        frozenset(name for each in several for name in getattr(each, kind))
        for kind in ("perhaps", "shared", "crowds")
    )
    return RunSettings(*common, *rows)


def by_sql(ruleset: RuleSet, parts: Sequence[Part], cases: Sequence[Case]) -> list[list[Said]]:
    """What DuckDB says, asked once for all parts of all cases."""
    asked = _together([asked_of(ruleset, one) for one in cases])
    judge = Judge(ruleset, asked, "duckdb")
    # What it would decide is not asked here.
    judge.members.append(("some", typed(exp.Literal.number(1), "BIGINT")))
    for number, part in enumerate(parts):
        where, name = part.where, f"p{number}"
        if where == TOP:
            judge.household += _ends(judge.compiler, part, HOUSEHOLDS, name)
        elif not where.in_rows:
            judge.members += _ends(judge.compiler, part, MEMBERS, name)
        else:
            judge.members.append((name, _gathered(judge.compiler, part)))
    outcomes = judge._finish()
    sources = _Sources(ruleset, cases)
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        database = _Duck(connection)
        sources.load(database, outcomes, "")
        database.steps(outcomes.steps)
        households = {row[HID]: row for row in database.rows("h_out")} if judge.household else {}
        of_members: dict[int, list[Mapping[str, Any]]] = {hid: [] for hid in range(len(cases))}
        for row in sorted(database.rows("m_out"), key=lambda row: int(row[MID])):
            of_members[row[HID]].append(row)
    return [
        [
            _decoded(part, f"p{number}", households.get(hid, {}), of_members[hid])
            for number, part in enumerate(parts)
        ]
        for hid in range(len(cases))
    ]


def _ends(compiler: Compiler, part: Part, place: str, name: str) -> list[tuple[str, Sql]]:
    """The value of a part; of a number its two ends."""
    if not isinstance(part.node.type, types.Number):
        return [(name, compiler.bound(part.node, place))]
    ends = compiler.ends(part.node, place)
    derive = compiler.plan.derive
    return [(name, derive(place, ends.least)), (f"{name}_most", derive(place, ends.most))]


def _gathered(compiler: Compiler, part: Part) -> Sql:
    """The values of the member's rows as a list of texts; an unknown one is `?`."""
    relation = compiler.rows[part.where.at]
    if isinstance(part.node.type, types.Number):
        ends = compiler.ends(part.node, relation)
        written = [_written(compiler, part, end, relation) for end in (ends.least, ends.most)]
        each: Sql = exp.Anonymous(this="CONCAT", expressions=[written[0], text(".."), written[1]])
    else:
        each = _written(compiler, part, compiler.bound(part.node, relation), relation)
    return compiler.plan.fold(relation, "list", one_text(each))


def _written(compiler: Compiler, part: Part, value: Sql, relation: str) -> Sql:
    value = compiler.plan.derive(relation, value)
    written: Sql = typed(value, "TEXT")
    if isinstance(part.node.type, types.Codes):
        written = exp.Anonymous(this="ARRAY_TO_STRING", expressions=[value, text(",")])
    known = exp.Anonymous(this="CONCAT", expressions=[text("="), written])
    return case((is_null(value), text("?")), default=known)


def _decoded(
    part: Part, name: str, household: Mapping[str, Any], members: Sequence[Mapping[str, Any]]
) -> Said:
    of = part.node.type
    if part.where == TOP:
        return (_of_columns(household, name, of),)
    if not part.where.in_rows:
        return tuple(_of_columns(row, name, of) for row in members)
    return tuple(rows_of(_of_text(each, of) for each in row[name]) for row in members)


def _of_columns(row: Mapping[str, Any], name: str, of: types.Type) -> Plain:
    """A value of an output; the ends of a number are units already."""
    if isinstance(of, types.Number):
        return between(row[name], row[f"{name}_most"])
    return plain(row[name], of)


def _of_text(written: str, of: types.Type) -> Plain:
    if isinstance(of, types.Number):
        ends = (each.removeprefix("=") for each in written.split(".."))
        return between(*(None if each == "?" else int(each) for each in ends))
    if written == "?":
        return None
    said = written.removeprefix("=")
    match of:
        case types.Bool():
            return {"true": True, "false": False}[said]
        case types.Codes():
            return tuple(sorted(said.split(","))) if said else ()
        case _:
            return said


# --- the solver ---------------------------------------------------------------------------


def by_solver(ruleset: RuleSet, parts: Sequence[Part], cases: Sequence[Case]) -> list[list[Said]]:
    """What Z3 says of the household that is pinned to each case; all cases trust, or none does."""
    (trusting,) = {one.trust_declarations for one in cases}
    household = Symbolic(ruleset, BOUND, trusting=trusting)
    reading = SolverReading(household)
    terms = [{place: reading.value(part.node, place) for place in _places(part)} for part in parts]
    common = z3.Solver()
    found = []
    for one in cases:
        common.push()
        pinned = list(pins(household, one))
        common.add(*household.structure, *pinned)
        assert common.check() == z3.sat, "a case that the symbolic household does not allow"
        answer = SolverModel(common.model())
        found.append([
            _answered(part, of, answer, household, one)
            for part, of in zip(parts, terms, strict=True)
        ])  # fmt: skip
        common.pop()
    return found


def _places(part: Part) -> Iterable[SymbolicPlace]:
    if part.where == TOP:
        return [OF_HOUSEHOLD]
    members = range(BOUND.members)
    if not part.where.in_rows:
        return [SymbolicPlace(member) for member in members]
    return [_row_place(part, member, row) for member in members for row in range(BOUND.rows)]


def _row_place(part: Part, member: int, row: int) -> SymbolicPlace:
    at_hand = member if part.where.of == MEMBER else None
    return SymbolicPlace(at_hand, part.where.at, (member, row))


def _answered(
    part: Part,
    terms: Mapping[SymbolicPlace, Any],
    answer: SolverModel,
    household: Symbolic,
    one: Case,
) -> Said:
    of = part.node.type
    codes = of.codes if isinstance(of, types.Code) else None

    def value(place: SymbolicPlace) -> Plain:
        return plain(answer.value(household, terms[place], codes), of)

    members = range(len(one.household.members))
    if part.where == TOP:
        return (value(OF_HOUSEHOLD),)
    if not part.where.in_rows:
        return tuple(value(SymbolicPlace(member)) for member in members)
    return tuple(
        rows_of(
            value(_row_place(part, member, row))
            for row in range(len(one.rows_of(part.where.at, member).items))
        )
        for member in members
    )


# --- forward chaining ---------------------------------------------------------------------


def wires_agree(ruleset: RuleSet, cases: Sequence[Case]) -> None:
    """Check that each wire is told what the interpreter makes of its node, and nothing else."""
    engine: Compiled = compiled(ruleset)
    for one in cases:
        with localcontext(EXACT), engine.chaining.session(one.household.household_id) as session:
            place = place_of(engine.program, one)
            session.tell(leaf_facts(engine.network, place))
            for node, wire in engine.network.wires.items():
                told = [value for value in (True, False) if wire.known(value) in session.known]
                value = interpreter.evaluate(node, place)
                assert told == ([] if value is None else [value]), (node, one, value, told)
