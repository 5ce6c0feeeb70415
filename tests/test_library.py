"""What the library leaves to the command line: printing, naming options; and its fault codes."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from shibie.cli.options import OPTIONS, in_options
from shibie.errors import CODES, InputError, Problem, Words, bad_argument
from test_cli import shibie

SOURCE = Path(__file__).parents[1] / "src" / "shibie"
TREES = {
    path.relative_to(SOURCE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted(SOURCE.rglob("*.py"))
}
# What only a terminal runs.
OUTSIDE = ("cli/", "__main__.py")
LIBRARY = [name for name in TREES if not name.startswith(OUTSIDE)]


def texts(tree: ast.AST) -> Iterator[str]:
    """The texts in a module that are not docstrings."""
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
        ):
            yield node.value


def test_no_message_of_the_library_names_an_option() -> None:
    # Options of other programs (pip, spark-submit) are not meant. The draft of rule tests that
    # `shibie test --suggest` writes says what wrote it.
    option = re.compile(rf"(?<![\w-])({'|'.join(OPTIONS.values())})(?![\w-])")
    named = {
        (name, text)
        for name in LIBRARY
        for text in texts(TREES[name])
        if option.search(text) and name != "proofs/suggested_tests.py"
    }
    assert named == set()


def test_nothing_in_the_library_prints() -> None:
    printing = {
        (name, node.lineno)
        for name in LIBRARY
        for node in ast.walk(TREES[name])
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("print", "input")
        )
        or isinstance(node, ast.Global)
    }
    assert printing == set()


def test_every_code_is_documented_and_every_documented_code_is_used() -> None:
    said = Counter(text for tree in TREES.values() for text in texts(tree))
    # Each stands once in the list itself.
    assert [code for code in CODES if said[code] < 2] == []
    given = {
        keyword.value.value
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "code" and isinstance(keyword.value, ast.Constant)
    }
    assert given - set(CODES) == set()
    cells = {
        node.args[0].value
        for module in ("rosters/cells.py", "rosters/exact_numbers.py")
        for node in ast.walk(TREES[module])
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "fault"
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(cells) > 5
    assert cells - set(CODES) == set()


def test_a_problem_with_data_can_be_kept_in_sets() -> None:
    problem = Problem("a", Words("甲", "a"), code="missing", data={"field": "a"})
    assert len({problem, problem}) == 1


@pytest.mark.parametrize("name", OPTIONS)
def test_arguments_are_shown_as_options(name: str) -> None:
    error = InputError(bad_argument(name, Words("不行", f"no; see `{name}`"), value="x"))
    assert error.render("en") == f"{name}=x: no; see `{name}`"
    option = OPTIONS[name]
    assert in_options(error).render("en") == f"{option} x: no; see {option}"
    assert in_options(error).problems[0].data == {"argument": name}


def test_a_field_of_an_arguments_name_is_no_option() -> None:
    error = InputError(Problem("days", Words("应为数字", "expected a number")))
    assert in_options(error).render("en") == "days: expected a number"


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        (["eval", "poverty_line", "--rules", "bazhong-2015", "--as-of", "2010-01-01"],
         ["--as-of: 2010-01-01 不在有效期", "→ 用 --as-of 给出认定日期"]),
        (["eval", "1", "--given", "{"], ["--given: 不是合法的 JSON"]),
        (["check", "fixtures/township-2015", "--rules", "bazhong-2015", "--as-of", "2015-12-20",
          "--memory", "much"], ["--memory: 看不懂的大小"]),
    ],
)  # fmt: skip
def test_the_command_line_names_its_options(arguments: list[str], lines: list[str]) -> None:
    printed = shibie(*arguments, status=2)
    assert all(line in printed for line in lines)
