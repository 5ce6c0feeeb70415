"""Other programmes on their own small rosters: every household as worked by hand, in every engine.

To add one: its pack, its roster under `fixtures/`, the day, and a table of what must come out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fixtures import make_township

from shibie.checking import check as check_at_any_size
from shibie.checking_in_python import Checked, EngineName, check
from shibie.engines.decide import decide
from shibie.errors import Lang
from shibie.explanations.account import account, explain
from shibie.explanations.changed_cases import FactChange, Lever
from shibie.explanations.text import short
from shibie.explanations.words import bound
from shibie.papers.notice.content import Setting, letter
from shibie.papers.notice.period import Period
from shibie.results.files import write_folder
from shibie.results.python_counts import summarise
from shibie.results.tables import result_tables
from shibie.rosters.household_input import case_from
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load
from shibie.words.speaker import Speaker

FIXTURES = Path(make_township.__file__).parent


@dataclass(frozen=True)
class Programme:
    """A pack on its roster, with what must come out.

    Attributes:
        decisions: household → eligibility, kind, grounds, and tracks (`track` of the
            household, `track:member` of a member), each a text with blanks between.
        procedure: household → `step.violation` of what is wrong with its steps.
    """

    pack: str
    as_of: date
    decisions: dict[str, tuple[str, str, str, str]]
    procedure: dict[str, str] = field(default_factory=dict)


MONITORING = Programme(
    "monitoring-2024",
    date(2024, 6, 30),
    {
        # 15000 + 9000 + 3100 - 1000 = 26100; / 3 = 8700.00, on the line of 云南省; ill, cannot cope.
        # Person 1 can work; 2 and 3 cannot, and the household is within the line.
        "M01": ("eligible", "unstable", "", "medical employment:1 safety_net:2 safety_net:3"),
        # 26100.02 / 3 = 8700.0066… → 8700.01, above it; no hardship.
        "M02": ("ineligible", "", "not_poor", ""),
        # 16000 / 2 = 8000.00, on the line of 示例省; never poor; both can work.
        "M03": ("eligible", "marginal", "", "employment:1 employment:2"),
        # 40000 / 2 = 20000 is above; (40000 - 22600) / 2 = 8700.00 is left: a large outlay.
        "M04": ("eligible", "sudden", "", "medical employment:1 temporary_relief"),
        # 13999.99 after 20000: 1399999 < 70 × 20000 = 1400000, a sharp fall.
        "M05": ("eligible", "sudden", "", "employment:1 disaster_relief temporary_relief"),
        # 14000 after 20000: 1400000 < 1400000 is false.
        "M06": ("ineligible", "", "not_poor", ""),
        # Monitored, 12000 a head for six months, nothing at risk: off the list.
        "M07": ("ineligible", "", "risk_removed", ""),
        # The same for five months: it stays.
        "M08": ("eligible", "unstable", "", "employment:1"),
        # Seven months at 9000, but nobody can work: it stays, and is provided for.
        "M09": ("eligible", "marginal", "", "safety_net:1"),
        # Poor enough; a car of 30000.00 in the register. M11: of 29999.99.
        "M10": ("ineligible", "", "vehicle", ""),
        "M11": ("eligible", "unstable", "", "medical employment:1"),
        # 17000 / 2 = 8500; the declared flat is resettlement housing; whether once poor is not known.
        "M12": ("eligible", "", "", "schooling employment:1 safety_net:2"),
        # 17400 / 2 = 8700 and a risk, but it can cope; person 2 is on the payroll.
        "M13": ("ineligible", "", "payroll_member not_poor", ""),
        # No income given. M15: a village cadre, whose review is open.
        "M14": ("pending", "", "", ""),
        "M15": ("pending", "unstable", "", ""),
        # 8000 a head, unsafe water; the cooperative does not operate; the review was refuted.
        "M16": ("eligible", "unstable", "", "water employment:1 employment:2"),
    },
    {
        # From 6 to 22 May: 16 days. M01, from the 6th to the 21st: 15, no violation.
        "M03": "county_decision.in_time",
        # From 11 to 14 May: 4 days.
        "M04": "village_notice.notice",
        "M05": "township_review.no_second_notice",
        "M14": "county_decision.settled",
    },
)

LOW_INCOME = Programme(
    "low-income-2024",
    date(2024, 10, 15),
    {
        # 示例盟, countryside: 1.5 × 8000 = 12000. 23999.98 / 2 = 11999.99; 24000 / 2 = 12000.00.
        "L01": ("eligible", "margin_household", "", "education_aid"),
        "L02": ("ineligible", "", "not_poor", ""),
        # 示例市, town, from October: 1.5 × 10800 = 16200 > 16199.99.
        "L03": ("eligible", "margin_household", "", "medical_aid"),
        # 5000 + 6000 + 2000 + 1000.01 = 14000.01: 1400001 > 70 × 20000. L05: exactly 70 %.
        "L04": ("eligible", "burdened_household", "", "education_aid medical_aid temporary_relief"),
        "L05": ("ineligible", "", "not_poor", ""),
        # 10000 + 2000.01 = 12000.01: 1200001 > 60 × 20000. L07: exactly 60 %.
        "L06": ("eligible", "burdened_household", "", "medical_aid temporary_relief"),
        "L07": ("ineligible", "", "not_poor", ""),
        # Nothing earned; 10000 - 15000 = -5000. Both are below 8000.
        "L08": ("eligible", "margin_household", "", "dibao_referral"),
        "L09": ("eligible", "margin_household", "", "dibao_referral"),
        # On 低保 as a household. L11: one person alone, 22000 / 2 = 11000; savings 31999.99 / 2 =
        # 15999.995 → 16000.00, not above 2 × 8000; the overdraft does not count.
        "L10": ("ineligible", "", "already_on_relief", ""),
        "L11": ("eligible", "margin_household", "", "single_dibao:1"),
        # (20000 + 12000.02) / 2 = 16000.01 > 16000; a harvester in the register.
        "L12": ("ineligible", "", "financial_assets machinery", ""),
        # Town: 14399.99 < 1.5 × 9600 = 14400; the shop is the only dwelling; grade D.
        "L13": ("eligible", "margin_household", "", "housing_aid"),
        # What was paid for medicine is not known.
        "L14": ("pending", "", "", ""),
        "L15": ("ineligible", "", "not_registered second_home not_poor", ""),
        # 10000 a head, but the child has no number to be compared by.
        "L16": ("pending", "margin_household", "", ""),
    },
)

NATIONAL = Programme(
    "national-2016",
    date(2016, 6, 1),
    {
        # The line of 2016 is 2952: a cent below it, and on it. Deposits of 2800.00 are at the limit.
        "N01": ("eligible", "", "", "production:1"),
        "N02": ("ineligible", "", "not_poor", ""),
        # 5000 / 2 = 2500; person 2 is in the first year of senior school.
        "N03": ("eligible", "", "", "production:1 ecology:1 education:2"),
        # Sixty on this day: no forest ranger any more.
        "N04": ("eligible", "", "", "production:1"),
        "N05": ("eligible", "", "", "relocation dibao:1"),
        # A car in the register. N07: a motorcycle, which does not count; seriously ill.
        "N06": ("ineligible", "", "vehicle", ""),
        "N07": ("eligible", "", "", "production:1 dibao:1"),
        # No number to compare by.
        "N08": ("pending", "", "", ""),
        # The income is not known, but the house is of grade D.
        "N09": ("eligible", "", "", "production:1"),
        # A commercial pension, whose review is open.
        "N10": ("pending", "", "", ""),
    },
)

# The arithmetic of each stands in rules/us-snap-2024/tests/worked.yaml.
SNAP = Programme(
    "us-snap-2024",
    date(2024, 3, 15),
    {
        "S01": ("eligible", "regular_household", "", "benefit"),
        # Gross income at the limit of 1580, and a cent above it.
        "S02": ("eligible", "regular_household", "", "benefit minimum"),
        "S03": ("ineligible", "", "not_poor", ""),
        # Sixty on this day: 1700 is no matter, and net 1055.50 <= 1215.
        "S04": ("eligible", "special_household", "", "benefit minimum"),
        "S05": ("ineligible", "", "resources_above_limit", ""),
        # On SSI: resources of 9000 do not count.
        "S06": ("eligible", "categorical_household", "", "benefit minimum"),
        "S07": ("eligible", "regular_household", "", "benefit"),
        # Earnings not given.
        "S08": ("pending", "regular_household", "", ""),
        "S09": ("eligible", "regular_household", "", "benefit expedited"),
        "S10": ("eligible", "regular_household", "", "benefit"),
        # Eligible for zero dollars.
        "S11": ("eligible", "categorical_household", "", ""),
        # 3000 is between the limits, and disability is not known.
        "S12": ("pending", "", "", ""),
        # 1413.01 - 198 = 1215.01, to the dollar 1215 <= 1215.
        "S13": ("eligible", "regular_household", "", "benefit minimum"),
        # Homeless: 1550 - 198 = 1352; 1352 - 179.66 = 1172.34, to 1172 <= 1215.
        "S14": ("eligible", "regular_household", "", "benefit minimum"),
        # In a free shelter there is no deduction: 1352 > 1215. S16: whether it is free is not known.
        "S15": ("ineligible", "", "not_poor", ""),
        "S16": ("pending", "regular_household", "", ""),
        # Excess shelter costs of 500 - 401 = 99 are less than 179.66: net 622, allotment 291 - 187.
        "S17": ("eligible", "regular_household", "", "benefit"),
    },
)

PROGRAMMES = [MONITORING, LOW_INCOME, NATIONAL, SNAP]


def checked(programme: Programme, engine: EngineName = "interpreter") -> Checked:
    """The programme's roster, decided by its pack."""
    ruleset = load(programme.pack)
    roster = read_roster(FIXTURES / programme.pack, ruleset, programme.as_of)
    return check(ruleset, roster, programme.as_of, engine)


