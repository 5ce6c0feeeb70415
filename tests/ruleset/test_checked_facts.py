"""A register that can contradict several declared facts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shibie.engines.decide import decide
from shibie.engines.sql.cases_in_memory import decide_all
from shibie.errors import RulesetError
from shibie.rosters.household_input import case_from
from shibie.ruleset.loader import loads

AS_OF = date(2015, 12, 20)
PACK = """
ruleset:
  id: checked
  title: 两个申报的事实
  effective: {from: 2015-01-01, to: 2015-12-31}
fields:
  - {of: member, name: deceased, title: 已死亡, type: bool}
  - {of: household, name: moved, title: 有人迁出, type: bool}
comparisons:
  - id: compare_registry
    title: 户籍比对
    register: registry
    columns: {id_number: citizen_id, status: {type: code, codes: [在册, 死亡, 迁出]}}
    match: id_number
    checks:
      deceased: status == "死亡"
      有人迁出: status == "迁出"
poor: "true"
exclusions:
  - {id: dead, title: 有死者, when: members.any(deceased)}
  - {id: gone, title: 有迁出, when: moved}
"""
HEAD, CHILD = "511921196801011236", "511921199001011233"


@pytest.mark.parametrize(
    ("status", "said", "grounds", "against"),
    [
        ("在册", False, (), 0),
        ("死亡", None, ("dead",), 0),
        ("迁出", None, ("gone",), 0),
        ("迁出", False, ("gone",), 1),
    ],
)
def test_each_fact_has_its_own_hits(
    status: str, said: bool | None, grounds: tuple[str, ...], against: int
) -> None:
    ruleset = loads(PACK)
    people: list[dict[str, Any]] = [{"registry": [{"status": status}]}, {"deceased": False}]
    one = case_from(ruleset, {"moved": said, "members": people, "registry": []}, AS_OF)
    for found in (decide(ruleset, one), *decide_all(ruleset, [one])):
        assert found.grounds == grounds
        told = [each.rule_id for each in found.findings if each.kind == "discrepancy"]
        assert told == ["compare_registry"] * against


def test_a_fact_is_checked_once_and_by_name() -> None:
    wrong = PACK.replace("      有人迁出:", "      已死亡:").replace(
        "      deceased:", "      decease:"
    )
    with pytest.raises(RulesetError) as refused:
        loads(wrong)
    (problem,) = refused.value.problems
    assert "decease" in problem.what.en
    assert problem.suggestion is not None
    assert "deceased" in problem.suggestion.en
    twice = PACK.replace("      有人迁出:", "      已死亡:")
    with pytest.raises(RulesetError, match="checks this field already"):
        loads(twice)
    both = PACK.replace("    checks:\n", '    hit: status == "死亡"\n    checks:\n')
    with pytest.raises(RulesetError, match="checks says what is a hit already"):
        loads(both)


def test_a_fact_of_the_pack_called_counted_stands_before_the_given_name() -> None:
    own = PACK.replace("comparisons:", 'facts:\n  - {name: counted, title: 计入人口, of: member, '
                       'value: "not deceased"}\ncomparisons:')  # fmt: skip
    own = own.replace("poor: \"true\"", 'poor: members.count(counted) == 1\n'
                      'persons: {counted: "true"}')  # fmt: skip
    ruleset = loads(own)
    people: list[dict[str, Any]] = [{"registry": [{"status": "死亡"}]}, {}]
    one = case_from(ruleset, {"moved": False, "members": people, "registry": []}, AS_OF)
    for found in (decide(ruleset, one), *decide_all(ruleset, [one])):
        assert found.grounds == ("dead",)  # poor: one of two is counted by the pack's own fact
