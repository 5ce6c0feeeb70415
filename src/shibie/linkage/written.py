"""Candidates as a workbook whose sheet 办理 is filled in and read again, or as a folder of CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from shibie.acts import KIND_WORDS, act_specs
from shibie.errors import Words
from shibie.linkage.candidates import Candidate
from shibie.linkage.result import COLUMNS, head_said, shown
from shibie.numbers_in_text import without_numbers
from shibie.results.files import CsvStyle, Writing, write_folder
from shibie.results.workbook_sheets import (
    LINE_HEIGHT,
    SheetColumn,
    Sheets,
    new_book,
    printed_across,
    text_width,
)
from shibie.rosters.own_additions import own
from shibie.words import terms
from shibie.words.speaker import Speaker

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from shibie.linkage.result import Candidates

KINDS: Final[Mapping[str, Words]] = {
    "row": Words("记录与人", "row and person"), "person": Words("两处登记的人", "persons"),
    "household": Words("两户", "households"),
}  # fmt: skip
NOW: Final[Mapping[str, Words]] = {
    "perhaps": Words("可能是他的", "perhaps his"),
    "does_not_fit": Words("按写法对不上", "does not fit as it is written"),
    "no_number": Words("这个人没有证件号码，未比对", "he has no number: not compared"),
    "apart": Words("按两个算", "counts as two"),
}
_HOW: Final[Mapping[str, Words]] = {
    "link": Words(
        "是他的记录，现值选“是”（一条记录只归一个人）；不是，选“否”",
        "his: value yes (a row is one person's only); not his: no",
    ),
    "evidence": Words("；写法不同，必须写证据", "; written otherwise, so evidence is needed"),
    "same_person": Words(
        "是同一个人，现值选对方的编号；不是，空着", "the same person: choose the other as value; else leave it"
    ),
    "correction": Words(
        "核实后，现值写上这个人的证件号码", "once it is found out, write his number as value"
    ),
}  # fmt: skip
# From what probability on it is said so.
_LIKELY: Final = (
    (0.9, Words("很可能", "very likely")), (0.5, Words("较可能", "rather likely")),
    (0.0, Words("存疑", "doubtful")),
)  # fmt: skip
_TITLES: Final[Mapping[str, Words]] = {
    **terms.COLUMNS, "kind": Words("种类", "kind"), "weight": Words("权重", "weight"),
    "probability": Words("概率", "probability"), "register": Words("比对表", "register"),
    "row_key": Words("记录编号", "row_key"),
    "other_household_id": Words("对方户编号", "other household_id"),
    "other_member_id": Words("对方人编号", "other member_id"),
    "other_name": Words("对方姓名", "other name"), "other_village": Words("对方的村", "other village"),
    "agrees": Words("相同", "agrees"), "differs": Words("不同", "differs"),
    "now": Words("现在", "now"), "act": Words("怎么办理", "act"),
}  # fmt: skip
_WRAPPED: Final = ("agrees", "differs", "other_name")
# The columns of the acts that are asked for.
_FILLED: Final = ("was", "value", "evidence", "officer", "date")


class _AskedColumn(NamedTuple):
    """A column of the sheet that is filled in: of an act, or one that only explains."""

    field: str
    title: str
    width: int


def write_candidates(found: Candidates, out: Path) -> None:
    """Write candidates.

    Args:
        found: the candidates.
        out: an .xlsx file, or a folder.

    Raises:
        InputError: when it cannot be written to.
    """
    if out.suffix.lower() != ".xlsx":
        style = CsvStyle(mark=found.lang == "zh")
        notes = [note.say(found.lang) for note in found.notes]
        summary = {**found.summary, "notes": notes}
        write_folder(out, (found.candidates, found.acts), summary, "csv", Writing(style))
        return
    with new_book(out) as book:
        sheets = Sheets(book)
        _ToDecide(found, sheets).write()
        _every(found, sheets)
        _about(found, sheets)


def likely(each: Candidate) -> Words:
    """How likely it is, in a word.

    >>> likely(Candidate("row", 9.0, 0.998, "H1")).en
    'very likely'
    """
    return next(words for least, words in _LIKELY if each.probability >= least)


class _ToDecide:
    """Writes the sheet 办理: a row for each candidate that an act decides."""

    def __init__(self, found: Candidates, sheets: Sheets) -> None:
        self.found, self.sheets = found, sheets
        self.speaker = Speaker(found.ruleset, found.lang)
        self.say = self.speaker.say
        titles = {
            spec.name: spec.name if self.speaker.is_foreign else spec.title for spec in act_specs()
        }

        def asked(name: str, width: int) -> _AskedColumn:
            return _AskedColumn(name, titles[name], width)

        def told(zh: str, en: str, width: int) -> _AskedColumn:
            return _AskedColumn("", own(Words(zh, en)).say(found.lang), width)

        self.columns = [
            told("可能程度", "how likely", 10), asked("kind", 10), asked("household_id", 14),
            asked("head", 10), asked("member_id", 8), told("姓名", "name", 10),
            told("村", "village", 12), asked("register", 18), asked("row_key", 22),
            told("对方", "the other", 16), told("对方的村", "its village", 12),
            told("相同", "agrees", 36), told("不同", "differs", 28), told("现在", "now", 16),
            asked("field", 10), asked("was", 10), asked("value", 16), asked("evidence", 24),
            asked("officer", 10), asked("date", 12), told("怎么办", "what to do", 40),
        ]  # fmt: skip

    def write(self) -> None:
        """Write it."""
        book = self.sheets.book
        sheet = book.add_worksheet(self.say("办理", "acts"))
        text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
        day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
        to_fill = {"num_format": "@", "valign": "top", "text_wrap": True, "bg_color": "#FFF8E1"}
        open_, open_day = book.add_format(to_fill), book.add_format(
            {**to_fill, "num_format": "yyyy-mm-dd"}
        )  # fmt: skip
        sheet.set_row(0, 2 * LINE_HEIGHT)
        for at, column in enumerate(self.columns):
            sheet.set_column(at, at, column.width, day if column.field == "date" else text)
            sheet.write_string(0, at, column.title, self.sheets.header)
        asked = [each for each in self.found.found if each.act]
        for number, each in enumerate(asked, start=1):
            self.row(sheet, number, each, text, open_, open_day)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, len(asked)), len(self.columns) - 1)
        printed_across(sheet, header=0)

    def row(
        self, sheet: Worksheet, number: int, each: Candidate, text: Format, open_: Format,
        open_day: Format,
    ) -> None:  # fmt: skip
        """Write a candidate, what is to be filled in left blank."""
        cells = self.cells(each)
        lines = 1
        for at, (column, cell) in enumerate(zip(self.columns, cells, strict=True)):
            if column.field in _FILLED:
                sheet.write_blank(number, at, None, open_day if column.field == "date" else open_)
            elif cell:
                sheet.write_string(number, at, cell, text)
                lines = max(lines, -(-text_width(cell) // column.width))
        sheet.set_row(number, LINE_HEIGHT * lines)
        choices = self.choices(each)
        if choices:
            at = next(at for at, column in enumerate(self.columns) if column.field == "value")
            sheet.data_validation(number, at, number, at, {"validate": "list", "source": choices})

    def choices(self, each: Candidate) -> list[str]:
        """What may be chosen as the value of the act."""
        if each.act == "link":
            return [self.say("是", "yes"), self.say("否", "no")]
        if each.act == "same_person":
            other = f"{each.other_household_id}/{each.other_member_id}"
            return [other] if "," not in other else []
        return []

    def cells(self, each: Candidate) -> list[str]:
        """The cells of a candidate."""
        assert each.act
        lang, foreign = self.found.lang, self.speaker.is_foreign
        register = self.found.ruleset.registers.get(each.register)
        register_name = "" if register is None else register.name if foreign else register.title
        linked = each.act == "link"
        other = without_numbers(each.other_name)
        if each.act == "same_person":
            other = f"{other} {each.other_household_id}/{each.other_member_id}".strip()
        elif each.row is not None:
            where = self.say(f"{register_name}第 {each.row} 行", f"{register_name}, row {each.row}")
            other = f"{other} {where}".strip()
        how = _HOW[each.act].say(lang)
        how += _HOW["evidence"].say(lang) if linked and each.now == "does_not_fit" else ""
        field = self.speaker.field("id_number")
        return [
            likely(each).say(lang), KIND_WORDS[each.act].say(lang), each.household_id,
            head_said(each), each.member_id, without_numbers(each.name),
            without_numbers(each.village), register_name if linked else "",
            each.row_key if linked else "", other, without_numbers(each.other_village), each.agrees,
            each.differs, NOW[each.now].say(lang), field if each.act == "correction" else "",
            "", "", "", "", "", how,
        ]  # fmt: skip


def _every(found: Candidates, sheets: Sheets) -> None:
    """The sheet of all candidates, households among them."""
    lang = found.lang
    columns = [
        SheetColumn(_TITLES[name].say(lang), wrap=name in _WRAPPED, width=36 * (name in _WRAPPED))
        for name in COLUMNS
    ]
    sheets.add(
        own(Words("候选", "candidates")).say(lang),
        columns,
        (_told(each, found) for each in found.found),
    )


def _told(each: Candidate, found: Candidates) -> Sequence[Any]:
    lang = found.lang
    cells = shown(each)
    register = found.ruleset.registers.get(each.register)
    cells |= {
        "kind": KINDS[each.kind].say(lang), "now": NOW[each.now].say(lang),
        "register": register.title if register else "",
        "act": KIND_WORDS[each.act].say(lang) if each.act else "",
    }  # fmt: skip
    return list(cells.values())


def _about(found: Candidates, sheets: Sheets) -> None:
    """The sheet that says what they are."""
    lang = found.lang
    sheet = sheets.book.add_worksheet(own(Words("说明", "notes")).say(lang))
    sheet.set_column(0, 0, 110)
    for at, note in enumerate(found.notes):
        sheet.write_string(at, 0, note.say(lang), sheets.wrapped)
    printed_across(sheet)
