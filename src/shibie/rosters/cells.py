"""One cell of a table → a typed value, or the reason why not.

A blank cell is unknown. Nothing is guessed: what cannot be read exactly is refused with
what was found and what was expected.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, Final

from shibie import citizen_id
from shibie.case import Value
from shibie.errors import Words, closest, listed
from shibie.health_words import NOT_SHOWN, tells_of_health
from shibie.other_documents import other_document
from shibie.plain_text import latin, legible, plain, unspaced
from shibie.rosters.cell_error import CellError, fault
from shibie.rosters.days import DayError, day_of_cell
from shibie.rosters.exact_numbers import exact_number, must_be_within_limits
from shibie.shown_text import shown_line
from shibie.traditional import simplified
from shibie.vocabulary import FieldSpec, FieldType, folded


@dataclass(frozen=True)
class FaultyCell:
    """A cell of which its reader knows what is wrong with it.

    It is not blank, and reads as no value of any field.

    Attributes:
        written: what stands in it.
        reason: what is wrong and what was expected.
        code: what kind of fault it is: one of `errors.CODES`.
    """

    written: str
    reason: Words
    code: str

    def __str__(self) -> str:
        return self.written


class NotAsked(Enum):
    """In place of a cell: what its column asks is not asked of this row, which is no blank."""

    NOT_ASKED = "not asked"


NOT_ASKED: Final = NotAsked.NOT_ASKED
Cell = str | int | float | bool | date | datetime | time | Decimal | FaultyCell | NotAsked | None

BLANK: Final = frozenset(
    ("", "-", "--", "—", "——", "/", "\\", "n/a", "na", "不详", "未知", "无数据")
)
YES: Final = frozenset(
    ("是", "是的", "对", "已", "√", "✓", "✔", "☑", "v", "有", "true", "yes", "y", "1")
)
NO: Final = frozenset(
    (
        "否",
        "不是",
        "未",
        "没",
        "×",
        "✗",
        "✘",
        "✕",
        "✖",
        "╳",
        "x",
        "无",
        "没有",
        "false",
        "no",
        "n",
        "0",
    )
)
# A spreadsheet keeps fifteen digits of a number.
_LAST_SURE: Final = 10**15
# The numbers of households and members, of which one is merged with another where digits are lost.
_IDENTIFYING: Final = frozenset(("household_id", "member_id"))
# How a spreadsheet writes a number of which it has lost digits: 5.119E+17.
_ROUNDED: Final = re.compile(r"\d+(?:\.\d+[eE]\+?|[eE]\+)\d+")
# What a spreadsheet shows where a formula fails.
ERROR_VALUES: Final = frozenset(
    (
        "#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
        "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#GETTING_DATA",
    )
)  # fmt: skip
# The same in other programs, and what is shown where a column is too narrow: ####, Err:502.
_BROKEN: Final = re.compile(r"#+|#[^\W\d_]+[!?].*|err:\d+", re.IGNORECASE)
LOST_DIGITS: Final = Words(
    "单元格是数字格式，末位已丢失，请改为文本格式重填",
    "the cell is a number and has lost digits; enter it again as text",
)
_NUMBERS: Final = frozenset(("money", "decimal", "integer"))
# What a year and half of it are in months; how many the whole year is nobody doubts.
_YEARS: Final[Mapping[str, int]] = {
    "半年": 6, "一年": 12, "1年": 12, "全年": 12, "整年": 12, "一整年": 12,
}  # fmt: skip
# No word for a code is longer, and no two of them are looked for in what is much longer.
_LONGEST_WORD: Final = 60
_NUMBERED: Final = re.compile(r"^\d{1,3}[\s.、_:-]*")
# Where else than in a column for one code there is room for more of it.
_FURTHER: Final[Mapping[str, tuple[str, str]]] = {
    "main_cause": (
        "；请只留最主要的，其余写入“其他致贫原因”",
        "; keep the main one, and write the others as other_causes",
    )
}
_LISTED: Final = re.compile(r"[|、,;/+\s]+|(?<=[一-鿿])[和及与](?=[一-鿿])")
SEPARATORS: Final = re.compile(r"[|、,;/\s]+")
_FIRM_SEPARATORS: Final = re.compile(r"[|、,;/]+")
# White space separates codes too, but not a number from the label that it numbers.
_SOFT_SEPARATORS: Final = re.compile(r"(?<![\d.])\s+")


def read_cell(cell: Cell, spec: FieldSpec, as_of: date) -> Value:
    """The typed value of a cell; None (unknown) for a blank one.

    Args:
        cell: as the reader delivered it.
        spec: the field it is for.
        as_of: birth dates after this day are refused.

    Raises:
        CellError: with the reason, when the cell cannot be read.

    >>> money = FieldSpec("wage_income", "工资性收入", "money")
    >>> read_cell("1,234.50 元", money, date(2015, 1, 1))
    Decimal('1234.50')
    >>> read_cell("√", FieldSpec("safe_water", "饮水安全", "bool"), date(2015, 1, 1))
    True
    """
    if is_blank(cell) or cell is NOT_ASKED:
        return None
    if isinstance(cell, FaultyCell):
        raise CellError(cell.reason, cell.code)
    if isinstance(cell, str) and (text := plain(cell).upper()) in ERROR_VALUES:
        raise CellError(error_words(text), "cell_error")
    value: Value = _READERS[spec.type](cell, spec, as_of)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        must_be_within_limits(value, spec)
    return value


def read_plain(value: object, spec: FieldSpec, as_of: date) -> Value:
    """The typed value of what JSON, YAML or Python code gives, read as a cell is.

    Sets of codes may be lists. A binary float is taken as it is written, at its shortest:
    a spreadsheet's noise is not the author's, but what a program has computed is, and
    0.1 + 0.2 has too many places for an amount.

    Raises:
        CellError: with the reason, when the value cannot be read.

    >>> money = FieldSpec("wage_income", "工资性收入", "money")
    >>> read_plain(1000.1, money, date(2015, 1, 1))
    Decimal('1000.10')
    """
    if spec.type == "codes" and isinstance(value, list | tuple | frozenset | set):
        texts = [item if isinstance(item, str) else str(item) for item in value]
        return frozenset(filter(None, (_coded(plain(text), spec) for text in texts)))
    if isinstance(value, bool) and spec.type == "text":
        fault("not_text", "应为文字", "expected text")
    if spec.type == "citizen_id" and isinstance(value, int):
        fault("bad_citizen_number", "号码应写成文字", "write the number as text")
    if spec.type in _NUMBERS and isinstance(value, float) and math.isfinite(value):
        value = Decimal(float.__repr__(value))
    if isinstance(value, str) and value in spec.codes:
        return frozenset((value,)) if spec.type == "codes" else value
    if value is not None and not isinstance(value, str | int | float | date | time | Decimal):
        fault("invalid", "应为单个值", "expected a single value")
    return read_cell(value, spec, as_of)


def is_blank(cell: Cell) -> bool:
    """Whether a cell says nothing."""
    return cell is None or (isinstance(cell, str) and plain(cell).lower() in BLANK)


def shown(cell: Cell, spec: FieldSpec | None) -> str:
    """A cell as a message may show it: without what is sensitive, long ones cut."""
    text = as_written(cell)
    if spec is not None and (spec.type == "citizen_id" or spec.sensitive):
        return citizen_id.mask(text)
    if tells_of_health(text):
        return NOT_SHOWN
    text = shown_line(text)
    return text if len(text) <= 60 else text[:60] + "…"


def as_written(cell: Cell) -> str:
    """A cell as text."""
    match cell:
        case None | NotAsked():
            return ""
        case float() if cell.is_integer() and abs(cell) < 1e22:
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case _:
            return str(cell).strip()


def error_words(value: str) -> Words:
    """What is wrong with a cell that holds a spreadsheet's error value."""
    return Words(
        f"是公式出错的结果 {value}，请改正公式，或直接填写",
        f"a formula has failed ({value}); mend it, or write the value",
    )


