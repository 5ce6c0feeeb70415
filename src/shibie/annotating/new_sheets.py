"""A sheet that a workbook did not have, as XML."""

from __future__ import annotations

from collections.abc import Sequence

from shibie.annotating.additions import NewSheet
from shibie.annotating.markup import escaped
from shibie.annotating.sheet import choice_xml
from shibie.annotating.styles import MAIN, Styles
from shibie.rosters.column_letters import letters

_HEADER = "DDE6F0"
_FROZEN = (
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2"'
    ' activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
)
# Printed across, all columns on one page, on A4 (9).
_FITTED = '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
_ACROSS = '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'


def sheet_xml(sheet: NewSheet, styles: Styles) -> bytes:
    """The part of a new sheet: its first row frozen, its lists in place."""
    width = max(map(len, sheet.rows), default=1)
    header, text = styles.filled(0, _HEADER), styles.text()
    looks = [text if at in sheet.texts else 0 for at in range(width)]
    parts = [
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n',
        f'<worksheet xmlns="{MAIN}">{_FITTED}<dimension ref="A1:{letters(width - 1)}{len(sheet.rows)}"/>',
        "" if sheet.hidden else _FROZEN,
        _columns(sheet, looks),
        "<sheetData>",
        *(
            _row(number, row, [header] * width if number == 1 and not sheet.hidden else looks)
            for number, row in enumerate(sheet.rows, start=1)
        ),
        "</sheetData>",
    ]
    if sheet.choices:
        parts.append(f'<dataValidations count="{len(sheet.choices)}">')
        parts += [choice_xml(each).decode() for each in sheet.choices]
        parts.append("</dataValidations>")
    parts.append(
        '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
    )
    parts.append(f"{_ACROSS}</worksheet>")
    return "".join(parts).encode()


def _columns(sheet: NewSheet, looks: list[int]) -> str:
    if not sheet.widths:
        return ""
    cols = (
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"'
        + (f' style="{look}"' if look else "")
        + "/>"
        for at, (width, look) in enumerate(zip(sheet.widths, looks, strict=False), start=1)
    )
    return f"<cols>{''.join(cols)}</cols>"


def _row(number: int, row: Sequence[str], looks: Sequence[int]) -> str:
    cells = []
    for at, (text, look) in enumerate(zip(row, looks, strict=False)):
        styled = f' s="{look}"' if look else ""
        if text:
            cells.append(
                f'<c r="{letters(at)}{number}"{styled} t="inlineStr"><is>'
                f'<t xml:space="preserve">{escaped(text)}</t></is></c>'
            )
    return f'<row r="{number}">{"".join(cells)}</row>'
