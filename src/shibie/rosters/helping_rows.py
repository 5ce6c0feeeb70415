"""Rows of who helps whom, of visits and of plans: taken in, or rejected with a reason.

Nothing of them decides about a household. Whatever one row shows to be impossible is a fault of
that row; what only several tables together show (a visit by somebody who was not the household's
helper then) is found later, and the row is taken in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Final

from pydantic import BaseModel

from shibie.case import Value
from shibie.errors import Words, did_you_mean, listed, with_suggestion
from shibie.household import BareHousehold, HelperRecord, PlanRecord, VisitRecord
from shibie.plain_text import legible
from shibie.rosters.records import Rejection, RowTable, TypedRow
from shibie.rosters.villages import bare_village
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import FieldSpec, meant, specs_of

_RECORDS: Final[Mapping[str, type[BaseModel]]] = {
    "helpers": HelperRecord, "visits": VisitRecord, "plans": PlanRecord,
}  # fmt: skip
_NOT_ON_ROSTER: Final = Words("名册中没有这一户", "no such household on the roster")


@dataclass(frozen=True)
class HelpingRow:
    """A row that is taken in.

    Attributes:
        source: sheet or file.
        row: of it, from 1.
        values: of the table's fields, in their order.
    """

    source: str
    row: int
    values: tuple[Value | None, ...]


def helping_specs(table: str) -> tuple[FieldSpec, ...]:
    """The fields of one of these tables.

    >>> [spec.title for spec in helping_specs("visits")][:3]
    ['户编号', '帮扶责任人', '走访日期']
    """
    return specs_of(_RECORDS[table])


def measure_names(ruleset: RuleSet) -> dict[str, str]:
    """How a measure may be written: by its id or its title."""
    measures = ruleset.measures
    return {
        **{each.id: each.id for each in measures},
        # Cells are read as plain text, in which brackets and commas are narrow.
        **{text: each.id for each in measures for text in (each.title, legible(each.title))},
    }


@dataclass
class HelpingReader:
    """Reads the rows of these tables.

    Attributes:
        ruleset: knows the measures of plans.
        as_of: the day of judgement.
        known: numbers of the households on the roster.
        villages: of households that can be read, the village of each.
        names: the villages of the roster.
        rejected: every fault, in the order found.
    """

    ruleset: RuleSet
    as_of: date
    known: Collection[str]
    villages: Mapping[str, str]
    names: Set[str]
    rejected: list[Rejection] = field(default_factory=list)

    @cached_property
    def measures(self) -> Mapping[str, str]:
        """How measures may be written."""
        return measure_names(self.ruleset)

    @cached_property
    def alike(self) -> Mapping[str, str]:
        """The villages of the roster by what all names of one have in common."""
        return {bare_village(name): name for name in sorted(self.names)}

    def read(self, name: str, table: RowTable) -> list[tuple[int, HelpingRow]]:
        """The rows of a table that are taken in, each with its number."""
        found = []
        for record in table.records:
            before = len(self.rejected)
            self.rejected += record.faults
            if not record.faults:
                record = self._meant(name, record)
                self._check(name, record)
            if len(self.rejected) == before:
                values = tuple(record.values.get(spec.name) for spec in helping_specs(name))
                found.append((record.number, HelpingRow(record.source, record.row, values)))
        return found

    def _meant(self, name: str, record: TypedRow) -> TypedRow:
        """A row with measures by their ids, and villages by the name that the roster has."""
        values = dict(record.values)
        if name == "plans" and values.get("measure") is not None:
            written = str(values["measure"])
            values["measure"] = meant(self.measures, written) or written
        if name == "helpers" and values.get("village") is not None:
            values["village"] = self._village(str(values["village"]))
        return replace(record, values=values)

    def _village(self, written: str) -> str:
        """A village as the roster writes it, with or without 村 or 村委会."""
        return written if written in self.names else self.alike.get(bare_village(written), written)

    def _check(self, name: str, record: TypedRow) -> None:
        for spec in helping_specs(name):
            if spec.required and record.values.get(spec.name) is None:
                self._reject(
                    record, spec.name, Words("缺少必填项", "a required value is missing"), "missing"
                )
        household = record.values.get("household_id")
        if household is not None and household not in self.known:
            self._reject(record, "household_id", _NOT_ON_ROSTER)
        match name:
            case "helpers":
                self._check_helper(record)
            case "visits":
                self._not_later(record, "visited_on", Words("走访日期", "visited"))
            case _:
                self._not_later(record, "done_on", Words("完成日期", "done"))
                self._check_measure(record)

    def _check_helper(self, record: TypedRow) -> None:
        household, village = (record.values.get(each) for each in ("household_id", "village"))
        if household is None and village is None:
            said = Words(
                "户编号和村都没有填：帮扶谁？", "neither a household nor a village: who is helped?"
            )
            self._reject(record, "household_id", said, "missing")
        elif household is None and village not in self.names:
            self._no_such_village(record, str(village))
        elif household is not None and village is not None:
            own = self.villages.get(str(household))
            if own and own != village:
                said = Words(f"这一户在{own}", f"this household is in {own}")
                self._reject(record, "village", said)
        begins, ends = (record.values.get(each) for each in ("from_date", "to_date"))
        if isinstance(begins, date) and isinstance(ends, date) and ends < begins:
            said = Words(f"早于帮扶开始日期 {begins}", f"before the help began, {begins}")
            self._reject(record, "to_date", said)

    def _no_such_village(self, record: TypedRow, village: str) -> None:
        said = Words("名册中没有这个村", "no such village on the roster")
        self._reject(record, "village", with_suggestion(said, village, self.names))

    def _not_later(self, record: TypedRow, name: str, title: Words) -> None:
        day = record.values.get(name)
        if isinstance(day, date) and day > self.as_of:
            said = Words(
                f"{title.zh}晚于认定日期 {self.as_of}",
                f"{title.en} after the day of judgement {self.as_of}",
            )
            self._reject(record, name, said)

    def _check_measure(self, record: TypedRow) -> None:
        """Refuse a measure that the pack does not have, where it has any."""
        written, known = record.values.get("measure"), self.measures
        if written is None or not known or written in known:
            return
        said = Words("没有这项措施", "no such measure")
        if did_you_mean(str(written), known):
            said = with_suggestion(said, str(written), known)
        else:
            titles = [each.title for each in self.ruleset.measures]
            said = Words(
                f"{said.zh}；有：{listed(titles, lang='zh')}",
                f"{said.en}; there are: {listed(titles)}",
            )
        self._reject(record, "measure", said)

    def _reject(self, record: TypedRow, name: str, said: Words, code: str = "invalid") -> None:
        value = record.values.get(name)
        text = "" if value is None else str(value)
        self.rejected.append(record.rejection(name, text, said, code))


def villages_of(households: Iterable[BareHousehold]) -> dict[str, str]:
    """The village of each household that has one."""
    return {each.household_id: each.village for each in households if each.village}
