"""What conditions and values are in words: one sentence for each operator.

Every word is from the vocabulary, the pack's titles or the tables below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

from shibie.case import Value
from shibie.errors import Lang, Words
from shibie.language import tree
from shibie.language.names import EVERYONE, MEMBERS, PEOPLE
from shibie.language.operators import OPPOSITE, Key, Rewrite, table
from shibie.language.tree import Node
from shibie.language.types import Date, Number
from shibie.ruleset.model import RuleSet
from shibie.words.lists import bracketed, joined
from shibie.words.units import unit_of
from shibie.words.values import amount, currencies, plain, reckoned

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


# What an operator is in words: (sentences, node).
Says = Callable[["Sentences", Any], str]


class Sentences:
    """Words for one rule set in one language."""

    def __init__(self, ruleset: RuleSet, lang: Lang) -> None:
        self.ruleset, self.lang = ruleset, lang

    def say(self, zh: str, en: str) -> str:
        """The text in its language."""
        return Words(zh, en).say(self.lang)

    def of(self, node: Node) -> str:
        """What a condition asks, or what a value is."""
        return SENTENCES[node.operator](self, node)

    def inner(self, node: Node) -> str:
        """An operand, bracketed where the sentence would be ambiguous."""
        text = self.of(node)
        return (
            bracketed(text, self.lang)
            if isinstance(node, tree.And | tree.Or | tree.Choose)
            else text
        )

    # --- titles and amounts ---------------------------------------------------------------

    def field_title(self, owner: str, name: str) -> str:
        """The title of a field; its name where there is none in this language."""
        spec = self.ruleset.field_spec(owner, name)
        own_words = self.lang == "zh" or self.ruleset.lang == "en"
        return spec.title if spec and own_words else name.replace("_", " ")

    def amount(self, value: Value, node: Node, exact: bool = False) -> str:
        """What a value is found to be, with its unit; money that was worked out to two decimals."""
        exact = exact or isinstance(node, tree.Field | tree.Parameter)
        return (amount if exact else reckoned)(
            value, self.lang, unit_of(node, self.ruleset), currencies(self.ruleset)
        )

    def side(self, node: tree.Compare, operand: Node) -> str:
        """One side of a comparison; a bare number has the unit of the other side."""
        other = node.right if operand is node.left else node.left
        number = isinstance(operand, tree.Literal) and isinstance(operand.type, Number)
        if number and (unit := unit_of(other, self.ruleset)):
            value = cast("Value", cast("tree.Literal", operand).value)
            return amount(value, self.lang, unit, currencies(self.ruleset))
        return self.inner(operand)

    def relation(self, node: tree.Compare, op: str) -> str:
        """The words of a comparison between such values."""
        words: Mapping[str, Words] = _CODES
        if isinstance(node.left.type, Number):
            words = _NUMBERS
        elif isinstance(node.left.type, Date):
            words = _DATES
        return words[op].say(self.lang)


def _literal(prose: Sentences, node: tree.Literal) -> str:
    text = plain(cast("Value", node.value), prose.lang)
    return f"“{text}”" if isinstance(node.value, str) else text


def _as_of(prose: Sentences, node: tree.AsOf) -> str:
    del node
    return prose.say("认定日期", "the day of judgement")


def _parameter(prose: Sentences, node: tree.Parameter) -> str:
    return prose.ruleset.parameters[node.name].title


def _field(prose: Sentences, node: tree.Field | tree.Declared) -> str:
    return prose.field_title(node.owner, node.name)


def _sure(prose: Sentences, node: tree.Sure) -> str:
    return prose.say("确知", "known to be true: ") + prose.of(node.operand)


def _given(words: Words) -> Says:
    def given(prose: Sentences, node: tree.Given) -> str:
        return words.say(prose.lang)

    return given


def _found_elsewhere(prose: Sentences, node: tree.FoundElsewhere) -> str:
    return prose.say("也在另一户", "is in another household, too")


def _fact(prose: Sentences, node: tree.Fact) -> str:
    return prose.ruleset.facts[cast("Any", node.owner), node.name].title


def _collection(prose: Sentences, node: tree.Collection) -> str:
    if node.name == MEMBERS:
        return prose.say("家庭成员", "the members")
    if node.name == EVERYONE:
        return prose.say("表上的人", "everyone on the form")
    return prose.ruleset.registers[node.name].title


def _not(prose: Sentences, node: tree.Not) -> str:
    inside = node.operand
    match inside:
        case tree.Compare(op=op):
            return prose.of(replace(inside, op=cast("Any", OPPOSITE[op])))
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


def _and(prose: Sentences, node: tree.And) -> str:
    return prose.say("，且", ", and ").join(prose.inner(operand) for operand in node.operands)


def _or(prose: Sentences, node: tree.Or) -> str:
    return prose.say("，或", ", or ").join(prose.inner(operand) for operand in node.operands)


def _compare(op: str) -> Says:
    def compare(prose: Sentences, node: tree.Compare) -> str:
        left, right = prose.side(node, node.left), prose.side(node, node.right)
        words = prose.relation(node, op)
        return prose.say(f"{left}{words}{right}", f"{left} {words} {right}")

    return compare


def _in(prose: Sentences, node: tree.In, words: str = "") -> str:
    values = joined((plain(cast("Value", value), prose.lang) for value in node.values), prose.lang)
    words = words or prose.say("属于", "is one of")
    text = prose.inner(node.operand)
    return prose.say(f"{text}{words}{values}", f"{text} {words} {values}")


def _has_code(prose: Sentences, node: tree.HasCode) -> str:
    return prose.of(node.operand) + prose.say(f"含{node.code}", f" includes {node.code}")


def _at_least(prose: Sentences, node: tree.AtLeast) -> str:
    least, *conditions = node.operands
    listed = prose.say("；", "; ").join(map(prose.of, conditions))
    return prose.say(
        f"下列各项中至少{prose.inner(least)}项成立（{listed}）",
        f"at least {prose.inner(least)} of these hold ({listed})",
    )


def _known(prose: Sentences, node: tree.Known) -> str:
    return prose.say("已知", "known: ") + prose.of(node.operand)


def _choose(prose: Sentences, node: tree.Choose) -> str:
    parts = [prose.inner(each) for each in (node.condition, node.then, node.otherwise)]
    return prose.say(
        f"若{parts[0]}则{parts[1]}，否则{parts[2]}",
        f"{parts[1]} if {parts[0]}, otherwise {parts[2]}",
    )


def _sum_of_two(prose: Sentences, node: tree.Arithmetic) -> str:
    return f"{prose.of(node.left)} + {prose.of(node.right)}"


def _difference(prose: Sentences, node: tree.Arithmetic) -> str:
    return f"{prose.of(node.left)} - {_grouped(node.right, prose)}"


def _product(prose: Sentences, node: tree.Arithmetic) -> str:
    return f"{_grouped(node.left, prose)} × {_grouped(node.right, prose)}"


def _grouped(node: Node, prose: Sentences) -> str:
    text = prose.of(node)
    return bracketed(text, prose.lang) if isinstance(node, tree.Arithmetic | tree.Choose) else text


def _negate(prose: Sentences, node: tree.Negate) -> str:
    return "-" + _grouped(node.operand, prose)


def _round(way: Words) -> Says:
    def round_to(prose: Sentences, node: tree.Round) -> str:
        return _to_places(prose, prose.of(node.operand), node.places, way)

    return round_to


def _round_quotient(way: Words) -> Says:
    def round_quotient(prose: Sentences, node: tree.RoundQuotient) -> str:
        text = f"{_grouped(node.numerator, prose)} ÷ {_grouped(node.denominator, prose)}"
        return _to_places(prose, text, node.places, way)

    return round_quotient


def _to_places(prose: Sentences, text: str, places: int, way: Words) -> str:
    return prose.say(f"{text}（{way.zh} {places} 位小数）", f"{text} ({way.en} {places} places)")


def _extremum(words: Words) -> Says:
    def extremum(prose: Sentences, node: tree.Extremum) -> str:
        parts = joined(map(prose.of, node.operands), prose.lang)
        return prose.say(f"{parts}中{words.zh}者", f"the {words.en} of {parts}")

    return extremum


def _absolute(prose: Sentences, node: tree.Absolute) -> str:
    return prose.say(f"{prose.of(node.operand)}的绝对值", f"the size of {prose.of(node.operand)}")


def _between(words: Words) -> Says:
    def between(prose: Sentences, node: tree.Between) -> str:
        start, end = prose.of(node.start), prose.of(node.end)
        return prose.say(f"从{start}到{end}的{words.zh}", f"{words.en} from {start} to {end}")

    return between


def _date_part(words: Words) -> Says:
    def date_part(prose: Sentences, node: tree.DatePart) -> str:
        day = prose.of(node.day)
        return prose.say(f"{day}的{words.zh}", f"the {words.en} of {day}")

    return date_part


def _quantifier(people: Words, rows: Words, bare: Words | None = None) -> Says:
    """Sentences about items; `bare` where nothing is asked of them but whether there is one."""

    def quantifier(prose: Sentences, node: tree.Quantifier) -> str:
        what, where = prose.of(node.predicate), prose.of(node.collection)
        if bare is not None and node.predicate == tree.Literal(True):
            return prose.say(f"{where}{bare.zh}", f"{where} {bare.en}")
        if node.collection.name in PEOPLE:
            at = "表上" if node.collection.name == EVERYONE else "家中"
            return prose.say(f"{at}{people.zh}：{what}", f"{people.en}: {what}")
        return prose.say(f"{where}中{rows.zh}：{what}", f"{rows.en} of {where}: {what}")

    return quantifier


def _count(prose: Sentences, node: tree.Aggregate) -> str:
    where, people = prose.of(node.collection), node.collection.name in PEOPLE
    if node.operand is None:
        if node.collection.name == EVERYONE:
            return prose.say("表上人数", "the number of persons on the form")
        if people:
            return prose.say("家庭人口", "the number of members")
        return prose.say(f"{where}的记录数", f"the number of rows of {where}")
    what = prose.of(node.operand)
    whom = prose.say("人数", "members") if people else prose.say("记录数", f"rows of {where}")
    return prose.say(f"{what}的{whom}", f"the number of {whom} where {what}")


def _aggregate(words: Words) -> Says:
    def aggregate(prose: Sentences, node: tree.Aggregate) -> str:
        where, what = prose.of(node.collection), prose.of(cast("Node", node.operand))
        return prose.say(f"{where}中{what}{words.zh}", f"{words.en} {what} over {where}")

    return aggregate


def _rewritten(rewrite: Rewrite) -> Says:
    return lambda prose, node: prose.of(rewrite(node))


_NEAREST, _DOWN, _UP = (
    Words("保留", "to"), Words("向下取到", "down to"), Words("向上取到", "up to"),
)  # fmt: skip

# Every composite operator has words of its own: the simpler ones would not be what people say.
_OWN: Mapping[Key, Says] = {
    (tree.Literal, ""): _literal,
    (tree.AsOf, ""): _as_of,
    (tree.Parameter, ""): _parameter,
    (tree.Field, ""): _field,
    (tree.Declared, ""): _field,
    (tree.Given, "age"): _given(Words("年龄", "age")),
    (tree.Given, "sex"): _given(Words("性别", "sex")),
    (tree.Given, "counted"): _given(Words("计入人口", "counts as a member")),
    (tree.FoundElsewhere, ""): _found_elsewhere,
    (tree.Fact, ""): _fact,
    (tree.Collection, ""): _collection,
    (tree.Not, ""): _not,
    (tree.And, ""): _and,
    (tree.Or, ""): _or,
    **{(tree.Compare, op): _compare(op) for op in _NUMBERS},
    (tree.In, ""): _in,
    (tree.HasCode, ""): _has_code,
    (tree.AtLeast, ""): _at_least,
    (tree.Known, ""): _known,
    (tree.Sure, ""): _sure,
    (tree.Choose, ""): _choose,
    (tree.Arithmetic, "+"): _sum_of_two,
    (tree.Arithmetic, "-"): _difference,
    (tree.Arithmetic, "*"): _product,
    (tree.Negate, ""): _negate,
    (tree.Round, "nearest"): _round(_NEAREST),
    (tree.Round, "down"): _round(_DOWN),
    (tree.Round, "up"): _round(_UP),
    (tree.RoundQuotient, "nearest"): _round_quotient(_NEAREST),
    (tree.RoundQuotient, "down"): _round_quotient(_DOWN),
    (tree.RoundQuotient, "up"): _round_quotient(_UP),
    (tree.Extremum, "min"): _extremum(Words("最小", "least")),
    (tree.Extremum, "max"): _extremum(Words("最大", "greatest")),
    (tree.Absolute, ""): _absolute,
    (tree.Between, "years"): _between(Words("整年数", "completed years")),
    (tree.Between, "months"): _between(Words("整月数", "completed months")),
    (tree.Between, "days"): _between(Words("天数", "days")),
    (tree.DatePart, "year"): _date_part(Words("年份", "year")),
    (tree.DatePart, "month"): _date_part(Words("月份", "month")),
    (tree.Quantifier, "any"): _quantifier(
        Words("有人", "some member"),
        Words("有一条记录", "some row"),
        Words("有记录", "has a row"),
    ),
    (tree.Quantifier, "all"): _quantifier(
        Words("每个人", "every member"), Words("每条记录", "every row")
    ),
    (tree.Quantifier, "none"): _quantifier(
        Words("没有人", "no member"),
        Words("没有记录", "no row"),
        Words("没有记录", "has no row"),
    ),
    (tree.Aggregate, "count"): _count,
    (tree.Aggregate, "sum"): _aggregate(Words("之和", "the sum of")),
    (tree.Aggregate, "min"): _aggregate(Words("的最小值", "the least")),
    (tree.Aggregate, "max"): _aggregate(Words("的最大值", "the greatest")),
}

SENTENCES = table("prose", _OWN, _rewritten)
