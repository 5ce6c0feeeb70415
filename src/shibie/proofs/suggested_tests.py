"""Rule tests for what the tests of a pack do not show, found by the solver."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from decimal import localcontext
from pathlib import Path

from shibie.case import Case
from shibie.coverage import Examined, Missing, measure, unseen_words
from shibie.engines.exact import EXACT
from shibie.engines.solver.household import SymbolicPlace
from shibie.engines.solver.logic import BoolTerm, agree, both
from shibie.errors import Words
from shibie.language import tree
from shibie.language.names import PEOPLE
from shibie.language.tree import HOUSEHOLD, MEMBER, Node
from shibie.language.walks import mapped
from shibie.proofs.prover import Prover, Reply
from shibie.proofs.witness import Witness
from shibie.proofs.witness_text import dumped, in_words, readable
from shibie.ruleset.model import RuleSet

_HEAD = Words(
    "# shibie test --suggest：结论是规则现在给出的，请逐条与政策核对。",
    "# shibie test --suggest: what is expected is what the rules decide today; check each.",
)


@dataclass(frozen=True)
class Suggestion:
    """A case for something that no test shows; no witness where there is none."""

    missing: Missing
    reply: Reply
    witness: Witness | None = None


def suggestions(
    ruleset: RuleSet,
    missing: Iterable[Missing],
    seconds: float = 10,
    progress: Callable[[Words], None] = lambda _: None,
) -> Iterator[Suggestion]:
    """A case for each; one that an earlier suggestion shows already is left out.

    Args:
        ruleset: the pack.
        missing: what is not seen.
        seconds: time for each single question.
        progress: told what is looked for.
    """
    prover = Prover(ruleset, seconds=seconds)
    left = list(missing)
    while left:
        each = left.pop(0)
        progress(unseen_words(ruleset, each))
        found = _found(prover, each)
        yield found
        if found.witness is not None:
            shown = measure(ruleset, found.witness.cases(ruleset))
            still = set(shown.missing)
            left = [other for other in left if other in still]


def _found(prover: Prover, missing: Missing) -> Suggestion:
    tested, leaf = missing.tested, missing.leaf
    there, place = _place(prover, tested)
    reading = prover.outcome.reading
    truth = reading.truth(leaf, place)
    terms: list[BoolTerm] = [
        there,
        getattr(truth, {"true": "yes", "false": "no"}.get(missing.way, "unknown")),
    ]
    if missing.way.startswith("decides_"):
        as_true, as_false = (
            reading.truth(_settled(tested.node, leaf, value), place) for value in (True, False)
        )
        value = truth.yes if missing.way == "decides_true" else truth.no
        turns = both(as_true.known, as_false.known, agree(as_true.yes, as_false.no))
        terms = [there, value, turns]

    def shows(cases: tuple[Case, ...]) -> bool:
        return missing not in set(measure(prover.ruleset, cases).missing)

    found = prover.find(terms, shows, plain=True)
    return Suggestion(missing, found.reply, found.witness)


def _settled(node: Node, leaf: Node, value: bool) -> Node:
    """The condition with one leaf replaced by a truth value; other leaves stay as they are."""
    if node == leaf:
        return tree.Literal(value)
    if isinstance(node, tree.And | tree.Or | tree.Not):
        return mapped(node, lambda operand: _settled(operand, leaf, value))
    return node


def _place(prover: Prover, tested: Examined) -> tuple[BoolTerm, SymbolicPlace]:
    """The first member or row that a condition is about, and that it is there."""
    household = prover.household
    place = SymbolicPlace(0) if tested.owner == MEMBER else SymbolicPlace()
    there = [household.present(0)]
    for collection in tested.inside:
        if collection.name in PEOPLE:
            place = SymbolicPlace(0)
        else:
            member = place.member if collection.owner == MEMBER else None
            place = SymbolicPlace(member, collection.name, (0, 0))
            there.append(household.row(collection.name, 0, 0))
    return both(*there), place


def as_yaml(
    ruleset: RuleSet, found: Iterable[Suggestion], titled: Container[str] = frozenset()
) -> str:
    """A file of rule tests in the pack's language; each expects what is decided today.

    Args:
        ruleset: the pack.
        found: what is suggested.
        titled: the names of fields for which the pack's tests write the title.
    """
    blocks = [_HEAD.say(ruleset.lang)]
    as_of = ruleset.effective_to
    blocks += [f"as_of: {as_of}", "tests:"]
    with localcontext(EXACT):
        for each in found:
            if each.witness is None:
                continue
            (state,) = each.witness.states
            (decision,) = each.witness.decisions(ruleset)
            test = {
                "name": unseen_words(ruleset, each.missing).say(ruleset.lang),
                **({"as_of": each.witness.as_of} if each.witness.as_of != as_of else {}),
                "given": in_words(ruleset, readable(ruleset, state), titled),
                "expect": {"eligibility": decision.eligibility},
            }
            text = dumped({"tests": [test]}).split("\n", 1)[1].rstrip()
            blocks.append("\n".join(f"  {line}" for line in text.splitlines()))
    return "\n".join(blocks) + "\n"


def titles_in_tests(ruleset: RuleSet, folder: Path) -> frozenset[str]:
    """The names of fields that the tests in a folder call by their titles, and never by name."""
    text = "\n".join(
        file.read_text(encoding="utf-8", errors="replace") for file in sorted(folder.glob("*.yaml"))
    )
    keys = {key.strip("\"'") for key in re.findall(r"(?:^|[{,\s])([^\s{},:\[\]]+)\s*:", text)}
    return frozenset(
        spec.name
        for owner in (HOUSEHOLD, MEMBER, *ruleset.registers)
        for spec in ruleset.field_specs(owner).values()
        if spec.title in keys and spec.name not in keys
    )
