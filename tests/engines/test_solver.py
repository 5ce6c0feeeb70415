"""The solver decides as the interpreter does; test_subtrees has it on all parts of conditions."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shibie.case import Case
from shibie.engines.decide import decide
from shibie.engines.interpreter import evaluate
from shibie.engines.place import Place
from shibie.engines.solver import numbers, reading, values
from shibie.engines.solver.answers import SolverModel, pins
from shibie.engines.solver.household import Bound
from shibie.engines.solver.logic import TruthTerm, both, decided, disjunction, pick
from shibie.engines.solver.outcome import SymbolicOutcome
from shibie.engines.solver.reading import SolverReading
from shibie.engines.solver.symbolic import Symbolic
from shibie.engines.solver.z3lib import z3
from shibie.language import tree
from shibie.language.names import Context
from shibie.language.operators import Key
from shibie.language.parse import ExpressionError, parse
from shibie.language.types import Bool
from shibie.lower import lowered
from shibie.rosters.household_input import case_from
from shibie.ruleset.model import RuleSet
from support import households
from support.chance import ByHypothesis
from support.expressions import AS_OF
from support.probe import probe
from support.profiles import examples
from support.ways import Maker

PROBE = probe()
EXAMPLES = examples(quick=60, ci=100, deep=3000)
RULES = """
criteria:
  - {{id: low, title: 低收入, when: per_head < line}}
  - {{id: unsafe, title: 危房, when: '{unsafe}'}}
poor: '{poor}'
exclusions:
  - {{id: vehicle, title: 有车, when: '{vehicle}', refutable: true,
     unless: [{{id: cheap, title: 便宜, when: '{cheap}'}}]}}
  - {{id: payroll, title: 财政供养, when: members.any(on_payroll)}}
  - {{id: rich, title: 存款多, when: '{rich}', refutable: true}}
  - {{id: doubtful, title: 存疑, when: '{doubtful}', effect: review}}
tracks:
  - {{id: work, title: 就业, for: member, when: '{work}'}}
"""
BOUND = Bound(members=3, rows=2)


def model_of(household: Symbolic, case: Case) -> Any:
    """The model in which the symbolic household is the case."""
    solver = z3.Solver()
    solver.add(*household.structure, *pins(household, case), *household.structure)
    assert solver.check() == z3.sat, "a case that the symbolic household does not allow"
    return solver.model()


def by_solver(text: str, case: Case) -> Any:
    household = Symbolic(PROBE, BOUND, trusting=case.trust_declarations)
    value = SolverReading(household).value(parse(text, PROBE.names))
    return SolverModel(model_of(household, case)).value(household, value)


def by_interpreter(text: str, case: Case) -> Any:
    return evaluate(parse(text, PROBE.names), Place.top(PROBE, case))


@st.composite
def rulesets(draw: st.DrawFn) -> RuleSet:
    """The probe's declarations with random conditions everywhere."""
    maker, texts = Maker(ByHypothesis(draw), partial=True, known=True), {}
    for names, owner, context in (
        (("unsafe", "poor", "vehicle", "cheap", "rich", "doubtful"), "household", Context.household()),
        (("work",), "member", Context.member()),
    ):  # fmt: skip
        for name in names:
            text = maker.bool(owner, draw(st.integers(0, 2))).text
            try:
                parse(text, PROBE.names, context, Bool)
            except ExpressionError:  # what may need more than 28 digits
                text = "true"
            texts[name] = text
    return probe(RULES.format(**texts))


@settings(max_examples=EXAMPLES)
@given(rulesets(), households.partial())
def test_decides_as_the_interpreter_does(ruleset: RuleSet, facts: households.Given) -> None:
    case = case_from(ruleset, facts, AS_OF)
    household = Symbolic(ruleset, BOUND, trusting=case.trust_declarations)
    outcome = SymbolicOutcome(household)
    terms = {word: getattr(outcome, word) for word in ("eligible", "ineligible", "pending")}
    tracks = {rule.id: outcome.of_members(rule) for rule in ruleset.tracks}
    grounds = {each.name: outcome.reading.truth(each.node) for each in lowered(ruleset).grounds}
    answer = SolverModel(model_of(household, case))
    decision = decide(ruleset, case)
    assert [word for word, term in terms.items() if answer.bool(term)] == [decision.eligibility]
    found = {rule for rule, value in grounds.items() if answer.bool(value.yes)}
    assert found == set(decision.grounds)
    if decision.eligibility == "eligible":
        given_ = {(str(index + 1), rule)
                  for rule, members in tracks.items()
                  for index, (there, holds) in enumerate(members)
                  if answer.bool(there) and answer.bool(holds.yes)}  # fmt: skip
        assert given_ == {(track.member_id, track.track) for track in decision.tracks}


