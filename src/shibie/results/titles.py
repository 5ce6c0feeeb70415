"""The Chinese titles of the columns of all result tables, for whoever opens them as they are.

Programs rely on the English names, so these stand above the columns only where they are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shibie.acts import act_specs

_HOUSEHOLD: Final = {"household_id": "户编号"}
_PERSON: Final = {**_HOUSEHOLD, "member_id": "人编号"}
_VERDICT: Final = {
    "verdict": "核实结论", "reason": "核实原因", "officer": "核实人", "date": "核实日期",
}  # fmt: skip
TITLES: Final[Mapping[str, Mapping[str, str]]] = {
    "decisions": {
        **_HOUSEHOLD, "eligibility": "认定结果", "kind": "类别", "grounds": "原因",
        "reviews": "待核实的审查", "unknown": "还需查清", "tracks": "帮扶批次",
        "standing": "状态",
    },
    "findings": {**_PERSON, "rule_id": "规则编号", "kind": "类型", "outcome": "结果"},
    "tracks": {**_PERSON, "track": "帮扶批次"},
    "rejected": {
        "source": "来源", "row": "行", "field": "栏目", "value": "内容", "reason": "退回原因",
        "code": "原因代码",
    },
    "acts": {spec.name: spec.title for spec in act_specs()},
    "unmatched": {"register": "比对表", "row": "行", "number": "证件号码", "reason": "情形"},
    "unrecognised": {
        "kind": "未识别", "source": "来源", "column": "列", "field": "栏目", "text": "内容",
        "rows": "行数", "suggestion": "建议",
    },
    "uncounted": {
        **_PERSON, "name": "姓名", "counted": "是否计入人口", "reason": "原因", "basis": "依据",
    },
    "clues": {
        "clue_id": "疑点编号", "register": "比对表", "row_key": "记录编号", **_PERSON,
        "person": "姓名", "rule_id": "规则编号", **_VERDICT,
    },
}  # fmt: skip
