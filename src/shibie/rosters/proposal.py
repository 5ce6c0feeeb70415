"""A form proposed for a table that people hold, for a person to read, mend and keep.

What is sure stands as it is; what is not is left out of use, with what it may have meant beside it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from shibie.errors import InputError, Problem, Words, closest, listed
from shibie.forms.form import TableForm
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.rosters.cell_error import CellError
from shibie.rosters.cells import as_written, is_blank, read_cell, shown
from shibie.rosters.header_units import UnitError, factor
from shibie.rosters.headers import Header, best_header
from shibie.rosters.household_keys import key_columns
from shibie.rosters.left_out import left_out
from shibie.rosters.national_export import HOUSEHOLD_ID
from shibie.rosters.placing import form_of
from shibie.rosters.register_names import exact_names, registers_meant
from shibie.rosters.sheets import Sheet
from shibie.rosters.stated import stated_columns
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import STATED, FieldSpec, folded

# Headers that tell a form from others; so many are enough.
_TELLING: Final = 8
_WORDS: Final = 6


@dataclass(frozen=True)
class Proposal:
    """A form as text, and what a person has still to look at.

    Attributes:
        text: the form in YAML, with comments.
        sure: how many columns are read.
        unsure: headers of columns that are not.
        words: words that are no codes, with how many rows have them, by header.
    """

    text: str
    sure: int
    unsure: tuple[str, ...]
    words: dict[str, tuple[tuple[str, int], ...]]


def proposal(
    sheets: Sequence[Sheet],
    ruleset: RuleSet,
    as_of: date,
    form_id: str,
    form: TableForm | None = None,
) -> Proposal:
    """Propose a form for the sheets of a file.

    Args:
        sheets: of the file.
        ruleset: says which fields there are.
        as_of: the day as of which cells are read.
        form_id: the name of the form.
        form: a form to begin with; without one, a shipped form that fits.

    Raises:
        InputError: when no sheet has a header that can be recognised.
    """
    specs = (*ruleset.vocabulary.household, *ruleset.vocabulary.member)
    found = [(sheet, best_header(sheet, specs, form_of(sheet, form))) for sheet in sheets]
    best = max(found, key=lambda each: len(each[1].names) if each[1] else 0, default=None)
    if best is None or best[1] is None or len(best[1].names) < 2:
        raise InputError(
            Problem(
                listed(sheet.shown for sheet in sheets),
                Words("没有认出表头", "no header was recognised"),
                suggestion=Words(
                    "shibie fields 列出每个栏目可用的名称",
                    "shibie fields lists the names that columns may have",
                ),
            )
        )
    sheet, header = best[0], best[1]
    return _Proposed(sheet, header, ruleset, as_of, form_of(sheet, form)).written(form_id, sheets)


class _Proposed:
    """What is proposed for the sheet that is most like a roster."""

    def __init__(
        self, sheet: Sheet, header: Header, ruleset: RuleSet, as_of: date, form: TableForm | None
    ) -> None:
        self.sheet, self.header, self.ruleset, self.as_of = sheet, header, ruleset, as_of
        self.form = form
        of_form = {at: use.states for at, use in header.uses.items() if use.states}
        self.stated = stated_columns(header.labels, header.columns, of_form)
        self.keys = None
        if HOUSEHOLD_ID not in header.names:
            self.keys = key_columns(header.labels, header.columns)
        out = left_out(sheet, header, form.leave_out if form else ()).rows
        below = enumerate(sheet.rows[header.row :], start=header.row + 1)
        # A header that is repeated has no words of anybody.
        self.rows = [row for number, row in below if number not in out]
        self.unsure: list[str] = []
        self.words: dict[str, tuple[tuple[str, int], ...]] = {}

    def written(self, form_id: str, sheets: Sequence[Sheet]) -> Proposal:
        """The form."""
        columns = list(self._columns())
        title = self.form.title if self.form else self.sheet.name
        telling = [
            label.text for at, label in self.header.labels.items() if at in self.header.columns
        ]
        lines = [
            "# 按下面的写法读这种表；请逐行看过，改好后用 --form 给出。",
            "# 栏目后面是它的去处（shibie fields 列出全部）；空着的栏目不用。",
            f"form: {{id: {_quoted(form_id)}, title: {_quoted(title)}}}",
            f"recognised_by: [{', '.join(map(_quoted, telling[:_TELLING]))}]",
        ]
        rows = self.header.row - self.header.begins + 1
        if rows > 1:
            lines.append(f"header_rows: {rows}")
        lines += ["columns:", *columns]
        if self.keys is not None:
            said = {"serial": self.keys.serial, "head": self.keys.head}
            parts = [
                f"{name}: {_quoted(self.header.labels[at].text)}"
                for name, at in said.items()
                if at is not None
            ]
            lines.append("# 没有户编号：按村和序号编号，只在一份文件里有效")
            lines.append(f"households: {{{', '.join(parts)}}}")
        if len(sheets) > 1:
            lines += ["sheets:", *self._sheets(sheets)]
        lines += list(self._days())
        return Proposal(
            "\n".join(lines) + "\n", len(self.header.columns), tuple(self.unsure), self.words
        )

    def _columns(self) -> Iterator[str]:
        titles = {
            spec.title: spec for owner in (HOUSEHOLD, MEMBER)
            for spec in self.ruleset.field_specs(owner).values()
        }  # fmt: skip
        special = {} if self.keys is None else {self.keys.serial, self.keys.head}
        for at, label in self.header.labels.items():
            key = f"  {_quoted(label.text)}:"
            spec, use = self.header.columns.get(at), self.header.uses.get(at)
            if spec is not None:
                yield f"{key} {self._used(spec, at)}"
            elif at in self.stated:
                yield f"{key} {{states: {self.stated[at]}}}  # 与{_CHECKED[self.stated[at]]}核对"
            elif at in special:
                yield f"{key}  # 用来分户"
            elif use is not None:
                yield f"{key}  # 规则不用"
            else:
                self.unsure.append(label.text)
                near = closest(label.text, titles)
                hint = (
                    f"：是否为“{near}”？是就写 {titles[near].name}" if near else "，规则不用就空着"
                )
                yield f"{key}  # 没有认出{hint}"

    def _used(self, spec: FieldSpec, at: int) -> str:
        label = self.header.labels[at]
        notes = [spec.title] if folded(label.text) != folded(spec.title) else []
        try:
            unit = factor(label, spec)
        except UnitError as error:
            notes.append(error.reason.zh)
            self.unsure.append(label.text)
        else:
            if unit is not None and unit[1] != 1:
                notes.append(f"单位{unit[0]}，×{unit[1]}")
        unread = self._unread(spec, at)
        if unread:
            self.words[label.text] = unread
            said = "、".join(f"{word}（{count} 行）" for word, count in unread[:_WORDS])
            notes.append(f"这些词读不懂：{said}；可在 words 中写明")
        use = self.header.uses.get(at)
        value = spec.name
        if use is not None and use.words:
            pairs = ", ".join(
                f"{_quoted(word)}: {_quoted(meant)}" for word, meant in use.words.items()
            )
            value = f"{{field: {spec.name}, words: {{{pairs}}}}}"
        return f"{value}  # {'；'.join(notes)}" if notes else value

    def _unread(self, spec: FieldSpec, at: int) -> tuple[tuple[str, int], ...]:
        """The words of a column of codes that are none, the most frequent first."""
        if spec.type not in ("code", "codes", "bool"):
            return ()
        use = self.header.uses.get(at)
        known = use.words if use else {}
        counts: Counter[str] = Counter()
        for row in self.rows:
            cell = row[at] if at < len(row) else None
            if is_blank(cell) or folded(as_written(cell)) in known:
                continue
            try:
                read_cell(cell, spec, self.as_of)
            except CellError:
                counts[shown(cell, spec)] += 1
        return tuple(counts.most_common())

    def _sheets(self, sheets: Sequence[Sheet]) -> Iterator[str]:
        registers = list(self.ruleset.registers.values())
        for sheet in sheets:
            meant = [
                each for each in registers if folded(sheet.name) in map(folded, exact_names(each))
            ]
            meant = meant or registers_meant(sheet.name, registers)
            header = best_header(sheet, tuple(self.header.columns.values()))
            alike = header is not None and 2 * len(header.names) >= len(self.header.names)
            table = "roster" if alike else meant[0].name if len(meant) == 1 else "none"
            if sheet.hidden:
                yield f"  {_quoted(sheet.name)}: none  # 隐藏的工作表，没有读；要用它，请取消隐藏，写 {table}"
            else:
                yield f"  {_quoted(sheet.name)}: {table}"

    def _days(self) -> Iterator[str]:
        dates = [at for at, spec in self.header.columns.items() if spec.type == "date"]
        for row in self.rows:
            for at in dates:
                cell = row[at] if at < len(row) else None
                try:
                    read_cell(cell, self.header.columns[at], self.as_of)
                except CellError:
                    yield "# 有的日期没有写到日：去掉下一行的 #，就按当月（年）的第一天读；last 是最后一天"
                    yield "# day: first"
                    return


_CHECKED: Final = {name: spec.title for name, spec in STATED.items()} | {
    "household_size": "实有人数", "sex": "证件号码", "birth_date": "证件号码",
    "age": "证件号码",
}  # fmt: skip


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
