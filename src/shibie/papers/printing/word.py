"""Word by docxtpl: a .docx with `{{ fields }}` that a county edits in Word itself."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shibie.errors import InputError, Problem, Words, cannot_load, did_you_mean


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
                "pip install 'shibie[notice]'，或只写 PDF：`formats=pdf`",
                "pip install 'shibie[notice]', or write PDF only: `formats=pdf`",
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
        InputError: when it is no Word file, or asks for a field that is not there.
    """
    docxtpl = docxtpl_library()
    import jinja2
    from docx.opc.exceptions import PackageNotFoundError
    from docx.shared import Mm

    fields = dict(data)
    try:
        document = docxtpl.DocxTemplate(str(template))
        document.init_docx()
        fields["pictures"] = [
            docxtpl.InlineImage(document, io.BytesIO(picture), width=Mm(width))
            for picture in pictures
        ]
        strict = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True)
        document.render(fields, strict, autoescape=True)
        into = io.BytesIO()
        document.save(into)
    except PackageNotFoundError as error:
        raise InputError(
            Problem(str(template), Words("不是 Word 文件（.docx）", "not a Word file (.docx)"))
        ) from error
    except jinja2.UndefinedError as error:
        raise _undefined(template, str(error), fields) from error
    except jinja2.TemplateError as error:
        raise InputError(
            Problem(str(template), Words(f"模板有误：{error}", f"the template is wrong: {error}"))
        ) from error
    return into.getvalue()


def _undefined(template: Path, message: str, fields: Mapping[str, Any]) -> InputError:
    name = message.split("'")[1] if "'" in message else message
    return InputError(
        Problem(
            str(template),
            Words(f"没有这一栏：{name}", f"no such field: {name}"),
            suggestion=did_you_mean(name, fields),
        )
    )
