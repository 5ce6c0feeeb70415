"""What is different between two versions of a rule set, rule by rule, as it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from shibie.errors import Words
from shibie.language.tree import Node
from shibie.language.types import BOOL
from shibie.language.walks import transform
from shibie.ruleset.basis import Basis
from shibie.ruleset.dated_parameter import DatedParameter
from shibie.ruleset.model import Rule, RuleSet
from shibie.ruletests import all_rules
from shibie.words import terms
from shibie.words.prose import describe

What = Literal["added", "removed", "condition", "values", "basis", "title", "kind", "other"]
WHATS: Mapping[str, Words] = {
    "added": Words("新增", "added"), "removed": Words("删去", "removed"),
    "condition": Words("条件", "condition"), "values": Words("数值", "values"),
    "basis": terms.SOURCE, "title": Words("名称", "title"),
    "kind": Words("种类", "kind"), "other": Words("内容", "content"),
}  # fmt: skip
# What rules decide.
KINDS: Mapping[str, Words] = {
    **{name: terms.FINDINGS[name] for name in ("criterion", "exclusion", "review", "track")},
    "fact": Words("事实", "fact"), "poor": Words("符合识别标准", "poor"), "exit": Words("脱贫退出标准", "exit criterion"),
    "kind": Words("类别", "kind"), "tally": Words("计数", "tally"),
}  # fmt: skip
_AMONG: Mapping[str, Words] = {
    "all": Words("计入全部农户", "among all households"),
    "roster": Words("计入在册农户", "among those on the roster"),
}
NOTHING = Words("", "")


@dataclass(frozen=True)
class WrittenChange:
    """One difference.

    Attributes:
        id: of the rule, parameter, comparison, step or field.
        before: what stood there; empty for something new.
        after: what stands there now.
    """

    id: str
    title: str
    what: What
    before: Words = NOTHING
    after: Words = NOTHING


def changes(old: RuleSet, new: RuleSet) -> tuple[WrittenChange, ...]:
    """Everything that is written differently, in the order of the packs."""
    found = [*_of_rules(old, new), *_of_parameters(old, new)]
    for name, title in (
        ("registers", "比对"), ("procedure", "步骤"), ("fields", "字段"), ("standings", "状态"),
    ):  # fmt: skip
        found += _of_items(_items(old, name), _items(new, name), title)
    return tuple(found)


def rules_of(ruleset: RuleSet) -> dict[str, Rule]:
    """Every rule, exception and fact by id; facts of members too."""
    facts = {rule.id: rule for rule in ruleset.facts.values()}
    return facts | {rule.id: rule for rule in all_rules(ruleset)}


def _of_rules(old: RuleSet, new: RuleSet) -> Iterator[WrittenChange]:
    before, after = rules_of(old), rules_of(new)
    for rule_id in dict.fromkeys((*before, *after)):
        one, other = before.get(rule_id), after.get(rule_id)
        if one is None or other is None:
            present, ruleset = (other, new) if one is None else (one, old)
            assert present is not None
            said = _condition(present, ruleset)
            if one is None:
                yield WrittenChange(rule_id, present.title, "added", after=said)
            else:
                yield WrittenChange(rule_id, present.title, "removed", said)
            continue
        if _bare(one.node) != _bare(other.node):
            yield WrittenChange(
                rule_id, other.title, "condition", _condition(one, old), _condition(other, new)
            )
        if _sort(one) != _sort(other):
            yield WrittenChange(rule_id, other.title, "kind", _kind(one), _kind(other))
        if one.title != other.title:
            yield WrittenChange(rule_id, other.title, "title", _same(one.title), _same(other.title))
        if one.basis != other.basis:
            yield WrittenChange(
                rule_id, other.title, "basis", _basis(one.basis), _basis(other.basis)
            )


def _bare(node: Node) -> Node:
    """A condition as it is written: without the types that other declarations gave it."""
    return transform(node, lambda part: replace(part, type=BOOL))


def _condition(rule: Rule, ruleset: RuleSet) -> Words:
    return Words(describe(rule.node, ruleset, "zh"), describe(rule.node, ruleset, "en"))


def _sort(rule: Rule) -> tuple[object, ...]:
    """What a rule is for: what it decides, which verdicts it allows, among whom it counts."""
    return rule.kind, rule.verdicts, rule.among


def _kind(rule: Rule) -> Words:
    kind = KINDS[rule.kind]
    if rule.among in _AMONG:
        among = _AMONG[rule.among]
        return Words(f"{kind.zh}，{among.zh}", f"{kind.en}, {among.en}")
    if not rule.verdicts:
        return kind
    zh, en = ([terms.VERDICTS[word].say(lang) for word in rule.verdicts] for lang in ("zh", "en"))
    return Words(f"{kind.zh}，可核实为{'、'.join(zh)}", f"{kind.en}, verdicts: {', '.join(en)}")


def _basis(basis: Basis) -> Words:
    known = terms.PROVENANCES[basis.provenance]
    zh, en = (basis.text, basis.source, known.zh), (basis.text, basis.source, known.en)
    return Words("；".join(filter(None, zh)), "; ".join(filter(None, en)))


def _same(text: str) -> Words:
    return Words(text, text)


def _of_parameters(old: RuleSet, new: RuleSet) -> Iterator[WrittenChange]:
    for name in dict.fromkeys((*old.parameters, *new.parameters)):
        one, other = old.parameters.get(name), new.parameters.get(name)
        if one is None or other is None:
            present = other or one
            assert present is not None
            said = _values(present)
            if one is None:
                yield WrittenChange(name, present.title, "added", after=said)
            else:
                yield WrittenChange(name, present.title, "removed", said)
            continue
        if dict(one.series) != dict(other.series):
            yield WrittenChange(name, other.title, "values", _values(one), _values(other))
        if (one.source, one.provenance) != (other.source, other.provenance):
            yield WrittenChange(name, other.title, "basis", _same(one.source), _same(other.source))


def _values(parameter: DatedParameter) -> Words:
    dated = [
        (f"{key} {day}" if key else f"{day}", f"{value:f}")
        for key, series in parameter.series.items()
        for day, value in series
    ]
    return Words(
        "；".join(f"{day}：{value}" for day, value in dated),
        "; ".join(f"{day}: {value}" for day, value in dated),
    )


def _items(ruleset: RuleSet, name: str) -> dict[str, Any]:
    if name == "procedure":
        return {step.id: step for step in ruleset.procedure}
    if name == "standings":
        # Where a condition stands in its file is no part of it.
        return {each.id: replace(each, line=0) for each in ruleset.standings}
    if name == "registers":
        return {register.id: register for register in ruleset.registers.values()}
    return {spec.name: spec for spec in (*ruleset.vocabulary.household, *ruleset.vocabulary.member)}


def _of_items(
    before: Mapping[str, Any], after: Mapping[str, Any], what: str
) -> Iterator[WrittenChange]:
    """Things of which it is only told that they are new, gone or different."""
    for name in dict.fromkeys((*before, *after)):
        one, other = before.get(name), after.get(name)
        titled: Any = other or one
        title = f"{what}：{titled.title}"
        if one is None:
            yield WrittenChange(name, title, "added")
        elif other is None:
            yield WrittenChange(name, title, "removed")
        elif one != other:
            yield WrittenChange(name, title, "other")
