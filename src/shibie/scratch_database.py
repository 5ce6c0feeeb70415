"""A DuckDB for as long as a job takes: tables in memory, spilling to a folder that is gone afterwards."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb

from shibie.errors import InputError, Problem, Words, bad_argument
from shibie.file_failures import file_failure, files_said
from shibie.scratch_folders import scratch_folder

# Rows that are fetched at a time.
_PART: Final = 10_000
# A size as the database reads it, but for one below nothing.
_SIZE: Final = re.compile(r"\s*\d+(\.\d+)?\s*([kmgt](i?b)?|b|bytes|%)?\s*", re.IGNORECASE)


@contextmanager
def scratch_database(
    memory: str | None = None, temp: Path | None = None
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A database and the folder for its scratch files, which is gone however the job ends.

    Args:
        memory: most memory for DuckDB, e.g. `4GB`; beyond it, it spills.
        temp: where to spill; the system's own place by default.

    Raises:
        InputError: when memory or disk do not suffice.
    """
    beside = temp or Path(tempfile.gettempdir())
    with (
        files_said(str(beside)),
        _scratch(beside) as folder,
        failures_said(),
        duckdb.connect() as connection,
    ):
        # It would take a script run by `python -c` for a terminal.
        connection.execute("SET enable_progress_bar = false")
        # Nothing is fetched from anywhere while a roster is open.
        connection.execute("SET autoinstall_known_extensions = false")
        _set(connection, "temp_directory", str(folder / "spill"))
        if memory:
            _limit(connection, memory)
        yield connection, folder


@contextmanager
def _scratch(beside: Path) -> Iterator[Path]:
    """A folder for scratch files, in a place that is made if it is not there."""
    with ExitStack() as stack:
        try:
            beside.mkdir(parents=True, exist_ok=True)
            folder = stack.enter_context(scratch_folder(beside))
        except OSError as error:
            doing = Words("不能放临时文件", "cannot hold scratch files")
            raise file_failure(error, str(beside), doing) from error
        yield folder


@contextmanager
def failures_said() -> Iterator[None]:
    """Say what to do where memory or disk do not suffice.

    Raises:
        InputError: instead of DuckDB's own error.
    """
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise _short(
            error,
            "no_memory",
            Words("内存不够", "not enough memory"),
            Words(
                "用 `memory` 给得更多，或用 `temp` 指定更大的磁盘",
                "give more with `memory`, or a larger disk with `temp`",
            ),
        ) from None
    except duckdb.IOException as error:
        raise _short(
            error,
            "file_failure",
            Words("读写文件失败", "a file could not be read or written"),
            Words(
                "检查磁盘空间，或用 `temp` 指定别处",
                "check the disk space, or name another place with `temp`",
            ),
        ) from None


def rows_of(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a query as they come, on a cursor of their own.

    Raises:
        InputError: when memory or disk do not suffice.
    """
    # A result is gone through and written when the job that made it is long over.
    with failures_said(), connection.cursor() as cursor:
        cursor.execute(query)
        while part := cursor.fetchmany(_PART):
            yield from part


def _limit(connection: duckdb.DuckDBPyConnection, memory: str) -> None:
    refused = InputError(
        bad_argument(
            "memory",
            Words(f"看不懂的大小：{memory}", f"not a size: {memory}"),
            Words("如 4GB 或 500MB", "such as 4GB or 500MB"),
            code="bad_size",
        )
    )
    if not _SIZE.fullmatch(memory):
        raise refused
    try:
        _set(connection, "memory_limit", memory)
    except duckdb.Error:
        raise refused from None


def _set(connection: duckdb.DuckDBPyConnection, name: str, value: str) -> None:
    text = value.replace("'", "''")
    connection.execute(f"SET {name} = '{text}'")


def _short(error: Exception, code: str, what: Words, suggestion: Words) -> InputError:
    """DuckDB's complaint in one line."""
    text = str(error).split("\n", 1)[0]
    full = Words(f"{what.zh}：{text}", f"{what.en}: {text}")
    return InputError(Problem("duckdb", full, suggestion=suggestion, code=code))
