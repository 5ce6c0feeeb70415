"""The result tables: which there are, their columns, and their rows from decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from shibie.acts import COLUMNS as ACT_COLUMNS
from shibie.acts import Act
from shibie.checking_in_python import Checked
from shibie.decision import Decision
from shibie.engines.kleene import Truth
from shibie.engines.persons import uncounted
from shibie.errors import Lang, Words
from shibie.registers.unmatched import people_of, unmatched_rows
from shibie.results.table import Table
from shibie.results.why_uncounted import COUNTS, source, why
from shibie.rosters.records import Rejection
from shibie.rosters.unrecognised import WORD_CODES, UnknownColumn
from shibie.shown_text import shown_line
from shibie.vocabulary import shared


class UnknownWord(NamedTuple):
    """A word in a table that stands for no code of its field.

    Attributes:
        place: of its table, in the order of rejected rows.
        source: sheet or file.
        field: English name of the field.
        word: as a message may show it.
        reason: why it is not read, and what it may mean.
        rows: how many rows have it.
    """

    place: int
    source: str
    field: str
    word: str
    reason: Words
    rows: int


# Columns are only ever added at the end.
COLUMNS: Final = {
    "decisions": (
        "household_id", "eligibility", "kind", "grounds", "reviews", "unknown", "tracks",
        "standing",
    ),
    "findings": ("household_id", "member_id", "rule_id", "kind", "outcome"),
    "tracks": ("household_id", "member_id", "track"),
    "rejected": ("source", "row", "field", "value", "reason", "code"),
    "acts": ACT_COLUMNS,
    "unmatched": ("register", "row", "number", "reason"),
    "unrecognised": ("kind", "source", "column", "field", "text", "rows", "suggestion"),
    "uncounted": ("household_id", "member_id", "name", "counted", "reason", "basis"),
}  # fmt: skip
CAVEAT_TITLES: Final[Mapping[str, Words]] = {
    "caveats": Words("说明", "caveats"), "caveat": Words("说明", "caveat"),
}  # fmt: skip
LISTS: Final = frozenset(("grounds", "reviews", "unknown", "tracks"))


def lists_of(name: str) -> frozenset[str]:
    """The columns of a result table whose cells are lists."""
    return LISTS if name == "decisions" else frozenset()


def result_tables(checked: Checked, lang: Lang = "zh") -> tuple[Table, ...]:
    """decisions, findings, tracks, rejected, acts, unmatched and unrecognised, in the roster's order.

    And uncounted, where the pack says who counts.
    """
    decisions = checked.decisions
    rows: dict[str, tuple[tuple[Any, ...], ...]] = {
        "decisions": tuple(_decision_row(checked, decision) for decision in decisions),
        "findings": tuple(
            (each.household_id, each.member_id, each.rule_id, each.kind, each.outcome)
            for decision in decisions
            for each in decision.findings
        ),
        "tracks": tuple(
            (each.household_id, each.member_id, each.track)
            for decision in decisions
            for each in decision.tracks
        ),
    }
    return (
        *(Table(name, COLUMNS[name], rows[name], lists_of(name)) for name in rows),
        rejected_table(checked.roster.rejected, lang),
        acts_table(checked.roster.acts),
        unmatched_table(checked),
        unrecognised_table(checked.roster.unknown_columns, _words(checked.roster.rejected), lang),
        *([uncounted_table(checked, lang)] if checked.ruleset.persons else []),
    )


def uncounted_table(checked: Checked, lang: Lang) -> Table:
    """The persons who do not count, or of whom it is unknown, with the reason."""
    ruleset = checked.ruleset
    basis = source(ruleset, lang)
    words: dict[tuple[Truth, ...], str] = {}
    rows = []
    for case in checked.cases:
        for each in uncounted(ruleset, case):
            if each.truths not in words:
                words[each.truths] = why(ruleset, each.truths, lang)
            member = case.household.members[each.index]
            rows.append(
                (
                    case.household.household_id, member.member_id,
                    shown_line(shared(member, "name") or ""),
                    COUNTS[each.counts], words[each.truths], basis,
                )
            )  # fmt: skip
    return Table("uncounted", COLUMNS["uncounted"], tuple(rows))


def acts_table(acts: Iterable[Act]) -> Table:
    """What was decided and corrected, as far as it counts: to be read again as it is."""
    return Table("acts", COLUMNS["acts"], tuple(act.row() for act in acts))


def unmatched_table(checked: Checked) -> Table:
    """The rows of registers that are not surely about anybody."""
    people = people_of((case.household for case in checked.cases), checked.as_of)
    rows = tuple(unmatched_rows(checked.registers, people))
    return Table("unmatched", COLUMNS["unmatched"], rows)


def rejected_table(rejected: Iterable[Rejection], lang: Lang, whole: bool = False) -> Table:
    """The rejected rows with their reasons.

    Args:
        rejected: in the order of the input.
        lang: of the reasons.
        whole: show what was found whole, with numbers and health, for a file that is asked to.
    """
    rows = tuple(
        (
            shown_line(each.source),
            each.row,
            each.field,
            each.written if whole else each.value,
            each.reason.say(lang),
            each.code,
        )
        for each in rejected
    )
    return Table("rejected", COLUMNS["rejected"], rows)


def unrecognised_table(
    columns: Iterable[UnknownColumn], words: Iterable[UnknownWord], lang: Lang
) -> Table:
    """What of the roster is not read: columns that no field answers to, and words for no code.

    A sensitive word stands there as it stands among the rejected rows: not at all.
    """
    rows = [
        (
            "column",
            shown_line(each.source),
            each.column,
            "",
            each.header,
            each.rows,
            each.suggestion.say(lang),
        )
        for each in columns
    ]
    ordered = sorted(
        words, key=lambda each: (each.place, each.field, -each.rows, each.word, each.reason)
    )
    rows += [
        (
            "word",
            shown_line(each.source),
            "",
            each.field,
            each.word,
            each.rows,
            each.reason.say(lang),
        )
        for each in ordered
    ]
    return Table("unrecognised", COLUMNS["unrecognised"], tuple(rows))


def _words(rejected: Iterable[Rejection]) -> list[UnknownWord]:
    """The words among the rejected cells that stand for no code."""
    places: dict[str, int] = {}
    counts: Counter[tuple[int, str, str, str, Words]] = Counter()
    for each in rejected:
        place = places.setdefault(each.source, len(places))
        if each.code in WORD_CODES:
            counts[place, each.source, each.field, each.value, each.reason] += 1
    return [UnknownWord(*word, rows=rows) for word, rows in counts.items()]


def _decision_row(checked: Checked, decision: Decision) -> tuple[Any, ...]:
    given = {track.track for track in decision.tracks}
    tracks = tuple(rule.id for rule in checked.ruleset.tracks if rule.id in given)
    return (
        decision.household_id,
        decision.eligibility,
        decision.kind,
        decision.grounds,
        decision.reviews,
        decision.unknown,
        tracks,
        decision.standing,
    )


def caveats_tables(said: Sequence[str]) -> tuple[Table, ...]:
    """A table of what is said of how a roster was judged, where anything is."""
    return (Table("caveats", ("caveat",), tuple((each,) for each in said)),) if said else ()
