"""Registers as they are delivered, from the file to the decision."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from shutil import copytree

import pytest
from fixtures import make_township

from shibie.checking_in_python import Checked, check
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load, loads
from shibie.ruleset.model import RuleSet

FIXTURES = Path(make_township.__file__).parent
PACK = """
ruleset: {{id: p1, title: 试验补贴, effective: {{from: 2015-01-01, to: 2030-12-31}}}}
facts:
  - {{name: savings, title: 存款合计, unit: 元, value: "deposits.sum(balance)"}}
comparisons:
  - id: compare_deposits
    title: 存款比对
    register: deposits
    columns: {{id_number: citizen_id, bank: text, balance: money, opened_on: date}}
    match: id_number
    {more}
criteria:
  - {{id: low, title: 低于线, when: "round(wage_income / members.count(), 2) < 3000"}}
poor: low
exclusions:
  - {{id: rich, title: 存款超限, when: savings > 5000}}
"""
HOUSEHOLDS = "户编号,村,工资性收入\nA1,甲村,2000\nA2,甲村,2000\n"
MEMBERS = """户编号,人编号,姓名,证件号码,与户主关系
A1,1,张三,511902195502280010,户主
A2,1,李四,511902195503010020,户主
"""
HEADER = "id_number,bank,balance,opened_on\n"
ONE = "511902195502280010,农行,3000,2014-01-01\n"
Found = tuple[str, tuple[str, ...]]


def pack(more: str = "basis: {}") -> RuleSet:
    return loads(PACK.format(more=more).replace("    basis: {}\n", ""))


def checked(folder: Path, rows: str, ruleset: RuleSet) -> Checked:
    (folder / "registers").mkdir()
    (folder / "households.csv").write_text(HOUSEHOLDS, encoding="utf-8")
    (folder / "members.csv").write_text(MEMBERS, encoding="utf-8")
    (folder / "registers" / "deposits.csv").write_text(HEADER + rows, encoding="utf-8")
    day = date(2016, 1, 1)
    return check(ruleset, read_roster(folder, ruleset, day), day)


@pytest.mark.parametrize(
    ("rows", "more", "expected"),
    [
        (ONE, "", [("eligible", ()), ("eligible", ())]),
        (ONE + ONE, "", [("pending", ("deposits[3]",)), ("eligible", ())]),
        (ONE + ONE, "rows: distinct", [("eligible", ()), ("eligible", ())]),
        (ONE + ONE, "key: [bank, opened_on]", [("eligible", ()), ("eligible", ())]),
        (
            "5119021955****0010,x,90000,2014-01-01\n,x,90000,2014-01-01\n", "",
            [("pending", ("deposits[*]", "deposits[2]")), ("pending", ("deposits[*]",))],
        ),
        # A row that cannot matter holds up nobody.
        (
            "5119021955****0010,x,4000,2014-01-01\n", "",
            [("eligible", ()), ("eligible", ())],
        ),
        # Of a row that cannot be read and has no number nothing is known but that it is there.
        (",x,很多,2014-01-01\n", "", [("pending", ("deposits[*]",))] * 2),
        ("51190219550228001,x,90000,2014-01-01\n", "", [("pending", ("deposits[*]",))] * 2),
    ],
)  # fmt: skip
def test_rows_as_they_come(tmp_path: Path, rows: str, more: str, expected: list[Found]) -> None:
    found = checked(tmp_path, rows, pack(more) if more else pack())
    assert [(each.eligibility, each.unknown) for each in found.decisions] == expected


def test_a_masked_number_is_no_fault_and_a_wrong_one_is(tmp_path: Path) -> None:
    rows = "5119021955****0010,x,1,\n511902195502280011,x,1,\n"
    found = checked(tmp_path, rows, pack())
    assert [(each.row, each.field, each.value) for each in found.roster.rejected] == [
        (3, "id_number", "511*************11"),
    ]
    assert [row.number for row in found.cases[0].rows["deposits"][0].items] == [2, 3]


def test_an_account_that_came_twice_is_asked_for(tmp_path: Path) -> None:
    ruleset, day = load("national-2016"), date(2016, 12, 20)
    folder = Path(copytree(FIXTURES / "national-2016", tmp_path / "roster"))
    deposits = folder / "registers" / "deposits.csv"
    row = "511922198003011026,2800.00"

    def decision(*rows: str) -> tuple[str, tuple[str, ...], list[tuple[str, str, str]]]:
        deposits.write_text("\n".join(rows) + "\n", encoding="utf-8")
        first = check(ruleset, read_roster(folder, ruleset, day), day).decisions[0]
        twice = [each for each in first.findings if each.kind == "duplicate_row"]
        return (
            first.eligibility,
            first.unknown,
            [(each.member_id, each.rule_id, each.outcome) for each in twice],
        )

    # One account or two?
    assert decision("id_number,balance", row, row) == (
        "pending", ("deposits[3]",), [("1", "compare_deposits", "unknown")],
    )  # fmt: skip
    named = f"{row},农村信用社,6210"
    assert decision("id_number,balance,bank,account", named, named) == (
        "eligible", (), [("1", "compare_deposits", "true")],
    )  # fmt: skip
