"""The terms that all outputs share: each thing has one Chinese and one English word.

Only words for people: the keys and codes in files (`retained`, `true`, `upheld`) stay as they are,
and are the keys of the mappings here.
"""

from __future__ import annotations

from collections.abc import Mapping

from shibie.decision import UNCOUNTED_HIT
from shibie.errors import Words
from shibie.ruleset.checking.standings import STANDING_TITLES
from shibie.ruleset.verdicts import VERDICT_WORDS

# Instead of what is sensitive.
WITHHELD = Words("（从略）", "(withheld)")
HOLDS = Words("成立", "holds")
DOES_NOT_HOLD = Words("不成立", "does not hold")
UNKNOWN = Words("未知", "unknown")
PENDING = Words("待核实", "pending")
REJECTED = Words("退回", "rejected")
STANDING = Words("状态", "standing")
KEPT, NEW, REMOVED, EXITED = (
    STANDING_TITLES[name] for name in ("retained", "new", "removed", "exited")
)
ON_ROSTER = Words("在册", "on the roster")
REASONS = Words("原因", "reasons")
SOURCE = Words("依据", "source")
COMPARISON = Words("比对", "comparison")
DAY = Words("认定日期", "day of judgement")
TRACKS = Words("帮扶批次", "tracks")
MEASURE = Words("措施", "measure")
_OF_UNCOUNTED = Words("不计入人口的人有此情形", "so of somebody who does not count")

# A pack has words of its own for these, in its own language.
ELIGIBILITIES: Mapping[str, Words] = {
    "eligible": Words("纳入", "eligible"), "ineligible": Words("不纳入", "not eligible"),
    "pending": PENDING,
}  # fmt: skip
OUTCOMES: Mapping[str, Words] = {
    "true": HOLDS, "false": DOES_NOT_HOLD, "unknown": UNKNOWN,
    **{str(verdict): Words(f"核实为{word.zh}", word.en) for verdict, word in VERDICT_WORDS.items()},
    UNCOUNTED_HIT: _OF_UNCOUNTED,
}  # fmt: skip
VERDICTS: Mapping[str, Words] = {str(verdict): word for verdict, word in VERDICT_WORDS.items()}
STANDINGS: Mapping[str, Words] = {
    "before": Words("上一轮名册", "previous roster"),
    "left": Words("此前已脱贫退出", "exited before"),
    "unsettled": Words("原在册而待定", "was on it, undecided"),
    "on_roster": ON_ROSTER, **STANDING_TITLES, "": Words("", ""),
}  # fmt: skip
FINDINGS: Mapping[str, Words] = {
    "criterion": Words("识别标准", "criterion"),
    "exclusion": Words("不纳入", "exclusion"),
    "review": Words("严格审查", "strict review"),
    "discrepancy": Words("申报与比对不一致", "declaration contradicts comparison"),
    "duplicate": Words("重复人员", "same person twice"),
    "procedure": Words("程序", "procedure"),
    "track": Words("帮扶批次", "track"),
    "duplicate_row": Words("比对记录重复", "register row twice"),
    UNCOUNTED_HIT: _OF_UNCOUNTED,
    "exit": Words("脱贫退出标准没有达到", "exit criterion not met"),
}
PROVENANCES: Mapping[str, Words] = {
    "verbatim": Words("原文", "verbatim"),
    "documented": Words("有据（他地公开规则）", "documented elsewhere"),
    "reconstructed": Words("重建", "reconstructed"),
}
# Titles of columns that several tables have, by the names that files give them.
COLUMNS: Mapping[str, Words] = {
    "household_id": Words("户编号", "household_id"), "village": Words("村", "village"),
    "head": Words("户主", "head"), "member_id": Words("人编号", "member_id"),
    "name": Words("姓名", "name"), "id": Words("编号", "id"), "row": Words("行", "row"),
    "item": Words("项目", "item"), "households": Words("户", "households"),
    "persons": Words("人口", "persons"), "people": Words("人", "persons"), "measure": MEASURE,
}  # fmt: skip
