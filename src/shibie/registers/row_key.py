"""The key of a register row by which acts name it: of what the row says, never of its place."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from shibie.case import Value
from shibie.registers.masked_numbers import visible
from shibie.registers.rows import RegisterRow
from shibie.registers.same_values import plainly, said_value
from shibie.ruleset.model import Register

# What stands between the values of a key.
BETWEEN = "/"


def name_of_row(register: Register, row: RegisterRow) -> str:
    """How the clues and the acts name a row of a register.

    By the values of the register's key; where it declares none, or one of them is blank or is
    not to be shown, by a hash of what the row says.

    Args:
        register: its columns and key.
        row: as it was read; a masked number is part of what it says.
    """
    key = [spec for spec in register.columns if spec.name in register.key]
    said = [row.values.get(spec.name) for spec in key]
    hidden = any(spec.sensitive or spec.type == "citizen_id" for spec in key)
    if key and not hidden and None not in said:
        by_name = dict(zip((spec.name for spec in key), said, strict=True))
        return BETWEEN.join(_shown(by_name[column]) for column in register.key)
    shown = visible(row.written) or row.written or None
    return row_key(register.name, {**row.values, **({register.match: shown} if shown else {})})


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


def _shown(value: Value) -> str:
    text = value.strip() if isinstance(value, str) else _text(value)
    return text if isinstance(text, str) else "|".join(text)


def compared(name: str) -> str:
    """The name of a row as it is compared: in any spelling of the values of its key.

    >>> compared("川Y 0001") == compared("川ｙ0001")
    True
    """
    parts = ((part, said_value(part)) for part in name.split(BETWEEN))
    return BETWEEN.join(str(said.exact) if said and said.exact else part for part, said in parts)


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
            return plainly(str(value))
