"""The key of a register row by which acts name it: of what the row says, never of its place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from shibie.case import Value


def row_key(register: str, values: Mapping[str, Value], salt: str = "") -> str:
    """The key of a row of a register that declares none: a salted hash of what it says.

    The same row has the same key in every delivery, wherever it stands and however its cells were
    written; two rows that say the same share one.

    Args:
        register: its name; the same words in another register are another row.
        values: typed, by column name; a blank column says nothing.
        salt: a secret of whoever keeps the acts. Without one, whoever has the key and guesses all
            that the row says can tell that he guessed right.

    >>> row_key("vehicles", {"plate": "川Y0001", "value": Decimal("5.0"), "kind": None})
    'r-2d893bbcc96d932e'
    >>> row_key("vehicles", {"value": Decimal(5), "plate": "川Y0001"})
    'r-2d893bbcc96d932e'
    """
    said = {name: _text(value) for name, value in values.items() if value is not None}
    text = json.dumps([salt, register, said], ensure_ascii=False, sort_keys=True)
    return "r-" + hashlib.sha256(text.encode()).hexdigest()[:16]


def _text(value: Value) -> str | list[str]:
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal() | int():
            return f"{Decimal(value).normalize():f}"
        case date():
            return value.isoformat()
        case frozenset():
            return sorted(value)
        case _:
            return str(value)
