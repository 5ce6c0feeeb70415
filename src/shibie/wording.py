"""The product's own words for people, and ids turned back into titles."""

from __future__ import annotations

import re
from collections.abc import Mapping

from shibie.compare import DUPLICATE_PERSON
from shibie.decision import NOT_POOR, Eligibility
from shibie.errors import Lang, Words
from shibie.household import Adjudication, BareHousehold, StepRecord
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.ruleset.model import Basis, RuleSet
from shibie.vocabulary import specs_of

KINDS: Mapping[str, Words] = {
    "criterion": Words("识别标准", "criterion"),
    "exclusion": Words("不纳入", "exclusion"),
    "review": Words("严格审查", "strict review"),
    "discrepancy": Words("申报与比对不一致", "declaration contradicts register"),
    "duplicate": Words("重复人员", "same person twice"),
    "procedure": Words("程序", "procedure"),
    "track": Words("帮扶批次", "track"),
}
OUTCOMES: Mapping[str, Words] = {
    "true": Words("成立", "true"),
    "unknown": Words("未知", "unknown"),
    "refuted": Words("核实为不属实", "refuted"),
}
PROVENANCES: Mapping[str, Words] = {
    "verbatim": Words("原文", "verbatim"),
    "documented": Words("有据(他地公开规则)", "documented elsewhere"),
    "reconstructed": Words("重建", "reconstructed"),
}
_OWN_RULES: Mapping[str, Words] = {
    NOT_POOR: Words("不符合识别标准", "does not meet the criteria"),
    DUPLICATE_PERSON: Words("同一人出现在两户", "the same person is in two households"),
}
_PATH = re.compile(r"(?:(?P<of>\w+)\[(?P<item>.*)\]\.)?(?P<name>\w+)")


def eligibility(ruleset: RuleSet, value: Eligibility) -> str:
    """The programme's word for an eligibility."""
    return str(getattr(ruleset.outcome, value))


_STEP_CHECKS: Mapping[str, Words] = {
    "after_as_of": Words("日期晚于认定日期", "dated after the day of judgement"),
    "actor": Words("办理主体不符", "by another actor"),
    "unsigned": Words("没有签字", "not signed"),
    "document": Words("缺材料", "a document is missing"),
    "notice": Words("公示天数不足", "too few days of notice"),
}


def rule_title(ruleset: RuleSet, rule_id: str, lang: Lang = "zh") -> str:
    """The title of a rule, a comparison, or one of the product's own findings."""
    if rule_id in _OWN_RULES:
        return _OWN_RULES[rule_id].say(lang)
    rule = ruleset.rule(rule_id)
    if rule is not None:
        return rule.title
    comparisons = {register.id: register.title for register in ruleset.registers.values()}
    return comparisons.get(rule_id) or _step_title(ruleset, rule_id, lang)


def _step_title(ruleset: RuleSet, rule_id: str, lang: Lang) -> str:
    """The title of what is asked of a step of the procedure: `step.check`."""
    titles = {step.id: step.title for step in ruleset.procedure}
    for step in ruleset.procedure:
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
        return f"{step.title}:{' ' if lang == 'en' else ''}{said.say(lang)}"
    return rule_id


def rule_basis(ruleset: RuleSet, rule_id: str) -> Basis:
    """Where a rule or comparison comes from."""
    rule = ruleset.rule(rule_id)
    if rule is not None:
        return rule.basis
    bases = {register.id: register.basis for register in ruleset.registers.values()}
    return bases.get(rule_id, Basis(provenance=ruleset.provenance))


def person(household: BareHousehold, member_id: str) -> str:
    """A member's name, or the member id where the form has no name."""
    for member in household.members:
        if member.member_id == member_id:
            return getattr(member, "name", None) or member_id
    return member_id


def head(household: BareHousehold) -> str:
    """The name of the head of the household, else of its first member."""
    heads = [member for member in household.members if getattr(member, "relation", "") == "户主"]
    return person(household, (heads or [*household.members])[0].member_id)


def unknown_fact(ruleset: RuleSet, household: BareHousehold, path: str, lang: Lang = "zh") -> str:
    """The path of an unknown fact in words.

    `members[3].health` → 王小明的健康状况; `vehicles` → 车辆登记比对(未做).
    """
    found = _PATH.fullmatch(path)
    if found is None:
        return path
    of, item, name = found["of"], found["item"], found["name"]
    if of == "members":
        who = person(household, item)
        if name in ruleset.registers:
            title = ruleset.registers[name].title
            return Words(f"{who}的{title}", f"{title} of {who}").say(lang)
        return Words(f"{who}的{_title(ruleset, MEMBER, name)}", f"{name} of {who}").say(lang)
    if of in ruleset.registers:
        register = ruleset.registers[of]
        column = ruleset.field_spec(of, name)
        title = column.title if column else name
        return Words(
            f"{register.title}第 {item} 行的{title}", f"{title} in row {item} of {register.title}"
        ).say(lang)
    if name in ruleset.registers:
        title = ruleset.registers[name].title
        return Words(f"{title}(未做)", f"{title} (not done)").say(lang)
    return _title(ruleset, HOUSEHOLD, name)


def field_title(ruleset: RuleSet, name: str, lang: Lang = "zh") -> str:
    """The title of a field of any table, or the name itself."""
    if lang == "en" and ruleset.lang != "en":
        return name
    columns = (column for register in ruleset.registers.values() for column in register.columns)
    specs = (
        *ruleset.vocabulary.household, *ruleset.vocabulary.member,
        *specs_of(Adjudication), *specs_of(StepRecord), *columns,
    )  # fmt: skip
    titles = {spec.name: spec.title for spec in reversed(specs)}
    return {"members": "成员", **titles}.get(name, name)


def _title(ruleset: RuleSet, owner: str, name: str) -> str:
    spec = ruleset.field_spec(HOUSEHOLD, name) or ruleset.field_spec(MEMBER, name)
    if spec is not None:
        return spec.title
    for (of, fact), rule in ruleset.facts.items():
        if of == owner and fact == name:
            return rule.title
    if name in ruleset.parameters:
        return ruleset.parameters[name].title
    return rule_title(ruleset, name)
