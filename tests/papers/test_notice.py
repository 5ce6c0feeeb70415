"""Letters and lists: what they say, and that no file carries what nobody may read on a wall."""

from __future__ import annotations

import gc
import re
import shutil
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pypdf
import pytest
from python_calamine import CalamineWorkbook
from tools.word_templates.page import Page
from typer.testing import CliRunner

from shibie.checking_in_python import Checked, check
from shibie.cli.app import app
from shibie.errors import InputError, MissingExtraError
from shibie.household import Health
from shibie.numbers_in_text import numbers_in
from shibie.papers.notice import write
from shibie.papers.notice.content import Setting, letter, public_lists
from shibie.papers.notice.period import Period, period
from shibie.papers.notice.write import (
    FOLDER,
    Kind,
    LetterFormat,
    Order,
    PaperCount,
    Templates,
    write_notices,
)
from shibie.papers.printing.fonts import chinese_fonts, covers
from shibie.papers.printing.word import filled
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load, loads
from support.folders import folder
from support.fonts import CHINESE, FAMILY, LATIN, write_font
from support.probe import HEAD

ROOT = Path(__file__).parents[2]
BAZHONG = load("bazhong-2015")
DAY = date(2015, 12, 20)
CODES = [code for code in get_args(Health) if code != "健康"]
LETTERS: tuple[Kind, ...] = ("letters",)
LISTS: tuple[Kind, ...] = ("lists",)
WORD: tuple[LetterFormat, ...] = ("docx",)
PDF: tuple[LetterFormat, ...] = ("pdf",)


def read(name: str) -> Checked:
    return check(BAZHONG, read_roster(ROOT / "fixtures" / name, BAZHONG, DAY), DAY)


@pytest.fixture(scope="module")
def village() -> Checked:
    return read("village-60.xlsx")


@pytest.fixture(scope="module")
def township() -> Checked:
    return read("township-2015")


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_font(tmp_path_factory.mktemp("fonts"), CHINESE).parent


def setting(checked: Checked, **more: Any) -> Setting:
    return Setting(checked, period(checked.ruleset, checked.cases[0], DAY), **more)


def text_of(path: Path) -> str:
    """Everything in a file: the XML of a Word file with and without tags, or the cells or the text."""
    if path.suffix == ".xlsx":
        sheets = CalamineWorkbook.from_path(str(path))
        rows = [
            row for name in sheets.sheet_names for row in sheets.get_sheet_by_name(name).to_python()
        ]
        return "\n".join(" ".join(map(str, row)) for row in rows)
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as parts:
            raw = [
                parts.read(n).decode() for n in parts.namelist() if n.endswith((".xml", ".rels"))
            ]
        return "\n".join([*raw, *(re.sub(r"<[^>]+>", "", each) for each in raw)])
    pages = [page.extract_text() for page in pypdf.PdfReader(path).pages]
    return "\n".join([*pages, "".join("".join(pages).split())])


def private(checked: Checked) -> set[str]:
    """Every identity number, with its 15-digit form, and every account and phone of the roster."""
    people = [member for case in checked.cases for member in case.household.members]
    numbers = {str(getattr(person, "id_number", None) or "无") for person in people}
    numbers |= {number for case in checked.cases for number in case.numbers if number}
    return {each for each in numbers if len(each) > 8}


def carried(numbers: set[str], text: str) -> set[str]:
    """The numbers that stand in a text, whatever they are run together with."""
    runs = re.findall(r"[0-9Xx]{9,}", text)
    return {number for number in numbers for run in runs if number in run}


# --- what no file may carry -----------------------------------------------------------------


def test_no_file_carries_numbers_or_health(village: Checked, fonts: Path, tmp_path: Path) -> None:
    written = write_notices(tmp_path / "out", [village], setting(village), Order(fonts=fonts))
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    # 34 Word letters, a PDF of letters and one of requests, the index, and the list twice.
    assert (written.letters, written.requests, written.lists) == (29, 5, 1)
    assert (written.files, len(files)) == (39, 39)
    forbidden = private(village)
    assert len(forbidden) > 60
    for path in files:
        text = text_of(path)
        assert "公示" in text or "告知书" in text or "核实通知书" in text, path
        assert not carried(forbidden, text), path
        # A Word file's own markup has long numbers, in its tags.
        plain = text if path.suffix == ".pdf" else re.sub(r"<[^>]+>", "", text)
        assert not numbers_in(plain), path
        # The policy has a word with a health code in it: a kind of vehicle.
        for code in CODES:
            assert code not in text.replace("残疾人代步车", ""), (path, code)


