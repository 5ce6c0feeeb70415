"""Packs: what loads, and every fault with its place, all at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shibie.errors import RulesetError
from shibie.language import tree
from shibie.language.types import Text
from shibie.rosters.cells import read_cell
from shibie.ruleset.loader import load, loads
from shibie.ruleset.packs import shipped
from support.probe import DECLARATIONS, HEAD, RULES, probe

MINIMAL = HEAD + 'poor: "true"\n'


def faults(text: str, parameters: str | None = None) -> list[str]:
    """Every problem, without the excerpt: `place: what` and the suggestion."""
    with pytest.raises(RulesetError) as caught:
        loads(text, parameters)
    return [
        f"{each.where}: {each.what.en}" + (f" → {each.suggestion.en}" if each.suggestion else "")
        for each in caught.value.problems
    ]


def test_the_probe_loads() -> None:
    found = probe()
    assert [rule.id for rule in found.exclusions] == ["vehicle", "payroll", "rich"]
    assert [rule.id for rule in found.reviews] == ["doubtful"]
    assert list(found.facts) == [
        ("household", "total"), ("household", "per_head"), ("member", "earning"),
        ("household", "earners"), ("household", "low"), ("household", "unsafe"),
    ]  # fmt: skip
    assert found.parameters["line"].value(date(2015, 6, 1)) == Decimal("2855.5")
    assert found.registers["vehicles"].checks[0].field == ("household", "owns_vehicle")


@pytest.mark.parametrize("name", sorted(shipped()))
def test_shipped_packs_load(name: str) -> None:
    assert load(name).id == name


def test_facts_may_stand_in_any_order() -> None:
    text = HEAD + (
        "facts:\n"
        "  - {name: b, title: 乙, value: a + 1}\n"
        "  - {name: a, title: 甲, value: wage_income}\n"
        'poor: "b > 1"\n'
    )
    assert list(loads(text).facts) == [("household", "a"), ("household", "b")]


def test_a_whole_problem_as_it_is_shown() -> None:
    text = HEAD + 'criteria:\n  - {id: low, title: 低, when: "工资性收人 < 3"}\npoor: low\n'
    with pytest.raises(RulesetError) as caught:
        loads(text)
    assert caught.value.render("zh") == (
        "ruleset.yaml:7:32: 未知名称“工资性收人”\n"
        '  - {id: low, title: 低, when: "工资性收人 < 3"}\n'
        "                                ^^^^^^^^^^\n"
        "  → 是否想写“工资性收入”？"
    )


def test_places_in_folded_and_literal_texts() -> None:
    text = HEAD + "poor: >-\n  food_secure or\n  clothing_secur\n"
    assert faults(text) == [
        "ruleset.yaml:8:3: unknown name 'clothing_secur' → did you mean 'clothing_secure'?"
    ]


def test_all_faults_at_once() -> None:
    text = HEAD + (
        "facts:\n"
        "  - {name: a, title: 甲, value: wage_incom}\n"
        "criteria:\n"
        "  - {id: low, title: 低, when: a < 3 and flg}\n"
        "  - {id: low, title: 低二, when: food_secure}\n"
        "poor: lo\n"
        "tracks:\n"
        "  - {id: t, title: 批, for: member, when: wage_income > 1}\n"
    )
    assert faults(text) == [
        "ruleset.yaml:10:10: id 'low' is used twice, first on line 9",
        "ruleset.yaml:7:32: unknown name 'wage_incom' → did you mean 'wage_income'?",
        "ruleset.yaml:9:41: unknown name 'flg'",
        "ruleset.yaml:11:7: unknown name 'lo' → did you mean 'low'?",
        "ruleset.yaml:13:42: there is no 'wage_income' here → write household.wage_income",
    ]


def test_a_misspelt_key_is_also_a_missing_one() -> None:
    assert faults(MINIMAL + "criteria: [{id: a, title: 甲, whenn: food_secure}]\n") == [
        "ruleset.yaml:7:12: required key 'when' is missing",
        "ruleset.yaml:7:30: unknown key 'whenn' → did you mean 'when'?",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MINIMAL + "exclusion: []\n", "ruleset.yaml:7:1: unknown key 'exclusion' → did you mean 'exclusions'?"),
        (MINIMAL + "code_list: {a: [b]}\n",
         "ruleset.yaml:7:1: unknown key 'code_list' → did you mean 'code_lists'?"),
        (MINIMAL.replace("  title: 试验规则\n", ""), "ruleset.yaml:3:3: required key 'title' is missing"),
        (MINIMAL.replace("2015-01-01", "2015-13-01"),
         "ruleset.yaml:5:21: expected a date like 2015-07-01, found “2015-13-01”"),
        (MINIMAL.replace("2015-01-01", "2021-01-01"), "ruleset.yaml:5:14: starts after it ends"),
        (MINIMAL + "poor: 1\n", "ruleset.yaml:7:1: duplicate key 'poor', first given in line 6"),
        (MINIMAL + "facts:\n - {name: a, title: 甲, value: b}\n - {name: b, title: 乙, value: a}\n",
         "ruleset.yaml:8:31: facts depend on each other: a → b → a"),
        (MINIMAL + "facts: [{name: wage_income, title: 甲, value: '1'}]\n",
         "ruleset.yaml:7:16: the name 'wage_income' is taken"),
        (MINIMAL + "facts: [{name: a, title: 工资性收入, value: '1'}]\n",
         "ruleset.yaml:7:26: the name '工资性收入' is taken"),
        (MINIMAL + "fields: [{of: household, name: x, title: 村, type: text}]\n",
         "ruleset.yaml:7:42: field '村' exists already"),
        (MINIMAL + "parameters: {wage_income: {title: 线, values: {2014-01-01: 1}}}\n",
         "ruleset.yaml:7:14: the name 'wage_income' is taken"),
        (MINIMAL + "fields: [{of: household, name: x, title: 甲, type: code}]\n",
         "ruleset.yaml:7:10: types code and codes, and only they, take codes"),
        (MINIMAL + "fields: [{of: household, name: x, title: 甲, type: code, codes: kin}]\ncode_lists: {kind: [a]}\n",
         "ruleset.yaml:7:64: there is no code list 'kin' → did you mean 'kind'?"),
        (MINIMAL + "parameters: {p: {title: 线, values: {2016-01-01: 1}}}\n",
         "ruleset.yaml:7:36: no value in force from 2015-01-01"),
        (MINIMAL + "parameters: {p: {title: 线, values: {2014-01-01: 1, 2021-01-01: 2}}}\n",
         "ruleset.yaml:7:52: after the rule set ends on 2020-12-31: never in force"),
        (MINIMAL + "parameters: {p: {title: 线, values: {2014-02-30: 1}}}\n",
         "ruleset.yaml:7:37: not a valid date: 2014-02-30 → write 2015-01-01"),
        (MINIMAL + "comparisons: [{id: c, title: 比, register: cars, columns: {n: citizen_id}, match: m}]\n",
         "ruleset.yaml:7:82: match must be a citizen_id column"),
        (MINIMAL + "comparisons: [{id: c, title: 比, register: cars, columns: {n: citizen_id}, match: n, checks: owns_vehicl}]\n",
         "ruleset.yaml:7:93: 'owns_vehicl' is not a declared yes/no field → did you mean 'owns_vehicle'?"),
        (MINIMAL + "procedure: [{step: 2, id: a, title: 甲, actor: 村}]\n",
         "ruleset.yaml:7:20: steps are numbered from 1; expected 1"),
        (MINIMAL + "procedure: [{step: 1, id: a, title: 甲, actor: 村, after: [b]}, {step: 2, id: b, title: 乙, actor: 村}]\n",
         "ruleset.yaml:7:58: 'b' is not an earlier step"),
        (MINIMAL + "exclusions: [{id: x, title: 甲, when: food_secure, effect: review, refutable: false}]\n",
         "ruleset.yaml:7:78: a review is there to be verified → write at least [upheld, refuted]"),
        (MINIMAL + "exclusions: [{id: x, title: 甲, when: food_secure, effect: review, verdicts: [upheld]}]\n",
         "ruleset.yaml:7:77: a review is there to be verified → write at least [upheld, refuted]"),
        (MINIMAL + "exclusions: [{id: x, title: 甲, when: food_secure, refutable: true, verdicts: [upheld]}]\n",
         "ruleset.yaml:7:78: write `refutable` or `verdicts`, not both"),
        (MINIMAL + "exclusions: [{id: x, title: 甲, when: food_secure, verdicts: [uphold]}]\n",
         "ruleset.yaml:7:62: expected 'upheld', 'refuted' or 'exempt', found “uphold”"),
        (MINIMAL + "reasons: {sold: 已转让, gone: 已转让}\n",
         "ruleset.yaml:7:28: the name '已转让' is taken"),
        (MINIMAL + "exclusions: [{id: x, title: 甲, when: food_secure, effect: exclde}]\n",
         "ruleset.yaml:7:59: expected 'exclude' or 'review', found “exclde”"),
        (MINIMAL.replace('"true"', "wage_income"),
         "ruleset.yaml:6:7: expected a yes/no condition, found decimal(2)"),
        (MINIMAL.replace("id: probe", "id: Probe"), "ruleset.yaml:3:7: not a proper name: “Probe”"),
    ],
)  # fmt: skip
def test_fault(text: str, expected: str) -> None:
    assert faults(text) == [expected]


def test_parameters_in_a_file_of_their_own() -> None:
    more = "parameters: {p: {title: 线, values: {2014-01-01: 1}}}\n"
    assert loads(MINIMAL, more).parameters["p"].type.limit == 2
    twice = MINIMAL + more
    assert faults(twice, more) == ["parameters.yaml:1:14: parameter 'p' is already in ruleset.yaml"]
    wrong = "parameters: {p: {title: 线, values: {2014-01-01: 两千}}}\n"
    assert faults(MINIMAL, wrong) == ["parameters.yaml:1:49: expected a number, found “两千”"]


def test_no_and_dates_mean_what_they_say() -> None:
    # In YAML 1.1 a bare `no` would be False and a bare date a date.
    text = HEAD + (
        "fields: [{of: household, name: country, title: 国, type: code, codes: [no, 否, 2015-01-01]}]\n"
        'poor: country in ["no", "否", "2015-01-01"]\n'
    )
    (spec,) = [spec for spec in loads(text).vocabulary.household if spec.name == "country"]
    assert spec.codes == ("no", "否", "2015-01-01")


def test_an_unknown_pack_is_named_with_a_suggestion() -> None:
    with pytest.raises(RulesetError, match="did you mean 'bazhong-2015'"):
        load("bazhong-2016")


def test_names_of_a_hit_and_of_steps_are_checked() -> None:
    broken = DECLARATIONS.replace('hit: kind in ["轿车", "货车"]', "hit: knd == 1")
    assert [line.split(": ", 1)[1] for line in faults(HEAD + broken + RULES)] == [
        "unknown name 'knd' → did you mean 'kind'?"
    ]
    steps = (
        "procedure:\n"
        "  - {step: 1, id: vote, title: 评议, actor: 村}\n"
        "  - {step: 2, id: notice, title: 公示, actor: 村, after: [vote], min_days: dayz,\n"
        "     must: [{id: later, title: 后, when: done_on > vote.done_n}]}\n"
    )
    assert [line.split(": ", 1)[1] for line in faults(MINIMAL + steps)] == [
        "vote has no 'done_n' → did you mean 'done_on'?",
        "unknown name 'dayz'",
    ]


def sized(by: str, values: str, size: str = "members.count()") -> str:
    return HEAD + (
        f"parameters:\n  line: {{title: 线, by: {by}, values: {values}}}\n"
        f"facts:\n  - {{name: size, title: 人口, value: {size}}}\n"
        'poor: "wage_income < line"\n'
    )


def test_a_parameter_by_a_fact() -> None:
    found = loads(sized("'min(size, 2)'", '{"1": {2014-01-01: 100}, "2": {2014-01-01: 180.50}}'))
    line = found.parameters["line"]
    assert line.value(date(2015, 6, 1), Decimal(2)) == Decimal("180.50")
    assert line.value(date(2015, 6, 1), 3) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (sized("size", '{"1": {2014-01-01: 1}, "02": {2014-01-01: 2}}'),
         "ruleset.yaml:7:61: expected a whole number, found '02'"),
        (sized("size", '{"one": {2014-01-01: 1}}'),
         "ruleset.yaml:7:39: expected a whole number, found 'one'"),
        (sized("wage_income", '{"1": {2014-01-01: 1}}'),
         "ruleset.yaml:7:24: by must be text, a code or a whole number"),
        (sized("size", '{"1": {2014-01-01: 1}}', "line + 1"),
         "ruleset.yaml:7:24: `by` depends on 'line' itself"),
    ],
)  # fmt: skip
def test_what_cannot_key_a_parameter(text: str, expected: str) -> None:
    assert expected in faults(text)


CODES = HEAD + (
    "code_lists:\n"
    "  kinds:\n"
    "    小型轿车: [轿车, K33]\n"
    "    摩托车: []\n"
    "fields:\n"
    "  - {of: household, name: kind, title: 车型, type: code, codes: kinds}\n"
    "  - {of: member, name: skills, title: 技能, type: codes, codes: {焊工: [电焊, 焊接], 厨师: [炊事]}}\n"
    "  - {of: household, name: plain, title: 地形, type: code, codes: [山区, 丘陵]}\n"
    "comparisons:\n"
    "  - id: compare\n"
    "    title: 车辆比对\n"
    "    register: vehicles\n"
    "    columns: {id_number: citizen_id, kind: {type: code, codes: kinds}}\n"
    "    match: id_number\n"
    'poor: "true"\n'
)


def test_codes_with_words() -> None:
    found = loads(CODES)
    kind, plain = found.field_spec("household", "kind"), found.field_spec("household", "plain")
    skills = found.field_spec("member", "skills")
    assert kind is not None
    assert plain is not None
    assert skills is not None
    assert (kind.codes, kind.words) == (
        ("小型轿车", "摩托车"),
        (("轿车", "小型轿车"), ("K33", "小型轿车")),
    )
    assert skills.words == (("电焊", "焊工"), ("焊接", "焊工"), ("炊事", "厨师"))
    assert (plain.codes, plain.words) == (("山区", "丘陵"), ())
    column = found.registers["vehicles"].columns[1]
    day = date(2015, 12, 20)
    assert read_cell("k33", column, day) == read_cell("轿车", column, day) == "小型轿车"
    assert read_cell("炊事、焊工", skills, day) == frozenset(("厨师", "焊工"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("摩托车: []", "摩托车: [轿车]", "'轿车' would be read as '小型轿车' and as '摩托车'"),
        (
            "摩托车: []",
            "摩托车: [小型轿车]",
            "'小型轿车' would be read as '小型轿车' and as '摩托车'",
        ),
        ("摩托车: []", "摩托车: [ｋ33]", "'ｋ33' would be read as '小型轿车' and as '摩托车'"),
    ],
)
def test_a_word_for_two_codes_is_refused(old: str, new: str, said: str) -> None:
    assert faults(CODES.replace(old, new)) == [
        f"ruleset.yaml:11:5: {said}",
        f"ruleset.yaml:18:44: {said}",
    ]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("{of: household, name: a, title: 甲, type: text, aliases: [村]}",
         "the header '村' is the field '村' already"),
        ("{of: household, name: a, title: 甲, type: text, aliases: [地形]}",
         "the header '地形' is the field '地形' already"),
    ],
)  # fmt: skip
def test_a_header_of_another_field_is_refused(field: str, said: str) -> None:
    found = faults(CODES.replace("comparisons:\n", f"  - {field}\ncomparisons:\n"))
    assert [each.partition(": ")[2] for each in found] == [said]


CHOSEN = (
    HEAD
    + """\
