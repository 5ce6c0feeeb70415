"""The describing reading: a condition as a sentence that a villager can read.

`describe` says what a condition asks; `state` says what a traced condition found, with
its numbers: 家庭人均纯收入 2,310.00 元,低于 2015 年贫困线 2,855.00 元. Both are deterministic:
every word is from the vocabulary, the pack's titles or the tables of `sentences`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from shibie.engines.trace import Trace
from shibie.errors import Lang
from shibie.language import tree
from shibie.language.operators import OPPOSITE
from shibie.language.tree import Node
from shibie.language.types import Bool
from shibie.ruleset.model import RuleSet
from shibie.words import terms
from shibie.words.lists import both, labelled
from shibie.words.sentences import Sentences
from shibie.words.values import in_cents, plain


def describe(node: Node, ruleset: RuleSet, lang: Lang = "zh") -> str:
    """What a condition asks, or what a value is, in words.

    Args:
        node: any node of the language.
        ruleset: whose titles to use.
        lang: zh or en.
    """
    return Sentences(ruleset, lang).of(node)


def state(trace: Trace, ruleset: RuleSet, as_of: date, lang: Lang = "zh") -> str:
    """What a traced condition found, in words, with the numbers it found.

    A condition that is false is stated as its opposite; an unknown one says what is
    not known.
    """
    return _Findings(ruleset, lang).found(trace, as_of)


class _Findings(Sentences):
    """What traced conditions found, for one rule set in one language."""

    def found(self, trace: Trace, as_of: date) -> str:
        """What a traced condition found."""
        node, value = trace.node, trace.value
        match node:
            case tree.Compare() if value is None:
                missing = [child for child in trace.children if child.value is None]
                names = both((self.of(child.node) for child in missing), self.lang)
                return names + self.say("未知", " unknown")
            case tree.Compare(op=op):
                alike = _alike_in_cents(trace.children)
                left, right = (self.valued(child, as_of, node, alike) for child in trace.children)
                words = self.relation(node, op if value else OPPOSITE[op])
                return self.say(f"{left}，{words}{right}", f"{left} {words} {right}")
            case tree.And() | tree.Or():
                return self.joined(trace, as_of)
            case tree.Not():
                (child,) = trace.children
                return self.found(child, as_of)
            case tree.Fact(owner=owner, name=name) if isinstance(node.type, Bool):
                rule = self.ruleset.facts[cast("Any", owner), name]
                (child,) = trace.children
                below = self.found(child, as_of)
                return labelled(rule.title, below, self.lang) if value is not None else below
            case tree.In() | tree.HasCode():
                (child,) = trace.children
                title = self.of(child.node)
                return self.say(f"{title}：", f"{title}: ") + plain(child.value, self.lang)
            case tree.Field() if isinstance(node.type, Bool):
                title = self.of(node)
                return self.say(f"{title}：", f"{title}: ") + plain(value, self.lang)
            case _:
                text = self.of(node)
                if value is None:
                    return self.say(f"{text}：未知", f"{text}: unknown")
                if isinstance(node.type, Bool):
                    holds = terms.HOLDS if value else terms.DOES_NOT_HOLD
                    return self.say(f"{text}：{holds.zh}", f"{text}: {holds.en}")
                return self.valued(trace, as_of)

    def joined(self, trace: Trace, as_of: date) -> str:
        """Only the operands that decide: the true ones of a true or, and so on; each is said once."""
        deciding = [child for child in trace.children if child.value is trace.value]
        parts = dict.fromkeys(self.found(child, as_of) for child in deciding)
        return self.say("；", "; ").join(parts)

    def valued(
        self,
        trace: Trace,
        as_of: date,
        within: tree.Compare | None = None,
        exact: bool = False,
    ) -> str:
        """A term with its value: 家庭人均纯收入 2,310.00 元.

        Args:
            trace: of the term.
            as_of: the day of judgement.
            within: the comparison whose side it is.
            exact: not to two decimals.
        """
        node = trace.node
        if isinstance(node, tree.Literal):
            if within is None or isinstance(node.value, str):
                return plain(trace.value, self.lang)
            return self.side(within, node)
        value = self.amount(trace.value, node, exact)
        title = self.of(node)
        if isinstance(node, tree.Parameter):
            year = self.in_force(node, trace, as_of)
            title = self.say(f" {year} 年{title}", f"the {year} {title}")
        return f"{title}{' =' if title[-1:].isdecimal() else ''} {value}"

    def in_force(self, node: tree.Parameter, trace: Trace, as_of: date) -> int:
        """The year from which the parameter's present value is in force."""
        key = trace.children[0].value if trace.children else None
        steps = self.ruleset.parameters[node.name].steps(key)
        return max((day.year for day, _ in steps if day <= as_of), default=as_of.year)


def _alike_in_cents(traces: Sequence[Trace]) -> bool:
    """Whether two amounts differ, and would look the same with two decimals."""
    left, right = (each.value for each in traces)
    return left != right and in_cents(left) == in_cents(right)
