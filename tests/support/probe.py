"""A made-up rule set that has every kind of field, register, fact and rule."""

from __future__ import annotations

from shibie.ruleset.loader import loads
from shibie.ruleset.model import RuleSet

HEAD = """
ruleset:
  id: probe
  title: 试验规则
  effective: {from: 2015-01-01, to: 2020-12-31}
"""

DECLARATIONS = """
parameters:
  line: {title: 线, unit: 元/人·年, values: {2014-01-01: 2800, 2015-06-01: 2855.5}}
  regional: {title: 地方线, by: province, values: {云南: {2014-01-01: 100}, 四川: {2014-01-01: 200.25}}}
  crowding: {title: 户型线, by: "min(rooms, 3)", values: {"0": {2014-01-01: 5}, "1": {2014-01-01: 30.5}, "3": {2014-01-01: 9, 2016-01-01: 80}}}
fields:
  - {of: household, name: province, title: 省, type: text}
  - {of: household, name: spending, title: 自付支出, type: money, unit: 元/年}
  - {of: household, name: rooms, title: 房间数, type: integer, minimum: 0}
  - {of: household, name: area, title: 耕地, type: decimal, unit: 亩}
  - {of: household, name: level, title: 级别, type: code, codes: [甲, 乙, 丙]}
  - {of: household, name: risks, title: 风险, type: codes, codes: [因病, 因灾, 因学]}
  - {of: household, name: visited_on, title: 入户日期, type: date}
  - {of: household, name: flag, title: 标记, type: bool}
  - {of: member, name: wage, title: 个人工资, type: money}
  - {of: member, name: since, title: 起始日, type: date}
  - {of: member, name: role, title: 角色, type: code, codes: [甲, 乙]}
facts:
  - {name: total, title: 合计, value: wage_income + spending}
  - {name: per_head, title: 人均, value: "round(total / members.count(), 2)"}
  - {name: earning, title: 有收入, of: member, value: wage > 0}
  - {name: earners, title: 收入人数, value: members.count(earning)}
comparisons:
  - id: compare_vehicles
    title: 车辆比对
    register: vehicles
    columns:
      id_number: citizen_id
      kind: {type: code, title: 车型, codes: [轿车, 货车, 摩托]}
      value: {type: money, title: 车价}
    match: id_number
    checks: owns_vehicle
    hit: kind in ["轿车", "货车"]
  - id: compare_accounts
    title: 账户比对
    register: accounts
    columns: {id_number: citizen_id, balance: money, opened_on: date, active: bool, bank: text}
    match: id_number
    checks: on_payroll
    hit: bank == "财政"
"""

RULES = """
criteria:
  - {id: low, title: 低收入, when: per_head < line}
  - {id: unsafe, title: 危房, when: 'housing_grade in ["C", "D"]'}
poor: low or unsafe
exclusions:
  - {id: vehicle, title: 有车, when: owns_vehicle, refutable: true,
     unless: [{id: cheap, title: 便宜, when: vehicles.count() > 0 and vehicles.all(value < 30000)}]}
  - {id: payroll, title: 财政供养, when: members.any(on_payroll)}
  - {id: rich, title: 存款多, when: accounts.sum(balance) > 10000, refutable: true}
  - {id: doubtful, title: 存疑, when: accounts.any(not active), effect: review}
kinds:
  - {id: sick, title: 因病户, when: '"因病" in risks'}
  - {id: other, title: 其他户, when: "true"}
tracks:
  - {id: work, title: 就业, for: member, when: age >= 16 and earning}
  - {id: house, title: 住房, when: unsafe}
tallies:
  - {id: earning_people, title: 有收入者, for: member, when: earning}
"""


def probe(rules: str = RULES, declarations: str = DECLARATIONS) -> RuleSet:
    """The probe rule set, with other rules if given."""
    return loads(HEAD + declarations + rules)
