"""Trees with the name under which their truth is reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shibie.household import Verdict
from shibie.language.tree import Field, Node
from shibie.vocabulary import Owner

# What a tree may refer to by (owner, name) beside the form's own fields: each is either
# defined by another tree, or told to the engine as a record (verdicts, steps).
Definitions = dict[tuple[str, str], Node]
DECISION = "decision"


def of_decision(name: str) -> Field:
    """A part of the decision, by name."""
    return Field(DECISION, name)


def of_rule(rule_id: str, name: str) -> Field:
    """What is known of a rule: whether it `holds`, was `upheld`, `refuted` or `exempt`."""
    return Field(f"rule:{rule_id}", name)


@dataclass(frozen=True)
class Named:
    """A tree and its name in outputs.

    Attributes:
        name: id of the rule, register or check.
        node: the tree; what is reported is where it is true.
        owner: whether it is asked of the household, or of each member.
    """

    name: str
    node: Node
    owner: Owner = "household"


@dataclass(frozen=True)
class Reported:
    """A rule that is listed among the findings wherever it is not false.

    Attributes:
        name: id of the rule.
        kind: criterion, exclusion or review; or that it would be one over everyone.
        holds: its condition, or an officer's word for it; true and unknown are told apart.
        verdicts: for each verdict that there may be on it, that it was given.
    """

    name: str
    kind: Literal["criterion", "exclusion", "review", "uncounted_hit", "exit"]
    holds: Node
    verdicts: tuple[tuple[Verdict, Node], ...] = ()


@dataclass(frozen=True)
class Awaited:
    """A rule whose unknown facts may still be needed.

    Attributes:
        name: id of the rule, for what is unknown without a fact's name.
        node: the condition to look for unknown facts in.
        when: that the household waits for it; never unknown.
    """

    name: str
    node: Node
    when: Node


@dataclass(frozen=True)
class Track:
    """A help track.

    Attributes:
        name: id of the track.
        owner: whether households or members are given it.
        condition: whom it is for, whatever was decided.
        given: that it is given.
        open: that a missing fact leaves it open; never unknown.
    """

    name: str
    owner: Owner
    condition: Node
    given: Node
    open: Node


@dataclass(frozen=True)
class Discrepancy:
    """A declared "no" that a register contradicts, asked of each member.

    Attributes:
        name: id of the comparison.
        register: whose rows contradict; without one nothing is to be asked.
        node: the tree; it is reported where it is true.
    """

    name: str
    register: str
    node: Node
    owner: Owner = "member"