fields:
  - {of: household, name: rooms, title: 房间数, type: integer}
  - {of: household, name: note, title: 备注, type: text}
facts:
  - {name: grade, title: 档次, value: '"一档" if rooms > 5 else "二档" if rooms > 3 else "Ａ档"'}
  - {name: wider, title: 宽档次, value: '"三档" if rooms > 9 else grade'}
  - {name: place, title: 省, value: '"云南"'}
  - {name: said, title: 说明, value: '"无" if rooms > 9 else note'}
"""
)


@pytest.mark.parametrize(
    ("condition", "fault"),
    [
        ('grade == "一挡"', "'一挡' is not in the code list: 一档, 二档, Ａ档 → did you mean '一档'?"),
        ('grade not in ["一档", "二挡"]',
         "'二挡' is not in the code list: 一档, 二档, Ａ档 → did you mean '二档'?"),
        ('"三裆" != wider',
         "'三裆' is not in the code list: 三档, 一档, 二档, Ａ档 → did you mean '三档'?"),
        ('members.any(household.grade == "四")', "'四' is not in the code list: 一档, 二档, Ａ档"),
        # One text alone is a setting of the pack, and text from the form may be anything.
        ('grade == "A档" and wider == "三档" and place == "四川" and said == "三裆" and note == grade', ""),
    ],
)  # fmt: skip
def test_a_text_chosen_from_written_ones_is_a_code_list(condition: str, fault: str) -> None:
    text = CHOSEN + f"poor: '{condition}'\n"
    if fault:
        assert [each.split(": ", 1)[1] for each in faults(text)] == [fault]
        return
    parts = loads(text).poor.node
    assert isinstance(parts, tree.And)
    # In the spelling of the fact, so that it can be equal.
    assert isinstance(parts.operands[0], tree.Compare)
    assert parts.operands[0].right == tree.Literal("Ａ档", type=Text(("Ａ档",)))


def test_the_keys_of_a_parameter_are_of_its_code_list() -> None:
    series = "一档: {2014-01-01: 300}, 二挡: {2014-01-01: 150}"
    text = CHOSEN + f"parameters:\n  sum: {{title: 金额, by: grade, values: {{{series}}}}}\n"
    assert faults(text + 'poor: "sum > 1"\n') == [
        "ruleset.yaml:15:63: '二挡' is not in the code list: 一档, 二档, Ａ档 → did you mean '二档'?"
    ]


@pytest.mark.parametrize(
    "day", ["20150701", "2015-W27-3", "2015-182", "2015-07-01T00:00:00", "86400"]
)
def test_a_day_is_written_in_one_way(day: str) -> None:
    """The standard library, and the one that fills forms, read days that nobody means."""
    found = faults(HEAD.replace("2015-01-01", day) + f'parameters:\n  x: {{title: x, values: {{"{day}": 1}}}}\n'
                   f"poor: 'as_of > date(\"{day}\")'\n")  # fmt: skip
    assert found[0].startswith("ruleset.yaml:5:21: expected a date like 2015-07-01, found")
    found = faults(HEAD + f'parameters:\n  x: {{title: x, values: {{"{day}": 1}}}}\n'
                   f"poor: 'as_of > date(\"{day}\")'\n")  # fmt: skip
    assert [each.split(": ", 1)[1] for each in found] == [
        f"not a valid date: {day} → write 2015-01-01",
        'not a valid date → write date("2015-07-01")',
    ]