EDGES: list[tuple[str, households.Given]] = [
    ("round(wage_income / 3, 2) == 951.83", {"wage_income": "2855.50"}),
    ("round(-wage_income / 8, 2) == -0.13", {"wage_income": "1"}),
    ("round(wage_income * 0.005, 2) == 0.01", {"wage_income": "1"}),
    ("round(spending / rooms, 2) > 1", {"spending": "5", "rooms": 0}),
    ("round(spending / (rooms - 3), 1) == -2.5", {"spending": "5", "rooms": 1}),
    ("wage_income * rooms == 8566.5", {"wage_income": "2855.50", "rooms": 3}),
    ("area in [0.5, 0.33333]", {"area": "0.5"}),
    ("line == 2855.5 and regional == 200.25", {"province": "四川"}),
    ("known(regional)", {"province": "西藏"}),
    ("crowding == 30.5", {"rooms": 1}),
    ("known(crowding) or crowding < 1", {"rooms": 2}),
    ("crowding * 2 == 160", {"rooms": 5}),
    ('days_between(visited_on, as_of) == 2 and years_between(visited_on, as_of) == 0',
     {"visited_on": "2016-02-28"}),
    ("years_between(as_of, visited_on) == -16", {"visited_on": "2000-02-29"}),
    ('max(visited_on, date("2015-06-01")) == visited_on', {"visited_on": "2015-06-02"}),
    ('province in ["云南", "四川"] or province == "贵州"', {"province": "贵州"}),
    ("(1 if flag else 1) == 1", {}),
    ("(1 if flag else wage_income) == 1", {"wage_income": "1"}),
    ("vehicles.min(value) > 1", {"members": [{"vehicles": []}]}),
    ("vehicles.min(value) == 2", {"members": [{"vehicles": [{"value": 3}, {"value": 2}]}]}),
    ("members.max(since) < as_of", {"members": [{"since": "2015-01-01"}, {"since": "2016-01-01"}]}),
    ("members.any(age == 15 and sex == \"男\")", {"members": [{"id_number": "511921200003020018"}]}),
    ("owns_vehicle", {"owns_vehicle": False, "members": [{}]}),
    ("owns_vehicle", {"owns_vehicle": False, "members": [{}], "trust_declarations": True}),
    ("owns_vehicle", {"members": [{"id_number": None}, {"vehicles": [{"kind": "轿车"}]}]}),
    ("members.any(on_payroll and accounts.none(active))",
     {"members": [{"accounts": [{"bank": "财政", "active": False}]}, {"on_payroll": True}]}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "facts"), EDGES)
def test_edges(text: str, facts: households.Given) -> None:
    case = case_from(PROBE, facts, AS_OF)
    assert by_solver(text, case) is by_interpreter(text, case)


def test_the_edges_are_not_all_alike() -> None:
    found = [by_interpreter(text, case_from(PROBE, facts, AS_OF)) for text, facts in EDGES]
    assert min(found.count(value) for value in (True, False, None)) >= 2


def two_valued(self: SolverReading, node: tree.Compare, place: Any) -> TruthTerm:
    """What a solver without known-bits would say."""
    found = values.less(self.value(node.left, place), self.value(node.right, place))
    return decided(True, found.yes)


def forgetful(self: SolverReading, node: tree.Quantifier, place: Any) -> TruthTerm:
    """A register that was not compared read as an empty one."""
    return disjunction(
        TruthTerm(both(there.yes, self.truth(node.predicate, at).yes), there.no)
        for there, at in self._items(node.collection, place)
    )


def up_only(self: SolverReading, node: tree.RoundQuotient, place: Any) -> values.NumberTerm:
    """Half up instead of half away from zero."""
    above, below = self.number(node.numerator, place), self.number(node.denominator, place)
    found = numbers.quotient(above, below, node.places)
    units = found.units + pick(above.units < 0, 1, 0)
    return values.NumberTerm.exact(found.known, units, node.places)


@pytest.mark.parametrize(
    ("key", "broken"),
    [
        ((tree.Compare, "<"), two_valued),
        ((tree.Quantifier, "any"), forgetful),
        ((tree.RoundQuotient, "nearest"), up_only),
    ],
)
def test_a_broken_reading_is_caught(
    key: Key, broken: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(reading.CASES, key, broken)
    cases = [(text, case_from(PROBE, facts, AS_OF)) for text, facts in EDGES]
    assert any(by_solver(text, case) is not by_interpreter(text, case) for text, case in cases)


def test_a_case_outside_the_bound_is_refused() -> None:
    household = Symbolic(PROBE, Bound(1, 1))
    SolverReading(household).value(parse("members.count() > 0", PROBE.names))
    # Two people where one is the bound: the pins can only say what the bound lets them.
    case = case_from(PROBE, {"members": [{}, {}]}, AS_OF)
    with pytest.raises(ValueError, match="bound"):
        list(pins(household, case))


def test_without_z3_the_message_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['z3'] = None\n"
        "from shibie.errors import MissingExtraError\n"
        "try:\n    import shibie.engines.solver.reading\n"
        "except MissingExtraError as error: print(error.render('zh'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert 'pip install "shibie[verify]"' in done.stdout
