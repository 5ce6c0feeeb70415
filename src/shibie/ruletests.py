"""Tests of a pack, written in YAML beside its rules.

A test gives the facts of a household and states what must come out. Whatever is not
given is unknown, and whatever is not stated is not compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from shibie.case import Case, Value
from shibie.decision import Decision
from shibie.engines.decide import decide
from shibie.engines.exact import EXACT
from shibie.engines.interpreter import evaluate
from shibie.engines.place import Place
from shibie.errors import InputError, Problem, RulesetError, Words, did_you_mean
from shibie.language.tree import HOUSEHOLD
from shibie.lower import lowered
from shibie.rosters.cells import NO, YES
from shibie.rosters.household_input import case_from
from shibie.ruleset.model import Rule, RuleSet
from shibie.ruleset.schema import Form
from shibie.ruleset.schema_validation import validated
from shibie.ruleset.yaml_source import YamlSource, read_file
from shibie.vocabulary import folded


def _truth(value: object) -> object:
    """A word for yes or no as what it means; anything else as it is."""
    word = folded(value) if isinstance(value, str) else ""
    return True if word in YES else False if word in NO else value


TruthWord = Annotated[bool | Literal["unknown"], BeforeValidator(_truth)]
_Path = tuple[str | int, ...]


class ExpectForm(Form):
    """What must come out; only the keys that are there are compared."""

    eligibility: Literal["eligible", "ineligible", "pending"] | None = None
    kind: str | None = None
    grounds: list[str] | None = None
    reviews: list[str] | None = None
    unknown: list[str] | None = None
    tracks: list[str] | dict[str, list[str]] | None = None
    rules: dict[str, TruthWord] = {}
    facts: dict[str, Any] = {}
    discrepancies: list[str] | None = None


class TestForm(Form):
    """One test."""

    name: str
    as_of: date | None = None
    given: dict[str, Any] = {}
    expect: ExpectForm


class FileForm(Form):
    """A file of tests; `defaults` stand below every test's `given`, key by key."""

    as_of: date
    defaults: dict[str, Any] = {}
    tests: list[TestForm] = Field(min_length=1)


@dataclass(frozen=True)
class RuleTest:
    """One test with its case.

    Attributes:
        where: `file:line` of its name.
    """

    name: str
    where: str
    case: Case
    expect: ExpectForm


@dataclass(frozen=True)
class Difference:
    """One expectation that does not hold."""

    what: str
    expected: str
    found: str


@dataclass(frozen=True)
class CaseOutcome:
    """What a test gave.

    Attributes:
        decision: the decision.
        values: for every rule, the values that it took (one a member for member rules).
        differences: the expectations that do not hold; none for a test that passes.
    """

    test: RuleTest
    decision: Decision
    values: Mapping[str, tuple[Value, ...]]
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class TestReport:
    """All outcomes, and what no test shows.

    Attributes:
        unseen: for every rule, those of true, false and unknown that no test gives it.
    """

    __test__ = False

    outcomes: tuple[CaseOutcome, ...]
    unseen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def failures(self) -> tuple[CaseOutcome, ...]:
        """The outcomes with differences."""
        return tuple(outcome for outcome in self.outcomes if outcome.differences)

    @property
    def never_fired(self) -> tuple[str, ...]:
        """The rules that no test makes true."""
        return tuple(rule for rule, missing in self.unseen.items() if "true" in missing)


def run_tests(ruleset: RuleSet, folder: Path | None = None) -> TestReport:
    """Load and run all tests of a pack.

    Args:
        ruleset: the pack.
        folder: where its tests lie; `tests` in the pack's own folder by default.

    Raises:
        RulesetError: when a test file is unusable, with every problem.
    """
    outcomes = tuple(run_test(ruleset, test) for test in load_tests(ruleset, folder))
    return TestReport(outcomes, unseen(ruleset, outcomes))


def load_tests(ruleset: RuleSet, folder: Path | None = None) -> tuple[RuleTest, ...]:
    """The tests in the `*.yaml` files of a folder, in the files' order."""
    folder = folder or (ruleset.folder or Path()) / "tests"
    problems: list[Problem] = []
    tests: list[RuleTest] = []
    for file in sorted(folder.glob("*.yaml")):
        try:
            tests += load_file(ruleset, file)
        except RulesetError as error:
            problems += error.problems
    if problems:
        raise RulesetError(problems)
    return tuple(tests)


