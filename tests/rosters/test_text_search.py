"""Lines of a text that are found by their bytes: none is missed, and each has its row's number."""

from __future__ import annotations

import csv
import random
import shutil
import sys
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rosters.test_chosen import alone, as_person_rows, found, hurt, numbers_of, read, whole, write
from shibie.plain_text import INVISIBLE
from shibie.rosters import duckdb_files, families, text_search
from shibie.rosters.cell_error import CellError
from shibie.rosters.cells import read_cell
from shibie.rosters.csv_text import csv_rows, csv_text, is_even
from shibie.rosters.landed_cells import unwrap
from shibie.rosters.layout import Placed
from shibie.rosters.text_search import NotByLinesError, Sought, lines_with
from shibie.rosters.written import lines_of_households, lines_of_persons
from shibie.vocabulary import FieldSpec
from support import books

AS_OF = date(2015, 12, 20)
SEEDS = 500
PERSON = FieldSpec("id_number", "证件号码", "citizen_id")
HOUSEHOLD = FieldSpec("household_id", "户编号", "text")
WIDE = str.maketrans({str(digit): chr(0xFF10 + digit) for digit in range(10)})
# Ways to write a number, of which some are not read.
WRITTEN: list[Callable[[str], str]] = [
    str, str, str, str.lower, "'{}".format, " {}\u3000".format, "\x01str {}".format, "{}43".format,
    lambda text: text.translate(WIDE), lambda text: text[:9] + "\u2009" + text[9:],
    lambda text: " ".join(text), lambda text: text[:6] + text[8:17], lambda text: text[:-1] + "②",
    lambda text: text[:10] + "\t" + text[10:], lambda text: f'{text[:4]}"{text[4:]}',
]  # fmt: skip
OTHER = [
    "",
    "",
    "甲村",
    "12",
    "-",
    "a b",
    "(乙)",
    "、",
    "x" * 70,
    "2015-01-01",
    "1,000",
    "\x00",
    "é",
]
BROKEN = ['"', '""', 'a"b', '"a\nb"', '"a\r\nb"', '"a" b', "\r", '"unclosed']


def random_text(chance: random.Random, numbers: list[str]) -> tuple[bytes, str]:
    """A CSV file of any kind, sound or not, and its encoding."""
    delimiter = chance.choice(",,,\t;")
    broken = chance.random() < 0.3
    ends = chance.choice([["\n"], ["\n"], ["\r\n"], ["\n", "\r\n"], ["\r"], ["\n", "\r"]])
    lines = [delimiter.join(("户编号", "证件号码", "村"))]
    for _ in range(chance.randrange(60)):
        cells = [chance.choice(OTHER) for _ in range(chance.choice([0, 2, 3, 3, 3, 3, 4]))]
        if cells and chance.random() < 0.5:
            way = chance.choice(WRITTEN)
            cells[chance.randrange(len(cells))] = way(chance.choice(numbers))
        cells = [written(cell, delimiter, chance) for cell in cells]
        if broken and cells and chance.random() < 0.05:
            cells[-1] = chance.choice(BROKEN)
        lines.append(delimiter.join(cells))
    text = "".join(line + chance.choice(ends) for line in lines)
    if chance.random() < 0.3:
        text = text[: -len(ends[0])]
    encoding = chance.choice(["utf-8", "utf-8", "utf-8", "utf-8-sig", "gb18030", "utf-16"])
    return text.encode(encoding), encoding


def written(cell: str, delimiter: str, chance: random.Random) -> str:
    """A cell in quotes, where it needs them, and sometimes otherwise."""
    if delimiter in cell or '"' in cell or chance.random() < 0.05:
        return '"' + cell.replace('"', '""') + '"'
    return cell


def reads(cell: str, spec: FieldSpec) -> object:
    try:
        return read_cell(unwrap(cell), spec, AS_OF)
    except CellError:
        return None


