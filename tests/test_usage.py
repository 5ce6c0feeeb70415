"""A command line that is written wrongly: what is said, in which language, and with which status."""

from __future__ import annotations

import sys

import pytest

from shibie.cli import main
from shibie.cli.usage import in_chinese

CHECK = "用法：shibie check [选项] [名册]"
FIT = "用法：shibie fit [选项] 文件"
HELP = "  → 用法见 shibie check --help"
FIT_HELP = "  → 用法见 shibie fit --help"
WRONG = {
    "chek x": ["用法：shibie [选项] 命令 [参数]…", "shibie: 没有命令“chek”", "  → 是否想写 check？",
               "  → 用法见 shibie --help"],
    "fit": [FIT, "shibie: 缺少“文件”", FIT_HELP],
    "fit x": ["shibie: 缺少：规则包 --rules",
              "  → 在命令里给出，或写在 shibie.yaml 里：rules: bazhong-2015"],
    "check x --rulez a": [CHECK, "shibie: 没有选项 --rulez", "  → 是否想写 --rules？", HELP],
    "check x --json": [CHECK, "shibie: 没有选项 --json", HELP],
    "check x y z -r a --as-of b": [CHECK, "shibie: 多写了 y z", HELP],
    "check x -r a --as-of b --lang xx": [
        CHECK, "shibie: --lang 不能是“xx”，应为其中之一：zh、en", HELP,
    ],
    "notice x -r a --as-of b -o c --days abc": [
        "用法：shibie notice [选项] [名册]", "shibie: --days 应是整数", "  → 用法见 shibie notice --help",
    ],
    "verify": ["用法：shibie verify [选项] 规则包", "shibie: 缺少“规则包”",
               "  → 用法见 shibie verify --help"],
    "check x --rules": ["shibie: 选项 --rules 后面要写值"],
    "check x --trust-declarations=a": ["shibie: 选项 --trust-declarations 后面不写值"],
}  # fmt: skip


def said(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, list[str], str]:
    """The exit status, the lines on stderr, and what is on stdout."""
    monkeypatch.setattr(sys, "argv", ["shibie", *line.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    shown = capsys.readouterr()
    return int(ended.value.code or 0), shown.err.splitlines(), shown.out


@pytest.mark.parametrize("line", WRONG)
def test_it_is_said_in_chinese(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(line, monkeypatch, capsys) == (2, WRONG[line], "")


@pytest.mark.parametrize(
    "line", ["check x --rulez a --lang en", "check x --rulez a -r us-snap-2024"]
)
def test_it_is_said_in_english(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, lines, _ = said(line, monkeypatch, capsys)
    assert status == 2
    assert lines[0].startswith("Usage: shibie check")
    assert lines[1:] == [
        "shibie: No such option: --rulez", "  → did you mean --rules?", "  → see shibie check --help",
    ]  # fmt: skip


def test_other_endings_are_as_they_were(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said("--version", monkeypatch, capsys)[0] == 0
    status, lines, _ = said("", monkeypatch, capsys)
    assert (status, "Usage:" in lines[0]) == (2, True)
    status, lines, _ = said(
        "check nosuch --rules bazhong-2015 --as-of 2015-12-20", monkeypatch, capsys
    )
    assert (status, lines) == (2, ["nosuch: 没有这个文件或文件夹"])


def test_sentences_of_other_versions_of_the_library() -> None:
    said = {
        "Missing argument 'ROSTER'.": "缺少“名册”",
        "Missing option '--kind'. Choose from:\n\tletters,\n\tlists": "缺少选项 --kind",
        "Missing command.": "没有写命令",
        "No such option: --rulez Did you mean --rules?": "没有选项 --rulez",
        "Got unexpected extra argument (x)": "多写了 x",
        "Option '--pair' requires 2 arguments.": "选项 --pair 后面要写 2 个值",
        "Argument 'packs' takes 2 values.": "“packs”要写 2 个值",
        "Invalid value for '--lang': 'xx' is not one of 'zh', 'en'.": (
            "--lang 不能是“xx”，应为其中之一：zh、en"
        ),
        "Invalid value for '--days': 'abc' is not a valid integer.": "--days 应是整数",
        "Invalid value for '--seed': anything": "--seed 的值不能用",
    }
    assert {each: in_chinese(each) for each in said} == said


def test_help_is_in_both_languages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, text = said("acts --help", monkeypatch, capsys)
    lines = text.splitlines()
    assert status == 0
    assert lines[0].startswith("用法 Usage: shibie acts [OPTIONS]")
    assert {"参数 Arguments:", "选项 Options:"} <= set(lines)
    assert lines[-1].endswith("显示本说明 Show this message and exit.")
    _, _, text = said("--help", monkeypatch, capsys)
    assert "命令 Commands:" in text.splitlines()


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        (["-2.5"], "-2.5\n"),
        (["-(1 + 2)", "--given", "{}"], "-3\n"),
        (["--given", '{"wage_income": 5}', "-wage_income < -4.99", "--lang", "en"], "true\n"),
        (["--", "-1"], "-1\n"),
    ],
)
def test_a_formula_may_begin_with_a_minus(
    line: list[str],
    printed: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["shibie", "eval", *line])
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code or 0, capsys.readouterr().out) == (0, printed)


def test_what_begins_with_a_minus_and_is_no_formula(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, lines, _ = said("eval -q 1", monkeypatch, capsys)
    assert (status, lines[1]) == (2, "shibie: 没有选项 -q")
    status, lines, _ = said("eval 1 --given -5", monkeypatch, capsys)
    assert (status, lines) == (2, ["--given: 应为一个 JSON 对象"])
    status, lines, _ = said("eval 1 --as-of 20150701", monkeypatch, capsys)
    assert (status, lines[0]) == (2, "--as-of: 不是日期：20150701")
