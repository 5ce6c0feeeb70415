"""Typed rows → validated households, adjudications and steps, with every fault noted.

A bad cell rejects its row; a household with any rejected row is itself rejected, never
decided on part of its people. The rest goes on.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from shibie.acts import Link
from shibie.case import Value
from shibie.errors import Words
from shibie.household import Adjudication, BareHousehold
from shibie.language.types import MAX_ITEMS
from shibie.registers.links import RowLink
from shibie.rosters.form_faults import pydantic_faults
from shibie.rosters.localities import Locality, locality_of
from shibie.rosters.records import Rejection, RowTable, TypedRow
from shibie.rosters.step_rows import StepReader
from shibie.ruleset.model import RuleSet

HOUSEHOLD_ID = "household_id"
# The code of what only says that a household falls with its members' rows.
MEMBER_ROWS = "member_rows"


class RosterBuilder:
    """Validates rows into households, adjudications and steps.

    Attributes:
        rejected: every fault, in the order found.
        known: numbers of the households on the roster.
        homes: where these live, decided or not.
        beside: verdicts that count and decide about no rule by themselves.
        verdict_links: what verdicts say of whose rows of registers are.
    """

    def __init__(self, ruleset: RuleSet, as_of: date) -> None:
        self.ruleset, self.as_of = ruleset, as_of
        self.rejected: list[Rejection] = []
        self.rejected_households: list[str] = []
        self.notes: list[Words] = []
        self.known: set[str] = set()
        self.homes: dict[str, Locality] = {}
        self.beside: list[tuple[TypedRow, Adjudication]] = []
        self.verdict_links: list[Link] = []

    def reject(self, table: RowTable) -> None:
        """Note the faults of a table's rows."""
        for record in table.records:
            self.rejected += record.faults

    def note_unmatchable(
        self, table: RowTable, match: str, links: Mapping[int, RowLink] | None = None
    ) -> None:
        """Say how many rows of a register have no number at all, and are linked to nobody."""
        count = sum(
            r.values.get(match) is None and not r.unusable and not r.faults
            and not (links and r.number in links and links[r.number].is_somebodys)
            for r in table.records
        )  # fmt: skip
        if count:
            self.notes.append(
                Words(
                    f"{table.shown}：{count} 行没有证件号码，无法比对",
                    f"{table.shown}: rows without a citizen number, which match nobody: {count}",
                )
            )

    # --- households ---------------------------------------------------------------------

    def households(self, households: RowTable, members: RowTable) -> tuple[BareHousehold, ...]:
        """The valid households, in the roster's order."""
        rows: defaultdict[str, list[TypedRow]] = defaultdict(list)
        for record in households.records:
            rows[_household_id(record)].append(record)
        people: defaultdict[str, list[TypedRow]] = defaultdict(list)
        for record in members.records:
            people[_household_id(record)].append(record)
        nameless = rows.pop("", [])
        for record in nameless:
            # Each row without a household number is a household of its own that is lost.
            self.rejected += record.faults
            self.nameless(record)
            self.rejected_households.append(f"{record.source}!{record.row}")
        for record in people.pop("", []):
            self.rejected += record.faults
            self.nameless(record)
        done = []
        for household_id, of_household in rows.items():
            self.known.add(household_id)
            self.homes[household_id] = locality_of(of_household[0].values)
            built = self.household(household_id, of_household, people.pop(household_id, []))
            if built is None:
                self.rejected_households.append(household_id)
            else:
                done.append(built)
        for household_id, of_household in people.items():
            # Members of a household that has no row of its own.
            self.rejected_households.append(household_id)
            for record in of_household:
                self.rejected += record.faults
                self.fault(
                    record, HOUSEHOLD_ID, household_id,
                    "农户表中没有这一户", "there is no such household in the household table",
                )  # fmt: skip
        return tuple(done)

    def nameless(self, record: TypedRow) -> None:
        """Reject a row without a household number."""
        self.fault(
            record, HOUSEHOLD_ID, "", "缺少户编号", "the household number is missing", "missing"
        )

    def household(
        self, household_id: str, rows: list[TypedRow], people: list[TypedRow]
    ) -> BareHousehold | None:
        """One valid household, or None after its faults were noted."""
        before = len(self.rejected)
        for record in (*rows, *people):
            self.rejected += record.faults
        first = rows[0]
        for record in rows[1:]:
            self.fault(
                record, HOUSEHOLD_ID, household_id,
                f"户编号与第 {first.row} 行重复", f"the same household number as row {first.row}",
            )  # fmt: skip
        if not people:
            self.fault(
                first, "members", "", "这一户没有成员", "the household has no members", "no_members"
            )
        if len(people) > MAX_ITEMS:
            self.fault(
                first, "members", str(len(people)),
                f"成员超过 {MAX_ITEMS} 人", f"more than {MAX_ITEMS} members", "too_many_members",
            )  # fmt: skip
        self.same_person_twice(people)
        if len(self.rejected) > before:
            self.whole_household(first, people, before)
            return None
        values: dict[str, Any] = {**first.values, HOUSEHOLD_ID: household_id}
        values["members"] = [_member_values(record, index) for index, record in enumerate(people)]
        try:
            return self.ruleset.vocabulary.household_model.model_validate(values)
        except ValidationError as error:
            for place, field, shown, reason, code in pydantic_faults(error, self.ruleset):
                record = first if place is None else people[place]
                self.rejected.append(
                    Rejection(record.source, record.row, field, shown, reason, household_id, code)
                )
            return None

    def whole_household(self, first: TypedRow, people: list[TypedRow], before: int) -> None:
        """Explain on the household's row that it is rejected because of its members' rows."""
        rows = {(each.source, each.row) for each in self.rejected[before:]}
        bad = [record for record in people if (record.source, record.row) in rows]
        own = first.faults or (first.source, first.row) in rows
        if bad and not own:
            self.fault(
                first, "", _household_id(first),
                f"有 {len(bad)} 行成员被退回，整户不予认定",
                f"{len(bad)} member rows are rejected, so the household is not decided",
                MEMBER_ROWS,
            )  # fmt: skip

    def same_person_twice(self, people: list[TypedRow]) -> None:
        """Reject members of one household who share a number."""
        numbers = Counter(record.values.get("id_number") for record in people)
        for record in people:
            number = record.values.get("id_number")
            if number is not None and numbers[number] > 1:
                self.fault(
                    record, "id_number", str(number),
                    "同一户内证件号码重复", "the same citizen number twice in one household",
                    "same_number_twice",
                )  # fmt: skip

    def fault(
        self, record: TypedRow, field: str, value: str, zh: str, en: str, code: str = "invalid"
    ) -> None:
        """Reject a row."""
        self.rejected.append(record.rejection(field, value, Words(zh, en), code))

    # --- adjudications and steps --------------------------------------------------------

    def adjudications(self, table: RowTable | None) -> tuple[tuple[TypedRow, Adjudication], ...]:
        """The valid adjudications that decide about rules, with their rows."""
        from shibie.rosters.adjudications import VerdictReader

        if table is None:
            return ()
        verdicts = VerdictReader(self.ruleset, self.as_of, self.known)
        found = verdicts.read(table)
        self.rejected += verdicts.rejected
        self.notes += verdicts.notes
        self.beside, self.verdict_links = verdicts.beside, verdicts.links
        return found

    def steps(self, table: RowTable | None) -> StepReader:
        """The records of steps that are valid by themselves."""
        reader = StepReader(self.ruleset, self.known, self.homes)
        reader.read(table)
        self.rejected += reader.rejected
        return reader


def _household_id(record: TypedRow) -> str:
    return str(record.values.get(HOUSEHOLD_ID) or "")


def _member_values(record: TypedRow, index: int) -> dict[str, Value]:
    values = {name: value for name, value in record.values.items() if name != HOUSEHOLD_ID}
    if values.get("member_id") is None:
        values["member_id"] = str(index + 1)
    return values
