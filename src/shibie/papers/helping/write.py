"""Who helps whom written: a workbook, or a folder of tables with a printed list for each helper."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from shibie.atomic import new_files
from shibie.errors import Lang, Words
from shibie.papers.helping.tables import TITLES
from shibie.papers.notice.write import LetterFormat
from shibie.papers.printing.file_names import UniqueNames, file_stem
from shibie.papers.printing.fonts import chinese_fonts
from shibie.papers.printing.typst import Typst
from shibie.papers.printing.word import docxtpl_library, filled
from shibie.results.files import CsvStyle, write_table
from shibie.results.table import Table
from shibie.results.workbook_sheets import (
    SheetColumn,
    Sheets,
    new_book,
    printed_across,
    text_width,
    write_cell,
)  # fmt: skip
from shibie.shown_text import shown, shown_data
from shibie.words.speaker import Speaker

TEMPLATES: Final = Path(__file__).parent / "templates"
LISTS: Final = Words("帮扶名单", "lists")
# So long the name of a sheet may be; and what is in no name of a sheet.
_LONGEST_SHEET = 31
_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))
# The columns of a list: its field, title, and width in characters of a sheet; the last three are
# for the next visit.
COLUMNS: Final[Sequence[tuple[str, Words, int]]] = (
    ("number", Words("序号", "No."), 5), ("household", Words("户编号", "household"), 13),
    ("place", Words("村组", "place"), 15), ("head", Words("户主", "head"), 9),
    ("persons", Words("人口", "persons"), 6), ("cause", Words("主要致贫原因", "main cause"), 13),
    ("tracks", Words("帮扶批次", "tracks"), 26),
    ("measures", Words("措施（时限，资金）", "measures (by, money)"), 40),
    ("last", Words("最近走访", "last visit"), 12), ("days", Words("距今天数", "days since"), 9),
    ("", Words("本次走访", "this visit"), 11), ("", Words("情况", "what was found"), 20),
    ("", Words("农户签字", "signed"), 11),
)  # fmt: skip


def template_name(lang: Lang) -> str:
    """The Word template of a list in a language."""
    return "helper.docx" if lang == "zh" else "helper.en.docx"


class ListPress:
    """Prints lists in the formats that were ordered; whatever it takes is looked for at once.

    Args:
        formats: Word, PDF or both.
        day: by which PDF files are dated.
        lang: the language.
        fonts: a folder with fonts; None: the machine's.

    Raises:
        InputError: when a library or a font is not there.
    """

    def __init__(
        self, formats: Collection[LetterFormat], day: date, lang: Lang, fonts: Path | None = None
    ) -> None:
        self.formats = formats
        self.lang: Lang = lang
        if "docx" in formats:
            docxtpl_library()
        self.typst: Typst | None = None
        if "pdf" in formats:
            self.typst = Typst(TEMPLATES / "helper.typ", chinese_fonts(fonts), day)

    def files(self, lists: Sequence[Mapping[str, Any]]) -> Iterable[tuple[str, bytes]]:
        """Each file by name: a Word file for each helper, and one PDF with all of them."""
        if "docx" in self.formats:
            template = TEMPLATES / template_name(self.lang)
            names = UniqueNames()
            for each in lists:
                name = names.new(file_stem(str(each["helper"])))
                data = {**each, "said": said_of_list(each, self.lang)}
                yield f"{name}.docx", filled(template, shown_data(data, shown))
        if self.typst is not None and lists:
            data = {"lang": self.lang, "lists": list(lists)}
            yield f"{LISTS.say(self.lang)}.pdf", self.typst.render(shown_data(data, shown))


def write_helping_folder(
    out: Path, tables: Sequence[Table], lists: Sequence[Mapping[str, Any]], press: ListPress | None,
    lang: Lang,
) -> int:  # fmt: skip
    """Write the tables as CSV into a folder, and the lists into a folder within; how many files.

    Args:
        out: the folder.
        tables: what to write.
        lists: the fields of each list.
        press: prints the lists; None: none are wanted.
        lang: the language.
    """
    with new_files(out) as folder:
        for table in tables:
            write_table(folder, table, "csv", CsvStyle(mark=lang == "zh"))
    if press is None:
        return len(tables)
    made = 0
    with new_files(out / LISTS.say(lang)) as folder:
        for name, data in press.files(lists):
            (folder / name).write_bytes(data)
            made += 1
    return len(tables) + made


def write_helping_book(
    out: Path, tables: Sequence[Table], lists: Sequence[Mapping[str, Any]], speaker: Speaker
) -> None:
    """Write a workbook: a sheet a table, then a sheet to be printed for each helper."""
    lang = speaker.lang
    with new_book(out) as book:
        sheets = Sheets(book)
        for table in (_for_people(each, speaker) for each in tables):
            columns = [SheetColumn(TITLES[name].say(lang)) for name in table.columns]
            sheets.add(TITLES[table.name].say(lang), columns, table.rows)
        names = UniqueNames((TITLES[table.name].say(lang) for table in tables), _LONGEST_SHEET)
        looks = _Looks(book)
        for each in lists:
            name = names.new(file_stem(str(each["helper"])).translate(_FORBIDDEN))
            _list_sheet(book, looks, name, each, lang)


def _for_people(table: Table, speaker: Speaker) -> Table:
    """A table as people read it: fields by their titles, without what is for programs alone."""
    if table.name != "rejected":
        return table
    columns = tuple(name for name in table.columns if name != "code")
    rows = []
    for row in table.rows:
        said = dict(zip(table.columns, row, strict=True))
        said["field"] = speaker.field(said["field"], said["source"])
        rows.append(tuple(said[name] for name in columns))
    return Table(table.name, columns, rows)


class _Looks:
    """How the cells of a list look."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        cell = {"border": 1, "valign": "vcenter", "text_wrap": True, "font_size": 10}
        self.title = book.add_format({"bold": True, "font_size": 16, "align": "center"})
        self.plain = book.add_format({"font_size": 10, "text_wrap": True, "valign": "top"})
        self.header = book.add_format(
            {**cell, "bold": True, "bg_color": "#DDE6F0", "align": "center"}
        )
        self.cell = book.add_format(cell)


