"""The sheets of households and persons of a roster: two tables, or one row a person, or many of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from shibie.errors import Problem, Words, listed
from shibie.forms.form import TableForm
from shibie.rosters.cells import as_written
from shibie.rosters.column_texts import cells_below
from shibie.rosters.fitting import household_sizes
from shibie.rosters.headers import Header, best_header
from shibie.rosters.household_keys import HEADS, key_columns
from shibie.rosters.joined import joined
from shibie.rosters.layout import SHEET_NAMES
from shibie.rosters.national_export import HOUSEHOLD_ID
from shibie.rosters.placing import Placed
from shibie.rosters.sheets import Sheet
from shibie.rosters.stated import stated_columns

if TYPE_CHECKING:
    from shibie.rosters.finding import Finder

Pair = tuple[Placed, Placed | None]
# Where somebody lives is written on lists of anything.
_PLACES: Final = frozenset(("county", "township", "village", "group", HOUSEHOLD_ID))


# What is said of heads: their names and numbers, on lists of a subsidy those of who applied.
_OF_HEADS: Final = frozenset((
    *HEADS, "户主身份证号", "户主身份证号码", "户主身份证", "户主证件号码", "申请人身份证号", "申请人身份证号码", "申请人证件号码",
))  # fmt: skip


class PersonSheets:
    """Reads the sheets of households and persons.

    Args:
        finder: knows the fields, and collects what is wrong.
    """

    def __init__(self, finder: Finder) -> None:
        self.finder = finder
        self.household_specs, self.member_specs = finder.household_specs, finder.member_specs
        self.specs = (*self.household_specs, *self.member_specs[1:])
        self.of_person = {spec.name for spec in self.member_specs[1:]}
        self.of_household = {spec.name for spec in self.household_specs} - {HOUSEHOLD_ID}

    def two_tables(self, households: Sheet, members: Sheet) -> tuple[Placed, Placed] | None:
        """Households and members from a sheet each."""
        finder = self.finder
        forms = finder.form_of(households), finder.form_of(members)
        first = finder.header(households, self.household_specs, [HOUSEHOLD_ID], forms[0])
        second = finder.header(members, self.member_specs, [HOUSEHOLD_ID], forms[1])
        if first is None or second is None:
            return None

        def sizes() -> Mapping[str, int]:
            assert second is not None
            rows = enumerate(members.rows[second.row :], start=second.row + 1)
            of = {spec.name: index for index, spec in second.columns.items()}
            return household_sizes(rows, of[HOUSEHOLD_ID], of.get("relation"))

        one = finder.placed(
            households, first, self.household_specs, forms[0], persons=True, members=sizes
        )
        two = finder.placed(members, second, self.member_specs, forms[1], persons=True)
        return (one, two) if one and two else None

    def found(
        self, given: Sequence[Sheet], members: Sheet | None
    ) -> tuple[Pair | None, list[Sheet]]:
        """The tables of households and persons among sheets of any name, and their sheets.

        Args:
            given: sheets that are by their names households' or members'.
            members: that of them which is by its name the members' alone.
        """
        persons: list[tuple[Sheet, Header, TableForm | None]] = []
        alone: list[Sheet] = []
        heads: list[tuple[Sheet, TableForm | None]] = []
        for sheet in (*given, *self.finder.left.values()):
            form = self.finder.form_of(sheet)
            header = best_header(sheet, self.specs, form)
            if header is None or (sheet.hidden and sheet not in given):
                self._hidden(sheet, header)
                continue
            if self._is_of_heads(header, form):
                heads.append((sheet, form))
            elif sheet is not members and self._names_heads_alone(sheet, header):
                # Beside members it is the households' own table.
                heads.append((sheet, form))
                alone.append(sheet)
            elif self._is_of_persons(header, form):
                # The members' own table is no roster: that of the households was forgotten.
                if sheet is not members or header.names & self.of_household:
                    persons.append((sheet, header, form))
            elif self._numbered_households(header):
                alone.append(sheet)
        if (
            len(alone) == len(persons) == 1
            and not persons[0][1].names & self.of_household - _PLACES
        ):
            return self.two_tables(alone[0], persons[0][0]), [alone[0], persons[0][0]]
        if persons:
            return self._one_table(persons), [sheet for sheet, _, _ in persons]
        if heads:
            self.finder.problems.append(_heads_alone(*heads[0]))
        return None, []

    def _is_of_persons(self, header: Header, form: TableForm | None) -> bool:
        """Whether a row is a person of a household."""
        if not header.names & self.of_person:
            return False
        if HOUSEHOLD_ID in header.names:
            return True
        keys = key_columns(
            header.labels, header.columns, *((form.serial, form.head) if form else ())
        )
        own = header.names & self.of_household - _PLACES
        return keys.enough and (keys.relation is not None or len(own) > 1)

    def _is_of_heads(self, header: Header, form: TableForm | None) -> bool:
        """Whether a row is a household of which the head alone is named."""
        if form is not None and form.heads_only:
            return True
        states = stated_columns(header.labels, header.columns, {})
        if "household_size" in states.values() and not {"relation", HOUSEHOLD_ID} & header.names:
            keys = key_columns(header.labels, header.columns)
            return not (keys.head is not None and keys.name is not None)
        return (
            not {"name", "relation"} & header.names
            and _names_heads(header)
            and not self._numbered_households(header)
        )

    def _names_heads_alone(self, sheet: Sheet, header: Header) -> bool:
        """Whether a row names the head, and nobody else: each number stands in one row.

        A column 与户主关系 says nothing where it says 户主 of everybody.
        """
        if "name" in header.names or not _names_heads(header):
            return False
        at = header.column_of(HOUSEHOLD_ID)
        if at is None or {"id_number", "relation"} <= header.names:
            return False
        numbers = list(map(as_written, cells_below(sheet, header, at)))
        return len(set(numbers)) == len(numbers)

    def _numbered_households(self, header: Header) -> bool:
        """Whether it is the households' own table, which may name the head beside its number."""
        return HOUSEHOLD_ID in header.names and len(header.names & self.of_household - _PLACES) > 1

    def _one_table(self, persons: Sequence[tuple[Sheet, Header, TableForm | None]]) -> Pair | None:
        """One row a person, in one sheet or in several."""
        finder, several = self.finder, len(persons) > 1
        tables: list[Placed] = []
        restart = several and self._shared_numbers(
            [(sheet, header) for sheet, header, _ in persons]
        )
        for sheet, header, form in persons:
            numbered = HOUSEHOLD_ID in header.names
            sure = finder.usable(sheet, header, self.specs, [HOUSEHOLD_ID] if numbered else [])
            if sure is None:
                continue
            apart = restart or (several and not numbered and "village" not in header.names)
            prefix = sheet.name if apart else ""
            table = finder.placed(sheet, sure, self.specs, form, persons=True, prefix=prefix)
            if restart:
                finder.notes.append(_renumbered(sheet))
            if table is not None:
                tables.append(table)
        if finder.problems or not tables:
            return None
        if not several:
            return tables[0], None
        names = [table.sheet.shown for table in tables]
        finder.notes.insert(
            0,
            Words(
                f"{len(tables)} 张工作表合为一份名册：{listed(names, 100, 'zh')}",
                f"{len(tables)} sheets are read as one roster: {listed(names, 100)}",
            ),
        )
        sheet, header = joined([(table.sheet, table.header) for table in tables])
        unread = tuple(each for table in tables for each in table.unread)
        return Placed(sheet, header, unread=unread), None

    def _shared_numbers(self, sheets: Sequence[tuple[Sheet, Header]]) -> bool:
        """Whether sheets number their households anew; refused where they hold the same persons."""
        households = [_values(*each, HOUSEHOLD_ID) for each in sheets]
        persons = [_values(*each, "id_number") for each in sheets]
        shared = False
        for at in range(len(sheets)):
            for other in range(at):
                if households[at] & households[other]:
                    shared = True
                    if persons[at] & persons[other] or not persons[at]:
                        self.finder.given_twice([sheets[other][0], sheets[at][0]])
        return shared

    def _hidden(self, sheet: Sheet, header: Header | None) -> None:
        if sheet.hidden and header is not None and sheet.rows:
            self.finder.said_of.add(sheet.shown)
            self.finder.notes.append(
                Words(
                    f"工作表“{sheet.shown}”是隐藏的，没有当作名册读；要用它，请取消隐藏",
                    f"the sheet {sheet.shown} is hidden and was not read as roster; show it to use it",
                )
            )


