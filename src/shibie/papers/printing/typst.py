"""PDF by Typst: a template, and data that reaches it as JSON and never as markup."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shibie.errors import InputError, Problem, Words, cannot_load
from shibie.shown_text import inert, shown_data

if TYPE_CHECKING:
    from types import ModuleType

    from shibie.papers.printing.fonts import Fonts


def typst_library() -> ModuleType:
    """Typst, or a message that says how to get it."""
    try:
        import typst
    except ImportError as error:
        raise cannot_load(
            "PDF",
            "typst",
            error,
            Words(
                'pip install "shibie[notice]"，或只写 Word：`formats=docx`',
                'pip install "shibie[notice]", or write Word only: `formats=docx`',
            ),
        ) from error
    return typst


class Typst:
    """One template, compiled again for each piece of data."""

    def __init__(self, template: Path, fonts: Fonts, day: datetime.date) -> None:
        self.template, self.fonts = template, fonts
        # The same input gives the same bytes: the file is dated by the day of judgement.
        self.stamp = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
        self.compiler = typst_library().Compiler(
            input=str(template), root=str(template.parent), font_paths=fonts.found,
            ignore_system_fonts=True,
        )  # fmt: skip

    def render(self, data: Mapping[str, Any], form: str = "pdf", ppi: float = 200) -> bytes:
        """The document with its data, as PDF or PNG.

        Raises:
            InputError: when the template does not compile.
        """
        given = json.dumps(
            {**shown_data(data, inert), "font": self.fonts.family}, ensure_ascii=False
        )
        try:
            made = self.compiler.compile(
                format=form, ppi=ppi if form == "png" else None, sys_inputs={"data": given},
                timestamp=self.stamp,
            )  # fmt: skip
        except typst_library().TypstError as error:
            raise InputError(
                Problem(
                    str(self.template),
                    Words("模板有误", "the template does not compile"),
                    str(getattr(error, "diagnostic", "") or error).strip(),
                )
            ) from error
        assert isinstance(made, bytes)
        return made
