"""How much each thing that agrees or differs says: Fellegi and Sunter's model, with fixed values.

`m` is how often a thing is so of one person in two tables, `u` of two different ones. The `m` are
fixed: a township has a few hundred rows without a number and nobody has said of any whose they
are, so there is nothing to learn them from, and learnt ones would change with every delivery. They
say how often clerks write a name, a day or a village otherwise than it is. What chance alone makes
agree is taken from the roster: how frequent a name is on it, how large its villages are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shibie.linkage.entries import PersonEntry


@dataclass(frozen=True)
class Level:
    """One outcome of comparing two entries.

    Attributes:
        name: of the outcome.
        holds: when it is so, in SQL over `_l` and `_r`; the first that holds counts, and the last
            level takes what is left.
        m: how often it is so of one person.
        u: how often of two; ignored where `frequency` says it.
        frequency: the column whose frequency on the roster is `u`.
    """

    name: str
    holds: str
    m: float
    u: float
    frequency: str = ""


@dataclass(frozen=True)
class Aspect:
    """What is compared in one respect.

    Attributes:
        name: of the respect.
        unknown: when nothing can be said of it, in SQL.
        levels: from the most alike to the least.
    """

    name: str
    unknown: str
    levels: tuple[Level, ...]

    def case(self) -> str:
        """SQL: the name of the level that holds; NULL where nothing can be said."""
        arms = "".join(f" WHEN {each.holds} THEN '{each.name}'" for each in self.levels[:-1])
        return f"CASE WHEN {self.unknown} THEN NULL{arms} ELSE '{self.levels[-1].name}' END"

    def comparison(self) -> dict[str, Any]:
        """The same as splink takes it."""
        levels: list[dict[str, Any]] = [
            {"sql_condition": self.unknown, "label_for_charts": "unknown", "is_null_level": True}
        ]
        for at, each in enumerate(self.levels, 1):
            level = {
                "sql_condition": each.holds if at < len(self.levels) else "ELSE",
                "label_for_charts": each.name, "m_probability": each.m, "u_probability": each.u,
            }  # fmt: skip
            if each.frequency:
                level["tf_adjustment_column"] = each.frequency
                level["disable_tf_exact_match_detection"] = True
            levels.append(level)
        return {"output_column_name": self.name, "comparison_levels": levels}


# Names are as frequent as on the roster with so many more persons, of whom each name has its share.
_FURTHER: Final = 1000
_SHARE: Final = 1 / 2000
# Whom a row is about is on the roster as often as not.
_ON_ROSTER: Final = 0.5
# Of ten persons who are entered without a number one is entered elsewhere, too.
_TWICE: Final = 0.1


def frequencies(values: Iterable[str]) -> dict[str, float]:
    """How frequent each value is: as on the roster, with a share of persons who are not on it.

    A name that a hamlet of thirty has once is not the name of one in thirty everywhere.

    >>> found = frequencies(["zhangwei"] * 400 + ["xianyudegui"])
    >>> round(found["zhangwei"], 4), round(found["xianyudegui"], 4)
    (0.2859, 0.0011)
    """
    counts = Counter(value for value in values if value)
    every = sum(counts.values()) + _FURTHER
    return {value: (count + _FURTHER * _SHARE) / every for value, count in counts.items()}


def chance(values: Iterable[str]) -> float:
    """How often two persons of the roster agree in something that is known of both.

    >>> chance(["甲村", "甲村", "乙村", ""])
    0.5555555555555556
    """
    counts = Counter(value for value in values if value)
    every = sum(counts.values())
    found = sum((count / every) ** 2 for count in counts.values()) if every else 0.5
    return min(max(found, 0.0005), 0.95)


def prior_of_rows(persons: int) -> float:
    """How likely a row and a person are one before anything is compared."""
    return min(_ON_ROSTER / max(persons, 1), 0.5)


def prior_of_persons(persons: int) -> float:
    """How likely two entries of the roster are one person before anything is compared."""
    return min(_TWICE / max(persons, 1), 0.5)


def name_aspects() -> tuple[Aspect, ...]:
    """The whole name; and one with hidden letters, as far as it is shown."""
    whole = Aspect(
        "name",
        "name_l IS NULL OR name_r IS NULL",
        (
            Level("same", "name_l = name_r", 0.80, 0.001, "name"),
            Level("sound", "sound_l = sound_r", 0.09, 0.002, "sound"),
            Level("near", "list_has_any(near_l, near_r)", 0.06, 0.004),
            Level("surname", "surname_l = surname_r", 0.02, 0.05),
            Level("other", "ELSE", 0.03, 0.943),
        ),
    )
    shown = Aspect(
        "shown",
        "(shown_l IS NULL OR name_r IS NULL) AND (shown_r IS NULL OR name_l IS NULL)",
        (
            Level("fits", "regexp_full_match(coalesce(name_l, name_r), coalesce(shown_l, shown_r))",
                  0.95, 0.03),
            Level("other", "ELSE", 0.05, 0.97),
        ),
    )  # fmt: skip
    return whole, shown


def _differing(one: str, other: str) -> str:
    """SQL: in how many places two days differ."""
    each = (f"CAST(substr({one}, {at}, 1) <> substr({other}, {at}, 1) AS INTEGER)"
            for at in range(1, 9))  # fmt: skip
    return f"({' + '.join(each)})"


def number_aspects() -> tuple[Aspect, ...]:
    """What is shown of a number: the birth day and the last four places; else the sex."""
    hidden = "(contains(birth_l, '*') OR contains(birth_r, '*'))"
    differing = _differing("birth_l", "birth_r")
    signs = "list_sort(string_split({}, ''))"
    exchanged = f"{signs.format('birth_l')} = {signs.format('birth_r')}"
    birth = Aspect(
        "birth",
        "birth_l IS NULL OR birth_r IS NULL",
        (
            Level("same", f"birth_l = birth_r AND NOT {hidden}", 0.90, 0.00007),
            Level("slip", f"NOT {hidden} AND ({differing} = 1 OR ({differing} = 2 AND {exchanged}))",
                  0.06, 0.002),
            Level("year_shown", f"{hidden} AND left(birth_l, 4) = left(birth_r, 4)", 0.97, 0.02),
            Level("year", "left(birth_l, 4) = left(birth_r, 4)", 0.02, 0.02),
            Level("other", "ELSE", 0.02, 0.978),
        ),
    )  # fmt: skip
    last = Aspect(
        "last",
        "last_l IS NULL OR last_r IS NULL",
        (
            Level("same", "last_l = last_r", 0.95, 0.0004),
            Level("other", "ELSE", 0.05, 0.9996),
        ),
    )
    sex = Aspect(
        "sex",
        "sex_l IS NULL OR sex_r IS NULL OR (last_l IS NOT NULL AND last_r IS NOT NULL)",
        (Level("same", "sex_l = sex_r", 0.98, 0.5), Level("other", "ELSE", 0.02, 0.5)),
    )
    return birth, last, sex


def place_aspects(persons: Iterable[PersonEntry]) -> tuple[Aspect, ...]:
    """The village; and within one the group."""
    held = [each.entry for each in persons]
    village = chance(each.village for each in held)
    group = min(
        chance(f"{e.village}/{e.group}" for e in held if e.village and e.group) / village, 0.95
    )
    return (
        Aspect(
            "village",
            "village_l IS NULL OR village_r IS NULL",
            (
                Level("same", "village_l = village_r", 0.90, village),
                Level("other", "ELSE", 0.10, 1 - village),
            ),
        ),
        Aspect(
            "grouped",
            "grouped_l IS NULL OR grouped_r IS NULL OR village_l IS NULL OR village_r IS NULL"
            " OR village_l <> village_r",
            (
                Level("same", "grouped_l = grouped_r", 0.85, group),
                Level("other", "ELSE", 0.15, 1 - group),
            ),
        ),
    )


def other_names() -> Aspect:
    """Who is named with them: of the household, or in the same cell."""
    return Aspect(
        "others",
        "others_l IS NULL OR others_r IS NULL OR len(others_l) = 0 OR len(others_r) = 0",
        (
            Level("two", "len(list_intersect(others_l, others_r)) >= 2", 0.35, 0.0001),
            Level("one", "len(list_intersect(others_l, others_r)) = 1", 0.25, 0.005),
            Level("none", "ELSE", 0.40, 0.9949),
        ),
    )


def roles() -> Aspect:
    """A grown daughter of one household who is wife or daughter-in-law in the other."""
    left, right = (
        "role_l = 'daughter' AND role_r = 'wife'",
        "role_l = 'wife' AND role_r = 'daughter'",
    )
    return Aspect(
        "roles",
        "role_l IS NULL OR role_r IS NULL",
        (
            Level("married", f"({left}) OR ({right})", 0.40, 0.04),
            Level("other", "ELSE", 0.60, 0.96),
        ),
    )


@dataclass(frozen=True)
class Model:
    """What two entries are compared in, and which are.

    Attributes:
        aspects: in the order in which they are told.
        blocking: the pairs that are compared, in SQL over `l` and `r`, each with the column of
            which every item is tried, or nothing.
        prior: how likely a pair is one before anything is compared.
        frequencies: of the values of columns.
    """

    aspects: tuple[Aspect, ...]
    blocking: tuple[tuple[str, str], ...]
    prior: float
    frequencies: Mapping[str, Mapping[str, float]]


def model_of_rows(persons: tuple[PersonEntry, ...]) -> Model:
    """A row of a register and a person."""
    base = " AND l.kind = 'row' AND r.kind = 'person' AND (l.number IS NULL OR r.number IS NULL)"
    known = (
        "(l.village = r.village OR l.birth = r.birth OR l.last = r.last"
        " OR left(l.birth, 4) = left(r.birth, 4))"
    )
    return Model(
        (*name_aspects(), *number_aspects(), *place_aspects(persons), other_names()),
        (
            (f"l.sound = r.sound{base}", ""),
            # A name that is nearly so is that of many: something else must agree, too.
            (f"l.near = r.near AND {known}{base}", "near"),
            (f"l.surname = r.surname AND l.birth = r.birth{base}", ""),
            (f"l.surname = r.surname AND l.last = r.last{base}", ""),
            (f"l.surname = r.surname AND l.village = r.village AND l.shown IS NOT NULL{base}", ""),
        ),
        prior_of_rows(len(persons)),
        _name_frequencies(persons),
    )


def model_of_persons(persons: tuple[PersonEntry, ...]) -> Model:
    """Two entries of the roster, in two households."""
    base = (
        " AND l.household <> r.household AND l.kind = 'person' AND r.kind = 'person'"
        " AND (l.number IS NULL OR r.number IS NULL)"
    )
    return Model(
        (*name_aspects(), *number_aspects(), *place_aspects(persons), other_names(), roles()),
        (
            (f"l.sound = r.sound{base}", ""),
            # Of one family name, with somebody else of one name in both households.
            (f"l.kin = r.kin AND list_has_any(l.near, r.near){base}", "kin"),
            (f"l.surname = r.surname AND l.birth = r.birth{base}", ""),
        ),
        prior_of_persons(len(persons)),
        _name_frequencies(persons),
    )


def _name_frequencies(persons: tuple[PersonEntry, ...]) -> Mapping[str, Mapping[str, float]]:
    names = [each.entry.name for each in persons]
    return {
        "name": frequencies(each.text for each in names),
        "sound": frequencies(each.sound for each in names),
    }
