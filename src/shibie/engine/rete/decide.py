"""One household's decision by forward chaining."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import localcontext

from shibie.decision import Decision, Judgement, Verdicts
from shibie.engine.case import Case
from shibie.engine.decide import NO_TRACKS, explained, tracks_of, verdicts_of
from shibie.engine.exact import EXACT
from shibie.engine.interpreter import Place, evaluate
from shibie.engine.kleene import Truth
from shibie.engine.rete.host import Chaining, Session
from shibie.engine.rete.network import Network, Wire, compile_network
from shibie.ruleset.model import RuleSet


class Compiled:
    """A rule set's network, registered once in this process."""

    def __init__(self, ruleset: RuleSet) -> None:
        self.ruleset = ruleset
        self.network: Network = compile_network(ruleset)
        self.chaining = Chaining(self.network, [rule.id for rule in ruleset.tracks])


_compiled: dict[int, Compiled] = {}


def compiled(ruleset: RuleSet) -> Compiled:
    """The network of a rule set; registering it again would leak, so it is kept."""
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
        session.tell(leaf_facts(engine.network, ruleset, case), due_tracks(ruleset, case))
        return concluded(ruleset, engine.network, case, session)


def leaf_facts(network: Network, ruleset: RuleSet, case: Case) -> Iterator[str]:
    """What is known of the leaf tests and the verdicts; an unknown test says nothing."""
    place = Place.top(ruleset, case)
    for signal, node in network.leaves.items():
        value = evaluate(node, place)
        if value is not None:
            yield Wire(signal).known(bool(value))
    verdicts = verdicts_of(case)
    for (rule_id, verdict), signal in network.verdicts.items():
        given = verdicts.upheld if verdict == "upheld" else verdicts.refuted
        yield Wire(signal).known(rule_id in given)


def due_tracks(ruleset: RuleSet, case: Case) -> Iterator[tuple[str, str]]:
    """The tracks whose condition is true, and of whom, whatever the eligibility."""
    for track in tracks_of(ruleset, Place.top(ruleset, case))[0]:
        yield track.track, track.member_id


def concluded(ruleset: RuleSet, network: Network, case: Case, session: Session) -> Decision:
    """Read the decision off the conclusions."""
    known = session.known

    def truth(wire: Wire) -> Truth:
        if wire.known(True) in known:
            return True
        return False if wire.known(False) in known else None

    def truths(ids: Iterable[str]) -> dict[str, Truth]:
        return {rule_id: truth(network.rules[rule_id]) for rule_id in ids}

    qualified, eligible = truth(network.qualified), truth(network.eligible)
    verdicts = verdicts_of(case)
    exclusions = truths(rule.id for rule in ruleset.exclusions)
    reviews = truths(rule.id for rule in ruleset.reviews)
    poor = truth(network.poor)
    judgement = _judgement(qualified, eligible, poor, exclusions, reviews, verdicts)
    tracks = NO_TRACKS
    if judgement.eligibility == "eligible":
        given, undecided = tracks_of(ruleset, Place.top(ruleset, case))
        tracks = (tuple(t for t in given if (t.track, t.member_id) in session.granted), undecided)
    kinds = {rule_id for rule_id, wire in network.kinds.items() if truth(wire) is True}
    return explained(
        ruleset,
        Place.top(ruleset, case),
        judgement,
        verdicts,
        criteria=truths(rule.id for rule in ruleset.criteria),
        exclusions=exclusions,
        reviews=reviews,
        kind=next(iter(kinds), ""),
        tracks=tracks,
    )


def _judgement(
    qualified: Truth,
    eligible: Truth,
    poor: Truth,
    exclusions: dict[str, Truth],
    reviews: dict[str, Truth],
    verdicts: Verdicts,
) -> Judgement:
    grounds = [rule for rule, value in exclusions.items() if value and rule not in verdicts.refuted]
    grounds += [rule for rule, value in reviews.items() if value and rule in verdicts.upheld]
    if poor is False:
        grounds.append("not_poor")
    settled = verdicts.upheld | verdicts.refuted
    waiting = {rule: value for rule, value in reviews.items() if rule not in settled}
    open_reviews: Truth = None if any(value is None for value in waiting.values()) else False
    if any(waiting.values()):
        open_reviews = True
    return Judgement(
        "ineligible" if qualified is False else "eligible" if eligible else "pending",
        qualified,
        tuple(grounds),
        tuple(rule for rule, value in waiting.items() if value),
        open_reviews,
    )


__all__ = ["compiled", "concluded", "decide_by_chaining", "leaf_facts"]
