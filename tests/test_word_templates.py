"""The Word templates that are shipped are those that the tools make."""

from __future__ import annotations

from tools.word_templates import body, templates

from shibie.papers.helping.write import TEMPLATES as LISTS
from shibie.papers.notice.write import FOLDER
from shibie.papers.report.write import TEMPLATES


def test_the_shipped_word_templates_are_those_that_are_made() -> None:
    made = templates()
    shipped = {path for folder in (FOLDER, TEMPLATES, LISTS) for path in folder.glob("*.docx")}
    assert set(made) == shipped
    for path, data in made.items():
        assert body(path.read_bytes()) == body(data), path.name
