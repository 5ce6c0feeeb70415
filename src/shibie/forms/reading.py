"""Forms as they are written in YAML, with every fault at its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from shibie.errors import InputError, Problem, Words, did_you_mean, listed
from shibie.forms.form import ColumnUse, Day, Stated, TableForm
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.ruleset.model import RuleSet
from shibie.ruleset.schema_validation import validated
from shibie.ruleset.yaml_source import YamlSource, read, read_file
from shibie.vocabulary import folded

SHIPPED: Final = Path(__file__).parent / "shipped"


class _WrittenForm(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_min_length=1)


class _Name(_WrittenForm):
    id: str
    title: str


class _Column(_WrittenForm):
    """What a column is for, where the name of a field does not say it all."""

    field: str | None = None
    states: Stated | None = None
    unit: str | None = None
    words: dict[str, str] = Field(default_factory=dict)


class _Households(_WrittenForm):
    """What tells one household from another where they have no numbers."""

    serial: str | None = None
    head: str | None = None


class FormSource(_WrittenForm):
    """A form as it is written."""

    form: _Name
    recognised_by: list[str] = Field(default_factory=list)
    header_rows: Literal[1, 2, 3] | None = None
    columns: dict[str, str | _Column | None] = Field(default_factory=dict)
    sheets: dict[str, str] = Field(default_factory=dict)
    households: _Households = _Households()
    members: Literal["rows", "none"] = "rows"
    unasked_when_blank: list[list[str]] = Field(default_factory=list)
    leave_out: list[str] = Field(default_factory=list)
    day: Day | None = None


def read_form(path: Path, known: Iterable[str] = ()) -> TableForm:
    """A form from a file.

    Args:
        path: the file.
        known: names and titles of the fields there are; a column for any other is a fault.

    Raises:
        InputError: with every fault, at `file:line:column`.
    """
    if not path.is_file():
        raise InputError(Problem(str(path), Words("没有这个文件", "there is no such file")))
    return _read(read_file(path), known, shipped=path.parent == SHIPPED)


def form_of_text(text: str, name: str = "form") -> TableForm:
    """A form from its text.

    Args:
        text: in YAML.
        name: how messages name it.

    Raises:
        InputError: with every fault.

    >>> form_of_text("form: {id: ours, title: 我们的表}").title
    '我们的表'
    """
    return _read(read(name, text), ())


def _read(source: YamlSource, known: Iterable[str], shipped: bool = False) -> TableForm:
    written, problems = validated(FormSource, source)
    if written is not None:
        problems = [*problems, *_unknown(source, written, frozenset(known))]
    if problems or written is None:
        raise InputError(problems)
    return replace(_form(written, shipped), text=source.text)


def names_of(ruleset: RuleSet) -> frozenset[str]:
    """The names of the fields that a form may give columns to.

    >>> from shibie.ruleset.loader import load
    >>> "wage_income" in names_of(load("bazhong-2015"))
    True
    """
    return frozenset(name for owner in (HOUSEHOLD, MEMBER) for name in ruleset.field_specs(owner))


@cache
def shipped_forms() -> tuple[TableForm, ...]:
    """The forms that come with the product, by name.

    >>> [form.title for form in shipped_forms()][0]
    '低保花名册'
    """
    return tuple(read_form(path) for path in sorted(SHIPPED.glob("*.yaml")))


def _unknown(source: YamlSource, written: FormSource, known: frozenset[str]) -> Iterable[Problem]:
    """A problem for each column that is for a field there is not."""
    for header, use in written.columns.items():
        name = use if isinstance(use, str) else use.field if use is not None else None
        if name is None or not known or name in known:
            continue
        path = ("columns", header) if isinstance(use, str) else ("columns", header, "field")
        yield source.problem(
            source.value_span(path),
            Words(f"没有栏目“{name}”", f"no field '{name}'"),
            did_you_mean(name, known)
            or Words(
                f"有的是：{listed(sorted(known), lang='zh')}", f"there are: {listed(sorted(known))}"
            ),
        )


def _form(written: FormSource, shipped: bool) -> TableForm:
    return TableForm(
        id=written.form.id,
        title=written.form.title,
        recognised_by=frozenset(map(folded, written.recognised_by)),
        columns={folded(header): _use(use) for header, use in written.columns.items()},
        sheets={folded(name): table for name, table in written.sheets.items()},
        header_rows=written.header_rows or 0,
        serial=folded(written.households.serial or ""),
        head=folded(written.households.head or ""),
        heads_only=written.members == "none",
        unasked=tuple(tuple(names) for names in written.unasked_when_blank),
        leave_out=tuple(map(folded, written.leave_out)),
        day=written.day,
        shipped=shipped,
    )


def _use(use: str | _Column | None) -> ColumnUse:
    if use is None or isinstance(use, str):
        return ColumnUse(use or "")
    words: Mapping[str, str] = {folded(word): meant for word, meant in use.words.items()}
    return ColumnUse(use.field or "", use.states, use.unit or "", words)
