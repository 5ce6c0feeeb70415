"""Whatever an officer did about a household is said in its explanation, with who, when and on what."""

from __future__ import annotations

import json
import re
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

import shibie
from shibie.cli.app import app
from support.folders import folder, masked, number

OF = ["--rules", "bazhong-2015", "--as-of", "2015-12-20"]
SIGNED = {"evidence": f"入户 {number(1)}", "officer": "核实员甲", "date": "2015-12-01"}
BY = "核实员甲，2015-12-01，入户 511*************10）"
CAR = {"kind": "小型轿车", "value": "50000", "registered_on": "2014-01-01"}


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    names = {"L": "张一", "V": "李二", "C": "王三", "N": "赵四", "P": "周五", "W": "吴六"}
    people = {each: [(name, "户主", at)] for at, (each, name) in enumerate(names.items(), 1)}
    acts = [
        {"kind": "link", "household_id": "L", "member_id": "1", "register": "vehicles",
         "row_key": "川1", "value": "否"},
        {"kind": "verdict", "household_id": "V", "rule_id": "vehicle", "register": "vehicles",
         "row_key": "川2", "verdict": "refuted"},
        {"kind": "correction", "household_id": "C", "field": "owns_vehicle", "was": "是",
         "value": "否"},
        {"kind": "correction", "household_id": "C", "member_id": "1", "field": "健康状况",
         "was": "患有大病", "value": "健康"},
        {"kind": "link", "household_id": "N", "register": "vehicles", "row_key": "川4",
         "value": "否"},
        {"kind": "same_person", "household_id": "P", "member_id": "1", "value": "W/1"},
        {"kind": "verdict", "household_id": "W", "rule_id": "vehicle", "verdict": "upheld"},
    ]  # fmt: skip
    columns = ("household_id", "kind", "member_id", "rule_id", "register", "row_key", "field", "was",
               "value", "verdict")  # fmt: skip
    to = folder(
        tmp_path_factory.mktemp("roster"), people, facts={"C": {"owns_vehicle": "是"}},
        registers={
            "vehicles": [
                {"id_number": masked(1), "person_name": "张一", "plate": "川1", **CAR},
                {"id_number": number(2), "person_name": "李二", "plate": "川2", **CAR},
                {"id_number": masked(4), "person_name": "赵四", "plate": "川4", **CAR},
            ]
        },
        acts=[{**dict.fromkeys(columns, ""), **each, **SIGNED} for each in acts],
    )  # fmt: skip
    lines = (to / "members.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    # W may be P, for his number is not known.
    changed = {"C": (",健康,", ",患有大病,"), "W": (number(6), "")}
    lines = [line.replace(*changed[line[0]]) if line[0] in changed else line for line in lines]
    (to / "members.csv").write_text("".join(lines), encoding="utf-8")
    return to


def explained(roster: Path, household: str, *more: str) -> str:
    done = CliRunner().invoke(app, ["explain", str(roster), *OF, "-h", household, *more])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize(
    ("household", "said"),
    [
        ("L", [f"车辆登记比对记录 川1 说的不是张一（关联，{BY}"]),
        ("V", [f"车辆登记比对记录 川2：户中有小轿车或客货运车辆，经核实不属实（核实，{BY}"]),
        ("C", [f"有车辆由 是 更正为 否（更正，{BY}", f"王三的健康状况已更正（更正，{BY}"]),
        ("N", [f"车辆登记比对记录 川4 说的不是本户的人（关联，{BY}"]),
        ("P", ["重复人员：同一人出现在两户（周五）", "周五也在户编号 W", f"周五与 W/1 是同一人（同一人，{BY}"]),
    ],
)  # fmt: skip
def test_who_moved_it(roster: Path, household: str, said: list[str]) -> None:
    short = explained(roster, household).splitlines()
    assert f"经手：{'；'.join(said)}" in short
    assert json.loads(explained(roster, household, "--json"))["moved_by"] == said
    full = "".join(explained(roster, household, "--full").split()).replace("│", "")
    assert "经手" in full
    for line in said:
        assert "".join(line.split()) in full


def test_a_verdict_on_a_rule_is_said_once(roster: Path) -> None:
    said = json.loads(explained(roster, "W", "--json"))["moved_by"]
    assert said == [
        f"户中有小轿车或客货运车辆，经核实属实（{BY}", "重复人员：同一人出现在两户（吴六）",
        "吴六也在户编号 P",
        f"吴六与 P/1 是同一人（同一人，{BY}",
    ]  # fmt: skip


def test_in_english(roster: Path) -> None:
    (said,) = json.loads(explained(roster, "L", "--json", "--lang", "en"))["moved_by"]
    assert said == (
        "row 川1 of 车辆登记比对 is not about 张一 (link, 核实员甲, 2015-12-01, 入户 511*************10)"
    )


def test_a_letter_says_what_the_explanation_does(roster: Path, tmp_path: Path) -> None:
    """Every act that moved the result, the numbers in it masked; no other household but by them."""
    out = tmp_path / "letters"
    base = ["notice", str(roster), *OF, "--out", str(out), "--kind", "letters", "--format", "docx"]
    done = CliRunner().invoke(app, base)
    assert done.exit_code == 0, done.output
    for household in ("L", "V", "C", "N", "P", "W"):
        (path,) = out.rglob(f"{household}.docx")
        with zipfile.ZipFile(path) as file:
            text = re.sub(r"<[^>]*>", "", file.read("word/document.xml").decode())
        moved = json.loads(explained(roster, household, "--json"))["moved_by"]
        assert moved
        for line in moved:
            # A household is named neither rows nor other households.
            told = re.sub(r"车辆登记比对记录 川\d", "车辆登记比对的一条记录", line)
            told = re.sub(r"与 [A-Z]/1 是同一人", "与另一户登记的一人是同一人", told)
            assert (told in text) is ("也在户编号" not in line)
        assert not re.search(r"川\d|[A-Z]/1", text)
        assert number(1) not in text


HEALTHY = {"officer": "张三", "date": "2015-12-01", "household_id": "H"}
ILL = "残疾证:王一患癌症"
CALL = "入户核实 13800138000"


@pytest.fixture
def corrected(tmp_path: Path) -> Path:
    """A household of which an amount and an illness were corrected, and a verdict given."""
    acts = [
        {"kind": "correction", "field": "business_income", "was": "4000", "value": "2000.5",
         "evidence": CALL},
        {"kind": "correction", "member_id": "1", "field": "work_months", "was": "6", "value": "7",
         "evidence": ILL},
        {"kind": "verdict", "rule_id": "vehicle", "verdict": "refuted", "evidence": ILL},
    ]  # fmt: skip
    columns = ("kind", "member_id", "rule_id", "field", "was", "value", "verdict")
    facts = {"business_income": "4000", "owns_vehicle": "是"}
    to = folder(
        tmp_path / "in", {"H": [("王一", "户主", 1)]}, facts={"H": facts},
        acts=[{**dict.fromkeys(columns, ""), **each, **HEALTHY} for each in acts],
    )  # fmt: skip
    lines = (to / "members.csv").read_text(encoding="utf-8").splitlines()
    at = lines[0].split(",").index("work_months")
    cells = lines[1].split(",")
    cells[at] = "6"
    (to / "members.csv").write_text(f"{lines[0]}\n{','.join(cells)}\n", encoding="utf-8")
    return to


def test_a_corrected_amount_has_its_unit_and_evidence_tells_nothing_of_health(
    corrected: Path,
) -> None:
    assert json.loads(explained(corrected, "H", "--json"))["moved_by"] == [
        "户中有小轿车或客货运车辆，经核实不属实（张三，2015-12-01，（健康状况，不显示））",
        "生产经营性收入由 4,000.00 元 更正为 2,000.50 元（更正，张三，2015-12-01，入户核实 138******00）",
        "王一的务工月数由 6 月 更正为 7 月（更正，张三，2015-12-01，（健康状况，不显示））",
    ]  # fmt: skip
    english = json.loads(explained(corrected, "H", "--json", "--lang", "en"))["moved_by"]
    assert english[2] == (
        "work months of 王一 corrected from 6 月 to 7 月 (correction, 张三, 2015-12-01, (health, not shown))"
    )
    for form in ("--full", "--json"):
        assert "癌症" not in explained(corrected, "H", form)


def test_no_letter_tells_of_health_in_its_evidence(corrected: Path, tmp_path: Path) -> None:
    out = tmp_path / "letters"
    base = ["notice", str(corrected), *OF, "--out", str(out), "--kind", "letters"]
    done = CliRunner().invoke(app, [*base, "--format", "docx"])
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(next(out.rglob("H.docx"))) as file:
        text = re.sub(r"<[^>]*>", "", file.read("word/document.xml").decode())
    assert (
        "王一的务工月数由 6 月 更正为 7 月（更正，张三，2015-12-01，（健康状况，不显示））" in text
    )
    assert "癌症" not in text


def test_the_sheet_of_acts_tells_nothing_of_health_and_no_number(
    corrected: Path, tmp_path: Path
) -> None:
    """For the office it is whole, and so is the table for machines."""
    found = {}
    with shibie.check("bazhong-2015", corrected, date(2015, 12, 20)) as result:
        for show_ids in (False, True):
            path = tmp_path / f"{show_ids}.xlsx"
            result.write(tmp_path / "out", path, show_ids=show_ids)
            head, *rows = openpyxl.load_workbook(path)["办理"].values
            found[show_ids] = sorted(str(row[head.index("证据")]) for row in rows)
    hidden = "（健康状况，不显示）"
    assert found[False] == ["入户核实 138******00", hidden, hidden]
    assert found[True] == [CALL, ILL, ILL]
    assert (tmp_path / "out" / "acts.csv").read_text(encoding="utf-8-sig").count(ILL) == 2