@pytest.fixture(params=PROGRAMMES, ids=lambda programme: programme.pack)
def programme(request: pytest.FixtureRequest) -> Programme:
    found: Programme = request.param
    return found


def test_every_household_is_decided_as_worked_by_hand(programme: Programme) -> None:
    found = checked(programme)
    assert found.roster.rejected == ()
    assert found.roster.notes == ()
    assert {
        each.household_id: (
            each.eligibility,
            each.kind,
            set(each.grounds),
            {track.track + f":{track.member_id}".rstrip(":") for track in each.tracks},
        )
        for each in found.decisions
    } == {
        household_id: (eligibility, kind, set(grounds.split()), set(tracks.split()))
        for household_id, (eligibility, kind, grounds, tracks) in programme.decisions.items()
    }


def test_the_procedure_shows_the_faults_that_were_put_in(programme: Programme) -> None:
    faults = {
        each.household_id: " ".join(
            finding.rule_id for finding in each.findings if finding.kind == "procedure"
        )
        for each in checked(programme).decisions
    }
    assert {key: value for key, value in faults.items() if value} == programme.procedure


@pytest.mark.parametrize("engine", ["duckdb", "rete"])
def test_the_engines_agree(programme: Programme, engine: EngineName) -> None:
    assert checked(programme, engine).decisions == checked(programme).decisions


