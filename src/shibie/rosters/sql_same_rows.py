"""What tells a row of a register from the others of its person, as one text.

Two rows that are equal in it, or of which it cannot tell, are looked at in Python: it may be the
same for rows that are not equal, never another one for rows that may be equal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import ascii_letters, digits
from typing import Final

from shibie.case import Value
from shibie.engines.sql.cases_in_memory import typed
from shibie.registers.keys import said_in
from shibie.registers.said_texts import SIGNS
from shibie.registers.same_values import DIGITS_KEPT
from shibie.rosters.cells import BLANK
from shibie.rosters.sql_cells import WHITE_SPACE, texts
from shibie.ruleset.model import Register
from shibie.vocabulary import FieldSpec

# The column of that text; NULL where any of it is blank.
SAME: Final = "same_"
# That text where a value is not all shown, or only Python can say which letters it has.
HIDDEN: Final = "?"
_BETWEEN: Final = "\x1f"
_SPACES: Final = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())
_NARROW: Final = f"{digits}{ascii_letters}*?#_+-(),.:/"
_WIDE: Final = "".join(chr(ord(char) + 0xFEE0) for char in _NARROW)
_LETTERS: Final = "0-9a-z㐀-鿿〇々"
# Other signs of which SQL knows that Python takes them for no letters.
_OTHERS: Final = r"\x00-\x2f:-@\[-`\{-\x7f\x{3000}-\x{3002}·•‘-”《》【】〔〕"
# What may stand for letters that are not shown, or be a number that was rounded or is a fraction;
# in few texts it is.
_MAY_HIDE: Final = (
    rf"[^{_LETTERS}{_OTHERS}]|[*?某]|[-#_x·•.。~=]{{2}}|〇〇〇|[尾末后][号四]|\de\+?\d|\d\.0"
)
# What may stand for more, or for another name, in a text of `or_match`.
_NOT_WHOLE: Final = rf"[{re.escape(SIGNS)}(\[{{<【〔《、,;/&+|\n]|等[0-9]*[人户]?[{WHITE_SPACE}]*$"
_MAY_BE_CUT: Final = rf"[0-9]{{{DIGITS_KEPT}}}00+"


def telling(register: Register) -> tuple[FieldSpec, ...]:
    """The columns that tell the rows of one person apart: its key, else all of them."""
    return tuple(
        spec for spec in register.columns
        if spec.name != register.match and (not register.key or spec.name in register.key)
    )  # fmt: skip


def same_sql(register: Register, values: Mapping[str, str]) -> str:
    """What tells a row from others, in SQL.

    Args:
        register: says what tells rows apart.
        values: the SQL of each column's typed value; what is blank in Python is NULL here.
    """
    specs = telling(register)
    parts = [_as_text(spec, values[spec.name]) for spec in specs]
    if not parts:
        return "CAST(NULL AS VARCHAR)"
    text = " || chr(31) || ".join(parts)
    hidden = [_hidden(values[spec.name]) for spec in specs if spec.type == "text"]
    hidden += [_not_whole(values[spec.name]) for spec in specs if spec.name in register.owners]
    if not hidden:
        return text
    return f"CASE WHEN ({text}) IS NOT NULL AND ({' OR '.join(hidden)}) THEN '{HIDDEN}' ELSE {text} END"


def _as_text(spec: FieldSpec, value: str) -> str:
    match spec.type:
        case "text" | "code" | "citizen_id":
            text = f"trim({value}, {_spaces()})"
            blank = f"length({text}) < 4 AND lower({text}) IN ({texts(BLANK)})"
            told = _letters(value) if spec.type == "text" else f"lower({text})"
            return f"CASE WHEN NOT ({blank}) THEN {told} END"
        case "codes":
            return f"array_to_string(list_sort({value}), '|')"
        case _:
            return f"lower(CAST({value} AS VARCHAR))"


def _narrow(value: str) -> str:
    return f"lower(translate({value}, '{_WIDE}', '{_NARROW}'))"


def _letters(value: str) -> str:
    return f"ltrim(regexp_replace({_narrow(value)}, '[^{_LETTERS}]', '', 'g'), '0')"


def _hidden(value: str) -> str:
    """Whether Python is to say which letters a text has, and whether all are shown."""
    bare = f"regexp_replace({_narrow(value)}, '[{WHITE_SPACE}]', '', 'g')"
    return (
        f"regexp_matches({bare}, '{_MAY_HIDE}')"
        f" OR regexp_full_match({_letters(value)}, '{_MAY_BE_CUT}')"
    )


def _not_whole(value: str) -> str:
    """Whether Python is to say how much of a text of `or_match` is shown."""
    return f"regexp_matches({_narrow(value)}, '{_NOT_WHOLE}') OR {_letters(value)} = ''"


def _spaces() -> str:
    return "'" + _SPACES + "'"


def same_as_text(register: Register, values: Mapping[str, Value]) -> str | None:
    """The same of a row that Python read."""
    if register.match in register.key:
        return None
    parts = []
    hidden = False
    for spec in telling(register):
        ((value,),) = (typed(spec, [values.get(spec.name)]).values,)
        said = said_in(register, spec.name)(values.get(spec.name))
        if value is None or said is None:
            return None
        if spec.type == "text":
            parts.append(said.first.lstrip("0"))
            hidden = hidden or not said.whole
        else:
            parts.append("|".join(value) if isinstance(value, list) else str(value).lower())
    return HIDDEN if hidden else _BETWEEN.join(parts)
