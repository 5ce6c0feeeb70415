"""What is beyond a bound is refused in words that name it: packs, expressions, JSON, tables, templates."""

from __future__ import annotations

import zipfile
from pathlib import Path

import duckdb
import pytest

from shibie.errors import InputError, RulesetError, ShibieError
from shibie.evaluation import evaluate_given
from shibie.papers.printing import template_faults, word
from shibie.rosters import csv_text, sheets
from shibie.rosters.headers import Header, ignored_note
from shibie.rosters.sheets import Sheet, read_sheets
from shibie.ruleset import yaml_nodes
from shibie.ruleset.loader import loads

HEAD = """\
ruleset: {id: a, title: a, effective: {from: 2015-01-01, to: 2016-12-31}, provenance: reconstructed}
poor: 'true'
"""


def said(error: ShibieError) -> list[str]:
    return [problem.render("en").split("\n", 1)[0] for problem in error.problems]


def refused_pack(text: str) -> list[str]:
    with pytest.raises(RulesetError) as caught:
        loads(HEAD + text, name="a.yaml")
    return said(caught.value)


def test_of_thousands_of_faults_in_a_pack_the_first_are_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unknown = refused_pack("".join(f"k{each}: 1\n" for each in range(2_000)))
    assert unknown[0] == "a.yaml:3:1: unknown key 'k0'"
    assert unknown[49:] == ["a.yaml:52:1: unknown key 'k49'", "a.yaml: 1950 more problems"]
    fact = "  - {{name: f{0}, title: t{0}, value: nothing{0}}}\n"
    names = refused_pack("facts:\n" + "".join(fact.format(each) for each in range(60)))
    assert names[0].endswith("unknown name 'nothing0'")
    assert names[50:] == ["ruleset.yaml: too many problems; 15 other conditions were not checked"]
    monkeypatch.setattr(yaml_nodes, "YAML_VALUES", 1_000)
    many = refused_pack("x: [" + "1," * 1_001 + "]\n")
    assert many == ["a.yaml:3:1967: the file holds more than 100000 keys and values"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("(" * 9_000 + "1" + ")" * 9_000, "EXPR:1:200: not a valid expression"),
        (" and ".join(["true"] * 10_000), "EXPR:1:1: longer than 20000 characters"),
        ("+".join(["1"] * 8_000), "EXPR:1:1: nested deeper than 60"),
        ("not " * 4_000 + "true", "EXPR:1:1: nested deeper than 60"),
    ],
)
def test_an_expression_of_any_depth(text: str, what: str) -> None:
    with pytest.raises(InputError) as caught:
        evaluate_given(text)
    assert said(caught.value) == [what]


def test_what_is_given_as_json() -> None:
    for given, what in (
        ("[" * 200_000, "given: nested too deeply"),
        (" " * 5_000_000, "given: longer than 4194304 characters"),
    ):
        with pytest.raises(InputError) as caught:
            evaluate_given("true", given)
        assert said(caught.value) == [what]


def table(path: Path, text: str) -> list[str]:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        [list(sheet.passing()) for sheet in read_sheets(path)]
    return said(caught.value)


def test_a_row_of_csv_without_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_text, "CSV_ROW", 1 << 20)
    path, head = tmp_path / "households.csv", "户编号,村\n"
    line = f"{path}: the row that goes on to line {{}} is longer than 1 million characters"
    assert table(path, "x" * 1_100_000) == [line.format(1)]
    assert table(path, head + "H1," + "x," * 600_000) == [line.format(2)]
    # Over many lines, each of them short.
    assert table(path, head + "H1" + ',"a\n"' * 300_000) == [line.format(209717)]
    unclosed = table(path, head + 'H1,"村\n' + "H2,村\n" * 100_000)
    assert unclosed == [
        f"{path}: not valid CSV at line 26217 (field larger than field limit (131072))"
    ]


def test_a_table_with_too_many_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "households.csv"
    what = f"{path}: it has 16385 columns; 16384 are the most that is read"
    assert table(path, "x," * 16_384 + "x\n") == [what]
    path = tmp_path / "households.parquet"
    columns = ", ".join(f"1 AS c{each}" for each in range(11))
    monkeypatch.setattr(sheets, "TABLE_COLUMNS", 10)
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT {columns}) TO '{path}' (FORMAT parquet)")
    with pytest.raises(InputError, match="it has 11 columns"):
        read_sheets(path)


def test_columns_that_no_field_answers_to() -> None:
    """Only those that are named are compared with all fields."""
    ignored = tuple(f"k{each}" for each in range(30_000))
    header = Header(1, {}, ignored, ignored_at=tuple(range(30_000)))
    note = ignored_note(Sheet("s", "s.csv", ()), header, ())
    assert note is not None
    assert note.en == (
        "s.csv: columns not used: k0, k1, k2, k3, k4, k5, k6, k7, k8, k9, k10, k11, … (29988 more)"
    )


def test_a_word_template_that_unfolds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "letter.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", " " * 3_000_000)
    monkeypatch.setattr(template_faults, "TEMPLATE_BYTES", 2 << 20)
    with pytest.raises(InputError, match="takes more than 2 MB unpacked"):
        word.filled(path, {})
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    with pytest.raises(InputError, match=r"document\.xml declares entities"):
        word.filled(path, {})


def test_explain_says_what_it_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from shibie.cli import explain
    from shibie.cli.app import app

    monkeypatch.setattr(explain, "HOUSEHOLDS_EXPLAINED", 1)
    township = Path(__file__).parents[1] / "fixtures" / "township-2015"
    asked = [f"--household=H01-03-02{each}" for each in (3, 4, 5)]
    told = CliRunner().invoke(
        app,
        [
            "explain",
            str(township),
            "--rules=bazhong-2015",
            "--as-of=2015-12-20",
            "--lang=en",
            *asked,
        ],
    )
    assert told.exit_code == 0
    assert told.stderr == ("1 households are explained at a time; 2 are not, from H01-03-024 on\n")
    assert told.stdout.count("H01-03-02") == 1
