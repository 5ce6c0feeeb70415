"""Coverage of conditions by rule tests, and the cases that fill its gaps."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from typer.testing import CliRunner

from shibie.cli.app import app
from shibie.coverage import Examined, Missing, combined, conditions, measure, unseen_words
from shibie.language import tree
from shibie.proofs.suggested_tests import suggestions
from shibie.rosters.household_input import case_from
from shibie.ruleset.loader import load
from shibie.ruletests import load_tests, run_tests
from support.packs import SOUND, sound

A, B = tree.Field("household", "a"), tree.Field("household", "b")
RULE = sound(("when: per_head < line", "when: per_head < line and (rooms < 3 or not food_secure)"))


def seen_of(rule: str, *given: Mapping[str, object]) -> list[str]:
    """What these households leave unseen of one rule's own condition."""
    cases = [case_from(RULE, {"members": [{}], **each}, RULE.effective_to) for each in given]
    found = measure(RULE, cases)
    return [
        unseen_words(RULE, each).en.split(": ", 1)[1].replace("'", "")
        for each in found.missing
        if each.tested.rule == rule and not each.tested.inside
    ]


def test_every_leaf_is_a_leaf() -> None:
    (low,) = [each for each in conditions(RULE) if each.rule == "low"]
    assert [type(leaf).__name__ for leaf in low.leaves] == ["Compare", "Compare", "Field"]
    inner = [each for each in conditions(sound()) if each.rule == "payroll"]
    assert [len(each.inside) for each in inner] == [0, 1]


def test_combining_leaves_is_kleene() -> None:
    node = tree.Or((tree.And((A, B)), tree.Not(A)))
    assert [combined(node, {A: a, B: b}) for a, b in [(True, True), (True, None), (False, None), (None, True)]] == [
        True, None, True, None,
    ]  # fmt: skip


def test_truths_and_who_decides() -> None:
    """The arithmetic: per_head is wage_income, the line 2855."""
    poor = {"wage_income": 1000, "rooms": 1, "food_secure": True}
    rich = {"wage_income": 9000, "rooms": 1, "food_secure": True}
    assert seen_of("low", poor) == [
        "人均收入 is below 线 does not hold", "人均收入 is below 线 is unknown", "人均收入 is below 线 does not hold and alone decides",
        "rooms is below 3 does not hold", "rooms is below 3 is unknown", "rooms is below 3 does not hold and alone decides",
        "food secure does not hold", "food secure is unknown", "food secure holds and alone decides", "food secure does not hold and alone decides",
    ]  # fmt: skip
    # The rich one shows the first leaf false and deciding; the others decide nothing there.
    assert seen_of("low", poor, rich) == [
        "人均收入 is below 线 is unknown",
        "rooms is below 3 does not hold", "rooms is below 3 is unknown", "rooms is below 3 does not hold and alone decides",
        "food secure does not hold", "food secure is unknown", "food secure holds and alone decides", "food secure does not hold and alone decides",
    ]  # fmt: skip
    crowded = {"wage_income": 1000, "rooms": 5, "food_secure": True}
    hungry = {"wage_income": 1000, "rooms": 5, "food_secure": False}
    nothing: dict[str, object] = {}
    assert seen_of("low", poor, rich, crowded, hungry, nothing) == []


def test_items_are_looked_at_one_by_one() -> None:
    cases = [
        case_from(
            sound(), {"members": [{"on_payroll": True}, {"on_payroll": None}]}, RULE.effective_to
        )
    ]
    missing = [
        each
        for each in measure(sound(), cases).missing
        if each.tested.rule == "payroll" and each.tested.inside
    ]
    assert [each.way for each in missing] == ["false"]


def test_the_share_is_rounded_down() -> None:
    found = measure(RULE, [])
    assert found.percent() == 0
    one = type(found)({"a": 100_000}, (found.missing[0],))
    assert one.percent() == 99.9
    assert type(found)({"a": 3}, ()).percent() == 100


def pack(folder: Path) -> Path:
    (folder / "tests").mkdir(parents=True)
    (folder / "ruleset.yaml").write_text(
        SOUND.replace("when: living_above_local", "when: rooms < 0 or living_above_local"),
        encoding="utf-8",
    )
    (folder / "tests" / "a.yaml").write_text(
        "as_of: 2015-12-20\ntests:\n  - {name: 甲, given: {members: [{}]}, expect: {eligibility: pending}}\n",
        encoding="utf-8",
    )
    return folder


def test_suggestions_show_what_was_missing(tmp_path: Path) -> None:
    ruleset = load(pack(tmp_path))
    cases = [test.case for test in load_tests(ruleset)]
    before = measure(ruleset, cases)
    found = list(suggestions(ruleset, before.missing))
    assert len(found) < len(before.missing) / 2  # one case shows several things
    none = [each.missing for each in found if each.reply == "none"]
    # There are never fewer than no rooms.
    assert Missing(none[0].tested, none[0].leaf, "true") in none
    assert all(isinstance(each.leaf, tree.Compare) for each in none)
    more = [case for each in found if each.witness for case in each.witness.cases(ruleset)]
    assert set(measure(ruleset, [*cases, *more]).missing) == set(none)


def test_the_command_writes_tests_that_load_and_pass(tmp_path: Path) -> None:
    folder = pack(tmp_path)
    mine = folder / "tests" / "a.yaml"
    # The tests of this pack call the wages by their title: so does what is suggested.
    mine.write_text(
        mine.read_text(encoding="utf-8").replace("members: [{}]", "工资性收入: 5, members: [{}]"),
        encoding="utf-8",
    )
    file = folder / "tests" / "b.yaml"
    done = CliRunner().invoke(app, ["test", str(folder), "--coverage", "--suggest", str(file)])
    assert "没有测试显示 payroll 的“财政供养”成立" in done.stdout
    assert "条件覆盖" in done.stdout
    assert f"个测试待核对，在 {file}" in done.stderr
    assert "没有户能显示 doubtful 的“房间数低于0”成立" in done.stderr
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# shibie test --suggest：结论是规则现在给出的，请逐条与政策核对。\n")
    assert "工资性收入:" in text
    assert "wage_income:" not in text
    assert re.search(r"on_payroll: [是否]", text)
    assert "true" not in text
    report = run_tests(load(folder))
    assert len(report.outcomes) > 5
    assert report.failures == ()


def test_json_and_a_pack_that_is_seen_whole() -> None:
    done = CliRunner().invoke(app, ["test", "bazhong-2015", "--coverage", "--json"])
    data = json.loads(done.stdout)["coverage"]
    assert (data["percent"], data["missing"]) == (100, [])
    assert set(data["rules"]) >= {
        "low_income",
        "poor",
        "resettled",
        "production",
        "compare_vehicles",
    }


def test_a_condition_of_one_leaf_asks_for_truths_only() -> None:
    assert Examined("a", A, "household").ways(A) == ("true", "false", "unknown")
    assert Examined("a", tree.And((A, B)), "household").ways(A)[3:] == (
        "decides_true",
        "decides_false",
    )


def test_what_guards_another_leaf_is_asked_for_what_it_can_show() -> None:
    """Whether something is known is never unknown; what it guards is, wherever it is false."""
    age = tree.Field("household", "rooms")
    known, large = tree.Known(age), tree.Compare(">", age, tree.Literal(Decimal(3)))
    guarding = Examined("a", tree.And((known, large)), "household")
    assert guarding.ways(known) == ("true", "false", "decides_true")
    assert len(guarding.ways(large)) == 5
    apart = Examined("a", tree.Or((known, A)), "household")
    assert apart.ways(known) == ("true", "false", "decides_true", "decides_false")
