"""Who helps whom: the planted facts of the township, and a tiny roster read in both ways."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import duckdb
import openpyxl
from fixtures import helping
from typer.testing import CliRunner

import shibie
from shibie.checking_in_parts import checked_parts
from shibie.cli.app import app
from shibie.papers.helping.figures import helping_figures
from shibie.papers.helping.gathering import Gathering
from shibie.papers.helping.limits import Limits
from shibie.papers.helping.lists import helper_lists
from shibie.papers.helping.said import as_data, sentences
from shibie.rosters.given_roster import roster_of_path
from shibie.rosters.sheets import HELD_BELOW
from shibie.ruleset.loader import load
from support.folders import folder
from test_cli import PACK, ROOT

TOWNSHIP = ROOT / "fixtures" / "township-2015"
AS_OF = date(2015, 12, 20)
# What of health may stand on no list.
HEALTH = re.compile("病|残|医疗|慢性")


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(app, [*map(str, arguments), *PACK])


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# --- the township -------------------------------------------------------------------------


def test_the_planted_facts_of_the_township(tmp_path: Path) -> None:
    out = tmp_path / "帮扶"
    asked = ("--visit-days", "90", "--most-households", "20", "--format", "docx")
    done = run("helpers", TOWNSHIP, "--out", out, "--json", *asked)
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    figures = {
        name: (each["households"], each["persons"]) for name, each in found["figures"].items()
    }
    assert figures == {
        "helped": (475, 1402), "with_helper": (469, 1387), "without_helper": (6, 15),
        "never": (13, 43), "long_ago": (23, 61), "planned": (470, 1384), "unplanned": (5, 18),
        "misfit": (19, 39), "cooperatives": (103, 357),
    }  # fmt: skip
    assert {name: each["value"] for name, each in found["numbers"].items()} == {
        "helpers": 38, "stationed": 10, "too_many": 1, "visits": 819, "by_others": 8, "plans": 482,
        "unassigned": 15, "late": 20, "no_deadline": 5, "misfits": 19, "money": "6935736.50",
    }  # fmt: skip
    assert next(iter(found["load"].items())) == ("高明远", {"households": 31, "persons": 87})
    # One name in two villages' helpers, and one name with a space within: 38 persons.
    assert {"王建国（县农业局）", "王建国（乡中心卫生院）", "李伟"} <= set(found["load"])
    assert sum(each["households"] for each in found["load"].values()) == 469
    assert found["rows"] == {
        "helpers": {"taken": 493, "rejected": 0}, "visits": {"taken": 819, "rejected": 0},
        "plans": {"taken": 482, "rejected": 0},
    }  # fmt: skip
    reasons = Counter(row["reason"].split("；")[0] for row in table(out / "without_helper.csv"))
    assert reasons == {"没有登记": 3, "帮扶到 2015-09-30 为止": 2, "2016-01-01 起才有": 1}
    assert Counter(row["reason"] for row in table(out / "not_visited.csv")) == {
        "从未走访": helping.NEVER_VISITED + 4, "超过天数": helping.LONG_AGO + 2,
    }  # fmt: skip
    assert Counter(row["kind"] for row in table(out / "findings.csv")) == {
        "走访人不是该户的帮扶责任人": 8, "帮扶了不该帮扶的户": 5, "重复登记": 2, "同名": 1,
    }  # fmt: skip
    everybody = table(out / "help.csv")
    assert len(everybody) == 475
    # The 90th day is in time.
    assert Counter(row["days"] for row in everybody)["90"] >= helping.EXACTLY_90
    assert {row["phone"] for row in table(out / "helpers.csv")} - {""} == {
        f"{start}******{end:02}" for start, end in [
            *(("139", at) for at in (*range(38), 50, 51)), *(("138", at) for at in range(7))
        ]
    }  # fmt: skip
    lists = sorted((out / "帮扶名单").iterdir())
    assert len(lists) == 48
    busy = docx.Document(str(out / "帮扶名单" / "高明远.docx"))
    rows = [[cell.text for cell in row.cells] for row in busy.tables[0].rows]
    assert len(rows) == 1 + 31
    assert rows[4][:7] == [
        "4", "H02-01-024", "三品寨村一社", "孙杰福", "2", "（从略）",
        "扶持生产和就业发展一批、移民搬迁安置一批、（从略）",
    ]  # fmt: skip
    assert rows[4][7:] == [
        "易地搬迁安置（2016-12-31 前，40,000.00 元）",
        "2015-11-11",
        "39",
        "",
        "",
        "",
    ]
    assert not [row for row in rows if HEALTH.search("".join(row))]


# --- a tiny roster ------------------------------------------------------------------------

HELPERS = """户编号,村,帮扶责任人,帮扶单位,职务,帮扶身份,联系电话,结对时间,帮扶结束日期
H1,,王 强,县农业局,股长,帮扶干部,13800001234,2014-06-01,
H2,,王强,县农业局,股长,帮扶责任人,13800001234,2014-06-01,2015-06-30
H2,,王强,县水务局,科员,帮扶责任人,13800005678,2015-07-01,
H3,,赵丽,县农业局,,,,2016-01-01,
,石磨,李明,土地储备中心,副科长,驻村第一书记,,2015-06-01,
,青杨村,钱进,县财政局,,帮扶责任人,,,
H5,石磨村,赵丽,县农业局,,,,,
H9,,赵丽,县农业局,,,,,
,石墨村,李明,土地储备中心,,第一书记,,,
H4,,孙丰,县农业局,,驻村干部,,2014年6月,
H1,,王强,县农业局,,,,2015-06-01,2015-01-01
,,赵丽,县农业局,,,,,
H4,,,县农业局,,,,,
H6,,李明,土地储备中心,副科长,,,,
H7,,李明,土地储备中心,副科长,,,,
"""
VISITS = """户编号,走访人,入户日期,走访内容
H1,王强,2015-09-21,送种子
H1,赵丽,2015-12-01,路过
H2,王强,2015-05-01,宣传
H2,王强,2015-09-20,宣传
H3,李明,2015-12-12,了解情况
H1,王强,2015-12-21,明天
H1,王强,2015-02-30,没有这天
H8,王强,2015-11-01,
H1,,2015-11-01,
"""
PLANS = """户编号,人编号,措施,责任人,完成时限,资金,完成日期
H1,,扶贫小额信贷,王强,2015-11-30,"20,000",
H1,,resettlement,,2016-11-30,,
H2,,扶贫小额信贷,王强,2015-11-30,1200.50,2015-11-20
H5,1,低保兜底,赵丽,2016-06-30,1680,
H1,,小额信用,王强,2016-11-30,100,
H1,7,低保兜底,王强,2016-11-30,100,
H1,,扶贫小额信贷,王强,2016-11-30,约三千,
"""


def tiny(to: Path, **tables: str) -> Path:
    """Five poor households: H1, H2 and H3 in 石磨村, H4 and H5 in 青杨村; H6 there is not poor, H7 rejected."""
    families = {f"H{at}": [(f"人{at}", "户主", 10 * at)] for at in range(1, 8)}
    facts = {
        name: {"village": "石磨村" if name < "H4" else "青杨村", "main_cause": "缺资金"}
        for name in families
    }
    facts["H4"]["main_cause"] = "因残"
    facts["H6"]["wage_income"] = "90000"
    facts["H7"]["wage_income"] = "许多"
    made = folder(to, families, facts)
    for name, text in tables.items():
        (made / f"{name}.csv").write_text(text, encoding="utf-8")
    return made


def gathered(place: Path, held_below: int, limits: Limits) -> tuple[Any, ...]:
    """Everything of a roster, as plain data: tables, figures, sentences and lists."""
    given = roster_of_path(place, load("bazhong-2015"), AS_OF)
    with checked_parts(given, held_below=held_below) as checked, duckdb.connect() as kept:
        gathering = Gathering(kept, checked, given.layout)
        for part in checked.parts():
            gathering.add(part)
        tables = gathering.tables(limits)
        figures = helping_figures(tables)
        named = {each.name: [dict(zip(each.columns, row, strict=True)) for row in each.rows] for each in tables.all()}  # fmt: skip
        return named, as_data(figures), sentences(figures), list(helper_lists(tables))


def test_a_tiny_roster_both_ways(tmp_path: Path) -> None:
    place = tiny(tmp_path / "r", helpers=HELPERS, visits=VISITS, plans=PLANS)
    limits = Limits(visit_days=90, most_households=1)
    small = gathered(place, HELD_BELOW, limits)
    assert small == gathered(place, 0, limits)
    tables, data, said, lists = small

    rejected = [
        (each["source"], each["row"], each["field"], each["reason"]) for each in tables["rejected"]
    ]
    assert rejected == [
        ("helpers.csv", 8, "village", "这一户在青杨村"),
        ("helpers.csv", 9, "household_id", "名册中没有这一户"),
        ("helpers.csv", 10, "village", "名册中没有这个村，是否想写“石磨村”？"),
        ("helpers.csv", 11, "role", "意思不能确定，可能是 第一书记、驻村工作队员；请写明"),
        ("helpers.csv", 11, "from_date", "缺少日，请写完整的日期，如 2014-06-30"),
        ("helpers.csv", 12, "to_date", "早于帮扶开始日期 2015-06-01"),
        ("helpers.csv", 13, "household_id", "户编号和村都没有填：帮扶谁？"),
        ("helpers.csv", 14, "helper", "缺少必填项"),
        ("visits.csv", 7, "visited_on", "走访日期晚于认定日期 2015-12-20"),
        ("visits.csv", 8, "visited_on", "没有这一天"),
        ("visits.csv", 9, "household_id", "名册中没有这一户"),
        ("visits.csv", 10, "helper", "缺少必填项"),
        ("plans.csv", 6, "measure", "没有这项措施，是否想写“扶贫小额信贷”？"),
        ("plans.csv", 7, "member_id", "这项措施要写到户内的一个人"),
        ("plans.csv", 8, "money", "应为数字"),
    ]  # fmt: skip
    assert data["rows"] == {
        "helpers": {"taken": 8, "rejected": 7}, "visits": {"taken": 5, "rejected": 4},
        "plans": {"taken": 4, "rejected": 3},
    }  # fmt: skip

    def of(table: str, *columns: str) -> list[tuple[Any, ...]]:
        return [tuple(each[name] for name in columns) for each in tables[table]]

    # H4 and H5 are of the village that 钱进 helps; H3's helper is yet to come.
    assert of("help", "household_id", "helpers", "last_visit", "days", "visits", "last_by_others") == [
        ("H1", "王强（县农业局）", "2015-09-21", 90, 1, "2015-12-01"),
        ("H2", "王强（县水务局）", "2015-09-20", 91, 2, ""),
        ("H3", "", "2015-12-12", 8, 1, ""),
        ("H4", "钱进", "", "", 0, ""),
        ("H5", "钱进", "", "", 0, ""),
    ]  # fmt: skip
    assert of("without_helper", "household_id", "reason") == [
        ("H3", "2016-01-01 起才有；驻村的有 李明")
    ]
    assert of("not_visited", "household_id", "days", "reason") == [
        ("H4", "", "从未走访"), ("H5", "", "从未走访"), ("H2", 91, "超过天数"),
    ]  # fmt: skip
    assert of("helpers", "helper", "phone", "households", "stationed", "too_many", "visits") == [
        ("钱进", "", 2, "青杨村", "是", 0),
        ("王强（县农业局）", "138******34", 1, "", "", 2),
        ("王强（县水务局）", "138******78", 1, "", "", 1),
        ("李明", "", 0, "石磨村", "", 1),
        ("赵丽", "", 0, "", "", 1),
    ]  # fmt: skip
    assert of("plans", "household_id", "fit", "responsible", "deadline", "days_late", "money", "done_on") == [
        ("H1", "合适", "王强", "2015-11-30", 20, 20000, ""),
        ("H1", "未知", "", "2016-11-30", "", "", ""),
        ("H2", "合适", "王强", "2015-11-30", "", Decimal("1200.50"), "2015-11-20"),
        ("H5", "不合适", "赵丽", "2016-06-30", "", 1680, ""),
    ]  # fmt: skip
    # Both of the name 王强: whose money it is follows from the household.
    assert of("money", "by", "name", "planned", "unpriced")[3:] == [
        ("责任人", "王强（县农业局）", 1, 0), ("责任人", "赵丽", 1, 0),
        ("责任人", "王强（县水务局）", 1, 0), ("责任人", "（没有责任人）", 1, 1),
    ]  # fmt: skip
    assert of("findings", "kind", "row", "household_id") == [
        ("走访人不是该户的帮扶责任人", 3, "H1"), ("帮扶了不该帮扶的户", 15, "H6"),
        ("帮扶的户被退回，没有认定", 16, "H7"), ("同名", 0, ""),
    ]  # fmt: skip
    assert said[:4] == [
        "应帮扶 5 户 5 人。",
        "帮扶责任人 3 人；没有帮扶责任人的 1 户 1 人。",
        "帮扶户数最多的是 钱进，2 户。",
        "走访 5 次；从未走访的 2 户 2 人。",
    ]
    assert "最近一次走访已超过 90 天的 1 户 1 人。" in said
    assert [(each["helper"], [row["household"] for row in each["rows"]]) for each in lists] == [
        ("钱进", ["H4", "H5"]), ("王强（县农业局）", ["H1"]), ("王强（县水务局）", ["H2"]),
        ("李明", ["H1", "H2", "H3"]),
    ]  # fmt: skip
    # 因残 is on no list; what does not fit is no measure to take along.
    assert [(row["cause"], row["measures"], row["last"]) for row in lists[0]["rows"]] == [
        ("（从略）", "", "从未"), ("缺资金", "", "从未"),
    ]  # fmt: skip
    assert lists[1]["rows"][0]["measures"] == (
        "扶贫小额信贷（2015-11-30 前，20,000.00 元）；易地搬迁安置（2016-11-30 前）"
    )


def test_one_helper_and_one_village_however_they_are_written(tmp_path: Path) -> None:
    helpers = (
        "户编号,村,帮扶责任人\nH1,石磨,Li Ming\nH2,石磨村委会,Zhang Hua\n,青杨村民委员会,li ming\n"
    )
    plans = "户编号,措施,责任人,资金\nH1,扶贫小额信贷,li  ming,100\nH4,扶贫小额信贷,zhang hua,20\n"
    place = tiny(tmp_path / "r", helpers=helpers, plans=plans)
    small = gathered(place, HELD_BELOW, Limits())
    assert small == gathered(place, 0, Limits())
    tables, data, _, lists = small
    assert data["rows"]["helpers"] == {"taken": 3, "rejected": 0}, tables["rejected"]
    assert data["money"]["person"] == {
        "Li Ming": {"measures": 1, "money": "100.00"},
        "Zhang Hua": {"measures": 1, "money": "20.00"},
    }
    assert [(each["helper"], each["households"]) for each in lists] == [
        ("Li Ming", 3), ("Zhang Hua", 1),
    ]  # fmt: skip


def test_decisions_are_the_same_and_both_engines_reject_the_same(tmp_path: Path) -> None:
    plain = tiny(tmp_path / "plain")
    place = tiny(tmp_path / "r", helpers=HELPERS, visits=VISITS, plans=PLANS)
    rules = load("bazhong-2015")
    digest = shibie.check(rules, plain, AS_OF).summary["digest"]
    found = [
        shibie.check(rules, place, AS_OF, engine=engine) for engine in ("interpreter", "duckdb")
    ]
    assert [each.summary["digest"] for each in found] == [digest, digest]
    small, large = ([*each.rejected.rows] for each in found)
    # What only the review of a plan can see, that a measure is of no member, is no fault of a check.
    assert small == large
    assert len(small) == 15
    inputs = [[(name["table"], name["rows"]) for file in each.made_from["inputs"] for name in file["sheets"]
               if name["table"] in ("helpers", "visits", "plans")] for each in found]  # fmt: skip
    assert inputs[0] == inputs[1] == [("helpers", 15), ("plans", 7), ("visits", 9)]
    kept = shibie.roster(rules, AS_OF, households=[{"household_id": "1"}], members=[], helpers=[])
    assert len(kept) == 1


def test_what_was_not_supplied_is_not_nobody(tmp_path: Path) -> None:
    # A sheet of that name that is something else keeps nobody from being decided.
    place = tiny(
        tmp_path / "r", helpers="单位,电话\n县农业局,1\n", visits="户编号,走访人,入户日期\n"
    )
    (tmp_path / "shibie.yaml").write_text(
        "rules: bazhong-2015\nas_of: 2015-12-20\nroster: r\nout: {helpers: 帮扶}\nvisit_days: 30\n",
        "utf-8",
    )
    done = CliRunner().invoke(app, ["helpers", str(tmp_path), "--json", "--no-lists"])
    assert done.exit_code == 3, done.output
    found = json.loads(done.output)
    assert found["supplied"] == {"helpers": False, "visits": False, "plans": False}
    assert list(found["figures"]) == ["helped"]
    assert found["numbers"] == {}
    assert found["visit_days"] == 30
    assert found["caveats"][0].startswith("未使用的表：helpers.csv：缺少栏目：helper 帮扶责任人")
    out = tmp_path / "帮扶"
    assert [row["caveat"] for row in table(out / "caveats.csv")] == [
        "帮扶责任人表没有提供：谁帮扶谁不知道，不等于没有人帮扶。",
        "走访表里没有可用的行：走访情况不知道，不等于没有走访。",
        "规划表没有提供：规划情况不知道，不等于没有规划。",
    ]
    assert table(out / "without_helper.csv") == table(out / "not_visited.csv") == []
    assert {(row["number"], row["visits"], row["planned"]) for row in table(out / "help.csv")} == {
        ("", "", "")
    }
    assert not (out / "帮扶名单").exists()
    done = run("report", place, "--no-charts")
    assert "二、帮扶责任\n应帮扶的农户 5 户 5 人。帮扶责任人表没有提供：" in done.output
    assert "没有帮扶责任人、走访和规划的数据，无从说明。" in done.output
    done = run("helpers", place, "--visit-days", "0")
    assert str(done.exception) == "--visit-days: at least 1 expected: 0"


def test_a_workbook_and_printed_lists(tmp_path: Path) -> None:
    from support.fonts import CHINESE, write_font

    place = tiny(tmp_path / "r", helpers=HELPERS, visits=VISITS, plans=PLANS)
    fonts = write_font(tmp_path / "fonts", CHINESE).parent
    out = (tmp_path / "帮扶.xlsx", tmp_path / "帮扶")
    done = run(
        "helpers", place, "--out", out[0], "--out", out[1], "--format", "pdf", "--fonts", fonts
    )
    assert done.exit_code == 3, done.output
    # Without a number of days nothing is late; who was never visited is told all the same.
    assert "没有给出多少天应走访一次，所以不判断是否按期，只列最近走访和距今天数。" in done.output
    assert [row["household_id"] for row in table(out[1] / "not_visited.csv")] == ["H4", "H5"]
    book = openpyxl.load_workbook(out[0])
    assert book.sheetnames == [
        "各户帮扶", "帮扶责任人", "没有帮扶责任人", "未走访", "规划", "资金", "疑点", "退回", "说明",
        "钱进", "王强（县农业局）", "王强（县水务局）", "李明",
    ]  # fmt: skip
    sheet = book["王强（县农业局）"]
    assert sheet["A2"].value == (
        "帮扶责任人：王强（县农业局）（股长，帮扶责任人，138******34）。共 1 户 1 人，截至 2015 年 12 月 20 日。"
    )
    assert [cell.value for cell in sheet[4]] == [
        1, "H1", "石磨村一社", "人1", 1, "缺资金", "扶持生产和就业发展一批",
        "扶贫小额信贷（2015-11-30 前，20,000.00 元）；易地搬迁安置（2016-11-30 前）", "2015-09-21", "90",
        None, None, None,
    ]  # fmt: skip
    assert (out[1] / "帮扶名单" / "帮扶名单.pdf").read_bytes().startswith(b"%PDF")
    texts = [
        cell.value for page in book for row in page for cell in row if isinstance(cell.value, str)
    ]
    assert not [text for text in texts if "13800001234" in text]
    english = run("helpers", place, "--visit-days", "90", "--lang", "en")
    assert "Last visited more than 90 days ago: 1 households, 1 persons." in english.output


def test_the_report_has_the_section(tmp_path: Path) -> None:
    place = tiny(tmp_path / "r", helpers=HELPERS, visits=VISITS, plans=PLANS)
    out = (tmp_path / "报告.md", tmp_path / "报告.docx")
    limits = ("--visit-days", "90", "--most-households", "1")
    done = run("report", place, "--no-charts", *limits, "--out", out[0], "--out", out[1])
    assert done.exit_code == 3, done.output
    assert (
        "二、帮扶责任\n"
        "应帮扶的农户 5 户 5 人。落实帮扶责任人 3 人，有帮扶责任人的 4 户 4 人，占 80.0%；没有的 1 户 1 人。"
        "驻村的 2 人。帮扶户数最多的：钱进 2 户、王强（县农业局） 1 户、王强（县水务局） 1 户；最少的 1 户。"
        "一人至多 1 户，超过的 1 人。\n"
        "入户走访 5 次，其中不是该户帮扶责任人的 1 次。从未走访的 2 户 2 人；"
        "最近一次走访已超过 90 天的 1 户 1 人。\n"
        "已有规划的 3 户 3 人，占 60.0%，没有规划的 2 户 2 人。规划措施 4 项：没有责任人的 1 项，"
        "没有完成时限的 0 项，逾期未完成的 1 项。\n"
    ) in done.output
    text = out[0].read_text(encoding="utf-8")
    assert "## 三、存在的主要问题\n\n没有帮扶责任人的 1 户 1 人<sup>" in text
    assert "规划的措施与农户不合（不合适或没有理由）的 1 项" in text
    # Each figure is what its query gives: the query of the section's first one.
    assert "```sql\nSELECT count(*), coalesce(sum(persons), 0) FROM helped\n```" in text
    words = [paragraph.text for paragraph in docx.Document(str(out[1])).paragraphs]
    assert {"二、帮扶责任", "三、存在的主要问题"} <= set(words)
