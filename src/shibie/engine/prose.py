"""The describing reading: a condition as a sentence that a villager can read.

`describe` says what a condition asks; `state` says what a traced condition found, with
its numbers: 家庭人均纯收入 2,310.00 元,低于 2015 年贫困线 2,855 元. Both are deterministic:
every word is from the vocabulary, the pack's titles or the tables below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

from shibie.engine.case import Value
from shibie.engine.trace import Trace
from shibie.errors import Lang, Words
from shibie.language import tree
from shibie.language.names import MEMBERS
from shibie.language.tree import Node
from shibie.language.types import Bool, Date, Number
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import FieldSpec

_NUMBERS: Mapping[str, Words] = {
    "<": Words("低于", "is below"), "<=": Words("不高于", "is at most"),
    ">": Words("高于", "is above"), ">=": Words("不低于", "is at least"),
    "==": Words("等于", "equals"), "!=": Words("不等于", "differs from"),
}  # fmt: skip
_DATES: Mapping[str, Words] = {
    "<": Words("早于", "is before"), "<=": Words("不晚于", "is not after"),
    ">": Words("晚于", "is after"), ">=": Words("不早于", "is not before"),
    "==": Words("就是", "is"), "!=": Words("不是", "is not"),
}  # fmt: skip
_CODES: Mapping[str, Words] = {"==": Words("是", "is"), "!=": Words("不是", "is not")}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def describe(node: Node, ruleset: RuleSet, lang: Lang = "zh") -> str:
    """What a condition asks, or what a value is, in words.

    Args:
        node: any node of the language.
        ruleset: whose titles to use.
        lang: zh or en.
    """
    return _Prose(ruleset, lang).of(node)


def state(trace: Trace, ruleset: RuleSet, as_of: date, lang: Lang = "zh") -> str:
    """What a traced condition found, in words, with the numbers it found.

    A condition that is false is stated as its opposite; an unknown one says what is
    not known.
    """
    return _Prose(ruleset, lang).found(trace, as_of)


def amount(value: Value, lang: Lang = "zh", unit: str = "") -> str:
    """A value as people write it.

    >>> amount(Decimal("2310.00"), unit="元/人·年"), amount(True), amount(None)
    ('2,310.00 元', '是', '未知')
    """
    text = _plain(value, lang)
    shown = unit.split("/")[0]
    known_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return f"{text} {shown}" if shown and known_number else text


def _plain(value: Value, lang: Lang) -> str:
    match value:
        case None:
            return Words("未知", "unknown").say(lang)
        case bool():
            return (Words("是", "yes") if value else Words("否", "no")).say(lang)
        case int() | Decimal():
            return f"{Decimal(value):,f}"
        case date():
            return Words(f"{value.year} 年 {value.month} 月 {value.day} 日", value.isoformat()).say(
                lang
            )
        case frozenset():
            nothing = Words("无", "none").say(lang)
            return Words("、", ", ").say(lang).join(sorted(value)) or nothing
        case _:
            return value


class _Prose:
    """Words for one rule set in one language."""

    def __init__(self, ruleset: RuleSet, lang: Lang) -> None:
        self.ruleset, self.lang = ruleset, lang

    def say(self, zh: str, en: str) -> str:
        return Words(zh, en).say(self.lang)

    def of(self, node: Node) -> str:
        return _SENTENCES[type(node)](self, node)

    def inner(self, node: Node) -> str:
        """An operand, bracketed where the sentence would be ambiguous."""
        text = self.of(node)
        return f"({text})" if isinstance(node, tree.And | tree.Or | tree.Choose) else text

    # --- titles and units ---------------------------------------------------------------

    def spec(self, owner: str, name: str) -> FieldSpec | None:
        return self.ruleset.field_spec(owner, name)

    def field_title(self, owner: str, name: str) -> str:
        spec = self.spec(owner, name)
        own_words = self.lang == "zh" or self.ruleset.lang == "en"
        return spec.title if spec and own_words else name.replace("_", " ")

    def unit(self, node: Node) -> str:
        match node:
            case tree.Field(owner=owner, name=name):
                spec = self.spec(owner, name)
                return spec.unit if spec else ""
            case tree.Fact(owner=owner, name=name):
                return self.ruleset.facts[cast("Any", owner), name].unit
            case tree.Parameter(name=name):
                return self.ruleset.parameters[name].unit
            case _:
                return ""

    # --- what was found -----------------------------------------------------------------

    def found(self, trace: Trace, as_of: date) -> str:
        node, value = trace.node, trace.value
        match node:
            case tree.Compare() if value is None:
                missing = [child for child in trace.children if child.value is None]
                names = self.say("、", " and ").join(self.of(child.node) for child in missing)
                return names + self.say("未知", " unknown")
            case tree.Compare(op=op):
                left, right = (self.valued(child, as_of) for child in trace.children)
                words = self.relation(node, op if value else _OPPOSITE[op])
                return self.say(f"{left},{words}{right}", f"{left} {words} {right}")
            case tree.And() | tree.Or():
                return self.joined(trace, as_of)
            case tree.Not():
                (child,) = trace.children
                return self.found(child, as_of)
            case tree.Fact(owner=owner, name=name) if isinstance(node.type, Bool):
                rule = self.ruleset.facts[cast("Any", owner), name]
                (child,) = trace.children
                below = self.found(child, as_of)
                return f"{rule.title}: {below}" if value is not None else below
            case tree.In() | tree.HasCode():
                (child,) = trace.children
                title = self.of(child.node)
                return self.say(f"{title}:", f"{title}: ") + _plain(child.value, self.lang)
            case tree.Field() if isinstance(node.type, Bool):
                title = self.of(node)
                return self.say(f"{title}:", f"{title}: ") + _plain(value, self.lang)
            case _:
                text = self.of(node)
                if value is None:
                    return self.say(f"{text}:未知", f"{text}: unknown")
                if isinstance(node.type, Bool):
                    holds = (
                        self.say("成立", "holds") if value else self.say("不成立", "does not hold")
                    )
                    return self.say(f"{text}:{holds}", f"{text}: {holds}")
                return self.valued(trace, as_of)

    def joined(self, trace: Trace, as_of: date) -> str:
        """Only the operands that decide: the true ones of a true or, and so on."""
        deciding = [child for child in trace.children if child.value is trace.value]
        word = self.say(";", "; ")
        return word.join(self.found(child, as_of) for child in deciding)

    def valued(self, trace: Trace, as_of: date) -> str:
        """A term with its value: 家庭人均纯收入 2,310.00 元."""
        node = trace.node
        value = amount(trace.value, self.lang, self.unit(node))
        if isinstance(node, tree.Literal):
            return value
        title = self.of(node)
        if isinstance(node, tree.Parameter):
            year = self.in_force(node, trace, as_of)
            title = self.say(f" {year} 年{title}", f"the {year} {title}")
        return f"{title} {value}"

    def in_force(self, node: tree.Parameter, trace: Trace, as_of: date) -> int:
        """The year from which the parameter's present value is in force."""
        key = trace.children[0].value if trace.children else None
        steps = self.ruleset.parameters[node.name].steps(key)
        return max((day.year for day, _ in steps if day <= as_of), default=as_of.year)

    def relation(self, node: tree.Compare, op: str) -> str:
        words: Mapping[str, Words] = _CODES
        if isinstance(node.left.type, Number):
            words = _NUMBERS
        elif isinstance(node.left.type, Date):
            words = _DATES
        return words[op].say(self.lang)


