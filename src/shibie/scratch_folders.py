"""Folders for what is not finished: nobody else reads them, and none outlives its program for long.

They may hold citizen numbers. Each has a file that its program keeps locked; the system lets go of
it when the program ends, however it ends. Whoever makes the next folder at that place removes those
whose program is gone.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from shibie.file_locks import take_lock

PREFIX: Final = ".shibie-"
_OWNER: Final = ".owner"
# A folder is made before its file is: one without it is younger than that, or its program is gone.
_SECONDS_OF_A_DAY: Final = 86_400


@contextmanager
def scratch_folder(beside: Path | None = None) -> Iterator[Path]:
    """A new folder that only this user may enter, gone afterwards, however the job ends.

    Folders of programs that were killed are removed first.

    Args:
        beside: the folder that it lies in; by default where the system has its temporary files.

    Raises:
        OSError: when it cannot be made.

    >>> with scratch_folder() as folder:
    ...     _ = Path(folder, "numbers.csv").write_text("511921…", encoding="utf-8")
    >>> folder.exists()
    False
    """
    place = Path(tempfile.gettempdir()) if beside is None else beside
    remove_abandoned(place)
    folder, owner = _made(place)
    try:
        yield folder
    finally:
        # Windows removes no file that is open.
        if owner is not None:
            os.close(owner)
        shutil.rmtree(folder, ignore_errors=True)


def remove_abandoned(place: Path) -> None:
    """Remove the scratch folders at a place whose program is gone."""
    try:
        with os.scandir(place) as entries:
            found = [each for each in entries if each.name.startswith(PREFIX) and _own(each)]
    except OSError:
        return  # whoever makes the next one there says why not
    for entry in found:
        _remove_if_abandoned(Path(entry.path))


def _own(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder of this user, and no link to one."""
    with suppress(OSError):
        if entry.is_dir(follow_symlinks=False):
            user = getattr(os, "getuid", None)
            return user is None or entry.stat(follow_symlinks=False).st_uid == user()
    return False


def _remove_if_abandoned(folder: Path) -> None:
    try:
        handle = os.open(folder / _OWNER, os.O_RDWR)
    except FileNotFoundError:
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > _SECONDS_OF_A_DAY:
                shutil.rmtree(folder, ignore_errors=True)
        return
    except OSError:
        return
    try:
        gone = take_lock(handle)
    except OSError:
        gone = False  # the disk knows no locks, so nobody knows
    if gone and os.name == "posix":
        # While it is locked, so that whoever has just made it sees that it is gone.
        shutil.rmtree(folder, ignore_errors=True)
    os.close(handle)
    if gone:
        shutil.rmtree(folder, ignore_errors=True)


def _made(place: Path) -> tuple[Path, int | None]:
    """A folder and its locked file; None where the disk knows no locks."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
        handle = None
        try:
            handle = os.open(folder / _OWNER, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            # Somebody may have taken it for abandoned before it was locked.
            if take_lock(handle) and os.path.samestat(
                os.fstat(handle),
                os.stat(folder / _OWNER),  # noqa: PTH116
            ):
                return folder, handle
        except FileNotFoundError:
            pass
        except OSError:
            if handle is None:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            return folder, handle
        if handle is not None:
            os.close(handle)
        shutil.rmtree(folder, ignore_errors=True)
