"""The same eleven rules on the same households, by shibie and by other engines, in one run.

Every engine starts from its own form of the same facts in memory (joins and files are outside
the clock) and says the eligibility and the grounds of each household. On complete data all
must agree; on missing data each is compared with Kleene's answer. What an engine refuses to
evaluate counts as undecided.

    pip install -e '.[bench]'
    python bench/peers.py FOLDER [HOUSEHOLDS]      # FOLDER: made by bench/population.py
"""

from __future__ import annotations

import contextlib
import gc
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel

from shibie.engines.decide import decide
from shibie.engines.rete import decide_all as chained
from shibie.engines.sql import decide_all
from shibie.rosters.household_input import case_from
from shibie.ruleset.loader import loads

AS_OF = date(2015, 12, 20)
Answer = tuple[str, frozenset[str]]
Fact = dict[str, Any]
HERE = Path(__file__).parent

# Each rule once, in a grammar that all of them nearly share: amounts in cents.
EXCLUSIONS = {
    "housing": "housing", "vehicle": "vehicle", "payroll": "payroll", "business": "company",
    "above": "above", "deposits": "deposits > 280000",
}  # fmt: skip
LOW = "wage + trade + property + transfer - cost < 285500 * persons"
FLAGS = ("food", "clothing", "education", "medical")
GRADES = ("C", "D")
AMOUNTS = ("wage", "trade", "property", "transfer", "cost", "persons", "deposits")
TRUTHS = (*FLAGS, "housing", "vehicle", "payroll", "company", "above")

PACK = f"""
ruleset: {{id: flat, title: 平, effective: {{from: 2015-01-01, to: 2015-12-31}}}}
fields:
{"".join(f"  - {{of: household, name: {n}_, title: {n}项, type: integer}}" + chr(10) for n in AMOUNTS)}
{"".join(f"  - {{of: household, name: {n}_, title: {n}项, type: bool}}" + chr(10) for n in TRUTHS)}
criteria:
  - {{id: low, title: 低, when: wage_ + trade_ + property_ + transfer_ - cost_ < 285500 * persons_}}
  - {{id: food, title: 吃, when: not food_}}
  - {{id: clothing, title: 穿, when: not clothing_}}
  - {{id: education, title: 学, when: not education_}}
  - {{id: medical, title: 医, when: not medical_}}
  - {{id: unsafe, title: 住, when: 'housing_grade in ["C", "D"]'}}
poor: low or food or clothing or education or medical or unsafe
exclusions:
  - {{id: housing, title: 房, when: housing_}}
  - {{id: vehicle, title: 车, when: vehicle_}}
  - {{id: payroll, title: 薪, when: payroll_}}
  - {{id: business, title: 商, when: company_}}
  - {{id: above, title: 高, when: above_}}
  - {{id: deposits, title: 存, when: deposits_ > 280000}}
"""


def facts(folder: Path, households: int) -> list[Fact]:
    """Flat facts of some households, from the hand-written SQL's tables."""
    sql = (HERE / "handwritten.sql").read_text(encoding="utf-8").split("CREATE TABLE given")[0]
    connection = duckdb.connect()
    connection.execute(sql.replace("$in", str(folder)))
    cursor = connection.execute(
        f"""SELECT wage_income * 100 AS wage, business_income * 100 AS trade,
          property_income * 100 AS property, transfer_income * 100 AS transfer,
          production_cost * 100 AS cost, d.size AS persons, h.food_secure AS food,
          h.clothing_secure AS clothing, h.education_secured AS education,
          h.medical_secured AS medical, h.housing_grade AS grade, d.x_housing AS housing,
          d.x_vehicle AS vehicle, d.x_payroll AS payroll, d.x_business AS company,
          d.x_above AS above,
          CASE WHEN NOT p.d_doubt THEN (2 * p.cents + p.size) // (2 * p.size) END AS deposits
          FROM read_parquet('{folder}/households.parquet') AS h
          JOIN decided AS d ON d.hid = h.household_id JOIN people AS p ON p.hid = d.hid
          ORDER BY d.ord LIMIT {households}"""
    )
    names = [each[0] for each in cursor.description or ()]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        for name in AMOUNTS:
            row[name] = None if row[name] is None else int(row[name])
    return rows


# --- the engines: each is prepared outside the clock, then answers -------------------------


def of_decisions(decisions: Iterable[Any]) -> list[Answer]:
    return [(each.eligibility, frozenset(each.grounds) - {"not_poor"}) for each in decisions]


def shibie(rows: Sequence[Fact], engine: Callable[..., Any]) -> Callable[[], list[Answer]]:
    ruleset = loads(PACK)
    given = [
        {**{f"{n}_": row[n] for n in (*AMOUNTS, *TRUTHS) if row[n] is not None},
         **({"housing_grade": row["grade"]} if row["grade"] else {}), "members": [{}]}
        for row in rows
    ]  # fmt: skip
    cases = [case_from(ruleset, each, AS_OF) for each in given]
    return lambda: of_decisions(engine(ruleset, cases))


