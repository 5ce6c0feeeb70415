"""Makes the Word templates that the package ships: `python -m tools.word_templates`.

A county edits the .docx files in Word. These modules only keep the shipped ones in one form, and
are no part of the package.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from tools.word_templates.helping import lists
from tools.word_templates.notices import notices
from tools.word_templates.report import reports

from shibie.papers.helping.write import TEMPLATES as LISTS
from shibie.papers.notice.write import FOLDER as NOTICES
from shibie.papers.report.write import TEMPLATES as REPORTS


def templates() -> dict[Path, bytes]:
    """What belongs into each shipped Word template.

    >>> sorted(path.name for path in templates())[:3]
    ['helper.docx', 'helper.en.docx', 'letter.docx']
    """
    return {
        folder / name: data
        for folder, made in ((NOTICES, notices()), (REPORTS, reports()), (LISTS, lists()))
        for name, data in made.items()
    }


def body(template: bytes) -> bytes:
    """What a Word file says, without the time at which it was made."""
    with zipfile.ZipFile(io.BytesIO(template)) as parts:
        return parts.read("word/document.xml")
