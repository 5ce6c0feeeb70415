"""The packs that ship are loaded once for all tests of a worker: no test changes their files.

What a rule set keeps (its plans in SQL take longer to compile than a village to decide) is then
made once, too. A test's own packs, whose files it may change, are loaded each time.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from shibie.ruleset import loader, packs
from shibie.ruleset.model import RuleSet

_load = loader.load
_once = cache(_load)


def load_once() -> None:
    """Make it so for whoever imports `load` from now on."""
    loader.load = _kept


def _kept(name: str | Path) -> RuleSet:
    """As `loader.load`."""
    shipped = packs.shipped()
    if str(name) in shipped and not Path(name).exists():
        return _once(shipped[str(name)])
    if Path(name).resolve() in {folder.resolve() for folder in shipped.values()}:
        return _once(Path(name))
    return _load(name)