def identifies(spec: FieldSpec) -> bool:
    """Whether a text tells households, or members, from one another."""
    return spec.name in _IDENTIFYING


def _bool(cell: Cell, spec: FieldSpec, as_of: date) -> Value:
    if isinstance(cell, bool):
        return cell
    text = simplified(latin(folded(as_written(cell))))
    if text in YES:
        return True
    if text in NO:
        return False
    if text in spec.read_as:
        return spec.read_as[text] == "是"
    _must_be_sure(text, spec, "not_yes_no")
    fault("not_yes_no", "应为 是/否（或 √/×、有/无）", "expected 是/否 (yes/no)")


def _money(cell: Cell, spec: FieldSpec, as_of: date) -> Value:
    return exact_number(cell, spec, 2)


def _decimal(cell: Cell, spec: FieldSpec, as_of: date) -> Value:
    return exact_number(cell, spec, 4)


def _integer(cell: Cell, spec: FieldSpec, as_of: date) -> Value:
    if isinstance(cell, str):
        text = unspaced(cell)
        if spec.unit == "月" and text in _YEARS:
            return _YEARS[text]
        cell = re.sub(r"(个月|人|月|岁|件|户)$", "", text)
        if re.search("[年天]", text) and spec.unit == "月":
            fault("not_a_number", "应为月数，如 6", "expected a number of months, e.g. 6")
    number = exact_number(cell, spec, 4)
    if number != int(number):
        fault("not_whole", "应为整数", "expected a whole number")
    return int(number)


