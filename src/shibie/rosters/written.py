"""Where SQL looks for numbers, in whatever way they may be written.

The conditions hold of every cell that Python reads as one of the numbers, and of few others:
it is for Python's own reader to say which of those few they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence, Set
from typing import Final

from shibie.plain_text import INVISIBLE
from shibie.rosters.parquet import cell_sql
from shibie.rosters.sql_cells import ODD, WHITE_SPACE, in_brackets, quoted, truth_as_text
from shibie.rosters.sql_tables import MatchedColumn
from shibie.rosters.text_search import Sought

_NUMERIC: Final = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "DOUBLE", "FLOAT", "DECIMAL")
_NOTHING: Final = WHITE_SPACE + in_brackets(INVISIBLE)
_NARROW: Final = "0123456789'"
_WIDE: Final = "".join(chr(ord(char) + 0xFEE0) for char in _NARROW)
# Stands for a number that only Python can read.
_PERHAPS: Final = "?"
# So many values are listed in a condition.
_LISTED: Final = 100
# A spreadsheet's mark of text.
_MARK: Final = "^'"
# Signs that may stand for digits, beside the full-width ones: ② and 𝟐.
_SIGNS: Final = r"\p{No}\p{Nl}\x{1CCF0}-\x{1CCF9}\x{1D7CE}-\x{1D7FF}\x{1FBF0}-\x{1FBF9}"
# What may be another spelling of a letter is none of these.
_ORDINARY: Final = r" -~\x{3400}-\x{4DBF}\x{4E00}-\x{9FFF}"
# Of characters that are not to be seen, those beyond the first plane begin with this byte; with
# the first two, digits of mathematics and rare ideographs.
_RARE: Final = b"\xf0\xf3"
# With these begins whatever an ideograph may be written as.
_IDEOGRAPHS: Final = b"\xe2\xe3\xef"
# With these bytes begin, in UTF-8, all of what may stand among or for the digits of a number.
_BETWEEN: Final = (
    bytes(code for code in range(0x20) if chr(code) not in "\x00\n\r")
    + b"\x7f \xc2\xcd\xd8\xe1\xe2\xe3\xef\xf0\xf3"
)


def may_be_household(column: MatchedColumn, numbers: Iterable[str]) -> str:
    """Whether a cell may be read as one of some household numbers.

    Args:
        column: of household numbers.
        numbers: as they are read, not empty.
    """
    wanted = sorted(set(numbers))
    text = _as_text(column)
    trimmed = f"regexp_replace({text}, '^[{WHITE_SPACE}]+|[{WHITE_SPACE}]+$', '', 'g')"
    # Most numbers of a roster are of one length, and need no trimming.
    shortest = min(len(number.encode()) for number in wanted)
    key = f"CASE WHEN strlen({text}) <= {shortest} THEN {text} ELSE {trimmed} END"
    parts = [
        f"{key} IN {_any_of(list(map(quoted, wanted)))}",
        f"starts_with({text}, '{ODD}')",
        f"regexp_matches({text}, '[^{_ORDINARY}]')",
    ]
    amounts = sorted({amount for number in wanted if (amount := _amount(number)) is not None})
    if amounts and column.sql_type.upper().startswith(_NUMERIC):
        listed = _any_of([f"{amount!r}::DOUBLE" for amount in amounts])
        parts.append(f"CAST({column.sql} AS DOUBLE) IN {listed}")
    return f"coalesce({' OR '.join(parts)}, FALSE)"


def may_be_person(column: MatchedColumn, numbers: Iterable[str]) -> str:
    """Whether a cell may be read as one of some citizen numbers.

    It may be the plain number, one with full-width digits and spaces, the number of a
    disability card, or an old number of 15 digits. What is masked is none.

    Args:
        column: of citizen numbers.
        numbers: of 18 characters, not empty.
    """
    wanted = sorted(set(numbers))
    text = _as_text(column)
    digits = f"TRY_CAST(substr({text}, 1, 17) AS BIGINT)"
    plain = {*wanted, *(number.lower() for number in wanted)}
    bare = f"translate({text}, '{_WIDE}', {quoted(_NARROW)})"
    bare = f"regexp_replace({bare}, '[{_NOTHING}]', '', 'g')"
    bare = f"regexp_replace({bare}, {quoted(_MARK)}, '')"
    starts = {number[:15] for number in wanted}
    starts |= {number[:6] + number[8:17] for number in wanted if number[6:8] == "19"}
    # What stands here once is not computed for every row, beforehand.
    key = (
        f"CASE WHEN strlen({text}) = 18 AND {digits} >= {10**16} THEN {text}"
        f" WHEN regexp_matches({text}, '[{_SIGNS}]') THEN '{_PERHAPS}'"
        f" ELSE substr({bare}, 1, 15) END"
    )
    any_of = _any_of(list(map(quoted, sorted(plain | starts | {_PERHAPS}))))
    return f"coalesce({key} IN {any_of}, FALSE)"


def lines_of_households(numbers: Set[str]) -> Sought:
    """What a line of text holds, of which a cell may be read as one of some household numbers."""
    letters = set().union(*numbers)
    wide = {chr(ord(char) + 0xFEE0) for char in letters if "!" <= char <= "~"}
    unseen = {char for char in INVISIBLE if char <= "\uffff"}
    ideographs = b"" if all(map(str.isascii, letters)) else _IDEOGRAPHS
    return Sought(
        frozenset(numbers), ODD.encode() + _RARE + ideographs, letters=frozenset(wide | unseen)
    )


def lines_of_persons(numbers: Set[str]) -> Sought:
    """What a line of text holds, of which a cell may be read as one of some citizen numbers.

    Birth date and sequence stand in a row in the old number and in that of a card, too.
    """
    return Sought(frozenset(number[8:17] for number in numbers), _BETWEEN)


def _any_of(literals: Sequence[str]) -> str:
    """What a cell is IN; many as a table, or each row would be held against one after another."""
    listed = ", ".join(literals)
    return f"({listed})" if len(literals) <= _LISTED else f"(SELECT unnest([{listed}]))"


def _as_text(column: MatchedColumn) -> str:
    """A cell as Python turns it into text, but for fractions."""
    if column.sql_type.upper() == "VARCHAR":
        return column.sql
    if column.sql_type.upper() == "BOOLEAN":
        return truth_as_text(column.sql)
    return f"CAST({cell_sql(column.sql, column.sql_type)} AS VARCHAR)"


def _amount(number: str) -> float | None:
    """What a typed column holds for a household number, if that is one."""
    try:
        amount = float(number)
    except ValueError:
        return None
    return amount if math.isfinite(amount) else None
