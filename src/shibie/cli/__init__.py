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


UNUSABLE = 2
INTERRUPTED = 130


def main() -> None:
    """Run the command line; every foreseen failure is a message, not a traceback."""
    from shibie.cli.streams import flushed, give_up_output, output_lost, use_streams

    use_streams()
    lost: OSError | None = None
    try:
        status = _run()
    except BrokenPipeError as error:
        lost, status = error, UNUSABLE
    except SystemExit as end:
        # The libraries that print take a pipe that is gone for a reason to end with 1.
        lost = end.__context__ if isinstance(end.__context__, BrokenPipeError) else None
        status = UNUSABLE if lost is not None else int(end.code or 0)
    lost = flushed() or lost
    if lost is not None:
        give_up_output()
        print(output_lost(lost, _language(sys.argv)), file=sys.stderr)
        status = UNUSABLE
    sys.exit(status)


def _run() -> int:
    """Run the command; returns the exit status."""
    from typer import Abort

    from shibie.cli.app import app
    from shibie.cli.options import in_options
    from shibie.cli.usage import said_of_usage
    from shibie.errors import ShibieError
    from shibie.file_failures import files_said

    try:
        _must_be_text(sys.argv)
        _must_not_be_empty(sys.argv)
        with files_said():
            status = app(prog_name="shibie", standalone_mode=False)
    except ShibieError as error:
        print(in_options(error).render(_language(sys.argv)), file=sys.stderr)
        return UNUSABLE
    except (KeyboardInterrupt, Abort):
        status = INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as error:
        # What the library raises for a wrong command line has no public name in all its versions.
        if not hasattr(error, "format_message"):
            raise
        if type(error).__name__.startswith("NoArgsIsHelp"):
            error.show()  # type: ignore[attr-defined]
        else:
            print(said_of_usage(error, _language(sys.argv)), file=sys.stderr)
        return UNUSABLE
    if status == INTERRUPTED:
        print("中断 interrupted", file=sys.stderr)
    return status or 0


def _must_be_text(arguments: list[str]) -> None:
    """Refuse a name of a file that is none in this system's encoding: no output could hold it.

    Raises:
        InputError: with each.
    """
    from shibie.errors import InputError, Problem, Words

    what = Words("名称不是 UTF-8 文字", "a name that is no UTF-8 text")
    advice = Words("先给文件或文件夹改名", "rename the file or folder first")
    problems = [
        Problem(each.encode(errors="backslashreplace").decode(), what, suggestion=advice)
        for each in arguments
        if any("\ud800" <= sign <= "\udfff" for sign in each)
    ]
    if problems:
        raise InputError(problems)


def _must_not_be_empty(arguments: list[str]) -> None:
    """Refuse an option whose value is empty: a folder of no name would be the one that one is in.

    Raises:
        InputError: with each.
    """
    from shibie.errors import InputError, Problem, Words

    what = Words("后面是空的", "its value is empty")
    advice = Words("写上内容，或不用这个选项", "give one, or leave the option out")
    pairs = pairwise([*arguments, "-"])
    empty = [
        one
        for one, after in pairs
        if one.startswith("-") and one != "--" and "=" not in one and not after
    ]
    empty += [one[:-1] for one in arguments if one.startswith("--") and one.endswith("=")]
    if empty:
        raise InputError([Problem(each, what, suggestion=advice) for each in empty])


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
