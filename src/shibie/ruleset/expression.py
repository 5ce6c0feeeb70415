"""Condition text → typed tree.

The text is a strict subset of Python's expression grammar, parsed by the standard `ast`
and never evaluated by Python. Whatever is outside the subset, ill-typed or unknown is
refused at its place; all refusals of one text are reported together.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, Final, Literal, NoReturn, cast

from shibie.errors import Words, closest, did_you_mean, listed
from shibie.ruleset import tree
from shibie.ruleset.names import MEMBERS, Context, Names, spelled
from shibie.ruleset.tree import HOUSEHOLD, MEMBER, Node
from shibie.ruleset.types import (
    BOOL,
    DATE,
    MAX_DIGITS,
    MAX_ITEMS,
    TEXT,
    Bool,
    Code,
    Codes,
    Date,
    Number,
    Text,
    Type,
)  # fmt: skip

MAX_LENGTH: Final = 20_000
MAX_DEPTH: Final = 60
FUNCTIONS: Final = (
    "round", "min", "max", "abs", "known", "years_between", "days_between", "date",
)  # fmt: skip
METHODS: Final = ("any", "all", "none", "count", "sum", "min", "max")
_COMPARISONS: Final[Mapping[type[ast.cmpop], str]] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_ARITHMETIC: Final[Mapping[type[ast.operator], str]] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
_NUMBER: Final = re.compile(r"\d+(\.\d+)?")
# What people type instead: the full-width forms of an input method, and other languages' words.
_LOOKALIKES: Final = {chr(ord(sign) + 0xFEE0): sign for sign in "()[]<>,.:+-*/'\""} | {
    "\uff1d": "==", "“": '"', "”": '"', "‘": "'", "’": "'", "≤": "<=", "≥": ">=", "≠": "!=",
    "×": "*", "÷": "/", "&&": "and", "||": "or", "且": "and", "或": "or", "、": ",",
}  # fmt: skip


@dataclass(frozen=True)
class Refusal:
    """Why a part of a condition is refused, and where: (offset, length) in its text."""

    at: tuple[int, int]
    what: Words
    suggestion: Words | None = None


class ExpressionError(ValueError):
    """A condition that is not in the language; carries every refusal."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("; ".join(refusal.what.en for refusal in self.refusals))


class RefusedError(Exception):
    """Unwinds to the nearest place that can go on collecting refusals."""


def parse(
    text: str, names: Names, context: Context | None = None, expect: type[Type] | None = None
) -> Node:
    """The typed tree of a condition.

    Args:
        text: the condition.
        names: what its names mean.
        context: where it stands; the household by default.
        expect: the class of type it must have, e.g. `Bool`.

    Raises:
        ExpressionError: with every refusal.

    >>> parse("1 + 1 < 3", Names({"household": {}})).type
    Bool()
    """
    reader = _Reader(text, names)
    node = reader.read(context or Context.household(), expect)
    if node is None:
        raise ExpressionError(reader.refusals)
    return node


