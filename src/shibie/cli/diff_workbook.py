"""The comparison of two rule sets as a workbook: what is written, what it means, who moves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from shibie.cli.diff import MEANINGS, word
from shibie.errors import Lang, Words
from shibie.proofs.witness_text import shown
from shibie.results.tables import CAVEAT_TITLES
from shibie.results.workbook_sheets import SheetColumn, Sheets, new_book
from shibie.ruleset.model import RuleSet
from shibie.versions.roster_moves import Move, by_village
from shibie.versions.stricter_or_looser import MeaningChange
from shibie.versions.written_changes import WHATS, WrittenChange
from shibie.words import terms

Line = Sequence[str | int]


def write(
    path: Path,
    old: RuleSet,
    new: RuleSet,
    written: Iterable[WrittenChange],
    meant: Iterable[MeaningChange],
    found: tuple[Move, ...],
    caveats: Sequence[str],
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
    id_, household, village_, households_ = (
        terms.COLUMNS[name].say(lang) for name in ("id", "household_id", "village", "households")
    )
    title = say("名称", "title")
    was, becomes = say("原认定", "before"), say("新认定", "after")
    sheets: list[tuple[str, Sequence[str], Sequence[Line]]] = [
        (say("规则变化", "changes"), (id_, title, say("变化", "change"), say("原来", "before"), say("现在", "after")), changes),
        (say("意义", "meaning"), (id_, title, say("意义", "meaning"), say("原来成立、现在不成立", "no more"), say("现在成立、原来不成立", "now")), rules),
        (say("变动农户", "households"), (household, village_, was, becomes, terms.REASONS.say(lang)), households),
        (say("按村", "villages"), (village_, was, becomes, households_), villages),
    ]  # fmt: skip
    if caveats:
        sheet, column = (CAVEAT_TITLES[name].say(lang) for name in ("caveats", "caveat"))
        sheets.append((sheet, (column,), [(caveat,) for caveat in caveats]))
    with new_book(path) as book:
        looks = Sheets(book)
        for name, header, lines in sheets:
            narrow = [SheetColumn(title, wrap=True, width=22) for title in header[:2]]
            wide = [SheetColumn(title, wrap=True, width=34) for title in header[2:]]
            looks.add(name, [*narrow, *wide], lines)
