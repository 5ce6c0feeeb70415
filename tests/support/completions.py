"""Small households with everything that may be missing, and every way to complete them.

The oracle of what is unknown: a value may be known only if it is the same however the household
is completed, and a number's bounds must hold of every completion. Nothing here is shared with the
engines but the cases themselves.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Any

from shibie import citizen_id
from shibie.case import Case, Row, Rows
from shibie.ruleset.loader import loads
from shibie.ruleset.model import RuleSet

AS_OF = date(2024, 6, 1)
PACK = """
ruleset:
  id: completions
  title: 补全
  vocabulary: bare
  effective: {{from: 2024-01-01, to: 2024-12-31}}
fields:
  - {{of: household, name: income, title: 收入, type: integer, minimum: 0}}
  - {{of: member, name: id_number, title: 证件号码, type: citizen_id}}
  - {{of: member, name: wage, title: 工资, type: integer, minimum: 0}}
  - {{of: member, name: paid, title: 领工资, type: bool}}
  - {{of: member, name: gone, title: 已离家, type: bool}}
comparisons:
  - id: compare_cars
    title: 车辆
    register: cars
    columns: {{id_number: citizen_id, kind: {{type: code, codes: [车, 摩托]}}, price: integer}}
    match: id_number
    of: {whose}
persons: {{counted: not gone}}
poor: "true"
"""
KINDS, PRICES, WAGES, INCOMES = ("车", "摩托"), (0, 1, 2), (0, 1, 2), tuple(range(10))
# What the rows of somebody who could not be matched may be.
UNSEEN: tuple[tuple[tuple[str, int], ...], ...] = (
    (), (("车", 0),), (("车", 2),), (("摩托", 0),), (("摩托", 2),), (("车", 2), ("车", 1)),
)  # fmt: skip


def pack(whose: str) -> RuleSet:
    """The rule set; the register holds the rows of `members` or of `everyone`."""
    return loads(PACK.format(whose=whose))


@dataclass(frozen=True)
class Person:
    """One person: whether he has a number, and what is known of him."""

    numbered: bool
    gone: bool | None
    wage: int | None
    paid: bool | None


@dataclass(frozen=True)
class Found:
    """A register row: whom it is (one, surely) or may be about, and what is known of it."""

    owners: tuple[int, ...]
    sure: bool
    kind: str | None
    price: int | None


@dataclass(frozen=True)
class Home:
    """A household, as far as it is known."""

    income: int | None
    persons: tuple[Person, ...]
    rows: tuple[Found, ...]


# A place where something is missing, and what may stand there.
Hole = tuple[tuple[Any, ...], tuple[Any, ...]]


def drawn(random: Random) -> Home:
    """A household with things missing here and there."""
    share = random.choice((0.15, 0.3))

    def maybe(*values: Any) -> Any:
        return None if random.random() < share else random.choice(values)

    persons = tuple(
        Person(random.random() > 0.12, maybe(False, False, False, True), maybe(*WAGES),
               maybe(True, False))
        for _ in range(random.randint(1, 3))
    )  # fmt: skip
    numbered = [index for index, person in enumerate(persons) if person.numbered]
    rows = []
    for _ in range(random.choice((0, 1, 1, 2))):
        sure = random.random() < 0.5
        owners = [random.choice(numbered)] if sure and numbered else [
            index for index in numbered if not sure and random.random() < 0.7
        ]  # fmt: skip
        if owners:
            rows.append(Found(tuple(owners), sure, maybe(*KINDS), maybe(*PRICES)))
    return Home(maybe(*INCOMES), persons, tuple(rows))


def holes(home: Home) -> list[Hole]:
    """Everything that is missing, with whatever it may turn out to be."""
    found: list[Hole] = []
    if home.income is None:
        found.append((("income",), INCOMES))
    for index, person in enumerate(home.persons):
        for name, values in (("gone", (True, False)), ("wage", WAGES), ("paid", (True, False))):
            if getattr(person, name) is None:
                found.append((("person", index, name), values))
        if not person.numbered:
            found.append((("unseen", index), UNSEEN))
    for index, row in enumerate(home.rows):
        if row.kind is None:
            found.append((("row", index, "kind"), KINDS))
        if row.price is None:
            found.append((("row", index, "price"), PRICES))
        if not row.sure:
            found.append((("owner", index), (None, *row.owners)))
    return found


def filled(home: Home, answers: list[tuple[tuple[Any, ...], Any]]) -> Home:
    """The household with some of its holes filled."""
    persons, rows, income = list(home.persons), dict(enumerate(home.rows)), home.income
    more: list[Found] = []
    for hole, answer in answers:
        match hole:
            case ("income",):
                income = answer
            case ("person", index, name):
                persons[index] = replace(persons[index], **{name: answer})
            case ("unseen", index):
                persons[index] = replace(persons[index], numbered=True)
                more += [Found((index,), True, kind, price) for kind, price in answer]
            case ("row", index, name) if index in rows:
                rows[index] = replace(rows[index], **{name: answer})
            case ("owner", index):
                if answer is None:
                    rows.pop(index)
                else:
                    rows[index] = replace(rows[index], owners=(answer,), sure=True)
    return Home(income, tuple(persons), (*rows.values(), *more))


def completions(home: Home, most: int) -> Iterator[Home] | None:
    """Every way to complete a household, where there are not too many."""
    missing, ways = holes(home), 1
    # Whose a row is comes last: a row that is nobody's has no columns to fill.
    missing.sort(key=lambda hole: hole[0][0] == "owner")
    for _, values in missing:
        ways *= len(values)
    if ways > most:
        return None
    places = [place for place, _ in missing]
    return (
        filled(home, list(zip(places, answer, strict=True)))
        for answer in itertools.product(*(values for _, values in missing))
    )


def known_better(home: Home, random: Random) -> Home | None:
    """The same household with one hole filled; None where there is none."""
    missing = holes(home)
    if not missing:
        return None
    place, values = random.choice(missing)
    if place[0] == "unseen":
        # What comes to light need not be known in full.
        values = (*values, (("车", None),), ((None, 1), ("车", 2)))
    return filled(home, [(place, random.choice(values))])


def case_of_home(ruleset: RuleSet, home: Home) -> Case:
    """The household as engines are given it."""
    model: Any = ruleset.vocabulary.household_model
    numbers = tuple(
        citizen_id.make("511921", date(1980, 1, 1), 2 * index) if person.numbered else None
        for index, person in enumerate(home.persons)
    )
    household = model(
        household_id="1",
        income=home.income,
        members=[
            {"member_id": str(index), "id_number": number, "wage": person.wage,
             "paid": person.paid, "gone": person.gone}
            for index, (person, number) in enumerate(zip(home.persons, numbers, strict=True))
        ],
    )  # fmt: skip
    rows = tuple(
        Rows(
            tuple(
                Row(number, {"kind": row.kind, "price": row.price}, sure=row.sure)
                for number, row in enumerate(home.rows)
                if index in row.owners
            ),
            complete=person.numbered,
        )
        for index, person in enumerate(home.persons)
    )
    return Case(household, AS_OF, numbers, {"cars": rows}, frozenset(("cars",)))
