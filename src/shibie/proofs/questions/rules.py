"""Questions about single rules: alive, needed, not contradicted, not swallowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shibie.case import Case
from shibie.engines.decide import decide
from shibie.engines.solver.logic import FALSE
from shibie.errors import Words
from shibie.language.connectives import every, negated, not_true, some, unknown
from shibie.language.tree import HOUSEHOLD, Node, Not
from shibie.lower.decision import adjudicated, holds
from shibie.lower.standings import ELIGIBLE, first_standing
from shibie.proofs.decision_conditions import eligibility_without
from shibie.proofs.findings import ProofFinding
from shibie.proofs.prover import Prover
from shibie.proofs.questions.existence import as_wanted, wanted
from shibie.ruleset.model import Rule, RuleSet
from shibie.words.lists import joined

_TRUTHS = {
    "true": Words("成立", "true"),
    "false": Words("不成立", "false"),
    "unknown": Words("未知", "unknown"),
}


def named(rule: Rule) -> str:
    """A rule as people read it."""
    return f"{rule.title}({rule.id})"


def alive(prover: Prover) -> Iterator[ProofFinding]:
    """Checks that every rule can be true, false and unknown; otherwise it is dead or constant.

    Where the head always counts, it is as it should be that the implied one is never true.
    """
    for rule in (each for each in prover.ruleset.rules if not each.implied):
        ways = {"true": holds(rule), "false": Not(holds(rule)), "unknown": unknown(holds(rule))}
        for word, claim in ways.items():
            title = _TRUTHS[word]
            absent = Words(f"{named(rule)}永远不会{title.zh}", f"{rule.id} can never be {title.en}")
            yield from wanted(prover, f"alive.{rule.id}.{word}", claim, absent)


def needed(prover: Prover) -> Iterator[ProofFinding]:
    """Checks that without any one criterion some household would no longer be included."""
    for rule in prover.ruleset.criteria:
        if not prover.wants(f"needed.{rule.id}"):
            continue
        other = prover.outcome_of(prover.household, {(HOUSEHOLD, rule.id): FALSE})
        prover.wanted[f"needed.{rule.id}"] = every([holds(rule), ELIGIBLE])
        terms = [prover.yes(holds(rule)), prover.outcome.eligible, other.ineligible]

        def turns(cases: tuple[Case, ...], rule: Rule = rule) -> bool:
            (case,) = cases
            ruleset = prover.ruleset
            kept = decide(ruleset, case).eligibility
            return kept == "eligible" and eligibility_without(ruleset, case, rule) == "ineligible"

        yield as_wanted(f"needed.{rule.id}", prover.find(terms, turns), Words(
            f"{named(rule)}去掉也不改变任何一户：{_cause(prover, rule).zh}",
            f"{rule.id} can be left out: {_cause(prover, rule).en}",
        ))  # fmt: skip


def _cause(prover: Prover, rule: Rule) -> Words:
    """Why a criterion changes nothing: it is implied, or what it includes is excluded."""
    implied = [
        other.id
        for other in prover.ruleset.criteria
        if other is not rule and _implies(prover, holds(rule), holds(other))
    ]
    if implied:
        return Words(
            f"它成立时 {joined(implied)} 也成立",
            f"whenever it holds, so does {joined(implied, 'en')}",
        )
    return Words("被其余规则决定", "the other rules settle it")


def _implies(prover: Prover, condition: Node, then: Node) -> bool:
    return prover.claim(every([condition, not_true(then)])).reply == "none"


def alone(prover: Prover) -> Iterator[ProofFinding]:
    """Checks that every exclusion can be the only ground, every review the only open question."""
    ruleset = prover.ruleset
    grounds = (*ruleset.exclusions, *ruleset.reviews)
    for rule in (each for each in grounds if not each.implied):
        if not prover.wants(f"alone.{rule.id}"):
            continue
        others = [other for other in grounds if other is not rule]
        claim = every([
            ruleset.poor.node, holds(rule), *(Not(holds(other)) for other in others),
            *(negated(adjudicated(each)) for each in grounds),
        ])  # fmt: skip
        prover.wanted[f"alone.{rule.id}"] = claim
        found = prover.claim(claim)
        cause = Words("", "") if found.reply == "found" else _company(prover, rule, others)
        yield as_wanted(f"alone.{rule.id}", found, Words(
            f"{named(rule)}不可能是唯一的理由：{cause.zh}",
            f"{rule.id} can never be the only ground: {cause.en}",
        ))  # fmt: skip


def _company(prover: Prover, rule: Rule, others: Iterable[Rule]) -> Words:
    """The rules that always fire together with an exclusion that is never the only ground."""
    always = [other for other in others if _implies(prover, holds(rule), holds(other))]
    twins = [other.id for other in always if _implies(prover, holds(other), holds(rule))]
    if twins:
        return Words(
            f"总与 {'、'.join(twins)} 同时成立", f"always together with {', '.join(twins)}"
        )
    if always:
        names = [other.id for other in always]
        return Words(
            f"它成立时 {'、'.join(names)} 也成立", f"whenever it holds, so does {', '.join(names)}"
        )
    return Words("其余规则合起来已包含它", "the others together imply it")


def contradictions(prover: Prover) -> Iterator[ProofFinding]:
    """No exclusion excludes everybody whom a criterion includes."""
    ruleset = prover.ruleset
    for criterion in ruleset.criteria:
        # One eligible household in which the criterion holds answers for all exclusions.
        included = every([holds(criterion), ELIGIBLE])
        free = prover.claim(included)
        for exclusion in ruleset.exclusions:
            name = f"contradiction.{criterion.id}.{exclusion.id}"
            if not prover.wants(name):
                continue
            kept = every([holds(criterion), Not(holds(exclusion))])
            prover.wanted[name] = some([included, kept])
            found = free if free.reply == "found" else prover.claim(kept)
            yield as_wanted(name, found, Words(
                f"{named(criterion)}成立时{named(exclusion)}总成立，两条互相抵消",
                f"whenever {criterion.id} holds, {exclusion.id} excludes",
            ))  # fmt: skip


def exceptions(prover: Prover) -> Iterator[ProofFinding]:
    """Checks that no exception cancels its exclusion entirely, and that each one has an effect."""
    ruleset = prover.ruleset
    for rule in (*ruleset.exclusions, *ruleset.reviews):
        if not rule.unless or rule.when is None:
            continue
        yield from wanted(
            prover, f"exception.{rule.id}", every([rule.when, Not(some(each.node for each in rule.unless))]),
            Words(f"{named(rule)}被例外完全抵消", f"the exceptions of {rule.id} swallow it"),
        )  # fmt: skip
        for each in rule.unless:
            rest = [Not(other.node) for other in rule.unless if other is not each]
            yield from wanted(
                prover, f"exception.{rule.id}.{each.id}", every([rule.when, each.node, *rest]),
                Words(
                    f"例外“{each.title}”（{each.id}）从不起作用", f"the exception {each.id} never applies"
                ),
            )  # fmt: skip


def kinds(prover: Prover) -> Iterator[ProofFinding]:
    """Every kind is some household's."""
    before: list[Rule] = []
    for rule in prover.ruleset.kinds:
        claim = every([ELIGIBLE, holds(rule), *(Not(holds(earlier)) for earlier in before)])
        yield from wanted(prover, f"kind.{rule.id}", claim, Words(
            f"没有户会是{named(rule)}", f"no household is of the kind {rule.id}",
        ))  # fmt: skip
        before.append(rule)


def standings(prover: Prover) -> Iterator[ProofFinding]:
    """Every standing that the pack writes is some household's."""
    for each in prover.ruleset.standings:
        if not each.implied:
            yield from wanted(prover, f"standing.{each.id}", first_standing(each), Words(
                f"没有户会是“{each.title}”（{each.id}）", f"no household is ever {each.id}",
            ))  # fmt: skip


def has_exceptions(ruleset: RuleSet) -> bool:
    """Whether any exclusion has exceptions."""
    return any(rule.unless for rule in (*ruleset.exclusions, *ruleset.reviews))
