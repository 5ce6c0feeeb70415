"""In which order tests run, and which of them on one worker."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

# Spark: two sessions would be two Java machines, each for half of the tests.
TOGETHER = ("tests/spark/",)


def arranged(items: Sequence[pytest.Item], wanted: str) -> list[pytest.Item]:
    """The tests in the order that SHIBIE_TEST_ORDER asks for, to see that none needs another.

    Args:
        items: the tests as collected.
        wanted: `reversed`, or `random:SEED`. By default they stay as they are, but for those
            marked `long`: with several workers none of these must be begun last.

    Raises:
        UsageError: for any other word.
    """
    word, _, seed = wanted.partition(":")
    if not wanted:
        return sorted(items, key=lambda item: item.get_closest_marker("long") is None)
    if wanted == "reversed":
        return list(reversed(items))
    if word == "random" and seed:
        return random.Random(seed).sample(items, len(items))
    raise pytest.UsageError(f"SHIBIE_TEST_ORDER={wanted}: expected reversed or random:SEED")


def company(nodeid: str) -> str:
    """What a test must not be parted from: a folder, or only itself."""
    return next((folder for folder in TOGETHER if nodeid.startswith(folder)), nodeid)


def scheduler(config: pytest.Config, log: Any) -> Any:
    """Give every worker one test after the other, but those that belong together to one.

    xdist has marks for this (`xdist_group`), which it writes into the tests' ids; with pytest
    9.2 they do not arrive there, and nothing says so. The place of a test always arrives.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return company(nodeid)

    return Together(config, log)
