"""The registry of operators: it is whole, no reading can forget an entry, rewritings keep types."""

from __future__ import annotations

import copy
import pickle
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shibie.engines import interpreter
from shibie.engines.interpreter.cases import OWN, rewritten
from shibie.engines.solver import reading
from shibie.engines.sql import expressions
from shibie.engines.trace import trace
from shibie.language import operators, tree, variants, walks
from shibie.language.names import Context
from shibie.language.operators import KERNEL, OPERATORS, Key, RegistryError, label_of, table
from shibie.language.parse import parse
from shibie.language.tree import Node
from shibie.language.types import MAX_DIGITS, Bool, Number
from shibie.rosters.household_input import case_from
from shibie.words import sentences
from support.expressions import AS_OF
from support.probe import probe

PROBE = probe()
READINGS: Mapping[str, Mapping[Key, Any]] = {
    "interpreter": OWN,
    "prose": sentences._OWN,
    "sql": expressions._OWN,
    "solver": reading._OWN,
}
# For each operator a condition at a member (or what else has a value there) whose root it is.
EXAMPLES = {
    "Literal": "2855.5",
    "AsOf": "as_of",
    "Parameter": "line",
    "Field": "wage",
    "Given/age": "age",
    "Given/sex": "sex",
    "Given/counted": "counted",
    "Declared": "on_payroll",
    "FoundElsewhere": "on_payroll",
    "Fact": "earning",
    "Collection": "known(vehicles)",
    "Not": "not receives_dibao",
    "And": "receives_dibao and earning and age > 3",
    "Or": "receives_dibao or earning",
    "Compare/<": "wage < 12.5",
    "Compare/<=": "since <= as_of",
    "Compare/>": "wage > 12.5",
    "Compare/>=": "since >= as_of",
    "Compare/==": 'role == "甲"',
    "Compare/!=": "earning != receives_dibao",
    "In": "wage in [1, 2.5]",
    "HasCode": '"残疾" in health',
    "Choose": "1.5 if earning else wage",
    "Arithmetic/+": "wage + 0.125",
    "Arithmetic/-": "wage - household.rooms",
    "Arithmetic/*": "wage * 0.05",
    "Negate": "-wage",
    "AtLeast": "at_least(2, earning, wage > 3, receives_dibao)",
    "Round/nearest": "round(wage, 1)",
    "Round/down": "floor(wage, 1)",
    "Round/up": "ceil(wage)",
    "RoundQuotient/nearest": "round(wage / work_months, 2)",
    "RoundQuotient/down": "floor(wage / work_months, 2)",
    "RoundQuotient/up": "ceil(wage / work_months)",
    "Extremum/min": "min(wage, work_months, 0.5)",
    "Extremum/max": "max(since, as_of)",
    "Absolute": "abs(wage - 7)",
    "Known": "known(wage)",
    "Sure": "earning",
    "Between/years": "years_between(since, as_of)",
    "Between/months": "months_between(since, as_of)",
    "Between/days": "days_between(since, as_of)",
    "DatePart/year": "year(since)",
    "DatePart/month": "month(as_of)",
    "Quantifier/any": "vehicles.any(value > 1)",
    "Quantifier/all": "vehicles.all(value > household.area)",
    "Quantifier/none": 'vehicles.none(kind == "货车")',
    "Aggregate/count": "vehicles.count(value > 1)",
    "Aggregate/sum": "vehicles.sum(value)",
    "Aggregate/min": "vehicles.min(value)",
    "Aggregate/max": "member.accounts.max(opened_on)",
}


def example(label: str) -> Node:
    """The node that the parser makes of an operator's example."""
    node = parse(EXAMPLES[label], PROBE.names, Context.member())
    if label == "Collection":
        assert isinstance(node, tree.Known)
        return node.operand
    # What stands in no text is made of what does.
    if label == "Declared":
        assert isinstance(node, tree.Field)
        return tree.Declared(node.owner, node.name, type=node.type, at=node.at)
    if label == "FoundElsewhere":
        return tree.FoundElsewhere(at=node.at)
    return tree.Sure(node, at=node.at) if label == "Sure" else node


def by_label(keys: Any) -> list[Any]:
    return [pytest.param(key, id=label_of(key)) for key in OPERATORS if key in keys]


COMPOSITE = OPERATORS.keys() - KERNEL


# --- the registry ------------------------------------------------------------------------


def test_the_kernel_is_small() -> None:
    assert {label_of(key) for key in COMPOSITE} == {
        "Compare/!=", "Compare/>", "Compare/<=", "Compare/>=", "Arithmetic/-", "Absolute",
        "Quantifier/none", "Quantifier/all", "Aggregate/count", "Sure", "AtLeast",
        "Round/up", "RoundQuotient/up", "DatePart/year", "DatePart/month",
    }  # fmt: skip
    assert {each.label for each in OPERATORS.values()} == EXAMPLES.keys()


