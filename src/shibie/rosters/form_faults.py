"""Pydantic's errors as reasons that an officer can act on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from shibie.citizen_id import mask
from shibie.errors import Words
from shibie.household import Adjudication
from shibie.rosters.records import as_text, sensitive
from shibie.ruleset.model import RuleSet
from shibie.shown_text import shown_line
from shibie.vocabulary import specs_of

_REASONS: Mapping[str, Words] = {
    "missing": Words("缺少必填项", "a required value is missing"),
    "duplicate_member": Words("人编号重复：{ids}", "member ids occur twice: {ids}"),
    "education_or_school": Words(
        "文化程度与在校生状况应且只应填一项",
        "exactly one of education and school_status must be filled",
    ),
    "too_many_causes": Words("其他致贫原因至多两项", "at most two other_causes"),
    "same_cause": Words("其他致贫原因与主要致贫原因重复", "other_causes repeats main_cause"),
    "heads": Words("户主应恰有一人，实有 {count} 人", "exactly one 户主 expected, found {count}"),
    "unsigned_verdict": Words(
        "核实须有证据、核实人和日期，缺 {missing}",
        "a verdict needs evidence, officer and date; missing: {missing}",
    ),
}
_FIELDS: Mapping[str, str] = {
    "duplicate_member": "member_id",
    "education_or_school": "education",
    "too_many_causes": "other_causes",
    "same_cause": "other_causes",
    "heads": "relation",
}

_TITLES = {spec.name: spec.title for spec in specs_of(Adjudication)}

Fault = tuple[int | None, str, str, Words, str]


def pydantic_faults(error: ValidationError, ruleset: RuleSet) -> Iterator[Fault]:
    """For each error: the member's index (None: the household), field, value, reason, code."""
    vocabulary = ruleset.vocabulary
    masked = sensitive((*vocabulary.household, *vocabulary.member))
    errors = error.errors(include_url=False)
    nested = any(each["loc"][:1] == ("members",) and len(each["loc"]) > 1 for each in errors)
    for each in errors:
        loc = each["loc"]
        if loc == ("members",) and nested:
            continue  # “too short”, for every member has been left out for a fault of its own
        in_member = len(loc) >= 2 and loc[0] == "members" and isinstance(loc[1], int)
        place = int(loc[1]) if in_member else None
        rest = loc[2:] if in_member else loc
        said = _REASONS.get(each["type"])
        context: dict[str, Any] = each.get("ctx") or {}
        field = _FIELDS.get(each["type"], str(rest[0]) if rest else "")
        if each["type"] == "unsigned_verdict":
            field = context["missing"].split(", ")[0]
        reason = (
            Words(_titled(said.zh.format(**context)), said.en.format(**context))
            if said
            else Words(f"不合要求：{each['msg']}", each["msg"])
        )
        code = each["type"] if said else "invalid"
        yield place, field, _shown(each["input"], bool(rest), field in masked), reason, code


def _titled(text: str) -> str:
    """English field names in a Chinese sentence, replaced by their titles."""
    for name, title in _TITLES.items():
        text = text.replace(name, title)
    return text.replace(", ", "、")


def _shown(value: Any, is_field: bool, is_masked: bool) -> str:
    """The offending value, where the error is about one value and not about whole people."""
    if not is_field or isinstance(value, dict | list | tuple):
        return ""
    text = as_text(value)
    return mask(text) if is_masked else shown_line(text)[:60]
