"""Every operator, in every reading, on boundary values of each operand, unknown included.

What is expected comes from a statement in Python for each operator, made here from nothing but
Python. Operands are fields of a household, so that each combination of values is a household. An
operator without a statement fails by name: it takes one line in `LINES`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from shibie import citizen_id
from shibie.bounds import INFINITE, bounded
from shibie.case import Case
from shibie.language import operators, tree
from shibie.language.operators import OPERATORS
from shibie.language.parse import parse
from shibie.language.tree import Node
from shibie.rosters.household_input import case_from
from shibie.ruleset.loader import loads
from shibie.words.prose import describe
from support import readings
from support.parts import PERSON, TOP, Part, Where, plain
from support.probe import HEAD

AS_OF = date(2016, 3, 1)
DECLARATIONS = """
parameters:
  line: {title: 线, values: {2014-01-01: 2800, 2016-03-01: 2855.5, 2016-03-02: 1}}
  regional: {title: 地方线, by: t, values: {云南: {2014-01-01: 100.25}, 四川: {2014-01-01: 200, 2016-03-02: 300}}}
fields:
  - {of: household, name: p, title: 甲真, type: bool}
  - {of: household, name: q, title: 乙真, type: bool}
  - {of: household, name: s, title: 丙真, type: bool}
  - {of: household, name: i, title: 甲整数, type: integer}
  - {of: household, name: j, title: 乙整数, type: integer}
  - {of: household, name: x, title: 甲金额, type: money}
  - {of: household, name: y, title: 乙金额, type: money}
  - {of: household, name: u, title: 小数, type: decimal}
  - {of: household, name: d, title: 甲日, type: date}
  - {of: household, name: e, title: 乙日, type: date}
  - {of: household, name: c, title: 甲码, type: code, codes: [子, 丑, 寅]}
  - {of: household, name: k, title: 乙码, type: code, codes: [子, 丑, 寅]}
  - {of: household, name: t, title: 文字, type: text}
  - {of: household, name: w, title: 多码, type: codes, codes: [子, 丑, 寅]}
  - {of: household, name: told, title: 已报, type: bool}
facts:
  - {name: double, title: 两倍, value: x + x}
comparisons:
  - id: compare
    title: 比对
    register: rows
    columns: {id_number: citizen_id, holds: bool, worth: money, day: date}
    match: id_number
    checks: told
    hit: holds
