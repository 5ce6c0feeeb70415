"""One writer of a file at a time, among all programs of a machine."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import FileIO
from typing import Any, Final

from shibie.errors import InputError, Problem, Words

# How long a writer waits for its turn, and how often it looks.
PATIENCE: Final = 30.0
_PAUSE: Final = 0.005
# Windows locks bytes, and keeps everybody from reading them: this one lies behind what is written.
_BYTE: Final = 2**31 - 2


@contextmanager
def locked(file: FileIO, name: str, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock of a file, waiting for whoever has it.

    The system lets go of it when the program ends, however it ends.

    Args:
        file: open; two that are open on one file exclude each other, in one program, too.
        name: of the file, for messages.
        patience: how many seconds to wait.

    Raises:
        InputError: when another program does not let go of it.
    """
    take, release = _ways()
    until = time.monotonic() + patience
    while not take(file):
        if time.monotonic() >= until:
            what = Words("别的程序一直在写", "another program keeps writing to it")
            advice = Words("关掉那个程序，再试一次", "close that program, then retry")
            raise InputError(Problem(name, what, suggestion=advice, code="file_failure"))
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        release(file)


def _ways() -> tuple[Callable[[FileIO], bool], Callable[[FileIO], None]]:
    """How to take and to release a lock on this system."""
    try:
        fcntl: Any = importlib.import_module("fcntl")
    except ImportError:
        return _windows(importlib.import_module("msvcrt"))

    def take(file: FileIO) -> bool:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(file: FileIO) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_UN)

    return take, release


def _windows(msvcrt: Any) -> tuple[Callable[[FileIO], bool], Callable[[FileIO], None]]:
    def take(file: FileIO) -> bool:
        file.seek(_BYTE)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def release(file: FileIO) -> None:
        file.seek(_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

    return take, release
