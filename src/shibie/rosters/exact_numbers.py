"""Numbers as people write them in cells: read where they are exact, else refused with what to write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Final

from shibie.chinese_numbers import chinese_number
from shibie.household import AMOUNT_LIMIT, COUNT_LIMIT
from shibie.plain_text import APOSTROPHES, unspaced
from shibie.rosters.cell_error import fault
from shibie.traditional import simplified
from shibie.vocabulary import FieldSpec

_NUMBER: Final = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d*)?")
_UNIT: Final = re.compile(r"(?:元|圆|块)(?:/(年|月))?$|(?<=[\d百千万])/(年|月)$")
# 3w and 3k.
_SHORT_UNIT: Final = re.compile(r"(?<=\d)[wWkK]$")
# What says that there is nothing, which is no number.
_NONE: Final = frozenset(("无", "没有", "没", "未务工", "未外出", "无收入", "没有收入"))
_GROUPED_WRONG: Final = re.compile(r"[+-]?\d+(?:,\d*)+(?:\.\d*)?")
# Three places behind the point: of a number, or thousands.
_POINT_OR_COMMA: Final = re.compile(r"[1-9]\d{0,2}\.\d\d0")
# Written as a part of ten thousand and the like.
_UNITS: Final[Mapping[str, int]] = {
    "百": 10**2, "千": 10**3, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8,
}  # fmt: skip
_IN_UNIT: Final = re.compile(r"(\d+(?:\.\d+)?)([十百千]?万|亿|千|百)")
_IN_UNITS: Final = re.compile(rf"([+-]?)(?:{_IN_UNIT.pattern})+")
_ROUGH: Final = re.compile(r"约|大概|大致|左右|上下|差不多|将近|接近|[多余几]$|[多余几][百千万亿]")


def exact_number(cell: object, spec: FieldSpec, places: int) -> Decimal:
    """The number that a cell holds or writes, with so many places behind the point at most.

    Raises:
        CellError: where it is none, is not sure, or has more places.

    >>> wage = FieldSpec("wage_income", "工资性收入", "money", unit="元/年")
    >>> exact_number("1.2万元", wage, 2), exact_number("三千", wage, 2)
    (Decimal('12000.00'), Decimal('3000.00'))
    """
    match cell:
        case bool() | date() | time():
            fault("not_a_number", "应为数字", "expected a number")
        case int() | Decimal():
            number = Decimal(cell)
        case float():
            number = _from_float(cell, places)
        case _:
            text = unspaced(str(cell)).lstrip(APOSTROPHES)
            text = text.removeprefix("¥").removeprefix("\uffe5")
            if spec.type == "money":
                text = _bare_amount(text)
            text = _of_the_period(text, spec)
            if spec.type == "money":
                text = in_full(_SHORT_UNIT.sub(_unit_in_full, text))
            if (numerals := chinese_number(text)) is not None:
                text = str(numerals)
            _must_be_plain(text, spec)
            if "万" in text or "亿" in text:
                fault(
                    "not_a_number", "请写出整个数，不用“万”", "write the number in full, without 万"
                )
            if _ROUGH.search(text) and re.search(r"\d", text):
                fault(
                    "not_a_number",
                    "应写确切的数，如 3000，不写“约”“左右”",
                    "write the exact number, e.g. 3000, without 约 or 左右",
                )
            if not _NUMBER.fullmatch(text) or len(text) > 40:
                fault("not_a_number", "应为数字", "expected a number")
            try:
                number = Decimal(text.replace(",", ""))
            except InvalidOperation:
                fault("not_a_number", "应为数字", "expected a number")
    if not number.is_finite():
        fault("not_a_number", "应为数字", "expected a number")
    if abs(number) >= AMOUNT_LIMIT:
        fault(
            "too_large",
            f"数值过大（应小于 {AMOUNT_LIMIT}）",
            f"too large (must be below {AMOUNT_LIMIT})",
        )
    if number != round(number, places):
        fault("too_many_decimals", f"小数不能超过 {places} 位", f"at most {places} decimal places")
    return round(number, places) + 0


def _bare_amount(text: str) -> str:
    """An amount without what says that it is one of yuan and whole."""
    text = text.removeprefix("人民币")
    text = text.removesuffix("整").removesuffix("正").removesuffix("钱")
    for sign in ("¥", "\uffe5", "rmb", "RMB"):
        text = text.removeprefix(sign).removesuffix(sign)
    return text


def _unit_in_full(found: re.Match[str]) -> str:
    return {"w": "万", "k": "千"}[found[0].lower()]


def _must_be_plain(text: str, spec: FieldSpec) -> None:
    """Refuse, with what to write, a number that may be one of two, or says that there is none."""
    if simplified(text) in _NONE:
        fault(
            "not_a_number",
            "应为数字；没有请填 0，不知道请留空",
            "expected a number; write 0 for none, or leave it blank where it is not known",
        )
    if _GROUPED_WRONG.fullmatch(text) and not _NUMBER.fullmatch(text):
        fault(
            "not_a_number",
            "逗号的位置不对，请不带逗号重写，如 12000",
            "a comma is in the wrong place; write the number without commas, e.g. 12000",
        )
    if spec.type == "money" and _POINT_OR_COMMA.fullmatch(text):
        one, other = text.rstrip("0").rstrip("."), text.replace(".", "")
        fault(
            "not_a_number",
            f"分不清是 {one} 还是 {other}，请写整数或两位小数",
            f"it may be {one} or {other}; write a whole number, or two decimals",
        )


def _of_the_period(text: str, spec: FieldSpec) -> str:
    """An amount without 元/年; what is said of a month is no amount of a year."""
    unit = _UNIT.search(text)
    if unit is None:
        return text
    period = unit[1] or unit[2]
    if (
        period
        and (other := {"年": "月", "月": "年"}[period]) in spec.unit
        and period not in spec.unit
    ):
        fault(
            "not_a_number",
            f"这里应填每{other}的数（{spec.unit}），写的是每{period}的，请换算",
            f"the amount is to be per {other} ({spec.unit}), not per {period}; convert it",
        )
    return text[: unit.start()]


def in_full(text: str) -> str:
    """A number with 百, 千, 万 or 亿 in digits, where it is exact; any other text as it is.

    >>> in_full("1.2万"), in_full("3万5千"), in_full("-2百"), in_full("1万2")
    ('12000.0', '35000', '-200', '1万2')
    """
    whole = _IN_UNITS.fullmatch(text)
    if whole is None:
        return text
    parts = [(Decimal(number), _UNITS[unit]) for number, unit in _IN_UNIT.findall(text)]
    units = [unit for _, unit in parts]
    exact = len(parts) == 1 or all(number == int(number) for number, _ in parts)
    if not exact or any(after >= before for before, after in pairwise(units)):
        return text
    return f"{whole[1]}{sum(number * unit for number, unit in parts):f}"


def _from_float(cell: float, places: int) -> Decimal:
    """The number that the spreadsheet showed: removes binary noise far below a cent."""
    number = Decimal(repr(cell))
    if not number.is_finite():
        fault("not_a_number", "应为数字", "expected a number")
    if abs(number) >= AMOUNT_LIMIT:
        return number
    near = round(number, places)
    return near if near != number and abs(near - number) < Decimal("1e-6") else number


def must_be_within_limits(value: int | Decimal, spec: FieldSpec) -> None:
    """Refuse a number that a field cannot have.

    Raises:
        CellError: with the limit.
    """
    limit = COUNT_LIMIT if spec.type == "integer" else AMOUNT_LIMIT
    if abs(Decimal(value)) >= limit:
        fault("too_large", f"数值过大（应小于 {limit}）", f"too large (must be below {limit})")
    if spec.minimum is not None and value < spec.minimum:
        fault("too_small", f"不能小于 {spec.minimum}", f"must be at least {spec.minimum}")
    if spec.maximum is not None and value > spec.maximum:
        fault("too_large", f"不能大于 {spec.maximum}", f"must be at most {spec.maximum}")
