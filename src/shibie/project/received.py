"""The files that a project's decisions were made from, kept as they were received."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from shibie.atomic import new_file
from shibie.errors import InputError, Problem, Words
from shibie.results.made_from import hash_of

RECEIVED: Final = (".shibie", "received")


def keep(folder: Path, inputs: Iterable[Mapping[str, Any]]) -> int:
    """Copy each file into the project under its hash, unless it is there.

    Args:
        folder: the project's.
        inputs: as `Result.made_from` names them.

    Returns:
        how many were copied now.

    Raises:
        InputError: when a copy cannot be written, or a file is no longer what was decided.
    """
    kept = folder.joinpath(*RECEIVED)
    copied = 0
    for each in inputs:
        source = Path(each["file"])
        if not each["sha256"] or not source.is_file() or each.get("log"):
            continue  # the log of acts is the project's own
        place = kept / f"{each['sha256']}{source.suffix.lower()}"
        if place.exists():
            continue
        with new_file(place) as path:
            shutil.copyfile(source, path)
            if hash_of(path) != each["sha256"]:
                what = Words("认定时文件变了，请再认定一次", "it changed meanwhile: decide again")
                raise InputError(Problem(str(source), what, code="file_failure"))
        copied += 1
    return copied
