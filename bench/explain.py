"""Explanations over the township: for how many households a counterfactual is found, and how fast.

Run from the root: `python bench/explain.py`. Every counterfactual is confirmed by the
interpreter where it is found; here each one is put before the whole decision once more.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from shibie.case import Case
from shibie.checking_in_python import Checked, check
from shibie.decision import Decision
from shibie.engines.decide import decide
from shibie.explanations.account import account
from shibie.explanations.changed_cases import made
from shibie.explanations.collect import to_collect
from shibie.explanations.search import counterfactuals
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load

DAY = date(2015, 12, 20)
TOWNSHIP = Path("fixtures/township-2015")


def main() -> None:
    ruleset = load("bazhong-2015")
    roster = read_roster(TOWNSHIP, ruleset, DAY)
    signed = check(ruleset, roster, DAY)
    unsigned = check(ruleset, replace(roster, adjudications=()), DAY)
    print(
        "| households | number | with a counterfactual | confirmed | nearest by | ms each: median, p95, most |"
    )
    print("|---|---|---|---|---|---|")
    row("excluded", signed, "ineligible")
    row("excluded, before adjudication", unsigned, "ineligible")
    row("pending, before adjudication", unsigned, "pending")
    collected(unsigned)
    whole(signed)


def chosen(checked: Checked, eligibility: str) -> list[tuple[Case, Decision]]:
    pairs = zip(checked.cases, checked.decisions, strict=True)
    return [pair for pair in pairs if pair[1].eligibility == eligibility]


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    result = work()
    return result, (time.perf_counter() - start) * 1000


def spread(times: list[float]) -> str:
    ordered = sorted(times)
    return f"{statistics.median(ordered):.1f}, {ordered[int(len(ordered) * 0.95)]:.1f}, {ordered[-1]:.1f}"


def row(name: str, checked: Checked, eligibility: str) -> None:
    found = confirmed = wrong = 0
    times: list[float] = []
    by: Counter[str] = Counter()
    pairs = chosen(checked, eligibility)
    for case, _ in pairs:
        plans, spent = timed(partial(counterfactuals, checked.ruleset, case))
        times.append(spent)
        found += bool(plans)
        by.update([plans[0].who] if plans else ["none"])
        for plan in plans:
            after = decide(*made(checked.ruleset, case, plan.changes))
            confirmed += after.eligibility == plan.leads_to
            wrong += after.eligibility != plan.leads_to
    share = f"{found} ({100 * found / len(pairs):.2f} %)"
    who = ", ".join(f"{word} {count}" for word, count in by.most_common())
    print(
        f"| {name} | {len(pairs)} | {share} | {confirmed} of {confirmed + wrong} | {who} | {spread(times)} |"
    )
    if wrong:
        sys.exit(1)


def collected(checked: Checked) -> None:
    pairs = chosen(checked, "pending")
    settled = 0
    times: list[float] = []
    for case, _ in pairs:
        sets, spent = timed(partial(to_collect, checked.ruleset, case))
        times.append(spent)
        settled += any(each.settles for each in sets)
    print(f"\nwhat to collect: {settled} of {len(pairs)} pending households have a set that settles "
          f"them; ms each {spread(times)}")  # fmt: skip


def whole(checked: Checked) -> None:
    times = []
    for case, decision in list(zip(checked.cases, checked.decisions, strict=True))[::4]:
        _, spent = timed(partial(account, checked.ruleset, case, decision))
        times.append(spent)
    print(f"a whole explanation, every 4th household: ms each {spread(times)}")


if __name__ == "__main__":
    main()
