"""What the commands print: text from data is text, in one line, and shows nobody's number.

Rich reads `[red]` as a colour and `[link=…]` as a link, and a terminal obeys escape sequences: what
comes from a roster, a pack or the command line goes through here and is neither. `--show-ids` is
for files; nothing prints a number whole.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from shibie.shown_text import shown_data, shown_line


def tell(line: str, *, error: bool = False) -> None:
    """Print a line, as a warning on stderr if asked.

    >>> tell("王明 11010519491231002X" + chr(10) + "退回 0 行")
    王明 110*************2X 退回 0 行
    """
    print(shown_line(line), file=sys.stderr if error else sys.stdout)


def tell_data(data: Any) -> None:
    """Print plain data as JSON."""
    print(json.dumps(shown_data(data), ensure_ascii=False, indent=1))


def marked(text: object) -> str:
    r"""A text for Rich, of which nothing is markup.

    >>> marked("[red]石磨村[/red]")
    '\\[red]石磨村\\[/red]'
    """
    from rich.markup import escape

    return escape(shown_line(str(text)))


def marked_lines(text: str) -> str:
    """The same of lines that were made by a command."""
    return "\n".join(map(marked, text.split("\n")))
