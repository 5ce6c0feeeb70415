"""A population of any size as a roster folder of Parquet, for benchmarks.

Written in a stream by DuckDB: memory does not grow with the number of households. Numbers
are valid, distinct and in no order; villages differ in size by a power law; 2–5 % of the
people are in each register; 1–3 % of the values are missing. The same seed gives the same
population. Nobody in it exists.

    python bench/population.py OUT HOUSEHOLDS [SEED] [--county CODE] [--names] [--masked SHARE]

`--county` gives everybody one county's code, `--names` gives people and register rows names,
`--masked` hides the birth date or the last four places of a share of the registers' numbers.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import duckdb

AS_OF = "2015-12-20"
# A person's place in the space of region × birth day × sequence number.
REGIONS, DAYS, SEQUENCES = 2_000, 30_000, 999
SPACE = REGIONS * DAYS * SEQUENCES
STRIDE = 40_960_001_537  # prime to SPACE, so that numbers are distinct and scattered
MOST = 8  # members of a household
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
_GIVEN = "秀英华文明芳军平红兰建国强丽敏静伟杰勇艳涛超霞刚桂玉梅珍海波林春生成志永德光荣福贵琼"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Numbers:
    """How people are known.

    Attributes:
        county: the one code of all numbers; 0 for many counties.
        names: whether people and register rows have names.
        masked: the share of register rows of which some places are hidden.
    """

    county: int = 0
    names: bool = False
    masked: float = 0.0


def chance(key: str, salt: str) -> str:
    """A uniform number from 0 to 1 that depends on a key."""
    return f"(hash({key}, '{salt}') / 18446744073709551616.0)"


def pick(key: str, salt: str, shares: dict[str, float], missing: float = 0.0) -> str:
    """One of several texts by their shares, now and then NULL."""
    at, arms = missing, [f"WHEN u < {missing} THEN NULL"]
    total = sum(shares.values())
    for text, share in shares.items():
        at += share / total * (1 - missing)
        arms.append(f"WHEN u < {at + 1e-9} THEN '{text}'")
    return f"CASE {' '.join(arms)} END".replace("u <", f"{chance(key, salt)} <")


def flag(key: str, salt: str, yes: float, missing: float = 0.02) -> str:
    """True with a probability, now and then NULL."""
    u = chance(key, salt)
    return f"CASE WHEN {u} < {missing} THEN NULL ELSE {u} < {missing + yes * (1 - missing)} END"


def money(key: str, salt: str, mean: int, missing: float = 0.015) -> str:
    """A skewed amount with cents."""
    u, v = chance(key, salt), chance(key, salt + " missing")
    value = f"round({mean} * -ln(1 - {u} * 0.9999), 2)"
    return f"CASE WHEN {v} < {missing} THEN NULL ELSE CAST({value} AS DECIMAL(14, 2)) END"


def mixed(key: str, salt: str) -> str:
    """A key of its own: chances of one key with several salts go together."""
    return f"hash({key}, '{salt}')"


def name(key: str) -> str:
    """A name: many people share a surname, some the whole name."""
    signs = (
        f"substr('{signs}', 1 + floor({len(signs)} * power({chance(mixed(key, salt), salt)}, {skew}))::INTEGER, 1)"
        for salt, signs, skew in (
            ("surname", _SURNAMES, 2),
            ("first", _GIVEN, 1),
            ("next", _GIVEN, 1),
        )
    )
    return f"({' || '.join(signs)})"


def masked(full: str, key: str, share: float) -> str:
    """A number as a register gives it out."""
    u = chance(key, "masked")
    return (
        f"CASE WHEN {u} < {share / 2} THEN substr({full}, 1, 6) || '********' || substr({full}, 15)"
        f" WHEN {u} < {share} THEN substr({full}, 1, 14) || '****' ELSE {full} END"
    )


def number(person: str, county: int = 0) -> str:
    """The citizen number of a person."""
    space = DAYS * SEQUENCES if county else SPACE
    place = f"(({person}) * {STRIDE}::HUGEINT % {space})::BIGINT"
    region = f"({county})" if county else f"(510000 + {place} // {DAYS * SEQUENCES})"
    day = f"strftime(DATE '{AS_OF}' - (1 + {place} // {SEQUENCES} % {DAYS})::INTEGER, '%Y%m%d')"
    return f"({region}::VARCHAR || {day} || lpad((1 + {place} % {SEQUENCES})::VARCHAR, 3, '0'))"


def checked(first17: str) -> str:
    """The number with its check character."""
    total = " + ".join(
        f"substr({first17}, {at}, 1)::INTEGER * {weight}" for at, weight in enumerate(_WEIGHTS, 1)
    )
    return f"({first17} || substr('10X98765432', ({total}) % 11 + 1, 1))"


def make(out: Path, households: int, seed: int = 1, known: Numbers = Numbers()) -> None:
    """Write the population."""
    if known.county and households * MOST > DAYS * SEQUENCES:
        raise SystemExit("so many people have no distinct numbers in one county")
    (out / "registers").mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    villages = max(1, households // 400)
    key = f"(i + {seed} * 1000000007)"
    size = f"(1 + floor(4.6 * power({chance(key, 'size')}, 1.15) + 1.4 * {chance(key, 'more')}))::INTEGER"
    village = f"floor({villages} * power({chance(key, 'village')}, 2.2))::INTEGER"
    amounts = {
        "wage_income": 6000, "business_income": 2500, "property_income": 300,
        "transfer_income": 1500, "production_cost": 900,
    }  # fmt: skip
    flags = {
        "food_secure": 0.97, "clothing_secure": 0.98, "safe_water": 0.9, "education_secured": 0.96,
        "medical_secured": 0.95, "inhospitable_location": 0.06, "disaster_damage": 0.03,
        "living_above_local": 0.05, "owns_vehicle": 0.04, "owns_commercial_housing": 0.03,
        "runs_business": 0.03, "on_previous_roster": 0.35,
    }  # fmt: skip
    columns = [
        "household_id", f"'V' || lpad(({village})::VARCHAR, 6, '0') AS village",
        *(f"{money(key, field, mean)} AS {field}" for field, mean in amounts.items()),
        *(f"{flag(key, field, yes)} AS {field}" for field, yes in flags.items()),
        f"{pick(key, 'grade', {'A': 50, 'B': 35, 'C': 10, 'D': 5}, 0.02)} AS housing_grade",
        f"{pick(key, 'cause', {'因病': 40, '因残': 15, '因学': 10, '缺技术': 20, '其他': 15}, 0.3)} AS main_cause",
    ]  # fmt: skip
    ids = "'H' || lpad(((i * 7919) % 1000000007)::VARCHAR, 10, '0') AS household_id"
    of_households = f"(SELECT i, {ids} FROM range({households}) AS t(i))"
    copy(
        connection, f"SELECT {', '.join(columns)} FROM {of_households}", out / "households.parquet"
    )
    person = f"(i * {MOST} + j)"
    mine = f"({person} + {seed} * 1000000007)"
    fields = [
        "household_id", "(j + 1)::VARCHAR AS member_id",
        f"CASE WHEN {chance(mine, 'lost')} < 0.012 THEN NULL ELSE {checked('first17')} END AS id_number",
        "CASE WHEN j = 0 THEN '户主' WHEN j = 1 THEN '配偶' ELSE '之子' END AS relation",
        f"CASE WHEN NOT pupil THEN {pick(mine, 'school', {'小学': 5, '初中': 4, '高中': 1})} END AS education",
        f"CASE WHEN pupil THEN {pick(mine, 'grade', {'小学': 5, '七年级': 2, '高中一年级': 1})} END AS school_status",
        f"{pick(mine, 'health', {'健康': 78, '长期慢性病': 12, '患有大病': 4, '残疾': 4, '患有大病|残疾': 1}, 0.02)} AS health",
        f"{pick(mine, 'labour', {'普通劳动力': 50, '技能劳动力': 5, '丧失劳动力': 10, '无劳动力': 35}, 0.02)} AS labor",
        f"{flag(mine, 'dibao', 0.08)} AS receives_dibao", f"{flag(mine, 'payroll', 0.01)} AS on_payroll",
        *([f"{name(mine)} AS name"] if known.names else []),
    ]  # fmt: skip
    people = (
        f"(SELECT *, {number(person, known.county)} AS first17, {chance(mine, 'pupil')} < 0.15 AS pupil FROM"
        f" (SELECT i, household_id, unnest(range({size}))::INTEGER AS j FROM {of_households}))"
    )
    copy(connection, f"SELECT {', '.join(fields)} FROM {people}", out / "members.parquet")
    kinds = {
        "civil_registry": (0.03, {"status": pick(mine, "status", {"在册": 90, "迁出": 7, "死亡": 3}, 0.01)}),
        "vehicles": (0.05, {
            "kind": pick(mine, "car", {"小型轿车": 25, "货运车辆": 10, "摩托车": 50, "农用三轮车": 15}, 0.02),
            "value": money(mine, "price", 30000),
            "plate": f"'川Y' || {mine}",
        }),
        "real_estate": (0.03, {"address": f"'示例街' || {mine} || '号'", "kind": pick(mine, "house", {"商品房": 40, "农村自建房": 40, "搬迁安置房": 20}, 0.02)}),
        "business": (0.03, {"operating": flag(mine, "open", 0.6), "name": f"'示例店' || {mine}"}),
        "payroll": (0.02, {"employer": "'单位'"}),
        "social_insurance": (0.05, {
            "scheme": pick(mine, "scheme", {"城乡居民": 85, "公积金": 5, "职工养老": 8, "商业养老": 2}, 0.02),
        }),
        "deposits": (0.05, {
            "balance": money(mine, "balance", 3000), "bank": "'示例银行'", "account": f"'62' || {mine}",
        }),
        "civil_affairs": (0.05, {"kind": pick(mine, "aid", {"农村低保": 70, "五保": 10, "残疾证": 20}, 0.01)}),
    }  # fmt: skip
    for register, (share, values) in kinds.items():
        if known.names:
            values = {**values, "person_name": name(mine)}
        more = ", ".join(f"{value} AS {column}" for column, value in values.items())
        its = f"{mine} + {len(register)}"
        written = masked("whole", its, known.masked) if known.masked else "whole"
        rows = (
            f"SELECT {written} AS id_number, {more} FROM"
            f" (SELECT *, {checked('first17')} AS whole FROM {people})"
            f" WHERE {chance(mine, 'in ' + register)} < {share}"
        )
        copy(connection, rows, out / "registers" / f"{register}.parquet")
    connection.close()


def copy(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")


def main() -> None:
    parser = argparse.ArgumentParser(description="A population as a roster folder of Parquet.")
    parser.add_argument("out", type=Path)
    parser.add_argument("households", type=int)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    parser.add_argument("--county", type=int, default=0)
    parser.add_argument("--names", action="store_true")
    parser.add_argument("--masked", type=float, default=0.0)
    given = parser.parse_args()
    known = Numbers(given.county, given.names, given.masked)
    make(given.out, given.households, given.seed, known)


if __name__ == "__main__":
    main()
