"""A small roster of which not everybody counts, and a pack that says who does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from shibie.citizen_id import make
from shibie.ruleset.loader import loads
from shibie.ruleset.model import RuleSet

SINCE, DAY = date(2014, 12, 20), date(2015, 12, 20)
PACK = """
ruleset: {id: people, title: 计入人口, effective: {from: 2015-01-01, to: 2016-12-31}}
fields:
  - {of: member, name: deceased, title: 已死亡, type: bool}
  - {of: member, name: married_out, title: 已外嫁, type: bool}
  - {of: member, name: confined, title: 在强制治疗, type: bool, sensitive: true}
comparisons:
  - id: compare_civil_registry
    title: 户籍比对
    register: civil_registry
    columns: {id_number: citizen_id, status: {type: code, codes: [在册, 死亡]}}
    match: id_number
    checks: deceased
    hit: status == "死亡"
persons: COUNTED
criteria: [{id: low, title: 人均收入低于 2855 元, when: "round(wage_income / members.count(), 2) < 2855"}]
poor: low
tracks: [{id: work, title: 就业, for: member, when: age >= 16}, {id: house, title: 住房, when: "true"}]
tallies: [{id: women, title: 妇女, for: member, when: sex == "女"}]
measures:
  - {id: job, title: 务工, for: member, when: age >= 16}
"""
COUNTED = (
    "{counted: not deceased and not married_out and not confined,"
    " basis: {text: 家庭成员是共同生活的人, source: 某县通知, provenance: documented}}"
)


def pack(counted: str = COUNTED, text: str = PACK) -> RuleSet:
    """The pack, with another condition where one is given; without any where that is empty."""
    lines = text.replace("persons: COUNTED\n", f"persons: {counted}\n" if counted else "")
    return loads(lines)


def number(person: str) -> str:
    """A citizen number for each letter; small letters were born in 2015."""
    born = date(2015, 5, 1) if person.islower() else date(1970, 1, 1)
    return make("510101", born, ord(person.upper()))


def roster(
    folder: Path, households: Mapping[str, Sequence[str]], dead: str = "", wage: int = 9000,
    register: bool = True,
) -> Path:  # fmt: skip
    """A folder of households in 甲村.

    A person is a letter, and what is said of him: `A` nothing, `Bd` died, `Cm` married out, `Dc`
    is confined; `E?` that it is blank whether he has married out.

    Args:
        folder: where to.
        households: the persons of each.
        dead: of whom the register says that they died.
        wage: of each household.
        register: whether there is one.
    """
    rows = [["household_id", "village", "wage_income"]]
    people = [
        ["household_id", "member_id", "name", "id_number", "relation", "education", "deceased",
         "married_out", "confined"]
    ]  # fmt: skip
    for household_id, persons in households.items():
        rows.append([household_id, "甲村", str(wage)])
        for at, person in enumerate(persons, start=1):
            who, said = person[0], person[1:]
            relation = "户主" if at == 1 else "其他"
            died, left, kept = ("是" if each in said else "否" for each in ("d", "m", "c"))
            facts = ["" if died == "否" else died, "" if "?" in said else left, kept]
            people.append(
                [household_id, str(at), f"{who}某", number(who), relation, "小学", *facts]
            )
    _write(folder / "households.csv", rows)
    _write(folder / "members.csv", people)
    if register:
        said_dead = [[number(each), "死亡"] for each in dead]
        _write(folder / "registers" / "civil_registry.csv", [["id_number", "status"], *said_dead])
    return folder


def _write(path: Path, rows: Iterable[Sequence[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