def load_file(ruleset: RuleSet, file: Path) -> tuple[RuleTest, ...]:
    """The tests of one file.

    Raises:
        RulesetError: with every problem of the file.
    """
    source = read_file(file, f"tests/{file.name}")
    form, problems = validated(FileForm, source)
    if form is None:
        raise RulesetError(problems)
    reader = _RuleTestReader(ruleset, source, form)
    tests = tuple(reader.tests())
    problems = [*problems, *reader.problems]
    if problems:
        raise RulesetError(problems)
    return tests


class _RuleTestReader:
    """Turns the tests of one file into cases, noting every fault at its place."""

    def __init__(self, ruleset: RuleSet, source: YamlSource, form: FileForm) -> None:
        self.ruleset, self.source, self.form = ruleset, source, form
        self.problems: list[Problem] = []

    def tests(self) -> Iterator[RuleTest]:
        for index, test in enumerate(self.form.tests):
            path: _Path = ("tests", index)
            self.expectations((*path, "expect"), test.expect)
            as_of = test.as_of or self.form.as_of
            if not self.ruleset.in_force(as_of):
                at: _Path = (*path, "as_of") if test.as_of else ("as_of",)
                self.problem(at, Words("不在规则的有效期内", "outside the rule set's effect"))
                continue
            try:
                case = case_from(self.ruleset, {**self.form.defaults, **test.given}, as_of)
            except InputError as error:
                for problem in error.problems:
                    self.problem(
                        self.place((*path, "given"), problem.where),
                        Words(
                            f"{problem.where}: {problem.what.zh}",
                            f"{problem.where}: {problem.what.en}",
                        ),
                        problem.suggestion,
                    )
                continue
            line = self.source.value_span((*path, "name")).line
            yield RuleTest(test.name, f"{self.source.name}:{line}", case, test.expect)

    def problem(self, path: _Path, what: Words, suggestion: Words | None = None) -> None:
        span = self.source.value_span(path)
        self.problems.append(self.source.problem(span, what, suggestion))

    def place(self, given: _Path, where: str) -> _Path:
        """The YAML path of `members[1].health`, in the test itself or in the file's defaults."""
        parts: list[str | int] = []
        for part in where.split("."):
            name, _, index = part.partition("[")
            parts.append(name)
            if index.rstrip("]").isdigit():
                parts.append(int(index.rstrip("]")) - 1)
        in_test = (*given, *parts)
        return in_test if (*given, parts[0]) in self.source.positions else ("defaults", *parts)

    def expectations(self, path: _Path, expect: ExpectForm) -> None:
        """Every rule, track and fact that is spoken of must exist."""
        ruleset = self.ruleset
        rules = {rule.id for rule in all_rules(ruleset)}
        tracks = {rule.id for rule in ruleset.tracks}
        grounds = {each.name for each in lowered(ruleset).grounds}
        known: list[tuple[str, Iterable[str], set[str]]] = [
            ("rules", expect.rules, rules),
            ("tracks", expect.tracks or (), tracks),
            ("grounds", expect.grounds or (), grounds),
            ("reviews", expect.reviews or (), {rule.id for rule in ruleset.reviews}),
            ("facts", expect.facts, {name for owner, name in ruleset.facts if owner == HOUSEHOLD}),
            ("kind", [expect.kind] if expect.kind else (), {rule.id for rule in ruleset.kinds}),
            ("discrepancies", expect.discrepancies or (), {each.id for each in ruleset.registers.values()}),
        ]  # fmt: skip
        for key, names, allowed in known:
            for name in names:
                if name not in allowed:
                    at: _Path = (*path, key, name) if key in ("rules", "facts") else (*path, key)
                    self.problem(
                        at,
                        Words(f"没有“{name}”", f"there is no '{name}'"),
                        did_you_mean(name, allowed),
                    )


def all_rules(ruleset: RuleSet) -> tuple[Rule, ...]:
    """The rules that a test can speak of: the pack's, their exceptions, and `poor`."""
    exceptions = (
        Rule(each.id, each.title, "fact", each.node, each.text, basis=each.basis)
        for rule in (*ruleset.exclusions, *ruleset.reviews)
        for each in rule.unless
    )
    return (*ruleset.rules, *exceptions, ruleset.poor)


