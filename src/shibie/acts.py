"""Acts: whatever a person decides or corrects about households, a row each, in one table.

A verdict on a rule, a register row that is or is not about a person, two entries that are one
person, a corrected field, a step that was done, and what takes an act back.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from shibie.errors import Words
from shibie.household import Record, Verdict, asked
from shibie.vocabulary import FieldSpec, specs_of

ActKind = Literal["verdict", "link", "same_person", "correction", "step", "undo"]
ACT_KINDS: tuple[ActKind, ...] = get_args(ActKind)
KIND_WORDS: dict[ActKind, Words] = {
    "verdict": Words("核实", "verdict"),
    "link": Words("关联", "link"),
    "same_person": Words("同一人", "same person"),
    "correction": Words("更正", "correction"),
    "step": Words("程序", "step"),
    "undo": Words("撤销", "undo"),
}


class Act(Record):
    """One act; which columns it has depends on its kind.

    - `verdict`: `rule_id`, `verdict`; it may name a row by `register` and `row_key`.
    - `link`: the row `register`, `row_key` is (`value` yes) or is not (no) about the member; about
      none of the household where only it is named, about nobody at all where it is not either.
    - `same_person`: the member is the person that `value` names as `household/member`.
    - `correction`: `field` of the member, or of the household, is `value` where it `was` another.
    - `step`: the step `rule_id` was done on `date` by `officer`; `field` and `value` say more of it.
    - `undo`: takes back the act `value`.
    """

    act_id: str | None = asked("办理编号", "这一行办理的编号；空着则由内容得出")
    kind: ActKind = asked("办理种类", "核实、关联、同一人、更正、程序 或 撤销", required=True)
    household_id: str | None = asked("户编号", "所办理的户")
    head: str | None = asked("户主", "户主姓名，与名册核对", aliases=("户主姓名",))
    member_id: str | None = asked("人编号", "所办理的人", aliases=("成员编号",))
    rule_id: str | None = asked(
        "规则编号", "所核实的规则，或所办理的步骤", aliases=("规则", "步骤")
    )
    register_: str | None = asked("比对表", "记录所在的比对表")
    row_key: str | None = asked("记录编号", "比对表中的记录")
    field: str | None = asked("字段", "所更正的字段")
    was: str | None = asked("原值", "更正之前的值")
    value: str | None = asked("现值", "更正之后的值，或 是、否", aliases=("值",))
    verdict: Verdict | None = asked(
        "核实结论", "upheld 属实、refuted 不属实 或 exempt 属实但例外", aliases=("结论",)
    )
    reason: str | None = asked("核实原因", "规则包 reasons 中的原因编号", aliases=("原因",))
    evidence: str | None = asked("证据", "凭什么", aliases=("核实证据", "依据", "佐证材料"))
    officer: str | None = asked("经办人", "签字人", aliases=("核实人",))
    date: datetime.date | None = asked("日期", "签字日期", aliases=("核实日期", "办理日期"))
    recorded_at: str | None = asked("录入时间", "何时录入（UTC），如 2015-12-01T08:30:00Z")

    def row(self) -> tuple[str, ...]:
        """The act as a row of the table, in the order of `COLUMNS`."""
        return tuple("" if value is None else str(value) for _, value in self)


def act_specs() -> tuple[FieldSpec, ...]:
    """The fields of an act as written: kinds and verdicts have words of their own."""
    return tuple(
        replace(spec, name=spec.name.rstrip("_"), type="text", codes=())
        if spec.name in ("kind", "verdict", "register_")
        else spec
        for spec in specs_of(Act)
    )


# What names a row of a register.
ROW_NAMES: tuple[str, ...] = ("register", "row_key")


def row_specs() -> tuple[FieldSpec, ...]:
    """The fields that name a row of a register, as written: verdicts in their own table have them, too."""
    return tuple(spec for spec in act_specs() if spec.name in ROW_NAMES)


# How a table of acts may be called.
TABLE_NAMES: tuple[str, ...] = ("acts", "办理", "办理表")
# The columns of the table, as files name them.
COLUMNS: tuple[str, ...] = tuple(spec.name for spec in act_specs())


def content_id(act: Act) -> str:
    """The number of an act that was given none: the same wherever the same is written.

    >>> act = Act(kind="undo", value="a1")
    >>> content_id(act) == content_id(Act(kind="undo", value="a1", recorded_at="2015-12-01T00:00:00Z"))
    True
    """
    said = act.model_dump(mode="json", exclude={"act_id", "recorded_at"}, exclude_none=True)
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return "a-" + hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Link:
    """Whether a register row is about a person.

    Attributes:
        row_key: names the row within its register.
        household_id: whose; empty where it is about nobody at all.
        member_id: who; empty with a household where it is about none of its members.
        yes: that it is; a yes to one is a no to everybody else. Of a household without a member
            it says no more than that the row is somebody's of them, as whoever judges it says.
        judged: that a verdict says it.
        vouched: that evidence is given of whose it is, which counts for more than how a name is
            written.
    """

    register: str
    row_key: str
    household_id: str
    member_id: str
    yes: bool
    judged: bool = field(default=False, repr=False)
    vouched: bool = field(default=False, repr=False)


@dataclass(frozen=True)
class SamePerson:
    """Two entries of a roster, in two households, that are one person."""

    household_id: str
    member_id: str
    other_household_id: str
    other_member_id: str


def links_of(acts: Iterable[Act]) -> tuple[Link, ...]:
    """The links among acts that are in force; a refuted row is about none of the household.

    >>> links_of([Act(kind="link", register_="vehicles", row_key="k", household_id="H1",
    ...               member_id="2", value="yes")])
    (Link(register='vehicles', row_key='k', household_id='H1', member_id='2', yes=True),)
    """
    found = (said_of_row(act) for act in acts)
    return tuple(link for link in found if link is not None and not (link.judged and link.yes))


def said_of_row(act: Act) -> Link | None:
    """What an act says of whose a register row is; None where it names none.

    A verdict on a row is about the household, whichever member it names.
    """
    if act.kind not in ("link", "verdict") or act.row_key is None:
        return None
    row = act.register_ or "", act.row_key, act.household_id or ""
    if act.kind == "verdict":
        return Link(*row, "", act.verdict != "refuted", judged=True)
    vouched = act.member_id is not None and act.evidence is not None
    return Link(*row, act.member_id or "", act.value == "yes", vouched=vouched)


def households_of(act: Act) -> frozenset[str]:
    """The household that an act is about, and of one person in two households the other, too."""
    others = (pair.other_household_id for pair in same_persons_of((act,)))
    return frozenset((act.household_id or "", *others))


def same_persons_of(acts: Iterable[Act]) -> tuple[SamePerson, ...]:
    """The pairs of one person among acts that are in force.

    >>> (found,) = same_persons_of(
    ...     [Act(kind="same_person", household_id="H1", member_id="2", value="H7/1")]
    ... )
    >>> found.other_household_id, found.other_member_id
    ('H7', '1')
    """
    return tuple(
        SamePerson(act.household_id or "", act.member_id or "", *(act.value or "/").rsplit("/", 1))
        for act in acts
        if act.kind == "same_person"
    )
