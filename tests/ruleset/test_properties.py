"""Properties and acceptances: what loads, and every fault at its place."""

from __future__ import annotations

import pytest

from shibie.errors import RulesetError
from shibie.language import tree
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.language.walks import walk
from shibie.ruleset.loader import loads
from support.probe import DECLARATIONS, HEAD, RULES

PACK = HEAD + DECLARATIONS + RULES


def faults(text: str) -> list[str]:
    with pytest.raises(RulesetError) as caught:
        loads(text)
    return [
        f"{each.where.split(':', 1)[0]}: {each.what.en}"
        + (f" → {each.suggestion.en}" if each.suggestion else "")
        for each in caught.value.problems
    ]


def test_a_condition_sees_the_decision_and_the_rules() -> None:
    (found,) = loads(
        PACK + "properties:\n"
        "  - {id: p, title: 供养者不纳入, when: 财政供养.holds and not vehicle.refuted and per_head > 1,\n"
        "     then: not eligible or pending, basis: {source: 甲}}\n"
    ).properties
    assert found.when is not None
    assert {node for node in walk(found.when) if isinstance(node, tree.Field)} == {
        tree.Field("rule:payroll", "holds"),
        tree.Field("rule:vehicle", "refuted"),
    }
    assert found.then == tree.Or(
        (tree.Not(tree.Field("decision", "eligible")), tree.Field("decision", "pending"))
    )
    assert (found.more, found.less, found.basis.source) == ((), (), "甲")


def test_growing_facts_and_registers() -> None:
    (found,) = loads(
        PACK + "properties:\n"
        "  - {id: p, title: 越富越不纳入, more: [工资性收入, owns_vehicle, vehicles], less: [work_months]}\n"
    ).properties
    more = [(each.owner, each.name) for each in found.more]
    assert more == [
        (HOUSEHOLD, "wage_income"),
        (HOUSEHOLD, "owns_vehicle"),
        (HOUSEHOLD, "vehicles"),
    ]
    assert isinstance(found.more[2], tree.Collection)
    assert [(each.owner, each.name) for each in found.less] == [(MEMBER, "work_months")]


def test_an_acceptance_knows_its_place() -> None:
    text = PACK + "accepted:\n  - {finding: gap, reason: 由县里兜底}\n"
    (found,) = loads(text).accepted
    line = text.splitlines().index("  - {finding: gap, reason: 由县里兜底}") + 1
    assert (found.finding, found.reason) == ("gap", "由县里兜底")
    assert found.at == f"ruleset.yaml:{line}:15"
    assert found.where is None


def test_an_acceptance_says_where_in_the_rule_language() -> None:
    text = PACK + "accepted: [{finding: gap, where: eligible and low.holds, reason: 甲}]\n"
    (found,) = loads(text).accepted
    assert found.where_text == "eligible and low.holds"
    assert found.where is not None
    asked = [each.name for each in walk(found.where) if isinstance(each, tree.Field)]
    assert asked == ["eligible", "holds"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("properties: [{id: p, title: 甲, then: not eligibl}]\n",
         "unknown name 'eligibl' → did you mean 'eligible'?"),
        ("properties: [{id: p, title: 甲, then: vehicle.hold}]\n",
         "vehicle has no 'hold' → did you mean 'holds'?"),
        ("properties: [{id: p, title: 甲, then: low.refuted}]\n", "low has no 'refuted'"),
        ("properties: [{id: p, title: 甲, then: wage_income}]\n",
         "expected a yes/no condition, found decimal(2)"),
        ("properties: [{id: p, title: 甲}]\n", "a property takes `then`, or else `more` or `less`"),
        ("properties: [{id: p, title: 甲, then: eligible, more: [wage]}]\n",
         "a property takes `then`, or else `more` or `less`"),
        ("properties: [{id: p, title: 甲, more: [wag]}]\n",
         "'wag' is no number, yes/no field or register → did you mean 'wage'?"),
        ("properties: [{id: p, title: 甲, more: [members]}]\n",
         "'members' is no number, yes/no field or register"),
        ("properties: [{id: p, title: 甲, then: eligible}, {id: p, title: 乙, then: eligible}]\n",
         "property 'p' twice"),
        ("accepted: [{finding: gap, reason: 甲}, {finding: gap, reason: 乙}]\n",
         "'gap' is accepted twice"),
        ("accepted: [{finding: gap}]\n", "required key 'reason' is missing"),
        ("accepted: [{finding: gap, where: spendin > 5, reason: 甲}]\n",
         "unknown name 'spendin' → did you mean 'spending'?"),
        ("accepted: [{finding: gap, where: rooms, reason: 甲}]\n",
         "expected a yes/no condition, found integer"),
        ("accepted: [{finding: mutant.low.1, where: eligible, reason: 甲}]\n",
         "a mutant is one change of the pack; `where` says nothing of it"),
    ],
)  # fmt: skip
def test_fault(text: str, expected: str) -> None:
    assert faults(PACK + text) == [f"ruleset.yaml: {expected}"]
