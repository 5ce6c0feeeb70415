"""What a reconciliation is made of: identities, and a report's figures by their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from shibie.errors import Lang, Words
from shibie.papers.report.published import TITLES, By, Published, PublishedCount

IdentityOutcome = Literal["holds", "differs", "explained", "note"]
UNITS: Mapping[By, Words] = {
    "households": Words("户", "households"), "persons": Words("人", "persons"),
}  # fmt: skip


@dataclass(frozen=True)
class FigureIdentity:
    """One identity.

    Attributes:
        title: what should equal what, in words.
        by: households or persons; None for a rate.
        worked: the sum with its numbers.
        wanted: what it comes to.
        said: what the report says.
        outcome: holds; differs; explained (it differs by just another figure of the report);
            or a note that is no fault.
        note: what the difference may be.
    """

    title: str
    by: By | None
    worked: str
    wanted: Decimal | None
    said: Decimal
    outcome: IdentityOutcome
    note: str = ""

    @property
    def difference(self) -> Decimal:
        """What the report says, less what the sum comes to."""
        return self.said - (self.said if self.wanted is None else self.wanted)


class NamedFigures:
    """One report's figures, asked for by name."""

    def __init__(self, report: Published, lang: Lang) -> None:
        self.report, self.lang = report, lang
        self.named: dict[str, PublishedCount] = dict(report.figures)
        self.named.update({part.title: part.count for part in report.parts})

    def say(self, zh: str, en: str) -> str:
        """The words of the one language."""
        return Words(zh, en).say(self.lang)

    def title(self, name: str) -> str:
        """A figure's title; a part is known by its own."""
        return TITLES[name].say(self.lang) if name in TITLES else name

    def value(self, name: str, by: By) -> int | None:
        """A figure by households or persons; None where the report does not say."""
        return self.named[name].of(by) if name in self.named else None
