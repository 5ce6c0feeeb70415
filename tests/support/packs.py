"""A small rule set of which everything is proved, to be broken one piece at a time."""

from __future__ import annotations

from shibie.ruleset.loader import loads
from shibie.ruleset.model import RuleSet

SOUND = """\
ruleset:
  id: sound
  title: 小规则
  effective: {from: 2015-01-01, to: 2015-12-31}
parameters:
  line: {title: 线, unit: 元/人·年, values: {2014-01-01: 2800, 2015-06-01: 2855}}
  days: {title: 天数, values: {2014-01-01: 7}}
fields:
  - {of: household, name: rooms, title: 房间数, type: integer, minimum: 0}
  - {of: household, name: terrain, title: 地形, type: code, codes: [山区, 丘陵]}
facts:
  - {name: per_head, title: 人均收入, value: "round(wage_income / members.count(), 2)"}
  - {name: able, title: 有劳力, of: member, value: 'labor in ["普通劳动力", "技能劳动力"]'}
comparisons:
  - id: compare_vehicles
    title: 车辆比对
    register: vehicles
    columns: {id_number: citizen_id, kind: {type: code, codes: [轿车, 摩托]}, value: {type: money, title: 车价}}
    match: id_number
    checks: owns_vehicle
    hit: kind == "轿车"
criteria:
  - {id: low, title: 低收入, when: per_head < line}
  - {id: unsafe, title: 危房, when: 'housing_grade in ["C", "D"]'}
poor: low or unsafe
exclusions:
  - {id: vehicle, title: 有车, when: owns_vehicle, refutable: true,
     unless: [{id: cheap, title: 便宜, when: vehicles.count() > 0 and vehicles.all(value < 30000)}]}
  - {id: payroll, title: 供养, when: members.any(on_payroll)}
  - {id: doubtful, title: 存疑, when: living_above_local, effect: review}
tracks:
  - {id: work, title: 就业, for: member, when: able}
  - {id: house, title: 住房, when: unsafe}
  - {id: relief, title: 救助, when: low and not members.any(able)}
procedure:
  - {step: 1, id: apply, title: 申请, actor: 农户}
  - {step: 2, id: notice, title: 公示, actor: 村委会, after: [apply], min_days: days}
properties:
  - {id: payroll_excludes, title: 供养者不纳入, when: members.any(on_payroll), then: ineligible}
  - {id: richer, title: 越富越不纳入, more: [wage_income, living_above_local, on_payroll]}
"""


def sound(*changes: tuple[str, str]) -> RuleSet:
    """The sound rule set with pieces of its text replaced; each piece must be there."""
    text = SOUND
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return loads(text)
