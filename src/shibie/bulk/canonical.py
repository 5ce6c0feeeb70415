"""What SQL may read by itself: cells whose typed value is beyond doubt.

A cell is canonical when `tables.cells.read_cell` would take it and SQL gives the very same
value. Everything else, odd or wrong, is left to `read_cell`: nothing is judged twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shibie import citizen_id
from shibie.household import AMOUNT_LIMIT, COUNT_LIMIT
from shibie.language.types import Number, type_of
from shibie.tables import cells
from shibie.vocabulary import FieldSpec, folded

_SAFE = r"[0-9A-Za-z\x{4E00}-\x{9FFF}]"


@dataclass(frozen=True)
class Reading:
    """How SQL reads one column.

    Attributes:
        canonical: whether the cell is canonical, blank ones included; never NULL.
        value: its typed value; NULL for blank.
    """

    canonical: str
    value: str


def quoted(text: str) -> str:
    """A text literal.

    >>> quoted("a'b")
    "'a''b'"
    """
    return "'" + text.replace("'", "''") + "'"


def texts(values: object) -> str:
    """Text literals for an IN list."""
    return ", ".join(quoted(str(value)) for value in sorted(values))  # type: ignore[call-overload]


def reading(column: str, sql_type: str, spec: FieldSpec, as_of: date) -> Reading:
    """How to read a column of a table.

    Args:
        column: the quoted column.
        sql_type: its type in the file.
        spec: the field.
        as_of: birth dates after this day are refused.
    """
    kind = sql_type.upper()
    native = _native(column, kind, spec)
    if native is not None:
        return native
    if kind.endswith("[]"):
        column = f"array_to_string({column}, '|')"
    elif kind != "VARCHAR":
        if spec.type in ("citizen_id", "date") or kind not in _PLAIN:
            # A number where text is due has lost digits; SQL does not mend it.
            return Reading(f"({column} IS NULL)", _nothing(spec))
        column = f"CAST({column} AS VARCHAR)"
    blank = f"({column} IS NULL OR lower({column}) IN ({texts(cells.BLANK)}))"
    inner = _text(column, spec, as_of)
    return Reading(
        f"({blank} OR coalesce({inner.canonical}, FALSE))",
        f"CASE WHEN NOT {blank} THEN {inner.value} END",
    )


_PLAIN = (
    "BOOLEAN",
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
)


def _nothing(spec: FieldSpec) -> str:
    of = {"bool": "BOOLEAN", "date": "DATE", "codes": "VARCHAR[]"}
    number = isinstance(type_of(spec), Number)
    return f"CAST(NULL AS {'BIGINT' if number else of.get(spec.type, 'VARCHAR')})"


def _native(column: str, kind: str, spec: FieldSpec) -> Reading | None:
    """Columns that the file itself types."""
    if spec.type == "bool" and kind == "BOOLEAN":
        return Reading("TRUE", column)
    if spec.type == "date" and kind == "DATE":
        return Reading(
            f"({column} IS NULL OR {column} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31')",
            column,
        )
    of = type_of(spec)
    if isinstance(of, Number) and kind in _PLAIN[1:]:
        return Reading(
            f"({column} IS NULL OR {_within(column, spec)})",
            f"CAST({column} AS BIGINT) * {10**of.scale}",
        )
    if isinstance(of, Number) and kind.startswith("DECIMAL"):
        scale = int(kind.rstrip(")").split(",")[1])
        if scale <= of.scale:
            units = f"CAST({column} * {10**of.scale} AS BIGINT)"
            return Reading(f"({column} IS NULL OR {_within(column, spec)})",
                           f"CASE WHEN {_within(column, spec)} THEN {units} END")  # fmt: skip
    return None


def _within(value: str, spec: FieldSpec) -> str:
    limit = COUNT_LIMIT if spec.type == "integer" else AMOUNT_LIMIT
    low = -(limit - 1) if spec.minimum is None else spec.minimum
    high = limit - 1 if spec.maximum is None else spec.maximum
    return f"{value} BETWEEN {low} AND {high}"


def _text(column: str, spec: FieldSpec, as_of: date) -> Reading:
    """Non-blank text."""
    of = type_of(spec)
    if isinstance(of, Number):
        return _number(column, of, spec)
    match spec.type:
        case "bool":
            yes, no = texts(cells.YES), texts(cells.NO)
            return Reading(f"(lower({column}) IN ({yes}, {no}))", f"(lower({column}) IN ({yes}))")
        case "date":
            day = f"TRY_CAST({column} AS DATE)"
            pattern = r"\d{4}-\d{2}-\d{2}"
            return Reading(
                f"(regexp_full_match({column}, '{pattern}') AND {column} >= '0001-01-01'"
                f" AND {day} IS NOT NULL)",
                day,
            )
        case "code":
            return Reading(f"({column} IN ({texts(_plain_codes(spec))}))", column)
        case "codes":
            codes = [code for code in _plain_codes(spec) if not cells.SEPARATORS.search(code)]
            parts = f"string_split({column}, '|')"
            if not codes:
                return Reading("FALSE", parts)
            nothing = f"{column} IN ({texts({'无', '没有'} - set(spec.codes))})"
            return Reading(
                f"({nothing} OR list_has_all([{texts(codes)}], {parts}))",
                f"CASE WHEN {nothing} THEN CAST([] AS VARCHAR[]) ELSE {parts} END",
            )
        case "citizen_id":
            return _number_of_citizen(column, as_of)
        case _:
            inside = f"regexp_full_match({column}, '{_SAFE}([^\\x00-\\x1f]*{_SAFE})?')"
            short = f"regexp_full_match({column}, '({_SAFE}|[-_|、])+')"
            return Reading(f"({inside} AND (length({column}) > 8 OR {short}))", column)


def _number(column: str, of: Number, spec: FieldSpec) -> Reading:
    whole = 9 if spec.type == "integer" else 12
    pattern = rf"[+-]?\d{{1,{whole}}}" + (rf"(\.\d{{1,{of.scale}}})?" if of.scale else "")
    decimal = f"TRY_CAST({column} AS DECIMAL(18, {of.scale}))"
    units = f"CAST({decimal} * {10**of.scale} AS BIGINT)"
    match = f"regexp_full_match({column}, '{pattern}')"
    if spec.minimum is not None or spec.maximum is not None:
        match = f"({match} AND {_within(decimal, spec)})"
    return Reading(match, units)


def _plain_codes(spec: FieldSpec) -> list[str]:
    """The codes that are read as themselves."""
    by_label = {folded(code): code for code in spec.codes}
    return [code for code in spec.codes if by_label[folded(code)] == code and code.strip() == code]


def _number_of_citizen(column: str, as_of: date) -> Reading:
    digits, born = key(column), birth_date(column)
    return Reading(f"coalesce({is_citizen(column, digits, born, as_of)}, FALSE)", column)


def is_citizen(column: str, digits: str, born: str, as_of: date) -> str:
    """Whether text is a citizen number, given its digits and its birth date.

    Both are named apart, for they are costly and asked for often.
    """
    # Digit k from the right weighs 2 to the k+1 (mod 11). A digit is q(k) - 10 q(k+1), where
    # q(k) is the number without its last k digits, so the sum needs one division a digit.
    less = " - ".join(f"{2 ** (k + 2)} * ({digits} // {10**k})" for k in range(1, 17))
    total = f"2 * ({digits} - {less})"
    check = f"substr('{citizen_id.CHECK_CHARACTERS}', CAST(({total}) % 11 AS INTEGER) + 1, 1)"
    provinces = texts(citizen_id.PROVINCES)
    return (
        f"(regexp_full_match({column}, '\\d{{17}}[\\dX]') AND substr({column}, 1, 2) IN ({provinces})"
        f" AND substr({column}, 7, 4) >= '0001' AND {born} <= DATE '{as_of.isoformat()}'"
        f" AND substr({column}, 18, 1) = {check})"
    )


def birth_date(number: str) -> str:
    """The birth date in a citizen number; NULL where it does not exist."""
    year, month, day = (
        f"substr({number}, {at}, {size})" for at, size in ((7, 4), (11, 2), (13, 2))
    )
    return f"TRY_CAST({year} || '-' || {month} || '-' || {day} AS DATE)"


def sex(digits: str) -> str:
    """The sex in the first 17 digits of a citizen number."""
    odd = f"CASE WHEN {digits} % 2 = 1 THEN '男' ELSE '女' END"
    return f"CASE WHEN {digits} IS NOT NULL THEN {odd} END"


def key(number: str) -> str:
    """A citizen number as an integer: its check character follows from the rest."""
    return f"TRY_CAST(substr({number}, 1, 17) AS BIGINT)"
