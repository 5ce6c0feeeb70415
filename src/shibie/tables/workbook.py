"""The result workbook: the roster annotated with eligibility, reasons and tracks."""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from shibie import wording
from shibie.check import Checked
from shibie.citizen_id import mask
from shibie.decision import Decision
from shibie.engine.case import Case
from shibie.engine.exact import EXACT
from shibie.engine.interpreter import evaluate
from shibie.engine.place import Place
from shibie.errors import Lang, Words
from shibie.language.tree import HOUSEHOLD
from shibie.language.types import Number
from shibie.ruleset.model import Rule
from shibie.summary import standing
from shibie.tables.overview import write_overview

MAX_WIDTH, HEADER_WIDTH = 60, 14
LINE_HEIGHT = 15
_FILLS = {"eligible": "#C6E7CE", "ineligible": "#F4C7C3", "pending": "#FCE8B2"}
_STANDINGS: Mapping[str, Words] = {
    "retained": Words("保留", "retained"), "removed": Words("清退", "removed"),
    "pending": Words("待核实", "pending"), "new": Words("新进", "new"),
    "exited": Words("此前已脱贫", "left poverty before"), "": Words("", ""),
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its header, and how its cells look."""

    title: str
    wrap: bool = False
    width: int = 0


def write_workbook(
    path: Path,
    checked: Checked,
    summary: Mapping[str, Any],
    lang: Lang = "zh",
    show_ids: bool = False,
) -> None:
    """Write 认定结果, 依据, 批次, 退回 and 汇总 into one workbook.

    Args:
        path: the .xlsx file; an older one is replaced only when the new one is complete.
        checked: what to write.
        summary: its summary.
        lang: language of the product's own words.
        show_ids: write identity numbers in full instead of masked.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.tmp")
    book = xlsxwriter.Workbook(str(scratch), {"strings_to_formulas": False})
    try:
        writer = _Writer(book, checked, lang, show_ids)
        writer.decisions()
        writer.findings()
        writer.tracks()
        writer.rejected()
        name = Words("汇总", "summary").say(lang)
        write_overview(book, book.add_worksheet(name), checked.ruleset, summary, lang)
        book.close()
        os.replace(scratch, path)  # noqa: PTH105  (atomic, over an older file)
    finally:
        scratch.unlink(missing_ok=True)


class _Writer:
    """Writes the sheets of one workbook."""

    def __init__(
        self, book: xlsxwriter.Workbook, checked: Checked, lang: Lang, show_ids: bool
    ) -> None:
        self.book, self.checked, self.lang, self.show_ids = book, checked, lang, show_ids
        self.ruleset = checked.ruleset
        top = {"valign": "top"}
        self.header = book.add_format(
            {"bold": True, "bg_color": "#DDE6F0", "border": 1, "text_wrap": True, **top}
        )
        self.plain = book.add_format(top)
        self.wrapped = book.add_format({**top, "text_wrap": True})
        self.amounts = book.add_format({**top, "num_format": "#,##0.00"})
        self.fills = {
            value: book.add_format({**top, "bg_color": color, "bold": True})
            for value, color in _FILLS.items()
        }
        self.households = {case.household.household_id: case.household for case in checked.cases}

    def say(self, zh: str, en: str) -> str:
        return Words(zh, en).say(self.lang)

    def sheet(
        self, name: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], frozen: int = 1
    ) -> Worksheet:
        """A sheet with a frozen header, filters and widths that fit its text."""
        sheet = self.book.add_worksheet(name)
        # Headers wrap, so that a long title does not widen a column of small numbers.
        widths = [min(HEADER_WIDTH, _width(column.title)) for column in columns]
        sheet.set_row(0, 2 * LINE_HEIGHT)  # room for the headers that wrap
        for number, column in enumerate(columns):
            sheet.write_string(0, number, column.title, self.header)
        wrapping = [number for number, column in enumerate(columns) if column.wrap]
        last = 0
        for last, row in enumerate(rows, start=1):
            height = max((_lines(columns[number], row[number]) for number in wrapping), default=1)
            if height > 1:
                sheet.set_row(last, LINE_HEIGHT * height)
            for number, (column, cell) in enumerate(zip(columns, row, strict=True)):
                look = self.wrapped if column.wrap else self.plain
                look = self.amounts if isinstance(cell, Decimal) else look
                value, look = cell if isinstance(cell, tuple) else (cell, look)
                if value is None or value == "":
                    continue
                _write(sheet, last, number, value, look)
                width = _width(value)
                if width > widths[number]:
                    widths[number] = width
        for number, (column, width) in enumerate(zip(columns, widths, strict=True)):
            sheet.set_column(number, number, column.width or min(MAX_WIDTH, width + 3))
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.freeze_panes(1, frozen)
        sheet.autofilter(0, 0, max(1, last), len(columns) - 1)
        return sheet

    # --- 认定结果 -----------------------------------------------------------------------

    def decisions(self) -> None:
        numbers = [
            rule
            for (owner, _), rule in self.ruleset.facts.items()
            if owner == HOUSEHOLD and isinstance(rule.node.type, Number)
        ]
        columns = [
            Column(self.say("户编号", "household_id")),
            Column(self.say("村", "village")),
            Column(self.say("组", "group")),
            Column(self.say("户主", "head")),
            Column(self.say("人口", "persons")),
            Column(self.say("认定结果", "eligibility")),
            *([Column(self.say("类别", "kind"))] if self.ruleset.kinds else []),
            Column(self.say("原因", "reasons"), wrap=True, width=36),
            Column(self.say("待核实的审查", "reviews waiting"), wrap=True, width=24),
            Column(self.say("还需查清", "still needed"), wrap=True, width=30),
            Column(self.say("帮扶批次", "tracks"), wrap=True, width=26),
            Column(self.say("与上一轮名册", "against the previous roster")),
            *(Column(_with_unit(rule)) for rule in numbers),
        ]
        pairs = zip(self.checked.cases, self.checked.decisions, strict=True)
        rows = (self.decision_row(case, decision, numbers) for case, decision in pairs)
        self.sheet(self.say("认定结果", "decisions"), columns, rows)

    def decision_row(
        self, case: Case, decision: Decision, numbers: Sequence[Rule]
    ) -> Sequence[Any]:
        household = case.household
        given = {track.track for track in decision.tracks}
        kind = [wording.rule_title(self.ruleset, decision.kind)] if self.ruleset.kinds else []
        return [
            household.household_id,
            household.village,
            getattr(household, "group", None),
            wording.head(household),
            len(household.members),
            (
                wording.eligibility(self.ruleset, decision.eligibility),
                self.fills[decision.eligibility],
            ),
            *kind,
            "\n".join(self.reasons(decision)),
            "\n".join(self.titles(decision.reviews)),
            "\n".join(
                wording.unknown_fact(self.ruleset, household, path, self.lang)
                for path in decision.unknown
            ),
            "\n".join(rule.title for rule in self.ruleset.tracks if rule.id in given),
            _STANDINGS[standing(case, decision)].say(self.lang),
            *_values(self.checked, case, numbers),
        ]

    def titles(self, rule_ids: Iterable[str]) -> list[str]:
        return [wording.rule_title(self.ruleset, rule_id, self.lang) for rule_id in rule_ids]

    def reasons(self, decision: Decision) -> list[str]:
        """Why it came out so: grounds, or the criteria that it meets."""
        if decision.eligibility == "ineligible":
            return self.titles(decision.grounds)
        met = [
            finding.rule_id
            for finding in decision.findings
            if finding.kind == "criterion" and finding.outcome == "true"
        ]
        return self.titles(met)

    # --- 依据, 批次, 退回 ---------------------------------------------------------------

    def findings(self) -> None:
        columns = [
            Column(self.say("户编号", "household_id")),
            Column(self.say("户主", "head")),
            Column(self.say("成员", "member")),
            Column(self.say("类型", "kind")),
            Column(self.say("规则编号", "rule_id")),
            Column(self.say("规则", "rule"), wrap=True, width=36),
            Column(self.say("结果", "outcome")),
            Column(self.say("依据", "basis"), wrap=True, width=44),
            Column(self.say("来源", "source"), wrap=True, width=36),
            Column(self.say("来源可信度", "provenance")),
        ]
        bases = self.memo_bases()
        rows = (
            (
                each.household_id,
                wording.head(self.households[each.household_id]),
                wording.person(self.households[each.household_id], each.member_id),
                wording.KINDS[each.kind].say(self.lang),
                each.rule_id,
                *bases[each.rule_id][:1],
                wording.OUTCOMES[each.outcome].say(self.lang),
                *bases[each.rule_id][1:],
            )
            for decision in self.checked.decisions
            for each in decision.findings
        )
        self.sheet(self.say("依据", "findings"), columns, rows)

    def memo_bases(self) -> Mapping[str, tuple[str, str, str, str]]:
        """Title, basis, source and provenance of every rule that occurs in a finding."""
        lang, ruleset = self.lang, self.ruleset

        class Bases(defaultdict[str, tuple[str, str, str, str]]):
            def __missing__(self, rule_id: str) -> tuple[str, str, str, str]:
                basis = wording.rule_basis(ruleset, rule_id)
                title = wording.rule_title(ruleset, rule_id, lang)
                sure = wording.PROVENANCES[basis.provenance].say(lang)
                self[rule_id] = (title, basis.text, basis.source, sure)
                return self[rule_id]

        return Bases()

    def tracks(self) -> None:
        columns = [
            Column(self.say("户编号", "household_id")),
            Column(self.say("村", "village")),
            Column(self.say("户主", "head")),
            Column(self.say("批次", "track")),
            Column(self.say("对象", "for")),
            Column(self.say("人编号", "member_id")),
            Column(self.say("姓名", "name")),
            Column(self.say("证件号码", "id number")),
            Column(self.say("人数", "persons")),
        ]
        whole = self.say("全户", "whole household")
        single = self.say("个人", "person")
        titles = {rule.id: rule.title for rule in self.ruleset.tracks}
        rows = []
        for decision in self.checked.decisions:
            household = self.households[decision.household_id]
            members = {member.member_id: member for member in household.members}
            for track in decision.tracks:
                member = members.get(track.member_id)
                number = getattr(member, "id_number", None) if member else None
                rows.append(
                    (
                        track.household_id,
                        household.village,
                        wording.head(household),
                        titles[track.track],
                        single if member else whole,
                        track.member_id,
                        getattr(member, "name", None) if member else None,
                        number if self.show_ids or number is None else mask(number),
                        1 if member else len(household.members),
                    )
                )
        self.sheet(self.say("批次", "tracks"), columns, rows)

    def rejected(self) -> None:
        columns = [
            Column(self.say("来源", "source")),
            Column(self.say("行", "row")),
            Column(self.say("栏目", "field")),
            Column(self.say("内容", "value")),
            Column(self.say("退回原因", "reason"), wrap=True, width=70),
        ]
        rows = (
            (
                each.source,
                each.row,
                wording.field_title(self.ruleset, each.field, self.lang),
                each.value,
                each.reason.say(self.lang),
            )
            for each in self.checked.roster.rejected
        )
        self.sheet(self.say("退回", "rejected"), columns, rows)


