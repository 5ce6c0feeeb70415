"""Condition text → typed tree.

The text is a strict subset of Python's expression grammar, parsed by the standard `ast`
and never evaluated by Python. Whatever is outside the subset, ill-typed or unknown is
refused at its place; all refusals of one text are reported together.
"""

from __future__ import annotations

import ast
from functools import partial

from shibie.errors import Words
from shibie.language import tree
from shibie.language.names import Context, Names, spelled
from shibie.language.operators import OPERATORS
from shibie.language.parsing.calls import Calls
from shibie.language.parsing.syntax import (
    FUNCTIONS,
    METHODS,
    ExpressionError,
    Refusal,
    RefusedError,
)
from shibie.language.tree import Node
from shibie.language.types import (
    Bool,
    Number,
    Type,
)  # fmt: skip


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
    reader = _ConditionReader(text, names)
    node = reader.read(context or Context.household(), expect)
    if node is None:
        raise ExpressionError(reader.refusals)
    return node


class _ConditionReader(Calls):
    """Decides by the kind of syntax node what is to be read."""

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
                return OPERATORS[tree.Negate, ""].built(self.typed(operand, context, Number))
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


__all__ = ["FUNCTIONS", "METHODS", "ExpressionError", "Refusal", "RefusedError", "parse", "spelled"]
