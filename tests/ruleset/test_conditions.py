"""The conditions of a rule set, what they draw on, and what they compare with."""

from __future__ import annotations

from decimal import Decimal

from shibie.language.parse import parse
from shibie.language.tree import (
    HOUSEHOLD,
    MEMBER,
    Collection,
    Compare,
    Fact,
    Field,
    HasCode,
    In,
    Node,
)
from shibie.ruleset.compared_values import compared_values, compares_numbers
from shibie.ruleset.conditions import (
    all_conditions,
    collections_used,
    deciding_conditions,
    definition,
    fields_used,
    household_conditions,
    is_sensitive,
    opened,
    opened_at,
    rule_conditions,
    written_conditions,
)
from shibie.ruleset.loader import load
from support.packs import sound

RULES = load("bazhong-2015")
OWNS = Field(HOUSEHOLD, "owns_vehicle")


def condition(text: str) -> Node:
    return parse(text, RULES.names)


def test_the_conditions_of_a_rule_set() -> None:
    facts, rules = len(RULES.facts), len(RULES.rules)
    said = list(rule_conditions(RULES))
    # And `poor`, who counts, and who has left poverty.
    assert len(said) == facts + rules + len(RULES.standings) + 3
    assert RULES.exits is not None
    assert said[-1] is RULES.exits.when
    assert said[-2] is RULES.standings[-1].when
    assert list(household_conditions(RULES)) == [*said, *RULES.comparisons.values()]
    checked = [each for register in RULES.registers.values() for each in register.checks]
    hits = [each.hit for each in checked if each.hit]
    everything = list(all_conditions(RULES))
    assert everything[: len(said) + len(hits)] == [*said, *hits]
    assert everything[len(said) + len(hits) :] == [
        node
        for step in RULES.procedure
        for node in (*(each.node for each in step.must), step.min_days)
        if node is not None
    ]
    assert deciding_conditions(RULES)[0] is RULES.poor.node


def test_what_an_author_wrote_comes_once_and_exceptions_by_themselves() -> None:
    written = list(written_conditions(RULES))
    assert len({each.id for each in written}) == len(written)
    # Nobody wrote that a household of which nobody counts is excluded.
    assert RULES.rule("nobody") is not None
    assert "nobody" not in {each.id for each in written}
    for each in written:
        if each.exception is not None:
            assert each.node is each.exception.node
            assert each.exception in each.rule.unless
        else:
            assert each.node is (each.rule.when or each.rule.node)


def test_what_stands_behind_a_node() -> None:
    for (owner, name), rule in RULES.facts.items():
        assert definition(RULES, Fact(owner, name)) is rule.node
    assert definition(RULES, OWNS) is RULES.comparisons[HOUSEHOLD, "owns_vehicle"]
    assert definition(RULES, Field(HOUSEHOLD, "wage_income")) is None
    assert definition(RULES, Collection("vehicles", HOUSEHOLD)) is None


def test_opening_goes_into_each_definition_once_and_in_its_place() -> None:
    compared = RULES.comparisons[HOUSEHOLD, "owns_vehicle"]
    both = condition("owns_vehicle or not owns_vehicle")
    nodes = list(opened(RULES, both))
    assert nodes[:3] == [both, OWNS, compared]
    assert nodes.count(OWNS) == 2
    assert nodes.count(compared) == 1
    assert compared not in list(opened(RULES, both, comparisons=False))


def test_opening_with_places_goes_into_each_definition_once_for_each() -> None:
    inner = Field("inner", "x")

    def behind(node: Node, place: str) -> tuple[Node, str] | None:
        return (inner, place) if node == Field(HOUSEHOLD, "a") else None

    a = Field(HOUSEHOLD, "a")
    roots = [condition("members.any(on_payroll)"), a, a]
    found = list(opened_at(roots, "top", behind, lambda collection, _: collection.name))
    assert found[0] == (roots[0], "top")
    assert (found[1][1], found[2][1]) == ("members", "members")
    assert found[3:] == [(a, "top"), (inner, "top"), (a, "top")]


def test_fields_and_collections_used() -> None:
    assert fields_used(RULES, [OWNS]) == {(HOUSEHOLD, "owns_vehicle"), ("vehicles", "kind")}
    assert (
        fields_used(RULES, [Field("rule:vehicle", "holds"), Field("decision", "pending")]) == set()
    )
    assert collections_used(RULES, [OWNS]) == {"vehicles"}
    assert collections_used(RULES, [OWNS], comparisons=False) == set()
    assert collections_used(RULES, [condition("members.count() > 1")]) == {"members"}


def test_each_side_of_a_comparison_is_held_against_what_is_written_on_the_other() -> None:
    # The line of 2014 is no longer in force when the rules take effect; that of June 2015 is.
    rules = sound(("2014-01-01: 2800", "2013-01-01: 2700, 2014-01-01: 2800"))
    node = rules.criteria[0].node
    assert isinstance(node, Compare)
    assert compares_numbers(node)
    asked, line = compared_values(rules, node)
    assert (asked.condition, asked.asked, asked.against) == (node, node.left, node.right)
    assert (line.asked, line.against, line.values) == (node.right, node.left, ())
    assert asked.values == (Decimal(2800), Decimal(2855))


def test_lists_and_codes_are_held_against_what_they_write() -> None:
    listed = condition('housing_grade in ["C", "D"]')
    assert isinstance(listed, In)
    (found,) = compared_values(RULES, listed)
    assert (found.asked, found.against, found.values) == (listed.operand, None, ("C", "D"))
    about = condition('members.any("残疾" in health)')
    (coded,) = (each for each in opened(RULES, about) if isinstance(each, HasCode))
    (found,) = compared_values(RULES, coded)
    assert (found.asked, found.values) == (coded.operand, ("残疾",))
    assert not compares_numbers(listed)
    assert list(compared_values(RULES, OWNS)) == []


def test_declared_fields() -> None:
    vocabulary = RULES.vocabulary
    for owner, specs in {
        HOUSEHOLD: vocabulary.household, MEMBER: vocabulary.member,
        **{name: register.columns for name, register in RULES.registers.items()},
    }.items():  # fmt: skip
        assert tuple(RULES.field_specs(owner).values()) == specs
        assert all(RULES.field_spec(owner, spec.name) is spec for spec in specs)
    notice = RULES.field_spec(f"step:{RULES.procedure[0].id}", "notice_from")
    assert notice is not None
    assert notice.title == "公示开始日期"
    assert RULES.field_spec(HOUSEHOLD, "nothing") is None
    assert RULES.field_spec("nobody", "name") is None
    assert is_sensitive(RULES, Field(MEMBER, "health"))
    assert not is_sensitive(RULES, Field("decision", "pending"))