def test_the_scan_would_find_them(village: Checked, tmp_path: Path) -> None:
    number = sorted(private(village))[0]
    for name, field in (("letter", "head"), ("list", "village")):
        data = letter(setting(village), village.cases[0], village.decisions[0])
        if name == "list":
            data = next(iter(public_lists(setting(village), village).values()))
        path = tmp_path / f"{name}.docx"
        path.write_bytes(filled(FOLDER / f"{name}.docx", {**data, field: number}))
        assert number in text_of(path)


def test_every_list_of_the_township(township: Checked, fonts: Path, tmp_path: Path) -> None:
    order = Order(LISTS, fonts=fonts)
    written = write_notices(tmp_path, [township], setting(township, office="示例乡扶贫办"), order)
    assert (written.letters, written.lists, written.files) == (0, 7, 14)
    heads = {
        str(getattr(member, "name", None) or "")
        for case in township.cases
        for member in case.household.members
        if getattr(member, "relation", "") == "户主"
    }
    names = {name for name in heads if len(name) > 2}
    forbidden = private(township)
    for path in tmp_path.rglob("*.*"):
        text = text_of(path)
        assert not carried(forbidden, text), path
        # The medical track rests on health: it is not listed, and neither is its name.
        assert "医疗救助" not in "".join(text.split())
        assert "按健康状况等个人信息确定的批次不公示" in "".join(text.split())
        plain = re.sub(r"<[^>]+>", "", text)
        assert not [name for name in names if name in plain]
    lists = public_lists(setting(township), township)
    assert sum(each["households"] for each in lists.values()) == 455
    assert sum(each["persons"] for each in lists.values()) == 1347


def test_a_number_typed_into_another_column_stops_the_list(village: Checked) -> None:
    case, decision = next(
        (case, decision)
        for case, decision in zip(village.cases, village.decisions, strict=True)
        if decision.eligibility == "eligible"
    )
    phoned = case.household.model_copy(update={"group": "一社 13800138000"})
    cases = tuple(
        replace(each, household=phoned) if each is case else each for each in village.cases
    )
    with pytest.raises(InputError, match=f"{decision.household_id}: group"):
        public_lists(setting(replace(village, cases=cases)), replace(village, cases=cases))
    # The letter, which goes to the household alone, masks it.
    told = letter(setting(village), replace(case, household=phoned), decision)
    assert told["place"].endswith("一社 138******00")


def test_a_number_in_the_name_of_the_place_or_office_stops_the_list(village: Checked) -> None:
    with pytest.raises(InputError, match="office"):
        public_lists(setting(village, office="扶贫办 13800138000"), village)
    phoned = tuple(
        replace(each, household=each.household.model_copy(update={"village": "甲 13800138000"}))
        for each in village.cases
    )
    with pytest.raises(InputError, match="village"):
        public_lists(setting(replace(village, cases=phoned)), replace(village, cases=phoned))


def test_names_that_a_file_system_cannot_tell_apart(village: Checked, tmp_path: Path) -> None:
    names = ("A/B", "A:B", "a_b", "..", "")
    cases = tuple(
        replace(each, household=each.household.model_copy(update={"village": names[number % 5]}))
        for number, each in enumerate(village.cases)
    )
    written = write_notices(
        tmp_path,
        [replace(village, cases=cases)],
        setting(replace(village, cases=cases)),
        Order(formats=WORD),
    )
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    # Beside each village's list, its index.
    assert len(files) == written.files == 34 + 5 + 5
    assert {path.parent.parent for path in files} == {tmp_path}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["A_B", "A_B-2", "_", "a_b-3", "—"]


