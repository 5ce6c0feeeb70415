"""Two versions of a rule set: what is written, what it means, and who moves."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from shibie.cli.app import app
from shibie.engines.interpreter import truth
from shibie.errors import InputError, ShibieError
from shibie.ruleset.model import RuleSet
from shibie.versions.stricter_or_looser import MeaningChange, relations
from shibie.versions.written_changes import changes
from support.packs import SOUND, sound

ROOT = Path(__file__).parents[2]
LAST = "  - {id: doubtful, title: 存疑, when: living_above_local, effect: review}\n"


def meanings(old: RuleSet, new: RuleSet) -> dict[str, MeaningChange]:
    return {each.id: each for each in relations(old, new)}


def test_the_same_pack_is_the_same() -> None:
    assert changes(sound(), sound()) == ()
    assert {each.meaning for each in relations(sound(), sound())} == {"equivalent"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("per_head < line", "per_head <= line"), "looser"),
        (("per_head < line", "per_head < line - 0.01"), "stricter"),
        (("per_head < line", "per_head < line and rooms < 3 or rooms > 9"), "both"),
        (("per_head < line", "not per_head >= line"), "equivalent"),
        (("2015-06-01: 2855", "2015-06-01: 2900"), "looser"),
        (("per_head < line", "per_head < line or rooms < 0"), "unknowns"),
    ],
)
def test_meaning(change: tuple[str, str], expected: str) -> None:
    old, new = sound(), sound((change[0], f'"{change[1]}"') if "per_head" in change[0] else change)
    found = meanings(old, new)["low"]
    assert found.meaning == expected
    for witness, before, after in ((found.lost, True, False), (found.gained, False, True)):
        if witness is not None and expected != "unknowns":
            (case,) = witness.cases(old)
            rules = [ruleset.rule("low") for ruleset in (old, new)]
            said = [
                truth(rule.node, ruleset, case) is True
                for rule, ruleset in zip(rules, (old, new), strict=True)
                if rule
            ]
            assert said == [before, after]
    assert (found.lost is not None) == (expected in ("stricter", "both"))
    assert (found.gained is not None) == (expected in ("looser", "both", "unknowns"))


def test_the_decision_as_a_whole() -> None:
    assert (
        meanings(
            sound(), sound(("members.any(on_payroll)}", "members.any(on_payroll) and rooms > 3}"))
        )["eligible"].meaning
        == "looser"
    )
    more = LAST + "  - {id: many, title: 房多, when: rooms > 5}\n"
    assert meanings(sound(), sound((LAST, more)))["eligible"].meaning == "stricter"


def test_what_is_written() -> None:
    new = sound(
        (LAST, LAST.replace("effect: review", "effect: exclude")),
        ("title: 危房", "title: 住房不安全"),
        ("2015-06-01: 2855", "2015-06-01: 2900"),
        (
            "  - {id: house, title: 住房, when: unsafe}\n",
            "  - {id: home, title: 住房, when: unsafe}\n",
        ),
        (
            "name: rooms, title: 房间数, type: integer, minimum: 0",
            "name: rooms, title: 房间数, type: integer, minimum: 1",
        ),
        ("when: per_head < line", "when: line > per_head, basis: {source: 县文件}"),
        ("min_days: days", "min_days: 9"),
    )
    found = [(each.what, each.id) for each in changes(sound(), new)]
    assert found == [
        ("condition", "low"), ("basis", "low"), ("title", "unsafe"), ("kind", "doubtful"), ("removed", "house"),
        ("added", "home"), ("values", "line"), ("other", "notice"), ("other", "rooms"),
    ]  # fmt: skip
    # The text of `low` is turned round; its meaning changed only by the parameter.
    assert meanings(sound(), new)["low"].meaning == "looser"


def test_fields_with_other_values_are_not_compared() -> None:
    new = sound(
        ("codes: [山区, 丘陵]", "codes: [丘陵, 山区, 平原]"),
        ("when: living_above_local", 'when: terrain == "山区"'),
    )
    old = sound(("when: living_above_local", 'when: terrain == "山区"'))
    found = meanings(old, new)
    assert found["doubtful"].meaning == found["eligible"].meaning == "incomparable"
    assert found["low"].meaning == "equivalent"


def test_fields_and_registers_of_one_side_only() -> None:
    new = sound(
        (
            "  - {of: household, name: rooms",
            "  - {of: household, name: pigs, title: 猪, type: integer}\n  - {of: household, name: rooms",
        ),
        ("when: per_head < line", '"when": "per_head < line and pigs < 100"'),
    )
    found = meanings(sound(), new)
    assert found["low"].meaning == "stricter"
    assert found["low"].lost is not None
    assert found["low"].lost.states[0]["wage_income"] is not None


def test_years_without_a_common_day() -> None:
    later = sound(
        ("effective: {from: 2015-01-01, to: 2015-12-31}", "effective: {from: 2016-01-01, to: 2016-12-31}"),
        ("2014-01-01: 2800, 2015-06-01: 2855", "2015-06-01: 2855, 2016-01-01: 2952"),
    )  # fmt: skip
    found = meanings(sound(), later)
    assert (found["low"].meaning, found["unsafe"].meaning) == ("looser", "equivalent")


def write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "ruleset.yaml").write_text(text, encoding="utf-8")
    return folder


def roster(folder: Path) -> Path:
    (folder / "registers").mkdir(parents=True)
    (folder / "households.csv").write_text(
        "household_id,village,wage_income,housing_grade,living_above_local,owns_vehicle\n"
        "1,甲村,2870,A,否,否\n2,甲村,1000,A,否,否\n3,乙村,2900,A,否,否\n4,乙村,1000,A,也许,否\n5,乙村,,A,否,否\n",
        encoding="utf-8",
    )
    number = [
        "511921198001010007",
        "511921198001010023",
        "51192119800101004X",
        "511921198001010066",
        "511921198001010082",
    ]
    lines = [f"{index},1,{each},否" for index, each in enumerate(number, 1)]
    (folder / "members.csv").write_text(
        "household_id,member_id,id_number,on_payroll\n" + "\n".join(lines) + "\n", encoding="utf-8"
    )
    (folder / "registers" / "vehicles.csv").write_text("id_number,kind,value\n", encoding="utf-8")
    return folder


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["diff", *arguments])
    if isinstance(done.exception, ShibieError):
        raise done.exception
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.stdout


def test_who_moves(tmp_path: Path) -> None:
    old = write(tmp_path / "old", SOUND)
    new = write(tmp_path / "new", SOUND.replace("2015-06-01: 2855", "2015-06-01: 2900"))
    folder, out = roster(tmp_path / "roster"), tmp_path / "out" / "diff.xlsx"
    code, text = run(
        str(old), str(new), "--roster", str(folder), "--as-of", "2015-12-20", "--out", str(out)
    )
    assert code == 0
    assert "数值 线" in text
    assert (
        "更宽 低收入\n    现在成立、原来不成立：认定日期 2015-12-31；工资性收入 2,855.00 元" in text
    )
    assert "1 甲村 不纳入 → 纳入 新有：低收入；不再有：不符合识别标准" in text
    assert "5 户中 1 户改变" in text
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["规则变化", "意义", "变动农户", "按村"]
    households = [[cell.value for cell in row] for row in book["变动农户"].iter_rows(min_row=2)]
    assert households == [["1", "甲村", "不纳入", "纳入", "新有：低收入；不再有：不符合识别标准"]]
    villages = {tuple(cell.value for cell in row) for row in book["按村"].iter_rows(min_row=2)}
    assert villages == {
        ("甲村", "不纳入", "纳入", 1), ("甲村", "纳入", "纳入", 1), ("乙村", "不纳入", "不纳入", 1),
        ("乙村", "待核实", "待核实", 1), (None, "退回", "退回", 1),
    }  # fmt: skip
    _, english = run(
        str(old),
        str(new),
        "--roster",
        str(folder),
        "--as-of",
        "2015-12-20",
        "--lang",
        "en",
        "--json",
    )
    data = json.loads(english)
    assert [
        each["household_id"] for each in data["households"] if each["before"] != each["after"]
    ] == ["1"]
    assert {each["id"]: each["meaning"] for each in data["rules"]}["low"] == "looser"


def test_bad_arguments(tmp_path: Path) -> None:
    old = str(write(tmp_path / "old", SOUND))
    with pytest.raises(InputError, match="needed with a roster"):
        run(old, old, "--roster", str(roster(tmp_path / "roster")))
    with pytest.raises(InputError, match="no such file"):
        run(old, old, "--roster", str(tmp_path / "nothing"), "--as-of", "2015-12-20")
    with pytest.raises(InputError, match=r"expected an \.xlsx"):
        run(old, old, "--out", str(tmp_path / "a.csv"))