def run_test(ruleset: RuleSet, test: RuleTest) -> CaseOutcome:
    """Decide the test's household and compare."""
    decision = decide(ruleset, test.case)
    with localcontext(EXACT):
        place = Place.top(ruleset, test.case)
        values = {rule.id: tuple(_values(rule, place)) for rule in all_rules(ruleset)}
        facts = {
            name: evaluate(rule.node, place)
            for (owner, name), rule in ruleset.facts.items()
            if owner == HOUSEHOLD
        }
    return CaseOutcome(
        test, decision, values, tuple(_differences(test.expect, decision, values, facts))
    )


def _values(rule: Rule, place: Place) -> Iterator[Value]:
    if rule.owner == HOUSEHOLD:
        yield evaluate(rule.node, place)
        return
    for index in range(len(place.case.household.members)):
        yield evaluate(rule.node, place.at_member(index))


def _differences(
    expect: ExpectForm,
    decision: Decision,
    values: Mapping[str, tuple[Value, ...]],
    facts: Mapping[str, Value],
) -> Iterator[Difference]:
    for name in ("eligibility", "kind"):
        wanted, found = getattr(expect, name), getattr(decision, name)
        if wanted is not None and wanted != found:
            yield Difference(name, wanted, found)
    for name in ("grounds", "reviews", "unknown"):
        wanted, found = getattr(expect, name), getattr(decision, name)
        if wanted is not None and sorted(wanted) != sorted(found):
            yield Difference(name, _list(wanted), _list(found))
    yield from _track_differences(expect, decision)
    if expect.discrepancies is not None:
        hits = {each.rule_id for each in decision.findings if each.kind == "discrepancy"}
        if hits != set(expect.discrepancies):
            yield Difference("discrepancies", _list(expect.discrepancies), _list(sorted(hits)))
    for rule_id, wanted in expect.rules.items():
        found = _any(values[rule_id])
        if found != (None if wanted == "unknown" else wanted):
            yield Difference(f"rules.{rule_id}", _word(wanted), _word(found))
    for name, wanted in expect.facts.items():
        found = facts[name]
        # In YAML 否 and no are text; of a yes/no fact they mean what they say.
        wanted = _truth(wanted) if isinstance(found, bool) else wanted
        if found != (None if wanted == "unknown" else wanted):
            yield Difference(f"facts.{name}", _word(wanted), _word(found))


def _track_differences(expect: ExpectForm, decision: Decision) -> Iterator[Difference]:
    given: dict[str, list[str]] = {}
    for track in decision.tracks:
        given.setdefault(track.track, []).append(track.member_id)
    if isinstance(expect.tracks, list) and sorted(expect.tracks) != sorted(given):
        yield Difference("tracks", _list(expect.tracks), _list(given))
    if isinstance(expect.tracks, dict):
        wanted = {track: sorted(people) for track, people in expect.tracks.items()}
        found = {track: sorted(filter(None, people)) for track, people in given.items()}
        if wanted != found:
            yield Difference("tracks", str(wanted), str(found))


def _any(values: Iterable[Value]) -> Value:
    """A member rule is true of a household when it is true of any member."""
    found = list(values)
    if any(value is True for value in found):
        return True
    return None if any(value is None for value in found) else False


def _list(names: Iterable[str]) -> str:
    return "[" + ", ".join(names) + "]"


def _word(value: object) -> str:
    match value:
        case None:
            return "unknown"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)


def unseen(ruleset: RuleSet, outcomes: Iterable[CaseOutcome]) -> dict[str, tuple[str, ...]]:
    """For each rule, which of true, false and unknown no test shows; complete rules are left out.

    A truth that the pack accepts the rule never to have (`accepted: alive.RULE.TRUTH`, which
    `shibie verify` keeps true) is not missed.
    """
    never = {each.finding for each in ruleset.accepted}
    seen: dict[str, set[str]] = {rule.id: set() for rule in all_rules(ruleset)}
    for outcome in outcomes:
        for rule_id, values in outcome.values.items():
            seen[rule_id] |= {_word(value) for value in values}
    missing = {
        rule_id: tuple(
            word
            for word in ("true", "false", "unknown")
            if word not in words and f"alive.{rule_id}.{word}" not in never
        )
        for rule_id, words in seen.items()
    }
    return {rule_id: words for rule_id, words in missing.items() if words}
