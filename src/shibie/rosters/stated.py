"""What a table states beside its fields, and what can be checked by them: persons, sex, birth, age."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Final

from shibie.chinese_numbers import chinese_number
from shibie.citizen_id import CitizenIdError, birth_date, parse, sex, years_between
from shibie.errors import Words
from shibie.forms.form import Stated
from shibie.plain_text import unspaced
from shibie.rosters.cells import Cell, FaultyCell, as_written, is_blank
from shibie.rosters.days import DayError, day_of_cell
from shibie.rosters.header_labels import Label, plain
from shibie.vocabulary import STATED, FieldSpec, folded

HEADERS: Final[Mapping[Stated, tuple[str, ...]]] = {
    "household_size": (
        "家庭人口数", "家庭人口", "家庭人数", "人口数", "人数", "户人口", "户人口数", "户人数", "家庭总人口",
        "家庭成员人数", "家庭成员数", "家庭人口(人)", "在册人口", "在册人口数", "总人口", "总人数", "总人口数",
        "家庭总人口数", "家庭总人数", "家庭人口总数", "家庭成员总数", "家庭成员人口数", "家庭人口合计", "全家人口",
        "全家人口数", "全家人数", "全户人口", "全户人数", "户内人口", "户内人口数", "户内人数", "本户人口", "本户人数",
    ),
    "sex": ("性别", "成员性别", "人员性别", "本人性别", "家庭成员性别"),
    "birth_date": (
        "出生日期", "出生年月", "出生年月日", "生日", "出生时间", "出生年", "出生年份", "出生", "成员出生日期",
        "家庭成员出生日期", "家庭成员出生年月",
    ),
    # Ages are of the day on which a table was made, which it seldom says: where a form says so.
    "age": (),
}  # fmt: skip
NAMES: Final = frozenset(spec.name for spec in STATED.values())
# Below a group of another name these count something else: 劳动力/人数, 常住/人口数.
_COUNTS: Final = frozenset(("人口数", "人数", "总人口", "总人数", "总人口数", "合计"))
_OF_HOUSEHOLD: Final = re.compile(
    r"(?:农户|家庭|户|全家|贫困户|脱贫户|基本)?(?:成员|人口|人员)?(?:数|\(人\))?(?:基本|概)?(?:信息|情况|况)?(?:表)?"
)
_SIZE: Final = re.compile(r"共?(?:(\d{1,3})(?:\.0*)?|([一-鿿]{1,3}?))(?:口人|人口|[人口个名位])?")
_AGE: Final = re.compile(r"(?:(\d{1,3})(?:\.\d*)?|([一-鿿]{1,4}?))(?:周?岁)?")
_MONTHS_OLD: Final = re.compile(r"(\d{1,2})个?月(?:龄|大)?|(\d{1,2})天")
_SEXES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("1", "01", "male", "m", "♂"), "男"),
    **dict.fromkeys(("2", "02", "female", "f", "♀"), "女"),
}
# The codes of the standard for who has not said it (GB/T 2261.1).
_NOT_SAID: Final = frozenset(("0", "9", "00", "09", "未说明", "未说明的性别", "未知的性别"))
# A year of two digits, or none: of any century that fits.
_SHORT_YEAR: Final = re.compile(r"\d{2}(?:[-/.年]\d{1,2}(?:[-/.月](?:\d{1,2}日?)?)?|年|\d{4})")
_BIRTHDAY: Final = re.compile(r"(\d{1,2})月(\d{1,2})[日号]?")
_TENTH: Final = re.compile(r"(\d{4}\.)1")
# The old calendar's days are not compared.
_OLD_CALENDAR: Final = re.compile("[农阴旧]历")


def stated_columns(
    labels: Mapping[int, Label], columns: Mapping[int, FieldSpec], of_form: Mapping[int, Stated]
) -> dict[int, Stated]:
    """The columns that state what can be checked; of two that state the same, the first.

    Args:
        labels: of the columns.
        columns: those that hold fields, which are read as such.
        of_form: what a form says that columns state.
    """
    found: dict[int, Stated] = {}
    for index, label in labels.items():
        if index in columns:
            continue
        kind = of_form.get(index)
        if kind is None:
            texts = set(label.spellings)
            if label.groups and not _OF_HOUSEHOLD.fullmatch(plain(label.groups[-1])):
                texts -= _COUNTS
            kind = next(
                (k for k, names in HEADERS.items() if not texts.isdisjoint(map(folded, names))),
                None,
            )
        if kind is not None and kind not in found.values():
            found[index] = kind
    return found


def checked_size(cell: Cell, rows: int) -> Cell:
    """Nothing where the persons that a household is said to have are as many as its rows.

    >>> checked_size("4人", 4), checked_size("三口人", 3), checked_size(4.0, 2).reason.zh
    (None, None, '写的是 4 人，名册上这一户有 2 行')
    """
    if is_blank(cell):
        return None
    persons = _counted(_SIZE.fullmatch(folded(as_written(cell))))
    if persons is None:
        return _faulty(cell, "应为人数", "expected a number of persons", "not_a_number")
    if persons == rows:
        return None
    return _faulty(
        cell,
        f"写的是 {persons} 人，名册上这一户有 {rows} 行",
        f"{persons} persons are stated, and the household has {rows} rows",
    )


def checked_sex(cell: Cell, number: Cell, as_of: date) -> Cell:
    """Nothing where the sex that is stated is that of the citizen number, or one is not there."""
    text, own = folded(as_written(cell)), _of_number(number, as_of)
    if is_blank(cell) or own is None or text in _NOT_SAID:
        return None
    said = [each for each in "男女" if each in text] or [_SEXES.get(text, "")]
    if len(said) > 1 or not said[0]:
        return _faulty(
            cell, "应为 男 或 女；不知道请留空", "expected 男 or 女, or a blank", "not_a_code"
        )
    if said[0] == own[1]:
        return None
    en = "a man's" if own[1] == "男" else "a woman's"
    return _faulty(cell, f"与证件号码不符：号码是{own[1]}性的", f"the citizen number is {en}")


def checked_birth(cell: Cell, number: Cell, as_of: date) -> Cell:
    """Nothing where the birth that is stated is that of the citizen number, as far as it is stated."""
    own = _of_number(number, as_of)
    if is_blank(cell) or own is None or _OLD_CALENDAR.search(as_written(cell)):
        return None
    fits = list(_born(cell, own[0]))
    if any(fits):
        return None
    if fits:
        return _faulty(
            cell, "与证件号码中的出生日期不符", "not the day of birth of the citizen number"
        )
    return _faulty(
        cell,
        "应为出生日期，如 1970-03-04；不知道请留空",
        "expected a day of birth such as 1970-03-04, or a blank",
        "not_a_date",
    )


def checked_age(cell: Cell, number: Cell, as_of: date) -> Cell:
    """Nothing where the age that is stated may be that of the citizen number.

    It may be that of last year, and be counted by years of the calendar, the first one too.
    """
    own = _of_number(number, as_of)
    if is_blank(cell) or own is None:
        return None
    text = folded(as_written(cell))
    said = 0 if _MONTHS_OLD.fullmatch(text) else _counted(_AGE.fullmatch(text))
    if said is None:
        return _faulty(
            cell, "应为年龄，如 45；不知道请留空", "expected an age such as 45, or a blank",
            "not_a_number",
        )  # fmt: skip
    years = years_between(own[0], as_of)
    if years - 1 <= said <= as_of.year - own[0].year + 1:
        return None
    return _faulty(
        cell,
        f"与证件号码不符：按号码到 {as_of} 是 {years} 岁",
        f"by the citizen number the age is {years} on {as_of}",
    )


def _counted(found: re.Match[str] | None) -> int | None:
    """The number that a text has in digits, or in numerals."""
    if found is None:
        return None
    return int(found[1]) if found[1] else chinese_number(found[2])


def _born(cell: Cell, own: date) -> Iterator[bool]:
    """Of each day, month or year that a cell may say, whether somebody was born in it."""
    text = unspaced(as_written(cell)).removesuffix("生")
    if isinstance(cell, str) and (birthday := _BIRTHDAY.fullmatch(text)):
        yield (own.month, own.day) == (int(birthday[1]), int(birthday[2]))
        return
    written = [text]
    if not isinstance(cell, date) and _SHORT_YEAR.fullmatch(text):
        # Six digits may be year and month, or a short year and the day.
        written = [text, f"19{text}", f"20{text}"]
    elif not isinstance(cell, date) and (tenth := _TENTH.fullmatch(text)):
        written = [f"{tenth[1]}01", f"{tenth[1]}10"]
    for each in written:
        read = cell if each == as_written(cell) else each
        try:
            # Of a month or a year any day of it will do.
            first, last = (day_of_cell(read, each, which) for which in ("first", "last"))
        except DayError:
            continue
        yield first <= own <= last


def _of_number(number: Cell, as_of: date) -> tuple[date, str] | None:
    """The day of birth and the sex that a citizen number tells, where it is one."""
    if not isinstance(number, str):
        return None
    try:
        digits = parse(number, as_of).number
    except CitizenIdError:
        return None
    return birth_date(digits), sex(digits)


def _faulty(cell: Cell, zh: str, en: str, code: str = "stated_otherwise") -> FaultyCell:
    return FaultyCell(as_written(cell), Words(zh, en), code)


OF_PERSON: Final[Mapping[str, Callable[[Cell, Cell, date], Cell]]] = {
    "sex": checked_sex, "birth_date": checked_birth, "age": checked_age,
}  # fmt: skip
