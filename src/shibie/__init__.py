"""shibie 识别: a rules engine that identifies and classifies households.

A rule set is data (YAML); a household goes through it; out come an eligibility, every
ground of it, and the help tracks. Missing is unknown, never 0 and never false.

    import shibie
    from datetime import date

    rules = shibie.load("bazhong-2015")
    with shibie.check(rules, "roster.xlsx", date(2015, 12, 20)) as result:
        print(result.summary["by_eligibility"])
        result.write("decided.xlsx")

Every name is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shibie.api import (
        Differences as Differences,
    )
    from shibie.api import (
        check as check,
    )
    from shibie.api import (
        decide as decide,
    )
    from shibie.api import (
        diff as diff,
    )
    from shibie.api import (
        evaluate as evaluate,
    )
    from shibie.api import (
        explain as explain,
    )
    from shibie.api import (
        link as link,
    )
    from shibie.api import (
        load as load,
    )
    from shibie.api import (
        loads as loads,
    )
    from shibie.api import (
        read as read,
    )
    from shibie.api import (
        recheck as recheck,
    )
    from shibie.api import (
        roster as roster,
    )
    from shibie.api import (
        test as test,
    )
    from shibie.api import (
        verify as verify,
    )
    from shibie.decision import Decision as Decision
    from shibie.errors import (
        InputError as InputError,
    )
    from shibie.errors import (
        MissingExtraError as MissingExtraError,
    )
    from shibie.errors import (
        Problem as Problem,
    )
    from shibie.errors import (
        RulesetError as RulesetError,
    )
    from shibie.errors import (
        ShibieError as ShibieError,
    )
    from shibie.linkage.result import Candidates as Candidates
    from shibie.results.result import Result as Result
    from shibie.results.table import Table as Table
    from shibie.rosters.given_roster import GivenRoster as GivenRoster
    from shibie.ruleset.model import RuleSet as RuleSet

__version__ = "0.1.0"

_API = "shibie.api"
_HOMES = {
    **dict.fromkeys(
        (
            "Differences", "check", "decide", "diff", "evaluate", "explain", "link", "load",
            "loads", "read", "recheck", "roster", "test", "verify",
        ),
        _API,
    ),
    "Candidates": "shibie.linkage.result",
    "Decision": "shibie.decision",
    **dict.fromkeys(
        ("InputError", "MissingExtraError", "Problem", "RulesetError", "ShibieError"),
        "shibie.errors",
    ),
    "GivenRoster": "shibie.rosters.given_roster",
    "Result": "shibie.results.result",
    "RuleSet": "shibie.ruleset.model",
    "Table": "shibie.results.table",
}  # fmt: skip
__all__ = ["__version__", *sorted(_HOMES)]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    """A public name, from the module that defines it."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'shibie' has no attribute '{name}'")
    found = getattr(import_module(home), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return list(__all__)
