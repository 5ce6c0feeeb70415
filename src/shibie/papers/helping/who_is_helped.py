"""Which households are to be helped: the one place that says so."""

from __future__ import annotations

from shibie.decision import Decision


def is_to_be_helped(decision: Decision) -> bool:
    """Whether a household is to have a helper: those that tracks are given to, which are the eligible.

    An eligible household that no track fits is to be helped all the same.

    >>> from shibie.decision import Decision
    >>> is_to_be_helped(Decision("H1", "eligible")), is_to_be_helped(Decision("H2", "pending"))
    (True, False)
    """
    return decision.eligibility == "eligible"