def test_file_to_file_gives_the_same_files(programme: Programme, tmp_path: Path) -> None:
    found = checked(programme)
    write_folder(tmp_path / "small", result_tables(found), summarise(found))
    ruleset, folder = load(programme.pack), FIXTURES / programme.pack
    with check_at_any_size(ruleset, folder, programme.as_of, engine="duckdb") as result:
        result.write(tmp_path / "bulk")
    for file in sorted((tmp_path / "small").iterdir()):
        made = (tmp_path / "bulk" / file.name).read_text(encoding="utf-8-sig")
        if file.name != "summary.json":
            assert made == file.read_text(encoding="utf-8-sig")
            continue
        counts = json.loads(made)
        # They are said of the one run, which was made from files.
        assert counts.pop("made_from")
        assert counts.pop("run")
        assert counts == json.loads(file.read_text(encoding="utf-8"))


def test_kinds_are_counted_among_the_eligible() -> None:
    """M15 is of a kind too, but pending."""
    assert summarise(checked(MONITORING))["by_kind"] == {
        "unstable": {"households": 4, "persons": 7},
        "marginal": {"households": 2, "persons": 3},
        "sudden": {"households": 2, "persons": 3},
    }


@pytest.mark.parametrize(
    ("rule_id", "zh", "en"),
    [
        ("county_decision.in_time", "县级审定：未做到“全程不超过规定天数”", "县级审定: not met: 全程不超过规定天数"),
        ("village_notice.notice", "村内公示：公示天数不足", "村内公示: too few days of notice"),
    ],
)  # fmt: skip
def test_faults_of_the_procedure_have_titles(rule_id: str, zh: str, en: str) -> None:
    ruleset = load("monitoring-2024")
    assert Speaker(ruleset, "zh").rule(rule_id) == zh
    assert Speaker(ruleset, "en").rule(rule_id) == en


