"""A report as Markdown or Word: text, tables, charts, reconciliation, and the queries."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, Final

from shibie.atomic import new_files, write_bytes, write_text
from shibie.checking_in_python import CheckedBy, caveats_of
from shibie.decision import ELIGIBILITIES
from shibie.errors import Lang, Words
from shibie.papers.printing.word import filled
from shibie.papers.report.charts import Chart
from shibie.papers.report.figures import Figures
from shibie.papers.report.identities import UNITS, FigureIdentity
from shibie.papers.report.pieces import Mark, Paragraphs, Piece
from shibie.papers.report.published import PublishedCount
from shibie.papers.report.text import ReportText
from shibie.shown_text import shown, shown_data, shown_line
from shibie.words import terms
from shibie.words.lists import bracketed
from shibie.words.speaker import Speaker
from shibie.words.values import amount

TEMPLATES = Path(__file__).parent / "templates"
OUTCOMES = {
    "holds": Words("相符", "holds"), "differs": Words("不符", "differs"),
    "explained": Words("有差异，已说明", "differs, explained"), "note": Words("说明", "note"),
}  # fmt: skip


@dataclass(frozen=True)
class WholeReport:
    """Everything that a report is written from.

    Attributes:
        drawn: each chart with its picture; none where charts were not wanted.
        helping: the figures of who helps whom, as plain data.
    """

    checked_by: CheckedBy
    figures: Figures
    report: ReportText
    checks: tuple[FigureIdentity, ...]
    drawn: tuple[tuple[Chart, bytes], ...] = ()
    lang: Lang = "zh"
    helping: Mapping[str, Any] = field(default_factory=dict)

    @property
    def speaker(self) -> Speaker:
        """Who speaks of the rule set, in the one language."""
        return Speaker(self.checked_by.ruleset, self.lang)

    def say(self, zh: str, en: str) -> str:
        """The words of the one language."""
        return Words(zh, en).say(self.lang)

    def rows(self) -> list[dict[str, Any]]:
        """By village: all, eligible, ineligible, pending, and who is on the roster."""
        names = ("base_by_village", "eligible_by_village", "ineligible_by_village",
                 "pending_by_village", "now_by_village")  # fmt: skip
        found = {name: dict(self.figures.by[name].rows) for name in names}
        return [
            {"village": village or "—", **{
                key: pair(found[name].get(village, PublishedCount(0, 0)))
                for key, name in zip(
                    ("all", "eligible", "ineligible", "pending", "on_roster"), names, strict=True
                )
            }}
            for village in found["base_by_village"]
        ]  # fmt: skip

    def provenance(self) -> str:
        """By which rules, and how surely they are the place's own."""
        ruleset = self.checked_by.ruleset
        sure = self.speaker.provenance(ruleset.provenance)
        day = amount(self.checked_by.as_of, self.lang)
        text = self.say(
            f"规则：{ruleset.title}（{sure}）；认定日期 {day}。方括号内是查询编号，见文末。",
            f"Rules: {ruleset.title} ({sure}); as of {day}. Numbers in brackets are queries, listed at the end.",
        )
        for said in self.caveats:
            text += self.say(f"{said}。", f" {said[:1].upper()}{said[1:]}.")
        return text

    @property
    def caveats(self) -> list[str]:
        """What is said of how the roster was judged."""
        return caveats_of(self.checked_by, self.lang)


def pair(count: PublishedCount) -> str:
    """Households and persons in one cell.

    >>> pair(PublishedCount(12, 30))
    '12 / 30'
    """
    return f"{count.households} / {count.persons}"


def check_rows(checks: Sequence[FigureIdentity], lang: Lang) -> list[dict[str, str]]:
    """The identities as rows of text."""
    return [
        {
            "title": check.title,
            "by": UNITS[check.by].say(lang) if check.by else "",
            "worked": check.worked,
            "said": f"{check.said:f}",
            "outcome": OUTCOMES[check.outcome].say(lang),
            "note": check.note,
        }
        for check in checks
    ]


def notable(checks: Sequence[FigureIdentity]) -> list[FigureIdentity]:
    """Sums and rates, and whatever does not hold: what a reader wants to see."""
    return [check for check in checks if check.outcome != "holds" or "=" in check.worked]


# --- Markdown -----------------------------------------------------------------------------


