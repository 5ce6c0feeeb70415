"""The officer's own workbook, written with what a check found."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final

from shibie.annotating.from_check import CheckFound, additions_of
from shibie.annotating.package import is_patchable, types_of
from shibie.annotating.patching import patch
from shibie.annotating.places import must_be_another_file
from shibie.annotating.written_new import write_new
from shibie.atomic import new_file
from shibie.errors import InputError, Problem, Words, bad_argument
from shibie.results.questions import LISTS
from shibie.rosters.layout import Layout

_MACROS: Final = b"macroEnabled.main+xml"


def annotate(found: CheckFound, out: Path) -> tuple[Words, ...]:
    """Write the roster's workbook with bad cells marked, decisions beside the households, questions.

    A workbook whose sheets are XML keeps everything else as it is; any other roster is written
    as a new workbook of its tables.

    Args:
        found: what a check found.
        out: the workbook to write.

    Returns:
        what is to be said of it.

    Raises:
        InputError: when the place is the roster itself or names another kind of file, or the
            workbook is damaged.
    """
    path = found.given.path
    if path is None:
        what = Words(
            "名册不是文件，没有可退还的工作簿", "the roster is no file that can be given back"
        )
        raise InputError(bad_argument("annotate", what))
    must_be_another_file(out, path)
    patchable = path.is_file() and is_patchable(path)
    suffix = _suffix(path) if patchable else ".xlsx"
    if out.suffix.lower() != suffix:
        raise InputError(
            bad_argument(
                "annotate",
                Words(f"不能写成 {out.name}", f"cannot write {out.name}"),
                suggestion=Words(f"用 {suffix} 文件", f"name a file that ends in {suffix}"),
            )
        )
    additions = additions_of(found)
    if patchable:
        try:
            with new_file(out) as place:
                patch(path, additions, place, LISTS.say(found.lang))
        except (ValueError, KeyError, RuntimeError, zipfile.BadZipFile) as error:
            what = Words(
                f"工作簿的结构无法识别（{error}）", f"the workbook is not made as usual ({error})"
            )
            raise InputError(Problem(str(path), what)) from error
        return ()
    sheets = [each for each in found.given.sheets if each.shown not in found.given.beside]
    write_new(out, sheets, _names(found.given.layout), additions)
    return (
        Words(
            f"{path.name} 不是 .xlsx 工作簿，已另写成 {out.name}：只有各表的内容，没有原来的格式",
            f"{path.name} is no .xlsx workbook: {out.name} is written new, with the content of its"
            " tables and without their looks",
        ),
    )


def _suffix(path: Path) -> str:
    """A workbook with macros must say so in its name, or programs refuse it."""
    with zipfile.ZipFile(path) as parts:
        return ".xlsm" if _MACROS in parts.read(types_of(parts)) else ".xlsx"


def _names(layout: Layout) -> dict[str, str]:
    """How the sheets are named by which a new workbook is read again."""
    return {placed.sheet.shown: f"比对-{name}" for name, placed in layout.registers.items()}