def _literal(prose: _Prose, node: tree.Literal) -> str:
    text = _plain(cast("Value", node.value), prose.lang)
    return f"“{text}”" if isinstance(node.value, str) else text


def _as_of(prose: _Prose, node: tree.AsOf) -> str:
    del node
    return prose.say("认定日期", "the day of judgement")


def _parameter(prose: _Prose, node: tree.Parameter) -> str:
    return prose.ruleset.parameters[node.name].title


def _field(prose: _Prose, node: tree.Field | tree.Declared) -> str:
    return prose.field_title(node.owner, node.name)


def _sure(prose: _Prose, node: tree.Sure) -> str:
    return prose.say("确知", "known to be true: ") + prose.of(node.operand)


def _given(prose: _Prose, node: tree.Given) -> str:
    return prose.say({"age": "年龄", "sex": "性别"}[node.name], node.name)


def _fact(prose: _Prose, node: tree.Fact) -> str:
    return prose.ruleset.facts[cast("Any", node.owner), node.name].title


def _collection(prose: _Prose, node: tree.Collection) -> str:
    if node.name == MEMBERS:
        return prose.say("家庭成员", "the members")
    return prose.ruleset.registers[node.name].title


def _not(prose: _Prose, node: tree.Not) -> str:
    inside = node.operand
    match inside:
        case tree.Compare(op=op):
            opposite = tree.Compare(cast("Any", _OPPOSITE[op]), inside.left, inside.right)
            return _compare(prose, opposite)
        case tree.In():
            return _in(prose, inside, prose.say("不属于", "is none of"))
        case tree.HasCode():
            return prose.of(inside.operand) + prose.say(
                f"不含{inside.code}", f" lacks {inside.code}"
            )
        case tree.Known():
            return prose.say("不知道", "not known: ") + prose.of(inside.operand)
        case _:
            return prose.say(f"“{prose.of(inside)}”不成立", f"not ({prose.of(inside)})")


