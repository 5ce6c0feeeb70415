"""Registers that lie in files of their own: they become tables of the roster."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from shibie.errors import InputError, Problem, Words, did_you_mean, listed
from shibie.project.written import RegisterFile
from shibie.rosters.sheets import Sheet, read_sheets
from shibie.ruleset.model import Register, RuleSet
from shibie.vocabulary import folded


def with_registers(
    sheets: tuple[Sheet, ...], files: Iterable[RegisterFile], ruleset: RuleSet
) -> tuple[Sheet, ...]:
    """The tables of a roster and those of further files.

    Raises:
        InputError: when a file cannot be read, or is no table of a register of the rule set.
    """
    found: list[Sheet] = list(sheets)
    problems: list[Problem] = []
    for file in files:
        try:
            sheet = _sheet(file, _register(file, ruleset))
            # It may lie in the folder of the roster, where it is a table already.
            found = [each for each in found if each.read_from != sheet.read_from]
            found.append(sheet)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return tuple(found)


def named_register(name: str, ruleset: RuleSet) -> str | None:
    """The register of that name, title or id."""
    for register in ruleset.registers.values():
        if folded(name) in map(folded, (register.name, register.title, register.id)):
            return register.name
    return None


def _register(file: RegisterFile, ruleset: RuleSet) -> Register:
    name = named_register(file.register, ruleset)
    if name is None:
        known = [text for each in ruleset.registers.values() for text in (each.name, each.title)]
        there = listed(f"{each.name}({each.title})" for each in ruleset.registers.values())
        raise InputError(
            Problem(
                file.where or str(file.path),
                Words(f"规则包没有比对表“{file.register}”", f"the pack has no '{file.register}'"),
                suggestion=did_you_mean(file.register, known)
                or Words(f"有：{there}", f"there are: {there}"),
            )
        )
    return ruleset.registers[name]


def _sheet(file: RegisterFile, register: Register) -> Sheet:
    """The one table of a file, under the name by which it is the register."""
    sheets = [sheet for sheet in read_sheets(file.path) if sheet.rows]
    titles = [sheet.name for sheet in sheets]
    if file.sheet:
        sheets = [sheet for sheet in sheets if folded(sheet.name) == folded(file.sheet)]
    if len(sheets) != 1:
        what = Words("没有内容", "holds nothing")
        if file.sheet:
            what = Words(f"没有工作表“{file.sheet}”", f"has no sheet '{file.sheet}'")
        elif len(titles) > 1:
            what = Words("不止一个工作表有内容", "more than one sheet holds something")
        hint = Words(
            f"写明是哪一个：{{file: {file.path.name}, sheet: {titles[0] if titles else ''}}}；有：{listed(titles, lang='zh')}",
            f"say which: {{file: {file.path.name}, sheet: {titles[0] if titles else ''}}};"
            f" there are: {listed(titles)}",
        )
        raise InputError(Problem(str(file.path), what, suggestion=hint if titles else None))
    (sheet,) = sheets
    shown = file.path.name if len(titles) == 1 else f"{file.path.name}!{sheet.name}"
    return replace(sheet, name=f"registers/{register.name}", shown=shown)


def register_file(text: str, where: str) -> RegisterFile:
    """A register and its file, as a person writes them in one go.

    Args:
        text: `vehicles=车管所.xlsx`, or with a sheet `vehicles=车管所.xlsx!登记`.
        where: what was written, for messages.

    Raises:
        InputError: when it is written otherwise, or there is no such file.

    >>> from tempfile import NamedTemporaryFile
    >>> with NamedTemporaryFile(suffix=".csv") as file:
    ...     register_file(f"vehicles={file.name}", "").register
    'vehicles'
    """
    register, sign, rest = text.partition("=")
    if not sign or not register.strip() or not rest:
        raise InputError(
            Problem(
                where,
                Words(f"看不懂：{text}", f"not understood: {text}"),
                suggestion=Words("写作 vehicles=车管所.xlsx", "write vehicles=cars.xlsx"),
            )
        )
    path, sheet = Path(rest), ""
    if not path.exists() and "!" in rest:
        name, _, sheet = rest.rpartition("!")
        path = Path(name)
    if not path.is_file():
        raise InputError(Problem(where, Words(f"没有文件 {path}", f"there is no file {path}")))
    return RegisterFile(register.strip(), path, sheet, where)
