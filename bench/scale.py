"""A folder of any size through `shibie check`, beside hand-written SQL; and with more rules.

Parquet to Parquet, each run a process of its own. The hand-written SQL (handwritten.sql) gives
the same decisions, findings and tracks, which is checked here, but validates nothing; what
shibie spends on validation is therefore shown apart.

    python bench/scale.py sizes [HOUSEHOLDS ...]      # default 10000 100000 1000000
    python bench/scale.py rules [HOUSEHOLDS]          # default 1000000
    python bench/scale.py only HOUSEHOLDS             # shibie alone, e.g. 29480000
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb

HERE = Path(__file__).resolve().parent
PACK = HERE.parent / "rules" / "bazhong-2015"
WORK = Path(os.environ.get("SHIBIE_BENCH", "out/bench"))
AS_OF = "2015-12-20"
RUN = """
import sys
from datetime import date
from pathlib import Path
from shibie.checking import check
out = Path(sys.argv[3]).with_suffix(".parquet")
with check(sys.argv[1], sys.argv[2], date(2015, 12, 20), engine="duckdb", memory="6GB",
           temp=out.parent, progress=lambda what: print(what, file=sys.stderr)) as result:
    result.write(out)
"""
BY_HAND = """
import sys, duckdb
from pathlib import Path
Path(sys.argv[3]).mkdir(parents=True, exist_ok=True)
sql = Path(sys.argv[1]).read_text().replace("$in", sys.argv[2]).replace("$out", sys.argv[3])
scratch = sys.argv[3] + ".duckdb"
with duckdb.connect(scratch) as connection:
    connection.execute("SET enable_progress_bar = false; SET preserve_insertion_order = false; SET memory_limit = '6GB'")
    connection.execute(sql)
Path(scratch).unlink()
"""


def population(households: int) -> Path:
    """The folder of a population, made unless it is there."""
    folder = WORK / str(households)
    if not (folder / "done").exists():
        subprocess.run(
            [sys.executable, str(HERE / "population.py"), str(folder), str(households)], check=True
        )
        (folder / "done").touch()
    return folder


def run(program: str, *arguments: str | Path) -> tuple[float, float, str]:
    """Seconds, peak GiB, and what was said on stderr."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(said)
    return time.perf_counter() - start, usage.ru_maxrss / 2**20, said


def validating(said: str) -> float:
    """Seconds between two words of progress."""
    times = {name: float(at) for at, name in re.findall(r"\[ *([\d.]+) s\] (\w+)", said)}
    return times["deciding"] - times["validating"]


def same(one: Path, other: Path) -> bool:
    """Whether the tables of two results hold the same rows."""
    connection = duckdb.connect()
    for name in ("decisions", "findings", "tracks"):
        left, right = (f"read_parquet('{folder}/{name}.parquet')" for folder in (one, other))
        query = (
            f"SELECT (SELECT count(*) FROM (FROM {left} EXCEPT ALL FROM {right}))"
            f" + (SELECT count(*) FROM (FROM {right} EXCEPT ALL FROM {left}))"
        )
        if connection.execute(query).fetchall()[0][0]:
            return False
    return True


def sizes(many: list[int]) -> None:
    """A row for each size."""
    print("| households | shibie | of it validation | peak | by hand | peak | ratio | without validation | same rows |")  # fmt: skip
    print("|--:|--:|--:|--:|--:|--:|--:|--:|---|")
    for households in many:
        folder = population(households)
        out, hand = WORK / "out.parquet", WORK / "hand"
        spent, peak, said = run(RUN, "bazhong-2015", folder, out)
        by_hand, hand_peak, _ = run(BY_HAND, HERE / "handwritten.sql", folder, hand)
        checked = validating(said)
        print(
            f"| {households:,} | {spent:.1f} s | {checked:.1f} s | {peak:.1f} GiB | {by_hand:.1f} s |"
            f" {hand_peak:.1f} GiB | {by_hand / spent:.2f} | {by_hand / (spent - checked):.2f} |"
            f" {'yes' if (alike := same(out, hand)) else 'NO'} |",
            flush=True,
        )
        if not alike:
            raise SystemExit(f"the rows in {out} and {hand} differ: the ratio says nothing")
        shutil.rmtree(out)
        shutil.rmtree(hand)


def only(households: int) -> None:
    """One run, with its parts."""
    folder = population(households)
    spent, peak, said = run(RUN, "bazhong-2015", folder, WORK / "out.parquet")
    print(said)
    print(
        f"{households:,} households: {spent:.0f} s, {households / spent:,.0f} households/s,"
        f" peak {peak:.1f} GiB"
    )


def with_rules(many: int) -> Path:
    """A copy of the pack with so many rules in all: the further ones of four common forms."""
    folder = WORK / f"rules-{many}"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(PACK, folder, ignore=shutil.ignore_patterns("tests"))
    text = (folder / "ruleset.yaml").read_text(encoding="utf-8")
    own = len(re.findall(r"^  - (?:\{)?id: ", text.split("\ntallies:")[0], re.MULTILINE)) - 8
    forms = (
        "per_capita_net_income > {0}000 and not disaster_damage",
        "members.count(labor == '技能劳动力' and age < {0}) > 6",
        "vehicles.any(value > {0}0000 and kind != '摩托车')",
        "deposits.sum(balance) > {0}0000 and property_income > {0}00",
    )
    extra = "".join(
        f'  - {{id: more{n}, title: 另{n}, when: "{forms[n % 4].format(20 + n)}"}}\n'
        for n in range(many - own)
    )
    head, tail = text.split("\ntracks:\n")
    tail = re.sub(r"\n(?:# [^\n]*\n)?(?:properties|accepted):\n.*", "\n", tail, flags=re.DOTALL)
    (folder / "ruleset.yaml").write_text(f"{head}\n{extra}\ntracks:\n{tail}", encoding="utf-8")
    return folder


def rules(households: int) -> None:
    """A row for each number of rules."""
    folder = population(households)
    print("| rules | seconds | of it validation | peak |")
    print("|--:|--:|--:|--:|")
    for many in (20, 30, 100, 300):
        spent, peak, said = run(RUN, with_rules(many), folder, WORK / "out.parquet")
        print(f"| {many} | {spent:.1f} s | {validating(said):.1f} s | {peak:.1f} GiB |", flush=True)


def main() -> None:
    """What is asked for."""
    WORK.mkdir(parents=True, exist_ok=True)
    what, *rest = sys.argv[1:] or ["sizes"]
    numbers = [int(each) for each in rest]
    if what == "rules":
        rules((numbers or [1_000_000])[0])
    elif what == "only":
        only(numbers[0])
    else:
        sizes(numbers or [10_000, 100_000, 1_000_000])


if __name__ == "__main__":
    main()
