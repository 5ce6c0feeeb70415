"""What a decision is about, in words: ids, facts and people of one rule set in one language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from shibie.acts import TABLE_NAMES, act_specs
from shibie.decision import DUPLICATE_PERSON, NOT_POOR
from shibie.errors import Lang, Words
from shibie.household import (
    Adjudication,
    BareHousehold,
    HelperRecord,
    PlanRecord,
    StepRow,
    VisitRecord,
)
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.ruleset.basis import Basis, Provenance
from shibie.ruleset.checking.duplicates import IN_ANOTHER_HOUSEHOLD, IN_TWO_HOUSEHOLDS
from shibie.ruleset.model import RuleSet
from shibie.ruleset.verdicts import lifting, listed, proposed
from shibie.vocabulary import STATED, head_of, shared, specs_of
from shibie.words import lists, terms

# What the product finds by itself, without a rule of the pack.
OWN_RULES: Mapping[str, Words] = {
    NOT_POOR: Words("不符合识别标准", "does not meet the criteria"),
    DUPLICATE_PERSON: IN_TWO_HOUSEHOLDS,
}
# What is asked of every step of a procedure.
_STEP_CHECKS: Mapping[str, Words] = {
    "after_as_of": Words("日期晚于认定日期", "dated after the day of judgement"),
    "actor": Words("办理主体不符", "by another actor"),
    "unsigned": Words("没有签字", "not signed"),
    "document": Words("缺材料", "a document is missing"),
    "notice": Words("公示天数不足", "too few days of notice"),
}
_PATH = re.compile(r"(?:(?P<of>\w+)\[(?P<item>.*)\]\.)?(?P<name>\w+)")
_ROW = re.compile(r"(?P<of>\w+)\[(?P<row>\d+|\*)\]")


@dataclass(frozen=True)
class Speaker:
    """Speaks of one rule set in one language.

    Titles are the pack's own, in its language; all other words are in the speaker's.
    To a household it names no rows of registers, and does not say how surely a rule is the
    place's own: neither tells a villager anything, and both stay in what officers read.

    >>> from shibie.ruleset.loader import load
    >>> speaker = Speaker(load("bazhong-2015"), "en")
    >>> speaker.eligibility("ineligible"), speaker.rule("not_poor")
    ('not eligible', 'does not meet the criteria')
    """

    ruleset: RuleSet
    lang: Lang = "zh"
    to_household: bool = False

    def say(self, zh: str, en: str) -> str:
        """The words of the one language."""
        return en if self.lang == "en" else zh

    @property
    def is_foreign(self) -> bool:
        """Whether the pack's words are in another language than the speaker's."""
        return self.lang == "en" and self.ruleset.lang != "en"

    # --- lists ----------------------------------------------------------------------------

    def joined(self, items: Iterable[str]) -> str:
        """A plain list in a sentence."""
        return lists.joined(items, self.lang)

    def clauses(self, items: Iterable[str]) -> str:
        """Parts of a sentence that have commas of their own."""
        return lists.clauses(items, self.lang)

    # --- results --------------------------------------------------------------------------

    def eligibility(self, value: str) -> str:
        """The pack's word for an eligibility, or for a household that could not be read."""
        if value == "rejected":
            return terms.REJECTED.say(self.lang)
        if self.is_foreign:
            return terms.ELIGIBILITIES[value].en
        return str(getattr(self.ruleset.outcome, value))

    def outcome(self, value: str) -> str:
        """What came of a rule: 成立, 不成立, 未知 …."""
        return terms.OUTCOMES[value].say(self.lang)

    def verdict(self, value: str) -> str:
        """What an officer verified: 属实, 不属实 or 属实但例外."""
        return terms.VERDICTS[value].say(self.lang)

    def standing(self, standing_id: str) -> str:
        """Where a household is between two rosters: 保留, 清退, 脱贫 …; empty where it has none.

        >>> from shibie.ruleset.loader import load
        >>> Speaker(load("bazhong-2015")).standing("exited")
        '脱贫'
        """
        standing = self.ruleset.standing(standing_id)
        known = terms.STANDINGS.get(standing_id)
        if standing is None or (self.is_foreign and known is not None):
            return known.say(self.lang) if known is not None else standing_id
        return standing.title

    def finding(self, kind: str) -> str:
        """Which kind of thing was found."""
        return terms.FINDINGS[kind].say(self.lang)

    # --- rules ----------------------------------------------------------------------------

    def rule(self, rule_id: str) -> str:
        """The title of a rule, a comparison, or one of the product's own findings."""
        if rule_id in OWN_RULES:
            return OWN_RULES[rule_id].say(self.lang)
        rule = self.ruleset.rule(rule_id)
        if rule is not None:
            return rule.title
        comparisons = {each.id: each.title for each in self.ruleset.registers.values()}
        return comparisons.get(rule_id) or self._step(rule_id)

    def statement(self, rule_id: str) -> str:
        """What is so where a rule holds: its statement, or else its title in quotes.

        >>> from shibie.ruleset.loader import load
        >>> Speaker(load("bazhong-2015")).statement("vehicle")
        '户中有小轿车或客货运车辆'
        """
        if statement := self._stated(rule_id):
            return self.say(statement, f"'{statement}'")
        title = self.rule(rule_id)
        return self.say(f"“{title}”", f"'{title}'")

    def _stated(self, rule_id: str) -> str:
        """The statement of a rule, or nothing; the product's own in the speaker's language."""
        rule = self.ruleset.rule(rule_id)
        if rule is None:
            return ""
        if rule.id == DUPLICATE_PERSON and rule.implied:
            return IN_ANOTHER_HOUSEHOLD.say(self.lang)
        return rule.statement

    def beside(self, rule_id: str, outcome: str) -> str:
        """A rule beside its outcome in a table: a verdict stands beside what it is about.

        >>> from shibie.ruleset.loader import load
        >>> speaker = Speaker(load("bazhong-2015"))
        >>> speaker.beside("vehicle", "refuted"), speaker.outcome("refuted")
        ('户中有小轿车或客货运车辆', '核实为不属实')
        >>> speaker.beside("vehicle", "true"), speaker.outcome("true")
        ('有小轿车或客货运车辆的不纳入', '成立')
        """
        stated = self._stated(rule_id) if outcome in terms.VERDICTS else ""
        return stated or self.rule(rule_id)

    def found(self, rule_id: str, words: Words) -> str:
        """What an officer found a rule's statement to be: 户中有小轿车,经核实不属实."""
        statement = self.statement(rule_id)
        comma = "" if statement.endswith("”") else "，"
        return self.say(f"{statement}{comma}{words.zh}", f"{statement} {words.en}")

    def verified(self, rule_id: str, verdict: str) -> str:
        """A verdict as a sentence about what the rule states.

        >>> from shibie.ruleset.loader import load
        >>> Speaker(load("bazhong-2015")).verified("vehicle", "refuted")
        '户中有小轿车或客货运车辆，经核实不属实'
        """
        word = terms.VERDICTS[verdict]
        return self.found(rule_id, Words(f"经核实{word.zh}", f"is {word.en}"))

    def allowed(self, rule_id: str) -> str:
        """What is said of a rule on which not either verdict can be given; else nothing.

        >>> from shibie.ruleset.loader import load
        >>> speaker = Speaker(load("bazhong-2015"))
        >>> speaker.allowed("above_local"), speaker.allowed("vehicle")
        ('这条规则只可核实为属实；如不属实，须更正它所依据的事实', '')
        """
        rule = self.ruleset.rule(rule_id)
        if rule is None or len(proposed(rule)) > 1:
            return ""
        allowed = listed(rule.verdicts)
        said = self.say(f"这条规则只可核实为{allowed.zh}", f"this rule allows only: {allowed.en}")
        if lifting(rule) is not None:
            return said
        return said + self.say(
            "；如不属实，须更正它所依据的事实",
            "; if it is not so, correct the facts that it rests on",
        )

    def rules(self, rule_ids: Iterable[str]) -> str:
        """The titles of several, as a list."""
        return self.joined(map(self.rule, rule_ids))

    def _step(self, rule_id: str) -> str:
        """The title of what is asked of a step of the procedure: `step.check`."""
        titles = {step.id: step.title for step in self.ruleset.procedure}
        for step in self.ruleset.procedure:
            if not rule_id.startswith(f"{step.id}."):
                continue
            check = rule_id.removeprefix(f"{step.id}.")
            own = {condition.id: condition.title for condition in step.must}
            if check in own:
                said = Words(f"未做到“{own[check]}”", f"not met: {own[check]}")
            elif check.startswith("before_"):
                before = titles[check.removeprefix("before_")]
                said = Words(f"应在“{before}”之后", f"must follow '{before}'")
            else:
                said = _STEP_CHECKS[check]
            return lists.labelled(step.title, said.say(self.lang), self.lang)
        return rule_id

    def basis_of(self, rule_id: str) -> Basis:
        """Where a rule or comparison comes from."""
        rule = self.ruleset.rule(rule_id)
        if rule is not None:
            return rule.basis
        bases = {each.id: each.basis for each in self.ruleset.registers.values()}
        return bases.get(rule_id, Basis(provenance=self.ruleset.provenance))

    def provenance(self, value: Provenance) -> str:
        """How surely a rule is the place's own."""
        return terms.PROVENANCES[value].say(self.lang)

    def source(self, basis: Basis) -> str:
        """The policy behind a rule with how surely it is that, or nothing."""
        parts = [part for part in (basis.text, basis.source) if part]
        said = " — ".join(parts)
        if not said or self.to_household:
            return said
        return f"{said} [{self.provenance(basis.provenance)}]"

    def pack(self) -> str:
        """The title of the rule set, with how surely it is the place's own.

        >>> from shibie.ruleset.loader import load
        >>> Speaker(load("us-snap-2024"), "en").pack()
        'SNAP, federal rules, fiscal year 2024 (48 states and D.C.) [documented elsewhere]'
        """
        title, sure = self.ruleset.title, self.provenance(self.ruleset.provenance)
        return title if self.to_household else f"{title} [{sure}]"

    # --- rows of registers ----------------------------------------------------------------

    def rows(self, register: str, rows: Sequence[int], total: int | None = None) -> str:
        """Rows of a register: the numbers for an officer, how many for a household.

        Args:
            register: its name.
            rows: their numbers, of many the first.
            total: how many they are, where it is more.

        >>> from shibie.ruleset.loader import load
        >>> rules = load("bazhong-2015")
        >>> Speaker(rules).rows("vehicles", [7, 5]), Speaker(rules, "en").rows("vehicles", [7], 9)
        ('车辆登记比对第 5、7 行', 'any of rows 7 and 8 more of 车辆登记比对')
        >>> Speaker(rules, to_household=True).rows("vehicles", [5, 7])
        '车辆登记比对的两条记录'
        """
        title, many = self.ruleset.registers[register].title, total or len(rows)
        if self.to_household:
            count = "一条" if many == 1 else lists.counted(many, "条")
            word = "a record" if many == 1 else f"any of {many} records"
            return self.say(f"{title}的{count}记录", f"{word} in {title}")
        listed, more = self.joined(map(str, sorted(rows))), many - len(rows)
        if more:
            return self.say(
                f"{title}第 {listed} 行等 {many} 行",
                f"any of rows {listed} and {more} more of {title}",
            )
        word = "row" if many == 1 else "any of rows"
        return self.say(f"{title}第 {listed} 行", f"{word} {listed} of {title}")

    def other_row(self, row: int) -> str:
        """A row of the same register, beside one that was named."""
        if self.to_household:
            return self.say("另一条记录", "another record")
        return self.say(f"第 {row} 行", f"row {row}")

    def column_of(self, register: str, row: int, column: str) -> str:
        """A column of a row of a register."""
        title = self.ruleset.registers[register].title
        if self.to_household:
            return self.say(f"{title}记录的{column}", f"{column} in the record of {title}")
        return self.say(f"{title}第 {row} 行的{column}", f"{column} in row {row} of {title}")

    # --- people and facts -----------------------------------------------------------------

    @staticmethod
    def person(household: BareHousehold, member_id: str) -> str:
        """A member's name, or the member id where the form has no name."""
        for member in household.members:
            if member.member_id == member_id:
                return shared(member, "name") or member_id
        return member_id

    @classmethod
    def head(cls, household: BareHousehold) -> str:
        """The name of the head of the household by its form, else of its first member."""
        return cls.person(household, head_of(household).member_id)

    def of_person(self, who: str, what: str) -> str:
        """Whose something is: 王小明的健康状况."""
        return self.say(f"{who}的{what}", f"{what} of {who}") if who else what

    def unknown(self, household: BareHousehold, path: str) -> str:
        """The path of an unknown fact in words.

        `members[3].health` → 王小明的健康状况; `vehicles` → 车辆登记比对(未做);
        `vehicles[7]` → 车辆登记比对第 7 行是否属于本户、是否重复; a parameter that has no value
        for the household is said to be the rules' to state.
        """
        if row := _ROW.fullmatch(path):
            return self._whose_row(row["of"], row["row"])
        found = _PATH.fullmatch(path)
        if found is None:
            return path
        of, item, name = found["of"], found["item"], found["name"]
        registers = self.ruleset.registers
        if of == "members":
            if name in registers:
                what = registers[name].title
            else:
                what = name if self.is_foreign else self._title(MEMBER, name)
            return self.of_person(self.person(household, item), what)
        if of in registers:
            column = self.ruleset.field_spec(of, name)
            return self.column_of(of, int(item), column.title if column else name)
        if name in registers:
            return self.say(
                f"{registers[name].title}（未做）", f"{registers[name].title} (not done)"
            )
        if name in self.ruleset.parameters:
            title = name if self.is_foreign else self.ruleset.parameters[name].title
            return self.say(
                f"{title}（规则里没有适用于本户的数，要补上）",
                f"{title} (the rules have no value for this household: state it)",
            )
        return self._title(HOUSEHOLD, name)

    def _whose_row(self, register: str, row: str) -> str:
        """That it is not known whether a row, or those that tell nobody apart, count here.

        Which of both is in doubt of a row, whose it is or whether it came twice, is not known here.
        """
        title = self.ruleset.registers[register].title
        if row != "*" and self.to_household:
            rows = self.rows(register, [int(row)])
            return self.say(
                f"{rows}是否属于您户、是否重复",
                f"whether {rows} is about anybody here, and no repetition",
            )
        if row == "*":
            return self.say(
                f"{title}中认不出是谁的记录是否说的是本户的人",
                f"whether rows of {title} that tell nobody apart are about anybody here",
            )
        return self.say(
            f"{title}第 {row} 行是否属于本户、是否重复",
            f"whether row {row} of {title} is about anybody here, and no repetition",
        )

    def undone(self, registers: Iterable[str]) -> str:
        """The comparisons that were not done, in one sentence.

        >>> from shibie.ruleset.loader import load
        >>> Speaker(load("bazhong-2015")).undone(["vehicles", "payroll"])
        '两个比对尚未进行：车辆登记、财政供养'
        """
        titles = [self.ruleset.registers[name].title for name in registers]
        if len(titles) == 1:
            return self.say(f"{titles[0]}尚未进行", f"{titles[0]} is not done yet")
        listed = self.joined(title.removesuffix("比对") for title in titles)
        return self.say(
            f"{lists.counted(len(titles), '个')}比对尚未进行：{listed}",
            f"{len(titles)} comparisons are not done yet: {listed}",
        )

    def field(self, name: str, source: str = "") -> str:
        """The title of a field of any table, or the name itself.

        Args:
            name: of the field.
            source: the table that it is of, as messages name it: tables share names of fields.
        """
        if self.is_foreign:
            return name
        ruleset = self.ruleset
        table = PurePath(source).stem
        registers = ruleset.registers.values()
        own = [
            spec for each in registers if table in (each.name, each.title) for spec in each.columns
        ]
        if table in TABLE_NAMES:
            own += act_specs()
        specs = (
            *own, *ruleset.vocabulary.household, *ruleset.vocabulary.member,
            *specs_of(Adjudication), *specs_of(StepRow),
            *(column for register in registers for column in register.columns), *act_specs(),
            *specs_of(HelperRecord), *specs_of(VisitRecord), *specs_of(PlanRecord),
            *STATED.values(),
        )  # fmt: skip
        titles = {spec.name: spec.title for spec in reversed(specs)}
        return {"members": "成员", **titles}.get(name, name)

    def _title(self, owner: str, name: str) -> str:
        """The title of a field, a fact, a parameter or a rule."""
        spec = self.ruleset.field_spec(HOUSEHOLD, name) or self.ruleset.field_spec(MEMBER, name)
        if spec is not None:
            return spec.title
        for (of, fact), rule in self.ruleset.facts.items():
            if of == owner and fact == name:
                return rule.title
        if name in self.ruleset.parameters:
            return self.ruleset.parameters[name].title
        return self.rule(name)
