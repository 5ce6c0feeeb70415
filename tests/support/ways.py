"""How each operator of the language is drawn: a table, and what draws from it.

A new operator takes one line in `WAYS`, under its label in the registry: what kind of value it
gives, the kinds of its operands, its text and its Python text. A function that Python does not
have goes among the names of `expressions.python_value`. For instance

    "Between/weeks": (Way("number", ("date", "date"), "weeks_between({0}, {1})", "weeks({0}, {1})"),),

tests/engines/test_subtrees.py names each operator that is never drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from support import values
from support.chance import Chance
from support.expressions import CODES, COLLECTIONS, NAMES, Both, Made
from support.parts import PERSON, TOP, Where

T = TypeVar("T")


@dataclass(frozen=True)
class Way:
    """One way to draw an operator.

    Attributes:
        gives: the kind of its value: bool, number or date.
        takes: the kinds of its operands; `Maker.operand` says which there are.
        text: in the rule language, with a place for each operand.
        python: the same in Python, where that is written differently.
        over: asks this kind of each item of a collection, which is then operand {0}.
        partial: may have no value on complete data.
    """

    gives: str
    takes: tuple[str, ...]
    text: str
    python: str = ""
    over: bool = False
    partial: bool = False


@dataclass(frozen=True)
class Drawn:
    """A way that draws itself; it gives None where it cannot be drawn."""

    gives: str
    make: Callable[[Maker, Where, int], Both | None]


def _two(gives: str, kinds: str, text: str, python: str = "") -> tuple[Way, ...]:
    """An operator of two operands of one kind, for each of some kinds."""
    return tuple(Way(gives or kind, (kind, kind), text, python) for kind in kinds.split())


def _day(day: date) -> Both:
    return Both(f'date("{day}")', f"date('{day}')")


def _at_member(text: str, python: str) -> tuple[Drawn, ...]:
    """What has a value of members only."""
    both = Both(text, python)
    return (Drawn("bool", lambda maker, where, depth: both if where == PERSON else None),)


def _chained(maker: Maker, where: Where, depth: int) -> Both:
    a, b, c = (maker.number(where, 0) for _ in range(3))
    return Both(
        f"({a.text}) < ({b.text}) <= ({c.text})", f"({a.python}) < ({b.python}) <= ({c.python})"
    )


def _at_least(maker: Maker, where: Where, depth: int) -> Both:
    several = [maker.bool(where, depth - 1) for _ in range(maker.one_of([1, 2, 3, 4]))]
    least = maker.one_of(["0", "1", "2", "1.5"])
    return Both(
        f"at_least({least}, {', '.join(each.text for each in several)})",
        f"sum([{', '.join(f'bool({each.python})' for each in several)}]) >= D('{least}')",
    )


def _listed(maker: Maker, where: Where, depth: int) -> Both:
    if maker.chance.below(2):
        part = maker.date(where, depth - 1)
        days = maker.chance.some_of(values.DAYS, 3)
        texts, pythons = [f'date("{day}")' for day in days], [f"date('{day}')" for day in days]
    else:
        part = maker.number(where, depth - 1)
        pool = part.near or values.MONEY
        texts = maker.chance.some_of(pool, 3)
        pythons = [f"D('{each}')" for each in texts]
    word = maker.one_of(["in", "not in"])
    return Both(
        f"({part.text}) {word} [{', '.join(texts)}]",
        f"({part.python}) {word} [{', '.join(pythons)}]",
    )


def _among(maker: Maker, where: Where, depth: int) -> Both | None:
    """A code among several."""
    name = maker.named(where, "code")
    if name is None:
        return None
    codes = CODES[name.text.removeprefix("member.")]
    chosen = maker.chance.some_of(codes, len(codes))
    text = ", ".join(f'"{code}"' for code in chosen)
    return Both(f"{name.text} in [{text}]", f"{name.python} in [{text}]")


def _is_code(op: str) -> Drawn:
    def make(maker: Maker, where: Where, depth: int) -> Both | None:
        name = maker.named(where, "code")
        if name is None:
            return None
        code = maker.one_of(CODES[name.text.removeprefix("member.")])
        return Both(f'{name.text} {op} "{code}"', f"{name.python} {op} '{code}'")

    return Drawn("bool", make)


def _has_code(maker: Maker, where: Where, depth: int) -> Both | None:
    name = maker.named(where, "codes")
    if name is None:
        return None
    code = maker.one_of(CODES[name.text.rpartition(".")[2]])
    word = maker.one_of(["in", "not in"])
    return Both(f'"{code}" {word} {name.text}', f"'{code}' {word} {name.python}")


def _known(maker: Maker, where: Where, depth: int) -> Both | None:
    """Of a name, a collection, or the least of one, so that Python can tell too."""
    if not maker.known:
        return None
    which = maker.chance.below(3)
    if which == 0:
        items = maker.one_of(COLLECTIONS[where])
        return Both(f"known({items.text})", "True")
    name = maker.named(where, maker.one_of(["number", "bool", "date"]))
    if which == 1 and name is not None:
        return Both(f"known({name.text})", f"says(lambda: {name.python})")
    items = maker.one_of(COLLECTIONS[where])
    part = maker.number(items.where, 0)
    python = f"least(({part.python}) for {items.item} in {items.python})"
    return Both(f"known({items.text}.min({part.text}))", f"says(lambda: {python})")


def _counted(maker: Maker, where: Where, depth: int) -> Both:
    items = maker.one_of(COLLECTIONS[where])
    return Both(f"{items.text}.count()", f"len({items.python})")


def _round(name: str) -> dict[str, tuple[Way, ...]]:
    """A way of rounding, of numbers and of quotients.

    To each number of places: the fewer there are, the more often there is a tie. Below nought as
    often as above, where rounding goes the other way or does not.
    """
    label = {"round": "nearest", "floor": "down", "ceil": "up"}[name]
    to = [(sign, places) for sign in ("", "-") for places in (0, 1, 2, 3)]
    return {
        f"Round/{label}": tuple(
            Way(
                "number", (f"tie{places}",), f"{name}({sign}({{0}}), {places})",
                f"{name}d({sign}({{0}}), 1, {places})",
            ) for sign, places in to
        ),
        f"RoundQuotient/{label}": tuple(
            Way(
                "number", (f"tie{places}", "divisor"), f"{name}({sign}({{0}}) / ({{1}}), {places})",
                f"{name}d({sign}({{0}}), {{1}}, {places})",
            ) for sign, places in to
        ),
    }  # fmt: skip


_COMPARED = {
    "<": "number date", "<=": "number date", ">": "number date", ">=": "number date",
    "==": "number date bool", "!=": "number date bool",
}  # fmt: skip
_ITEM = "(({1}) for {item} in {rows})"

WAYS: Mapping[str, tuple[Way | Drawn, ...]] = {
    "AtLeast": (Drawn("bool", _at_least),),
    "Not": (Way("bool", ("bool",), "not ({0})"),),
    "And": (
        Way("bool", ("bool", "bool"), "({0}) and ({1})"),
        Way("bool", ("bool", "bool", "bool"), "({0}) and ({1}) and ({2})"),
        Drawn("bool", _chained),
    ),
    "Or": (
        Way("bool", ("bool", "bool"), "({0}) or ({1})"),
        Way("bool", ("bool", "bool", "bool"), "({0}) or ({1}) or ({2})"),
    ),
    **{
        f"Compare/{op}": (
            *_two("bool", kinds, f"({{0}}) {op} ({{1}})"),
            *([_is_code(op)] if op in ("==", "!=") else []),
        )
        for op, kinds in _COMPARED.items()
    },
    "In": (Drawn("bool", _listed), Drawn("bool", _among)),
    "HasCode": (Drawn("bool", _has_code),),
    "Choose": tuple(
        Way(kind, ("bool", kind, kind), "(({1}) if ({0}) else ({2}))")
        for kind in ("bool", "number", "date")
    ),
    "Arithmetic/+": _two("", "number", "({0}) + ({1})"),
    "Arithmetic/-": _two("", "number", "({0}) - ({1})"),
    "Arithmetic/*": (Way("number", ("number", "factor"), "({0}) * ({1})"),),
    "Negate": (Way("number", ("number",), "-({0})"),),
    **_round("round"),
    **_round("floor"),
    **_round("ceil"),
    "Extremum/min": _two("", "number date", "min({0}, {1})"),
    "Extremum/max": _two("", "number date", "max({0}, {1})"),
    "Absolute": (Way("number", ("number",), "abs({0})"),),
    "Known": (Drawn("bool", _known),),
    "Between/years": _two("number", "date", "years_between({0}, {1})", "years({0}, {1})"),
    "Between/months": _two("number", "date", "months_between({0}, {1})", "months({0}, {1})"),
    "Between/days": _two("number", "date", "days_between({0}, {1})", "days({0}, {1})"),
    "DatePart/year": (Way("number", ("date",), "year({0})", "({0}).year"),),
    "DatePart/month": (Way("number", ("date",), "month({0})", "({0}).month"),),
    "Quantifier/any": (Way("bool", ("bool",), "{0}.any({1})", f"any({_ITEM})", over=True),),
    "Quantifier/all": (Way("bool", ("bool",), "{0}.all({1})", f"all({_ITEM})", over=True),),
    "Quantifier/none": (Way("bool", ("bool",), "{0}.none({1})", f"not any({_ITEM})", over=True),),
    "Aggregate/count": (
        Way("number", ("bool",), "{0}.count({1})", f"sum({_ITEM})", over=True),
        Drawn("number", _counted),
    ),
    "Aggregate/sum": (Way("number", ("number",), "{0}.sum({1})", f"sum({_ITEM})", over=True),),
    "Aggregate/min": tuple(
        Way(kind, (kind,), "{0}.min({1})", f"least({_ITEM})", over=True, partial=True)
        for kind in ("number", "date")
    ),
    "Aggregate/max": tuple(
        Way(kind, (kind,), "{0}.max({1})", f"greatest({_ITEM})", over=True, partial=True)
        for kind in ("number", "date")
    ),
    # Leaves come by their names; these are of members only, and would be rare.
    "Given/age": _at_member("age >= 16", "m['age'] >= 16"),
    "Given/counted": _at_member("counted", "True"),
    "Given/sex": _at_member('sex == "男"', "m['sex'] == '男'"),
}
# For each kind the operators that give it, with their ways.
GIVING = {
    kind: [
        found for ways in WAYS.values() if (found := [each for each in ways if each.gives == kind])
    ]
    for kind in ("bool", "number", "date")
}


class Maker:
    """Draws expressions of a kind in a place.

    Args:
        chance: makes the choices.
        partial: also draw what can be unknown on complete data (minimum over nothing,
            division by zero).
        known: also draw `known`, which does not fit Kleene monotonicity.

    Attributes:
        made: all that was drawn on the way.
    """

    def __init__(self, chance: Chance, partial: bool = False, known: bool = False) -> None:
        self.chance, self.partial, self.known = chance, partial, known
        self.made: list[Made] = []

    def one_of(self, options: Sequence[T]) -> T:
        return self.chance.one_of(options)

    def named(self, where: Where, kind: str) -> Both | None:
        names = NAMES[where][kind]
        return self.one_of(names) if names else None

    def bool(self, where: Where | str, depth: int) -> Both:
        return self.of("bool", where, depth)

    def number(self, where: Where | str, depth: int) -> Both:
        return self.of("number", where, depth)

    def date(self, where: Where | str, depth: int) -> Both:
        return self.of("date", where, depth)

    def of(self, kind: str, where: Where | str, depth: int) -> Both:
        """An expression of a kind."""
        if isinstance(where, str):
            where = Where(where)
        # A day, and half of the numbers, go no deeper: what is asked of them is seen then.
        shallow = {"bool": 0, "number": 3, "date": 7}[kind]
        made = None
        if depth > 0 and self.chance.below(10) >= shallow:
            made = self.built(self.one_of(self.one_of(GIVING[kind])), where, depth)
        if made is None:
            made = self.leaf(kind, where)
        self.made.append(Made(made, where))
        return made

    def operator(self, label: str, where: Where, depth: int) -> Both | None:
        """An expression of an operator; None where it cannot be drawn there."""
        made = self.built(self.one_of(WAYS[label]), where, depth)
        if made is not None:
            self.made.append(Made(made, where))
        return made

    def built(self, way: Way | Drawn, where: Where, depth: int) -> Both | None:
        if isinstance(way, Drawn):
            return way.make(self, where, depth)
        if way.partial and not self.partial:
            return None
        if way.over:
            items = self.one_of(COLLECTIONS[where])
            part = self.of(way.takes[0], items.where, depth - 1)
            python = way.python.format("", part.python, item=items.item, rows=items.python)
            return Both(way.text.format(items.text, part.text), python)
        if way.gives == "bool" and way.takes in (("number", "number"), ("date", "date")):
            operands = self.near(way.takes[0], where, depth - 1)
        elif way.takes == ("date", "date") and self.chance.below(2):
            operands = [_day(each) for each in self.one_of(values.ANNIVERSARIES)]
            if self.chance.below(3) == 0:
                operands.reverse()
        else:
            operands = [self.operand(kind, where, depth - 1) for kind in way.takes]
        texts, pythons = [each.text for each in operands], [each.python for each in operands]
        return Both(way.text.format(*texts), (way.python or way.text).format(*pythons))

    def operand(self, kind: str, where: Where, depth: int) -> Both:
        if kind == "factor":
            return self.literal(values.FACTORS)
        if kind.startswith("tie"):
            ties = values.TIES[int(kind.removeprefix("tie"))]
            return self.literal(ties) if self.chance.below(2) else self.of("number", where, depth)
        if kind != "divisor":
            return self.of(kind, where, depth)
        if self.partial and self.chance.below(2):
            return self.of("number", where, 0)
        if where == TOP and self.chance.below(2):
            return Both("max(members.count(), 1)", "max(len(members), 1)")
        return self.literal(values.DIVISORS)

    def near(self, kind: str, where: Where, depth: int) -> list[Both]:
        """Two things to be compared, often of values that are equal or all but equal."""
        first = self.of(kind, where, depth)
        if kind == "number" and first.near and self.chance.below(3):
            text = self.one_of(first.near)
            second = self.literal((values.beside(first.near, text, self.one_of([0, 0, -1, 1])),))
        else:
            second = self.of(kind, where, 0)
        return [first, second] if self.chance.below(2) else [second, first]

    def leaf(self, kind: str, where: Where) -> Both:
        constant = self.chance.below(4) == 0
        if kind == "date" and constant:
            return _day(self.one_of(values.DAYS))
        if kind == "number" and constant:
            return self.literal(self.one_of([values.MONEY, values.AREAS, values.FACTORS]))
        found = self.named(where, kind)
        return found if found is not None else Both("true", "True")

    def literal(self, pool: tuple[str, ...]) -> Both:
        text = self.one_of(pool)
        return Both(text, f"D('{text}')", pool)


__all__ = ["PERSON", "WAYS", "Maker", "Way"]