poor: p
"""
RULES = loads(HEAD + DECLARATIONS)
MOST = "999999999999.99"
MONEY = [Decimal(each) for each in ("0", "0.01", "-0.01", "2.45", "-2.45", "2.55", "0.50", MOST)]
DAYS = [
    date(2016, 2, 29), date(2015, 2, 28), date(2015, 3, 1), date(2016, 2, 28), AS_OF,
    date(2016, 1, 31), date(2015, 12, 31), date(2012, 2, 29), date(2017, 3, 2),
]  # fmt: skip
TRUTHS = [True, False]
VALUES: dict[str, list[Any]] = {
    "p": TRUTHS, "q": TRUTHS, "s": TRUTHS, "told": TRUTHS,
    "i": [0, 1, -1, 2, -8, 999_999_999], "j": [0, 1, -1, 2, -8, 999_999_999],
    "x": MONEY, "y": MONEY,
    "u": [Decimal(each) for each in ("0", "0.0001", "0.0005", "-0.0005", "0.1235", "0.125", "-12.25")],
    "d": DAYS, "e": DAYS,
    "c": ["子", "丑", "寅"], "k": ["子", "丑", "寅"], "t": ["云南", "四川", "贵州"],
    "w": [[], ["子"], ["子", "丑"], ["寅"]],
}  # fmt: skip


# --- collections --------------------------------------------------------------------------


@dataclass(frozen=True)
class Rows:
    """The rows of a household: (holds, worth, day) of each, and whether there are no others."""

    given: dict[str, Any]
    rows: tuple[tuple[Any, Any, Any], ...] = ()
    complete: bool = True

    def column(self, name: str) -> list[Any]:
        return [dict(zip(("holds", "worth", "day"), row, strict=True))[name] for row in self.rows]


A = (True, Decimal("2.45"), date(2016, 2, 29))
B = (False, Decimal("-0.01"), date(2015, 3, 1))
BLANK = (None, None, None)


def _rows(*rows: Any) -> list[dict[str, Any]]:
    return [dict(zip(("holds", "worth", "day"), row, strict=True)) for row in rows]


NOBODY_SUPPLIED: dict[str, Any] = {"members": [], "rows": []}
COLLECTIONS = [
    Rows({"members": [{}]}, complete=False),
    Rows({"members": []}, complete=False),
    Rows(NOBODY_SUPPLIED),
    Rows({"members": [{"rows": []}]}),
    *(
        Rows({"members": [{"rows": _rows(*several)}]}, several)
        for several in ((A,), (B,), (BLANK,), (A, B), (B, B), (A, BLANK), (B, BLANK))
    ),
    Rows({"members": [{"rows": _rows(A)}, {"rows": _rows(B)}, {}]}, (A, B)),
    # One whose rows cannot be known, beside one with a row, or with none.
    Rows({"members": [{"id_number": None}, {"rows": _rows(A)}]}, (A,), complete=False),
    Rows({"members": [{"id_number": None}, {"rows": _rows(B)}]}, (B,), complete=False),
    Rows({"members": [{"id_number": None}, {"rows": []}]}, complete=False),
]


# --- statements ---------------------------------------------------------------------------


def known(statement: Callable[..., Any]) -> Callable[..., Any]:
    """Unknown as soon as one operand is."""
    return lambda *operands: None if None in operands else statement(*operands)


def all_true(*operands: Any) -> Any:
    return False if False in operands else None if None in operands else True


def some_true(*operands: Any) -> Any:
    return True if True in operands else None if None in operands else False


def opposite(truth: Any) -> Any:
    return None if truth is None else not truth


def rounded(value: Any, places: int) -> Decimal:
    exact = Fraction(value) * 10**places
    units = math.floor(abs(exact) + Fraction(1, 2))
    return Decimal(units if exact >= 0 else -units).scaleb(-places)


def divided(above: Any, below: Any, places: int) -> Decimal | None:
    return None if below == 0 else rounded(Fraction(above) / Fraction(below), places)


def years(start: date, end: date) -> int:
    """How many anniversaries have come; that of 29 February is 1 March in a common year."""
    if end < start:
        return -years(end, start)
    return sum(
        (each, *((3, 1) if (start.month, start.day) == (2, 29) and not _leap(each)
                 else (start.month, start.day))) <= (end.year, end.month, end.day)
        for each in range(start.year + 1, end.year + 1)
    )  # fmt: skip


def months(start: date, end: date) -> int:
    """How many months later it is, the last one only once its day has come."""
    if end < start:
        return -months(end, start)
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def chosen(condition: Any, then: Any, otherwise: Any) -> Any:
    if condition is None:
        return then if then == otherwise else None
    return then if condition else otherwise


def of_items(statement: Callable[[list[Any]], Any], column: str) -> Callable[[Rows], Any]:
    """Unknown where there may be other items, or one is unknown."""

    def stated(rows: Rows) -> Any:
        items = rows.column(column)
        return statement(items) if rows.complete and None not in items else None

    return stated


def counted(rows: Rows, items: Sequence[Any]) -> Any:
    """An undecided item counts for 0 to 1; where there may be others there is no most."""
    most = len(items) - items.count(False) if rows.complete else INFINITE
    return bounded(items.count(True), most)


def first(rows: Rows, how: Callable[..., Any], beyond: Decimal) -> Any:
    """The least or greatest: no further than what is known, as far as what is not may be."""
    found = rows.column("worth")
    sure = [each for each in found if each is not None]
    if not found:
        return None
    near = how(sure) if sure else -beyond
    far = near if rows.complete and None not in found else beyond
    return bounded(min(near, far), max(near, far))


def enough(least: int) -> Callable[..., Any]:
    def stated(*truths: Any) -> Any:
        if truths.count(True) >= least:
            return True
        return None if len(truths) - truths.count(False) >= least else False

    return stated


def between(condition: Any, then: Any, otherwise: Any) -> Any:
    """One of two numbers."""
    if condition is not None:
        return then if condition else otherwise
    if then is None or otherwise is None:
        return None
    return bounded(min(then, otherwise), max(then, otherwise))


def found_any(rows: Rows) -> Any:
    return some_true(*rows.column("holds"), *([] if rows.complete else [None]))


def found_all(rows: Rows) -> Any:
    return all_true(*rows.column("holds"), *([] if rows.complete else [None]))


# --- the table ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One way to write an operator, and what it is.

    Attributes:
        text: the expression; its root is the operator.
        of: its operands, fields of the household; "rows" stands for a collection.
        says: what it is of their values.
        make: makes the node of the parsed text, where it stands in no text itself.
    """

    text: str
    of: str
    says: Callable[..., Any]
    make: Callable[[Any], Node] = lambda node: node
    where: Where = TOP


