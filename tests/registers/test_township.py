"""The township with its registers as they may come: nobody is decided as he would not be.

A fact that becomes known, such as a masked digit or a number, never turns a decided household
round; so whoever is decided by less must be decided alike by the whole registers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from fixtures import make_township, verify
from fixtures.people import AS_OF

from shibie import citizen_id
from shibie.checking_in_python import check
from shibie.registers.rows import RegisterRow
from shibie.rosters.roster import Roster

FOLDER = Path(make_township.__file__).parent / "township-2015"
Rows = tuple[RegisterRow, ...]
Change = Callable[[Rows], Rows]
REGISTERS = (
    "civil_registry", "vehicles", "real_estate", "business", "payroll", "social_insurance",
    "deposits", "civil_affairs",
)  # fmt: skip
# The registers of which rows are told apart by a text, and that text.
KEYED = {"vehicles": "plate", "real_estate": "address", "business": "name", "deposits": "account"}
KEYS = frozenset(KEYED.values())


def written(hidden: Callable[[str], str]) -> Change:
    """The rows with their numbers written so that none can be used."""

    def change(rows: Rows) -> Rows:
        return tuple(
            replace(
                row,
                values={**row.values, "id_number": None},
                written=hidden(str(row.values["id_number"])),
            )
            if row.values["id_number"]
            else row  # it came masked
            for row in rows
        )

    return change


def nameless(rows: Rows) -> Rows:
    """The rows without the names, which tell apart whom a masked number may be about."""
    return tuple(replace(row, values={**row.values, "person_name": None}) for row in rows)


def doubled(rows: Rows) -> Rows:
    """Every row delivered twice."""
    return (*rows, *(replace(row, number=row.number + len(rows) + 1) for row in rows))


def again(spelled: Callable[[str], str]) -> Change:
    """Every row delivered twice, the second time with its key in another spelling."""

    def change(rows: Rows) -> Rows:
        return (*rows, *(_spelled(row, spelled) for row in doubled(rows)[len(rows) :]))

    return change


def _spelled(row: RegisterRow, spelled: Callable[[str], str]) -> RegisterRow:
    said = row.values.items()
    return replace(row, values={k: spelled(str(v)) if k in KEYS and v else v for k, v in said})


def halved(rows: Rows) -> Rows:
    """Every other row withdrawn."""
    return rows[::2]


def of_another_county(rows: Rows) -> Rows:
    """The same about persons of whom nobody is on the roster."""

    def elsewhere(number: str) -> str:
        first = "513021" + number[6:17]
        return first + citizen_id.check_digit(first)

    return tuple(
        replace(row, values={**row.values, "id_number": elsewhere(str(row.values["id_number"]))})
        for row in rows
    )


UNUSABLE: dict[str, Change] = {
    "last four shown": written(lambda number: f"{number[:6]}********{number[14:]}"),
    "birth date shown": written(lambda number: f"{number[:14]}****"),
    "region shown": written(lambda number: f"{number[:6]}************"),
    "blank": written(lambda number: ""),
    "scientific notation": written(lambda number: f"{float(number[:17] + '0'):.5E}"),
}


@pytest.fixture(scope="module")
def roster() -> Roster:
    return verify.read(FOLDER)


@pytest.fixture(scope="module")
def whole(roster: Roster) -> dict[str, str]:
    return decided(roster, (), doubled)


def decided(roster: Roster, registers: Iterable[str], change: Change) -> dict[str, str]:
    """The eligibility of each household where some registers came otherwise."""
    others = {name: change(roster.registers[name] or ()) for name in registers}
    found = check(verify.pack(), replace(roster, registers={**roster.registers, **others}), AS_OF)
    return {each.household_id: each.eligibility for each in found.decisions}


def turned(before: dict[str, str], after: dict[str, str]) -> Counter[tuple[str, str]]:
    """How many households are decided otherwise, by both eligibilities."""
    return Counter((before[each], after[each]) for each in before if before[each] != after[each])


@pytest.mark.parametrize("change", UNUSABLE)
@pytest.mark.parametrize(
    "registers",
    [
        ("payroll",),
        *(pytest.param((each,), marks=pytest.mark.slow) for each in REGISTERS if each != "payroll"),
        pytest.param(REGISTERS, marks=pytest.mark.slow),
    ],
    ids="+".join,
)
def test_what_cannot_be_matched_decides_nobody(
    roster: Roster, whole: dict[str, str], registers: tuple[str, ...], change: str
) -> None:
    after = decided(roster, registers, UNUSABLE[change])
    assert {to for _, to in turned(whole, after)} <= {"pending"}
    # It is something that many know nothing of, and not something that leaves all open.
    assert Counter(after.values())["ineligible"] > 1100


@pytest.mark.parametrize(
    ("registers", "change", "named", "without"),
    [
        (("vehicles",), "last four shown", (16, 38), (28, 38)),
        (("civil_affairs",), "last four shown", (0, 0), (0, 0)),
        (REGISTERS, "last four shown", (31, 120), (113, 120)),
        pytest.param(("vehicles",), "blank", (23, 38), (446, 40), marks=pytest.mark.slow),
        pytest.param(REGISTERS, "birth date shown", (31, 120), (56, 121), marks=pytest.mark.slow),
    ],
)
def test_how_many_are_left_open(
    roster: Roster,
    whole: dict[str, str],
    registers: tuple[str, ...],
    change: str,
    named: tuple[int, int],
    without: tuple[int, int],
) -> None:
    """With the names in the registers, as they are, and without them."""
    hidden = UNUSABLE[change]
    found = turned(whole, decided(roster, registers, hidden))
    assert (found["eligible", "pending"], found["ineligible", "pending"]) == named
    found = turned(whole, decided(roster, registers, lambda rows: nameless(hidden(rows))))
    assert (found["eligible", "pending"], found["ineligible", "pending"]) == without


@pytest.mark.parametrize(
    "registers",
    [REGISTERS, *(pytest.param((each,), marks=pytest.mark.slow) for each in REGISTERS)],
    ids="+".join,
)
def test_what_came_twice_counts_once(
    roster: Roster, whole: dict[str, str], registers: tuple[str, ...]
) -> None:
    assert decided(roster, registers, doubled) == whole


@pytest.mark.parametrize("spelled", [" ".join, "'{}".format, "{}\u200b".format])
def test_what_came_twice_counts_once_in_any_spelling(
    roster: Roster, whole: dict[str, str], spelled: Callable[[str], str]
) -> None:
    assert decided(roster, KEYED, again(spelled)) == whole


def test_what_may_have_come_twice_turns_nobody(roster: Roster, whole: dict[str, str]) -> None:
    # Whose deposits may be above the limit or not.
    found = turned(whole, decided(roster, KEYED, again(lambda key: f"{key[:2]}****{key[-2:]}")))
    assert found == {("eligible", "pending"): 3}


def test_rows_withdrawn_and_rows_of_others_are_acts(roster: Roster, whole: dict[str, str]) -> None:
    # A vehicle that is no longer there excludes nobody, and one that was exempt excuses nobody.
    found = turned(whole, decided(roster, ("vehicles",), halved))
    assert {("ineligible", "eligible"), ("eligible", "ineligible")} <= set(found)
    # A register of another county is compared all the same: it has nobody of the roster.
    found = turned(whole, decided(roster, ("deposits",), of_another_county))
    assert found == {("ineligible", "eligible"): 21, ("ineligible", "pending"): 2}
