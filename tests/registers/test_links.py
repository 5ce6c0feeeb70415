"""What links say of rows, as the rows of a person are looked up; and how rows are named."""

from __future__ import annotations

import pytest

from registers.test_matching import AS_OF, LI, ZHANG, found, look_up, pack, written
from shibie.acts import Link
from shibie.registers.linked_rows import LinkedPerson, LinkedRows
from shibie.registers.links import RowLink
from shibie.registers.matching import key_of
from shibie.registers.row_key import name_of_row

MASKED = written(2, "511902********0010", balance=9000)
CROWD = written(2, None, balance=9000)


@pytest.mark.parametrize("row", [MASKED, CROWD])
@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (RowLink(owner=ZHANG), [(2, True)]),
        (RowLink(owner=LI), []),
        (RowLink(nobody=True), []),
        (RowLink(persons=frozenset({key_of(ZHANG)})), []),
        (RowLink(persons=frozenset({key_of(LI)})), [(2, False)]),
        (RowLink(households=frozenset({"A1"})), []),
        (RowLink(households=frozenset({"A2"})), [(2, False)]),
    ],
)  # fmt: skip
def test_a_row_that_may_be_about_him(
    row: object, link: RowLink, expected: list[tuple[int, bool]]
) -> None:
    assert found(look_up(pack(), row, links={"accounts": {2: link}})) == expected  # type: ignore[arg-type]


def test_a_row_that_is_set_aside_is_his_who_is_linked() -> None:
    given = {"set_aside": ["accounts"], "links": {"accounts": {2: RowLink(owner=ZHANG)}}}
    assert found(look_up(pack(), MASKED, **given)) == [(2, True)]


def test_a_row_is_named_by_its_key_or_by_what_it_says() -> None:
    by_key = pack("key: [bank, place]").registers["accounts"]
    assert name_of_row(by_key, written(2, ZHANG, bank="农行", place="甲")) == "农行/甲"
    blank, other = (
        written(at, "511902********" + end, bank="农行") for at, end in ((2, "0010"), (3, "0020"))
    )
    names = [name_of_row(by_key, row) for row in (blank, other)]
    assert all(name.startswith("r-") for name in names)
    assert names[0] != names[1]


def test_a_yes_needs_a_row_that_fits() -> None:
    ruleset = pack()
    name = name_of_row(ruleset.registers["accounts"], MASKED)
    links = [Link("accounts", name, "A1", "1", True), Link("accounts", name, "A2", "1", True)]
    people = {("A1", "1"): LinkedPerson(ZHANG, {}), ("A2", "1"): LinkedPerson(LI, {})}
    rows = LinkedRows(ruleset, AS_OF, links, people)
    assert rows.add("accounts", MASKED) == RowLink(owner=ZHANG)
    assert rows.unfitting({"accounts"}) == {links[1]}
    assert rows.unfitting(frozenset()) == frozenset()
