"""Shipped packs: they load, their tests pass, and every rule says where it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from shibie.ruleset.loader import load
from shibie.ruleset.packs import shipped
from shibie.ruletests import run_tests
from shibie.words.speaker import Speaker

PACKS = sorted(shipped())


@pytest.mark.parametrize("name", PACKS)
def test_the_packs_own_tests_pass_and_leave_no_rule_untested(name: str) -> None:
    report = run_tests(load(name))
    assert report.outcomes
    assert [outcome.test.where for outcome in report.failures] == []
    assert report.unseen == {}


@pytest.mark.parametrize("name", PACKS)
def test_every_rule_names_its_source(name: str) -> None:
    ruleset = load(name)
    rules = [*ruleset.rules, *(rule for rule in ruleset.facts.values() if rule.kind == "fact")]
    without = [rule.id for rule in rules if not rule.basis.source and rule.kind != "fact"]
    assert without == []
    assert [each.name for each in ruleset.parameters.values() if not each.source] == []


@pytest.mark.parametrize("name", PACKS)
def test_the_sources_page_has_every_id(name: str) -> None:
    ruleset = load(name)
    # What is inherited has its source with the pack that it is inherited from.
    origins = {place.split("/")[0] for place in ruleset.origins.values() if "/" in place}
    page = "".join(
        (shipped()[each] / "SOURCES.md").read_text(encoding="utf-8") for each in (name, *origins)
    )
    ids = [rule.id for rule in ruleset.rules]
    ids += [each.id for rule in ruleset.exclusions for each in rule.unless]
    ids += [step.id for step in ruleset.procedure]
    ids += [register.id for register in ruleset.registers.values()]
    ids += [*ruleset.parameters, *(name for _, name in ruleset.facts)]
    assert [each for each in ids if each not in page] == []


def test_no_reconstruction_is_shown_as_the_places_own_text() -> None:
    ruleset = load("bazhong-2015")
    assert Speaker(ruleset).pack() == "巴中市精准识别（2015 年“回头看”） [重建]"
    for name in ("low-income-2024", "monitoring-2024", "national-2016"):
        assert Speaker(load(name)).pack().endswith(" [重建]")
    verbatim = [rule.id for rule in ruleset.rules if rule.basis.provenance == "verbatim"]
    assert verbatim == []
    page = (shipped()["bazhong-2015"] / "SOURCES.md").read_text(encoding="utf-8")
    assert "不是巴中市或任何乡镇的原文" in page


def test_no_figure_of_the_report_stands_in_the_code() -> None:
    source = Path(__file__).parents[1] / "src"
    text = "".join(file.read_text(encoding="utf-8") for file in source.rglob("*.py"))
    for figure in ("1402", "1495", "1019", "7860", "1954", "475", "481", "333", "307", "923"):
        assert figure not in text, figure


@pytest.mark.parametrize("name", PACKS)
def test_every_register_says_what_is_one_row_and_whose_a_masked_one_may_be(name: str) -> None:
    for register in load(name).registers.values():
        assert bool(register.key) != register.distinct, register.name
        assert register.or_match == (("name", "person_name"),), register.name
