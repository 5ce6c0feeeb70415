"""What a verdict can settle of pending households, as the sheet 核实 asks it, to be filled in and read again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final, NamedTuple

from xlsxwriter.utility import xl_col_to_name

from shibie.case import Case
from shibie.decision import Decision
from shibie.errors import Words
from shibie.household import Verdict
from shibie.rosters.adjudications import adjudication_specs
from shibie.rosters.own_additions import own
from shibie.ruleset.model import Rule, RuleSet
from shibie.ruleset.verdicts import ALL_VERDICTS
from shibie.shown_text import shown_line
from shibie.vocabulary import shared
from shibie.words import terms
from shibie.words.speaker import Speaker

SHEET: Final = Words("核实", "adjudications")
# The sheet of the lists that its cells are chosen from.
LISTS: Final = own(Words("清单", "lists"))
# Rows below the questions that have the lists, too.
SPARE: Final = 200
# A list of ranges that programs still read.
_MOST_RANGES: Final = 100


class QuestionColumn(NamedTuple):
    """A column of the sheet.

    Attributes:
        field: of a verdict; empty for what only explains.
        title: its header.
        width: in characters.
    """

    field: str
    title: str
    width: int


@dataclass(frozen=True)
class ToVerify:
    """What is to be verified of a household.

    Attributes:
        household_id: whose it is.
        rule: the rule, as it is chosen from the list.
        shown: what stands in the columns that only explain.
        verdicts: those that the rule allows, in words.
    """

    household_id: str
    rule: str
    shown: tuple[str, ...]
    verdicts: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str]:
        """What it is about."""
        return self.household_id, self.rule


def question_columns(speaker: Speaker) -> list[QuestionColumn]:
    """The columns of the sheet, in order."""
    foreign = speaker.is_foreign
    titles = {spec.name: spec.name if foreign else spec.title for spec in adjudication_specs()} | {
        "rule_id": speaker.say("规则", "rule_id")
    }
    mine = [
        own(words).say(speaker.lang)
        for words in (
            terms.COLUMNS["head"], terms.COLUMNS["village"], Words("要核实的情况", "to be verified"),
            Words("现在", "as it stands"),
        )
    ]  # fmt: skip
    columns = [
        QuestionColumn("household_id", titles["household_id"], 16),
        QuestionColumn("", mine[0], 12), QuestionColumn("", mine[1], 14),
        QuestionColumn("rule_id", titles["rule_id"], 36),
        QuestionColumn("", mine[2], 40), QuestionColumn("", mine[3], 10),
        QuestionColumn("verdict", titles["verdict"], 14),
        QuestionColumn("reason", titles["reason"], 20),
        QuestionColumn("evidence", titles["evidence"], 30),
        QuestionColumn("officer", titles["officer"], 12), QuestionColumn("date", titles["date"], 14),
    ]  # fmt: skip
    return [each for each in columns if each.field != "reason" or speaker.ruleset.reasons]


def question_row(question: ToVerify, columns: Sequence[QuestionColumn]) -> list[str]:
    """A question under the columns, what is to be filled in left blank."""
    shown = iter(question.shown)
    asked = {"household_id": question.household_id, "rule_id": question.rule}
    return [asked.get(each.field, "") if each.field else next(shown) for each in columns]


def questions_of(speaker: Speaker, case: Case, decision: Decision) -> Iterator[ToVerify]:
    """What verdicts can settle of a pending household; nothing of any other."""
    if decision.eligibility != "pending":
        return
    rules = {rule.id: rule for rule in verifiable(speaker.ruleset)}
    household = case.household
    for finding in decision.findings:
        rule = rules.get(finding.rule_id)
        waiting = finding.outcome == "unknown" or finding.rule_id in decision.reviews
        if rule is None or finding.kind not in ("exclusion", "review") or not waiting:
            continue
        shown = (
            speaker.head(household), str(shared(household, "village") or ""),
            speaker.statement(rule.id), speaker.outcome(finding.outcome),
        )  # fmt: skip
        words = tuple(map(speaker.verdict, rule.verdicts))
        said = tuple(map(shown_line, shown))
        yield ToVerify(household.household_id, name_of(speaker.ruleset, rule), said, words)


def verifiable(ruleset: RuleSet) -> list[Rule]:
    """The rules on which there can be a verdict."""
    return [rule for rule in (*ruleset.exclusions, *ruleset.reviews) if rule.verdicts]


def name_of(ruleset: RuleSet, rule: Rule) -> str:
    """How a rule is chosen: by its title, or by its id where another has the same title."""
    titles = Counter(each.title for each in (*ruleset.exclusions, *ruleset.reviews))
    return rule.title if titles[rule.title] == 1 else rule.id


@dataclass(frozen=True)
class Lists:
    """What may be chosen: rules, reasons, and verdicts as far as a rule allows them.

    Attributes:
        sheet: the sheet that they stand on.
        columns: each a list.
    """

    sheet: str
    columns: tuple[tuple[str, ...], ...]

    def place(self, items: tuple[str, ...]) -> str:
        """Where a list stands, as a formula says it."""
        at = xl_col_to_name(self.columns.index(items))
        return f"'{self.sheet}'!${at}$1:${at}${len(items)}"

    def rows(self) -> list[list[str]]:
        """The sheet."""
        return [list(row) for row in zip_longest(*self.columns, fillvalue="")]


@dataclass(frozen=True)
class Choice:
    """Cells that are chosen from a list.

    Attributes:
        ranges: the cells, as `F2:F90`.
        items: where the list stands, as `'清单'!$A$1:$A$9`.
        strict: whether nothing else may be written.
    """

    ranges: tuple[str, ...]
    items: str
    strict: bool = False


def lists_of(speaker: Speaker) -> Lists:
    """The lists of a rule set."""
    rules = verifiable(speaker.ruleset)
    several = [tuple(name_of(speaker.ruleset, rule) for rule in rules)]
    several += [
        _words(speaker, verdicts) for verdicts in (*(r.verdicts for r in rules), ALL_VERDICTS)
    ]
    several.append(tuple(speaker.ruleset.reasons.values()))
    return Lists(LISTS.say(speaker.lang), tuple(dict.fromkeys(each for each in several if each)))


def _words(speaker: Speaker, verdicts: tuple[Verdict, ...]) -> tuple[str, ...]:
    return tuple(map(speaker.verdict, verdicts))


def choices_of(
    speaker: Speaker,
    columns: Mapping[str, int],
    asked: Mapping[int, ToVerify],
    spare: tuple[int, int],
) -> list[Choice]:
    """The drop-down lists of a sheet of questions.

    Args:
        speaker: knows the rule set.
        columns: where the fields stand, from 0.
        asked: the questions by row, from 1.
        spare: the first and the last of the rows below, where more may be written.
    """
    lists = lists_of(speaker)
    rules, every = lists.columns[0], _words(speaker, ALL_VERDICTS)
    reasons = tuple(speaker.ruleset.reasons.values())
    first = min(asked, default=spare[0])
    wanted = [
        ("rule_id", rules, [(first, spare[1])]), ("verdict", every, [spare]),
        ("reason", reasons, [(first, spare[1])]),
    ]  # fmt: skip
    by_verdicts: dict[tuple[str, ...], list[int]] = {}
    for row, question in asked.items():
        by_verdicts.setdefault(question.verdicts, []).append(row)
    wanted += [("verdict", words, _runs(rows)) for words, rows in by_verdicts.items()]
    found = []
    for field, items, runs in wanted:
        if field not in columns or items not in lists.columns:
            continue
        at = xl_col_to_name(columns[field])
        for start in range(0, len(runs), _MOST_RANGES):
            several = runs[start : start + _MOST_RANGES]
            ranges = tuple(f"{at}{top}:{at}{bottom}" for top, bottom in several)
            found.append(Choice(ranges, lists.place(items), strict=field == "verdict"))
    return found


def _runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Rows as spans of those that follow each other.

    >>> _runs([2, 3, 4, 7])
    [(2, 4), (7, 7)]
    """
    runs: list[tuple[int, int]] = []
    for row in sorted(rows):
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
