"""What is said of rejected rows where they are not listed: how many of what, and the first few."""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple

from shibie.errors import Lang, Words
from shibie.results.table import Table
from shibie.rosters.step_counts import StepCounts
from shibie.ruleset.model import RuleSet
from shibie.words.lists import joined
from shibie.words.speaker import Speaker

# So many rejected rows are told one by one.
FIRST: Final = 5


class Rejected(NamedTuple):
    """What is said of rejected rows.

    Attributes:
        counts: how many rows of what, in a line.
        first: the first few with their reasons, and how many more there are.
    """

    counts: str
    first: list[str]


def said_of_rejected(ruleset: RuleSet, rejected: Table, lang: Lang) -> Rejected | None:
    """What a table of rejected rows comes to; None where there are none.

    A row with several faults is one row, told by its first.
    """
    speaker = Speaker(ruleset, lang)
    counts: Counter[str] = Counter()
    seen: set[tuple[str, int]] = set()
    first: list[str] = []
    for source, row, field, value, reason, _ in rejected.rows:
        if (source, row) in seen:
            continue
        seen.add((source, row))
        counts[source] += 1
        if len(first) < FIRST:
            first.append(_told(speaker, source, row, speaker.field(field, source), value, reason))
    total = len(seen)
    if not total:
        return None
    if total > FIRST:
        more = Words(f"另有 {total - FIRST} 行，见“退回”表", f"{total - FIRST} more, see rejected")
        first.append(more.say(lang))
    each = joined((f"{source} {number}" for source, number in counts.items()), lang)
    line = Words(f"退回 {total} 行：{each}", f"rejected {total} rows: {each}")
    return Rejected(line.say(lang), first)


def said_of_faults(ruleset: RuleSet, counts: StepCounts, lang: Lang) -> list[str]:
    """What is said of the rows of steps that were rejected, where nothing else lists them."""
    if not counts.rejected:
        return []
    speaker = Speaker(ruleset, lang)
    told = [
        _told(speaker, each.source, each.row, speaker.field(each.field, each.source), each.value,
              each.reason.say(lang))
        for each in counts.faults
    ]  # fmt: skip
    line = Words(
        f"退回程序记录 {counts.rejected} 行", f"rejected rows of steps: {counts.rejected}"
    ).say(lang)
    more = counts.rejected - len(told)
    rest = Words(
        f"另有 {more} 行，见 shibie check 的“退回”表", f"{more} more, see rejected of shibie check"
    ).say(lang)
    return [line, *told, *([rest] if more else [])]


def _told(speaker: Speaker, source: str, row: int, field: str, value: str, reason: str) -> str:
    quoted = speaker.say(f"“{value}”", f"'{value}'") if value else ""
    found = "".join(f" {part}" for part in (field, quoted) if part)
    return speaker.say(
        f"{source} 第 {row} 行{found}：{reason}", f"{source} row {row}{found}: {reason}"
    )