def _names_heads(header: Header) -> bool:
    texts = {spelling for label in header.labels.values() for spelling in label.spellings}
    return not texts.isdisjoint(_OF_HEADS)


def _values(sheet: Sheet, header: Header, name: str) -> set[str]:
    """What stands in the column of a field, but for headers that are repeated."""
    at = header.column_of(name)
    if at is None:
        return set()
    headers = {label.text for label in header.labels.values()}
    return set(map(as_written, cells_below(sheet, header, at))) - headers


def _heads_alone(sheet: Sheet, form: TableForm | None) -> Problem:
    title = form.title if form else "户主名单"
    return Problem(
        sheet.shown,
        Words(
            f"认作“{title}”：只有户主，没有家庭成员，而认定要按每个人比对和计算",
            "lists heads of households alone; decisions need every member",
        ),
        suggestion=Words(
            "请加一张一人一行的成员表（工作表名“成员”，带户编号），或改用带成员的导出表",
            "add a sheet 成员 with one row a person and the household's number, or give an export"
            " that has the members",
        ),
    )


def missing_tables(
    households: Sheet | None, members: Sheet | None, sheets: Sequence[Sheet]
) -> Problem:
    """A problem that says which tables are missing."""
    missing = [
        name for name, sheet in (("households", households), ("members", members)) if sheet is None
    ]
    titles = "、".join(SHEET_NAMES[name][1] for name in missing)
    table = "tables" if len(missing) > 1 else "table"
    found = [sheet.shown for sheet in sheets]
    return Problem(
        "roster",
        Words(
            f"缺少{titles}表；有的表：{listed(found, lang='zh') or '（无）'}",
            f"no {table} of {' and '.join(missing)}; there are: {listed(found) or '(none)'}",
        ),
        suggestion=Words(
            "工作表应名为 农户、成员（或一人一行的全国系统导出表，带户编号）",
            "name the sheets 农户 and 成员, or give one sheet with one row a person",
        ),
    )


def _renumbered(sheet: Sheet) -> Words:
    return Words(
        f"{sheet.shown}：各工作表的户编号有重复，编号前已加上工作表的名称",
        f"{sheet.shown}: other sheets have the same household numbers: the sheet's name is put before",
    )
