"""Word by docxtpl: a .docx with `{{ fields }}` that a county edits in Word itself."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shibie.errors import Words, cannot_load
from shibie.papers.printing.template_faults import must_be_word, template_fault
from shibie.shown_text import inert, shown_data


def docxtpl_library() -> Any:
    """The docxtpl library, or a message that says how to get it."""
    try:
        import docxtpl
    except ImportError as error:
        raise cannot_load(
            "Word",
            "docxtpl",
            error,
            Words(
                'pip install "shibie[notice]"，或只写 PDF：`formats=pdf`',
                'pip install "shibie[notice]", or write PDF only: `formats=pdf`',
            ),
        ) from error
    return docxtpl


def filled(
    template: Path, data: Mapping[str, Any], pictures: Sequence[bytes] = (), width: float = 150
) -> bytes:
    """A Word template with its fields filled in.

    Args:
        template: the .docx.
        data: its fields; text stays text, whatever characters it has.
        pictures: PNG pictures, as the list `pictures`.
        width: of the pictures, in millimetres.

    Raises:
        InputError: when it is no Word file, is damaged or too large, asks for a field that is not
            there, or for what no template may do; with the paragraph at fault.
    """
    docxtpl = docxtpl_library()
    from shibie.papers.printing.template_sandbox import TemplateSandbox

    must_be_word(template)
    # XML has no signs that are orders, and Word would not open the file.
    fields = shown_data(dict(data), inert)
    sandbox = TemplateSandbox()
    try:
        document = docxtpl.DocxTemplate(str(template))
        document.init_docx()
        fields["pictures"] = _inline(docxtpl, document, pictures, width)
        document.render(fields, sandbox, autoescape=True)
        into = io.BytesIO()
        document.save(into)
    except Exception as error:
        # Several libraries read it, each of which fails in its own ways where it is damaged.
        raise template_fault(template, error, sandbox.source, fields) from error
    return into.getvalue()


def _inline(library: Any, document: Any, pictures: Sequence[bytes], width: float) -> list[Any]:
    from docx.shared import Mm

    return [
        library.InlineImage(document, io.BytesIO(picture), width=Mm(width)) for picture in pictures
    ]
