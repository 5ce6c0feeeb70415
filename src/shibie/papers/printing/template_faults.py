"""What is wrong with a Word template, said with the paragraph where it is."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from shibie.archives import must_be_small
from shibie.errors import InputError, Problem, Words, did_you_mean
from shibie.file_failures import file_failure
from shibie.limits import TEMPLATE_BYTES, TEMPLATE_PART

_LONGEST: Final = 120
_ATTRIBUTE: Final = re.compile(r"access to attribute '(.*)' of '(.*)' object is unsafe")


def must_be_word(template: Path) -> None:
    """Refuse a file that is no Word file, or too large a one, before it is unpacked.

    Raises:
        InputError: with its path.
    """
    try:
        parts = must_be_small(template, TEMPLATE_BYTES)
        sizes = {part.filename: part.file_size for part in parts}
    except OSError as error:
        doing = Words("模板读不了", "the template cannot be read")
        raise file_failure(error, str(template), doing) from error
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        RuntimeError,
        ValueError,
    ) as error:
        raise _problem(template, _NOT_WORD) from error
    if "[Content_Types].xml" not in sizes:
        raise _problem(template, _NOT_WORD)
    xml = max((size for name, size in sizes.items() if name.endswith((".xml", ".rels"))), default=0)
    if xml > TEMPLATE_PART:
        most = TEMPLATE_PART // 1_000_000
        raise _problem(template, Words(
            f"模板太大：一部分文字超过 {most} MB",
            f"the template is too large: a part of its text takes more than {most} MB",
        ))  # fmt: skip


_NOT_WORD: Final = Words("不是 Word 文件（.docx）", "not a Word file (.docx)")


def template_fault(
    template: Path, error: Exception, source: str, fields: Mapping[str, Any]
) -> InputError:
    """The message for whatever a template failed with.

    Args:
        template: the file.
        error: what was raised while it was read or filled in.
        source: the text of the part that was being filled in; empty: it had not begun.
        fields: the names that a template may use.
    """
    import jinja2

    line = _line_of(error)
    excerpt = paragraph_of(source, line) if line else ""
    reason = _short(error)
    refused = _refused(error)
    if refused is not None:
        what = Words(f"模板不允许这样做：{refused.zh}", f"no template may do this: {refused.en}")
    elif isinstance(error, jinja2.UndefinedError):
        name = reason.split("'")[-2] if reason.count("'") > 1 else reason
        return _problem(
            template,
            Words(f"没有这一栏：{name}", f"no such field: {name}"),
            excerpt,
            did_you_mean(name, fields),
        )
    elif isinstance(error, jinja2.TemplateError) or excerpt:
        what = Words(f"模板有误：{reason}", f"the template is wrong: {reason}")
    elif isinstance(error, zipfile.BadZipFile) or not source:
        what = Words(
            f"不是 Word 文件（.docx），或已损坏：{reason}",
            f"not a Word file (.docx), or a damaged one: {reason}",
        )
    else:
        what = Words(f"模板已损坏：{reason}", f"the template is damaged: {reason}")
    return _problem(template, what, excerpt)


def _refused(error: Exception) -> Words | None:
    """What the sandbox refused; None where it did not."""
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import MAX_RANGE

    from shibie.papers.printing.template_sandbox import TemplateLimitError

    if isinstance(error, TemplateLimitError):
        return error.said
    if isinstance(error, OverflowError) and "MAX_RANGE" in str(error):
        return Words(f"range 超过 {MAX_RANGE:,}", f"a range of more than {MAX_RANGE:,}")
    if not isinstance(error, SecurityError):
        return None
    reason = _short(error)
    found = _ATTRIBUTE.match(reason)
    return Words(f"读取 {found[2]} 的 {found[1]}" if found else reason, reason.rstrip("."))


def paragraph_of(source: str, line: int) -> str:
    r"""The words of a paragraph, where each stands on a line of its own.

    >>> paragraph_of("<w:body>\n<w:p><w:t>{{ a.b }} yuan</w:t></w:p>", 2)
    '{{ a.b }} yuan'
    """
    lines = source.splitlines()
    text = re.sub(r"<[^>]*>", "", lines[line - 1]) if 0 < line <= len(lines) else ""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _line_of(error: Exception) -> int:
    """The line of a template in which it failed; 0: in none."""
    line = getattr(error, "lineno", None)
    if type(line) is int and type(error).__module__.startswith("jinja2"):
        return line
    found, trace = 0, error.__traceback__
    while trace is not None:
        found = _own_line(trace) or found
        trace = trace.tb_next
    return found


def _own_line(trace: TracebackType) -> int:
    return trace.tb_lineno if trace.tb_frame.f_code.co_filename == "<template>" else 0


def _short(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    # Some libraries name only what they miss.
    if isinstance(error, KeyError | RecursionError | MemoryError | IndexError | AttributeError):
        text = f"{type(error).__name__}: {text}"
    return text if len(text) <= 2 * _LONGEST else text[: 2 * _LONGEST - 1] + "…"


def _problem(
    template: Path, what: Words, excerpt: str = "", suggestion: Words | None = None
) -> InputError:
    return InputError(Problem(str(template), what, excerpt, suggestion))
