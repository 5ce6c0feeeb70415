"""What installs durable-rules: with which compiler, and what it says where it cannot."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from tools import install_durable

RENAMED = "-DPyEval_CallObject=PyObject_CallObject"


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty PATH, and a Python in a folder of its own."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    python = tmp_path / "venv bin" / "python"
    python.parent.mkdir()
    python.write_text('#!/bin/sh\necho "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    return tmp_path


@pytest.mark.parametrize(
    ("there", "own", "chosen"),
    [(["gcc", "clang"], None, "gcc"), (["cc", "gcc"], None, "cc"), (["cc"], "my-cc", "my-cc")],
)
def test_the_machines_own_compiler(
    bare: Path, monkeypatch: pytest.MonkeyPatch, there: list[str], own: str | None, chosen: str
) -> None:
    for name in there:
        (bare / name).touch(0o755)
    if own:
        monkeypatch.setenv("CC", own)
    assert install_durable.compiler() == {"CC": f"{chosen} {RENAMED}"}


def test_without_one_it_takes_that_of_ziglang(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []
    monkeypatch.setattr(install_durable, "pip", lambda *wanted: installed.extend(wanted))
    found = install_durable.compiler()
    assert installed == ["ziglang"]
    for variable, tool in (("CC", "cc"), ("LDSHARED", "cc"), ("AR", "ar")):
        command = f"{found[variable]} a 'b c'"
        said = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True)
        assert said.stdout.startswith(f"-I -m ziglang {tool} ")
        assert said.stdout.endswith(" a b c\n")
    assert RENAMED in found["CC"]


def test_where_ziglang_cannot_be_had_it_ends(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install_durable, "pip", lambda *wanted: 7)
    with pytest.raises(SystemExit) as ended:
        install_durable.compiler()
    assert ended.value.code == 7


def test_without_headers_it_says_how_to_get_them_before_anything_runs(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(bare))
    monkeypatch.setattr(install_durable, "compiler", lambda: pytest.fail("too late"))
    with pytest.raises(SystemExit) as ended:
        install_durable.main()
    said = str(ended.value.code)
    assert said.startswith("Python.h of Python 3.")
    for way in ("apt-get install python3.", "dnf install", "xcode-select"):
        assert way in said
