"""Acts held against the households that they name: who is there, by what name, and what they had."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date

from shibie.acts import said_of_row, same_persons_of
from shibie.case import Value
from shibie.citizen_id import mask
from shibie.errors import Words, with_suggestion
from shibie.health_words import without_health
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.registers.linked_rows import LinkedPerson
from shibie.registers.links import Links
from shibie.registers.matching import usable_number
from shibie.registers.said_texts import alike
from shibie.registers.same_persons import NO_SAME_PERSONS, Joining, SamePersons
from shibie.rosters.act_rows import (
    MEMBER_ID,
    GivenAct,
    Whose,
    WrittenActs,
    household_of,
    member_numbers,
)
from shibie.rosters.cell_error import CellError
from shibie.rosters.cells import read_cell
from shibie.rosters.national_export import HOUSEHOLD_ID
from shibie.rosters.records import Rejection, RowTable, TypedRow, as_text, sensitive
from shibie.ruleset.model import RuleSet
from shibie.shown_text import shown_line
from shibie.vocabulary import HEAD, FieldSpec, meant


@dataclass(frozen=True)
class RosterActs:
    """The acts of a roster that can be used.

    Attributes:
        given: in the order in which they were recorded.
        patches: what corrections make of the fields of a household or member.
        rejected: the acts that cannot be used.
        people: the members whom links and verdicts on a row name, or all of a household where
            they name it alone, by household and member.
        links: what links say of rows, by register and row; None where that is to be found out.
        same_persons: who is one person in two households.
        notes: how many rows of acts only ask.
    """

    given: tuple[GivenAct, ...] = ()
    patches: Mapping[Whose, Mapping[str, Value]] = field(default_factory=dict)
    rejected: tuple[Rejection, ...] = ()
    people: Mapping[Whose, LinkedPerson] = field(default_factory=dict)
    links: Links | None = None
    same_persons: SamePersons = NO_SAME_PERSONS
    notes: tuple[Words, ...] = ()

    def of_kind(self, kind: str) -> tuple[GivenAct, ...]:
        """The acts of a kind."""
        return tuple(each for each in self.given if each.act.kind == kind)

    def about(self, households: Set[str]) -> RosterActs:
        """Those about some households; what acts make of the roster stays, wherever it applies."""
        mine = tuple(each for each in self.given if each.households & households)
        return replace(self, given=mine, rejected=(), notes=())

    @property
    def corrected(self) -> frozenset[str]:
        """The households of which something is corrected."""
        return frozenset(household for household, _ in self.patches)


def acts_on(
    written: WrittenActs, households: RowTable, members: RowTable, ruleset: RuleSet, as_of: date
) -> RosterActs:
    """The acts that fit the roster.

    Args:
        written: the acts, each read by itself.
        households: at least those that the acts name.
        members: of these households.
        ruleset: says which fields there are.
        as_of: the day of judgement.
    """
    if not written.given:
        return RosterActs(rejected=written.rejected, notes=written.notes)
    roster = _Named(households, members, ruleset, as_of)
    fitting, same = roster.joined([each for each in written.given if roster.fits(each)])
    rejected = (*written.rejected, *roster.rejected)
    return RosterActs(
        fitting, roster.patches, rejected, roster.linked_people(fitting, same), same_persons=same,
        notes=written.notes,
    )  # fmt: skip


class _Named:
    """The households that acts name, and what corrections have made of them so far."""

    def __init__(
        self, households: RowTable, members: RowTable, ruleset: RuleSet, as_of: date
    ) -> None:
        self.ruleset, self.as_of = ruleset, as_of
        self.rejected: list[Rejection] = []
        self.patches: dict[Whose, dict[str, Value]] = {}
        self.records: dict[Whose, TypedRow] = {}
        self.members: dict[str, list[str]] = {}
        for record in households.records:
            self.records.setdefault((household_of(record), ""), record)
        # Who is head by the roster, or by a correction of it.
        self.heads: dict[str, list[str]] = {}
        numbers = member_numbers(members.records)
        for record, number in zip(members.records, numbers, strict=True):
            self.records.setdefault((household_of(record), number), record)
            self.members.setdefault(household_of(record), []).append(number)
            self.note_head(record.values)

    def linked_people(
        self, given: Iterable[GivenAct], same: SamePersons
    ) -> dict[Whose, LinkedPerson]:
        """The members of whom acts say whether a row is theirs, after all corrections.

        Who is one person with somebody whose number is known has it, too.
        """
        found: dict[Whose, LinkedPerson] = {}
        for each in given:
            link = said_of_row(each.act)
            if link is None or not link.household_id:
                continue
            members = [link.member_id] if link.member_id else self.members.get(each.household, [])
            for member in members:
                if (each.household, member) not in found:
                    person = self.person(each.household, member)
                    number = person.number or same.number(each.household, member)
                    found[each.household, member] = replace(person, number=number)
        return found

    def joined(self, given: Sequence[GivenAct]) -> tuple[tuple[GivenAct, ...], SamePersons]:
        """The acts without pairs that cannot be one person, and who is one; after all corrections."""
        households = frozenset[str]().union(
            *(each.households for each in given if each.act.kind == "same_person")
        )
        joining = Joining(
            {
                (household, member): self.person(household, member).number
                for household in households
                for member in self.members.get(household, ())
            }
        )
        fitting = []
        for each in given:
            refusal = next(map(joining.refusal, same_persons_of((each.act,))), None)
            if refusal is None:
                fitting.append(each)
            else:
                self.reject(each, "value", str(each.act.value), refusal.zh, refusal.en)
        return tuple(fitting), joining.found()

    def person(self, household: str, member: str) -> LinkedPerson:
        """A member as rows are held against him."""
        of_household, of_member = (
            {**self.records[whose].values, **self.patches.get(whose, {})}
            for whose in ((household, ""), (household, member))
        )
        written = of_member.get("id_number")
        own = self.ruleset.field_specs(MEMBER)
        return LinkedPerson(
            None if written is None else usable_number(str(written), self.as_of),
            {**of_household, **{name: of_member.get(name) for name in own}},
            self.records[household, member].number,
        )

    def note_head(self, values: Mapping[str, Value]) -> None:
        """Remember a head's name."""
        if values.get("relation") == HEAD and values.get("name") is not None:
            names = self.heads.setdefault(str(values.get(HOUSEHOLD_ID) or ""), [])
            names.append(str(values["name"]))

    def reject(
        self, given: GivenAct, name: str, value: str, zh: str, en: str, code: str = "bad_act"
    ) -> bool:
        """Note that an act does not fit; always false."""
        self.rejected.append(given.record.rejection(name, value, Words(zh, en), code))
        return False

    def fits(self, given: GivenAct) -> bool:
        """Whether the roster has whom an act names, by that name, as it says."""
        act = given.act
        if not given.household:
            return True
        if (given.household, "") not in self.records:
            return self.reject(
                given, HOUSEHOLD_ID, given.household,
                "名册中没有这一户", "no such household on the roster",
            )  # fmt: skip
        heads = self.heads.get(given.household, [])
        if act.head is not None and heads and alike(act.head) not in map(alike, heads):
            return self.reject(
                given, "head", act.head,
                f"名册中这一户的户主是 {heads[-1]}", f"the roster's head of this household is {heads[-1]}",
                "wrong_head",
            )  # fmt: skip
        if act.member_id is not None and (given.household, act.member_id) not in self.records:
            return self.reject(
                given, MEMBER_ID, act.member_id, "这一户没有这个人", "the household has no such member"
            )  # fmt: skip
        if act.kind == "same_person":
            return self.has_other(given)
        return act.kind != "correction" or self.corrects(given)

    def has_other(self, given: GivenAct) -> bool:
        """Whether another household has whom an act says to be one person with its own."""
        (pair,) = same_persons_of((given.act,))
        household, member = pair.other_household_id, pair.other_member_id
        if household == pair.household_id:
            said = Words("写的是同一户的人", "that is somebody of the same household")
        elif (household, "") not in self.records:
            said = Words(f"名册中没有户 {household}", f"no household {household} on the roster")
        elif (household, member) not in self.records:
            said = Words(
                f"户 {household} 没有人 {member}", f"household {household} has no member {member}"
            )
            said = with_suggestion(said, member, self.members.get(household, ()))
        else:
            return True
        return self.reject(given, "value", str(given.act.value), said.zh, said.en)

    def corrects(self, given: GivenAct) -> bool:
        """Whether a correction says what is there; it is then made."""
        act = given.act
        spec = self.field_of(given)
        if spec is None:
            return False
        masked = spec.name in sensitive((spec,))
        try:
            was, value = (read_cell(text, spec, self.as_of) for text in (act.was, act.value))
        except CellError as error:
            shown = act.value or act.was or ""
            return self.reject(
                given, "value", mask(shown) if masked else shown_line(shown)[:60],
                error.reason.zh, error.reason.en, error.code,
            )  # fmt: skip
        whose = (given.household, act.member_id or "")
        values = {**self.records[whose].values, **self.patches.get(whose, {})}
        there = values.get(spec.name)
        if was != there:
            said, found = (_shown(each, spec, masked) for each in (was, there))
            return self.reject(
                given, "was", said.zh if was is not None else "",
                f"原值写的是 {said.zh}，名册中是 {found.zh}", f"it says {said.en} was there; the roster has {found.en}",
                "stale_correction",
            )  # fmt: skip
        self.patches.setdefault(whose, {})[spec.name] = value
        self.note_head({**values, spec.name: value})
        return True

    def field_of(self, given: GivenAct) -> FieldSpec | None:
        """The field that a correction is of; None after it was noted that there is none."""
        act = given.act
        owner = MEMBER if act.member_id is not None else HOUSEHOLD
        written = str(act.field)
        known = {
            text: spec
            for spec in self.ruleset.field_specs(owner).values()
            if spec.name not in (HOUSEHOLD_ID, MEMBER_ID)
            for text in (spec.name, spec.title)
        }
        spec = meant(known, written)
        if spec is None:
            said = Words(f"没有可更正的字段“{written}”", "no field to correct")
            said = with_suggestion(said, written, known)
            self.reject(given, "field", written, said.zh, said.en)
        return spec


def _shown(value: Value, spec: FieldSpec, masked: bool) -> Words:
    if value is None:
        return Words("（空）", "(blank)")
    if isinstance(value, bool):
        return Words("是", "yes") if value else Words("否", "no")
    text = mask(as_text(value)) if masked else as_text(value)
    # Names may have such signs in them.
    if spec.type != "text":
        text = without_health(text)
    return Words(text, text)
