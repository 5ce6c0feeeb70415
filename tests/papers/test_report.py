"""The township's report: every figure against the summary, its query, its charts and files."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import replace
from datetime import date
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner

from shibie.checking_in_parts import CheckedParts
from shibie.checking_in_python import Checked, check
from shibie.cli.app import app
from shibie.errors import InputError
from shibie.papers.recheck.changes import Recheck
from shibie.papers.recheck.comparing import recheck
from shibie.papers.report.asking import figures_of
from shibie.papers.report.charts import charts
from shibie.papers.report.data import Book
from shibie.papers.report.figures import Figures, published
from shibie.papers.report.pieces import Mark
from shibie.papers.report.reconcile import failures, reconcile
from shibie.papers.report.text import told
from shibie.results.python_counts import summarise
from shibie.rosters.parts import HeldParts
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load, loads
from support.fonts import CHINESE, LATIN, write_font

ROOT = Path(__file__).parents[2]
BAZHONG = load("bazhong-2015")
DAY, SINCE = date(2015, 12, 20), date(2014, 12, 20)
COMMAND = ["report", str(ROOT / "fixtures" / "township-2015"), "--rules", "bazhong-2015",
           "--as-of", "2015-12-20"]  # fmt: skip


@pytest.fixture(scope="module")
def township() -> Checked:
    return check(BAZHONG, read_roster(ROOT / "fixtures" / "township-2015", BAZHONG, DAY), DAY)


@pytest.fixture(scope="module")
def book(township: Checked) -> Book:
    return booked(township)


def booked(checked: Checked) -> Book:
    found = Book(duckdb.connect(), checked.ruleset)
    found.add(checked)
    return found


def compared(book: Book, township: Checked) -> Recheck:
    """The township against the roster before, in the book's own database."""
    old = read_roster(ROOT / "fixtures" / "township-2014", BAZHONG, DAY)
    now = CheckedParts(BAZHONG, DAY, False, HeldParts(township.roster, BAZHONG, DAY))
    return recheck(book.it, HeldParts(old, BAZHONG, DAY), now, SINCE, [township])


@pytest.fixture(scope="module")
def rechecked(township: Checked) -> tuple[Book, Recheck]:
    found = booked(township)
    return found, compared(found, township)


@pytest.fixture(scope="module")
def figures(rechecked: tuple[Book, Recheck]) -> Figures:
    return figures_of(*rechecked)


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_font(tmp_path_factory.mktemp("fonts"), CHINESE).parent


def plain(figures: Figures, name: str) -> dict[str, int | None]:
    count = figures.single[name].count
    return {"households": count.households, "persons": count.persons}


def test_counts_of_the_check_are_those_of_the_summary(book: Book, township: Checked) -> None:
    figures, summary = figures_of(book), summarise(township)
    assert plain(figures, "now") == summary["on_roster"]
    for name in ("eligible", "ineligible", "pending"):
        assert plain(figures, name) == summary["by_eligibility"][name]
    for name in ("before", "left", "unsettled", *summary["by_standing"]):
        if name != "pending":
            assert plain(figures, name) == summary["previous_roster"][name]
    for name, count in summary["by_standing"].items():
        assert summary["previous_roster"][name] == count
    for rule in BAZHONG.tracks:
        assert plain(figures, f"track:{rule.id}") == summary["by_track"][rule.id]
    for rule in BAZHONG.tallies:
        assert plain(figures, f"tally:{rule.id}") == summary["tallies"][rule.id]
    for eligibility in ("eligible", "ineligible", "pending"):
        found = dict(figures.by[f"{eligibility}_by_village"].rows)
        for village, counts in summary["by_village"].items():
            assert (found[village].households if village in found else 0) == counts[eligibility][
                "households"
            ]
    grounds = {title: count.households for title, count in figures.by["grounds"].rows}
    assert grounds["有小轿车或客货运车辆的不纳入"] == summary["by_ground"]["vehicle"]["households"]


def queries_give_the_figures(book: Book, found: Recheck | None = None) -> None:
    """Two ways of counting that share no code: the check's own, and SQL."""
    figures = figures_of(book, found)
    for figure in figures.single.values():
        assert book.count(figure.query) == figure.count, figure.id
    for each in figures.by.values():
        assert [count for _, count in book.rows(each.query)] == [count for _, count in each.rows]
        if each.id.endswith("by_village"):
            assert book.rows(each.query) == list(each.rows)
    for number, query in figures.numbers.values():
        assert book.number(query) == number


