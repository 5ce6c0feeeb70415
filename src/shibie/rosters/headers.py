"""Which column holds which field: header rows found and matched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from shibie.errors import InputError, Problem, Words, did_you_mean, listed
from shibie.forms.form import ColumnUse, TableForm
from shibie.rosters.cells import Cell, is_blank
from shibie.rosters.header_labels import MOST_ROWS, TOTALS, Label, labels, plain, text_of
from shibie.rosters.header_units import is_unit_row, table_wide_unit, with_unit
from shibie.rosters.sheets import Sheet
from shibie.rosters.shown_headers import shown_header
from shibie.vocabulary import FieldSpec, folded

NO_USES: Final[Mapping[str, ColumnUse]] = {}
_LONG_NUMBER: Final = re.compile(r"\d{6,}[\dXx]")
# A name of a column, and of a group of columns that stands alone in its row.
_NAME: Final = re.compile(r"(?![\d.,]+$).{1,20}")
_GROUP: Final = re.compile(r"[一-鿿()]{2,12}")
_WHOSE: Final = frozenset(("household_id", "member_id", "name", "relation"))
_Meant = TypeVar("_Meant")


@dataclass(frozen=True)
class Header:
    """A matched header.

    Attributes:
        row: the number of its last row, from 1.
        columns: column index → field.
        ignored: header texts that no field answers to.
        first: the number of its first row; 0 where it is the last one, too.
        labels: column index → what the header says of it.
        uses: column index → what a form says that the column is for.
        ignored_at: the indexes of their columns, in the same order.
        supposed: field → what every row has of it where the table has no column of it.
    """

    row: int
    columns: Mapping[int, FieldSpec]
    ignored: tuple[str, ...]
    first: int = 0
    labels: Mapping[int, Label] = field(default_factory=dict)
    uses: Mapping[int, ColumnUse] = field(default_factory=dict)
    ignored_at: tuple[int, ...] = ()
    supposed: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """The names of the fields that have a column."""
        return frozenset(spec.name for spec in self.columns.values())

    def column_of(self, name: str) -> int | None:
        """The index of a field's column; None where it has none."""
        return next((index for index, spec in self.columns.items() if spec.name == name), None)

    @property
    def begins(self) -> int:
        """The number of its first row."""
        return self.first or self.row


def matched(cell: Cell | Label, specs: Sequence[FieldSpec]) -> FieldSpec | None:
    """The field a header names: by name, title or alias, with or without its unit.

    >>> wage = FieldSpec("wage_income", "工资性收入", "money", unit="元/年")
    >>> matched("*工资性收入(元)", [wage]) is wage
    True
    """
    label = cell if isinstance(cell, Label) else Label(text_of(cell))
    return _first(label, by_spelling(specs))


def by_spelling(specs: Iterable[FieldSpec]) -> dict[str, FieldSpec]:
    """The field that each header means: what one is called stands before what another may be called."""
    fields = tuple(specs)
    found: dict[str, FieldSpec] = {}
    for spellings in ("own_headers", "headers"):
        for spec in fields:
            for text in getattr(spec, spellings):
                found.setdefault(text, spec)
    return found


def _first(label: Label, meant: Mapping[str, _Meant]) -> _Meant | None:
    """What the surest spelling of a label means."""
    return next((meant[each] for each in label.spellings if each in meant), None)


def find_header(
    sheet: Sheet, specs: Sequence[FieldSpec], required: Iterable[str], form: TableForm | None = None
) -> Header:
    """The header of a sheet: the rows that name the most fields.

    Raises:
        InputError: when there is none, a field has two columns, or a required one has none.
    """
    return usable(sheet, best_header(sheet, specs, form), specs, required)


