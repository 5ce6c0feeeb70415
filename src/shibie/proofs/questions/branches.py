"""A question about choices: each branch of `a if c else b` is some household's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from shibie.errors import Words
from shibie.language.connectives import every
from shibie.language.tree import Aggregate, Choose, Node, Not, Quantifier
from shibie.language.walks import children
from shibie.proofs.findings import ProofFinding
from shibie.proofs.prover import Prover
from shibie.proofs.questions.existence import wanted
from shibie.proofs.written_parts import levels

# The conditions that lead to a part.
Path = tuple[Node, ...]


def branches(prover: Prover) -> Iterator[ProofFinding]:
    """Every branch is reached: what is chosen of several rows, each row of them."""
    ruleset = prover.ruleset
    seen = Counter[str]()
    for level in levels(ruleset):
        for branch, path in outcomes(level.node):
            seen[level.id] += 1
            number, words = seen[level.id], level.words(ruleset, branch)
            yield from wanted(
                prover, f"branch.{level.id}.{number}", level.somewhere(every(path)),
                Words(
                    f"{level.id} 的第 {number} 个分支（{words.zh}）永远走不到",
                    f"branch {number} of {level.id} ({words.en}) is never reached",
                ),
            )  # fmt: skip


def outcomes(node: Node, path: Path = ()) -> Iterator[tuple[Node, Path]]:
    """What is chosen in the end, in the order of the text, with the conditions that lead there.

    >>> from shibie.language.connectives import FALSE, TRUE
    >>> from shibie.language.tree import Literal
    >>> inner = Choose(FALSE, Literal("b"), Literal("c"))
    >>> [each.value for each, _ in outcomes(Choose(TRUE, Literal("a"), inner))]
    ['a', 'b', 'c']
    """
    if isinstance(node, Quantifier | Aggregate):
        return
    if not isinstance(node, Choose):
        for child in children(node):
            yield from outcomes(child, path)
        return
    for branch, condition in ((node.then, node.condition), (node.otherwise, Not(node.condition))):
        leads = (*path, condition)
        if not isinstance(branch, Choose):
            yield branch, leads
        yield from outcomes(branch, leads)
    yield from outcomes(node.condition, path)
