"""Units that headers state: converted exactly to the field's, or refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from shibie.errors import Words
from shibie.rosters.cells import Cell, FaultyCell, as_written, is_blank
from shibie.rosters.header_labels import BRACKETS, UNIT_BEHIND, Label, text_of
from shibie.vocabulary import FieldSpec, folded

_MONEY: Final[Mapping[str, Fraction]] = {
    "元": Fraction(1), "人民币": Fraction(1), "人民币元": Fraction(1), "圆": Fraction(1),
    "角": Fraction(1, 10), "分": Fraction(1, 100), "百元": Fraction(100), "千元": Fraction(1000),
    "万元": Fraction(10_000), "万": Fraction(10_000), "十万元": Fraction(100_000),
    "百万元": Fraction(1_000_000), "亿元": Fraction(100_000_000), "亿": Fraction(100_000_000),
}  # fmt: skip
# How many of a year each is.
_PERIODS: Final[Mapping[str, Fraction]] = {
    "年": Fraction(1), "半年": Fraction(2), "季": Fraction(4), "季度": Fraction(4),
    "月": Fraction(12), "每年": Fraction(1), "每月": Fraction(12),
}  # fmt: skip
_SAME: Final[Mapping[str, str]] = {
    "个月": "月", "口": "人", "名": "人", "平米": "平方米", "㎡": "平方米", "m2": "平方米",
    "周岁": "岁", "辆": "件", "台": "件", "套": "件", "处": "件", "个": "件", "次": "件",
}  # fmt: skip
# Units that are known, though not each can be converted to each.
_OTHER: Final = frozenset((
    "月", "人", "平方米", "岁", "件", "天", "日", "周", "小时", "工日", "亩", "公顷", "户", "斤",
    "公斤", "千克", "吨", "美元", "港元", "港币", "%", "%", "‰", "里", "公里", "米", "千米", "头", "只",
))  # fmt: skip
_TIMES: Final[Mapping[tuple[str, str], Fraction]] = {("年", "月"): Fraction(12)}
_TABLE_WIDE: Final = re.compile(r"(?:金额|收入|货币|计量|计价)?单位:?(.+)")
_NUMBER: Final = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?")


def is_unit_row(row: Sequence[Cell]) -> bool:
    """Whether a row below a header holds nothing but units and notes in brackets.

    >>> is_unit_row(["", "(元)", "万元"]), is_unit_row(["", "", ""])
    (True, False)
    """
    texts = [folded(text) for cell in row if (text := text_of(cell))]
    filled = sum(not is_blank(cell) for cell in row)
    return len(texts) == filled > 0 and all(map(_is_unit, texts))


def with_unit(label: Label) -> Label:
    """A label whose lowest text is a unit, with the unit behind the text above it.

    >>> with_unit(Label("元", ("工资性收入",)))
    Label(text='工资性收入(元)', groups=())
    """
    if not label.groups or not _is_unit(folded(label.text)):
        return label
    unit = label.text if BRACKETS.fullmatch(folded(label.text)) else f"({label.text})"
    return Label(label.groups[-1] + unit, label.groups[:-1])


def _is_unit(text: str) -> bool:
    base = text.partition("/")[0]
    return bool(BRACKETS.fullmatch(text)) or base in _MONEY or base in _OTHER


class UnitError(ValueError):
    """A unit that cannot be converted exactly; `reason` says so."""

    def __init__(self, reason: Words) -> None:
        self.reason = reason
        super().__init__(reason.en)


def factor(label: Label, spec: FieldSpec, table_wide: str = "") -> tuple[str, Fraction] | None:
    """The unit that a header states for a field, and by what its numbers are multiplied.

    Args:
        label: the header; its own unit counts before those of its groups.
        spec: the field, with its unit.
        table_wide: what a line above the table says of the amounts in it.

    Returns:
        None where no unit is stated.

    Raises:
        UnitError: when it cannot be converted.

    >>> wage = FieldSpec("wage_income", "工资性收入", "money", unit="元/年")
    >>> factor(Label("工资性收入(万元)"), wage)
    ('万元', Fraction(10000, 1))
    >>> factor(Label("工资性收入"), wage, "千元")
    ('千元', Fraction(1000, 1))
    """
    if spec.type not in ("money", "decimal", "integer"):
        return None
    for text in (label.text, *reversed(label.groups)):
        for stated in _stated(text):
            times = _times(stated, spec)
            if times is not None:
                return stated, times
    if table_wide and spec.type == "money" and _base(spec) == "元":
        times = _times(table_wide, spec)
        return None if times is None else (table_wide, times)
    return None


def _stated(text: str) -> Iterable[str]:
    """What of a header may be a unit: what stands in brackets, or at its end."""
    for found in BRACKETS.findall(folded(text)):
        yield from re.split(r"[,、;]", found[1:-1].removeprefix("单位").lstrip(":"))
    suffix = UNIT_BEHIND.search(BRACKETS.sub("", folded(text)))
    if suffix and suffix.start():
        yield suffix[1]


def _base(spec: FieldSpec) -> str:
    unit = folded(spec.unit).partition("/")[0]
    return unit or ("元" if spec.type == "money" else "")


def _times(stated: str, spec: FieldSpec) -> Fraction | None:
    """By what to multiply a number of a unit; None where it is no unit at all.

    Raises:
        UnitError: when it cannot be converted.
    """
    stated = stated.strip().removesuffix("计")
    own, (base, _, period) = _base(spec), folded(spec.unit).partition("/")
    if own == "元" and (money := _money(stated, period or "", spec)) is not None:
        return money
    name = _SAME.get(stated, stated)
    if name not in _OTHER and name not in _MONEY and name.partition("/")[0] not in _MONEY:
        return Fraction(1) if own and name in (own, base) else None
    if not own or name == _SAME.get(own, own):
        return Fraction(1)
    times = _TIMES.get((name, own))
    if times is None:
        _refuse(stated, spec)
    return times


def _money(stated: str, period: str, spec: FieldSpec) -> Fraction | None:
    amount, _, each = stated.partition("/")
    if amount in _PERIODS and not each:
        amount, each = "元", amount
    if amount not in _MONEY:
        return None
    if not each or each == period:
        return _MONEY[amount]
    if each not in _PERIODS or period not in _PERIODS:
        _refuse(stated, spec)
    return _MONEY[amount] * _PERIODS[each] / _PERIODS[period]


def _refuse(stated: str, spec: FieldSpec) -> None:
    unit = spec.unit or ("元" if spec.type == "money" else "")
    raise UnitError(
        Words(
            f"单位“{stated}”不能准确换算为“{unit}”",
            f"the unit '{stated}' cannot be converted exactly to '{unit}'",
        )
    )


def table_wide_unit(rows: Sequence[Sequence[Cell]]) -> str:
    """The unit of amounts that a line above a table states, or nothing.

    >>> table_wide_unit([["石磨村收入表"], ["填报单位:样例镇", "单位:人、万元"]])
    '万元'
    """
    for row in rows:
        for cell in row:
            text = folded(text_of(cell))
            for part in (text, *(found[1:-1] for found in BRACKETS.findall(text))):
                said = _TABLE_WIDE.fullmatch(part)
                for token in re.split(r"[,、;]|/(?=人|户)", said[1]) if said else ():
                    if token in _MONEY:
                        return token
    return ""


def converted(cell: Cell, unit: str, times: Fraction) -> Cell:
    """A number of a stated unit in the field's own, exactly; a blank cell stays blank.

    >>> converted(0.3, "万元", Fraction(10000)), converted("1,200.5", "千元", Fraction(1000))
    (Decimal('3000'), Decimal('1200500'))
    """
    if is_blank(cell) or isinstance(cell, FaultyCell):
        return cell
    number = _number(cell)
    if number is None:
        return FaultyCell(
            as_written(cell),
            Words(
                f"栏目的单位是{unit}，应为不带单位的数字",
                f"the column is in {unit}: expected a number without a unit",
            ),
            "not_a_number",
        )
    product = Fraction(number) * times
    found = Decimal(product.numerator) / Decimal(product.denominator)
    if Fraction(found) != product:
        return FaultyCell(
            as_written(cell),
            Words(f"按{unit}换算除不尽", f"{unit} does not convert to a whole part"),
            "not_a_number",
        )
    return found


def _number(cell: Cell) -> Decimal | None:
    match cell:
        case bool():
            return None
        case int() | Decimal():
            return Decimal(cell)
        case float():
            exact = Decimal(repr(cell))
            if not exact.is_finite() or abs(exact) >= Decimal(10) ** 15:
                return None
            # A spreadsheet's own noise lies far beyond what anybody writes.
            near = round(exact, 8)
            return near if abs(near - exact) < Decimal("1e-10") else exact
        case str():
            text = "".join(folded(cell).split())
            return Decimal(text.replace(",", "")) if _NUMBER.fullmatch(text) else None
        case _:
            return None
