"""What may be posted in public: masked names, no numbers, no health information."""

from __future__ import annotations

import re

from shibie import citizen_id
from shibie.language import tree
from shibie.ruleset.conditions import is_sensitive, opened
from shibie.ruleset.model import Rule, RuleSet

# Whatever looks like a citizen number of 15 or 18 characters, a mobile phone, or a bank
# account; money is written with separators and never has so many digits in a row.
_NUMBERS = re.compile(r"(?<![\dXx])(?:1[3-9]\d{9}|\d{14,17}[\dXx]|\d{12,})(?![\dXx])")


def public_name(name: str) -> str:
    """A name with its middle hidden; of two characters the second.

    >>> public_name("王小明"), public_name("王明"), public_name("欧阳小明"), public_name("王")
    ('王*明', '王*', '欧**明', '*')
    """
    text = name.strip()
    if len(text) <= 1:
        return "*"
    if len(text) == 2:
        return f"{text[0]}*"
    return f"{text[0]}{'*' * min(len(text) - 2, 6)}{text[-1]}"


def numbers_in(text: str) -> list[str]:
    """Whatever in a text looks like a citizen number, a phone or an account.

    >>> numbers_in("一社 13800138000"), numbers_in("人均 2,855.00 元")
    (['13800138000'], [])
    """
    return _NUMBERS.findall(text)


def without_numbers(text: str) -> str:
    """A text with such numbers masked.

    >>> without_numbers("王明 11010519491231002X")
    '王明 110*************2X'
    """
    return _NUMBERS.sub(lambda found: citizen_id.mask(found[0]), text)


def tells_of_sensitive_things(rule: Rule, ruleset: RuleSet) -> bool:
    """Whether a rule reads a sensitive field, so that showing its outcome would reveal it."""
    return any(
        isinstance(node, tree.Field) and is_sensitive(ruleset, node)
        for node in opened(ruleset, rule.node)
    )
