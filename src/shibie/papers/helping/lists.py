"""A list for each helper, as plain data for any template: his households, to be taken along.

No number of a person is on it and nothing of health; where a track, measure or cause tells of it,
that is only said to be there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

from shibie.numbers_in_text import without_numbers
from shibie.papers.helping.tables import HelpingTables
from shibie.words.lists import bracketed
from shibie.words.values import amount

# Of whom there are lists: whoever answers for a household now, or is stationed in a village.
_OF: Final = (
    "SELECT DISTINCT c.helper, h.rowid AS place, h.* FROM care AS c JOIN helped AS h USING (household_id)"
    " WHERE c.now"
)


def helper_lists(tables: HelpingTables) -> Iterator[dict[str, Any]]:
    """The fields of each helper's list, most households first; of whoever has none now there is none."""
    if not tables.book.has("helpers"):
        return
    book = tables.book
    rows: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    query = (
        'SELECT o.helper, o.household_id, o.village, o."group", o.head, o.persons, o.cause,'
        f" o.tracks, s.last_visit, s.days FROM ({_OF}) AS o JOIN seen AS s USING (household_id)"
        " ORDER BY o.helper, o.place"
    )
    for helper, *row in book.rows(query):
        rows[helper].append(tuple(row))
    planned = _planned(tables)
    for said in tables.helpers:
        mine = rows.get(said["helper"], [])
        if mine:
            yield {
                "helper": said["helper"],
                # Where he is called by his employer, it is said already.
                "who": [
                    str(said[name])
                    for name in ("employer", "position", "role", "phone")
                    if said[name] and str(said[name]) not in said["helper"]
                ],
                "lang": tables.lang,
                "ruleset": book.ruleset.title,
                "as_of": amount(book.as_of, tables.lang),
                "households": len(mine),
                "persons": sum(row[4] for row in mine),
                "visits_known": book.has("visits"),
                "rows": [_row(tables, at, row, planned) for at, row in enumerate(mine, start=1)],
            }


def _row(
    tables: HelpingTables, number: int, row: tuple[Any, ...], planned: dict[str, str]
) -> dict[str, Any]:
    household, village, group, head, persons, cause, tracks, last, days = row
    if last is not None:
        seen = last.isoformat()
    else:
        seen = tables.say("从未", "never") if tables.book.has("visits") else ""
    return {
        "number": number, "household": without_numbers(household), "place": f"{village}{group}",
        "head": head, "persons": persons, "cause": cause, "tracks": tracks,
        "measures": planned.get(household, ""), "last": seen,
        "days": "" if days is None else str(days),
    }  # fmt: skip


def _planned(tables: HelpingTables) -> dict[str, str]:
    """What is planned for each household, in words: measures with their deadline and money."""
    titles, speaker = tables.book.shown.measures, tables.book.speaker
    found: defaultdict[str, list[str]] = defaultdict(list)
    query = (
        "SELECT household_id, measure, deadline, money, done_on FROM planned"
        " WHERE fit IN ('fits', 'open') ORDER BY rowid"
    )
    for household, measure, deadline, money, done in tables.book.rows(query):
        text = _measure(tables, titles[measure], deadline, money, done)
        if text not in found[household]:
            found[household].append(text)
    return {household: speaker.clauses(texts) for household, texts in found.items()}


def _measure(
    tables: HelpingTables, title: str, deadline: date | None, money: Decimal | None, done: date | None
) -> str:  # fmt: skip
    say, lang = tables.say, tables.lang
    parts = []
    if done is not None:
        parts.append(say(f"{done} 完成", f"done {done}"))
    elif deadline is not None:
        parts.append(say(f"{deadline} 前", f"by {deadline}"))
    if money is not None:
        parts.append(amount(money, lang, "元"))
    return title + (bracketed(say("，", ", ").join(parts), lang) if parts else "")
