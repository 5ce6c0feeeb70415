"""What may be posted in public: masked names, no numbers, no health information."""

from __future__ import annotations

from shibie.language import tree
from shibie.ruleset.conditions import is_sensitive, opened
from shibie.ruleset.model import Rule, RuleSet


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


def tells_of_sensitive_things(rule: Rule, ruleset: RuleSet) -> bool:
    """Whether a rule reads a sensitive field, so that showing its outcome would reveal it."""
    return any(
        isinstance(node, tree.Field) and is_sensitive(ruleset, node)
        for node in opened(ruleset, rule.node)
    )
