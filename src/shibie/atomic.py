"""Files and folders written aside and put in their place at the end.

A run that is interrupted, or a disk that is full, leaves what was there before and
nothing half-written; what cannot be written is an `InputError` with its place. Each
writer has a name of its own for what lies aside, so two runs that write to one place do
not write into each other's files; they put theirs in place one after the other.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from shibie.errors import InputError, Problem, Words
from shibie.file_failures import file_failure, named_by
from shibie.file_locks import release_lock, take_lock
from shibie.scratch_folders import scratch_folder

# What says of a folder of results that it is whole: it goes first and comes last.
_SEAL: Final = "summary.json"
# Windows lets nobody replace a file that a program has open: access denied, sharing violation, lock
# violation. What looks through new files (virus scanners, indexers) lets go of them in moments;
# Excel and WPS do not.
_IN_USE: Final = (5, 32, 33)
_PAUSES: Final = (0.05, 0.1, 0.2, 0.4, 0.8)
# How long one waits for another that puts its files into the same folder.
_PATIENCE: Final = 30.0
_PAUSE: Final = 0.01


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
def new_files(out: Path, gone: Iterable[str] = ()) -> Iterator[Path]:
    """A folder to write to; its files move into the folder `out` only if all went well.

    Other files that are in `out` already stay as they are. A new folder appears with all of its
    files at once. Of one that is there, `summary.json` is taken away first and put last: while it
    is missing, the folder is not whole.

    Args:
        out: the folder.
        gone: names of files that are removed from it, where they are not among the new ones.
    """
    with _beside(out) as scratch:
        folder = scratch / "folder"
        folder.mkdir()
        yield folder
        if not _renamed(folder, out):
            out.mkdir(exist_ok=True)
            with _alone_in(out):
                _move(folder, out, gone)


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
    made: list[Path] = []
    try:
        for folder in reversed(list(_missing(out.parent))):
            folder.mkdir(exist_ok=True)
            made.append(folder)
        with scratch_folder(out.parent) as scratch:
            yield scratch
    except BaseException as error:
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()  # unless it holds something by now
        if not isinstance(error, OSError) or isinstance(error, BrokenPipeError):
            raise  # the pipe is of a terminal that was told how far it is, not of the file
        doing = Words("不能写入", "cannot write")
        raise file_failure(error, _place(error, out), doing) from error


def _missing(folder: Path) -> Iterator[Path]:
    """The folders of a path that are not there, from the innermost."""
    while not folder.exists() and folder != folder.parent:
        yield folder
        folder = folder.parent


def _place(error: OSError, out: Path) -> str:
    """Where it failed: at what is to be written, unless something else cannot be read."""
    named = named_by(error)
    return named if named and not named.startswith(str(out.parent)) else str(out)


def _renamed(folder: Path, out: Path) -> bool:
    """Make a folder the new `out`; whether there was none that holds anything."""
    if out.exists():
        return False
    try:
        folder.rename(out)
    except OSError:
        return False  # it is there by now
    return True


def _move(folder: Path, out: Path, gone: Iterable[str]) -> None:
    names = sorted(each.name for each in folder.iterdir())
    # A name put on itself changes nothing, and fails where the file could not be replaced: of a
    # result of which one table is open elsewhere, the others stay as old as that one.
    for place in (out / name for name in sorted({*names, *gone})):
        if place.is_file():
            _put(place, place)
    if _SEAL in names:
        (out / _SEAL).unlink(missing_ok=True)
    for name in sorted(set(gone) - set(names)):
        (out / name).unlink(missing_ok=True)
    for name in sorted(names, key=_SEAL.__eq__):
        _put(folder / name, out / name)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """While no other program puts its files into the same folder."""
    place = folder
    try:
        handle = os.open(place, os.O_RDONLY)
    except PermissionError:  # Windows opens no folders
        place = folder / ".shibie-lock"
        handle = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        held = _waited_for(handle, folder)
        yield
        if held:
            release_lock(handle)
    finally:
        os.close(handle)
        if place != folder:
            with suppress(OSError):
                place.unlink()


def _waited_for(handle: int, folder: Path) -> bool:
    """Whether the lock was taken; not, where the disk knows no locks."""
    until = time.monotonic() + _PATIENCE
    try:
        while not take_lock(handle):
            if time.monotonic() >= until:
                what = Words("别的程序一直在写", "another program keeps writing to it")
                raise InputError(Problem(str(folder), what, code="file_failure"))
            time.sleep(_PAUSE)
    except OSError:
        return False
    return True


def _put(file: Path, out: Path) -> None:
    """Give a file its name, over an older one; one that is in use is tried again, for 1.5 seconds."""
    for pause in (*_PAUSES, None):
        try:
            os.replace(file, out)  # noqa: PTH105  (over an older file, on any system)
        except PermissionError as error:
            if pause is None or getattr(error, "winerror", None) not in _IN_USE:
                raise
            time.sleep(pause)
        else:
            return
