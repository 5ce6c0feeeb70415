"""Provisional; replaced by the full module."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

from shibie.errors import Words


class CitizenIdError(ValueError):
    def __init__(self, reason: Words) -> None:
        self.reason = reason
        super().__init__(reason.en)


@dataclass(frozen=True, slots=True)
class CitizenId:
    number: str
    notes: tuple[Words, ...] = ()
    card: None = None


def check_digit(first17: str) -> str:
    total = sum(int(d) * (2 ** (17 - i) % 11) for i, d in enumerate(first17))
    return "10X98765432"[total % 11]


def parse(text: str, as_of: date | None = None) -> CitizenId:
    number = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if len(number) == 15 and number.isdigit():
        number = number[:6] + "19" + number[6:]
        number += check_digit(number)
    if len(number) in (20, 22):
        number = number[:18]
    if len(number) != 18 or not number[:17].isdigit() or check_digit(number[:17]) != number[17]:
        raise CitizenIdError(Words("证件号码不正确", "not a valid number"))
    try:
        born = birth_date(number)
    except ValueError:
        raise CitizenIdError(Words("出生日期不存在", "no such birth date")) from None
    if as_of and born > as_of:
        raise CitizenIdError(Words("出生日期晚于认定日期", "born after as_of"))
    return CitizenId(number)


def birth_date(number: str) -> date:
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def sex(number: str) -> Literal["男", "女"]:
    return "男" if int(number[16]) % 2 else "女"


def years_between(earlier: date, later: date) -> int:
    if later < earlier:
        return -years_between(later, earlier)
    return later.year - earlier.year - ((later.month, later.day) < (earlier.month, earlier.day))


def age(number: str, at: date) -> int:
    return years_between(birth_date(number), at)


def mask(number: str) -> str:
    return "*" * len(number) if len(number) < 8 else number[:3] + "*" * (len(number) - 5) + number[-2:]


def make(region: str, born: date, sequence: int) -> str:
    first = f"{region}{born:%Y%m%d}{sequence:03d}"
    return first + check_digit(first)
