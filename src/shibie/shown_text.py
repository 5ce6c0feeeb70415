r"""Text from data as it is shown: on a terminal, in a message, in a paper, in a cell.

Whatever a clerk has typed is text and nothing more. It gives no orders to a terminal (escape
sequences), does not turn the direction of writing round, and does not pretend to be a line of its
own; and it shows nobody's number. Here is the one place that does both.

>>> shown_line("王明\n11010519491231002X\x1b[31m")
'王明 110*************2X�[31m'
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from shibie.numbers_in_text import has_birth_date, without_numbers

# Signs that are orders: of terminals, of old printers, and halves of letters that no file holds.
_ORDERS: Final = r"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff"
# Those that turn the direction of writing, hide what follows, or join what is written apart.
_TURNS: Final = "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0001-\U000e007f"
_ENDS: Final = "\t\n\r\x0b\x0c\x85\u2028\u2029"
_ORDER: Final = re.compile(f"[{_ORDERS}]")
_TURN: Final = re.compile(f"[{_TURNS}]")
_NEW_LINE: Final = re.compile("\r\n|[\r\x85\u2028\u2029\x0b\x0c]")
_END: Final = re.compile(f" *[{_ENDS}]+ *")
_HARMLESS: Final = re.compile(r"[ -~\u4e00-\u9fff\u3000-\u303f\uff01-\uff5e“”‘’·…—]*")


def inert(text: str) -> str:
    r"""A text of which no sign is an order; its lines stay.

    A sign that was left out for a reason is shown as one that cannot be shown.

    >>> inert("a\x1b]0;b\x07\u202ec\nd")
    'a�]0;b�c\nd'
    """
    if _HARMLESS.fullmatch(text):
        return text
    text = _NEW_LINE.sub("\n", text)
    return _ORDER.sub("\ufffd", _TURN.sub("", text))


def one_line(text: str) -> str:
    r"""A text of which no sign is an order, in one line.

    >>> one_line("甲\r\n乙\u2028丙")
    '甲 乙 丙'
    """
    return text if _HARMLESS.fullmatch(text) else inert(_END.sub(" ", text))


def shown(text: str) -> str:
    """A text as it may be shown, its lines kept: no order, and no number of anybody."""
    return without_numbers(inert(text))


def shown_line(text: str) -> str:
    """The same in one line."""
    return without_numbers(one_line(text))


_HOUSEHOLD: Final = re.compile(r"(?!6[02])\d{12,17}")


def shown_household(number: str) -> str:
    """A household's own number as it may be shown: masked where it is somebody's number.

    That of a village has twelve digits, and is nobody's account with a few more behind it: it is
    masked only where there is a birth date in it, or the beginning of a bank card.

    >>> shown_household("511921001201"), shown_household("51192119650303531X")
    ('511921001201', '511*************1X')
    >>> shown_household("5119210012010001"), shown_household("511921650303531")
    ('5119210012010001', '511**********31')
    """
    is_key = _HOUSEHOLD.fullmatch(number) and not has_birth_date(number)
    return number if is_key else shown_line(number)


def shown_data(value: Any, say: Callable[[str], str] = shown_line) -> Any:
    r"""Plain data as it may be shown: every text in it, also what names something.

    Args:
        value: texts, numbers, lists and what names them.
        say: makes of a text what is shown: a line, or where it has several, `shown`.

    >>> shown_data({"name": "王\n明", "phones": ["13800138000"], "income": 13800138000})
    {'name': '王 明', 'phones': ['138******00'], 'income': 13800138000}
    """
    match value:
        case str():
            return say(value)
        case dict():
            named: dict[Any, Any] = {}
            for name, each in value.items():
                # Two that are shown alike stay two.
                key, number = shown_data(name, say), 2
                while key in named:
                    key, number = f"{shown_data(name, say)} ({number})", number + 1
                named[key] = shown_data(each, say)
            return named
        case list() | tuple():
            return [shown_data(each, say) for each in value]
        case _:
            return value
