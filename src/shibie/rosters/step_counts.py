"""How many records of steps there are, of households and of whole places, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from shibie.errors import Words
from shibie.household import StepOfPlace, StepRecord
from shibie.rosters.localities import Locality
from shibie.rosters.meetings import Meetings
from shibie.rosters.records import Rejection
from shibie.ruleset.model import RuleSet, Step

# So many households are named; the others are counted.
NAMED: Final = 5


@dataclass(frozen=True)
class StepCounts:
    """What the table of steps holds.

    Attributes:
        records: how many rows were taken in.
        of_places: how many of them are of a village, a group or a township.
        households: how many decided households have a step by one of these.
        notes: what is to be said of them.
        rejected: how many rows were not.
        faults: what is wrong with the first of these, one fault a row.
    """

    records: int = 0
    of_places: int = 0
    households: int = 0
    notes: tuple[Words, ...] = ()
    rejected: int = 0
    faults: tuple[Rejection, ...] = ()

    def without(self, faults: Iterable[Rejection]) -> StepCounts:
        """The same with the rows that were rejected."""
        first: dict[tuple[int, str], Rejection] = {}
        for fault in faults:
            first.setdefault((fault.row, fault.source), fault)
        some = tuple(fault for _, fault in sorted(first.items(), key=lambda item: item[0]))
        return replace(self, rejected=len(first), faults=some[:NAMED])

    @property
    def said(self) -> Words:
        """How many there are, for people."""
        zh, en = f"程序记录 {self.records} 条", f"{self.records} records of steps"
        if self.of_places:
            zh += f"，其中 {self.of_places} 条是整村、整组或全乡镇的，算到 {self.households} 户"
            en += (
                f", of which {self.of_places} of whole villages, groups or townships,"
                f" holding for {self.households} households"
            )
        return Words(zh, en)


def entry_of(ruleset: RuleSet) -> Step | None:
    """The step by which a household comes into the procedure: the first that is its own."""
    return next((step for step in ruleset.procedure if step.of == "household"), None)


def said_of_unentered(households: int, entry: Step) -> Words:
    """That records of whole places hold for households that did not come into the procedure."""
    return Words(
        f"整村、整组或全乡镇的记录算到了 {households} 户没有“{entry.title}”记录的户；"
        f"只算办过的户，在“对象”栏写“{entry.title}”",
        f"records of whole places hold for {households} households without a record of {entry.id};"
        f" where they are of the others only, write {entry.id} under `among`",
    )


def said_of_unplaced(households: int, some: Sequence[str]) -> Words:
    """That some households may be of a place, which is not known.

    Args:
        households: how many.
        some: the numbers of the first of them.
    """
    more = households > len(some)
    zh, en = "、".join(some) + ("……" if more else ""), ", ".join(some) + (" …" if more else "")
    return Words(
        f"{households} 户在名册上没有写全乡镇、村、组，不知道是不是它们的整村、整组记录，没有算到：{zh}",
        f"households of which the township, village or group is not known: records of places that"
        f" may be theirs do not hold for them: {households} ({en})",
    )


def counts_of(
    own: int, meetings: Meetings, held: Iterable[StepRecord], homes: Mapping[str, Locality],
    ruleset: RuleSet,
) -> StepCounts:  # fmt: skip
    """What the table of steps holds.

    Args:
        own: how many records are of one household.
        meetings: those of places.
        held: what is recorded of each household.
        homes: where the decided households live.
        ruleset: has the order of the steps.
    """
    if not ruleset.procedure:
        return StepCounts()
    if not meetings.given:
        return StepCounts(own, notes=meetings.notes)
    records = tuple(held)
    by_place = [each for each in records if isinstance(each, StepOfPlace)]
    notes = list(meetings.notes)
    unplaced = [number for number, home in homes.items() if meetings.unsure_of(home)]
    if unplaced:
        notes.append(said_of_unplaced(len(unplaced), unplaced[:NAMED]))
    entry = entry_of(ruleset)
    if entry is not None:
        later = {step.id for step in ruleset.procedure if step.number > entry.number}
        entered = {each.household_id for each in records if each.step == entry.id}
        without = {
            each.household_id for each in by_place if each.step in later
        } - entered  # fmt: skip
        if entered and without:
            notes.append(said_of_unentered(len(without), entry))
    households = len({each.household_id for each in by_place})
    return StepCounts(own + len(meetings.given), len(meetings.given), households, tuple(notes))
