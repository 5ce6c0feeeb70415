"""The words and headers of the shared form: each means one thing, and is read as that."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import pytest

from shibie.everyday_words import RELATION
from shibie.rosters.cell_error import CellError
from shibie.rosters.cells import read_cell, read_plain
from shibie.rosters.headers import matched
from shibie.ruleset.loader import load
from shibie.ruleset.packs import shipped
from shibie.vocabulary import FieldSpec, Vocabulary, folded

AS_OF = date(2015, 12, 20)
SHARED = Vocabulary.build()
FIELDS = {spec.name: spec for spec in (*SHARED.household, *SHARED.member)}
NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize("name", FIELDS)
def test_a_word_stands_for_one_code(name: str) -> None:
    spec = FIELDS[name]
    meant: defaultdict[str, set[str]] = defaultdict(set)
    for word, code in spec.words:
        meant[folded(word)].add(code)
    for code in spec.codes:
        meant[folded(code)].add(code)
    assert {word: codes for word, codes in meant.items() if len(codes) > 1} == {}
    assert set(meant) & set(spec.may_mean) == set()
    codes = {"是", "否"} if spec.type == "bool" else {*spec.codes, ""}
    assert {code for _, code in spec.words} <= codes


@pytest.mark.parametrize(
    ("name", "word", "value"),
    [
        ("relation", "本人", "户主"), ("relation", "户主本人", "户主"), ("relation", "本人或户主", "户主"),
        ("relation", "妻子", "配偶"), ("relation", "丈夫", "配偶"), ("relation", "长子", "之子"),
        ("relation", "之长子", "之子"), ("relation", "子", "之子"), ("relation", "次女", "之女"),
        ("relation", "父亲", "之父"), ("relation", "儿媳", "之儿媳"), ("relation", "之媳", "之儿媳"),
        ("relation", "孙子", "之孙子"), ("relation", "外孙", "之外孙子"), ("relation", "奶奶", "之祖母"),
        ("relation", "兄弟", "之兄弟姐妹"), ("relation", "之侄儿", "其他"), ("relation", "之兄弟媳妇", "其他"),
        ("relation", "之叔伯", "其他"), ("relation", "之曾孙子", "其他"), ("relation", "01 妻子", "配偶"),
        ("education", "文盲", "文盲或半文盲"), ("education", "中专", "高中"), ("education", "大专", "大专及以上"),
        ("education", "高职", "大专及以上"), ("education", "大学", "大专及以上"),
        ("education", "本科及以上", "大专及以上"), ("education", "高中（中专）", "高中"),
        ("school_status", "非在校生", None), ("school_status", "三年级", "小学"), ("school_status", "3年级", "小学"),
        ("school_status", "初二", "八年级"), ("school_status", "初中三年级", "九年级"),
        ("school_status", "普通高中一年级", "高中一年级"), ("school_status", "高三", "高中三年级"),
        ("school_status", "中专二年级", "中职二年级"), ("school_status", "大三", "大专及以上"),
        ("school_status", "高职高专一年级", "大专及以上"), ("school_status", "技师学院一年级", "大专及以上"),
        ("school_status", "本科一年级", "大专及以上"), ("school_status", "硕士研究生及以上", "大专及以上"),
        ("health", "良好", frozenset(("健康",))), ("health", "慢性病", frozenset(("长期慢性病",))),
        ("health", "重病", frozenset(("患有大病",))), ("health", "肢体二级残疾", frozenset(("残疾",))),
        ("health", "残疾(一级)", frozenset(("残疾",))),
        ("health", "慢性病、肢体残疾", frozenset(("长期慢性病", "残疾"))), ("health", "无", NONE),
        ("labor", "普通劳动能力", "普通劳动力"), ("labor", "弱/半劳动力", "弱劳动力或半劳动力"),
        ("labor", "无劳动能力", "无劳动力"), ("labor", "丧失劳动能力", "丧失劳动力"),
        ("school_status", "在读高三", "高中三年级"), ("school_status", "初二在读", "八年级"),
        ("school_status", "小学2年级", "小学"), ("school_status", "在读小学二年级", "小学"),
        ("school_status", "小学（二年级）", "小学"), ("school_status", "小二", "小学"),
        ("school_status", "高三学生", "高中三年级"), ("school_status", "在校七年级", "七年级"),
        ("school_status", "本科大二", "大专及以上"), ("school_status", "大三在读", "大专及以上"),
        ("education", "中师", "高中"), ("education", "函授大专", "大专及以上"), ("education", "初中文化程度", "初中"),
        ("attribute", "低保", "低保户"), ("attribute", "特困供养", "五保户"), ("attribute", "五保贫困户", "五保户"),
        ("attribute", "特困供养贫困户", "五保户"), ("attribute", "低保脱贫户", "低保贫困户"),
        ("attribute", "一般脱贫户", "一般贫困户"),
        ("housing_grade", "C级", "C"), ("housing_grade", "D级危房", "D"), ("housing_grade", "Ａ级", "A"),
        ("main_cause", "缺劳动力", "缺劳力"), ("main_cause", "疾病", "因病"), ("main_cause", "因自然灾害", "因灾"),
        ("main_cause", "因安全饮水", "缺水"), ("main_cause", "缺电", "其他"), ("main_cause", "因婚", "其他"),
        ("main_cause", "无", None), ("other_causes", "无", NONE),
        ("other_causes", "疾病、缺劳动力", frozenset(("因病", "缺劳力"))),
        ("receives_dibao", "B类", True), ("receives_dibao", "未享受", False),
        ("safe_water", "已解决", True), ("safe_water", "不达标", False), ("food_secure", "已", True),
        ("food_secure", "不愁", True), ("owns_vehicle", "小轿车", True),
    ],
)  # fmt: skip
def test_what_is_read(name: str, word: str, value: Any) -> None:
    assert read_cell(word, FIELDS[name], AS_OF) == value
    assert read_plain(word, FIELDS[name], AS_OF) == value


@pytest.mark.parametrize(
    ("name", "word", "reason"),
    [
        ("housing_grade", "安全", "意思不能确定，可能是 A、B；请写明"),
        ("housing_grade", "危房", "意思不能确定，可能是 C、D；请写明"),
        ("relation", "媳妇", "意思不能确定，可能是 配偶、之儿媳；请写明"),
        ("relation", "婆婆", "意思不能确定，可能是 之婆婆、之祖母；请写明"),
        ("relation", "女", "意思不能确定，可能是 之女（这里不填性别）；请写明"),
        ("labor", "有", "意思不能确定，可能是 普通劳动力、技能劳动力、弱劳动力或半劳动力；请写明"),
        ("education", "学前", "意思不能确定，可能是 在校生状况栏的“学龄前儿童”、在校生状况栏的“学前教育”；请写明"),
        ("school_status", "初中", "意思不能确定，可能是 七年级、八年级、九年级；请写明"),
        ("attribute", "脱贫户", "意思不能确定，可能是 一般贫困户、低保贫困户、五保户；请写明"),
        ("main_cause", "因病、因学", "只能填一项，这里写了 2 项；请只留最主要的，其余写入“其他致贫原因”"),
        ("main_cause", "因病因残", "只能填一项，这里写了 2 项；请只留最主要的，其余写入“其他致贫原因”"),
        ("main_cause", "因病、因残和缺技术", "只能填一项，这里写了 3 项；请只留最主要的，其余写入“其他致贫原因”"),
        ("education", "小学二年级", "意思不能确定，可能是 在校生状况栏的“小学”（在校）、小学（已不在校）；请写明"),
        ("education", "在读高三", "意思不能确定，可能是 在校生状况栏的“高中三年级”（在校）、高中（已不在校）；请写明"),
        ("education", "大学在读", "意思不能确定，可能是 在校生状况栏的年级；请写明"),
        ("main_cause", "因意外", "意思不能确定，可能是 因灾、其他；请写明"),
        ("owns_vehicle", "摩托车",
         "意思不能确定，可能是 否（没有小轿车或客货运车辆）、是（另有小轿车或客货运车辆）；请写明"),
        # What it may mean is not said of a sensitive field.
        ("health", "一般", "不在代码表中（应为 健康、长期慢性病、患有大病、残疾）"),
        ("health", "患大痛", "不在代码表中（应为 健康、长期慢性病、患有大病、残疾）"),
    ],
)  # fmt: skip
def test_what_is_refused(name: str, word: str, reason: str) -> None:
    with pytest.raises(CellError) as caught:
        read_cell(word, FIELDS[name], AS_OF)
    assert caught.value.reason.zh == reason


@pytest.mark.parametrize("pack", ["", *sorted(shipped())])
def test_a_header_is_of_one_field(pack: str) -> None:
    vocabulary = load(pack).vocabulary if pack else SHARED
    of = defaultdict(set)
    for spec in (*vocabulary.household, *vocabulary.member):
        for header in spec.headers:
            of[header].add(spec.name)
    assert {header: found for header, found in of.items() if len(found) > 1} == {}


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("身份证", "id_number"), ("公民身份证号码", "id_number"), ("户主关系", "relation"),
        ("与户主的关系", "relation"), ("家庭编号", "household_id"), ("户号", "household_id"),
        ("小组", "group"), ("社别", "group"), ("工资收入(元)", "wage_income"), ("务工收入", "wage_income"),
        ("经营性收入", "business_income"), ("住房安全等级", "housing_grade"), ("人口编号", "member_id"),
        ("个人编号", "member_id"), ("县(市、区、旗)", "county"), ("是否解决安全饮用水", "safe_water"),
        ("户主姓名", None), ("户主身份证号码", None), ("家庭人口数", None), ("人数", None),
        ("经营净收入", None), ("是否愁吃", None), ("性别", None), ("序号", None), ("工资", None),
    ],
)  # fmt: skip
def test_headers(header: str, name: str | None) -> None:
    found = matched(header, tuple(FIELDS.values()))
    assert (found.name if found else None) == name


def test_a_packs_own_field_has_its_title_to_itself() -> None:
    """小组 is also said of the shared 组: where a pack has a field of that title, it is that."""
    own = FieldSpec("team", "小组", "text")
    vocabulary = Vocabulary.build([own])
    assert matched("小组", vocabulary.household) is own
    group = matched("村民小组", vocabulary.household)
    assert group is not None
    assert group.name == "group"
    # The shared vocabulary itself stays as it was.
    still = matched("小组", Vocabulary.build().household)
    assert still is not None
    assert still.name == "group"


@pytest.mark.parametrize("pack", ["bazhong-2015", "monitoring-2024", "low-income-2024"])
@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("面包车", "客运车辆"), ("小型普通客车", "客运车辆"), ("轻型普通货车", "货运车辆"), ("K33", "小型轿车"),
        ("微型面包车", "客运车辆"), ("三轮汽车", "农用三轮车"), ("普通二轮摩托车", "摩托车"), ("小型轿车", "小型轿车"),
    ],
)  # fmt: skip
def test_vehicle_types_of_the_registry(pack: str, word: str, code: str) -> None:
    (kind,) = (spec for spec in load(pack).registers["vehicles"].columns if spec.name == "kind")
    assert read_cell(word, kind, AS_OF) == code


@pytest.mark.parametrize("word", ["小型新能源汽车", "工程机械", "小型汽车"])
def test_what_says_no_type_of_vehicle_is_refused(word: str) -> None:
    (kind,) = (s for s in load("bazhong-2015").registers["vehicles"].columns if s.name == "kind")
    with pytest.raises(CellError):
        read_cell(word, kind, AS_OF)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("户主之妻 户主妻子", "配偶"), ("大儿 幺儿", "之子"), ("小女 满女", "之女"), ("户主母亲", "之母"),
        ("妻父", "之岳父"), ("堂弟 表姐 侄孙", "其他"),
    ],
)  # fmt: skip
def test_relations_in_everyday_words(words: str, code: str) -> None:
    known = dict(RELATION.words)
    assert {known[word] for word in words.split()} == {code}
