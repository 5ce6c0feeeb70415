"""Rule sets sent to other processes, copied, and used by many threads at once."""

from __future__ import annotations

import asyncio
import copy
import multiprocessing
import pickle
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from threading import Barrier

import pytest

from shibie.decision import Decision
from shibie.engines.decide import decide
from shibie.errors import InputError
from shibie.evaluation import parsed
from shibie.ruleset import packs
from shibie.ruleset.loader import load
from shibie.ruleset.model import RuleSet
from shibie.ruletests import load_tests

PACKS = sorted(packs.shipped())
THREADS = 16


def decisions(ruleset: RuleSet) -> list[Decision]:
    """What is decided on every household of the pack's own tests."""
    return [decide(ruleset, test.case) for test in load_tests(ruleset)]


@pytest.mark.parametrize("name", PACKS)
def test_a_pickle_is_the_same_rule_set(name: str) -> None:
    ruleset = load(name)
    expected = decisions(ruleset)
    sent = pickle.loads(pickle.dumps(ruleset))
    assert sent == ruleset
    assert decisions(sent) == expected
    assert copy.deepcopy(ruleset) == ruleset


@pytest.mark.parametrize("name", PACKS)
def test_a_pickle_reads_further_conditions(name: str) -> None:
    ruleset = load(name)
    sent = pickle.loads(pickle.dumps(ruleset))
    for rule in (ruleset.poor, *ruleset.facts.values()):
        if rule.owner == "household":
            assert parsed(rule.text, sent) == parsed(rule.text, ruleset) == rule.node
    with pytest.raises(InputError) as before:
        parsed("membrs.count() > 1", ruleset)
    with pytest.raises(InputError) as after:
        parsed("membrs.count() > 1", sent)
    assert after.value.problems == before.value.problems


def test_what_was_worked_out_is_not_sent() -> None:
    ruleset = load("bazhong-2015")
    fresh = len(pickle.dumps(ruleset))
    assert fresh < 100_000
    decisions(ruleset)
    assert ruleset.field_specs("household")
    assert {"_lowered", "_field_specs"} <= set(ruleset.__dict__)
    assert len(pickle.dumps(ruleset)) == fresh
    assert "_lowered" not in pickle.loads(pickle.dumps(ruleset)).__dict__


def test_a_process_pool_decides_the_same() -> None:
    rulesets = [load(name) for name in PACKS]
    # Spawned workers share nothing: what they know came in the pickle.
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        found = list(pool.map(decisions, rulesets))
    assert found == [decisions(ruleset) for ruleset in rulesets]


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads change places as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty")
def test_many_threads_share_a_rule_set_from_its_first_use() -> None:
    expected = decisions(load("bazhong-2015"))
    ruleset = load("bazhong-2015")
    cases = [test.case for test in load_tests(load("bazhong-2015"))]
    start = Barrier(THREADS)

    def work(number: int) -> list[Decision]:
        start.wait()
        # Each thread in an order of its own.
        order = [*range(number, len(cases)), *range(number)]
        found = {index: decide(ruleset, cases[index]) for index in order}
        return [found[index] for index in range(len(cases))]

    with ThreadPoolExecutor(THREADS) as pool:
        assert all(found == expected for found in pool.map(work, range(THREADS)))


def test_asyncio_decides_in_threads() -> None:
    ruleset = load("bazhong-2015")
    cases = [test.case for test in load_tests(ruleset)]

    async def all_at_once() -> list[Decision]:
        return await asyncio.gather(*(asyncio.to_thread(decide, ruleset, case) for case in cases))

    assert asyncio.run(all_at_once()) == decisions(ruleset)
