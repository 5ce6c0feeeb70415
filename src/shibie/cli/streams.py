"""Standard output and errors as they are found: in any encoding, closed, or gone half-way."""

from __future__ import annotations

import codecs
import os
import re
import sys
from typing import TYPE_CHECKING, Any, Final

from shibie.errors import Problem, Words
from shibie.file_failures import reason_of

if TYPE_CHECKING:
    from shibie.errors import Lang

_ESCAPED: Final = "shibie-escaped"
_BEYOND: Final = re.compile("[\U00010000-\U0010ffff]")


def use_streams() -> None:
    """Make whatever is printed go out, whatever the terminal or the pipe takes.

    A sign that the encoding lacks is written as an escape that JSON knows as well; what is closed
    takes everything and keeps nothing.
    """
    codecs.register_error(_ESCAPED, _escaped)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            # Open as long as the program runs.
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_ESCAPED)


def flushed() -> OSError | None:
    """Send what is still held back; what failed, if it does."""
    try:
        sys.stdout.flush()
    except OSError as error:
        return error
    return None


def give_up_output() -> None:
    """Write nothing more to standard output, nor complain about it at the end."""
    try:
        handle = sys.stdout.fileno()
    except (OSError, ValueError):
        return
    os.dup2(os.open(os.devnull, os.O_WRONLY), handle)


def output_lost(error: OSError, lang: Lang) -> str:
    """What is said where standard output takes nothing more."""
    reason = reason_of(error)
    what = Words(f"没有写完：{reason.zh}", f"not written to its end: {reason.en}")
    return Problem(Words("标准输出", "standard output").say(lang), what).render(lang)


def _escaped(error: Any) -> tuple[str, int]:
    r"""Signs as JSON writes them: `\u8bc6`, and what lies beyond in two halves."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    halves = _BEYOND.sub(_in_halves, text)
    return "".join(f"\\u{ord(sign):04x}" for sign in halves), error.end


def _in_halves(found: re.Match[str]) -> str:
    above = ord(found[0]) - 0x10000
    return chr(0xD800 + (above >> 10)) + chr(0xDC00 + (above & 0x3FF))
