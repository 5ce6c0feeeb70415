"""Forward chaining beside the interpreter: households a second, in one run.

python bench/rete.py
"""

from __future__ import annotations

import gc
import time
from datetime import date
from pathlib import Path

from shibie.checking_in_python import check
from shibie.engines.decide import decide
from shibie.engines.rete import decide_all
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load

ROOT = Path(__file__).resolve().parents[1]
AS_OF = date(2015, 12, 20)


def main() -> None:
    """Decide the township by both readings and print the rates."""
    gc.disable()
    ruleset = load("bazhong-2015")
    roster = read_roster(ROOT / "fixtures" / "township-2015", ruleset, AS_OF)
    cases = check(ruleset, roster, AS_OF).cases
    list(decide_all(ruleset, cases[:20]))
    start = time.perf_counter()
    plain = [decide(ruleset, case) for case in cases]
    middle = time.perf_counter()
    chained = list(decide_all(ruleset, cases))
    end = time.perf_counter()
    assert plain == chained
    print(f"interpreter: {len(cases) / (middle - start):,.0f} households/s")
    print(f"rete: {len(cases) / (end - middle):,.0f} households/s, the same decisions")


if __name__ == "__main__":
    main()
