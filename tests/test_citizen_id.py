"""Citizen numbers: check digit, upgrade, cards, dates, masking."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shibie import citizen_id
from shibie.citizen_id import CitizenIdError, DisabilityCard, parse

AS_OF = date(2015, 12, 20)
numbers = st.builds(
    citizen_id.make,
    st.sampled_from(["511921", "110105", "650102"]),
    st.dates(date(1900, 1, 1), AS_OF),
    st.integers(0, 999),
)


# The samples printed in GB 11643-1999.
@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_samples_of_the_standard(number: str) -> None:
    assert parse(number).number == number
    assert parse(number).notes == ()


# 110105 + 1949-12-31 + 002, weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2:
# 7+9+0+5+0+20+2+9+24+27+7+18+30+5+0+0+4 = 167 = 15*11 + 2 → third character of 10X98765432.
def test_check_digit_by_hand() -> None:
    assert citizen_id.check_digit("11010519491231002") == "X"


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("11010519491231002x", "lower-case x made upper-case"),
        ("110105 19491231 002X", "white space removed"),
        ("\u200b11010519491231002X", "white space removed"),
        ("'11010519491231002X", "white space removed"),
        ("\uff11\uff10".replace("\uff10", "\uff11") + "010519491231002X", "full-width characters made half-width"),
        ("110105491231002", "an old 15-digit number, upgraded"),
    ],
)  # fmt: skip
def test_normalised_with_a_note(text: str, note: str) -> None:
    found = parse(text)
    assert found.number == "11010519491231002X"
    assert note in [each.en for each in found.notes]


def test_disability_cards() -> None:
    found = parse("11010519491231002X42")
    assert (found.number, found.card) == ("11010519491231002X", DisabilityCard("肢体", 2))
    assert parse("11010519491231002X71B1").card == DisabilityCard("多重", 1, "B1")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("110105194912310021", "its check character is 1, expected X: some digit is wrong"),
        ("1101051949123100", "a citizen number has 18 characters, this has 16"),
        ("", "a citizen number has 18 characters, this has 0"),
        ("11010519491331002X", "it holds a birth date that does not exist"),
        ("110105190002290026", "it holds a birth date that does not exist"),
        ("99010519491231002X", "no region begins with 99"),
        ("1101O519491231002X", "a citizen number has digits only (X at the end)"),
        ("1.10105194912E+17", "Excel has read it as a number and lost its last digits; enter it again as text"),
        ("110105194912310016.0", "a disability card has its category 1–7 and grade 1–4 in places 19 and 20"),
        ("11010519491231002X82", "a disability card has its category 1–7 and grade 1–4 in places 19 and 20"),
    ],
)  # fmt: skip
def test_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(CitizenIdError) as caught:
        parse(text)
    assert caught.value.reason.en == reason
    assert caught.value.reason.zh


def test_born_after_the_day_of_judgement() -> None:
    born = citizen_id.make("511921", AS_OF + timedelta(days=1), 1)
    with pytest.raises(CitizenIdError, match="birth date after 2015-12-20"):
        parse(born, AS_OF)
    assert parse(citizen_id.make("511921", AS_OF, 1), AS_OF)


@given(numbers, st.integers(0, 17), st.integers(1, 9))
def test_any_wrong_digit_is_noticed(number: str, place: int, shift: int) -> None:
    old = 10 if number[place] == "X" else int(number[place])
    wrong = number[:place] + str((old + shift) % 10) + number[place + 1 :]
    if wrong != number:
        with pytest.raises(CitizenIdError):
            parse(wrong)


@given(numbers, st.integers(0, 16))
def test_any_swapped_neighbours_are_noticed(number: str, place: int) -> None:
    a, b = number[place], number[place + 1]
    if a != b:
        with pytest.raises(CitizenIdError):
            parse(number[:place] + b + a + number[place + 2 :])


@given(st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(0, 999))
def test_old_numbers_upgrade_to_the_same_person(born: date, sequence: int) -> None:
    full = citizen_id.make("511921", born, sequence)
    assert parse(full[:6] + full[8:17]).number == full


@given(numbers)
def test_birth_sex_and_age(number: str) -> None:
    born = citizen_id.birth_date(number)
    assert f"{born:%Y%m%d}" == number[6:14]
    assert citizen_id.sex(number) == ("女" if int(number[16]) in (0, 2, 4, 6, 8) else "男")
    assert citizen_id.age(number, born) == 0


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [
        (date(2000, 2, 29), date(2001, 2, 28), 0),
        (date(2000, 2, 29), date(2001, 3, 1), 1),
        (date(2000, 2, 29), date(2004, 2, 29), 4),
        (date(1950, 6, 15), date(2015, 6, 14), 64),
        (date(1950, 6, 15), date(2015, 6, 15), 65),
        (date(2015, 6, 15), date(1950, 6, 15), -65),
        (date(2015, 1, 1), date(2015, 1, 1), 0),
    ],
)
def test_completed_years(start: date, end: date, years: int) -> None:
    assert citizen_id.years_between(start, end) == years


@given(st.text(min_size=8, max_size=30))
def test_masking_hides_all_but_five_characters(text: str) -> None:
    masked = citizen_id.mask(text)
    assert len(masked) == len(text)
    assert set(masked[3:-2]) == {"*"}


@given(st.text(max_size=24))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        number = parse(text, AS_OF).number
    except CitizenIdError:
        return
    assert parse(number, AS_OF).number == number
