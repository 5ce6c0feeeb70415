"""Exclusions, reviews, tracks, kinds and tallies."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shibie.decision import DUPLICATE_PERSON, NOT_POOR
from shibie.errors import Words
from shibie.household import Verdict
from shibie.language import tree
from shibie.language.names import Context
from shibie.language.tree import HOUSEHOLD, Node
from shibie.language.types import Bool
from shibie.ruleset import schema
from shibie.ruleset.basis import Basis
from shibie.ruleset.checking.base import Checking, YamlPath, taken_words
from shibie.ruleset.checking.persons import NOBODY
from shibie.ruleset.model import Condition, Rule, RuleKind
from shibie.ruleset.verdicts import ALL_VERDICTS
from shibie.vocabulary import Owner


class Rules(Checking):
    """Reads rules."""

    def rule(
        self, kind: RuleKind, path: YamlPath, rule_id: str, title: str, text: str, basis: Basis,
        owner: Owner = "household", statement: str = "",
    ) -> Rule | None:  # fmt: skip
        context = Context.household() if owner == HOUSEHOLD else Context.member()
        node = self.parse(text, path, context, Bool)
        if node is None:
            return None
        return Rule(
            rule_id, title, kind, node, text, owner, basis, line=self.line(path),
            statement=statement,
        )  # fmt: skip

    def owned(self, kind: RuleKind, path: YamlPath, form: schema.TrackForm) -> Rule | None:
        return self.rule(
            kind, (*path, "when"), form.id, form.title, form.when, self.basis(form.basis),
            form.for_, form.statement,
        )  # fmt: skip

    def exclusions(self) -> tuple[Rule, ...]:
        done = []
        for index, each in enumerate(self.form.exclusions):
            path: YamlPath = ("exclusions", index)
            context = Context.household()
            when = self.parse(each.when, (*path, "when"), context, Bool)
            unless = [
                Condition(item.id, item.title, node, item.when, self.basis(item.basis))
                for number, item in enumerate(each.unless)
                if (node := self.parse(item.when, (*path, "unless", number, "when"), context, Bool))
            ]
            review = each.effect == "review"
            verdicts = self.verdicts(path, each, review)
            if when is None or len(unless) < len(each.unless):
                continue
            excepted = tuple(item.node for item in unless)
            whole: Node = when
            if excepted:
                exception = excepted[0] if len(excepted) == 1 else tree.Or(excepted)
                whole = tree.And((when, tree.Not(exception)), at=when.at)
            done.append(
                Rule(
                    each.id, each.title, "review" if review else "exclusion", whole, each.when,
                    "household", self.basis(each.basis),
                    verdicts=verdicts, when=when, unless=tuple(unless), line=self.line((*path, "when")),
                    statement=each.statement,
                )
            )  # fmt: skip
        return tuple(done)

    def verdicts(
        self, path: YamlPath, form: schema.ExclusionForm, review: bool
    ) -> tuple[Verdict, ...]:
        """The verdicts on an exclusion: as written, or what `refutable` comes to."""
        if form.verdicts is not None and form.refutable is not None:
            self.problem(
                (*path, "verdicts"),
                Words(
                    "refutable 与 verdicts 只写一个", "write `refutable` or `verdicts`, not both"
                ),
            )
        refutable = review if form.refutable is None else form.refutable
        found: tuple[Verdict, ...] = ALL_VERDICTS if refutable else ("upheld",)
        if form.verdicts is not None:
            found = tuple(word for word in ALL_VERDICTS if word in form.verdicts)
        if review and not {"upheld"} < set(found):
            self.problem(
                (*path, "refutable" if form.verdicts is None else "verdicts"),
                Words("严格审查的规则必须可核实", "a review is there to be verified"),
                Words("至少写 [upheld, refuted]", "write at least [upheld, refuted]"),
            )
        return found

    def reasons(self) -> dict[str, str]:
        """The reasons of verdicts; two of one title could not be told apart."""
        found = dict(self.form.reasons)
        seen: set[str] = set()
        for code, title in found.items():
            taken = next((text for text in (code, title) if text in seen), None)
            if taken is not None:
                self.problem(("reasons", code), taken_words(taken))
            seen |= {code, title}
        return found

    def tracks(self) -> list[Rule | None]:
        return [
            self.owned("track", ("tracks", index), each)
            for index, each in enumerate(self.form.tracks)
        ]

    def tallies(self) -> list[Rule | None]:
        rules = (
            (each, self.owned("tally", ("tallies", index), each))
            for index, each in enumerate(self.form.tallies)
        )
        return [rule and replace(rule, among=each.among) for each, rule in rules]

    def kinds(self) -> list[Rule | None]:
        return [
            self.rule("kind", ("kinds", index, "when"), each.id, each.title, each.when,
                      self.basis(each.basis), statement=each.statement)
            for index, each in enumerate(self.form.kinds)
        ]  # fmt: skip

    def reserved(self) -> dict[str, str]:
        """The ids of grounds and reviews that no pack declares, and what has each."""
        found = {NOT_POOR: "poor"}
        if self.form.persons:
            found[NOBODY] = "persons"
        if self.form.duplicates == "review":
            found[DUPLICATE_PERSON] = "duplicates: review"
        return found

    def unique_ids(self) -> None:
        seen: dict[str, YamlPath] = {}
        sections = ("comparisons", "criteria", "exclusions", "kinds", "tracks", "tallies",
                    "measures")  # fmt: skip
        listed: list[tuple[YamlPath, Any]] = [
            ((section, index, "id"), each)
            for section in sections
            for index, each in enumerate(getattr(self.form, section))
        ]
        if self.form.exits is not None:
            criteria = enumerate(self.form.exits.criteria)
            listed += [(("exits", "criteria", index, "id"), each) for index, each in criteria]
        for path, each in listed:
            if each.id in seen or each.id in self.reserved():
                first = seen.get(each.id)
                where, where_en = "", ""
                if each.id in self.reserved():
                    where = f"，它是 {self.reserved()[each.id]} 的"
                    where_en = f", it is that of {self.reserved()[each.id]}"
                elif first:
                    where = f"，首见于第 {self.line(first)} 行"
                    where_en = f", first on line {self.line(first)}"
                self.problem(
                    path,
                    Words(f"编号“{each.id}”重复{where}", f"id '{each.id}' is used twice{where_en}"),
                )
            seen.setdefault(each.id, path)