def compared(holds: Callable[[Any, Any], bool], op: str, also: str = "") -> tuple[Line, ...]:
    pairs = ["x y", "x i", "u x", "d e", *also.split(",")]
    return tuple(
        Line(f"{pair.split()[0]} {op} {pair.split()[1]}", pair, known(holds))
        for pair in pairs
        if pair
    )


def whole(name: str, to_whole: Callable[[Fraction], int]) -> tuple[Line, ...]:
    """Rounding down or up."""
    return tuple(
        Line(
            f"{name}({field}, {places})", field,
            known(lambda x, n=places: Decimal(to_whole(Fraction(x) * 10**n)).scaleb(-n)),
        ) for field in ("x", "u") for places in (0, 1, 2, 3)
    )  # fmt: skip


def whole_quotient(name: str, to_whole: Callable[[Fraction], int]) -> tuple[Line, ...]:
    """The same of a quotient."""

    def says(a: Any, b: Any, n: int) -> Decimal | None:
        return Decimal(to_whole(Fraction(a) / Fraction(b) * 10**n)).scaleb(-n) if b else None

    return tuple(
        Line(
            f"{name}({a} / {b}, {places})", f"{a} {b}", known(lambda a, b, n=places: says(a, b, n))
        )
        for a, b in (("x", "i"), ("u", "x"))
        for places in (0, 2)
    )


