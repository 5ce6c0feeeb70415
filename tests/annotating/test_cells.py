"""Cells of a sheet changed where they stand: what else stands there is not touched."""

from __future__ import annotations

import pytest

from shibie.annotating.cells import EMPTY, RowEdits, Write, edited
from shibie.annotating.markup import inserted
from shibie.annotating.remarks import blocks_of, with_remarks, with_shapes
from shibie.annotating.sheet import ORDER
from shibie.annotating.styles import MARKED, Styles


def text(place: str, said: str, look: str = "") -> str:
    return f'<c r="{place}"{look} t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'


def changed(rows: str, edits: RowEdits, prefix: str = "") -> str:
    return b"".join(edited(rows.encode(), prefix, edits)).decode()


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # A new cell comes where its column is, before what follows the cells.
        ('<row r="2" spans="1:2"><c r="A2"><v>1</v></c><extLst/></row>',
         f'<row r="2"><c r="A2"><v>1</v></c>{text("B2", "x")}<extLst/></row>'),
        ('<row r="2"><c r="A2"/><c r="C2" t="s"><v>1</v></c></row>',
         f'<row r="2"><c r="A2"/>{text("B2", "x")}<c r="C2" t="s"><v>1</v></c></row>'),
        # One that is there is written anew, in its look.
        ('<row r="2"><c r="B2" s="4" t="s"><v>9</v></c></row>',
         f'<row r="2">{text("B2", "x", " s=" + chr(34) + "4" + chr(34))}</row>'),
        # Rows and cells that do not say where they are follow each other.
        ("<row><c><v>1</v></c></row><row><c><v>2</v></c></row>",
         f'<row><c><v>1</v></c></row><row><c><v>2</v></c>{text("B2", "x")}</row>'),
        # Rows that are not there are put between the others, or behind them.
        ('<row r="1"/><row r="5"/>', f'<row r="1"/><row r="2">{text("B2", "x")}</row><row r="5"/>'),
        ("", f'<row r="2">{text("B2", "x")}</row>'),
        ('<row r="2" ht="30"/>', f'<row r="2" ht="30">{text("B2", "x")}</row>'),
        # A row that a comment speaks of is none.
        ('<!-- <row r="2"></row> --><row r="3"/>',
         f'<!-- <row r="2"></row> --><row r="2">{text("B2", "x")}</row><row r="3"/>'),
    ],
)  # fmt: skip
def test_a_text_is_written(rows: str, expected: str) -> None:
    edits = RowEdits()
    edits.add(2, 1, Write("x", int))
    assert changed(rows, edits) == expected


def test_a_prefix_is_kept_and_what_xml_cannot_hold_is_left_out() -> None:
    edits = RowEdits()
    edits.add(1, 0, Write("a<b\x01&c", int))
    assert changed("<x:row r='1'><x:c r='B1'/></x:row>", edits, "x:") == (
        '<x:row r=\'1\'><x:c r="A1" t="inlineStr"><x:is><x:t xml:space="preserve">a&lt;b&amp;c'
        "</x:t></x:is></x:c><x:c r='B1'/></x:row>"
    )


def test_a_look_is_changed_and_put_back_and_the_value_stays() -> None:
    rows = '<row r="1"><c r="A1" t="s" s="2"><v>7</v></c><c r="B1"><f>A1*2</f><v>3</v></c></row>'
    edits = RowEdits(restored={2: 0})
    edits.add(1, 1, Write(None, lambda look: look + 5))
    assert changed(rows, edits) == (
        '<row r="1"><c r="A1" t="s" s="0"><v>7</v></c><c r="B1" s="5"><f>A1*2</f><v>3</v></c></row>'
    )
    assert not edits.lost_formula


def test_the_look_of_a_neighbour_is_taken() -> None:
    edits = RowEdits()
    edits.add(1, 2, Write("x", lambda look: look, like=0))
    rows = '<row r="1"><c r="A1" s="6"/></row>'
    assert (
        changed(rows, edits)
        == f'<row r="1"><c r="A1" s="6"/>{text("C1", "x", " s=" + chr(34) + "6" + chr(34))}</row>'
    )


