"""Headers that tables of other systems, and of offices, give the columns of the shared form.

A header is here only where it cannot mean another thing. What is of the household's head
alone (户主姓名, 户主身份证号), a net amount (经营净收入), a turned-round question (是否愁吃),
or a count of people (家庭人口数) is none of these columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_WRITTEN: Final[Mapping[str, str]] = {
    # --- of every form
    "household_id": "农户编号 户号 家庭编号 户编码 农户编码 家庭编码 家庭户编号 农户ID 户ID 家庭ID 家庭户号",
    "village": "行政村 所在村 村名 村名称 行政村名称 所在行政村 所属村 所属行政村 村居 村/社区 村委会 村社区",
    "member_id": "人员编号 成员编号 人口编号 个人编号 人编码 人员编码 成员编码 家庭成员编号 家庭成员编码 人员ID 人ID 人口编码",
    # --- of a person
    "name": "家庭成员姓名 成员姓名 人员姓名 本人姓名 家庭人口姓名",
    "id_number": "身份证号 身份证号码 证件号 公民身份号码 残疾证号 身份证 公民身份证号码 公民身份证号 公民身份号"
    " 居民身份证 居民身份证号 居民身份证号码 居民身份号码 身份证件号码 身份证件号 身份号码 身份证编号 公民身份证"
    " 成员身份证号 成员身份证号码 家庭成员身份证号 家庭成员身份证号码 成员证件号码 本人身份证号 本人身份证号码 个人身份证号",
    "relation": "与申请人关系 与申请人的关系 与户主的关系 关系 户主关系 和户主关系 和户主的关系 同户主关系 与户主之关系 成员关系 与户主何关系",
    "education": "学历 文化 文化水平 受教育程度 教育程度 受教育水平 学历层次 文化程度(学历)",
    "school_status": "在校状况 在校生情况 在校情况 就学状况 就学情况 就读情况 就读状况 在读情况 在读状况 在校生状态",
    "health": "身体状况 健康情况 身体健康状况 身体健康情况 身体情况 健康程度 健康状态 身体健康程度",
    "labor": "劳动力 劳动能力 劳动力状况 劳动能力状况 劳动力情况 劳动能力情况 劳动技能情况 劳动技能状况 劳动力类型",
    "work_months": "务工时间 务工时间(月) 务工时长 务工时长(月) 年务工月数 外出务工月数 务工月份数 务工时间(月数)",
    "receives_dibao": "是否享受农村居民最低生活保障 享受农村居民最低生活保障 是否享受农村最低生活保障 是否低保 是否享受低保 低保 是否享受农村低保 享受农村低保 是否农村低保 是否享受最低生活保障 享受最低生活保障 是否低保人员 低保享受情况",
    "on_payroll": "财政供养人员 是否财政供养 是否财政供养人员 是否为财政供养人员",
    # --- of a household
    "county": "县区 县(市、区) 所在县 区县 县市区 县市 所属县 所在县区 县名 县名称 旗县 县(市)",
    "township": "乡 镇 乡(镇) 所在乡镇 乡镇名称 所属乡镇 乡镇名 镇乡 乡/镇 乡镇/街道 乡镇街道 乡镇(街道) 镇(乡)",
    "group": "村民小组 社 自然村 所在组 小组 社别 组别 村小组 村民组 组名 所在社 所在小组 所属组 组(社) 社(组) 组/社 社名",
    "attribute": "户属性 农户属性 贫困户类型 贫困属性 贫困户类别",
    "on_previous_roster": "是否原建档立卡户 建档立卡户 是否建档立卡户 是否建档立卡贫困户 建档立卡贫困户 原建档立卡贫困户 是否原建档立卡贫困户 是否为建档立卡户 是否为建档立卡贫困户",
    "exited_on": "脱贫时间 脱贫退出日期 脱贫退出时间 脱贫年月",
    "wage_income": "工资收入 务工收入 工资性 务工工资收入 工资务工收入 务工工资性收入 打工收入 工资性收入小计 家庭工资性收入 年工资性收入 工资及务工收入",
    "business_income": "经营性收入 生产经营收入 经营收入 家庭经营性收入 家庭经营收入 家庭生产经营收入 家庭生产经营性收入 生产经营性收入小计",
    "property_income": "财产收入 家庭财产性收入 财产性收入小计 年财产性收入",
    "transfer_income": "转移收入 家庭转移性收入 转移性收入小计 年转移性收入",
    "production_cost": "经营性支出 生产经营支出 经营支出 生产经营成本 经营成本 家庭经营性支出 家庭生产经营支出 家庭生产经营性支出 生产性支出 生产成本 经营性成本",
    "food_secure": "是否不愁吃 吃不愁 不愁吃饭 是否实现不愁吃",
    "clothing_secure": "是否不愁穿 穿不愁 不愁穿衣 是否实现不愁穿",
    "safe_water": "是否饮水安全 安全饮水 饮水是否安全 是否安全饮水 是否解决安全饮用水 是否解决安全饮水 是否解决饮水安全 饮水安全有保障 安全饮水有保障 安全饮用水 饮水安全保障 是否有安全饮水 饮水安全是否有保障 有无安全饮水",
    "education_secured": "义务教育保障 义务教育是否有保障 是否义务教育有保障 教育有保障 义务教育有无保障 义务教育是否保障",
    "medical_secured": "基本医疗保障 基本医疗是否有保障 是否基本医疗有保障 医疗有保障 基本医疗有无保障 基本医疗是否保障",
    "housing_grade": "房屋等级 危房等级 住房安全等级 房屋安全等级 住房鉴定等级 房屋鉴定等级 住房安全鉴定等级 房屋安全鉴定等级 危房鉴定等级 住房危险性等级 房屋危险性等级 住房危房等级 住房鉴定级别 住房安全鉴定结果 房屋鉴定结果",
    "owns_vehicle": "是否有车 有车 有小轿车 是否有车辆 是否有小轿车 有无车辆 是否拥有车辆",
    "owns_commercial_housing": "是否有商品房 有商品房 是否有商品房或商铺 有无商品房 是否拥有商品房 有无商品房或商铺",
    "runs_business": "是否经商办企业 有无经商办企业 是否有经商办企业",
    "main_cause": "致贫原因 主要致贫因素 致贫主因 首要致贫原因 致贫原因1 主要原因(致贫)",
    "other_causes": "次要致贫原因 其他致贫因素 其它致贫原因 次要致贫因素 致贫原因2 另外致贫原因",
}  # fmt: skip
# Field → the headers that it answers to beside its name and its title.
HEADERS: Final[Mapping[str, tuple[str, ...]]] = {
    name: tuple(words.split()) for name, words in _WRITTEN.items()
}
