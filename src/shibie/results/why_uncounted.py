"""Why a person of the form does not count, or may not, in words: as tables and letters say it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal, cast

from shibie.engines.kleene import Truth, conjunction, disjunction, negation
from shibie.errors import Lang, Words
from shibie.language import tree
from shibie.language.operators import OPPOSITE
from shibie.language.tree import Node
from shibie.lower.membership import declared, operands, parts
from shibie.ruleset.basis import NO_BASIS
from shibie.ruleset.conditions import is_sensitive, opened
from shibie.ruleset.model import RuleSet
from shibie.words import terms
from shibie.words.sentences import Sentences
from shibie.words.speaker import Speaker
from shibie.words.values import plain

Counts = Literal["no", "unknown"]
COUNTS: dict[Truth, Counts] = {False: "no", None: "unknown"}
WORDS: dict[str, Words] = {
    "no": Words("不计入人口", "does not count"),
    "unknown": Words("是否计入人口不明", "unknown whether counted"),
}  # fmt: skip


def source(ruleset: RuleSet, lang: Lang = "zh") -> str:
    """Where the pack's definition of a person comes from, or nothing."""
    basis = ruleset.persons.basis if ruleset.persons else NO_BASIS
    return Speaker(ruleset, lang).source(basis)


def why(ruleset: RuleSet, truths: Sequence[Truth], lang: Lang = "zh") -> str:
    """Why a person does not count, or what is not known of him, in words.

    Args:
        ruleset: says who counts.
        truths: of each part of that condition what it is of him (`lower.membership.parts`).
        lang: zh or en.
    """
    return _Reason(ruleset, truths, lang).said()


class _Reason:
    """Puts the parts that decide into words."""

    def __init__(self, ruleset: RuleSet, truths: Sequence[Truth], lang: Lang) -> None:
        self.ruleset, self.lang = ruleset, lang
        self.truths = dict(zip(parts(ruleset), truths, strict=True))
        self.sentences, self.speaker = Sentences(ruleset, lang), Speaker(ruleset, lang)
        self.say = self.speaker.say

    def said(self) -> str:
        """The parts that decide it; or those that are not known, together."""
        assert self.ruleset.persons is not None
        whole = self.ruleset.persons.counted
        found = dict.fromkeys(self.deciding(whole))
        if self.value(whole) is not None:
            return self.speaker.clauses(dict.fromkeys(map(self.known, found)))
        listed = self.speaker.joined(dict.fromkeys(map(self.unknown, found)))
        return self.say(f"未知：{listed}", f"unknown: {listed}")

    def value(self, node: Node) -> Truth:
        """What a part is of him."""
        below = [self.value(each) for each in operands(self.ruleset, node)]
        match node:
            case tree.And():
                return conjunction(below)
            case tree.Or():
                return disjunction(below)
            case tree.Not():
                return negation(below[0])
        return below[0] if below else self.truths[node]

    def deciding(self, node: Node) -> Iterator[Node]:
        """The parts, taken apart no further, on which a part rests; where simple ones do, no others."""
        below = operands(self.ruleset, node)
        if not below:
            yield node
        if isinstance(node, tree.And | tree.Or):
            below = tuple(each for each in below if self.value(each) is self.value(node))
        if isinstance(node, tree.And) and self.value(node) is False:
            below = tuple(filter(self.is_simple, below)) or below
        for each in below:
            yield from self.deciding(each)

    def is_simple(self, node: Node) -> bool:
        """Whether a part is one statement, or its opposite."""
        return not isinstance(node, tree.And | tree.Or) and all(
            map(self.is_simple, operands(self.ruleset, node))
        )

    def known(self, node: Node) -> str:
        """A part that decides, with who says so; without what is sensitive in it."""
        title, holds = self.sentences.of(node), self.truths[node] is True
        before = declared(self.ruleset, node)
        by_form = isinstance(node, tree.Field) and (before is None or self.truths[before] is True)
        hidden = [node] if by_form else opened(self.ruleset, node)
        if any(
            isinstance(each, tree.Field) and is_sensitive(self.ruleset, each) for each in hidden
        ):
            return self.withheld(node)
        match node:
            case tree.Field() if holds and by_form:
                return self.say(f"申报{title}", f"{title} (declared)")
            case tree.Field(owner=owner, name=name) if holds:
                register = self.register(owner, name)
                return self.say(f"{register}登记为{title}", f"{title} ({register})")
            case tree.Field():
                return self.say(f"{title}：", f"{title}: ") + plain(False, self.lang)
            case tree.Compare(op=op):
                opposite = replace(node, op=cast("Any", OPPOSITE[op]))
                return title if holds else self.sentences.of(opposite)
            case tree.In():
                return title if holds else self.sentences.of(tree.Not(node))
        word = (terms.HOLDS if holds else terms.DOES_NOT_HOLD).say(self.lang)
        return self.say(f"{title}：{word}", f"{title}: {word}")

    def withheld(self, node: Node) -> str:
        """What a part is about, without what it is."""
        fields = [
            each
            for each in opened(self.ruleset, node)
            if isinstance(each, tree.Field) and is_sensitive(self.ruleset, each)
        ]
        titles = dict.fromkeys(map(self.sentences.of, fields))
        return self.speaker.joined(titles) + self.say(terms.WITHHELD.zh, f" {terms.WITHHELD.en}")

    def unknown(self, node: Node) -> str:
        """A part that is not known, with the register that would say it."""
        title = self.sentences.of(node)
        if isinstance(node, tree.Field) and declared(self.ruleset, node) is not None:
            register = self.register(node.owner, node.name)
            return self.say(f"{title}（{register}）", f"{title} ({register})")
        return title

    def register(self, owner: str, name: str) -> str:
        """The title of the register that is compared for a declared fact."""
        found = self.ruleset.comparison_of(owner, name)
        assert found is not None
        return self.ruleset.registers[found.collection.name].title