def _with_unit(rule: Rule) -> str:
    return f"{rule.title}({rule.unit})" if rule.unit else rule.title


def _values(checked: Checked, case: Case, rules: Sequence[Rule]) -> list[Any]:
    """The household's derived numbers; None where they are unknown."""
    with localcontext(EXACT):
        place = Place.top(checked.ruleset, case)
        return [evaluate(rule.node, place) for rule in rules]


def _write(sheet: Worksheet, row: int, column: int, value: Any, look: Format) -> None:
    """Text is always written as text, also when it starts with = + - @."""
    match value:
        case int() | Decimal():
            sheet.write_number(row, column, cast("float", value), look)
        case _:
            sheet.write_string(row, column, str(value), look)


def _lines(column: Column, cell: Any) -> int:
    """How many lines a wrapped cell takes; not every program works it out on opening."""
    if not isinstance(cell, str):
        return 1
    width = column.width or MAX_WIDTH
    return sum(1 + max(0, _width(line) - 1) // width for line in cell.split("\n"))


def _width(value: Any) -> int:
    """Columns of the widest line, wide characters counting two."""
    return _text_width("" if value is None else str(value))


@lru_cache(maxsize=50_000)
def _text_width(text: str) -> int:
    if text.isascii() and "\n" not in text:
        return len(text)
    return max(
        sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)
        for line in text.split("\n")
    )
