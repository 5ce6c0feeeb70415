"""The page "property-test your own rule set in ten lines": its example runs, and can fail."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "testing.md"


def run(folder: Path, text: str) -> tuple[int, str]:
    (folder / "test_rules.py").write_text(text, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-c",
        os.devnull,
        "--rootdir",
        ".",
        "-p",
        "no:cacheprovider",
        # Hypothesis' own profile that draws the same every time.
        "--hypothesis-profile=ci",
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout


def test_the_example_has_ten_lines_and_passes(tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len([line for line in example.splitlines() if line.strip()]) <= 10
    code, said = run(tmp_path, example)
    assert code == 0, said
    assert "1 passed" in said


def test_a_false_property_fails_with_a_small_household(tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    code, said = run(tmp_path, example.replace('== "ineligible"', '== "eligible"'))
    assert code == 1
    assert "household=as_of: 2016-12-31" in said
    assert "    on_payroll: true\n" in said or "    payroll:\n" in said
