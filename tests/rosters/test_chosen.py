"""Households read for themselves are decided and explained as with the whole roster."""

from __future__ import annotations

import csv
import random
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import duckdb
import pytest
from typer.testing import CliRunner

import shibie
from rosters.test_damage import damaged, writable
from shibie.checking_in_python import Checked, check
from shibie.cli.app import app
from shibie.errors import InputError
from shibie.explanations.account import explain
from shibie.explanations.page import as_data
from shibie.registers.matching import usable_number
from shibie.rosters import families
from shibie.rosters.cell_error import CellError
from shibie.rosters.cells import read_cell
from shibie.rosters.chosen import read_chosen
from shibie.rosters.records import TypedRow
from shibie.rosters.roster import read_roster
from shibie.rosters.sheets import RowsLater
from shibie.rosters.sql_tables import MatchedColumn
from shibie.rosters.written import may_be_household, may_be_person
from shibie.ruleset.loader import load
from shibie.vocabulary import FieldSpec
from support import books
from support.books import write_xlsx

from .test_folder import AS_OF, PACK, TOWNSHIP, as_parquet

Rows = list[list[str]]
HOUSEHOLDS = 160
FULL_WIDTH = str.maketrans({str(digit): chr(0xFF10 + digit) for digit in range(10)})


# --- rosters ----------------------------------------------------------------------------------


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def write(path: Path, rows: Iterable[Iterable[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)


def oddly(number: str, chance: random.Random) -> str:
    """A citizen number as people write it."""
    ways: list[Callable[[str], str]] = [
        lambda text: text.translate(FULL_WIDTH),
        lambda text: f" {text[:6]} {text[6:14]}\u3000{text[14:]}",
        lambda text: "'" + text.lower(),
        lambda text: text[:6] + text[8:17] if text[6:8] == "19" else text,
        lambda text: text + "43",
        lambda text: text[:3] + "*" * 13 + text[-2:],
        lambda text: text[:-1] + "②",
    ]
    return chance.choice(ways)(number)


def hurt(target: Path, seed: int = 1) -> Path:
    """A piece of the township with oddly written numbers, persons found twice and bad cells."""
    chance = random.Random(seed)
    tables = {file.stem: read(file) for file in TOWNSHIP.rglob("*.csv")}
    header, *rows = tables["households"]
    kept = rows[:HOUSEHOLDS]
    numbers = {row[0] for row in kept}
    for name in ("members", "steps", "adjudications"):
        tables[name] = [tables[name][0], *(row for row in tables[name] if row[0] in numbers)]
    people = tables["members"]
    for row in chance.sample(people[1:], 40):
        people.append([chance.choice(kept)[0], "9" + row[1], *row[2:]])
        people[-1][people[0].index("relation")] = "其他"
    for row in chance.sample(people[1:], 40):
        row[3] = oddly(row[3], chance)
    for row in chance.sample(people[1:], 6):
        row[chance.randrange(len(row))] = chance.choice(["?", "", "三千"])
    for row in chance.sample(kept, 6):
        row[chance.randrange(1, len(row))] = chance.choice(["?", "-5", "1e9999"])
    for row in chance.sample([*kept, *people[1:], *tables["steps"][1:]], 60):
        row[0] = chance.choice([" {}", "{}\u3000", "\t{} "]).format(row[0])
    kept.append(list(kept[3]))
    tables["households"] = [header, *kept]
    for file in (TOWNSHIP / "registers").glob("*.csv"):
        register = tables[file.stem]
        ours = {row[3] for row in people}
        register[1:] = [row for row in register[1:] if row[0] in ours or chance.random() < 0.05]
        for row in chance.sample(register[1:], min(8, len(register) - 1)):
            row[0] = oddly(row[0], chance)
        for row in chance.sample(register[1:], min(5, len(register) - 1)):
            row[chance.randrange(1, len(row))] = "?"
        write(target / "registers" / file.name, register)
    for name in ("households", "members", "steps", "adjudications"):
        write(target / f"{name}.csv", tables[name])
    return target


def as_person_rows(folder: Path, seed: int = 2) -> Path:
    """The same as one table of persons, whose household numbers stand in merged cells."""
    chance = random.Random(seed)
    header, *households = read(folder / "households.csv")
    member_header, *members = read(folder / "members.csv")
    of = {row[0].strip(): row for row in households}
    rows = []
    for row in sorted(members, key=lambda row: row[0].strip()):
        own = of.get(row[0].strip(), [""] * len(header))
        merged = row[4] != "户主" and chance.random() < 0.7
        first = [""] * len(header) if merged else own
        rows.append(["" if merged else row[0], *first[1:], *row[1:]])
    for row in chance.sample(rows, 8):
        row[0] = chance.choice(["", "-", "5.1E+17"])
    (folder / "households.csv").unlink()
    (folder / "members.csv").unlink()
    write(folder / "导出.csv", [[*header, *member_header[1:]], *rows])
    return folder


def as_workbook(folder: Path, path: Path) -> Path:
    sheets = {
        file.relative_to(folder).with_suffix("").as_posix().replace("registers/", "比对-"): read(
            file
        )
        for file in folder.rglob("*.csv")
    }
    book: dict[str, list[list[Any]]] = {
        name: [list(map(_cell, row)) for row in rows] for name, rows in sheets.items()
    }
    return write_xlsx(path, book)


def _cell(text: str) -> Any:
    """Short numbers as numbers, as spreadsheets have them."""
    return float(text) if text.isdigit() and len(text) < 10 else text


# --- both ways --------------------------------------------------------------------------------


def found(checked: Checked, number: str) -> dict[str, Any]:
    """All that is known of one household."""
    decisions = [each for each in checked.decisions if each.household_id == number]
    return {
        "decision": decisions,
        "explained": [as_data(explain(checked, number)) for _ in decisions],
        "rejected": [each for each in checked.roster.rejected if each.household_id == number],
        "is rejected": number in checked.roster.rejected_households,
    }


def whole(roster: Path) -> Checked:
    return check(PACK, read_roster(roster, PACK, AS_OF), AS_OF)


def alone(roster: Path, *numbers: str) -> Checked:
    return check(PACK, read_chosen(roster, PACK, AS_OF, numbers), AS_OF)


def numbers_of(checked: Checked, most: int) -> list[str]:
    """Households of every kind: found twice, rejected, adjudicated, with registers, and others."""
    twice = [
        each.household_id
        for each in checked.decisions
        if any(finding.kind == "duplicate" for finding in each.findings)
    ]
    rejected = [each for each in checked.roster.rejected_households if "!" not in each]
    others = [each.household_id for each in checked.decisions]
    chance = random.Random(3)
    several = (twice, rejected, others)
    picked = [chance.sample(each, min(len(each), most // 3)) for each in several]
    return list(dict.fromkeys(number for each in picked for number in each))


def compared(roster: Path, most: int, all_of_it: Checked | None = None) -> tuple[int, int, int]:
    """Compare households, each read by itself; how many, found twice, and rejected."""
    all_of_it = all_of_it or whole(roster)
    numbers = numbers_of(all_of_it, most)
    twice = rejected = 0
    for number in numbers:
        expected = found(all_of_it, number)
        assert found(alone(roster, number), number) == expected, number
        rejected += expected["is rejected"]
        twice += is_twice(expected)
    return len(numbers), twice, rejected


def is_twice(known: dict[str, Any]) -> bool:
    findings = [finding for each in known["decision"] for finding in each.findings]
    return any(finding.kind == "duplicate" for finding in findings)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hurt(tmp_path_factory.mktemp("hurt"))


def test_a_folder(folder: Path) -> None:
    households, twice, rejected = compared(folder, 18)
    assert households >= 15
    assert twice > 5
    assert rejected > 5


def test_several_households_at_once(folder: Path) -> None:
    all_of_it = whole(folder)
    numbers = numbers_of(all_of_it, 72)
    assert len(numbers) > 50
    at_once = alone(folder, *numbers)
    for number in numbers:
        assert found(at_once, number) == found(all_of_it, number), number


def test_the_township(tmp_path: Path) -> None:
    """As CSV, and as Parquet with typed columns."""
    all_of_it = whole(TOWNSHIP)
    as_parquet(TOWNSHIP, tmp_path, True)
    for roster in (TOWNSHIP, tmp_path):
        assert compared(roster, 6, all_of_it)[0] >= 2


def test_parquet(folder: Path, tmp_path: Path) -> None:
    as_parquet(folder, tmp_path, False)
    all_of_it = whole(tmp_path)
    for number in all_of_it.roster.rejected_households[-3:]:
        assert found(alone(tmp_path, number), number) == found(all_of_it, number)
    assert compared(tmp_path, 3, all_of_it)[0] >= 1


def test_rows_of_persons(folder: Path, tmp_path: Path) -> None:
    roster = as_person_rows(Path(shutil.copytree(folder, tmp_path / "persons")))
    households, twice, rejected = compared(roster, 12)
    assert households >= 10
    assert twice > 3
    assert rejected > 3


def test_a_household_of_many_rows_below_one_number(tmp_path: Path) -> None:
    """More of them than are looked at first, with a row among them that may be another's."""
    header = ["户编号", "村", "姓名", "证件号码", "与户主关系", "劳动技能"]
    rows = [[f"{number:03}", "甲村", f"人{number}", person, "户主", "普通劳动力"]
            for number, person in enumerate(books.PEOPLE)]  # fmt: skip
    others = [["", "", f"子{number}", "", "之子", "普通劳动力"] for number in range(45)]
    for lost in ([], [["-", "", "丙", "", "", "普通劳动力"]]):
        write(tmp_path / "导出.csv", [header, *rows[:5], *others, *lost, *rows[5:]])
        all_of_it = whole(tmp_path)
        assert ("004" in all_of_it.roster.rejected_households) is bool(lost)
        part = alone(tmp_path, "004")
        assert part.roster.rejected_households == (("004",) if lost else ())
        ours = [each for each in all_of_it.roster.rejected if each.household_id == "004"]
        assert [each for each in part.roster.rejected if each.household_id == "004"] == ours
        assert set(part.decisions) <= set(all_of_it.decisions)
        assert lost or len(part.cases[0].household.members) == 46


@pytest.mark.parametrize("persons", [False, True])
def test_workbooks(folder: Path, tmp_path: Path, persons: bool) -> None:
    if persons:
        folder = as_person_rows(Path(shutil.copytree(folder, tmp_path / "persons")))
    assert compared(as_workbook(folder, tmp_path / "roster.xlsx"), 6)[0] >= 5


def test_damaged_folders_and_workbooks(tmp_path: Path) -> None:
    compared_ones = rejected = 0
    for seed in range(60):
        sheets = damaged(random.Random(5000 + seed))
        path = tmp_path / str(seed)
        if seed % 3:
            books.write_folder(path, sheets, "gb18030" if seed % 5 == 0 else "utf-8")
        else:
            path = books.write_xlsx(path.with_suffix(".xlsx"), writable(sheets))
        try:
            all_of_it = whole(path)
        except InputError:
            if seed < 20:
                with pytest.raises(InputError):
                    alone(path, "001")
            continue
        lost = [each for each in all_of_it.roster.rejected_households if "!" not in each]
        good = [each.household_id for each in all_of_it.decisions]
        for number in [*lost, *good[:1]] if lost else good[: seed < 10]:
            assert found(alone(path, number), number) == found(all_of_it, number), (seed, number)
            compared_ones += 1
        rejected += bool(lost)
    assert compared_ones > 15
    assert rejected > 4


def test_ragged_and_oddly_quoted_text(folder: Path, tmp_path: Path) -> None:
    """What the database refuses to count as rows is read all the same."""
    roster = Path(shutil.copytree(folder, tmp_path / "ragged"))
    file = roster / "registers" / "vehicles.csv"
    header, *lines = file.read_text(encoding="utf-8").splitlines()
    lines[1] += ",more,and more"
    lines[2] = '"' + lines[2].replace(",", '",', 1)
    lines[3] = lines[3].rsplit(",", 2)[0]
    lines[4] = lines[4].replace(",", ',"two\nlines', 1) + '"'
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    owners = {line.split(",")[0].strip('"') for line in lines[:8]}
    of = {row[3]: row[0].strip() for row in read(roster / "members.csv")}
    numbers = sorted({of[owner] for owner in owners & set(of)})
    assert len(numbers) > 3
    all_of_it = whole(roster)
    for number in numbers:
        assert found(alone(roster, number), number) == found(all_of_it, number)


@pytest.mark.parametrize(
    ("pack", "roster", "as_of"),
    [
        ("us-snap-2024", "us-snap-2024", date(2024, 3, 15)),
        ("monitoring-2024", "monitoring-2024", date(2024, 6, 30)),
    ],
)
def test_other_programmes(pack: str, roster: str, as_of: date) -> None:
    """Forms without citizen numbers, and with a procedure."""
    ruleset, path = load(pack), TOWNSHIP.parent / roster
    all_of_it = check(ruleset, read_roster(path, ruleset, as_of), as_of)
    for decision in all_of_it.decisions[:3]:
        number = decision.household_id
        part = check(ruleset, read_chosen(path, ruleset, as_of, [number]), as_of)
        assert found(part, number) == found(all_of_it, number)


# --- what is left alone, and what may not be ----------------------------------------------------


def test_the_roster_is_not_read_in_python(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(rows: RowsLater) -> Any:
        raise AssertionError("all rows were read")

    monkeypatch.setattr(RowsLater, "_rows", refuse)
    with pytest.raises(AssertionError, match="all rows"):
        whole(folder)
    number = read(folder / "households.csv")[5][0].strip()
    assert len(alone(folder, number).roster.households) < 10
    assert shibie.explain(PACK, folder, AS_OF, number).household_id == number


def test_the_command_reads_no_more_either(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(rows: RowsLater) -> Any:
        raise AssertionError("all rows were read")

    monkeypatch.setattr(RowsLater, "_rows", refuse)
    base = [str(TOWNSHIP), "--rules", "bazhong-2015", "--as-of", AS_OF.isoformat(), "-h"]
    told = CliRunner().invoke(app, ["explain", *base, "H01-01-009"])
    assert told.exit_code == 0, told.output
    assert "H01-01-009" in told.output
    unknown = CliRunner().invoke(app, ["explain", *base, "H01-01-0O9"])
    assert isinstance(unknown.exception, InputError)
    assert "H01-01-0" in unknown.exception.render().partition("→")[2]


def test_a_letter_alone_is_the_letter_among_all(tmp_path: Path) -> None:
    """It is written from the household's own rows; the digest in it is of the whole roster."""
    base = ["notice", str(TOWNSHIP), "--rules", "bazhong-2015", "--as-of", AS_OF.isoformat()]
    base += ["--format", "docx", "-h", "H01-01-009"]
    told = CliRunner().invoke(app, [*base, "--out", str(tmp_path / "alone")])
    assert told.exit_code == 0, told.output
    names = {path.name for path in (tmp_path / "alone").rglob("*.*")}
    assert names == {"H01-01-009.docx", "目录.xlsx"}
    # A list is of all of a village: every household is read and decided.
    both = [*base, "--kind", "letters", "--kind", "lists", "--out", str(tmp_path / "all")]
    assert CliRunner().invoke(app, both).exit_code == 0
    assert len([*(tmp_path / "all").rglob("公示名单.docx")]) == 7
    (alone,) = (tmp_path / "alone").rglob("H01-01-009.docx")
    (among,) = (tmp_path / "all").rglob("H01-01-009.docx")
    assert read_docx(alone) == read_docx(among)
    assert read_docx(alone)[-1].startswith("认定摘要：")


def read_docx(path: Path) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(str(path)).paragraphs]


def test_registers_that_know_nobody_are_supplied(folder: Path, tmp_path: Path) -> None:
    # Without the rows that have no usable number, which may be about anybody.
    shutil.copytree(folder, tmp_path / "sound")
    for file in (tmp_path / "sound" / "registers").iterdir():
        header, *rows = read(file)
        write(file, [header, *(row for row in rows if usable_number(row[0], AS_OF))])
    part = alone(tmp_path / "sound", read(folder / "households.csv")[5][0].strip())
    assert set(part.roster.registers) == set(PACK.registers)
    assert () in part.roster.registers.values()
    assert None not in part.roster.registers.values()


def test_a_number_that_is_not_there(folder: Path) -> None:
    number = read(folder / "households.csv")[5][0].strip()
    meant = number.replace("0", "O", 1)
    with pytest.raises(InputError) as refused:
        alone(folder, number, meant)
    (problem,) = refused.value.problems
    assert problem.where == meant
    assert problem.suggestion
    assert f"'{number}'" in problem.suggestion.en


def test_a_number_that_is_no_text(folder: Path) -> None:
    with pytest.raises(InputError) as refused:
        alone(folder, "H01-01-00\udcff")
    (problem,) = refused.value.problems
    assert problem.where == "H01-01-00?"


Leave = Callable[[pytest.MonkeyPatch], None]


def leave_sharing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(families._TwoTables, "holding", lambda self, persons: set())


def leave_damaged(patch: pytest.MonkeyPatch) -> None:
    before = families.of_register

    def without_faults(*given: Any) -> dict[int, TypedRow]:
        return {row: each for row, each in before(*given).items() if not each.faults}

    patch.setattr("shibie.rosters.chosen.of_register", without_faults)


def leave_odd_numbers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        families, "may_be_person",
        lambda column, numbers: f"{column.sql} IN ({', '.join(map(repr, sorted(numbers)))})",
    )  # fmt: skip


def leave_untrimmed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        families, "may_be_household",
        lambda column, numbers: f"{column.sql} IN ({', '.join(map(repr, sorted(numbers)))})",
    )  # fmt: skip


@pytest.mark.parametrize(
    "leave", [leave_sharing, leave_damaged, leave_odd_numbers, leave_untrimmed]
)
def test_what_is_left_out_is_noticed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, leave: Leave
) -> None:
    all_of_it = whole(folder)
    numbers = [each.household_id for each in all_of_it.decisions]
    expected = {each.household_id: each for each in all_of_it.decisions}
    leave(monkeypatch)
    # Those first whose persons a damaged row of a register is about.
    damaged = frozenset().union(*(each.damaged for each in all_of_it.registers.of.values()))
    hit = {case.household.household_id for case in all_of_it.cases if damaged & set(case.numbers)}
    for number in [*sorted(hit), *random.Random(8).sample(numbers, 30)]:
        try:
            decisions = alone(folder, number).decisions
        except InputError:
            return
        if expected[number] not in decisions:
            return
    pytest.fail("nobody noticed")


# --- how numbers are written --------------------------------------------------------------------


def held(column: str, kind: str, cells: Iterable[Any], where: str) -> list[Any]:
    """The cells of a column that a condition holds of."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t ({column} {kind})")
        connection.executemany("INSERT INTO t VALUES (?)", [[cell] for cell in cells])
        return [cell for (cell,) in connection.execute(f"SELECT * FROM t WHERE {where}").fetchall()]


def test_every_sign_that_is_read_as_a_digit_or_as_nothing() -> None:
    number = books.PEOPLE[0]
    spec = FieldSpec("id_number", "证件号码", "citizen_id")
    written = []
    for code in range(0x80, sys.maxunicode + 1):
        sign = chr(code)
        plain = unicodedata.normalize("NFKC", sign)
        if 0xD800 <= code < 0xE000 or len(plain) > 4:
            continue
        if plain.isspace() or not plain.strip("\u200b\u200c\u200d\u2060\ufeff"):
            written.append(number[:9] + sign + number[9:])
        elif plain.isascii() and plain.isdigit() and plain in number[:17]:
            written.append(number.replace(plain, sign, 1))
    read_well = [text for text in written if reads(text, spec) == number]
    assert len(read_well) > 90
    where = may_be_person(MatchedColumn(spec, "c", "VARCHAR"), [number])
    assert set(held("c", "VARCHAR", read_well, where)) == set(read_well)


def test_masked_numbers_are_nobodys() -> None:
    number = books.PEOPLE[0]
    spec = FieldSpec("id_number", "证件号码", "citizen_id")
    masked = [number[:6] + sign * 8 + number[14:] for sign in "*Xx×●\uff0a某"]
    masked += [number[:-4], "", "  ", "不详", books.PEOPLE[1], books.PEOPLE[1] + "43"]
    where = may_be_person(MatchedColumn(spec, "c", "VARCHAR"), [number])
    assert held("c", "VARCHAR", [*masked, number, number + "43"], where) == [number, number + "43"]


def reads(cell: Any, spec: FieldSpec) -> Any:
    try:
        return read_cell(cell, spec, AS_OF)
    except CellError:
        return None


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        (
            "VARCHAR",
            ["7", " 7", "7\u3000", "\x1f7\x85", "07", "7.0", "\uff17", "7\u200b", "77", "-"],
        ),
        ("BIGINT", [7, 70, -7]),
        ("DOUBLE", [7.0, 7.5, 70.0, 1e15, 1e-7]),
        ("DECIMAL(10, 2)", [7, 7.5, 70]),
        ("DECIMAL(18, 9)", [7, 1e-7, 0]),
        ("BOOLEAN", [True, False]),
        ("DATE", [date(2015, 1, 2)]),
    ],
)
def test_household_numbers_of_any_type(kind: str, cells: list[Any]) -> None:
    spec = FieldSpec("household_id", "户编号", "text")
    column = MatchedColumn(spec, "c", kind)
    known = {cell: number for cell in cells if (number := reads(as_python(cell, kind), spec))}
    for number in set(known.values()):
        where = may_be_household(column, [number])
        expected = {cell for cell, of in known.items() if of == number}
        assert expected <= {_plainly(cell) for cell in held("c", kind, cells, where)}, number


def _plainly(cell: Any) -> Any:
    return float(cell) if isinstance(cell, Decimal) else cell


def as_python(cell: Any, kind: str) -> Any:
    """A cell as the reader of files delivers it."""
    if kind == "DATE":
        return cell.isoformat()
    return Decimal(str(cell)).quantize(Decimal(10) ** -int(kind[-2])) if "DECIMAL" in kind else cell
