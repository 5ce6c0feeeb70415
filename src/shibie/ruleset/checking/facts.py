"""Facts and criteria: parsed each after those that it uses."""

from __future__ import annotations

from shibie.errors import Words
from shibie.language import tree
from shibie.language.names import Context, spelled
from shibie.language.parse import RefusedError
from shibie.language.tree import HOUSEHOLD, Node
from shibie.language.types import Bool
from shibie.ruleset.checking.base import Checking, PendingFact, YamlPath, taken_words
from shibie.ruleset.model import (
    Rule,
)  # fmt: skip
from shibie.vocabulary import Owner


class Facts(Checking):
    """Reads derived values, whatever their order."""

    def queue_facts(self) -> None:
        for index, fact in enumerate(self.form.facts):
            self.queue(PendingFact(fact.of, fact.name, fact.title, fact.value,
                             ("facts", index, "value"), "fact", self.basis(fact.basis),
                             fact.unit), ("facts", index, "name"))  # fmt: skip
        for index, each in enumerate(self.form.criteria):
            self.queue(PendingFact("household", each.id, each.title, each.when,
                             ("criteria", index, "when"), "criterion", self.basis(each.basis),
                             statement=each.statement),
                       ("criteria", index, "id"))  # fmt: skip

    def queue(self, fact: PendingFact, path: YamlPath) -> None:
        names = self.of[fact.owner]
        before = self.queued.get((fact.owner, fact.name))
        if before is not None and before.kind == fact.kind == "criterion":
            return  # reported with the other ids that are used twice
        for text in (fact.name, fact.title):
            if any(spelled(text) in known for known in (
                names, names.pending, self.shared, self.shared.pending
            )):  # fmt: skip
                at = path if text == fact.name else (*path[:-1], "title")
                self.problem(at, taken_words(text))
                return
        self.queued[fact.owner, fact.name] = fact
        for text in (fact.name, fact.title):
            names.pending.setdefault(
                spelled(text), lambda: self.resolve_or_refuse(fact.owner, fact.name)
            )

    def resolve_or_refuse(self, owner: Owner, name: str) -> Node:
        node = self.resolve(owner, name)
        if node is None:
            raise RefusedError
        return node

    def resolve(self, owner: Owner, name: str) -> Node | None:
        """Parse a fact after those that it uses; None when it does not parse."""
        key = (owner, name)
        if key in self.facts:
            return tree.Fact(owner, name, type=self.facts[key].node.type)
        fact = self.queued[key]
        if key in self.parsing:
            cycle = [each for _, each in self.parsing[self.parsing.index(key) :]] + [name]
            shown = " → ".join(cycle)
            self.problem(
                fact.path, Words(f"事实循环引用：{shown}", f"facts depend on each other: {shown}")
            )
            self.failed.add(key)
            return None
        if key in self.failed:
            return None
        self.parsing.append(key)
        context = Context.household() if owner == HOUSEHOLD else Context.member()
        expect = Bool if fact.kind == "criterion" else None
        node = self.parse(fact.text, fact.path, context, expect)
        self.parsing.pop()
        if node is None or key in self.failed:
            self.failed.add(key)
            return None
        self.facts[key] = Rule(
            fact.name, fact.title, fact.kind, node, fact.text, owner, fact.basis,
            unit=fact.unit, line=self.line(fact.path), statement=fact.statement,
        )  # fmt: skip
        return tree.Fact(owner, name, type=node.type)
