"""What people write for a day, in a cell, or why it cannot be told which day they mean.

A spreadsheet's serial is its day; midnight behind a day says nothing; a moment that tells its own
zone is the day that it is in the zone of the rule set, wherever this runs. A date without its day
is a day only where somebody has said which one is meant.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Final, Literal, NoReturn
from zoneinfo import ZoneInfo

from shibie.chinese_numbers import chinese_number, digit_by_digit
from shibie.errors import Words
from shibie.plain_text import APOSTROPHES, plain

_DAY: Final = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))")
_MONTH: Final = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})月?|(\d{2}))")
_YEAR: Final = re.compile(r"(\d{4})年?")
# A year of two digits may be of this century or of the last.
_SHORT_YEAR: Final = re.compile(
    r"['’]?\d{2}(?:[-/.]\d{1,2}[-/.]\d{1,2}|年(?:\d{1,2}月(?:\d{1,2}日?)?)?)"
)
# A part of a year, which is no day of it.
_PART: Final = re.compile(
    r"(\d{4})年?(?:年?[底末初]|年?度|[上下]半年|第?[一二三四1-4]季度|[春夏秋冬]季?|春节)"
)
_YEAR_BY_DIGITS: Final = re.compile(r"[〇○零一二三四五六七八九]{4}(?=年)")
_NUMERALS: Final = re.compile(r"[一二三四五六七八九十]{1,3}(?=[月日号])")
_DASHES: Final = re.compile(r"(?<=\d)[‐‑‒–—―−]+(?=\d)")
# What a spreadsheet writes alike for January and for October.
_TENTH: Final = re.compile(r"\d{4}\.1")
_MOMENT: Final = re.compile(
    r"(?P<day>.*\d日?)(?:T|\s+)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})"
    r"(?:[.,](?P<part>\d+))?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?",
    re.IGNORECASE,
)
# Day 60 of a spreadsheet never was; serials before are of no use, and later ones are numbers.
_SERIALS: Final = range(20_000, 80_001)
_SERIAL_ZERO: Final = date(1899, 12, 30)


class DayError(ValueError):
    """What is no day; `reason` says why, `code` what kind of fault it is."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        self.reason, self.code = Words(zh, en), code
        super().__init__(en)


def day_of_cell(
    cell: object,
    written: str,
    incomplete: Literal["first", "last"] | None = None,
    zone: str = "",
) -> date:
    """The day that a cell says.

    Args:
        cell: as the reader delivered it.
        written: the cell as text.
        incomplete: the day that a date without one stands for.
        zone: in which a moment that tells its own zone is a day; empty for none.

    Raises:
        DayError: when it says none.

    >>> day_of_cell(42004.0, "42004"), day_of_cell("2014年12月", "2014年12月", "last")
    (datetime.date(2014, 12, 31), datetime.date(2014, 12, 31))
    >>> day_of_cell("2015-06-30T16:00:00Z", "2015-06-30T16:00:00Z", zone="Asia/Shanghai")
    datetime.date(2015, 7, 1)
    """
    match cell:
        case datetime() if cell.tzinfo is not None:
            return _in_zone(cell, zone)
        case datetime():
            return _at_midnight(cell.date(), cell.time())
        case date():
            return cell
        case bool() | time():
            _refuse()
    text = plain(written)
    moment = _MOMENT.fullmatch(text)
    if moment:
        return _of_moment(moment, zone)
    return _of_text("".join(text.split()), isinstance(cell, float | Decimal), incomplete)