def test_records_are_exactly_the_operators_of_the_tree() -> None:
    records = list(OPERATORS.values())
    assert list(operators.registry(records)) == list(OPERATORS)
    with pytest.raises(RegistryError, match=r"^Between/days is in tree.py, but has no record$"):
        operators.registry(each for each in records if each.label != "Between/days")
    with pytest.raises(RegistryError, match=r"^Between/days has two records$"):
        operators.registry([*records, OPERATORS[tree.Between, "days"]])
    other = replace(OPERATORS[tree.Between, "days"], variant="weeks")
    with pytest.raises(RegistryError, match=r"^Between/weeks has a record, but tree.py does not"):
        operators.registry([*records, other])


@pytest.mark.parametrize("label", EXAMPLES)
def test_the_operator_of_a_node(label: str) -> None:
    node = example(label)
    assert label_of(variants.key_of(node)) == label
    assert node.operator is OPERATORS[node.operator].key


@pytest.mark.parametrize("label", EXAMPLES)
def test_built_is_what_the_parser_makes(label: str) -> None:
    node = example(label)
    operator = OPERATORS[node.operator]
    attributes = {name: getattr(node, name) for name in operator.attributes}
    if operator.form == "leaf":
        attributes["type"] = node.type
    made = operator.built(*walks.children(node), at=node.at, **attributes)
    assert (made, made.at, made.type) == (node, node.at, node.type)


@pytest.mark.parametrize(
    ("key", "taken"),
    [
        ((tree.Arithmetic, "+"), ["wage"]),
        ((tree.Arithmetic, "+"), ["wage", "as_of"]),
        ((tree.Compare, "<"), ["role", "role"]),
        ((tree.Compare, "=="), ["wage", "as_of"]),
        ((tree.Compare, "=="), ["health", "health"]),
        ((tree.Extremum, "max"), ["wage", "since"]),
        ((tree.Choose, ""), ["earning", "wage", "since"]),
    ],
)
def test_built_refuses_what_it_does_not_take(key: Key, taken: list[str]) -> None:
    operands = [parse(text, PROBE.names, Context.member()) for text in taken]
    with pytest.raises(TypeError, match=re.escape(f"{label_of(key)} does not take")):
        OPERATORS[key].built(*operands)


def test_what_is_kept_on_a_node_is_no_part_of_it() -> None:
    fresh, used = (tree.Compare(">", tree.AsOf(), tree.AsOf()) for _ in range(2))
    assert operators.rewritten(used) is operators.rewritten(used)
    for other in (used, pickle.loads(pickle.dumps(used)), copy.copy(used), replace(used)):
        assert (other, hash(other), repr(other)) == (fresh, hash(fresh), repr(fresh))
    assert pickle.dumps(used) == pickle.dumps(fresh)
    # What is kept must not be carried over to a changed node.
    turned = replace(used, op="<=")
    assert turned.operator == (tree.Compare, "<=")
    assert isinstance(operators.rewritten(turned), tree.Not)


# --- readings ----------------------------------------------------------------------------


@pytest.mark.parametrize("key", by_label(KERNEL))
@pytest.mark.parametrize("name", READINGS)
def test_a_reading_without_a_kernel_operator_is_refused(name: str, key: Key) -> None:
    cases = {each: case for each, case in READINGS[name].items() if each != key}
    message = f"reading '{name}' has no case for kernel operator {label_of(key)}"
    with pytest.raises(RegistryError, match=f"^{re.escape(message)}$"):
        table(name, cases, lambda rewrite: None)


@pytest.mark.parametrize("name", READINGS)
def test_a_case_of_no_operator_is_refused(name: str) -> None:
    class Xor(Node):
        pass

    with pytest.raises(RegistryError, match="has a case for Xor"):
        table(name, {**READINGS[name], (Xor, ""): None}, lambda rewrite: None)
    with pytest.raises(RegistryError, match="has a case for Aggregate/median"):
        table(name, {**READINGS[name], (tree.Aggregate, "median"): None}, lambda rewrite: None)


def test_composite_operators_are_filled_in() -> None:
    cases: dict[Key, str] = dict.fromkeys(KERNEL | {(tree.Absolute, "")}, "own")
    made = table("some", cases, lambda rewrite: rewrite.__name__)
    assert made.keys() == OPERATORS.keys()
    assert {key for key, case in made.items() if case == "rewritten"} == COMPOSITE - cases.keys()


MEDIAN = (
    'kind: Choice["count", "sum", "min", "max"]',
    'kind: Choice["count", "sum", "min", "max", "median"]',
)
RECORD = (
    '    Operator(tree.Aggregate, "max",',
    '    Operator(tree.Aggregate, "median", "median", "method", gives.same, (_ORDERED,)),\n'
    '    Operator(tree.Aggregate, "max",',
)


