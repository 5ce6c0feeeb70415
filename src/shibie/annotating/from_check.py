"""What a check found of a roster → what is added to the roster's workbook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shibie.annotating.additions import AddedColumn, Additions, FaultMark, NewSheet, SheetAdditions
from shibie.annotating.asked import lists_sheet, new_sheet, on_sheet
from shibie.annotating.roster_rows import (
    TableOnSheet,
    household_tables,
    other_tables,
    verdict_table,
)
from shibie.checking_in_python import Checked
from shibie.errors import Lang, Words
from shibie.results.questions import ToVerify, questions_of
from shibie.results.rejected_households import Fault, rejected_households
from shibie.results.said_of_decision import reasons, standing, still_open, tracks
from shibie.rosters.given_roster import GivenRoster
from shibie.rosters.own_additions import own
from shibie.words import terms
from shibie.words.lists import labelled
from shibie.words.speaker import Speaker

ELIGIBILITY = own(Words("认定结果", "eligibility"))
KIND = own(Words("类别", "kind"))
REASONS = own(terms.REASONS)
OPEN = own(Words("待核实事项", "still to be found out"))
TRACKS = own(terms.TRACKS)
STANDING = own(terms.STANDING)
FAULTS = own(Words("退回原因", "why rejected"))
_COLORS = {"eligible": "C6E7CE", "ineligible": "F4C7C3", "pending": "FCE8B2", "rejected": "D9D9D9"}
_WIDTHS = {ELIGIBILITY: 12, KIND: 14, REASONS: 40, OPEN: 40, TRACKS: 30, STANDING: 10}


@dataclass(frozen=True)
class CheckFound:
    """What a check found.

    Attributes:
        given: the roster.
        parts: the decided households, part by part.
        faults: the rejected rows, in the order of the input.
        lost: the numbers of the households that are not decided.
        lang: of the words.
    """

    given: GivenRoster
    parts: Iterable[Checked]
    faults: Sequence[Fault]
    lost: Iterable[str]
    lang: Lang


def additions_of(found: CheckFound) -> Additions:
    """Bad cells marked, decisions beside the households, questions on the sheet 核实."""
    speaker = Speaker(found.given.ruleset, found.lang)
    said, questions = _decided(speaker, found)
    by_table: defaultdict[str, list[Fault]] = defaultdict(list)
    for fault in found.faults:
        by_table[fault.source].append(fault)
    sheets: dict[str, SheetAdditions] = {}
    for table in household_tables(found.given):
        sheets[table.name] = replace(
            table.additions(),
            marks=_marks(table, by_table[table.shown]),
            columns=_decision_columns(speaker, table, said),
        )
    for table in other_tables(found.given):
        faults = by_table[table.shown]
        title = FAULTS.say(found.lang)
        added = [AddedColumn(title, _by_row(speaker, faults), 40)] if faults else []
        if faults or table.own:
            sheets[table.name] = replace(
                table.additions(), marks=_marks(table, faults), columns=added
            )
    new: list[NewSheet] = []
    verdicts = verdict_table(found.given)
    if verdicts is not None:
        if questions or verdicts.own:
            before = sheets.get(verdicts.name, verdicts.additions())
            sheets[verdicts.name] = on_sheet(speaker, verdicts, questions, before)
            new.append(lists_sheet(speaker))
    elif questions:
        new += [new_sheet(speaker, questions), lists_sheet(speaker)]
    return Additions(sheets, new)


def _decision_columns(
    speaker: Speaker, table: TableOnSheet, said: Mapping[str, Mapping[Words, str]]
) -> list[AddedColumn]:
    """What became of the household of each row, on all of its rows: a filter then keeps it whole."""
    columns = []
    for title, width in _WIDTHS.items():
        if title is KIND and not speaker.ruleset.kinds:
            continue
        cells = {
            row: text
            for row, number in table.households.items()
            if (text := said.get(number or f"{table.shown}!{row}", {}).get(title))
        }
        if title is STANDING and not cells:
            # Nobody's form says what was before.
            continue
        colors = _colors(speaker) if title is ELIGIBILITY else {}
        columns.append(AddedColumn(title.say(speaker.lang), cells, width, colors))
    return columns


def _decided(
    speaker: Speaker, found: CheckFound
) -> tuple[dict[str, dict[Words, str]], list[ToVerify]]:
    """Of each household what its columns say, and what is to be verified."""
    comma = speaker.say("；", "; ")
    said: dict[str, dict[Words, str]] = {}
    questions: list[ToVerify] = []
    for part in found.parts:
        for case, decision in zip(part.cases, part.decisions, strict=True):
            said[decision.household_id] = {
                ELIGIBILITY: speaker.eligibility(decision.eligibility),
                KIND: speaker.rule(decision.kind) if decision.kind else "",
                REASONS: comma.join(reasons(speaker, decision)),
                OPEN: comma.join(still_open(speaker, case.household, decision)),
                TRACKS: comma.join(tracks(speaker, decision)),
                STANDING: standing(speaker, case.household, decision),
            }
            questions += questions_of(speaker, case, decision)
    tables = found.given.layout.own_tables
    for each in rejected_households(speaker, found.lost, found.faults, tables):
        said[each.household_id] = {
            ELIGIBILITY: speaker.eligibility("rejected"),
            REASONS: comma.join(each.reasons),
        }
    return said, questions


def _colors(speaker: Speaker) -> dict[str, str]:
    return {speaker.eligibility(value): color for value, color in _COLORS.items()}


def _marks(table: TableOnSheet, faults: Iterable[Fault]) -> list[FaultMark]:
    return [FaultMark(each.row, table.column_of(each.field), each.reason) for each in faults]


def _by_row(speaker: Speaker, faults: Iterable[Fault]) -> dict[int, str]:
    """What is wrong with each row, in one text."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for each in faults:
        field = speaker.field(each.field, each.source)
        found[each.row].append(labelled(field, each.reason, speaker.lang) if field else each.reason)
    return {row: speaker.say("；", "; ").join(dict.fromkeys(said)) for row, said in found.items()}
