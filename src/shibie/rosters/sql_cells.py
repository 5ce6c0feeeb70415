"""Cells that SQL reads by itself, because Python would certainly read the same value.

A cell is canonical when `rosters.cells.read_cell` would take it and SQL gives the very same
value. Everything else, odd or wrong, is left to `read_cell`: nothing is judged twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shibie import citizen_id
from shibie.household import AMOUNT_LIMIT, COUNT_LIMIT
from shibie.language.types import Number, type_of
from shibie.plain_text import plain
from shibie.rosters import cells
from shibie.vocabulary import FieldSpec, folded

_ORDINARY = r"0-9A-Za-z\x{3400}-\x{4DBF}\x{4E00}-\x{9FFF}"
# Characters that are plain text, however they are compared (`plain_text.legible`).
_PLAIN_CLASS = rf" -~{_ORDINARY}·“”‘’—、。〈-】"
# What is plain once it is narrow, letter by letter.
_WIDE = "".join(chr(code) for code in range(0xFF01, 0xFF5F))
_NARROW = "".join(chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F))


def in_brackets(characters: Iterable[str]) -> str:
    r"""Characters as the inside of a class of a regular expression.

    >>> in_brackets("\u3000 ")
    '\\x{20}\\x{3000}'
    """
    return "".join(f"\\x{{{ord(each):X}}}" for each in sorted(characters))


# All that Python takes for white space: none lies beyond these.
WHITE_SPACE = in_brackets(chr(code) for code in range(0x3001) if chr(code).isspace())
# No cell of any kind that SQL reads by itself has this character.
ODD = "\x01"


@dataclass(frozen=True)
class CellReading:
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


def reading(column: str, sql_type: str, spec: FieldSpec, as_of: date) -> CellReading:
    """How to read a column of a table.

    Args:
        column: the quoted column.
        sql_type: its type in the file.
        spec: the field.
        as_of: birth dates after this day are refused.
    """
    kind = sql_type.upper()
    if kind == "FLOAT":
        # The shortest number that is it: 0.1, not the 0.10000000149 of its 64 bits.
        column, kind = f"CAST(CAST({column} AS VARCHAR) AS DOUBLE)", "DOUBLE"
    native = _native(column, kind, spec)
    if native is not None:
        return native
    if kind.endswith("[]"):
        column = f"array_to_string({column}, '|')"
    elif kind != "VARCHAR":
        if spec.type in ("citizen_id", "date") or kind not in (*_PLAIN, "DOUBLE"):
            # A number where text is due has lost digits; SQL does not mend it.
            return CellReading(f"({column} IS NULL)", _nothing(spec))
        column = _written(column, kind)
    inner = _text(column, spec, as_of)
    # Most cells are canonical: whether one is blank is asked of the others alone.
    return CellReading(
        f"CASE WHEN {inner.canonical} THEN TRUE ELSE {is_blank(column)} END", inner.value
    )


def is_blank(column: str) -> str:
    """Whether text says nothing; text that is blank in odd ways is left to Python."""
    return f"({column} IS NULL OR lower({column}) IN ({texts(cells.BLANK)}))"


def truth_as_text(column: str) -> str:
    """A truth as Python writes it."""
    return f"CASE WHEN {column} THEN 'True' WHEN NOT {column} THEN 'False' END"


def _written(column: str, kind: str) -> str:
    """A typed cell as text; a number with a fraction is left to Python by a text that is odd."""
    if kind == "BOOLEAN":
        return truth_as_text(column)
    if kind != "DOUBLE":
        return f"CAST({column} AS VARCHAR)"
    whole = f"abs({column}) < {10**15} AND {column} = floor({column})"
    return (
        f"CASE WHEN {whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR)"
        f" WHEN {column} IS NOT NULL THEN '{ODD}' END"
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


_TIMESTAMPS = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")


def _moment(year: int) -> str:
    return f"TIMESTAMPTZ '{year}-01-01 00:00:00+00'"


def _nothing(spec: FieldSpec) -> str:
    of = {"bool": "BOOLEAN", "date": "DATE", "codes": "VARCHAR[]"}
    number = isinstance(type_of(spec), Number)
    return f"CAST(NULL AS {'BIGINT' if number else of.get(spec.type, 'VARCHAR')})"


def _native(column: str, kind: str, spec: FieldSpec) -> CellReading | None:
    """Columns that the file itself types."""
    if spec.type == "bool" and kind == "BOOLEAN":
        return CellReading("TRUE", column)
    if spec.type == "date" and kind == "DATE":
        return CellReading(
            f"({column} IS NULL OR {column} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31')",
            column,
        )
    if spec.type == "date" and kind in _TIMESTAMPS:
        day = f"CAST({column} AS DATE)"
        return CellReading(
            f"({column} IS NULL OR ({column} = {day}"
            f" AND {day} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31'))",
            day,
        )
    if spec.type == "date" and kind == "TIMESTAMP WITH TIME ZONE" and spec.time_zone:
        # Of other years time zones tell more than every database knows.
        near = f"{column} BETWEEN {_moment(1992)} AND {_moment(2037)}"
        day = f"CAST(timezone({quoted(spec.time_zone)}, {column}) AS DATE)"
        return CellReading(f"({column} IS NULL OR {near})", f"CASE WHEN {near} THEN {day} END")
    of = type_of(spec)
    if isinstance(of, Number) and kind == "DOUBLE":
        return _binary(column, of, spec)
    if isinstance(of, Number) and kind in _PLAIN[1:]:
        return CellReading(
            f"({column} IS NULL OR {_within(column, spec)})",
            f"CASE WHEN {_within(column, spec)} THEN CAST({column} AS BIGINT) * {10**of.scale} END",
        )
    if isinstance(of, Number) and kind.startswith("DECIMAL"):
        scale = int(kind.rstrip(")").split(",")[1])
        if scale <= of.scale:
            units = f"CAST({column} * {10**of.scale} AS BIGINT)"
            return CellReading(f"({column} IS NULL OR {_within(column, spec)})",
                           f"CASE WHEN {_within(column, spec)} THEN {units} END")  # fmt: skip
    return None


def _binary(column: str, of: Number, spec: FieldSpec) -> CellReading:
    """A binary number as the spreadsheet showed it: what is far below a cent is noise.

    Only where its size leaves no doubt of the nearest cent; a little stricter than Python.
    """
    units = f"round({column} * {10**of.scale})"
    noise = 0.5 * 10**of.scale / 10**6
    small = 10**8 if of.scale else 10**9
    fine = f"abs({column}) < {small} AND abs({column} * {10**of.scale} - {units}) < {noise}"
    if spec.minimum is not None or spec.maximum is not None:
        fine += f" AND {_within(f'({units} / {10**of.scale})', spec)}"
    return CellReading(
        f"({column} IS NULL OR coalesce({fine}, FALSE))",
        f"CASE WHEN {fine} THEN CAST({units} AS BIGINT) END",
    )


def _within(value: str, spec: FieldSpec) -> str:
    limit = COUNT_LIMIT if spec.type == "integer" else AMOUNT_LIMIT
    low = -(limit - 1) if spec.minimum is None else spec.minimum
    high = limit - 1 if spec.maximum is None else spec.maximum
    return f"{value} BETWEEN {low} AND {high}"


def _text(column: str, spec: FieldSpec, as_of: date) -> CellReading:
    """Text: canonical where it is not blank; its value is NULL where it is."""
    of = type_of(spec)
    if isinstance(of, Number):
        return _number(column, of, spec)
    match spec.type:
        case "bool":
            words = {code: {word.lower() for word in _words(spec, code)} for code in "是否"}
            yes, no = (
                f"lower({column}) IN ({texts(cells.YES | (words['是'] - cells.NO))})",
                f"lower({column}) IN ({texts(cells.NO | (words['否'] - cells.YES))})",
            )
            return CellReading(
                f"({yes} OR {no})", f"CASE WHEN {yes} THEN TRUE WHEN {no} THEN FALSE END"
            )
        case "date":
            day = f"TRY_CAST(substr({column}, 1, 10) AS DATE)"
            # Midnight behind it says nothing.
            pattern = r"\d{4}-\d{2}-\d{2}([T ]00:00(:00)?)?"
            return CellReading(
                f"(regexp_full_match({column}, '{pattern}') AND {column} >= '0001-01-01'"
                f" AND {day} IS NOT NULL)",
                day,
            )
        case "code":
            return _code(column, spec)
        case "codes":
            return _codes(column, spec)
        case "citizen_id":
            return _number_of_citizen(column, as_of)
        case _:
            return _free_text(column, spec)


def _free_text(column: str, spec: FieldSpec) -> CellReading:
    """Text that is plain, or is once its full-width signs are narrow."""
    inside = f"regexp_full_match({column}, '[{_ORDINARY}]([{_PLAIN_CLASS}]*[{_ORDINARY})])?')"
    short = f"regexp_full_match({column}, '[-_|、(){_ORDINARY}]+')"
    blank = f"(length({column}) < 4 AND lower({column}) IN ({texts(cells.BLANK)}))"
    ends = rf"[{_ORDINARY}\x{{FF10}}-\x{{FF19}}\x{{FF21}}-\x{{FF3A}}\x{{FF41}}-\x{{FF5A}}]"
    wide = (
        f"regexp_full_match({column}, '{ends}[{_PLAIN_CLASS}\\x{{FF01}}-\\x{{FF5E}}]*({ends}|[)\\x{{FF09}}])')"
        f" AND length({column}) > 3 AND regexp_matches({column}, '[{_ORDINARY}]')"
    )
    narrow = f"translate({column}, {quoted(_WIDE)}, {quoted(_NARROW)})"
    kept = ""
    if cells.identifies(spec):
        # A number that has lost digits is Python's to refuse, and so is what stands for an error.
        kept = f" AND NOT regexp_matches({column}, '[#:.+\\x{{FF03}}\\x{{FF1A}}\\x{{FF0E}}\\x{{FF0B}}]')"
    value = f"CASE WHEN {inside} THEN {column} ELSE {narrow} END"
    if spec.spellings:
        others = " ".join(f"WHEN {quoted(a)} THEN {quoted(b)}" for a, b in spec.spellings)
        value = f"CASE {value} {others} ELSE {value} END"
    plain = f"({inside} AND (length({column}) > 8 OR {short}) AND NOT {blank})"
    return CellReading(
        f"(({plain} OR ({wide})){kept})",
        f"CASE WHEN NOT {blank} THEN {value} END",
    )


def _codes(column: str, spec: FieldSpec) -> CellReading:
    """A set of codes: most often a single one, else several with bars between."""
    codes = [code for code in _plain_codes(spec) if not cells.SEPARATORS.search(code)]
    if not codes:
        return CellReading("FALSE", "CAST(NULL AS VARCHAR[])")
    single = f"{column} IN ({texts(codes)})"
    word, said = _word(column, spec)
    nothing = f"{column} IN ({texts({'无', '没有'} - set(spec.codes) - {each for each, _ in spec.words})})"
    # Codes that hold a separator are left to Python, and with them all lists.
    listed = len(codes) == len(_plain_codes(spec))
    even = f"trim(regexp_replace({column}, '{_SEPARATORS}', '|', 'g'), '|')"
    parts = f"string_split({even}, '|')"
    several = f"list_has_all([{texts(codes)}], {parts})" if listed else "FALSE"
    return CellReading(
        f"({single} OR {nothing} OR {word} OR ({several}))",
        f"CASE WHEN {single} THEN [{column}] WHEN {nothing} THEN CAST([] AS VARCHAR[])"
        f" WHEN {word} THEN [{said}] WHEN {several} THEN {parts} END",
    )


def _code(column: str, spec: FieldSpec) -> CellReading:
    """A code as it is, one of its words, or a code with a number before it (`01 因病`)."""
    codes = _plain_codes(spec)
    is_code = f"{column} IN ({texts(codes)})"
    is_word, said = _word(column, spec)
    direct = f"CASE WHEN {is_code} THEN {column} WHEN {is_word} THEN {said}"
    if any(plain(code)[:1].isdigit() for code in spec.codes):
        return CellReading(f"({is_code} OR {is_word})", f"{direct} END")
    bare = f"regexp_replace({column}, '{_NUMBERED}', '')"
    is_bare = f"{bare} IN ({texts(codes)})"
    return CellReading(
        f"({is_code} OR {is_word} OR {is_bare})",
        f"{direct} WHEN {is_bare} THEN {bare} END",
    )


def _word(column: str, spec: FieldSpec) -> tuple[str, str]:
    """Whether a cell is a word for a code, and the code; NULL where it stands for a blank."""
    by_code = {
        code: words
        for code in dict.fromkeys(code for _, code in spec.words)
        if (words := _words(spec, code) - set(spec.codes))
    }
    if not by_code:
        return "FALSE", "CAST(NULL AS VARCHAR)"
    every = texts(set[str]().union(*by_code.values()))
    arms = " ".join(
        f"WHEN {column} IN ({texts(words)}) THEN {quoted(code)}"
        for code, words in by_code.items()
        if code
    )
    return f"{column} IN ({every})", f"CASE {arms} ELSE CAST(NULL AS VARCHAR) END"


def _words(spec: FieldSpec, code: str) -> set[str]:
    """The words that are read as a code, as they are written most often."""
    return {
        word
        for word, meant in spec.words
        if meant == code and word.lower() not in cells.BLANK and spec.read_as[folded(word)] == code
    }


_NUMBERED = r"^[0-9]{1,3}[ .、_:-]*"
# Between codes of a list, in both widths.
_SEPARATORS = r"[|、,;/\x{FF5C}\x{FF0C}\x{FF1B}\x{FF0F}]+"
# Thousands in groups, and what people write around an amount.
_GROUPED = r"[+-]?\d{1,3}(,\d{3})+"
_COUNTED = r"(个月|人|月|岁|件|户)"


def _number(column: str, of: Number, spec: FieldSpec) -> CellReading:
    """A plain number; else one with grouped thousands or a unit."""
    whole = 9 if spec.type == "integer" else 12
    digits = rf"[+-]?\d{{1,{whole}}}"
    fraction = rf"(\.\d{{1,{of.scale}}})?" if of.scale else ""
    unit = _COUNTED if spec.type == "integer" else _unit(spec)
    plain = f"regexp_full_match({column}, '{digits}{fraction}')"
    dressed = f"regexp_full_match({column}, '[¥¥]?({digits}|{_GROUPED}){fraction} ?({unit})?')"
    bare = f"regexp_replace({column}, '[^0-9.+-]', '', 'g')"
    decimal = f"TRY_CAST(CASE WHEN {plain} THEN {column} ELSE {bare} END AS DECIMAL({whole + of.scale}, {of.scale}))"
    most = f"abs({decimal}) < {COUNT_LIMIT if spec.type == 'integer' else AMOUNT_LIMIT}"
    match = f"({plain} OR ({dressed} AND coalesce({most}, FALSE)))"
    if spec.minimum is not None or spec.maximum is not None:
        match = f"({match} AND {_within(decimal, spec)})"
    # What is not canonical is not used, whatever comes out; but it must not overflow.
    wide = decimal if of.scale <= 2 else f"CAST({decimal} AS DECIMAL(38, {of.scale}))"
    return CellReading(match, f"CAST({wide} * {10**of.scale} AS BIGINT)")


def _unit(spec: FieldSpec) -> str:
    """What may stand behind an amount: of another period than the field's it is left to Python."""
    periods = [each for each in "年月" if each in spec.unit] or list("年月")
    return f"(元|圆|块)({'|'.join(f'/{each}' for each in periods)})?"


def _plain_codes(spec: FieldSpec) -> list[str]:
    """The codes that are read as themselves."""
    by_label = {folded(code): code for code in spec.codes}
    return [
        code
        for code in spec.codes
        if by_label[folded(code)] == code
        and code.strip() == code
        # What everyone writes for a blank is one, even where it is a code.
        and code.lower() not in cells.BLANK
    ]


def _number_of_citizen(column: str, as_of: date) -> CellReading:
    digits, born = key(column), birth_date(column)
    fine = f"coalesce({is_citizen(column, digits, born, as_of)}, FALSE)"
    return CellReading(fine, f"CASE WHEN {fine} THEN {column} END")


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
