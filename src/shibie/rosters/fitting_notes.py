"""What is said of a sheet that was brought into the product's own form."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from shibie.errors import Words, listed
from shibie.rosters.place_rows import PlaceRow
from shibie.rosters.sheets import Sheet
from shibie.vocabulary import FieldSpec

# So many places are named in a note; the others are counted.
_NAMED: Final = 5


def numbered_note(sheet: Sheet) -> Words:
    """Household numbers were made."""
    return Words(
        f"{sheet.shown}：没有户编号，按村和序号给每户编号（如“石磨村-1”）；这样的编号只在这份文件里有效",
        f"{sheet.shown}: no household numbers: made of village and serial number; they hold in this"
        " file only",
    )


def village_note(sheet: Sheet, of_title: str) -> Words:
    """The village was taken from the lines above the header, or else from the sheet's name."""
    if of_title:
        return Words(
            f"{sheet.shown}：没有村一栏，村取表头上方写明的：{of_title}",
            f"{sheet.shown}: no column of villages: taken from the lines above the header: {of_title}",
        )
    return Words(
        f"{sheet.shown}：没有村一栏，村取工作表的名称",
        f"{sheet.shown}: no column of villages: the sheet's name is taken",
    )


def places_note(sheet: Sheet, spec: FieldSpec, rows: Iterable[PlaceRow]) -> Words:
    """Villages or groups were taken from rows between families."""
    names = list(dict.fromkeys(each.name for each in rows if each.field == spec.name))
    return Words(
        f"{sheet.shown}：没有{spec.title}一栏，{spec.title}取户与户之间写明的：{listed(names, _NAMED, 'zh')}",
        f"{sheet.shown}: no column of {spec.name}s: taken from the rows between families that name"
        f" one: {listed(names, _NAMED)}",
    )


def unit_note(sheet: Sheet, spec: FieldSpec, unit: str, times: Fraction) -> Words:
    """The numbers of a column were converted."""
    by = f"×{times}" if times.denominator == 1 else f"×{times.numerator}/{times.denominator}"
    return Words(
        f"{sheet.shown}：“{spec.title}”的单位是{unit}，已换算（{by}）",
        f"{sheet.shown}: {spec.name} is in {unit}, converted ({by})",
    )
