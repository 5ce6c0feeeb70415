"""The summary of a run over a folder: the same keys and counts as `summary.summarise`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shibie.bulk.host import Host
from shibie.bulk.name_results import flag
from shibie.compare import DUPLICATE_PERSON
from shibie.decision import ELIGIBILITIES
from shibie.language.tree import HOUSEHOLD
from shibie.lower import lowered
from shibie.ruleset.model import Rule, RuleSet
from shibie.summary import in_rule_order

Count = dict[str, int]


@dataclass(frozen=True)
class Totals:
    """What a summary is made from.

    Attributes:
        standing: whether the form asks about the previous roster, and about leaving it.
    """

    host: Host
    ruleset: RuleSet
    as_of: date
    trust_declarations: bool
    supplied: frozenset[str]
    unmatched: Mapping[str, int]
    rejected_households: int
    rejected_rows: int
    standing: bool

    def summary(self) -> dict[str, Any]:
        """The counts as plain data."""
        ruleset = self.ruleset
        decided = self._count("TRUE")
        return {
            "ruleset": ruleset.id,
            "as_of": self.as_of.isoformat(),
            "trust_declarations": self.trust_declarations,
            "in": decided["households"] + self.rejected_households,
            "decided": decided["households"],
            "rejected": self.rejected_households,
            "rejected_rows": self.rejected_rows,
            "persons": decided["persons"],
            "by_eligibility": {
                name: self._count(f"eligibility = {number}")
                for number, name in enumerate(ELIGIBILITIES, 1)
            },
            "by_kind": {
                rule.id: self._count(f"kind = {number} AND eligibility = 1")
                for number, rule in enumerate(ruleset.kinds, 1)
            },
            "by_ground": self._grounds(),
            "by_number_of_grounds": self._numbers(),
            "by_rule": self._rules(),
            "by_track": {rule.id: self._owned(rule, at, "tt") for at, rule in enumerate(ruleset.tracks)},
            "by_village": self._villages(),
            "tallies": {rule.id: self._owned(rule, at, "tl") for at, rule in enumerate(ruleset.tallies)},
            **self._previous(),
            "registers": {name: {"supplied": name in self.supplied} for name in ruleset.registers},
            "unmatched_register_rows": dict(self.unmatched),
        }  # fmt: skip

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.host.rows(query)

    def _count(self, where: str) -> Count:
        (row,) = self._rows(f"SELECT count(*), sum(size_) FROM decided WHERE {where}")
        return _counted(row)

    def _grounds(self) -> dict[str, Count]:
        found = {
            name: _counted((households, persons))
            for name, households, persons in self._rows(
                "SELECT g, sum(households), sum(persons) FROM"
                " (SELECT unnest(grounds) AS g, households, persons FROM named) GROUP BY g"
            )
        }
        grounds = lowered(self.ruleset).grounds
        return {each.name: found.get(each.name, _counted((0, 0))) for each in grounds}

    def _numbers(self) -> dict[str, Count]:
        rows = self._rows(
            "SELECT array_length(grounds)::VARCHAR AS n, sum(households), sum(persons) FROM named"
            " GROUP BY n ORDER BY n"
        )
        return {name: _counted(row) for name, *row in rows}

    def _rules(self) -> dict[str, dict[str, Count]]:
        ruleset = self.ruleset
        found: dict[str, dict[str, Count]] = {}
        for rule_id, outcome, *row in self._rows(
            "SELECT rule_id, outcome, sum(households), sum(persons) FROM"
            " (SELECT f.rule_id AS rule_id, f.outcome AS outcome,"
            " any_value(households) AS households, any_value(persons) AS persons FROM"
            " (SELECT first, unnest(findings) AS f, households, persons FROM named)"
            " GROUP BY first, f.rule_id, f.outcome)"
            " GROUP BY rule_id, outcome"
        ):
            found.setdefault(rule_id, {})[outcome] = _counted(row)
        for at, each in enumerate(lowered(ruleset).discrepancies):
            self._note(found, each.name, f"people WHERE {flag('dt', at)}")
        self._note(found, DUPLICATE_PERSON, "twice")
        return in_rule_order(ruleset, found)

    def _note(self, found: dict[str, dict[str, Count]], name: str, source: str) -> None:
        (row,) = self._rows(
            f"SELECT count(*), sum(size_) FROM decided WHERE hid IN (SELECT hid FROM {source})"
        )
        if row[0]:
            found.setdefault(name, {})["true"] = _counted(row)

    def _owned(self, rule: Rule, at: int, name: str) -> Count:
        if rule.owner == HOUSEHOLD:
            return self._count(flag(name, at))
        (row,) = self._rows(
            f"SELECT count(DISTINCT hid), count(*) FROM people WHERE {flag(name, at)}"
        )
        return _counted(row)

    def _villages(self) -> dict[str, dict[str, Count]]:
        found: defaultdict[str, dict[str, Count]] = defaultdict(dict)
        rows = self._rows(
            "SELECT *, min(first) OVER (PARTITION BY village_) AS place FROM"
            " (SELECT village_, eligibility, count(*), sum(size_), min(ord_) AS first"
            " FROM decided GROUP BY village_, eligibility) ORDER BY place"
        )
        for village, number, households, persons, *_ in rows:
            counts = found[village or ""]
            if not counts:
                counts |= {name: _counted((0, 0)) for name in ("all", *ELIGIBILITIES)}
            for name in ("all", ELIGIBILITIES[number - 1]):
                counts[name]["households"] += int(households)
                counts[name]["persons"] += int(persons)
        return dict(found)

    def _previous(self) -> dict[str, Any]:
        if not self.standing or not self._count("before_ IS NOT NULL")["households"]:
            return {}
        was = "before_ AND exited_ IS NULL"
        places = {
            "before": was,
            "retained": f"{was} AND eligibility = 1",
            "removed": f"{was} AND eligibility = 2",
            "pending": f"{was} AND eligibility = 3",
            "new": "before_ = FALSE AND eligibility = 1",
            "exited": "before_ AND exited_ IS NOT NULL",
        }
        return {"previous_roster": {name: self._count(where) for name, where in places.items()}}


def _counted(row: Iterable[Any]) -> Count:
    households, persons = row
    return {"households": int(households or 0), "persons": int(persons or 0)}
