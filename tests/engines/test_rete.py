"""The forward-chaining reading: equal to the interpreter, and each trap guarded."""

from __future__ import annotations

import copy
import resource
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.test_sql_membership import PACKS, case_drawn
from shibie.engines.decide import decide
from shibie.engines.rete import decide_all, decide_by_chaining, host
from shibie.engines.rete.decide import compiled
from shibie.engines.rete.host import GATES_PER_MODULE, SIDS, Chaining, ChainingError
from shibie.engines.rete.live import (
    Adjudicated,
    Event,
    FactDeclared,
    LiveHousehold,
    LiveRoster,
    RegisterCompared,
    RowFound,
    event_from,
)
from shibie.engines.rete.network import compile_network
from shibie.errors import InputError, MissingExtraError
from shibie.household import Adjudication
from shibie.lower import lowered
from shibie.rosters.household_input import case_from
from shibie.ruleset.loader import load
from support import households
from support.expressions import AS_OF, conditions
from support.probe import probe
from support.profiles import examples

PROBE = probe()
ROOT = Path(__file__).parents[2]


@given(households.partial())
def test_equals_the_interpreter(facts: households.Given) -> None:
    case = case_from(PROBE, facts, AS_OF)
    assert decide_by_chaining(PROBE, case) == decide(PROBE, case)


@settings(max_examples=25)
@given(
    st.lists(conditions(partial=True, known=True), min_size=6, max_size=6),
    st.lists(households.partial(), min_size=1, max_size=5),
)
def test_equals_the_interpreter_on_random_rules(
    texts: list[Any], several: list[households.Given]
) -> None:
    a, b, c, d, e, f = (both.text.replace("'", '"') for both in texts)
    quoted = [f"'{text}'" for text in (a, b, c, d, e, f)]
    ruleset = probe(
        "criteria:\n"
        "  - {id: low, title: 低收入, when: per_head < line}\n"
        f"  - {{id: first, title: 第一, when: {quoted[0]}}}\n"
        f"  - {{id: second, title: 第二, when: {quoted[1]}}}\n"
        "poor: first or low and not second\n"
        "exclusions:\n"
        f"  - {{id: vehicle, title: 甲, when: {quoted[2]}, refutable: true, unless: [{{id: u, title: 乙, when: {quoted[3]}}}]}}\n"
        f"  - {{id: rich, title: 丙, when: {quoted[4]}, refutable: true}}\n"
        f"  - {{id: doubtful, title: 丁, when: {quoted[5]}, effect: review}}\n"
        "kinds:\n"
        f"  - {{id: k1, title: 戊, when: {quoted[4]}}}\n"
        f"  - {{id: k2, title: 己, when: {quoted[1]}}}\n"
        "tracks:\n"
        f"  - {{id: t1, title: 庚, when: {quoted[3]}}}\n"
        "  - {id: t2, title: 辛, for: member, when: earning}\n"
    )  # fmt: skip
    for facts in several:
        case = case_from(ruleset, facts, AS_OF)
        assert decide_by_chaining(ruleset, case) == decide(ruleset, case)


@pytest.mark.parametrize("seed", range(20))
def test_equals_the_interpreter_with_rows_that_are_perhaps_somebodys(seed: int) -> None:
    random = Random(seed)
    for whose, ruleset in PACKS.items():
        for _ in range(5):
            case = case_drawn(random, whose)
            assert decide_by_chaining(ruleset, case) == decide(ruleset, case)


def test_equals_the_interpreter_on_the_township() -> None:
    from shibie.checking_in_python import check
    from shibie.rosters.roster import read_roster

    pack, as_of = load("bazhong-2015"), date(2015, 12, 20)
    roster = read_roster(ROOT / "fixtures" / "township-2015", pack, as_of)
    by_rete = check(pack, roster, as_of, "rete").decisions
    assert by_rete == check(pack, roster, as_of).decisions
    assert len(by_rete) == 1954


