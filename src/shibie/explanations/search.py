"""What would change it: the smallest changes after which the household is decided otherwise.

The search walks the rule set's own trees (`possible_changes.py`); each plan is then made and put
before the interpreter, and what it can do without is taken out again. Another search, for
instance by a solver, is a function with the signature of `Search`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import partial
from itertools import islice
from typing import Any, Literal, cast

from shibie.case import Case
from shibie.decision import Eligibility
from shibie.engines.exact import EXACT
from shibie.engines.interpreter import evaluate
from shibie.engines.place import Place
from shibie.explanations.changeable_facts import step_of
from shibie.explanations.changed_cases import ChangeSet, FactChange, Lever, Who
from shibie.explanations.ends_of_types import within_reach
from shibie.explanations.possible_changes import NOTHING, smallest, together, ways
from shibie.explanations.thresholds import first_that_will_do
from shibie.explanations.trials import Trials
from shibie.lower.decision import adjudicated, lifted, upheld
from shibie.lower.uncounted_hits import reviewed_hits, to_be_verified
from shibie.ruleset.model import Rule, RuleSet
from shibie.ruleset.verdicts import lifting

By = Literal["facts", "rules"]
Search = Callable[[RuleSet, Case, Eligibility, By], Iterable[ChangeSet]]
# A signed verdict is nearer than a corrected register, and that nearer than another fact.
_STEPS_AWAY = dict.fromkeys(("row", "whose", "crowd"), Fraction(7, 10)) | {
    "verdict": Fraction(1, 2)
}
_RANK: dict[Who, int] = {"household": 0, "officer": 1, "rule": 2}


@dataclass(frozen=True)
class Counterfactual:
    """A smallest set of changes that leads to another result, confirmed by the interpreter.

    Attributes:
        changes: what would have to be otherwise, in the order of the search.
        leads_to: the eligibility after them.
        who: who can bring it about: the hardest of its changes.
    """

    changes: tuple[FactChange, ...]
    leads_to: Eligibility
    who: Who


def counterfactuals(
    ruleset: RuleSet,
    case: Case,
    target: Eligibility | None = None,
    by: By = "facts",
    most: int = 6,
    search: Search | None = None,
    trials: Trials | None = None,
) -> tuple[Counterfactual, ...]:
    """The smallest changes that flip a household's eligibility, the fewest facts first.

    Args:
        ruleset: the rules.
        case: the household.
        target: what it is to become; by default eligible, or ineligible where it is
            eligible already.
        by: the household's `facts`, or the `rules` themselves.
        most: how many to give.
        search: where the proposals come from.
        trials: how many decisions may be tried for it; it says afterwards whether they sufficed.
    """
    trials = trials or Trials(ruleset, case)
    with localcontext(EXACT):
        now = trials.eligibility(())
        wanted = target or ("ineligible" if now == "eligible" else "eligible")
        if wanted == now:
            return ()
        plans = (search or partial(exact_search, trials=trials))(ruleset, case, wanted, by)
        found: list[ChangeSet] = []
        for plan in sorted(plans, key=_nearness):
            # The nearest come first: some to spare, for those that contain others or come to the
            # same, are enough.
            if len(found) == 2 * most or trials.enough():
                break
            least = _needed(trials, plan, wanted)
            if least is not None and least not in found:
                found.append(least)
        ranked = sorted(smallest(found), key=_nearness)
        return tuple(islice(_confirmed_once(trials, ranked, wanted), most))


def exact_search(
    ruleset: RuleSet,
    case: Case,
    target: Eligibility,
    by: By = "facts",
    trials: Trials | None = None,
) -> Iterable[ChangeSet]:
    """Plans from the trees of the rules, over the thresholds that stand in them."""
    place, trials = Place.top(ruleset, case), trials or Trials(ruleset, case)
    return _into(place, by, trials) if target == "eligible" else _out_of(place, by, trials)


def _confirmed_once(
    trials: Trials, plans: Iterable[ChangeSet], wanted: Eligibility
) -> Iterator[Counterfactual]:
    """The plans as they are confirmed; several may come to the same once numbers are tight."""
    given: set[object] = set()
    for plan in plans:
        found = _confirmed(trials, plan, wanted)
        same = frozenset((change.lever, change.value) for change in found.changes)
        if same not in given:
            given.add(same)
            yield found


def _into(place: Place, by: By, trials: Trials) -> list[ChangeSet]:
    """Plans that make a household eligible: poor, not excluded, no review open."""
    ruleset = place.ruleset
    fact: Who = "household" if by == "facts" else "rule"
    parts = [ways(ruleset.poor.node, place, True, fact, trials)]
    for rule in (*ruleset.exclusions, *ruleset.reviews):
        open_ = evaluate(to_be_verified(ruleset, rule), place) is not False
        stands = not evaluate(lifted(rule), place) and open_
        if stands or evaluate(upheld(rule), place):
            parts.append(_without(rule, place, by, trials))
    return together(parts)


def _without(rule: Rule, place: Place, by: By, trials: Trials) -> list[ChangeSet]:
    """An exclusion or review that no longer stands in the way.

    What an exclusion looks at is an asset or a standing that a household must not be told
    to talk away: it is always for an officer to verify, with evidence.
    """
    condition = to_be_verified(place.ruleset, rule)
    signed = evaluate(upheld(rule), place) is True
    if by == "rules":
        dropped = frozenset([FactChange(Lever("rule", rule.id), False, True, who="rule")])
        # What an officer signed for does not hang on the condition any more.
        by_rules = [] if signed else ways(condition, place, False, "rule", trials)
        if rule.implied:
            return by_rules
        return [dropped] if signed else smallest([*by_rules, dropped])
    by_verdict: list[ChangeSet] = []
    verdict = lifting(rule)
    if verdict is not None and (signed or evaluate(condition, place) is True):
        before = "upheld" if signed else None
        change = FactChange(Lever("verdict", rule.id), verdict, before, who="officer")
        by_verdict = [frozenset([change])]
    if signed:
        return by_verdict
    return [*by_verdict, *ways(condition, place, False, "officer", trials)]


def _out_of(place: Place, by: By, trials: Trials) -> list[ChangeSet]:
    """Plans that make a household ineligible: not poor, or excluded."""
    ruleset = place.ruleset
    fact: Who = "household" if by == "facts" else "rule"
    plans = list(ways(ruleset.poor.node, place, False, fact, trials))
    for rule in ruleset.exclusions:
        if not evaluate(adjudicated(rule), place):
            mover: Who = "officer" if by == "facts" else "rule"
            plans += ways(rule.node, place, True, mover, trials)
    hits = reviewed_hits(ruleset)
    waiting = [(rule, rule.node) for rule in ruleset.reviews]
    waiting += [(rule, hits[rule.id]) for rule in ruleset.exclusions if rule.id in hits]
    for rule, condition in waiting:
        if (
            by == "facts"
            and "upheld" in rule.verdicts
            and not evaluate(adjudicated(rule), place)
            and evaluate(condition, place) is True
        ):
            change = FactChange(Lever("verdict", rule.id), "upheld", None, who="officer")
            plans.append(frozenset([change]))
    return plans


def _needed(trials: Trials, plan: ChangeSet, wanted: Eligibility) -> ChangeSet | None:
    """The plan without superfluous changes; None when it does not give the wanted result."""
    if plan == NOTHING or trials.eligibility(plan) != wanted:
        return None
    for change in sorted(plan, key=_order):
        fewer = plan - {change}
        if fewer and trials.eligibility(fewer) == wanted:
            plan = fewer
    return plan


def _nearness(plan: ChangeSet) -> tuple[int, int, Fraction]:
    """What the nearest plan has least of: facts, then how hard they are to change, then how far."""
    return size(plan), _rank(plan), _reach(plan)


def size(plan: Iterable[FactChange]) -> int:
    """How many facts a plan is about; a person who could not be matched is one of them."""
    kinds = [
        ("person", change.lever.member)
        if change.lever.kind == "rows" and change.lever.member is not None
        else change.lever
        for change in plan
    ]
    return len(set(kinds))


def _reach(plan: ChangeSet) -> Fraction:
    """The size of a plan's changes: relative for numbers, a fixed weight for anything else."""
    reach = Fraction(0)
    for change in plan:
        before, value = change.before, change.value
        reach += change.lever.kind == "column"  # a register is not easily wrong
        if change.bound and _number(before) and _number(value):
            was, becomes = Fraction(cast("Decimal", before)), Fraction(cast("Decimal", value))
            reach += abs(becomes - was) / max(abs(was), Fraction(1))
        else:
            reach += _STEPS_AWAY.get(change.lever.kind, Fraction(1))
    return reach


