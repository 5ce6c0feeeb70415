"""Random well-typed conditions over the probe rule set.

Each comes as a pair: the text in the rule language, and a Python expression that means
the same on complete data. The Python side shares no code with the product: collections
become generator expressions over plain dicts, rounding is done on fractions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

AS_OF = date(2016, 3, 1)
Draw = Callable[[st.SearchStrategy[Any]], Any]


@dataclass(frozen=True)
class Both:
    """The same thing in the rule language and in Python."""

    text: str
    python: str


# Who is spoken of: bare names of each context, by type; Python sees dicts h, m, r.
NAMES: dict[str, dict[str, list[Both]]] = {
    "household": {
        "number": [
            *(Both(name, f"h['{name}']") for name in ("wage_income", "spending", "rooms", "area")),
            Both("自付支出", "h['spending']"),
            Both("total", "(h['wage_income'] + h['spending'])"),
            Both("per_head", "quotient(h['wage_income'] + h['spending'], len(members), 2)"),
            Both("earners", "sum(m['wage'] > 0 for m in members)"),
            Both("line", "D('2855.5')"),
            Both("regional", "(D('100') if h['province'] == '云南' else D('200.25'))"),
        ],
        "bool": [
            Both("flag", "h['flag']"), Both("标记", "h['flag']"), Both("不愁吃", "h['food_secure']"),
            Both("low", "(quotient(h['wage_income'] + h['spending'], len(members), 2) < D('2855.5'))"),
        ],
        "date": [Both("visited_on", "h['visited_on']"), Both("as_of", "as_of")],
        "code": [Both("level", "h['level']")],
        "codes": [Both("risks", "h['risks']")],
    },
    "member": {
        "number": [Both("wage", "m['wage']"), Both("work_months", "m['work_months']"), Both("age", "m['age']"),
                   Both("household.rooms", "h['rooms']"), Both("户.自付支出", "h['spending']")],
        "bool": [Both("receives_dibao", "m['receives_dibao']"), Both("earning", "(m['wage'] > 0)"),
                 Both("household.flag", "h['flag']")],
        "date": [Both("since", "m['since']"), Both("as_of", "as_of")],
        "code": [Both("role", "m['role']"), Both("sex", "m['sex']")],
        "codes": [Both("health", "m['health']")],
    },
    "vehicles": {
        "number": [Both("value", "r['value']"), Both("household.area", "h['area']")],
        "bool": [Both("household.flag", "h['flag']")],
        "date": [Both("household.visited_on", "h['visited_on']")],
        "code": [Both("kind", "r['kind']"), Both("车型", "r['kind']")],
        "codes": [Both("household.risks", "h['risks']")],
    },
    "accounts": {
        "number": [Both("balance", "r['balance']")],
        "bool": [Both("active", "r['active']")],
        "date": [Both("opened_on", "r['opened_on']"), Both("as_of", "as_of")],
        "code": [],
        "codes": [],
    },
}  # fmt: skip
CODES = {
    "level": ("甲", "乙", "丙"), "role": ("甲", "乙"), "sex": ("男", "女"), "kind": ("轿车", "货车", "摩托"),
    "车型": ("轿车", "货车", "摩托"), "risks": ("因病", "因灾", "因学"),
    "health": ("健康", "长期慢性病", "患有大病", "残疾"), "household.risks": ("因病", "因灾", "因学"),
}  # fmt: skip
NUMBERS = ("0", "1", "2", "16", "60", "100", "2800", "2855.5", "0.5", "30000", "12.34", "2.005")
DATES = ("2014-02-28", "2015-06-01", "2016-02-29", "2016-03-01", "1990-12-31")


class Maker:
    """Draws expressions of a type in a context.

    Args:
        draw: Hypothesis' draw.
        partial: also draw what can be unknown on complete data (minimum over nothing,
            division by zero) or does not fit Kleene monotonicity (`known`).
    """

    def __init__(self, draw: Draw, partial: bool = False, known: bool = False) -> None:
        self.draw, self.partial, self.known = draw, partial, known

    def one_of(self, options: list[Any]) -> Any:
        # By its number: Hypothesis tells apart what it has drawn by hash, and that of a function
        # made for one draw is its address, which differs with what ran before.
        return options[self.draw(st.integers(0, len(options) - 1))]

    def bool(self, owner: str, depth: int) -> Both:
        options: list[Callable[[], Both]] = [lambda: self.one_of(NAMES[owner]["bool"])]
        if depth > 0:
            options += [
                lambda: self.joined(owner, depth), lambda: self.joined(owner, depth),
                lambda: self.negated(owner, depth), lambda: self.compared(owner, depth),
                lambda: self.compared(owner, depth), lambda: self.chained(owner, depth),
                lambda: self.listed(owner, depth), lambda: self.dated(owner, depth),
                lambda: self.chosen(owner, depth, self.bool),
            ]  # fmt: skip
            if NAMES[owner]["code"]:
                options.append(lambda: self.coded(owner))
            if NAMES[owner]["codes"]:
                options.append(lambda: self.has_code(owner))
            if owner in ("household", "member"):
                options += [lambda: self.quantified(owner, depth)] * 2
            if self.known:
                options.append(lambda: self.is_known(owner, depth))
        return self.one_of(options)()  # type: ignore[no-any-return]

    def number(self, owner: str, depth: int) -> Both:
        options: list[Callable[[], Both]] = [
            lambda: self.one_of(NAMES[owner]["number"]), self.literal,
        ]  # fmt: skip
        if depth > 0:
            options += [
                lambda: self.arithmetic(owner, depth), lambda: self.rounded(owner, depth),
                lambda: self.quotient(owner, depth), lambda: self.extremum(owner, depth),
                lambda: self.chosen(owner, depth, self.number), lambda: self.between(owner),
                lambda: self.unary(owner, depth),
            ]  # fmt: skip
            if owner in ("household", "member"):
                options += [lambda: self.aggregated(owner, depth)] * 2
        return self.one_of(options)()  # type: ignore[no-any-return]

    def literal(self) -> Both:
        text = self.one_of(list(NUMBERS))
        return Both(text, f"D('{text}')")

    def joined(self, owner: str, depth: int) -> Both:
        word = self.one_of(["and", "or"])
        parts = [self.bool(owner, depth - 1) for _ in range(self.draw(st.integers(2, 3)))]
        return Both(
            f" {word} ".join(f"({part.text})" for part in parts),
            f" {word} ".join(f"({part.python})" for part in parts),
        )

    def negated(self, owner: str, depth: int) -> Both:
        part = self.bool(owner, depth - 1)
        return Both(f"not ({part.text})", f"not ({part.python})")

    def compared(self, owner: str, depth: int) -> Both:
        op = self.one_of(["<", "<=", ">", ">=", "==", "!="])
        a, b = self.number(owner, depth - 1), self.number(owner, depth - 1)
        return Both(f"({a.text}) {op} ({b.text})", f"({a.python}) {op} ({b.python})")

    def chained(self, owner: str, depth: int) -> Both:
        a, b, c = (self.number(owner, 0) for _ in range(3))
        return Both(f"{a.text} < {b.text} <= {c.text}", f"{a.python} < {b.python} <= {c.python}")

    def listed(self, owner: str, depth: int) -> Both:
        part = self.number(owner, depth - 1)
        values = self.draw(
            st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=3, unique_by=Decimal)
        )
        word = self.one_of(["in", "not in"])
        python = ", ".join(f"D('{value}')" for value in values)
        return Both(
            f"({part.text}) {word} [{', '.join(values)}]", f"({part.python}) {word} [{python}]"
        )

    def dated(self, owner: str, depth: int) -> Both:
        op = self.one_of(["<", "<=", ">", ">=", "==", "!="])
        a, b = self.date(owner), self.date(owner)
        return Both(f"{a.text} {op} {b.text}", f"{a.python} {op} {b.python}")

    def date(self, owner: str) -> Both:
        text = self.one_of(list(DATES))
        return self.one_of([*NAMES[owner]["date"], Both(f'date("{text}")', f"date('{text}')")])  # type: ignore[no-any-return]

    def between(self, owner: str) -> Both:
        unit, a, b = self.one_of(["years", "months", "days"]), self.date(owner), self.date(owner)
        return Both(f"{unit}_between({a.text}, {b.text})", f"{unit}({a.python}, {b.python})")

    def coded(self, owner: str) -> Both:
        field = self.one_of(NAMES[owner]["code"])
        codes = CODES[field.text]
        if self.draw(st.booleans()):
            op, code = self.one_of(["==", "!="]), self.one_of(list(codes))
            return Both(f'{field.text} {op} "{code}"', f"{field.python} {op} '{code}'")
        chosen = self.draw(st.lists(st.sampled_from(codes), min_size=1, unique=True))
        text = ", ".join(f'"{code}"' for code in chosen)
        return Both(f"{field.text} in [{text}]", f"{field.python} in [{text}]")

    def has_code(self, owner: str) -> Both:
        field = self.one_of(NAMES[owner]["codes"])
        code, word = self.one_of(list(CODES[field.text])), self.one_of(["in", "not in"])
        return Both(f'"{code}" {word} {field.text}', f"'{code}' {word} {field.python}")

    def is_known(self, owner: str, depth: int) -> Both:
        part = self.one_of([self.number, self.bool])(owner, depth - 1)
        return Both(f"known({part.text})", "True")

    def arithmetic(self, owner: str, depth: int) -> Both:
        op = self.one_of(["+", "-", "*"])
        a = self.number(owner, depth - 1)
        b = self.literal() if op == "*" else self.number(owner, depth - 1)
        return Both(f"({a.text}) {op} ({b.text})", f"({a.python}) {op} ({b.python})")

    def unary(self, owner: str, depth: int) -> Both:
        part = self.number(owner, depth - 1)
        if self.draw(st.booleans()):
            return Both(f"-({part.text})", f"-({part.python})")
        return Both(f"abs({part.text})", f"abs({part.python})")

    def rounded(self, owner: str, depth: int) -> Both:
        part, places = self.number(owner, depth - 1), self.draw(st.integers(0, 3))
        return Both(f"round({part.text}, {places})", f"quotient({part.python}, 1, {places})")

    def quotient(self, owner: str, depth: int) -> Both:
        part, places = self.number(owner, depth - 1), self.draw(st.integers(0, 3))
        below = (
            Both("3", "3")
            if owner not in ("household",)
            else Both("members.count()", "len(members)")
        )
        if self.partial:
            below = self.number(owner, 0)
        return Both(
            f"round(({part.text}) / ({below.text}), {places})",
            f"quotient({part.python}, {below.python}, {places})",
        )

    def extremum(self, owner: str, depth: int) -> Both:
        kind, a, b = (
            self.one_of(["min", "max"]),
            self.number(owner, depth - 1),
            self.number(owner, 0),
        )
        return Both(f"{kind}({a.text}, {b.text})", f"{kind}({a.python}, {b.python})")

    def chosen(self, owner: str, depth: int, of: Callable[[str, int], Both]) -> Both:
        test, a, b = self.bool(owner, depth - 1), of(owner, depth - 1), of(owner, 0)
        return Both(
            f"(({a.text}) if ({test.text}) else ({b.text}))",
            f"(({a.python}) if ({test.python}) else ({b.python}))",
        )

    def collection(self, owner: str) -> tuple[str, str, str, str]:
        """Text, Python iterable, item variable, and context inside."""
        if owner == "household":
            return self.one_of(  # type: ignore[no-any-return]
                [
                    ("members", "members", "m", "member"),
                    ("vehicles", "rows('vehicles')", "r", "vehicles"),
                    ("accounts", "rows('accounts')", "r", "accounts"),
                ]
            )
        return self.one_of(  # type: ignore[no-any-return]
            [
                ("vehicles", "m['vehicles']", "r", "vehicles"),
                ("member.accounts", "m['accounts']", "r", "accounts"),
                ("household.accounts", "rows('accounts')", "r", "accounts"),
            ]
        )

    def quantified(self, owner: str, depth: int) -> Both:
        text, items, item, inside = self.collection(owner)
        kind, part = self.one_of(["any", "all", "none"]), self.bool(inside, depth - 1)
        python = {"any": "any", "all": "all", "none": "not any"}[kind]
        return Both(
            f"{text}.{kind}({part.text})", f"{python}(({part.python}) for {item} in {items})"
        )

    def aggregated(self, owner: str, depth: int) -> Both:
        text, items, item, inside = self.collection(owner)
        kinds = ["count", "count_if", "sum"] + (
            ["min", "max"] if self.partial or text == "members" else []
        )
        kind = self.one_of(kinds)
        if kind == "count":
            return Both(f"{text}.count()", f"len({items})")
        if kind == "count_if":
            part = self.bool(inside, depth - 1)
            return Both(f"{text}.count({part.text})", f"sum(({part.python}) for {item} in {items})")
        part = self.number(inside, depth - 1)
        return Both(f"{text}.{kind}({part.text})", f"{kind}(({part.python}) for {item} in {items})")


def conditions(
    owner: str = "household", depth: int = 3, partial: bool = False, known: bool = False
) -> st.SearchStrategy[Both]:
    """Random conditions as pairs."""
    return st.composite(lambda draw: Maker(draw, partial, known).bool(owner, depth))()


def quotient(above: Any, below: Any, places: int) -> Decimal:
    """Rounding half away from zero, on exact fractions."""
    exact = Fraction(above) / Fraction(below) * 10**places
    units = int(abs(exact) + Fraction(1, 2))
    return Decimal(units if exact >= 0 else -units).scaleb(-places)


def whole_years(start: date, end: date) -> int:
    """Completed years, counted birthday by birthday."""
    if end < start:
        return -whole_years(end, start)
    years = 0
    while _birthday(start, years + 1) <= end:
        years += 1
    return years


def _birthday(start: date, years: int) -> date:
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)


def python_value(python: str, household: dict[str, Any], members: list[dict[str, Any]]) -> Any:
    """What Python itself makes of the pair's other half."""
    space = {
        "h": household, "members": members, "as_of": AS_OF, "D": Decimal, "quotient": quotient,
        "date": date.fromisoformat, "years": whole_years, "days": lambda a, b: (b - a).days,
        "rows": lambda name: [row for member in members for row in member[name]],
    }  # fmt: skip
    return eval(python, space)
