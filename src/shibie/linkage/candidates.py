"""Candidates of a roster: which row may be about whom, and who and which households may be one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, Final, Literal

from shibie.errors import Lang, Words
from shibie.linkage.entries import Entry, PersonEntry, RowEntry
from shibie.linkage.gathering import Gathered
from shibie.linkage.households import shared_persons, weighed_households
from shibie.linkage.model import Model, model_of_persons, model_of_rows
from shibie.linkage.names import ComparedName
from shibie.linkage.near_names import near_pairs
from shibie.linkage.scoring import Scored, scored, write_table
from shibie.linkage.wording import agreements
from shibie.registers.linked_rows import LinkedPerson, fits_person
from shibie.registers.links import Place
from shibie.ruleset.model import RuleSet
from shibie.scratch_database import scratch_database
from shibie.words.lists import joined

Kind = Literal["row", "person", "household"]
# What is so today: a row may be his, or fits nobody of his name; whose number is not known is not
# compared; two entries are two persons, or one by their numbers.
Now = Literal["perhaps", "does_not_fit", "no_number", "apart"]
# By which act it is decided.
Deciding = Literal["link", "same_person", "correction", ""]
# Below this weight a pair is not worth an officer's look.
LEAST: Final = -5.0
# Of one row, or of one person, so many candidates at most; how many more there are is said.
MOST: Final = 5


@dataclass(frozen=True)
class Candidate:
    """A pair that may be one.

    Attributes:
        kind: `row`, of a register and a person; `person`, two entries; `household`, two of them.
        weight: the match weight: by how many powers of two the odds are for it.
        probability: the same as a probability.
        household_id: of the person, or the first household.
        member_id: the person.
        name: his name; of a household its head.
        village: his.
        register: of the row.
        row_key: how acts name the row.
        row: its number in the table.
        other_household_id: the other household.
        other_member_id: the other person.
        other_name: the name on the row, or of the other.
        other_village: likewise.
        agrees: what agrees, in words.
        differs: what differs.
        now: what is so today.
        act: the kind of act that decides it; empty where the acts on its persons do.
        head: of the household, as acts name it.
    """

    kind: Kind
    weight: float
    probability: float
    household_id: str
    member_id: str = ""
    name: str = ""
    village: str = ""
    register: str = ""
    row_key: str = ""
    row: int | None = None
    other_household_id: str = ""
    other_member_id: str = ""
    other_name: str = ""
    other_village: str = ""
    agrees: str = ""
    differs: str = ""
    now: Now = "apart"
    act: Deciding = ""
    head: str = ""


@dataclass(frozen=True)
class FoundCandidates:
    """The candidates of a roster.

    Attributes:
        candidates: in their order.
        left_out: of each kind, how many more of one row or person were not listed.
    """

    candidates: tuple[Candidate, ...]
    left_out: Mapping[str, int]


def find_candidates(
    gathered: Gathered,
    ruleset: RuleSet,
    as_of: date,
    lang: Lang,
    least: float = LEAST,
    most: int = MOST,
) -> FoundCandidates:
    """Compare what no usable number settles.

    Args:
        gathered: the entries.
        ruleset: the registers.
        as_of: the day of judgement.
        lang: of the words.
        least: the least weight.
        most: so many of one row or person.
    """
    finding = _Finding(gathered, ruleset, lang, least)
    rows = _best(finding.rows(), most, lambda each: (each.register, str(each.row), each.row_key))
    persons = _best(finding.persons(), most, lambda each: (each.household_id, each.member_id, ""))
    households = sorted(finding.households(), key=_order)
    every = (*rows[0], *persons[0], *households)
    return FoundCandidates(every, {"row": rows[1], "person": persons[1], "household": 0})


def _order(each: Candidate) -> tuple[Any, ...]:
    return (
        -each.weight, each.register, each.row or 0, each.row_key, each.household_id, each.member_id,
        each.other_household_id, each.other_member_id, each.other_name,
    )  # fmt: skip


def _best(
    found: Iterable[Candidate], most: int, whose: Callable[[Candidate], tuple[str, str, str]]
) -> tuple[list[Candidate], int]:
    """The best of each row or person together, those with the best first; and how many are left out."""
    groups: defaultdict[tuple[str, str, str], list[Candidate]] = defaultdict(list)
    for each in sorted(found, key=_order):
        groups[whose(each)].append(each)
    kept = [each for group in groups.values() for each in group[:most]]
    return kept, sum(len(group) - len(group[:most]) for group in groups.values())


_COLUMNS: Final = {
    **dict.fromkeys(
        ("unique_id", "kind", "household", "number", "name", "shown", "sound", "surname", "birth",
         "last", "sex", "village", "grouped", "role"), "VARCHAR",
    ),
    **dict.fromkeys(("near", "others", "kin"), "VARCHAR[]"),
}  # fmt: skip


class _Finding:
    """Finds the candidates of one roster."""

    def __init__(self, gathered: Gathered, ruleset: RuleSet, lang: Lang, least: float) -> None:
        self.gathered, self.ruleset, self.lang, self.least = gathered, ruleset, lang, least

    # --- rows ---------------------------------------------------------------------------

    def rows(self) -> Iterator[Candidate]:
        """Rows and persons; of the names of one cell the one that is most like."""
        found: dict[tuple[str, int, Place], Candidate] = {}
        held = self.gathered
        if not held.rows or not held.persons:
            return
        near = self._near_of_rows()
        table = [
            *(
                _cells(f"a{at:09}", "row", "", each.entry, near)
                for at, each in enumerate(held.rows)
            ),
            *self._cells_of_persons(near),
        ]
        for pair in self._scored(table, model_of_rows(held.persons)):
            row, person = held.rows[int(pair.one[1:])], held.persons[int(pair.other[1:])]
            if held.denied(row, person) or not self._may_be(row, person):
                continue
            each = self._of_row(pair, row, person)
            key = row.register, row.row.number, person.place
            before = found.get(key)
            if before is None or _order(each) < _order(before):
                found[key] = each
        yield from found.values()

    def _may_be(self, row: RowEntry, person: PersonEntry) -> bool:
        """Whether an act could say it: nothing that is shown of a number speaks against it."""
        if row.entry.number:
            return True
        register, his = self.ruleset.registers[row.register], _held_against(person)
        return fits_person(register, row.row, None, his, vouched=True)

    def _near_of_rows(self) -> Mapping[str, list[str]]:
        """The names that are nearly one of a row's, by letters and by sound."""
        rows = [each.entry.name for each in self.gathered.rows]
        persons = [each.entry.name for each in self.gathered.persons]
        texts = near_pairs(_texts(rows), _texts(persons))
        return _near(chain(texts, near_pairs(_sounds(rows), _sounds(persons))))

    def _of_row(self, pair: Scored, row: RowEntry, person: PersonEntry) -> Candidate:
        register = self.ruleset.registers[row.register]
        his = _held_against(person)
        if row.entry.number:
            now: Now = "does_not_fit"
        elif not fits_person(register, row.row, None, his):
            now = "does_not_fit"
        else:
            now = "perhaps" if person.entry.number else "no_number"
        agrees, differs = agreements(pair, row.entry, person.entry, self.lang, in_cell=True)
        return Candidate(
            "row", pair.weight, pair.probability, *person.place, person.called, person.village,
            row.register, row.key, row.row.number, other_name=row.called,
            other_village=row.village, agrees=agrees, differs=differs, now=now,
            act="correction" if row.entry.number else "link", head=person.head,
        )  # fmt: skip

    # --- persons ------------------------------------------------------------------------

    def persons(self) -> Iterator[Candidate]:
        """Entries of two households that may be one person."""
        held = self.gathered
        if not held.unnumbered:
            return
        table = list(self._cells_of_persons(self._near_of_kin()))
        for pair in self._scored(table, model_of_persons(held.persons)):
            one, other = (held.persons[int(each[1:])] for each in (pair.one, pair.other))
            if one.entry.number and not other.entry.number:
                one, other = other, one
            if self._are_one(one, other):
                continue
            agrees, differs = agreements(pair, one.entry, other.entry, self.lang)
            yield Candidate(
                "person", pair.weight, pair.probability, *one.place, one.called, one.village,
                other_household_id=other.place[0], other_member_id=other.place[1],
                other_name=other.called, other_village=other.village, agrees=agrees,
                differs=differs, act="same_person", head=one.head,
            )  # fmt: skip

    def _are_one(self, one: PersonEntry, other: PersonEntry) -> bool:
        """Whether two entries are one person already, by an act or by their numbers."""
        person = self.gathered.same_persons.person
        mine, his = (person(*each.place, each.entry.number or None) for each in (one, other))
        return mine is not None and mine == his

    def _near_of_kin(self) -> Mapping[str, list[str]]:
        """The names of a family name and with somebody of one name beside them that are near."""
        kin: defaultdict[str, list[ComparedName]] = defaultdict(list)
        # One of a pair has no number.
        asked = {key for each in self.gathered.unnumbered for key in _kin(each.entry)}
        for each in self.gathered.persons:
            for key in _kin(each.entry):
                if key in asked:
                    kin[key].append(each.entry.name)
        found: set[tuple[str, str]] = set()
        for names in kin.values():
            for several in (_texts(names), _sounds(names)):
                if len(several) > 1:
                    found.update(near_pairs(several, several))
        return _near(sorted(found))

    # --- households ---------------------------------------------------------------------

    def households(self) -> Iterator[Candidate]:
        """Households that may be one."""
        households: dict[str, list[PersonEntry]] = {}
        for each in self.gathered.persons:
            households.setdefault(each.place[0], []).append(each)
        pairs = [
            each for each in shared_persons(households)
            if not all(self._are_one(a, b) for a, b in each.pairs)
        ]  # fmt: skip
        if not pairs:
            return
        with scratch_database() as (connection, _):
            for pair, weighed in weighed_households(connection, households, pairs, self.least):
                one, other = households[pair.one][0], households[pair.other][0]
                agrees, differs = agreements(weighed, None, None, self.lang)
                names = dict.fromkeys(a.called for a, _ in pair.pairs)
                yield Candidate(
                    "household", weighed.weight, weighed.probability, pair.one, "", one.head,
                    one.village, other_household_id=pair.other, other_name=other.head,
                    other_village=other.village,
                    agrees=joined((agrees, self._same(names)), self.lang), differs=differs,
                    head=one.head,
                )  # fmt: skip

    def _same(self, names: Iterable[str]) -> str:
        said = joined(names, self.lang)
        return Words(f"可能相同的人：{said}", f"perhaps the same: {said}").say(self.lang)

    # --- tables -------------------------------------------------------------------------

    def _cells_of_persons(self, near: Mapping[str, list[str]]) -> Iterator[dict[str, Any]]:
        for at, each in enumerate(self.gathered.persons):
            yield _cells(f"b{at:09}", "person", each.place[0], each.entry, near)

    def _scored(self, table: Sequence[Mapping[str, Any]], model: Model) -> Iterator[Scored]:
        with scratch_database() as (connection, _):
            write_table(connection, "compared", table, _COLUMNS)
            yield from scored(connection, "compared", model, self.least)


