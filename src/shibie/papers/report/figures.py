"""The figures of a report, each with the query that gives it, and as they are reconciled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shibie.engines.exact import quotient
from shibie.errors import Lang, Words
from shibie.papers.report.published import BYS, TITLES, Part, Published, PublishedCount, Rate


@dataclass(frozen=True)
class Figure:
    """One figure: what it counts, what it comes to, and the query that gives it."""

    id: str
    title: str
    count: PublishedCount
    query: str


@dataclass(frozen=True)
class Breakdown:
    """A figure by something: rows of a label and its count, and the query that gives them."""

    id: str
    title: str
    rows: tuple[tuple[str, PublishedCount], ...]
    query: str


@dataclass(frozen=True)
class Figures:
    """All figures of a report.

    Attributes:
        single: by id.
        by: breakdowns by id.
        numbers: single numbers (villages, groups), with their query.
        tracks: the ids of the tracks' figures, in the pack's order.
        tallies: the same for tallies.
        rejected: how many households were not decided.
        since: the day of the roster before, if it was given.
        place: the township, where all households are of one.
    """

    single: Mapping[str, Figure]
    by: Mapping[str, Breakdown]
    numbers: Mapping[str, tuple[int, str]]
    tracks: tuple[str, ...]
    tallies: tuple[str, ...]
    rejected: int = 0
    since: str = ""
    place: str = ""


def published(figures: Figures, title: str, lang: Lang = "zh") -> Published:
    """The figures in the form in which they are reconciled."""
    named = {name: each.count for name, each in figures.single.items() if name in TITLES}

    def part(name: str, whole: bool = False) -> Part:
        figure = figures.single[name]
        return Part(figure.title, "now", figure.count, whole)

    villages: dict[str, dict[str, PublishedCount]] = {}
    for breakdown, name in (("base_by_village", "base"), ("now_by_village", "now")):
        for village, count in figures.by[breakdown].rows:
            villages.setdefault(village, {})[name] = count
    for of_village in villages.values():
        of_village.setdefault("now", PublishedCount(0, 0))
    whole = [part("plans", whole=True)] if "plans" in figures.single else []
    causes = figures.by.get("main_causes")
    sums = ((causes.title, tuple(count for _, count in causes.rows)),) if causes else ()
    return Published(
        title, "", named, (*(part(name) for name in figures.tallies), *whole),
        tuple(part(name) for name in figures.tracks), tuple(rates(figures, lang)), villages, sums,
    )  # fmt: skip


def rates(figures: Figures, lang: Lang = "zh") -> list[Rate]:
    """The rates of a report, by persons and by households, to a tenth of a percent."""
    found = []
    for title, of, to in (
        (Words("贫困率", "poverty rate"), "now", "base"),
        (Words("清退率", "removal rate"), "removed", "before"),
    ):
        if of not in figures.single or to not in figures.single:
            continue
        for by in BYS:
            part, whole = figures.single[of].count.of(by), figures.single[to].count.of(by)
            percent = quotient(100 * (part or 0), whole or 0, 1)
            if percent is not None:
                found.append(Rate(title.say(lang), of, to, percent, by))
    return found
