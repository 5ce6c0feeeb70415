"""The `shibie` command.

Exit status: 0 done; 1 the thing checked does not hold; 2 unusable input or arguments;
3 done, but rows were rejected.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shibie.errors import Lang


INTERRUPTED = 130


def main() -> None:
    """Run the command line; every foreseen failure is a message, not a traceback."""
    from typer import Abort

    from shibie.cli.app import app
    from shibie.cli.options import in_options
    from shibie.cli.usage import said_of_usage
    from shibie.errors import ShibieError

    try:
        status = app(prog_name="shibie", standalone_mode=False)
    except ShibieError as error:
        print(in_options(error).render(_language(sys.argv)), file=sys.stderr)
        sys.exit(2)
    except (KeyboardInterrupt, Abort):
        status = INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except Exception as error:
        # What the library raises for a wrong command line has no public name in all its versions.
        if not hasattr(error, "format_message"):
            raise
        if type(error).__name__.startswith("NoArgsIsHelp"):
            error.show()  # type: ignore[attr-defined]
        else:
            print(said_of_usage(error, _language(sys.argv)), file=sys.stderr)
        sys.exit(2)
    if status == INTERRUPTED:
        print("中断 interrupted", file=sys.stderr)
    sys.exit(status or 0)


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
    return "en" if "en" in said or _of_project(arguments) == "en" else "zh"


def _of_project(arguments: list[str]) -> Lang | None:
    """The language of a project that is named, or that one is in; None where it says none."""
    from shibie.errors import InputError
    from shibie.project.written import project_file, read_project

    for text in (*arguments[2:4], "."):
        try:
            file = project_file(Path(text))
            if file is not None:
                return read_project(file).lang
        except (InputError, OSError, ValueError):
            return None
    return None
