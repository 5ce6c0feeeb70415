"""pytest runs the rule tests of packs: every `tests/*.yaml` beside a `ruleset.yaml`.

It is registered by itself wherever shibie is installed, and imports nothing until pytest
meets such a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from shibie.ruleset.model import RuleSet
    from shibie.ruletests import RuleTest


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take the YAML files of packs."""
    pack = file_path.parent.parent
    is_test = file_path.suffix == ".yaml" and file_path.parent.name == "tests"
    if is_test and (pack / "ruleset.yaml").is_file():
        return RuleFile.from_parent(parent, path=file_path)
    return None


@lru_cache(maxsize=16)
def _loaded(pack: Path) -> RuleSet:
    from shibie.ruleset.loader import load

    return load(pack)


class RuleFile(pytest.File):
    """One file of rule tests."""

    def collect(self) -> Iterator[pytest.Item]:
        """The tests in it; what is wrong with it or its pack is an error of collection."""
        from shibie.errors import ShibieError
        from shibie.ruletests import load_file

        try:
            ruleset = _loaded(self.path.parent.parent)
            tests = load_file(ruleset, self.path)
        except ShibieError as error:
            raise self.CollectError(error.render("zh")) from None
        for test in tests:
            yield RuleItem.from_parent(self, name=test.name, ruleset=ruleset, test=test)


class DifferenceError(Exception):
    """A rule test whose expectations do not hold."""


class RuleItem(pytest.Item):
    """One rule test."""

    def __init__(self, *, ruleset: RuleSet, test: RuleTest, **more: Any) -> None:
        super().__init__(**more)
        self.ruleset, self.test = ruleset, test

    def runtest(self) -> None:
        """Decide and compare."""
        from shibie.ruletests import run_test

        outcome = run_test(self.ruleset, self.test)
        if outcome.differences:
            raise DifferenceError("\n".join(each.said.zh for each in outcome.differences))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The differences alone, without a traceback."""
        if isinstance(excinfo.value, DifferenceError):
            return f"{self.test.where}: {self.name}\n{excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the test stands."""
        line = int(self.test.where.rsplit(":", 1)[1])
        return self.path, line - 1, self.name
