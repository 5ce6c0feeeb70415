"""Files and folders written aside and put in their place at the end.

A run that is interrupted, or a disk that is full, leaves what was there before and
nothing half-written; what cannot be written is an `InputError` with its place. Each
writer has a name of its own for what lies aside, so two runs that write to one place do
not write into each other's files.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shibie.errors import InputError, Problem, Words


@contextmanager
def new_file(out: Path) -> Iterator[Path]:
    """A path to write to; what was written there becomes `out` only if all went well.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     out = Path(folder, "results", "list.csv")
    ...     with new_file(out) as path:
    ...         _ = path.write_text("户编号")
    ...     print(out.read_text(), [each.name for each in out.parent.iterdir()])
    户编号 ['list.csv']
    """
    with _beside(out) as scratch:
        # The name is kept: some writers go by its suffix, or write it into the file.
        path = scratch / out.name
        yield path
        _put(path, out)


@contextmanager
def new_files(out: Path) -> Iterator[Path]:
    """A folder to write to; its files move into the folder `out` only if all went well.

    Other files that are in `out` already stay as they are.
    """
    with _beside(out) as scratch:
        yield scratch
        out.mkdir(exist_ok=True)
        for file in sorted(scratch.iterdir()):
            _put(file, out / file.name)


def write_text(out: Path, text: str) -> None:
    """Write a text as UTF-8, all of it or nothing."""
    write_bytes(out, text.encode())


def write_bytes(out: Path, data: bytes) -> None:
    """Write a file, all of it or nothing."""
    with new_file(out) as path:
        path.write_bytes(data)


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """A scratch folder on the same disk as `out`, which is gone in the end."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        try:
            yield scratch
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except BrokenPipeError:
        raise  # of a terminal that was told how far it is, not of the file
    except OSError as error:
        reason = error.strerror or error
        what = Words(f"不能写入：{reason}", f"cannot write: {reason}")
        raise InputError(Problem(str(out), what)) from error


def _put(file: Path, out: Path) -> None:
    os.replace(file, out)  # noqa: PTH105  (over an older file, on any system)
