"""Candidates of a small hand-made roster: who is found, with what, and how surely."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from math import log2
from pathlib import Path
from typing import Any

import pytest

import shibie
from linkage import small_set
from linkage.small_set import AS_OF, PACK
from shibie.checking_in_parts import roster_parts
from shibie.linkage import candidates as module
from shibie.linkage.result import Candidates, candidates_among
from shibie.scratch_database import scratch_database

Said = tuple[str, str, str, str, str, str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_set.write(tmp_path_factory.mktemp("roster"))


@pytest.fixture(scope="module")
def found(folder: Path) -> Candidates:
    return shibie.link(PACK, folder, AS_OF)


def said(found: Candidates, kind: str) -> list[Said]:
    """Who, who else, what agrees, what differs, what is so now, and the act."""
    return [
        (
            f"{row['household_id']}/{row['member_id']}",
            f"{row['register']}:{row['row_key']}" if kind == "row"
            else f"{row['other_household_id']}/{row['other_member_id']}",
            row["agrees"], row["differs"], row["now"], row["act"],
        )
        for row in found.candidates if row["kind"] == kind
    ]  # fmt: skip


def test_rows_and_whom_they_may_be_about(found: Candidates) -> None:
    """The man of the same sound and day; never his namesake of another day, nor one whose number differs."""
    vehicles = [each for each in said(found, "row") if each[1].startswith("vehicles")]
    assert vehicles == [
        ("H1/1", "vehicles:川Y1", "姓名同音、出生日期相同、村相同", "", "does_not_fit", "link"),
        ("H3/1", "vehicles:川Y3", "姓名相同、村相同", "", "does_not_fit", "correction"),
    ]  # fmt: skip
    houses = [each for each in said(found, "row") if each[1].startswith("houses")]
    agrees = "姓名相同、同一格里另有一个他家的人"
    assert [(who, *rest) for who, _, *rest in houses] == [
        ("H6/1", agrees, "", "perhaps", "link"), ("H6/2", agrees, "", "perhaps", "link"),
        ("H7/1", agrees, "", "no_number", "link"), ("H7/2", agrees, "", "no_number", "link"),
    ]  # fmt: skip


def test_persons_and_households_that_may_be_one(found: Candidates) -> None:
    two = "姓名相同、同户另有两个以上同名的人"
    assert said(found, "person") == [
        ("H7/3", "H6/3", "姓名相同、性别相同、同户另有两个以上同名的人", "村不同", "apart", "same_person"),
        ("H7/1", "H6/2", two, "村不同", "apart", "same_person"),
        ("H7/2", "H6/1", two, "村不同", "apart", "same_person"),
        ("H4/2", "H5/2", "姓名相同、性别相同、一处是女儿，一处是妻子或儿媳",
         "村不同、同户没有别的同名的人", "apart", "same_person"),
    ]  # fmt: skip
    assert said(found, "household") == [
        ("H6/", "H7/", "三个以上的人同名、人少的一户全在另一户里、户主与配偶互换、可能相同的人：赵建国、钱秀英、赵小明",
         "村不同", "apart", ""),
    ]  # fmt: skip


def test_a_weight_is_the_sum_of_what_is_documented(found: Candidates) -> None:
    """Of the row of Zhang Yong: 14 persons, two of this sound, six in his village of seven.

    Prior 0.5 / 14; sound 0.09 against (2 + 0.5) / (14 + 1000); birth 0.90 against 0.00007; village
    0.90 against (8² + 6²) / 14².
    """
    first = next(iter(found.candidates))
    prior = 0.5 / 14
    weight = (
        log2(prior / (1 - prior)) + log2(0.09 / (2.5 / 1014)) + log2(0.90 / 0.00007)
        + log2(0.90 / ((8 * 8 + 6 * 6) / (14 * 14)))
    )  # fmt: skip
    assert first["weight"] == f"{weight:.2f}" == "14.90"


def test_a_rare_name_says_more_than_a_common_one() -> None:
    from shibie.linkage.model import frequencies

    shares = frequencies(["张伟"] * 300 + ["鲜于德贵"] + ["王芳"] * 699)
    assert shares == {"张伟": 0.15025, "鲜于德贵": 0.00075, "王芳": 0.34975}


def test_nothing_that_is_masked_is_shown(found: Candidates, tmp_path: Path) -> None:
    found.write(tmp_path / "c")
    for name in ("candidates.csv", "acts.csv", "summary.json"):
        text = (tmp_path / "c" / name).read_text(encoding="utf-8-sig")
        assert not re.search(r"\d{8}", re.sub(r"r-[0-9a-f]{16}", "", text))

    words = [text for each in found.found for text in (each.agrees, each.differs)]
    assert not any(set(text) & set(",;:()?") for text in words)


def rows_of(found: Candidates) -> list[dict[str, Any]]:
    return list(found.candidates)


def test_a_large_roster_and_any_number_of_threads_give_the_same(
    folder: Path, found: Candidates, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = shibie.read(folder, PACK, AS_OF)
    with roster_parts(given, held_below=0, size=2) as parts:
        large = candidates_among(parts, PACK, AS_OF, "zh")
    assert (rows_of(large), large.summary) == (rows_of(found), found.summary)

    @contextmanager
    def alone() -> Iterator[Any]:
        with scratch_database() as (connection, place):
            connection.execute("SET threads = 1")
            yield connection, place

    monkeypatch.setattr(module, "scratch_database", alone)
    assert rows_of(shibie.link(PACK, folder, AS_OF)) == rows_of(found)


def test_what_is_least_and_most_is_kept_to(folder: Path) -> None:
    found = shibie.link(PACK, folder, AS_OF, least=5.0, most=1, lang="en")
    assert [(each.register, each.household_id) for each in found.found if each.kind == "row"] == [
        ("vehicles", "H1"), ("houses", "H6"), ("vehicles", "H3"),
    ]  # fmt: skip
    assert found.summary["left_out"] == {"row": 3, "person": 0, "household": 0}
    assert [note.en for note in found.notes][1:] == [
        "at most 1 candidates of a row or person are listed; left out: 3"
    ]
    assert found.found[0].agrees == "name of the same sound, same date of birth, same village"
    with pytest.raises(shibie.InputError, match="at least one is listed"):
        shibie.link(PACK, folder, AS_OF, most=0)


def test_rows_without_a_name_are_counted_and_said(tmp_path: Path) -> None:
    folder = small_set.write(tmp_path)
    with (folder / "registers" / "houses.csv").open("a", encoding="utf-8") as file:
        file.write(",,乙村3号,99\n,***,乙村4号,98\n")
    found = shibie.link(PACK, folder, AS_OF)
    assert found.summary["registers"]["houses"] == {
        "rows": 3, "with_candidates": 1, "without_name": 2,
    }  # fmt: skip
    assert found.notes[1].zh == "房产登记：2 行没有证件号码，也没有姓名，找不到候选"


def test_without_the_extra_it_says_what_to_install(folder: Path) -> None:
    """The room itself is there without it, and the main work never asks for it."""
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['splink', 'pypinyin', 'rapidfuzz']))\n"
        "import shibie.linkage.result, shibie.linkage.written\n"
        "from shibie.cli import main\n"
        f"sys.argv[1:] = ['link', {str(folder)!r}, '--rules', {str(small_set.ROOT / 'bench/known-truth')!r},"
        " '--as-of', '2015-12-20']; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2
    assert 'pip install "shibie[link]"' in done.stderr
    assert "Traceback" not in done.stderr