def _held_against(person: PersonEntry) -> LinkedPerson:
    """A person as rows are held against him."""
    return LinkedPerson(person.entry.number or None, person.fields)


def _cells(
    number: str, kind: str, household: str, entry: Entry, near: Mapping[str, list[str]]
) -> dict[str, Any]:
    """An entry as a row of the table that is compared."""
    name = entry.name
    return {
        "unique_id": number, "kind": kind, "household": household, "number": entry.number,
        "name": name.text, "shown": name.shown, "sound": name.sound, "surname": name.surname,
        "birth": entry.birth, "last": entry.last, "sex": entry.sex, "village": entry.village,
        "grouped": entry.group, "near": [*near.get(name.text, ()), *near.get(name.sound, ())],
        "others": list(entry.others), "kin": _kin(entry), "role": entry.role,
    }  # fmt: skip


def _kin(entry: Entry) -> list[str]:
    return [f"{entry.name.surname}/{each}" for each in entry.others] if entry.name.text else []


def _near(pairs: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    """Of each name what it has in common with each that is near it, and with no other.

    >>> _near([("王建国", "王建军")])["王建军"]
    ['王建军~王建国']
    """
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for pair in pairs:
        one, other = sorted(pair)
        for name in pair:
            found[name][f"{one}~{other}"] = None
    return {name: list(keys) for name, keys in found.items()}


def _texts(names: Iterable[ComparedName]) -> set[str]:
    return {each.text for each in names} - {""}


def _sounds(names: Iterable[ComparedName]) -> set[str]:
    return {each.sound for each in names} - {""}
