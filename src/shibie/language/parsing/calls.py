"""Functions, and methods of collections."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import partial

from shibie.errors import Words, did_you_mean
from shibie.language import operators, tree
from shibie.language.names import EVERYONE, PEOPLE, Context
from shibie.language.parsing.syntax import FUNCTIONS, METHODS, TYPE_WORDS, methods_hint
from shibie.language.parsing.terms import Terms, constant
from shibie.language.signature import Operator
from shibie.language.tree import HOUSEHOLD, MEMBER, Node
from shibie.plain_day import plain_day


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
        arguments, operator = node.args, operators.FUNCTIONS.get(name)
        least, most = 1, 1  # date("…")
        if operator is not None:
            # What is no operand, such as the places of a rounding, may be left out.
            least, most = operator.least, operator.most + len(operator.attributes)
        if not least <= len(arguments) <= most:
            self.refuse(
                node,
                Words(f"{name} 的参数个数不对", f"{name} takes {least} to {most} arguments"),
            )
        if operator is None:
            return self.date(arguments[0])
        if operator.node is tree.Round:
            return self.rounding(node, operator, context)
        if operator.node is tree.Known:
            return self.known(arguments[0], context)
        if operator.node is tree.Extremum:
            return self.extremum(node, operator, context)
        return operator.built(*self.arguments(arguments, operator, context))

    def arguments(
        self, arguments: Sequence[ast.expr], operator: Operator, context: Context
    ) -> tuple[Node, ...]:
        """The operands that are written between an operator's brackets."""
        return self.every(
            partial(self.argument, each, operator, place, context)
            for place, each in enumerate(arguments)
        )

    def argument(self, node: ast.expr, operator: Operator, place: int, context: Context) -> Node:
        kinds = operator.kinds(place)
        if len(kinds) == 1:
            return self.typed(node, context, kinds[0])
        operand = self.visit(node, context)
        if not isinstance(operand.type, kinds):
            zh = "或".join(TYPE_WORDS[each].zh for each in kinds)
            en = " or ".join(f"{each.__name__.lower()}s" for each in kinds)
            self.refuse(node, Words(f"{operator.name} 只用于{zh}", f"{operator.name} takes {en}"))
        return operand

    def extremum(self, node: ast.Call, operator: Operator, context: Context) -> Node:
        operands = self.every(partial(self.visit, each, context) for each in node.args)
        if operator.result(operands, {}) is None:
            name = operator.name
            self.refuse(node, Words(f"{name} 只用于数字或日期", f"{name} takes numbers, or dates"))
        return operator.built(*operands)

    def rounding(self, node: ast.Call, operator: Operator, context: Context) -> Node:
        places = self.places(node.args[1]) if len(node.args) == 2 else 0
        inner = node.args[0]
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Div):
            quotient = operators.OPERATORS[tree.RoundQuotient, operator.variant]
            operands = self.arguments((inner.left, inner.right), quotient, context)
            return quotient.built(*operands, places=places)
        return operator.built(*self.arguments((inner,), operator, context), places=places)

    def places(self, node: ast.expr) -> int:
        if isinstance(node, ast.Constant) and type(node.value) is int and 0 <= node.value <= 6:
            return node.value
        self.refuse(
            node, Words("小数位数应是 0 到 6 的整数", "places must be a whole number from 0 to 6")
        )

    def date(self, node: ast.expr) -> Node:
        try:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                return constant(plain_day(node.value))
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
        if collection == EVERYONE and isinstance(node, ast.Name) and owner == MEMBER:
            owner = HOUSEHOLD  # of a member it can be nothing but the household's
        if owner is None:
            self.refuse(
                node,
                Words(f"一行之内看不到“{name}”", f"a row does not see '{name}' bare"),
                Words(f"写作 household.{name}", f"write household.{name}"),
            )
        if collection in PEOPLE:
            if owner != HOUSEHOLD:
                self.refuse(
                    node,
                    Words("成员没有成员", "a member has no members"),
                    Words(f"写作 household.{collection}", f"write household.{collection}"),
                )
            return tree.Collection(collection, HOUSEHOLD, at=self.at(node)), Context.member()
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
        operator = operators.METHODS[method]
        if not operator.least <= len(node.args) <= operator.most:
            self.refuse(node, Words(f"{method} 需要一个参数", f"{method} takes one argument"))
        return operator.built(collection, *self.arguments(node.args, operator, inside))
