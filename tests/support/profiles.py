"""How much Hypothesis draws: the profile in HYPOTHESIS_PROFILE, and counts that follow it.

`quick` (the default) and `ci` draw the same examples every time, on every machine and in
whatever order and company a test runs. `deep` draws new ones, and says how to draw a failing
one again.
"""

from __future__ import annotations

import os
from typing import Literal, get_args

from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

Profile = Literal["quick", "ci", "deep"]
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def chosen() -> Profile:
    """The profile that the environment asks for.

    Raises:
        ValueError: for one that does not exist.
    """
    name = os.environ.get("HYPOTHESIS_PROFILE", "quick")
    for profile in get_args(Profile):
        if name == profile:
            return profile  # type: ignore[no-any-return]
    raise ValueError(f"HYPOTHESIS_PROFILE={name}: expected one of {get_args(Profile)}")


def examples(*, quick: int, ci: int, deep: int) -> int:
    """How many examples a test draws whose number is its own.

    Args:
        quick: in the profile of every day.
        ci: before a change lands.
        deep: when nothing but the properties is looked at.
    """
    return {"quick": quick, "ci": ci, "deep": deep}[chosen()]


def load() -> None:
    """Make the profile that of every test imported from now on."""
    number = examples(quick=60, ci=100, deep=3000)
    if chosen() == "deep":
        # Said outright: where CI is set, Hypothesis' own default is to draw the same every time.
        settings.register_profile(
            "deep", max_examples=number, deadline=None, suppress_health_check=_SLOW, print_blob=True,
            derandomize=False,
        )  # fmt: skip
    else:
        settings.register_profile(
            chosen(), max_examples=number, deadline=None, suppress_health_check=_SLOW,
            derandomize=True, database=None,
        )  # fmt: skip
        _leave_out_the_constants_of_loaded_modules()
    settings.load_profile(chosen())


def _leave_out_the_constants_of_loaded_modules() -> None:
    """Keep what is drawn from depending on which modules happen to be loaded.

    Hypothesis (since 6.131) mixes in constants that it reads in the source of all modules of
    the project loaded so far: a test alone would draw other examples than in the whole suite.
    It has no setting for this; tests/test_profiles.py notices when this is no longer enough.
    """
    if hasattr(providers, "_get_local_constants"):
        none = providers.Constants()  # type: ignore[attr-defined]
        providers._get_local_constants = lambda: none
