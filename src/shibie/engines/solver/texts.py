"""Texts as numbers: those that the rules write have a place, every other one its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from shibie.language import tree
from shibie.language.types import Code, Text
from shibie.language.walks import walk
from shibie.ruleset.conditions import all_conditions
from shibie.ruleset.model import RuleSet


@dataclass
class Texts:
    """The table of texts.

    Two texts are equal exactly when their places are, so that a text unlike all written
    ones is any place past the table: nothing is lost.
    """

    places: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, ruleset: RuleSet) -> Texts:
        """The texts that the rules of a pack write."""
        found = cls()
        for parameter in ruleset.parameters.values():
            for key in parameter.series:
                if key is not None:
                    found.place(key)
        for root in all_conditions(ruleset):
            for node in walk(root):
                for text in _written(node):
                    found.place(text)
        return found

    def place(self, text: str) -> int:
        """The place of a text; a new one at the end.

        >>> texts = Texts()
        >>> texts.place("云南"), texts.place("四川"), texts.place("云南")
        (0, 1, 0)
        """
        return self.places.setdefault(text, len(self.places))

    def text(self, place: int) -> str:
        """The text at a place; past the table, one that no rule writes."""
        for text, of_text in self.places.items():
            if of_text == place:
                return text
        return f"其他{place - len(self.places) + 1}"


def _written(node: tree.Node) -> Iterable[str]:
    match node:
        case tree.Literal(value=str() as text, type=Text()):
            return [text]
        case tree.In(values=values, operand=operand) if not isinstance(operand.type, Code):
            return [value for value in values if isinstance(value, str)]
    return ()
