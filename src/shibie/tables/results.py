"""A folder of results is written aside and moved to its place: all of it, or nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def aside(out: Path) -> Iterator[Path]:
    """A scratch folder beside `out`; its files move into `out` only if all went well."""
    out.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        yield scratch
        out.mkdir(exist_ok=True)
        for file in sorted(scratch.iterdir()):
            os.replace(file, out / file.name)  # noqa: PTH105  (atomic, over an older file)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