@pytest.mark.parametrize(
    ("roster", "rules", "day"),
    [
        ("village-60.xlsx", "bazhong-2015", DAY),
        ("monitoring-2024", "monitoring-2024", date(2024, 6, 30)),
        ("national-2016", "national-2016", date(2016, 12, 20)),
        ("us-snap-2024", "us-snap-2024", date(2024, 3, 15)),
    ],
)
def test_each_figure_is_what_its_query_gives(roster: str, rules: str, day: date) -> None:
    pack = load(rules)
    read = read_roster(ROOT / "fixtures" / roster, pack, day)
    queries_give_the_figures(booked(check(pack, read, day)))


def test_the_same_of_the_township_with_and_without_the_roster_before(
    book: Book, rechecked: tuple[Book, Recheck]
) -> None:
    queries_give_the_figures(book)
    queries_give_the_figures(*rechecked)


ODD = """
ruleset: {id: odd, title: 杂, effective: {from: 2015-01-01, to: 2016-12-31}, vocabulary: bare}
fields:
  - {of: household, name: risk, title: 险, type: bool}
  - {of: household, name: rich, title: 富, type: bool}
  - {of: household, name: on_previous_roster, title: 原户, type: bool}
  - {of: household, name: exited_on, title: 脱贫日期, type: date}
  - {of: member, name: ill, title: 病, type: bool}
criteria: [{id: risky, title: 有险, when: risk}]
poor: risky
exclusions: [{id: wealthy, title: 富裕, when: rich}]
tallies:
  - {id: ill_ones, title: 病人, for: member, when: ill}
  - {id: poor_ones, title: 不富, when: rich == false}
  - {id: all_ill, title: 全部病人, for: member, among: all, when: ill}
"""


@pytest.mark.parametrize("said", [True, False])
def test_the_same_of_every_kind_of_household(tmp_path: Path, said: bool) -> None:
    """Of every eligibility and standing, with and without a village; or nobody was on a roster."""
    kinds = product("甲乙", "是否-", "是否", "是否-" if said else "否", ("2015-06-01", "-"), "是否")
    households, members = ["household_id,village,risk,rich,on_previous_roster,exited_on"], []
    for number, (village, risk, rich, before, left, ill) in enumerate(kinds):
        place = village if number % 5 else ""
        cells = (str(number), place, risk, rich, before, left)
        households.append(",".join("" if cell == "-" else cell for cell in cells))
        members += [f"{number},{each},{ill}" for each in range(1 + number % 3)]
    (tmp_path / "households.csv").write_text("\n".join(households), encoding="utf-8")
    people = "\n".join(["household_id,member_id,ill", *members])
    (tmp_path / "members.csv").write_text(people, encoding="utf-8")
    rules = loads(ODD)
    checked = check(rules, read_roster(tmp_path, rules, DAY), DAY)
    assert not checked.roster.rejected
    book = booked(checked)
    figures = figures_of(book)
    standings = {"before", "left", "removed", "unsettled", "retained", "new", "exited"}
    assert figures.single.keys() & standings == (standings if said else set())
    assert all(figures.single[name].count.households for name in figures.single)
    queries_give_the_figures(book)
    # Whom a pack counts among all is no part of those who are eligible.
    assert "tally:all_ill" not in figures.tallies
    whole = figures.single["tally:all_ill"].count
    assert (whole.persons or 0) > (figures.single["tally:ill_ones"].count.persons or 0)
    text = "".join(
        p for each in told(checked, figures).paragraphs for p in each if isinstance(p, str)
    )
    assert f"全部农户中，全部病人 {whole.households} 户 {whole.persons} 人。" in text


def test_no_table_of_the_queries_holds_a_number_or_a_name(book: Book) -> None:
    tables = [
        name
        for (name,) in book.it.execute(
            "SELECT table_name FROM information_schema.tables"
        ).fetchall()
    ]
    assert len(tables) >= 8
    columns = {
        column for name in tables for column, *_ in book.it.execute(f"DESCRIBE {name}").fetchall()
    }
    assert "main_cause" in columns
    assert not columns & {"id_number", "health", "name"}


