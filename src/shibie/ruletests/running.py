"""What tests give: the decision and every rule's values, compared with what must come out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from pathlib import Path

from shibie.bounds import is_known
from shibie.case import Value
from shibie.decision import Decision
from shibie.engines.decide import decide
from shibie.engines.exact import EXACT
from shibie.engines.interpreter import evaluate
from shibie.engines.place import Place
from shibie.errors import Words
from shibie.language.tree import HOUSEHOLD
from shibie.lower import lowered
from shibie.ruleset.model import Rule, RuleSet
from shibie.ruletests.written import ExpectForm, RuleTest, all_rules, load_tests, yes_or_no


@dataclass(frozen=True)
class Difference:
    """One expectation that does not hold."""

    what: str
    expected: str
    found: str

    @property
    def said(self) -> Words:
        """What was expected, and what was found."""
        return Words(
            f"{self.what}：应为 {self.expected}，实为 {self.found}",
            f"{self.what}: expected {self.expected}, found {self.found}",
        )


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
    # Of a track or tally only who counts is asked.
    listed = rule.kind in ("track", "tally")
    asked = lowered(place.ruleset).of_counted(rule) if listed else rule.node
    for index in range(len(place.case.household.members)):
        yield evaluate(asked, place.at_member(index))


def _differences(
    expect: ExpectForm,
    decision: Decision,
    values: Mapping[str, tuple[Value, ...]],
    facts: Mapping[str, Value],
) -> Iterator[Difference]:
    for name in ("eligibility", "kind", "standing"):
        wanted, found = getattr(expect, name), getattr(decision, name)
        if wanted is not None and wanted != found:
            yield Difference(name, wanted, found)
    for name in ("grounds", "reviews", "unknown"):
        wanted, found = getattr(expect, name), getattr(decision, name)
        if wanted is not None and sorted(wanted) != sorted(found):
            yield Difference(name, _list(wanted), _list(found))
    yield from _track_differences(expect, decision)
    for name, kind in (("discrepancies", "discrepancy"), ("exits", "exit")):
        wanted = getattr(expect, name)
        hits = {
            each.rule_id for each in decision.findings
            if each.kind == kind and each.outcome == "true"
        }  # fmt: skip
        if wanted is not None and hits != set(wanted):
            yield Difference(name, _list(wanted), _list(sorted(hits)))
    for rule_id, wanted in expect.rules.items():
        found = _any(values[rule_id])
        if found != (None if wanted == "unknown" else wanted):
            yield Difference(f"rules.{rule_id}", _word(wanted), _word(found))
    for name, wanted in expect.facts.items():
        found = facts[name]
        # In YAML 否 and no are text; of a yes/no fact they mean what they say.
        wanted = yes_or_no(wanted) if isinstance(found, bool) else wanted
        unknown = wanted == "unknown" and not is_known(found)
        if not unknown and found != wanted:
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
    """For each rule that is written, which of true, false and unknown no test shows; complete ones are left out.

    A truth that the pack accepts the rule never to have (`accepted: alive.RULE.TRUTH`, which
    `shibie verify` keeps true) is not missed.
    """
    never = {each.finding for each in ruleset.accepted}
    seen: dict[str, set[str]] = {rule.id: set() for rule in all_rules(ruleset) if not rule.implied}
    for outcome in outcomes:
        for rule_id in seen.keys() & outcome.values.keys():
            seen[rule_id] |= {_word(value) for value in outcome.values[rule_id]}
    missing = {
        rule_id: tuple(
            word
            for word in ("true", "false", "unknown")
            if word not in words and f"alive.{rule_id}.{word}" not in never
        )
        for rule_id, words in seen.items()
    }
    return {rule_id: words for rule_id, words in missing.items() if words}
