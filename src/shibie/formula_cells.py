r"""Text that a spreadsheet would take for a formula, and how it is written so that it is none.

An apostrophe before it makes it text to Excel and WPS, and is taken away where this product
reads what it wrote. A text that has apostrophes before such a sign already gets one more, so
nothing is lost either way.

>>> defused("=1+1"), armed("'=1+1")
("'=1+1", '=1+1')
>>> defused("-5.20"), defused("'=a"), defused("张三")
('-5.20', "''=a", '张三')
"""

from __future__ import annotations

import re
from typing import Final

# With these a formula begins, or what some program takes for the beginning of one; the wide
# ones where the system writes Chinese or Japanese.
SIGNS: Final = "=+-@\t\r＝＋－＠"
_CLASS: Final = "".join(f"\\x{{{ord(sign):X}}}" for sign in SIGNS)
_FORMULA: Final = re.compile(f"'*[{re.escape(SIGNS)}]")
_ARMED: Final = re.compile(f"''*[{re.escape(SIGNS)}]")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def defused(text: str) -> str:
    """A text as CSV holds it."""
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def armed(text: str) -> str:
    """The text that was written so."""
    return text[1:] if _ARMED.match(text) else text


def defused_sql(column: str) -> str:
    """The same as `defused`, in SQL."""
    formula = f"regexp_matches({column}, '^(?:''*)[{_CLASS}]')"
    number = f"regexp_full_match({column}, '[+-]?[0-9]+([.][0-9]+)?')"
    # Most texts begin with none of these signs, which is soon seen.
    return f"CASE WHEN {formula} AND NOT {number} THEN '''' || {column} ELSE {column} END"
