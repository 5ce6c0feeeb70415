"""Cells that Python holds, landed where SQL reads, come back as they were."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from shibie.errors import Words
from shibie.rosters.cell_error import CellError
from shibie.rosters.cells import Cell, FaultyCell, as_written, is_blank, read_cell, shown
from shibie.rosters.landed_cells import unwrap, wrap
from shibie.vocabulary import FieldSpec

AS_OF = date(2015, 12, 20)
FAULTY = FaultyCell("#N/A\n", Words("公式出错", "the formula failed"), "cell_error")


@pytest.mark.parametrize(
    "cell",
    ["\x01a b", 3, 5.1e17, True, False, datetime(2015, 7, 1, 8, 30), date(2015, 7, 1), time(8),
     Decimal("1.50"), FAULTY],
)  # fmt: skip
def test_a_wrapped_cell_comes_back(cell: Cell) -> None:
    found = unwrap(wrap(cell))
    assert found == cell
    assert type(found) is type(cell)


@pytest.mark.parametrize("kind", ["bool", "money", "integer", "text", "date", "citizen_id"])
def test_a_faulty_cell_is_refused_with_its_own_words(kind: str) -> None:
    spec = FieldSpec("field", "栏目", kind)  # type: ignore[arg-type]
    with pytest.raises(CellError) as caught:
        read_cell(FAULTY, spec, AS_OF)
    assert caught.value.reason == ("公式出错", "the formula failed")
    assert caught.value.code == "cell_error"


def test_a_faulty_cell_is_not_blank_and_shows_what_is_written() -> None:
    assert not is_blank(FaultyCell("-", Words("一", "a"), "invalid"))
    assert as_written(FAULTY) == "#N/A"
    assert shown(FAULTY, FieldSpec("field", "栏目", "money")) == "#N/A"
