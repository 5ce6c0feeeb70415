"""Whether a household stays pending although every way to fill in its blanks gives one result."""

from __future__ import annotations

from collections.abc import Iterator

from shibie.engines.solver.household import Bound
from shibie.engines.solver.logic import BoolTerm
from shibie.errors import Words
from shibie.language import tree
from shibie.language.connectives import some
from shibie.language.tree import Node
from shibie.language.walks import walk
from shibie.lower.decision import holds
from shibie.proofs.completions import Completions
from shibie.proofs.findings import ProofFinding
from shibie.proofs.prover import Prover
from shibie.ruleset.conditions import opened
from shibie.ruleset.model import RuleSet

# One person and no rows: with more, the solver takes minutes.
SMALL = Bound(1, 0)
# It rests on what other questions are about, so no more is spent on one household than this.
MOST_SECONDS = 2.0


def needless(prover: Prover) -> Iterator[ProofFinding]:
    """No household is pending for blanks that could be filled in in any way.

    What includes, what excludes and what is to be reviewed is asked of each by itself, where the other
    two are known.
    """
    ruleset = prover.ruleset
    parts = [
        ("poor", ruleset.poor.node),
        ("exclusions", some(holds(rule) for rule in ruleset.exclusions if not rule.implied)),
        ("reviews", some(holds(rule) for rule in ruleset.reviews if not rule.implied)),
    ]
    asked = Completions(ruleset, SMALL, min(prover.seconds, MOST_SECONDS))
    truths = {name: asked.prover.outcome.reading.truth(node) for name, node in parts}
    for name, node in parts:
        if isinstance(node, tree.Literal) or not prover.wants(f"needless.{name}"):
            continue
        # What is to be reviewed is pending whatever is filled in.
        others = [
            truth.no if other == "reviews" else truth.known
            for other, truth in truths.items()
            if other != name
        ]
        if prover.among is not None:
            others.append(asked.prover.yes(prover.among))
        yield _one(asked, name, node, others)


def _one(asked: Completions, name: str, node: Node, others: list[BoolTerm]) -> ProofFinding:
    ruleset, replies = asked.prover.ruleset, []
    for value in (True, False):
        # A review that surely holds leaves it to be reviewed.
        if name == "reviews" and value:
            continue
        found = asked.of_one_truth(node, value, others)
        replies.append(found.reply)
        if found.witness is not None:
            return ProofFinding(
                f"needless.{name}", "refuted", _said(ruleset, node, value), found.witness
            )
    if "undecided" in replies:
        what = Words("没有查出，也没有证明", "neither found nor proved")
        return ProofFinding(f"needless.{name}", "noted", what)
    return ProofFinding(
        f"needless.{name}", "proved", Words("没有反例", "no counterexample"), reach="bound"
    )


def _said(ruleset: RuleSet, node: Node, value: bool) -> Words:
    """What is so, and how to write the rules so that it is decided."""
    word = Words("成立", "true") if value else Words("不成立", "false")
    zh = [f"空着的资料怎样填都{word.zh}，这户却待核实"]
    en = [f"pending, though however its blanks are filled in it is {word.en}"]
    for advice in _advice(ruleset, node):
        zh.append(advice.zh)
        en.append(advice.en)
    return Words("；".join(zh), "; ".join(en))


def _advice(ruleset: RuleSet, node: Node) -> Iterator[Words]:
    parts = [part for each in opened(ruleset, node) for part in walk(each)]
    if any(isinstance(part, tree.Extremum) for part in parts):
        yield Words(
            "min、max 有一项未知就未知，改为逐项比较，如 min(a, b) < n 写作 a < n or b < n",
            "min and max are unknown where one of theirs is: compare each, as a < n or b < n"
            " instead of min(a, b) < n",
        )
    yield Words(
        "同一项资料不要在几个条件里分头判断：数几条成立用 at_least(k, …)，分段的合成一个条件，"
        "用得上界限的先写 known(…) and …",
        "do not ask of one fact in several conditions: count them with at_least(k, …), make one"
        " condition of cases that meet, and where a bound is enough write known(…) and … first",
    )
