"""`shibie eval`: the value of one expression over facts given as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, localcontext
from typing import Any, Final, NoReturn

from shibie.case import Value
from shibie.engines.exact import EXACT
from shibie.engines.interpreter import evaluate
from shibie.engines.place import Place
from shibie.errors import InputError, Words, bad_argument
from shibie.language import tree
from shibie.language.names import MEMBERS
from shibie.language.parse import ExpressionError, parse
from shibie.limits import JSON_LENGTH
from shibie.registers.set_aside import registers_named
from shibie.rosters.household_input import case_from
from shibie.ruleset.conditions import collections_used
from shibie.ruleset.loader import core_ruleset, load
from shibie.ruleset.model import RuleSet
from shibie.ruleset.positions import SourceText


def evaluate_given(
    expression: str,
    given: str = "{}",
    rules: str | None = None,
    as_of: date | None = None,
    trust_declarations: bool = False,
    set_aside: Iterable[str] = (),
) -> Value:
    """The value of `expression` for the household that the JSON text describes.

    Args:
        expression: a household condition or formula.
        given: JSON of household fields, members and register rows.
        rules: a pack whose facts, parameters and registers may be used; none: only the
            shared vocabulary.
        as_of: the day of judgement; today by default.
        trust_declarations: take declared values where a register is not given.
        set_aside: registers of which rows that only may be about somebody concern nobody.

    Raises:
        InputError: for a bad expression or bad JSON, with every fault.

    >>> evaluate_given("wage_income > 1000 or food_secure", '{"food_secure": true}')
    True
    >>> evaluate_given("wage_income > 1000") is None
    True
    """
    ruleset = load(rules) if rules else core_ruleset()
    return evaluate_data(expression, _json(given), ruleset, as_of, trust_declarations, set_aside)


def evaluate_data(
    expression: str,
    household: Mapping[str, Any],
    ruleset: RuleSet,
    as_of: date | None = None,
    trust_declarations: bool = False,
    set_aside: Iterable[str] = (),
) -> Value:
    """The value of `expression` for a household as plain data.

    Args:
        expression: a household condition or formula.
        household: its fields, members and register rows.
        ruleset: whose facts, parameters and registers may be used.
        as_of: the day of judgement; today by default.
        trust_declarations: take declared values where a register is not given.
        set_aside: registers of which rows that only may be about somebody concern nobody.

    Raises:
        InputError: for a bad expression or bad data, with every fault.
    """
    judged = as_of or date.today()
    if not ruleset.in_force(judged):
        span = f"{ruleset.effective_from} – {ruleset.effective_to}"
        raise InputError(
            bad_argument(
                "as_of",
                Words(f"{judged} 不在有效期 {span} 内", f"{judged} is outside {span}"),
                Words("用 `as_of` 给出认定日期", "give the day with `as_of`"),
                code="not_in_force",
            )
        )
    node = parsed(expression, ruleset)
    # A compared field is known without its comparison: that alone asks for no members.
    if MEMBERS not in household and collections_used(ruleset, [node], comparisons=False):
        raise InputError(
            bad_argument(
                "given",
                Words("这个式子要用到 members，请给出", "give the members: it needs them"),
                code="members_needed",
            )
        )
    case = case_from(
        ruleset, household, judged, trust_declarations,
        set_aside=registers_named(ruleset, set_aside),
    )  # fmt: skip
    with localcontext(EXACT):
        return evaluate(node, Place.top(ruleset, case))


def parsed(expression: str, ruleset: RuleSet) -> tree.Node:
    """The tree of a household condition or formula, by the names of a rule set.

    Raises:
        InputError: with every fault of the expression.
    """
    try:
        return parse(expression, ruleset.names)
    except ExpressionError as error:
        page = SourceText("EXPR", expression)
        raise InputError(
            page.problem(
                page.span(refusal.at[0], sum(refusal.at)), refusal.what, refusal.suggestion
            )
            for refusal in error.refusals
        ) from None


def _whole(digits: str) -> int | Decimal:
    """A whole number; one of thousands of digits is too large for any fact, and no fault of JSON."""
    return int(digits) if len(digits) <= _LONGEST_NUMBER else Decimal(digits)


_LONGEST_NUMBER: Final = 40


def _json(text: str) -> dict[str, Any]:
    def no_constant(name: str) -> NoReturn:
        raise ValueError(f"{name} is not a number")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        if len(set(keys)) < len(keys):
            raise ValueError("a key occurs twice")
        return dict(pairs)

    if len(text) > JSON_LENGTH:
        what = Words(f"超过 {JSON_LENGTH} 个字符", f"longer than {JSON_LENGTH} characters")
        raise InputError(bad_argument("given", what, code="beyond_bound"))
    try:
        data = json.loads(
            text,
            parse_int=_whole,
            parse_float=Decimal,
            parse_constant=no_constant,
            object_pairs_hook=once,
        )
    except RecursionError:
        what = Words("嵌套过深", "nested too deeply")
        raise InputError(bad_argument("given", what, code="beyond_bound")) from None
    except ValueError as error:
        raise InputError(
            bad_argument(
                "given",
                Words(f"不是合法的 JSON：{error}", f"not valid JSON: {error}"),
                code="bad_json",
            )
        ) from None
    if not isinstance(data, dict):
        what = Words("应为一个 JSON 对象", "expected a JSON object")
        raise InputError(bad_argument("given", what, code="bad_json"))
    return data
