"""Comparisons of readings on every part of random conditions, at every place it stands at.

Conditions and households are drawn from the same few values (`support.values`), so that what is
compared is often equal or off by one unit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from shibie.case import Case
from shibie.engines import interpreter
from shibie.engines.sql.cases_in_memory import asked_of
from shibie.language.parse import ExpressionError, parse
from shibie.rosters.household_input import case_from
from shibie.ruleset.model import RuleSet
from support import households, readings
from support.chance import BySeed, Chance, seeds
from support.expressions import NAMES, Both, Made, NoValueError, python_value
from support.parts import PERSON, TOP, Part, Where, parts_of, plain
from support.probe import probe
from support.profiles import examples
from support.rulesets import ruleset_by
from support.values import AS_OF
from support.ways import WAYS, Maker

PROBE = probe()
T = TypeVar("T")
MadeT = TypeVar("MadeT")
AskedT = TypeVar("AskedT")
OneT = TypeVar("OneT")
# How many households there are to choose from, of each kind.
SIZE = examples(quick=300, ci=300, deep=2000)


def pool(kind: Any) -> list[households.Given]:
    """Random households of a kind, each once; the same in every run."""
    found: dict[str, households.Given] = {}

    @settings(
        max_examples=SIZE, database=None, derandomize=True, deadline=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(kind)
    def collect(facts: households.Given) -> None:
        found[repr(facts)] = facts

    collect()
    nobody = [facts for facts in found.values() if not facts["members"]]
    return [*(facts for facts in found.values() if facts["members"]), *nobody[: SIZE // 12]]


@cache
def complete() -> list[households.Given]:
    """Households of which everything is known."""
    return pool(households.complete(least=0))


@cache
def partial() -> list[households.Given]:
    """Households of which something is unknown."""
    return pool(households.partial(least=0))


@cache
def groups() -> list[list[Case]]:
    """Cases, mostly with something unknown: those together that one run of SQL can take."""
    found: dict[Any, list[Case]] = {}
    for facts in (*partial(), *complete()[: SIZE // 4]):
        one = case_from(PROBE, facts, AS_OF)
        key = asked_of(PROBE, one), one.trust_declarations
        found.setdefault(key, []).append(one)
    return sorted(found.values(), key=len, reverse=True)


# --- what is drawn ------------------------------------------------------------------------


@dataclass(frozen=True)
class Condition:
    """A condition, and the pairs that it was made of."""

    both: Both
    where: Where
    made: tuple[Made, ...]

    @property
    def part(self) -> Part:
        return Part(parse(self.both.text, PROBE.names, self.where.context), self.where)


def drawn(chance: Chance, label: str = "", depth: int = 3) -> Condition:
    """A condition on the household or a member, or an expression of an operator anywhere.

    One that the loader refuses is drawn anew.
    """
    while True:
        where = chance.one_of(list(NAMES) if label else [TOP, TOP, PERSON])
        maker = Maker(chance, partial=True, known=True)
        both = maker.operator(label, where, depth) if label else maker.bool(where, depth)
        if both is None:
            continue
        found = Condition(both, where, tuple(maker.made))
        try:
            found.part  # noqa: B018
        except ExpressionError:  # what may need more than 28 digits
            continue
        return found


def several(chance: Chance, conditions: int, operators: int) -> list[Condition]:
    """So many conditions, and an expression of so many operators: of rare ones too."""
    labels = chance.some_of(list(WAYS), operators) if operators < len(WAYS) else WAYS
    return [
        *(drawn(chance) for _ in range(conditions)),
        *(drawn(chance, label, depth=2) for label in labels),
    ]


class Asking(Generic[AskedT, OneT]):
    """What is asked, and of whom."""

    def __init__(self, asked: AskedT, of: list[OneT]) -> None:
        self.asked, self.of = asked, of

    def __repr__(self) -> str:
        # In full it would be pages, which Hypothesis makes of a dataclass whatever its repr is;
        # what fails tells the part and the household.
        return f"Asking(…, of {len(self.of)})"


Conditions = Asking[list[Condition], Case]


def _of_some(
    several: Callable[[], list[T]], make: Callable[[list[T], int], MadeT]
) -> st.SearchStrategy[MadeT]:
    """What a seed makes of some households."""

    def begun() -> st.SearchStrategy[MadeT]:
        # Hypothesis lets none be made inside of a test, so they are made before it begins.
        households = several()
        return seeds.map(lambda seed: make(households, seed))

    return st.deferred(begun)


def askings(most: int, conditions: int, operators: int) -> st.SearchStrategy[Conditions]:
    """Conditions and the cases that they are asked of, which one run can take."""

    def asking(groups: list[list[Case]], seed: int) -> Conditions:
        chance = BySeed(seed)
        asked = several(chance, conditions, operators)
        # Most do not trust declarations and are one group; the other ones have their turns.
        group = groups[chance.one_of([0, 0, 0, *range(len(groups))])]
        return Asking(asked, chance.some_of(group, most))

    return _of_some(groups, asking)


def parts_in(asked: Sequence[Condition]) -> tuple[Part, ...]:
    return parts_of(PROBE, [each.part for each in asked])


# --- what is compared ---------------------------------------------------------------------


def python_agrees(asking: Asking[list[Condition], households.Given]) -> None:
    """Each pair that some conditions were made of, at each of its places in each household."""
    pairs = [
        (parse(each.both.text, PROBE.names, each.where.context), each)
        for each in dict.fromkeys(made for one in asking.asked for made in one.made)
    ]
    for one in asking.of:
        household, members = households.plain(one)
        case = case_from(PROBE, one, AS_OF)
        top = interpreter.Place.top(PROBE, case)
        for node, made in pairs:
            for place, at_hand in _places(made.where, top, members):
                try:
                    value = python_value(made.both.python, household, members, **at_hand)
                except NoValueError:
                    continue
                expected = tuple(value) if isinstance(value, list) else value
                found = interpreter.evaluate(node, place)
                assert plain(found, node.type) == plain(expected, node.type), (made, one)


def _places(where: Where, top: interpreter.Place, members: list[dict[str, Any]]) -> Any:
    """The places with what Python has at hand there."""
    if where == TOP:
        yield top, {}
        return
    for index, member in enumerate(members):
        if not where.in_rows:
            yield top.at_member(index), {"m": member}
            continue
        rows = top.case.rows_of(where.at, index).items
        for row, values in zip(rows, member[where.at], strict=True):
            owner = index if where.of == "member" else None
            yield top.at_row(where.at, row, owner), {"m": member, "r": values}


def sql_agrees(asking: Conditions) -> None:
    """Every part, as DuckDB computes it."""
    parts, cases = parts_in(asking.asked), asking.of
    readings.agree(
        parts,
        cases,
        readings.by_interpreter(PROBE, parts, cases),
        readings.by_sql(PROBE, parts, cases),
    )


def solver_agrees(asking: Conditions) -> None:
    """Every part, as Z3 has it of the case."""
    parts, cases = parts_in(asking.asked), asking.of
    readings.agree(
        parts, cases, readings.by_interpreter(PROBE, parts, cases),
        readings.by_solver(PROBE, parts, cases),
    )  # fmt: skip


def chaining_agrees(asking: Asking[RuleSet, households.Given]) -> None:
    """The signals of every gate of a rule set."""
    ruleset = asking.asked
    readings.wires_agree(ruleset, [case_from(ruleset, one, AS_OF) for one in asking.of])


@dataclass(frozen=True)
class Comparison:
    """A random comparison of a reading.

    Attributes:
        agrees: raises AssertionError where the reading disagrees.
        drawn: what it is asked of.
        examples: how often, in the profile.
    """

    agrees: Callable[..., None]
    drawn: st.SearchStrategy[Any]
    examples: int

    def test(self, **options: Any) -> Callable[[], None]:
        """As a test. It draws the same whoever calls it, because the function is the same."""
        made: Callable[[], None] = given(self.drawn)(self.agrees)
        # There is nothing to shrink of a seed; what fails names the part that is wrong.
        phases = [Phase.explicit, Phase.reuse, Phase.generate]
        return settings(max_examples=self.examples, phases=phases, **options)(made)


PYTHON = Comparison(
    python_agrees,
    _of_some(
        complete,
        lambda facts, seed: Asking(
            several(BySeed(seed), 1, len(WAYS)), BySeed(seed).some_of(facts, 12)
        ),
    ),
    examples(quick=24, ci=48, deep=2000),
)
SQL = Comparison(
    sql_agrees, askings(24, conditions=2, operators=len(WAYS)), examples(quick=8, ci=16, deep=500)
)
SOLVER = Comparison(
    solver_agrees,
    askings(5, conditions=1, operators=len(WAYS)),
    examples(quick=12, ci=24, deep=800),
)
CHAINING = Comparison(
    chaining_agrees,
    _of_some(
        partial,
        lambda facts, seed: Asking(ruleset_by(BySeed(seed)), BySeed(seed).some_of(facts, 5)),
    ),
    examples(quick=25, ci=50, deep=200),
)
