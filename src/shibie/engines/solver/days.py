"""Calendar days whose parts may be unknown: order, completed years, days between."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shibie.engines.solver.logic import BoolTerm, Int, both, either, implies, pick

_LONG_MONTHS = (1, 3, 5, 7, 8, 10, 12)
# Days of a common year before each month.
_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)


@dataclass(frozen=True)
class Day:
    """A day as three whole numbers; `key` orders days."""

    year: Int
    month: Int
    day: Int

    @classmethod
    def of(cls, day: date) -> Day:
        """A day that is known.

        >>> Day.of(date(2016, 2, 29)).key
        20160229
        """
        return cls(day.year, day.month, day.day)

    @property
    def in_year(self) -> Int:
        """Month and day as one number."""
        return self.month * 100 + self.day

    @property
    def key(self) -> Int:
        """The day as one number, in the order of days."""
        return self.year * 10_000 + self.in_year


def valid(day: Day) -> BoolTerm:
    """Whether there is such a day, as Python's `date` has it.

    >>> valid(Day(2015, 2, 29)), valid(Day(2016, 2, 29)), valid(Day(2015, 4, 31))
    (False, True, False)
    """
    month, of_month = day.month, day.day
    return both(
        day.year >= 1, day.year <= 9999, month >= 1, month <= 12, of_month >= 1, of_month <= 31,
        implies(of_month == 31, either(*(month == long for long in _LONG_MONTHS))),
        implies(month == 2, of_month <= 29),
        implies(both(month == 2, of_month == 29), _leap(day.year)),
    )  # fmt: skip


def _leap(year: Int) -> BoolTerm:
    return both(year % 4 == 0, either(year % 100 != 0, year % 400 == 0))


def chosen(condition: BoolTerm, then: Day, otherwise: Day) -> Day:
    """One of two days."""
    if then is otherwise:
        return then
    return Day(
        pick(condition, then.year, otherwise.year),
        pick(condition, then.month, otherwise.month),
        pick(condition, then.day, otherwise.day),
    )


def days_between(start: Day, end: Day) -> Int:
    """Days from one day to another.

    >>> days_between(Day(2016, 2, 28), Day(2016, 3, 1))
    2
    """
    return _ordinal(end) - _ordinal(start)


def _ordinal(day: Day) -> Int:
    """Days since the year 1 began, as `date.toordinal` counts them."""
    past = day.year - 1
    before: Int = _BEFORE[0]
    for month in range(2, 13):
        before = pick(day.month >= month, _BEFORE[month - 1], before)
    leap = pick(both(day.month > 2, _leap(day.year)), 1, 0)
    return past * 365 + _whole(past, 4) - _whole(past, 100) + _whole(past, 400) + before + leap + day.day  # fmt: skip


def _whole(value: Int, divisor: int) -> Int:
    return value // divisor if isinstance(value, int) else value / divisor


def years_between(start: Day, end: Day) -> Int:
    """Completed years, negative when reversed; 29 February is completed on 1 March.

    >>> years_between(Day(2012, 2, 29), Day(2013, 2, 28)), years_between(Day(2013, 1, 1), Day(2012, 1, 1))
    (0, -1)
    """
    return pick(end.key < start.key, -_completed(end, start), _completed(start, end))


def months_between(start: Day, end: Day) -> Int:
    """Completed months, negative when reversed.

    >>> months_between(Day(2015, 1, 31), Day(2015, 2, 28)), months_between(Day(2015, 3, 1), Day(2015, 1, 1))
    (0, -2)
    """
    return pick(end.key < start.key, -_months(end, start), _months(start, end))


def _months(start: Day, end: Day) -> Int:
    return 12 * (end.year - start.year) + end.month - start.month - pick(end.day < start.day, 1, 0)


def _completed(start: Day, end: Day) -> Int:
    return end.year - start.year - pick(end.in_year < start.in_year, 1, 0)
