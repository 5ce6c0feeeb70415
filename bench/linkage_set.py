"""The set with known truth for linkage: a made-up roster and registers with the slips that clerks make.

    python bench/linkage_set.py

writes `bench/known-truth/` anew; the same seed gives the same files. Nobody in it exists.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from shibie import citizen_id

HERE = Path(__file__).parent / "known-truth"
SEED = 2015
AS_OF = date(2015, 12, 20)
HOUSEHOLDS = 600
# How many rows are about somebody on the roster, and about as many about nobody on it.
ROWS = 300
VILLAGES = {
    "学堂山村": 30,
    "三品寨村": 20,
    "范家坝村": 16,
    "青杨村": 12,
    "云岭村": 10,
    "石磨村": 8,
    "双河村": 4,
}
# A few surnames are those of most people, and of some there is one family.
SURNAMES = dict(
    zip("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董程曹许邓傅沈曾彭吕苟岳",
        range(60, 20, -1), strict=False)
) | {"鲜于": 1, "欧阳": 2, "章": 2, "黎": 4, "汪": 4, "伍": 3, "凌": 2, "闫": 2, "蒲": 2, "逯": 1}  # fmt: skip
MALE, FEMALE = (
    "国明军华建德永勇平光文志强伟海林云生成全忠杰兴福龙",
    "秀英芳玉兰珍琼莲华碧丽群素淑红梅菊香霞春凤燕",
)
# Letters of one sound, and what forms still have in traditional ones.
HOMOPHONES = (
    "张章", "李黎", "王汪", "吴伍", "徐许", "傅付", "程成", "何河", "国果", "明名鸣", "军君均", "华花", "建健", "永勇",
    "文闻", "志治", "伟卫", "海亥", "林霖", "生声", "成诚", "杰洁", "兴星", "福富", "秀绣", "英应", "芳方", "玉育",
    "珍真", "琼穷", "莲连", "丽莉利", "素诉", "红洪", "菊局", "霞侠", "凤奉", "燕艳",
)  # fmt: skip
TRADITIONAL = str.maketrans("张刘陈国华军伟兰龙凤丽红莲义杰强", "張劉陳國華軍偉蘭龍鳳麗紅蓮義傑強")
SAME_SOUND = {
    letter: [other for other in group if other != letter]
    for group in HOMOPHONES
    for letter in group
}
HEADERS = {
    "households": ("household_id", "village", "group", "wage_income"),
    "members": ("household_id", "member_id", "name", "id_number", "relation"),
    "registers/vehicles": ("id_number", "owner", "village", "plate"),
    "registers/houses": ("id_number", "owner", "address", "area"),
    "truth": (
        "kind", "slip", "household_id", "member_id", "register", "row", "other_household_id",
        "other_member_id",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Person:
    """Somebody, as he is."""

    name: str
    sex: str
    number: str
    village: str
    relation: str


@dataclass
class Made:
    """The tables as they are written."""

    rng: Random
    tables: dict[str, list[tuple[str, ...]]] = field(
        default_factory=lambda: {name: [] for name in HEADERS}
    )
    families: dict[str, list[Person]] = field(default_factory=dict)
    group: dict[str, str] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)

    # --- people ---------------------------------------------------------------------------

    def name(self, sex: str, surname: str = "") -> str:
        letters = MALE if sex == "男" else FEMALE
        # Some letters are those of every third person.
        weights = [1 / (1 + at / 2) for at in range(len(letters))]
        given = "".join(self.rng.choices(letters, weights, k=self.rng.choice((1, 1, 2, 2, 2))))
        return (surname or self.surname()) + given

    def surname(self) -> str:
        return self.rng.choices(list(SURNAMES), list(SURNAMES.values()))[0]

    def number(self, sex: str, age: int) -> str:
        while True:
            born = date(AS_OF.year - age, 1, 1) + timedelta(days=self.rng.randrange(350))
            sequence = self.rng.randrange(60) * 2 + (1 if sex == "男" else 2)
            region = self.rng.choice(("511921", "511921", "511921", "511902"))
            number = citizen_id.make(region, born, sequence)
            if number not in self.numbers:
                self.numbers.add(number)
                return number

    def person(self, sex: str, age: int, village: str, relation: str, surname: str = "") -> Person:
        return Person(self.name(sex, surname), sex, self.number(sex, age), village, relation)

    def village(self) -> str:
        return self.rng.choices(list(VILLAGES), list(VILLAGES.values()))[0]

    def family(self) -> list[Person]:
        village, rng = self.village(), self.rng
        age = rng.randrange(28, 75)
        head = self.person("男", age, village, "户主")
        surname = head.name[:2] if head.name[:2] in SURNAMES else head.name[0]
        found = [head]
        if rng.random() < 0.8:
            found.append(self.person("女", age - rng.randrange(-2, 6), village, "配偶"))
        for _ in range(rng.choice((0, 1, 1, 2, 2, 3))):
            sex = rng.choice("男女")
            relation = "之子" if sex == "男" else "之女"
            found.append(
                self.person(sex, max(1, age - rng.randrange(20, 34)), village, relation, surname)
            )
        if rng.random() < 0.2:
            found.append(self.person("女", age + 24, village, "之母"))
        return found

    # --- slips ----------------------------------------------------------------------------

    def slipped(self, name: str, slip: str) -> str:
        """A name as a clerk writes it."""
        letters, rng = list(name), self.rng
        if slip == "homophone":
            places = [at for at, letter in enumerate(letters) if letter in SAME_SOUND]
            if places:
                at = rng.choice(places)
                letters[at] = rng.choice(SAME_SOUND[letters[at]])
        elif slip == "traditional":
            return name.translate(TRADITIONAL)
        elif slip == "one letter" and len(name) > 2:
            at = rng.randrange(1, len(letters))
            letters[at] = rng.choice([each for each in MALE + FEMALE if each != letters[at]])
        elif slip == "hidden name":
            return letters[0] + "*" + "".join(letters[2:])
        return "".join(letters)

    def shown(self, number: str, slip: str) -> str:
        """A number as a register shows it."""
        if slip in ("birth day hidden", "last four hidden"):
            return f"{number[:6]}********{number[14:]}" if slip[0] == "b" else f"{number[:14]}****"
        if slip == "digits exchanged":
            at = next(
                (at for at in (10, 12, 11, 9, 13, 15) if number[at] != number[at + 1]), 15
            )  # fmt: skip
            swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
            # The check character tells it: such a number is not usable.
            return swapped if swapped != number else f"{number[:14]}****"
        return ""

    # --- tables ---------------------------------------------------------------------------

    def row(self, number: str, name: str, village: str) -> tuple[str, int]:
        """A row of a register; returns its register and its number."""
        register = self.rng.choice(("vehicles", "houses"))
        table = self.tables[f"registers/{register}"]
        if register == "vehicles":
            table.append((number, name, village, f"川Y{len(table):04}"))
        else:
            where = village or "县城南街"
            table.append(
                (number, name, f"{where}{self.rng.randrange(1, 200)}号", str(60 + len(table) % 90))
            )
        return register, len(table) + 1

    def truth(self, kind: str, slip: str, *cells: str) -> None:
        self.tables["truth"].append((kind, slip, *cells))

    def add(self, household: str, people: Sequence[Person], numbers: Iterable[str]) -> None:
        """A household of the roster, with the numbers as they are written."""
        village = people[0].village
        group = self.group.setdefault(household, f"{self.rng.randrange(1, 7)}组")
        self.tables["households"].append(
            (household, village, group, str(self.rng.randrange(500, 9000)))
        )
        for at, (person, number) in enumerate(zip(people, numbers, strict=True), 1):
            self.tables["members"].append(
                (household, str(at), person.name, number, person.relation)
            )
        self.families[household] = list(people)


NAME_SLIPS = {"": 50, "homophone": 18, "traditional": 10, "one letter": 12, "hidden name": 10}
NUMBER_SLIPS = {
    "no number": 40,
    "birth day hidden": 22,
    "last four hidden": 22,
    "digits exchanged": 16,
}


def drawn(rng: Random, shares: dict[str, int]) -> str:
    return rng.choices(list(shares), list(shares.values()))[0]


def make() -> dict[str, list[tuple[str, ...]]]:
    made = Made(Random(SEED))
    rng = made.rng
    for at in range(HOUSEHOLDS):
        people = made.family()
        # Of some people the form has no number.
        made.add(f"H{at + 1:04}", people, ["" if rng.random() < 0.04 else p.number for p in people])
    _rows(made)
    _married_out(made)
    _twice(made)
    return made.tables


def _rows(made: Made) -> None:
    """Rows without a usable number, of people on the roster and of as many others."""
    rng = made.rng
    everybody = [(h, at) for h, people in made.families.items() for at in range(len(people))]
    wanted = [
        *((place, True) for place in rng.sample(everybody, ROWS)),
        *(((("", 0)), False),) * ROWS,
    ]
    rng.shuffle(wanted)
    for (household, at), known in wanted:
        person = made.families[household][at] if known else _stranger(made)
        slip, hidden = drawn(rng, NAME_SLIPS), drawn(rng, NUMBER_SLIPS)
        village = person.village if rng.random() < 0.6 else ""
        name, number = made.slipped(person.name, slip), made.shown(person.number, hidden)
        register, row = made.row(number, name, village)
        if known:
            said = f"{slip or 'name as it is'}, {hidden}"
            made.truth("row", said, household, str(at + 1), register, str(row), "", "")


def _stranger(made: Made) -> Person:
    """Somebody who is not on the roster: of one of its villages, or of another."""
    sex = made.rng.choice("男女")
    village = made.village() if made.rng.random() < 0.5 else "外乡村"
    return made.person(sex, made.rng.randrange(18, 80), village, "")


def _married_out(made: Made) -> None:
    """Daughters who are on the form of the parents, and on that of the husband without a number."""
    rng = made.rng
    daughters = [
        (household, at) for household, people in made.families.items()
        for at, each in enumerate(people)
        if each.relation == "之女" and citizen_id.age(each.number, AS_OF) >= 20
    ]  # fmt: skip
    for place, (household, at) in enumerate(rng.sample(daughters, 30)):
        bride = made.families[household][at]
        other, slip = f"M{place + 1:03}", drawn(rng, {"": 70, "homophone": 30})
        husband = made.person("男", citizen_id.age(bride.number, AS_OF) + 2, made.village(), "户主")
        again = replace(
            bride, name=made.slipped(bride.name, slip), village=husband.village, relation="配偶"
        )
        child = made.person("男", 3, husband.village, "之子", husband.name[0])
        made.add(other, [husband, again, child], [husband.number, "", child.number])
        said = f"married out{', ' + slip if slip else ''}"
        made.truth("person", said, other, "2", "", "", household, str(at + 1))


def _twice(made: Made) -> None:
    """Families that are on the form again in another village, under the wife and mostly without numbers."""
    rng = made.rng
    families = [h for h, people in made.families.items() if h[0] == "H" and len(people) >= 3
                and people[1].relation == "配偶"]  # fmt: skip
    for place, household in enumerate(rng.sample(families, 25)):
        own = made.families[household]
        other, village = f"T{place + 1:03}", made.village()
        order = [1, 0, *range(2, len(own))]
        again = [replace(own[at], village=village) for at in order]
        again[0], again[1] = replace(again[0], relation="户主"), replace(again[1], relation="配偶")
        again = [
            replace(p, name=made.slipped(p.name, drawn(rng, {"": 85, "homophone": 15})))
            for p in again
        ]
        numbers = ["" if rng.random() < 0.8 else p.number for p in again]
        written = {(h, m): number for h, m, _, number, _ in made.tables["members"]}
        made.add(other, again, numbers)
        made.truth("household", "under the wife", household, "", "", "", other, "")
        for at, (was, number) in enumerate(zip(order, numbers, strict=True), 1):
            if not (number and written[household, str(was + 1)]):
                slip = "same name" if again[at - 1].name == own[was].name else "homophone"
                made.truth(
                    "person",
                    f"household twice, {slip}",
                    other,
                    str(at),
                    "",
                    "",
                    household,
                    str(was + 1),
                )


def write(folder: Path = HERE) -> None:
    for name, rows in make().items():
        path = folder / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows([HEADERS[name], *rows])


if __name__ == "__main__":
    write()
