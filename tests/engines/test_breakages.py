"""Readings broken on purpose: the everyday random comparisons notice each of them.

A comparison is run as in test_subtrees.py, on the very same examples, with one thing in a reading
broken. `PYTHONPATH=src:tests python tests/engines/test_breakages.py` prints after how many examples
each is noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import wraps
from typing import Any, cast

import pytest
from sqlglot import exp

from shibie.engines import interpreter
from shibie.engines.rete import host
from shibie.engines.solver import days, reading
from shibie.engines.solver.logic import TruthTerm, both, decided, inverse, pick
from shibie.engines.solver.values import NumberTerm as Units
from shibie.engines.solver.values import chosen, truth
from shibie.engines.sql import aggregates, arithmetic, dates, expressions
from shibie.engines.sql.building import binary, case, is_true, negated, number, or_zero, typed
from shibie.engines.sql.ends import Ends
from shibie.language import tree
from shibie.language.types import Date
from support import subtrees
from support.subtrees import Comparison

Patch = Callable[[pytest.MonkeyPatch], None]


def case_of(cases: dict[Any, Any], cls: type[tree.Node], variant: str, broken: Any) -> Patch:
    """An operator read in another way."""
    return lambda monkeypatch: monkeypatch.setitem(cases, (cls, variant), broken)


def exchanged(cases: dict[Any, Any]) -> Patch:
    """Years and days exchanged."""
    own = {unit: cases[tree.Between, unit] for unit in ("years", "days")}

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(cases, (tree.Between, "years"), own["days"])
        monkeypatch.setitem(cases, (tree.Between, "days"), own["years"])

    return patch


# --- SQL ----------------------------------------------------------------------------------

SQL = expressions.CASES
OWN = dict(SQL)


def sql_days_reversed(self: expressions.Compiler, node: tree.Compare, place: str) -> Any:
    """A later day comes before."""
    if isinstance(node.left.type, Date):
        return binary(exp.GT, self.value(node.left, place), self.value(node.right, place))
    return OWN[tree.Compare, "<"](self, node, place)


def sql_anniversary(monkeypatch: pytest.MonkeyPatch) -> None:
    """A year is completed on the day after its anniversary."""

    def completed(start: Any, end: Any) -> Any:
        years = binary(exp.Sub, exp.func("YEAR", end), exp.func("YEAR", start))
        early = binary(exp.LTE, dates._in_year(end), dates._in_year(start))
        less = case((early, exp.Literal.number(1)), default=exp.Literal.number(0))
        return binary(exp.Sub, years, less)

    monkeypatch.setattr(dates, "_completed_years", completed)


def sql_rounding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a unit too little is added: a tie goes down."""
    own = arithmetic.Exact.rounded

    def rounded(
        self: Any, value: Any, of: Any, places: int, result: Any, down: bool = False
    ) -> Any:
        if down or places >= of.scale:
            return own(self, value, of, places, result, down)
        less = binary(exp.Sub, exp.func("ABS", value), number(1))
        size = own(self, exp.func("GREATEST", less, number(0)), of, places, result)
        below = binary(exp.LT, value, number(0))
        return case((below, exp.Neg(this=exp.Paren(this=size))), default=size)

    monkeypatch.setattr(arithmetic.Exact, "rounded", rounded)


def sql_half_a_cent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tie of a quotient goes down: `>=` read as `>`."""
    own = binary

    def less_often(kind: type[exp.Binary], left: Any, right: Any) -> Any:
        return own(exp.GT if kind is exp.GTE else kind, left, right)

    monkeypatch.setattr(arithmetic, "binary", less_often)


def sql_any_without_predicate(self: expressions.Compiler, node: tree.Quantifier, place: str) -> Any:
    every = tree.Quantifier("any", node.collection, tree.Literal(True))
    return OWN[tree.Quantifier, "any"](self, every, place)


def sql_any_skips_nulls(self: expressions.Compiler, node: tree.Quantifier, place: str) -> Any:
    """What plain SQL does: bool_or skips NULLs; who has no rows is told apart still."""
    found = self.folded(
        node.collection, "or", self.bound(node.predicate, self.items(node.collection))
    )
    missing = negated(self.complete(node.collection))
    null = typed(exp.null(), "BOOLEAN")
    value = case((found, exp.true()), (missing, null), default=exp.false())
    return self.plan.derive(self.owner(node.collection), value)


def sql_nought_for_nothing(kind: str) -> Patch:
    """The least or greatest of nothing is 0, or the first day."""

    def broken(self: expressions.Compiler, node: tree.Aggregate, place: str) -> Any:
        if isinstance(node.type, Date):
            return OWN[tree.Aggregate, kind](self, node, place)
        found = cast("Ends", OWN[tree.Aggregate, kind](self, node, place))
        return Ends(or_zero(found.least), or_zero(found.most))

    return case_of(SQL, tree.Aggregate, kind, broken)


def sql_sum_of_nothing_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sum over nothing is NULL, as in plain SQL."""
    monkeypatch.setattr(aggregates, "or_zero", lambda value: value)