def _number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _rank(plan: ChangeSet) -> int:
    return max((_RANK[change.who] for change in plan), default=0)


def _order(change: FactChange) -> tuple[str, str, int, int]:
    lever = change.lever
    return (lever.kind, lever.name, -1 if lever.member is None else lever.member, lever.row)


def _confirmed(trials: Trials, plan: ChangeSet, wanted: Eligibility) -> Counterfactual:
    """The plan as the interpreter decides it, whole; other values that do not do are dropped."""
    changes = []
    for loose in sorted(plan, key=_order):
        rest = plan - {loose}
        change = _tight(trials, loose, rest, wanted)
        plan = rest | {change}
        also = tuple(
            value
            for value in change.also
            if trials.eligibility([*rest, _with(change, value)]) == wanted
        )
        changes.append(
            FactChange(change.lever, change.value, change.before, change.bound, also, change.who)
        )
    changes = [
        *within_reach(trials.ruleset, changes, lambda other: trials.eligibility(other) == wanted)
    ]
    leads_to = trials.eligibility(changes)
    assert leads_to == wanted, (plan, leads_to)
    who = max((change.who for change in changes), key=lambda each: _RANK[each])
    return Counterfactual(tuple(changes), leads_to, who)


def _tight(trials: Trials, change: FactChange, rest: ChangeSet, wanted: Eligibility) -> FactChange:
    """A number moved only as far as is needed beside the other changes."""
    step, before = step_of(trials.ruleset, change.lever), change.before
    if not change.bound or step is None or not isinstance(before, int | Decimal):
        return change

    def at(units: int) -> FactChange:
        value = int(before) + units if step == 1 else before + units * step
        return replace(change, value=value)

    def will_do(units: int) -> bool:
        return trials.eligibility([*rest, at(units)]) == wanted

    value: Any = change.value
    far = int((value - before) / step)
    sign, far = (1 if far > 0 else -1), abs(far)
    if not will_do(sign * (far - 1)):
        return change
    far = first_that_will_do(lambda units: will_do(sign * units), far)
    return at(sign * far)


def _with(change: FactChange, value: object) -> FactChange:
    return FactChange(change.lever, value, change.before, who=change.who)  # type: ignore[arg-type]
