"""Adjudication rows: only signed verdicts on adjudicable rules of known households count."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import ValidationError

from shibie.errors import Words, with_suggestion
from shibie.household import Adjudication, Verdict
from shibie.rosters.form_faults import pydantic_faults
from shibie.rosters.records import Rejection, RowTable, TypedRow
from shibie.ruleset.conditions import registers_read
from shibie.ruleset.model import Rule, RuleSet
from shibie.ruleset.verdicts import (
    ALL_VERDICTS,
    VERDICT_WORDS,
    listed,
    reason_code,
    refusal,
    unknown_reason,
)
from shibie.vocabulary import FieldSpec, folded, specs_of

# A verdict as people write it: its word, or the code itself.
VERDICTS: Mapping[str, Verdict] = {
    text: verdict for verdict, word in VERDICT_WORDS.items() for text in (verdict, word.zh)
}


def adjudication_specs() -> tuple[FieldSpec, ...]:
    """The fields of an adjudication as written: a verdict has words of its own (属实 …)."""
    return tuple(
        replace(spec, type="text", codes=()) if spec.name == "verdict" else spec
        for spec in specs_of(Adjudication)
    )


# What names a row in a verdict of the table of acts.
ROW_NAMES = ("register", "row_key")


def _row_of(record: TypedRow) -> tuple[str, ...]:
    """The register row that a verdict names; empty where it is on the whole rule."""
    if record.values.get("row_key") is None:
        return ()
    return tuple(str(record.values.get(name)) for name in ROW_NAMES)


class VerdictReader:
    """Reads the adjudications of a roster; rejects rows, never households.

    Attributes:
        of_rows: what was refuted of one register row alone: of two cars one was sold. The rule
            stands on the others.
        named: all verdicts that name a row, whether or not another has taken their place.
    """

    def __init__(self, ruleset: RuleSet, as_of: date, households: Set[str]) -> None:
        self.as_of, self.households = as_of, households
        self.rules: dict[str, Rule] = {}
        for rule in (*ruleset.exclusions, *ruleset.reviews):
            self.rules[rule.id] = self.rules[rule.title] = rule
        self.ruleset = ruleset
        self.rejected: list[Rejection] = []
        self.notes: list[Words] = []
        self.of_rows: list[tuple[TypedRow, Adjudication]] = []
        self.named: list[tuple[TypedRow, Adjudication]] = []
        self._read_by: dict[str, tuple[str, ...]] = {}

    def read(self, table: RowTable) -> tuple[tuple[TypedRow, Adjudication], ...]:
        """The verdicts that count, with their rows: of several on one rule, the latest."""
        found: dict[tuple[str, ...], list[tuple[TypedRow, Adjudication]]] = {}
        for record in table.records:
            self.rejected += record.faults
            adjudication = None if record.faults else self._one(record)
            if adjudication is not None:
                row = _row_of(record) if adjudication.verdict == "refuted" else ()
                key = (adjudication.household_id, adjudication.rule_id, *row)
                found.setdefault(key, []).append((record, adjudication))
                if _row_of(record):
                    self.named.append((record, adjudication))
        latest = [each for several in found.values() if (each := self._latest(several))]
        # Of these only the verdicts on a whole rule decide whether it fires.
        self.of_rows = [
            (record, each)
            for record, each in latest
            if each.verdict == "refuted" and _row_of(record)
        ]
        return tuple(each for each in latest if each not in self.of_rows)

    def _one(self, record: TypedRow) -> Adjudication | None:
        values: dict[str, Any] = {
            name: value for name, value in record.values.items() if name not in ROW_NAMES
        }
        household_id = str(values.get("household_id") or "")
        written = str(values.get("rule_id") or "")
        rule = self.rules.get(written)
        day = values.get("date")
        if household_id not in self.households:
            self._reject(
                record,
                "household_id",
                household_id,
                "名册中没有这一户",
                "no such household on the roster",
            )
            return None
        if rule is None:
            said = Words(f"没有可核实的规则“{written}”", "no rule to adjudicate")
            said = with_suggestion(said, written, self.rules)
            self._reject(record, "rule_id", written, said.zh, said.en, "unknown_rule")
            return None
        verdict = VERDICTS.get(folded(str(values.get("verdict"))))
        if verdict is None:
            allowed = listed(ALL_VERDICTS)
            self._reject(
                record, "verdict", str(values.get("verdict") or ""),
                f"应为 {allowed.zh}", f"expected {allowed.en}", "bad_verdict",
            )  # fmt: skip
            return None
        refused = refusal(rule, verdict)
        if refused is not None:
            self._reject(record, "rule_id", rule.id, refused.zh, refused.en, "verdict_not_allowed")
            return None
        if not self._rests_on_row(record, rule):
            return None
        reason = values.get("reason")
        if reason is not None:
            values["reason"] = reason_code(self.ruleset, str(reason))
            if values["reason"] is None:
                said = unknown_reason(self.ruleset, str(reason))
                self._reject(record, "reason", str(reason), said.zh, said.en, "unknown_reason")
                return None
        if isinstance(day, date) and day > self.as_of:
            self._reject(
                record, "date", day.isoformat(),
                f"核实日期晚于认定日期 {self.as_of}", f"dated after the day of judgement {self.as_of}",
                "bad_verdict",
            )  # fmt: skip
            return None
        try:
            return Adjudication.model_validate({**values, "rule_id": rule.id, "verdict": verdict})
        except ValidationError as error:
            for _, field, shown, reason, code in pydantic_faults(error, self.ruleset):
                self.rejected.append(record.rejection(field, shown, reason, code))
            return None

    def _rests_on_row(self, record: TypedRow, rule: Rule) -> bool:
        """Whether the rule reads the register whose row a verdict names; true where it names none.

        Else the row is no clue of the rule, and to refute it would lift the ground of another.
        """
        row = _row_of(record)
        if not row:
            return True
        if rule.id not in self._read_by:
            self._read_by[rule.id] = registers_read(self.ruleset, rule)
        read = self._read_by[rule.id]
        if row[0] in read:
            return True
        titles = [self.ruleset.registers[name].title for name in read]
        self._reject(
            record, "register", row[0],
            f"规则 {rule.id} 不看这个比对表;{'它看的是:' + '、'.join(titles) if read else '它不看比对表'}",
            f"rule {rule.id} does not read this register; it reads {', '.join(read) or 'none'}",
            "bad_verdict",
        )  # fmt: skip
        return False

    def _latest(
        self, several: list[tuple[TypedRow, Adjudication]]
    ) -> tuple[TypedRow, Adjudication] | None:
        """The latest verdict; two that contradict each other on one day are both refused."""
        newest = max((each.date or date.min) for _, each in several)
        last = [(record, each) for record, each in several if (each.date or date.min) == newest]
        if len({each.verdict for _, each in last}) > 1:
            for record, each in last:
                self._reject(
                    record, "verdict", each.verdict,
                    "同一天对同一规则的核实互相矛盾", "contradicts another verdict of the same day",
                    "bad_verdict",
                )  # fmt: skip
            return None
        record, latest = last[-1]
        for older, each in several:
            if each.verdict != latest.verdict:
                other = older.source != record.source
                zh, en = (f" {record.source} ", f" of {record.source}") if other else ("", "")
                self.notes.append(
                    Words(
                        f"{older.source} 第 {older.number} 行的核实已被{zh}第 {record.number} 行取代",
                        f"{older.source}: the verdict in row {older.number} is superseded by"
                        f" row {record.number}{en}",
                    )
                )
        return record, latest

    def _reject(
        self, record: TypedRow, field: str, value: str, zh: str, en: str, code: str = "invalid"
    ) -> None:
        self.rejected.append(record.rejection(field, value, Words(zh, en), code))
