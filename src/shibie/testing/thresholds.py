"""The values around which a rule set decides, mined from its conditions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from shibie.language.tree import Given
from shibie.language.walks import literal_values, walk
from shibie.ruleset.compared_values import ComparedValue, compared_values, compares_numbers
from shibie.ruleset.conditions import collections_used, fields_used, household_conditions
from shibie.ruleset.model import RuleSet

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
    ages: set[int] = field(default_factory=set)

    def add(self, ruleset: RuleSet, compared: ComparedValue) -> None:
        """Adds the compared values to every field that the asked value is computed from."""
        numbers: set[Decimal] = set()
        if compares_numbers(compared.condition):
            numbers = {value for value in compared.values if isinstance(value, Decimal)}
        texts = {value for value in compared.values if isinstance(value, str)}
        for key in fields_used(ruleset, [compared.asked]):
            self.numbers[key] |= numbers
            self.texts[key] |= texts
        if any(isinstance(part, Given) for part in walk(compared.asked)):
            self.ages |= {int(value) for value in numbers if value == int(value)}


def mined(ruleset: RuleSet) -> Thresholds:
    """The thresholds of a pack.

    >>> from shibie.ruleset.loader import load
    >>> found = mined(load("bazhong-2015"))
    >>> [str(number) for number in found.numbers["household", "wage_income"]]
    ['2736', '2800', '2855', '2952', '2968', '3146']
    """
    roots = [*household_conditions(ruleset)]
    mine = _Mine()
    nodes = [node for root in roots for node in walk(root)]
    for node in nodes:
        for compared in compared_values(ruleset, node):
            mine.add(ruleset, compared)
    days = {day for day in literal_values(nodes) if isinstance(day, date)}
    for parameter in ruleset.parameters.values():
        for series in parameter.series.values():
            days |= {day for day, _ in series}
    return Thresholds(
        frozenset(fields_used(ruleset, roots)),
        {key: tuple(sorted(values)) for key, values in mine.numbers.items() if values},
        {key: tuple(sorted(values)) for key, values in mine.texts.items() if values},
        tuple(sorted(days)),
        tuple(sorted(mine.ages)),
        frozenset(collections_used(ruleset, roots) & set(ruleset.registers)),
        any(isinstance(node, Given) for node in nodes),
    )


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