def _and(prose: _Prose, node: tree.And) -> str:
    return prose.say(",且", ", and ").join(prose.inner(operand) for operand in node.operands)


def _or(prose: _Prose, node: tree.Or) -> str:
    return prose.say(",或", ", or ").join(prose.inner(operand) for operand in node.operands)


def _compare(prose: _Prose, node: tree.Compare) -> str:
    left, right = prose.inner(node.left), prose.inner(node.right)
    words = prose.relation(node, node.op)
    return prose.say(f"{left}{words}{right}", f"{left} {words} {right}")


def _in(prose: _Prose, node: tree.In, words: str = "") -> str:
    values = prose.say("、", ", ").join(
        _plain(cast("Value", value), prose.lang) for value in node.values
    )
    words = words or prose.say("属于", "is one of")
    text = prose.inner(node.operand)
    return prose.say(f"{text}{words}{values}", f"{text} {words} {values}")


def _has_code(prose: _Prose, node: tree.HasCode) -> str:
    return prose.of(node.operand) + prose.say(f"含{node.code}", f" includes {node.code}")


def _known(prose: _Prose, node: tree.Known) -> str:
    return prose.say("已知", "known: ") + prose.of(node.operand)


def _choose(prose: _Prose, node: tree.Choose) -> str:
    parts = [prose.inner(each) for each in (node.condition, node.then, node.otherwise)]
    return prose.say(
        f"若{parts[0]}则{parts[1]},否则{parts[2]}",
        f"{parts[1]} if {parts[0]}, otherwise {parts[2]}",
    )


def _arithmetic(prose: _Prose, node: tree.Arithmetic) -> str:
    left, right = prose.of(node.left), prose.of(node.right)
    if node.op == "*":
        left, right = (_grouped(each, prose) for each in (node.left, node.right))
    elif node.op == "-":
        right = _grouped(node.right, prose)
    return f"{left} {'×' if node.op == '*' else node.op} {right}"


def _grouped(node: Node, prose: _Prose) -> str:
    text = prose.of(node)
    return f"({text})" if isinstance(node, tree.Arithmetic | tree.Choose) else text


def _negate(prose: _Prose, node: tree.Negate) -> str:
    return "-" + _grouped(node.operand, prose)


