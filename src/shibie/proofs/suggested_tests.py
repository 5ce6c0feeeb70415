"""Rule tests for what the tests of a pack do not show, found by the solver."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import localcontext

from shibie.case import Case
from shibie.coverage import Examined, Missing, measure, unseen_words
from shibie.engines.exact import EXACT
from shibie.engines.solver.household import SymbolicPlace
from shibie.engines.solver.logic import BoolTerm, agree, both
from shibie.errors import Words
from shibie.language import tree
from shibie.language.names import PEOPLE
from shibie.language.tree import MEMBER, Node
from shibie.language.walks import mapped
from shibie.proofs.prover import Prover, Reply
from shibie.proofs.witness import Witness
from shibie.proofs.witness_text import dumped, readable
from shibie.ruleset.model import RuleSet

TO_FILL_IN = "请填写"


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


def as_yaml(ruleset: RuleSet, found: Iterable[Suggestion]) -> str:
    """A file of rule tests; it does not load until a person has filled in what is expected."""
    blocks = [f"# shibie test --suggest: 把“{TO_FILL_IN}”改为 eligible、ineligible 或 pending。"]
    as_of = ruleset.effective_to
    blocks += [f"as_of: {as_of}", "tests:"]
    with localcontext(EXACT):
        for each in found:
            if each.witness is None:
                continue
            (state,) = each.witness.states
            test = {
                "name": unseen_words(ruleset, each.missing).zh,
                **({"as_of": each.witness.as_of} if each.witness.as_of != as_of else {}),
                "given": readable(ruleset, state),
                "expect": {"eligibility": TO_FILL_IN},
            }
            text = dumped({"tests": [test]}).split("\n", 1)[1].rstrip()
            blocks.append("\n".join(f"  {line}" for line in text.splitlines()))
    return "\n".join(blocks) + "\n"
