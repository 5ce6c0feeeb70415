"""From a checked roster to the joined tables of who helps whom, a part at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shibie.checking_in_parts import CheckedParts
from shibie.checking_in_python import Checked
from shibie.errors import Lang
from shibie.papers.helping.book import HelpingBook
from shibie.papers.helping.limits import Limits
from shibie.papers.helping.tables import HelpingTables
from shibie.papers.plan.review import PlanReview, records_of
from shibie.rosters.layout import Layout
from shibie.rosters.records import Rejection
from shibie.rosters.table_names import HELPING

if TYPE_CHECKING:
    import duckdb


class Gathering:
    """Takes in the parts of a roster, then its tables of helpers, visits and plans.

    Args:
        connection: the database; it must stay open as long as the tables are asked.
        checked: the roster.
        layout: which of its sheets is which table.
        lang: the language of what is said.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, checked: CheckedParts, layout: Layout,
        lang: Lang = "zh",
    ) -> None:  # fmt: skip
        self.roster, self.layout = checked.roster, layout
        self.book = HelpingBook(connection, checked.ruleset, checked.as_of, lang)
        plans = self.roster.helping("plans")
        self.review = (
            None if plans is None else PlanReview(checked.ruleset, records_of(plans), lang)
        )

    def add(self, part: Checked) -> None:
        """Take in a part."""
        self.book.add(part)
        if self.review is not None:
            self.review.add(part)

    def tables(self, limits: Limits) -> HelpingTables:
        """Everything joined, once all parts went by."""
        review = self.review.review() if self.review is not None else None
        self.book.close(self.roster.helping("helpers"), self.roster.helping("visits"), review)
        rejected: dict[str, Sequence[Rejection]] = {}
        for name in HELPING:
            placed = self.layout.helping.get(name)
            if placed is None:
                continue
            found = list(self.roster.faults_in(frozenset(placed.sheet.names)))
            found += review.rejected if review is not None and name == "plans" else ()
            rejected[name] = sorted(found, key=lambda each: (each.source, each.row))
        return HelpingTables(self.book, limits, rejected)