def _round(prose: _Prose, node: tree.Round) -> str:
    text = prose.of(node.operand)
    return prose.say(f"{text}(保留 {node.places} 位小数)", f"{text} (to {node.places} places)")


def _round_quotient(prose: _Prose, node: tree.RoundQuotient) -> str:
    text = f"{_grouped(node.numerator, prose)} ÷ {_grouped(node.denominator, prose)}"
    return prose.say(f"{text}(保留 {node.places} 位小数)", f"{text} (to {node.places} places)")


def _extremum(prose: _Prose, node: tree.Extremum) -> str:
    parts = prose.say("、", ", ").join(prose.of(operand) for operand in node.operands)
    least = node.kind == "min"
    return prose.say(
        f"{parts}中{'最小' if least else '最大'}者",
        f"the {'least' if least else 'greatest'} of {parts}",
    )


def _absolute(prose: _Prose, node: tree.Absolute) -> str:
    return prose.say(f"{prose.of(node.operand)}的绝对值", f"the size of {prose.of(node.operand)}")


def _between(prose: _Prose, node: tree.Between) -> str:
    start, end = prose.of(node.start), prose.of(node.end)
    years = node.unit == "years"
    return prose.say(
        f"从{start}到{end}的{'整年数' if years else '天数'}",
        f"{'completed years' if years else 'days'} from {start} to {end}",
    )


def _quantifier(prose: _Prose, node: tree.Quantifier) -> str:
    what, people = prose.of(node.predicate), node.collection.name == MEMBERS
    where = prose.of(node.collection)
    if isinstance(node.predicate, tree.Literal):
        return prose.say(f"{where}有记录", f"{where} has a row")
    zh = {
        "any": f"家中有人:{what}" if people else f"{where}中有一条记录:{what}",
        "all": f"家中每个人:{what}" if people else f"{where}中每条记录:{what}",
        "none": f"家中没有人:{what}" if people else f"{where}中没有记录:{what}",
    }
    whom = "member" if people else f"row of {where}"
    return prose.say(
        zh[node.kind],
        {
            "any": f"some {whom}: {what}",
            "all": f"every {whom}: {what}",
            "none": f"no {whom}: {what}",
        }[node.kind],
    )


def _aggregate(prose: _Prose, node: tree.Aggregate) -> str:
    where, people = prose.of(node.collection), node.collection.name == MEMBERS
    if node.operand is None:
        if people:
            return prose.say("家庭人口", "the number of members")
        return prose.say(f"{where}的记录数", f"the number of rows of {where}")
    what = prose.of(node.operand)
    if node.kind == "count":
        whom = prose.say("人数", "members") if people else prose.say("记录数", f"rows of {where}")
        return prose.say(f"{what}的{whom}", f"the number of {whom} where {what}")
    words = {
        "sum": Words("之和", "the sum of"), "min": Words("的最小值", "the least"),
        "max": Words("的最大值", "the greatest"),
    }[node.kind]  # fmt: skip
    return prose.say(f"{where}中{what}{words.zh}", f"{words.en} {what} over {where}")


_SENTENCES: Mapping[type[Node], Callable[[_Prose, Any], str]] = {
    tree.Literal: _literal, tree.AsOf: _as_of, tree.Parameter: _parameter, tree.Field: _field,
    tree.Declared: _field, tree.Sure: _sure, tree.Given: _given, tree.Fact: _fact, tree.Collection: _collection, tree.Not: _not,
    tree.And: _and, tree.Or: _or, tree.Compare: _compare, tree.In: _in,
    tree.HasCode: _has_code, tree.Known: _known, tree.Choose: _choose,
    tree.Arithmetic: _arithmetic, tree.Negate: _negate, tree.Round: _round,
    tree.RoundQuotient: _round_quotient, tree.Extremum: _extremum, tree.Absolute: _absolute,
    tree.Between: _between, tree.Quantifier: _quantifier, tree.Aggregate: _aggregate,
}  # fmt: skip

SUPPORTED = frozenset(_SENTENCES)
