"""Who helps whom, visits and plans in a database: SQL reads what is beyond doubt, Python the rest."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from shibie.duckdb_tables import Column, integer_column
from shibie.engines.sql.cases_in_memory import typed
from shibie.rosters.helping_rows import HelpingRow, helping_specs
from shibie.rosters.python_rows import PythonReader
from shibie.rosters.sql_host import ROW
from shibie.rosters.sql_register_rows import names_of
from shibie.rosters.sql_rejected import RejectedTables
from shibie.rosters.sql_tables import SqlTables
from shibie.rosters.sql_validation import Typed


class HelpingSources:
    """Loads these tables: <name>_typed as SQL reads them, <name>_odd what Python read."""

    def __init__(
        self, tables: SqlTables, typed_tables: Typed, reader: PythonReader, rejected: RejectedTables
    ) -> None:
        self.tables, self.typed, self.reader = tables, typed_tables, reader
        self.host, self.rejected = typed_tables.host, rejected

    def load(self) -> None:
        """Read every row once; the households are there already."""
        for name, source in self.tables.helping.items():
            self.typed.load_helping(name, source, self._fine(name))
            specs = helping_specs(name)
            self.host.append(
                f"{name}_odd",
                {ROW: integer_column([]), **{spec.name: typed(spec, []) for spec in specs}},
            )
            for page in self.reader.pages(f"{name}_typed"):
                odd, faults = self.reader.helping(name, page)
                self.rejected.add(faults)
                values: dict[str, Column] = {
                    spec.name: typed(spec, [row.values[at] for _, row in odd])
                    for at, spec in enumerate(specs)
                }
                self.host.append(
                    f"{name}_odd", {ROW: integer_column([number for number, _ in odd]), **values}
                )

    def _fine(self, name: str) -> list[str]:
        """What must be true of a row that Python need not look at."""
        on_roster = "household_id IN (SELECT hid FROM h_typed)"
        day = f"DATE '{self.typed.as_of}'"
        match name:
            case "helpers":
                # A household that is decided, in the village if one is named; or a village.
                place = "concat(household_id, '|', village)"
                of_household = (
                    f"(village IS NULL AND {on_roster})"
                    f" OR {place} IN (SELECT concat(hid, '|', village_) FROM h_src)"
                )
                of_village = "village IN (SELECT village_ FROM h_src)"
                return [
                    "helper IS NOT NULL",
                    f"coalesce(CASE WHEN household_id IS NULL THEN {of_village}"
                    f" ELSE {of_household} END, FALSE)",
                    "coalesce(from_date <= to_date, TRUE)",
                ]
            case "visits":
                return [
                    "helper IS NOT NULL", f"coalesce({on_roster}, FALSE)",
                    f"coalesce(visited_on <= {day}, FALSE)",
                ]  # fmt: skip
            case _:
                return [
                    "measure IS NOT NULL", f"coalesce({on_roster}, FALSE)",
                    f"coalesce(done_on <= {day}, TRUE)",
                ]  # fmt: skip

    def rows(self, name: str) -> Iterator[HelpingRow] | None:
        """The rows of a table that are taken in, in its order; None if it was not supplied."""
        source = self.tables.helping.get(name)
        if source is None:
            return None
        specs = helping_specs(name)
        names = names_of([ROW, *(spec.name for spec in specs)])
        query = (
            f"SELECT {names} FROM {name}_typed WHERE fine"
            f" UNION ALL SELECT {names} FROM {name}_odd ORDER BY {ROW}"
        )
        money = [at for at, spec in enumerate(specs) if spec.type == "money"]

        def found() -> Iterator[HelpingRow]:
            for number, *values in self.host.stream(query):
                row: list[Any] = list(values)
                for at in money:
                    # SQL holds amounts in hundredths, as whole numbers.
                    row[at] = None if row[at] is None else Decimal(row[at]).scaleb(-2)
                yield HelpingRow(*source.origin(int(number)), tuple(row))

        return found()
