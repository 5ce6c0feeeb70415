"""Random households for the probe rule set, as the plain data that `given` takes."""

from __future__ import annotations

import copy
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from shibie import citizen_id
from support import values
from support.expressions import whole_years
from support.values import AS_OF

Given = dict[str, Any]
money = st.one_of(
    st.sampled_from([Decimal(text) for text in values.MONEY]),
    st.sampled_from([Decimal(text) for text in values.MONEY]),
    st.decimals(0, 99999, places=2),
)
days = st.one_of(
    st.sampled_from(values.DAYS), st.sampled_from(values.DAYS), st.dates(date(1930, 1, 1), AS_OF)
)
births = st.one_of(st.sampled_from(values.BIRTHS), days)
numbers = st.builds(citizen_id.make, st.just("511921"), births, st.integers(1, 998))


def _set(*codes: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(codes), unique=True, max_size=3)


FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "wage_income": money,
    "spending": money,
    "rooms": st.integers(0, 5),
    "area": st.one_of(
        st.sampled_from([Decimal(text) for text in values.AREAS]), st.decimals(0, 100, places=4)
    ),
    "level": st.sampled_from(["甲", "乙", "丙"]),
    "risks": _set("因病", "因灾", "因学"),
    "visited_on": days,
    "flag": st.booleans(),
    "food_secure": st.booleans(),
    "housing_grade": st.sampled_from(["A", "B", "C", "D"]),
    "owns_vehicle": st.booleans(),
    "province": st.sampled_from(["云南", "四川"]),
}
MEMBER_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "id_number": numbers,
    "wage": money,
    "work_months": st.integers(0, 12),
    "receives_dibao": st.booleans(),
    "on_payroll": st.booleans(),
    "since": days,
    "role": st.sampled_from(["甲", "乙"]),
    "health": _set("健康", "长期慢性病", "患有大病", "残疾"),
}
ROWS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "vehicles": {"kind": st.sampled_from(["轿车", "货车", "摩托"]), "value": money},
    "accounts": {
        "balance": money, "opened_on": days, "active": st.booleans(),
        "bank": st.sampled_from(["农行", "财政"]),
    },
}  # fmt: skip


@st.composite
def complete(draw: st.DrawFn, least: int = 1) -> Given:
    """A household of which everything is known, with so many members at least."""
    given: Given = {name: draw(of) for name, of in FIELDS.items()}
    given["members"] = [
        {name: draw(of) for name, of in MEMBER_FIELDS.items()}
        | {
            register: draw(st.lists(st.fixed_dictionaries(columns), max_size=2))
            for register, columns in ROWS.items()
        }
        for _ in range(draw(st.integers(least, 3)))
    ]
    if not given["members"]:  # compared all the same
        given |= {register: [] for register in ROWS}
    return given


@st.composite
def partial(draw: st.DrawFn, least: int = 1) -> Given:
    """A household with missing facts, registers and numbers, and with adjudications."""
    given = draw(complete(least))
    forget(given, draw(st.floats(0, 0.6)), draw)
    verdicts = {
        rule: verdict
        for rule in ("vehicle", "rich", "doubtful")
        if (verdict := draw(st.sampled_from([None, None, "upheld", "refuted", "exempt"])))
    }
    return {**given, "adjudications": verdicts, "trust_declarations": draw(st.booleans())}


def forget(given: Given, share: float, draw: Any) -> None:
    """Make facts, cells of rows, whole registers and numbers unknown."""
    gone = st.floats(0, 1, exclude_max=True)
    for name in FIELDS:
        if draw(gone) < share:
            given[name] = None
    missing = {register for register in ROWS if draw(gone) < share}
    for register in missing & given.keys():
        del given[register]
    for member in given["members"]:
        for name in MEMBER_FIELDS:
            if draw(gone) < share:
                member[name] = None
        for register in ROWS:
            if register in missing:
                del member[register]
                continue
            for row in member[register]:
                for column in row:
                    if draw(gone) < share:
                        row[column] = None


def plain(given: Given) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A complete household as Python sees it: a dict, and a dict for each member."""
    household = copy.deepcopy(given)
    members = household.pop("members")
    for member in members:
        born = citizen_id.birth_date(member["id_number"])
        member["age"] = whole_years(born, AS_OF)
        member["sex"] = "男" if int(member["id_number"][16]) % 2 else "女"
    return household, members
