"""The shared vocabulary: household, member, adjudication and step record.

Every field has an English name, a Chinese title, a type, a unit or a code list, and a
description; `None` always means unknown, never 0 and never "no". The names follow the
2014 national registration form (建档立卡). A pack adds fields of its own through
`shibie.vocabulary`; a programme that shares nothing with this form starts from
`BareHousehold` and `BareMember`.
"""

from __future__ import annotations

import datetime
from collections import Counter
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from shibie import everyday_words as said
from shibie.everyday_headers import HEADERS

# Amounts are below 10**12 yuan and counts below 10**9: the bounds that let every reading
# compute exactly. Larger input is rejected at the door.
AMOUNT_LIMIT = 10**12
COUNT_LIMIT = 10**9


def _exact_number(value: object) -> object:
    """Refuse binary floats and booleans where an exact number is meant."""
    if isinstance(value, bool | float):
        raise PydanticCustomError(
            "inexact_number", "a {kind} is not an exact number", {"kind": type(value).__name__}
        )
    return value


Money = Annotated[
    Decimal,
    BeforeValidator(_exact_number),
    Field(gt=-AMOUNT_LIMIT, lt=AMOUNT_LIMIT, decimal_places=2),
]
Amount = Annotated[
    Decimal,
    BeforeValidator(_exact_number),
    Field(gt=-AMOUNT_LIMIT, lt=AMOUNT_LIMIT, decimal_places=4),
]
Count = Annotated[
    int, BeforeValidator(_exact_number), Field(gt=-COUNT_LIMIT, lt=COUNT_LIMIT, strict=True)
]
Flag = Annotated[bool, Field(strict=True)]

Attribute = Literal["一般农户", "一般贫困户", "低保户", "五保户", "低保贫困户"]
HousingGrade = Literal["A", "B", "C", "D"]
Cause = Literal[
    "因病", "因残", "因学", "因灾", "缺土地", "缺水", "缺技术", "缺劳力", "缺资金",
    "交通条件落后", "自身发展动力不足", "其他",
]  # fmt: skip
Relation = Literal[
    "户主", "配偶", "之子", "之女", "之儿媳", "之女婿", "之孙子", "之孙女", "之外孙子", "之外孙女",
    "之父", "之母", "之岳父", "之岳母", "之公公", "之婆婆", "之祖父", "之祖母", "之外祖父",
    "之外祖母", "之兄弟姐妹", "其他",
]  # fmt: skip
Education = Literal["文盲或半文盲", "小学", "初中", "高中", "大专及以上"]
SchoolStatus = Literal[
    "学龄前儿童", "学前教育", "小学", "七年级", "八年级", "九年级", "高中一年级", "高中二年级",
    "高中三年级", "中职一年级", "中职二年级", "中职三年级", "大专及以上",
]  # fmt: skip
Health = Literal["健康", "长期慢性病", "患有大病", "残疾"]
Labor = Literal["普通劳动力", "技能劳动力", "弱劳动力或半劳动力", "丧失劳动力", "无劳动力"]
Verdict = Literal["upheld", "refuted", "exempt"]
HelpRole = Literal["帮扶责任人", "第一书记", "驻村工作队员", "村干部", "其他"]


def asked(
    title: str,
    description: str,
    *,
    unit: str = "",
    aliases: tuple[str, ...] = (),
    spoken: said.Spoken = said.Spoken(),
    minimum: int | None = None,
    maximum: int | None = None,
    sensitive: bool = False,
    required: bool = False,
) -> Any:
    """A field of the form: its title, meaning, unit, the headers it is known under, its words."""
    extra: dict[str, Any] = {
        "unit": unit, "aliases": list(aliases), "sensitive": sensitive,
        "words": list(spoken.words), "unsure": list(spoken.unsure),
    }  # fmt: skip
    return Field(
        default=... if required else None,
        title=title,
        description=description,
        ge=minimum,
        le=maximum,
        json_schema_extra=extra,
    )


