"""The command line as an officer uses it: outputs, files and exit statuses."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import openpyxl
import pytest

from support.books import Book, book, write_xlsx

ROOT = Path(__file__).parents[1]
PACK = ["--rules", "bazhong-2015", "--as-of", "2015-12-20"]


def shibie(*arguments: str | Path, status: int = 0) -> str:
    """Run the command; stdout on success, stderr when it must fail."""
    done = subprocess.run(
        [sys.executable, "-m", "shibie", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr if status in (1, 2) and done.stderr else done.stdout


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write_xlsx(tmp_path / "good.xlsx", book())


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    sheets: Book = book()
    sheets["农户"][1][2] = "两千五"
    return write_xlsx(tmp_path / "bad.xlsx", sheets)


def test_it_says_its_version() -> None:
    assert shibie("--version") == f"shibie {version('shibie')}\n"


def test_check_writes_the_tables(tmp_path: Path, good: Path) -> None:
    out = tmp_path / "out"
    printed = shibie("check", good, *PACK, "--out", out)
    assert "输入 3 户 = 认定 3 户 + 退回 0 户" in printed
    assert rows(out / "decisions.csv") == [
        {"household_id": "001", "eligibility": "eligible", "kind": "", "grounds": "", "reviews": "", "unknown": "",
         "tracks": "production", "standing": "pending"},
        {"household_id": "002", "eligibility": "ineligible", "kind": "", "grounds": "not_poor", "reviews": "",
         "unknown": "", "tracks": "", "standing": "pending"},
        {"household_id": "003", "eligibility": "ineligible", "kind": "", "grounds": "vehicle", "reviews": "",
         "unknown": "", "tracks": "", "standing": "pending"},
    ]  # fmt: skip
    findings = [tuple(row.values()) for row in rows(out / "findings.csv")]
    assert ("003", "2", "compare_vehicles", "discrepancy", "true") in findings
    assert ("003", "", "vehicle", "exclusion", "true") in findings
    assert [tuple(row.values()) for row in rows(out / "tracks.csv")] == [
        ("001", "1", "production"), ("001", "2", "production"),
    ]  # fmt: skip
    assert rows(out / "rejected.csv") == []
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert (summary["in"], summary["decided"], summary["rejected"]) == (3, 3, 0)
    assert summary["by_eligibility"]["eligible"] == {"households": 1, "persons": 2}


def test_rejected_rows_make_exit_3(tmp_path: Path, bad: Path) -> None:
    out = tmp_path / "out"
    shibie("check", bad, *PACK, "--out", out, status=3)
    assert [tuple(row.values()) for row in rows(out / "rejected.csv")] == [
        ("农户", "2", "wage_income", "两千五", "应为数字", "not_a_number")
    ]
    shibie("check", bad, *PACK, "--out", out, "--lang", "en", status=3)
    assert rows(out / "rejected.csv")[0]["reason"] == "expected a number"


def test_the_workbook(tmp_path: Path) -> None:
    sheets = book()
    sheets["成员"][1][2] = "=1+1"
    sheets["成员"][3][2] = "+cmd|' /C calc'!A0"
    out = tmp_path / "out.xlsx"
    shibie("check", write_xlsx(tmp_path / "in.xlsx", sheets), *PACK, "--out", out)
    found = openpyxl.load_workbook(out)
    assert found.sheetnames == ["认定结果", "依据", "批次", "退回", "汇总", "不计入人口", "来源"]
    sheet = found["认定结果"]
    header = [cell.value for cell in sheet[1]]
    row = dict(zip(header, [cell.value for cell in sheet[2]], strict=True))
    assert (row["户编号"], row["认定结果"], row["户主"]) == ("001", "纳入", "=1+1")
    assert row["原因"] == "家庭人均纯收入低于贫困线"
    # 2000 / 2 = 1000
    assert row["家庭人均纯收入（元/人·年）"] == 1000
    formulas = [cell for sheet in found for line in sheet for cell in line if cell.data_type == "f"]
    assert formulas == []
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref


def texts(path: Path) -> str:
    book = openpyxl.load_workbook(path)
    return "\n".join(
        str(cell.value) for sheet in book for line in sheet for cell in line if cell.value
    )


def test_identity_numbers_are_masked_unless_asked_for(tmp_path: Path, good: Path) -> None:
    from support.books import PEOPLE

    shibie("check", good, *PACK, "--out", tmp_path / "a.xlsx")
    assert not any(number in texts(tmp_path / "a.xlsx") for number in PEOPLE)
    shibie("check", good, *PACK, "--out", tmp_path / "b.xlsx", "--show-ids")
    assert PEOPLE[0] in texts(tmp_path / "b.xlsx")


def test_parquet(tmp_path: Path, good: Path) -> None:
    from pyarrow import parquet

    shibie("check", good, *PACK, "--out", tmp_path / "out.parquet")
    table = parquet.read_table(tmp_path / "out.parquet" / "decisions.parquet")
    assert table.column("grounds").to_pylist() == [[], ["not_poor"], ["vehicle"]]


def test_trusted_declarations_are_said_everywhere(tmp_path: Path) -> None:
    sheets = book()
    for name in [name for name in sheets if name.startswith("比对-")]:
        del sheets[name]
    path = write_xlsx(tmp_path / "a.xlsx", sheets)
    printed = shibie(
        "check",
        path,
        *PACK,
        "--trust-declarations",
        "--out",
        tmp_path / "o",
        "--out",
        tmp_path / "o.xlsx",
    )
    assert "初筛" in printed
    assert (
        json.loads((tmp_path / "o" / "summary.json").read_text(encoding="utf-8"))[
            "trust_declarations"
        ]
        is True
    )
    assert "初筛" in texts(tmp_path / "o.xlsx")


def test_a_folder_is_decided_alike_in_memory_and_file_to_file(tmp_path: Path) -> None:
    township = "fixtures/township-2015"
    for engine in ("interpreter", "duckdb"):
        shibie("check", township, *PACK, "--engine", engine, "--out", tmp_path / engine)
    for file in sorted((tmp_path / "interpreter").glob("*.csv")):
        assert (tmp_path / "duckdb" / file.name).read_bytes() == file.read_bytes()
    one, other = (
        json.loads((tmp_path / engine / "summary.json").read_text(encoding="utf-8"))
        for engine in ("interpreter", "duckdb")
    )
    assert (one.pop("run")["engine"], other.pop("run")["engine"]) == ("interpreter", "duckdb")
    assert one == other


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "nowhere.xlsx", *PACK], "没有这个文件或文件夹"),
        (
            ["check", "fixtures/village-60.xlsx", "--rules", "bazhong", "--as-of", "2015-12-20"],
            "没有这个规则包",
        ),
        (
            [
                "check",
                "fixtures/village-60.xlsx",
                "--rules",
                "bazhong-2015",
                "--as-of",
                "2017-01-01",
            ],
            "有效期",
        ),
        (
            ["check", "fixtures/village-60.xlsx", "--rules", "bazhong-2015", "--as-of", "20-12"],
            "不是日期",
        ),
        (["check", "README.md", *PACK], "不是可读的名册"),
        (["check", "fixtures/village-60.xlsx", *PACK, "--out", "x.json"], "不能写成 .json 文件"),
        (
            ["check", "fixtures/township-2015", *PACK, "--engine", "rete", "--memory", "1GB"],
            "memory",
        ),
        (["check", "fixtures/township-2015", *PACK, "--engine", "rete", "--temp", "."], "temp"),
        (["check", "fixtures/township-2015", *PACK, "--memory", "much"], "如 4GB"),
        (["eval", "wage_incme > 1"], "未知名称“wage_incme”"),
        (["eval", "1 < 2", "--given", "{"], "不是合法的 JSON"),
        (["eval", "1 < 2", "--given", '{"a": NaN}'], "不是合法的 JSON"),
        (["test", "nowhere"], "没有这个规则包"),
    ],
)
def test_unusable_input_is_exit_2(arguments: list[str], message: str) -> None:
    assert message in shibie(*arguments, status=2)


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (["wage_income > 1000", "--given", '{"wage_income": 1000.01}'], "true"),
        (["wage_income > 1000"], "unknown"),
        (["0.1 + 0.2"], "0.3"),
        (["工资性收入 > 1 or 不愁吃", "--given", '{"不愁吃": true}'], "true"),
        (["per_capita_net_income < poverty_line", "--rules", "bazhong-2015", "--as-of", "2015-12-20", "--given",
          '{"wage_income": 5709.98, "business_income": 0, "property_income": 0, "transfer_income": 0,'
          ' "production_cost": 0, "civil_registry": [], "members": [{}, {}]}'], "true"),
        (["vehicles.any(kind == \"摩托车\")", "--rules", "bazhong-2015", "--as-of", "2015-12-20", "--given",
          '{"members": [{"vehicles": []}]}'], "false"),
    ],
)  # fmt: skip
def test_eval(arguments: list[str], printed: str) -> None:
    assert shibie("eval", *arguments).strip() == printed


def test_fields_and_schema() -> None:
    listing = json.loads(shibie("fields", "--json", "--rules", "bazhong-2015"))
    wage = next(each for each in listing["households"] if each["name"] == "wage_income")
    assert (wage["title"], wage["type"], wage["unit"]) == ("工资性收入", "money", "元/年")
    assert [each["name"] for each in listing["registers/vehicles"]] == [
        "id_number", "plate", "kind", "value", "registered_on", "person_name",
    ]  # fmt: skip
    assert "工资性收入" in shibie("fields")
    schema = json.loads(shibie("schema"))
    assert {"ruleset", "poor", "exclusions"} <= set(schema["properties"])


def test_test() -> None:
    assert "0 个失败" in shibie("test", "bazhong-2015")
    report = json.loads(shibie("test", "bazhong-2015", "--json"))
    assert (report["failed"], report["never_fired"]) == ([], [])


def test_a_failing_rule_test_is_exit_1(tmp_path: Path) -> None:
    import shutil

    pack = tmp_path / "bazhong-2015"
    shutil.copytree(ROOT / "rules" / "bazhong-2015", pack)
    file = pack / "ruleset.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace('["C", "D"]', '["D"]'), encoding="utf-8"
    )
    printed = shibie("test", pack, status=1)
    assert "tests/criteria.yaml:74: 收入高于线而住房 C 级" in printed
    assert "eligibility：应为 eligible，实为 ineligible" in printed


def test_faults_of_a_rule_test_are_placed(tmp_path: Path) -> None:
    import shutil

    pack = tmp_path / "bazhong-2015"
    shutil.copytree(ROOT / "rules" / "bazhong-2015", pack)
    (pack / "tests" / "zz.yaml").write_text(
        "as_of: 2015-12-20\n"
        "tests:\n"
        "  - name: 错\n"
        "    given: {wage_incom: 1, members: [{labor: 没有}]}\n"
        "    expect: {eligibility: maybe, rules: {vehicl: true}}\n"
        "  - name: 又错\n"
        "    givn: {}\n"
        "    expect: {}\n",
        encoding="utf-8",
    )
    printed = shibie("test", pack, status=2)
    assert "tests/zz.yaml:5:27: 应为 'eligible', 'ineligible' or 'pending'，实为 “maybe”" in printed
    assert "tests/zz.yaml:7:5: 未知的键“givn”" in printed
    (pack / "tests" / "zz.yaml").write_text(
        "as_of: 2015-12-20\n"
        "tests:\n"
        "  - name: 错\n"
        "    given: {wage_incom: 1, members: [{labor: 没有}]}\n"
        "    expect: {rules: {vehicl: true}}\n",
        encoding="utf-8",
    )
    printed = shibie("test", pack, status=2)
    assert "tests/zz.yaml:5:30: 没有“vehicl”" in printed
    assert "tests/zz.yaml:4:25: wage_incom：没有字段“wage_incom”" in printed
    assert "tests/zz.yaml:4:46: members[1].labor：" in printed