class Household(BaseModel):
    wage: int | None
    trade: int | None
    property: int | None
    transfer: int | None
    cost: int | None
    persons: int
    food: bool | None
    clothing: bool | None
    education: bool | None
    medical: bool | None
    grade: str | None
    housing: bool | None
    vehicle: bool | None
    payroll: bool | None
    company: bool | None
    above: bool | None
    deposits: int | None


def python_loop(rows: Sequence[Fact]) -> Callable[[], list[Answer]]:
    """As such scripts are written: what is missing counts as 0 or false."""
    models = [Household(**row) for row in rows]

    def one(h: Household) -> Answer:
        income = (h.wage or 0) + (h.trade or 0) + (h.property or 0) + (h.transfer or 0)
        poor = (
            income - (h.cost or 0) < 285500 * h.persons
            or h.food is False or h.clothing is False or h.education is False
            or h.medical is False or h.grade in GRADES
        )  # fmt: skip
        grounds = []
        if h.housing:
            grounds.append("housing")
        if h.vehicle:
            grounds.append("vehicle")
        if h.payroll:
            grounds.append("payroll")
        if h.company:
            grounds.append("business")
        if h.above:
            grounds.append("above")
        if (h.deposits or 0) > 280000:
            grounds.append("deposits")
        return "eligible" if poor and not grounds else "ineligible", frozenset(grounds)

    return lambda: [one(model) for model in models]


def by_expressions(
    rows: Sequence[Any], poor: Callable[[Any], Any], exclusions: dict[str, Callable[[Any], Any]],
    errors: type[Exception],
) -> Callable[[], list[Answer]]:  # fmt: skip
    """One call for each rule and household; a refusal leaves the rule undecided."""

    def ask(rule: Callable[[Any], Any], row: Any) -> bool | None:
        try:
            found = rule(row)
        except errors:
            return None
        return None if found is None else bool(found)

    def one(row: Any) -> Answer:
        is_poor = ask(poor, row)
        found = {name: ask(rule, row) for name, rule in exclusions.items()}
        grounds = frozenset(name for name, fires in found.items() if fires)
        if grounds or is_poor is False:
            return "ineligible", grounds
        if is_poor is None or None in found.values():
            return "pending", grounds
        return "eligible", grounds

    return lambda: [one(row) for row in rows]


def zen(rows: Sequence[Fact]) -> Callable[[], list[Answer]]:
    """One decision graph a household."""
    from zen import ZenEngine

    poor = " or ".join([LOW, *(f"{name} == false" for name in FLAGS), 'grade in ["C", "D"]'])
    texts = {
        f"x_{name}": text if ">" in text else f"{text} == true" for name, text in EXCLUSIONS.items()
    }
    texts["poor"] = poor
    place = {"position": {"x": 0, "y": 0}}
    graph = {
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in", **place},
            {"id": "rules", "type": "expressionNode", "name": "rules", **place, "content": {
                "expressions": [{"id": n, "key": n, "value": t} for n, t in texts.items()]}},
            {"id": "out", "type": "outputNode", "name": "out", **place},
        ],
        "edges": [
            {"id": "1", "sourceId": "in", "targetId": "rules", "type": "edge"},
            {"id": "2", "sourceId": "rules", "targetId": "out", "type": "edge"},
        ],
    }  # fmt: skip
    decision = ZenEngine().create_decision(json.dumps(graph))

    def one(row: Fact) -> Answer:
        try:
            found = decision.evaluate(row)["result"]
        except RuntimeError:
            return "pending", frozenset()
        grounds = frozenset(name for name in EXCLUSIONS if found[f"x_{name}"])
        return ("eligible" if found["poor"] and not grounds else "ineligible"), grounds

    return lambda: [one(row) for row in rows]


def rule_engine(rows: Sequence[Fact]) -> Callable[[], list[Answer]]:
    import rule_engine as library

    poor = " or ".join([LOW, *(f"{name} == false" for name in FLAGS), 'grade in ["C", "D"]'])
    return by_expressions(
        rows,
        library.Rule(poor).matches,
        {name: library.Rule(text).matches for name, text in EXCLUSIONS.items()},
        library.errors.EngineError,
    )


def _cel_poor() -> str:
    return " || ".join([LOW, *(f"{name} == false" for name in FLAGS), 'grade in ["C", "D"]'])


def cel_rust(rows: Sequence[Fact]) -> Callable[[], list[Answer]]:
    import cel

    def rule(text: str) -> Callable[[Any], Any]:
        program = cel.compile(text)
        return lambda row: program.execute(row)

    given = [{name: value for name, value in row.items() if value is not None} for row in rows]
    exclusions = {name: rule(text) for name, text in EXCLUSIONS.items()}
    return by_expressions(given, rule(_cel_poor()), exclusions, Exception)


