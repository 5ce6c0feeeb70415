"""The steps of the procedure → what can be wrong with each, as trees.

A check is true where something is certainly wrong, and unknown where a missing fact leaves
it open. A missing signature or document is a violation, a missing date is not. A step
without a record has no checks: all are false.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from shibie.language.connectives import every, some
from shibie.language.tree import (
    And,
    Arithmetic,
    AsOf,
    Between,
    Choose,
    Compare,
    Extremum,
    Field,
    Known,
    Literal,
    Node,
    Not,
    Round,
    Sure,
)  # fmt: skip
from shibie.language.type_rules import DAYS
from shibie.language.types import COUNT, DATE, TEXT, Number
from shibie.ruleset.model import Condition, RuleSet, Step

# Whether a step is recorded at all, and whether its record names a document: never unknown.
PRESENT, NAMES = "present", "names:"


@dataclass(frozen=True)
class StepCheck:
    """One thing that can be wrong with a step.

    Attributes:
        step: the step.
        name: what can be wrong: before_STEP, after_as_of, actor, unsigned, document, notice,
            or the id of the pack's condition.
        number: its place among all checks; several may share a name.
        node: true where it is wrong, unknown where a missing fact leaves it open.
        about: the earlier step, the document or the condition that it is about.
    """

    step: Step
    name: str
    number: int
    node: Node
    about: Step | str | Condition | None = None

    @property
    def rule_id(self) -> str:
        """Its name in findings."""
        return f"{self.step.id}.{self.name}"

    @property
    def blocking(self) -> bool:
        """Whether it keeps a household from being eligible."""
        return self.step.blocking

    @property
    def key(self) -> tuple[str, str]:
        """Its (owner, name) among the definitions."""
        return "check", str(self.number)

    @property
    def field(self) -> Field:
        """The reference to it."""
        return Field(*self.key)


def recorded(step: Step, name: str) -> Field:
    """A field of a step's record, unknown where there is none."""
    days = ("done_on", "notice_from", "notice_to")
    return Field(f"step:{step.id}", name, type=DATE if name in days else TEXT)


def present(step: Step) -> Field:
    """Whether the step is recorded."""
    return Field(f"step:{step.id}", PRESENT)


def begins(step: Step) -> Node:
    """The first day of a step: of its notice, or the day it was done."""
    notice, done = recorded(step, "notice_from"), recorded(step, "done_on")
    return Choose(Known(notice), notice, done, type=DATE)


def ends(step: Step) -> Node:
    """The last day of a step: of its notice or the day it was done, the later one."""
    notice, done = recorded(step, "notice_to"), recorded(step, "done_on")
    later = Choose(Known(done), Extremum("max", (notice, done), type=DATE), notice, type=DATE)
    return Choose(Known(notice), later, done, type=DATE)


def _whole(days: Node) -> Node:
    """A number of days without its fraction."""
    if isinstance(days.type, Number) and days.type.scale:
        return Round(days, 0, "down", type=Number(0, days.type.limit + 1))
    return days


def notice_days(step: Step) -> Node:
    """Days of notice, by the pack's convention; unknown without both dates."""
    days = Between("days", recorded(step, "notice_from"), recorded(step, "notice_to"), type=DAYS)
    if step.counting == "exclusive":
        return days
    both_ends = Number(0, DAYS.limit + 1)
    return Arithmetic("+", days, Literal(Decimal(1), type=COUNT), type=both_ends)


def checks_of(ruleset: RuleSet) -> Iterator[StepCheck]:
    """All checks of a pack's procedure, step by step."""
    by_id = {step.id: step for step in ruleset.procedure}
    number = 0
    for step in ruleset.procedure:
        for name, wrong, about in _of_step(step, by_id):
            yield StepCheck(step, name, number, And((present(step), wrong)), about)
            number += 1


_Wrong = tuple[str, Node, Step | str | Condition | None]


def _of_step(step: Step, by_id: Mapping[str, Step]) -> Iterator[_Wrong]:
    for before in step.after:
        earlier = by_id[before]
        # The same day will do.
        early = Compare("<", begins(step), ends(earlier))
        yield f"before_{before}", some((Not(present(earlier)), early)), earlier
    days = [recorded(step, name) for name in ("done_on", "notice_from", "notice_to")]
    yield "after_as_of", some(Sure(Compare(">", day, AsOf())) for day in days), None
    actor = Literal(step.actor, type=TEXT)
    yield "actor", Compare("!=", recorded(step, "actor"), actor), None
    if step.signed:
        yield "unsigned", Not(Known(recorded(step, "signed_by"))), None
    for document in step.requires:
        yield "document", Not(Field(f"step:{step.id}", NAMES + document)), document
    if step.min_days is not None:
        # Where the pack has no least number of days, nothing is wrong with any.
        least = _whole(step.min_days)
        yield "notice", every((Known(least), Compare("<", notice_days(step), least))), None
    for condition in step.must:
        yield condition.id, Not(condition.node), condition
