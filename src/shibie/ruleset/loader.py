"""YAML pack → checked `RuleSet`, reporting every error at its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from shibie.errors import Problem, RulesetError, Words, first_of
from shibie.language import tree
from shibie.ruleset import packs
from shibie.ruleset.basis import NO_BASIS
from shibie.ruleset.checking.declarations import Declarations
from shibie.ruleset.checking.duplicates import DuplicatesChecking
from shibie.ruleset.checking.facts import Facts
from shibie.ruleset.checking.measures import Measures
from shibie.ruleset.checking.parameters import Parameters
from shibie.ruleset.checking.persons import PersonsChecking
from shibie.ruleset.checking.properties import Promises
from shibie.ruleset.checking.rules import Rules
from shibie.ruleset.checking.standings import StandingsChecking
from shibie.ruleset.checking.steps import Steps
from shibie.ruleset.composing import compose, composed
from shibie.ruleset.fingerprint import of_folders, of_texts
from shibie.ruleset.model import OutcomeWords, Register, Rule, RuleSet
from shibie.ruleset.yaml_source import read

T = TypeVar("T")
_ENGLISH = OutcomeWords("eligible", "ineligible", "pending")
# Of packs that name none: where Chinese is written, one clock is kept.
_ZONES: Final = {"zh": "Asia/Shanghai"}


RulesOrPack = RuleSet | str | Path


def loaded(rules: RulesOrPack) -> RuleSet:
    """A rule set as it is, or the one that a pack's name or folder says.

    Raises:
        RulesetError: when the pack does not load.
    """
    return rules if isinstance(rules, RuleSet) else load(rules)


def load(name: str | Path) -> RuleSet:
    """The rule set of a pack.

    Args:
        name: a pack's folder, its ruleset.yaml, or the name of a shipped pack.

    Raises:
        RulesetError: with every problem found, each at `file:line:column`.

    >>> load("bazhong-2015").id
    'bazhong-2015'
    """
    folder = packs.find(name)
    pack = compose(folder)
    return replace(_Loader(pack).ruleset(), sha256=of_folders((folder, *pack.bases)))


class _Loader(
    Declarations, Parameters, Facts, PersonsChecking, DuplicatesChecking, Rules, StandingsChecking,
    Steps, Measures, Promises,
):  # fmt: skip
    """Checks one pack; collects problems and goes on wherever it can."""

    def ruleset(self) -> RuleSet:
        """The rule set, where nothing is wrong with the pack."""
        form, head = self.form, self.form.ruleset
        self.check_effect()
        self.check_zone()
        vocabulary = self.vocabulary()
        self.fill_names(vocabulary)
        registers = self.registers(vocabulary)
        self.unique_ids()
        self.declare_parameters()
        self.queue_facts()
        parameters = self.parameters()
        for owner, name in self.queued:
            self.resolve(owner, name)
        hits = self.hits(registers)
        poor = self.rule("poor", ("poor",), "poor", "poor", _sure(form.poor), NO_BASIS)
        persons = self.persons(hits)
        exclusions = self.exclusions()
        tracks, tallies, kinds = self.tracks(), self.tallies(), self.kinds()
        procedure, shares, measures = self.procedure(), self.shares(), self.measures()
        relevant = self.relevant()
        exits = self.exits()
        standings = self.standings(exits)
        properties, accepted = self.properties(), self.accepted()
        reasons = self.reasons()
        if self.problems:
            raise RulesetError(self.said())
        return RuleSet(
            id=head.id,
            title=head.title,
            effective_from=head.effective.from_,
            effective_to=head.effective.to,
            provenance=head.provenance,
            lang=head.lang,
            vocabulary=vocabulary,
            parameters=parameters,
            registers=hits,
            facts=self.facts,
            criteria=self.criteria(),
            poor=_sure(poor),
            exclusions=(*(rule for rule in exclusions if rule.kind == "exclusion"), *self.nobody()),
            reviews=(
                *(rule for rule in exclusions if rule.kind == "review"),
                *self.shared_persons(),
            ),
            tracks=tuple(map(_sure, tracks)),
            kinds=tuple(map(_sure, kinds)),
            tallies=tuple(map(_sure, tallies)),
            procedure=procedure,
            shares=shares,
            outcome=self.outcome(),
            names=self.settled_names(),
            folder=self.folder,
            comparisons=_comparisons(hits.values()),
            origins={name: self.pack.place(path).shown for name, path in self.pack.items()},
            properties=properties,
            accepted=accepted,
            measures=measures,
            persons=persons,
            reasons=reasons,
            relevant=relevant,
            time_zone=head.time_zone or _ZONES.get(head.lang, ""),
            standings=standings,
            exits=exits,
        )

    def said(self) -> list[Problem]:
        """The first problems, and what of the others is known."""
        found = first_of(self.problems, packs.RULESET_FILE, self.more_problems)
        if self.unchecked:
            what = Words(
                f"问题太多，其余 {self.unchecked} 个条件没有检查",
                f"too many problems; {self.unchecked} other conditions were not checked",
            )
            found.append(Problem(packs.RULESET_FILE, what))
        return found

    def check_effect(self) -> None:
        """The days of effect must be in their order."""
        effective = self.form.ruleset.effective
        if effective.from_ > effective.to:
            self.problem(
                ("ruleset", "effective"), Words("起始日期晚于截止日期", "starts after it ends")
            )

    def check_zone(self) -> None:
        """The time zone must be one that is known here."""
        name = self.form.ruleset.time_zone
        try:
            ZoneInfo(name or "UTC")
        except (OSError, ValueError, ZoneInfoNotFoundError):
            what = Words(f"没有时区“{name}”", f"there is no time zone '{name}'")
            example = Words("如 Asia/Shanghai", "such as Asia/Shanghai")
            # Windows has no table of time zones: it comes as a package with shibie.
            if not available_timezones():
                what = Words("这台电脑上没有时区表", "this machine has no table of time zones")
                example = Words("pip install tzdata", "pip install tzdata")
            self.problem(("ruleset", "time_zone"), what, example)

    def criteria(self) -> tuple[Rule, ...]:
        """The criteria in the pack's order; facts come in the order of their use."""
        order = {each.id: index for index, each in enumerate(self.form.criteria)}
        criteria = (rule for rule in self.facts.values() if rule.kind == "criterion")
        return tuple(sorted(criteria, key=lambda rule: order[rule.id]))

    def outcome(self) -> OutcomeWords:
        """The pack's words for the eligibilities, or those of its language."""
        if self.form.outcome:
            return OutcomeWords(**self.form.outcome.model_dump())
        return OutcomeWords() if self.form.ruleset.lang == "zh" else _ENGLISH


