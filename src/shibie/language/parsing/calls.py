"""Functions, and methods of collections."""

from __future__ import annotations

import ast
from datetime import date
from functools import partial
from typing import Literal, cast

from shibie.errors import Words, did_you_mean
from shibie.language import tree
from shibie.language.names import MEMBERS, Context
from shibie.language.parsing.syntax import FUNCTIONS, METHODS, methods_hint
from shibie.language.parsing.terms import Terms, common
from shibie.language.tree import HOUSEHOLD, Node
from shibie.language.types import (
    DATE,
    MAX_ITEMS,
    Bool,
    Date,
    Number,
    Type,
)  # fmt: skip


class Calls(Terms):
    """Reads calls."""

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
            result = common(result, operand.type) if result else None
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
                methods_hint(method),
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
