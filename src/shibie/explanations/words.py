"""Changes and answers in words, in either language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from shibie.case import Case
from shibie.engines.persons import spokesman
from shibie.errors import Words
from shibie.explanations.changeable_facts import spec_of
from shibie.explanations.changed_cases import DOUBTFUL, FactChange, Lever, Who
from shibie.explanations.doubts_said import Doubts
from shibie.explanations.reasons import numbers_of
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import FieldSpec
from shibie.words import lists, terms
from shibie.words.speaker import Speaker
from shibie.words.values import amount, currencies, reckoned

WHO: dict[Who, Words] = {
    "household": Words("农户可申报变化，经核实后算数", "the household can report it; it counts once verified"),
    "officer": Words("须由工作人员凭证据核实", "an officer must verify it, with evidence"),
    "rule": Words("只有修改规则才行", "only a change of the rules would"),
}  # fmt: skip


class Phrases:
    """Words for the levers and changes of one case."""

    def __init__(self, speaker: Speaker, case: Case) -> None:
        self.ruleset, self.case, self.lang = speaker.ruleset, case, speaker.lang
        self.speaker, self.doubts = speaker, Doubts(speaker, case)
        self.say = self.speaker.say

    def person(self, member: int) -> str:
        """A member's name."""
        household = self.case.household
        return self.speaker.person(household, household.members[member].member_id)

    def names(self, levers: Iterable[Lever]) -> list[str]:
        """What levers are, rows of which the same is asked together."""
        levers = [*levers]
        doubtful = [lever for lever in levers if lever.kind in DOUBTFUL]
        told = [
            self.name(lever)
            + self.doubts.differing.of_column(lever.register, lever.row, lever.name)
            for lever in levers
            if lever not in doubtful
        ]
        return [*told, *self.doubts.names(doubtful)]

    def name(self, lever: Lever) -> str:
        """What a lever is, with whose it is."""
        match lever.kind:
            case "whose" | "crowd":
                return self.doubts.names([lever])[0]
            case "verdict":
                whether = Words("是否属实", "whether it is so")
                rule = self.ruleset.rule(lever.name)
                if rule is None or not rule.statement:
                    return self.speaker.rule(lever.name)
                return self.say(f"{rule.statement}{whether.zh}", f"{rule.statement}: {whether.en}")
            case "rule":
                return self.speaker.rule(lever.name)
            case "parameter":
                return self.ruleset.parameters[lever.name].title
            case "rows" | "row":
                title = self.ruleset.registers[lever.name].title
                if lever.kind == "row" and self.speaker.to_household:
                    whose = "" if lever.member is None else self.person(lever.member)
                    return self.say(
                        f"{title}中{whose}的记录" if whose else f"{title}的记录",
                        f"the record of {whose} in {title}" if whose else f"the record in {title}",
                    )
                if lever.kind == "row":
                    title += self.say(f"第 {lever.row} 行", f", row {lever.row}")
            case "column":
                spec = cast("FieldSpec", spec_of(self.ruleset, lever))
                title = self.speaker.column_of(lever.register, lever.row, spec.title)
            case "number":
                title = self.say("有效证件号码", "a valid citizen number")
            case "field":
                spec = cast("FieldSpec", spec_of(self.ruleset, lever))
                title = lever.name.replace("_", " ") if self.speaker.is_foreign else spec.title
        if lever.member is None:
            return title
        return self.speaker.of_person(self.person(lever.member), title)

    def amount(self, value: Any, unit: str) -> str:
        """A value with its unit, money with two decimals."""
        return amount(value, self.lang, unit, currencies(self.ruleset))

    def reckoned(self, value: Any, unit: str) -> str:
        """A derived number with its unit, money to two decimals."""
        return reckoned(value, self.lang, unit, currencies(self.ruleset))

    def value(self, lever: Lever, value: Any) -> str:
        """A value with its unit."""
        spec = spec_of(self.ruleset, lever)
        unit = spec.unit if spec else ""
        if lever.kind == "parameter":
            unit = self.ruleset.parameters[lever.name].unit
        return self.amount(value, unit)

    def sensitive(self, lever: Lever) -> bool:
        """Whether what a lever moves must not be shown."""
        spec = spec_of(self.ruleset, lever)
        return spec is not None and spec.sensitive

    # --- what would have to be otherwise --------------------------------------------------

    def change(self, change: FactChange) -> str:
        """One change, as a condition: what it would have to be, and what it is."""
        lever, name = change.lever, self.name(change.lever)
        match lever.kind:
            case "whose" | "crowd":
                return self.found_out([change])[0]
            case "verdict":
                return self.verdict(change)
            case "rule":
                return self.say(f"规则“{name}”不再适用", f"the rule '{name}' no longer applies")
            case "row":
                return self.say(
                    f"{name}经核实有误或不是本人所有",
                    f"{name} is verified to be wrong or another person's",
                )
            case "rows":
                return self.say(f"{name}查明没有记录", f"{name} is found to have no row")
        values = (change.value, *change.also)
        to = lists.either((self.shown(change, value) for value in values), self.lang)
        words = bound(change) or Words("经核实为", "verified to be")
        if isinstance(change.before, bool) and not self.sensitive(lever):
            return self.say(f"{name}{words.zh}“{to}”", f"{name} {words.en} {to}")
        now = (
            terms.WITHHELD.say(self.lang)
            if self.sensitive(lever)
            else self.value(lever, change.before)
        )
        return self.say(
            f"{name}{words.zh} {to}（现为 {now}）", f"{name} {words.en} {to} (now {now})"
        )

    def shown(self, change: FactChange, value: Any) -> str:
        """A value it would have; of a sensitive set of codes only what comes to it."""
        if not self.sensitive(change.lever):
            return self.value(change.lever, value)
        before = change.before if isinstance(change.before, frozenset) else frozenset[str]()
        added = value - before if isinstance(value, frozenset) else frozenset[str]()
        codes = self.speaker.joined(sorted(added))
        return (
            self.say(f"含{codes}", f"including {codes}") if codes else terms.WITHHELD.say(self.lang)
        )

    def verdict(self, change: FactChange) -> str:
        """An officer's verdict, given or given anew, on what the rule states."""
        rule_id, verdict = change.lever.name, str(change.value)
        if verdict == "exempt":
            exempt = Words("经核实属实但例外", "is true, and the household exempt")
            return self.speaker.found(rule_id, exempt)
        if verdict == "refuted" and change.before == "upheld":
            anew = Words(
                "凭新证据复核为不属实（原核实为属实）", "is refuted on new evidence (it was upheld)"
            )
            return self.speaker.found(rule_id, anew)
        return self.speaker.verified(rule_id, verdict)

    def changes(self, changes: Iterable[FactChange]) -> str:
        """Several changes together; a person who could not be matched is named once."""
        parts: list[str] = []
        unmatched: dict[int, list[str]] = {}
        clean: list[FactChange] = []
        doubtful: list[FactChange] = []
        for change in changes:
            lever = change.lever
            if lever.kind in DOUBTFUL:
                doubtful.append(change)
            elif _finds_nothing(change):
                clean.append(change)
            elif lever.kind == "rows" and lever.member is not None and change.value == ():
                unmatched.setdefault(lever.member, []).append(
                    self.ruleset.registers[lever.name].title
                )
            else:
                parts.append(self.change(change))
        for member, registers in unmatched.items():
            titles = self.speaker.joined(registers)
            parts.append(
                self.say(
                    f"{self.person(member)}完成比对且没有记录（{titles}）",
                    f"{self.person(member)} is compared and has no row ({titles})",
                )
            )
        parts += self.without_rows(clean, "查明")
        parts += self.found_out(doubtful)
        # To a household, which is told no rows, what is said of two of them may be the same.
        return self.say("，且", ", and ").join(dict.fromkeys(parts))

    def found_out(self, changes: Iterable[FactChange]) -> list[str]:
        """What is found out of rows that may count."""
        return [
            self.say(f"查明{found}", f"it is found that {found}")
            for found in self.doubts.answers(changes)
        ]

    def without_rows(self, changes: list[FactChange], found: str = "") -> list[str]:
        """Registers in which the household is found to have no row, together where it is several."""
        if len(changes) < 2:
            return [self.change(each) for each in changes]
        titles = [self.ruleset.registers[each.lever.name].title for each in changes]
        listed = self.speaker.joined(title.removesuffix("比对") for title in titles)
        count = lists.counted(len(titles), "个")
        return [
            self.say(
                f"{listed}{count}比对都{found}没有记录",
                f"all {len(titles)} comparisons ({listed}) find no row",
            )
        ]

    def effects(self, before: Case, after: tuple[RuleSet, Case]) -> str:
        """What the changes do to the derived numbers: 家庭人均纯收入 3,592.00 元 → 2,854.99 元.

        A household of nobody has none: what is divided by its persons then means nothing.
        """
        if spokesman(*after) is None:
            return self.say("没有计入人口的成员", "nobody counts")
        nobody = spokesman(self.ruleset, before) is None
        was, becomes = numbers_of(self.ruleset, before), numbers_of(*after)
        told = []
        for name, value in becomes.items():
            rule = self.ruleset.facts["household", name]
            if value is not None and was[name] != value:
                old, new = (self.reckoned(each, rule.unit) for each in (was[name], value))
                if nobody or old != new:
                    told.append(f"{rule.title} {'' if nobody else f'{old} → '}{new}")
        return self.speaker.clauses(told)

    # --- answers ------------------------------------------------------------------------

    def answers(self, changes: Iterable[FactChange]) -> str:
        """Answers to several facts; comparisons that find nothing are named together."""
        changes = list(changes)
        clean = [each for each in changes if _finds_nothing(each)]
        if len(clean) < 2:
            clean = []
        doubtful = [each for each in changes if each.lever.kind in DOUBTFUL]
        told = [self.answer(each) for each in changes if each not in clean and each not in doubtful]
        told += self.doubts.answers(doubtful)
        return self.say("，且", ", and ").join([*told, *self.without_rows(clean)])

    def answer(self, change: FactChange) -> str:
        """One answer to an unknown fact."""
        lever, name = change.lever, self.name(change.lever)
        if lever.kind == "verdict":
            return self.verdict(change)
        if lever.kind == "rows":
            rows = cast("tuple[Any, ...]", change.value)
            if not rows:
                return self.say(f"{name}没有记录", f"{name}: no row")
            return self.say(f"{name}有记录", f"{name}: a row") + self.row(lever, rows[0])
        if lever.kind == "number":
            return name
        value = self.value(lever, change.value)
        words = bound(change)
        if change.span is not None:
            least, most = (self.value(lever, end) for end in change.span)
            return self.say(f"{name}在 {least}至 {most}之间", f"{name} from {least} to {most}")
        if words is None:
            space = " " if value[:1].isdecimal() else ""
            return self.say(f"{name}为{space}{value}", f"{name} is {value}")
        return self.say(f"{name}{words.zh} {value}", f"{name} {words.en} {value}")

    def row(self, lever: Lever, cells: Iterable[tuple[str, Any]]) -> str:
        """What a supposed row says, in brackets."""
        columns = self.ruleset.field_specs(lever.name)
        told = []
        for name, value in cells:
            column = columns[name]
            shown = self.amount(value, column.unit)
            if column.type in ("money", "decimal", "integer"):
                shown = self.say(f"达到 {shown}", f"from {shown}")
            told.append(f"{column.title} {shown}")
        return lists.bracketed(self.say("，", ", ").join(told), self.lang) if told else ""


def _finds_nothing(change: FactChange) -> bool:
    """Whether a whole comparison is found to have no row of the household."""
    return change.lever.kind == "rows" and change.lever.member is None and change.value == ()


def bound(change: FactChange) -> Words | None:
    """How a bound is said of a number or of a day; None where the value itself is meant."""
    if not change.bound:
        return None
    if isinstance(change.value, date):
        return {
            "most": Words("不晚于", "on or before"), "least": Words("不早于", "on or after")
        }[change.bound]  # fmt: skip
    return {"most": Words("不高于", "at most"), "least": Words("不低于", "at least")}[change.bound]