def _date(cell: Cell, spec: FieldSpec, as_of: date) -> Value:
    try:
        return day_of_cell(cell, as_written(cell), spec.incomplete, spec.time_zone)
    except DayError as error:
        raise CellError(error.reason, error.code) from None


def _code(cell: Cell, spec: FieldSpec, as_of: date) -> Value:
    return _coded(plain(as_written(cell)), spec) or None


def reads_as(cell: Cell, spec: FieldSpec, code: str) -> bool:
    """Whether a cell is read as a code, itself or one of its words.

    >>> relation = FieldSpec("r", "关系", "code", codes=("户主", "配偶"), words=(("本人", "户主"),))
    >>> reads_as("01 本人", relation, "户主"), reads_as("妻", relation, "户主")
    (True, False)
    """
    return _found(plain(as_written(cell)), spec) == code


def _found(text: str, spec: FieldSpec) -> str | None:
    """The code that a label stands for."""
    return next((spec.read_as[label] for label in _labels(text) if label in spec.read_as), None)


def _labels(text: str) -> Iterator[str]:
    """What a text may be as a label: a number before the label does not count."""
    for each in dict.fromkeys((text, latin(text), simplified(text))):
        yield folded(each)
        yield folded(_NUMBERED.sub("", each))


def _must_be_sure(text: str, spec: FieldSpec, code: str) -> None:
    """Refuse a word that may mean several things, with what it may mean."""
    if spec.sensitive:
        return  # what it may mean tells of somebody what is not shown
    meant = next((spec.may_mean[label] for label in _labels(text) if label in spec.may_mean), ())
    if meant:
        zh, en = "、".join(meant), listed(meant)
        fault(
            code,
            f"意思不能确定，可能是 {zh}；请写明",
            f"not certain, may mean {en}; write which",
        )


def _how_many(text: str, spec: FieldSpec) -> int:
    """How many codes a text lists, with or without anything between two."""
    parts = [part for part in _LISTED.split(text) if part]
    if len(parts) > 1 and all(_found(part, spec) for part in parts):
        return len(parts)
    if len(text) > 2 * _LONGEST_WORD:
        return 0
    halves = ((text[:at], text[at:]) for at in range(2, len(text) - 1))
    return 2 if any(_found(one, spec) and _found(two, spec) for one, two in halves) else 0


