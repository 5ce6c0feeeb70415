"""Constants, names, comparisons, arithmetic and choices of a condition."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Final, NoReturn, cast

from shibie.errors import Words, did_you_mean, listed
from shibie.language import tree
from shibie.language.names import PREFIXES, Context
from shibie.language.operators import OPERATORS
from shibie.language.parsing.syntax import FUNCTIONS, TYPE_WORDS, Reader, methods_hint
from shibie.language.tree import HOUSEHOLD, MEMBER, Node
from shibie.language.types import (
    MAX_DIGITS,
    Bool,
    Code,
    Codes,
    Date,
    Number,
    Text,
    codes_of,
    common,
)  # fmt: skip
from shibie.plain_text import legible

_COMPARISONS: Final[Mapping[type[ast.cmpop], str]] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip

_ARITHMETIC: Final[Mapping[type[ast.operator], str]] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}

_NUMBER: Final = re.compile(r"\d+(\.\d+)?")


class Terms(Reader):
    """Reads constants, names, comparisons, arithmetic and choices."""

    def constant(self, node: ast.Constant) -> Node:
        start, length = self.at(node)
        text = self.text[start : start + length]
        match node.value:
            case bool():
                return constant(node.value)
            case int() | float() if _NUMBER.fullmatch(text):
                whole, _, part = text.partition(".")
                if len(whole.lstrip("0") + part.rstrip("0")) > MAX_DIGITS:
                    self.too_many_digits(node)
                return constant(Decimal(text))
            case str() if not text.lower().startswith(("b", "u", "r", "f")):
                return constant(node.value)
            case None:
                self.refuse(
                    node,
                    Words("没有 None 这个值", "there is no value None"),
                    Words("判断是否已知用 known(…)", "ask known(…) instead"),
                )
            case _:
                self.refuse(
                    node,
                    Words("不支持的常量", "unsupported constant"),
                    Words("数字写作 2855 或 0.5", "write numbers as 2855 or 0.5"),
                )

    def name(self, node: ast.Name, context: Context) -> Node:
        name = node.id
        if name in ("true", "false"):
            return constant(name == "true")
        own = self.names.of.get(context.owner, {})
        found = own.get(name) or self.names.shared.get(name)
        if found is not None:
            return found
        if name in self.names.collections:
            self.refuse(
                node,
                Words(f"“{name}”是一张表，不是一个值", f"'{name}' is a collection, not a value"),
                Words(f"{name}.any(…)、{name}.count()", f"{name}.any(…) or {name}.count()"),
            )
        self.unknown_name(node, name, context)

    def unknown_name(self, node: ast.AST, name: str, context: Context) -> NoReturn:
        for prefix, owner in context.prefixes.items():
            if owner != context.owner and name in self.names.of.get(owner, {}):
                self.refuse(
                    node,
                    Words(f"此处没有“{name}”", f"there is no '{name}' here"),
                    Words(f"写作 {prefix}.{name}", f"write {prefix}.{name}"),
                )
        if context.owner == HOUSEHOLD and name in self.names.of.get(MEMBER, {}):
            self.refuse(
                node,
                Words(f"“{name}”是每个成员的事实", f"'{name}' is a fact of each member"),
                Words(f"members.any({name} …)", f"members.any({name} …)"),
            )
        known = [*self.names.of.get(context.owner, {}), *self.names.shared, *FUNCTIONS]
        self.refuse(
            node,
            Words(f"未知名称“{name}”", f"unknown name '{name}'"),
            did_you_mean(name, [*known, *self.names.collections]),
        )

    def qualified(self, node: ast.Attribute, prefix: str, context: Context) -> Node:
        owner = context.prefixes.get(prefix)
        if owner is None:
            if prefix in self.names.collections:
                self.refuse(
                    node,
                    Words(f"{prefix}.{node.attr} 不是一个值", f"{prefix}.{node.attr} is no value"),
                    methods_hint(node.attr),
                )
            self.refuse(
                node,
                Words(f"未知前缀“{prefix}”", f"unknown prefix '{prefix}'"),
                self.members_row(prefix, context) or did_you_mean(prefix, context.prefixes),
            )
        found = self.names.of.get(owner, {}).get(node.attr)
        if found is None:
            self.refuse(
                node,
                Words(f"{prefix} 没有“{node.attr}”", f"{prefix} has no '{node.attr}'"),
                did_you_mean(node.attr, self.names.of.get(owner, {})),
            )
        return found

    def members_row(self, prefix: str, context: Context) -> Words | None:
        """Where a register's row is one member's, if he is asked for of one that is anybody's."""
        if PREFIXES.get(prefix) != MEMBER or context.owner not in self.names.collections.values():
            return None
        nested = f"members.any({context.owner}.any(…))"
        return Words(f"{nested} 中一行才属于一个成员", f"{nested}, where a row is one member's")

    def arithmetic(
        self, node: ast.BinOp, left: ast.expr, op: ast.operator, right: ast.expr, context: Context
    ) -> Node:
        symbol = _ARITHMETIC.get(type(op))
        if isinstance(op, ast.Div):
            self.refuse(
                node,
                Words("除法必须写明取几位小数", "a division must say how it is rounded"),
                Words("round(x / y, 2)", "round(x / y, 2)"),
            )
        if symbol is None:
            self.refuse(node, Words("不支持的运算符", "unsupported operator; there are + - * /"))
        operands = self.every(partial(self.typed, each, context, Number) for each in (left, right))
        return OPERATORS[tree.Arithmetic, symbol].built(*operands)

    def comparison(self, node: ast.Compare, context: Context) -> Node:
        sides = [node.left, *node.comparators]
        pairs = [
            partial(self.compared, node, left, op, right, context)
            for left, op, right in zip(sides, node.ops, sides[1:], strict=False)
        ]
        parts = self.every(pairs)
        return parts[0] if len(parts) == 1 else tree.And(parts)

    def compared(
        self, node: ast.Compare, left: ast.expr, op: ast.cmpop, right: ast.expr, context: Context
    ) -> Node:
        if isinstance(op, ast.In | ast.NotIn):
            found = self.membership(left, right, context)
            return tree.Not(found, at=self.at(node)) if isinstance(op, ast.NotIn) else found
        symbol = _COMPARISONS.get(type(op))
        if symbol is None:
            self.refuse(node, Words("不支持 is", "'is' is not supported"), Words("==", "=="))
        a, b = self.both(left, right, context)
        a, b = self.chosen_text(self.coerced(a, b), b), self.chosen_text(self.coerced(b, a), a)
        operator, kind = OPERATORS[tree.Compare, symbol], common(a.type, b.type)
        if not isinstance(kind, OPERATORS[tree.Compare, "=="].kinds(0)):
            self.refuse(
                node,
                Words(
                    f"不能比较 {TYPE_WORDS[type(a.type)].zh} 与 {TYPE_WORDS[type(b.type)].zh}",
                    f"cannot compare {a.type} with {b.type}",
                ),
                self.comparison_hint(a, b),
            )
        if not isinstance(kind, operator.kinds(0)):
            self.refuse(
                node,
                Words("文本、代码和是否只能用 == 或 !=", f"{kind} knows only == and !="),
            )
        return operator.built(a, b, at=self.at(node))

    def comparison_hint(self, a: Node, b: Node) -> Words | None:
        kinds = {type(a.type), type(b.type)}
        if Date in kinds and Text in kinds:
            return Words('日期写作 date("2015-07-01")', 'write dates as date("2015-07-01")')
        if Codes in kinds:
            return Words('写作 "代码" in 字段', 'write "code" in field')
        if Number in kinds and Text in kinds:
            return Words("数字不加引号", "numbers take no quotes")
        return None

    def coerced(self, node: Node, other: Node) -> Node:
        """A text literal beside a code is that code, if the list has it."""
        written = isinstance(node, tree.Literal) and isinstance(node.value, str)
        if not written:
            return node
        literal = cast("tree.Literal", node)
        if isinstance(other.type, Code):
            return self.as_code(literal, other.type)
        if isinstance(other.type, Text) and not isinstance(other, tree.Literal):
            # Text that was read is in this spelling.
            text = legible(str(literal.value))
            return replace(literal, value=text, type=Text((text,)))
        return node

    def chosen_text(self, node: Node, other: Node) -> Node:
        """A text literal beside a text that is chosen from written ones is one of these."""
        if not (isinstance(node, tree.Literal) and isinstance(node.value, str)):
            return node
        if isinstance(other, tree.Literal) or not isinstance(other.type, Text):
            return node
        # They are as they were written, which may differ in nothing that can be seen.
        written = {legible(code): code for code in other.type.codes}
        text = written.get(legible(node.value), node.value)
        code, codes = replace(node, value=text, type=Text((text,))), codes_of(other.type)
        return self.one_of(code, codes) if codes else code

    def as_code(self, node: tree.Literal, of: Code | Codes) -> tree.Literal:
        return replace(self.one_of(node, of.codes), type=Code(of.codes))

    def one_of(self, node: tree.Literal, codes: tuple[str, ...]) -> tree.Literal:
        """A text literal as it is; refused where it is none of the codes."""
        if node.value not in codes:
            text = str(node.value)
            self.refuse(
                node.at,
                Words(
                    f"“{text}”不在代码表中：{listed(codes, lang='zh')}",
                    f"'{text}' is not in the code list: {listed(codes)}",
                ),
                did_you_mean(text, codes),
            )
        return node

    def membership(self, left: ast.expr, right: ast.expr, context: Context) -> Node:
        if not isinstance(right, ast.List | ast.Tuple | ast.Set):
            code, field = self.both(left, right, context)
            if not isinstance(field.type, Codes):
                self.refuse(
                    right,
                    Words(
                        "in 的右边应是列表或多选字段", "right of 'in' goes a list or a set of codes"
                    ),
                )
            if not (isinstance(code, tree.Literal) and isinstance(code.value, str)):
                self.refuse(left, Words("左边应是一个写明的代码", "left of it goes a written code"))
            value = self.as_code(code, field.type).value
            return tree.HasCode(field, str(value))
        if not right.elts:
            self.refuse(right, Words("列表是空的", "the list is empty"))
        operand, *values = self.every(
            partial(self.visit, each, context) for each in (left, *right.elts)
        )
        constants = self.every(partial(self.listed_constant, operand, value) for value in values)
        written = tuple(cast("tree.Literal", constant).value for constant in constants)
        if len(set(written)) < len(written):
            self.refuse(right, Words("列表里有重复项", "the list repeats a value"))
        return tree.In(operand, written)

    def listed_constant(self, operand: Node, value: Node) -> Node:
        value = _folded_sign(self.chosen_text(self.coerced(value, operand), operand))
        if not isinstance(value, tree.Literal) or common(operand.type, value.type) is None:
            self.refuse(
                value.at,
                Words(
                    f"列表里应是{TYPE_WORDS[type(operand.type)].zh}常量",
                    f"expected a constant {operand.type}",
                ),
            )
        return value

    def choice(self, node: ast.IfExp, context: Context) -> Node:
        condition, then, otherwise = self.every(
            [
                partial(self.typed, node.test, context, Bool),
                partial(self.visit, node.body, context),
                partial(self.visit, node.orelse, context),
            ]
        )
        then = self.coerced(then, otherwise)
        otherwise = self.coerced(otherwise, then)
        operator, kind = OPERATORS[tree.Choose, ""], common(then.type, otherwise.type)
        if not isinstance(kind, operator.kinds(1)):
            self.refuse(
                node,
                Words("两个分支的类型不同", f"the branches differ: {then.type}, {otherwise.type}"),
            )
        return operator.built(condition, then, otherwise)


def constant(value: tree.Constant) -> Node:
    """A constant by its value: 1.0 is 1."""
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value()
        value = value.quantize(Decimal(1)) if whole else value.normalize()
    return OPERATORS[tree.Literal, ""].built(value=value)


def _folded_sign(node: Node) -> Node:
    """`-5` in a list is a constant too."""
    if isinstance(node, tree.Negate) and isinstance(node.operand, tree.Literal):
        return replace(node.operand, value=-cast("Decimal", node.operand.value), at=node.at)
    return node