def test_snap_rounds_net_income_and_asks_the_homeless_for_free_shelter(tmp_path: Path) -> None:
    """A roster whose form does not ask for free shelter: who needs the answer is pending.

    R1: 1413.01 - 198 = 1215.01, to the dollar 1215, on the limit. R2: 1550 - 198 = 1352 is above
    it, 1352 - 179.66 = 1172.34 is not. R3: 1271 - 198 = 1073 is within it either way.
    """
    (tmp_path / "households.csv").write_text(
        "household_id,shelter_costs,dependent_care,child_support_paid,homeless,resources,"
        "liquid_resources\nR1,0,0,0,no,0,0\nR2,0,0,0,yes,0,0\nR3,0,0,0,yes,0,0\n"
    )
    (tmp_path / "members.csv").write_text(
        "household_id,member_id,born_on,disabled,receives_ssi_or_tanf,earned_income,"
        "unearned_income,medical_expenses\n"
        "R1,1,1985-05-01,no,no,0,1413.01,0\n"
        "R2,1,1985-05-01,no,no,0,1550,0\n"
        "R3,1,1985-05-01,no,no,0,1271,0\n"
    )
    ruleset = load("us-snap-2024")
    roster = read_roster(tmp_path, ruleset, SNAP.as_of)
    engines: tuple[EngineName, ...] = ("interpreter", "duckdb", "rete")
    for engine in engines:
        found = check(ruleset, roster, SNAP.as_of, engine)
        assert [
            (each.eligibility, each.unknown, "benefit" in [track.track for track in each.tracks])
            for each in found.decisions
        ] == [
            ("eligible", (), True),
            ("pending", ("free_shelter",), False),
            ("eligible", (), True),
        ], engine
    (line,) = short(explain(found, "R2", "en"), "en")[-1:]
    assert "Free shelter all month is yes → Not eligible" in line
    assert "Free shelter all month is no → Eligible" in line


def test_an_explanation_says_the_kind() -> None:
    told = {each: explain(checked(MONITORING), each, "zh").outcome for each in ("M04", "M15")}
    assert told == {"M04": "纳入监测（突发严重困难户）", "M15": "待核实"}


def test_only_the_criteria_that_fail_are_reasons() -> None:
    """SNAP asks for both income tests; S03 meets the one on net income."""
    (line,) = [
        line for line in short(explain(checked(SNAP), "S03", "en"), "en") if line.startswith("why")
    ]
    assert "Gross income test met" in line
    assert "Net income test met" not in line


def test_a_letter_of_a_form_without_names_and_places() -> None:
    found = checked(SNAP)
    days = Period(date(2024, 3, 15), date(2024, 3, 24), 10)
    fields = letter(Setting(found, days, lang="en"), found.cases[0], found.decisions[0])
    assert (fields["head"], fields["place"]) == ("To the household", "no address given")


