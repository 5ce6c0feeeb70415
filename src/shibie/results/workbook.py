"""The result workbook: the roster annotated with eligibility, reasons and tracks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import localcontext
from pathlib import Path
from typing import Any

import xlsxwriter

from shibie.acts import Act
from shibie.bounds import Bounds
from shibie.case import Case
from shibie.checking_in_python import Checked
from shibie.citizen_id import mask
from shibie.decision import Decision
from shibie.engines.exact import EXACT
from shibie.engines.interpreter import evaluate
from shibie.engines.persons import heads
from shibie.engines.place import Place
from shibie.errors import Lang, Words
from shibie.household import BareHousehold
from shibie.language.tree import HOUSEHOLD
from shibie.language.types import Number
from shibie.results.overview import write_overview
from shibie.results.questions import ToVerify, questions_of
from shibie.results.rejected_households import RejectedHousehold
from shibie.results.said_of_decision import reasons, standing, tracks
from shibie.results.table import KEYS, Table
from shibie.results.workbook_ledgers import Ledgers
from shibie.results.workbook_origin import write_origin
from shibie.results.workbook_questions import write_lists, write_questions
from shibie.results.workbook_sheets import Cell, SheetColumn, Sheets, new_book
from shibie.ruleset.model import Rule, RuleSet
from shibie.shown_text import shown_household
from shibie.vocabulary import shared
from shibie.words import terms
from shibie.words.lists import bracketed
from shibie.words.speaker import Speaker
from shibie.words.values import plain

_FILLS = {
    "eligible": "#C6E7CE", "ineligible": "#F4C7C3", "pending": "#FCE8B2", "rejected": "#D9D9D9",
}  # fmt: skip


@dataclass(frozen=True)
class Annotated:
    """What a workbook of results is made of.

    Attributes:
        ruleset: by what the roster was decided.
        parts: the decided households, part by part.
        rejected: the table of rejected rows.
        summary: the counts.
        large: whether memory may not hold the whole book.
        acts: those that count.
        clues: their table, where it was asked for.
        uncounted: who does not count, where the pack says who does.
        lost: the households that are not decided, with their reasons.
        unrecognised: the columns and words that were not read.
    """

    ruleset: RuleSet
    parts: Iterable[Checked]
    rejected: Table
    summary: Mapping[str, Any]
    large: bool = False
    acts: Iterable[Act] = ()
    clues: Table | None = None
    uncounted: Table | None = None
    lost: Sequence[RejectedHousehold] = ()
    unrecognised: Table | None = None


def write_workbook(
    path: Path, annotated: Annotated, lang: Lang = "zh", show_ids: bool = False
) -> None:
    """Write 认定结果, 依据, 批次, 退回 and 汇总 into one workbook.

    And 未识别 where anything was not read, 疑点 where asked, 办理 where there are acts, 不计入人口 where
    the pack says who counts, 核实 where verdicts can settle anything.

    Args:
        path: the .xlsx file; an older one is replaced only when the new one is complete.
        annotated: what to write.
        lang: language of the product's own words.
        show_ids: write identity numbers in full instead of masked.
    """
    with new_book(path, row_by_row=annotated.large) as book:
        writer = _WorkbookWriter(book, annotated.ruleset, lang, show_ids)
        writer.results(annotated.parts, annotated.lost)
        writer.rejected(annotated.rejected)
        # Its charts' numbers stand beside its text, so it is not written from top to bottom.
        book.constant_memory = False
        name = Words("汇总", "summary").say(lang)
        sheet = book.add_worksheet(name)
        write_overview(book, sheet, annotated.ruleset, annotated.summary, lang)
        ledgers = Ledgers(writer.sheets, writer.speaker, lang, show_ids)
        ledgers.unrecognised(annotated.unrecognised)
        ledgers.clues(annotated.clues)
        ledgers.acts(tuple(annotated.acts))
        ledgers.uncounted(annotated.uncounted)
        write_origin(writer.sheets, annotated.ruleset, annotated.summary, lang)
        if writer.questions:
            write_questions(writer.sheets, writer.speaker, writer.questions)
            write_lists(book, writer.speaker)


class _WorkbookWriter:
    """Writes the sheets of one workbook."""

    def __init__(
        self, book: xlsxwriter.Workbook, ruleset: RuleSet, lang: Lang, show_ids: bool
    ) -> None:
        self.ruleset, self.show_ids = ruleset, show_ids
        self.speaker = Speaker(ruleset, lang)
        self.lang, self.say = lang, self.speaker.say
        self.sheets = Sheets(book, show_ids=show_ids)
        self.fills = {value: self.sheets.filled(color) for value, color in _FILLS.items()}
        self.bases = self.memo_bases()
        self.questions: list[ToVerify] = []
        self.numbers = [
            rule
            for (owner, _), rule in ruleset.facts.items()
            if owner == HOUSEHOLD and isinstance(rule.node.type, Number)
        ]

    def results(self, parts: Iterable[Checked], lost: Iterable[RejectedHousehold]) -> None:
        """The sheets of decisions, findings and tracks, part by part.

        Every household that came in is among the decisions: those not decided with their reasons.
        """
        decisions, findings, tracks = (
            self.sheets.begun(name, columns)
            for name, columns in (
                (self.say("认定结果", "decisions"), self.decision_columns()),
                (self.say("依据", "findings"), self.finding_columns()),
                (self.say("批次", "tracks"), self.track_columns()),
            )
        )
        for part in parts:
            for case, decision in zip(part.cases, part.decisions, strict=True):
                decisions.add(self.decision_row(case, decision))
                self.questions += questions_of(self.speaker, case, decision)
                for row in self.finding_rows(case.household, decision):
                    findings.add(row)
                for row in self.track_rows(case, decision):
                    tracks.add(row)
        for each in lost:
            decisions.add(self.lost_row(each))
        for sheet in (decisions, findings, tracks):
            sheet.end()

    def column(self, name: str) -> SheetColumn:
        """A column that other tables have, too."""
        return SheetColumn(terms.COLUMNS[name].say(self.lang), key=name in KEYS)

    # --- 认定结果 -----------------------------------------------------------------------

    def decision_columns(self) -> list[SheetColumn]:
        return [
            self.column("household_id"),
            self.column("village"),
            SheetColumn(self.say("组", "group")),
            self.column("head"),
            self.column("persons"),
            SheetColumn(self.say("认定结果", "eligibility")),
            *([SheetColumn(self.say("类别", "kind"))] if self.ruleset.kinds else []),
            SheetColumn(terms.REASONS.say(self.lang), wrap=True, width=36),
            SheetColumn(self.say("待核实的审查", "reviews waiting"), wrap=True, width=24),
            SheetColumn(self.say("还需查清", "still needed"), wrap=True, width=30),
            SheetColumn(terms.TRACKS.say(self.lang), wrap=True, width=26),
            SheetColumn(terms.STANDING.say(self.lang)),
            *(SheetColumn(_with_unit(rule, self.lang)) for rule in self.numbers),
        ]

    def decision_row(self, case: Case, decision: Decision) -> Sequence[Any]:
        household = case.household
        kind = [self.speaker.rule(decision.kind)] if self.ruleset.kinds else []
        return [
            household.household_id,
            household.village,
            shared(household, "group"),
            self.speaker.head(household),
            heads(self.ruleset, case),
            Cell(self.speaker.eligibility(decision.eligibility), self.fills[decision.eligibility]),
            *kind,
            "\n".join(reasons(self.speaker, decision)),
            "\n".join(self.titles(decision.reviews)),
            "\n".join(self.speaker.unknown(household, path) for path in decision.unknown),
            "\n".join(tracks(self.speaker, decision)),
            standing(self.speaker, household, decision),
            *_values(self.ruleset, case, self.numbers, self.lang),
        ]

    def lost_row(self, lost: RejectedHousehold) -> Sequence[Any]:
        """A household that is not decided, under the same columns."""
        columns = self.decision_columns()
        rejected = Cell(self.speaker.eligibility("rejected"), self.fills["rejected"])
        kind = [None] if self.ruleset.kinds else []
        # No verdict is asked of it: its number names nothing that is read again.
        number = lost.household_id if self.show_ids else shown_household(lost.household_id)
        row = [number, *[None] * 4, rejected, *kind, "\n".join(lost.reasons)]
        return [*row, *[None] * (len(columns) - len(row))]

    def titles(self, rule_ids: Iterable[str]) -> list[str]:
        return [self.speaker.rule(rule_id) for rule_id in rule_ids]

    # --- 依据, 批次, 退回 ---------------------------------------------------------------

    def finding_columns(self) -> list[SheetColumn]:
        return [
            self.column("household_id"),
            self.column("head"),
            SheetColumn(self.say("成员", "member")),
            SheetColumn(self.say("类型", "kind")),
            SheetColumn(self.say("规则编号", "rule_id")),
            SheetColumn(self.say("规则", "rule"), wrap=True, width=36),
            SheetColumn(self.say("结果", "outcome")),
            SheetColumn(terms.SOURCE.say(self.lang), wrap=True, width=44),
            SheetColumn(self.say("来源", "document"), wrap=True, width=36),
            SheetColumn(self.say("来源可信度", "provenance")),
        ]

    def finding_rows(self, household: BareHousehold, decision: Decision) -> Iterator[Sequence[Any]]:
        for each in decision.findings:
            title, *basis = self.bases[each.rule_id, each.outcome]
            yield (
                each.household_id,
                self.speaker.head(household),
                self.speaker.person(household, each.member_id),
                self.speaker.finding(each.kind),
                each.rule_id,
                title,
                self.speaker.outcome(each.outcome),
                *basis,
            )

    def memo_bases(self) -> Mapping[tuple[str, str], tuple[str, str, str, str]]:
        """Title, basis, source and provenance of every rule and outcome that occurs in a finding."""
        speaker = self.speaker

        class Bases(defaultdict[tuple[str, str], tuple[str, str, str, str]]):
            def __missing__(self, key: tuple[str, str]) -> tuple[str, str, str, str]:
                rule_id, outcome = key
                basis = speaker.basis_of(rule_id)
                sure = speaker.provenance(basis.provenance)
                self[key] = (speaker.beside(rule_id, outcome), basis.text, basis.source, sure)
                return self[key]

        return Bases()

    def track_columns(self) -> list[SheetColumn]:
        return [
            self.column("household_id"),
            self.column("village"),
            self.column("head"),
            SheetColumn(self.say("批次", "track")),
            SheetColumn(self.say("对象", "for")),
            self.column("member_id"),
            self.column("name"),
            SheetColumn(self.say("证件号码", "id number")),
            SheetColumn(self.say("人数", "persons")),
        ]

    def track_rows(self, case: Case, decision: Decision) -> Iterator[Sequence[Any]]:
        household = case.household
        members = {member.member_id: member for member in household.members}
        for track in decision.tracks:
            member = members.get(track.member_id)
            number = getattr(member, "id_number", None) if member else None
            yield (
                track.household_id,
                household.village,
                self.speaker.head(household),
                self.speaker.rule(track.track),
                self.say("个人", "person") if member else self.say("全户", "whole household"),
                track.member_id,
                shared(member, "name") if member else None,
                number if self.show_ids or number is None else mask(number),
                1 if member else heads(self.ruleset, case),
            )

    def rejected(self, rejected: Table) -> None:
        columns = [
            SheetColumn(self.say("来源", "from")),
            self.column("row"),
            SheetColumn(self.say("栏目", "field")),
            SheetColumn(self.say("内容", "value")),
            SheetColumn(self.say("退回原因", "reason"), wrap=True, width=70),
        ]
        rows = (
            (source, row, self.speaker.field(field, source), value, reason)
            for source, row, field, value, reason, _ in rejected.rows
        )
        self.sheets.add(self.say("退回", "rejected"), columns, rows)


def _with_unit(rule: Rule, lang: Lang) -> str:
    return rule.title + bracketed(rule.unit, lang) if rule.unit else rule.title


def _values(ruleset: RuleSet, case: Case, rules: Sequence[Rule], lang: Lang) -> list[Any]:
    """The household's derived numbers; None where they are unknown."""
    place = Place.top(ruleset, case)
    with localcontext(EXACT):
        found = [evaluate(rule.node, place) for rule in rules]
    place.leave()
    # What lies between bounds is said in words: a cell holds one number.
    return [plain(value, lang) if isinstance(value, Bounds) else value for value in found]