def usable(
    sheet: Sheet, header: Header | None, specs: Sequence[FieldSpec], required: Iterable[str]
) -> Header:
    """A header that will do.

    Raises:
        InputError: when there is none, a field has two columns, or a required one has none.
    """
    where = f"{sheet.shown}!{header.row}" if header else sheet.shown
    titles = {spec.name: spec.title for spec in specs}
    missing = [name for name in required if header is None or name not in header.names]
    problems = []
    if missing or header is None:
        shown = [f"{name} {titles.get(name, '')}".strip() for name in missing]
        number = header.row if header else 1
        row = sheet.head[number - 1] if sheet.rows else ()
        found = [str(cell) for cell in row if cell]
        problems.append(
            Problem(
                where,
                Words(
                    f"缺少栏目：{listed(shown, lang='zh')}；"
                    f"第 {number} 行有：{listed(map(shown_header, found), lang='zh') or '（空）'}",
                    f"missing columns: {listed(shown)}; row {number} has:"
                    f" {listed(shown_header(each, 'en') for each in found) or '(nothing)'}",
                ),
                suggestion=Words(
                    "shibie fields 列出每个栏目可用的名称",
                    "shibie fields lists the names they may have",
                ),
            )
        )
    if header is not None:
        names = [spec.name for spec in header.columns.values()]
        for name in sorted({name for name in names if names.count(name) > 1}):
            problems.append(
                Problem(
                    where,
                    Words(f"栏目“{titles[name]}”出现两次", f"the field {name} has two columns"),
                )
            )
    if problems or header is None:
        raise InputError(problems)
    return header


def best_header(
    sheet: Sheet, specs: Sequence[FieldSpec], form: TableForm | None = None
) -> Header | None:
    """The rows within the first twenty that name the most fields, or None.

    Of several that name as many, the fewest and then the first: a title above a header adds nothing.
    """
    best: Header | None = None
    head, known = sheet.head, by_spelling(specs)
    depths = (form.header_rows,) if form and form.header_rows else range(1, MOST_ROWS + 1)
    for depth in (1,) if sheet.named else depths:
        for first in range(1, len(head) - depth + 2):
            rows = head[first - 1 : first - 1 + depth]
            if depth > 1 and any(map(_holds_numbers, rows)):
                continue
            header = _header(rows, first, known, form)
            if header.columns and (best is None or len(header.names) > len(best.names)):
                best = header
    if best is None or sheet.named:
        return best
    below = _with_columns_of_groups(_without_parts(best), head, known, form)
    return _with_units(below, head, known, form)


def _holds_numbers(row: Sequence[Cell]) -> bool:
    """Whether a row has a number of a household or person, as rows of the table have: no header."""
    return any(isinstance(cell, str) and _LONG_NUMBER.fullmatch(cell.strip()) for cell in row)


def _header(
    rows: Sequence[Sequence[Cell]], first: int, known: Mapping[str, FieldSpec],
    form: TableForm | None,
) -> Header:  # fmt: skip
    """What some rows say as a header."""
    by_name = {spec.name: spec for spec in known.values()}
    columns, uses, ignored, found = {}, {}, {}, {}
    for index, label in enumerate(labels(rows)):
        if label is None:
            continue
        found[index] = label = with_unit(label)
        use = _first(label, form.columns if form else NO_USES)
        spec = _first(label, known)
        if use is not None:
            uses[index] = use
            # A pack's own field of that very name counts before what a shipped form makes of it.
            spec = by_name.get(use.field) if use.field else None
        if spec is not None:
            columns[index] = spec
        elif use is None:
            ignored[index] = label.text
    return Header(
        first + len(rows) - 1, columns, tuple(ignored.values()), first, found, uses, tuple(ignored)
    )  # fmt: skip


def _with_columns_of_groups(
    best: Header, head: Sequence[Sequence[Cell]], known: Mapping[str, FieldSpec],
    form: TableForm | None,
) -> Header:  # fmt: skip
    """The same header with a row below it that says what the columns of its groups are.

    Without it a group would pass for its first column: 工资性收入 for the wages of local work alone.
    """
    first, last = best.begins, best.row
    fixed = form is not None and form.header_rows
    if fixed or last >= len(head) or last - first + 1 >= MOST_ROWS:
        return best
    if not _names_columns_of_groups(best, head[last - 1], head[last]):
        return best
    return _without_parts(_header(head[first - 1 : last + 1], first, known, form))


