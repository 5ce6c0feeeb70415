"""A value of the policy that changes on known days: a poverty line, a rate, a limit."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from shibie.language.tree import Node
from shibie.language.types import Number
from shibie.ruleset.basis import Provenance


@dataclass(frozen=True)
class DatedParameter:
    """A dated value, possibly by key (e.g. by province).

    Attributes:
        name: name in conditions.
        title: title for people.
        unit: unit of the values.
        type: the number type that holds every value.
        series: for each key (None where there is no key) the (from, value) pairs, by date.
        key: what gives the key (a text, a code or a whole number), or None.
        source: where the values come from.
        open: whether keys that have no values are meant to have none until a place states them.
    """

    name: str
    title: str
    unit: str
    type: Number
    series: Mapping[str | None, tuple[tuple[date, Decimal], ...]]
    key: Node | None = None
    source: str = ""
    provenance: Provenance = "reconstructed"
    open: bool = False

    def steps(self, key: object = None) -> tuple[tuple[date, Decimal], ...]:
        """The dated values for a value of `key`; none where it has none.

        >>> from shibie.language.types import COUNT
        >>> since = date(2024, 1, 1)
        >>> by_size = DatedParameter("line", "Line", "", COUNT, {"2": ((since, Decimal(2137)),)})
        >>> by_size.steps(Decimal(2))[0][1], by_size.steps(3)
        (Decimal('2137'), ())
        """
        name = str(int(key)) if isinstance(key, int | Decimal) else key
        return self.series.get(cast("str | None", name), ())

    def every_value(self) -> Iterator[Decimal]:
        """All its values, of every key and day."""
        return (value for steps in self.series.values() for _, value in steps)

    def value(self, as_of: date, key: object = None) -> Decimal | None:
        """The value in force on a day, or None (unknown) where none is.

        >>> from shibie.language.types import COUNT
        >>> line = DatedParameter("line", "线", "元", COUNT,
        ...     {None: ((date(2014, 1, 1), Decimal(2800)), (date(2015, 1, 1), Decimal(2855)))})
        >>> line.value(date(2014, 12, 31)), line.value(date(2013, 1, 1))
        (Decimal('2800'), None)
        """
        steps = self.steps(key)
        index = bisect_right(steps, as_of, key=lambda step: step[0])
        return steps[index - 1][1] if index else None
