"""All readings agree on the value of every part of a condition, at every place it stands at.

tests/engines/test_breakages.py breaks readings one by one and expects these tests to notice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from shibie.language.operators import OPERATORS, Key
from support import subtrees
from support.parts import Part
from support.subtrees import CHAINING, PYTHON, SOLVER, SQL, Condition, parts_in

test_the_interpreter_says_what_python_says: Callable[[], None] = PYTHON.test()
test_sql_says_what_the_interpreter_says: Callable[[], None] = SQL.test()
test_the_solver_says_what_the_interpreter_says: Callable[[], None] = SOLVER.test()
test_wires_are_told_what_the_interpreter_says: Callable[[], None] = CHAINING.test()


@pytest.mark.parametrize("name", ["SQL", "SOLVER"])
def test_every_operator_is_drawn(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the very examples of the comparison; what is not drawn lacks a line in `support.ways`."""
    drawn: set[Key] = set()

    def collect(asked: Sequence[Condition]) -> tuple[Part, ...]:
        drawn.update(part.node.operator for part in parts_in(asked))
        return ()

    monkeypatch.setattr(subtrees, "parts_in", collect)
    getattr(subtrees, name).test()()
    writable = [each for each in OPERATORS.values() if each.form != "unwritten"]
    assert [each.label for each in writable if each.key not in drawn] == []
