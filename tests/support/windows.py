"""What Windows lacks or refuses, taken from a program of any system: `python -m support.windows ARGUMENTS`.

It runs the command with these arguments. It is no Windows: it shows what rests on another system.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import stat
import subprocess  # noqa: F401  (it asks for `msvcrt` to know where it is)
import sys
from typing import Any

LACKING = ("fcntl", "grp", "pwd", "resource", "termios", "tty", "pty", "syslog")
CALLS = (
    "fork", "forkpty", "getuid", "geteuid", "getgid", "getegid", "getpgid", "setsid", "killpg", "chown",
    "lchown", "mkfifo", "mknod", "statvfs", "uname", "sched_getaffinity", "getpriority", "wait",
    "fchmod", "fchown", "posix_fallocate", "O_DIRECTORY", "O_NOFOLLOW", "sysconf",
)  # fmt: skip
SIGNALS = ("SIGKILL", "SIGPIPE", "SIGHUP", "SIGALRM", "SIGUSR1", "SIGUSR2")


class Msvcrt:
    """Of the library of Windows what locks a byte, and whatever else is asked for as none."""

    LK_NBLCK, LK_UNLCK = 2, 0

    @staticmethod
    def locking(handle: int, mode: int, count: int) -> None:
        """Nobody else has the byte."""
        os.fstat(handle)


def take_away() -> None:
    """Make this program go without."""
    for name in LACKING:
        sys.modules[name] = None  # type: ignore[assignment]
    sys.modules["msvcrt"] = Msvcrt()  # type: ignore[assignment]
    for owner, names in ((os, CALLS), (signal, SIGNALS)):
        for name in names:
            if hasattr(owner, name):
                delattr(owner, name)
    # Folders cannot be opened, so nothing is deleted by what was opened.
    setattr(shutil, "_use_fd_functions", False)  # noqa: B010
    opened, replaced, removed = os.open, os.replace, os.unlink

    def open_no_folder(path: Any, flags: int, *more: Any, **named: Any) -> int:
        if os.path.isdir(path):  # noqa: PTH112
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return opened(path, flags, *more, **named)

    def replace_what_is_closed(source: Any, target: Any, **named: Any) -> None:
        _must_be_closed(source, target)
        replaced(source, target, **named)

    def remove_what_is_closed(path: Any, **named: Any) -> None:
        _must_be_closed(path)
        removed(path, **named)

    for name, function in {
        "open": open_no_folder, "replace": replace_what_is_closed,
        "unlink": remove_what_is_closed, "remove": remove_what_is_closed,
    }.items():  # fmt: skip
        setattr(os, name, function)


def _must_be_closed(*paths: Any) -> None:
    for path in paths:
        if _is_open_here(path):
            error = PermissionError(errno.EACCES, "open elsewhere", path)
            error.winerror = 32  # type: ignore[attr-defined]
            raise error


def _is_open_here(path: Any) -> bool:
    """Whether this program holds a file open, which it then could not rename or delete on Windows."""
    if not os.path.exists(path):  # noqa: PTH110
        return False
    wanted = os.stat(path)  # noqa: PTH116
    for handle in range(256):
        try:
            found = os.fstat(handle)
        except OSError:
            continue
        if stat.S_ISREG(found.st_mode) and os.path.samestat(found, wanted):
            return True
    return False


if __name__ == "__main__":
    from shibie.cli import main

    take_away()
    main()
