"""Packs that extend others: what is inherited, replaced, dropped, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from shibie.checking_in_python import check
from shibie.errors import RulesetError
from shibie.rosters.roster import read_roster
from shibie.ruleset.composing import compose
from shibie.ruleset.flattened import flattened
from shibie.ruleset.loader import load, loads
from shibie.ruleset.packs import shipped

ROOT = Path(__file__).parents[2]
BASE = """
ruleset: {id: base, title: 底, effective: {from: 2015-01-01, to: 2015-12-31}, provenance: documented}
parameters:
  line: {title: 线, values: {2015-01-01: 2855}}
  cap: {title: 上限, values: {2015-01-01: 10, 2015-07-01: 20}}
criteria:
  - {id: low, title: 低, when: wage_income < line}
  - {id: unsafe, title: 危, when: 'housing_grade == "D"', basis: {provenance: verbatim}}
poor: low or unsafe
exclusions:
  - {id: car, title: 车, when: owns_vehicle}
tracks:
  - {id: one, title: 一批, when: low}
  - {id: two, title: 二批, when: unsafe}
"""
HEAD = "ruleset: {id: child, title: 子, effective: {from: 2015-01-01, to: 2015-06-30}, extends: base}\n"


def write(folder: Path, name: str, text: str, parameters: str = "") -> Path:
    pack = folder / name
    pack.mkdir()
    (pack / "ruleset.yaml").write_text(text, encoding="utf-8")
    if parameters:
        (pack / "parameters.yaml").write_text(parameters, encoding="utf-8")
    return pack


def child(tmp_path: Path, text: str, parameters: str = "") -> Path:
    write(tmp_path, "base", BASE)
    return write(tmp_path, "child", HEAD + text, parameters)


def faults(pack: Path) -> list[str]:
    with pytest.raises(RulesetError) as caught:
        load(pack)
    return [
        f"{each.where}: {each.what.en}" + (f" → {each.suggestion.en}" if each.suggestion else "")
        for each in caught.value.problems
    ]


def test_everything_is_inherited(tmp_path: Path) -> None:
    found = load(child(tmp_path, ""))
    assert (found.id, found.title) == ("child", "子")
    assert [rule.id for rule in found.criteria] == ["low", "unsafe"]
    assert [rule.id for rule in found.tracks] == ["one", "two"]
    assert found.parameters["line"].value(date(2015, 3, 1)) == 2855


def test_items_are_replaced_dropped_and_added(tmp_path: Path) -> None:
    found = load(
        child(
            tmp_path,
            """
replaces: [tracks.one, poor, parameters.line]
drops: [exclusions.car]
parameters: {line: {title: 线, values: {2015-01-01: 3000}}}
poor: low
tracks:
  - {id: three, title: 三批, when: low or unsafe}
  - {id: one, title: 新一批, when: unsafe}
""",
        )
    )
    assert [(rule.id, rule.title) for rule in found.tracks] == [
        ("one", "新一批"), ("two", "二批"), ("three", "三批"),
    ]  # fmt: skip
    assert found.exclusions == ()
    assert found.poor.text == "low"
    assert found.parameters["line"].value(date(2015, 3, 1)) == 3000
    assert found.origins["tracks.one"] == "ruleset.yaml:9"
    assert found.origins["tracks.two"] == "base/ruleset.yaml:14"
    assert found.origins["parameters.cap"] == "base/ruleset.yaml:5"


def test_provenance_stays_with_the_rule(tmp_path: Path) -> None:
    found = load(child(tmp_path, "tracks: [{id: three, title: 三批, when: low}]\n"))
    assert [rule.basis.provenance for rule in found.criteria] == ["documented", "verbatim"]
    assert [rule.basis.provenance for rule in found.tracks] == ["documented", "documented", "reconstructed"]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("replaces: [tracks.oen]\n",
         "ruleset.yaml:2:12: the pack extended has no 'tracks.oen' → did you mean 'tracks.one'?"),
        ("drops: [tracks.tow]\n",
         "ruleset.yaml:2:9: the pack extended has no 'tracks.tow' → did you mean 'tracks.two'?"),
        ("replaces: [tracks.one]\n",
         "ruleset.yaml:2:12: 'tracks.one' is not written anew here"
         " → what is only left out belongs in `drops`"),
        ("tracks:\n  - {id: two, title: 二, when: low}\n",
         "ruleset.yaml:3:5: the pack extended has 'tracks.two' already"
         " → to replace it: replaces: [tracks.two]"),
        ("poor: low\n",
         "ruleset.yaml:2:1: the pack extended has 'poor' already → to replace it: replaces: [poor]"),
        ("replaces: [poor]\ndrops: [poor]\npoor: low\n",
         "ruleset.yaml:3:9: 'poor' is both replaced and dropped"),
    ],
)  # fmt: skip
def test_overrides_that_mean_nothing(tmp_path: Path, text: str, expected: str) -> None:
    assert faults(child(tmp_path, text)) == [expected]


def test_what_is_dropped_cannot_be_used(tmp_path: Path) -> None:
    """The fault is in the base's rule, and is named there."""
    (fault, *_) = faults(child(tmp_path, "drops: [criteria.unsafe]\n"))
    assert fault.startswith("base/ruleset.yaml:9:14: unknown name 'unsafe'")