LINES: dict[str, tuple[Line, ...]] = {
    "Literal": (
        Line("2855.5", "", lambda: Decimal("2855.5")), Line("true", "", lambda: True),
        Line('date("2016-02-29")', "", lambda: date(2016, 2, 29)),
    ),
    "AsOf": (Line("as_of", "", lambda: date(2016, 3, 1)),),
    "Parameter": (
        Line("line", "", lambda: Decimal("2855.5")),
        Line("regional", "t", lambda t: {"云南": Decimal("100.25"), "四川": Decimal(200)}.get(t)),
    ),
    "Field": tuple(
        Line(name, name, lambda value: value) for name in VALUES if name != "told"
    ),
    "Declared": (
        Line("told", "told", lambda told: told,
             make=lambda node: tree.Declared(node.owner, node.name, type=node.type)),
    ),
    "Given/age": (Line("age", "born", known(lambda born: years(born, AS_OF)), where=PERSON),),
    "Given/sex": (Line("sex", "born", known(lambda born: "男"), where=PERSON),),
    "Given/counted": (Line("counted", "", lambda: True, where=PERSON),),
    "FoundElsewhere": (
        Line("true", "elsewhere", lambda elsewhere: elsewhere,
             make=lambda _: tree.FoundElsewhere(), where=PERSON),
    ),
    "Fact": (Line("double", "x", known(lambda x: 2 * x)),),
    "Collection": (
        Line("known(rows)", "rows", lambda rows: rows.complete or None,
             make=lambda node: node.operand),
    ),
    "Not": (Line("not p", "p", opposite),),
    "And": (Line("p and q", "p q", all_true), Line("p and q and s", "p q s", all_true)),
    "Or": (Line("p or q", "p q", some_true), Line("p or q or s", "p q s", some_true)),
    "Compare/<": compared(lambda a, b: a < b, "<"),
    "Compare/<=": compared(lambda a, b: a <= b, "<="),
    "Compare/>": compared(lambda a, b: a > b, ">"),
    "Compare/>=": compared(lambda a, b: a >= b, ">="),
    "Compare/==": compared(lambda a, b: a == b, "==", "p q,c k,i j"),
    "Compare/!=": compared(lambda a, b: a != b, "!=", "p q,c k,i j"),
    "In": (
        Line("x in [0.01, 2.45, 7.123]", "x", known(lambda x: x in (Decimal("0.01"), Decimal("2.45")))),
        Line("i in [0.5]", "i", known(lambda i: False)),
        Line('c in ["子", "寅"]', "c", known(lambda c: c != "丑")),
        Line('t in ["云南"]', "t", known(lambda t: t == "云南")),
        Line('d in [date("2016-02-29")]', "d", known(lambda d: d == date(2016, 2, 29))),
    ),
    "HasCode": (Line('"子" in w', "w", known(lambda w: "子" in w)),),
    "AtLeast": (
        Line("at_least(2, p, q, s)", "p q s", enough(2)), Line("at_least(1, p, q)", "p q", enough(1)),
    ),
    "Choose": (
        Line("d if p else e", "p d e", chosen),
        Line("q if p else s", "p q s", chosen), Line("c if p else k", "p c k", chosen),
        Line("x if p else i", "p x i", between),
    ),
    "Sure": (Line("p", "p", lambda p: p is True, make=tree.Sure),),
    "Arithmetic/+": (Line("x + y", "x y", known(lambda x, y: x + y)),
                     Line("i + u", "i u", known(lambda i, u: i + u))),
    "Arithmetic/-": (Line("x - y", "x y", known(lambda x, y: x - y)),
                     Line("i - u", "i u", known(lambda i, u: i - u))),
    "Arithmetic/*": (Line("x * i", "x i", known(lambda x, i: x * i)),
                     Line("u * 0.05", "u", known(lambda u: u * Decimal("0.05")))),
    "Negate": (Line("-x", "x", known(lambda x: -x)),),
    "Round/nearest": (
        *(Line(f"round(x, {places})", "x", known(lambda x, n=places: rounded(x, n)))
          for places in (0, 1, 2, 3)),
        *(Line(f"round(u, {places})", "u", known(lambda u, n=places: rounded(u, n)))
          for places in (0, 1, 2, 3, 4)),
    ),
    "RoundQuotient/nearest": (
        *(Line(f"round(x / i, {places})", "x i", known(lambda x, i, n=places: divided(x, i, n)))
          for places in (0, 1, 2)),
        Line("round(u / x, 3)", "u x", known(lambda u, x: divided(u, x, 3))),
        Line("round(i / j, 0)", "i j", known(lambda i, j: divided(i, j, 0))),
    ),
    "Round/down": whole("floor", math.floor),
    "Round/up": whole("ceil", math.ceil),
    "RoundQuotient/down": whole_quotient("floor", math.floor),
    "RoundQuotient/up": whole_quotient("ceil", math.ceil),
    "Extremum/min": (Line("min(x, y)", "x y", known(min)), Line("min(d, e)", "d e", known(min)),
                     Line("min(i, u, 0.05)", "i u", known(lambda i, u: min(i, u, Decimal("0.05"))))),
    "Extremum/max": (Line("max(x, y)", "x y", known(max)), Line("max(d, e)", "d e", known(max)),
                     Line("max(i, u, 0.05)", "i u", known(lambda i, u: max(i, u, Decimal("0.05"))))),
    "Absolute": (Line("abs(x)", "x", known(abs)), Line("abs(i)", "i", known(abs))),
    "Known": (
        *(Line(f"known({name})", name, lambda value: value is not None)
          for name in ("p", "x", "d", "c", "t", "w")),
        Line("known(rows)", "rows", lambda rows: rows.complete),
        Line("known(round(x / i, 2))", "x i", lambda x, i: None not in (x, i) and i != 0),
    ),
    "Between/years": (Line("years_between(d, e)", "d e", known(years)),),
    "Between/months": (Line("months_between(d, e)", "d e", known(months)),),
    "DatePart/year": (Line("year(d)", "d", known(lambda d: d.year)),),
    "DatePart/month": (Line("month(d)", "d", known(lambda d: d.month)),),
    "Between/days": (
        Line("days_between(d, e)", "d e", known(lambda d, e: e.toordinal() - d.toordinal())),
    ),
    "Quantifier/any": (Line("rows.any(holds)", "rows", found_any),),
    "Quantifier/all": (Line("rows.all(holds)", "rows", found_all),),
    "Quantifier/none": (Line("rows.none(holds)", "rows", lambda rows: opposite(found_any(rows))),),
    "Aggregate/count": (
        Line("rows.count()", "rows", lambda rows: counted(rows, [True] * len(rows.rows))),
        Line("rows.count(holds)", "rows", lambda rows: counted(rows, rows.column("holds"))),
    ),
    "Aggregate/sum": (Line("rows.sum(worth)", "rows", of_items(sum, "worth")),),
    "Aggregate/min": (
        Line("rows.min(worth)", "rows", lambda rows: first(rows, min, -INFINITE)),
        Line("rows.min(day)", "rows", of_items(lambda found: min(found, default=None), "day")),
    ),
    "Aggregate/max": (
        Line("rows.max(worth)", "rows", lambda rows: first(rows, max, INFINITE)),
        Line("rows.max(day)", "rows", of_items(lambda found: max(found, default=None), "day")),
    ),
}  # fmt: skip


