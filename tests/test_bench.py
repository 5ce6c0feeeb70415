"""The peer that speed is measured against decides as the product does: else a ratio says nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
from bench import population, scale

import shibie

HOUSEHOLDS = 3_000


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A population in which the registry holds every second vehicle's owner as dead."""
    folder, kept = tmp_path_factory.mktemp("population"), tmp_path_factory.mktemp("registry")
    population.make(folder, HOUSEHOLDS)
    registry = folder / "registers" / "civil_registry.parquet"
    before = registry.rename(kept / registry.name)
    dead = (
        f"SELECT id_number, '死亡' AS status FROM read_parquet('{registry.with_name('vehicles.parquet')}',"
        " file_row_number = true) WHERE file_row_number % 2 = 0"
    )
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT id_number, status FROM '{before}' WHERE id_number NOT IN"
            f" (SELECT id_number FROM ({dead})) UNION ALL {dead}) TO '{registry}' (FORMAT parquet)"
        )
    return folder


@pytest.fixture(scope="module")
def decided(roster: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "out.parquet"
    with shibie.check(
        scale.PACK, roster, date.fromisoformat(scale.AS_OF), engine="duckdb"
    ) as result:
        result.write(out)
    return out


def by_hand(roster: Path, out: Path, old: str = "", new: str = "") -> Path:
    """The results of the hand-written SQL, with one piece of it replaced."""
    sql = (scale.HERE / "handwritten.sql").read_text(encoding="utf-8")
    assert old in sql
    sql = sql.replace(old, new) if old else sql
    with duckdb.connect() as connection:
        connection.execute(sql.replace("$in", str(roster)).replace("$out", str(out)))
    return out


def test_the_hand_written_sql_gives_the_same_rows(
    roster: Path, decided: Path, tmp_path: Path
) -> None:
    assert scale.same(decided, by_hand(roster, tmp_path))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("285500 AS poverty", "286500 AS poverty"),
        ("status IN ('死亡', '服役', '服刑', '失踪')", "false"),
        ("p.left_out AND", "false AND"),
    ],
)  # fmt: skip
def test_a_difference_is_noticed(
    roster: Path, decided: Path, tmp_path: Path, old: str, new: str
) -> None:
    assert not scale.same(decided, by_hand(roster, tmp_path, old, new))
