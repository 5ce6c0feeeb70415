"""What a pack accepts is proved again: only where it says, and only while it excuses something."""

from __future__ import annotations

import pytest

from shibie.engines.solver.household import Bound
from shibie.proofs.findings import ProofFinding
from shibie.proofs.report import QUESTIONS, PackReport, verify
from shibie.ruleset.loader import load, loads

# Whoever has a score below 90 is eligible; ROW2 is what the second row takes of it.
ROWS = """
ruleset: {id: rows, title: rows, effective: {from: 2020-01-01, to: 2030-12-31}, vocabulary: bare, lang: en}
outcome: {eligible: in, ineligible: out, pending: wait}
fields:
  - {of: household, name: score, title: Score, type: decimal, minimum: 0, maximum: 100}
  - {of: household, name: listed, title: Listed, type: bool}
criteria: [{id: low, title: Low, when: score < 90}]
poor: low
tracks:
  - {id: row1, title: Row 1, when: score < 10}
  - {id: row2, title: Row 2, when: 10 <= score < ROW2}
  - {id: row3, title: Row 3, when: 60 <= score < 80}
properties: [{id: richer, title: Richer, more: [score]}, {id: unlisted, title: Unlisted, when: eligible, then: score < 85}]
"""


def asked(text: str, *names: str, bound: Bound | None = None) -> PackReport:
    questions = [each for each in QUESTIONS if each.name in names]
    assert len(questions) == len(names)
    return verify(loads(text), bound or Bound(2, 1), questions=questions)


def rows(accepted: str, row2: int = 60) -> tuple[PackReport, ProofFinding]:
    report = asked(f"{ROWS.replace('ROW2', str(row2))}accepted: [{accepted}]\n", "gap")
    (gap,) = report.findings
    return report, gap


def score_of(finding: ProofFinding) -> object:
    assert finding.witness is not None
    return finding.witness.states[0]["score"]


TOP = "{finding: gap, where: 80 <= score < 90, reason: the county}"


def test_a_new_gap_is_not_excused_by_an_old_one() -> None:
    report, gap = rows(TOP)
    assert (report.verdict, gap.verdict, gap.accepted) == ("proved", "refuted", "the county")
    assert gap.where.en == "80 <= score < 90"
    report, gap = rows(TOP, row2=50)
    assert (report.verdict, gap.accepted, report.stale) == ("refuted", "", ())
    assert 50 <= score_of(gap) < 60  # type: ignore[operator]
    assert gap.what.en == "an eligible household without any track (outside of what is accepted)"
    # Too narrow a place leaves the rest of the same gap.
    _, gap = rows("{finding: gap, where: 82 <= score < 90, reason: the county}")
    assert not gap.accepted
    assert 80 <= score_of(gap) < 82  # type: ignore[operator]
    # A place that is unknown of a household is not its place.
    _, gap = rows("{finding: gap, where: listed and score >= 80, reason: the county}")
    assert not gap.accepted


@pytest.mark.parametrize(
    ("where", "row2", "why"),
    [
        # The gap is elsewhere; it is everywhere; and there is none left.
        ("where: score < 5, ", 60, "the accepted 'gap' does not exist any more where it says; take it out or rewrite `where`"),
        ("where: score < 5 or score >= 5 or not known(score), ", 60,
         "the `where` of the accepted 'gap' is true of every household; it says nothing"),
        ("where: score < 90, ", 0, "the accepted 'gap' does not exist any more; take it out"),
    ],
)  # fmt: skip
def test_what_excuses_nothing_is_told(where: str, row2: int, why: str) -> None:
    accepted = f"accepted: [{{finding: gap, {where}reason: the county}}]\n"
    text = ROWS.replace("ROW2", str(row2)) + accepted
    if not row2:
        text = text.replace("when: 10 <= score < 0", "when: 10 <= score < 90")
    report = asked(text, "gap")
    assert [each.why.en for each in report.stale] == [why]
    assert not report.findings[0].accepted
    assert report.verdict == "refuted"


def test_without_a_place_one_place_is_excused_and_never_two() -> None:
    report, gap = rows("{finding: gap, reason: the county}")
    assert (report.verdict, gap.accepted) == ("proved", "the county")
    assert gap.where.en == "'Score is below 80' does not"
    report, gap = rows("{finding: gap, reason: the county}", row2=50)
    assert (report.verdict, gap.accepted) == ("refuted", "")
    assert "in more than one place; say by `where` which is accepted" in gap.what.en