# --- what they say ---------------------------------------------------------------------------


def test_a_letter(township: Checked) -> None:
    pair = next(
        (case, decision)
        for case, decision in zip(township.cases, township.decisions, strict=True)
        if decision.household_id == "H01-03-023"
    )
    told = letter(setting(township), *pair)
    assert [each["title"] for each in told["reasons"]] == [
        "有小轿车或客货运车辆的不纳入", "有财政供养人员的不纳入",
    ]  # fmt: skip
    assert told["reasons"][0]["said"] == "有车辆（车辆登记比对）"
    assert (
        told["reasons"][1]["basis"]
        == "有财政供养人员；不计入人口的也算，以免分户、除名而脱开 — 华蓥市“六不评”；“十原则”第一条"
    )
    assert (told["first"], told["last"], told["days"]) == (
        "2015 年 12 月 20 日", "2015 年 12 月 26 日", 7,
    )  # fmt: skip
    assert "凭证据核实" in told["changes"][0]


def test_english(village: Checked, fonts: Path, tmp_path: Path) -> None:
    order = Order(LISTS, fonts=fonts)
    write_notices(tmp_path, [village], setting(village, lang="en"), order)
    texts = [text_of(path) for path in tmp_path.rglob("list.*")]
    assert len(texts) == 2
    assert all("Whoever disagrees" in text for text in texts)


# --- periods ----------------------------------------------------------------------------------


def days(checked: Checked, posted: date, wanted: int | None = None) -> Period:
    return period(checked.ruleset, checked.cases[0], posted, wanted)


def test_the_period(village: Checked) -> None:
    assert days(village, DAY).last == date(2015, 12, 26)
    assert days(village, DAY, 10).last == date(2015, 12, 29)
    with pytest.raises(InputError, match="at least 7"):
        days(village, DAY, 6)
    (first, *rest) = [step for step in BAZHONG.procedure if step.min_days is not None]
    other = replace(BAZHONG, procedure=(replace(first, counting="exclusive"), *rest))
    assert days(replace(village, ruleset=other), DAY).last == date(2015, 12, 27)
    bare = replace(village, ruleset=replace(BAZHONG, procedure=()))
    with pytest.raises(InputError, match="say it with `days`"):
        days(bare, DAY)
    assert days(bare, DAY, 1).last == DAY


# --- fonts and templates ----------------------------------------------------------------------


def test_without_a_chinese_font_nothing_is_written(tmp_path: Path, village: Checked) -> None:
    latin = write_font(tmp_path / "latin", LATIN).parent
    with pytest.raises(InputError, match="fonts-noto-cjk"):
        write_notices(tmp_path / "out", [village], setting(village), Order(fonts=latin))
    assert not (tmp_path / "out").exists()
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "a.ttf").write_bytes(b"no font at all")
    with pytest.raises(InputError, match="no font"):
        chinese_fonts(tmp_path / "empty")
    with pytest.raises(InputError, match="no such folder"):
        chinese_fonts(tmp_path / "nowhere")
    # Word needs none: the reader's machine prints it.
    order = Order(LISTS, WORD, fonts=latin)
    assert write_notices(tmp_path / "out", [village], setting(village), order).files == 1


def test_fonts_are_told_apart_by_their_characters(fonts: Path, tmp_path: Path) -> None:
    assert chinese_fonts(fonts).family == FAMILY
    assert covers(fonts / "boxes.ttf", 0, "户籍")
    latin = write_font(tmp_path, LATIN)
    assert covers(latin, 0, "abc")
    assert not covers(latin, 0, "abc户")


def test_a_county_edits_the_templates(village: Checked, fonts: Path, tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["templates", str(tmp_path / "ours")])
    assert shown.exit_code == 0, shown.output
    source = (tmp_path / "ours" / "list.typ").read_text(encoding="utf-8")
    changed = source.replace("拟纳入名单公示", "第一榜")
    (tmp_path / "ours" / "list.typ").write_text(changed, encoding="utf-8")
    again = CliRunner().invoke(app, ["templates", str(tmp_path / "ours")])
    assert isinstance(again.exception, InputError)
    order = Order(LISTS, PDF, templates=tmp_path / "ours", fonts=fonts)
    write_notices(tmp_path / "out", [village], setting(village), order)
    assert "第一榜" in text_of(next((tmp_path / "out").rglob("*.pdf")))
    broken = changed.replace("#table(", "#tabel(")
    (tmp_path / "ours" / "list.typ").write_text(broken, encoding="utf-8")
    with pytest.raises(InputError, match="tabel"):
        write_notices(tmp_path / "out", [village], setting(village), order)