@pytest.mark.parametrize(
    ("fact", "value", "most", "least"),
    [
        ("born_on", date(1964, 3, 15), ("不晚于", "on or before"), ("不早于", "on or after")),
        ("earned_income", Decimal(1580), ("不高于", "at most"), ("不低于", "at least")),
    ],
)
def test_a_day_is_early_or_late_rather_than_high_or_low(
    fact: str, value: Any, most: tuple[str, str], least: tuple[str, str]
) -> None:
    lever = Lever("field", fact, 0)
    assert bound(FactChange(lever, value, bound="most")) == most
    assert bound(FactChange(lever, value, bound="least")) == least


def test_nobody_is_told_to_be_born_on_another_day() -> None:
    """All else that would change the result is still said."""
    found = {
        household: short(explain(checked(SNAP), household, "en"), "en")[-1]
        for household in ("S03", "S05")
    }
    assert found == {
        "S03": "what would change it: Earned income of 1 at most 1,580.00 $ (now 1,580.01 $); or Receives SSI or "
        "TANF of 1 verified to be yes; or Disabled of 1 verified to be (withheld) (now (withheld)) → Eligible "
        "[the household can report it; it counts once verified]",
        "S05": "what would change it: Countable resources at most 2,750.00 $ (now 2,750.01 $); or Disabled of 1 "
        "verified to be (withheld) (now (withheld)); or Receives SSI or TANF of 1 verified to be yes → Eligible "
        "[an officer must verify it, with evidence]",
    }  # fmt: skip


def test_a_day_of_birth_that_is_not_known_is_asked_for() -> None:
    ruleset = load(SNAP.pack)
    person = {"disabled": False, "receives_ssi_or_tanf": False, "earned_income": "1580.01",
              "unearned_income": 0, "medical_expenses": 0}  # fmt: skip
    facts = {"resources": 0, "shelter_costs": 0, "dependent_care": 0, "child_support_paid": 0}
    case = case_from(ruleset, {**facts, "members": [person]}, SNAP.as_of)
    told = account(ruleset, case, decide(ruleset, case), "en")
    assert told.collect[0].facts == ("Date of birth of 1",)


@pytest.mark.parametrize(
    ("pack", "household", "said"),
    [
        ("low-income-2024", "L01", "家庭人均收入 11,999.99 元，低于低保边缘的倍数 × 当地低保标准 12,000.00 元"),
        ("low-income-2024", "L04", "100 × 四项刚性支出 1,400,001.00 元，高于四项刚性支出占收入的比例 × "
         "计算占比的收入 1,400,000.00 元"),
        ("low-income-2024", "L12", "人均金融资产 16,000.01 元，高于人均金融资产上限的倍数 × 当地低保标准 16,000.00 元"),
        ("monitoring-2024", "M05", "低于（100 - 收入大幅缩减的幅度） × 前一个 12 个月家庭纯收入 1,400,000.00 元"),
        ("us-snap-2024", "S04", "720 is at least Age from which a person is elderly × 12 = 720;"),
    ],
)  # fmt: skip
def test_what_is_worked_out_has_its_unit_or_none(pack: str, household: str, said: str) -> None:
    (one,) = (each for each in PROGRAMMES if each.pack == pack)
    lang: Lang = "en" if one is SNAP else "zh"
    assert said in short(explain(checked(one), household, lang), lang)[1]


def test_a_derived_number_has_two_decimals() -> None:
    effects = [each.effects for each in explain(checked(SNAP), "S03", "en").change]
    assert (
        effects[0].split("; ")[-1]
        == "Income before deductions for expenses 1,066.01 $ → 1,066.00 $"
    )


def test_what_several_parts_of_a_reason_found_alike_is_said_once() -> None:
    assert short(explain(checked(MONITORING), "M07"))[1].count("返贫致贫风险：无") == 1