def test_a_sensitive_field_of_a_pack_is_in_no_table(tmp_path: Path) -> None:
    rules = loads(
        """
ruleset: {id: bare, title: 裸, effective: {from: 2015-01-01, to: 2016-12-31}, vocabulary: bare}
fields:
  - {of: household, name: phone, title: 电话, type: text, sensitive: true}
  - {of: household, name: risk, title: 险, type: bool}
poor: risk
"""
    )
    (tmp_path / "households.csv").write_text(
        "household_id,village,phone,risk\n1,甲,13800138000,是\n", encoding="utf-8"
    )
    (tmp_path / "members.csv").write_text("household_id,member_id\n1,1\n", encoding="utf-8")
    book = booked(check(rules, read_roster(tmp_path, rules, DAY), DAY))
    columns = [name for name, *_ in book.it.execute("DESCRIBE households").fetchall()]
    assert "risk" in columns
    assert "phone" not in columns


def test_the_township_with_the_roster_before(figures: Figures) -> None:
    """The figures of the seed report, with the 52 persons that it does not explain."""
    wanted = {
        "base": (1954, 7860), "before": (481, 1495), "removed": (333, 1019), "new": (307, 923),
        "exited": (20, 55), "retained": (148, 424), "change": (0, -52), "now": (475, 1402),
        "eligible": (455, 1347), "left": (20, 55), "wrongly_exited": (0, 0),
        "track:production": (300, 507), "track:relocation": (242, 765), "track:dibao": (240, 642),
        "track:medical": (229, 245), "tally:on_dibao": (206, 550), "tally:disabled": (76, 83),
    }  # fmt: skip
    for name, (households, persons) in wanted.items():
        assert plain(figures, name) == {"households": households, "persons": persons}, name
    assert {name: value for name, (value, _) in figures.numbers.items()} == {
        "villages": 7, "groups": 43,
    }  # fmt: skip
    checks = reconcile(published(figures, "t"))
    assert not failures(checks)
    explained = {(each.by, int(each.difference)) for each in checks if each.outcome == "explained"}
    assert explained == {("households", 20), ("persons", 3)}


def test_a_figure_that_is_wrong_does_not_reconcile(figures: Figures) -> None:
    now = figures.single["now"]
    wrong = replace(now, count=replace(now.count, households=476))
    broken = replace(figures, single={**figures.single, "now": wrong})
    titles = {each.title for each in failures(reconcile(published(broken, "t")))}
    assert "各村之和 = 现有" in titles
    assert "保留 + 新进 + 脱贫 = 现有" in titles


def test_every_figure_in_the_text_has_its_query(township: Checked, figures: Figures) -> None:
    report = told(township, figures)
    marks = [p.number for each in report.paragraphs for p in each if isinstance(p, Mark)]
    assert set(marks) <= {query.number for query in report.queries}
    text = "".join(p for each in report.paragraphs for p in each if isinstance(p, str))
    for shown in ("在 2014 年名册 481 户 1495 人", "清退率按人 68.2%、按户 69.2%", "新进 307 户 923 人",
                  "475 户 1402 人", "低保贫困户 206 户 550 人", "移民搬迁安置一批 242 户 765 人"):  # fmt: skip
        assert shown in text
    # A figure (户 … 人) is followed by the mark of its query.
    for each in report.paragraphs:
        for piece, following in pairwise(each):
            if isinstance(piece, str) and re.fullmatch(r"\d+ 户 \d+ 人", piece):
                assert isinstance(following, Mark)


def test_charts(township: Checked, figures: Figures) -> None:
    found = {each.name: each.data for each in charts(BAZHONG, figures)}
    assert set(found) == {"villages", "removed", "tracks", "causes"}
    rows = {row["label"]: row["values"] for row in found["villages"]["rows"]}
    assert rows["学堂山村"] == [89, 233]
    assert sum(row[0] for row in rows.values()) == 455
    without = {each.name for each in charts(BAZHONG, replace(figures, by={
        name: each for name, each in figures.by.items() if name != "removed_by_ground"}))}  # fmt: skip
    assert "grounds" in without


