"""Tests of a pack, written in YAML beside its rules.

A test gives the facts of a household and states what must come out. Whatever is not
given is unknown, and whatever is not stated is not compared.
"""

from shibie.ruletests.running import TestReport, run_test, run_tests
from shibie.ruletests.written import RuleTest, all_rules, load_file, load_tests

__all__ = [
    "RuleTest",
    "TestReport",
    "all_rules",
    "load_file",
    "load_tests",
    "run_test",
    "run_tests",
]
