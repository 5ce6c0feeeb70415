"""Before anything is drawn or run: how much is drawn, in which order, and on which worker."""

from __future__ import annotations

import os
from typing import Any

import pytest

from support import profiles, running, shipped_packs

profiles.load()
shipped_packs.load_once()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The same on every worker: each of them collects for itself."""
    items[:] = running.arranged(items, os.environ.get("SHIBIE_TEST_ORDER", ""))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `--dist loadgroup`; by any other word xdist's own scheduler."""
    if config.getvalue("dist") != "loadgroup":
        return None
    return running.scheduler(config, log)