def _list_sheet(
    book: xlsxwriter.Workbook, looks: _Looks, name: str, it: Mapping[str, Any], lang: Lang
) -> None:
    """The list of one helper, to be printed."""
    sheet = book.add_worksheet(name)
    last = len(COLUMNS) - 1
    sheet.merge_range(0, 0, 0, last, LISTS.say(lang) if lang == "zh" else "Households", looks.title)
    sheet.merge_range(1, 0, 1, last, shown(said_of_list(it, lang)), looks.plain)
    for at, (_, title, width) in enumerate(COLUMNS):
        sheet.set_column(at, at, width)
        sheet.write_string(2, at, title.say(lang), looks.header)
    for number, row in enumerate(it["rows"], start=3):
        lines = 2
        for at, (field, _, width) in enumerate(COLUMNS):
            value = row[field] if field else ""
            if value == "":
                sheet.write_blank(number, at, None, looks.cell)
            else:
                said = shown(value) if isinstance(value, str) else value
                write_cell(sheet, number, at, said, looks.cell)
            lines = max(lines, 1 + text_width(value) // width)
        sheet.set_row(number, 15 * lines)
    sheet.freeze_panes(3, 0)
    printed_across(sheet, header=2)


def said_of_list(it: Mapping[str, Any], lang: Lang) -> str:
    """Who the helper is, how many households he has, and what is not known."""
    who = it["who"]
    zh = f"帮扶责任人：{it['helper']}" + (f"（{'，'.join(who)}）" if who else "")
    zh += f"。共 {it['households']} 户 {it['persons']} 人，截至 {it['as_of']}。"
    en = f"Helper: {it['helper']}" + (f" ({', '.join(who)})" if who else "")
    en += f". {it['households']} households, {it['persons']} persons, as of {it['as_of']}."
    if not it["visits_known"]:
        zh += "没有提供走访表，最近走访不知道。"
        en += " No table of visits was supplied: the last visit is not known."
    return Words(zh, en).say(lang)
