"""Damaged input on both paths, a seeded sample every day, and what fuzzing has found before."""

from __future__ import annotations

from pathlib import Path

import pytest

from shibie.errors import InputError
from shibie.eventlog import open_log
from shibie.rosters.compound_file import never_ends
from shibie.rosters.sheets import read_sheets
from support.books import write_folder
from support.fuzzing.rosters import KINDS, Kind, damaged, outcome, put, same_on_both_paths, sheets
from support.fuzzing.targets import TARGETS

ROOT = Path(__file__).parents[1]
FOUND = ROOT / "tests" / "support" / "fuzzing" / "found"
# Rosters are decided twice, in part by a database, and Parquet takes long to write: so few of each
# kind every day. `make fuzz FUZZ_TARGET=parquet FUZZ_COUNT=500` tries more of one.
TRIED = dict.fromkeys(KINDS, 25) | {"folder": 10, "parquet": 5}
ON_BOTH_PATHS = 3
OTHERS = sorted(set(TARGETS) - set(KINDS))


@pytest.mark.parametrize("kind", KINDS)
def test_a_sample_of_damaged_rosters_is_the_same_on_both_paths(tmp_path: Path, kind: Kind) -> None:
    """And of more of them on the small path: each is decided, rejected or refused."""
    for seed in range(TRIED[kind]):
        path = put(damaged(kind, seed, tmp_path), tmp_path / "input")
        if seed < ON_BOTH_PATHS:
            same_on_both_paths(path)
            continue
        found = outcome(path, "interpreter")
        everybody, decided, rejected = found.counts
        assert everybody == decided + rejected, seed
        assert decided == len(found.decisions), seed


@pytest.mark.parametrize("name", OTHERS)
def test_a_sample_of_everything_else(tmp_path: Path, name: str) -> None:
    target = TARGETS[name]
    for seed in range(25):
        put(target.made(seed, tmp_path), tmp_path / "input")
        assert target.run(tmp_path / "input")


def test_a_title_over_two_lines_above_the_header(tmp_path: Path) -> None:
    """A database leaves out lines where Python leaves out rows: all households were rejected."""
    folder = write_folder(tmp_path / "roster", sheets())
    for name in ("households", "members", "registers/vehicles"):
        file = folder / f"{name}.csv"
        file.write_text('"某乡名册\n（2015 年）",\n' + file.read_text(encoding="utf-8"), "utf-8")
    found = same_on_both_paths(folder)
    assert found.counts == (3, 3, 0)
    assert [row[:2] for row in found.decisions] == [
        ("001", "eligible"), ("002", "ineligible"), ("003", "ineligible"),
    ]  # fmt: skip
    assert [row[:3] for row in found.findings if row[3] == "exclusion"] == [("003", "", "car")]


def test_a_binary_workbook_whose_chains_come_back_to_themselves_is_refused(tmp_path: Path) -> None:
    """Its reader follows them until the machine has no memory left."""
    for file in sorted(FOUND.glob("*.xls")):
        assert never_ends(file), file.name
        assert outcome(file, "interpreter").refused, file.name
    whole = put(damaged("xls", 0, tmp_path), tmp_path / "x")  # only its cells are damaged
    assert not never_ends(whole)
    assert not never_ends(ROOT / "README.md")


def test_cells_that_do_not_say_their_place_are_refused() -> None:
    """The reader took whatever it had read before for their place, and memory for all up to there."""
    (file,) = FOUND.glob("*.xlsb")
    with pytest.raises(InputError, match="does not open"):
        read_sheets(file)


def test_a_log_with_a_page_that_is_no_text_is_refused() -> None:
    (log,) = FOUND.glob("*.db")
    before = log.read_bytes()
    with pytest.raises(InputError, match="damaged"):
        open_log(log, read_only=True)
    assert log.read_bytes() == before
