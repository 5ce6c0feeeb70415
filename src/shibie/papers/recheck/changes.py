"""What became of every household and every person between two rosters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from shibie.closing import Closing
from shibie.errors import Words
from shibie.results.counts import Tally
from shibie.results.table import StreamedRows, streamed
from shibie.ruleset.checking.standings import UNDECIDED
from shibie.ruleset.model import RuleSet
from shibie.scratch_database import rows_of
from shibie.words.lists import joined

if TYPE_CHECKING:
    import duckdb

Moved = Literal[
    "moved", "gone", "born", "joined", "unmatched", "unmatched_now", "uncounted", "counted"
]
# What becomes of a household of before without a successor that is decided: it is rejected now, or
# its people live in others' households (dissolved), or none of them is on the roster (gone), or
# nobody has a usable number.
FATES: tuple[str, ...] = ("rejected", "dissolved", "gone", "unmatched")
# In this order standings are told; what else a pack has comes after them.
_TOLD_FIRST: tuple[str, ...] = (
    "retained", "new", "removed", UNDECIDED, "pre_exited", "exited", "returned", "wrongly_exited",
)  # fmt: skip
MOVED: tuple[Moved, ...] = ("moved", "gone", "born", "joined", "unmatched", "unmatched_now")
# Where a pack says who counts: who is still on a form and no longer counts, and who now counts.
COUNTED: tuple[Moved, ...] = ("uncounted", "counted")


def statuses(ruleset: RuleSet) -> tuple[str, ...]:
    """All that a household of before or of now may be, in the order in which it is told.

    >>> from shibie.ruleset.loader import load
    >>> statuses(load("us-snap-2024"))[:4]
    ('retained', 'new', 'removed', 'pending')
    """
    own = (each.id for each in ruleset.standings)
    return tuple(dict.fromkeys((*_TOLD_FIRST, *own, *FATES)))


@dataclass(frozen=True)
class HouseholdThen:
    """A household of the roster before.

    Attributes:
        status: the standing of its main successor, or one of `FATES`.
        successors: the households of now in which it continues, the main one first.
        grounds: why it was removed: the grounds of the main successor.
        persons: how many persons it had then.
        persons_now: how many its successors have together, each counted at its main origin.
    """

    household_id: str
    village: str
    persons: int
    status: str
    successors: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    persons_now: int = 0


@dataclass(frozen=True)
class HouseholdNow:
    """A household that is eligible, or pending, now.

    Attributes:
        status: where it stands against the roster before.
        origins: the households of before that continue in it, the main one first.
        criteria: the criteria that it meets.
        declared: what the form says of the roster before, where that is not so.
    """

    household_id: str
    village: str
    persons: int
    status: str
    origins: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    declared: bool | None = None


@dataclass(frozen=True)
class HouseholdLeft:
    """A household of now that had left poverty before and is not on the roster before.

    Attributes:
        status: where it stands.
        grounds: why it is ineligible.
        unmet: what exits ask and it does not meet.
    """

    household_id: str
    village: str
    persons: int
    status: str
    grounds: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()


@dataclass(frozen=True)
class Person:
    """One person who is not simply where he was.

    Attributes:
        kind: moved to another household; gone from the roster; born since; joined from
            outside; or without a number, so that nothing is known (then, or now); or on both
            rosters, but counting as a person on one alone.
        before: household of before, or empty.
        now: household of now, or empty.
        why: for who is gone, what the civil registry says; empty if it says nothing.
        uncounted: for who no longer counts, why.
    """

    name: str
    kind: Moved
    before: str
    now: str
    village: str
    why: str = ""
    uncounted: Words | None = None


Listed = TypeVar("Listed")


class Records(Collection[Listed], Generic[Listed]):
    """Rows of a database as objects; each pass reads them anew."""

    def __init__(self, rows: StreamedRows, make: Callable[..., Listed]) -> None:
        self._rows, self._make = rows, make

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Listed]:
        return (self._make(*row) for row in self._rows)

    def __contains__(self, one: object) -> bool:
        return any(each == one for each in self)


@dataclass(frozen=True)
class Recheck(Closing):
    """The whole comparison; held by a database until it is closed.

    A context manager. Its tables `before`, `now`, `left_before` and `changed` are what the properties
    read.

    Attributes:
        ruleset: by what the roster of now was decided.
        as_of: the day of judgement.
        since: the day of the roster before.
        tally: the counts of the roster of now, as a check counts them.
        connection: the database.
    """

    ruleset: RuleSet
    as_of: date
    since: date
    tally: Tally
    connection: duckdb.DuckDBPyConnection
    closing: ExitStack = field(default_factory=ExitStack)

    @property
    def was(self) -> Collection[HouseholdThen]:
        """Every household of before, in its roster's order."""
        return Records(
            self._rows("SELECT household_id, village, persons, status, successors, grounds,"
                       " persons_now FROM before ORDER BY nth"),
            HouseholdThen,
        )  # fmt: skip

    @property
    def now(self) -> Collection[HouseholdNow]:
        """Every household of now that is, or may be, on the roster, in its roster's order."""
        return Records(
            self._rows("SELECT household_id, village, persons, status, origins, criteria, declared"
                       " FROM now ORDER BY nth"),
            HouseholdNow,
        )  # fmt: skip

    @property
    def left(self) -> Collection[HouseholdLeft]:
        """Who had left poverty before and is not on the roster before, in the order of now."""
        return Records(
            self._rows("SELECT household_id, village, persons, status, grounds, unmet"
                       " FROM left_before ORDER BY nth"),
            HouseholdLeft,
        )  # fmt: skip

    @property
    def rates(self) -> dict[str, dict[str, Any]]:
        """错评率, 漏评率 and 错退率, where the roster of now is a sample: see `sample_rates`."""
        from shibie.papers.recheck.sample import sample_rates

        return sample_rates(self)

    @property
    def persons(self) -> Collection[Person]:
        """Who left, moved or could not be matched, then those new in continuing households."""
        return Records(
            self._rows(
                "SELECT name, kind, before, now, village, said, zh, en FROM changed ORDER BY nth"
            ),
            _person,
        )

    @property
    def split(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(household of before, the several of now in which it continues)."""
        return tuple(
            self._rows("SELECT household_id, successors FROM before WHERE len(successors) > 1"
                       " ORDER BY nth")
        )  # fmt: skip

    @property
    def merged(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(household of now, the several of before that continue in it)."""
        return tuple(
            self._rows("SELECT n.household_id, o.ids FROM origins AS o JOIN now_households AS n"
                       " ON o.nth = n.nth WHERE len(o.ids) > 1 ORDER BY list_min(o.places), o.nth")
        )  # fmt: skip

    @property
    def relocated(self) -> tuple[tuple[str, str], ...]:
        """(household of before, household of now) in another village."""
        return tuple(
            self._rows("SELECT t.household_id, n.household_id FROM successors AS s"
                       " JOIN then_households AS t ON s.nth = t.nth"
                       " JOIN now_households AS n ON s.places[1] = n.nth"
                       " WHERE t.village <> '' AND n.village <> '' AND t.village <> n.village"
                       " ORDER BY s.nth")
        )  # fmt: skip

    @property
    def misdeclared(self) -> tuple[tuple[str, bool], ...]:
        """Households of now whose form is wrong about the roster before, with what it says."""
        return tuple(
            self._rows("SELECT household_id, declared FROM now_households"
                       " LEFT JOIN origins USING (nth) WHERE exited_on IS NULL"
                       " AND declared <> (origins.nth IS NOT NULL) ORDER BY nth")
        )  # fmt: skip

    def _rows(self, query: str) -> StreamedRows:
        return streamed(partial(rows_of, self.connection), query)


def _person(
    name: str, kind: Moved, before: str, now: str, village: str, said: Iterable[str],
    zh: str | None, en: str | None,
) -> Person:  # fmt: skip
    reason = Words(zh, en) if zh is not None and en is not None else None
    return Person(name, kind, before, now, village, joined(said), reason)
