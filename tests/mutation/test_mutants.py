"""Mutation testing: every change is made, and each one's fate is the true one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shibie.cli.app import app
from shibie.errors import InputError
from shibie.language import tree
from shibie.mutation import score as survival
from shibie.mutation.mutants import Mutant, mutants
from shibie.mutation.score import Score, Trial, score, tried
from shibie.proofs.prover import Prover
from shibie.ruleset.loader import load
from shibie.ruleset.model import RuleSet
from shibie.ruleset.packs import shipped
from support.packs import SOUND, sound

TESTS = """\
as_of: 2015-12-20
defaults: {wage_income: 1000, housing_grade: A, living_above_local: 否, vehicles: [], members: [{on_payroll: 否}]}
tests:
  - {name: 低收入, given: {}, expect: {eligibility: eligible}}
  - {name: 不低, given: {wage_income: 2855}, expect: {eligibility: ineligible}}
"""


def pack(folder: Path, text: str = SOUND, tests: str = TESTS) -> Path:
    (folder / "tests").mkdir(parents=True)
    (folder / "ruleset.yaml").write_text(text, encoding="utf-8")
    (folder / "tests" / "a.yaml").write_text(tests, encoding="utf-8")
    return folder


def fates(trials: Sequence[Trial], rule: str) -> list[tuple[str, str]]:
    return [
        (type(each.mutant.after).__name__, each.fate) for each in trials if each.mutant.rule == rule
    ]


def test_every_kind_of_change_is_made() -> None:
    ruleset = sound(
        ("when: per_head < line", '"when": "per_head < line and not (rooms == 3 or terrain in [\\"山区\\", \\"丘陵\\"])"'),
        ("when: vehicles.count() > 0 and vehicles.all(value < 30000)", '"when": "vehicles.max(max(value, 1)) - 1 >= 0 and vehicles.all(value < 30000)"'),
    )  # fmt: skip
    found = list(mutants(ruleset))
    made = {(type(each.before).__name__, type(each.after).__name__) for each in found}
    assert made >= {
        ("Compare", "Compare"), ("And", "Or"), ("Or", "And"), ("Not", "Or"), ("In", "In"),
        ("And", "Compare"), ("Quantifier", "Quantifier"), ("Arithmetic", "Arithmetic"),
        ("Extremum", "Extremum"), ("RoundQuotient", "RoundQuotient"), ("Field", "Not"),
        ("Fact", "Not"), ("And", "Literal"),
    }  # fmt: skip
    assert {each.rule for each in found} >= {
        "low", "unsafe", "poor", "vehicle", "cheap", "payroll", "doubtful", "work", "per_head", "able",
        "compare_vehicles",
    }  # fmt: skip
    assert len({each.name for each in found}) == len(found)
    assert all(each.ruleset != ruleset for each in found)


def test_a_threshold_moves_by_its_smallest_unit() -> None:
    steps = {
        each.after.right.right.value
        for each in mutants(sound())
        if each.rule == "low"
        and isinstance(each.after, tree.Compare)
        and isinstance(each.after.right, tree.Arithmetic)
        and isinstance(each.after.right.right, tree.Literal)
    }
    assert sorted(map(str, steps)) == ["-0.01", "0.01"]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Score:
    return score(load(pack(tmp_path_factory.mktemp("pack") / "sound")))


def test_fates(found: Score) -> None:
    assert fates(found.trials, "low") == [
        ("Compare", "test"),  # <=: 2855 is the line itself
        ("Compare", "test"),  # >=
        ("Compare", "test"),  # a cent up
        ("Compare", "survived"),  # a cent down: no test at 2854.99
        ("Literal", "test"),
        ("Literal", "test"),
    ]
    survivor = next(each for each in found.trials if each.mutant.name == "low.4")
    assert survivor.witness is not None
    (given,) = survivor.witness.states
    (mutant, kept) = (survivor.mutant.ruleset, found.ruleset)
    # The household tells the two apart.
    assert survivor.witness.decisions(mutant) != survivor.witness.decisions(kept)
    assert given["wage_income"] is not None
    # Nobody tests the payroll, but a property speaks of it.
    assert {fate for _, fate in fates(found.trials, "payroll")} <= {"property", "test"}
    assert "property" in {fate for _, fate in fates(found.trials, "payroll")}
    assert found.percent < 95
    assert not found.good


def test_an_equivalent_mutant_is_recognised_by_proof(tmp_path: Path) -> None:
    # There is always a member, so that to leave the second clause out changes nothing.
    text = SOUND.replace("when: per_head < line", "when: per_head < line and members.count() >= 1")
    ruleset = load(pack(tmp_path, text))
    dropped = next(
        each
        for each in mutants(ruleset)
        if isinstance(each.before, tree.And)
        and each.rule == "low"
        and each.after == each.before.operands[0]
    )
    assert tried(Prover(ruleset), dropped, (), set(), 10).fate == "equivalent"


def test_a_failing_rule_test_notices_nothing(tmp_path: Path) -> None:
    """It would kill every mutant, and the score would say that nothing survives."""
    wrong = TESTS.replace("wage_income: 2855", "wage_income: 2854")
    with pytest.raises(InputError, match="the rule test '不低' fails"):
        score(load(pack(tmp_path / "pack", SOUND, wrong)))


def of_low(ruleset: RuleSet) -> list[Mutant]:
    return [each for each in mutants(ruleset) if each.rule == "low"]


def test_accepted_survivors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survival, "mutants", of_low)
    text = (
        SOUND
        + "accepted: [{finding: mutant.low.4, reason: 甲}, {finding: mutant.low.1, reason: 乙}]\n"
    )
    found = score(load(pack(tmp_path, text)))
    assert [each.accepted for each in found.trials if each.mutant.name == "low.4"] == ["甲"]
    assert [each.finding for each in found.stale] == ["mutant.low.1"]


def test_the_percentage_is_never_rounded_up_to_100(found: Score) -> None:
    first = next(each for each in found.trials if each.fate == "survived")
    killed = [each for each in found.trials if each.fate == "test"]
    many = type(found)(found.ruleset, (*(killed * 200), first))
    assert 100 * (len(many.trials) - 1) / len(many.trials) > 99.95
    assert many.percent == 99.9


# Those with the most mutants, a third of a minute each.
LARGE = {
    "jiangxi-2017",
    "low-income-2024",
    "monitoring-2024",
    "national-2016",
    "ten-principles-2018",
    "wubao-2015",
}


@pytest.mark.long
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in LARGE else [])
        for name in sorted(shipped())
    ],
)
def test_the_shipped_packs_notice_everything(name: str) -> None:
    found = score(load(name))
    assert len(found.trials) > 100
    assert [each.mutant.name for each in found.trials if each.fate == "survived"] == []
    assert found.percent == 100


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survival, "mutants", of_low)
    folder = str(pack(tmp_path))
    done = CliRunner().invoke(app, ["verify", folder, "--mutants"])
    assert done.exit_code == 1
    assert "未被发现 mutant.low.4: 人均收入低于线 ⇒ 人均收入低于线 + -0.01" in done.stdout
    assert "能分辨它的户：认定日期 2015-12-31" in done.stdout
    english = CliRunner().invoke(app, ["verify", folder, "--mutants", "--lang", "en"])
    assert english.stdout.rstrip().endswith("6 mutants, 5 killed, 0 equivalent, 1 survived: 83.3%")
    data = json.loads(CliRunner().invoke(app, ["verify", folder, "--mutants", "--json"]).stdout)
    assert (data["percent"], data["good"]) == (83.3, False)
    assert [each["fate"] for each in data["mutants"]] == [
        "test",
        "test",
        "test",
        "survived",
        "test",
        "test",
    ]
