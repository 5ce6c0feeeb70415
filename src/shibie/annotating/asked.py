"""The questions of a check on the sheet 核实: a new one, or the one that the workbook has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shibie.annotating.additions import AddedColumn, NewSheet, SheetAdditions
from shibie.annotating.roster_rows import TableOnSheet
from shibie.results.questions import (
    SHEET,
    SPARE,
    ToVerify,
    choices_of,
    lists_of,
    name_of,
    question_columns,
    question_row,
    verifiable,
)
from shibie.ruleset.model import RuleSet
from shibie.words.speaker import Speaker

# What an answer fills in; a row without any of it is still a question.
_ANSWER = ("verdict", "evidence", "officer", "date", "reason", "register", "row_key")


def lists_sheet(speaker: Speaker) -> NewSheet:
    """The lists that cells are chosen from."""
    lists = lists_of(speaker)
    return NewSheet(lists.sheet, lists.rows(), hidden=True)


def new_sheet(speaker: Speaker, questions: Sequence[ToVerify]) -> NewSheet:
    """The sheet in a workbook that has none."""
    columns = question_columns(speaker)
    places = {column.field: at for at, column in enumerate(columns) if column.field}
    last = len(questions) + 1
    by_row = dict(enumerate(questions, start=2))
    return NewSheet(
        SHEET.say(speaker.lang),
        [[each.title for each in columns], *(question_row(each, columns) for each in questions)],
        [each.width for each in columns],
        choices_of(speaker, places, by_row, (last + 1, last + SPARE)),
        texts=frozenset((places["household_id"],)),
    )


def on_sheet(
    speaker: Speaker, table: TableOnSheet, questions: Sequence[ToVerify], additions: SheetAdditions
) -> SheetAdditions:
    """The questions on a sheet that is there.

    What was answered stays. A question that was asked before and still stands keeps its row; one
    that is settled otherwise makes room.

    Args:
        speaker: knows the rule set and the language.
        table: the sheet.
        questions: what is to be asked.
        additions: what is added to the sheet besides.
    """
    names = _names(speaker.ruleset)
    wanted = {each.key: each for each in questions}
    columns = [each for each in question_columns(speaker) if not each.field]
    explained: dict[str, dict[int, str]] = {each.title: {} for each in columns}
    asked: dict[int, ToVerify] = {}
    free: list[int] = []
    last = table.header_row
    for number, row in table.below():
        if any(table.text(row, at) for at in table.columns.values()):
            last = number
        household, rule = (
            table.text(row, table.columns.get(f)) for f in ("household_id", "rule_id")
        )
        before = {title: table.text(row, table.own.get(title)) for title in explained}
        question = wanted.pop((household, names.get(rule, rule)), None)
        answered = any(table.text(row, table.columns.get(field)) for field in _ANSWER)
        if not answered and question is not None:
            asked[number] = question
        elif not answered and (household or rule) and any(before.values()):
            free.append(number)
        else:
            for title, text in before.items():
                if text:
                    explained[title][number] = text
    rows: dict[int, Mapping[int, str | None]] = {}
    at_household, at_rule = table.columns["household_id"], table.columns["rule_id"]
    for question in wanted.values():
        number = free.pop(0) if free else (last := last + 1)
        asked[number] = question
        rows[number] = {at_household: question.household_id, at_rule: question.rule}
    for number in free:
        rows[number] = {at_household: None, at_rule: None}
    for number, question in asked.items():
        for column, text in zip(columns, question.shown, strict=True):
            explained[column.title][number] = text
    added = [
        AddedColumn(each.title, explained[each.title], each.width)
        for each in columns
        if explained[each.title]
    ]
    choices = choices_of(speaker, table.columns, asked, (last + 1, last + SPARE))
    return replace(
        additions, columns=(*additions.columns, *added), rows=rows, choices=choices if asked else ()
    )


def _names(ruleset: RuleSet) -> dict[str, str]:
    """How each rule is asked about, by its id and title."""
    found = {}
    for rule in verifiable(ruleset):
        found[rule.id] = found[rule.title] = name_of(ruleset, rule)
    return found
