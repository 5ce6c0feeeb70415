"""Property tests of a rule set of your own (extra `test`): households, rosters, a pytest plugin.

>>> from hypothesis import given
>>> from shibie.ruleset.loader import load
>>> ruleset = load("bazhong-2015")
>>> @given(households(ruleset))
... def test_payroll_excludes(household):
...     if household.holds("payroll.holds and not payroll.refuted"):
...         assert household.decision.eligibility == "ineligible"
>>> test_payroll_excludes()
"""

from __future__ import annotations

from shibie.errors import Words, cannot_load

try:
    import hypothesis as _hypothesis
except ImportError as error:
    raise cannot_load(
        "shibie.testing",
        "Hypothesis",
        error,
        Words('pip install "shibie[test]"', 'pip install "shibie[test]"'),
    ) from error

from shibie.testing.situation import Situation
from shibie.testing.strategies import households, rosters

__all__ = ["Situation", "households", "rosters"]
assert _hypothesis
