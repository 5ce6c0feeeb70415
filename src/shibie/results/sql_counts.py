"""What is counted of decisions that a database holds: the tally of `results.counts`, by SQL."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from shibie.decision import DUPLICATE_PERSON, ELIGIBILITIES, UNCOUNTED_HIT
from shibie.language.tree import HOUSEHOLD
from shibie.lower import lowered
from shibie.results.counts import NO_VILLAGE, Tally
from shibie.results.name_results import flag, standing_sql
from shibie.rosters.sql_cells import quoted
from shibie.rosters.sql_host import Host
from shibie.ruleset.model import Rule, RuleSet

# Of whom a row that may be somebody's leaves open: household, register and the row's number.
HELD_UP = (
    "(SELECT DISTINCT hid, split_part(fact, '[', 1) AS register,"
    " replace(split_part(fact, '[', 2), ']', '') AS number"
    " FROM (SELECT hid, unnest(unknown) AS fact FROM needed) WHERE fact LIKE '%]')"
)
# Household with its persons; `place` orders what the order of households orders.
_COUNT = "count(*) AS households, sum(size_) AS persons"


def tally_of(host: Host, ruleset: RuleSet, as_of: date) -> Tally:
    """The counts of all decided households.

    Args:
        host: has the tables `decided`, `people`, `named`, `twice`, `came_twice`, `needed`.
        ruleset: the rules.
        as_of: the day of judgement.
    """
    parts = [*_of_households(ruleset), *_of_combinations(), *_of_rules(ruleset), *_held_up()]
    parts += _standings(ruleset, as_of)
    if ruleset.persons is not None:
        parts += _people()
    for name, several in (("track", ruleset.tracks), ("tally", ruleset.tallies)):
        bits = {"track": "tt", "tally": "tl"}[name]
        parts += [_owned(name, rule, at, bits) for at, rule in enumerate(several)]
    tally = Tally()
    rows = host.rows(f"SELECT * FROM ({' UNION ALL '.join(parts)}) ORDER BY place, one, two")
    for kind, first, second, households, persons, _ in rows:
        names = tuple(name for name in (first, second) if name is not None)
        if households:
            tally.add((kind, *names), int(households), int(persons or 0))
    return tally


def _part(kind: str, first: str, second: str, counts: str) -> str:
    return f"SELECT {quoted(kind)} AS kind, {first} AS one, {second} AS two, {counts}, 0 AS place"


def _counted(kind: str, name: str, source: str) -> str:
    """Households of a source, by a name."""
    return _part(kind, name, "NULL", _COUNT) + f" FROM {source} GROUP BY {name}"


def _eligibility() -> str:
    arms = " ".join(
        f"WHEN {number} THEN {quoted(name)}" for number, name in enumerate(ELIGIBILITIES, 1)
    )
    return f"CASE eligibility {arms} END"


def _of_households(ruleset: RuleSet) -> list[str]:
    """By eligibility, kind and village."""
    village = f"coalesce(village_, {quoted(NO_VILLAGE)})"
    # Villages in the roster's order: each by its first household.
    of_village = (
        f"(SELECT {village} AS v_, {_eligibility()} AS e_, {_COUNT}, min(ord_) AS place_"
        " FROM decided GROUP BY v_, e_)"
    )
    parts = [
        _counted("eligibility", _eligibility(), "decided"),
        "SELECT 'village' AS kind, v_ AS one, e_ AS two, households, persons,"
        f" min(place_) OVER (PARTITION BY v_) AS place FROM {of_village}",
    ]
    kinds = " ".join(
        f"WHEN {number} THEN {quoted(rule.id)}" for number, rule in enumerate(ruleset.kinds, 1)
    )
    if kinds:
        eligible = "(SELECT * FROM decided WHERE eligibility = 1 AND kind > 0)"
        parts.append(_counted("kind", f"CASE kind {kinds} END", eligible))
    return parts


def _of_combinations() -> list[str]:
    """By ground and by number of grounds: combinations are few, and named once."""
    sums = "sum(households) AS households, sum(persons) AS persons"
    return [
        f"SELECT 'ground' AS kind, g AS one, NULL AS two, {sums}, 0 AS place FROM"
        " (SELECT unnest(grounds) AS g, households, persons FROM named) GROUP BY g",
        f"SELECT 'grounds' AS kind, n AS one, NULL AS two, {sums}, 0 AS place FROM"
        " (SELECT CAST(array_length(grounds) AS VARCHAR) AS n, households, persons FROM named)"
        " GROUP BY n",
    ]


def _of_rules(ruleset: RuleSet) -> list[str]:
    """By rule and outcome; a rule counts a household once, whoever of it is concerned."""
    apart = quoted(UNCOUNTED_HIT)
    outcome = f"CASE WHEN f.kind = {apart} AND f.outcome = 'true' THEN {apart} ELSE f.outcome END"
    parts = [
        "SELECT 'rule' AS kind, rule_id AS one, outcome AS two,"
        " sum(households) AS households, sum(persons) AS persons, 0 AS place FROM"
        f" (SELECT f.rule_id AS rule_id, {outcome} AS outcome,"
        " any_value(households) AS households, any_value(persons) AS persons FROM"
        " (SELECT first, unnest(findings) AS f, households, persons FROM named)"
        f" GROUP BY first, f.rule_id, {outcome}) GROUP BY rule_id, outcome"
    ]
    sources: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for at, each in enumerate(lowered(ruleset).discrepancies):
        sources[each.name, "true"].append(f"people WHERE {flag('dt', at)}")
    for at, register in enumerate(ruleset.registers.values()):
        for outcome in ("true", "unknown"):
            came = f"came_twice WHERE register = {at} AND outcome = {quoted(outcome)}"
            sources[register.id, outcome].append(came)
    if not ruleset.reviews_duplicates:
        # Else it is counted as the review that it is.
        sources[DUPLICATE_PERSON, "true"].append("twice")
    for (name, outcome), several in sources.items():
        hids = " UNION ALL ".join(f"SELECT hid FROM {source}" for source in several)
        households = f"decided WHERE hid IN ({hids})"
        parts.append(_part("rule", quoted(name), quoted(outcome), _COUNT) + f" FROM {households}")
    return parts


def _held_up() -> list[str]:
    """By register and row, whom a row that may be about somebody leaves open."""
    registers = f"(SELECT DISTINCT hid, register FROM {HELD_UP})"
    counts = f"{_COUNT}, 0 AS place"
    return [
        f"SELECT 'held_up' AS kind, register AS one, number AS two, {counts} FROM {HELD_UP} AS r"
        " JOIN decided AS d ON r.hid = d.hid GROUP BY register, number",
        f"SELECT 'held_up_by' AS kind, register AS one, NULL AS two, {counts} FROM {registers} AS r"
        " JOIN decided AS d ON r.hid = d.hid GROUP BY register",
    ]


def _people() -> list[str]:
    """The persons of the form by whether they count: `people` holds those who do not surely."""
    counted = f"CASE WHEN {flag('wu', 0)} THEN 'unknown' ELSE 'not_counted' END"
    counts = "count(DISTINCT m.hid) AS households, count(*) AS persons"
    form = "m_plain AS m JOIN decided AS d ON m.hid = d.hid"
    apart = f"(SELECT mid, {counted} AS c_ FROM people WHERE NOT {flag('wt', 0)})"
    return [
        _part("people", "'on_form'", "NULL", counts) + f" FROM {form}",
        _part("people", "c_", "NULL", counts)
        + f" FROM (SELECT m.hid, coalesce(u.c_, 'counted') AS c_ FROM {form}"
        + f" LEFT JOIN {apart} AS u ON m.mid = u.mid) AS m GROUP BY c_",
    ]


def _standings(ruleset: RuleSet, as_of: date) -> list[str]:
    """By standing, who is on the roster, and what the form says of the roster before."""
    parts = [
        _part("on_roster", "NULL", "NULL", _COUNT) + f" FROM decided WHERE {on_roster(ruleset)}"
    ]
    if not ruleset.standings:
        return parts
    named = standing_sql(ruleset)
    known = f"(SELECT *, {named} AS s_ FROM decided WHERE standing > 0)"
    parts.append(_counted("standing", "s_", known))
    if ruleset.field_spec(HOUSEHOLD, "on_previous_roster") is not None:
        was = (
            "CASE WHEN NOT before_ THEN 'not'"
            f" WHEN exited_ <= DATE '{as_of}' THEN 'left' ELSE 'before' END"
        )
        asked = f"(SELECT *, {was} AS w_ FROM decided WHERE before_ IS NOT NULL)"
        parts.append(_counted("was", "w_", asked))
        open_ = f"decided WHERE before_ AND standing = {len(ruleset.standings) + 1}"
        parts.append(_part("was", "'unsettled'", "NULL", _COUNT) + f" FROM {open_}")
    return parts


def on_roster(ruleset: RuleSet) -> str:
    """SQL: whether a decided household is on the roster, as `lower.standings.is_on_roster` says it."""
    if not ruleset.standings:
        return "eligibility = 1"
    on = [str(at) for at, each in enumerate(ruleset.standings, 1) if each.on_roster]
    open_ = f"standing IN (0, {len(ruleset.standings) + 1}) AND eligibility = 1"
    return f"(standing IN ({', '.join(on)}) OR {open_})" if on else f"({open_})"


def _owned(kind: str, rule: Rule, at: int, bits: str) -> str:
    """What households have, with their persons; what members have, with those members."""
    name = quoted(rule.id)
    if rule.owner == HOUSEHOLD:
        return _part(kind, name, "NULL", _COUNT) + f" FROM decided WHERE {flag(bits, at)}"
    members = "count(DISTINCT hid) AS households, count(*) AS persons"
    return _part(kind, name, "NULL", members) + f" FROM people WHERE {flag(bits, at)}"
