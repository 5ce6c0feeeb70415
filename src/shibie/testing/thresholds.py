"""The values around which a rule set decides, mined from its conditions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from shibie.language import tree
from shibie.language.tree import Node
from shibie.language.types import Number
from shibie.ruleset.model import RuleSet
from shibie.verify.claims import fields_used

# A threshold a head is met by a household of so many.
HEADS = (1, 2, 3)
Key = tuple[str, str]


@dataclass(frozen=True)
class Thresholds:
    """What the conditions compare with.

    Attributes:
        used: every (owner, field) that any rule draws on.
        numbers: for each field, the numbers that it, or what is made of it, is held against.
        texts: for each field, the texts that it is held against.
        days: the dates that the conditions and parameters write.
        ages: the ages that members are held against.
        registers: the registers that any rule looks into.
        aged: whether any rule asks for age or sex.
    """

    used: frozenset[Key]
    numbers: Mapping[Key, tuple[Decimal, ...]]
    texts: Mapping[Key, tuple[str, ...]]
    days: tuple[date, ...]
    ages: tuple[int, ...]
    registers: frozenset[str]
    aged: bool


@dataclass
class _Mine:
    numbers: defaultdict[Key, set[Decimal]] = field(default_factory=lambda: defaultdict(set))
    texts: defaultdict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))
    days: set[date] = field(default_factory=set)
    ages: set[int] = field(default_factory=set)


def mined(ruleset: RuleSet) -> Thresholds:
    """The thresholds of a pack.

    >>> from shibie.ruleset.loader import load
    >>> found = mined(load("bazhong-2015"))
    >>> [str(number) for number in found.numbers["household", "wage_income"]]
    ['2855', '2952']
    """
    roots = [*conditions(ruleset)]
    mine = _Mine()
    for root in roots:
        for node in tree.walk(root):
            _compared(ruleset, node, mine)
    used = fields_used(ruleset, roots)
    for parameter in ruleset.parameters.values():
        for series in parameter.series.values():
            mine.days |= {day for day, _ in series}
    return Thresholds(
        frozenset(used),
        {key: tuple(sorted(values)) for key, values in mine.numbers.items()},
        {key: tuple(sorted(values)) for key, values in mine.texts.items()},
        tuple(sorted(mine.days)),
        tuple(sorted(mine.ages)),
        frozenset(
            node.name
            for root in roots
            for node in tree.walk(root)
            if isinstance(node, tree.Collection) and node.name in ruleset.registers
        ),
        any(isinstance(node, tree.Given) for root in roots for node in tree.walk(root)),
    )


def conditions(ruleset: RuleSet) -> Iterator[Node]:
    """Every expression of a pack that says something of a household."""
    yield from (rule.node for rule in (*ruleset.facts.values(), *ruleset.rules, ruleset.poor))
    yield from ruleset.comparisons.values()


def _compared(ruleset: RuleSet, node: Node, mine: _Mine) -> None:
    match node:
        case tree.Literal(value=date() as day):
            mine.days.add(day)
        case tree.In(operand, values):
            for key in fields_used(ruleset, [operand]):
                mine.texts[key] |= {value for value in values if isinstance(value, str)}
        case tree.Compare(left=left, right=right):
            for side, other in ((left, right), (right, left)):
                if isinstance(side, tree.Literal) and isinstance(side.value, str):
                    for key in fields_used(ruleset, [other]):
                        mine.texts[key].add(side.value)
                if not isinstance(side.type, Number):
                    continue
                found = set(_constants(ruleset, side))
                for key in fields_used(ruleset, [other]):
                    mine.numbers[key] |= found
                if any(isinstance(each, tree.Given) for each in tree.walk(other)):
                    mine.ages |= {int(value) for value in found if value == int(value)}


def _constants(ruleset: RuleSet, node: Node) -> Iterator[Decimal]:
    """The values of a side that is written in the pack: literals, and parameters in force."""
    match node:
        case tree.Literal(value=Decimal() as value):
            yield value
        case tree.Parameter(name):
            for series in ruleset.parameters[name].series.values():
                for index, (day, value) in enumerate(series):
                    ended = (
                        index + 1 < len(series) and series[index + 1][0] <= ruleset.effective_from
                    )
                    if day <= ruleset.effective_to and not ended:
                        yield value


def around(values: tuple[Decimal, ...], unit: Decimal, heads: bool) -> list[Decimal]:
    """Each value, one unit on either side, and the same for households of several people.

    >>> [str(value) for value in around((Decimal(5),), Decimal("0.01"), False)]
    ['5', '4.99', '5.01']
    """
    times = HEADS if heads else (1,)
    return [
        value * many + step * many
        for value in values
        for many in times
        for step in (Decimal(0), -unit, unit)
    ]


def birthdays(ages: tuple[int, ...], as_of: date) -> list[date]:
    """Birth dates of people who come of an age on the day, and the day after.

    >>> birthdays((16,), date(2015, 12, 20))
    [datetime.date(1999, 12, 20), datetime.date(1999, 12, 21)]
    """
    found = []
    for age in ages:
        if 0 <= age < min(120, as_of.year - 1):
            year = as_of.year - age
            leap = (as_of.month, as_of.day) == (2, 29)
            born = date(year, 3, 1) if leap else as_of.replace(year=year)
            found += [born, born + timedelta(days=1)]
    return [day for day in found if day <= as_of]
