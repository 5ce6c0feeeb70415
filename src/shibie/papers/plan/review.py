"""Somebody else's plans, row by row: does each measure fit its household, and has it a reason?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from shibie.case import Case
from shibie.checking_in_python import Checked, CheckedBy
from shibie.decision import Decision
from shibie.engines.place import Place
from shibie.engines.trace import trace
from shibie.errors import InputError, Lang, Problem, Words, did_you_mean
from shibie.language.tree import HOUSEHOLD
from shibie.lower.standings import is_helped
from shibie.papers.plan.draft import judged, on_track
from shibie.rosters.headers import find_header
from shibie.rosters.helping_rows import HelpingRow, helping_specs, measure_names
from shibie.rosters.records import Rejection, TypedRow, read_table
from shibie.rosters.sheets import table_of
from shibie.ruleset.model import Measure, RuleSet
from shibie.vocabulary import meant
from shibie.words.prose import describe

FitVerdict = Literal["fits", "misfit", "open", "unfounded"]
SPECS = helping_specs("plans")


@dataclass(frozen=True)
class Reviewed:
    """A planned measure and what is to be said of it.

    Attributes:
        verdict: it fits; it does not; that cannot be judged; or nothing in the causes,
            tracks and labour of the household calls for it.
        responsible: who is to do it; empty where nobody is named.
        money: in yuan; None where none is written.
        source: sheet or file.
    """

    row: int
    household_id: str
    member_id: str
    measure: str
    verdict: FitVerdict
    why: str = ""
    responsible: str = ""
    deadline: date | None = None
    money: Decimal | None = None
    done_on: date | None = None
    source: str = ""


@dataclass(frozen=True)
class Review:
    """All rows of a file: reviewed, or rejected with a reason; and who has no plan."""

    rows: tuple[Reviewed, ...]
    rejected: tuple[Rejection, ...]
    eligible: int
    planned: int
    without: tuple[str, ...]


def review(
    checked_by: CheckedBy, parts: Iterable[Checked], path: Path, lang: Lang = "zh"
) -> Review:
    """Check the plans in a CSV against the roster and the pack's measures.

    Args:
        checked_by: by what the roster was judged.
        parts: the roster, part by part.
        path: the plans.
        lang: the language of what is said of them.

    Raises:
        InputError: when the file cannot be used at all.
    """
    if not path.is_file():
        raise InputError(Problem(str(path), Words("没有这个文件", "no such file")))
    sheet = table_of(path, path.name)
    header = find_header(sheet, SPECS, ("household_id", "measure"))
    records = read_table(sheet, header, checked_by.as_of).records
    reading = PlanReview(checked_by.ruleset, records, lang)
    for part in parts:
        reading.add(part)
    return reading.review()


def records_of(rows: Iterable[HelpingRow]) -> Iterator[TypedRow]:
    """The plans of a roster, as the review reads rows."""
    for each in rows:
        values = {
            spec.name: value
            for spec, value in zip(SPECS, each.values, strict=True)
            if value is not None
        }
        yield TypedRow(each.source, each.row, values)


class PlanReview:
    """Judges the rows of plans, as their households go by.

    Args:
        ruleset: has the measures.
        records: the rows.
        lang: the language of what is said of them.
    """

    def __init__(self, ruleset: RuleSet, records: Iterable[TypedRow], lang: Lang = "zh") -> None:
        self.ruleset, self.lang = ruleset, lang
        self.measures = {each.id: each for each in ruleset.measures}
        self.names = measure_names(ruleset)
        self.rejected: list[Rejection] = []
        self.rows: list[Reviewed] = []
        self.eligible, self.without = 0, list[str]()
        self.planned: defaultdict[str, list[TypedRow]] = defaultdict(list)
        for record in records:
            self.rejected += record.faults
            if not record.faults:
                self.planned[str(record.values.get("household_id") or "")].append(record)

    def say(self, zh: str, en: str) -> str:
        """The words of the one language."""
        return Words(zh, en).say(self.lang)

    def add(self, part: Checked) -> None:
        """Judge what is planned for the households of a part."""
        for case, decision in zip(part.cases, part.decisions, strict=True):
            mine = self.planned.pop(decision.household_id, [])
            found = [each for each in (self._one(r, case, decision) for r in mine) if each]
            self.rows += found
            if is_helped(self.ruleset, decision):
                self.eligible += 1
                self.without += [] if found else [decision.household_id]

    def review(self) -> Review:
        """What came of it, once all parts went by: whoever was not decided has no plan."""
        for household_id, mine in self.planned.items():
            for record in mine:
                words = Words("没有认定这一户", "not decided")
                self._reject(record, "household_id", household_id, words)
        self.planned.clear()
        return Review(
            tuple(sorted(self.rows, key=lambda each: each.row)),
            tuple(sorted(self.rejected, key=lambda each: each.row)),
            self.eligible, self.eligible - len(self.without), tuple(self.without),
        )  # fmt: skip

    def _one(self, record: TypedRow, case: Case, decision: Decision) -> Reviewed | None:
        member_id = str(record.values.get("member_id") or "")
        written = str(record.values.get("measure") or "")
        measure = self.measures.get(meant(self.names, written) or "")
        if measure is None:
            near = did_you_mean(written, self.names) or Words("", "")
            words = Words(f"没有这项措施{'；' + near.zh if near.zh else ''}",
                          f"no such measure{'; ' + near.en if near.en else ''}")  # fmt: skip
            self._reject(record, "measure", written, words)
            return None
        ids = [member.member_id for member in case.household.members]
        top = place = Place.top(self.ruleset, case)
        if measure.owner != HOUSEHOLD:
            if member_id not in ids:
                self._reject(
                    record, "member_id", member_id,
                    Words("这项措施要写到户内的一个人", "this measure is for one member"),
                )  # fmt: skip
                return None
            place = top.at_member(ids.index(member_id))
        verdict, why = self._verdict(measure, case, decision, place, member_id)
        top.leave()
        values: Mapping[str, Any] = record.values
        return Reviewed(
            record.number, decision.household_id, member_id, measure.id, verdict, why,
            values.get("responsible") or "", values.get("deadline"), values.get("money"),
            values.get("done_on"), record.source,
        )  # fmt: skip

    def _reject(self, record: TypedRow, name: str, value: str, reason: Words) -> None:
        self.rejected.append(record.rejection(name, value, reason))

    def _verdict(
        self, measure: Measure, case: Case, decision: Decision, place: Place, member_id: str
    ) -> tuple[FitVerdict, str]:
        if not is_helped(self.ruleset, decision):
            word = str(getattr(self.ruleset.outcome, decision.eligibility))
            return "misfit", self.say(f"该户认定为“{word}”", f"the household is '{word}'")
        track = on_track(measure, self.ruleset, decision, member_id)
        if track is False:
            rule = self.ruleset.rule(measure.track)
            title = rule.title if rule else measure.track
            return "misfit", self.say(f"不在“{title}”", f"not on '{title}'")
        fit, why = judged(measure, self.ruleset, case, place, track, self.lang)
        if fit == "misfit":
            return fit, why
        reason = truth_at(measure, place)
        if reason is False:
            text = describe(measure.when, self.ruleset, self.lang)
            return "unfounded", self.say(f"不成立：{text}", f"does not hold: {text}")
        if fit == "open" or reason is None:
            return judged(measure, self.ruleset, case, place, None, self.lang)
        return fit, why


def truth_at(measure: Measure, place: Place) -> bool | None:
    """Whether the reason for a measure holds."""
    value = trace(measure.when, place).value
    assert value is None or isinstance(value, bool)
    return value
