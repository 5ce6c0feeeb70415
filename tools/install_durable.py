"""Install durable-rules into the Python that runs this: it comes as C sources only.

The compiler is $CC, else the machine's own, else the one that comes as a wheel (ziglang,
which stays installed beside it).

    .venv/bin/python tools/install_durable.py
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

# Python 3.13 dropped the first name; the setup of durable-rules leaves CC as it is, not CFLAGS.
RENAMED = "-DPyEval_CallObject=PyObject_CallObject"
# Isolated (-I): while pip builds, Python would not see what is installed beside it.
WRAPPER = """#!/bin/sh
exec {python} -I -m ziglang {tool} "$@"
"""
# What zig adds for debugging stops the process at the first thing that C leaves undefined.
AS_OTHERS_DO = "-O2 -fno-sanitize=undefined"


def main() -> None:
    """Install it, or say what is missing; ends as pip does."""
    if not (Path(sysconfig.get_path("include")) / "Python.h").exists():
        sys.exit(without_headers())
    # No cache: it may hold one that was built without the new name, which cannot be imported.
    fresh = ["--no-cache-dir", "--force-reinstall", "--use-pep517", "durable-rules>=2.0.28"]
    sys.exit(pip(*fresh, environment={**os.environ, **compiler()}))


def pip(*wanted: str, environment: Mapping[str, str] | None = None) -> int:
    """Install packages; the exit status."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", *wanted]
    return subprocess.run(command, env=environment).returncode


def compiler() -> dict[str, str]:
    """The variables that tell a setup what compiles and what links."""
    own = os.environ.get("CC") or next(filter(shutil.which, ("cc", "gcc", "clang")), None)
    if own:
        return {"CC": f"{own} {RENAMED}"}
    print("No C compiler here: installing the one of the package ziglang.", flush=True)
    if status := pip("ziglang"):
        sys.exit(status)
    cc = wrapped("cc")
    # Not the options that Python itself was linked with: zig refuses some of Debian's.
    return {
        "CC": f"{cc} {AS_OTHERS_DO} {RENAMED}",
        "LDSHARED": f"{cc} -shared",
        "AR": wrapped("ar"),
    }


def wrapped(tool: str) -> str:
    """Write a command for one of zig's tools beside this Python; how a shell names it."""
    command = Path(sys.executable).with_name(f"zig-{tool}")
    text = WRAPPER.format(python=shlex.quote(sys.executable), tool=tool)
    command.write_text(text, encoding="utf-8")
    command.chmod(0o755)
    return shlex.quote(str(command))


def without_headers() -> str:
    """What to do where Python's own headers are missing."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return (
        f"Python.h of Python {version} is missing: durable-rules is built from C sources.\n"
        f"  Debian/Ubuntu: apt-get install python{version}-dev\n"
        f"  Fedora:        dnf install python{version}-devel (or python3-devel)\n"
        "  macOS:         xcode-select --install, or brew install python\n"
        "(make demo needs none.)"
    )


if __name__ == "__main__":
    main()
