"""Steps that are recorded once for a village, a group or a township, and hold for its households.

Of several records of one step the narrowest place's holds, and a household's own before all. An own
record of the same meeting says what is different of it; what it leaves blank is the meeting's. It is
of the same meeting where it says no day, or the same days. Else it is a record by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, Final

from shibie.errors import Words, listed, with_suggestion
from shibie.household import StepFields, StepOfPlace, StepRecord, StepRow
from shibie.rosters.localities import FIELDS, LEVELS, Locality
from shibie.rosters.records import Rejection, TypedRow
from shibie.rosters.villages import bare_village
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import specs_of

# What tells one meeting or notice from another.
DAYS: Final = ("done_on", "notice_from", "notice_to")
# Figures of one count: whoever gives one of the first two was counted apart.
COUNTS: Final = ("attendance", "eligible_voters", "votes_for")
# What a record says beside whose it is.
SAID: Final = tuple(
    name for name in StepFields.model_fields if name not in ("household_id", "step")
)
_TITLES: Final = {spec.name: spec.title for spec in specs_of(StepRow)}


@dataclass(frozen=True)
class Meeting:
    """A record of a step that is one for a whole place.

    Attributes:
        place: whose households it holds for.
        record: what was done.
        row: where it is written.
    """

    place: Locality
    record: StepRow
    row: TypedRow = field(repr=False)

    @property
    def day(self) -> Any:
        """The day it was held; None where that is not known."""
        return self.record.done_on or self.record.notice_from

    @property
    def written_at(self) -> Words:
        """Its place, for people."""
        source, row = self.row.source, self.row.row
        return Words(f"{source} 第 {row} 行", f"{source} row {row}")


class Meetings:
    """The records of whole places that count.

    Args:
        given: in the order in which they are written, none contradicting another.
        rejected: faults of the others.
        notes: what is to be said of them.
    """

    def __init__(
        self,
        given: Sequence[Meeting] = (),
        rejected: Sequence[Rejection] = (),
        notes: Sequence[Words] = (),
    ) -> None:
        self.given, self.rejected, self.notes = tuple(given), tuple(rejected), tuple(notes)
        self._known: dict[Locality, dict[str, tuple[Meeting, ...]]] = {}
        self._near: defaultdict[str, list[Meeting]] = defaultdict(list)
        for each in self.given:
            self._near[bare_village(each.place.village or "")].append(each)

    def of(self, home: Locality) -> Mapping[str, tuple[Meeting, ...]]:
        """Those of the place where a household lives, by step, the narrowest first."""
        found = self._known.get(home)
        if found is None:
            by_step: defaultdict[str, list[Meeting]] = defaultdict(list)
            for each in self._perhaps(home):
                if each.place.covers(home):
                    by_step[each.record.step].append(each)
            found = self._known[home] = {
                step: tuple(sorted(those, key=lambda each: LEVELS.index(each.place.level)))
                for step, those in by_step.items()
            }
        return found

    def unsure_of(self, home: Locality) -> bool:
        """Whether one of them may be of a household, for all that is known of where it lives."""
        return any(each.place.covers(home) is None for each in self._perhaps(home))

    def _perhaps(self, home: Locality) -> Sequence[Meeting]:
        """Those of its village and of whole townships; all, where its village is not known."""
        if not self.given or home.village is None:
            return self.given
        return (*self._near[""], *self._near[bare_village(home.village)])


def settled(given: Sequence[Meeting], homes: Set[Locality], ruleset: RuleSet) -> Meetings:
    """The records of places that count: of places on the roster, of which none contradicts another.

    Args:
        given: as they are written.
        homes: wherever households of the roster live.
        ruleset: has the titles of the steps.
    """
    rejected: list[Rejection] = []
    notes: list[Words] = []
    same: defaultdict[tuple[str, str, frozenset[Locality]], list[Meeting]] = defaultdict(list)
    near: defaultdict[str, list[Locality]] = defaultdict(list)
    for home in homes:
        near[bare_village(home.village or "")].append(home)
    for each in given:
        village = each.place.village
        perhaps = homes if village is None else near[bare_village(village)]
        mine = frozenset(home for home in perhaps if each.place.covers(home))
        fault = _misplaced(each, mine, homes)
        if fault is None:
            named = replace(each, place=_as_on_roster(each.place, mine))
            same[each.record.step, each.place.level, mine].append(named)
        else:
            rejected.append(fault)
    kept = []
    for meetings in same.values():
        contradicting = _contradicting(meetings)
        if contradicting:
            rejected += contradicting
            continue
        kept.append(meetings[-1])
        if len({each.day for each in meetings}) > 1:
            notes.append(_said_of_repeated(meetings, ruleset))
    order = {id(each.row): at for at, each in enumerate(given)}
    kept.sort(key=lambda each: order[id(each.row)])
    return Meetings(kept, rejected, notes)


def _as_on_roster(place: Locality, mine: Set[Locality]) -> Locality:
    """A place under the names that the roster has for it, where it has one name each."""
    names: dict[str, str | None] = {}
    for name in FIELDS:
        written = getattr(place, name)
        there = {text for home in mine if (text := getattr(home, name)) is not None}
        names[name] = there.pop() if written is not None and len(there) == 1 else written
    return Locality(**names)


def _misplaced(meeting: Meeting, mine: Set[Locality], homes: Set[Locality]) -> Rejection | None:
    """What is wrong with the place of a record: nobody lives there, or there are two such places."""
    place, row = meeting.place, meeting.row
    townships = sorted({home.township for home in mine if home.township is not None})
    if place.township is None and len(townships) > 1:
        named = listed(townships, lang="zh")
        said = Words(
            f"有几个乡镇都有“{place.title}”（{named}），再写上乡镇",
            f"several townships have '{place.title}' ({listed(townships)}): name the township, too",
        )
        return row.rejection("township", "", said, "unknown_place")
    if mine:
        return None
    upto, around = Locality(), set(homes)
    for name in FIELDS:
        written = getattr(place, name)
        if written is None:
            continue
        narrower = upto._replace(**{name: written})
        within = {home for home in around if narrower.covers(home)}
        if within:
            upto, around = narrower, within
            continue
        known = sorted({text for home in around if (text := getattr(home, name)) is not None})
        title = _TITLES[name]
        where = Words(upto.title or "名册上", upto.title or "the roster")
        said = (
            Words(f"{where.zh}没有这个{title}", f"{where.en} has no such {name}")
            if known
            else Words(
                f"{where.zh}没有一户写了{title}，这一栏空着",
                f"no household of {where.en} says its {name}: leave it blank",
            )
        )
        said = with_suggestion(said, written, known)
        return row.rejection(name, written, said, "unknown_place")
    return None


def _contradicting(meetings: Sequence[Meeting]) -> list[Rejection]:
    """The faults of records of one place and step that cannot all be so.

    A step may be held again on another day.
    """
    for at, one in enumerate(meetings):
        for other in meetings[:at]:
            differ = [
                name for name in (*SAID, "among", "included")
                if getattr(one.record, name) != getattr(other.record, name)
            ]  # fmt: skip
            again = one.day is not None and other.day is not None and one.day != other.day
            if differ and not again:
                pairs = ((one, other), (other, one))
                return [_contradiction(*pair, differ) for pair in pairs] + [
                    _contradiction(each, one, differ)
                    for each in meetings
                    if each is not one and each is not other
                ]
    return []


def _contradiction(meeting: Meeting, other: Meeting, differ: Sequence[str]) -> Rejection:
    titles = "、".join(_TITLES[name] for name in differ)
    name = differ[0]
    value = getattr(meeting.record, name)
    at = other.written_at
    said = Words(
        f"“{meeting.place.title}”的这一步记了不止一次，与 {at.zh}不一致（{titles}）；留下对的一行，另一天重开的写明日期",
        f"'{meeting.place.title}' has another record of this step, at {at.en}, that says otherwise"
        f" ({', '.join(differ)}); keep the right one, or give each its day if it was held again",
    )
    shown = "" if value is None else str(value)
    return meeting.row.rejection(name, shown, said, "steps_contradict")


def _said_of_repeated(meetings: Sequence[Meeting], ruleset: RuleSet) -> Words:
    last = meetings[-1]
    title = next((s.title for s in ruleset.procedure if s.id == last.record.step), last.record.step)
    place, at, times = last.place.title, last.written_at, len(meetings)
    return Words(
        f"“{place}”的“{title}”记了 {times} 次，日期不同，以最后一行为准（{at.zh}）",
        f"'{place}' has {times} records of {last.record.step} of different days; the last one counts"
        f" ({at.en})",
    )


# --- what holds for each household ------------------------------------------------------------


def held_steps(
    own: Iterable[StepRow], meetings: Meetings, homes: Mapping[str, Locality]
) -> tuple[StepRecord, ...]:
    """What is recorded of each household: one record a household and step.

    Args:
        own: the records of single households; of two on one step the last counts.
        meetings: those of places.
        homes: where the decided households live.
    """
    last = {(str(each.household_id), each.step): each for each in own}
    held: dict[tuple[str, str], StepRecord] = {}
    for key, row in last.items():
        if row.included is not False:
            held[key] = StepRecord(household_id=key[0], **_said_by(row))
    has = frozenset(held)
    for household_id, home in homes.items():
        for step, those in meetings.of(home).items():
            meeting = next(
                (m for m in those if not m.record.among or (household_id, m.record.among) in has),
                None,
            )
            if meeting is None or meeting.record.included is False:
                continue
            mine = last.get((household_id, step))
            if mine is None or (mine.included is not False and is_of(mine, meeting.record)):
                held[household_id, step] = StepOfPlace(
                    household_id=household_id,
                    record_of=meeting.place.title,
                    **_filled(mine, meeting.record),
                )
    return tuple(held.values())


def is_of(mine: StepFields, meeting: StepFields) -> bool:
    """Whether a household's own record is of a meeting: it says no day, or the same.

    >>> meeting = StepRow(step="vote", done_on="2015-10-25", attendance=40)
    >>> is_of(StepRow(step="vote", votes_for=30), meeting)
    True
    >>> is_of(StepRow(step="vote", done_on="2015-11-01", votes_for=30), meeting)
    False
    """
    days = ((getattr(mine, name), getattr(meeting, name)) for name in DAYS)
    return all(day is None or day == its for day, its in days)


def _filled(mine: StepRow | None, meeting: StepRow) -> dict[str, Any]:
    """A meeting's record with what a household's own says of it."""
    if mine is None:
        return _said_by(meeting)
    apart = mine.attendance is not None or mine.eligible_voters is not None
    left = COUNTS if apart else ()
    return _said_by(mine) | {
        name: getattr(meeting, name)
        for name in SAID
        if getattr(mine, name) is None and name not in left
    }


def _said_by(row: StepRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("step", *SAID)}