class _Reader:
    """One pass over the `ast` of one text."""

    def __init__(self, text: str, names: Names) -> None:
        self.text, self.names = text, names
        self.refusals: list[Refusal] = []
        # The text is wrapped as "(" text "\n)": newlines and comments are then harmless.
        self.lines = f"({text}\n)".split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    # --- entry and errors ---------------------------------------------------------------

    def read(self, context: Context, expect: type[Type] | None) -> Node | None:
        try:
            root = self.syntax()
            node = self.visit(root, context)
            if expect is not None and not isinstance(node.type, expect):
                self.refuse(root, _expected(_TYPE_WORDS[expect], node.type))
        except RefusedError:
            return None
        return None if self.refusals else node

    def syntax(self) -> ast.expr:
        if len(self.text) > MAX_LENGTH:
            self.refuse((0, 1), Words("表达式过长", f"longer than {MAX_LENGTH} characters"))
        if not self.text.strip():
            self.refuse((0, 1), Words("表达式是空的", "the expression is empty"))
        try:
            root = ast.parse("\n".join(self.lines), mode="eval").body
            depth = _depth(root)
        except (SyntaxError, ValueError) as error:
            self.not_syntax(error)
        except (RecursionError, MemoryError):
            depth, root = MAX_DEPTH + 1, ast.Constant(None)
        if depth > MAX_DEPTH:
            self.refuse((0, 1), Words("表达式嵌套过深", f"nested deeper than {MAX_DEPTH}"))
        return root

    def not_syntax(self, error: SyntaxError | ValueError) -> NoReturn:
        line, column = getattr(error, "lineno", None) or 1, getattr(error, "offset", None) or 1
        at = self.starts[min(line, len(self.lines)) - 1] + column - 2
        at = max(0, min(at, len(self.text) - 1))
        suggestion = None
        bare = re.sub(r"'[^']*'|\"[^\"]*\"", lambda quoted: " " * len(quoted[0]), self.text)
        for wrong, right in _LOOKALIKES.items():
            if wrong in bare:
                at = bare.index(wrong)
                suggestion = Words(
                    f"“{wrong}”应写作半角 {right}", f"write {right} instead of '{wrong}'"
                )
                break
        else:
            single = re.search(r"(?<![=<>!])=(?!=)", bare)
            if single:
                at = single.start()
                suggestion = Words("相等写作 ==", "equality is written ==")
        self.refuse((at, 1), Words("不是合法的表达式", "not a valid expression"), suggestion)

    def at(self, node: ast.AST | tuple[int, int]) -> tuple[int, int]:
        if isinstance(node, tuple):
            return node
        position = cast("Any", node)
        start = self.offset(position.lineno, position.col_offset)
        end = self.offset(position.end_lineno, position.end_col_offset)
        return max(0, start), max(1, end - start)

    def offset(self, line: int, column: int) -> int:
        """Character offset in the text of `ast`'s 1-based line and UTF-8 byte column."""
        characters = len(self.lines[line - 1].encode()[:column].decode())
        return self.starts[line - 1] + characters - 1

    def refuse(
        self, where: ast.AST | tuple[int, int], what: Words, suggestion: Words | None = None
    ) -> NoReturn:
        self.refusals.append(Refusal(self.at(where), what, suggestion))
        raise RefusedError

    def every(self, parts: Iterable[Callable[[], Node]]) -> tuple[Node, ...]:
        """All operands, so that all of their refusals are reported before giving up."""
        nodes, refused = [], False
        for part in parts:
            try:
                nodes.append(part())
            except RefusedError:
                refused = True
        if refused:
            raise RefusedError
        return tuple(nodes)

    def both(self, left: ast.expr, right: ast.expr, context: Context) -> tuple[Node, ...]:
        return self.every(partial(self.visit, each, context) for each in (left, right))

    # --- dispatch -----------------------------------------------------------------------

    def visit(self, node: ast.expr, context: Context) -> Node:
        built = self.build(node, context)
        if isinstance(built.type, Number) and built.type.digits > MAX_DIGITS:
            self.refuse(
                node,
                Words(
                    f"中间结果可能超过 {MAX_DIGITS} 位数字", f"may need over {MAX_DIGITS} digits"
                ),
                Words("先用 round(…, 2) 缩短小数位", "shorten it first with round(…, 2)"),
            )
        return replace(built, at=self.at(node))

    def build(self, node: ast.expr, context: Context) -> Node:
        match node:
            case ast.Constant():
                return self.constant(node)
            case ast.Name():
                return self.name(node, context)
            case ast.Attribute(value=ast.Name(id=prefix)):
                return self.qualified(node, prefix, context)
            case ast.BoolOp(op=op, values=values):
                operands = self.every(partial(self.typed, each, context, Bool) for each in values)
                kind = tree.And if isinstance(op, ast.And) else tree.Or
                return kind(operands)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return tree.Not(self.typed(operand, context, Bool))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                number = self.typed(operand, context, Number)
                return tree.Negate(number, type=number.type)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.typed(operand, context, Number)
            case ast.BinOp(left=left, op=op, right=right):
                return self.arithmetic(node, left, op, right, context)
            case ast.Compare():
                return self.comparison(node, context)
            case ast.IfExp():
                return self.choice(node, context)
            case ast.Call():
                return self.call(node, context)
            case _:
                self.refuse(
                    node, Words("规则语言里没有这种写法", "this is not part of the rule language")
                )

    def typed(self, node: ast.expr, context: Context, expect: type[Type]) -> Node:
        built = self.visit(node, context)
        if not isinstance(built.type, expect):
            self.refuse(node, _expected(_TYPE_WORDS[expect], built.type))
        return built

    # --- leaves -------------------------------------------------------------------------

    def constant(self, node: ast.Constant) -> Node:
        start, length = self.at(node)
        text = self.text[start : start + length]
        match node.value:
            case bool():
                return tree.Literal(node.value, type=BOOL)
            case int() | float() if _NUMBER.fullmatch(text):
                return _number(Decimal(text))
            case str() if not text.lower().startswith(("b", "u", "r", "f")):
                return tree.Literal(node.value, type=TEXT)
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
            return tree.Literal(name == "true", type=BOOL)
        own = self.names.of.get(context.owner, {})
        found = own.get(name) or self.names.shared.get(name)
        if found is not None:
            return found
        if name in self.names.collections:
            self.refuse(
                node,
                Words(f"“{name}”是一张表,不是一个值", f"'{name}' is a collection, not a value"),
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
                    _methods_hint(node.attr),
                )
            self.refuse(
                node,
                Words(f"未知前缀“{prefix}”", f"unknown prefix '{prefix}'"),
                did_you_mean(prefix, context.prefixes),
            )
        found = self.names.of.get(owner, {}).get(node.attr)
        if found is None:
            self.refuse(
                node,
                Words(f"{prefix} 没有“{node.attr}”", f"{prefix} has no '{node.attr}'"),
                did_you_mean(node.attr, self.names.of.get(owner, {})),
            )
        return found

    # --- operators ----------------------------------------------------------------------

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
        a, b = self.every(partial(self.typed, each, context, Number) for each in (left, right))
        of_a, of_b = cast("Number", a.type), cast("Number", b.type)
        if symbol == "*":
            result = Number(of_a.scale + of_b.scale, of_a.limit * of_b.limit)
        else:
            result = Number(max(of_a.scale, of_b.scale), of_a.limit + of_b.limit)
        return tree.Arithmetic(cast("Literal['+', '-', '*']", symbol), a, b, type=result)

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
        a, b = self.coerced(a, b), self.coerced(b, a)
        kind = _common(a.type, b.type)
        if kind is None or isinstance(kind, Codes):
            self.refuse(
                node,
                Words(
                    f"不能比较 {_TYPE_WORDS[type(a.type)].zh} 与 {_TYPE_WORDS[type(b.type)].zh}",
                    f"cannot compare {a.type} with {b.type}",
                ),
                self.comparison_hint(a, b),
            )
        if symbol not in ("==", "!=") and not isinstance(kind, Number | Date):
            self.refuse(
                node,
                Words("文本、代码和是否只能用 == 或 !=", f"{kind} knows only == and !="),
            )
        return tree.Compare(cast("Any", symbol), a, b, at=self.at(node))

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
        if written and isinstance(other.type, Code):
            return self.as_code(cast("tree.Literal", node), other.type)
        return node

    def as_code(self, node: tree.Literal, of: Code | Codes) -> tree.Literal:
        if node.value not in of.codes:
            text = str(node.value)
            self.refuse(
                node.at,
                Words(
                    f"“{text}”不在代码表中:{listed(of.codes)}",
                    f"'{text}' is not in the code list: {listed(of.codes)}",
                ),
                did_you_mean(text, of.codes),
            )
        return replace(node, type=Code(of.codes))

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
        value = _folded_sign(self.coerced(value, operand))
        if not isinstance(value, tree.Literal) or _common(operand.type, value.type) is None:
            self.refuse(
                value.at,
                Words(
                    f"列表里应是{_TYPE_WORDS[type(operand.type)].zh}常量",
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
        kind = _common(then.type, otherwise.type)
        if kind is None or isinstance(kind, Codes):
            self.refuse(
                node,
                Words("两个分支的类型不同", f"the branches differ: {then.type}, {otherwise.type}"),
            )
        return tree.Choose(condition, then, otherwise, type=kind)

    # --- calls --------------------------------------------------------------------------

    def call(self, node: ast.Call, context: Context) -> Node:
        if node.keywords or any(isinstance(each, ast.Starred) for each in node.args):
            self.refuse(node, Words("参数不写名字", "arguments are not named"))
        match node.func:
            case ast.Attribute(value=of, attr=method):
                return self.method(node, of, method, context)
            case ast.Name(id=function) if function in FUNCTIONS:
                return self.function(node, function, context)
            case ast.Name(id=function):
                self.refuse(
                    node.func,
                    Words(f"没有函数“{function}”", f"there is no function '{function}'"),
                    did_you_mean(function, FUNCTIONS)
                    or Words("函数有 " + ", ".join(FUNCTIONS), ", ".join(FUNCTIONS)),
                )
            case _:
                self.refuse(node, Words("此处不能调用", "this cannot be called"))

    def function(self, node: ast.Call, name: str, context: Context) -> Node:
        arguments = node.args
        least, most = {"round": (1, 2), "min": (2, 99), "max": (2, 99)}.get(name, (1, 1))
        if name.endswith("_between"):
            least = most = 2
        if not least <= len(arguments) <= most:
            self.refuse(
                node,
                Words(f"{name} 的参数个数不对", f"{name} takes {least} to {most} arguments"),
            )
        match name:
            case "round":
                return self.rounding(node, context)
            case "known":
                return self.known(arguments[0], context)
            case "date":
                return self.date(arguments[0])
            case "abs":
                operand = self.typed(arguments[0], context, Number)
                return tree.Absolute(operand, type=operand.type)
            case "years_between" | "days_between":
                start, end = self.every(
                    partial(self.typed, each, context, Date) for each in arguments
                )
                unit: Literal["years", "days"] = "years" if name[0] == "y" else "days"
                limit = 10_000 if unit == "years" else 4_000_000
                return tree.Between(unit, start, end, type=Number(0, limit))
            case _:
                return self.extremum(node, cast("Literal['min', 'max']", name), context)

    def extremum(self, node: ast.Call, kind: Literal["min", "max"], context: Context) -> Node:
        operands = self.every(partial(self.visit, each, context) for each in node.args)
        result: Type | None = operands[0].type
        for operand in operands[1:]:
            result = _common(result, operand.type) if result else None
        if not isinstance(result, Number | Date):
            self.refuse(node, Words(f"{kind} 只用于数字或日期", f"{kind} takes numbers, or dates"))
        return tree.Extremum(kind, operands, type=result)

    def rounding(self, node: ast.Call, context: Context) -> Node:
        places = self.places(node.args[1]) if len(node.args) == 2 else 0
        inner = node.args[0]
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Div):
            numerator, denominator = self.every(
                partial(self.typed, each, context, Number) for each in (inner.left, inner.right)
            )
            above, below = cast("Number", numerator.type), cast("Number", denominator.type)
            # The least non-zero divisor is one unit of its last place.
            limit = above.limit * 10**below.scale + 1
            return tree.RoundQuotient(numerator, denominator, places, type=Number(places, limit))
        operand = self.typed(inner, context, Number)
        of = cast("Number", operand.type)
        limit = of.limit + 1 if places < of.scale else of.limit
        return tree.Round(operand, places, type=Number(places, limit))

    def places(self, node: ast.expr) -> int:
        if isinstance(node, ast.Constant) and type(node.value) is int and 0 <= node.value <= 6:
            return node.value
        self.refuse(
            node, Words("小数位数应是 0 到 6 的整数", "places must be a whole number from 0 to 6")
        )

    def date(self, node: ast.expr) -> Node:
        try:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                return tree.Literal(date.fromisoformat(node.value), type=DATE)
        except ValueError:
            pass
        self.refuse(
            node,
            Words("不是有效日期", "not a valid date"),
            Words('写作 date("2015-07-01")', 'write date("2015-07-01")'),
        )

    def known(self, node: ast.expr, context: Context) -> Node:
        collection = self.collection_named(node, context)
        return tree.Known(collection[0] if collection else self.visit(node, context))

    # --- collections --------------------------------------------------------------------

    def collection_named(
        self, node: ast.expr, context: Context
    ) -> tuple[tree.Collection, Context] | None:
        """The collection that `node` names and the context inside it, or None."""
        match node:
            case ast.Name(id=name):
                owner = context.collections_of
            case ast.Attribute(value=ast.Name(id=prefix), attr=name):
                owner = context.prefixes.get(prefix)
            case _:
                return None
        collection = self.names.collections.get(name)
        if collection is None:
            return None
        if owner is None:
            self.refuse(
                node,
                Words(f"一行之内看不到“{name}”", f"a row does not see '{name}' bare"),
                Words(f"写作 household.{name}", f"write household.{name}"),
            )
        if collection == MEMBERS:
            if owner != HOUSEHOLD:
                self.refuse(
                    node,
                    Words("成员没有成员", "a member has no members"),
                    Words("写作 household.members", "write household.members"),
                )
            return tree.Collection(MEMBERS, HOUSEHOLD, at=self.at(node)), Context.member()
        inside = context.row(collection, owner)
        return tree.Collection(collection, owner, at=self.at(node)), inside

    def method(self, node: ast.Call, of: ast.expr, method: str, context: Context) -> Node:
        found = self.collection_named(of, context)
        if found is None:
            name = ast.unparse(of)
            self.refuse(
                of,
                Words(f"“{name}”不是成员或比对表", f"'{name}' is neither members nor a register"),
                did_you_mean(name, self.names.collections),
            )
        collection, inside = found
        if method not in METHODS:
            start, length = self.at(node.func)
            self.refuse(
                (start + length - len(method), len(method)),
                Words(f"没有方法“{method}”", f"there is no method '{method}'"),
                _methods_hint(method),
            )
        if len(node.args) > 1 or (not node.args and method != "count"):
            self.refuse(node, Words(f"{method} 需要一个参数", f"{method} takes one argument"))
        match method:
            case "any" | "all" | "none":
                return tree.Quantifier(method, collection, self.typed(node.args[0], inside, Bool))
            case "count":
                counted = self.typed(node.args[0], inside, Bool) if node.args else None
                return tree.Aggregate("count", collection, counted, type=Number(0, MAX_ITEMS))
            case "sum":
                operand = self.typed(node.args[0], inside, Number)
                of_item = cast("Number", operand.type)
                total = Number(of_item.scale, of_item.limit * MAX_ITEMS)
                return tree.Aggregate("sum", collection, operand, type=total)
            case _:
                operand = self.visit(node.args[0], inside)
                if not isinstance(operand.type, Number | Date):
                    self.refuse(
                        node.args[0],
                        Words(f"{method} 只用于数字或日期", f"{method} takes numbers or dates"),
                    )
                kind = cast("Literal['min', 'max']", method)
                return tree.Aggregate(kind, collection, operand, type=operand.type)


# --- types ------------------------------------------------------------------------------

_TYPE_WORDS: Final[Mapping[type[Type], Words]] = {
    Bool: Words("是否", "a yes/no condition"), Number: Words("数字", "a number"),
    Text: Words("文本", "text"), Code: Words("代码", "a code"),
    Codes: Words("多选代码", "a set of codes"), Date: Words("日期", "a date"),
}  # fmt: skip


def _expected(expect: Words, found: Type) -> Words:
    return Words(
        f"应为{expect.zh},实为{_TYPE_WORDS[type(found)].zh}", f"expected {expect.en}, found {found}"
    )


def _common(a: Type, b: Type) -> Type | None:
    """The type that values of both can be compared in, or None."""
    match a, b:
        case Number(), Number():
            return Number(max(a.scale, b.scale), max(a.limit, b.limit))
        case Code(), Text():
            return None
        case _:
            return a if a == b else None


def _number(value: Decimal) -> tree.Literal:
    """A number by its value: 1.0 is 1."""
    value = value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
    exponent = cast("int", value.as_tuple().exponent)
    return tree.Literal(value, type=Number(max(0, -exponent), int(abs(value)) + (exponent < 0)))


def _folded_sign(node: Node) -> Node:
    """`-5` in a list is a constant too."""
    if isinstance(node, tree.Negate) and isinstance(node.operand, tree.Literal):
        return replace(node.operand, value=-cast("Decimal", node.operand.value), at=node.at)
    return node


def _methods_hint(method: str) -> Words:
    match = closest(method, METHODS)
    if match:
        return Words(f"是否想写“{match}”?", f"did you mean '{match}'?")
    names = ", ".join(METHODS)
    return Words(f"方法有 {names}", f"the methods are {names}")


def _depth(root: ast.AST) -> int:
    """Nesting of the syntax tree, counted without recursion."""
    deepest, pending = 0, [(root, 1)]
    while pending:
        node, depth = pending.pop()
        deepest = max(deepest, depth)
        pending.extend((child, depth + 1) for child in ast.iter_child_nodes(node))
    return deepest


__all__ = ["FUNCTIONS", "METHODS", "ExpressionError", "Refusal", "parse", "spelled"]
