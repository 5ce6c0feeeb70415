"""Precision and recall of the candidates on the set with known truth, and the time at size.

python bench/linkage.py                 # the committed set, bench/known-truth/
python bench/linkage.py --size 100000   # persons, with 2,000 rows without a number
"""

from __future__ import annotations

import argparse
import csv
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

import duckdb

import shibie
from shibie.linkage.candidates import LEAST, Candidate

HERE = Path(__file__).parent / "known-truth"
DAY = date(2015, 12, 20)
WEIGHTS = (-5, -3, 0, 3, 6, 9)
# What a candidate claims, as it is compared with the truth.
Claim = tuple[str, ...]
KINDS = ("row", "person", "household")


@dataclass(frozen=True)
class Truth:
    """What is so.

    Attributes:
        claims: by kind what is true, each with the slip that it was made with.
        persons: by household and member who he is, the same for all entries of a person.
    """

    claims: Mapping[str, Mapping[Claim, str]]
    persons: Mapping[tuple[str, str], str]

    def claimed(self, each: Candidate) -> Claim:
        """What a candidate says, in terms of persons."""
        if each.kind == "row":
            return each.register, str(each.row), self.persons[each.household_id, each.member_id]
        if each.kind == "household":
            return tuple(sorted((each.household_id, each.other_household_id)))
        one = f"{each.household_id}/{each.member_id}"
        return tuple(sorted((one, f"{each.other_household_id}/{each.other_member_id}")))


