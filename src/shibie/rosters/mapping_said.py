"""How a sheet that is not in the product's own form was read, for whoever checks the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from shibie.forms.form import TableForm
from shibie.rosters.fitting import Fit
from shibie.rosters.left_out import LeftOut
from shibie.rosters.sheets import Sheet
from shibie.vocabulary import STATED, folded


def mapping_said(
    sheet: Sheet, fit: Fit, form: TableForm | None, out: LeftOut
) -> Mapping[str, Any] | None:
    """How a sheet was read, as plain data; None where it is in the product's own form.

    Args:
        sheet: as it was given.
        fit: how its rows were read.
        form: the form that said more of its columns.
        out: the rows that were left out.
    """
    header = fit.header
    columns: dict[str, Any] = {}
    plain = form is None and header.begins == header.row and not fit.changes and not out.rows
    for index, spec in header.columns.items():
        text = header.labels[index].text if index in header.labels else spec.name
        plain &= folded(text) in (folded(spec.name), folded(spec.title))
        said: dict[str, Any] = {"field": spec.name}
        if index in fit.units:
            said["unit"] = fit.units[index][0]
        if index in fit.words:
            said["words"] = dict(fit.words[index])
        columns[text] = said if len(said) > 1 else spec.name
    if plain:
        return None
    for index, kind in fit.checked.items():
        columns[header.labels[index].text] = {"states": STATED[kind].name}
    return {
        "sheet": sheet.shown,
        **({"form": form.id} if form else {}),
        "header_rows": [header.begins, header.row],
        "columns": columns,
        **({"households": "made of village and serial number"} if fit.keys else {}),
        **dict.fromkeys(
            fit.place, "lines above the header" if fit.by_title else "name of the sheet"
        ),
        **{each.field: "rows that name one" for each in out.places.values()},
        **({"left_out": dict(Counter(out.rows.values()))} if out.rows else {}),
    }
