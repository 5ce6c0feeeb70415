"""Locks of open files, which the system lets go of when a program ends, however it ends."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from typing import Any, Final

# Windows locks bytes, and keeps everybody from reading them: this one lies behind what is written.
_BYTE: Final = 2**31 - 2


def take_lock(handle: int) -> bool:
    """Lock an open file, or folder where the system opens these; whether nobody else holds it.

    Two that are open on one file exclude each other, in one program, too.

    Raises:
        OSError: where the disk knows no locks.
    """
    return _ways()[0](handle)


def release_lock(handle: int) -> None:
    """Let go of a file."""
    _ways()[1](handle)


def _ways() -> tuple[Callable[[int], bool], Callable[[int], None]]:
    """How to take and to release a lock on this system."""
    try:
        fcntl: Any = importlib.import_module("fcntl")
    except ImportError:
        return _windows(importlib.import_module("msvcrt"))

    def take(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)

    return take, release


def _windows(msvcrt: Any) -> tuple[Callable[[int], bool], Callable[[int], None]]:
    def take(handle: int) -> bool:
        os.lseek(handle, _BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def release(handle: int) -> None:
        os.lseek(handle, _BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

    return take, release
