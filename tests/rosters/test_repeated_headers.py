"""A header that is repeated below is left out only where it says the same as the first."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shibie.errors import InputError
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load
from support.books import as_export, book, write_xlsx

PACK, AS_OF = load("bazhong-2015"), date(2015, 12, 20)
Row = list[Any]


def with_second(tmp_path: Path, renamed: dict[str, str]) -> Path:
    """The five persons of `book`, with a header above the third that has other names."""
    first, *rest = as_export(book())["一人一行"]
    second = [renamed.get(text, text) for text in first]
    return write_xlsx(tmp_path / "held.xlsx", {"Sheet1": [first, *rest[:2], second, *rest[2:]]})


def test_the_same_in_other_words(tmp_path: Path) -> None:
    path = with_second(tmp_path, {"姓名": "姓 名", "证件号码": "身份证号码"})
    assert len(read_roster(path, PACK, AS_OF).households) == 3


@pytest.mark.parametrize(
    ("renamed", "found"),
    [
        ({"工资性收入": "工资性收入(万元)"}, "工资性收入(万元)"),
        ({"工资性收入": "生产经营性收入", "生产经营性收入": "工资性收入"}, "生产经营性收入"),
    ],
)
def test_another_unit_or_order(tmp_path: Path, renamed: dict[str, str], found: str) -> None:
    with pytest.raises(InputError) as refused:
        read_roster(with_second(tmp_path, renamed), PACK, AS_OF)
    (problem,) = refused.value.problems
    assert problem.where == "Sheet1!4"
    assert f"\uff08“{found}”\uff09" in problem.what.zh


@pytest.mark.parametrize(
    "words",
    [
        "共3户5人",
        "总户数\uff1a3户",
        "平均",
        "第一书记\uff08签字\uff09\uff1a",
        "包村领导\uff1a张三",
        "村支书\uff1a",
        "以下空白",
    ],
)
def test_what_closes_a_list(tmp_path: Path, words: str) -> None:
    rows = as_export(book())["一人一行"]
    path = write_xlsx(tmp_path / "held.xlsx", {"Sheet1": [*rows, [words]]})
    roster = read_roster(path, PACK, AS_OF)
    assert (len(roster.households), roster.rejected) == (3, ())
