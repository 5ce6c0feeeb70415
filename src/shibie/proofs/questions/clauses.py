"""A question about `and` and `or`: without each clause the condition would be another one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from shibie.errors import Words
from shibie.language.connectives import every, not_false, not_true, some
from shibie.language.tree import Aggregate, And, Node, Not, Or, Quantifier, Sure
from shibie.language.types import Bool
from shibie.language.walks import PutBack, children, with_operands
from shibie.proofs.findings import ProofFinding
from shibie.proofs.prover import Prover
from shibie.proofs.questions.existence import wanted
from shibie.proofs.written_parts import levels


def clauses(prover: Prover) -> Iterator[ProofFinding]:
    """Every clause is needed: left out, the condition would not say the same of everybody."""
    ruleset = prover.ruleset
    seen = Counter[str]()
    for level in levels(ruleset):
        for condition in _conditions(level.node):
            for clause, without in left_out(condition):
                seen[level.id] += 1
                number, words = seen[level.id], level.words(ruleset, clause)
                yield from wanted(
                    prover, f"clause.{level.id}.{number}",
                    level.somewhere(differs(condition, without)),
                    Words(
                        f"{level.id} 的第 {number} 个分句（{words.zh}）去掉也不改变这个条件",
                        f"clause {number} of {level.id} ({words.en}) is never needed",
                    ),
                )  # fmt: skip


def differs(one: Node, other: Node) -> Node:
    """That two conditions have different truths, of which one may be unknown.

    >>> from shibie.language.connectives import TRUE
    >>> type(differs(TRUE, Not(TRUE))).__name__
    'Or'
    """
    return some([
        every([Sure(one), not_true(other)]), every([Sure(other), not_true(one)]),
        every([Sure(Not(one)), not_false(other)]), every([Sure(Not(other)), not_false(one)]),
    ])  # fmt: skip


def _conditions(node: Node) -> Iterator[Node]:
    """The outermost conditions of a level: itself, or those that a formula chooses by."""
    if isinstance(node.type, Bool):
        yield node
    elif not isinstance(node, Quantifier | Aggregate):
        for child in children(node):
            yield from _conditions(child)


def left_out(node: Node, put_back: PutBack = lambda other: other) -> Iterator[tuple[Node, Node]]:
    """Each clause of a condition, in the order of the text, and the condition without it.

    >>> from shibie.language.tree import Field
    >>> a, b, c = (Field("household", name) for name in "abc")
    >>> named = {a: "a", b: "b", c: "c", Or((b, c)): "b or c"}
    >>> [(named[one], without == And((a, c))) for one, without in left_out(And((a, Or((b, c)))))]
    [('a', False), ('b or c', False), ('b', True), ('c', False)]
    """
    if isinstance(node, Quantifier | Aggregate):
        return
    operands = tuple(children(node))
    for index, operand in enumerate(operands):
        before, after = operands[:index], operands[index + 1 :]
        if isinstance(node, And | Or):
            rest = (*before, *after)
            yield operand, put_back(rest[0] if len(rest) == 1 else type(node)(rest))

        def within(
            other: Node,
            before: tuple[Node, ...] = before,
            after: tuple[Node, ...] = after,
        ) -> Node:
            return put_back(with_operands(node, (*before, other, *after)))

        yield from left_out(operand, within)