def sql_not_supplied_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A register that was not supplied has no rows."""
    monkeypatch.setattr(expressions.Compiler, "complete", lambda self, node: exp.true())


def sql_unknown_is_false(self: expressions.Compiler, node: tree.Compare, place: str) -> Any:
    return is_true(cast("Any", OWN[tree.Compare, "<"](self, node, place)))


def sql_greatest_skips_nulls(self: expressions.Compiler, node: tree.Extremum, place: str) -> Any:
    values = [self.value(operand, place) for operand in node.operands]
    return exp.func("GREATEST", *values)


# --- the solver ---------------------------------------------------------------------------

SOLVER = reading.CASES
SOLVERS_OWN = dict(SOLVER)


def solver_days_reversed(self: reading.SolverReading, node: tree.Compare, place: Any) -> Any:
    own = SOLVERS_OWN[tree.Compare, "<"]
    if isinstance(node.left.type, Date):
        return own(self, tree.Compare("<", node.right, node.left), place)
    return own(self, node, place)


def solver_anniversary(monkeypatch: pytest.MonkeyPatch) -> None:
    """29 February is completed on 28 February."""

    def completed(start: days.Day, end: days.Day) -> Any:
        leap = both(start.month == 2, start.day == 29, end.month == 2, end.day == 28)
        early = both(end.in_year < start.in_year, inverse(leap))
        return end.year - start.year - pick(early, 1, 0)

    monkeypatch.setattr(days, "_completed", completed)


def solver_half_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tie goes up below nought too."""

    def divided(above: Any, below: Any) -> Any:
        whole = isinstance(above, int) and isinstance(below, int)
        return (2 * above + below) // (2 * below) if whole else (2 * above + below) / (2 * below)

    case_of(SOLVER, tree.Round, "nearest", reading._round(divided))(monkeypatch)
    case_of(SOLVER, tree.RoundQuotient, "nearest", reading._round_quotient(divided))(monkeypatch)


def solver_any_without_predicate(
    self: reading.SolverReading, node: tree.Quantifier, place: Any
) -> Any:
    every = tree.Quantifier("any", node.collection, tree.Literal(True))
    return SOLVERS_OWN[tree.Quantifier, "any"](self, every, place)


def solver_not_supplied_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading.SolverReading, "_complete", lambda self, node, place: True)


def solver_unknown_is_false(
    self: reading.SolverReading, node: tree.Compare, place: Any
) -> TruthTerm:
    found = SOLVERS_OWN[tree.Compare, "<"](self, node, place)
    return decided(True, truth(found).yes)


def solver_least_of_nothing(self: reading.SolverReading, node: tree.Aggregate, place: Any) -> Any:
    found = SOLVERS_OWN[tree.Aggregate, "min"](self, node, place)
    if not isinstance(found, Units):
        return found
    nothing = both(*(belongs.no for belongs, _ in self._items(node.collection, place)))
    known = both(nothing, self._complete(node.collection, place))
    return chosen(known, Units.of(0, 0), found)


# --- the interpreter, against Python ------------------------------------------------------

READS = interpreter.CASES
INTERPRETERS_OWN = dict(READS)


def any_without_predicate(node: tree.Quantifier, place: Any, visit: Any) -> Any:
    return bool(interpreter.items(node.collection, place))


def all_of_nothing_is_false(node: tree.Quantifier, place: Any, visit: Any) -> Any:
    found = INTERPRETERS_OWN[tree.Quantifier, "all"](node, place, visit)
    return found if interpreter.items(node.collection, place) else False


def tie_to_even(node: tree.Round, place: Any, visit: Any) -> Any:
    """Python's own rounding."""
    value = visit(node.operand, place)
    return None if value is None else round(value, node.places) + 0


