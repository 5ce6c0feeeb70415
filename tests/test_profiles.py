"""Everyday tests are the same every time, in whatever order and company they run."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, is_hypothesis_test, settings
from hypothesis import strategies as st

from support import profiles, running

TESTS = Path(__file__).parent
DRAWS = """\
import importlib
import sys
from hypothesis import given, strategies as st
from support import profiles

profiles.load()
for name in sys.argv[1:]:
    importlib.import_module(name)

@given(st.lists(st.integers(0, 10**6), max_size=3))
def draw(numbers):
    print(numbers)

draw()
"""


def drawn(folder: Path, profile: str, *company: str, hashes: str = "0") -> list[str]:
    """What a test draws in a process of its own, beside the modules named."""
    (folder / "draws.py").write_text(DRAWS, encoding="utf-8")
    environment = {
        **os.environ,
        "HYPOTHESIS_PROFILE": profile,
        "PYTHONHASHSEED": hashes,
        "PYTHONPATH": os.pathsep.join([str(TESTS), str(folder), os.environ.get("PYTHONPATH", "")]),
    }
    command = [sys.executable, str(folder / "draws.py"), *company]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize("profile", ["quick", "ci"])
def test_the_same_is_drawn_whatever_is_loaded(tmp_path: Path, profile: str) -> None:
    # Numbers that Hypothesis would read in the source, and mix in.
    numbers = ", ".join(str(1000 + 997 * step) for step in range(500))
    (tmp_path / "company.py").write_text(f"NUMBERS = [{numbers}]\n", encoding="utf-8")
    alone = drawn(tmp_path, profile)
    assert len(alone) >= 60
    assert drawn(tmp_path, profile, "company", "shibie.checking_in_python", hashes="1") == alone


def test_only_the_deep_profile_draws_anew(tmp_path: Path) -> None:
    first, second = drawn(tmp_path, "deep"), drawn(tmp_path, "deep")
    assert len(first) >= 3000
    assert first != second


def test_an_unknown_profile_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYPOTHESIS_PROFILE", "quik")
    with pytest.raises(ValueError, match="quik"):
        profiles.chosen()


@settings(max_examples=5)
@given(st.booleans())
def test_settings_of_its_own_take_the_rest_from_the_profile(either: bool) -> None:
    assert either in (False, True)


def test_every_property_test_follows_the_profile(request: pytest.FixtureRequest) -> None:
    """The one above, and all that were collected with this one."""
    collected = [item for item in request.session.items if isinstance(item, pytest.Function)]
    tests: dict[str, Any] = {item.nodeid: item.obj for item in collected}
    tests["above"] = test_settings_of_its_own_take_the_rest_from_the_profile
    found = {
        name: test._hypothesis_internal_use_settings
        for name, test in tests.items()
        if is_hypothesis_test(test)
    }
    assert "above" in found
    fresh = profiles.chosen() == "deep"
    assert [name for name, each in found.items() if each.derandomize == fresh] == []
    assert [name for name, each in found.items() if each.deadline is not None] == []


@dataclass(frozen=True)
class Named:
    """As much of a test as its order needs."""

    name: str

    def get_closest_marker(self, marker: str) -> str | None:
        return marker if marker in self.name else None


def test_orders() -> None:
    items: list[Any] = [Named(name) for name in ("a", "b", "long c", "d", "long e", "f")]
    first = running.arranged(items, "")
    assert [item.name for item in first] == ["long c", "long e", "a", "b", "d", "f"]
    assert running.arranged(items, "reversed") == items[::-1]
    shuffled = running.arranged(items, "random:1")
    assert set(shuffled) == set(items)
    assert shuffled == running.arranged(items, "random:1")
    assert shuffled not in (items, running.arranged(items, "random:2"))
    for wrong in ("backwards", "random", "random:"):
        with pytest.raises(pytest.UsageError, match=wrong):
            running.arranged(items, wrong)


def test_what_is_dear_to_start_is_on_one_worker() -> None:
    assert running.company("tests/spark/test_spark.py::test_a") == "tests/spark/"
    assert running.company("tests/test_cli.py::test_a") == "tests/test_cli.py::test_a"
    for folder in running.TOGETHER:
        assert (TESTS.parent / folder).is_dir()
