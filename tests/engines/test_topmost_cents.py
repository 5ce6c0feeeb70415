"""Lists of decimals near the largest amount: every reading tells the last cent."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import shibie
from shibie.ruleset.loader import loads
from support.probe import HEAD

TOPMOST = (
    HEAD
    + """\
fields:
  - {of: household, name: m, title: 钱, type: money}
  - {of: household, name: q, title: 数, type: decimal}
poor: "m in [999999999999.99, 999999999999.98, 0.01]"
exclusions:
  - {id: x, title: 甲, when: "q in [999999999999.9999, 999999999999.9998, 5]"}
  - {id: y, title: 乙, when: "m + m in [1999999999999.98, -5]"}
"""
)


def test_the_topmost_cents_are_in_a_list_or_not(tmp_path: Path) -> None:
    """As binary fractions, these would be one number."""
    rows = [
        ("1", "999999999999.99", "999999999999.9997"), ("2", "999999999999.98", "999999999999.9998"),
        ("3", "999999999999.97", "999999999999.9999"), ("4", "0.01", "0"),
    ]  # fmt: skip
    (tmp_path / "households.csv").write_text(
        "household_id,m,q\n" + "".join(f"{','.join(row)}\n" for row in rows), encoding="utf-8"
    )
    (tmp_path / "members.csv").write_text(
        "household_id,member_id\n" + "".join(f"{row[0]},1\n" for row in rows), encoding="utf-8"
    )
    ruleset = loads(TOPMOST.replace("title: 试验规则", "title: 试验规则\n  vocabulary: bare"))
    for engine in ("interpreter", "duckdb", "rete"):
        with shibie.check(ruleset, tmp_path, date(2015, 12, 20), engine=engine) as result:
            decided = {row["household_id"]: row["grounds"] for row in result.decisions}
        assert decided == {"1": ("y",), "2": ("x",), "3": ("x", "not_poor"), "4": ()}, engine
