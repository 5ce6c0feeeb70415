"""Rule tests read yes and no as their authors mean them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from shibie.errors import RulesetError
from shibie.ruleset.loader import load
from shibie.ruletests import TestReport, run_tests

PACK = Path(__file__).parents[1] / "rules" / "bazhong-2015"


def report(folder: Path, text: str) -> TestReport:
    """What the pack gives on one file of tests."""
    pack = folder / "bazhong-2015"
    shutil.copytree(PACK, pack)
    shutil.rmtree(pack / "tests")
    (pack / "tests").mkdir()
    file = f"as_of: 2015-12-20\ntests:\n{text}"
    (pack / "tests" / "a.yaml").write_text(file, encoding="utf-8")
    return run_tests(load(pack))


@pytest.mark.parametrize("word", ["false", "否", "no", "'no'", "'false'"])
def test_trust_no_is_no(word: str, tmp_path: Path) -> None:
    given = f"{{owns_vehicle: 否, members: [{{}}], trust_declarations: {word}}}"
    text = f"  - {{name: 甲, given: {given}, expect: {{rules: {{vehicle: unknown}}}}}}\n"
    assert report(tmp_path, text).failures == ()


def test_trust_that_is_no_yes_or_no_is_refused_at_its_place(tmp_path: Path) -> None:
    with pytest.raises(RulesetError) as caught:
        report(
            tmp_path,
            "  - name: 甲\n    given: {members: [{}], trust_declarations: 也许}\n    expect: {}\n",
        )
    (problem,) = caught.value.problems
    assert problem.where == "tests/a.yaml:4:48"
    assert "trust_declarations: expected 是/否 (yes/no)" in problem.what.en


@pytest.mark.parametrize(
    ("word", "holds"), [("是", True), ("yes", True), ("否", False), ("no", False)]
)
def test_expected_words_mean_what_they_say(word: str, holds: bool, tmp_path: Path) -> None:
    given = "{housing_grade: D, owns_vehicle: 是, vehicles: [], members: []}"
    text = f"  - name: 甲\n    given: {given}\n    expect: {{rules: {{vehicle: {word}}}, facts: {{housing_unsafe: {word}}}}}\n"
    found = report(tmp_path, text)
    assert [each.what for each in found.outcomes[0].differences] == (
        [] if holds else ["rules.vehicle", "facts.housing_unsafe"]
    )