# --- files ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, fonts: Path) -> Path:
    out = tmp_path_factory.mktemp("report")
    before = ["--before", str(ROOT / "fixtures" / "township-2014")]
    targets = ["--out", str(out / "r.docx"), "--out", str(out / "r.md"), "--fonts", str(fonts)]
    done = CliRunner().invoke(app, [*COMMAND, *before, *targets])
    assert done.exit_code == 0, done.output
    assert "共核对" in done.stdout
    return out


def test_markdown(written: Path) -> None:
    text = (written / "r.md").read_text(encoding="utf-8")
    links = set(re.findall(r"\]\(#q(\d+)\)", text))
    anchors = set(re.findall(r'<a id="q(\d+)">', text))
    assert links
    assert links <= anchors
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", text)
    assert len(pictures) == 4
    for picture in pictures:
        assert (written / picture).read_bytes().startswith(b"\x89PNG")
    assert "| 学堂山村 | 322 / 1234 | 89 / 277 | 233 / 957 | 0 / 0 | 109 / 332 |" in text


def test_word(written: Path) -> None:
    with zipfile.ZipFile(written / "r.docx") as parts:
        body = re.sub(r"<[^>]+>", "", parts.read("word/document.xml").decode())
        pictures = [name for name in parts.namelist() if name.startswith("word/media/")]
    assert len(pictures) == 4
    assert "“纳入”的共 455 户 1347 人[10]；连同脱贫等仍在册的，在册共 475 户 1402 人[11]" in body
    assert "481 - 333 + 307 = 455" in body
    assert "SELECT count(*) FROM (SELECT DISTINCT village" in body
    assert not re.search(r"(?<!\d)\d{17}[\dXx]", body)


def test_json_and_english(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, [*COMMAND, "--json"])
    data: dict[str, Any] = json.loads(done.stdout)
    assert data["figures"]["now"]["households"] == 475
    assert "eligibility = 'eligible'" in data["figures"]["eligible"]["query"]
    out = tmp_path / "r.md"
    english = CliRunner().invoke(app, [*COMMAND, "--lang", "en", "--no-charts", "--out", str(out)])
    assert english.exit_code == 0, english.output
    text = out.read_text(encoding="utf-8")
    assert "removed: 333 households, 1019 persons" in text
    assert "![" not in text


def test_without_a_chinese_font_there_are_no_charts(tmp_path: Path) -> None:
    latin = write_font(tmp_path / "latin", LATIN).parent
    target = ["--out", str(tmp_path / "r.md"), "--fonts", str(latin)]
    done = CliRunner().invoke(app, [*COMMAND, *target])
    assert isinstance(done.exception, InputError)
    assert "--no-charts" in str(done.exception)
    assert not (tmp_path / "r.md").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["report"],
        ["report", "x", "--rules", "bazhong-2015"],
        [*COMMAND, "--out", "r.pdf"],
        [*COMMAND, "--check", "x.yaml"],
        [*COMMAND, "--before", "nowhere"],
    ],
)
def test_bad_arguments(arguments: list[str]) -> None:
    assert isinstance(CliRunner().invoke(app, arguments).exception, InputError)


def test_a_programme_of_another_kind(tmp_path: Path) -> None:
    """No previous roster, no causes, no tracks: the report says what there is."""
    rules = loads(
        """
ruleset: {id: bare, title: 裸, effective: {from: 2015-01-01, to: 2016-12-31}, vocabulary: bare}
fields: [{of: household, name: risk, title: 险, type: bool}]
criteria: [{id: risky, title: 有险, when: risk}]
poor: risky
"""
    )
    (tmp_path / "households.csv").write_text(
        "household_id,village,risk\n1,甲,是\n2,,否\n3,甲,\n", encoding="utf-8"
    )
    (tmp_path / "members.csv").write_text(
        "household_id,member_id\n1,1\n2,1\n3,1\n3,2\n", encoding="utf-8"
    )
    checked = check(rules, read_roster(tmp_path, rules, DAY), DAY)
    figures = figures_of(booked(checked))
    assert plain(figures, "now") == {"households": 1, "persons": 1}
    assert plain(figures, "pending") == {"households": 1, "persons": 2}
    assert "before" not in figures.single
    text = "".join(
        p for each in told(checked, figures).paragraphs for p in each if isinstance(p, str)
    )
    assert "“待核实”的 1 户 2 人" in text
    assert not failures(reconcile(published(figures, "t")))
