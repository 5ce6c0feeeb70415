"""What a workbook holds is bounded before its reader opens it, whatever it says of itself."""

from __future__ import annotations

import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from shibie.errors import InputError
from shibie.rosters import workbook_bounds
from shibie.rosters.binary_spans import spans_of_xls
from shibie.rosters.sheet_span import SheetSpan
from shibie.rosters.sheets import read_sheets
from shibie.rosters.workbook_bounds import must_fit
from support.old_workbooks import compound, write_xls, write_xlsb

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def sheet(rows: str, dimension: str = "A1", before: str = "", prefix: str = "") -> str:
    space = f"xmlns:{prefix}" if prefix else "xmlns"
    tag = f"{prefix}:" if prefix else ""
    return (
        f'{HEAD}{before}<{tag}worksheet {space}="{MAIN}"><{tag}dimension ref="{dimension}"/>'
        f"<{tag}sheetData>{rows}</{tag}sheetData></{tag}worksheet>"
    )


def book(
    path: Path,
    *sheets: str,
    texts: str = "",
    times: int = 1,
    more: tuple[tuple[str, str], ...] = (),
) -> Path:
    """A workbook of raw sheets, each listed so many times."""
    listed = [index for index in range(1, len(sheets) + 1) for _ in range(times)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(
            "[Content_Types].xml",
            f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
            f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
            f'ContentType="{KIND}.sheet.main+xml"/></Types>',
        )
        file.writestr(
            "_rels/.rels",
            f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        file.writestr(
            "xl/workbook.xml",
            f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            + "".join(
                f'<sheet name="表{place}" sheetId="{place + 1}" r:id="r{index}"/>'
                for place, index in enumerate(listed)
            )
            + "</sheets></workbook>",
        )
        file.writestr(
            "xl/_rels/workbook.xml.rels",
            f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
            + "".join(
                f'<Relationship Id="r{index}" Type="{OFFICE}/worksheet" '
                f'Target="worksheets/sheet{index}.xml"/>'
                for index in range(1, len(sheets) + 1)
            )
            + "</Relationships>",
        )
        if texts:
            file.writestr("xl/sharedStrings.xml", f'{HEAD}<sst xmlns="{MAIN}">{texts}</sst>')
        for index, each in enumerate(sheets, start=1):
            file.writestr(f"xl/worksheets/sheet{index}.xml", each)
        for name, text in more:
            file.writestr(name, text)
    return path


def row(number: int, *cells: str) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def cell(at: str, value: int = 1) -> str:
    return f'<c r="{at}"><v>{value}</v></c>'


FAR = row(1, cell("A1")) + row(1048576, cell("XFD1048576"))
# One far cell, in every way in which it can be written.
WRITTEN = {
    "as most programs do": sheet(FAR),
    "with a size that lies": sheet(FAR, "A1:B2"),
    "with its kind before its place": sheet(row(1048576, '<c t="n" r="XFD1048576"><v>1</v></c>')),
    "in other quotes": sheet("<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"),
    "with a letter as its number": sheet(row(1048576, '<c r="&#88;FD1048576"><v>1</v></c>')),
    "under a prefix": sheet(
        '<x:row r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>', prefix="x"
    ),
    "without its place": sheet(f'<row r="1048576">{"<c/>" * 16383}<c><v>1</v></c></row>'),
    "in small letters": sheet(row(1048576, cell("xfd1048576"))),
    "as a formula": sheet(row(1048576, '<c r="XFD1048576"><f>1+1</f></c>')),
    "as text of its own": sheet(
        row(1048576, '<c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c>')
    ),
}
ODS = (
    '<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body>'
    '<office:spreadsheet><table:table table:name="表">{}</table:table></office:spreadsheet>'
    "</office:body></office:document-content>"
)


def ods(path: Path, rows: str) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("content.xml", HEAD + ODS.format(rows))
        file.writestr(
            "META-INF/manifest.xml",
            f'{HEAD}<manifest:manifest xmlns:manifest="m"></manifest:manifest>',
        )
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        must_fit(path)
    (problem,) = caught.value.problems
    assert problem.where == str(path)
    return problem.what.en


def test_a_far_cell_is_seen_however_it_is_written(tmp_path: Path) -> None:
    for number, (how, written) in enumerate(WRITTEN.items()):
        path = book(tmp_path / f"{number}.xlsx", written)
        assert "the sheet 表0 reaches to XFD1048576" in refusal(path), how
    wide = book(tmp_path / "utf16.xlsx", "")
    with zipfile.ZipFile(wide, "a") as file:
        text = sheet(FAR).replace("UTF-8", "UTF-16")
        file.writestr("xl/worksheets/sheet2.xml", text.encode("utf-16"))
    assert "XFD1048576" in refusal(wide)
    cells = '<table:table-cell office:value-type="float" office:value="1"{}/>'
    far = cells.format(' table:number-columns-repeated="1000"')
    rows = f'<table:table-row table:number-rows-repeated="100000">{far}</table:table-row>'
    assert "the sheet 表 reaches to ALL100000, and all span 100,000,000 cells" in refusal(
        ods(tmp_path / "r.ods", rows)
    )
    # What is repeated and blank spans nothing: programs fill sheets up to their ends with it.
    blank = '<table:table-cell table:number-columns-repeated="16383"/>'
    rows = (
        f"<table:table-row>{cells.format('')}{blank}</table:table-row>"
        f'<table:table-row table:number-rows-repeated="1048575">{blank}</table:table-row>'
    )
    assert must_fit(ods(tmp_path / "blank.ods", rows)) == 1


def test_cells_without_content_span_nothing(tmp_path: Path) -> None:
    """An officer who gave all of a row a colour has written 16,384 cells with nothing in them."""
    styled = "".join(f'<c r="{at}{{0}}" s="1"/>' for at in ("B", "XFD"))
    closed = '<c r="XFC{0}" s="1"></c>'
    rows = "".join(
        row(number, cell(f"A{number}", number), (styled + closed).format(number))
        for number in (1, 2, 1048576)[:2]
    ) + row(1048576, '<c r="XFD1048576" s="1"/>')
    merged = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    path = book(tmp_path / "a.xlsx", sheet(rows, "A1:XFD1048576").replace("</worksheet>", merged))
    (only,) = read_sheets(path)
    assert tuple(only.rows) == ((1.0,), (2.0,))
    # A table that does not begin in the corner keeps its rows and columns.
    far = book(tmp_path / "b.xlsx", sheet(row(3, cell("C3", 7)) + row(5, cell("D5", 8))))
    (only,) = read_sheets(far)
    assert tuple(only.rows) == (
        ("", "", "", ""), ("", "", "", ""), ("", "", 7.0, ""), ("", "", "", ""), ("", "", "", 8.0)
    )  # fmt: skip


def test_the_cells_of_all_sheets_count_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook_bounds, "WORKBOOK_CELLS", 20)
    small = sheet(row(2, cell("E2")))
    assert must_fit(book(tmp_path / "two.xlsx", small, small)) == 2
    assert "E2, and all span 30 cells; 20 are" in refusal(
        book(tmp_path / "three.xlsx", small, small, small)
    )
    # One sheet under many names would be held as often.
    with pytest.raises(InputError, match="listed more than once"):
        read_sheets(book(tmp_path / "twice.xlsx", small, times=3))
    assert "it has 2001 sheets; 2000 are" in refusal(
        book(tmp_path / "names.xlsx", small, times=2001)
    )
    monkeypatch.setattr(workbook_bounds, "TABLE_COLUMNS", 4)
    assert "the sheet 表0 reaches to E2; 4 columns" in refusal(book(tmp_path / "wide.xlsx", small))
    monkeypatch.setattr(workbook_bounds, "TABLE_COLUMNS", 5)
    table = {"农户": [["a", "b", 3, 4, 5]] * 5}
    assert "E5, and all span 25 cells" in refusal(write_xls(tmp_path / "a.xls", table))
    assert "E5, and all span 25 cells" in refusal(write_xlsb(tmp_path / "a.xlsb", table))


def test_a_shared_text_counts_as_often_as_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One text of megabytes in a hundred cells is read a hundred times."""
    monkeypatch.setattr(workbook_bounds, "WORKBOOK_TEXT", 5_000)
    texts = f"<si><t>{'a' * 1000}</t></si><si><t>b</t></si>"
    used = '<c r="A{0}" t="s"><v>{1}</v></c>'
    often = sheet("".join(row(each, used.format(each, 0)) for each in range(1, 6)))
    seldom = sheet("".join(row(each, used.format(each, int(each > 1))) for each in range(1, 6)))
    assert "the texts of its cells take more than" in refusal(
        book(tmp_path / "often.xlsx", often, texts=texts)
    )
    assert must_fit(book(tmp_path / "seldom.xlsx", seldom, texts=texts)) == 1
    other = seldom.replace('t="s"', "t = 's'")
    assert "texts" in refusal(book(tmp_path / "other.xlsx", other, texts=texts))
    prefixed = book(tmp_path / "prefixed.xlsx", often)
    with zipfile.ZipFile(prefixed, "a") as file:
        text = f"<x:si><x:t>{'a' * 1000}</x:t></x:si>"
        file.writestr("xl/sharedStrings.xml", f'{HEAD}<x:sst xmlns:x="{MAIN}">{text}</x:sst>')
    assert "texts" in refusal(prefixed)
    rows = (
        '<table:table-row table:number-rows-repeated="3"><table:table-cell office:value-type="string">'
        f"<text:p>{'a' * 500}</text:p></table:table-cell></table:table-row>"
    )
    assert "texts" in refusal(ods(tmp_path / "a.ods", rows))


def record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def test_shared_texts_of_an_old_workbook(tmp_path: Path) -> None:
    """They go on from record to record, and there begin with how wide their letters are."""
    begin = record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 1997, 0, 6))
    end = record(0x0A, b"")
    # Two letters of one byte; three of two bytes, cut after one; with runs and more behind it.
    first = struct.pack("<HB", 2, 0) + b"ab"
    second = struct.pack("<HBHI", 3, 1 | 8 | 4, 1, 2) + "甲".encode("utf-16-le")
    rest = b"\1" + "乙丙".encode("utf-16-le") + b"runs" + b"ex" + struct.pack("<HB", 1, 0) + b"z"
    shared = record(0xFC, struct.pack("<II", 9, 3) + first + second) + record(0x3C, rest)
    cells = b"".join(
        record(0xFD, struct.pack("<HHHI", at, 0, 0, text)) for at, text in enumerate((0, 1, 1, 2))
    )
    name = struct.pack("<BBBB", 0, 0, 1, 1) + "表".encode("utf-16-le")
    size = len(begin + shared + end) + len(record(0x85, bytes(4) + name))
    whole = begin + record(0x85, struct.pack("<I", size) + name) + shared + end
    path = tmp_path / "a.xls"
    path.write_bytes(compound({"Workbook": whole + begin + cells + end}))
    (only,) = read_sheets(path)
    assert tuple(only.rows) == (("ab",), ("甲乙丙",), ("甲乙丙",), ("z",))
    assert spans_of_xls(path.read_bytes()) == [SheetSpan(4, 1, 4, 3 * (2 + 3 + 3 + 1))]


def test_an_archive_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = sheet(row(1, cell("A1")))
    declared = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    assert refusal(book(tmp_path / "laughs.xlsx", sheet("", before=declared))) == (
        "xl/worksheets/sheet1.xml declares entities (DOCTYPE), which such files never do"
    )
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = book(tmp_path / "twice.xlsx", good, more=(("xl/worksheets/sheet1.xml", good),))
    assert refusal(twice) == "two parts of the file have one name"
    case = book(tmp_path / "case.xlsx", good, more=(("XL/Worksheets/Sheet1.xml", good),))
    assert refusal(case) == "two parts of the file have one name"

    def patched(name: str, at: int, form: str, value: int) -> Path:
        """The last entry of the list of parts, changed."""
        data = bytearray(book(tmp_path / name, good).read_bytes())
        struct.pack_into(form, data, data.rfind(b"PK\x01\x02") + at, value)
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    assert refusal(patched("overlap.xlsx", 42, "<I", 0)) == "parts of the file overlap"
    # A part that unfolds to more than it is said to.
    assert "damaged" in refusal(patched("longer.xlsx", 24, "<I", 10))
    assert refusal(patched("large.xlsx", 24, "<I", (1 << 30) + 1)) == (
        "takes more than 1024 MB unpacked, and is not read"
    )
    many = book(tmp_path / "many.xlsx", good, more=tuple((f"x{n}", "") for n in range(10_001)))
    assert "parts; 10000 are the most that is read" in refusal(many)
    monkeypatch.setattr("shibie.archives.ARCHIVE_PARTS", 3)
    assert "the file has 5 parts; 3 are" in refusal(book(tmp_path / "few.xlsx", good))


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (700 << 20, 700 << 20))
from pathlib import Path
from shibie.errors import InputError
from shibie.rosters.sheets import read_sheets
for path in sys.argv[1:]:
    try:
        print([len(sheet.rows) for sheet in read_sheets(Path(path))])
    except InputError as error:
        print(error.problems[0].what.en)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such limits there")
def test_memory_is_bounded(tmp_path: Path) -> None:
    """With 700 MB of addresses a far cell, a bomb and a million styled cells all end in words."""
    styled = "".join(f'<c r="A{each}" s="1"/>' for each in range(1, 100_001))
    paths = (
        book(tmp_path / "far.xlsx", sheet(FAR)),
        book(
            tmp_path / "bomb.xlsx", sheet(row(1, cell("A1"))), more=(("x.xml", " " * (200 << 20)),)
        ),
        book(tmp_path / "styled.xlsx", sheet(row(1, cell("A1") + styled))),
    )
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.splitlines() == [
        "the sheet 表0 reaches to XFD1048576, and all span 17,179,869,184 cells;"
        " 20,000,000 are the most that is read",
        "[1]",
        "[1]",
    ]
