"""Ways to damage a file: its bytes, the parts of a zip, the cells of a table, its encoding."""

from __future__ import annotations

import copy
import io
import random
import re
import zipfile
from collections.abc import Callable
from typing import Any, Final

from support.books import PEOPLE, Book

ODD: Final[tuple[Any, ...]] = (
    None, "", " ", "是", "否", "户主", "001", "002", "009", 0, -1, 1.5, 1e300, 10**15, 10**17, True,
    "=1+1", "@x", "-5", "长" * 300, "😀", "三千", "1,00", "3000元", "0.2万", "2015-02-30",
    "2015年1月1日", "残疾|患有大病", "无", "E", PEOPLE[0], PEOPLE[0][:-1] + "0", "5.119E+17",
    "户编号", "合计", "nan", "inf", "#N/A", "[red]x[/red]", "\x1b[31m", "a\nb", "a\r\nb", "\t", '"',
    "1e5", "１２３", "٣", "--", "\u200b", "\ufeff", "e\u0301", "0x10", "1_000", "９９", "a|b|",
)  # fmt: skip
_NUMBERS: Final = (0, 1, 0x7F, 0x80, 0xFF, 0x0A, 0x22, 0x2C, 0x3C)
_VALUES: Final = (
    b"", b"0", b"-1", b"1", b"999999999", b"99999999999999999999", b"A1:XFD1048576", b"XFD1048576",
    b"A0", b"1A", b"NaN", b"&#0;", b"&x;", b"x" * 5000, b"\xff", "\u6c49".encode("gb18030"), b"s",
    b"inlineStr", b"e", b"b", b"../../x.xml", b"1e999",
)  # fmt: skip


def bytes_damaged(chance: random.Random, data: bytes) -> bytes:
    """A file with a few bytes flipped, cut off, put in, doubled, left out or swapped."""
    work = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        if not work:
            break
        at, length = chance.randrange(len(work)), chance.choice((1, 2, 8, 64, 512))
        to = chance.randrange(len(work))
        match chance.randrange(8):
            case 0 | 1:
                work[at] = chance.choice((chance.randrange(256), *_NUMBERS))
            case 2:
                work[at] ^= 1 << chance.randrange(8)
            case 3:
                del work[at:]
            case 4:
                work[at:at] = chance.randbytes(length)
            case 5:
                work[to:to] = work[at : at + length]
            case 6:
                del work[at : at + length]
            case _:
                work[at : at + length], work[to : to + length] = (
                    work[to : to + length], work[at : at + length],
                )  # fmt: skip
    return bytes(work)