def test_a_broken_gate_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A negative control: with `and` chained as `or`, the comparison above fails."""
    ruleset = probe()
    network = compile_network(lowered(ruleset))
    gates = tuple(type(g)("or", g.left, g.right, g.out) for g in network.gates)
    broken = type(network)(**{**vars(network), "gates": gates})
    monkeypatch.setattr(compiled(ruleset), "chaining", Chaining(broken, ["work", "house"]))
    case = case_from(
        ruleset, {"wage_income": 1, "spending": 1, "housing_grade": "A", "members": [{}]}, AS_OF
    )
    assert decide_by_chaining(ruleset, case) != decide(ruleset, case)


# --- the traps ----------------------------------------------------------------------------


def test_no_background_threads() -> None:
    before = threading.active_count()
    decide_by_chaining(PROBE, case_from(PROBE, {}, AS_OF))
    assert threading.active_count() == before


def test_an_actions_failure_names_the_household_and_does_not_leak() -> None:
    engine = compiled(PROBE)

    def fail(household_id: str, fact: str) -> None:
        if household_id == "17":
            raise ValueError("boom")

    bad = case_from(PROBE, {"household_id": "17", "members": [{}]}, AS_OF)
    good = case_from(PROBE, {"household_id": "18", "members": [{}]}, AS_OF)
    engine.chaining.observers.append(fail)
    try:
        with pytest.raises((ChainingError, ValueError), match="boom"):
            decide_by_chaining(PROBE, bad)
        assert decide_by_chaining(PROBE, good) == decide(PROBE, good)
    finally:
        engine.chaining.observers.clear()
    assert decide_by_chaining(PROBE, bad) == decide(PROBE, bad)


def test_an_exception_inside_an_action_is_raised_with_the_household() -> None:
    engine, case = compiled(PROBE), case_from(PROBE, {"household_id": "19", "members": [{}]}, AS_OF)
    seen: list[str] = []

    def fail_on_a_conclusion(household_id: str, fact: str) -> None:
        seen.append(fact)
        if len(seen) > len(engine.network.leaves):
            raise ValueError("inside an action")

    engine.chaining.observers.append(fail_on_a_conclusion)
    facts = {"wage_income": 1, "spending": 1, "housing_grade": "A", "flag": True, "household_id": "19",
             "members": [{"wage": 1, "vehicles": [], "accounts": []}], "owns_vehicle": False}  # fmt: skip
    try:
        with pytest.raises(ChainingError, match="household 19: inside an action"):
            decide_by_chaining(PROBE, case_from(PROBE, facts, AS_OF))
    finally:
        engine.chaining.observers.clear()
    assert decide_by_chaining(PROBE, case) == decide(PROBE, case)


def test_state_does_not_leak_into_the_next_household() -> None:
    rich = case_from(
        PROBE, {"owns_vehicle": True, "members": [{"vehicles": [], "accounts": []}]}, AS_OF
    )
    nothing = case_from(PROBE, {"members": [{}]}, AS_OF)
    for _ in range(3):
        assert decide_by_chaining(PROBE, rich).grounds == ("vehicle",)
        assert decide_by_chaining(PROBE, nothing) == decide(PROBE, nothing)


def test_more_rules_than_one_rule_set_can_hold() -> None:
    """Far over 300 rules and 64 tests in all: cut into modules."""
    many = "".join(
        f"  - {{id: x{n}, title: 规则{n}, when: rooms == {n} or area > {n}}}\n" for n in range(150)
    )
    ruleset = probe("poor: flag\nexclusions:\n" + many)
    modules = compiled(ruleset).chaining.modules
    assert len(modules) > 300 / GATES_PER_MODULE
    for rooms in (None, 3, 149, 200):
        case = case_from(ruleset, {"flag": True, "rooms": rooms, "area": 0, "members": [{}]}, AS_OF)
        assert decide_by_chaining(ruleset, case) == decide(ruleset, case)


def test_more_households_than_sids() -> None:
    case = case_from(PROBE, {"wage_income": 5, "members": [{}]}, AS_OF)
    assert all(found == decide(PROBE, case) for found in decide_all(PROBE, [case] * (SIDS * 3)))
    engine = compiled(PROBE)
    sessions = [engine.chaining.session(str(number)) for number in range(len(engine.chaining.free))]
    with pytest.raises(ChainingError, match="open at once"):
        engine.chaining.session("one more")
    for session in sessions:
        session.close()


def test_a_long_interruption_is_refused_not_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 10**9, 20))
    monkeypatch.setattr("time.monotonic", lambda: float(next(clock)))
    with pytest.raises(ChainingError, match="interrupted too long"):
        decide_by_chaining(
            PROBE, case_from(PROBE, {"flag": True, "wage_income": 1, "members": [{}]}, AS_OF)
        )


BARE = """
from durable.engine import Host
h = type("Q", (Host,), {"_run": lambda s: None})()
h.register_rulesets({"a": {"r": {"all": [{"m0": {"k": "x"}}, {"m1": {"k": "y"}}], "run": lambda c: None}}})
junk = [bytearray(b"\\xff" * size) for size in range(16, 4096, 16) for _ in range(40)]
del junk
for n in range(2000):
    h.assert_fact("a", {"sid": str(n % 900), "k": "x"})
    h.delete_state("a", str(n % 900))
