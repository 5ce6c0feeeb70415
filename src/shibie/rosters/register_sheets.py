"""The sheets of a roster that are registers: by their names, by what people call them, by their looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Final

from shibie.errors import Problem, Words
from shibie.language.tree import MEMBER
from shibie.rosters.cells import is_blank
from shibie.rosters.headers import best_header
from shibie.rosters.national_export import HOUSEHOLD_ID
from shibie.rosters.own_additions import COMPARED, NOT_DONE, own
from shibie.rosters.placing import Placed
from shibie.rosters.register_answers import answered_no
from shibie.rosters.register_names import exact_names, has_citizen_numbers, registers_meant
from shibie.rosters.register_owners import owners_unread
from shibie.rosters.sheets import Sheet
from shibie.rosters.table_names import REGISTERS
from shibie.ruleset.conditions import drawn_on, fields_used
from shibie.ruleset.model import Register
from shibie.vocabulary import FieldSpec, folded

if TYPE_CHECKING:
    from shibie.rosters.finding import Finder

# Where a sheet has one of these, it lists the members of families, as rosters of other times do.
_OF_FAMILIES: Final = (HOUSEHOLD_ID, "relation")
# What other offices call the number of a person in their lists.
_OF_OFFICES: Final = (
    "身份证明号码",
    "证件号",
    "身份证件号码",
    "公民身份证号",
    "身份证号码(社会信用代码)",
)


def _not_compared(placed: Placed) -> bool:
    """Whether a register is an empty form, above which it says that nothing was compared.

    An empty register that was compared clears everybody; a form that nobody filled in does not.
    """
    above = placed.sheet.head[: placed.header.row]
    marked = {folded(words) for words in own(COMPARED)}
    said = [
        folded(str(after))
        for row in above
        for cell, after in pairwise(row)
        if isinstance(cell, str) and folded(cell) in marked
    ]
    if not any(word in map(folded, NOT_DONE) for word in said):
        return False
    rows = placed.sheet.rows[placed.header.row :]
    return all(is_blank(row[at]) for row in rows for at in placed.header.columns if at < len(row))


class RegisterSheets:
    """Finds the registers of a rule set among the sheets of a roster.

    Args:
        finder: knows the sheets that are left, and collects what is wrong.

    Attributes:
        found: by name.
    """

    def __init__(self, finder: Finder) -> None:
        self.finder, self.ruleset = finder, finder.ruleset
        self.found: dict[str, Placed] = {}

    @property
    def in_order(self) -> dict[str, Placed]:
        """What was found, in the order of the rule set."""
        return {name: self.found[name] for name in self.ruleset.registers if name in self.found}

    def take_named(self) -> None:
        """The registers under their own names."""
        for name, register in self.ruleset.registers.items():
            sheet = self.finder.take(exact_names(register))
            table = None if sheet is None else self._table(sheet, register)
            if table is not None:
                self.found[name] = table

    def _specs(self, register: Register) -> list[FieldSpec]:
        """The columns of a register, under the headers that lists of it have."""
        # The register speaks of citizen numbers under any of their usual headers.
        number = self.ruleset.field_spec(MEMBER, "id_number")
        taken = frozenset[str]().union(*(spec.headers for spec in register.columns))
        usual = [
            text
            for text in ((*number.aliases, number.title, *_OF_OFFICES) if number else ())
            if folded(text) not in taken
        ]
        return [
            replace(spec, aliases=(*spec.aliases, *usual)) if spec.name == register.match else spec
            for spec in register.columns
        ]

    def _table(self, sheet: Sheet, register: Register) -> Placed | None:
        """The rows of a register."""
        specs = self._specs(register)
        header = self.finder.header(sheet, specs, [register.match])
        if header is not None:
            facts = [self.ruleset.field_spec(*fact.field) for fact in register.checks]
            asked = [spec.title for spec in facts if spec is not None]
            self.finder.problems += answered_no(sheet, header, register, asked)
            self.finder.problems += owners_unread(sheet, header)
        placed = None if header is None else self.finder.placed(sheet, header, specs)
        if placed is None or not _not_compared(placed):
            return None if placed is None else self._without_columns(placed, register)
        self.finder.notes.append(
            Words(
                f"{sheet.shown}：空表，按未比对处理；已经比对而没有一条记录的，把表上方的“{NOT_DONE.zh}”改为“已做”",
                f"{sheet.shown}: empty, so taken as not compared; if it was compared and there is"
                f" no row, write 'done' for '{NOT_DONE.en}' above the table",
            )
        )
        return None

    def _without_columns(self, placed: Placed, register: Register) -> Placed:
        """The table with what the pack says of columns that it does not have; where it has rows, said."""
        supposed = {spec.name: spec.if_absent for spec in register.columns if spec.if_absent}
        sheet, header = placed.sheet, placed.header
        lacking = [
            spec for spec in register.columns
            if spec.name in supposed and spec.name not in header.names
        ]  # fmt: skip
        if lacking and next(islice(sheet.passing(), header.row, None), None) is not None:
            self.finder.notes += [
                Words(
                    f"{sheet.shown}：没有“{spec.title}”一栏，每一行都当作“{spec.if_absent}”；不是的，请补上这一栏",
                    f"{sheet.shown}: there is no column {spec.name}, so every row is taken as"
                    f" '{spec.if_absent}'; where that is not so, add the column",
                )
                for spec in lacking
            ]
        return replace(placed, header=replace(header, supposed=supposed))

    def take_by_subject(self) -> None:
        """Sheets that are registers by what people call them, such as 存款比对 or 工商登记."""
        every = list(self.ruleset.registers.values())
        for key, sheet in list(self.finder.left.items()):
            meant = registers_meant(sheet.name, every)
            # A whole file without a cell is no new workbook's spare sheet: it was to be a register.
            if not sheet.rows and not key.startswith(REGISTERS):
                continue
            if not meant or HOUSEHOLD_ID in self._asked_of_families(sheet):
                continue
            if len(meant) > 1:
                self._looks_like(sheet, meant)
                continue
            (register,) = meant
            del self.finder.left[key]
            if register.name in self.found:
                self.finder.given_twice([self.found[register.name].sheet, sheet])
                continue
            table = self._table(sheet, register)
            if table is not None:
                self.found[register.name] = table
                self.finder.notes.append(
                    Words(
                        f"工作表“{sheet.shown}”认作“{register.title}”",
                        f"the sheet {sheet.shown} is read as the register {register.name}",
                    )
                )

    def _asked_of_families(self, sheet: Sheet) -> frozenset[str]:
        """The fields of households and members that a sheet has columns for."""
        specs = (*self.finder.household_specs, *self.finder.member_specs[1:])
        header = best_header(sheet, specs)
        return header.names if header else frozenset()

    def must_be_no_more(self) -> None:
        """Refuse sheets that look like a register that the pack compares and that is not there.

        Left aside, it would be a comparison that was not done, and declared values would be
        trusted in its place.
        """
        missing = [each for name, each in self.ruleset.registers.items() if name not in self.found]
        for sheet in self.finder.left.values():
            more = [table for name, table in self.found.items() if self._is_more(sheet, name)]
            if more:
                self._may_be_more(sheet, more[0])
                continue
            like = [register for register in missing if self._is_like(sheet, register)]
            if like:
                self._looks_like(sheet, like)
            elif (
                missing
                and self._asked_of_families(sheet).isdisjoint(_OF_FAMILIES)
                and has_citizen_numbers(sheet)
            ):
                self._unknown_list(sheet, missing)

    def _is_more(self, sheet: Sheet, name: str) -> bool:
        """Whether a sheet has all that a register that was found is made of, and rows: its other half.

        A register of numbers and names alone is made of nothing that would tell.
        """
        register = self.ruleset.registers[name]
        of_persons = {register.match, *register.owners}
        made_of = self.found[name].header.names - of_persons
        used = fields_used(self.ruleset, drawn_on(self.ruleset))
        read = {field for field in made_of if (name, field) in used} or made_of
        header = best_header(sheet, self._specs(register))
        return (
            bool(read)
            and header is not None
            and {register.match, *read} <= header.names
            and any(
                not is_blank(cell)
                for row in islice(sheet.passing(), header.row, None)
                for cell in row
            )
        )

    def _may_be_more(self, sheet: Sheet, table: Placed) -> None:
        """A register of which another sheet lists more: half of it would clear whom the other has."""
        self.finder.problems.append(
            Problem(
                sheet.shown,
                Words(
                    f"栏目与已认作登记表的“{table.sheet.shown}”一样：是它的另一部分，还是又一份？",
                    f"has the columns of {table.sheet.shown}, which is read as a register: is it"
                    " another part of it, or a copy?",
                ),
                suggestion=Words(
                    "是另一部分就合并为一张；是又一份，或与比对无关，就移出这份文件",
                    "join them into one if it is a part; take it out of the file if it is a copy or none",
                ),
            )
        )

    def _unknown_list(self, sheet: Sheet, missing: Sequence[Register]) -> None:
        titles = "、".join(each.title for each in missing)
        self.finder.problems.append(
            Problem(
                sheet.shown,
                Words(
                    "有证件号码，但认不出是哪一张登记表",
                    "has citizen numbers, but is recognised as no register",
                ),
                suggestion=Words(
                    f"是比对用的，请改名为“比对-”加名称（还缺：{titles}）；与比对无关就移出这份文件",
                    "name it 比对- and the register's title if it is one (missing are: "
                    f"{', '.join(each.name for each in missing)}), or take it out of the file",
                ),
            )
        )

    def _is_like(self, sheet: Sheet, register: Register) -> bool:
        """Whether a sheet has the numbers of persons and another column of a register."""
        number = self.ruleset.field_spec(MEMBER, "id_number")
        header = best_header(sheet, register.columns)
        numbers = best_header(sheet, [number]) if number else None
        by_number = {spec.name for spec in register.columns if spec.type == "citizen_id"}
        named = header.names if header else frozenset[str]()
        own = named - by_number - {name for name in named if name.endswith("name")}
        return bool(own) and (numbers is not None or register.match in named)

    def _looks_like(self, sheet: Sheet, registers: Sequence[Register]) -> None:
        titles = "”或“".join(each.title for each in registers)
        names = " or ".join(each.name for each in registers)
        self.finder.problems.append(
            Problem(
                sheet.shown,
                Words(
                    f"像是登记表（“{titles}”），但认不准是哪一张",
                    f"looks like a register ({names}), but not surely which",
                ),
                suggestion=Words(
                    f"请把它改名为“比对-{registers[0].title}”；与比对无关就移出这份文件",
                    f"name it 比对-{registers[0].title}, or take it out of the file if it is none",
                ),
            )
        )