FALLS = "criteria: [{id: low, title: Low, when: score < 20 or 40 < score < 45}]"


def test_what_turns_between_two_households_is_placed_before_the_change() -> None:
    text = ROWS.replace("ROW2", "60").replace(
        "criteria: [{id: low, title: Low, when: score < 90}]", FALLS
    )
    name = "property.richer.score"

    def turned(accepted: str) -> tuple[PackReport, ProofFinding]:
        report = asked(f"{text}accepted: [{{finding: {name}, {accepted}reason: so}}]\n", "property")
        return report, next(each for each in report.findings if each.name == name)

    report, found = turned("where: 20 <= score <= 40, ")
    assert (report.verdict, found.accepted, found.reach) == ("proved", "so", "any")
    _, found = turned("where: 30 <= score <= 40, ")
    assert not found.accepted
    assert 20 <= score_of(found) < 30  # type: ignore[operator]
    # Two households show it, of which no place can be made out: it has to be said.
    _, found = turned("")
    assert not found.accepted
    assert found.what.en.endswith("(accepted, but without `where` to say of which households)")


def test_what_no_household_shows_has_no_place() -> None:
    dead = ROWS.replace("ROW2", "60").replace("when: score < 10}", "when: score < 0}")
    report = asked(f"{dead}accepted: [{{finding: alive.row1.true, reason: so}}]\n", "alive")
    assert (report.verdict, report.stale) == ("proved", ())
    report = asked(
        f"{dead}accepted: [{{finding: alive.row1.true, where: eligible, reason: so}}]\n", "alive"
    )
    assert [each.why.en for each in report.stale] == [
        "no household shows 'alive.row1.true', so `where` says nothing of it"
    ]
    assert report.verdict == "refuted"


def test_a_place_beyond_the_bound_is_looked_for_there() -> None:
    """Six members have no track, and two are looked at: the acceptance is not stale."""
    many = ROWS.replace("ROW2", "60").replace(
        "{id: row3, title: Row 3, when: 60 <= score < 80}",
        "{id: row3, title: Row 3, when: score >= 60 and members.count() < 6}",
    )
    accepted = "accepted: [{finding: gap, where: members.count() >= 6, reason: so}]\n"
    report = asked(many + accepted, "gap")
    assert (report.verdict, report.stale) == ("proved", ())
    assert report.findings[0].accepted == "so"
    # Up to the bound there is no household but where this says; a larger one is elsewhere.
    accepted = accepted.replace(">= 6", "<= 3")
    (stale,) = asked(many + accepted, "gap").stale
    assert "does not exist any more" in stale.why.en


def test_households_pending_for_nothing_are_accepted_where_they_are() -> None:
    text = ROWS.replace("ROW2", "60").replace("when: score < 90}", "when: score < 3 or score >= 3}")

    def found(where: str) -> PackReport:
        accepted = f"accepted: [{{finding: needless.poor, where: {where}, reason: so}}]\n"
        return asked(text + accepted, "needless")

    report = found("not known(score)")
    assert (report.verdict, report.stale) == ("proved", ())
    assert [each.accepted for each in report.findings if each.name == "needless.poor"] == ["so"]
    (stale,) = found("score > 1").stale
    assert "does not exist any more where it says" in stale.why.en


def test_a_shipped_acceptance_excuses_no_other_gap() -> None:
    """One clause less in the medical track, and whom that leaves without help is a finding."""
    ruleset = load("bazhong-2015")
    questions = [each for each in QUESTIONS if each.name == "gap"]
    (gap,) = verify(ruleset, Bound(2, 1), questions=questions).findings
    assert gap.accepted
    narrower = loads("""
ruleset: {id: narrower, title: 更窄, extends: bazhong-2015, effective: {from: 2015-07-01, to: 2016-12-31}}
replaces: [tracks.medical]
tracks: [{id: medical, title: 医疗, for: member, when: '"患有大病" in health'}]
""")
    (gap,) = verify(narrower, Bound(2, 1), questions=questions).findings
    assert not gap.accepted
    assert gap.witness is not None
    assert any("残疾" in each.get("health", ()) for each in gap.witness.states[0]["members"])