def markdown(whole: WholeReport, folder: str) -> str:
    """The report as Markdown; each figure links to its query, charts lie in `folder`."""
    say, lang = whole.say, whole.lang
    eligibility = whole.speaker.eligibility
    lines = [f"# {as_text(whole.report.title)}", "", f"*{as_text(whole.provenance())}*", "",
             f"## {say('一、基本情况', '1. Basic figures')}", ""]  # fmt: skip
    for paragraph in whole.report.paragraphs:
        lines += ["".join(map(_linked, paragraph)), ""]
    lines += [f"## {say('分村情况（户 / 人）', 'By village (households / persons)')}", ""]
    heads = (say("村", "village"), say("全部", "all"),
             *map(eligibility, ELIGIBILITIES), terms.ON_ROSTER.say(lang))  # fmt: skip
    keys = ("village", "all", *ELIGIBILITIES, "on_roster")
    lines += _table(heads, [[row[key] for key in keys] for row in whole.rows()])
    if whole.drawn:
        lines += [f"## {say('图', 'Charts')}", ""]
        for chart, _ in whole.drawn:
            lines += [f"![{as_text(chart.title)}]({folder}/{chart.name}.png)", ""]
    for heading, paragraphs in sections(whole):
        lines += [f"## {as_text(heading)}", ""]
        for paragraph in paragraphs:
            lines += ["".join(map(_linked, paragraph)), ""]
    lines += [
        f"## {say('数字核对', 'Reconciliation')}",
        "",
        as_text(counted(whole.checks, lang)),
        "",
    ]
    titles = (say("核对", "identity"), "", say("算式", "worked"), say("报告", "reported"),
              say("结果", "outcome"), say("说明", "note"))  # fmt: skip
    cells = ("title", "by", "worked", "said", "outcome", "note")
    rows = check_rows(notable(whole.checks), lang)
    lines += _table(titles, [[row[cell] for cell in cells] for row in rows])
    lines += [f"## {say('附：查询', 'Queries')}", ""]
    for query in whole.report.queries:
        lines += [f'<a id="q{query.number}"></a>[{query.number}] {as_text(query.title)}', "",
                  f"```sql\n{query.sql}\n```", ""]  # fmt: skip
    return "\n".join(lines)


def sections(whole: WholeReport) -> list[tuple[str, Paragraphs]]:
    """The sections behind the first, with their headings; one without a word is left out."""
    found = (
        (whole.say("二、帮扶责任", "2. Who helps whom"), whole.report.helping),
        (whole.say("三、存在的主要问题", "3. What is wanting"), whole.report.problems),
    )
    return [(heading, paragraphs) for heading, paragraphs in found if paragraphs]


def _linked(piece: Piece) -> str:
    if isinstance(piece, Mark):
        return f"<sup>[[{piece.number}]](#q{piece.number})</sup>"
    return as_text(piece)


# Markup of Markdown that a name may have in it; what is HTML in it, too.
_SIGNS: Final = re.compile(r"([\\`*\[\]|~#]|(?<!\w)_|_(?!\w))")


def as_text(text: str) -> str:
    r"""A text of which nothing is markup.

    >>> as_text("<b>[石磨](http://x)|*村*")
    '&lt;b&gt;\\[石磨\\](http://x)\\|\\*村\\*'
    """
    return _SIGNS.sub(r"\\\1", escape(shown_line(text), quote=False))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(map(as_text, row))} |" for row in rows]
    return [*lines, ""]


def counted(checks: Sequence[FigureIdentity], lang: Lang) -> str:
    """How many identities hold, in a sentence."""

    def number(outcome: str) -> int:
        return sum(check.outcome == outcome for check in checks)

    return Words(
        f"共核对 {len(checks)} 项：相符 {number('holds')}，有差异而已说明 {number('explained')}，"
        f"不符 {number('differs')}，说明 {number('note')}。",
        f"{len(checks)} identities: {number('holds')} hold, {number('explained')} differ and are"
        f" explained, {number('differs')} differ, {number('note')} notes.",
    ).say(lang)  # fmt: skip


# --- files --------------------------------------------------------------------------------


def write_report(out: Path, whole: WholeReport, template: Path | None = None) -> None:
    """Write a .docx or a .md (with its charts in a folder beside it)."""
    if out.suffix.lower() == ".md":
        folder = out.with_name(f"{out.stem}-charts")
        if whole.drawn:
            with new_files(folder) as aside:
                for chart, picture in whole.drawn:
                    (aside / f"{chart.name}.png").write_bytes(picture)
        write_text(out, markdown(whole, folder.name))
        return
    write_bytes(out, word(whole, template))


def template_name(lang: Lang) -> str:
    """The Word template in a language."""
    return "report.docx" if lang == "zh" else "report.en.docx"


def word(whole: WholeReport, template: Path | None = None) -> bytes:
    """The report as a Word file."""
    fields = {
        "title": whole.report.title,
        "provenance": whole.provenance(),
        "paragraphs": ["".join(map(_marked, each)) for each in whole.report.paragraphs],
        "sections": [
            {"heading": heading, "paragraphs": ["".join(map(_marked, each)) for each in paragraphs]}
            for heading, paragraphs in sections(whole)
        ],
        "outcome": {name: whole.speaker.eligibility(name) for name in ELIGIBILITIES},
        "rows": whole.rows(),
        "counted": counted(whole.checks, whole.lang),
        "checks": [
            {**row, "title": _with_unit(row, whole.lang),
             "outcome": ": ".join(filter(None, (row["outcome"], row["note"])))}
            for row in check_rows(notable(whole.checks), whole.lang)
        ],
        "queries": [{"number": q.number, "title": q.title, "sql": q.sql}
                    for q in whole.report.queries],
    }  # fmt: skip
    pictures = [picture for _, picture in whole.drawn]
    return filled(
        template or TEMPLATES / template_name(whole.lang), shown_data(fields, shown), pictures
    )


def _with_unit(row: dict[str, str], lang: Lang) -> str:
    return row["title"] + bracketed(row["by"], lang) if row["by"] else row["title"]


def _marked(piece: Piece) -> str:
    return f"[{piece.number}]" if isinstance(piece, Mark) else piece
