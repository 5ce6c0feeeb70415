"""Flag words → names: the result tables, and the counts of the summary.

Few combinations of outcomes occur, however many households there are: names are put to
each combination once.
"""

from __future__ import annotations

from collections.abc import Sequence

from shibie.decision import DUPLICATE_PERSON, ELIGIBILITIES
from shibie.engines.sql.building import WORD
from shibie.engines.sql.outcome import VERDICT_FLAGS, count_words
from shibie.language.tree import HOUSEHOLD
from shibie.lower import Named, lowered
from shibie.lower.named import Track
from shibie.lower.standings import standing_names
from shibie.results.tables import COLUMNS, lists_of
from shibie.rosters.sql_cells import quoted
from shibie.rosters.sql_host import Host, Output
from shibie.ruleset.model import RuleSet

# Where findings stand in a household's list, after the rules of the combination.
DISCREPANCY, TRACK, DUPLICATE, PROCEDURE = 1_000_000, 2_000_000, 3_000_000, 4_000_000


def flag(name: str, at: int, table: str = "") -> str:
    """Whether a flag is set in the words of that name."""
    return f"({table}{name}{at // WORD} & {1 << at % WORD} <> 0)"


def standing_sql(ruleset: RuleSet, table: str = "") -> str:
    """The name of a household's standing; empty where it has none."""
    arms = " ".join(
        f"WHEN {at} THEN {quoted(name)}" for at, name in enumerate(standing_names(ruleset), 1)
    )
    return f"CASE {table}standing {arms} ELSE '' END" if ruleset.standings else "''"


class NamedResults:
    """Names for the outcomes of one rule set.

    The tables `decided` (a row a household) and `people` (members with tracks or
    discrepancies) are there; so are `needed` (unknown facts) and `twice` (duplicates).
    """

    def __init__(self, host: Host, ruleset: RuleSet, procedure: bool) -> None:
        self.host, self.ruleset = host, ruleset
        self.program = program = lowered(ruleset, procedure)
        self.checks = [check.rule_id for check in program.checks] if procedure else []
        findings = len(program.findings)
        sizes = {
            "g": len(program.grounds), "w": len(program.reviews),
            "ft": findings, "fu": findings, **dict.fromkeys(VERDICT_FLAGS.values(), findings),
        }  # fmt: skip
        if procedure:
            sizes |= {"pt": len(self.checks), "pu": len(self.checks)}
        self.words = [
            f"{name}{at}" for name, size in sizes.items() for at in range(count_words(size))
        ]
        self.track_words = range(count_words(len(program.tracks)))

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
        keys = [*self.words, *(f"at{at}" for at in self.track_words)]
        self.keys = keys
        run(
            f"CREATE TABLE combination AS SELECT {', '.join(keys)},"
            " min(ord_) AS first, count(*) AS households, sum(size_) AS persons"
            " FROM decided_all GROUP BY ALL"
        )
        grounds = self._list("g", self.program.grounds)
        reviews = self._list("w", self.program.reviews)
        tracks = self._list("at", self.program.tracks)
        run(
            f"CREATE TABLE named AS SELECT {', '.join(keys)}, first, households, persons,"
            f" {grounds} AS grounds, {reviews} AS reviews, {tracks} AS tracks,"
            f" {self._finding_list()} AS findings FROM combination"
        )

    def _list(self, name: str, several: Sequence[Named | Track]) -> str:
        items = [
            f"CASE WHEN {flag(name, at)} THEN {quoted(each.name)} END"
            for at, each in enumerate(several)
        ]
        return _compact(items, "VARCHAR[]")

    def _finding_list(self) -> str:
        """For each rule of a household that is not false: (place, rule, kind, outcome)."""
        items: list[str] = []
        for at, each in enumerate(self.program.findings):
            true, unknown = flag("ft", at), flag("fu", at)
            said = "".join(
                f" WHEN {flag(VERDICT_FLAGS[word], at)} THEN {quoted(word)}"
                for word, _ in each.verdicts
            )
            outcome = f"CASE{said} WHEN {true} THEN 'true' ELSE 'unknown' END"
            items.append(
                f"CASE WHEN {true} OR {unknown} THEN {{'place': {at}, 'rule_id': "
                f"{quoted(each.name)}, 'kind': {quoted(each.kind)}, 'outcome': {outcome}}} END"
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
        queries = (
            ("decisions", self.decisions(), "ord_"),
            ("findings", self.findings(), "ord_, place, mid"),
            ("tracks", self.tracks(), "ord_, place, mid"),
        )
        return tuple(
            Output(name, COLUMNS[name], lists_of(name), query, order)
            for name, query, order in queries
        )

    def decisions(self) -> str:
        """The decisions."""
        eligibility = " ".join(
            f"WHEN {number} THEN {quoted(name)}" for number, name in enumerate(ELIGIBILITIES, 1)
        )
        kinds = " ".join(
            f"WHEN {number} THEN {quoted(each.name)}"
            for number, each in enumerate(self.program.kinds, 1)
        )
        kind = f"CASE d.kind {kinds} ELSE '' END" if kinds else "''"
        return (
            f"SELECT d.hid AS household_id, CASE d.eligibility {eligibility} END AS eligibility,"
            f" {kind} AS kind, n.grounds, n.reviews,"
            " coalesce(u.unknown, CAST([] AS VARCHAR[])) AS unknown, n.tracks,"
            f" {standing_sql(self.ruleset, 'd.')} AS standing, d.ord_"
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
        for at, each in enumerate(self.program.discrepancies):
            parts.append(self._of_people(
                flag("dt", at), DISCREPANCY + at, each.name, "discrepancy", "true"
            ))  # fmt: skip
        for at, track in enumerate(self.program.tracks):
            found = self._of_household if track.owner == HOUSEHOLD else self._of_people
            parts.append(found(flag("tu", at), TRACK + at, track.name, "track", "unknown"))
        parts.append(
            f"SELECT ord_, hid, {DUPLICATE} AS place, mid, member_id,"
            f" {quoted(DUPLICATE_PERSON)}, 'duplicate', 'true' FROM twice"
        )
        registers = list(self.ruleset.registers.values())
        if registers:
            ids = " ".join(f"WHEN {at} THEN {quoted(each.id)}" for at, each in enumerate(registers))
            parts.append(
                f"SELECT d.ord_, d.hid, {DUPLICATE} + 1 + t.register, t.mid, m.member_id,"
                f" CASE t.register {ids} END, 'duplicate_row', t.outcome FROM came_twice AS t"
                " JOIN decided AS d ON t.hid = d.hid JOIN m_plain AS m ON t.mid = m.mid"
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

    def _of_household(self, where: str, place: int, rule_id: str, kind: str, outcome: str) -> str:
        return (
            f"SELECT ord_, hid, {place}, 0, '', {quoted(rule_id)}, {quoted(kind)},"
            f" {quoted(outcome)} FROM decided WHERE {where}"
        )

    def tracks(self) -> str:
        """The tracks."""
        parts = []
        for at, track in enumerate(self.program.tracks):
            if track.owner == HOUSEHOLD:
                parts.append(
                    f"SELECT ord_, hid, {at} AS place, 0 AS mid, '' AS member_id,"
                    f" {quoted(track.name)} AS track FROM decided WHERE {flag('tt', at)}"
                )
            else:
                parts.append(
                    f"SELECT ord_, hid, {at} AS place, mid, member_id, {quoted(track.name)} AS track"
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
