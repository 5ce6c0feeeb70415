"""The Word template of a helper's list."""

from __future__ import annotations

from tools.word_templates.page import Page

from shibie.errors import LANGS, Lang, Words
from shibie.papers.helping.write import COLUMNS, template_name

# Of each column its width in millimetres, on A4 across.
_WIDTHS = (9, 23, 25, 16, 10, 20, 34, 48, 24, 12, 15, 23, 16)


def lists() -> dict[str, bytes]:
    """The templates by file name."""
    return {template_name(lang): _list(lang) for lang in LANGS}


def _list(lang: Lang) -> bytes:
    page = Page(lang, Words("帮扶名单", "A helper's households").say(lang), across=True)
    say = page.say
    page.title(say("帮扶名单", "A helper's households"))
    page.small("{{ ruleset }}", centred=True)
    page.text("{{ said }}")
    page.table(
        "row in rows",
        tuple(
            (title.say(lang), f"{{{{ row.{field} }}}}" if field else "", width, False)
            for (field, title, _), width in zip(COLUMNS, _WIDTHS, strict=True)
        ),
        size=8.5,
    )
    page.small(
        say("与健康有关的原因、批次和措施不写在这里。末三栏走访时填写。",
            "Causes, tracks and measures that tell of health are left out. The last three columns are"
            " for the next visit.")
    )  # fmt: skip
    return page.file()
