"""The clues (疑点台账): every register row and every rule that speaks against a household.

A clue is a rule that holds, or that an officer judged, with each register row that it rests on; a
row that leaves a rule undecided; and a row that contradicts a declaration, though no rule rests on
it. What was found of a row is on its line, what was found of a rule on all of its lines: a clue
keeps its number when it is judged.

Persons, rows and households are counted apart: two cars of one man are two rows and one person.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

from shibie.acts import Act
from shibie.bounds import is_known
from shibie.case import Case, Row
from shibie.checking_in_python import Checked
from shibie.decision import DUPLICATE_PERSON, Decision
from shibie.engines.interpreter import evaluate
from shibie.engines.place import Place
from shibie.engines.trace import Trace, hit_rows, trace
from shibie.health_words import without_health
from shibie.household import Adjudication
from shibie.language import tree
from shibie.language.tree import MEMBER
from shibie.registers.links import NO_DENIALS
from shibie.registers.matching import Registers
from shibie.registers.row_key import compared
from shibie.results.table import Table
from shibie.ruleset.model import Rule, RuleSet
from shibie.shown_text import shown_line
from shibie.vocabulary import shared

# A register and the number of one of its rows.
RowPlace = tuple[str, int]
# The verdicts of a household by rule, and by register and key of the row that they name.
Verdicts = dict[str, dict[tuple[str, str], Act]]
# In their place where one is on the whole rule.
WHOLE: Final = ("", "")
# What stands for a clue without a verdict, a reason, or a register, in counts.
OPEN: Final = "open"
DECLARED: Final = "declared"
# All clues together: who is in two registers is one person.
TOTAL: Final = "total"


@dataclass(frozen=True)
class Clue:
    """One thing that speaks against a household.

    Attributes:
        register: whose row it is; empty where the rule rests on no row.
        row_key: names the row.
        member_id: whom the row is about.
        person: his name.
        rule_id: the rule that rests on it, or the comparison where none does.
        verdict: what an officer found; empty while nobody has.
    """

    clue_id: str
    register: str
    row_key: str
    household_id: str
    member_id: str
    person: str
    rule_id: str
    verdict: str = ""
    reason: str = ""
    officer: str = ""
    date: str = ""

    def row(self) -> tuple[str, ...]:
        """The clue as a row of the table."""
        return tuple(getattr(self, each.name) for each in fields(self))


# The name of the table.
CLUES: Final = "clues"
COLUMNS: Final = tuple(each.name for each in fields(Clue))


def clues_of(checked: Checked) -> Iterator[Clue]:
    """The clues of decided households, in their order."""
    verdicts: dict[str, Verdicts] = {}
    for act in checked.roster.acts:
        if act.kind == "verdict":
            own = verdicts.setdefault(act.household_id or "", {})
            row = WHOLE if act.row_key is None else (act.register_ or "", compared(act.row_key))
            own.setdefault(act.rule_id or "", {})[row] = act
    for case, decision in zip(checked.cases, checked.decisions, strict=True):
        own = verdicts.get(decision.household_id, {})
        yield from _Household(checked.ruleset, case, decision, own, checked.registers).clues()


class _Household:
    """Finds the clues of one household."""

    def __init__(
        self, ruleset: RuleSet, case: Case, decision: Decision,
        verdicts: Verdicts, registers: Registers,
    ) -> None:  # fmt: skip
        self.ruleset, self.case, self.decision, self.verdicts = ruleset, case, decision, verdicts
        self.registers = registers
        self.top = Place.top(ruleset, case)
        self.holders: dict[RowPlace, list[tuple[int, Row]]] = {}
        # Of the rows that verdicts name, also where one took them from the household.
        self.named_holders: dict[RowPlace, list[tuple[int, Row]]] = {}
        for register, of_members in case.rows.items():
            for member, rows in enumerate(of_members):
                for item in rows.items:
                    self.holders.setdefault((register, item.number), []).append((member, item))

    def clues(self) -> Iterator[Clue]:
        """The clues of rules, then the rows that no rule rests on."""
        told: set[RowPlace] = set()
        asked = {each.rule_id for each in self.decision.findings}
        asked.update(self.verdicts)
        for rule in (*self.ruleset.exclusions, *self.ruleset.reviews):
            if rule.id in asked:
                yield from self.of_rule(rule, told)
        for register in self.ruleset.registers.values():
            if register.checks:
                hits = [place for place in self.hits(register.name) if place not in told]
                yield from self.of_rows(register.id, hits)
        self.top.leave()

    def of_rule(self, rule: Rule, told: set[RowPlace]) -> Iterator[Clue]:
        """The clues of a rule: its rows, or else the rule alone if it holds or was judged.

        Args:
            rule: one that holds, is undecided, or was judged.
            told: where its rows are noted.
        """
        whole = trace(rule.when or rule.node, self.top)
        rows = dict.fromkeys(self.rows(whole) if whole.value is True else self.held_up(whole))
        named = dict(self.verdicts.get(rule.id, {}))
        # What was found of one row says nothing of the others.
        on_rule = named.pop(WHOLE, None)
        acts = {place: named[name] for name in named for place in self.places(*name)}
        told.update(rows, acts)
        for place in dict.fromkeys((*rows, *acts)):
            yield from self.of_rows(rule.id, [place], acts.get(place, on_rule))
        stands = rows or any(act.verdict != "refuted" for act in acts.values())
        decisive = self.case.adjudications.get(rule.id)
        if not stands and (whole.value is True or decisive is not None):
            # Who is in two households is known without a row.
            found = rule.id == DUPLICATE_PERSON and rule.implied
            persons = self.case.elsewhere if found else ()
            for member in persons or (None,):
                yield self.clue(rule.id, member=member, said=decisive)

    def places(self, register: str, key: str) -> Iterator[RowPlace]:
        """The rows of a key, among them those that a verdict took from the household."""
        table = self.registers.of.get(register)
        if table is None:
            return
        whole = replace(table, denials=NO_DENIALS)
        of_members, _ = whole.of_household(self.case.household, self.case.numbers)
        found: dict[RowPlace, list[tuple[int, Row]]] = {}
        for member, rows in enumerate(of_members):
            for item in rows.items:
                if compared(whole.name_of(item.number)) == key:
                    found.setdefault((register, item.number), []).append((member, item))
        self.named_holders.update(found)
        yield from found

    def hits(self, register: str) -> Iterator[RowPlace]:
        """The rows of a register that count against some declaration."""
        hits = [checked.hit for checked in self.ruleset.registers[register].checks]
        for (name, number), owners in self.holders.items():
            if name != register:
                continue
            member, item = owners[0]
            place = self.top.at_row(register, item, member)
            if any(hit is None or evaluate(hit, place) is True for hit in hits):
                yield name, number

    def held_up(self, at: Trace) -> Iterator[RowPlace]:
        """The register rows that hold up a condition, which is not known for them."""
        if is_known(at.value):
            return
        yield from self.row_at(at)
        match at.node:
            case tree.Collection(owner=tree.CROWD, name=name):
                # Those that tell nobody apart stand in a trace as one.
                for place in self.hits(name):
                    if self.holders[place][0][1].crowd:
                        yield place
        for child in at.children:
            yield from self.held_up(child)

    def rows(self, at: Trace) -> Iterator[RowPlace]:
        """The register rows below the deciding operands of a condition."""
        yield from self.row_at(at)
        children = at.children
        match at.node:
            case tree.And() | tree.Or():
                children = tuple(each for each in children if each.value is at.value)
            case tree.Quantifier() if at.value is (at.node.kind == "any"):
                children = tuple(each for each in children[1:] if each.value is True)
            case tree.Field(owner=owner, name=name) if at.value is True:
                hits = self.ruleset.comparison_of(owner, name)
                if hits is not None:
                    place = (
                        self.top.at_member(self.member_of(at.label))
                        if owner == MEMBER
                        else self.top
                    )
                    found = trace(hits, place)
                    yield from ((hits.collection.name, number) for number in hit_rows(found))
                return
        for child in children:
            yield from self.rows(child)

    def row_at(self, at: Trace) -> Iterator[RowPlace]:
        """The register row of which a trace is, if it is of one."""
        register, bracket, rest = at.label.partition("[")
        if bracket and register in self.ruleset.registers:
            yield register, int(rest[:-2])

    def member_of(self, label: str) -> int:
        """The place of the member in a label."""
        ids = [member.member_id for member in self.case.household.members]
        return ids.index(label.partition("[")[2][:-2])

    def of_rows(
        self, rule_id: str, rows: Iterable[RowPlace], said: Act | Adjudication | None = None
    ) -> Iterator[Clue]:
        """A clue for each row and each member whom it is, or may be, about."""
        for place in rows:
            register, number = place
            for member, _ in self.holders.get(place) or self.named_holders.get(place) or []:
                key = self.registers.of[register].name_of(number)
                yield self.clue(rule_id, register, key, member, said)

    def clue(
        self, rule_id: str, register: str = "", key: str = "", member: int | None = None,
        said: Act | Adjudication | None = None,
    ) -> Clue:  # fmt: skip
        """One clue with what an officer found of it."""
        household = self.case.household
        who = None if member is None else household.members[member]
        member_id = "" if who is None else who.member_id
        text = json.dumps([register, key, household.household_id, member_id, rule_id])
        return Clue(
            "c-" + hashlib.sha256(text.encode()).hexdigest()[:16], register, key,
            household.household_id, member_id,
            "" if who is None else shown_line(shared(who, "name") or ""), rule_id,
            *("" if each is None else without_health(shown_line(str(each))) for each in (
                (said.verdict, said.reason, said.officer, said.date) if said else ()
            )),
        )  # fmt: skip


@dataclass
class ClueCounts:
    """Persons, rows and households of clues: of all, and by register, verdict and reason."""

    seen: dict[tuple[str, str], dict[str, set[tuple[str, str]]]] = field(default_factory=dict)

    def add(self, clue: Clue) -> None:
        """Count a clue."""
        for by, name in (
            (TOTAL, TOTAL), ("by_register", clue.register or DECLARED), ("by_verdict", clue.verdict or OPEN),
            ("by_reason", clue.reason),
        ):  # fmt: skip
            if not name:
                continue
            counted = self.seen.setdefault(
                (by, name), {"persons": set(), "rows": set(), "households": set()}
            )
            counted["households"].add((clue.household_id, ""))
            if clue.member_id:
                counted["persons"].add((clue.household_id, clue.member_id))
            if clue.row_key:
                counted["rows"].add((clue.register, clue.row_key))

    def summary(self) -> dict[str, Any]:
        """The counts as plain data, ready for `summary.json`: of all clues, then of each kind."""
        counts = {
            key: {what: len(each) for what, each in sets.items()} for key, sets in self.seen.items()
        }
        nothing = {"persons": 0, "rows": 0, "households": 0}
        found: dict[str, Any] = {TOTAL: counts.pop((TOTAL, TOTAL), nothing)}
        found |= {by: {} for by in ("by_register", "by_verdict", "by_reason")}
        for by, name in sorted(counts):
            found[by][name] = counts[by, name]
        return found


def clues_table(parts: Iterable[Checked]) -> tuple[Table, dict[str, Any]]:
    """The clues of a roster, part by part, and their counts."""
    counts, rows = ClueCounts(), []
    for part in parts:
        for clue in clues_of(part):
            counts.add(clue)
            rows.append(clue.row())
    return Table(CLUES, COLUMNS, tuple(rows)), counts.summary()