def _comparisons(registers: Iterable[Register]) -> dict[tuple[str, str], tree.Quantifier]:
    """For each declared fact that a register can contradict, whether it has a hit."""
    return {
        checked.field: tree.Quantifier(
            "any",
            tree.Collection(register.name, checked.owner),
            checked.hit or tree.Literal(True),
        )
        for register in registers
        for checked in register.checks
    }


def _sure(value: T | None) -> T:
    assert value is not None
    return value


def loads(text: str, parameters: str | None = None, name: str = packs.RULESET_FILE) -> RuleSet:
    """The rule set in a YAML text, without any file.

    Args:
        text: what would stand in ruleset.yaml.
        parameters: what would stand in parameters.yaml.
        name: how errors name the text.

    Raises:
        RulesetError: with every problem found.
    """
    more = None if parameters is None else read(packs.PARAMETERS_FILE, parameters)
    pack = composed(read(name, text), more, None)
    texts = [text] if parameters is None else [text, parameters]
    return replace(_Loader(pack).ruleset(), sha256=of_texts(texts, pack.bases))


def core_ruleset() -> RuleSet:
    """A rule set without rules: only the shared vocabulary, in force on every day."""
    return loads(
        """\
ruleset:
  id: core
  title: 共用词汇
  effective: {from: 0001-01-01, to: 9999-12-31}
poor: "true"
"""
    )
