"""A household written as plain data (JSON, YAML, Python) → a case.

Lenient, for `eval`, rule tests and witnesses: only what is given counts, the rules of the
form are not asked, and citizen numbers are not needed to attach register rows. Strict, for
deciding on a real household: every rule that a row of a roster must meet. Either way, what
is not given is unknown, and a register that is not given is a comparison that was not done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import date
from typing import Any, cast

from shibie.case import UNKNOWN_ROWS, Case, Row, Rows, Value
from shibie.errors import InputError, Problem, Words, did_you_mean
from shibie.household import Adjudication, BareHousehold
from shibie.language.names import ELSEWHERE, MEMBERS, PERHAPS
from shibie.registers.matching import usable_number
from shibie.rosters.adjudications import adjudication_specs
from shibie.rosters.cell_error import CellError
from shibie.rosters.cells import Cell, read_plain, shown
from shibie.rosters.form_rules import by_the_form, found_words, problem_of, verdicts_of
from shibie.ruleset.model import Register, RuleSet
from shibie.vocabulary import FieldSpec, folded, in_zone, unused

ADJUDICATIONS, TRUST = "adjudications", "trust_declarations"
_PERHAPS = FieldSpec(PERHAPS, "可能是本人的记录", "bool")
_ELSEWHERE = FieldSpec(ELSEWHERE, "也在另一户", "bool")
_TRUST = FieldSpec(TRUST, "信任申报", "bool")
# Nobody has to sign for what is only supposed.
_SUPPOSED = "假定"


def case_from(
    ruleset: RuleSet,
    given: Mapping[str, Any],
    as_of: date,
    trust_declarations: bool = False,
    strict: bool = False,
    set_aside: Set[str] = frozenset(),
) -> Case:
    """The case that `given` describes.

    Args:
        ruleset: says which fields and registers there are.
        given: household fields by name or title; `members`, each with its fields and,
            under a register's name, its rows (`perhaps: true` in a row: it may be about the
            member), and `elsewhere: true` for one who is in another household of the roster,
            too (each with `_` behind it where a field has that name); registers at the top with rows of whoever
            has the number in their match column (rows without one belong to the first
            member); `adjudications` as {rule: upheld | refuted | exempt}, or with the verdict's
            fields instead of the word; `trust_declarations`.
            A member whose `id_number` is given as None has no usable number, so that its
            register rows are unknown; one that leaves it out has rows but no known age.
        as_of: the day of judgement.
        trust_declarations: default for the key of that name.
        strict: ask everything that a roster asks: the household's number, valid and distinct
            citizen numbers, the rules of the form, signed verdicts. Members without a number
            can be compared with no register, and a row at the top must name its person.
        set_aside: registers of which rows that only may be about somebody are left out.

    Raises:
        InputError: with every fault, each at its path.

    >>> from shibie.ruleset.loader import load
    >>> case = case_from(load("bazhong-2015"), {"wage_income": 1000.1}, date(2015, 12, 20))
    >>> case.household.wage_income
    Decimal('1000.10')
    """
    reader = _HouseholdReader(ruleset, as_of, strict, set_aside)
    case = reader.case(given, trust_declarations)
    if reader.problems or case is None:
        raise InputError(reader.problems)
    return case


class _HouseholdReader:
    """Reads one household, noting every fault at its path."""

    def __init__(
        self, ruleset: RuleSet, as_of: date, strict: bool, set_aside: Set[str] = frozenset()
    ) -> None:
        self.ruleset, self.as_of, self.strict = ruleset, as_of, strict
        self.set_aside = set_aside
        self.problems: list[Problem] = []

    def case(self, given: Mapping[str, Any], trust: bool) -> Case | None:
        """The case; None where the household could not be made, after its faults were noted."""
        vocabulary, registers = self.ruleset.vocabulary, self.ruleset.registers
        top = self.mapping(given, "household")
        trusting, verdicts = top.pop(TRUST, None), top.pop(ADJUDICATIONS, None)
        people = self.mappings(top.pop(MEMBERS, None), MEMBERS)
        tables = {name: top.pop(name) for name in list(top) if name in registers}
        tables = {name: table for name, table in tables.items() if table is not None}
        household = self.fields(vocabulary.household, top, "", [MEMBERS, *registers])
        members, nested, elsewhere = [], [], []
        for number, person in enumerate(people, start=1):
            own = {name: person.pop(name) for name in list(person) if name in registers}
            path = f"{MEMBERS}[{number}]."
            if self.flag(_ELSEWHERE, person, vocabulary.member, path):
                elsewhere.append(number - 1)
            members.append(self.fields(vocabulary.member, person, path, list(registers)))
            nested.append(own)
        record = self.household(household, members)
        numbers = [usable_number(each.get("id_number"), self.as_of) for each in members]
        # In the pack's order: that of a set is another one in every process.
        supplied = [
            name for name in registers if name in tables or any(name in own for own in nested)
        ]
        rows = {
            name: self.rows(registers[name], tables.get(name), nested, members, numbers)
            for name in supplied
        }
        adjudications = self.adjudications(verdicts)
        said = self.value(_TRUST, trusting, TRUST)
        if record is None:
            return None
        return Case(
            record, self.as_of, tuple(numbers), rows, frozenset(supplied), adjudications,
            trust if said is None else said is True, dict.fromkeys(elsewhere, ()),
        )  # fmt: skip

    def household(
        self, household: dict[str, Any], members: list[dict[str, Any]]
    ) -> BareHousehold | None:
        """The record: held to the form, or only what is given and the rest unknown."""
        if self.strict:
            built, faults = by_the_form(
                self.ruleset, self.as_of, household, members, readable=not self.problems
            )
            self.problems += faults
            return built
        household.setdefault("household_id", "1")
        for number, member in enumerate(members, start=1):
            member.setdefault("member_id", str(number))
        model = self.ruleset.vocabulary.household_model
        member_model = _member_model(model)
        return model.model_construct(
            **{**_blank(model.model_fields), **household},
            members=tuple(
                member_model.model_construct(**{**_blank(member_model.model_fields), **member})
                for member in members
            ),
        )

    def problem(
        self, path: str, what: Words, suggestion: Words | None = None, *, code: str, **data: Any
    ) -> None:
        """Note a fault."""
        self.problems.append(Problem(path, what, suggestion=suggestion, code=code, data=data))

    def mapping(self, value: object, path: str) -> dict[str, Any]:
        """A mapping by text; anything else is a problem."""
        if isinstance(value, Mapping):
            return {str(key): item for key, item in value.items()}
        self.problem(
            path, Words("应为键值表", "expected a mapping"), code="not_a_table", expected="mapping"
        )
        return {}

    def mappings(self, value: object, path: str) -> list[dict[str, Any]]:
        """A list of mappings, none where there is none; anything else is a problem."""
        if value is None:
            return []
        if isinstance(value, list | tuple) and all(isinstance(item, Mapping) for item in value):
            return [self.mapping(item, path) for item in value]
        self.problem(
            path,
            Words("应为一组键值表", "expected a list of mappings"),
            code="not_a_table",
            expected="list of mappings",
        )
        return []

    def fields(
        self, specs: Iterable[FieldSpec], given: Mapping[str, Any], path: str, others: list[str]
    ) -> dict[str, Any]:
        """The values of a record by field name; unknown keys and wrong values are problems."""
        by_name = {spec.name: spec for spec in specs}
        values: dict[str, Any] = {}
        for key, value in given.items():
            # Most keys are names: the titles and aliases are only looked at for others.
            spec = by_name.get(key) or _headed(by_name.values(), key)
            if spec is None:
                known = [*by_name, *others]
                self.problem(
                    f"{path}{key}",
                    Words(f"没有字段“{key}”", f"there is no field '{key}'"),
                    did_you_mean(key, known),
                    code="unknown_field",
                    field=key,
                )
                continue
            if spec.name in values and self.strict:
                what = Words(f"{spec.title}给了两次", f"{spec.name} is given twice")
                self.problem(f"{path}{key}", what, code="field_twice", field=spec.name)
            values[spec.name] = self.value(spec, value, f"{path}{key}")
        return values

    def value(self, spec: FieldSpec, value: object, path: str) -> Value:
        """A value read as a roster's cell would be; None after a fault, too."""
        if spec.type == "citizen_id" and isinstance(value, str) and not self.strict:
            return value
        (spec,) = in_zone([spec], self.ruleset.time_zone)
        try:
            return read_plain(value, spec, self.as_of)
        except CellError as error:
            found = shown(cast("Cell", value), spec)
            expected: dict[str, Any] = {"type": spec.type}
            if spec.codes:
                expected["codes"] = list(spec.codes)
            expected |= {
                name: limit
                for name in ("minimum", "maximum")
                if (limit := getattr(spec, name)) is not None
            }
            self.problem(
                path, found_words(error.reason, found), code=error.code,
                field=spec.name, value=found, expected=expected,
            )  # fmt: skip
            return None

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
            at = f"{path}[{count}]."
            cells = dict(values)
            perhaps = self.flag(_PERHAPS, cells, register.columns, at)
            found = self.fields(register.columns, cells, at, [])
            # A key that is not there is a column that is not there; null is a blank cell.
            supposed = {spec.name: spec.if_absent for spec in register.columns if spec.if_absent}
            return Row(count, {**supposed, **found}, sure=not perhaps)

        for given in self.mappings(table, register.name):
            found = row(given, register.name)
            number = usable_number(_text(found.values.get(register.match)), self.as_of)
            if found.values.get(register.match) is None and self.strict:
                self.unmatchable(register, f"{register.name}[{count}]", given)
            elif found.values.get(register.match) is None and members:
                of_member[0].append(found)
            elif number is not None and number in numbers:
                of_member[numbers.index(number)].append(found)
        for index, own in enumerate(nested):
            path = f"{MEMBERS}[{index + 1}].{register.name}"
            for given in self.mappings(own.get(register.name), path):
                of_member[index].append(row(given, path))
        if register.name in self.set_aside:
            of_member = [[row for row in rows if row.sure] for rows in of_member]
        return tuple(map(self.rows_of, members, numbers, of_member))

    def flag(
        self, flag: FieldSpec, record: dict[str, Any], specs: tuple[FieldSpec, ...], path: str
    ) -> bool:
        """Take out of a record what is said of it beside its fields; false where it is not said."""
        key = unused(flag.name, specs)
        if key not in record:
            return False
        return self.value(flag, record.pop(key), f"{path}{key}") is True

    def rows_of(self, member: Mapping[str, Any], number: str | None, found: list[Row]) -> Rows:
        """The rows of one member: unknown where there is no number to find them by."""
        if number is not None or not (self.strict or "id_number" in member):
            return Rows(tuple(found))
        # Of a real person, rows that are given are known; there may be more.
        return Rows(tuple(found), complete=False) if found and self.strict else UNKNOWN_ROWS

    def unmatchable(self, register: Register, path: str, row: Mapping[str, Any]) -> None:
        """Refuse a row that names nobody, unless its number is at fault itself."""
        spec = next(each for each in register.columns if each.name == register.match)
        if any(folded(key) in spec.headers and value is not None for key, value in row.items()):
            return
        self.problem(
            f"{path}.{register.match}",
            Words("缺少证件号码，无法比对", "without a citizen number it matches nobody"),
            Words(
                "写出号码，或放在该成员之内", "give the number, or put the row inside its member"
            ),
            code="unmatchable_row",
            field=register.match,
        )

    def adjudications(self, given: object) -> dict[str, Adjudication]:
        """The verdicts by rule."""
        verdicts = {} if given is None else self.mapping(given, ADJUDICATIONS)
        specs = adjudication_specs()
        supposed = {"evidence": _SUPPOSED, "officer": _SUPPOSED, "date": self.as_of}
        said: dict[str, dict[str, Any]] = {}
        for name, verdict in verdicts.items():
            written = verdict if isinstance(verdict, Mapping) else {"verdict": verdict}
            before = len(self.problems)
            values = self.fields(specs, self.mapping(written, name), f"{ADJUDICATIONS}.{name}.", [])
            if len(self.problems) == before:
                said[name] = values if self.strict else {**supposed, **values}
        found, rejected = verdicts_of(self.ruleset, self.as_of, said)
        for name, rejection in rejected:
            inside = isinstance(verdicts[name], Mapping) and rejection.field in verdicts[name]
            path = f"{ADJUDICATIONS}.{name}"
            self.problems.append(
                problem_of(rejection, f"{path}.{rejection.field}" if inside else path)
            )
        return found


def _headed(specs: Iterable[FieldSpec], key: str) -> FieldSpec | None:
    """The field that answers to a title or an alias."""
    text = folded(key)
    return next((spec for spec in specs if text in spec.headers), None)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _blank(fields: Iterable[str]) -> dict[str, None]:
    return {name: None for name in fields if name != MEMBERS}


def _member_model(household_model: Any) -> Any:
    (item, _) = household_model.model_fields[MEMBERS].annotation.__args__
    return item