"""


def test_deleting_a_state_without_a_fired_action_is_what_the_first_rule_is_for() -> None:
    """Without the guard it frees unset memory, which may or may not kill the process."""
    for _ in range(3):
        case = case_from(PROBE, {"members": [{}]}, AS_OF)
        assert decide_by_chaining(PROBE, case) == decide(PROBE, case)
    chaining = compiled(PROBE).chaining
    with chaining.session("x") as session:
        session.tell(["1T"])
        assert session.begun
        states = [chaining.host.get_state(module, session.sid) for module in session.begun]
        assert all("exception" not in state for state in states)
    # The bare library in a process of its own: whatever it does, it cannot reach us.
    done = subprocess.run([sys.executable, "-c", BARE], capture_output=True, check=False)
    assert done.returncode in (0, -6, -11)


@pytest.mark.slow
def test_memory_stays_flat_over_100_000_households() -> None:
    case = case_from(PROBE, {"wage_income": 5, "owns_vehicle": True, "members": [{}]}, AS_OF)
    for found in decide_all(PROBE, [case] * 10_000):
        assert found.eligibility == "ineligible" or found.eligibility == "pending"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in decide_all(PROBE, [case] * 90_000):
        pass
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 8 * 1024  # KiB


def test_where_it_cannot_be_imported_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "durable.engine", None)
    with pytest.raises(MissingExtraError) as caught:
        host.durable_host()
    assert "-DPyEval_CallObject=PyObject_CallObject" in caught.value.render("zh")
    assert "use `engine=interpreter`" in caught.value.render("en")


def test_threads_take_turns() -> None:
    facts: list[households.Given] = [{"wage_income": 5}, {"owns_vehicle": True, "vehicles": []}, {}]
    cases = [case_from(PROBE, {**each, "members": [{}]}, AS_OF) for each in facts] * 20
    expected = [decide(PROBE, case) for case in cases]
    assert len({each.eligibility for each in expected}) > 1
    ruleset = copy.deepcopy(PROBE)  # that no thread has registered yet
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda case: decide_by_chaining(ruleset, case), cases))
    finally:
        sys.setswitchinterval(before)
    assert found == expected


# --- live ---------------------------------------------------------------------------------


# Each household is told in some seventy events, and decided anew after each.
LIVE = examples(quick=20, ci=40, deep=3000)


def events_of(facts: households.Given) -> list[Event]:
    """The events that tell a household of the probe rule set."""
    told: list[Event] = []
    for name in households.FIELDS:
        told.append(FactDeclared(household_id="1", field=name, value=facts[name]))
    for index, member in enumerate(facts["members"], start=1):
        for name in households.MEMBER_FIELDS:
            told.append(
                FactDeclared(household_id="1", member_id=str(index), field=name, value=member[name])
            )
        for register in households.ROWS:
            told += [
                RowFound(
                    household_id="1",
                    member_id=str(index),
                    register_name=register,
                    row=10 * index + n,
                    values=row,
                )
                for n, row in enumerate(member.get(register, ()))
            ]
    for register in households.ROWS:
        if register in facts["members"][0]:
            told.append(RegisterCompared(household_id="1", register_name=register))
    for rule_id, verdict in facts.get("adjudications", {}).items():
        signed = Adjudication(
            household_id="1",
            rule_id=rule_id,
            verdict=verdict,
            evidence="e",
            officer="o",
            date=AS_OF,
        )
        told.append(Adjudicated(household_id="1", adjudication=signed))
    return told


@settings(max_examples=LIVE)
@given(households.partial(), st.randoms(use_true_random=False))
def test_any_order_of_events_leads_to_the_interpreters_decision(
    facts: households.Given, random: Any
) -> None:
    events = events_of(facts)
    random.shuffle(events)
    live = LiveHousehold(PROBE, "1", AS_OF)
    try:
        for number, event in enumerate(events):
            found = live.tell(event)
            if number % 7 == 0:
                assert found == decide(PROBE, live.case())
        assert live.decision() == decide(PROBE, live.case())
        other = LiveHousehold(PROBE, "1", AS_OF)
        for event in events_of(facts):
            other.tell(event)
        assert other.decision() == live.decision()
        other.close()
    finally:
        live.close()


@settings(max_examples=LIVE)
@given(households.complete())
def test_a_told_household_decides_as_a_read_one(facts: households.Given) -> None:
    live = LiveHousehold(PROBE, "1", AS_OF)
    for event in events_of(facts):
        live.tell(event)
    read = decide(PROBE, case_from(PROBE, facts, AS_OF))
    found = live.decision()
    live.close()
    assert (found.eligibility, found.grounds, found.kind) == (
        read.eligibility,
        read.grounds,
        read.kind,
    )
    assert found.tracks == read.tracks


def test_of_two_declarations_the_higher_order_counts_whichever_comes_first() -> None:
    first = FactDeclared(household_id="1", field="wage_income", value=1, order=1)
    second = FactDeclared(household_id="1", field="wage_income", value=90000, order=2)
    found = []
    for events in ((first, second), (second, first)):
        live = LiveHousehold(PROBE, "1", AS_OF)
        for event in events:
            live.tell(event)
        found.append(live.case().household.wage_income)  # type: ignore[attr-defined]
        live.close()
    assert found == [90000, 90000]


def test_events_of_what_does_not_exist_are_refused() -> None:
    live = LiveHousehold(PROBE, "1", AS_OF)
    with pytest.raises(InputError, match="did you mean 'wage_income'"):
        live.tell(FactDeclared(household_id="1", field="wage_incom", value=1))
    with pytest.raises(InputError, match="not money"):
        live.tell(FactDeclared(household_id="1", field="wage_income", value="many"))
    with pytest.raises(InputError, match="there is no 'cars'"):
        live.tell(RegisterCompared(household_id="1", register_name="cars"))


def test_many_live_households_are_let_go_and_come_back() -> None:
    roster = LiveRoster(PROBE, AS_OF)
    for number in range(600):
        roster.tell(FactDeclared(household_id=str(number), field="wage_income", value=number))
    for number in (0, 599, 300):
        found = roster.decision(str(number))
        assert found == decide(PROBE, roster.households[str(number)].case())
    roster.close()


def test_an_event_survives_its_plain_form() -> None:
    event = RowFound(
        household_id="1", member_id="2", register_name="vehicles", row=3, values={"kind": "轿车"}
    )
    assert event_from(event.model_dump(mode="json")) == event


class Recorder:
    """A host that notes what it is told, and tells the real one."""

    def __init__(self, real: Any) -> None:
        self.real = real
        self.definitions: list[Any] = []
        self.facts: list[dict[str, Any]] = []
        self.calls: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.calls.add(name)
        return getattr(self.real, name)

    def register_rulesets(self, definitions: Any) -> Any:
        self.definitions.append(
            {name: [rule["all"] for rule in rules.values()] for name, rules in definitions.items()}
        )
        return self.real.register_rulesets(definitions)

    def assert_fact(self, module: str, fact: dict[str, Any]) -> Any:
        self.facts.append(dict(fact))
        return self.real.assert_fact(module, fact)


def equality_tests(definition: Any) -> list[Any]:
    """Every test of every rule: the dict that a fact is held against."""
    return [
        test
        for rules in definition.values()
        for rule in rules
        for join in rule
        for test in join.values()
    ]


def test_only_one_kind_of_test_and_of_fact_reaches_durable_rules(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No `$or`, `$neq`, `$nex`, `$iall`; no numbers; no events: their traps cannot be met."""
    recorder = Recorder(host.quiet_host())
    monkeypatch.setattr(host, "_hosts", [recorder])
    ruleset = probe()
    facts = {"wage_income": 99999999999, "spending": "0.01", "area": "0.0001", "rooms": 0, "flag": True,
             "housing_grade": "D", "owns_vehicle": False,
             "members": [{"wage": 5, "vehicles": [], "accounts": []}]}  # fmt: skip
    case = case_from(ruleset, facts, AS_OF)
    assert decide_by_chaining(ruleset, case) == decide(ruleset, case)
    tests = [test for definition in recorder.definitions for test in equality_tests(definition)]
    assert tests
    assert all(
        set(test) == {"k"} and isinstance(test["k"], str) and "$" not in test["k"] for test in tests
    )
    joins = [
        rule
        for definition in recorder.definitions
        for rules in definition.values()
        for rule in rules
    ]
    assert max(len(rule) for rule in joins) == 2
    assert recorder.facts
    assert all(isinstance(value, str) for fact in recorder.facts for value in fact.values())
    assert not recorder.calls & {"post", "post_batch", "set_rulesets"}