class Record(BaseModel):
    """Base of all records: frozen, and an unknown key is an error, never dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_min_length=1)


class BareMember(Record):
    """A person of a household, with nothing asked yet but who it is."""

    member_id: str = asked("人编号", "编号，户内唯一", required=True, aliases=HEADERS["member_id"])


class BareHousehold(Record):
    """A household, with nothing asked yet but its number, its place and its people."""

    household_id: str = asked(
        "户编号", "编号，全表唯一", required=True, aliases=HEADERS["household_id"]
    )
    village: str | None = asked("村", "行政村", aliases=HEADERS["village"])
    members: tuple[BareMember, ...] = Field(title="成员", description="家庭成员", min_length=1)

    @model_validator(mode="after")
    def _member_ids_are_unique(self) -> Self:
        counts = Counter(member.member_id for member in self.members)
        twice = sorted(member_id for member_id, count in counts.items() if count > 1)
        if twice:
            raise PydanticCustomError(
                "duplicate_member", "member ids occur twice: {ids}", {"ids": ", ".join(twice)}
            )
        return self


class Member(BareMember):
    """A person on the 2014 national form. Age and sex come from `id_number`."""

    name: str | None = asked("姓名", "姓名", aliases=HEADERS["name"])
    id_number: str | None = asked(
        "证件号码",
        "18 位公民身份号码；15 位旧号与 20/22 位残疾人证号会换算成 18 位",
        sensitive=True,
        aliases=HEADERS["id_number"],
    )
    relation: Relation | None = asked(
        "与户主关系", "与户主的关系", aliases=HEADERS["relation"], spoken=said.RELATION
    )
    education: Education | None = asked(
        "文化程度", "不在校者的文化程度", aliases=HEADERS["education"], spoken=said.EDUCATION
    )
    school_status: SchoolStatus | None = asked(
        "在校生状况",
        "在校者的年级；与文化程度只填一项",
        aliases=HEADERS["school_status"],
        spoken=said.SCHOOL_STATUS,
    )
    health: frozenset[Health] | None = asked(
        "健康状况",
        "可多选；空集不是“健康”",
        sensitive=True,
        aliases=HEADERS["health"],
        spoken=said.HEALTH,
    )
    labor: Labor | None = asked(
        "劳动技能", "劳动能力与技能", aliases=HEADERS["labor"], spoken=said.LABOR
    )
    work_months: Count | None = asked(
        "务工月数",
        "一年内务工的月数",
        unit="月",
        minimum=0,
        maximum=12,
        aliases=HEADERS["work_months"],
    )
    receives_dibao: Flag | None = asked(
        "享受低保",
        "本人正在享受农村低保",
        aliases=HEADERS["receives_dibao"],
        spoken=said.RECEIVES_DIBAO,
    )
    on_payroll: Flag | None = asked("财政供养", "本人由财政发放工资", aliases=HEADERS["on_payroll"])

    @model_validator(mode="after")
    def _education_or_school(self) -> Self:
        # Only a form that has the two columns can fill them wrongly; one that asks neither
        # leaves both unknown.
        is_asked = bool(self.model_fields_set & {"education", "school_status"})
        if is_asked and (self.education is None) == (self.school_status is None):
            raise PydanticCustomError(
                "education_or_school", "exactly one of education and school_status must be filled"
            )
        return self


class Household(BareHousehold):
    """A household on the 2014 national form; amounts are yuan a year."""

    county: str | None = asked("县", "县（市、区）", aliases=HEADERS["county"])
    township: str | None = asked("乡镇", "乡（镇）", aliases=HEADERS["township"])
    group: str | None = asked("组", "村民小组（社）", aliases=HEADERS["group"])
    attribute: Attribute | None = asked(
        "贫困户属性", "登记的户属性", aliases=HEADERS["attribute"], spoken=said.ATTRIBUTE
    )
    on_previous_roster: Flag | None = asked(
        "原建档立卡户", "是否在上一轮建档立卡名册上", aliases=HEADERS["on_previous_roster"]
    )
    exited_on: datetime.date | None = asked(
        "脱贫日期", "已脱贫的日期；未脱贫则空", aliases=HEADERS["exited_on"]
    )
    wage_income: Money | None = asked(
        "工资性收入", "务工、工资收入", unit="元/年", minimum=0, aliases=HEADERS["wage_income"]
    )
    business_income: Money | None = asked(
        "生产经营性收入",
        "种养殖与经营的毛收入",
        unit="元/年",
        minimum=0,
        aliases=HEADERS["business_income"],
    )
    property_income: Money | None = asked(
        "财产性收入",
        "租金、利息、分红等",
        unit="元/年",
        minimum=0,
        aliases=HEADERS["property_income"],
    )
    transfer_income: Money | None = asked(
        "转移性收入",
        "补贴、低保金、养老金、赡养费等",
        unit="元/年",
        minimum=0,
        aliases=HEADERS["transfer_income"],
    )
    production_cost: Money | None = asked(
        "生产经营性支出",
        "种养殖与经营的成本",
        unit="元/年",
        minimum=0,
        aliases=HEADERS["production_cost"],
    )
    food_secure: Flag | None = asked(
        "不愁吃", "吃饭有保障", aliases=HEADERS["food_secure"], spoken=said.FOOD_OR_CLOTHING
    )
    clothing_secure: Flag | None = asked(
        "不愁穿", "穿衣有保障", aliases=HEADERS["clothing_secure"], spoken=said.FOOD_OR_CLOTHING
    )
    safe_water: Flag | None = asked(
        "饮水安全", "饮水达到安全标准", aliases=HEADERS["safe_water"], spoken=said.SAFE_WATER
    )
    education_secured: Flag | None = asked(
        "义务教育有保障",
        "无因贫失学辍学",
        aliases=HEADERS["education_secured"],
        spoken=said.SECURED,
    )
    medical_secured: Flag | None = asked(
        "基本医疗有保障",
        "参加基本医疗保险且看得起病",
        aliases=HEADERS["medical_secured"],
        spoken=said.SECURED,
    )
    housing_grade: HousingGrade | None = asked(
        "住房等级",
        "住房安全鉴定等级；C、D 级为危房",
        aliases=HEADERS["housing_grade"],
        spoken=said.HOUSING_GRADE,
    )
    inhospitable_location: Flag | None = asked(
        "居住地难以就地脱贫", "居住地一方水土养不活一方人，或在地质灾害区"
    )
    disaster_damage: Flag | None = asked("因灾住房受损", "住房因自然灾害受损")
    living_above_local: Flag | None = asked(
        "家庭生活明显高于当地平均水平", "评议认为家庭生活明显高于当地平均水平"
    )
    owns_vehicle: Flag | None = asked(
        "有车辆", "有小轿车或客货运车辆", aliases=HEADERS["owns_vehicle"], spoken=said.OWNS_VEHICLE
    )
    owns_commercial_housing: Flag | None = asked(
        "有商品房或商铺", "有商品房或商铺", aliases=HEADERS["owns_commercial_housing"]
    )
    runs_business: Flag | None = asked(
        "经商办企业", "有经营中的企业或个体工商户", aliases=HEADERS["runs_business"]
    )
    main_cause: Cause | None = asked(
        "主要致贫原因", "只填一项", aliases=HEADERS["main_cause"], spoken=said.MAIN_CAUSE
    )
    other_causes: frozenset[Cause] | None = asked(
        "其他致贫原因",
        "至多两项，且不与主要原因相同",
        aliases=HEADERS["other_causes"],
        spoken=said.CAUSE,
    )
    members: tuple[Member, ...] = Field(title="成员", description="家庭成员", min_length=1)

    @model_validator(mode="after")
    def _causes_of_the_form(self) -> Self:
        others = self.other_causes or frozenset()
        if len(others) > 2:
            raise PydanticCustomError("too_many_causes", "at most two other_causes")
        if self.main_cause is not None and self.main_cause in others:
            raise PydanticCustomError("same_cause", "other_causes repeats main_cause")
        return self

    @model_validator(mode="after")
    def _exactly_one_head(self) -> Self:
        if not any("relation" in member.model_fields_set for member in self.members):
            return self
        heads = sum(member.relation == "户主" for member in self.members)
        if heads != 1:
            raise PydanticCustomError(
                "heads", "exactly one member must be 户主, found {count}", {"count": heads}
            )
        return self


class Adjudication(Record):
    """An officer's verdict (核实) on an exclusion or review of one household.

    It takes evidence, an officer and a date: whoever signs answers for it.
    """

    household_id: str = asked("户编号", "所核实的户", required=True)
    rule_id: str = asked("规则编号", "所核实的规则", aliases=("规则",), required=True)
    verdict: Verdict = asked(
        "核实结论",
        "upheld 属实、refuted 不属实 或 exempt 属实但例外",
        aliases=("结论",),
        required=True,
    )
    evidence: str | None = asked("证据", "凭什么", aliases=("核实证据", "依据"))
    officer: str | None = asked("核实人", "签字人", aliases=("经办人",))
    date: datetime.date | None = asked("核实日期", "签字日期", aliases=("日期",))
    reason: str | None = asked("核实原因", "规则包 reasons 中的原因编号", aliases=("原因",))

    @model_validator(mode="after")
    def _verdict_is_signed(self) -> Self:
        signed = {"evidence": self.evidence, "officer": self.officer, "date": self.date}
        missing = [name for name, value in signed.items() if value is None]
        if missing:
            raise PydanticCustomError(
                "unsigned_verdict",
                "a verdict needs evidence, officer and date; missing: {missing}",
                {"missing": ", ".join(missing)},
            )
        return self


class StepFields(Record):
    """What was done, when and by whom at one step of the procedure, of one household or of several."""

    household_id: str | None = asked(
        "户编号", "所办理的户；整村、整组、全乡镇一次办的空着，写明村、组、乡镇"
    )
    step: str = asked("程序", "步骤编号或名称", aliases=("步骤", "环节"), required=True)
    done_on: datetime.date | None = asked("完成日期", "该步骤完成的日期", aliases=("办理日期",))
    actor: str | None = asked("办理主体", "由谁办理", aliases=("办理人",))
    signed_by: str | None = asked("签字人", "由谁签字负责")
    notice_from: datetime.date | None = asked("公示开始日期", "公示第一天", aliases=("公示起",))
    notice_to: datetime.date | None = asked("公示结束日期", "公示最后一天", aliases=("公示止",))
    attendance: Count | None = asked("到会人数", "到会人数", unit="人", minimum=0)
    eligible_voters: Count | None = asked("应到人数", "应到人数", unit="人", minimum=0)
    votes_for: Count | None = asked("同意人数", "同意人数", unit="人", minimum=0)
    objections: Count | None = asked("未结异议", "尚未办结的异议件数", unit="件", minimum=0)
    document: str | None = asked("佐证材料", "材料名称，多份以 | 分隔", aliases=("材料",))


class StepRecord(StepFields):
    """What was done, when and by whom at one step of the procedure for one household."""

    household_id: str = asked("户编号", "所办理的户", required=True)


class StepOfPlace(StepRecord):
    """A step of one household that is recorded once for its whole group, village or township."""

    record_of: str = asked("记录属于", "一次记录的村、组、乡镇", required=True)


class StepRow(StepFields):
    """A row of the table of steps: of one household, or of all households of a place."""

    township: str | None = asked("乡镇", "全乡镇一次办的，写乡镇", aliases=HEADERS["township"])
    village: str | None = asked(
        "村", "整村一次办的，写村，算到这个村的每一户", aliases=HEADERS["village"]
    )
    group: str | None = asked("组", "整组一次办的，写村和组", aliases=HEADERS["group"])
    among: str | None = asked(
        "对象",
        "只算自己有这一步记录的户：写步骤，如农户申请；空着，算这个地方的全部户",
    )
    included: Flag | None = asked("列入", "否：村、组、乡镇的这次记录没有列入这一户；空着算列入")


class HelperRecord(Record):
    """Who helps a household, or is stationed in a village (帮扶责任人, 第一书记 …), and since when.

    It gives a household or a village. A blank day leaves that end open.
    """

    household_id: str | None = asked(
        "户编号", "所帮扶的户；驻村的可只填村", aliases=HEADERS["household_id"]
    )
    village: str | None = asked("村", "所驻的村；填了户编号可不填", aliases=HEADERS["village"])
    helper: str = asked("帮扶责任人", "姓名", aliases=HEADERS["helper"], required=True)
    employer: str | None = asked(
        "帮扶单位", "帮扶责任人的单位；同名的人按单位区分", aliases=HEADERS["employer"]
    )
    position: str | None = asked("职务", "在单位的职务", aliases=HEADERS["position"])
    role: HelpRole | None = asked(
        "帮扶身份", "以什么身份帮扶", aliases=HEADERS["role"], spoken=said.HELP_ROLE
    )
    phone: str | None = asked(
        "联系电话", "联系电话；各处都遮去一部分", sensitive=True, aliases=HEADERS["phone"]
    )
    from_date: datetime.date | None = asked(
        "帮扶开始日期", "从哪天起；不填则不限", aliases=HEADERS["from_date"]
    )
    to_date: datetime.date | None = asked(
        "帮扶结束日期", "到哪天止，含当天；仍在帮扶则空", aliases=HEADERS["to_date"]
    )


class VisitRecord(Record):
    """A visit (入户走访) of somebody to a household."""

    household_id: str = asked("户编号", "走访的户", aliases=HEADERS["household_id"], required=True)
    helper: str = asked("帮扶责任人", "谁去走访", aliases=HEADERS["visitor"], required=True)
    visited_on: datetime.date = asked(
        "走访日期", "入户的日期", aliases=HEADERS["visited_on"], required=True
    )
    content: str | None = asked("走访内容", "为什么去，做了什么", aliases=HEADERS["content"])
    document: str | None = asked("佐证材料", "材料名称", aliases=("材料",))
    signed_by: str | None = asked("农户签字", "农户中由谁签字", aliases=HEADERS["household_signed"])
    employer: str | None = asked(
        "帮扶单位", "走访人的单位；同名的人按单位区分", aliases=HEADERS["employer"]
    )


class PlanRecord(Record):
    """A measure planned for a household (member_id empty) or one of its members."""

    household_id: str = asked("户编号", "规划的户", aliases=HEADERS["household_id"], required=True)
    member_id: str | None = asked("人编号", "给一个人的措施才填", aliases=HEADERS["member_id"])
    measure: str = asked(
        "措施", "规则包里措施的编号或名称", aliases=HEADERS["planned_measure"], required=True
    )
    responsible: str | None = asked("责任人", "由谁落实", aliases=HEADERS["responsible"])
    deadline: datetime.date | None = asked(
        "完成时限", "哪天以前完成，含当天", aliases=HEADERS["deadline"]
    )
    money: Money | None = asked(
        "资金", "计划投入的资金", unit="元", minimum=0, aliases=HEADERS["money"]
    )
    done_on: datetime.date | None = asked(
        "完成日期", "完成的日期；未完成则空", aliases=HEADERS["done_on"]
    )
