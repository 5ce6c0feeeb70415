"""What a pack states about itself: properties, and the findings of `verify` that it accepts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shibie.decision import DUPLICATE_PERSON
from shibie.errors import Words, did_you_mean
from shibie.language import tree
from shibie.language.names import PEOPLE, Context, spelled
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.language.types import BOOL, Bool, Number
from shibie.ruleset import schema
from shibie.ruleset.checking.base import Checking, DecisionNames, LazyNames, YamlPath
from shibie.ruleset.checking.duplicates import IN_TWO_HOUSEHOLDS
from shibie.ruleset.model import Accepted, Property
from shibie.ruleset.verdicts import ALL_VERDICTS

PROPERTY = "property"
# What the names of accepted mutants begin with; they are no business of `verify` itself.
MUTANT = "mutant."
DECISION_WORDS = ("eligible", "ineligible", "pending")


class Promises(Checking):
    """Reads properties and acceptances."""

    def properties(self) -> tuple[Property, ...]:
        context = self.property_context()
        done, seen = [], set[str]()
        for index, each in enumerate(self.form.properties):
            path: YamlPath = ("properties", index)
            if each.id in seen:
                self.problem(
                    (*path, "id"), Words(f"性质“{each.id}”重复", f"property '{each.id}' twice")
                )
            seen.add(each.id)
            grows = bool(each.more or each.less)
            if grows == (each.then is not None):
                self.problem(
                    (*path, "id"),
                    Words(
                        "性质要写 then，或写 more、less，只写一种",
                        "a property takes `then`, or else `more` or `less`",
                    ),
                )
            when = then = None
            if each.when is not None:
                when = self.parse(each.when, (*path, "when"), context, Bool)
            if each.then is not None:
                then = self.parse(each.then, (*path, "then"), context, Bool)
            more = tuple(self.growing((*path, "more"), each.more))
            less = tuple(self.growing((*path, "less"), each.less))
            done.append(
                Property(
                    each.id, each.title, when, then, more, less, self.basis(each.basis),
                    self.line((*path, "id")),
                )
            )  # fmt: skip
        return tuple(done)

    def property_context(self) -> Context:
        """A household's condition that also sees the decision, and rules by their ids."""
        self.of[PROPERTY] = DecisionNames(
            self.of[HOUSEHOLD], {word: word for word in DECISION_WORDS}
        )
        prefixes = {"household": HOUSEHOLD, "户": HOUSEHOLD}
        for rule_id, title, adjudicable in self.named_rules():
            names = self.of.setdefault(f"rule:{rule_id}", LazyNames())
            words = ["holds"]
            if adjudicable:
                words += ALL_VERDICTS
            for word in words:
                names[word] = tree.Field(f"rule:{rule_id}", word, type=BOOL)
            for text in (rule_id, spelled(title)):
                prefixes.setdefault(text, f"rule:{rule_id}")
        return Context(PROPERTY, prefixes, HOUSEHOLD)

    def named_rules(self) -> Iterator[tuple[str, str, bool]]:
        """Of each rule its id, its title, and whether there are verdicts on it."""
        form = self.form
        rules: Iterable[schema.RuleForm] = (
            *form.criteria, *form.exclusions, *form.kinds, *form.tracks, *form.tallies,
            *(form.exits.criteria if form.exits else ()),
        )  # fmt: skip
        for rule in rules:
            yield rule.id, rule.title, isinstance(rule, schema.ExclusionForm)
        if form.duplicates == "review":
            yield DUPLICATE_PERSON, IN_TWO_HOUSEHOLDS.say(form.ruleset.lang), True

    def growing(self, path: YamlPath, names: list[str]) -> Iterator[tree.Field | tree.Collection]:
        """The facts and registers of which there may be more or less."""
        for index, name in enumerate(names):
            found = next(
                (
                    node
                    for owner in (HOUSEHOLD, MEMBER)
                    if isinstance(node := self.of[owner].get(spelled(name)), tree.Field)
                    and isinstance(node.type, Bool | Number)
                ),
                None,
            )
            register = self.collections.get(spelled(name))
            if found is not None:
                yield found
            elif register is not None and register not in PEOPLE:
                yield tree.Collection(register, HOUSEHOLD)
            else:
                known = [
                    *(each for each in self.collections if each not in PEOPLE),
                    *(
                        node.name
                        for owner in (HOUSEHOLD, MEMBER)
                        for node in self.of[owner].values()
                        if isinstance(node, tree.Field) and isinstance(node.type, Bool | Number)
                    ),
                ]
                self.problem(
                    (*path, index),
                    Words(
                        f"“{name}”不是数字、是否类字段或比对表",
                        f"'{name}' is no number, yes/no field or register",
                    ),
                    did_you_mean(name, known),
                )

    def accepted(self) -> tuple[Accepted, ...]:
        context = self.property_context()
        done, seen = [], set[str]()
        for index, each in enumerate(self.form.accepted):
            path: YamlPath = ("accepted", index, "finding")
            if each.finding in seen:
                self.problem(
                    path,
                    Words(f"“{each.finding}”接受了两次", f"'{each.finding}' is accepted twice"),
                )
            seen.add(each.finding)
            source, place, _ = self.pack.place(path)
            span = source.value_span(place)
            at = f"{source.name}:{span.line}:{span.column}"
            where = None
            if each.where is not None and each.finding.startswith(MUTANT):
                self.problem(("accepted", index, "where"), Words(
                    "变异是规则包的一处改动，不能写 where",
                    "a mutant is one change of the pack; `where` says nothing of it",
                ))  # fmt: skip
            elif each.where is not None:
                where = self.parse(each.where, ("accepted", index, "where"), context, Bool)
            done.append(Accepted(each.finding, each.reason, at, where, each.where or ""))
        return tuple(done)
