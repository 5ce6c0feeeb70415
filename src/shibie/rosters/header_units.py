"""Units that headers state: converted exactly to the field's, or refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from shibie.errors import Words
from shibie.rosters.cells import Cell, is_blank
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
    "月": Fraction(12), "每年": Fraction(1), "每月": Fraction(12), "年均": Fraction(1),
    "月均": Fraction(12), "每季": Fraction(4), "每季度": Fraction(4), "季均": Fraction(4),
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
# The same units as they are also written.
_SPELLED: Final = (
    ("\\", "/"),
    ("圆", "元"),
    ("仟", "千"),
    ("佰", "百"),
    ("人民币", ""),
    ("rmb", "元"),
)
# What is no whole year of a whole household, whatever unit it is in.
_PER_HEAD: Final = re.compile("人均|每人|人平")
# What a remark on an amount may not say without being understood: units, and parts of a year.
_DOUBTFUL: Final = re.compile(
    r"[元万]|^[百千]|人均|每人|[每/]|月|季|[日天周]均?$|小时|工时|半年|近[\d一二两三四五六]年|美金|美元|港[元币]"
)
_HARMLESS: Final = re.compile(
    r"(?:不?含|不?包括|扣除|如|指|即|见|来自|其中)[^元万]*"
    # A whole year: of the calendar, or from one month to that of another year.
    r"|(?:\d{4}年)?0?1月?[-~至—–到](?:\d{4}年)?12月|\d{4}年度?\d{1,2}月[-~至—–到]\d{4}年度?\d{1,2}月"
)
# A group of columns that is of a month, as its name has it: 家庭月收入.
_OF_PERIOD: Final = re.compile(r"(?<!\d)(月均?|季度?|半年|日|天)(?:收入|支出|工资|所得|金额)")
_AMOUNT: Final = r"(?:亿|千万|百万|十万|万|千|百)元|元(?=/)"
# A unit in a line above a table; not an amount (2800元), nor what is above it (万元以上, 万元户).
_WIDE: Final = re.compile(
    rf"(?<![\d.一二三四五六七八九十两几数超过上近])((?:{_AMOUNT})(?:/[人户年月季度日天·.]+(?:/[人户年月])?)?)(?![户以村])"
)
_WIDE_LIST: Final = re.compile(r"单位(?:为|是|均为|[:(])?([^)。]+)")
# Says how to fill a column in, below its header.
_HINT: Final = re.compile(
    r"(?:[^\d/]{1,6}/)+[^\d/]{1,6}|[(]?(?:必填|选填|单选|多选|可?下拉|文本|数字|数值|日期)(?:格式|选择|项)?[)]?"
)


def is_unit_row(row: Sequence[Cell]) -> bool:
    """Whether a row below a header holds nothing but units and notes in brackets.

    >>> is_unit_row(["", "(元)", "万元"]), is_unit_row(["", "", ""])
    (True, False)
    """
    filled = [cell for cell in row if not is_blank(cell)]
    texts = [folded(text) for cell in filled if (text := text_of(cell))]
    return (
        len(texts) == len(filled)
        and any(map(_is_unit, texts))
        and all(_is_unit(text) or is_hint(text) for text in texts)
    )


def is_hint(text: str) -> bool:
    """Whether a text below a header says how to fill its column in.

    >>> is_hint("是/否"), is_hint("必填"), is_hint("小学")
    (True, True, False)
    """
    return bool(_HINT.fullmatch(text))


def with_unit(label: Label) -> Label:
    """A label whose lowest text is a unit, with the unit behind the text above it.

    >>> with_unit(Label("元", ("工资性收入",)))
    Label(text='工资性收入(元)', groups=())
    """
    if not label.groups:
        return label
    if not _is_unit(folded(label.text)):
        hint = is_hint(folded(label.text))
        return Label(label.groups[-1], label.groups[:-1]) if hint else label
    unit = label.text if BRACKETS.fullmatch(folded(label.text)) else f"({label.text})"
    return Label(label.groups[-1] + unit, label.groups[:-1])


def _is_unit(text: str) -> bool:
    base = _PER_HEAD.sub("", _respelled(text)).partition("/")[0]
    return bool(BRACKETS.fullmatch(text)) or base in _MONEY or base in _OTHER


def _respelled(text: str) -> str:
    """A unit in its usual spelling.

    >>> _respelled("w元"), _respelled("元每月"), _respelled("人民币仟元")
    ('万元', '元/月', '千元')
    """
    for written, usual in _SPELLED:
        text = text.replace(written, usual)
    text = re.sub(r"(?<![a-z\d.])w(?=元|$)", "万", text)
    return re.sub(r"(?<=元)每", "/", text)


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
    texts = (label.text, *reversed(label.groups))
    if _is_yuan(spec):
        for text in texts:
            if said := _PER_HEAD.search(_respelled(folded(text))):
                _refuse(said[0], spec)
    for text in texts:
        for stated in _stated(text):
            times = _times(stated, spec)
            if times is not None:
                return _of_group(label, stated, times, spec)
    if _is_yuan(spec) and (table_wide or _period_of_groups(label)):
        stated = table_wide or "元"
        return _of_group(label, stated, _times(stated, spec), spec)
    return None


def _is_yuan(spec: FieldSpec) -> bool:
    """Whether a number is an amount in yuan, whatever time it is of."""
    return spec.type == "money" and _base(spec) == "元"


def _period_of_groups(label: Label) -> str:
    """The part of a year that a group's name says its amounts are of, or nothing."""
    for text in label.groups:
        found = _OF_PERIOD.search(BRACKETS.sub("", folded(text)))
        if found:
            return found[1]
    return ""


def _of_group(
    label: Label, stated: str, times: Fraction | None, spec: FieldSpec
) -> tuple[str, Fraction] | None:
    """A unit together with the part of a year that its group is of."""
    if times is None:
        return None
    period = _period_of_groups(label) if _is_yuan(spec) else ""
    if not period or any(each in stated for each in "年月季"):
        return stated, times
    each = folded(spec.unit).partition("/")[2]
    if period not in _PERIODS or each not in _PERIODS:
        _refuse(f"{stated}/{period}", spec)
    return f"{stated}/{period}", times * _PERIODS[period] / _PERIODS[each]


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
    written, stated = stated, _respelled(stated.strip()).removesuffix("计")
    own, (base, _, period) = _base(spec), folded(spec.unit).partition("/")
    if own == "元":
        if (money := _money(stated, period or "", spec)) is not None:
            return money
        if _DOUBTFUL.search(stated) and not _HARMLESS.fullmatch(stated):
            _refuse(written, spec)
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
    """The unit of amounts that lines around a table state, or nothing.

    Several are given back as they stand, with `、` between: no amount can be converted by them.

    >>> table_wide_unit([["石磨村收入表"], ["填报单位:样例镇", "单位:人、万元"]])
    '万元'
    >>> table_wide_unit([["石磨村收入表 (单位:元/月)"]]), table_wide_unit([["2800元以下的户"]])
    ('元/月', '')
    """
    found: dict[str, None] = {}
    for row in rows:
        for cell in row:
            text = _respelled(folded(text_of(cell)))
            found |= dict.fromkeys(_WIDE.findall(text))
            for said in _WIDE_LIST.findall(text):
                parts = re.split(r"[,、;]", said)
                found |= {part: None for part in parts if part in _MONEY}
    return "、".join(found)
