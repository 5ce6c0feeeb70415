"""What is compared: an entry of a person on the roster, and what a row of a register says of one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from shibie.household import BareHousehold
from shibie.linkage.names import ComparedName, names_in
from shibie.plain_text import unspaced
from shibie.registers.links import Place
from shibie.registers.masked_numbers import HIDDEN, LENGTH, visible
from shibie.registers.matching import usable_number
from shibie.registers.row_key import name_of_row
from shibie.registers.rows import RegisterRow
from shibie.registers.said_texts import NAME, alike
from shibie.rosters.localities import spelled_alike
from shibie.rosters.villages import bare_village
from shibie.ruleset.model import Register
from shibie.vocabulary import HEAD, SPOUSE, shared

_VILLAGE: Final = "village"
# Groups were called 队, and here and there still are.
_TEAM: Final = re.compile(r"队$")
# Columns of registers and fields of persons that say when somebody was born, and the sex.
_BORN: Final = frozenset(("出生日期", "出生年月", "出生年月日", "date of birth", "birth date"))
_SEX: Final = frozenset(("性别", "sex", "gender"))
_FEMALE: Final = frozenset((
    "之女", "之儿媳", "之孙女", "之外孙女", "之母", "之岳母", "之婆婆", "之祖母", "之外祖母",
))  # fmt: skip
_MALE: Final = frozenset((
    "之子", "之女婿", "之孙子", "之外孙子", "之父", "之岳父", "之公公", "之祖父", "之外祖父",
))  # fmt: skip
MAN, WOMAN = "男", "女"
_DAUGHTERS: Final = frozenset(("之女", "之孙女"))
_IN_LAW: Final = "之儿媳"
# From which age on a daughter may have married.
_GROWN: Final = 18


@dataclass(frozen=True)
class Entry:
    """One person as a table names him.

    Attributes:
        name: as it is compared.
        number: a usable citizen number; empty where there is none.
        birth: the day in eight digits, those that are hidden as `*`; empty where not even the
            year is shown.
        last: the last four places of the number; empty where any of them is hidden.
        sex: 男 or 女; empty where it is not known.
        village: as it is compared; empty where it is not known.
        group: likewise.
        others: how those sound who are named with him: of his household, or in the cell.
        role: `daughter`, grown up or perhaps so, or `wife`, of a household; of anybody else on the
            roster `other`.
    """

    name: ComparedName
    number: str = ""
    birth: str = ""
    last: str = ""
    sex: str = ""
    village: str = ""
    group: str = ""
    others: tuple[str, ...] = ()
    role: str = ""


@dataclass(frozen=True)
class PersonEntry:
    """A member of a household.

    Attributes:
        place: the household and the member.
        called: his name as it is written.
        head: the name of the head, as acts name it.
        village: as it is written.
        written: whether anything stands in the cell of his number.
        entry: what is compared.
        relation: to the head.
        fields: what he or his household says, as rows are held against it.
    """

    place: Place
    called: str
    head: str
    village: str
    written: bool
    entry: Entry
    relation: str
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class RowEntry:
    """A person whom a row of a register names.

    Attributes:
        register: of the row.
        row: as it was read.
        key: how acts name it.
        called: the name as it may be shown.
        village: likewise.
        entry: what is compared.
    """

    register: str
    row: RegisterRow
    key: str
    called: str
    village: str
    entry: Entry


def persons_of(
    household: BareHousehold, as_of: date, fields: Iterable[str], titles: Mapping[str, str]
) -> Iterator[PersonEntry]:
    """The entries of a household.

    Args:
        household: a valid one.
        as_of: the day of judgement.
        fields: those that registers are held against.
        titles: the fields of persons by their titles.
    """
    head = next(
        (str(shared(each, "name") or "") for each in household.members
         if shared(each, "relation") == HEAD), "",
    )  # fmt: skip
    village, group = str(household.village or ""), str(shared(household, "group") or "")
    found = []
    for member in household.members:
        called = str(shared(member, "name") or "")
        relation = str(shared(member, "relation") or "")
        written = getattr(member, "id_number", None)
        number = usable_number(written, as_of) or ""
        name = next(names_in(called), ComparedName())
        entry = replace(
            _of_number(number), name=name, number=number,
            village=place_key(village), group=group_key(group),
        )  # fmt: skip
        if not number:
            by_title = {title: getattr(member, each, None) for title, each in titles.items()}
            sex = _sex_in(by_title) or _sex_of(relation)
            entry = replace(entry, sex=sex, birth=_born_said(by_title))
        said = {
            each: getattr(member if hasattr(member, each) else household, each, None)
            for each in fields
        }
        place = household.household_id, member.member_id
        found.append(
            PersonEntry(place, called, head, village, bool(written), entry, relation, said)
        )
    found = _with_roles(found, as_of)
    sounds = [each.entry.name.sound for each in found]
    for at, each in enumerate(found):
        others = tuple(sorted({s for i, s in enumerate(sounds) if s and i != at} - {sounds[at]}))
        yield replace(each, entry=replace(each.entry, others=others))


def _with_roles(household: list[PersonEntry], as_of: date) -> list[PersonEntry]:
    """The entries with their roles, and with the sex of a spouse as the head's tells it."""
    heads = {each.entry.sex for each in household if each.relation == HEAD}
    opposite = {frozenset((MAN,)): WOMAN, frozenset((WOMAN,)): MAN}.get(frozenset(heads), "")
    found = []
    for each in household:
        entry = each.entry
        if each.relation == SPOUSE and not entry.sex:
            entry = replace(entry, sex=opposite)
        grown = not entry.birth[:4].isdecimal() or as_of.year - int(entry.birth[:4]) >= _GROWN
        role = "other"
        if each.relation in _DAUGHTERS and grown:
            role = "daughter"
        elif each.relation == _IN_LAW or (each.relation == SPOUSE and entry.sex != MAN):
            role = "wife"
        found.append(replace(each, entry=replace(entry, role=role if each.relation else "")))
    return found


