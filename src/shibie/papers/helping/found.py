"""What does not fit together in the tables of helpers and visits, though each row is sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from shibie.errors import Words
from shibie.papers.helping.book import HelpingBook

FOUND: Final[Mapping[str, Words]] = {
    "not_helper": Words("走访人不是该户的帮扶责任人", "visit by somebody who is not the helper"),
    "not_helped": Words("帮扶了不该帮扶的户", "help for a household that is not to be helped"),
    "not_decided": Words("帮扶的户被退回，没有认定", "help for a household that is not decided"),
    "twice": Words("重复登记", "listed twice"),
    "same_name": Words("同名", "one name, several persons"),
    "no_employer": Words("同名而没有写单位", "one name, no employer"),
    "no_role": Words("驻村没有写身份", "stationed, in no role"),
}


@dataclass(frozen=True)
class HelpingFinding:
    """One thing that does not fit.

    Attributes:
        kind: one of `FOUND`.
        source: the sheet or file, with its `row`; empty, and 0, where it is of no single row.
    """

    kind: str
    said: Words
    source: str = ""
    row: int = 0
    household_id: str = ""
    helper: str = ""


def findings(book: HelpingBook) -> Iterator[HelpingFinding]:
    """All of it, kind by kind, in the order of the rows."""
    yield from _visits(book)
    yield from _not_helped(book)
    yield from _twice(book)
    yield from _names(book)
    yield from _stationed(book)


def _visits(book: HelpingBook) -> Iterator[HelpingFinding]:
    query = (
        'SELECT v.source, v."row", v.household_id, v.helper, v.visited_on FROM visits AS v'
        ' JOIN helped USING (household_id) WHERE v.by_helper = FALSE ORDER BY v.source, v."row"'
    )
    for source, row, household, helper, day in book.rows(query):
        said = Words(
            f"{helper} {day} 走访，当天不是这一户的帮扶责任人，也不驻这个村；不算帮扶责任人的走访",
            f"{helper} came on {day} and was neither the household's helper nor stationed in the"
            " village then; it is no visit of the helper",
        )
        yield HelpingFinding("not_helper", said, source, row, household, helper)


def _not_helped(book: HelpingBook) -> Iterator[HelpingFinding]:
    query = (
        'SELECT g.source, g."row", g.household_id, g.helper, n.eligibility FROM helpers AS g'
        " LEFT JOIN not_helped AS n USING (household_id) WHERE g.household_id IS NOT NULL"
        " AND g.household_id NOT IN (SELECT household_id FROM helped)"
        f' AND coalesce(g.to_date >= {book.day}, TRUE) ORDER BY g.source, g."row"'
    )
    for source, row, household, helper, eligibility in book.rows(query):
        kind = "not_helped" if eligibility else "not_decided"
        word = book.speaker.eligibility(eligibility or "rejected")
        said = Words(f"这一户是“{word}”", f"this household is '{word}'")
        yield HelpingFinding(kind, said, source, row, household, helper)


def _twice(book: HelpingBook) -> Iterator[HelpingFinding]:
    query = (
        'SELECT b.source, b."row", coalesce(b.household_id, \'\'), b.helper, min(a."row")'
        " FROM helpers AS a JOIN helpers AS b ON a.helper = b.helper"
        " AND a.household_id IS NOT DISTINCT FROM b.household_id"
        " AND (a.household_id IS NOT NULL OR a.village = b.village)"
        ' AND (a.source, a."row") < (b.source, b."row")'
        " AND coalesce(a.from_date <= b.to_date, TRUE) AND coalesce(b.from_date <= a.to_date, TRUE)"
        ' GROUP BY b.source, b."row", b.household_id, b.helper ORDER BY b.source, b."row"'
    )
    for source, row, household, helper, first in book.rows(query):
        said = Words(f"与第 {first} 行重复，只算一次", f"as row {first} has it; counted once")
        yield HelpingFinding("twice", said, source, row, household, helper)


def _names(book: HelpingBook) -> Iterator[HelpingFinding]:
    for several in book.names.shared():
        listed = book.speaker.joined(several)
        said = Words(f"{listed} 同名，按单位算不同的人", f"{listed}: told apart by employer")
        yield HelpingFinding("same_name", said, helper=several[0])
    query = (
        "SELECT h.source, h.\"row\", coalesce(h.household_id, ''), h.helper FROM helpers AS h"
        " WHERE h.own_key = '' AND h.name_key IN (SELECT name_key FROM persons_helping"
        ' GROUP BY name_key HAVING count(*) > 1) ORDER BY h.source, h."row"'
    )
    for source, row, household, helper in book.rows(query):
        said = Words(
            "有几个人同名，这一行没有写单位，分不清是哪一个；写上帮扶单位",
            "several have this name, and no employer is given: it cannot be told who; give it",
        )
        yield HelpingFinding("no_employer", said, source, row, household, helper)


def _stationed(book: HelpingBook) -> Iterator[HelpingFinding]:
    query = (
        'SELECT source, "row", helper, village FROM helpers WHERE household_id IS NULL'
        ' AND role IS NULL ORDER BY source, "row"'
    )
    for source, row, helper, village in book.rows(query):
        said = Words(
            f"只写了{village}，没有写身份：不算各户的帮扶责任人",
            f"names {village} and no role: nobody's helper",
        )
        yield HelpingFinding("no_role", said, source, row, "", helper)
