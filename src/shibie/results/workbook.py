"""The result workbook: the roster annotated with eligibility, reasons and tracks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import localcontext
from pathlib import Path
from typing import Any

import xlsxwriter

from shibie.case import Case
from shibie.checking_in_python import Checked
from shibie.citizen_id import mask
from shibie.decision import Decision
from shibie.engines.exact import EXACT
from shibie.engines.interpreter import evaluate
from shibie.engines.place import Place
from shibie.errors import Lang, Words
from shibie.language.tree import HOUSEHOLD
from shibie.language.types import Number
from shibie.results.overview import write_overview
from shibie.results.python_counts import standing
from shibie.results.workbook_sheets import Cell, SheetColumn, Sheets, new_book
from shibie.ruleset.model import Rule
from shibie.words import terms
from shibie.words.speaker import Speaker

_FILLS = {"eligible": "#C6E7CE", "ineligible": "#F4C7C3", "pending": "#FCE8B2"}


def write_workbook(
    path: Path,
    checked: Checked,
    summary: Mapping[str, Any],
    lang: Lang = "zh",
    show_ids: bool = False,
) -> None:
    """Write 认定结果, 依据, 批次, 退回 and 汇总 into one workbook.

    Args:
        path: the .xlsx file; an older one is replaced only when the new one is complete.
        checked: what to write.
        summary: its summary.
        lang: language of the product's own words.
        show_ids: write identity numbers in full instead of masked.
    """
    with new_book(path) as book:
        writer = _WorkbookWriter(book, checked, lang, show_ids)
        writer.decisions()
        writer.findings()
        writer.tracks()
        writer.rejected()
        name = Words("汇总", "summary").say(lang)
        write_overview(book, book.add_worksheet(name), checked.ruleset, summary, lang)


class _WorkbookWriter:
    """Writes the sheets of one workbook."""

    def __init__(
        self, book: xlsxwriter.Workbook, checked: Checked, lang: Lang, show_ids: bool
    ) -> None:
        self.checked, self.show_ids = checked, show_ids
        self.ruleset = checked.ruleset
        self.speaker = Speaker(checked.ruleset, lang)
        self.lang, self.say = lang, self.speaker.say
        self.sheets = Sheets(book)
        self.fills = {value: self.sheets.filled(color) for value, color in _FILLS.items()}
        self.households = {case.household.household_id: case.household for case in checked.cases}

    def column(self, name: str) -> SheetColumn:
        """A column that other tables have, too."""
        return SheetColumn(terms.COLUMNS[name].say(self.lang))

    # --- 认定结果 -----------------------------------------------------------------------

    def decisions(self) -> None:
        numbers = [
            rule
            for (owner, _), rule in self.ruleset.facts.items()
            if owner == HOUSEHOLD and isinstance(rule.node.type, Number)
        ]
        columns = [
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
            SheetColumn(self.say("与上一轮名册", "against the previous roster")),
            *(SheetColumn(_with_unit(rule)) for rule in numbers),
        ]
        pairs = zip(self.checked.cases, self.checked.decisions, strict=True)
        rows = (self.decision_row(case, decision, numbers) for case, decision in pairs)
        self.sheets.add(self.say("认定结果", "decisions"), columns, rows)

    def decision_row(
        self, case: Case, decision: Decision, numbers: Sequence[Rule]
    ) -> Sequence[Any]:
        household = case.household
        given = {track.track for track in decision.tracks}
        kind = [self.speaker.rule(decision.kind)] if self.ruleset.kinds else []
        return [
            household.household_id,
            household.village,
            getattr(household, "group", None),
            self.speaker.head(household),
            len(household.members),
            Cell(self.speaker.eligibility(decision.eligibility), self.fills[decision.eligibility]),
            *kind,
            "\n".join(self.reasons(decision)),
            "\n".join(self.titles(decision.reviews)),
            "\n".join(self.speaker.unknown(household, path) for path in decision.unknown),
            "\n".join(rule.title for rule in self.ruleset.tracks if rule.id in given),
            terms.STANDINGS[standing(case, decision)].say(self.lang),
            *_values(self.checked, case, numbers),
        ]

    def titles(self, rule_ids: Iterable[str]) -> list[str]:
        return [self.speaker.rule(rule_id) for rule_id in rule_ids]

    def reasons(self, decision: Decision) -> list[str]:
        """Why it came out so: grounds, or the criteria that it meets."""
        if decision.eligibility == "ineligible":
            return self.titles(decision.grounds)
        met = [
            finding.rule_id
            for finding in decision.findings
            if finding.kind == "criterion" and finding.outcome == "true"
        ]
        return self.titles(met)

    # --- 依据, 批次, 退回 ---------------------------------------------------------------

    def findings(self) -> None:
        columns = [
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
        bases = self.memo_bases()
        rows = (
            (
                each.household_id,
                self.speaker.head(self.households[each.household_id]),
                self.speaker.person(self.households[each.household_id], each.member_id),
                self.speaker.finding(each.kind),
                each.rule_id,
                *bases[each.rule_id][:1],
                self.speaker.outcome(each.outcome),
                *bases[each.rule_id][1:],
            )
            for decision in self.checked.decisions
            for each in decision.findings
        )
        self.sheets.add(self.say("依据", "findings"), columns, rows)

    def memo_bases(self) -> Mapping[str, tuple[str, str, str, str]]:
        """Title, basis, source and provenance of every rule that occurs in a finding."""
        speaker = self.speaker

        class Bases(defaultdict[str, tuple[str, str, str, str]]):
            def __missing__(self, rule_id: str) -> tuple[str, str, str, str]:
                basis = speaker.basis_of(rule_id)
                sure = speaker.provenance(basis.provenance)
                self[rule_id] = (speaker.rule(rule_id), basis.text, basis.source, sure)
                return self[rule_id]

        return Bases()

    def tracks(self) -> None:
        columns = [
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
        whole = self.say("全户", "whole household")
        single = self.say("个人", "person")
        titles = {rule.id: rule.title for rule in self.ruleset.tracks}
        rows = []
        for decision in self.checked.decisions:
            household = self.households[decision.household_id]
            members = {member.member_id: member for member in household.members}
            for track in decision.tracks:
                member = members.get(track.member_id)
                number = getattr(member, "id_number", None) if member else None
                rows.append(
                    (
                        track.household_id,
                        household.village,
                        self.speaker.head(household),
                        titles[track.track],
                        single if member else whole,
                        track.member_id,
                        getattr(member, "name", None) if member else None,
                        number if self.show_ids or number is None else mask(number),
                        1 if member else len(household.members),
                    )
                )
        self.sheets.add(self.say("批次", "tracks"), columns, rows)

    def rejected(self) -> None:
        columns = [
            SheetColumn(self.say("来源", "from")),
            self.column("row"),
            SheetColumn(self.say("栏目", "field")),
            SheetColumn(self.say("内容", "value")),
            SheetColumn(self.say("退回原因", "reason"), wrap=True, width=70),
        ]
        rows = (
            (
                each.source,
                each.row,
                self.speaker.field(each.field),
                each.value,
                each.reason.say(self.lang),
            )
            for each in self.checked.roster.rejected
        )
        self.sheets.add(self.say("退回", "rejected"), columns, rows)


def _with_unit(rule: Rule) -> str:
    return f"{rule.title}({rule.unit})" if rule.unit else rule.title


def _values(checked: Checked, case: Case, rules: Sequence[Rule]) -> list[Any]:
    """The household's derived numbers; None where they are unknown."""
    with localcontext(EXACT):
        place = Place.top(checked.ruleset, case)
        return [evaluate(rule.node, place) for rule in rules]