# --- forward chaining ---------------------------------------------------------------------


def gates_exchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told of an `and` is that of an `or`."""
    own = host._conclusions

    def exchanged(gate: Any) -> Iterable[Any]:
        return own(type(gate)("or", gate.left, gate.right, gate.out))

    monkeypatch.setattr(host, "_conclusions", exchanged)


BREAKAGES: dict[str, tuple[str, Patch]] = {
    "SQL: years and days exchanged": ("SQL", exchanged(SQL)),
    "SQL: days compared the other way": ("SQL", case_of(SQL, tree.Compare, "<", sql_days_reversed)),
    "SQL: a year is completed a day late": ("SQL", sql_anniversary),
    "SQL: ties of round(x) go down": ("SQL", sql_rounding),
    "SQL: ties of round(x / y) go down": ("SQL", sql_half_a_cent),
    "SQL: any without its predicate": (
        "SQL", case_of(SQL, tree.Quantifier, "any", sql_any_without_predicate)),
    "SQL: any skips NULLs": ("SQL", case_of(SQL, tree.Quantifier, "any", sql_any_skips_nulls)),
    "SQL: min of nothing is 0": ("SQL", sql_nought_for_nothing("min")),
    "SQL: max of nothing is 0": ("SQL", sql_nought_for_nothing("max")),
    "SQL: sum of nothing is NULL": ("SQL", sql_sum_of_nothing_unknown),
    "SQL: a register not supplied is empty": ("SQL", sql_not_supplied_is_empty),
    "SQL: unknown counts as false": ("SQL", case_of(SQL, tree.Compare, "<", sql_unknown_is_false)),
    "SQL: GREATEST skips NULLs": (
        "SQL", case_of(SQL, tree.Extremum, "max", sql_greatest_skips_nulls)),
    "solver: years and days exchanged": ("SOLVER", exchanged(SOLVER)),
    "solver: days compared the other way": (
        "SOLVER", case_of(SOLVER, tree.Compare, "<", solver_days_reversed)),
    "solver: 29 February completed on the 28th": ("SOLVER", solver_anniversary),
    "solver: ties go up below nought": ("SOLVER", solver_half_up),
    "solver: any without its predicate": (
        "SOLVER", case_of(SOLVER, tree.Quantifier, "any", solver_any_without_predicate)),
    "solver: a register not supplied is empty": ("SOLVER", solver_not_supplied_is_empty),
    "solver: unknown counts as false": (
        "SOLVER", case_of(SOLVER, tree.Compare, "<", solver_unknown_is_false)),
    "solver: min of nothing is 0": (
        "SOLVER", case_of(SOLVER, tree.Aggregate, "min", solver_least_of_nothing)),
    "interpreter: years and days exchanged": ("PYTHON", exchanged(READS)),
    "interpreter: any without its predicate": (
        "PYTHON", case_of(READS, tree.Quantifier, "any", any_without_predicate)),
    "interpreter: all of nothing is false": (
        "PYTHON", case_of(READS, tree.Quantifier, "all", all_of_nothing_is_false)),
    "interpreter: ties to even": ("PYTHON", case_of(READS, tree.Round, "nearest", tie_to_even)),
    "chaining: and read as or": ("CHAINING", gates_exchanged),
}  # fmt: skip


def noticed_after(name: str) -> int | None:
    """After how many examples of its comparison a breakage is noticed; None if it is not."""
    which, patch = BREAKAGES[name]
    comparison: Comparison = getattr(subtrees, which)
    failed: list[bool] = []

    @wraps(comparison.agrees)
    def agrees(asking: Any) -> None:
        failed.append(True)
        comparison.agrees(asking)
        failed[-1] = False

    with pytest.MonkeyPatch.context() as monkeypatch:
        patch(monkeypatch)
        with suppress(AssertionError):
            replace(comparison, agrees=agrees).test()()
    return failed.index(True) + 1 if True in failed else None


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_broken_reading_is_noticed(name: str) -> None:
    assert noticed_after(name) is not None


def main() -> None:
    """Print after how many examples each is noticed."""
    from support import profiles

    profiles.load()
    for name, (which, _) in BREAKAGES.items():
        print(f"{name}: {which}, example {noticed_after(name)}", flush=True)


if __name__ == "__main__":
    main()
