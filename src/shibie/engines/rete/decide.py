"""One household's decision by forward chaining."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import localcontext

from shibie.case import Case
from shibie.decision import Decision
from shibie.engines.decide import (
    decided_place,
    decision_of,
    eligibility_of,
    place_of,
    saying,
    standing_of,
    tracks_by,
    whom,
)  # fmt: skip
from shibie.engines.exact import EXACT
from shibie.engines.interpreter import evaluate
from shibie.engines.kleene import Truth, conjunction, disjunction, negation
from shibie.engines.place import Place
from shibie.engines.rete.host import TURN, Chaining, Session
from shibie.engines.rete.network import Network, Wire, compile_network
from shibie.language import tree
from shibie.lower import Lowered, lowered
from shibie.ruleset.model import RuleSet

# A chained part, the fact that it is known to be true, and that it is known to be false.
ChainedFacts = tuple[tree.Node, str, str]


class Compiled:
    """A rule set's network, registered once in this process."""

    def __init__(self, ruleset: RuleSet) -> None:
        self.ruleset, self.program = ruleset, lowered(ruleset)
        self.network: Network = compile_network(self.program)
        self.chaining = Chaining(self.network, [rule.id for rule in ruleset.tracks])
        # By the identity of a node, which is kept here so that no other takes its place.
        self.facts: dict[int, ChainedFacts] = {}


_compiled: dict[int, Compiled] = {}


def compiled(ruleset: RuleSet) -> Compiled:
    """The network of a rule set; registering it again would leak, so it is kept."""
    with TURN:
        found = _compiled.get(id(ruleset))
        if found is None:
            found = _compiled[id(ruleset)] = Compiled(ruleset)
    return found


def decide_by_chaining(ruleset: RuleSet, case: Case) -> Decision:
    """The decision on one household.

    Raises:
        ChainingError: when durable-rules failed; names the household.
    """
    engine = compiled(ruleset)
    with localcontext(EXACT), engine.chaining.session(case.household.household_id) as session:
        place = place_of(engine.program, case)
        session.tell(leaf_facts(engine.network, place), due_tracks(engine.program, place))
        return concluded(engine, place, session)


def leaf_facts(network: Network, place: Place) -> Iterator[str]:
    """What is known of the leaf tests; an unknown test says nothing."""
    for signal, node in network.leaves.items():
        value = evaluate(node, place)
        if value is not None:
            yield Wire(signal).known(bool(value))


def due_tracks(program: Lowered, place: Place) -> Iterator[tuple[str, str]]:
    """The tracks whose condition holds, and for whom, regardless of eligibility."""
    for track in program.tracks:
        for member_id, at in whom(track.owner, place):
            if evaluate(track.condition, at) is True:
                yield track.name, member_id


def concluded(engine: Compiled, place: Place, session: Session) -> Decision:
    """Read the decision off the conclusions."""
    program, reader = engine.program, _Conclusions(engine, session)
    eligibility = eligibility_of(reader.says)
    # What was concluded stands; it is not asked of the interpreter again.
    there = decided_place(place, eligibility)
    given, undecided = tracks_by(program, there)
    if eligibility == "eligible":
        given = tuple(t for t in given if (t.track, t.member_id) in session.granted)
    standing = standing_of(program, saying(there))
    return decision_of(program, place, reader.says, (given, undecided), standing)


class _Conclusions:
    """What the chaining concluded of each part of the decision."""

    def __init__(self, engine: Compiled, session: Session) -> None:
        self.program, self.facts, self.known = engine.program, engine.facts, session.known
        self.wires = engine.network.wires

    def noted(self, node: tree.Node) -> ChainedFacts | None:
        """The facts "known true" and "known false" of a node, kept by identity: hashing is slow."""
        wire = self.wires.get(node)
        if wire is None:
            return None
        found = self.facts[id(node)] = (node, wire.known(True), wire.known(False))
        return found

    def says(self, node: tree.Node) -> Truth:
        """The truth of a part of the decision; logic that was not chained is computed here."""
        facts = self.facts.get(id(node)) or self.noted(node)
        if facts is not None:
            _, true, false = facts
            return True if true in self.known else False if false in self.known else None
        match node:
            case tree.Sure(operand):
                return self.says(operand) is True
            case tree.Known(operand):
                return self.says(operand) is not None
            case tree.Not(operand):
                return negation(self.says(operand))
            case tree.And(operands):
                return conjunction(map(self.says, operands))
            case tree.Or(operands):
                return disjunction(map(self.says, operands))
            case tree.Field() if definition := self.program.definition(node):
                return self.says(definition)
            case _:
                raise TypeError(f"not among the conclusions: {node}")


__all__ = ["compiled", "concluded", "decide_by_chaining", "leaf_facts"]