def test_columns_are_emptied_from_a_row_on() -> None:
    rows = "".join(
        f'<row r="{at}"><c r="A{at}"/><c r="B{at}"><v>1</v></c></row>' for at in (1, 2, 3)
    )
    edits = RowEdits(emptied=frozenset((1,)), emptied_from=2)
    edits.add(3, 1, Write("x", int))
    assert changed(rows, edits) == (
        '<row r="1"><c r="A1"/><c r="B1"><v>1</v></c></row><row r="2"><c r="A2"/></row>'
        f'<row r="3"><c r="A3"/>{text("B3", "x")}</row>'
    )


def test_a_formula_that_is_lost_is_told() -> None:
    edits = RowEdits()
    edits.add(1, 0, EMPTY)
    assert changed('<row r="1"><c r="A1"><f>B1</f><v>1</v></c></row>', edits) == '<row r="1"></row>'
    assert edits.lost_formula


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        ("<w><sheetData/><pageMargins/></w>", "<w><sheetData/><NEW/><pageMargins/></w>"),
        ("<w><sheetData/><mergeCells/></w>", "<w><sheetData/><mergeCells/><NEW/></w>"),
        ("<x:w><x:sheetData/><x:hyperlinks/></x:w>", "<x:w><x:sheetData/><NEW/><x:hyperlinks/></x:w>"),
        # What is wrapped for newer programs stands where the wrapped would.
        ("<w><mc:AlternateContent><mc:Choice><controls/></mc:Choice></mc:AlternateContent></w>",
         "<w><NEW/><mc:AlternateContent><mc:Choice><controls/></mc:Choice></mc:AlternateContent></w>"),
    ],
)  # fmt: skip
def test_an_element_is_put_where_the_schema_has_it(sheet: str, expected: str) -> None:
    assert inserted(sheet.encode(), b"<NEW/>", "dataValidations", ORDER).decode() == expected


def test_a_marked_look_is_known_again() -> None:
    styles = Styles(None)
    marked = styles.filled(0, MARKED)
    assert (marked, styles.filled(0, MARKED)) == (1, 1)
    again = Styles(styles.whole())
    assert again.marked == {1: 0}
    assert again.original(1) == 0
    assert not again.is_changed


def test_the_comment_of_somebody_else_is_added_to_and_left_again() -> None:
    theirs = (
        b'<comments><authors><author>W</author></authors><commentList><comment ref="B2" authorId="0">'
        b"<text><t>seen</t></text></comment></commentList></comments>"
    )
    whole, gone, new = with_remarks(theirs, {(1, 1): "wrong", (2, 0): "odd"})
    assert (gone, new) == (set(), {(2, 0)})
    assert '<t>seen</t><r><t xml:space="preserve">\n【识别】wrong</t></r></text>' in whole.decode()
    back, gone, new = with_remarks(whole, {})
    assert (gone, new) == ({(2, 0)}, set())
    assert back.replace("<author>shibie 识别</author>".encode(), b"") == theirs


def test_shapes_have_identities_of_their_own() -> None:
    before = (
        b'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="o" xmlns:x="x"><o:shapelayout>'
        b'<o:idmap v:ext="edit" data="1"/></o:shapelayout><v:shapetype id="_x0000_t202"/>'
        b'<v:shape id="_x0000_s1025"><br><x:ClientData ObjectType="Note"><x:Row>1</x:Row>'
        b"<x:Column>1</x:Column></x:ClientData></v:shape></xml>"
    )
    taken = blocks_of(before)
    assert taken == {1}
    after = with_shapes(before, set(), {(row, 0) for row in range(1, 1100)}, taken)
    assert taken == {1, 2, 3}
    assert b'data="1,2,3"' in after
    identities = after.split(b'id="_x0000_s')[1:]
    assert len({each[: each.index(b'"')] for each in identities}) == 1 + 1099
    assert (
        with_shapes(after, {(row, 0) for row in range(1, 1100)}, set(), taken).count(b"<v:shape ")
        == 1
    )
