"""Flag words → names: the result tables, and the counts of the summary.

Few combinations of outcomes occur, however many households there are: names are put to
each combination once.
"""

from __future__ import annotations

from collections.abc import Sequence

from shibie.bulk.canonical import quoted
from shibie.bulk.host import Host, Output
from shibie.compare import DUPLICATE_PERSON
from shibie.decision import NOT_POOR
from shibie.engine.relational.outcome import ELIGIBILITIES, count_words
from shibie.engine.relational.procedure import rule_ids
from shibie.engine.relational.sql import WORD
from shibie.language.tree import HOUSEHOLD
from shibie.ruleset.model import Rule, RuleSet

# Where findings stand in a household's list, after the rules of the combination.
DISCREPANCY, TRACK, DUPLICATE, PROCEDURE = 1_000_000, 2_000_000, 3_000_000, 4_000_000


def flag(name: str, at: int, table: str = "") -> str:
    """Whether a flag is set in the words of that name."""
    return f"({table}{name}{at // WORD} & {1 << at % WORD} <> 0)"


class Edge:
    """Names for the outcomes of one rule set.

    The tables `decided` (a row a household) and `people` (members with tracks or
    discrepancies) are there; so are `needed` (unknown facts) and `twice` (duplicates).
    """

    def __init__(self, host: Host, ruleset: RuleSet, procedure: bool) -> None:
        self.host, self.ruleset = host, ruleset
        self.checks = rule_ids(ruleset) if procedure else []
        sizes = {
            "ct": ruleset.criteria, "cu": ruleset.criteria, "xt": ruleset.exclusions,
            "xu": ruleset.exclusions, "rx": ruleset.exclusions, "vt": ruleset.reviews,
            "vu": ruleset.reviews, "uv": ruleset.reviews, "rv": ruleset.reviews,
        }  # fmt: skip
        self.words = [
            f"{name}{at}" for name, rules in sizes.items() for at in range(count_words(len(rules)))
        ]
        if procedure:
            several = range(count_words(len(self.checks)))
            self.words += [f"{name}{at}" for name in ("pt", "pu") for at in several]
        self.track_words = range(count_words(len(ruleset.tracks)))

    def prepare(self) -> None:
        """Join what members were given, and number the combinations."""
        run = self.host.run
        given = ", ".join(f"bit_or(tt{at}) AS pt{at}" for at in self.track_words)
        run(f"CREATE TABLE given AS SELECT hid, {given} FROM people GROUP BY hid")
        all_tracks = ", ".join(
            f"d.tt{at} | coalesce(g.pt{at}, 0) AS at{at}" for at in self.track_words
        )
        run(
            f"CREATE VIEW decided_all AS SELECT d.*, {all_tracks}"
            " FROM decided AS d LEFT JOIN given AS g ON d.hid = g.hid"
        )
        keys = [*self.words, "not_poor", *(f"at{at}" for at in self.track_words)]
        self.keys = keys
        run(
            f"CREATE TABLE combination AS SELECT {', '.join(keys)},"
            " min(ord_) AS first, count(*) AS households, sum(size_) AS persons"
            " FROM decided_all GROUP BY ALL"
        )
        grounds = self._list(
            [(f"{flag('xt', i)} AND NOT {flag('rx', i)}", rule.id) for i, rule in enumerate(self.ruleset.exclusions)]
            + [(f"{flag('vt', i)} AND {flag('uv', i)}", rule.id) for i, rule in enumerate(self.ruleset.reviews)]
            + [("not_poor", NOT_POOR)]
        )  # fmt: skip
        reviews = self._list(
            [
                (f"{flag('vt', i)} AND NOT {flag('uv', i)} AND NOT {flag('rv', i)}", rule.id)
                for i, rule in enumerate(self.ruleset.reviews)
            ]
        )
        tracks = self._list(
            [(flag("at", i), rule.id) for i, rule in enumerate(self.ruleset.tracks)]
        )
        run(
            f"CREATE TABLE named AS SELECT {', '.join(keys)}, first, households, persons,"
            f" {grounds} AS grounds, {reviews} AS reviews, {tracks} AS tracks,"
            f" {self._finding_list()} AS findings FROM combination"
        )

    def _list(self, arms: Sequence[tuple[str, str]]) -> str:
        items = [f"CASE WHEN {condition} THEN {quoted(name)} END" for condition, name in arms]
        return _compact(items, "VARCHAR[]")

    def _finding_list(self) -> str:
        """For each rule of a household that is not false: (place, rule, kind, outcome)."""
        items: list[str] = []
        for kind, rules, name, refuting in (
            ("criterion", self.ruleset.criteria, "c", ""),
            ("exclusion", self.ruleset.exclusions, "x", "rx"),
            ("review", self.ruleset.reviews, "v", "rv"),
        ):
            for at, rule in enumerate(rules):
                true, unknown = flag(f"{name}t", at), flag(f"{name}u", at)
                outcome = f"CASE WHEN {true} THEN 'true' ELSE 'unknown' END"
                if refuting:
                    outcome = f"CASE WHEN {flag(refuting, at)} THEN 'refuted' ELSE {outcome} END"
                items.append(
                    f"CASE WHEN {true} OR {unknown} THEN {{'place': {len(items)}, 'rule_id': "
                    f"{quoted(rule.id)}, 'kind': {quoted(kind)}, 'outcome': {outcome}}} END"
                )
        for at, rule_id in enumerate(self.checks):
            true, unknown = flag("pt", at), flag("pu", at)
            outcome = f"CASE WHEN {true} THEN 'true' ELSE 'unknown' END"
            items.append(
                f"CASE WHEN {true} OR {unknown} THEN {{'place': {PROCEDURE + at}, 'rule_id': "
                f"{quoted(rule_id)}, 'kind': 'procedure', 'outcome': {outcome}}} END"
            )
        return _compact(
            items, "STRUCT(place INTEGER, rule_id VARCHAR, kind VARCHAR, outcome VARCHAR)[]"
        )

    # --- the result tables --------------------------------------------------------------

    def outputs(self) -> tuple[Output, ...]:
        """The result tables, in the roster's order."""
        return (
            Output(
                "decisions",
                ("household_id", "eligibility", "kind", "grounds", "reviews", "unknown", "tracks"),
                frozenset(("grounds", "reviews", "unknown", "tracks")),
                self.decisions(),
                "ord_",
            ),
            Output(
                "findings",
                ("household_id", "member_id", "rule_id", "kind", "outcome"),
                frozenset(),
                self.findings(),
                "ord_, place, mid",
            ),
            Output(
                "tracks",
                ("household_id", "member_id", "track"),
                frozenset(),
                self.tracks(),
                "ord_, place, mid",
            ),
        )

    def decisions(self) -> str:
        """The decisions."""
        eligibility = " ".join(
            f"WHEN {number} THEN {quoted(name)}" for number, name in enumerate(ELIGIBILITIES, 1)
        )
        kinds = " ".join(
            f"WHEN {number} THEN {quoted(rule.id)}"
            for number, rule in enumerate(self.ruleset.kinds, 1)
        )
        kind = f"CASE d.kind {kinds} ELSE '' END" if kinds else "''"
        return (
            f"SELECT d.hid AS household_id, CASE d.eligibility {eligibility} END AS eligibility,"
            f" {kind} AS kind, n.grounds, n.reviews,"
            " coalesce(u.unknown, CAST([] AS VARCHAR[])) AS unknown, n.tracks, d.ord_"
            f" FROM decided_all AS d JOIN named AS n ON {self._same()}"
            " LEFT JOIN needed AS u ON d.hid = u.hid"
        )

    def _same(self) -> str:
        return " AND ".join(f"d.{name} = n.{name}" for name in self.keys)

    def findings(self) -> str:
        """The findings."""
        parts = [
            "SELECT ord_, hid, f.place AS place, CAST(0 AS BIGINT) AS mid, '' AS member_id,"
            " f.rule_id, f.kind, f.outcome FROM (SELECT d.ord_, d.hid, unnest(n.findings) AS f"
            f" FROM decided_all AS d JOIN named AS n ON {self._same()})"
        ]
        registers = list(self.ruleset.registers.values())
        for at, register in enumerate(registers):
            if register.checks is not None:
                parts.append(self._of_people(
                    flag("dt", at), DISCREPANCY + at, register.id, "discrepancy", "true"
                ))  # fmt: skip
        for at, rule in enumerate(self.ruleset.tracks):
            place = TRACK + at
            if rule.owner == HOUSEHOLD:
                parts.append(self._of_household(flag("tu", at), place, rule, "track", "unknown"))
            else:
                parts.append(self._of_people(flag("tu", at), place, rule.id, "track", "unknown"))
        parts.append(
            f"SELECT ord_, hid, {DUPLICATE} AS place, rank AS mid, member_id,"
            f" {quoted(DUPLICATE_PERSON)}, 'duplicate', 'true' FROM twice"
        )
        return (
            "SELECT hid AS household_id, member_id, rule_id, kind, outcome, ord_, place, mid FROM ("
            + " UNION ALL ".join(parts)
            + ")"
        )

    def _of_people(self, where: str, place: int, rule_id: str, kind: str, outcome: str) -> str:
        return (
            f"SELECT ord_, hid, {place}, mid, member_id, {quoted(rule_id)}, {quoted(kind)},"
            f" {quoted(outcome)} FROM people WHERE {where}"
        )

    def _of_household(self, where: str, place: int, rule: Rule, kind: str, outcome: str) -> str:
        return (
            f"SELECT ord_, hid, {place}, 0, '', {quoted(rule.id)}, {quoted(kind)},"
            f" {quoted(outcome)} FROM decided WHERE {where}"
        )

    def tracks(self) -> str:
        """The tracks."""
        parts = []
        for at, rule in enumerate(self.ruleset.tracks):
            if rule.owner == HOUSEHOLD:
                parts.append(
                    f"SELECT ord_, hid, {at} AS place, 0 AS mid, '' AS member_id,"
                    f" {quoted(rule.id)} AS track FROM decided WHERE {flag('tt', at)}"
                )
            else:
                parts.append(
                    f"SELECT ord_, hid, {at} AS place, mid, member_id, {quoted(rule.id)} AS track"
                    f" FROM people WHERE {flag('tt', at)}"
                )
        if not parts:
            return (
                "SELECT '' AS household_id, '' AS member_id, '' AS track,"
                " 0 AS ord_, 0 AS place, 0 AS mid WHERE FALSE"
            )
        return (
            "SELECT hid AS household_id, member_id, track, ord_, place, mid FROM ("
            + " UNION ALL ".join(parts)
            + ")"
        )


def _compact(items: Sequence[str], sql_type: str) -> str:
    """A list of the items that are not NULL."""
    if not items:
        return f"CAST([] AS {sql_type})"
    every = ", ".join(items)
    return f"CAST(list_filter([{every}], lambda item: item IS NOT NULL) AS {sql_type})"