def truth_of(folder: Path = HERE) -> Truth:
    """The truth that lies beside the set."""
    with (folder / "members.csv").open(encoding="utf-8") as file:
        persons = {
            (row["household_id"], row["member_id"]): f"{row['household_id']}/{row['member_id']}"
            for row in csv.DictReader(file)
        }
    with (folder / "truth.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["kind"] == "person":
            there = row["other_household_id"], row["other_member_id"]
            persons[row["household_id"], row["member_id"]] = persons[there]
    claims: dict[str, dict[Claim, str]] = {kind: {} for kind in KINDS}
    for row in rows:
        place = row["household_id"], row["member_id"]
        other = row["other_household_id"], row["other_member_id"]
        claim: Claim
        if row["kind"] == "row":
            claim = row["register"], row["row"], persons[place]
        elif row["kind"] == "household":
            claim = tuple(sorted((place[0], other[0])))
        else:
            claim = tuple(sorted(("/".join(place), "/".join(other))))
        claims[row["kind"]][claim] = row["slip"]
    return Truth(claims, persons)


def found(least: float = LEAST, most: int = 5) -> Sequence[Candidate]:
    """The candidates of the set."""
    return shibie.link(HERE, HERE, DAY, least=least, most=most).found


def share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "—"


def at_weights(candidates: Sequence[Candidate], truth: Truth) -> None:
    print("| kind | weight at least | candidates | true | precision | recall |")
    print("|---|--:|--:|--:|--:|--:|")
    for kind in KINDS:
        for weight in WEIGHTS:
            listed, right = counted(candidates, truth, kind, weight)
            print(
                f"| {kind} | {weight} | {listed} | {right} | {share(right, listed)}"
                f" | {share(right, len(truth.claims[kind]))} |"
            )


def counted(
    candidates: Sequence[Candidate], truth: Truth, kind: str, weight: float
) -> tuple[int, int]:
    """How many candidates of a kind and weight there are, and how many true pairs are among them."""
    claims = {truth.claimed(c) for c in candidates if c.kind == kind and c.weight >= weight}
    return len(claims), len(claims & truth.claims[kind].keys())


def by_slip(candidates: Sequence[Candidate], truth: Truth) -> None:
    print("| kind | slip | pairs | recall |")
    print("|---|---|--:|--:|")
    for kind in KINDS:
        claims = {truth.claimed(each) for each in candidates if each.kind == kind}
        groups: defaultdict[str, list[bool]] = defaultdict(list)
        for claim, slips in truth.claims[kind].items():
            for slip in slips.split(", ") if kind == "row" else [slips]:
                groups[slip].append(claim in claims)
        for slip in sorted(groups):
            there = groups[slip]
            print(f"| {kind} | {slip} | {len(there)} | {share(sum(there), len(there))} |")


def best_of_rows(candidates: Sequence[Candidate], truth: Truth) -> tuple[int, int]:
    """How many rows of somebody on the roster have a candidate, and of how many the best is right."""
    first: dict[tuple[str, ...], Candidate] = {}
    for each in candidates:
        if each.kind == "row":
            key = each.register, str(each.row)
            if key not in first or each.weight > first[key].weight:
                first[key] = each
    theirs = {claim[:2] for claim in truth.claims["row"]}
    there = [each for key, each in first.items() if key in theirs]
    return len(there), sum(truth.claimed(each) in truth.claims["row"] for each in there)


def shuffled(truth: Truth, seed: int = 1) -> Truth:
    """The negative control: the same rows and persons, put together anew."""
    claims = list(truth.claims["row"])
    persons = [claim[2] for claim in claims]
    Random(seed).shuffle(persons)
    mixed = {(*claim[:2], person): "" for claim, person in zip(claims, persons, strict=True)}
    return Truth({**truth.claims, "row": mixed}, truth.persons)


def by_exact_name(truth: Truth) -> tuple[int, int, int]:
    """What a search for the same name finds: pairs, the true ones among them, and all true ones."""
    names = defaultdict(set)
    with (HERE / "members.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            names[row["name"]].add(truth.persons[row["household_id"], row["member_id"]])
    claims: Set[Claim] = {
        (register, str(number), person)
        for register in ("vehicles", "houses")
        for number, row in enumerate(_rows(HERE / "registers" / f"{register}.csv"), 2)
        for person in names.get(row["owner"], ())
    }
    return len(claims), len(claims & truth.claims["row"].keys()), len(truth.claims["row"])


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


# --- at size -------------------------------------------------------------------------------


def population(folder: Path, persons: int, rows: int) -> None:
    """A population of `bench/population.py` with rows of which the number is taken away."""
    drawn = [str(Path(__file__).parent / "population.py"), str(folder), str(persons // 3)]
    subprocess.run([sys.executable, *drawn, "--county", "511921", "--names"], check=True)
    vehicles = folder / "registers" / "vehicles.parquet"
    before = vehicles.rename(folder / "vehicles.before")
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * EXCLUDE (nth) REPLACE (CASE WHEN nth <= {rows} THEN NULL ELSE id_number"
            " END AS id_number) FROM (SELECT *, row_number() OVER (ORDER BY hash(id_number)) AS nth"
            f" FROM read_parquet('{before}'))) TO '{vehicles}' (FORMAT parquet)"
        )
    before.unlink()


def at_size(persons: int, rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        population(Path(folder), persons, rows)
        start, before = time.perf_counter(), time.process_time()
        result = shibie.link("bazhong-2015", folder, DAY)
        seconds, of_cpu = time.perf_counter() - start, time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print("| persons | without a number | rows | candidates | seconds | of CPU | peak |")
    print("|--:|--:|--:|--:|--:|--:|--:|")
    summary = result.summary
    asked = sum(each["rows"] for each in summary["registers"].values())
    print(
        f"| {summary['persons']:,} | {summary['without_number']:,} | {asked:,} | {len(result.found):,}"
        f" | {seconds:.0f} | {of_cpu:.0f} | {peak:.1f} GiB |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=0, help="so many persons instead of the set")
    parser.add_argument("--rows", type=int, default=2_000, help="rows without a number")
    asked = parser.parse_args()
    if asked.size:
        at_size(asked.size, asked.rows)
        return
    candidates, truth = found(), truth_of()
    at_weights(candidates, truth)
    print()
    by_slip(candidates, truth)
    print()
    there, right = best_of_rows(candidates, truth)
    print(f"rows of somebody on the roster with a candidate: {there}, the best is right: {right}")
    pairs, true, every = by_exact_name(truth)
    print(f"the same name alone: precision {share(true, pairs)}, recall {share(true, every)}")
    listed, right = counted(candidates, shuffled(truth), "row", 0)
    print(f"truth shuffled: precision {share(right, listed)} at weight 0")


if __name__ == "__main__":
    main()
