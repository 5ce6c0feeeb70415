"""Validate a YAML source against a form, with every fault at its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from shibie.errors import Problem, Words, did_you_mean, first_of, listed
from shibie.limits import FAULTS_SHOWN
from shibie.ruleset.yaml_source import YamlSource

FormT = TypeVar("FormT", bound=BaseModel)

_SAID: Mapping[str, Words] = {
    "missing": Words("缺少必填项“{key}”", "required key '{key}' is missing"),
    "extra_forbidden": Words("未知的键“{key}”", "unknown key '{key}'"),
    "string_type": Words("应为文字，实为 {input}", "expected text, found {input}"),
    "string_too_short": Words("不能为空", "must not be empty"),
    "string_pattern_mismatch": Words("名称不合规则：{input}", "not a proper name: {input}"),
    "literal_error": Words("应为 {expected}，实为 {input}", "expected {expected}, found {input}"),
    "bool_type": Words("应为 true 或 false，实为 {input}", "expected true or false, found {input}"),
    "bool_parsing": Words(
        "应为 true 或 false，实为 {input}", "expected true or false, found {input}"
    ),
    "dict_type": Words("应为键值表", "expected a mapping"),
    "model_type": Words("应为键值表，实为 {input}", "expected a mapping, found {input}"),
    "list_type": Words("应为列表（每项以 - 开头）", "expected a list (items start with -)"),
    "date_from_datetime_parsing": Words(
        "应为日期如 2015-07-01，实为 {input}", "expected a date like 2015-07-01, found {input}"
    ),
    "date_parsing": Words(
        "应为日期如 2015-07-01，实为 {input}", "expected a date like 2015-07-01, found {input}"
    ),
    "date_type": Words(
        "应为日期如 2015-07-01，实为 {input}", "expected a date like 2015-07-01, found {input}"
    ),
    "decimal_parsing": Words("应为数字，实为 {input}", "expected a number, found {input}"),
    "decimal_type": Words("应为数字，实为 {input}", "expected a number, found {input}"),
    "int_parsing": Words("应为整数，实为 {input}", "expected a whole number, found {input}"),
    "int_type": Words("应为整数，实为 {input}", "expected a whole number, found {input}"),
}


def validated(form: type[FormT], source: YamlSource) -> tuple[FormT | None, list[Problem]]:
    """The form filled from the source's data, or None with every problem."""
    try:
        return form.model_validate(source.data), []
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=True)
        found = list(islice(_problems(form, source, errors), FAULTS_SHOWN + 1))
        # Those that are not said are counted, as many as there are.
        more = error.error_count() - len(found) if len(found) > FAULTS_SHOWN else 0
        return None, first_of(found, source.name, more)


def _problems(
    form: type[BaseModel], source: YamlSource, errors: Iterable[ErrorDetails]
) -> Iterable[Problem]:
    seen = set()
    for error in errors:
        path = _in_source(source.data, error["loc"])
        key = str(error["loc"][-1]) if error["loc"] else ""
        if error["type"] == "string_pattern_mismatch" and "[key]" in error["loc"]:
            path = path[:-1] if path and path[-1] == "[key]" else path
        said = _SAID.get(error["type"])
        words = Words(error["msg"], error["msg"]) if said is None else _filled(said, key, error)
        span = source.value_span(path)
        suggestion = None
        if error["type"] == "extra_forbidden":
            span = source.key_span(path)
            known = _keys_of(form, error["loc"][:-1])
            suggestion = did_you_mean(key, known) or Words(
                f"可用的键：{listed(known, 20, lang='zh')}", f"the keys are: {listed(known, 20)}"
            )
        # A value that fits neither arm of a union is one fault, not two.
        fault = (span, key if error["type"] == "missing" else "")
        if fault not in seen:
            seen.add(fault)
            yield source.problem(span, words, suggestion)


def _filled(said: Words, key: str, error: ErrorDetails) -> Words:
    facts = {
        "key": key,
        "input": _shown(error["input"]),
        "expected": (error.get("ctx") or {}).get("expected", ""),
    }
    return Words(said.zh.format(**facts), said.en.format(**facts))


def _shown(value: object) -> str:
    text = str(value)
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"


def _in_source(data: object, loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """The part of an error's location that is a path in the YAML data.

    Pydantic adds the names of union members and of key checks to its locations.
    """
    path: list[int | str] = []
    at: Any = data
    for part in loc:
        in_list = isinstance(at, list) and isinstance(part, int) and part < len(at)
        if in_list or (isinstance(at, dict) and part in at):
            at = at[part]
            path.append(part)
    return tuple(path)


@lru_cache(maxsize=8)
def _schema_of(form: type[BaseModel]) -> dict[str, Any]:
    return form.model_json_schema(by_alias=True)


def _keys_of(form: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The keys allowed at a location of the form."""
    schema = _schema_of(form)
    at: Any = schema
    for part in loc:
        at = _below(schema, at, part)
    at = _resolved(schema, at)
    return list(at.get("properties", {}))


def _below(schema: dict[str, Any], at: Any, part: int | str) -> Any:
    at = _resolved(schema, at)
    if isinstance(part, int):
        return at.get("items", {})
    if part in at.get("properties", {}):
        return at["properties"][part]
    extra: Any = at.get("additionalProperties") or next(
        iter(at.get("patternProperties", {}).values()), {}
    )
    return at if extra is True or not extra else extra


def _resolved(schema: dict[str, Any], at: Any) -> Any:
    for arm in at.get("anyOf", ()):
        if "$ref" in arm:
            at = arm
    while "$ref" in at:
        at = schema["$defs"][at["$ref"].rsplit("/", 1)[1]]
    return at
