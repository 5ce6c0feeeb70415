"""The rows of registers that are surely about nobody on the roster, or not surely about anybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import date
from typing import Final, Literal

from shibie import citizen_id
from shibie.errors import Lang, Words
from shibie.household import BareHousehold
from shibie.registers.links import Place
from shibie.registers.masked_numbers import visible
from shibie.registers.matching import IndexedRegister, Registers, usable_number
from shibie.registers.rows import RegisterRow
from shibie.ruleset.model import RuleSet

# `nobody`: a usable number that nobody on the roster has; `masked`: some of its places are hidden;
# `no_number`: none is written, or none that can be used.
Reason = Literal["nobody", "masked", "no_number"]
NOBODY: Final[Reason] = "nobody"
THE_ROSTER: Final = Words("名册", "the roster")
UnmatchedRow = tuple[str, int, str, Reason]


def unusable(row: RegisterRow) -> tuple[str, Reason]:
    """What is shown of a row without a usable number, and why it cannot be matched.

    >>> unusable(RegisterRow(2, {}, "511902********0010"))
    ('511902********0010', 'masked')
    >>> unusable(RegisterRow(2, {}, "511902195502280011")), unusable(RegisterRow(2, {}))
    (('511*************11', 'no_number'), ('', 'no_number'))
    """
    shown = visible(row.written)
    return (shown, "masked") if shown else (citizen_id.mask(row.written), "no_number")


def unmatched_rows(registers: Registers, people: Set[str | Place]) -> Iterator[UnmatchedRow]:
    """Register, row, number and reason of each row that is not surely about a person.

    Args:
        registers: as they were matched.
        people: all who are decided (`people_of`).
    """
    for name, register in registers.of.items():
        for row in register.rows:
            number = register.numbers.get(row.number)
            if number in people:
                continue
            if isinstance(number, str):
                yield name, row.number, citizen_id.mask(number), NOBODY
            else:
                yield name, row.number, *unusable(row)


def matches(register: IndexedRegister, people: Set[str | Place]) -> tuple[int, int]:
    """How many rows a register has, and how many of them surely are about persons."""
    return len(register.rows), sum(number in people for number in register.numbers.values())


def people_of(households: Iterable[BareHousehold], as_of: date) -> Set[str | Place]:
    """The usable numbers of all persons; of who has none, who he is."""
    return {
        usable_number(getattr(member, "id_number", None), as_of)
        or (household.household_id, member.member_id)
        for household in households
        for member in household.members
    }


def counted(found: Mapping[str, tuple[int, int]]) -> dict[str, dict[str, int]]:
    """The same by register, as a summary names it."""
    return {name: {"rows": rows, "matched": known} for name, (rows, known) in found.items()}


def said_of_matching_nobody(
    ruleset: RuleSet,
    summary: Mapping[str, Mapping[str, int]],
    lang: Lang,
    held: Mapping[str, int] | None = None,
    roster: Words = THE_ROSTER,
) -> list[str]:
    """What every command says of the registers that match nobody, by a summary's counts.

    `held` says by register how many households wait for its rows, where that is known; `roster`
    which roster it is, where there are two.
    """
    found = {name: summary[name]["rows"] for name in matching_nobody(summary)}
    return [
        _of_nobody(ruleset.registers[name].title, rows, (held or {}).get(name, 0), roster).say(lang)
        for name, rows in found.items()
    ]


def said_of_empty(
    ruleset: RuleSet, summary: Mapping[str, Mapping[str, int]], lang: Lang
) -> list[str]:
    """What is said of the registers that hold no row.

    An office may have no record, or nobody filled in the table: it is no error.
    """
    empty = [
        ruleset.registers[name].title for name, each in summary.items() if each.get("rows") == 0
    ]
    words = Words(
        f"提示：{'、'.join(empty)}的表里一行也没有，现按“都没有记录”认定；请核对是不是漏了导出或没有填",
        f"note: there is not a row in {', '.join(empty)}, which counts as compared; was it left out"
        " or not filled in?",
    )
    return [words.say(lang)] if empty else []


def _of_nobody(title: str, rows: int, held: int, roster: Words) -> Words:
    """Of a register of which no row is surely about anybody: how the households are decided."""
    if held:
        counts = Words(
            f"可能对得上的 {held} 户待核实，其余的户按“没有记录”认定",
            f"{held} households that its rows may be about are pending, for all others it counts"
            " as compared",
        )
    else:
        counts = Words("现按“都没有记录”认定", "It counts as compared")
    sure = "确实" if held else ""
    return Words(
        f"注意：{title}的 {rows} 行没有一行{sure}对得上{roster.zh}上的人，请核对是不是给错了表；{counts.zh}",
        f"WARNING: none of the {rows} rows of {title} is surely"
        f" about anybody on {roster.en}; is it the right table? {counts.en}",
    )


def matching_nobody(summary: Mapping[str, Mapping[str, int]]) -> list[str]:
    """The registers with rows of which none is surely about anybody, by a summary's counts.

    >>> matching_nobody({"vehicles": {"rows": 3, "matched": 0}, "deposits": {"rows": 0, "matched": 0}})
    ['vehicles']
    """
    return [name for name, each in summary.items() if each.get("rows") and not each.get("matched")]
