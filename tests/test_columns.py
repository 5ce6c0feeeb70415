"""Values from Python are in a table of DuckDB what they were."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from shibie.duckdb_tables import BATCH, Column, make_table


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("BIGINT", [0, -1, None, 2**63 - 1, -(2**63)]),
        ("BIGINT", [None, None]),
        ("BOOLEAN", [True, None, False]),
        ("VARCHAR", ["", " a ", "NULL", None, "'; DROP TABLE x", "\u0000", "贫困户😀"]),
        ("DATE", [date.min, None, date.max]),
        ("DECIMAL(18,2)", [Decimal("1.5"), None, Decimal("9999999999999999.99"), Decimal("1E+3")]),
        ("DECIMAL(18,4)", [Decimal("0.0001"), Decimal("-99999999999999.9999"), Decimal(7)]),
        ("VARCHAR[]", [["残疾", "a,b", "[c]"], [], None, ["'", '"', "NULL"]]),
        ("VARCHAR[]", [[], None]),
    ],
)
def test_values_come_back(kind: str, values: list[Any]) -> None:
    with duckdb.connect() as connection:
        make_table(
            connection,
            "t",
            {"place": Column("BIGINT", range(len(values))), "v": Column(kind, values)},
        )
        (_, found, *_), *_ = connection.execute("DESCRIBE SELECT v FROM t").fetchall()
        assert found == kind
        rows = connection.execute("SELECT v FROM t ORDER BY place").fetchall()
    assert [value for (value,) in rows] == values


@pytest.mark.parametrize("count", [0, 1, BATCH - 1, BATCH, 2 * BATCH + 1])
def test_however_many_rows(count: int) -> None:
    columns = {"number": Column("BIGINT", range(count)), "half": Column("VARCHAR", ["x"] * count)}
    with duckdb.connect() as connection:
        make_table(connection, "t", columns)
        found = connection.execute(
            "SELECT number FROM t WHERE half = 'x' ORDER BY number"
        ).fetchall()
    assert [number for (number,) in found] == list(range(count))


def test_a_table_is_replaced_and_any_name_will_do() -> None:
    with duckdb.connect() as connection:
        for value in ("one", "two"):
            make_table(connection, 'the "odd" one', {'a "b"': Column("VARCHAR", [value])})
        assert connection.execute('SELECT * FROM "the ""odd"" one"').fetchall() == [("two",)]
        assert [each[0] for each in connection.description or ()] == ['a "b"']


def test_columns_of_different_length_are_refused() -> None:
    columns = {"a": Column("BIGINT", [1, 2]), "b": Column("BIGINT", [1])}
    with duckdb.connect() as connection, pytest.raises(ValueError):
        make_table(connection, "t", columns)


@pytest.mark.parametrize(
    ("kind", "value"), [("BIGINT", "x"), ("DATE", "2015-02-30"), ("VARCHAR[]", {"a"}), ("BIGINT", 2**64)]
)  # fmt: skip
def test_a_value_of_another_type_is_an_error_and_never_unknown(kind: str, value: Any) -> None:
    with duckdb.connect() as connection, pytest.raises((duckdb.Error, TypeError)):
        make_table(connection, "t", {"v": Column(kind, [value])})