def test_a_word_template_that_is_wrong(village: Checked, tmp_path: Path) -> None:
    data = letter(setting(village), village.cases[0], village.decisions[0])
    page = Page("zh", "t")
    page.text("{{ heed }}")
    (tmp_path / "letter.docx").write_bytes(page.file())
    with pytest.raises(InputError, match=r"no such field: heed\n.*\n.*'head'"):
        filled(tmp_path / "letter.docx", data)
    page.text("{% if %}")
    (tmp_path / "letter.docx").write_bytes(page.file())
    with pytest.raises(InputError, match="template is wrong"):
        filled(tmp_path / "letter.docx", data)
    (tmp_path / "letter.docx").write_bytes(b"x")
    with pytest.raises(InputError, match="not a Word file"):
        filled(tmp_path / "letter.docx", data)
    shutil.rmtree(tmp_path)
    tmp_path.mkdir()
    with pytest.raises(InputError, match=r"letter\.docx"):
        Templates(tmp_path)


def test_text_stays_text(village: Checked, fonts: Path, tmp_path: Path) -> None:
    case = village.cases[0]
    odd = case.household.members[0].model_copy(update={"name": "#eval(<b>&{{x}}*_"})
    members = (odd, *case.household.members[1:])
    household = case.household.model_copy(update={"members": members})
    cases = (replace(case, household=household), *village.cases[1:])
    checked = replace(village, cases=cases)
    order = Order(LETTERS, households=[case.household.household_id], fonts=fonts)
    write_notices(tmp_path, [checked], setting(checked), order)
    for path in tmp_path.rglob("*.*"):
        text = text_of(path).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        assert "#eval(<b>&{{x}}*_" in text, path


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    with pytest.raises(MissingExtraError, match=r"shibie\[notice\]"):
        chinese_fonts()
    monkeypatch.setitem(__import__("sys").modules, "docxtpl", None)
    with pytest.raises(MissingExtraError, match=r"shibie\[notice\]"):
        filled(Path("x.docx"), {})


# --- the command -------------------------------------------------------------------------------


def test_the_command(fonts: Path, tmp_path: Path) -> None:
    base = ["notice", str(ROOT / "fixtures" / "village-60.xlsx"), "--rules", "bazhong-2015",
            "--as-of", "2015-12-20", "--fonts", str(fonts)]  # fmt: skip
    one = CliRunner().invoke(
        app, [*base, "--out", str(tmp_path / "one"), "-h", "0401032", "--posted", "2016-01-04"]
    )
    # A verdict on it was rejected.
    assert one.exit_code == 3, one.output
    names = sorted(path.name for path in (tmp_path / "one").rglob("*.*"))
    assert names == ["0401032.docx", "核实通知书.pdf", "目录.xlsx"]
    assert "2016 年 1 月 4 日" in text_of(next((tmp_path / "one").rglob("*.docx")))
    unknown = CliRunner().invoke(app, [*base, "--out", str(tmp_path / "x"), "-h", "0401001"])
    assert isinstance(unknown.exception, InputError)
    assert not (tmp_path / "x").exists()
    (tmp_path / "file").write_text("")
    taken = CliRunner().invoke(app, [*base, "--out", str(tmp_path / "file")])
    assert isinstance(taken.exception, InputError)


def test_what_is_rejected_of_other_households_does_not_matter(tmp_path: Path) -> None:
    roster = folder(
        tmp_path / "in", {"A": [("张一", "户主", 1)], "B": [("李二", "户主", 2)]},
        facts={"B": {"wage_income": "很多"}},
    )  # fmt: skip
    base = ["notice", str(roster), "--rules", "bazhong-2015", "--as-of", "2015-12-20"]
    base += ["--format", "docx", "--out", str(tmp_path / "out")]
    one = CliRunner().invoke(app, [*base, "-h", "A"])
    assert one.exit_code == 0, one.output
    every = CliRunner().invoke(app, base)
    assert every.exit_code == 3, every.output