def zip_damaged(chance: random.Random, data: bytes, only: str = "") -> bytes:
    """A zip with damaged parts, each with its right checksum.

    Args:
        chance: what is done.
        data: the zip.
        only: damage the parts whose names end so.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as old:
            parts = [(name, old.read(name)) for name in old.namelist()]
    except Exception:
        return bytes_damaged(chance, data)
    for _ in range(chance.randint(1, 3)):
        which = [at for at, (name, _) in enumerate(parts) if name.endswith(only)]
        if not which:
            break
        at, other = chance.choice(which), chance.choice(which)
        name, part = parts[at]
        match chance.randrange(10):
            case 0:
                parts[at] = name, bytes_damaged(chance, part)
            case 1:
                del parts[at]
            case 2:
                parts[at], parts[other] = (name, parts[other][1]), (parts[other][0], part)
            case 3:
                parts.append((chance.choice((name, name.upper(), "x/" + name)), part))
            case _:
                parts[at] = name, xml_damaged(chance, part)
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts:
            # As a damaged zip may have it, one name may stand twice.
            new._didModify = True  # type: ignore[attr-defined]
            new.NameToInfo.pop(name, None)
            new.writestr(zipfile.ZipInfo(name), part)
    return into.getvalue()


def xml_damaged(chance: random.Random, part: bytes) -> bytes:
    """XML with a tag left out or doubled, or a value of an attribute or a text changed."""
    found = list(re.finditer(rb"<[^>]*>", part))
    if not found:
        return bytes_damaged(chance, part)
    tag, other = chance.choice(found), chance.choice(found)
    first, last = sorted((tag, other), key=lambda each: each.start())
    match chance.randrange(7):
        case 0:
            return part[: tag.start()] + part[tag.end() :]
        case 1:
            return part[: tag.start()] + tag[0] + part[tag.start() :]
        case 2:
            # What stands between two tags once more, as rows and cells that are doubled.
            return part[: last.start()] + part[first.start() : last.start()] + part[last.start() :]
        case 3:
            return part[: first.start()] + part[last.start() :]
        case 4:
            values = list(re.finditer(rb'"[^"<>]*"', part))
            if values:
                at = chance.choice(values)
                return part[: at.start()] + b'"' + chance.choice(_VALUES) + b'"' + part[at.end() :]
            return part + part
        case 5:
            texts = list(re.finditer(rb">[^<>]+<", part))
            if texts:
                at = chance.choice(texts)
                return part[: at.start() + 1] + chance.choice(_VALUES) + part[at.end() - 1 :]
            return b""
        case _:
            encoding = chance.choice(("utf-16", "gb18030", "latin-1"))
            return part.decode("utf-8", "replace").encode(encoding, "replace")


def book_damaged(chance: random.Random, sheets: Book) -> Book:
    """A workbook with cells, rows, columns and sheets changed."""
    made = copy.deepcopy(sheets)
    for _ in range(chance.randint(1, 5)):
        name = chance.choice(list(made))
        rows = made[name]
        if not rows:
            continue
        row = chance.choice(rows)
        at = chance.randrange(max(1, len(rows[0])))
        match chance.randrange(10):
            case 0 | 1 | 2 if row:
                row[chance.randrange(len(row))] = chance.choice(ODD)
            case 3:
                new = [chance.choice(ODD) for _ in range(chance.randrange(6))]
                rows.insert(chance.randrange(len(rows) + 1), new)
            case 4:
                rows.remove(row)
            case 5:
                rows.insert(chance.randrange(len(rows) + 1), list(row))
            case 6:
                made[name] = [each[:at] + each[at + 1 :] for each in rows]
            case 7:
                made[name] = [each[: at + 1] + each[at:] for each in rows]
            case 8:
                to = chance.randrange(max(1, len(rows[0])))
                for each in rows:
                    if max(at, to) < len(each):
                        each[at], each[to] = each[to], each[at]
            case _ if len(made) > 2:
                del made[chance.choice(list(made)[2:])]
    return made


def text_damaged(chance: random.Random, data: bytes) -> bytes:
    """A text in another or a broken encoding, with odd ends of lines, or with damaged bytes."""
    text = data.decode("utf-8", "replace")
    turned: tuple[Callable[[], bytes], ...] = (
        lambda: text.encode("gb18030"),
        lambda: text.encode("utf-16"),
        lambda: text.encode("utf-16-be"),
        lambda: b"\xef\xbb\xbf" + text.encode("gb18030"),
        lambda: b"\xef\xbb\xbf" + data,
        lambda: data[: len(data) // 2] + text[len(text) // 2 :].encode("gb18030"),
        lambda: text.replace("\r\n", chance.choice(("\r", "\n", "\n\n", "\r\r\n"))).encode(),
        lambda: text.replace(",", chance.choice((";", "\t", "，", "|", ",,"))).encode(),
        lambda: text.replace(",", ',"', 1 + chance.randrange(5)).encode(),
        lambda: text.replace("\n", '\n"', 1 + chance.randrange(3)).encode(),
        lambda: text.replace("0", "\x00", 1).encode(),
        lambda: data + b"\x1a",
        lambda: _lines_damaged(chance, text).encode(),
        lambda: _lines_damaged(chance, text).encode(),
    )
    return bytes_damaged(chance, data) if chance.random() < 0.4 else chance.choice(turned)()


def _lines_damaged(chance: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    for _ in range(chance.randint(1, 3)):
        if not lines:
            break
        at, to = chance.randrange(len(lines)), chance.randrange(len(lines))
        match chance.randrange(4):
            case 0:
                del lines[at]
            case 1:
                lines.insert(to, lines[at])
            case 2:
                lines[at], lines[to] = lines[to], lines[at]
            case _:
                lines[at] = lines[at].replace(",", "," + str(chance.choice(ODD)) + ",", 1)
    return "".join(lines)


# Pieces that rules and expressions are written with, and some that nobody should write.
TOKENS: Final = (
    "and", "or", "not", "in", "if", "else", "(", ")", "[", "]", "{", "}", ",", ":", ".", "..", "<", "<=",
    "==", "!=", ">", "+", "-", "*", "/", "//", "**", "%", "lambda", "None", "True", "await", "yield", ":=",
    "members", "vehicles", "household", "wage_income", "health", "age", "known(", "round(", "min(", "sum(",
    ".any(", ".all(", ".count()", ".max(", "date(\"2015-07-01\")", "date(\"2015-W27-3\")", "years_between(",
    "at_least(", "floor(", "1e999", "0x1F", "1_000", "99999999999999999999", "-2.5", "\"患有大病\"", "'", '"',
    "\"\"\"", "\\", "\n", "\t", "  ", "\x00", "\ufeff", "\u200b", "家庭人均纯收入", "__class__", "f\"{x}\"",
    "((((((((((" , "not not not", "- - -", "!!python/object/apply:os.system [x]", "&a", "*a", "<<: *a", "? ",
    "- ", "---", "...", "|", ">", "#", "!!set", "~", "yes", "2015-13-45", "{{", "}}", "{%", "%}", "@", "`",
)  # fmt: skip


def words_damaged(chance: random.Random, text: str) -> str:
    """A text of rules with pieces put in, left out, doubled and swapped."""
    pieces = re.findall(r"\w+|\s+|[^\w\s]", text) or [""]
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        at, to = chance.randrange(len(pieces)), chance.randrange(len(pieces))
        length = chance.choice((1, 1, 2, 5, 20))
        match chance.randrange(6):
            case 0:
                pieces[at] = chance.choice(TOKENS)
            case 1:
                pieces.insert(at, chance.choice(TOKENS))
            case 2:
                del pieces[at : at + length]
            case 3:
                pieces[to:to] = pieces[at : at + length]
            case 4:
                pieces[at], pieces[to] = pieces[to], pieces[at]
            case _:
                pieces[at] *= chance.choice((2, 2, 10, 300))
        pieces = pieces or [""]
    return "".join(pieces)
