"""An empty workbook of a pack, to be filled in: every table with its columns, lists and notes.

It is read as it is. A comparison's table says above itself that it was not made yet: an empty
table that stands for "compared, and there was nothing" would clear everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from shibie.errors import Lang, Words
from shibie.household import StepRow
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.results.workbook_questions import write_lists, write_questions
from shibie.results.workbook_sheets import (
    HEADER_WIDTH,
    LINE_HEIGHT,
    Sheets,
    new_book,
    printed_across,
    text_width,
)
from shibie.rosters.helping_rows import helping_specs
from shibie.rosters.own_additions import COMPARED, DONE, NOT_DONE, own
from shibie.ruleset.conditions import all_conditions, drawn_on, fields_used
from shibie.ruleset.model import Register, RuleSet
from shibie.vocabulary import FieldSpec, specs_of
from shibie.words.lists import bracketed, joined, labelled
from shibie.words.speaker import Speaker

# So many rows have lists and formats.
_ROWS: Final = 5_000
_CODES: Final = own(Words("代码", "codes"))
_YES_NO: Final = ("是", "否")
_FORMATS: Final = {"citizen_id": "@", "text": "@", "date": "yyyy-mm-dd"}
_UNUSED: Final = "#E7E6E6"
_NEEDED: Final = Words("必填", "required")
_NOT_READ: Final = Words("这套规则用不到，可不填", "not read by these rules; may stay blank")
_SEVERAL: Final = Words("可填多项，用“、”分开", "several are separated by a comma")


def write_blank(out: Path, ruleset: RuleSet, lang: Lang | None = None) -> None:
    """Write an empty workbook of a pack.

    Args:
        out: the .xlsx file.
        ruleset: says which tables and columns there are.
        lang: of the product's words; the pack's own by default.

    Raises:
        InputError: when the place cannot be written to.
    """
    with new_book(out) as book:
        _Blank(book, Speaker(ruleset, lang or ruleset.lang)).write()


class _Blank:
    """Writes the sheets of one workbook."""

    def __init__(self, book: xlsxwriter.Workbook, speaker: Speaker) -> None:
        self.book, self.speaker, self.say = book, speaker, speaker.say
        self.ruleset = speaker.ruleset
        self.looks = Sheets(book)
        self.unread = book.add_format(
            {"bold": True, "bg_color": _UNUSED, "border": 1, "text_wrap": True, "valign": "top"}
        )
        self.formats = {text: book.add_format({"num_format": text}) for text in _FORMATS.values()}
        self.lists: list[tuple[str, ...]] = []
        self.used = fields_used(
            self.ruleset, (*all_conditions(self.ruleset), *drawn_on(self.ruleset))
        )

    def write(self) -> None:
        """All sheets: those that people fill in first."""
        vocabulary = self.ruleset.vocabulary
        number = self.ruleset.field_specs(HOUSEHOLD)["household_id"]
        self.table(self.say("农户", "households"), vocabulary.household, HOUSEHOLD)
        self.table(self.say("成员", "members"), (number, *vocabulary.member), MEMBER)
        for register in self.ruleset.registers.values():
            self.register(register)
        write_questions(self.looks, self.speaker, ())
        if self.ruleset.procedure:
            self.steps()
        if vocabulary.national and self.ruleset.tracks:
            # Who helps whom: no rule asks it.
            self.table(self.say("帮扶", "helpers"), helping_specs("helpers"), "")
            self.table(self.say("走访", "visits"), helping_specs("visits"), "")
            if self.ruleset.measures:
                self.table(self.say("规划", "plans"), helping_specs("plans"), "")
        write_lists(self.book, self.speaker)
        self.codes()

    def steps(self) -> None:
        """The records of the procedure, with the steps to choose from."""
        procedure = self.ruleset.procedure
        own = tuple(step.title for step in procedure if step.of == "household")
        whole = [f"{step.number} {step.title}" for step in procedure if step.of != "household"]
        sheet = self.table(self.say("程序", "steps"), specs_of(StepRow), "")
        names = [spec.name for spec in specs_of(StepRow)]
        for name, titles in (("step", tuple(step.title for step in procedure)), ("among", own)):
            if titles:
                at = names.index(name)
                options = {"validate": "list", "source": self.place(titles), "show_error": False}
                sheet.data_validation(1, at, _ROWS, at, options)
        if whole:
            said = self.say(
                "可以整村、整组、全乡镇一次记录的步骤", "steps that may be of a whole place"
            )
            listed = joined(whole, self.speaker.lang)
            at = names.index("village")
            note = self.note(specs_of(StepRow)[at], required=False, read=True)
            lines = (note, labelled(said, listed, self.speaker.lang))
            sheet.write_comment(0, at, "\n".join(lines), {"x_scale": 2, "y_scale": 1.5})

    def register(self, register: Register) -> None:
        """A comparison's table, below a line that says whether it was made."""
        lang = self.speaker.lang
        name = register.name if self.speaker.is_foreign else register.title
        prefix = self.say("比对-", "registers_") if not self.speaker.is_foreign else "比对-"
        sheet = self.table(f"{prefix}{name}"[:31], register.columns, "", 1, register.match)
        sheet.write_string(0, 0, own(COMPARED).say(lang), self.looks.wrapped)
        sheet.write_string(0, 1, NOT_DONE.say(lang), self.looks.filled("#FCE8B2"))
        options = {"validate": "list", "source": [NOT_DONE.say(lang), DONE.say(lang)]}
        sheet.data_validation(0, 1, 0, 1, options)
        note = self.say(
            "填了记录，就算已经比对。比对过而没有一条记录的，把“未做”改为“已做”；没有比对的留着“未做”。",
            "With rows below, it counts as compared. Write 'done' if it was compared and there is"
            " no row.",
        )
        sheet.write_comment(0, 1, note, {"x_scale": 2})

    def table(
        self, name: str, specs: Sequence[FieldSpec], owner: str, top: int = 0, match: str = ""
    ) -> Worksheet:
        """A table with its header in a row (from 0)."""
        sheet = self.book.add_worksheet(name)
        sheet.set_row(top, 2 * LINE_HEIGHT)
        for at, spec in enumerate(specs):
            required = spec.required or spec.name == match
            title = self.title(spec)
            read = not owner or required or (owner, spec.name) in self.used or _names(spec)
            look = self.looks.header if read else self.unread
            sheet.write_string(top, at, f"*{title}" if required else title, look)
            sheet.write_comment(top, at, self.note(spec, required, read), {"x_scale": 2})
            kind = _FORMATS.get(spec.type)
            width = max(HEADER_WIDTH, min(24, text_width(title) + 3))
            width = 22 if spec.type == "citizen_id" else width
            sheet.set_column(at, at, width, self.formats[kind] if kind else None)
            options = self.validation(spec)
            if options:
                sheet.data_validation(top + 1, at, top + _ROWS, at, options)
        sheet.freeze_panes(top + 1, 1)
        printed_across(sheet, header=top)
        return sheet

    def title(self, spec: FieldSpec) -> str:
        """The header of a field, with its unit."""
        if self.speaker.is_foreign:
            return spec.name
        return spec.title + (bracketed(spec.unit, self.speaker.lang) if spec.unit else "")

    def note(self, spec: FieldSpec, required: bool, read: bool) -> str:
        """What a field means and how it is filled in."""
        lang = self.speaker.lang
        lines = [
            spec.description,
            labelled(self.say("单位", "unit"), spec.unit, lang) if spec.unit else "",
            "、".join(spec.codes) if spec.codes else "",
            _SEVERAL.say(lang) if spec.type == "codes" else "",
            _NEEDED.say(lang) if required else "",
            "" if read else _NOT_READ.say(lang),
        ]
        return "\n".join(filter(None, lines)) or spec.title

    def validation(self, spec: FieldSpec) -> dict[str, Any]:
        """What a cell of a field may hold."""
        match spec.type:
            case "bool":
                return {"validate": "list", "source": list(_YES_NO)}
            case "code" | "codes":
                several = spec.type == "codes"
                return {
                    "validate": "list", "source": self.place(spec.codes), "show_error": not several,
                }  # fmt: skip
            case "integer" | "decimal" | "money":
                least = -(10**12) if spec.minimum is None else spec.minimum
                most = 10**12 if spec.maximum is None else spec.maximum
                kind = "integer" if spec.type == "integer" else "decimal"
                return {
                    "validate": kind, "criteria": "between", "minimum": least, "maximum": most,
                    "error_message": self.say("应为数字", "expected a number"),
                }  # fmt: skip
        return {}

    def place(self, codes: tuple[str, ...]) -> str:
        """Where a list of codes will stand."""
        if codes not in self.lists:
            self.lists.append(codes)
        at = xl_col_to_name(self.lists.index(codes))
        return f"='{_CODES.say(self.speaker.lang)}'!${at}$1:${at}${len(codes)}"

    def codes(self) -> None:
        """The lists of codes, on a sheet that is not shown."""
        if not self.lists:
            return
        sheet = self.book.add_worksheet(_CODES.say(self.speaker.lang))
        for at, codes in enumerate(self.lists):
            for row, code in enumerate(codes):
                sheet.write_string(row, at, code)
        sheet.hide()


def _names(spec: FieldSpec) -> bool:
    """Whether a field is read though no rule does: who and where somebody is, what he was before."""
    return spec.name in (
        "village",
        "group",
        "name",
        "id_number",
        "relation",
        "member_id",
        "on_previous_roster",
    )