def test_letters_are_written_with_the_collector_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A letter leaves megabytes of cycles behind; reading and deciding leave none."""
    seen: list[bool] = []

    def written(*_: object) -> PaperCount:
        seen.append(gc.isenabled())
        return PaperCount(0, 0, 0)

    monkeypatch.setattr(write, "write_notices", written)
    village = str(ROOT / "fixtures" / "village-60.xlsx")
    of = ["--rules", "bazhong-2015", "--as-of", "2015-12-20"]
    CliRunner().invoke(app, ["notice", village, *of, "--out", str(tmp_path / "n")])
    gc.unfreeze()
    assert seen == [True]


def test_a_form_that_asks_little(fonts: Path, tmp_path: Path) -> None:
    """A pack whose form has no groups, names or tracks still has its list."""
    rules = loads(
        HEAD.replace("lang: zh", "lang: zh")
        + 'criteria: [{id: low, title: 低, when: "wage_income < 5"}]\npoor: low\n'
    )
    assert not rules.tracks
    csv = tmp_path / "r"
    csv.mkdir()
    (csv / "households.csv").write_text("户编号,工资性收入\n1,3\n2,9\n", encoding="utf-8")
    (csv / "members.csv").write_text(
        "户编号,人编号,与户主关系,文化程度\n1,1,户主,小学\n2,1,户主,小学\n", encoding="utf-8"
    )
    checked = check(rules, read_roster(csv, rules, DAY), DAY)
    told = Setting(checked, period(rules, checked.cases[0], DAY, 3))
    lists = public_lists(told, checked)
    assert [(k, v["households"], v["rows"][0]["tracks"]) for k, v in lists.items()] == [
        ("", 1, "—")
    ]
    order = Order(LISTS, fonts=fonts)
    assert write_notices(tmp_path / "o", [checked], told, order).files == 2


OWN_GROUP = loads(
    """
ruleset: {id: census, title: Census, effective: {from: 2015-01-01, to: 2016-12-31}, vocabulary: bare, lang: en}
fields:
  - {of: household, name: group, title: Social group, type: code, codes: [SC, ST, other], sensitive: true}
  - {of: household, name: township, title: Caste council, type: text, sensitive: true}
  - {of: household, name: rooms, title: Rooms, type: integer}
  - {of: member, name: name, title: Clan, type: text, sensitive: true}
  - {of: member, name: relation, title: Faith, type: text, sensitive: true}
criteria:
  - {id: deprived, title: Deprived, when: 'rooms <= 1 and group in ["SC", "ST"]'}
poor: deprived
"""
)


def test_a_field_of_a_pack_is_no_part_of_an_address_whatever_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "roster"
    folder.mkdir()
    rows = "household_id,township,group,rooms\nV1,council of elders,SC,1\n"
    (folder / "households.csv").write_text(rows)
    (folder / "members.csv").write_text(
        "household_id,member_id,name,relation\nV1,1,Clan of the river,户主\n"
    )
    checked = check(OWN_GROUP, read_roster(folder, OWN_GROUP, DAY), DAY)
    made = Setting(checked, Period(DAY, DAY, 1), lang="en")
    (listed,) = public_lists(made, checked).values()
    assert listed["rows"][0]["group"] == "—"
    assert (listed["rows"][0]["name"], listed["township"]) == ("*", "")
    told = letter(made, checked.cases[0], checked.decisions[0])
    assert (told["place"], told["head"]) == ("no address given", "To the household")
    # The leaf that decides is said; of what is sensitive only that it was looked at.
    (reason,) = told["reasons"]
    assert reason["said"] == "Rooms 1 is at most 1; Social group (withheld)"
    shown = f"{listed}{told}"
    assert not any(word in shown for word in ("'SC'", "SC or", "elders", "river"))
