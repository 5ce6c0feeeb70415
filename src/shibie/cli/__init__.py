"""The `shibie` command.

Exit status: 0 done; 1 the thing checked does not hold; 2 unusable input or arguments;
3 done, but rows were rejected.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shibie.errors import Lang


def main() -> None:
    """Run the command line; every foreseen failure is a message, not a traceback."""
    from shibie.cli.app import app
    from shibie.cli.options import in_options
    from shibie.errors import ShibieError

    try:
        app()
    except ShibieError as error:
        print(in_options(error).render(_language(sys.argv)), file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("中断 interrupted", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)


def _language(arguments: list[str]) -> Lang:
    """The language asked for on the command line, else that of the pack named there."""
    from shibie.cli.app import Language, spoken

    joined = " ".join(arguments)
    for language in Language:
        if f"--lang {language}" in joined or f"--lang={language}" in joined:
            return language.value
    named = [after for option, after in pairwise(arguments) if option in ("--rules", "-r")]
    # `test`, `verify`, `show` and `diff` name their packs without an option.
    said = {spoken(None, name) for name in named or arguments[2:4]}
    return "en" if "en" in said else "zh"
