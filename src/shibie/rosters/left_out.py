"""Rows of a sheet that are no part of its table: totals, footers, headers repeated."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from shibie.errors import Words
from shibie.rosters.cells import Cell, as_written, is_blank
from shibie.rosters.csv_text import CsvText
from shibie.rosters.header_labels import BRACKETS, plain
from shibie.rosters.headers import Header
from shibie.rosters.place_rows import PlaceRow, place_row
from shibie.rosters.sheets import Sheet

KINDS: Final[Mapping[str, Words]] = {
    "header": Words("重复的表头", "repeated header"),
    "numbers": Words("栏次", "column numbers"),
    "total": Words("合计", "total"),
    "footer": Words("表尾或说明", "footer or note"),
    "place": Words("地名", "names of places"),
}
_TOTAL: Final = re.compile(
    r"(?:其中)?[一-鿿]{0,8}(?:合计|小计|总计|共计|累计)(?:[:(\d].*|[一-鿿]{0,4}\d.*)?"
    r"|共\d+户.*|(?:总户数|总人数|户均|平均)(?:[:(\d].*)?"
)
_FOOTER: Final = re.compile(
    r"(?:填表|制表|填报|上报|审核|复核|核实|审批|负责|经办|统计|调查|录入|签字|签名|联系|驻村|村支部|村主任)"
    r"[一-鿿]{0,8}(?:[(].*[)])?[:].*"
    r"|(?:填表|制表|填报|上报|审核|统计|打印|导出)(?:日期|时间|单位|人)[:]?.*"
    r"|(?:注|备注|说明|附注|填表说明|填报说明)(?:\d*[:.、].*)?"
    r"|(?:第一书记|村支书|村干部|包村|包户|帮扶|单位负责|工作队)[一-鿿]{0,6}(?:[(:].*)?"
    r"|(?:以下空白|以下无正文)"
    r"|(?:单位|村委会|乡镇|县|区|村)?[(]?(?:盖章|公章|签章)[)]?.*"
    r"|第\d+页.*|共\d+页.*|(?:日期|时间|单位)[:].*"
)
_COUNTED: Final = ("甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸")
# In a file without any of these no row is left out; and a header repeated repeats its longest label.
_SIGNS: Final = (
    *(f"{first}{space}计" for first in "合小总共累" for space in ("", " ", "  ", "\u3000")),
    "填表", "制表", "填报", "上报", "审核", "复核", "核实", "审批", "负责", "经办", "统计", "调查",
    "录入", "签字", "签名", "联系", "驻村", "村支部", "村主任", "打印", "导出", "注", "说明", "盖章",
    "公章", "签章", "第一书记", "村支书", "村干部", "包村", "包户", "帮扶", "工作队", "以下", "共", "总户数",
    "总人数", "户均", "平均", "页", "日期", "时间", "单位", "栏次",
)  # fmt: skip
_CHUNK: Final = 1 << 22
# A total may stand in the column of names, behind a serial number and a village.
_FIRST_CELLS: Final = 4


@dataclass(frozen=True)
class LeftOut:
    """Which rows below a header are no part of the table.

    Attributes:
        rows: row number → a kind of `KINDS`.
        notes: row number → the cells of footers and notes, which may say something of the table.
        others: row number → what a header repeated there calls a column that is called otherwise
            above: by another unit, or by another column's name.
        places: row number → the place that it names of the rows below it, where the table has no
            column for that.
    """

    rows: Mapping[int, str]
    notes: Mapping[int, Sequence[Cell]] = field(default_factory=dict)
    others: Mapping[int, str] = field(default_factory=dict)
    places: Mapping[int, PlaceRow] = field(default_factory=dict)

    def note(self, sheet: Sheet) -> Words | None:
        """What was left out, with the rows."""
        if not self.rows:
            return None
        counts = Counter(self.rows.values())
        parts = [
            (
                f"{KINDS[kind].zh} {count} 行（{_numbers(self.rows, kind, '、')}）",
                f"{KINDS[kind].en}: {count} ({_numbers(self.rows, kind, ', ')})",
            )
            for kind, count in counts.items()
        ]
        return Words(
            f"{sheet.shown}：不是名册内容，已略去：" + "、".join(zh for zh, _ in parts),
            f"{sheet.shown}: left out as no part of the table, rows of: "
            + "; ".join(en for _, en in parts),
        )


def _numbers(rows: Mapping[int, str], kind: str, comma: str) -> str:
    found = [str(row) for row, of in rows.items() if of == kind]
    return comma.join(found[:5]) + ("…" if len(found) > 5 else "")


def left_out(
    sheet: Sheet, header: Header, also: Iterable[str] = (), places: Collection[str] = ()
) -> LeftOut:
    """The rows below a header that are no part of the table.

    A row with a citizen number or a relation is a person's, whatever else it says.

    Args:
        sheet: has the rows.
        header: of the table.
        also: what further rows begin with that a form leaves out.
        places: the fields of a place that a row of it may name.
    """
    begins = tuple(also)
    rules = _Rules(sheet, header, begins, places)
    if sheet.file is not None and not _may_have_any(sheet, header, rules):
        return LeftOut({})
    below = enumerate(sheet.rows[header.row :], start=header.row + 1)
    kinds, notes, others, named = {}, {}, {}, {}
    for number, row in below:
        kind = rules.kind(row, number == header.row + 1)
        if kind:
            kinds[number] = kind
        if kind == "footer":
            notes[number] = row
        if kind == "header" and (other := rules.called_otherwise(row)):
            others[number] = other
        if kind == "place":
            ((_, text),) = _texts(row)
            place = rules.place(text)
            # Where a column says it of each row, nothing else does.
            if place is not None and place.field not in header.names:
                named[number] = place
    return LeftOut(kinds, notes, others, named)


class _Rules:
    """Tells the rows of one table from what is written between, above and below them."""

    def __init__(
        self, sheet: Sheet, header: Header, also: tuple[str, ...], places: Collection[str]
    ) -> None:
        self.also, self.places = also, frozenset(places)
        self.above = {_texts(row) for row in sheet.head[: header.row]} - {()}
        self.names = {index: _header_texts(header, index) for index in header.columns}
        every = (*self.names.values(), *({text for _, text in row} for row in self.above))
        self.any_name = frozenset[str]().union(*every)
        self.persons = [
            index
            for index, spec in header.columns.items()
            if spec.type == "citizen_id" or spec.name == "relation"
        ]

    def kind(self, row: Sequence[Cell], below_header: bool) -> str:
        """What a row is if it is no part of the table, else nothing."""
        first = [
            plain(cell) if isinstance(cell, str) else ""
            for cell in itertools.islice((c for c in row if not is_blank(c)), _FIRST_CELLS)
        ]
        if not first:
            return ""
        if first[0] in self.any_name and self._is_header(_texts(row)):
            return "header"
        if below_header and _are_numbers([text for _, text in _texts(row)]):
            return "numbers"
        if all(text.isascii() for text in first) and not self.also:
            return ""
        if any(self._is_persons(row, at) for at in self.persons):
            return ""
        if any(map(_TOTAL.fullmatch, first)):
            return "total"
        if _FOOTER.fullmatch(first[0]) or (self.also and first[0].startswith(self.also)):
            return "footer"
        if len(first) > 1:
            return ""
        if self.place(first[0]):
            return "place"
        return "footer" if _is_remark(first[0]) else ""

    def place(self, text: str) -> PlaceRow | None:
        """The place that a cell alone in its row names for the rows below it."""
        found = place_row(text) if self.places else None
        return found if found is not None and found.field in self.places else None

    def called_otherwise(self, row: Sequence[Cell]) -> str:
        """What a repeated header calls a column that is another one above, or in another unit."""
        texts = _texts(row)
        if texts in self.above:
            return ""
        for index, text in texts:
            names = self.names.get(index)
            if names is None or text in names:
                continue
            if text in self.any_name or plain(BRACKETS.sub("", text)) in names:
                return as_written(row[index])
        return ""

    def _is_persons(self, row: Sequence[Cell], at: int) -> bool:
        """Whether a cell is a number or a relation of somebody, not the word that begins a total."""
        text = plain(as_written(row[at])) if at < len(row) and not is_blank(row[at]) else ""
        return bool(text) and not _TOTAL.fullmatch(text) and not _FOOTER.fullmatch(text)

    def _is_header(self, texts: tuple[tuple[int, str], ...]) -> bool:
        if texts in self.above:
            return True
        repeated = sum(text in self.names.get(index, ()) for index, text in texts)
        return repeated > 1 and 2 * repeated >= sum(index in self.names for index, _ in texts)


def _may_have_any(sheet: Sheet, header: Header, rules: _Rules) -> bool:
    """Whether a file holds any sign of a row to leave out: spares reading it cell by cell."""
    assert sheet.file is not None
    if sheet.named:
        return False  # Parquet: a table by its nature
    longest = max((label.text for label in header.labels.values()), key=len, default="")
    pattern = "|".join(re.escape(sign) for sign in (*_SIGNS, longest, *rules.also) if sign)
    elsewhere, text = sheet.file.elsewhere, sheet.file.text
    if elsewhere is not None:
        below = sheet.head[header.row : header.row + 1]
        return any(rules.kind(row, True) for row in below) or any(
            number > header.row and rules.kind(row, False)
            for number, row in elsewhere.rows_with(pattern)
        )
    if text is None:
        return False
    signs = re.compile(pattern)
    # A sentence or a place alone in its line needs no sign.
    mark = re.escape(text.delimiter)
    alone = re.compile(rf"(?<=\n){mark}*[^{mark}\n]+{mark}*\r?(?=\n)")
    with text.open(Path(sheet.file.path)) as file:
        # What stands above and in the header is not of the rows below it.
        *_, first = begun = [file.readline() for _ in range(header.row + 1)]
        if any("\r" in line.rstrip("\r\n") for line in begun):
            return True  # Its lines end otherwise.
        if rules.kind(_cells(first, text), True):
            return True
        last = first
        while chunk := file.read(_CHUNK):
            part = last + chunk
            end = part.rfind("\n") + 1
            if any(
                rules.kind(_cells(line, text), False) for line in _lines(part, end, signs, alone)
            ):
                return True
            last = part[end:]
    return bool(rules.kind(_cells(last, text), False))


def _lines(text: str, end: int, *patterns: re.Pattern[str]) -> Iterator[str]:
    """The lines of a text, up to an end, in which a pattern is found."""
    for pattern in patterns:
        at = 0
        while hit := pattern.search(text, at, end):
            start, at = text.rfind("\n", 0, hit.start()) + 1, text.find("\n", hit.end()) + 1
            yield text[start:at]


def _cells(line: str, text: CsvText) -> Sequence[Cell]:
    """The cells of one line; of a row that goes on in the next one, those in it."""
    # By the library's rule a line that is given whole may hold no return of the carriage.
    return next(csv.reader(io.StringIO(line, newline=None), delimiter=text.delimiter), [])


def _is_remark(text: str) -> bool:
    """Whether a cell alone in its row is a sentence: no number of a household reads like that."""
    letters = sum("一" <= each <= "鿿" for each in text)
    return letters > 7 or (letters > 0 and any(sign in text for sign in ",。;"))


def _are_numbers(texts: Sequence[str]) -> bool:
    """Whether a row below a header counts its columns: 1, 2, 3 or 甲, 乙, 1, 2."""
    letters = [text for text in texts if text in _COUNTED]
    numbers = [text for text in texts if text not in _COUNTED and text != "栏次"]
    return (
        len(texts) > 2
        and letters == list(_COUNTED[: len(letters)])
        and numbers == [str(number) for number in range(1, len(numbers) + 1)]
    )


def _header_texts(header: Header, index: int) -> frozenset[str]:
    label = header.labels.get(index)
    spec = header.columns[index]
    said = (label.text, *label.groups) if label else ()
    return frozenset((*map(plain, said), *spec.headers))


def _texts(row: Sequence[Cell]) -> tuple[tuple[int, str], ...]:
    return tuple(
        (index, plain(as_written(cell))) for index, cell in enumerate(row) if not is_blank(cell)
    )
