"""The `shibie` command.

Exit status: 0 done; 1 the thing checked does not hold; 2 unusable input or arguments;
3 done, but rows were rejected.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shibie.errors import Lang


def main() -> None:
    """Run the command line; every foreseen failure is a message, not a traceback."""
    from shibie.cli.app import app
    from shibie.errors import ShibieError

    try:
        app()
    except ShibieError as error:
        print(error.render(_language(sys.argv)), file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("中断 interrupted", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)


def _language(arguments: list[str]) -> Lang:
    """The language asked for on the command line, before it is parsed."""
    joined = " ".join(arguments)
    return "en" if "--lang en" in joined or "--lang=en" in joined else "zh"
