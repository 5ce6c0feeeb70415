"""What a bulk run rejects: every fault and every household that is not decided, as tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Final

from shibie.duckdb_tables import integer_column, text_column
from shibie.engines.sql.plan import HID
from shibie.errors import Words
from shibie.rosters.records import Rejection
from shibie.rosters.sql_cells import quoted
from shibie.rosters.sql_host import ROW, Host
from shibie.shown_text import shown_line

REJECTED_ROWS: Final = "rejected_rows"
REJECTED_HOUSEHOLDS: Final = "rejected_households"


class RejectedTables:
    """The tables of faults and of households that are not decided, filled as they are found.

    Args:
        host: the database.
        places: of the roster's tables, in the order of rejected rows.

    Attributes:
        rows: how many faults there are.
        households: how many households are not decided.
    """

    def __init__(self, host: Host, places: Mapping[str, int]) -> None:
        self.host, self.places = host, places
        self.rows = self.households = 0
        # They are there also where nothing is rejected.
        self.add([])
        self.add_households(())

    def add(self, rejected: Sequence[Rejection]) -> None:
        """Note faults, in their order."""
        start = self.rows
        table = {
            "place": integer_column([self.places[each.source] for each in rejected]),
            "seq": integer_column(range(start, start + len(rejected))),
            "source": text_column([each.source for each in rejected]),
            "shown": text_column([shown_line(each.source) for each in rejected]),
            ROW: integer_column([each.row for each in rejected]),
            "field": text_column([each.field for each in rejected]),
            "value": text_column([each.value for each in rejected]),
            "written": text_column([each.written for each in rejected]),
            "zh": text_column([each.reason.zh for each in rejected]),
            "en": text_column([each.reason.en for each in rejected]),
            "code": text_column([each.code for each in rejected]),
            HID: text_column([each.household_id or "" for each in rejected]),
        }
        self.host.append(REJECTED_ROWS, table)
        self.rows += len(rejected)

    def add_households(self, numbers: Sequence[str]) -> None:
        """Note households that are not decided."""
        self.host.append(REJECTED_HOUSEHOLDS, {HID: text_column(numbers)})
        self.households += len(numbers)

    def of(self, sources: Set[str]) -> Iterator[Rejection]:
        """The faults of some tables, as messages name them, in their order."""
        if not sources:
            return
        named = ", ".join(quoted(each) for each in sorted(sources))
        query = (
            f"SELECT source, {ROW}, field, value, zh, en, code, {HID}, written FROM {REJECTED_ROWS}"
            f" WHERE source IN ({named}) ORDER BY place, {ROW}, seq"
        )
        for source, row, name, value, zh, en, code, household, written in self.host.stream(query):
            reason = Words(zh, en)
            yield Rejection(source, int(row), name, value, reason, household or None, code, written)
