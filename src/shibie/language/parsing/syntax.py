"""Where a condition's text is read: positions, refusals, and the walk over its syntax tree."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, NoReturn, cast

from shibie.errors import Words, closest
from shibie.language import operators
from shibie.language.names import Context, Names
from shibie.language.tree import Node
from shibie.language.types import (
    MAX_DIGITS,
    Bool,
    Code,
    Codes,
    Date,
    Number,
    Text,
    Type,
)  # fmt: skip
from shibie.limits import EXPRESSION_DEPTH, EXPRESSION_LENGTH

# `date("…")` is how a constant is written; all others are operators.
FUNCTIONS: Final = (*operators.FUNCTIONS, "date")

METHODS: Final = tuple(operators.METHODS)

# What people type instead: the full-width forms of an input method, and other languages' words.
_LOOKALIKES: Final = {chr(ord(sign) + 0xFEE0): sign for sign in "()[]<>,.:+-*/'\""} | {
    "\uff1d": "==", "“": '"', "”": '"', "‘": "'", "’": "'", "≤": "<=", "≥": ">=", "≠": "!=",
    "×": "*", "÷": "/", "&&": "and", "||": "or", "且": "and", "或": "or", "、": ",",
}  # fmt: skip

TYPE_WORDS: Final[Mapping[type[Type], Words]] = {
    Bool: Words("是否", "a yes/no condition"), Number: Words("数字", "a number"),
    Text: Words("文本", "text"), Code: Words("代码", "a code"),
    Codes: Words("多选代码", "a set of codes"), Date: Words("日期", "a date"),
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


class Reader:
    """One pass over the `ast` of one text; `build` is filled in by what stands on it."""

    def __init__(self, text: str, names: Names) -> None:
        self.text, self.names = text, names
        self.refusals: list[Refusal] = []
        # The text is wrapped as "(" text "\n)": newlines and comments are then harmless.
        self.lines = f"({text}\n)".split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def read(self, context: Context, expect: type[Type] | None) -> Node | None:
        try:
            root = self.syntax()
            node = self.visit(root, context)
            if expect is not None and not isinstance(node.type, expect):
                self.refuse(root, expected(TYPE_WORDS[expect], node.type))
        except RefusedError:
            return None
        return None if self.refusals else node

    def syntax(self) -> ast.expr:
        if len(self.text) > EXPRESSION_LENGTH:
            self.refuse(
                (0, 1),
                Words(
                    f"表达式超过 {EXPRESSION_LENGTH} 个字符",
                    f"longer than {EXPRESSION_LENGTH} characters",
                ),
            )
        if not self.text.strip():
            self.refuse((0, 1), Words("表达式是空的", "the expression is empty"))
        try:
            root = ast.parse("\n".join(self.lines), mode="eval").body
            depth = _depth(root)
        except (SyntaxError, ValueError) as error:
            self.not_syntax(error)
        except (RecursionError, MemoryError):
            depth, root = EXPRESSION_DEPTH + 1, ast.Constant(None)
        if depth > EXPRESSION_DEPTH:
            self.refuse(
                (0, 1),
                Words(
                    f"表达式嵌套超过 {EXPRESSION_DEPTH} 层",
                    f"nested deeper than {EXPRESSION_DEPTH}",
                ),
            )
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

    def visit(self, node: ast.expr, context: Context) -> Node:
        built = self.build(node, context)
        if isinstance(built.type, Number) and built.type.digits > MAX_DIGITS:
            self.too_many_digits(node)
        return replace(built, at=self.at(node))

    def too_many_digits(self, node: ast.expr) -> NoReturn:
        self.refuse(
            node,
            Words(f"中间结果可能超过 {MAX_DIGITS} 位数字", f"may need over {MAX_DIGITS} digits"),
            Words("先用 round(…, 2) 缩短小数位", "shorten it first with round(…, 2)"),
        )

    def build(self, node: ast.expr, context: Context) -> Node:
        """The tree of one syntax node, without its place."""
        raise NotImplementedError

    def typed(self, node: ast.expr, context: Context, expect: type[Type]) -> Node:
        built = self.visit(node, context)
        if not isinstance(built.type, expect):
            self.refuse(node, expected(TYPE_WORDS[expect], built.type))
        return built


def expected(expect: Words, found: Type) -> Words:
    """The complaint about a type."""
    return Words(
        f"应为{expect.zh}，实为{TYPE_WORDS[type(found)].zh}", f"expected {expect.en}, found {found}"
    )


def methods_hint(method: str) -> Words:
    """The method that was meant, or all of them."""
    match = closest(method, METHODS)
    if match:
        return Words(f"是否想写“{match}”？", f"did you mean '{match}'?")
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
