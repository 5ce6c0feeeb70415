"""The comparison of two rule sets as a workbook: what is written, what it means, who moves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import xlsxwriter

from shibie.cli.diff import MEANINGS, word
from shibie.errors import InputError, Lang, Problem, Words
from shibie.ruleset.model import RuleSet
from shibie.verify.changes import WHATS, Change
from shibie.verify.moves import Move, by_village
from shibie.verify.relations import Relation
from shibie.verify.words import shown

Line = Sequence[str | int]


def write(
    path: Path,
    old: RuleSet,
    new: RuleSet,
    written: Iterable[Change],
    meant: Iterable[Relation],
    found: tuple[Move, ...],
    lang: Lang,
) -> None:
    """Write the workbook.

    Raises:
        InputError: when it cannot be written.
    """

    def say(zh: str, en: str) -> str:
        return Words(zh, en).say(lang)

    changes = [
        (
            each.id,
            each.title,
            WHATS[each.what].say(lang),
            each.before.say(lang),
            each.after.say(lang),
        )
        for each in written
    ]
    rules = [
        (each.id, each.title, MEANINGS[each.meaning].say(lang), *(
            shown(old, witness, lang).split(" ⇒ ")[0] if witness else ""
            for witness in (each.lost, each.gained)
        ))
        for each in meant
    ]  # fmt: skip
    households = [
        (each.household_id, each.village, word(new, each.before, lang), word(new, each.after, lang), each.why.say(lang))
        for each in found
        if each.moved
    ]  # fmt: skip
    villages: list[Line] = [
        (village, word(new, one, lang), word(new, other, lang), count)
        for village, counts in by_village(found).items()
        for (one, other), count in sorted(counts.items())
    ]
    id_, title = say("编号", "id"), say("名称", "title")
    was, becomes = say("原认定", "before"), say("新认定", "after")
    sheets: list[tuple[str, Line, Sequence[Line]]] = [
        (say("规则变化", "changes"), (id_, title, say("变化", "change"), say("原来", "before"), say("现在", "after")), changes),
        (say("意义", "meaning"), (id_, title, say("意义", "meaning"), say("原来成立、现在不成立", "no more"), say("现在成立、原来不成立", "now")), rules),
        (say("变动农户", "households"), (say("户编号", "household_id"), say("村", "village"), was, becomes, say("原因", "why")), households),
        (say("按村", "villages"), (say("村", "village"), was, becomes, say("户", "households")), villages),
    ]  # fmt: skip
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with xlsxwriter.Workbook(
            str(path), {"strings_to_formulas": False, "strings_to_urls": False}
        ) as book:
            bold = book.add_format({"bold": True, "bottom": 1})
            wrapped = book.add_format({"text_wrap": True, "valign": "top"})
            for name, header, lines in sheets:
                sheet = book.add_worksheet(name)
                sheet.write_row(0, 0, header, bold)
                for number, line in enumerate(lines, 1):
                    sheet.write_row(number, 0, line, wrapped)
                sheet.set_column(0, 1, 22)
                sheet.set_column(2, len(header) - 1, 34)
                sheet.freeze_panes(1, 0)
                sheet.autofilter(0, 0, max(1, len(lines)), len(header) - 1)
    except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
        raise InputError(
            Problem(str(path), Words(f"不能写入:{error}", f"cannot write: {error}"))
        ) from None
