"""Adjudication rows: only signed verdicts on adjudicable rules of known households count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import date
from typing import Any, Final

from pydantic import ValidationError

from shibie.acts import ROW_NAMES, Link
from shibie.errors import Words, with_suggestion
from shibie.household import Adjudication, Verdict
from shibie.registers.row_key import compared
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
from shibie.vocabulary import FieldSpec, folded, meant, specs_of

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


# A verdict with the row that it is written in.
Signed = tuple[TypedRow, Adjudication]
# A register and the key of one of its rows as it is compared; empty for the whole rule.
NamedRow = tuple[str, ...]


# What somebody who verifies writes; a row without any of it is a question.
_ANSWER: Final = ("verdict", "evidence", "officer", "date", "reason", *ROW_NAMES)


def _is_question(record: TypedRow) -> bool:
    """Whether a row only says what is to be verified, as the sheet given out does."""
    return not record.faults and all(record.values.get(name) is None for name in _ANSWER)


def _row_of(record: TypedRow) -> NamedRow:
    """The register row that a verdict names; empty where it is on the whole rule."""
    if record.values.get("row_key") is None:
        return ()
    register, key = (str(record.values.get(name)) for name in ROW_NAMES)
    return register, compared(key)


class VerdictReader:
    """Reads the adjudications of a roster; rejects rows, never households.

    Of the verdicts on one row for one rule the latest counts. What was refuted of a row takes it
    from the household: of two cars one was sold, and the rule stands on the other. What was upheld
    of a row says that the rule holds, as a verdict on the whole rule does; of these the latest
    decides, and whatever says the same counts beside it.

    Attributes:
        beside: the verdicts that count and decide about no rule by themselves.
        links: what verdicts say of whose rows are: each that names one, that it is of the household,
            and what counts as refuted, that it is not.
    """

    def __init__(self, ruleset: RuleSet, as_of: date, households: Set[str]) -> None:
        self.as_of, self.households = as_of, households
        self.rules: dict[str, Rule] = {}
        for rule in (*ruleset.exclusions, *ruleset.reviews):
            self.rules[rule.id] = self.rules[rule.title] = rule
        self.ruleset = ruleset
        self.rejected: list[Rejection] = []
        self.notes: list[Words] = []
        self.beside: list[Signed] = []
        self.links: list[Link] = []
        self._read_by: dict[str, tuple[str, ...]] = {}

    def read(self, table: RowTable) -> tuple[Signed, ...]:
        """The verdicts that decide about rules, with their rows: of several on one, the latest."""
        found: dict[tuple[str, str], dict[NamedRow, list[Signed]]] = {}
        answered = [record for record in table.records if not _is_question(record)]
        if questions := len(table.records) - len(answered):
            self.notes.append(
                Words(
                    f"{table.shown}：{questions} 行还没有填核实结论",
                    f"{table.shown}: rows without a verdict yet: {questions}",
                )
            )
        for record in answered:
            self.rejected += record.faults
            adjudication = None if record.faults else self._one(record)
            if adjudication is not None:
                of_rule = found.setdefault((adjudication.household_id, adjudication.rule_id), {})
                of_rule.setdefault(_row_of(record), []).append((record, adjudication))
                self._note_link(record, adjudication, yes=True)
        return tuple(each for of_rule in found.values() for each in self._on_rule(of_rule))

    def _on_rule(self, of_rule: Mapping[NamedRow, Sequence[Signed]]) -> Sequence[Signed]:
        """The verdict that decides about a rule, if any; notes what counts beside it."""
        on_rule = list(of_rule.get((), ()))
        for several in (several for row, several in of_rule.items() if row):
            for record, latest in self._counting(several)[-1:]:
                if latest.verdict == "refuted":
                    self.beside.append((record, latest))
                    self._note_link(record, latest, yes=False)
                else:
                    on_rule.append((record, latest))
        counting = self._counting(on_rule)
        by_row = {_row_of(each[0]): each for each in counting}
        self.beside += [each for each in by_row.values() if each is not counting[-1]]
        return counting[-1:]

    def _note_link(self, record: TypedRow, verdict: Adjudication, yes: bool) -> None:
        """Note that the row which a verdict names, if it does, is the household's, or is not."""
        if record.values.get("row_key") is not None:
            register, key = (str(record.values[name]) for name in ROW_NAMES)
            self.links.append(Link(register, key, verdict.household_id, "", yes, judged=True))

    def _one(self, record: TypedRow) -> Adjudication | None:
        values: dict[str, Any] = {
            name: value for name, value in record.values.items() if name not in ROW_NAMES
        }
        household_id = str(values.get("household_id") or "")
        written = str(values.get("rule_id") or "")
        rule = meant(self.rules, written)
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
            self._reject(record, "rule_id", written, refused.zh, refused.en, "verdict_not_allowed")
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
            f"规则“{rule.title}”不看这个比对表；{'它看的是：' + '、'.join(titles) if read else '它不看比对表'}",
            f"rule {rule.id} does not read this register; it reads {', '.join(read) or 'none'}",
            "bad_verdict",
        )  # fmt: skip
        return False

    def _counting(self, several: Sequence[Signed]) -> list[Signed]:
        """Those that say what the latest says, since any said otherwise; by day.

        Two that contradict each other on the latest day are both refused, and none counts.
        """
        if not several:
            return []
        ordered = sorted(several, key=_day)
        last = [each for each in ordered if _day(each) == _day(ordered[-1])]
        if len({each.verdict for _, each in last}) > 1:
            for record, _ in last:
                self._reject(
                    record, "verdict", str(record.values["verdict"]),
                    "同一天对同一规则的核实互相矛盾", "contradicts another verdict of the same day",
                    "bad_verdict",
                )  # fmt: skip
            return []
        record, latest = last[-1]
        otherwise = [_day(each) for each in several if each[1].verdict != latest.verdict]
        counting = [each for each in ordered if all(_day(each) > day for day in otherwise)]
        for older, _ in (each for each in several if each not in counting):
            other = older.source != record.source
            zh, en = (f" {record.source} ", f" of {record.source}") if other else ("", "")
            self.notes.append(
                Words(
                    f"{older.source} 第 {older.number} 行的核实已被{zh}第 {record.number} 行取代",
                    f"{older.source}: the verdict in row {older.number} is superseded by"
                    f" row {record.number}{en}",
                )
            )
        return counting

    def _reject(
        self, record: TypedRow, field: str, value: str, zh: str, en: str, code: str = "invalid"
    ) -> None:
        self.rejected.append(record.rejection(field, value, Words(zh, en), code))


def _day(signed: Signed) -> date:
    return signed[1].date or date.min
