"""The pytest plugin: rule tests are pytest's tests, wherever a pack lies."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from support.packs import SOUND

ROOT = Path(__file__).parents[2]
TESTS = """\
as_of: 2015-12-20
tests:
  - name: 有车
    given: {owns_vehicle: 是, vehicles: []}
    expect: {eligibility: ineligible}
  - name: 写错了的期望
    given: {owns_vehicle: 是, vehicles: []}
    expect: {eligibility: eligible, grounds: [payroll]}
"""


def pytest_run(folder: Path, *arguments: str) -> tuple[int, str]:
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "pytest", "-p", "shibie.pytest_plugin", "-p", "no:cacheprovider",
               "-c", os.devnull, "--rootdir", ".", *arguments]  # fmt: skip
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)
    return done.returncode, done.stdout + done.stderr


def county(folder: Path, tests: str = TESTS, pack: str = SOUND) -> Path:
    rules = folder / "rules" / "xian-2015"
    (rules / "tests").mkdir(parents=True)
    (rules / "ruleset.yaml").write_text(pack, encoding="utf-8")
    (rules / "tests" / "a.yaml").write_text(tests, encoding="utf-8")
    (folder / "rules" / "notes.yaml").write_text("[not, a, test]", encoding="utf-8")
    return folder


def test_a_county_sees_its_rule_tests(tmp_path: Path) -> None:
    code, text = pytest_run(county(tmp_path), "-v")
    assert code == 1
    assert "rules/xian-2015/tests/a.yaml::有车 PASSED" in text
    assert "rules/xian-2015/tests/a.yaml::写错了的期望 FAILED" in text
    assert "tests/a.yaml:6: 写错了的期望" in text
    assert "eligibility：应为 eligible，实为 ineligible" in text
    assert "grounds：应为 [payroll]，实为 [vehicle]" in text
    assert "Traceback" not in text
    assert re.search(r"1 failed, 1 passed", text)


def test_a_faulty_file_is_an_error_at_its_place(tmp_path: Path) -> None:
    code, text = pytest_run(county(tmp_path, TESTS.replace("owns_vehicle", "owns_vehicl", 1)))
    assert code == 2
    assert "tests/a.yaml:4:" in text
    assert "owns_vehicle" in text


def test_a_faulty_pack_is_an_error_at_its_place(tmp_path: Path) -> None:
    code, text = pytest_run(county(tmp_path, pack=SOUND.replace("poor: low or", "poor: lo or")))
    assert code == 2
    assert re.search(r"ruleset.yaml:\d+:7: 未知名称“lo”", text)


def test_the_shipped_pack() -> None:
    code, text = pytest_run(ROOT, "-q", "rules/bazhong-2015")
    assert code == 0
    assert re.search(r"\b1\d\d passed", text)


def test_it_is_registered_and_imports_nothing_by_itself() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"shibie": "shibie.pytest_plugin"}
    code = "import sys, shibie.pytest_plugin; print([m for m in sys.modules if m.startswith('shibie.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['shibie.pytest_plugin']"
