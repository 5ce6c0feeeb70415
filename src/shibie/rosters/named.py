"""The households of a roster in which somebody has a name, whatever else is written of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from shibie.errors import InputError, Problem, Words, bad_argument, did_you_mean
from shibie.forms.form import TableForm
from shibie.language.tree import MEMBER
from shibie.numbers_in_text import without_numbers
from shibie.rosters.cells import Cell, as_written
from shibie.rosters.duckdb_host import duck_host
from shibie.rosters.families import holding_rows
from shibie.rosters.finding import lay_out
from shibie.rosters.python_rows import PythonReader
from shibie.rosters.sheets import Sheet
from shibie.rosters.sql_cells import quoted
from shibie.rosters.sql_tables import open_tables
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import folded

NAME = "name"
_NEAR = 20


def households_named(
    sheets: Sequence[Sheet], ruleset: RuleSet, as_of: date, names: Iterable[str],
    form: TableForm | None = None,
) -> tuple[str, ...]:  # fmt: skip
    """The numbers of all households with a member of any of some names, in the roster's order.

    Names are compared by their letters and digits, whatever their width, spaces or points.

    Args:
        sheets: of the roster.
        ruleset: says which fields there are.
        as_of: the day of judgement.
        names: of the head, or of anybody else.
        form: how the tables are read, if they are none that shibie knows.

    Raises:
        InputError: when the roster has no names, or nobody of one of these.
    """
    wanted = {_letters(name): name for name in names}
    layout = lay_out(sheets, ruleset, as_of, form)
    with duck_host(keep=False) as host:
        tables = open_tables(host, layout, ruleset, as_of)
        reader = PythonReader(host, tables, ruleset, as_of)
        source = tables.persons or tables.members
        column = source.columns.get(NAME)
        if column is None or ruleset.field_spec(MEMBER, NAME) is None:
            what = Words("名册没有姓名", "the roster has no names")
            raise InputError(bad_argument("names", what))
        there: set[str] = set()

        def is_wanted(cell: Cell) -> bool:
            letters = _letters(as_written(cell))
            if letters in wanted:
                there.add(letters)
            return letters in wanted

        texts = reader.distinct(source, column, "TRUE", is_wanted)
        missing = [name for letters, name in wanted.items() if letters not in there]
        if missing:
            raise InputError([_nobody(reader, name) for name in missing])
        where = f"{column.sql} IN ({', '.join(map(quoted, texts))})"
        found = holding_rows(reader, reader.cells(source, where))
        return tuple(dict.fromkeys(found))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, folded(text)))


def _nobody(reader: PythonReader, name: str) -> Problem:
    """That nobody is of a name, with the name most like it."""
    source = reader.tables.persons or reader.tables.members
    column = source.columns[NAME].sql
    like = f"jaro_winkler_similarity(name, {quoted(name)})"
    near = reader.host.rows(
        f"SELECT name FROM (SELECT DISTINCT CAST({column} AS VARCHAR) AS name"
        f" FROM {source.relation}) WHERE name IS NOT NULL ORDER BY {like} DESC, name LIMIT {_NEAR}"
    )
    meant = did_you_mean(name, [str(each) for (each,) in near])
    # Whoever asks by a number finds nobody; the number is not said again.
    return Problem(
        without_numbers(name),
        Words("名册上没有叫这个名字的人", "nobody is of this name"),
        suggestion=meant,
    )
