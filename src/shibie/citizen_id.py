"""Citizen identity numbers 公民身份号码 (GB 11643-1999).

A number has 18 characters: region (6), birth date (8), sequence (3, odd for men) and a
check character by ISO 7064 MOD 11-2. Old numbers have 15 digits; a disability card has
20 or 22 characters of which the first 18 are the citizen number. All functions here are
pure, and no message shows a number in full.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from operator import mul
from typing import Final, Literal, NoReturn

from shibie.errors import Words
from shibie.numbers_in_text import mask as mask
from shibie.plain_text import APOSTROPHES, latin, seen, unspaced

WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS: Final = "10X98765432"
# Province level, GB/T 2260; 81–83 are residence permits of Hong Kong, Macao and Taiwan.
PROVINCES: Final = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
        "83",
    ]
)
_CATEGORIES: Final = ("视力", "听力", "言语", "肢体", "智力", "精神", "多重")

Sex = Literal["男", "女"]


class CitizenIdError(ValueError):
    """Not a citizen number; `reason` says why, without showing the number."""

    def __init__(self, reason: Words) -> None:
        self.reason = reason
        super().__init__(reason.en)


@dataclass(frozen=True, slots=True)
class DisabilityCard:
    """What a disability card adds to the citizen number.

    Attributes:
        category: 视力, 听力, 言语, 肢体, 智力, 精神 or 多重.
        grade: 1 (most severe) to 4.
        reissue: the two characters after the grade on a reissued card, else empty.
    """

    category: str
    grade: int
    reissue: str = ""


@dataclass(frozen=True, slots=True)
class CitizenId:
    """A valid number.

    Attributes:
        number: 18 characters, `X` in upper case.
        notes: what had to be normalised.
        card: the disability card it was read from, if any.
    """

    number: str
    notes: tuple[Words, ...] = ()
    card: DisabilityCard | None = None


def parse(text: str, as_of: date | None = None) -> CitizenId:
    """Read a citizen number, an old 15-digit number or a disability card number.

    Args:
        text: as written; full-width characters, white space and a lower-case x are
            normalised, each with a note.
        as_of: a birth date after this day is refused.

    Raises:
        CitizenIdError: when it cannot be a citizen number.

    >>> parse("11010519491231002x").number
    '11010519491231002X'
    >>> parse("110105491231002").number
    '11010519491231002X'
    """
    number, notes = _normalised(text)
    card = None
    if len(number) in (20, 22):
        card = _card(number[18:])
        number = number[:18]
        notes = (
            *notes,
            Words("残疾人证号，取前 18 位", "a disability card: its first 18 characters"),
        )
    elif len(number) == 15 and number.isdigit():
        number = number[:6] + "19" + number[6:]
        number += check_digit(number)
        notes = (*notes, Words("15 位旧号已换算为 18 位", "an old 15-digit number, upgraded"))
    _must_be_valid(number, as_of)
    return CitizenId(number, notes, card)


def _normalised(text: str) -> tuple[str, tuple[Words, ...]]:
    if len(text) == 18 and text.isascii() and text[:17].isdigit() and text[17] in "0123456789X":
        return text, ()
    notes = []
    shown = "".join(seen(text).split()).lstrip(APOSTROPHES)
    bare = unspaced(shown).lstrip(APOSTROPHES)
    if (letters := latin(bare)) != bare:
        notes.append(Words("形似 X 的字母已改为 X", "a letter that looks like X made X"))
    elif bare != shown:
        notes.append(Words("全角字符已改为半角", "full-width characters made half-width"))
    if shown != text:
        notes.append(Words("已去掉空白字符", "white space removed"))
    if "x" in letters:
        notes.append(Words("小写 x 已改为大写", "lower-case x made upper-case"))
    return letters.upper(), tuple(notes)


def _card(tail: str) -> DisabilityCard:
    category, grade, reissue = tail[:1], tail[1:2], tail[2:]
    if category not in "1234567" or grade not in "1234":
        _refuse(
            "残疾人证号第 19 位应为类别 1–7，第 20 位应为等级 1–4",
            "a disability card has its category 1–7 and grade 1–4 in places 19 and 20",
        )
    return DisabilityCard(_CATEGORIES[int(category) - 1], int(grade), reissue)


def _must_be_valid(number: str, as_of: date | None) -> None:
    if "E+" in number or number.endswith(".0"):
        _refuse(
            "号码曾被 Excel 当作数字，末位已丢失，请按证件重填",
            "Excel has read it as a number and lost its last digits; enter it again as text",
        )
    if len(number) != 18:
        _refuse(
            f"证件号码应为 18 位，实为 {len(number)} 位",
            f"a citizen number has 18 characters, this has {len(number)}",
        )
    if not (number.isascii() and number[:17].isdigit() and number[17] in "0123456789X"):
        _refuse(
            "证件号码只能有数字（末位可为 X）", "a citizen number has digits only (X at the end)"
        )
    if number[:2] not in PROVINCES:
        _refuse(f"没有以 {number[:2]} 开头的地区", f"no region begins with {number[:2]}")
    try:
        born = birth_date(number)
    except ValueError:
        _refuse("出生日期不存在", "it holds a birth date that does not exist")
    if as_of is not None and born > as_of:
        _refuse(f"出生日期晚于 {as_of}", f"it holds a birth date after {as_of}")
    expected = check_digit(number[:17])
    if number[17] != expected:
        _refuse(
            f"校验码应为 {expected}，实为 {number[17]}：有一位写错",
            f"its check character is {number[17]}, expected {expected}: some digit is wrong",
        )


def _refuse(zh: str, en: str) -> NoReturn:
    raise CitizenIdError(Words(zh, en))


def check_digit(first17: str) -> str:
    """The check character of the first 17 digits.

    >>> check_digit("11010519491231002")
    'X'
    """
    total = sum(map(mul, map(int, first17), WEIGHTS))
    return CHECK_CHARACTERS[total % 11]


def birth_date(number: str) -> date:
    """The birth date in an 18-character number.

    >>> birth_date("11010519491231002X")
    datetime.date(1949, 12, 31)
    """
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def sex(number: str) -> Sex:
    """Odd sequence numbers are men's.

    >>> sex("11010519491231002X")
    '女'
    """
    return "男" if int(number[16]) % 2 else "女"


def years_between(start: date, end: date) -> int:
    """Completed years from `start` to `end`; negative when `end` comes first.

    A year that began on 29 February is completed on 1 March of a common year.

    >>> years_between(date(2012, 2, 29), date(2013, 2, 28))
    0
    >>> years_between(date(2013, 3, 1), date(2012, 3, 1))
    -1
    """
    if end < start:
        return -years_between(end, start)
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def months_between(start: date, end: date) -> int:
    """Completed months from `start` to `end`; negative when `end` comes first.

    >>> months_between(date(2015, 1, 31), date(2015, 2, 28)), months_between(date(2015, 1, 31), date(2015, 3, 1))
    (0, 1)
    """
    if end < start:
        return -months_between(end, start)
    return 12 * (end.year - start.year) + end.month - start.month - (end.day < start.day)


def age(number: str, at: date) -> int:
    """Completed years of age on a day.

    >>> age("11010519491231002X", date(2015, 12, 30))
    65
    """
    return years_between(birth_date(number), at)


def make(region: str, born: date, sequence: int) -> str:
    """A valid number for synthetic data.

    Args:
        region: six digits.
        born: birth date.
        sequence: 0 to 999; odd for men.

    >>> make("110105", date(1949, 12, 31), 2)
    '11010519491231002X'
    """
    first17 = f"{region}{born:%Y%m%d}{sequence:03d}"
    return first17 + check_digit(first17)