def test_no_row_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In texts of any kind, the lines found hold all rows in which a number is read."""
    path = tmp_path / "text.csv"
    searched = hits = 0
    refused = set()
    for seed in range(SEEDS):
        chance = random.Random(seed)
        numbers = [*chance.sample(books.PEOPLE, 3), "001", "H-7", "户2"]
        data, encoding = random_text(chance, numbers)
        path.write_bytes(data)
        monkeypatch.setattr(text_search, "_PART", chance.choice([64, 200, 1 << 16]))
        text = csv_text(path)
        persons, households = set(numbers[:2]), set(numbers[2:4])
        near = {chance.randrange(1, 70) for _ in range(4)}
        try:
            several = [
                dict(lines_with(path, text, sought))
                for sought in (lines_of_persons(persons), lines_of_households(households),
                               Sought(rows=near))
            ]  # fmt: skip
        except NotByLinesError:
            refused.add(encoding)
            continue
        searched += 1
        # What is found by lines is sound CSV, or it was refused.
        rows = dict(enumerate(csv_rows(path, text), start=1))
        for lines, spec, wanted in zip(
            several[:2], (PERSON, HOUSEHOLD), (persons, households), strict=True
        ):
            held = {row for row, cells in rows.items()
                    if any(reads(cell, spec) in wanted for cell in cells)}  # fmt: skip
            assert held <= set(lines), (seed, held)
            hits += len(held)
        assert near & set(rows) <= set(several[2]), seed
        for row, line in (each for lines in several for each in lines.items()):
            (cells,) = csv.reader([line.decode()], delimiter=text.delimiter, strict=True)
            assert tuple(cells) == rows[row], seed
    assert searched > SEEDS // 3
    assert hits > SEEDS
    assert len(refused) > 2


def test_every_sign_that_may_stand_in_a_number() -> None:
    """One sign, among or for the digits that are looked for, is noticed whichever it is."""
    number = books.PEOPLE[0]
    sought = lines_of_persons({number})
    (digits,) = sought.texts
    read_well = 0
    for sign in map(chr, range(0x80, sys.maxunicode + 1)):
        plain = unicodedata.normalize("NFKC", sign)
        nothing = not plain.strip("".join(INVISIBLE)).strip()
        if not (nothing or (plain.isascii() and plain.isdigit())) or 0xD800 <= ord(sign) < 0xE000:
            continue
        for text in (
            number[:12] + sign + number[12:],
            number[:9] + number[9:].replace(plain, sign, 1),
        ):
            if digits not in text and reads(text, PERSON) == number:
                read_well += 1
                assert any(sign in sought.signs for sign in text.encode()), sign
    assert read_well > 60


# --- where it is used ---------------------------------------------------------------------------


def reread(file: Path, change: Callable[[str], str], encoding: str = "utf-8") -> None:
    text = file.read_text(encoding="utf-8")
    file.write_bytes(change(text).encode(encoding))


CHANGES: dict[str, tuple[Callable[[str], str], str]] = {
    "as it is": (str, "utf-8"),
    "GB18030": (str, "gb18030"),
    "UTF-16": (str, "utf-16"),
    "a mark": (str, "utf-8-sig"),
    "a blank line": (lambda text: text.replace("\n", "\n\n", 3), "utf-8"),
    "ends of lines": (lambda text: text.replace("\r\n", "\n").replace("\n", "\r\n"), "utf-8"),
    "rows above the header": (lambda text: text.splitlines()[1] + "\n\n" + text, "utf-8"),
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # By this seed every register has somebody of the roster among its first numbers: else all are read.
    return hurt(tmp_path_factory.mktemp("plain"), seed=2)


@pytest.mark.parametrize("change", list(CHANGES))
@pytest.mark.parametrize("persons", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_no_text_is_read_as_a_whole(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str, persons: bool
) -> None:
    """Sound texts are searched, whatever their encoding; what is found is what all of it says.

    Registers are not: in each there may be rows without a usable number, about anybody.
    """
    for file in plain.rglob("*.csv"):
        target = tmp_path / file.relative_to(plain)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(file.read_bytes())
    if persons:
        as_person_rows(tmp_path)
    for file in tmp_path.rglob("*.csv"):
        reread(file, *CHANGES[change])
    all_of_it = whole(tmp_path)
    first = read(plain / "households.csv")[1][0].strip()
    numbers = [first, *numbers_of(all_of_it, 6)]
    expected = {number: found(all_of_it, number) for number in numbers}
    assert len(expected) > 4

    of_register = duckdb_files.DuckFiles.csv

    def refuse(files: Any, name: str, placed: Any) -> None:
        assert "registers/" in placed.sheet.name, "read as a whole"
        of_register(files, name, placed)

    monkeypatch.setattr(duckdb_files.DuckFiles, "csv", refuse)
    for number, known in expected.items():
        assert found(alone(tmp_path, number), number) == known, number


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("村", '"村\n民"', 3) if text.startswith("household") else text,
        lambda text: text.replace("\r\n", "\n").replace("\n", "\r"),
        lambda text: "".join(
            f"{line},more\n" if row > 30 else f"{line}\n"
            for row, line in enumerate(text.splitlines())
        ),
        lambda text: text + ",".join(["x" * 120_000] * 3),
    ],
)
def test_what_cannot_be_searched_is_read(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[str], str]
) -> None:
    for file in plain.rglob("*.csv"):
        target = tmp_path / file.relative_to(plain)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(file.read_bytes())
    for name in ("households", "members"):
        reread(tmp_path / f"{name}.csv", change)
    all_of_it = whole(tmp_path)
    numbers = numbers_of(all_of_it, 6)
    assert len(numbers) > 4
    as_a_whole = []
    before = duckdb_files.DuckFiles.csv

    def noted(self: duckdb_files.DuckFiles, name: str, placed: Placed) -> None:
        as_a_whole.append(name)
        before(self, name, placed)

    monkeypatch.setattr(duckdb_files.DuckFiles, "csv", noted)
    for number in numbers:
        assert found(alone(tmp_path, number), number) == found(all_of_it, number), number
    assert as_a_whole


def test_blank_lines_are_counted_alike(tmp_path: Path) -> None:
    path = tmp_path / "text.csv"
    for data, even in ((b"a,b\n1,2\n", True), (b"a,b\r\n1,2\r\n", True), (b"\na,b\n", False),
                       (b"a,b\n\n1,2\n", False), (b"a,b\r\n\r\n1,2\r\n", False),
                       (b"a,b\r\r1,2\r", False), ("甲,b\n".encode("gb18030"), False)):  # fmt: skip
        path.write_bytes(data)
        assert is_even(path, csv_text(path)) is even, data


Leave = Callable[[pytest.MonkeyPatch], None]


def leave_signs(patch: pytest.MonkeyPatch) -> None:
    before = lines_of_persons
    patch.setattr(families, "lines_of_persons", lambda numbers: Sought(before(numbers).texts))


def miscount(patch: pytest.MonkeyPatch) -> None:
    before = lines_with
    patch.setattr(
        duckdb_files, "lines_with",
        lambda *given: ((row + 1, line) for row, line in before(*given)),
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("leave", [leave_signs, miscount])
def test_what_is_left_out_is_noticed(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, leave: Leave
) -> None:
    folder = shutil.copytree(plain, tmp_path / "wide")
    widen_whoever_is_listed_twice(folder / "members.csv")
    all_of_it = whole(folder)
    numbers = [row[0].strip() for row in read(folder / "households.csv")[1:]]
    for number in numbers[:20]:
        assert found(alone(folder, number), number) == found(all_of_it, number)
    leave(monkeypatch)
    assert any(
        found(alone(folder, number), number) != found(all_of_it, number) for number in numbers
    )


def widen_whoever_is_listed_twice(path: Path) -> None:
    """Write the numbers of people on a second list in full-width digits."""
    header, *rows = read(path)
    seen: set[str] = set()
    for row in rows:
        if row[3] in seen:
            row[3] = "".join(chr(ord(sign) + 0xFEE0) for sign in row[3])
        seen.add(row[3])
    write(path, [header, *rows])
