"""A page of a Word template: A4, Chinese type."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from shibie.errors import Lang, Words
from shibie.papers.printing.word import docxtpl_library

_TITLE, _BODY = "黑体", "仿宋"


class Page:
    """A Word document on A4 with Chinese type.

    Args:
        lang: the language.
        title: of the document.
        across: whether the page lies on its long side.
    """

    def __init__(self, lang: Lang, title: str, across: bool = False) -> None:
        docxtpl_library()
        import docx
        from docx.shared import Mm, Pt

        self.lang: Lang = lang
        self.it = docx.Document()
        section = self.it.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(26)
        section.top_margin = section.bottom_margin = Mm(22)
        if across:
            from docx.enum.section import WD_ORIENT

            section.orientation = WD_ORIENT.LANDSCAPE
            section.page_width, section.page_height = Mm(297), Mm(210)
            section.left_margin = section.right_margin = Mm(11)
            section.top_margin = section.bottom_margin = Mm(14)
        normal = self.it.styles["Normal"]
        normal.font.size = Pt(12)
        _typeface(normal, _BODY)
        normal.paragraph_format.space_after = Pt(4)
        normal.paragraph_format.line_spacing = 1.3
        self.it.core_properties.title, self.it.core_properties.author = title, ""
        self.it.core_properties.comments = ""

    def say(self, zh: str, en: str) -> str:
        """The words of the one language."""
        return Words(zh, en).say(self.lang)

    def title(self, text: str) -> None:
        """The paper's title."""
        self._centred(text, 20, True)

    def small(self, text: str, centred: bool = False) -> None:
        """A line in small grey type."""
        from docx.shared import Pt, RGBColor

        paragraph = self.it.add_paragraph()
        run = paragraph.add_run(text)
        run.font.size, run.font.color.rgb = Pt(9.5), RGBColor(0x59, 0x59, 0x59)
        if centred:
            paragraph.alignment = _alignment("CENTER")

    def heading(self, text: str) -> None:
        """The heading of a section."""
        from docx.shared import Pt

        paragraph = self.it.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(8)
        paragraph.paragraph_format.keep_with_next = True
        run = paragraph.add_run(text)
        run.bold = True
        _typeface(run, _TITLE)

    def picture(self, text: str) -> None:
        """A picture on a line of its own."""
        paragraph = self.it.add_paragraph(text)
        from docx.shared import Pt

        paragraph.alignment = _alignment("CENTER")
        paragraph.paragraph_format.line_spacing = 1.0
        paragraph.paragraph_format.space_before = Pt(10)

    def text(
        self, text: str, bold: bool = False, right: bool = False, indent: bool = False
    ) -> None:
        """A paragraph; a paragraph `{%p … %}` is a command of the template and leaves no line."""
        paragraph = self.it.add_paragraph()
        paragraph.add_run(text).bold = bold
        if indent:
            from docx.shared import Pt

            paragraph.paragraph_format.first_line_indent = Pt(24)
        if right:
            paragraph.alignment = _alignment("RIGHT")

    def item(self, text: str) -> None:
        """An item of a list."""
        self.it.add_paragraph(text, style="List Bullet")

    def _centred(self, text: str, size: float, bold: bool) -> None:
        from docx.shared import Pt

        paragraph = self.it.add_paragraph()
        paragraph.alignment = _alignment("CENTER")
        run = paragraph.add_run(text)
        run.bold, run.font.size = bold, Pt(size)
        _typeface(run, _TITLE)

    def file(self) -> bytes:
        """The file."""
        into = io.BytesIO()
        self.it.save(into)
        return into.getvalue()

    def table(
        self, loop: str, columns: Sequence[tuple[str, str, float, bool]], size: float = 11
    ) -> None:
        """A table with a header on every page, and one row for each turn of a loop.

        Args:
            loop: as Jinja has it, e.g. `row in rows`.
            columns: of each its title, its field, its width in millimetres, and whether it is
                centred.
            size: of the type, in points.
        """
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import Mm, Pt

        table = self.it.add_table(rows=4, cols=len(columns))
        table.style, table.autofit = "Table Grid", False
        table.rows[1].cells[0].text = f"{{%tr for {loop} %}}"
        table.rows[3].cells[0].text = "{%tr endfor %}"
        for number, (title, field, width, centred) in enumerate(columns):
            head, cell = table.rows[0].cells[number], table.rows[2].cells[number]
            head.paragraphs[0].add_run(title).bold = True
            head.paragraphs[0].alignment = _alignment("CENTER")
            cell.text = field
            for each in (head, cell):
                for run in each.paragraphs[0].runs:
                    run.font.size = Pt(size)
                each.paragraphs[0].paragraph_format.space_before = Pt(2)
                each.paragraphs[0].paragraph_format.space_after = Pt(2)
                each.paragraphs[0].paragraph_format.line_spacing = 1.1
            if centred:
                cell.paragraphs[0].alignment = _alignment("CENTER")
            table.columns[number].width = Mm(width)
            for row in table.rows:
                row.cells[number].width = Mm(width)
        repeated = OxmlElement("w:tblHeader")
        repeated.set(qn("w:val"), "true")
        table.rows[0]._tr.get_or_add_trPr().append(repeated)


def _alignment(name: str) -> Any:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    return getattr(WD_ALIGN_PARAGRAPH, name)


def _typeface(of: Any, name: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    of.font.name = "Times New Roman"
    properties = of.element.get_or_add_rPr()
    properties.get_or_add_rFonts().set(qn("w:eastAsia"), name)
    for language in properties.findall(qn("w:lang")):
        properties.remove(language)
    language = OxmlElement("w:lang")
    language.set(qn("w:eastAsia"), "zh-CN")
    properties.append(language)
