"""Words that people and systems write for the codes of the shared form.

A word is here only where its meaning is sure: it stands for one code, whoever writes it. A
word that may mean several codes, or belongs elsewhere, is listed with what it may mean, so
that who wrote it is told; it is never read as one of them. Words are compared folded: widths,
white space and case make no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Final, NamedTuple

# What stands for a blank cell in a column where it says that there is nothing to fill in.
AS_BLANK: Final = ""


class Spoken(NamedTuple):
    """The words of one field.

    Attributes:
        words: each with the code that it stands for; `AS_BLANK` for a blank cell.
        unsure: each that is refused, with what it may mean.
    """

    words: tuple[tuple[str, str], ...] = ()
    unsure: tuple[tuple[str, tuple[str, ...]], ...] = ()


def spoken(by_code: Mapping[str, str], unsure: Mapping[str, str] | None = None) -> Spoken:
    """Words of codes.

    Args:
        by_code: code → its words, with spaces between.
        unsure: words, with spaces between → what they may mean, with spaces between.

    >>> spoken({"C": "C级 丙级"}, {"危房": "C D"})
    Spoken(words=(('C级', 'C'), ('丙级', 'C')), unsure=(('危房', ('C', 'D')),))
    """
    return Spoken(
        tuple((word, code) for code, words in by_code.items() for word in words.split()),
        tuple(
            (word, tuple(meant.split()))
            for words, meant in (unsure or {}).items()
            for word in words.split()
        ),
    )


# Kin whom the form does not list are 其他, as on the paper form.
RELATION: Final = spoken(
    {
        "户主": "本人 户主本人 本人或户主 户主(本人) 本人(户主)",
        "配偶": "妻子 妻 丈夫 夫 老婆 老公 爱人 老伴 夫妻 之妻 之夫 之配偶 户主配偶 户主之妻 户主妻子",
        "之子": "儿子 子 长子 次子 二子 三子 四子 五子 六子 大儿子 二儿子 三儿子 小儿子 幼子 独生子 独子 养子 继子"
        " 之儿子 之长子 之次子 之二子 之三子 之四子 之五子 之养子 之继子 之独生子 长男 次男 户主之子 大儿 二儿 三儿 幺儿 么儿",
        "之女": "女儿 长女 次女 二女 三女 四女 五女 六女 大女儿 二女儿 三女儿 小女儿 幼女 独生女 独女 养女 继女"
        " 之女儿 之长女 之次女 之二女 之三女 之四女 之五女 之养女 之继女 之独生女 小女 大女 幺女 么女 满女 户主之女",
        "之儿媳": "儿媳 儿媳妇 之媳 之儿媳妇 长媳 次媳 三媳 大儿媳 二儿媳 小儿媳",
        "之女婿": "女婿 之婿 上门女婿 入赘女婿",
        "之孙子": "孙子 长孙 次孙 之长孙 之次孙 长孙子 次孙子",
        "之孙女": "孙女 长孙女 次孙女 之长孙女 之次孙女 孙女儿",
        "之外孙子": "外孙子 外孙 之外孙",
        "之外孙女": "外孙女 外孙女儿",
        "之父": "父亲 父 爸爸 之父亲 户主父亲 户主之父 继父 养父 之继父 之养父",
        "之母": "母亲 母 妈妈 之母亲 户主母亲 户主之母 继母 养母 之继母 之养母",
        "之岳父": "岳父 丈人 老丈人 妻父",
        "之岳母": "岳母 丈母娘 丈母 妻母",
        "之公公": "公公",
        "之祖父": "祖父 爷爷 之爷爷",
        "之祖母": "祖母 奶奶 之奶奶",
        "之外祖父": "外祖父 外公 姥爷 之外公",
        "之外祖母": "外祖母 外婆 姥姥 之外婆",
        "之兄弟姐妹": "兄弟 姐妹 兄弟姐妹 之兄弟 之姐妹 哥哥 弟弟 姐姐 妹妹 兄 弟 姐 妹 之兄 之弟 之姐 之妹 之哥哥 之弟弟 之姐姐 之妹妹 大哥 二哥 大姐 二姐 胞兄 胞弟 胞姐 胞妹 弟兄",
        "其他": "之曾孙子 之曾孙女 曾孙 曾孙子 曾孙女 重孙 重孙子 重孙女 之曾祖父 之曾祖母 曾祖父 曾祖母"
        " 孙媳 孙媳妇 孙儿媳 之孙媳 之孙媳妇 孙女婿 之孙女婿 外孙媳 外孙媳妇 外孙女婿"
        " 侄子 侄儿 侄女 之侄儿 之侄子 之侄女 侄媳 侄媳妇 外甥 外甥女 之外甥 之外甥女"
        " 之兄弟媳妇 嫂子 嫂 弟媳 弟媳妇 姐夫 妹夫 之嫂 之弟媳 之姐夫 之妹夫"
        " 之叔伯 伯父 堂兄 堂弟 堂姐 堂妹 表兄 表弟 表姐 表妹 玄孙 外曾孙 侄孙 妻妹 妻侄 伯母 叔父 叔叔 叔伯 婶婶 婶母 舅舅 舅父 舅母 姑姑 姑母 姑父 姨 姨妈 姨母 姨父 之伯父 之伯母 之叔父 之婶母 之舅父 之姑母"
        " 其他亲属 其他成员 其它 非亲属 其他关系 保姆",
    },
    {
        "媳妇": "配偶 之儿媳", "婆婆": "之婆婆 之祖母", "之孙": "之孙子 之孙女",
        "孙": "之孙子 之孙女", "孙辈": "之孙子 之孙女", "子女 儿女 孩子 之子女 小孩": "之子 之女",
        "父母 之父母": "之父 之母", "岳父母 之岳父母": "之岳父 之岳母", "公婆 之公婆": "之公公 之婆婆",
        "祖父母 之祖父母": "之祖父 之祖母", "外祖父母 之外祖父母": "之外祖父 之外祖母",
        "外孙子女 之外孙子女": "之外孙子 之外孙女", "孙子女 之孙子女": "之孙子 之孙女",
        "女 女性": "之女（这里不填性别）", "男 男性": "之子（这里不填性别）",
        "弟妹": "其他（弟之妻） 之兄弟姐妹",
    },
)  # fmt: skip
_NUMERALS: Final = "一二三四五六"


def _grades(schools: str, number: int) -> str:
    """A year of kinds of school as it is written: with either numeral, in full and in short."""
    named = [*product(schools.split(), (_NUMERALS[number - 1], str(number)))]
    written = (f"{school}{numeral}年级" for school, numeral in named)
    short = (f"{school}{numeral}" for school, numeral in named)
    return " ".join((*written, *short))


_VOCATIONAL: Final = "中专 职高 技校 技工学校 中技 职业高中 中等职业学校 中等职业教育 普通中专 职中"
_TERTIARY: Final = "大学 本科 大学本科 大专 专科 高职 高职高专 技师学院 高等职业教育 大学专科"
_YEARS: Final = "七八九"


def _words(several: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(several))


def _attending(words: str) -> Iterator[str]:
    """Years of school, and who is in one: 高三, 在读高三, 高三学生."""
    for word in words.split():
        yield from (
            word,
            f"在读{word}",
            f"{word}在读",
            f"{word}学生",
            f"在校{word}",
            f"{word}在校",
            f"{word}(在读)",
        )


def _short(school: str, numbers: range) -> str:
    return " ".join(f"{school}{numeral}" for n in numbers for numeral in (_NUMERALS[n - 1], n))


_SCHOOL_YEARS: Final = " ".join(
    ("小学", *(f"{n}年级" for n in (*_NUMERALS, *range(1, 7))), *(_grades("小学", n) for n in range(1, 7)),
     *(f"小学({n}年级)" for n in (*_NUMERALS, *range(1, 7))), _short("小", range(1, 7)))
)  # fmt: skip
_LOWER: Final = tuple(
    f"{_YEARS[year - 1]}年级 {year + 6}年级 {_grades('初中', year)} {_short('初', range(year, year + 1))}"
    for year in (1, 2, 3)
)
_UPPER: Final = tuple(
    f"高中{_NUMERALS[year - 1]}年级 高中{year}年级 {_short('高', range(year, year + 1))}"
    for year in (1, 2, 3)
)
_UNIVERSITY: Final = f"{_short('大', range(1, 6))} {_short('本科大', range(1, 6))}"
# What somebody who attends a school is put down with, whom 文化程度 is not asked: level, code, words.
_ATTENDED: Final = (
    # 小学 alone is a level.
    ("小学", "小学", " ".join(_SCHOOL_YEARS.split()[1:])),
    *zip(("初中",) * 3, (f"{year}年级" for year in _YEARS), _LOWER, strict=True),
    *zip(("高中",) * 3, (f"高中{n}年级" for n in _NUMERALS[:3]), _UPPER, strict=True),
    ("大专及以上", "大专及以上", _UNIVERSITY),
)


EDUCATION: Final = spoken(
    {
        "文盲或半文盲": "文盲 半文盲 不识字 识字很少 没读过书 未读书 文盲半文盲 文盲/半文盲 文盲或识字很少 文盲及半文盲",
        "小学": "小学文化 小学文化程度 小学毕业 小学肄业 小学未毕业 初小 高小 完小 小学程度",
        "初中": "初中文化 初中文化程度 初中毕业 初中肄业 初级中学 普通初中 初中程度",
        "高中": "高中文化 高中文化程度 高中毕业 高中肄业 高级中学 普通高中 高中程度 中专 中职 职高 技校 中技 职业高中"
        " 中师 中等师范 中等专科 中等专业学校 中等职业教育 中专毕业 高中/中专 高中或中专 高中(中专) 高中及中专 中专/高中 中专或高中 中专(高中) 高中(含中专)",
        "大专及以上": "大专 专科 大学专科 大专毕业 专科毕业 高职 高职高专 高职大专 大学 大学本科 本科 大学毕业"
        " 本科毕业 本科及以上 大学及以上 大学本科及以上 大学(含大专) 大专以上 专科及以上"
        " 研究生 硕士 硕士研究生 博士 博士研究生 硕士及以上 研究生及以上 硕士研究生及以上"
        " 函授大专 函授本科 自考大专 自考本科 成人大专 成人本科 电大",
    },
    {
        **{
            _words(_attending(words)): f"在校生状况栏的“{code}”（在校） {level}（已不在校）"
            for level, code, words in _ATTENDED
        },
        "小学及以下 小学以下": "文盲或半文盲 小学",
        "初中及以下 初中以下": "文盲或半文盲 小学 初中",
        "中学": "初中 高中",
        "高中及以上 高中以上": "高中 大专及以上",
        "学前 学龄前 学龄前儿童 学前儿童 学前教育 幼儿园 幼儿": "在校生状况栏的“学龄前儿童” 在校生状况栏的“学前教育”",
        "在校 在读 在校生 学生 小学在读 初中在读 高中在读 大学在读 大专在读 本科在读 中专在读 小学生 初中生 高中生 大学生": "在校生状况栏的年级",
        "无 没有": "文盲或半文盲 空白（不知道）",
    },
)  # fmt: skip
SCHOOL_STATUS: Final = spoken(
    {
        AS_BLANK: "非在校生 非在校 不在校 未在校 非在校学生 不在校生 已毕业 毕业 无 否",
        "学龄前儿童": "学龄前 学前儿童 未到学龄 未入学儿童",
        "学前教育": "幼儿园 幼儿园小班 幼儿园中班 幼儿园大班 小班 中班 大班 学前班 幼儿园在读",
        "小学": " ".join(
            ("小学生", *list(_attending(_SCHOOL_YEARS))[1:])
        ),
        **{
            f"{_YEARS[year - 1]}年级": f"初中{_YEARS[year - 1]}年级 {_words(_attending(_LOWER[year - 1]))}"
            for year in (1, 2, 3)
        },
        **{
            f"高中{_NUMERALS[year - 1]}年级": f"{_grades('普通高中', year)} 高中{year}年级 高中{_NUMERALS[year - 1]}"
            f" 高{_NUMERALS[year - 1]}年级 {_words(_attending(_UPPER[year - 1]))}"
            for year in (1, 2, 3)
        },
        **{
            f"中职{_NUMERALS[year - 1]}年级": f"{_grades(_VOCATIONAL, year)}"
            f" 中职{year}年级 中职{_NUMERALS[year - 1]} 中职{year}"
            for year in (1, 2, 3)
        },
        # A 技师学院 is tertiary vocational training, as the programmes for pupils count it.
        "大专及以上": " ".join(
            (_TERTIARY, "大学生 在校大学生 大学在读 本科在读 大专在读 本科及以上 大学及以上 硕士研究生及以上"
             " 研究生 硕士 硕士研究生 博士 博士研究生 研究生及以上 研究生在读",
             *(_grades(school, n) for school in _TERTIARY.split() for n in range(1, 6)),
             *_attending(_UNIVERSITY),
             *(f"研{numeral}" for numeral in _NUMERALS[:3]))
        ),
    },
    {
        "初中 初中生 初中在读 初级中学": "七年级 八年级 九年级",
        "高中 高中生 高中在读 普通高中": "高中一年级 高中二年级 高中三年级",
        "中职 中职在读 中专 职高 技校 中专生 职中": "中职一年级 中职二年级 中职三年级",
        "学前": "学龄前儿童 学前教育",
        "中学 中学生": "七年级至九年级 高中一年级至三年级",
        "在校 在读 在校生 学生 是 有": "年级，如“小学”“七年级”",
        "辍学 失学 休学": "非在校生（另填文化程度）",
    },
)  # fmt: skip


def _disabilities() -> Iterator[str]:
    """What a disability card says: kind and grade, in either order and numeral."""
    kinds = ("肢体", "视力", "听力", "言语", "智力", "精神", "多重")
    yield from ("残疾人", "有残疾", "残", "持证残疾人")
    for kind in kinds:
        yield from (f"{kind}残疾", f"{kind}残疾人", f"{kind}残")
    for grade in "一二三四1234":
        yield from (f"{grade}级残疾", f"残疾{grade}级", f"{grade}级残", f"残疾({grade}级)")
        for kind in kinds:
            yield from (f"{kind}{grade}级残疾", f"{kind}残疾{grade}级", f"{kind}{grade}级",
                        f"{grade}级{kind}残疾", f"{kind}残疾({grade}级)", f"{kind}{grade}级残")  # fmt: skip


HEALTH: Final = spoken(
    {
        "健康": "良好 身体健康 身体良好 健康或良好 健康良好 健康状况良好 很好 正常",
        "长期慢性病": "慢性病 患慢性病 有慢性病 慢病 患有慢性病 长期患慢性病 患长期慢性病 患有长期慢性病 长期慢性病患者 慢性病患者",
        "患有大病": "大病 患大病 重病 患重病 患有重病 重大疾病 患重大疾病 患有重大疾病 重特大疾病 大病患者 重病患者",
        "残疾": " ".join(_disabilities()),
    },
    {
        "一般 一般或较弱 较弱 体弱 差 较差 体弱多病 亚健康": "健康 长期慢性病 患有大病",
        "患病 有病 生病 疾病": "长期慢性病 患有大病",
        "不健康": "长期慢性病 患有大病 残疾",
        "基本健康": "健康 长期慢性病",
    },
)  # fmt: skip
LABOR: Final = spoken(
    {
        "普通劳动力": "普通劳动能力 普通劳力 普通劳动者",
        "技能劳动力": "技能劳动能力 技能劳力 技术劳动力 有技能劳动力 技能型劳动力",
        "弱劳动力或半劳动力": "弱劳动力 半劳动力 弱劳力 半劳力 弱劳动能力 半劳动能力 弱劳动力/半劳动力 弱/半劳动力 弱半劳动力"
        " 半劳动力或弱劳动力 弱劳力或半劳力 弱劳动能力或半劳动能力 部分劳动能力 部分丧失劳动能力 部分丧失劳动力",
        "丧失劳动力": "丧失劳动能力 完全丧失劳动能力 完全丧失劳动力 丧失劳力",
        "无劳动力": "无劳动能力 无劳力 没有劳动能力 没有劳动力 没劳力",
    },
    {
        "有 有劳动能力 有劳动力 劳动力 有劳力 全劳动力 全劳力 整劳力 是": "普通劳动力 技能劳动力 弱劳动力或半劳动力",
        "无 没有 否": "无劳动力 丧失劳动力 普通劳动力（没有技能）",
    },
)  # fmt: skip
# The attribute is the one that a household is registered under; that it has left poverty
# since is said by its own column, 脱贫日期.
ATTRIBUTE: Final = spoken(
    {
        "一般农户": "普通农户 一般农村户",
        "一般贫困户": "一般脱贫户",
        "低保户": "低保 农村低保 农村低保户",
        "五保户": "五保 五保贫困户 五保脱贫户 五保供养 五保供养户 特困 特困户 特困人员 特困供养 特困供养户"
        " 特困人员供养 特困供养贫困户 特困供养脱贫户 特困供养人员 农村五保户",
        "低保贫困户": "低保脱贫户 贫困低保户",
    },
    {
        "贫困户 建档立卡户 建档立卡贫困户 脱贫户 已脱贫户": "一般贫困户 低保贫困户 五保户",
        "一般户": "一般农户 一般贫困户",
        "非贫困户 非建档立卡户 非贫": "一般农户 低保户",
        "无": "一般农户 空白（不知道）",
    },
)  # fmt: skip
HOUSING_GRADE: Final = spoken(
    {
        grade: " ".join(
            f"{grade}级{what}"
            for what in ("", "房", "房屋", "住房", *(("危房", "危险房屋") if grade in "CD" else ("安全",)))
        )
        + (f" {grade}危房 危房{grade}级 危房({grade}级) {grade}级(危房)" if grade in "CD" else f" {grade}级(安全)")
        for grade in "ABCD"
    },
    {
        "安全 是 安全住房 基本安全 非危房 不是危房 一般 好 良好": "A B",
        "不安全 危房 否 危险 危险房屋 C、D级 C/D级 CD级 C或D": "C D",
    },
)  # fmt: skip
# What the form does not list is 其他, as on the paper form.
CAUSE: Final = spoken(
    {
        "因病": "疾病 生病 患病 因大病 因疾病 因病致贫",
        "因残": "残疾 因残疾 因残致贫",
        "因学": "上学 就学 因教育 因上学 因学致贫 子女上学",
        "因灾": "因自然灾害 自然灾害 灾害 因灾害 因灾致贫",
        "缺土地": "缺地 少地 无土地 缺耕地",
        "缺水": "因安全饮水 缺安全饮水 因饮水 饮水困难",
        "缺技术": "缺技能 无技术 缺乏技术 缺少技术",
        "缺劳力": "缺劳动力 无劳动力 缺乏劳动力 缺少劳动力 缺劳 无劳力 缺乏劳力",
        "缺资金": "缺钱 缺乏资金 缺少资金 无资金",
        "交通条件落后": "交通落后 交通不便 交通条件差 因交通",
        "自身发展动力不足": "自身发展能力不足 自身动力不足 发展动力不足 内生动力不足 缺动力",
        "其他": "其它 其他原因 缺住房 因住房 住房困难 缺电 因婚 因婚姻 因丧 因丧葬 因务工就业不稳 因务工就业不稳定 因就业不稳 因市场因素 因产业失败",
    },
    {"因意外 因意外事故 因事故 意外事故": "因灾 其他"},
)  # fmt: skip
MAIN_CAUSE: Final = Spoken((("无", AS_BLANK), ("没有", AS_BLANK), *CAUSE.words), CAUSE.unsure)

_YES, _NO = "是", "否"
_SECURED = {
    _YES: "已解决 已实现 已保障 已落实 有保障 达标 已达标 解决 实现",
    _NO: "未解决 未实现 未保障 未落实 无保障 没有保障 没保障 不达标 未达标 没解决 没有解决 没实现",
}
SECURED: Final = spoken(_SECURED)
SAFE_WATER: Final = spoken(
    {_YES: f"{_SECURED[_YES]} 安全", _NO: f"{_SECURED[_NO]} 不安全"},
)
FOOD_OR_CLOTHING: Final = spoken(
    {_YES: f"{_SECURED[_YES]} 不愁", _NO: f"{_SECURED[_NO]} 愁 发愁"},
)
RECEIVES_DIBAO: Final = spoken(
    {
        _YES: "A类 B类 C类 D类 A B C 一类 二类 三类 一档 二档 三档 A档 B档 C档 享受 在享 在保 正在享受 已享受 享受低保 低保 农村低保 低保户",
        _NO: "未享受 不享受 没享受 没有享受 非低保 非低保户 未享受低保 停保 已停保 不在保",
    },
    {"曾享受 原低保 已取消": "否（现在不享受）"},
)  # fmt: skip
OWNS_VEHICLE: Final = spoken(
    {_YES: "小轿车 轿车 小汽车 有小轿车 有轿车 货车 客车 有货车", _NO: "无车 没车 没有车 无车辆"},
    {
        "摩托车 有摩托车 两轮摩托车 二轮摩托车 三轮车 电动车 电瓶车 拖拉机 农用车": "否（没有小轿车或客货运车辆） 是（另有小轿车或客货运车辆）",
        "面包车 车 汽车 有车": "是（有小轿车或客货运车辆） 否（没有）",
    },
)  # fmt: skip

# In what capacity somebody helps.
HELP_ROLE: Final = spoken(
    {
        "帮扶责任人": "帮扶人 帮扶干部 帮扶联系人 结对帮扶人 结对帮扶干部 结对干部 包户干部 联户干部 帮户干部 责任人",
        "第一书记": "驻村第一书记 村第一书记 贫困村第一书记 党组织第一书记",
        "驻村工作队员": "驻村工作队 驻村队员 工作队员 工作队 驻村工作队队员 驻村工作队队长 驻村工作队长 工作队长 驻村帮扶工作队员",
        "村干部": "村两委 村两委干部 村支书 村支部书记 村党支部书记 村主任 村委会主任 村文书 村组干部 社长 组长",
    },
    {"书记": "第一书记 村干部", "驻村干部": "第一书记 驻村工作队员", "队长": "驻村工作队员 村干部"},
)
