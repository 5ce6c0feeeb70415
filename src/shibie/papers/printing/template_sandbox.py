"""What a Word template may do: read the fields it is given, and only so much work.

A template comes from whoever edited it last. It is not a program: it sees its fields as texts,
numbers, lists and tables, a few filters and methods of texts, and nothing of Python. What it
writes is bounded, so that a loop over a loop over a loop ends with a message and not with a
machine that is out of memory.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sized
from functools import update_wrapper
from typing import Any, Final, cast

import jinja2
from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Cycler, Joiner, Namespace, pass_context
from jinja2.visitor import NodeTransformer

from shibie.errors import Words
from shibie.shown_text import inert

# Characters that one template may write, each turn of a loop counted as some more of them: rows
# of a list for some 90,000 households, or a million turns that write nothing.
MOST_WORK: Final = 500_000_000
_TURN: Final = 500
MOST_SECONDS: Final = 300
# So long may be a text or a list that a template makes itself, and so large a number it gives.
MOST_MADE: Final = 100_000
MOST_GIVEN: Final = 1_000
_MOST_BITS: Final = 256

_FILTERS: Final = (
    "abs", "batch", "capitalize", "count", "d", "default", "dictsort", "e", "escape", "first",
    "float", "format", "groupby", "int", "items", "join", "last", "length", "list", "lower", "map",
    "max", "min", "reject", "rejectattr", "replace", "reverse", "round", "safe", "select",
    "selectattr", "slice", "sort", "string", "striptags", "sum", "title", "trim", "truncate",
    "unique", "upper", "wordcount",
)  # fmt: skip
_TEXT_METHODS: Final = frozenset(
    (
        "capitalize", "casefold", "count", "endswith", "find", "isalpha", "isascii", "isdecimal",
        "isdigit", "islower", "isnumeric", "isspace", "isupper", "join", "lower", "lstrip",
        "partition", "removeprefix", "removesuffix", "replace", "rfind", "rpartition", "rsplit",
        "rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "upper",
    )
)  # fmt: skip
_METHODS: Final[Mapping[type, frozenset[str]]] = {
    str: _TEXT_METHODS,
    dict: frozenset(("get", "items", "keys", "values")),
    list: frozenset(("count", "index")),
    tuple: frozenset(("count", "index")),
}
# Jinja's own objects: of these whatever its sandbox lets through.
_JINJAS_OWN: Final = (LoopContext, Namespace, Cycler, Joiner)
_WIDE: Final = re.compile(r"\d{4}|\*|:[^}]*\{")


class TemplateLimitError(SecurityError):
    """A template that would do more than any may.

    Attributes:
        said: what it would do.
    """

    def __init__(self, said: Words) -> None:
        super().__init__(said.en)
        self.said = said


_ENDLESS: Final = Words(
    "写得太多，是否有循环停不下来？", "it writes too much; is there a loop that never ends?"
)
_TOO_LONG: Final = Words(
    f"拼出的文字或列表超过 {MOST_MADE:,} 项",
    f"it makes a text or list of more than {MOST_MADE:,}",
)
_TOO_GREAT: Final = Words("算出的数太大", "it makes a number that is too large")
_TOO_WIDE: Final = Words("格式太宽", "a format that is too wide")


class _BoundedTemplate(jinja2.Template):
    """A template whose text is counted as it is written."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        """The text, written as far as the sandbox lets it."""
        sandbox = self.environment
        assert isinstance(sandbox, TemplateSandbox)
        parts = []
        for part in self.generate(*args, **kwargs):
            sandbox.spend(len(part))
            parts.append(part)
        return "".join(parts)


class _CountsWork(NodeTransformer):
    """Has the turns of every loop counted, and the texts that are joined."""

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802  (named by Jinja)
        self.generic_visit(node)
        written = sum(len(each.data) for each in node.find_all(nodes.TemplateData))
        node.iter = _through("_counted", node.iter, nodes.Const(_TURN + written))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802
        self.generic_visit(node)
        return _through("_bounded", node)

    def visit_Operand(self, node: nodes.Operand) -> nodes.Operand:  # noqa: N802
        self.generic_visit(node)
        if node.op in ("in", "notin"):
            node.expr = _through("_bounded", node.expr)
        return node


def _through(name: str, node: nodes.Node, *given: nodes.Expr) -> nodes.Filter:
    made = nodes.Filter(cast(nodes.Expr, node), name, list(given), [], None, None)
    made.set_lineno(node.lineno)
    return made


class TemplateSandbox(ImmutableSandboxedEnvironment):
    """Jinja for the text of one document; a new one for each.

    Attributes:
        source: the text of the part of the document that was last begun.
    """

    template_class = _BoundedTemplate
    intercepted_binops = frozenset(("+", "*", "**", "%"))

    def __init__(self) -> None:
        super().__init__(undefined=jinja2.StrictUndefined, autoescape=True, finalize=_writable)
        self.source = ""
        self._left = MOST_WORK
        self._until = time.monotonic() + MOST_SECONDS
        del self.globals["lipsum"]
        self.filters = {name: self._filter(FILTERS[name]) for name in _FILTERS}
        self.filters |= {"_counted": _counted, "_bounded": _bounded}

    def spend(self, work: int) -> None:
        """Take note of some work, as many characters as it is like.

        Raises:
            TemplateLimitError: where there was too much of it.
        """
        self._left -= work
        if self._left < 0 or time.monotonic() > self._until:
            raise TemplateLimitError(_ENDLESS)

    def made(self, value: Any) -> Any:
        """A value that the template made itself, if it is not too large.

        Raises:
            TemplateLimitError: where it is.
        """
        if isinstance(value, str | list | tuple | dict):
            if len(value) > MOST_MADE:
                raise TemplateLimitError(_TOO_LONG)
            self.spend(1 + len(value))
        elif isinstance(value, int) and value.bit_length() > _MOST_BITS:
            raise TemplateLimitError(_TOO_GREAT)
        return value

    # --- what Jinja asks ------------------------------------------------------------------

    def from_string(self, source: Any, *args: Any, **kwargs: Any) -> jinja2.Template:
        """A template from its text, which is kept to say where it fails."""
        self.source = str(source)
        return super().from_string(source, *args, **kwargs)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        parsed = _CountsWork().visit(super()._parse(source, name, filename))
        assert isinstance(parsed, nodes.Template)
        return parsed

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether an attribute may be read: of a few kinds of value, a few methods."""
        if not super().is_safe_attribute(obj, attr, value):
            return False
        of_kind = (names for kind, names in _METHODS.items() if isinstance(obj, kind))
        return isinstance(obj, _JINJAS_OWN) or attr in next(of_kind, ())

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """The method `format` of a text, which may not make anything very wide."""
        found = super().wrap_str_format(value)
        if found is not None:
            _must_be_narrow(value.__self__)
        return found

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call what may be called, and count it."""
        # A macro, or a loop that goes on within itself, writes its own text without a loop.
        again = isinstance(obj, Macro | LoopContext)
        self.spend(_TURN + (len(self.source) if again else 0))
        of = getattr(obj, "__self__", None)
        if isinstance(of, str):
            self.spend(len(of))
            self._must_fit(getattr(obj, "__name__", ""), of, args)
        result = super().call(context, obj, *args, **kwargs)
        return self.made(result) if isinstance(of, str) else result

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Calculate, where what comes out is not too large."""
        if operator == "%" and isinstance(left, str):
            _must_be_narrow(re.sub(r"\([^)]*\)", "", left))
        elif operator in ("*", "**") and not _is_small(left, right, power=operator == "**"):
            what = (
                f"“{operator}”只能用于不太大的数",
                f"'{operator}' is for numbers that are not too large",
            )
            raise TemplateLimitError(Words(*what))
        return self.made(super().call_binop(context, operator, left, right))

    # --- filters --------------------------------------------------------------------------

    def _filter(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A filter that counts what it does; Jinja's own marks of it are kept."""
        given_first = hasattr(function, "jinja_pass_arg")

        def counted(*args: Any, **kwargs: Any) -> Any:
            values = args[1 if given_first else 0 :]
            for each in (*values[1:], *kwargs.values()):
                if isinstance(each, int | float) and not abs(each) <= MOST_GIVEN:
                    said = f"{each} 太大，不能给过滤器", f"{each} is too large for a filter"
                    raise TemplateLimitError(Words(*said))
            if values:
                self.spend(_TURN + (len(values[0]) if isinstance(values[0], Sized) else 0))
                more = (*values[1:], *kwargs.values())
                self._must_fit(function.__name__.removeprefix("do_"), values[0], more)
            return self.made(function(*args, **kwargs))

        return update_wrapper(counted, function)

    def _must_fit(self, name: str, of: Any, given: tuple[Any, ...]) -> None:
        """Refuse what would be far too large before it is made."""
        texts = [each for each in given if isinstance(each, str)]
        size = 0
        if name == "replace" and len(texts) > 1:
            size = (str(of).count(texts[0]) or 0) * len(texts[1])
        elif name == "join":
            # The method has the separator first, the filter the list.
            items = given[0] if isinstance(of, str) and given else of
            separator = of if isinstance(of, str) else next(iter(texts), "")
            size = (len(items) if isinstance(items, Sized) else 0) * len(separator)
        elif name == "format" and isinstance(of, str):
            _must_be_narrow(re.sub(r"\([^)]*\)", "", of))
        if size > MOST_MADE:
            raise TemplateLimitError(_TOO_LONG)


def _writable(value: Any) -> Any:
    """A value as it is written: without what XML has no place for, where it drops the rest."""
    return inert(value) if type(value) is str else value


def _must_be_narrow(form: str) -> None:
    if _WIDE.search(form):
        raise TemplateLimitError(_TOO_WIDE)


def _is_small(left: Any, right: Any, power: bool) -> bool:
    numbers = isinstance(left, int | float) and isinstance(right, int | float)
    return numbers and (not power or abs(right) <= _MOST_BITS)


@pass_context
def _counted(context: Context, items: Any, cost: int) -> Iterator[Any]:
    """The items of a loop, each one counted."""
    sandbox = context.environment
    assert isinstance(sandbox, TemplateSandbox)

    def turns() -> Iterator[Any]:
        for item in items:
            sandbox.spend(cost)
            yield item

    return turns()


@pass_context
def _bounded(context: Context, value: Any) -> Any:
    """What the template made, if it is not too large."""
    sandbox = context.environment
    assert isinstance(sandbox, TemplateSandbox)
    return sandbox.made(value)