CASE = (
    '    (tree.Aggregate, "max"): _extreme_of_items(max),\n',
    '    (tree.Aggregate, "max"): _extreme_of_items(max),\n    (tree.Aggregate, "median"): _any,\n',
)


def imported(copied: Path, module: str, changes: Mapping[str, tuple[str, str]]) -> str:
    """The error of importing a module of a changed copy of the package."""
    shutil.copytree(Path(tree.__file__).parents[1], copied / "shibie")
    for name, (old, new) in changes.items():
        file = copied / "shibie" / name
        text = file.read_text()
        assert text.count(old) == 1
        file.write_text(text.replace(old, new))
    code = f"import sys; sys.path.insert(0, {str(copied)!r}); import {module}; print('imported')"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    return (done.stdout + done.stderr).strip().splitlines()[-1]


def test_a_variant_of_the_tree_alone_fails_at_import(tmp_path: Path) -> None:
    said = imported(tmp_path, "shibie.language.operators", {"language/tree.py": MEDIAN})
    assert said.endswith("RegistryError: Aggregate/median is in tree.py, but has no record")


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("interpreter", "shibie.engines.interpreter"),
        ("prose", "shibie.words.sentences"),
        ("sql", "shibie.engines.sql.expressions"),
        ("solver", "shibie.engines.solver.reading"),
    ],
)
def test_a_variant_without_a_case_fails_at_import(name: str, module: str, tmp_path: Path) -> None:
    changes = {"language/tree.py": MEDIAN, "language/operators.py": RECORD}
    if name != "interpreter":  # other readings may import it
        changes["engines/interpreter/aggregates.py"] = CASE
    said = imported(tmp_path, module, changes)
    assert said.endswith(f"reading '{name}' has no case for kernel operator Aggregate/median")


# --- rewritings --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "node",
    [
        pytest.param(example(label_of(key)), id=label_of(key))
        for key in OPERATORS
        if key in COMPOSITE
    ]
    + [pytest.param(parse("vehicles.count()", PROBE.names, Context.member()), id="count of all")],
)
def test_a_rewriting_keeps_type_and_place(node: Node) -> None:
    simpler = operators.rewritten(node)
    assert (simpler.type, simpler.at) == (node.type, node.at)
    own = set(map(id, walks.walk(simpler))) - set(map(id, walks.walk(node)))
    for each in walks.walk(simpler):
        assert not isinstance(each.type, Number) or each.type.digits <= MAX_DIGITS
        if id(each) not in own:
            continue
        # Each new node has the type that its operands give it, and stands where the old one did.
        operator = OPERATORS[each.operator]
        attributes = {name: getattr(each, name) for name in operator.attributes}
        assert operator.built(*walks.children(each), **attributes) == each
        assert each.at == node.at


def test_a_kernel_operator_is_not_rewritten() -> None:
    with pytest.raises(TypeError, match=r"^AsOf is a kernel operator$"):
        operators.rewritten(tree.AsOf())


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ((tree.Absolute, ""), "abs(wage_income - 9)"),
        ((tree.Aggregate, "count"), "members.count(wage > 1)"),
    ],
)
def test_a_trace_sees_through_a_rewritten_operator(
    key: Key, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {each: case for each, case in OWN.items() if each in KERNEL}
    by_rewriting = table("interpreter", own, rewritten)
    case = case_from(PROBE, {"wage_income": 2, "members": [{"wage": 1}, {"wage": 2}]}, AS_OF)
    node, place = parse(text, PROBE.names), interpreter.Place.top(PROBE, case)
    before = trace(node, place)
    monkeypatch.setitem(interpreter.CASES, key, by_rewriting[key])
    after = trace(node, place)
    assert (after.node, after.value) == (node, before.value)
    simpler = trace(operators.rewritten(node), place)
    assert after.children == simpler.children


def test_a_magnitude_is_bounded_by_nought() -> None:
    """Of an x from -1 to 5, max(x, -x) is from -1 to 5; with the 0 it is from 0 to 5."""
    simpler = operators.rewritten(example("Absolute"))
    assert isinstance(simpler, tree.Extremum)
    assert simpler.operands[2] == tree.Literal(Decimal(0), type=Number(0, 0))


def test_every_kind_of_predicate_is_a_truth() -> None:
    quantifiers = [each for key, each in OPERATORS.items() if key[0] is tree.Quantifier]
    assert {each.kinds(0) for each in quantifiers} == {(Bool,)}


def test_the_manual_names_every_operator_that_is_written() -> None:
    manual = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    section = manual.split("## Conditions")[1].split("\n## ")[0]
    words = set(re.findall(r"[a-z_]+", section))
    missing = {*operators.FUNCTIONS, *operators.METHODS} - words
    assert missing == set()