def _of_text(text: str, number: bool, incomplete: Literal["first", "last"] | None) -> date:
    text = _spelled(text)
    found = _DAY.fullmatch(text)
    if found:
        year, month, day = (int(part) for part in found.groups() if part is not None)
        return _day(year, month, day)
    if _SHORT_YEAR.fullmatch(text):
        raise DayError(
            "not_a_date",
            "年份只有两位，请写四位，如 2014-12-01",
            "the year has two digits only; write four, such as 2014-12-01",
        )
    if text.isascii() and text.isdecimal() and len(text) == 5 and int(text) in _SERIALS:
        return _SERIAL_ZERO + timedelta(days=int(text))
    found = _MONTH.fullmatch(text) or _YEAR.fullmatch(text) or _PART.fullmatch(text)
    if found is None:
        _refuse()
    incomplete = None if _PART.fullmatch(text) else incomplete
    year, *months = (int(part) for part in found.groups() if part is not None)
    # Refused also where it would not be used: 2014.13 is no month.
    last = _day(year, months[0] if months else 12, 1)
    last = last.replace(day=monthrange(last.year, last.month)[1])
    if _TENTH.fullmatch(text) and (number or incomplete):
        raise DayError(
            "incomplete_date",
            f"分不清是 1 月还是 10 月，请写完整的日期，如 {year}-10-31",
            f"it may be January or October; write the whole date, such as {year}-10-31",
        )
    if incomplete is None:
        raise DayError(
            "incomplete_date",
            f"缺少{'日' if months else '月、日'}，请写完整的日期，如 {last}",
            f"it lacks {'the day' if months else 'month and day'}; write the whole date,"
            f" such as {last}",
        )
    if incomplete == "last":
        return last
    return _day(year, months[0] if months else 1, 1)


def _spelled(text: str) -> str:
    """A day as most people write it: digits for numerals, 日 for 号, one dash between numbers.

    >>> _spelled("二〇一四年十二月三十一日"), _spelled("2014年12月1号"), _spelled("2014\u201412\u201401")
    ('2014年12月31日', '2014年12月1日', '2014-12-01')
    """
    if text.isascii():
        return text.lstrip("'").rstrip(".")
    text = _YEAR_BY_DIGITS.sub(lambda found: digit_by_digit(found[0]) or found[0], text)
    text = _NUMERALS.sub(lambda found: _digits(found[0]), text)
    text = re.sub("号$", "日", _DASHES.sub("-", text))
    return text.lstrip(APOSTROPHES).rstrip(".\u3002")


def _digits(numerals: str) -> str:
    number = chinese_number(numerals)
    return numerals if number is None else str(number)


def _of_moment(moment: re.Match[str], zone: str) -> date:
    day = _DAY.fullmatch("".join(moment["day"].split()))
    if day is None:
        _refuse()
    part = (moment["part"] or "0")[:6].ljust(6, "0")
    year, month, number = (int(each) for each in day.groups() if each is not None)
    try:
        at = datetime(
            year, month, number, int(moment["hour"]), int(moment["minute"]),
            int(moment["second"] or 0), int(part),
        )  # fmt: skip
        told = _offset(moment["zone"])
    except ValueError:
        raise DayError("not_a_date", "没有这一天或这一时刻", "there is no such moment") from None
    if told is not None:
        return _in_zone(at.replace(tzinfo=told), zone)
    # Nothing is cut off, not even a billionth of a second.
    if (moment["part"] or "").strip("0"):
        at = at.replace(microsecond=1)
    return _at_midnight(at.date(), at.time())


def _offset(text: str | None) -> timezone | None:
    """The zone that a moment tells."""
    if text is None:
        return None
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _in_zone(moment: datetime, zone: str) -> date:
    """The day that a moment is in a zone."""
    if not zone:
        raise DayError(
            "no_time_zone",
            "时刻带有时区，规则包没有写 time_zone，无法确定是哪一天；请改为日期",
            "a moment with a time zone is a day only in some zone, and the rule set has no"
            " time_zone; write the date",
        )
    try:
        return moment.astimezone(ZoneInfo(zone)).date()
    except OverflowError:
        raise DayError("not_a_date", "没有这一天", "there is no such day") from None


def _at_midnight(day: date, at: time) -> date:
    if at != time():
        raise DayError("not_a_date", "应为日期，不带时刻", "expected a date without a time of day")
    return day


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise DayError("not_a_date", "没有这一天", "there is no such day") from None


def _refuse() -> NoReturn:
    raise DayError("not_a_date", "应为日期，如 2015-07-01", "expected a date such as 2015-07-01")