@pytest.mark.parametrize("text", ["round(spending / rooms, 2) > 1", "round(1 / 0, 2) > 1", "spending * 1000 > 9007199254740993",
                                  "spending == 0.30", "province == \"5\"", "rooms == 5"])  # fmt: skip
@pytest.mark.parametrize(
    "facts",
    [
        {"spending": "0.30", "rooms": 0, "province": "5"},
        {"spending": "99999999999.99", "rooms": 5},
        {},
    ],
)
def test_numbers_are_never_compared_by_durable_rules(text: str, facts: dict[str, Any]) -> None:
    """Division by zero, exponents, large integers, text beside numbers: all ours."""
    ruleset = probe(f"poor: '{text}'\n")
    case = case_from(ruleset, {**facts, "members": [{}]}, AS_OF)
    assert decide_by_chaining(ruleset, case) == decide(ruleset, case)


def test_several_rules_on_one_fact_all_fire_and_a_conclusion_counts_once() -> None:
    """An event would fire one of them; `$or` would fire once for each branch."""
    several = "".join(f"  - {{id: x{n}, title: 规则{n}, when: flag or low}}\n" for n in range(5))
    ruleset = probe(
        "criteria: [{id: low, title: 低, when: per_head < line}]\npoor: low\nexclusions:\n"
        + several
    )
    engine = compiled(ruleset)
    seen: list[str] = []
    engine.chaining.observers.append(lambda _, fact: seen.append(fact))
    case = case_from(
        ruleset, {"flag": True, "wage_income": 1, "spending": 1, "members": [{}]}, AS_OF
    )
    assert decide_by_chaining(ruleset, case).grounds == ("x0", "x1", "x2", "x3", "x4")
    assert len(seen) == len(set(seen))


def test_a_rule_set_is_registered_once() -> None:
    """Registering consumes the definition, and registering again would leak."""
    before = Chaining._registered
    compiled(PROBE)
    decide_by_chaining(PROBE, case_from(PROBE, {}, AS_OF))
    assert Chaining._registered in (before, before + 1)
    after = Chaining._registered
    for _ in range(5):
        assert compiled(PROBE) is compiled(PROBE)
    assert Chaining._registered == after
