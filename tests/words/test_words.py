"""One word for one thing: nothing that people read says a shared term in another way."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import shibie
from shibie.errors import Words
from shibie.ruleset.loader import load
from shibie.words import terms
from shibie.words.lists import both, clauses, either, joined
from shibie.words.speaker import Speaker

SOURCE = Path(shibie.__file__).parent
# One English word for each of them, in every output.
ONE_WORD = (
    terms.KEPT, terms.NEW, terms.REMOVED, terms.EXITED, terms.PENDING, terms.REJECTED,
    terms.COMPARISON, *terms.VERDICTS.values(),
)  # fmt: skip
# English that older outputs had for the same things.
OLD = ("retained", "left poverty", "to be adjudicated", "grounds (")
# `sentences` says "保留 n 位小数", of rounding.
ELSEWHERE = {("sentences.py", "保留")}


def pairs() -> Iterator[tuple[str, str, str]]:
    """Every pair of Chinese and English that stands in the source, with its file."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or len(node.args) != 2:
                continue
            said = tuple(each.value for each in node.args if isinstance(each, ast.Constant))
            named = ast.unparse(node.func).rpartition(".")[2]
            if (
                named in ("Words", "say")
                and len(said) == 2
                and all(isinstance(s, str) for s in said)
            ):
                yield path.name, str(said[0]), str(said[1])


def test_a_shared_term_has_one_word_everywhere() -> None:
    found = list(pairs())
    assert len(found) > 500
    known = {each.zh: each.en for each in ONE_WORD}
    assert [
        (name, zh, en)
        for name, zh, en in found
        if zh in known and en != known[zh] and (name, zh) not in ELSEWHERE
    ] == []
    assert [(name, en) for name, _, en in found if any(old in en for old in OLD)] == []


def test_lists() -> None:
    names = ["a", "b", "", "c"]
    assert [joined(names), joined(names, "en")] == ["a、b、c", "a, b, c"]
    assert [both(names), both(names, "en")] == ["a、b和c", "a, b and c"]
    assert [either(names), either(names, "en")] == ["a、b或c", "a, b or c"]
    assert [clauses(names), clauses(names, "en")] == ["a；b；c", "a; b; c"]
    assert [both([]), either(["a"]), joined([]), clauses(iter(["a"]))] == ["", "a", "", "a"]


@pytest.mark.parametrize(
    ("pack", "lang", "words"),
    [
        ("bazhong-2015", "zh", ["纳入", "不纳入", "待核实", "退回"]),
        ("bazhong-2015", "en", ["eligible", "not eligible", "pending", "rejected"]),
        # A programme's own words, where it has them in the language.
        ("us-snap-2024", "en", ["Eligible", "Not eligible", "Pending verification", "rejected"]),
        ("low-income-2024", "zh", ["认定", "不予认定", "待核实", "退回"]),
    ],
)
def test_results_in_words(pack: str, lang: str, words: list[str]) -> None:
    speaker = Speaker(load(pack), "en" if lang == "en" else "zh")
    values = ("eligible", "ineligible", "pending", "rejected")
    assert [speaker.eligibility(value) for value in values] == words


def test_facts_in_words() -> None:
    ruleset = load("bazhong-2015")
    member = ruleset.vocabulary.household_model.model_validate(
        {"household_id": "1", "members": [{"member_id": "7", "name": "王小明", "relation": "户主"}]}
    )
    paths = (
        "members[7].health",
        "vehicles",
        "members[7].vehicles",
        "housing_grade",
        "vehicles[3].plate",
        "??",
    )
    zh, en = Speaker(ruleset), Speaker(ruleset, "en")
    assert [zh.unknown(member, path) for path in paths][:2] == [
        "王小明的健康状况", "车辆登记比对（未做）",
    ]  # fmt: skip
    assert en.unknown(member, "members[7].health") == "health of 王小明"
    assert en.unknown(member, "vehicles").endswith("(not done)")
    # Without the case nobody can tell whether it is in doubt whose a row is, or whether it came twice.
    assert zh.unknown(member, "vehicles[7]") == "车辆登记比对第 7 行是否属于本户、是否重复"
    assert zh.unknown(member, "vehicles[*]") == "车辆登记比对中认不出是谁的记录是否说的是本户的人"
    assert all(zh.unknown(member, path) for path in paths)
    assert (zh.head(member), zh.person(member, "nobody")) == ("王小明", "nobody")
    assert Words(zh.field("household_id"), en.field("household_id")) == ("户编号", "household_id")


def test_a_field_is_titled_as_its_own_table_has_it() -> None:
    zh = Speaker(load("bazhong-2015"))
    assert [zh.field("kind", f"registers/{name}.csv") for name in ("vehicles", "civil_affairs")] == [
        "车辆类型", "类别",
    ]  # fmt: skip
    assert (zh.field("value", "registers/vehicles.csv"), zh.field("value", "acts.csv")) == (
        "购置价", "现值",
    )  # fmt: skip
