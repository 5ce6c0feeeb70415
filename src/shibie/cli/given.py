"""The JSON of `--given`: written in the command, in a file, or coming in by a pipe.

The shells of Windows take the double quotes of JSON away, so a file is the way there.
"""

from __future__ import annotations

import codecs
import sys
from pathlib import Path
from typing import Final

from shibie.errors import InputError, Problem, Words
from shibie.file_failures import CANNOT_READ, file_failure

_OPTION: Final = "--given"
BY_FILE: Final = Words(
    'cmd 和 PowerShell 会去掉 JSON 的双引号：把它存成文件，写作 --given "@文件.json"',
    "cmd and PowerShell take the double quotes of JSON away: save it in a file, and write"
    ' --given "@FILE.json"',
)
# By what they begin with; Notepad and PowerShell write such marks.
_MARKS: Final = {
    codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
}  # fmt: skip


def given_text(given: str) -> str:
    """The JSON that `--given` means.

    Args:
        given: the JSON itself, `@FILE`, or `-` for what comes in by a pipe.

    Raises:
        InputError: when the file cannot be read, or the shell has taken the quotes of the JSON.

    >>> given_text('{"food_secure": true}')
    '{"food_secure": true}'
    """
    if given == "-":
        return _decoded(sys.stdin.buffer.read(), _OPTION)
    if given.startswith("@"):
        path = Path(given[1:])
        try:
            return _decoded(path.read_bytes(), str(path))
        except OSError as error:
            raise file_failure(error, str(path), CANNOT_READ) from error
    # JSON that says something of a name has quotes around the name.
    if ":" in given and '"' not in given:
        what = Words("JSON 里的双引号不见了", "the double quotes of the JSON are gone")
        raise InputError(Problem(_OPTION, what, suggestion=BY_FILE, code="bad_json"))
    return given


def _decoded(data: bytes, where: str) -> str:
    """Text in UTF-8, in UTF-16 with its mark, or in GB18030."""
    marked = [name for mark, name in _MARKS.items() if data.startswith(mark)]
    for encoding in marked or ["utf-8", "gb18030"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    what = Words("编码既不是 UTF-8 也不是 GB18030", "neither UTF-8 nor GB18030 text")
    raise InputError(Problem(where, what, code="bad_json"))