def test_parameters_of_their_own_file(tmp_path: Path) -> None:
    pack = child(
        tmp_path,
        "replaces: [parameters.line]\n",
        "parameters: {line: {title: 线, values: {2015-01-01: 1, 2015-12-01: 2}}}\n",
    )
    assert faults(pack) == [
        "parameters.yaml:1:55: after the rule set ends on 2015-06-30: never in force"
    ]


def test_what_the_base_dates_later_is_no_fault(tmp_path: Path) -> None:
    """`cap` rises in July, after the child ends."""
    assert load(child(tmp_path, "")).parameters["cap"].value(date(2015, 6, 30)) == 10


def test_no_base(tmp_path: Path) -> None:
    pack = write(tmp_path, "child", HEAD.replace("base", "bazhong-2051"))
    (fault,) = faults(pack)
    assert fault.startswith("ruleset.yaml:1:88: no such pack; shipped are: ")
    assert fault.endswith("did you mean 'bazhong-2015'?")


def test_a_circle(tmp_path: Path) -> None:
    write(tmp_path, "base", BASE.replace("provenance: documented}", "extends: child}"))
    pack = write(tmp_path, "child", HEAD)
    assert faults(pack) == ["base/ruleset.yaml:2:87: a pack cannot extend itself"]


def test_faults_of_the_base_are_named_there(tmp_path: Path) -> None:
    write(tmp_path, "base", BASE.replace("poor: low or unsafe", "poor: lo or unsafe"))
    (fault,) = faults(write(tmp_path, "child", HEAD))
    assert fault.startswith("base/ruleset.yaml:9:7: unknown name 'lo'")


def test_naming_without_extending() -> None:
    with pytest.raises(RulesetError, match="nothing is extended"):
        loads(BASE + "drops: [tracks.one]\n")


def test_poor_is_required() -> None:
    with pytest.raises(RulesetError, match="required key 'poor' is missing"):
        loads(BASE.replace("poor: low or unsafe\n", ""))


@pytest.mark.parametrize("name", sorted(shipped()))
def test_the_flattened_pack_is_the_same_pack(name: str, tmp_path: Path) -> None:
    pack = load(name)
    again = loads(flattened(compose(shipped()[name])))
    for part in ("criteria", "exclusions", "reviews", "tracks", "kinds", "tallies", "facts"):
        left, right = getattr(pack, part), getattr(again, part)
        if isinstance(left, dict):
            left, right = tuple(left.values()), tuple(right.values())
        assert [(r.id, r.title, r.node, r.basis) for r in left] == [
            (r.id, r.title, r.node, r.basis) for r in right
        ]
    assert pack.parameters == again.parameters
    assert pack.vocabulary.household == again.vocabulary.household


def test_the_flattened_township_decides_the_same() -> None:
    pack = load("bazhong-2015")
    again = loads(flattened(compose(shipped()["bazhong-2015"])))
    as_of = date(2015, 12, 20)
    roster = read_roster(ROOT / "fixtures" / "township-2015", pack, as_of)
    assert check(pack, roster, as_of).decisions == check(again, roster, as_of).decisions


def test_the_wrong_order_would_be_seen(tmp_path: Path) -> None:
    """Negative control of the comparison above: a dropped rule makes a difference."""
    pack = load("bazhong-2015")
    text = flattened(compose(shipped()["bazhong-2015"]))
    less = loads(text.replace("balance, 0)", "balance, 1)"))
    assert [r.node for r in less.facts.values()] != [r.node for r in pack.facts.values()]
