"""What a table states beside its fields, and what can be checked by them: persons, sex, birth."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from shibie.citizen_id import CitizenIdError, birth_date, parse, sex
from shibie.errors import Words
from shibie.forms.form import Stated
from shibie.rosters.cells import Cell, FaultyCell, as_written, is_blank
from shibie.rosters.days import DayError, day_of_cell
from shibie.rosters.header_labels import Label, plain
from shibie.vocabulary import STATED, FieldSpec, folded

HEADERS: Final[Mapping[Stated, tuple[str, ...]]] = {
    "household_size": (
        "家庭人口数", "家庭人口", "家庭人数", "人口数", "人数", "户人口", "户人口数", "家庭总人口",
        "家庭成员人数", "家庭成员数", "家庭人口(人)", "在册人口", "总人口",
    ),
    "sex": ("性别",),
    "birth_date": ("出生日期", "出生年月", "出生年月日", "生日", "出生时间"),
}  # fmt: skip
NAMES: Final = frozenset(spec.name for spec in STATED.values())
# Below a group of another name these count something else: 劳动力/人数, 常住/人口数.
_COUNTS: Final = frozenset(("人口数", "人数", "总人口", "总人数", "总人口数", "合计"))
_OF_HOUSEHOLD: Final = re.compile(
    r"(?:农户|家庭|户|全家|贫困户|脱贫户|基本)?(?:成员|人口|人员)?(?:数|\(人\))?(?:基本|概)?(?:信息|情况|况)?(?:表)?"
)
_SIZE: Final = re.compile(r"(\d{1,3})(?:\.0*)?(?:人|口)?")
_SEXES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("男", "男性", "1", "male", "m"), "男"),
    **dict.fromkeys(("女", "女性", "2", "female", "f"), "女"),
}


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

    >>> checked_size("4人", 4) is None, checked_size(4.0, 2).reason.zh
    (True, '写的是 4 人，名册上这一户有 2 行')
    """
    if is_blank(cell):
        return None
    text = folded(as_written(cell))
    said = _SIZE.fullmatch(text)
    if said is None:
        return _faulty(cell, "应为人数", "expected a number of persons", "not_a_number")
    if int(said[1]) == rows:
        return None
    return _faulty(
        cell,
        f"写的是 {int(said[1])} 人，名册上这一户有 {rows} 行",
        f"{int(said[1])} persons are stated, and the household has {rows} rows",
    )


def checked_sex(cell: Cell, number: Cell, as_of: date) -> Cell:
    """Nothing where the sex that is stated is that of the citizen number, or one is not there."""
    said = _SEXES.get(folded(as_written(cell)))
    own = _of_number(number, as_of)
    if said is None or own is None or own[1] == said:
        return None
    en = "a man's" if own[1] == "男" else "a woman's"
    return _faulty(cell, f"与证件号码不符：号码是{own[1]}性的", f"the citizen number is {en}")


def checked_birth(cell: Cell, number: Cell, as_of: date) -> Cell:
    """Nothing where the birth that is stated is that of the citizen number, as far as it is stated."""
    own = _of_number(number, as_of)
    if is_blank(cell) or own is None:
        return None
    written = as_written(cell)
    try:
        # Of a month or a year any day of it will do.
        first, last = (day_of_cell(cell, written, which) for which in ("first", "last"))
    except DayError:
        return None
    if first <= own[0] <= last:
        return None
    return _faulty(cell, "与证件号码中的出生日期不符", "not the day of birth of the citizen number")


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
