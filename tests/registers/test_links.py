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
        (RowLink(place=("A2", "1")), []),
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


@pytest.mark.parametrize(
    ("owner", "expected"),
    [("张三", RowLink(place=("A1", "1"))), (None, RowLink(place=("A1", "1"))), ("李四", None)],
)
def test_a_row_without_a_number_may_be_of_a_person_without_one(
    owner: str | None, expected: RowLink | None
) -> None:
    """Nothing is known of both that differs; the row is then his, and nobody else's."""
    ruleset = pack("or_match: {name: owner}")
    row = written(2, None, owner=owner, balance=9000)
    link = Link("accounts", name_of_row(ruleset.registers["accounts"], row), "A1", "1", True)
    rows = LinkedRows(ruleset, AS_OF, [link], {("A1", "1"): LinkedPerson(None, {"name": "张三"})})
    assert rows.add("accounts", row) == expected
    assert rows.unfitting({"accounts"}) == (frozenset() if expected else {link})


def test_of_rows_of_one_key_a_link_counts_where_no_other_contradicts_it() -> None:
    """Two owners of one flat: each row is his whose number it has."""
    ruleset = pack("key: [bank, place]")
    mine, his = (written(at, n, bank="农行", place="甲") for at, n in ((2, ZHANG), (3, LI)))
    links = [Link("accounts", "农行/甲", house, "1", True) for house in ("A1", "A2")]
    people = {("A1", "1"): LinkedPerson(ZHANG, {}), ("A2", "1"): LinkedPerson(LI, {})}
    rows = LinkedRows(ruleset, AS_OF, links, people)
    assert rows.add("accounts", mine) == RowLink(owner=ZHANG)
    assert rows.add("accounts", his) == RowLink(owner=LI)
    assert not rows.unfitting({"accounts"})
    assert not rows.contradicting({"accounts"})
    blank = LinkedRows(ruleset, AS_OF, links, people)
    assert blank.add("accounts", written(2, None, bank="农行", place="甲")) is None
    assert blank.contradicting({"accounts"}) == blank.contradicting(set()) == set(links)