def _coded(text: str, spec: FieldSpec) -> str:
    """The code behind a label; empty where the label stands for a blank."""
    found = _found(text, spec)
    if found is not None:
        return found
    _must_be_sure(text, spec, "not_a_code")
    count = _how_many(text, spec) if spec.type == "code" else 0
    if count > 1:
        further_zh, further_en = _FURTHER.get(spec.name, ("", ""))
        fault(
            "not_a_code",
            f"只能填一项，这里写了 {count} 项{further_zh}",
            f"only one may be written here, found {count}{further_en}",
        )
    match = None if spec.sensitive else _most_like(text, spec)
    hint_zh, hint_en = (f"，是否为“{match}”？", f"; did you mean '{match}'?") if match else ("", "")
    fault(
        "not_a_code",
        f"不在代码表中（应为 {listed(spec.codes, lang='zh')}）{hint_zh}",
        f"not one of: {listed(spec.codes)}{hint_en}",
    )


# One such word often fills a whole column, and there are hundreds that it may be like.
@lru_cache(maxsize=1024)
def _most_like(text: str, spec: FieldSpec) -> str | None:
    """The code that a word which stands for none is most like."""
    # Most words have nothing in common with what was written, and need no closer look.
    letters = set(text)
    words = (*spec.codes, *(word for word, code in spec.words if code))
    near = closest(text, (word for word in words if not letters.isdisjoint(word)))
    return near and _found(near, spec)


def _codes(cell: Cell, spec: FieldSpec, as_of: date) -> Value:
    text = plain(as_written(cell))
    whole = _found(text, spec)
    if whole:
        return frozenset((whole,))
    if simplified(text) in ("无", "没有"):
        return frozenset()
    parts = [
        part
        for piece in _FIRM_SEPARATORS.split(text)
        for part in _SOFT_SEPARATORS.split(piece.strip())
        if part
    ]
    if not parts:
        # A lone separator lists nothing; it does not say that there is nothing.
        fault("not_a_code", "没有写出代码；没有请写“无”", "no code is written; write 无 for none")
    return frozenset(filter(None, (_coded(part, spec) for part in parts)))


def _text(cell: Cell, spec: FieldSpec, as_of: date) -> Value:
    if isinstance(cell, float) and not math.isfinite(cell):
        fault("not_text", "应为文字", "expected text")
    if isinstance(cell, float) and abs(cell) >= _LAST_SURE:
        fault("lost_digits", *LOST_DIGITS)
    text = legible(as_written(cell))
    if identifies(spec) and _BROKEN.fullmatch(text):
        raise CellError(error_words(text), "cell_error")
    if identifies(spec) and _ROUNDED.fullmatch(text):
        fault("lost_digits", *LOST_DIGITS)
    return spec.spelled.get(text, text) or None


def _citizen_id(cell: Cell, spec: FieldSpec, as_of: date) -> Value:
    if isinstance(cell, int | float | Decimal):
        fault("bad_citizen_number", *LOST_DIGITS)
    if not isinstance(cell, str):
        fault("bad_citizen_number", "应为文本格式的证件号码", "expected the number as text")
    other = other_document(cell) if spec.documents else None
    if other is not None:
        return other.number
    try:
        return citizen_id.parse(cell, as_of).number
    except citizen_id.CitizenIdError as error:
        raise CellError(error.reason, "bad_citizen_number") from None


_READERS: Mapping[FieldType, Callable[[Cell, FieldSpec, date], Any]] = {
    "bool": _bool, "integer": _integer, "decimal": _decimal, "money": _money, "text": _text,
    "code": _code, "codes": _codes, "date": _date, "citizen_id": _citizen_id,
}  # fmt: skip
