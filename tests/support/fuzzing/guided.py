"""`python -m support.fuzzing.guided TARGET SECONDS`: the same targets, driven by Atheris.

It goes after lines that no input has reached yet. Atheris is installed apart (`pip install
atheris`; it has wheels for Linux and some versions of Python only); without it the inputs are
damaged by seed alone, as `python -m support.fuzzing` does.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path
from typing import Any


def guided(name: str, seconds: float) -> None:
    """Damage the one file of a target's input as Atheris says; ends at a crash or in time."""
    try:
        atheris: Any = importlib.import_module("atheris")
    except ImportError:
        sys.exit("atheris is not installed: pip install atheris, or use python -m support.fuzzing")
    # Lines are counted where they are loaded; only the project's own are followed.
    with atheris.instrument_imports(include=["shibie"]):
        from support.fuzzing.rosters import put
        from support.fuzzing.targets import TARGETS
    target = TARGETS[name]
    with tempfile.TemporaryDirectory(prefix="shibie-fuzz-") as folder:
        scratch = Path(folder)
        corpus = scratch / "corpus"
        corpus.mkdir()
        file = ""
        for seed in range(40):
            files = target.made(seed, scratch)
            file = next(iter(files))
            (corpus / str(seed)).write_bytes(files[file])

        def one(data: bytes) -> None:
            put({file: data}, scratch / "input")
            target.run(scratch / "input")

        atheris.Setup([sys.argv[0], str(corpus), f"-max_total_time={seconds:.0f}"], one)
        atheris.Fuzz()


if __name__ == "__main__":
    guided(sys.argv[1], float(sys.argv[2]))
