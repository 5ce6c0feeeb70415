"""One writer of a file at a time, among all programs of a machine."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Final

from shibie.errors import InputError, Problem, Words
from shibie.file_locks import release_lock, take_lock

# How long a writer waits for its turn, and how often it looks.
PATIENCE: Final = 30.0
_PAUSE: Final = 0.005


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
    until = time.monotonic() + patience
    while not take_lock(file.fileno()):
        if time.monotonic() >= until:
            what = Words("别的程序一直在写", "another program keeps writing to it")
            advice = Words("关掉那个程序，再试一次", "close that program, then retry")
            raise InputError(Problem(name, what, suggestion=advice, code="file_failure"))
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        release_lock(file.fileno())


def sync_folder(folder: Path) -> None:
    """Put the name of a new file on disk, too; Windows opens no folders, and needs none."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