def cel_python(rows: Sequence[Fact]) -> Callable[[], list[Answer]]:
    import celpy

    environment = celpy.Environment()

    def rule(text: str) -> Callable[[Any], Any]:
        program = environment.program(environment.compile(text))
        return lambda row: program.evaluate(row)

    given = [
        celpy.json_to_cel({name: value for name, value in row.items() if value is not None})
        for row in rows
    ]
    exclusions = {name: rule(text) for name, text in EXCLUSIONS.items()}
    return by_expressions(given, rule(_cel_poor()), exclusions, celpy.CELEvalError)


def openfisca(rows: Sequence[Fact]) -> Callable[[], list[Answer]]:
    """All households at once in arrays, where a missing value is the default: 0 or false."""
    import numpy as np
    from openfisca_core.entities import build_entity
    from openfisca_core.periods import DateUnit
    from openfisca_core.simulations import SimulationBuilder
    from openfisca_core.taxbenefitsystems import (
        TaxBenefitSystem,
    )
    from openfisca_core.variables import Variable

    entity = build_entity("household", "households", "household", is_person=True)
    system = TaxBenefitSystem([entity])

    def variable(name: str, kind: type, formula: Any = None) -> None:
        body = {"value_type": kind, "entity": entity, "label": name,
                "definition_period": DateUnit.YEAR}  # fmt: skip
        if kind is float:
            body["value_type"] = float
        if formula:
            body["formula"] = formula
        system.add_variable(type(name, (Variable,), body))

    # Its integers have 32 bits and its floats too: cents of one household still fit.
    for name in AMOUNTS:
        variable(name, int)
    for name in (*TRUTHS, "unsafe"):
        variable(name, bool)

    def poor(h: Any, period: Any) -> Any:
        income = h("wage", period) + h("trade", period) + h("property", period)
        low = income + h("transfer", period) - h("cost", period) < 285500 * h("persons", period)
        # A right not known to be secured is by default not secured; the inputs are negated.
        lacking = h("food", period) + h("clothing", period) + h("education", period)
        return low + lacking + h("medical", period) + h("unsafe", period)

    variable("poor", bool, poor)
    variable("rich", bool, lambda h, period: h("deposits", period) > 280000)
    arrays: dict[str, Any] = {
        name: np.array([row[name] or 0 for row in rows], dtype=np.int32) for name in AMOUNTS
    }
    for name in TRUTHS:
        wanted = name not in FLAGS
        arrays[name] = np.array([row[name] is wanted for row in rows])
    arrays["unsafe"] = np.array([row["grade"] in GRADES for row in rows])
    fields = {"housing": "housing", "vehicle": "vehicle", "payroll": "payroll",
              "business": "company", "above": "above", "deposits": "rich"}  # fmt: skip

    def run() -> list[Answer]:
        simulation = SimulationBuilder().build_default_simulation(system, count=len(rows))
        for name, array in arrays.items():
            simulation.set_input(name, "2015", array)
        is_poor = simulation.calculate("poor", "2015")
        fires = {name: simulation.calculate(field, "2015") for name, field in fields.items()}
        answers = []
        for at in range(len(rows)):
            grounds = frozenset(name for name, array in fires.items() if array[at])
            answers.append(("eligible" if is_poor[at] and not grounds else "ineligible", grounds))
        return answers

    return run


ENGINES: dict[str, Callable[[Sequence[Fact]], Callable[[], list[Answer]]]] = {
    "shibie, interpreter": lambda rows: shibie(rows, lambda r, cs: [decide(r, c) for c in cs]),
    "shibie, duckdb (from cases in memory)": lambda rows: shibie(rows, decide_all),
    "durable-rules (shibie --engine rete)": lambda rows: shibie(rows, chained),
    "plain Python over Pydantic models": python_loop,
    "GoRules Zen (zen-engine)": zen,
    "rule-engine": rule_engine,
    "CEL, cel-python": cel_python,
    "CEL, common-expression-language (Rust)": cel_rust,
    "OpenFisca-core": openfisca,
}


def main() -> None:
    """Print a row for each engine."""
    folder, households = Path(sys.argv[1]), int((sys.argv[2:] or ["20000"])[0])
    rows = facts(folder, households)
    complete = [None not in row.values() for row in rows]
    print(f"{households:,} households, {complete.count(False):,} of them with something missing\n")
    print("| engine | households/s | complete: differ | missing: decided wrongly | left open |")
    print("|---|--:|--:|--:|--:|")
    reference: list[Answer] = []
    for name, prepare in ENGINES.items():
        with contextlib.suppress(ImportError):
            run = prepare(rows)
            gc.collect()
            gc.disable()
            start = time.perf_counter()
            answers = run()
            spent = time.perf_counter() - start
            gc.enable()
            reference = reference or answers
            found: Counter[str] = Counter()
            for answer, right, whole in zip(answers, reference, complete, strict=True):
                if whole:
                    found["complete"] += answer != right
                elif answer[0] != right[0]:
                    found["open" if answer[0] == "pending" else "wrong"] += 1
            print(
                f"| {name} | {len(rows) / spent:,.0f} | {found['complete']} |"
                f" {found['wrong']:,} | {found['open']:,} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
