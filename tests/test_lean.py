"""The main work needs no more than it installs: above all, no package for columns."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import duckdb
import pytest

from shibie.duckdb_tables import Column
from shibie.rosters.parquet import write_columns
from support.books import NAMES, book
from test_cli import PACK, ROOT

SRC = ROOT / "src" / "shibie"


def imported(file: Path) -> set[str]:
    """The packages that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_nothing_imports_pyarrow() -> None:
    modules = list(SRC.rglob("*.py"))
    assert len(modules) > 100
    # A table of results is handed over as one of pyarrow's where somebody asks for that.
    assert [file.name for file in modules if "pyarrow" in imported(file)] == ["table.py"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert not any(each.startswith("pyarrow") for each in project["dependencies"])


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
def test_parquet_in_and_out_where_pyarrow_is_not(tmp_path: Path, engine: str) -> None:
    roster, out = tmp_path / "roster", tmp_path / "out.parquet"
    (roster / "registers").mkdir(parents=True)
    for sheet, (header, *rows) in book().items():
        columns = {
            name: Column("VARCHAR", [None if row[at] is None else str(row[at]) for row in rows])
            for at, name in enumerate(header)
        }
        write_columns(roster / f"{NAMES[sheet]}.parquet", columns)
    arguments = ["check", str(roster), *PACK, "--engine", engine, "--out", str(out)]
    without = (
        "import sys; sys.modules.update(dict.fromkeys(['pyarrow', 'pandas', 'numpy', 'polars']))\n"
        f"from shibie.cli import main; sys.argv[1:] = {arguments!r}; main()"
    )
    done = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    found = duckdb.read_parquet(str(out / "decisions.parquet"))
    assert found.project("household_id, eligibility, grounds").fetchall() == [
        ("001", "eligible", []),
        ("002", "ineligible", ["not_poor"]),
        ("003", "ineligible", ["vehicle"]),
    ]
    rejected = duckdb.read_parquet(str(out / "rejected.parquet"))
    assert dict(zip(rejected.columns, map(str, rejected.types), strict=True)) == {
        "source": "VARCHAR", "row": "BIGINT", "field": "VARCHAR", "value": "VARCHAR",
        "reason": "VARCHAR", "code": "VARCHAR",
    }  # fmt: skip
