"""A day as rules, options and JSON write it: year, month and day, and in no other way.

The standard library also takes `20150701` and `2015-W27-3`, which nobody means: the one is a number,
the other a week.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Final

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

_WRITTEN: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def plain_day(text: str) -> date:
    """The day that a text such as 2015-07-01 says.

    Raises:
        ValueError: for any other text, and where there is no such day.

    >>> plain_day("2015-07-01")
    datetime.date(2015, 7, 1)
    >>> plain_day("2015-W27-3")
    Traceback (most recent call last):
        ...
    ValueError: not a day like 2015-07-01: '2015-W27-3'
    """
    if _WRITTEN.fullmatch(text) is None:
        raise ValueError(f"not a day like 2015-07-01: {text!r}")
    return date.fromisoformat(text)


def _of_yaml(value: Any) -> date:
    try:
        if type(value) is date:
            return value
        if isinstance(value, str):
            return plain_day(value)
    except ValueError:
        pass
    raise PydanticCustomError("date_parsing", "expected a date like 2015-07-01")


# A day in a form that is filled from YAML: neither a number of seconds nor a moment is one.
PlainDay = Annotated[date, BeforeValidator(_of_yaml)]
