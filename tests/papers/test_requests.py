"""What letters say to a household, and what one that waits is asked for."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pypdf
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from shibie.checking_in_python import Checked, check
from shibie.cli.app import app
from shibie.errors import InputError
from shibie.papers.notice.content import Setting, letter
from shibie.papers.notice.period import Period
from shibie.papers.notice.write import Kind, LetterFormat, Order, write_notices
from shibie.papers.printing.word import filled
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load
from support.folders import folder, masked, number
from support.fonts import CHINESE, write_font

ROOT = Path(__file__).parents[2]
BAZHONG = load("bazhong-2015")
DAY = date(2015, 12, 20)
CAR = {"plate": "川Y12345", "kind": "小型轿车"}
# One household of each kind: A eligible, B not, C waits for a field, D for a row in doubt.
HOUSEHOLDS = {
    "A": [("张一", "户主", 1)], "B": [("李二", "户主", 2)], "C": [("王三", "户主", 3)],
    "D": [("赵四", "户主", 4)],
}  # fmt: skip
REGISTERS = {
    "vehicles": [
        {"id_number": number(2), "person_name": "李二", **CAR},
        {"id_number": number(2), "person_name": "李二", **CAR, "plate": "川Y99999"},
        {"id_number": masked(4), "person_name": "赵四", **CAR},
    ]
}
LETTERS: tuple[Kind, ...] = ("letters",)
WORD: tuple[LetterFormat, ...] = ("docx",)
ROW = re.compile(r"第 [\d、]+ 行|\brows? \d")


def village(tmp_path: Path, **more: Any) -> Checked:
    made = folder(
        tmp_path / "in", HOUSEHOLDS, facts={"C": {"wage_income": ""}}, registers=REGISTERS, **more
    )
    return check(BAZHONG, read_roster(made, BAZHONG, DAY), DAY)


def told(checked: Checked, household: str, **more: Any) -> dict[str, Any]:
    setting = Setting(checked, Period(DAY, DAY, 1), **more)
    pairs = zip(checked.cases, checked.decisions, strict=True)
    case, decision = next(pair for pair in pairs if pair[1].household_id == household)
    return letter(setting, case, decision, checked.roster.acts)


def test_an_eligible_household_is_told_no_way_to_lose_its_place(tmp_path: Path) -> None:
    checked = village(tmp_path)
    plain = told(checked, "A")
    assert (plain["kind"], plain["result"], plain["changes"]) == ("result", "纳入", [])
    assert not plain["tell_changes"]
    asked = told(checked, "A", ways_to_lose=True)
    assert asked["tell_changes"]
    assert asked["other_result"] == "不纳入"
    assert len(asked["changes"]) == 3


def test_one_that_is_not_learns_what_would_change_it_without_rows(tmp_path: Path) -> None:
    fields = told(village(tmp_path), "B")
    assert fields["result"] == "不纳入"
    assert fields["reasons"][0]["said"] == "有车辆（车辆登记比对，李二）"
    assert fields["reasons"][0]["basis"].endswith("华蓥市“六不评”；他地例外")
    # Two cars: both records would have to be wrong, which is said once.
    assert fields["changes"][:2] == [
        "户中有小轿车或客货运车辆，经核实不属实（须由工作人员凭证据核实）",
        "车辆登记比对中李二的记录经核实有误或不是本人所有（须由工作人员凭证据核实）",
    ]
    assert not ROW.search(str(fields))


def test_one_that_waits_is_asked_for_what_is_missing(tmp_path: Path) -> None:
    checked = village(tmp_path)
    field = told(checked, "C", reply_by=date(2015, 12, 31))
    assert field["kind"] == "request"
    assert field["wanted"] == [{"who": "请您户提供：", "items": ["工资性收入"]}]
    assert field["reply_by"] == "2015 年 12 月 31 日"
    assert not {"result", "reasons", "tracks", "changes", "other_result"} & set(field)
    row = told(checked, "D")
    assert row["wanted"] == [
        {
            "who": "由工作人员向登记单位查对，您可以带有关证明来说明：",
            "items": ["车辆登记比对的一条记录是否说的是赵四"],
        }
    ]
    assert row["reply_by"] == ""
    english = told(checked, "D", lang="en")
    assert english["wanted"][0]["items"] == ["whether a record in 车辆登记比对 is about 赵四"]
    assert not ROW.search(f"{field}{row}{english}")


def test_a_register_that_was_not_given(tmp_path: Path) -> None:
    made = folder(tmp_path, {"A": HOUSEHOLDS["A"]})
    (tmp_path / "registers" / "vehicles.csv").unlink()
    checked = check(BAZHONG, read_roster(made, BAZHONG, DAY), DAY)
    assert told(checked, "A")["wanted"] == [
        {
            "who": "由工作人员向登记单位查对，您可以带有关证明来说明：",
            "items": ["车辆登记比对（还没有做）"],
        }
    ]


def test_a_review_is_asked_with_what_was_found(tmp_path: Path) -> None:
    made = folder(
        tmp_path, {"A": HOUSEHOLDS["A"]},
        registers={"social_insurance": [{"id_number": number(1), "person_name": "张一",
                                         "scheme": "商业养老", "paid_in": "2015"}]},
    )  # fmt: skip
    checked = check(BAZHONG, read_roster(made, BAZHONG, DAY), DAY)
    assert told(checked, "A")["wanted"] == [
        {
            "who": "由工作人员核实，您可以带证据来说明：",
            "items": [
                "户中有人购买商业养老保险或缴纳公积金是否属实"
                "（查到：有商业养老保险或公积金（社保公积金比对，张一））"
            ],
        }
    ]


def test_who_has_no_number_is_asked_to_bring_it() -> None:
    rules, day = load("national-2016"), date(2016, 8, 1)
    roster = read_roster(ROOT / "fixtures" / "national-2016", rules, day)
    wanted = told(check(rules, roster, day), "N08")["wanted"]
    assert wanted[0] == {
        "who": "请您户提供：", "items": ["示例08甲的有效证件号码（请带身份证或户口簿）"],
    }  # fmt: skip
    assert "示例08甲的车辆登记比对（还没有查清）" in wanted[2]["items"]


def test_acts_name_neither_rows_nor_other_households(tmp_path: Path) -> None:
    signed = {"reason": "查对", "evidence": "行驶证", "officer": "核实员甲", "date": "2015-12-01"}
    acts = [
        {"household_id": "D", "kind": "link", "register": "vehicles", "row_key": "川Y12345",
         "value": "no", **signed},
        {"household_id": "A", "member_id": "1", "kind": "same_person", "value": "B/1", **signed},
    ]  # fmt: skip
    households = HOUSEHOLDS | {"B": HOUSEHOLDS["A"]}
    made = folder(
        tmp_path, households, registers={"vehicles": REGISTERS["vehicles"][2:]}, acts=acts
    )
    roster = read_roster(made, BAZHONG, DAY)
    assert not roster.rejected
    checked = check(BAZHONG, roster, DAY)
    assert told(checked, "D")["moved"] == [
        "车辆登记比对的一条记录 说的不是本户的人（关联，查对，核实员甲，2015-12-01，行驶证）"
    ]
    assert told(checked, "A")["moved"][-1].startswith("张一与另一户登记的一人是同一人（")
    assert told(checked, "B")["moved"][-1].startswith("张一与另一户登记的一人是同一人（")


def test_every_paper_is_of_its_kind_in_each_format(tmp_path: Path) -> None:
    fonts = write_font(tmp_path / "fonts", CHINESE).parent
    checked = village(tmp_path)
    setting = Setting(checked, Period(DAY, DAY, 1), reply_by=date(2015, 12, 31))
    written = write_notices(tmp_path / "out", [checked], setting, Order(LETTERS, fonts=fonts))
    assert (written.letters, written.requests, written.files) == (2, 2, 7)
    here = tmp_path / "out" / "甲村"
    texts = {path.name: _text(path) for path in here.iterdir() if path.suffix != ".xlsx"}
    assert sorted(texts) == ["A.docx", "B.docx", "C.docx", "D.docx", "告知书.pdf", "核实通知书.pdf"]
    for name in ("C.docx", "D.docx", "核实通知书.pdf"):
        assert "核实通知书" in texts[name]
        assert "告知书" not in texts[name]
        assert "结果为" not in texts[name]
        assert "2015年12月31日以前（含当日）到村委会或乡镇人民政府" in texts[name]
    assert "工资性收入" in texts["C.docx"]
    assert "工资性收入" in texts["核实通知书.pdf"]
    for name in ("A.docx", "B.docx", "告知书.pdf"):
        assert "认定结果告知书" in texts[name]
        assert "核实通知书" not in texts[name]
    assert "什么证据会改变结果" not in texts["A.docx"]
    assert "什么证据会改变结果" in texts["B.docx"]
    for text in texts.values():
        assert not re.search("第[0-9、]+行|重建|有据|原文", text)


def test_the_index_says_which_kind_each_is(tmp_path: Path) -> None:
    checked = village(tmp_path)
    odd = checked.cases[0].household.members[0].model_copy(update={"name": "=1+1"})
    household = checked.cases[0].household.model_copy(update={"members": (odd,)})
    cases = (replace(checked.cases[0], household=household), *checked.cases[1:])
    checked = replace(checked, cases=cases)
    write_notices(
        tmp_path / "out", [checked], Setting(checked, Period(DAY, DAY, 1)),
        Order(LETTERS, WORD),
    )  # fmt: skip
    book = CalamineWorkbook.from_path(str(tmp_path / "out" / "甲村" / "目录.xlsx"))
    assert book.sheet_names == ["目录"]
    assert book.get_sheet_by_index(0).to_python() == [
        ["序号", "户编号", "户主", "种类", "文件"],
        [1.0, "A", "=1+1", "认定结果告知书", "A.docx"],
        [2.0, "B", "李二", "认定结果告知书", "B.docx"],
        [3.0, "C", "王三", "核实通知书", "C.docx"],
        [4.0, "D", "赵四", "核实通知书", "D.docx"],
    ]


def test_a_county_edits_the_request(tmp_path: Path) -> None:
    copied = CliRunner().invoke(app, ["templates", str(tmp_path / "ours")])
    assert copied.exit_code == 0, copied.output
    names = {"request.docx", "request.en.docx", "request.typ"}
    assert names <= {path.name for path in (tmp_path / "ours").iterdir()}
    data = filled(tmp_path / "ours" / "request.docx", told(village(tmp_path), "C"))
    (tmp_path / "C.docx").write_bytes(data)
    assert "请尽快到村委会或乡镇人民政府" in _text(tmp_path / "C.docx")


def test_the_command_refuses_a_day_before_the_letter(tmp_path: Path) -> None:
    made = folder(tmp_path / "in", {"A": HOUSEHOLDS["A"]})
    base = ["notice", str(made), "-r", "bazhong-2015", "--as-of", "2015-12-20", "--format", "docx"]
    late = CliRunner().invoke(
        app, [*base, "--out", str(tmp_path / "o"), "--reply-by", "2015-12-19"]
    )
    assert isinstance(late.exception, InputError)
    assert "2015-12-19 早于通知日期 2015-12-20" in late.exception.render()
    fine = CliRunner().invoke(
        app, [*base, "--out", str(tmp_path / "o"), "--kind", "letters", "--ways-to-lose"]
    )
    assert fine.exit_code == 0, fine.output
    assert fine.output.startswith("1 份告知书，0 份核实通知书，0 份公示名单，2 个文件，在 ")
    assert "什么证据会改变结果" in _text(tmp_path / "o" / "甲村" / "A.docx")


def _text(path: Path) -> str:
    """The words of a paper, without the spaces between them."""
    if path.suffix == ".pdf":
        pages = [page.extract_text() for page in pypdf.PdfReader(path).pages]
    else:
        import docx

        pages = [paragraph.text for paragraph in docx.Document(str(path)).paragraphs]
    return "".join("".join(pages).split())


# --- the run that a paper is of -----------------------------------------------------------------


def test_letters_and_requests_carry_the_digest_of_the_run(tmp_path: Path) -> None:
    """Every paper to a household, alone or with all others, has the digest that `check` gives."""
    roster = str(folder(tmp_path / "in", HOUSEHOLDS, facts={"C": {"wage_income": ""}}, registers=REGISTERS))  # fmt: skip
    of = [roster, "--rules", "bazhong-2015", "--as-of", "2015-12-20"]
    fonts = str(write_font(tmp_path / "fonts", CHINESE).parent)

    def run(command: str, out: str, *more: str) -> Path:
        CliRunner().invoke(app, [command, *of, "--out", str(tmp_path / out), *more])
        return tmp_path / out

    def digest_of(out: Path) -> str:
        found: str = json.loads((out / "summary.json").read_text())["digest"]
        return found

    digest = digest_of(run("check", "a"))
    apart = digest_of(run("check", "b", "--set-aside", "vehicles"))
    assert re.fullmatch("[0-9a-f]{64}", digest)
    assert digest != apart
    papers = {
        path.name: {*re.findall("认定摘要：([0-9a-f]+)", _text(path))}
        for path in run("notice", "all", "--fonts", fonts).rglob("*.*")
        if path.suffix in (".docx", ".pdf")
    }
    assert papers == {
        "A.docx": {digest}, "B.docx": {digest}, "C.docx": {digest}, "D.docx": {digest},
        "告知书.pdf": {digest}, "核实通知书.pdf": {digest},
        "公示名单.docx": set(), "公示名单.pdf": set(),
    }  # fmt: skip
    alone = run("notice", "one", "--household", "B", "--format", "docx", "--set-aside", "vehicles")
    assert f"认定摘要：{apart}" in _text(next(alone.rglob("B.docx")))


def test_a_letter_without_a_digest_has_no_line_for_it(tmp_path: Path) -> None:
    checked = village(tmp_path)
    write_notices(
        tmp_path / "out", [checked], Setting(checked, Period(DAY, DAY, 1)), Order(LETTERS, WORD)
    )
    assert "认定摘要" not in _text(next((tmp_path / "out").rglob("A.docx")))