# --- what is compared ---------------------------------------------------------------------


@dataclass(frozen=True)
class Stated:
    """A line's node, and the cases with what is expected of each."""

    node: Node
    where: Where
    cases: tuple[Case, ...]
    expected: tuple[Any, ...]


def facts_of(names: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    """The household of a combination of values."""
    if names == ["rows"]:
        (rows,) = values
        return dict(rows.given)
    if names == ["born"]:
        (born,) = values
        number = None if born is None else citizen_id.make("511921", born, 1)
        return {"members": [{"id_number": number}]}
    if names == ["elsewhere"]:
        (elsewhere,) = values
        return {"members": [{"elsewhere": elsewhere}]}
    return {"members": [{}], **dict(zip(names, values, strict=True))}


def boundary(name: str) -> list[Any]:
    """The values of an operand."""
    if name == "rows":
        return list(COLLECTIONS)
    if name == "born":
        return [*(day for day in DAYS if day <= AS_OF), date(1930, 2, 28), None]
    if name == "elsewhere":
        return TRUTHS
    return [*VALUES[name], None]


def as_seen(value: Any) -> Any:
    return frozenset(value) if isinstance(value, list) else value


def stated(label: str) -> list[Stated]:
    """The lines of an operator."""
    if label not in LINES:
        pytest.fail(f"{label} has no statement: give it a line in LINES")
    made = []
    for line in LINES[label]:
        names = line.of.split()
        node = line.make(parse(line.text, RULES.names, line.where.context))
        assert OPERATORS[node.operator].label == label, f"{line.text} is no {label}"
        combinations = list(product(*map(boundary, names)))
        cases = [case_from(RULES, facts_of(names, values), AS_OF) for values in combinations]
        expected = [plain(line.says(*map(as_seen, values)), node.type) for values in combinations]
        made.append(Stated(node, line.where, tuple(cases), tuple(expected)))
    return made


LABELS = [each.label for each in OPERATORS.values()]


def check(found: Iterable[readings.Said], one: Stated, node: Node) -> None:
    wrong = [
        (case.household, case.rows, expected, said)
        for case, expected, (said, *_) in zip(one.cases, one.expected, found, strict=True)
        if said is not expected and (said != expected or isinstance(said, bool))
    ]
    assert not wrong, (node, wrong[0])


def ways_of(one: Stated) -> list[Node]:
    """The operator itself, and what it is rewritten to."""
    composite = OPERATORS[one.node.operator].rewrite is not None
    return [one.node, *([operators.rewritten(one.node)] if composite else [])]


@pytest.mark.parametrize("label", LABELS)
def test_the_interpreter(label: str) -> None:
    for one in stated(label):
        for node in ways_of(one):
            found = readings.by_interpreter(RULES, [Part(node, one.where)], one.cases)
            check([said for (said,) in found], one, node)


@pytest.mark.parametrize("label", LABELS)
def test_sql(label: str) -> None:
    """All lines and their rewritings in one run of DuckDB."""
    lines = stated(label)
    asked = [(one, node) for one in lines for node in ways_of(one)]
    cases = [case for one in lines for case in one.cases]
    found = readings.by_sql(RULES, [Part(node, one.where) for one, node in asked], cases)
    for number, (one, node) in enumerate(asked):
        start = sum(len(each.cases) for each in lines[: lines.index(one)])
        mine = found[start : start + len(one.cases)]
        check([said[number] for said in mine], one, node)


@pytest.mark.parametrize("label", LABELS)
def test_the_solver(label: str) -> None:
    for one in stated(label):
        parts = [Part(node, one.where) for node in ways_of(one)]
        found = readings.by_solver(RULES, parts, one.cases)
        for number, part in enumerate(parts):
            check([said[number] for said in found], one, part.node)


@pytest.mark.parametrize("label", LABELS)
def test_it_can_be_said(label: str) -> None:
    for one in stated(label):
        for node in ways_of(one):
            chinese, english = describe(node, RULES), describe(node, RULES, "en")
            assert chinese.strip()
            assert english.strip()


@pytest.mark.parametrize("label", LABELS)
def test_the_values_tell_it_apart(label: str) -> None:
    """No line says the same of all its combinations, but for those of leaves without operands."""
    for one in stated(label):
        assert len(one.cases) == 1 or len(set(one.expected)) > 1


def test_an_operator_without_a_statement_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(LINES, "Between/days")
    with pytest.raises(pytest.fail.Exception, match="Between/days has no statement"):
        stated("Between/days")
