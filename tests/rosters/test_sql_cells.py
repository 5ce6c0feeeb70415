"""What SQL reads by itself is what Python reads: cell by cell, for every type of field."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shibie.citizen_id import make
from shibie.duckdb_tables import Column, make_table
from shibie.language.types import Number, type_of
from shibie.rosters.cell_error import CellError
from shibie.rosters.cells import read_cell
from shibie.rosters.parquet import cell_sql
from shibie.rosters.sql_cells import reading
from shibie.vocabulary import FieldSpec
from support.profiles import examples

AS_OF = date(2015, 12, 20)
CAUSES = ("因病", "因残", "缺资金", "其他", "A", "不详", "01 因学")
SPECS = {
    "money": FieldSpec("m", "金额", "money"),
    "positive": FieldSpec("p", "金额", "money", minimum=0, maximum=5000),
    "decimal": FieldSpec("d", "小数", "decimal"),
    "integer": FieldSpec("i", "数", "integer"),
    "bool": FieldSpec("b", "是否", "bool"),
    "date": FieldSpec("t", "日期", "date"),
    "text": FieldSpec("x", "文字", "text"),
    "household_id": FieldSpec("household_id", "户编号", "text"),
    "code": FieldSpec("c", "代码", "code", codes=CAUSES[:5]),
    "digits": FieldSpec("n", "代码", "code", codes=CAUSES),
    "codes": FieldSpec("s", "代码组", "codes", codes=CAUSES[:5]),
    "words": FieldSpec(
        "w",
        "代码",
        "code",
        codes=CAUSES[:4],
        words=(
            ("疾病", "因病"),
            ("1级残", "因残"),
            ("没上学", ""),
            ("缺 钱", "缺资金"),
            ("不详", "其他"),
        ),
        unsure=(("灾", ("因病", "因残")),),
    ),
    "sets": FieldSpec(
        "v",
        "代码组",
        "codes",
        codes=CAUSES[:4],
        words=(("疾病", "因病"), ("C/D级", "因残"), ("没有", "其他")),
    ),
    "flags": FieldSpec("f", "是否", "bool", words=(("B类", "是"), ("停保", "否"), ("无", "是"))),
    "yearly": FieldSpec("y", "金额", "money", unit="元/年"),
    "citizen_id": FieldSpec("id", "证件号码", "citizen_id"),
}
PERSON = make("511921", date(1950, 3, 4), 10)
# By field: what people write that SQL must read without Python's help.
READ_BY_SQL = {
    "money": ["12", "-3.5", "+1.25", "1,234.50", "12.50元", "¥1,000", "3000 元/年", "", "-", "/"],
    "positive": ["0", "5,000元"],
    "decimal": ["0.3333", "1,000.5"],
    "integer": ["3", "3人", "12个月", "1,000"],
    "bool": ["是", "否", "√", "×", "有", "无", "Y", "0"],
    "date": ["2015-07-01", "2015-07-01 00:00:00", "2015-07-01T00:00"],
    "text": [
        "石磨村",
        "001",
        "H01-01-001",
        "na",
        "不详",
        "石磨村(一社)",
        "石磨村（一社）",
        "通江县样例镇（石磨村）1组",
        "5.11921E+18",
        "川Ｙ·１２３４５",
        "㑇村",
        "样例镇“石磨”村一社",
    ],
    "household_id": ["001", "H01-01-001", "５１１９2100", "51192110120700014080"],
    "code": ["因病", "01 因病", "1.因残", "03、缺资金", "A"],
    "codes": ["因病", "因病|因残", "无", ""],
    "words": ["因病", "疾病", "1级残", "没上学", "缺 钱", "01 因病", ""],
    "sets": ["疾病", "C/D级", "没有", "无", "因病|因残"],
    "flags": ["B类", "停保", "b类", "已", "未", "无"],
    "yearly": ["300元", "300元/年"],
    "citizen_id": [PERSON, ""],
}
ODD = [
    "1,00", "1,0000", "12.5.0", "1e3", "--5", "+", ".5", "5.", "999999999999.99", "1000000000000",
    "9,999,999,999,999", "-999999999999.99", "三千", "3万元", "12.505元", "5001", "-0.01", "0.00005", "3.0人",
    "１２", "1 234", " 12", "12 ", "\u200b12", "2015-02-30", "2015/7/1", "20150701", "9999-12-31", "10000-01-01",
    "0001-01-01", "0000-01-01", "N/A", "NA", "无", "没有", "x", "X", "TRUE", "yes", "nan", "inf", "01", "1", "01因学",
    "300元/月", "1.2万", "3万5千", "灾", "因病、疾病", "疾 病", "01 疾病", "C／D级", "缺钱", "1级 残", "Ｂ类",
    "01 因学", "因 病", "因病、因残", "因病,因残", "|", "因病|", "因病||因残", "因病|不存在", "\x01", "\x01float 1.0",
    "村\n一", "a|b", "a-b", "-a", "长" * 40, "é", "⺠", PERSON.lower(), PERSON[:-1] + "0", f" {PERSON}", PERSON[:15],
    "5.119E+17", "5.1E+16", "5.1E16", "５.１E+16", "5.11921E+18", "42004", "2014.12", "2014年12月", "2014", "20141231",
    "2015-07-01 08:00:00", "2015-07-01T00:00:00Z", "2015-13-01 00:00:00", "移⺠", "移​民", "⼾编号0001", "#N/A",
    "ｎ/a", "（一）", "石磨村（", "１②号楼一层东侧", "　石磨村　一社", "石磨村 ", "㈠村㈡组", "12元元", "元", "人", "¥", "¥¥5", "+-5", "1人人", "5 元", "5  元", "1,000人", "01  因病", "0001因病", "１ 因病",
]  # fmt: skip


def by_sql(spec: FieldSpec, kind: str, cells: list[Any]) -> list[tuple[Any, bool, Any]]:
    """(the cell as Python would be given it, whether it is canonical, its value) of each."""
    how = reading('"c"', kind, spec, AS_OF)
    with duckdb.connect() as connection:
        make_table(connection, "t", {"c": Column(kind, cells)})
        rows = connection.execute(
            f"SELECT {cell_sql('c', kind)}, {how.canonical}, {how.value} FROM t"
        ).fetchall()
    return [(cell, fine, value) for cell, fine, value in rows]


def as_stored(value: Any, spec: FieldSpec) -> Any:
    """A value as the tables of SQL hold it: amounts in the smallest unit, sets as lists."""
    of = type_of(spec)
    if value is None:
        return None
    if isinstance(of, Number):
        return int(Decimal(value) * 10**of.scale)
    return sorted(value) if isinstance(value, frozenset) else value


def must_agree(spec: FieldSpec, kind: str, cells: list[Any]) -> None:
    for cell, fine, value in by_sql(spec, kind, cells):
        assert isinstance(fine, bool), cell
        if fine:
            found = sorted(set(value)) if isinstance(value, list) else value
            # A CellError here is a cell that SQL takes and Python refuses.
            assert found == as_stored(read_cell(cell, spec, AS_OF), spec), (spec.type, cell)


@pytest.mark.parametrize("name", SPECS)
def test_written_cells(name: str) -> None:
    every = [*ODD, *(text for texts in READ_BY_SQL.values() for text in texts)]
    must_agree(SPECS[name], "VARCHAR", every)


@pytest.mark.parametrize("name", READ_BY_SQL)
def test_what_people_write_is_read_by_sql(name: str) -> None:
    found = by_sql(SPECS[name], "VARCHAR", READ_BY_SQL[name])
    assert [cell for cell, fine, _ in found if not fine] == []


@settings(max_examples=examples(quick=40, ci=80, deep=2000))
@given(
    st.sampled_from(sorted(SPECS)),
    st.lists(
        st.one_of(
            st.text(alphabet="0123456789,.+-元¥年/月人个 因病残|、不详无xX有否是", max_size=8),
            st.text(max_size=6).filter(lambda text: "\0" not in text and text.isprintable()),
            st.from_regex(
                r"[+-]?[0-9]{1,4}(,[0-9]{3}){0,3}(\.[0-9]{0,3})?(元|人)?", fullmatch=True
            ),
        ),
        min_size=1,
        max_size=30,
    ),
)
def test_any_text(name: str, cells: list[str]) -> None:
    must_agree(SPECS[name], "VARCHAR", cells)


NUMBERS = [
    0.0, 1.0, -1.0, 0.1, 0.2, 0.30000000000000004, 2.675, 1000.1, 33.333333, 1e8, 99999999.99, 1e9, 1e12, 1e15,
    1e300, 0.005, 0.004999999, 0.0049, 12.345678, 2.0000004, 2.00004, 3.5, 5000.0, 5000.01, -0.004, 5.1e17, 1e-9,
]  # fmt: skip


@pytest.mark.parametrize("kind", ["DOUBLE", "FLOAT"])
@pytest.mark.parametrize("name", SPECS)
def test_binary_numbers(name: str, kind: str) -> None:
    numbers = NUMBERS if kind == "DOUBLE" else [each for each in NUMBERS if abs(each) < 1e38]
    must_agree(SPECS[name], kind, [*numbers, None])


@pytest.mark.parametrize("kind", ["DOUBLE", "FLOAT"])
@pytest.mark.parametrize("name", ["money", "decimal", "integer"])
def test_plain_binary_numbers_are_read_by_sql(name: str, kind: str) -> None:
    cells = [0.0, 1.0, 2015.0, None] if name == "integer" else [0.1, 1000.5, 2855.0, -3.25, None]
    assert all(fine for _, fine, _ in by_sql(SPECS[name], kind, cells))


@settings(max_examples=examples(quick=40, ci=80, deep=2000))
@given(st.sampled_from(["money", "positive", "decimal", "integer"]),
       st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=30))  # fmt: skip
def test_any_binary_number(name: str, cells: list[float]) -> None:
    must_agree(SPECS[name], "DOUBLE", [*cells, *(round(cell, 2) for cell in cells)])


@pytest.mark.parametrize("name", SPECS)
def test_whole_numbers_and_truths(name: str) -> None:
    must_agree(SPECS[name], "BIGINT", [0, 1, -1, 5000, 5001, 10**9, 10**12, 10**17, None])
    must_agree(SPECS[name], "INTEGER", [0, 1, 2015, None])
    must_agree(SPECS[name], "DECIMAL(14,2)", [Decimal("0.01"), Decimal("5000.01"), None])
    must_agree(SPECS[name], "BOOLEAN", [True, False, None])


@pytest.mark.parametrize("name", ["text", "code", "codes", "digits"])
def test_lists(name: str) -> None:
    must_agree(SPECS[name], "VARCHAR[]", [["因病"], ["因病", None], ["因病", "因残"], [], None])


def test_a_reading_that_takes_too_much_is_noticed() -> None:
    """The negative control: a thousand written with a comma in the wrong place."""
    spec = SPECS["money"]
    with pytest.raises(CellError):
        read_cell("1,00", spec, AS_OF)
    assert [fine for _, fine, _ in by_sql(spec, "VARCHAR", ["1,00", "1,000"])] == [False, True]