def entries_of_row(
    register: Register, row: RegisterRow, as_of: date, villages: Mapping[str, str]
) -> Iterator[RowEntry]:
    """Whom a row names; nobody where it has no name.

    Args:
        register: its columns.
        row: as it was read.
        as_of: the day of judgement.
        villages: of the roster, by their names as they are compared: one that the row mentions
            is the village that it says.
    """
    columns = dict(register.or_match)
    if NAME not in columns:
        return
    names = list(names_in(row.values.get(columns[NAME])))
    number = usable_number(str(row.values.get(register.match) or ""), as_of) or ""
    village = str(row.values.get(columns.get(_VILLAGE, "")) or "")
    village = village or _mentioned(register, row, columns, villages)
    by_title = {spec.title: row.values.get(spec.name) for spec in register.columns}
    said = _of_number(number or _places(row.written))
    base = replace(
        said, number=number, village=place_key(village),
        birth=said.birth or _born_said(by_title), sex=said.sex or _sex_in(by_title),
    )  # fmt: skip
    key = name_of_row(register, row)
    for name in names:
        others = tuple(sorted({each.sound for each in names if each.sound} - {name.sound}))
        called = name.text or name.shown.replace(".+", "*")
        yield RowEntry(
            register.name, row, key, called, village, replace(base, name=name, others=others)
        )


def place_key(text: str) -> str:
    """The name of a village as it is compared.

    >>> place_key("石磨村") == place_key("石 磨")
    True
    """
    said = alike(text)
    if not isinstance(said, str):
        return ""
    return bare_village(said).removesuffix("社区") or said


def group_key(text: str) -> str:
    """The group of a village as it is compared.

    >>> group_key("第三村民小组"), group_key("3社"), group_key("十一组")
    ('3', '3', '11')
    """
    said = alike(text)
    return spelled_alike("group", _TEAM.sub("组", said)) if isinstance(said, str) else ""


def _mentioned(
    register: Register, row: RegisterRow, columns: Mapping[str, str], villages: Mapping[str, str]
) -> str:
    """The only village of the roster that a row mentions in its texts, such as an address."""
    texts = [
        place_key(str(row.values[spec.name])) for spec in register.columns
        if spec.type == "text" and not spec.sensitive and spec.name != columns[NAME]
        and row.values.get(spec.name) is not None
    ]  # fmt: skip
    if not texts:
        return ""
    found = {key for key in villages if len(key) > 1 and any(key in text for text in texts)}
    return villages[found.pop()] if len(found) == 1 else ""


def _places(written: str) -> str:
    """The places of a number that cannot be used, as far as they are shown; or empty.

    One whose check character is wrong shows all of them, and some of them wrongly.
    """
    bare = unspaced(written).upper()
    if len(bare) == LENGTH and bare[:-1].isdecimal() and bare.isascii():
        return bare
    return visible(written)


def _of_number(places: str) -> Entry:
    """What the places of a number say."""
    if not places:
        return Entry(ComparedName())
    born, last = places[6:14], places[14:]
    year = born[:4]
    known = year.isdecimal() and 1850 <= int(year) <= 2150
    sex = ""
    if places[16] != HIDDEN:
        sex = MAN if int(places[16]) % 2 else WOMAN
    return Entry(
        ComparedName(), birth=born if known else "", last="" if HIDDEN in last else last, sex=sex
    )


def _born_said(by_title: Mapping[str, Any]) -> str:
    for title, value in by_title.items():
        if title.lower() in _BORN and isinstance(value, date):
            return f"{value:%Y%m%d}"
    return ""


def _sex_in(by_title: Mapping[str, Any]) -> str:
    for title, value in by_title.items():
        if title.lower() in _SEX and value is not None:
            word = str(value).strip().lower()
            return {"男": MAN, "male": MAN, "m": MAN, "女": WOMAN, "female": WOMAN, "f": WOMAN}.get(
                word.removesuffix("性"), ""
            )
    return ""


def _sex_of(relation: str) -> str:
    """The sex that a relation to the head tells.

    >>> _sex_of("之儿媳"), _sex_of("之女婿"), _sex_of("配偶")
    ('女', '男', '')
    """
    return WOMAN if relation in _FEMALE else MAN if relation in _MALE else ""
