"""Tables that a program holds (data frames, lists of dicts) → sheets, as files are."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from shibie.acts import COLUMNS as ACT_COLUMNS
from shibie.acts import ROW_NAMES
from shibie.duckdb_tables import quoted_name
from shibie.errors import InputError, Problem, Words, bad_argument, did_you_mean, listed
from shibie.household import Adjudication, StepRow
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.rosters.helping_rows import helping_specs
from shibie.rosters.parquet import cell_sql
from shibie.rosters.sheets import Cells, Sheet
from shibie.rosters.table_names import HELPING
from shibie.ruleset.model import RuleSet

# The tables of a roster beside its registers.
TABLES: Final = ("households", "members", "adjudications", "steps", "acts", *HELPING)


def sheets_of(ruleset: RuleSet, tables: Mapping[str, Any]) -> tuple[Sheet, ...]:
    """A sheet for each table.

    Args:
        ruleset: says which registers there are.
        tables: by name: `households`, `members`, `adjudications`, `steps`, `acts`, `helpers`,
            `visits`, `plans`, or a register's; None where there is none.

    Raises:
        InputError: for names of no table, and for things that are no tables; all at once.
    """
    sheets: list[Sheet] = []
    problems: list[Problem] = []
    for name, table in tables.items():
        if name not in TABLES and name not in ruleset.registers:
            known = (*TABLES, *ruleset.registers)
            what = Words(
                f"没有这张表；有的是：{listed(known, lang='zh')}",
                f"no such table; there are: {listed(known)}",
            )
            problems.append(bad_argument(name, what, did_you_mean(name, known)))
        elif table is not None:
            shown = f"registers/{name}" if name in ruleset.registers else name
            try:
                rows = tuple(rows_of(table))
                if rows == ((),):
                    # An empty list has no names of columns: a table without a row, all the same.
                    rows = (_columns(ruleset, name),)
                sheets.append(Sheet(shown, shown, rows, named=True))
            except TypeError as error:
                problems.append(
                    bad_argument(name, Words(f"不是表：{error}", f"not a table: {error}"))
                )
    if problems:
        raise InputError(problems)
    return tuple(sheets)


def _columns(ruleset: RuleSet, name: str) -> tuple[str, ...]:
    """The names of all columns that a table may have."""
    specs = {
        "households": ruleset.field_specs(HOUSEHOLD),
        "members": {"household_id": None, **ruleset.field_specs(MEMBER)},
        "adjudications": (*Adjudication.model_fields, *ROW_NAMES),
        "steps": StepRow.model_fields,
        "acts": ACT_COLUMNS,
        **{table: [spec.name for spec in helping_specs(table)] for table in HELPING},
    }
    return tuple(specs[name] if name in specs else ruleset.field_specs(name))


def rows_of(table: Any) -> list[Cells]:
    """The names of the columns of a table, then its rows.

    Args:
        table: a list of dicts; or a frame of pandas, polars, DuckDB, pyarrow, or whatever else
            hands over Arrow (`__arrow_c_stream__`).

    Raises:
        TypeError: when it is none of them.

    >>> rows_of([{"household_id": "H1"}, {"household_id": "H2", "village": "石磨村"}])
    [('household_id', 'village'), ('H1', None), ('H2', '石磨村')]
    """
    for kind in type(table).__mro__:
        reader = _READERS.get(f"{kind.__module__.split('.')[0]}.{kind.__name__}")
        if reader is not None:
            return reader(table)
    if hasattr(table, "__arrow_c_stream__"):
        return _from_arrow(table)
    if isinstance(table, Iterable) and not isinstance(table, str | bytes | Mapping):
        return _from_records(list(table))
    raise TypeError(type(table).__name__)


def _from_records(records: Sequence[Any]) -> list[Cells]:
    for record in records:
        if not isinstance(record, Mapping):
            raise TypeError(f"{type(record).__name__} in a list of records")
    names = tuple(dict.fromkeys(str(name) for record in records for name in record))
    by_name = [{str(name): cell for name, cell in record.items()} for record in records]
    return [names, *(tuple(_plain(record.get(name)) for name in names) for record in by_name)]


def _from_pandas(frame: Any) -> list[Cells]:
    """A missing value of pandas is a blank, whichever of its kinds it is."""
    columns = [[None if _is_missing(cell) else _plain(cell) for cell in frame.iloc[:, at].tolist()]
               for at in range(frame.shape[1])]  # fmt: skip
    return [tuple(map(str, frame.columns)), *zip(*columns, strict=True)]


def _from_polars(frame: Any) -> list[Cells]:
    whole = frame.collect() if hasattr(frame, "collect") else frame
    return [tuple(whole.columns), *(tuple(map(_plain, row)) for row in whole.iter_rows())]


def _from_duckdb(relation: Any) -> list[Cells]:
    cells = [
        f"{cell_sql(quoted_name(name), str(kind))} AS {quoted_name(name)}"
        for name, kind in zip(relation.columns, relation.types, strict=True)
    ]
    return [tuple(relation.columns), *relation.project(", ".join(cells)).fetchall()]


def _from_arrow(table: Any) -> list[Cells]:
    import duckdb

    with duckdb.connect() as connection:
        connection.register("given", table)
        return _from_duckdb(connection.table("given"))


def _is_missing(cell: Any) -> bool:
    # pandas has several: None, NaN, NaT, NA; of them NaN alone is a number.
    if isinstance(cell, float):
        return math.isnan(cell)
    return cell is None or type(cell).__name__ in ("NaTType", "NAType")


def _plain(cell: Any) -> Any:
    """A cell as the readers of cells know it: numpy's numbers as Python's, lists joined."""
    if hasattr(cell, "item") and type(cell).__module__ == "numpy":
        cell = cell.item()
    if hasattr(cell, "to_pydatetime"):
        return cell.to_pydatetime()
    if isinstance(cell, list | tuple | set | frozenset):
        return "|".join(sorted(map(str, cell)) if isinstance(cell, set | frozenset)
                        else [str(each) for each in cell if each is not None])  # fmt: skip
    return cell


_READERS: Final[Mapping[str, Callable[[Any], list[Cells]]]] = {
    "pandas.DataFrame": _from_pandas,
    "polars.DataFrame": _from_polars,
    "polars.LazyFrame": _from_polars,
    "_duckdb.DuckDBPyRelation": _from_duckdb,
    "duckdb.DuckDBPyRelation": _from_duckdb,
}
