"""Tests as they are written: YAML → cases, with every fault at its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from shibie.case import Case
from shibie.errors import InputError, Problem, RulesetError, Words, did_you_mean, listed
from shibie.language.tree import HOUSEHOLD
from shibie.language.types import codes_of
from shibie.lower import lowered
from shibie.lower.standings import standing_names
from shibie.plain_day import PlainDay
from shibie.rosters.cells import NO, YES
from shibie.rosters.household_input import case_from
from shibie.ruleset.model import Rule, RuleSet
from shibie.ruleset.schema import Form
from shibie.ruleset.schema_validation import validated
from shibie.ruleset.yaml_source import YamlSource, read_file
from shibie.vocabulary import folded


def yes_or_no(value: object) -> object:
    """A word for yes or no as what it means; anything else as it is."""
    word = folded(value) if isinstance(value, str) else ""
    return True if word in YES else False if word in NO else value


TruthWord = Annotated[bool | Literal["unknown"], BeforeValidator(yes_or_no)]
_Path = tuple[str | int, ...]


class ExpectForm(Form):
    """What must come out; only the keys that are there are compared."""

    eligibility: Literal["eligible", "ineligible", "pending"] | None = None
    kind: str | None = None
    standing: str | None = None
    exits: list[str] | None = None
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
    as_of: PlainDay | None = None
    given: dict[str, Any] = {}
    expect: ExpectForm


class FileForm(Form):
    """A file of tests; `defaults` stand below every test's `given`, key by key."""

    as_of: PlainDay
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
                            f"{problem.where}：{problem.what.zh}",
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
            ("standing", [expect.standing] if expect.standing else (), {*standing_names(ruleset)}),
            ("exits", expect.exits or (),
             {rule.id for rule in (ruleset.exits.criteria if ruleset.exits else ())}),
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
        facts = {
            name: rule.node for (owner, name), rule in ruleset.facts.items() if owner == HOUSEHOLD
        }
        for name, wanted in expect.facts.items():
            codes = codes_of(facts[name].type) if name in facts else ()
            if codes and wanted not in (*codes, "unknown"):
                self.problem(
                    (*path, "facts", name),
                    Words(
                        f"“{wanted}”不在代码表中：{listed(codes, lang='zh')}",
                        f"'{wanted}' is not in the code list: {listed(codes)}",
                    ),
                    did_you_mean(str(wanted), codes),
                )


def all_rules(ruleset: RuleSet) -> tuple[Rule, ...]:
    """The rules that a test can speak of: the pack's, their exceptions, and `poor`."""
    exceptions = (
        Rule(each.id, each.title, "fact", each.node, each.text, basis=each.basis)
        for rule in (*ruleset.exclusions, *ruleset.reviews)
        for each in rule.unless
    )
    return (*ruleset.rules, *exceptions, ruleset.poor)
