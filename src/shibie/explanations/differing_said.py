"""What rows of one item say differently, in words, and what there is to do."""

from __future__ import annotations

import re

from shibie.case import Case
from shibie.explanations.differing_rows import said_differently
from shibie.ruleset.model import RuleSet
from shibie.words.speaker import Speaker
from shibie.words.values import amount, currencies

_COLUMN = re.compile(r"(?P<of>\w+)\[(?P<row>\d+)\]\.(?P<name>\w+)")


class Differing:
    """Words for the columns of one case in which rows of one item say different things."""

    def __init__(self, ruleset: RuleSet, case: Case, speaker: Speaker) -> None:
        self.ruleset, self.case, self.speaker = ruleset, case, speaker

    def of_path(self, path: str) -> str:
        """What was said in the column of a path; nothing where rows say the same, or nothing."""
        found = _COLUMN.fullmatch(path)
        return self.of_column(found["of"], int(found["row"]), found["name"]) if found else ""

    def of_column(self, register: str, row: int, column: str) -> str:
        """What was said in a column of a row, in brackets."""
        said = said_differently(self.case, register, row, column)
        spec = self.ruleset.field_spec(register, column)
        if not said or spec is None:
            return ""
        where = self.speaker.say("各处" if self.speaker.to_household else "各行", "rows")
        if spec.sensitive:
            return self.speaker.say(f"（{where}写的不同）", f" ({where} differ)")
        lang, units = self.speaker.lang, currencies(self.ruleset)
        listed = self.speaker.joined(amount(each, lang, spec.unit, units) for each in said)
        return self.speaker.say(f"（{where}写的不同：{listed}）", f" ({where} differ: {listed})")

    def how(self, register: str, row: int, column: str) -> list[str]:
        """What an officer can do about it."""
        if not said_differently(self.case, register, row, column):
            return []
        title = self.ruleset.registers[register].title
        return [
            self.speaker.say(
                f"与提供{title}的单位核对，以哪一行为准",
                f"ask whoever delivered {title} which row is right",
            )
        ]
