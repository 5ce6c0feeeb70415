"""The sheets of a workbook that officers keep: 未识别, 疑点, 办理 and 不计入人口."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from shibie.acts import COLUMNS, KIND_WORDS, Act, act_specs
from shibie.citizen_id import mask
from shibie.errors import Lang
from shibie.health_words import without_health
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.numbers_in_text import without_numbers
from shibie.results.table import KEYS, Table
from shibie.results.why_uncounted import WORDS as PERSONS
from shibie.results.workbook_sheets import SheetColumn, Sheets
from shibie.rosters.records import sensitive
from shibie.words import terms
from shibie.words.speaker import Speaker

# What officers write in words of their own; all else names something, and is read again by it.
_FREE: Final = ("head", "reason", "evidence", "officer")
# The number of a clue, its row's key, its household's and member's number.
_CLUE_KEYS: Final = frozenset((0, 2, 3, 4))


class Ledgers:
    """Writes the clues, the acts and who does not count.

    Args:
        sheets: of the workbook.
        speaker: knows the rule set and the language.
        lang: of the words.
        show_ids: write what is sensitive in full instead of masked.
    """

    def __init__(self, sheets: Sheets, speaker: Speaker, lang: Lang, show_ids: bool) -> None:
        self.sheets, self.speaker, self.lang, self.show_ids = sheets, speaker, lang, show_ids
        self.ruleset, self.say = speaker.ruleset, speaker.say

    def clues(self, clues: Table | None) -> None:
        """What speaks against households, and what officers found of it."""
        if clues is None:
            return
        titles = (
            self.say("疑点编号", "clue_id"), self.say("比对表", "register"), self.say("记录编号", "row_key"),
            *(terms.COLUMNS[name].say(self.lang) for name in ("household_id", "member_id", "name")),
            self.say("规则", "rule"), self.say("核实结论", "verdict"), self.say("核实原因", "reason"),
            self.say("核实人", "officer"), self.say("核实日期", "date"),
        )  # fmt: skip
        rows = map(self.clue_row, clues.rows)
        self.sheets.add(
            self.say("疑点", "clues"),
            [SheetColumn(each, key=at in _CLUE_KEYS) for at, each in enumerate(titles)],
            rows,
        )

    def clue_row(self, row: Sequence[Any]) -> Sequence[Any]:
        """A clue in words."""
        number, register, *middle, rule_id, verdict, reason, officer, date = row
        return [
            number, self.ruleset.registers[register].title if register else "", *middle,
            self.speaker.rule(rule_id), self.speaker.verdict(verdict) if verdict else "",
            self.ruleset.reasons.get(reason, reason), officer, date,
        ]  # fmt: skip

    def uncounted(self, uncounted: Table | None) -> None:
        """Who does not count as a person of his household, with the reason."""
        if uncounted is None:
            return
        names = ("household_id", "member_id", "name")
        columns = [
            *(SheetColumn(terms.COLUMNS[name].say(self.lang), key=name in KEYS) for name in names),
            SheetColumn(self.say("是否计入人口", "counted")),
            SheetColumn(self.say("原因", "reason"), wrap=True, width=44),
            SheetColumn(terms.SOURCE.say(self.lang), wrap=True, width=44),
        ]
        rows = (
            [*who, PERSONS[counted].say(self.lang), reason, basis]
            for *who, counted, reason, basis in uncounted.rows
        )
        self.sheets.add(self.say("不计入人口", "not counted"), columns, rows)

    def unrecognised(self, unrecognised: Table | None) -> None:
        """The columns that no field answers to, and the words that stand for no code."""
        rows = () if unrecognised is None else tuple(unrecognised.rows)
        if not rows:
            return
        kinds = {"column": self.say("栏目", "column"), "word": self.say("词", "word")}
        columns = [
            SheetColumn(self.say("未识别", "not recognised")),
            SheetColumn(self.say("来源", "from")),
            SheetColumn(self.say("列", "column")),
            SheetColumn(self.say("栏目", "field")),
            SheetColumn(self.say("内容", "text"), wrap=True, width=30),
            SheetColumn(self.say("行数", "rows")),
            SheetColumn(self.say("建议", "suggestion"), wrap=True, width=70),
        ]
        said = (
            [kinds[kind], source, column, self.speaker.field(field, source) if field else "",
             text, number, suggestion]
            for kind, source, column, field, text, number, suggestion in rows
        )  # fmt: skip
        self.sheets.add(self.say("未识别", "not recognised"), columns, said)

    def acts(self, acts: Sequence[Act]) -> None:
        """What was decided and corrected, under the headers by which it is read again."""
        if not acts:
            return
        specs = act_specs()
        titles = [spec.name if self.speaker.is_foreign else spec.title for spec in specs]
        # `act_row` masks what is no key; an act is read again by what names something.
        columns = [SheetColumn(title, key=True) for title in titles]
        self.sheets.add(self.say("办理", "acts"), columns, map(self.act_row, acts))

    def act_row(self, act: Act) -> Sequence[Any]:
        """An act in words; numbers in what was written freely, and what is sensitive, are masked.

        What is written freely of somebody's health is not shown.
        """
        said = dict(zip(COLUMNS, act.row(), strict=True))
        said["kind"] = KIND_WORDS[act.kind].say(self.lang)
        if act.verdict is not None:
            said["verdict"] = self.speaker.verdict(act.verdict)
        if not self.speaker.is_foreign:
            said |= self._titles(act)
        if act.kind == "correction" and not self.show_ids:
            specs = self.ruleset.field_specs(MEMBER if act.member_id else HOUSEHOLD)
            hidden = sensitive(specs.values())
            if act.field in hidden | {specs[name].title for name in hidden}:
                said |= {name: mask(said[name]) for name in ("was", "value")}
        if not self.show_ids:
            said |= {name: without_numbers(said[name]) for name in _FREE}
            if act.kind == "correction":
                said |= {name: without_numbers(said[name]) for name in ("was", "value")}
            told = ("evidence",) if act.reason in self.ruleset.reasons else ("evidence", "reason")
            said |= {name: without_health(said[name], self.lang) for name in told}
        return list(said.values())

    def _titles(self, act: Act) -> dict[str, str]:
        """The titles of what an act names by its id: an act is read again by either."""
        titles: dict[str, str] = {}
        if act.rule_id:
            titles["rule_id"] = self.speaker.rule(act.rule_id) or act.rule_id
        if act.register_ and act.register_ in self.ruleset.registers:
            titles["register"] = self.ruleset.registers[act.register_].title
        specs = self.ruleset.field_specs(MEMBER if act.member_id else HOUSEHOLD)
        if act.field and act.field in specs:
            titles["field"] = specs[act.field].title
        return titles
