"""Rows of the table of steps: of one household, or once for all households of a place."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any, Final

from pydantic import ValidationError

from shibie.errors import Words, with_suggestion
from shibie.household import StepRow
from shibie.plain_text import legible
from shibie.rosters.form_faults import pydantic_faults
from shibie.rosters.localities import FIELDS, LEVELS, Locality, locality_of
from shibie.rosters.meetings import Meeting
from shibie.rosters.national_export import HOUSEHOLD_ID
from shibie.rosters.records import Rejection, RowTable, TypedRow
from shibie.ruleset.model import RuleSet, Step

_PLACES: Final[Mapping[str, Words]] = {
    "group": Words("组", "group"), "village": Words("村", "village"),
    "township": Words("乡镇", "township"),
}  # fmt: skip
# What a row that leaves somebody out may say beside: whom, and of which step.
_WHOSE: Final = frozenset((HOUSEHOLD_ID, "step", "included", *FIELDS))


def step_names(ruleset: RuleSet) -> dict[str, str]:
    """How a step of the procedure may be written: by its id, its number or its title."""
    steps = ruleset.procedure
    return {
        **{step.id: step.id for step in steps},
        **{str(step.number): step.id for step in steps},
        # Cells are read as plain text, in which brackets and commas are narrow.
        **{text: step.id for step in steps for text in (step.title, legible(step.title))},
    }


class StepReader:
    """Validates the rows of the table of steps, each by itself.

    Args:
        ruleset: says which steps there are, and which may be recorded for a whole place.
        known: numbers of the households on the roster.
        homes: where these live.

    Attributes:
        own: what is recorded of one household each, with its row.
        of_places: what is recorded once for a place.
        rejected: every fault, in the order found.
    """

    def __init__(self, ruleset: RuleSet, known: Set[str], homes: Mapping[str, Locality]) -> None:
        self.ruleset, self.known, self.homes = ruleset, known, homes
        self.names = step_names(ruleset)
        self.steps = {step.id: step for step in ruleset.procedure}
        self.own: list[tuple[TypedRow, StepRow]] = []
        self.of_places: list[Meeting] = []
        self.rejected: list[Rejection] = []

    def read(self, table: RowTable | None) -> None:
        """Take in the rows of a table."""
        for record in table.records if table is not None else ():
            self.rejected += record.faults
            if not record.faults:
                self._row(record)

    def _row(self, record: TypedRow) -> None:
        values = dict(record.values)
        written = str(values.get("step") or "")
        values["step"] = self.names.get(written, written)
        step = self.steps.get(str(values["step"]))
        if self.steps and step is None:
            self._fault(record, "step", "规则中没有这个步骤", "no such step in the pack")
            return
        whole = values.get(HOUSEHOLD_ID) is None
        if whole:
            fits = self._is_of_place(record, values, step)
        else:
            fits = self._is_of_household(record, values)
        if not fits or not self._leaves_out_only(record, values):
            return
        try:
            row = StepRow.model_validate(values)
        except ValidationError as error:
            for _, field, shown, reason, code in pydantic_faults(error, self.ruleset):
                self.rejected.append(record.rejection(field, shown, reason, code))
            return
        if whole:
            self.of_places.append(Meeting(locality_of(values), row, record))
        else:
            self.own.append((record, row))

    def _is_of_household(self, record: TypedRow, values: Mapping[str, Any]) -> bool:
        number = str(values[HOUSEHOLD_ID])
        if number not in self.known:
            self._fault(record, HOUSEHOLD_ID, "名册中没有这一户", "no such household on the roster")
            return False
        if values.get("among") is not None:
            self._fault(
                record, "among",
                "“对象”只在整村、整组、全乡镇一次的记录上写；这一行写了户编号",
                "'among' is for records of a whole place; this row names a household",
            )  # fmt: skip
            return False
        home = self.homes.get(number, Locality())
        place = locality_of(values)
        for name in FIELDS:
            if Locality(**{name: getattr(place, name)}).covers(home) is False:
                there = getattr(home, name)
                self._fault(
                    record, name,
                    f"与名册不符：名册上这一户在“{there}”；是不是写错了户编号？",
                    f"the roster has this household in '{there}'; is the household number right?",
                    "stated_otherwise",
                )  # fmt: skip
                return False
        return True

    def _is_of_place(self, record: TypedRow, values: dict[str, Any], step: Step | None) -> bool:
        place = locality_of(values)
        if place.level == "household":
            self._fault(
                record, HOUSEHOLD_ID,
                "没有写户编号；整村、整组、全乡镇一次办的，写村、组、乡镇",
                "no household number; a record of a whole place names its village, group or township",
                "missing",
            )  # fmt: skip
            return False
        if place.group is not None and place.village is None:
            self._fault(
                record, "group", "整组的记录还要写村", "a record of a group names its village, too",
                "unknown_place",
            )  # fmt: skip
            return False
        if step is not None and not self._may_be_of(record, step, place):
            return False
        return values.get("among") is None or self._among(record, values)

    def _may_be_of(self, record: TypedRow, step: Step, place: Locality) -> bool:
        """Whether the pack has one record of a step for such a place."""
        if step.of == "household":
            self._fault(
                record, HOUSEHOLD_ID,
                f"“{step.title}”是一户一户办的，写户编号，一户一行（规则包在这一步写 of: village，才可整村记录）",
                f"{step.id} is each household's own: one row a household, with its number"
                " (unless the pack says `of: village` at this step)",
                "not_of_places",
            )  # fmt: skip
            return False
        if LEVELS.index(place.level) >= LEVELS.index(step.of):
            return True
        whole, narrow = _PLACES[step.of], _PLACES[place.level]
        self._fault(
            record, place.level,
            f"“{step.title}”是整个{whole.zh}一次办的，不按{narrow.zh}记；只写{whole.zh}",
            f"{step.id} is of a whole {whole.en}, not of a {narrow.en}; name the {whole.en} only",
            "not_of_places",
        )  # fmt: skip
        return False

    def _among(self, record: TypedRow, values: dict[str, Any]) -> bool:
        """Find the step that those have whom the record is of; false where there is none."""
        written = str(values["among"])
        fitting = [each for each in self.ruleset.procedure if each.of == "household"]
        found = self.names.get(written, written)
        if any(each.id == found for each in fitting):
            values["among"] = found
            return True
        titles = [each.title for each in fitting]
        said = Words(
            f"“对象”应写一户一户办的步骤：{'、'.join(titles) or '（没有）'}",
            "'among' names a step that is each household's own: "
            + (", ".join(each.id for each in fitting) or "(none)"),
        )
        self._fault(
            record, "among", *with_suggestion(said, written, [*titles, *(e.id for e in fitting)])
        )
        return False

    def _leaves_out_only(self, record: TypedRow, values: Mapping[str, Any]) -> bool:
        """Whether a row that says that somebody was left out says nothing else."""
        if values.get("included") is not False:
            return True
        more = [name for name, value in values.items() if value is not None and name not in _WHOSE]
        for name in more[:1]:
            self._fault(
                record, name,
                "“列入”写了否，就是没有办这一步，不能再写别的",
                "'included' says no: the step was not done, so nothing else can be said of it",
            )  # fmt: skip
        return not more

    def _fault(self, record: TypedRow, field: str, zh: str, en: str, code: str = "invalid") -> None:
        value = record.values.get(field)
        shown = "" if value is None else str(value)
        self.rejected.append(record.rejection(field, shown, Words(zh, en), code))
