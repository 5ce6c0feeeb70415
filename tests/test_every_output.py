"""Every output of every command, of two rosters: nobody's number, phone, account or illness.

What may hold them is named here: the officer's own workbook, given back to him, and `--show-ids`.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path

import duckdb
import pypdf
import pytest

ROOT = Path(__file__).parents[1]
TOWNSHIP, VILLAGE = ROOT / "fixtures" / "township-2015", ROOT / "fixtures" / "village-60.xlsx"
RULES = ("--rules", "bazhong-2015", "--as-of", "2015-12-20")
# Of each, some that are included and some that are not.
HOUSEHOLDS = {
    TOWNSHIP: ("H01-03-023", "H07-06-017", "H01-01-001"),
    VILLAGE: ("0401007", "0401011", "0401017"),
}
ILL: tuple[str, ...] = ("患有大病", "长期慢性病")
# What a cell may say is nobody's illness: the whole list stands in the reason of a refused one.
CODES = re.compile("健康(?:、|, )长期慢性病(?:、|, )患有大病(?:、|, )残疾")
# Digits of a number, however they are set apart; no part of a hash.
NUMBER = re.compile(r"(?<![0-9a-f.])\d(?:[ -]?\d){10,21}[Xx]?(?![0-9a-f])")

# The commands, with `ROSTER`, `HOUSEHOLDS` and `OUT` to be filled in.
COMMANDS: dict[str, list[str]] = {
    "check": ["check", "ROSTER", *RULES, "--out", "OUT/a", "--out", "OUT/a.xlsx", "--clues"],
    "interpreter": ["check", "ROSTER", *RULES, "--engine", "interpreter", "--out", "OUT/b"],
    "parquet": ["check", "ROSTER", *RULES, "--out", "OUT/c.parquet"],
    "english": ["check", "ROSTER", *RULES, "--lang", "en", "--out", "OUT/d.xlsx"],
    "explain": ["explain", "ROSTER", *RULES, "HOUSEHOLDS", "--full", "--html", "OUT/e.html"],
    "explain as JSON": ["explain", "ROSTER", *RULES, "HOUSEHOLDS", "--json"],
    "procedure": ["procedure", "ROSTER", *RULES, "--out", "OUT/f", "--out", "OUT/f.xlsx"],
    "report": ["report", "ROSTER", *RULES, "--out", "OUT/g.docx", "--out", "OUT/g.md", "--full"],
    "recheck": ["recheck", "ROSTER", "ROSTER", *RULES, "--out", "OUT/h", "--out", "OUT/h.xlsx"],
    "plan": ["plan", "ROSTER", *RULES, "--out", "OUT/i", "--out", "OUT/i.xlsx"],
    "helpers": ["helpers", "ROSTER", *RULES, "--out", "OUT/j", "--out", "OUT/j.xlsx"],
    "lists": ["notice", "ROSTER", *RULES, "--kind", "lists", "--office", "某乡", "--out", "OUT/k"],
    "letters": [
        "notice", "ROSTER", *RULES, "--kind", "letters", "--office", "某乡", "--out", "OUT/l",
        "HOUSEHOLDS",
    ],
    "diff": ["diff", "bazhong-2015", "bazhong-2015", "--roster", "ROSTER", "--as-of", "2015-12-20",
             "--out", "OUT/m.xlsx"],
    "link": ["link", "ROSTER", *RULES, "--out", "OUT/n", "--out", "OUT/n.xlsx"],
    "fit": ["fit", "ROSTER", "--rules", "bazhong-2015"],
}  # fmt: skip


def texts_of(path: Path) -> Iterator[str]:
    """Whatever can be read in a file, and its name."""
    yield path.name
    match path.suffix:
        case ".xlsx" | ".docx":
            with zipfile.ZipFile(path) as parts:
                for name in parts.namelist():
                    if name.endswith((".xml", ".rels", ".vml")):
                        text = parts.read(name).decode("utf-8")
                        yield unescape(re.sub(r"<[^>]+>", " ", text))
        case ".pdf":
            for page in pypdf.PdfReader(path).pages:
                yield page.extract_text()
        case ".parquet":
            yield str(duckdb.read_parquet(str(path)).fetchall())
        case ".png":
            pass
        case _:
            yield path.read_text(encoding="utf-8-sig")


def numbers_of(path: Path) -> set[str]:
    """The numbers of persons, phones and accounts that a roster holds."""
    files = sorted(path.rglob("*.csv")) if path.is_dir() else [path]
    found = {
        each for file in files for text in texts_of(file) for each in re.findall(r"\d{11,}X?", text)
    }
    return {each for each in found if len(each) in (11, 15, 16, 18, 19, 20)}


def shown_of(texts: Iterator[str], numbers: set[str]) -> list[str]:
    """What of a roster's numbers, and of anybody's illness, is shown."""
    found = []
    for text in texts:
        for each in NUMBER.finditer(text):
            plain = re.sub(r"[ -]", "", each[0]).upper()
            if plain in numbers:
                found.append(f"{plain[:6]}… in {text[max(0, each.start() - 30) : each.start()]!r}")
        found += [word for word in ILL if word in CODES.sub("", text)]
    return found


def filled_in(command: list[str], roster: Path, out: Path) -> Iterator[str]:
    """A command for one roster."""
    for each in command:
        if each == "HOUSEHOLDS":
            for household in HOUSEHOLDS[roster]:
                yield from ("--household", household)
        else:
            yield each.replace("ROSTER", str(roster)).replace("OUT", str(out))


def said_by(command: Iterable[str]) -> Iterator[str]:
    """What a command prints, on either stream; it must be done."""
    arguments = [sys.executable, "-m", "shibie", *command]
    done = subprocess.run(arguments, capture_output=True, text=True, encoding="utf-8", cwd=ROOT)
    assert done.returncode in (0, 3), (arguments, done.stderr)
    yield from (done.stdout, done.stderr)


@pytest.mark.slow
@pytest.mark.parametrize("roster", [TOWNSHIP, VILLAGE], ids=["township", "village"])
def test_nobody_is_shown(tmp_path: Path, roster: Path) -> None:
    numbers = numbers_of(roster)
    assert len(numbers) > 100
    shown: dict[str, list[str]] = {}
    for name, command in COMMANDS.items():
        out = tmp_path / name
        out.mkdir()
        found = shown_of(said_by(filled_in(command, roster, out)), numbers)
        for file in sorted(out.rglob("*")):
            if file.is_file():
                found += shown_of(texts_of(file), numbers)
        if found:
            shown[name] = sorted(set(found))[:5]
    assert shown == {}


@pytest.mark.slow
def test_the_search_finds_what_the_officer_s_own_workbook_shows(tmp_path: Path) -> None:
    """The control: given back to him, and asked for with `--show-ids`, numbers are whole."""
    numbers, own, asked = numbers_of(VILLAGE), tmp_path / "own.xlsx", tmp_path / "asked.xlsx"
    for option in (["--annotate", str(own)], ["--show-ids", "--out", str(asked)]):
        assert shown_of(said_by(["check", str(VILLAGE), *RULES, *option]), numbers) == []
    for file in (own, asked):
        assert len(shown_of(texts_of(file), numbers)) > 10
