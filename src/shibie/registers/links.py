"""What acts say of whose a register row is: surely one person's, or not about some."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from shibie.case import NO_CROWD, Crowd, Row, Rows

# A household and one of its members.
Place = tuple[str, str]


@dataclass(frozen=True)
class RowLink:
    """What is said of one row.

    Attributes:
        owner: the citizen number of the person whose it surely is, and nobody else's; or empty.
        place: the household and member whose it surely is, where he has no number; or None.
        nobody: that it is about nobody at all.
        persons: of whom it is not: their numbers without the last digit.
        households: of none of whose members it is.
    """

    owner: str = ""
    place: Place | None = None
    nobody: bool = False
    persons: frozenset[int] = frozenset()
    households: frozenset[str] = frozenset()

    @property
    def is_somebodys(self) -> bool:
        """Whether it surely is a person's."""
        return bool(self.owner or self.place)

    def denies_person(self, key: int) -> bool:
        """Whether the row is not about a person, whichever household he is found in."""
        return self.nobody or key in self.persons

    def denies(self, key: int, household_id: str) -> bool:
        """Whether the row is not about a person as a member of a household.

        >>> RowLink(households=frozenset({"H1"})).denies(11010519491231002, "H1")
        True
        """
        return self.denies_person(key) or household_id in self.households


@dataclass(frozen=True)
class Denials:
    """The rows of a register of which somebody is said not to be meant.

    Attributes:
        rows: what is said of them, by their number.
    """

    rows: Mapping[int, RowLink] = field(default_factory=dict)

    @classmethod
    def among(cls, links: Mapping[int, RowLink]) -> Denials:
        """Those among the links of a register that deny anything to some only."""
        return cls({row: each for row, each in links.items() if each.persons or each.households})

    @cached_property
    def persons(self) -> frozenset[int]:
        """All persons who are not meant by some row."""
        return frozenset[int]().union(*(link.persons for link in self.rows.values()))

    @cached_property
    def households(self) -> frozenset[str]:
        """All households that are not meant by some row."""
        return frozenset[str]().union(*(link.households for link in self.rows.values()))

    def concern(self, key: int, household_id: str) -> bool:
        """Whether any row is not about a person."""
        return key in self.persons or household_id in self.households

    def kept(self, rows: Iterable[Row], key: int, household_id: str) -> tuple[Row, ...]:
        """The rows of a person without those that are not about him."""
        return tuple(
            row for row in rows
            if (link := self.rows.get(row.number)) is None or not link.denies(key, household_id)
        )  # fmt: skip

    def without(self, rows: Rows, key: int, household_id: str) -> Rows:
        """What is, or may be, about a person, without what is not."""
        own, crowd = (self.kept(each, key, household_id) for each in (rows.own, rows.crowd.rows))
        same = len(crowd) == len(rows.crowd.rows)
        if same and len(own) == len(rows.own):
            return rows
        left = rows.crowd if same else Crowd(crowd) if crowd else NO_CROWD
        return Rows.parted(own, left, rows.complete)


NO_DENIALS = Denials()
# What is said of the rows of each register, by their number.
Links = Mapping[str, Mapping[int, RowLink]]
