"""A household written as plain data → a case: for `eval`, rule tests and witnesses.

It is more lenient than a roster: only what is given counts, the rules of the form are not
asked, and numbers of persons are not needed to attach register rows. What is not given is
unknown; a register that is not given is a comparison that was not done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shibie.compare import usable_number
from shibie.engine.case import UNKNOWN_ROWS, Case, Row, Rows
from shibie.errors import InputError, Problem, Words, did_you_mean, listed
from shibie.household import Adjudication
from shibie.language.names import MEMBERS
from shibie.ruleset.model import Register, RuleSet
from shibie.vocabulary import FieldSpec, annotation, folded

ADJUDICATIONS, TRUST = "adjudications", "trust_declarations"


def case_from(
    ruleset: RuleSet, given: Mapping[str, Any], as_of: date, trust_declarations: bool = False
) -> Case:
    """The case that `given` describes.

    Args:
        ruleset: says which fields and registers there are.
        given: household fields by name or title; `members`, each with its fields and,
            under a register's name, its rows; registers at the top with rows of whoever
            has the number in their match column (rows without one belong to the first
            member); `adjudications` as {rule: upheld | refuted}; `trust_declarations`.
            A member whose `id_number` is given as None has no usable number, so that its
            register rows are unknown; one that leaves it out has rows but no known age.
        as_of: the day of judgement.
        trust_declarations: default for the key of that name.

    Raises:
        InputError: with every fault, each at its path.
    """
    reader = _Reader(ruleset, as_of)
    case = reader.case(given, trust_declarations)
    if reader.problems:
        raise InputError(reader.problems)
    return case


class _Reader:
    def __init__(self, ruleset: RuleSet, as_of: date) -> None:
        self.ruleset, self.as_of = ruleset, as_of
        self.problems: list[Problem] = []

    def case(self, given: Mapping[str, Any], trust: bool) -> Case:
        vocabulary, registers = self.ruleset.vocabulary, self.ruleset.registers
        top = dict(given)
        trust = bool(top.pop(TRUST, trust))
        verdicts = top.pop(ADJUDICATIONS, None) or {}
        people = self.mappings(top.pop(MEMBERS, None) or [], MEMBERS)
        tables = {name: top.pop(name) for name in list(top) if name in registers}
        tables = {name: table for name, table in tables.items() if table is not None}
        household = self.fields(vocabulary.household, top, "", [MEMBERS, *registers])
        household.setdefault("household_id", "1")
        members, numbers, nested = [], [], []
        for index, person in enumerate(people):
            path = f"{MEMBERS}[{index + 1}]."
            own = {name: person.pop(name) for name in list(person) if name in registers}
            member = self.fields(vocabulary.member, person, path, list(registers))
            member.setdefault("member_id", str(index + 1))
            members.append(member)
            numbers.append(usable_number(member.get("id_number"), self.as_of))
            nested.append(own)
        model = vocabulary.household_model
        member_model = _member_model(model)
        record = model.model_construct(
            **{**_blank(model.model_fields), **household},
            members=tuple(
                member_model.model_construct(**{**_blank(member_model.model_fields), **member})
                for member in members
            ),
        )
        # In the pack's order: that of a set is another one in every process.
        supplied = [
            name for name in registers if name in tables or any(name in own for own in nested)
        ]
        rows = {
            name: self.rows(registers[name], tables.get(name), nested, members, numbers)
            for name in supplied
        }
        return Case(
            record, self.as_of, tuple(numbers), rows, frozenset(supplied),
            self.adjudications(verdicts), trust,
        )  # fmt: skip

    def problem(self, path: str, what: Words, suggestion: Words | None = None) -> None:
        self.problems.append(Problem(path, what, suggestion=suggestion))

    def mappings(self, value: object, path: str) -> list[dict[str, Any]]:
        """A list of mappings; anything else is a problem."""
        if isinstance(value, list | tuple) and all(isinstance(item, Mapping) for item in value):
            return [dict(item) for item in value]
        self.problem(path, Words("应为一组键值表", "expected a list of mappings"))
        return []

    def fields(
        self, specs: Iterable[FieldSpec], given: Mapping[str, Any], path: str, others: list[str]
    ) -> dict[str, Any]:
        """The values of a record by field name; unknown keys and wrong values are problems."""
        by_header = {header: spec for spec in specs for header in spec.headers}
        values: dict[str, Any] = {}
        for key, value in given.items():
            spec = by_header.get(folded(str(key)))
            if spec is None:
                known = [*{each.name for each in by_header.values()}, *others]
                self.problem(
                    f"{path}{key}",
                    Words(f"没有字段“{key}”", f"there is no field '{key}'"),
                    did_you_mean(str(key), known),
                )
            elif value is not None:
                values[spec.name] = self.value(spec, value, f"{path}{key}")
            else:
                values[spec.name] = None
        return values

    def value(self, spec: FieldSpec, value: object, path: str) -> Any:
        if spec.type == "bool" and isinstance(value, str):
            # In YAML 否 and no are text; for a yes/no field they mean what they say.
            value = {"是": True, "否": False, "yes": True, "no": False}.get(value.lower(), value)
        if spec.type == "codes" and isinstance(value, list | tuple):
            value = frozenset(value)
        try:
            found = _adapter(spec).validate_python(value)
        except ValidationError:
            codes = f": {listed(spec.codes)}" if spec.codes else ""
            self.problem(
                path,
                Words(
                    f"{spec.title}应为 {spec.type}{codes},实为 {value!r}",
                    f"{spec.name} must be {spec.type}{codes}, found {value!r}",
                ),
                did_you_mean(str(value), spec.codes),
            )
            return None
        low = spec.minimum is not None and found < spec.minimum
        if low or (spec.maximum is not None and found > spec.maximum):
            span = f"{spec.minimum}–{spec.maximum if spec.maximum is not None else ''}"
            self.problem(path, Words(f"{spec.title}应在 {span} 之内", f"must be within {span}"))
        return found

    def rows(
        self,
        register: Register,
        table: object,
        nested: list[dict[str, Any]],
        members: list[dict[str, Any]],
        numbers: list[str | None],
    ) -> tuple[Rows, ...]:
        """The rows of each member."""
        of_member: list[list[Row]] = [[] for _ in members]
        count = 0

        def row(values: Mapping[str, Any], path: str) -> Row:
            nonlocal count
            count += 1
            return Row(count, self.fields(register.columns, values, f"{path}[{count}].", []))

        for given in self.mappings(table or [], register.name):
            found = row(given, register.name)
            number = usable_number(_text(found.values.get(register.match)), self.as_of)
            if found.values.get(register.match) is None and members:
                of_member[0].append(found)
            elif number is not None and number in numbers:
                of_member[numbers.index(number)].append(found)
        for index, own in enumerate(nested):
            path = f"{MEMBERS}[{index + 1}].{register.name}"
            for given in self.mappings(own.get(register.name) or [], path):
                of_member[index].append(row(given, path))
        unmatchable = [
            "id_number" in member and number is None
            for member, number in zip(members, numbers, strict=True)
        ]
        return tuple(
            UNKNOWN_ROWS if unknown else Rows(tuple(found))
            for found, unknown in zip(of_member, unmatchable, strict=True)
        )

    def adjudications(self, verdicts: object) -> dict[str, Adjudication]:
        if not isinstance(verdicts, Mapping):
            self.problem(ADJUDICATIONS, Words("应为 规则: 结论", "expected rule: verdict"))
            return {}
        found = {}
        adjudicable = (*self.ruleset.exclusions, *self.ruleset.reviews)
        for rule_id, verdict in verdicts.items():
            path = f"{ADJUDICATIONS}.{rule_id}"
            rule = next((rule for rule in adjudicable if rule.id == rule_id), None)
            if rule is None:
                self.problem(
                    path,
                    Words(f"没有可核实的规则“{rule_id}”", f"no rule '{rule_id}' to adjudicate"),
                    did_you_mean(str(rule_id), [each.id for each in adjudicable]),
                )
            elif verdict not in ("upheld", "refuted"):
                self.problem(path, Words("应为 upheld 或 refuted", "expected upheld or refuted"))
            elif verdict == "refuted" and not rule.refutable:
                self.problem(path, Words("这条规则不可推翻", "this rule cannot be refuted"))
            else:
                found[rule.id] = Adjudication(
                    household_id="1", rule_id=rule.id, verdict=verdict,
                    evidence="假定", officer="假定", date=self.as_of,
                )  # fmt: skip
        return found


@cache
def _adapter(spec: FieldSpec) -> TypeAdapter[Any]:
    return TypeAdapter(annotation(spec))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _blank(fields: Iterable[str]) -> dict[str, None]:
    return {name: None for name in fields if name != MEMBERS}


def _member_model(household_model: Any) -> Any:
    (item, _) = household_model.model_fields[MEMBERS].annotation.__args__
    return item
