"""What was not found up to the bound: proved of every size, shown by a larger household, or undecided."""

from __future__ import annotations

from shibie.engines.solver.household import Bound
from shibie.proofs.report import QUESTIONS, verify
from shibie.ruleset.loader import loads

PACK = """
ruleset: {id: large, title: large, effective: {from: 2020-01-01, to: 2030-12-31}, vocabulary: bare, lang: en}
outcome: {eligible: in, ineligible: out, pending: wait}
fields:
  - {of: household, name: score, title: Score, type: integer, minimum: 0}
  - {of: member, name: wage, title: Wage, type: integer, minimum: 0}
criteria: [{id: low, title: Low, when: score < 90}]
poor: low
exclusions: [{id: many, title: Many, when: members.count() > 5}]
tallies:
  - {id: five, title: Five, when: members.count() * 10 < 50}
  - {id: twenty, title: Twenty, when: members.count() < 20}
  - {id: never, title: Never, when: members.count() > 3 and members.none(wage >= 0) and members.sum(wage) > 0}
  - {id: paid, title: Paid, when: members.any(wage < 0)}
"""


def test_none_up_to_the_bound_is_no_refutation() -> None:
    questions = [each for each in QUESTIONS if each.name in ("alive", "alone", "contradiction")]
    report = verify(loads(PACK), Bound(2, 1), questions=questions)
    found = {each.name: each for each in report.findings}
    # Six members are within three times the bound; twenty are not.
    assert found["alive.many.true"].verdict == "proved"
    assert found["alone.many"].verdict == "proved"
    assert found["alive.five.false"].verdict == "proved"
    twenty = found["alive.twenty.false"]
    assert (twenty.verdict, twenty.reach) == ("undecided", "bound")
    assert twenty.what.en == (
        "not found among households of up to 6 members and 2 rows each, and larger ones are undecided: "
        "twenty can never be false"
    )
    # How many members there are is always known, and no wage is below zero: so of every size.
    for name in ("alive.many.unknown", "alive.twenty.unknown", "alive.paid.true"):
        assert (found[name].verdict, found[name].reach) == ("refuted", "any"), name
    assert found["alive.paid.true"].what.en == "paid can never be true"
    assert report.verdict == "refuted"


def test_what_stays_undecided_may_be_accepted() -> None:
    questions = [each for each in QUESTIONS if each.name == "alive"]
    names = (
        "many.unknown",
        "five.unknown",
        "twenty.unknown",
        "twenty.false",
        "never.true",
        "paid.true",
    )
    lines = "".join(f"  - {{finding: alive.{each}, reason: so}}\n" for each in names)
    ruleset = loads(PACK + "accepted:\n" + lines)
    report = verify(ruleset, Bound(2, 1), questions=questions)
    assert {each.name for each in report.findings if each.accepted} == {f"alive.{e}" for e in names}
    assert (report.verdict, report.stale) == ("proved", ())
    # With twenty members in sight it is found, and the acceptance excuses nothing any more.
    wide = verify(ruleset, Bound(20, 0), questions=questions)
    assert [each.finding for each in wide.stale] == ["alive.twenty.false"]
    assert wide.verdict == "refuted"
