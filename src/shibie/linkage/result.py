"""The candidates of a roster as a result: tables, what is said of them, and where they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from shibie.acts import COLUMNS as ACT_COLUMNS
from shibie.checking_in_parts import roster_parts
from shibie.checking_in_python import must_be_in_force
from shibie.errors import InputError, Lang, Words, bad_argument
from shibie.linkage.candidates import LEAST, MOST, Candidate, FoundCandidates, find_candidates
from shibie.linkage.gathering import Gathered, gathered, nameless
from shibie.numbers_in_text import without_numbers
from shibie.results.table import Cells, Table
from shibie.rosters.given_roster import GivenRoster
from shibie.rosters.parts import RosterParts
from shibie.ruleset.model import RuleSet

CANDIDATES: Final = "candidates"
# The table that decides: put among a roster's tables it is read as acts.
TO_DECIDE: Final = "acts"
COLUMNS: Final = (
    "kind", "weight", "probability", "household_id", "member_id", "name", "village", "register",
    "row_key", "row", "other_household_id", "other_member_id", "other_name", "other_village",
    "agrees", "differs", "now", "act",
)  # fmt: skip
_WRITTEN: Final = ("name", "village", "other_name", "other_village")


@dataclass(frozen=True)
class Candidates:
    """Who may be whom; nothing is decided by it.

    Attributes:
        ruleset: of the roster.
        lang: the language of words.
        found: the candidates.
        candidates: the same as a table: `kind`, `weight`, `probability`, who, the row or the other
            one, what agrees and differs, what is so `now`, and the `act` that decides it.
        acts: a row for each that an act decides, as the table of acts has it, not yet answered.
        summary: counts: of each kind, and by register how many rows there are to be found a person
            for, how many of them have candidates, and how many say no name.
        notes: what is to be known of them.
    """

    ruleset: RuleSet
    lang: Lang
    found: tuple[Candidate, ...]
    summary: Mapping[str, Any]
    notes: tuple[Words, ...]

    @property
    def candidates(self) -> Table:
        """The candidates as a table."""
        return Table(CANDIDATES, COLUMNS, tuple(map(_row, self.found)))

    @property
    def acts(self) -> Table:
        """What there is to decide, as the table of acts that is read again."""
        return Table(TO_DECIDE, ACT_COLUMNS, tuple(_act(each) for each in self.found if each.act))

    def write(self, *paths: str | Path) -> None:
        """Write a workbook (.xlsx) to be filled in, or a folder of CSV with `acts.csv` to be filled in.

        Raises:
            InputError: when a place cannot be written to.
        """
        from shibie.linkage.written import write_candidates

        for path in paths:
            write_candidates(self, Path(path))


def candidates_of(
    given: GivenRoster, lang: Lang | None = None, least: float = LEAST, most: int = MOST
) -> Candidates:
    """Look for candidates on a roster of any size.

    Args:
        given: the roster, with the rules and the day.
        lang: the language of words; the pack's own by default.
        least: the least match weight that is listed.
        most: how many candidates of one row, or of one person, are listed.

    Raises:
        InputError: when the roster cannot be used, or there is to be less than one candidate.
        MissingExtraError: when splink, pypinyin or rapidfuzz is not installed.
    """
    must_be_in_force(given.ruleset, given.as_of)
    must_be_usable(most)
    said = lang or given.ruleset.lang
    with roster_parts(given) as parts:
        return candidates_among(parts, given.ruleset, given.as_of, said, least, most)


def must_be_usable(most: int) -> None:
    """Refuse to begin where nothing could come of it.

    Raises:
        InputError: when less than one candidate is asked for.
        MissingExtraError: when splink, pypinyin or rapidfuzz is not installed.
    """
    import_module("shibie.linkage.libraries")
    if most < 1:
        raise InputError(bad_argument("most", Words("至少要列一个", "at least one is listed")))


def candidates_among(
    parts: RosterParts, ruleset: RuleSet, as_of: date, lang: Lang, least: float = LEAST,
    most: int = MOST,
) -> Candidates:  # fmt: skip
    """The same of a roster that is validated already."""
    held = gathered(parts, ruleset, as_of)
    found = find_candidates(held, ruleset, as_of, lang, least, most)
    notes = tuple(_notes(held, found, ruleset, parts.rejected_households, most))
    return Candidates(ruleset, lang, found.candidates, _summary(held, found), notes)


def shown(each: Candidate) -> dict[str, Any]:
    """The cells of a candidate, by column; no number of a person is in what somebody wrote."""
    cells = {name: getattr(each, name) for name in COLUMNS}
    return cells | {name: without_numbers(cells[name]) for name in _WRITTEN}


def _row(each: Candidate) -> Cells:
    cells = shown(each)
    cells |= {"weight": f"{each.weight:.2f}", "probability": f"{each.probability:.4f}"}
    return tuple(cells.values())


def _act(each: Candidate) -> Cells:
    """The act that decides a candidate; what the officer says of it is left blank."""
    said = {
        "kind": each.act, "household_id": each.household_id, "head": head_said(each),
        "member_id": each.member_id,
    }  # fmt: skip
    if each.act == "link":
        said |= {"register": each.register, "row_key": each.row_key}
    if each.act == "correction":
        said |= {"field": "id_number"}
    return tuple(said.get(name, "") for name in ACT_COLUMNS)


def head_said(each: Candidate) -> str:
    """The head as acts name it; not where a number stands in the name."""
    return each.head if without_numbers(each.head) == each.head else ""


def _summary(held: Gathered, found: FoundCandidates) -> dict[str, Any]:
    rows: dict[str, set[int]] = {}
    for entry in held.rows:
        rows.setdefault(entry.register, set()).add(entry.row.number)
    having: dict[str, set[int]] = {}
    for each in found.candidates:
        if each.row is not None:
            having.setdefault(each.register, set()).add(each.row)
    return {
        "persons": len(held.persons),
        "without_number": len(held.unnumbered),
        "candidates": {
            kind: sum(each.kind == kind for each in found.candidates)
            for kind in ("row", "person", "household")
        },
        "left_out": dict(found.left_out),
        "registers": {
            name: {
                "rows": len(rows.get(name, ())) + held.unnamed.get(name, 0), "with_candidates": len(having.get(name, ())),
                "without_name": held.unnamed.get(name, 0),
            }
            for name in sorted({*rows, *held.unnamed})
        },
    }  # fmt: skip


def _notes(
    held: Gathered, found: FoundCandidates, ruleset: RuleSet, rejected: int, most: int
) -> list[Words]:
    notes = [
        Words(
            "候选只是可能：由人核实，办理之后才算数；候选本身不改变任何一户的认定",
            "candidates are only ever perhaps: a person decides, by an act; none changes a decision by itself",
        )
    ]  # fmt: skip
    for name, count in held.unnamed.items():
        title = ruleset.registers[name].title
        why = Words("没有姓名栏", "has no column of names") if nameless(ruleset, name) else None
        zh = f"{title}：{count} 行没有证件号码，也没有姓名，找不到候选"
        en = f"{title}: rows with neither number nor name, for which there are no candidates: {count}"
        if why:
            zh, en = f"{zh}（规则包里这个比对表{why.zh}）", f"{en} (this register {why.en})"
        notes.append(Words(zh, en))
    left = sum(found.left_out.values())
    if left:
        notes.append(
            Words(
                f"每条记录、每个人最多列 {most} 个候选；另有 {left} 个没有列出",
                f"at most {most} candidates of a row or person are listed; left out: {left}",
            )
        )
    if rejected:
        notes.append(
            Words(
                f"退回的 {rejected} 户不在比较之内", f"households that are rejected are not compared: {rejected}"
            )
        )  # fmt: skip
    return notes
