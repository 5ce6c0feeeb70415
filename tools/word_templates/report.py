"""The Word template of a township's report."""

from __future__ import annotations

from tools.word_templates.page import Page

from shibie.errors import LANGS, Lang, Words
from shibie.papers.report.write import template_name


def reports() -> dict[str, bytes]:
    """The templates by file name."""
    return {template_name(lang): _report(lang) for lang in LANGS}


def _report(lang: Lang) -> bytes:
    page = Page(lang, Words("精准识别情况", "Identification").say(lang))
    say = page.say
    page.title("{{ title }}")
    page.small("{{ provenance }}", centred=True)
    page.heading(say("一、基本情况", "1. Basic figures"))
    page.text("{%p for paragraph in paragraphs %}")
    page.text("{{ paragraph }}", indent=True)
    page.text("{%p endfor %}")
    page.heading(say("分村情况（户 / 人）", "By village (households / persons)"))
    page.table(
        "row in rows",
        (
            (say("村", "village"), "{{ row.village }}", 30, True),
            (say("全部", "all"), "{{ row.all }}", 26, True),
            ("{{ outcome.eligible }}", "{{ row.eligible }}", 26, True),
            ("{{ outcome.ineligible }}", "{{ row.ineligible }}", 26, True),
            ("{{ outcome.pending }}", "{{ row.pending }}", 24, True),
            (say("在册", "on the roster"), "{{ row.on_roster }}", 26, True),
        ),
    )
    page.text("{%p for picture in pictures %}")
    page.picture("{{ picture }}")
    page.text("{%p endfor %}")
    page.text("{%p for section in sections %}")
    page.heading("{{ section.heading }}")
    page.text("{%p for paragraph in section.paragraphs %}")
    page.text("{{ paragraph }}", indent=True)
    page.text("{%p endfor %}")
    page.text("{%p endfor %}")
    page.heading(say("数字核对", "Reconciliation"))
    page.text("{{ counted }}")
    page.table(
        "check in checks",
        (
            (say("核对", "identity"), "{{ check.title }}", 44, False),
            (say("算式", "worked"), "{{ check.worked }}", 48, False),
            (say("报告", "reported"), "{{ check.said }}", 16, True),
            (say("结果", "outcome"), "{{ check.outcome }}", 50, False),
        ),
        size=9.5,
    )
    page.heading(say("附：各数字的查询", "The queries behind the figures"))
    page.text("{%p for query in queries %}")
    page.small("[{{ query.number }}] {{ query.title }}")
    page.small("{{ query.sql }}")
    page.text("{%p endfor %}")
    return page.file()
