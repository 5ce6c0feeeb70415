"""Negative controls: for everything that verify proves, a rule set of which it must not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shibie.engines.decide import decide
from shibie.engines.solver.household import Bound
from shibie.engines.solver.logic import FALSE
from shibie.engines.solver.reading import SolverReading
from shibie.engines.solver.values import ValueTerm
from shibie.language.tree import Field
from shibie.lower.decision import PENDING
from shibie.proofs.findings import ProofFinding
from shibie.proofs.report import QUESTIONS, PackReport, verify
from shibie.proofs.witness import UnconfirmedError, is_valid
from shibie.ruleset.loader import loads
from shibie.ruleset.model import RuleSet
from support.packs import SOUND, sound

Change = tuple[str, str]
RULES = ("alive", "needed", "alone", "contradiction", "exception", "kind", "standing")


def asked(ruleset: RuleSet, *names: str, bound: Bound | None = None) -> PackReport:
    questions = [each for each in QUESTIONS if each.name in names]
    assert len(questions) == len(names)
    return verify(ruleset, bound or Bound(2, 2), questions=questions)


def refuted(report: PackReport) -> list[str]:
    assert not [each.name for each in report.findings if each.verdict == "undecided"]
    return [each.name for each in report.findings if each.verdict == "refuted"]


def named(report: PackReport, name: str) -> ProofFinding:
    return next(each for each in report.findings if each.name == name)


def test_the_sound_rule_set_is_sound() -> None:
    report = verify(sound())
    assert refuted(report) == []
    assert report.verdict == "proved"
    proofs = [each for each in report.findings if each.verdict == "proved" and not each.witness]
    assert {each.name: each.reach for each in proofs} == dict.fromkeys(
        ["one", "complete", "knowledge", "needless.poor", "needless.exclusions", "needless.reviews", "property.payroll_excludes", "property.richer.wage_income",
         "property.richer.living_above_local", "property.richer.on_payroll", "gap", "steps", "values"],
        "any",
    ) | dict.fromkeys(["gap", "needless.poor", "needless.exclusions", "needless.reviews"], "bound")  # fmt: skip


LAST = "  - {id: doubtful, title: 存疑, when: living_above_local, effect: review}\n"
UNSAFE = 'when: \'housing_grade in ["C", "D"]\''
CASES: list[tuple[str, list[Change], list[str]]] = [
    # Rules that are dead or constant.
    ("alive", [("when: living_above_local", "when: rooms < 0")],
     ["alive.doubtful.true"]),
    ("alive", [("when: low and not members.any(able)", 'when: "true"')],
     ["alive.relief.false", "alive.relief.unknown"]),
    ("alive", [("when: living_above_local", "when: known(wage_income)")],
     ["alive.doubtful.unknown"]),
    # A criterion that another one implies.
    ("needed", [("poor: low or unsafe", "  - {id: lower, title: 更低, when: per_head < 1000}\npoor: low or unsafe or lower")],
     ["needed.lower"]),
    ("needed", [("poor: low or unsafe", "poor: low")], ["needed.unsafe"]),
    # Twins, an exclusion implied by another, and one implied by the others together.
    ("alone", [(LAST, LAST + "  - {id: salary, title: 领薪, when: not members.none(on_payroll)}\n")],
     ["alone.payroll", "alone.salary"]),
    ("alone", [(LAST, LAST + "  - {id: both, title: 都有, when: owns_vehicle and vehicles.count() == 0}\n")],
     ["alone.both"]),
    ("alone", [(LAST, LAST + "  - {id: many, title: 房多, when: rooms > 5}\n"
                "  - {id: some, title: 房不少, when: rooms <= 5 and rooms > 3}\n"
                "  - {id: union, title: 合起来, when: rooms > 3}\n")],
     ["alone.many", "alone.some", "alone.union"]),
    # An exclusion that excludes whomever a criterion includes.
    ("contradiction", [("when: living_above_local, effect: review", f"{UNSAFE}")],
     ["contradiction.unsafe.doubtful"]),
    # An exception that swallows its exclusion; one that never applies.
    ("exception", [("when: vehicles.count() > 0 and vehicles.all(value < 30000)", "when: owns_vehicle")],
     ["exception.vehicle"]),
    ("exception", [("when: vehicles.count() > 0 and vehicles.all(value < 30000)", "when: rooms < 0")],
     ["exception.vehicle.cheap"]),
    # A kind that an earlier one takes everything from.
    ("kind", [("tracks:\n", "kinds:\n  - {id: a, title: 甲, when: rooms < 5}\n  - {id: b, title: 乙, when: rooms < 3}\ntracks:\n")],
     ["kind.b"]),
    # A gap between two kinds, and one above the last.
    ("kindless", [("tracks:\n", "kinds:\n  - {id: a, title: 甲, when: rooms < 5}\n  - {id: b, title: 乙, when: rooms > 5}\ntracks:\n")],
     ["kindless"]),
    ("kindless", [("tracks:\n", "kinds:\n  - {id: a, title: 甲, when: rooms < 5}\n  - {id: b, title: 乙, when: 5 <= rooms < 9}\ntracks:\n")],
     ["kindless"]),
    # Choices of which an earlier one takes all: of a household, of a member, and of the rows of a register.
    ("branch", [("comparisons:\n", "  - {name: rate, title: 率, value: 10 if rooms < 5 else 20 if rooms < 3 else 30}\ncomparisons:\n")],
     ["branch.rate.2"]),
    ("branch", [("comparisons:\n", "  - {name: adult, title: 成年, of: member, value: 1 if age < 18 else 2 if age >= 18 else 3}\ncomparisons:\n")],
     ["branch.adult.3"]),
    ("branch", [("comparisons:\n", "  - {name: worth, title: 值, value: vehicles.sum(value if value > 3 or value <= 3 else 0)}\ncomparisons:\n")],
     ["branch.worth.2"]),
    # Clauses that others take in: of an or, of an and, a whole one of several parts, in a member's
    # condition, in what is asked of rows, in a hit, in an exception, and in what a formula chooses by.
    ("clause", [("when: living_above_local", "when: rooms < 4 or rooms < 3")], ["clause.doubtful.2"]),
    ("clause", [("when: living_above_local", "when: rooms < 3 and living_above_local and rooms < 4")], ["clause.doubtful.3"]),
    ("clause", [("when: living_above_local", "when: rooms < 4 or (rooms < 3 and wage_income < 3)")],
     ["clause.doubtful.2", "clause.doubtful.4"]),
    ("clause", [("[\"普通劳动力\", \"技能劳动力\"]'", "[\"普通劳动力\", \"技能劳动力\"] or labor == \"普通劳动力\"'")],
     ["clause.able.2"]),
    ("clause", [("vehicles.all(value < 30000)", "vehicles.all(value < 30000 or value < 3)")], ["clause.vehicle.cheap.4"]),
    ("clause", [('hit: kind == "轿车"', '"hit": kind == "轿车" and kind != "摩托"')],
     ["clause.compare_vehicles.owns_vehicle.1", "clause.compare_vehicles.owns_vehicle.2"]),
    ("clause", [("comparisons:\n", "  - {name: rate, title: 率, value: 10 if rooms < 5 or rooms < 3 else 20}\ncomparisons:\n")],
     ["clause.rate.2"]),
    # A standing that an earlier one takes everything from; an exit that always meets what is asked.
    ("standing", [("tracks:\n", "standings:\n"
                   "  - {id: kept, title: 保留, when: eligible or ineligible, on_roster: yes, tracks: yes}\n"
                   "  - {id: out, title: 清退, when: excluded, on_roster: no, tracks: no}\ntracks:\n")],
     ["standing.out"]),
    ("alive", [("tracks:\n", "exits: {when: rooms > 0, criteria: [{id: sound, title: 达标, when: rooms < 0 or rooms >= 0}]}\ntracks:\n")],
     ["alive.sound.false"]),
    # Complete data that decides nothing.
    ("complete", [("when: per_head < line", '"when": "round(wage_income / rooms, 2) < line"')],
     ["complete"]),
    ("complete", [("when: members.any(on_payroll)}", "when: vehicles.max(value) > 5}")], ["complete"]),
    # A condition that asks whether something is known.
    ("knowledge", [("when: per_head < line", "when: per_head < line or not known(rooms)")],
     ["knowledge"]),
    ("knowledge", [("when: members.any(on_payroll)}", "when: members.any(on_payroll) or not known(vehicles)}")],
     ["knowledge"]),
    # Blanks that may be filled in in any way, and the household is pending all the same.
    ("needless", [("when: per_head < line", "when: per_head < line or rooms < 3 or rooms >= 3")],
     ["needless.poor"]),
    ("needless", [("when: members.any(on_payroll)}", 'when: "members.any(on_payroll) or min(rooms, 2) > 3"}')],
     ["needless.exclusions"]),
    ("needless", [("when: living_above_local", "when: rooms < 2 and rooms > 3")], ["needless.reviews"]),
    # Properties: a condition, and each way a fact can work.
    ("property", [("when: members.any(on_payroll), then: ineligible", "then: not pending")],
     ["property.payroll_excludes"]),
    ("property", [("when: members.any(on_payroll), then: ineligible", "when: vehicle.holds, then: ineligible")],
     ["property.payroll_excludes"]),
    ("property", [("when: per_head < line", "when: per_head > line")], ["property.richer.wage_income"]),
    ("property", [("when: per_head < line", '"when": "per_head < line or wage_income == 9000"')],
     ["property.richer.wage_income"]),
    ("property", [("when: members.any(on_payroll)}", "when: members.count(on_payroll) == 1}"),
                  ("when: members.any(on_payroll), then: ineligible", "then: eligible or not eligible")],
     ["property.richer.on_payroll"]),
    ("property", [("more: [wage_income, living_above_local, on_payroll]", "more: [vehicles]")],
     ["property.richer.vehicles"]),
    ("property", [("more: [wage_income, living_above_local, on_payroll]", "less: [wage_income, vehicles]")],
     ["property.richer.wage_income", "property.richer.vehicles"]),
    # A household that nothing helps.
    ("gap", [("when: low and not members.any(able)", "when: low and rooms > 2")], ["gap"]),
    # Values that nothing meets.
    ("values", [("days: {title: 天数, values: {2014-01-01: 7}}",
                 "days: {title: 天数, by: terrain, values: {山区: {2014-01-01: 7}, 平原: {2014-01-01: 5}}}")],
     ["values.days.平原", "values.days.丘陵"]),
    ("values", [("when: living_above_local", 'when: as_of > date("2016-01-01") and living_above_local')],
     ["values.2016-01-01"]),
    # Steps that wait for nothing, or that nothing waits for; days that nobody knows.
    ("steps", [(", after: [apply], min_days: days", "")], ["steps.notice.start", "steps.apply.end"][::-1]),
    ("steps", [("days: {title: 天数, values: {2014-01-01: 7}}",
                "days: {title: 天数, by: terrain, values: {山区: {2014-01-01: 7}}}")],
     ["steps.days.2015-01-01"]),
]  # fmt: skip


@pytest.mark.parametrize(("question", "changes", "expected"), CASES)
def test_control(question: str, changes: list[Change], expected: list[str]) -> None:
    ruleset = sound(*changes)
    report = asked(ruleset, question)
    assert refuted(report) == expected
    assert report.verdict == "refuted"
    for name in expected:
        witness = named(report, name).witness
        if question in ("complete", "knowledge", "needless", "property", "gap"):
            assert witness is not None
            assert all(is_valid(ruleset, state) for state in witness.states)


def test_every_question_has_a_control() -> None:
    tested = {question for question, _, _ in CASES}
    # `one` is refuted below; `tracks` and `cliff` only tell.
    assert tested | {"one", "tracks", "cliff"} == {question.name for question in QUESTIONS}


def test_what_the_interpreter_does_not_confirm_is_never_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = SolverReading._record

    def never_pending(self: SolverReading, node: Field) -> ValueTerm:
        return FALSE if node == PENDING else real(self, node)

    monkeypatch.setattr(SolverReading, "_record", never_pending)
    with pytest.raises(UnconfirmedError):
        asked(sound(), "one")


def test_witnesses_show_what_they_say() -> None:
    ruleset = sound(("when: per_head < line", "when: per_head < line or not known(rooms)"))
    witness = named(asked(ruleset, "knowledge"), "knowledge").witness
    assert witness is not None
    before, after = witness.decisions(ruleset)
    assert (before.eligibility, after.eligibility) == ("eligible", "pending")
    assert witness.states[0].get("rooms") is None
    assert witness.states[1]["rooms"] is not None


def test_why_a_rule_is_not_needed() -> None:
    ruleset = sound(
        (LAST, LAST + "  - {id: salary, title: 领薪, when: not members.none(on_payroll)}\n")
    )
    report = asked(ruleset, "alone")
    assert named(report, "alone.payroll").what.en.endswith("always together with salary")
    implied = sound(
        (LAST, LAST + "  - {id: both, title: 都有, when: owns_vehicle and vehicles.count() == 0}\n")
    )
    assert named(asked(implied, "alone"), "alone.both").what.en.endswith(
        "whenever it holds, so does vehicle"
    )


def test_tracks_that_never_go_together() -> None:
    told = named(asked(sound(), "tracks"), "tracks").what.en
    assert told == "6 of 8 sets of tracks occur; never together: work and relief".replace("6", "5")


def test_cliffs_are_one_smallest_step_apart() -> None:
    ruleset = sound()
    told = {each.name: each for each in asked(ruleset, "cliff").findings}
    assert set(told) == {"cliff.1", "cliff.2"}
    assert told["cliff.1"].what.en == (
        "人均收入 is below 线: wage_income 2,854.99 → 2,855.00, eligible → not eligible"
    )
    witness = told["cliff.2"].witness
    assert witness is not None
    rows = [state["members"][0]["vehicles"] for state in witness.states]
    assert [str(row[0]["value"]) for row in rows] == ["29999.99", "30000.00"]
    assert [each.eligibility for each in witness.decisions(ruleset)] == ["eligible", "ineligible"]


THREE = 'then: \'not (members.any(labor == "普通劳动力") and members.any(labor == "无劳动力") and members.any(labor == "技能劳动力"))\''


def test_a_proof_up_to_the_bound_is_not_taken_for_more() -> None:
    """Three people refute it: two are too few to see it, and the loosened reading does."""
    ruleset = sound(("when: members.any(on_payroll), then: ineligible", THREE))
    name = "property.payroll_excludes"
    small = named(asked(ruleset, "property", bound=Bound(2, 1)), name)
    assert (small.verdict, small.reach) == ("proved", "bound")
    assert named(asked(ruleset, "property", bound=Bound(3, 1)), name).verdict == "refuted"


def test_acceptances() -> None:
    change = ("when: low and not members.any(able)", "when: low and rooms > 2")
    text = SOUND.replace(*change) + "accepted:\n  - {finding: gap, reason: 另行安排}\n"
    report = asked(loads(text), "gap")
    assert (named(report, "gap").accepted, report.verdict) == ("另行安排", "proved")
    stale = asked(loads(SOUND + "accepted:\n  - {finding: gap, reason: 另行安排}\n"), "gap")
    assert [each.finding for each in stale.stale] == ["gap"]
    assert stale.verdict == "refuted"


def test_a_cycle_of_steps_is_seen_even_past_the_loader() -> None:
    ruleset = sound()
    first, second = ruleset.procedure
    looped = replace(ruleset, procedure=(replace(first, after=("notice",)), second))
    assert refuted(asked(looped, "steps"))[0] == "steps.apply.order"


def test_too_little_time_is_told() -> None:
    report = verify(
        sound(), seconds=0.000001, questions=[each for each in QUESTIONS if each.name == "property"]
    )
    assert {each.verdict for each in report.findings} <= {"undecided", "proved"}


def test_a_witness_is_as_small_as_it_can_be() -> None:
    ruleset = sound(("when: low and not members.any(able)", "when: low and rooms > 2"))
    witness = named(asked(ruleset, "gap"), "gap").witness
    assert witness is not None
    (given,) = witness.states
    assert set(given) == {
        "wage_income", "housing_grade", "owns_vehicle", "living_above_local", "rooms", "vehicles", "members",
    } - {"owns_vehicle"}  # fmt: skip
    (decision,) = (decide(ruleset, case) for case in witness.cases(ruleset))
    assert (decision.eligibility, decision.tracks) == ("eligible", ())


FAR_BELOW = """
ruleset: {id: far, title: 远, effective: {from: 2015-01-01, to: 2016-12-31}}
facts:
  - {name: cars, title: 车数, of: member, value: vehicles.count()}
comparisons:
  - {id: compare, title: 车辆, register: vehicles, columns: {id_number: citizen_id}, match: id_number}
criteria:
  - {id: many, title: 车多, when: WHEN >= 20}
poor: many
properties:
  - {id: richer, title: 车多不会变为纳入, more: [vehicles]}
"""


@pytest.mark.parametrize("when", ["vehicles.count()", "members.sum(cars)"])
def test_what_grows_far_below_a_sum_is_seen_to(when: str) -> None:
    """Twenty vehicles make a household eligible, so more do help: no proof of any size may pass."""
    report = asked(loads(FAR_BELOW.replace("WHEN", when)), "property")
    found = named(report, "property.richer.vehicles")
    # Two members of two rows each are too few to show it; that much may be said, and no more.
    assert (found.verdict, found.reach) == ("proved", "bound")