def _names_columns_of_groups(header: Header, above: Sequence[Cell], row: Sequence[Cell]) -> bool:
    """Whether a row below a header holds names below its groups, and nobody's data."""
    filled = {at: cell for at, cell in enumerate(row) if not is_blank(cell)}
    if not all(isinstance(cell, str) and _NAME.fullmatch(folded(cell)) for cell in filled.values()):
        return False
    telling = [at for at, spec in header.columns.items() if _tells_whose(spec)]
    if not telling or any(at in filled for at in telling):
        return False
    texts = [text_of(above[at]) if at < len(above) else "" for at in range(len(row))]
    return any(
        at + 1 in filled and texts[at] and texts[at + 1] in ("", texts[at]) for at in filled
    )  # fmt: skip


def _tells_whose(spec: FieldSpec) -> bool:
    """Whether a field tells whose row it is: no row of a table has none of these."""
    return spec.type == "citizen_id" or spec.name in _WHOSE


def _without_parts(header: Header) -> Header:
    """The header without columns that another column of their group adds up."""
    totals = {
        (spec.name, header.labels[at].groups)
        for at, spec in header.columns.items()
        if plain(header.labels[at].text) in TOTALS
    }
    parts = {
        at: header.labels[at].text
        for at, spec in header.columns.items()
        if (spec.name, header.labels[at].groups) in totals
        and plain(header.labels[at].text) not in TOTALS
    }
    ignored = dict(zip(header.ignored_at, header.ignored, strict=True)) | parts
    return replace(
        header,
        columns={at: spec for at, spec in header.columns.items() if at not in parts},
        ignored=tuple(ignored[at] for at in sorted(ignored)),
        ignored_at=tuple(sorted(ignored)),
    )


def _with_units(
    best: Header, head: Sequence[Sequence[Cell]], known: Mapping[str, FieldSpec],
    form: TableForm | None,
) -> Header:  # fmt: skip
    """The same header with rows next to it that say more of its columns: groups, and units."""
    first, last = best.begins, best.row
    while first > 1 and last - first + 1 < MOST_ROWS and _has_groups(head[first - 2]):
        first -= 1
    if last < len(head) and is_unit_row(head[last]):
        last += 1
    if (first, last) == (best.begins, best.row):
        return best
    wider = _without_parts(_header(head[first - 1 : last], first, known, form))
    # A group says of columns that they are somebody else's, never that they are another field's.
    same = wider.names == best.names and wider.columns.items() <= best.columns.items()
    return wider if same else best


def _has_groups(row: Sequence[Cell]) -> bool:
    """Whether a row above a header names groups of columns.

    A title stands alone in its row, and first in it; a unit or a date may stand alone on the right.
    """
    texts = {at: folded(text) for at, cell in enumerate(row) if (text := text_of(cell))}
    if any(len(text) > 12 or ":" in text for text in texts.values()):
        return False
    if len(texts) != 1:
        return len(texts) > 1
    ((at, text),) = texts.items()
    return at > 0 and bool(_GROUP.fullmatch(text)) and not table_wide_unit([row])


NAMED: Final = 12


def ignored_note(sheet: Sheet, header: Header, specs: Sequence[FieldSpec]) -> Words | None:
    """A note on the columns that were not used, with what they may have meant."""
    if not header.ignored:
        return None
    hints = []
    # No more are named.
    for text in header.ignored[:NAMED]:
        near = did_you_mean(text, [spec.title for spec in specs])
        hints.append(
            Words(
                shown_header(text) + (f"（{near.zh}）" if near else ""),
                shown_header(text, "en") + (f" ({near.en})" if near else ""),
            )
        )
    return Words(
        f"{sheet.shown}：未使用的栏目："
        + listed((*(hint.zh for hint in hints), *header.ignored[NAMED:]), NAMED, "zh"),
        f"{sheet.shown}: columns not used: "
        + listed((*(hint.en for hint in hints), *header.ignored[NAMED:]), NAMED),
    )
