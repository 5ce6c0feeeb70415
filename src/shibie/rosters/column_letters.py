"""The letters by which a spreadsheet names its columns."""

from __future__ import annotations


def letters(index: int) -> str:
    """The letters of a column by its index.

    >>> letters(0), letters(25), letters(26), letters(701), letters(702)
    ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def column_of(reference: str) -> int:
    """The column of a cell, from 0.

    >>> column_of("A1"), column_of("$AA$12"), column_of("c7")
    (0, 26, 2)
    """
    number = 0
    for letter in reference.upper():
        if "A" <= letter <= "Z":
            number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
