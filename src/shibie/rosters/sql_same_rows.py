"""What tells a row of a register from the others of its person, as one text.

Two rows that are equal in it are looked at in Python: it may be the same for rows that are not
equal, never another one for rows that are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shibie.case import Value
from shibie.engines.sql.cases_in_memory import typed
from shibie.rosters.cells import BLANK
from shibie.rosters.sql_cells import texts
from shibie.ruleset.model import Register
from shibie.vocabulary import FieldSpec

# The column of that text; NULL where any of it is blank.
SAME: Final = "same_"
_BETWEEN: Final = "\x1f"
_SPACES: Final = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())


def telling(register: Register) -> tuple[FieldSpec, ...]:
    """The columns that tell the rows of one person apart: its key, else all of them."""
    return tuple(
        spec for spec in register.columns
        if spec.name != register.match and (not register.key or spec.name in register.key)
    )  # fmt: skip


def same_sql(register: Register, values: Mapping[str, str]) -> str:
    """What tells a row from others, in SQL.

    Two rows that Python takes for equal are equal here; what is blank there is NULL here.

    Args:
        register: says what tells rows apart.
        values: the SQL of each column's typed value.
    """
    parts = [_as_text(spec, values[spec.name]) for spec in telling(register)]
    return " || chr(31) || ".join(parts) if parts else "CAST(NULL AS VARCHAR)"


def _as_text(spec: FieldSpec, value: str) -> str:
    match spec.type:
        case "text" | "code" | "citizen_id":
            text = f"trim({value}, {_spaces()})"
            blank = f"length({text}) < 4 AND lower({text}) IN ({texts(BLANK)})"
            return f"CASE WHEN NOT ({blank}) THEN {text} END"
        case "codes":
            return f"array_to_string(list_sort({value}), '|')"
        case _:
            return f"lower(CAST({value} AS VARCHAR))"


def _spaces() -> str:
    return "'" + _SPACES + "'"


def same_as_text(register: Register, values: Mapping[str, Value]) -> str | None:
    """The same of a row that Python read."""
    if register.match in register.key:
        return None
    parts = []
    for spec in telling(register):
        ((value,),) = (typed(spec, [values.get(spec.name)]).values,)
        if value is None:
            return None
        parts.append("|".join(value) if isinstance(value, list) else str(value))
        if spec.type in ("bool", "date"):
            parts[-1] = parts[-1].lower()
    return _BETWEEN.join(parts)
