"""Where a node is evaluated: a case, and the member and row at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shibie.case import Case, Row, Value
from shibie.language.tree import Node
from shibie.ruleset.model import RuleSet

Records = Mapping[str, Mapping[str, Value]]
Definitions = Mapping[tuple[str, str], Node]
# What was asked of the household before, by (owner, name, member).
Memo = Mapping[tuple[str, str, int | None], Value]


@dataclass(frozen=True, eq=False)
class Place:
    """Where a node is evaluated: the case, and the member and row at hand.

    Attributes:
        records: what is told of the household beside its form, by owner: steps, say.
        definitions: trees behind further (owner, name), all at the household.
        others: the household and its members as places, each made once.
    """

    ruleset: RuleSet
    case: Case
    memo: dict[tuple[str, str, int | None], Value]
    member: int | None = None
    row: Row | None = None
    register: str = ""
    records: Records = field(default_factory=dict)
    definitions: Definitions = field(default_factory=dict)
    others: dict[int | None, Place] = field(init=False, repr=False, default_factory=dict)

    @classmethod
    def top(
        cls,
        ruleset: RuleSet,
        case: Case,
        definitions: Definitions | None = None,
        known: Memo | None = None,
    ) -> Place:
        """The household itself; `known` is of its memo what need not be asked again."""
        return cls(ruleset, case, dict(known or {}), definitions=definitions or {})

    def at_member(self, index: int | None) -> Place:
        """The same case, with a member at hand."""
        found = self.others.get(index)
        if found is None:
            found = Place(
                self.ruleset, self.case, self.memo, index,
                records=self.records, definitions=self.definitions,
            )  # fmt: skip
            object.__setattr__(found, "others", self.others)
            self.others[index] = found
        return found

    def at_household(self) -> Place:
        """The same case, with nothing but the household at hand."""
        return self if self.member is None and self.row is None else self.at_member(None)

    def at_row(self, register: str, row: Row, member: int | None) -> Place:
        """The same case, with a register's row at hand."""
        found = Place(
            self.ruleset, self.case, self.memo, member, row, register, self.records,
            self.definitions,
        )  # fmt: skip
        object.__setattr__(found, "others", self.others)
        return found

    def leave(self) -> None:
        """Let go of the other places, which hold this one: nobody need look for the cycle.

        A cycle waits for Python's collector, which goes through all that a roster holds.
        """
        self.others.clear()

    def label(self) -> str:
        """Prefix of the facts at hand in lists of unknown facts."""
        if self.row is not None:
            return f"{self.register}[{self.row.number}]."
        if self.member is not None:
            return f"members[{self.case.household.members[self.member].member_id}]."
        return ""
