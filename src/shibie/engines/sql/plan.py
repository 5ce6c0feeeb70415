"""The shape of the computation: rows → members → households, and back where rules look up.

Every column is computed once, at the earliest point where what it needs is there. Time
runs in rounds of three: register rows (0), members (1), households (2), rows again (3) …
Almost every rule set is done in the first round; a member's rule that asks about its
household (`household.low_income`) takes a second pass over the members.

Rows that tell nobody apart are not joined to persons one by one: they are grouped by what they
show of a number (`place_`), and what a group comes to goes to all who fit it.

One step is one SELECT. Registers are grouped once by citizen number for all rules
together, members once by household; all conditions folded at one point share flag words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from sqlglot import exp

from shibie.engines.sql.building import WORD, Dialect, Sql, bit, col, no_texts

# Registers are relations r0, r1, …
HOUSEHOLDS: Final = "h"
MEMBERS: Final = "m"
Fold = Literal["or", "sum", "count", "min", "max", "list"]
# Key columns of the sources: a household's, a member's, the citizen's (rows ↔ members).
HID, MID, KEY = "hid", "mid", "k"
# Of crowd rows: which of them a person fits.
PLACE: Final = "place_"
# Of a member: whether he was found in another household of the roster, too.
FOUND_ELSEWHERE: Final = "elsewhere_"
END: Final = 1e6


def level(relation: str) -> int:
    """0 for register rows, 1 for members, 2 for households."""
    return {MEMBERS: 1, HOUSEHOLDS: 2}.get(relation, 0)


@dataclass
class PlanColumn:
    """One computed or source column.

    Attributes:
        relation: where it lives.
        time: when it is there; -1 for source columns.
        layer: order among the columns of one step.
        value: its expression, for computed columns.
        source: its name in the source, for source columns.
        fold: how it is folded from the level below, for folded columns.
        folded: the folded expression, at the level below.
        among: of crowd rows, which members they may be about; None: any that they fit.
    """

    name: str
    relation: str
    time: int
    layer: int = 0
    value: Sql | None = None
    source: str | None = None
    fold: Fold | None = None
    folded: Sql | None = None
    origin: str = ""
    flags: list[Sql] = field(default_factory=list)
    among: Sql | None = None

    @property
    def parts(self) -> list[Sql]:
        """The expressions that it is made of; none for a source column."""
        if self.fold == "or":
            return self.flags
        return [part for part in (self.value, self.folded, self.among) if part is not None]


@dataclass(frozen=True)
class QueryStep:
    """One SELECT in the plan's dialect, to be made a table where more than one later step reads it."""

    name: str
    query: str
    reads: tuple[str, ...]


class QueryPlan:
    """Collects columns, each with the time at which it is there; `queries` makes SELECTs of them."""

    def __init__(
        self, dialect: Dialect, prefix: str = "", crowds: frozenset[str] = frozenset()
    ) -> None:
        self.dialect: Dialect = dialect
        self.crowds = crowds
        self.prefix = prefix
        self.columns: dict[str, PlanColumn] = {}
        self.memo: dict[tuple[str, str], exp.Column] = {}
        self.words: dict[tuple[str, str, int], PlanColumn] = {}

    # --- collecting ---------------------------------------------------------------------

    def _new(self, column: PlanColumn) -> exp.Column:
        self.columns[column.name] = column
        return col(column.name)

    def _fresh(self, relation: str) -> str:
        kind = relation if relation in (HOUSEHOLDS, MEMBERS) else "r"
        return f"{kind}{len(self.columns)}"

    def source(self, relation: str, name: str) -> exp.Column:
        """A column of a source."""
        key = (relation, f"\0{name}")
        if key not in self.memo:
            fresh = self._fresh(relation)
            self.memo[key] = self._new(PlanColumn(fresh, relation, -1, source=name))
        return self.memo[key]

    def needs(self, value: Sql) -> list[PlanColumn]:
        """The columns that an expression reads."""
        names = dict.fromkeys(found.name for found in value.find_all(exp.Column))
        return [self.columns[name] for name in names]

    def _when(self, relation: str, value: Sql) -> tuple[int, int]:
        """The earliest time and layer at which an expression over a relation can be computed."""
        at = level(relation)
        needs = self.needs(value)
        earliest = at
        for need in needs:
            earliest = max(earliest, need.time if need.relation == relation else need.time + 1)
        time = earliest + (at - earliest) % 3
        same = [need.layer for need in needs if need.relation == relation and need.time == time]
        return time, 1 + max(same, default=0)

    def derive(self, relation: str, value: Sql) -> Sql:
        """The value as a column of a relation, computed once."""
        if isinstance(value, exp.Column):
            found = self.columns[value.name]
            if found.relation == relation:
                return value
        if isinstance(value, exp.Literal | exp.Boolean | exp.Null):
            return value
        key = (relation, value.sql(self.dialect, copy=False))
        if key not in self.memo:
            time, layer = self._when(relation, value)
            column = PlanColumn(self._fresh(relation), relation, time, layer, value)
            self.memo[key] = self._new(column)
        return self.memo[key]

    def fold(self, relation: str, how: Fold, value: Sql) -> Sql:
        """A value of every item folded for the owner one level up (rows → member → household).

        With no items it is NULL; "or" reads NULL as false, so it is never a truth by itself.
        """
        upper = HOUSEHOLDS if relation == MEMBERS else MEMBERS
        key = (relation, f"\0{how}\0{value.sql(self.dialect, copy=False)}")
        if key in self.memo:
            return self.memo[key]
        time, _ = self._when(relation, value)
        dependent = relation != MEMBERS and any(
            need.relation != relation for need in self.closure(relation, value)
        )
        origin = f"{relation}\0{'d' if dependent else 'i'}"
        found: Sql
        if how == "or":
            found = self._flag(relation, upper, origin, time, value)
        else:
            column = PlanColumn(
                self._fresh(upper), upper, time + 1, 0, fold=how, folded=value, origin=origin
            )
            found = self._new(column)
            if how == "list":
                found = exp.Coalesce(this=found, expressions=[no_texts()])
        self.memo[key] = found  # type: ignore[assignment]
        return found

    def fold_crowd(self, relation: str, how: Fold, value: Sql, among: Sql | None) -> Sql:
        """A value of every crowd row of a register folded for the household, each row once.

        Args:
            relation: the register.
            how: sum or count.
            value: of the row; it reads nothing else.
            among: a condition on members; a row that fits none of them is left out.
        """
        spelled = "" if among is None else among.sql(self.dialect, copy=False)
        key = (relation, f"\0crowd\0{how}\0{value.sql(self.dialect, copy=False)}\0{spelled}")
        if key not in self.memo:
            time = 1 if among is None else self._when(MEMBERS, among)[0]
            column = PlanColumn(
                self._fresh(HOUSEHOLDS), HOUSEHOLDS, time + 1, 0, fold=how, folded=value,
                origin=f"{relation}\0c", among=among,
            )  # fmt: skip
            self.memo[key] = self._new(column)
        return self.memo[key]

    def closure(self, relation: str, value: Sql) -> Iterable[PlanColumn]:
        """All columns that a row's value is computed from, its parents' columns included."""
        pending, seen = self.needs(value), set()
        while pending:
            need = pending.pop()
            if need.name in seen:
                continue
            seen.add(need.name)
            yield need
            if need.relation == relation and need.value is not None:
                pending += self.needs(need.value)

    def _flag(self, relation: str, upper: str, origin: str, time: int, value: Sql) -> Sql:
        key = (relation, origin, time)
        column = self.words.get(key)
        if column is None or len(column.flags) == WORD:
            column = PlanColumn(self._fresh(upper), upper, time + 1, 0, fold="or", origin=origin)
            self._new(column)
            self.words[key] = column
        column.flags.append(value)
        return bit(col(column.name), len(column.flags) - 1)

    # --- how long each is needed --------------------------------------------------------

    def last_reads(self, outputs: Iterable[Sql]) -> dict[str, float]:
        """Each column that some outputs need, with the last time at which it is read.

        A fold reads halfway between the steps of the two levels.
        """
        last: dict[str, float] = {}
        pending: list[tuple[str, float]] = []

        def use(value: Sql, time: float) -> None:
            pending.extend((need.name, time) for need in self.needs(value))

        for value in outputs:
            use(value, END)
        while pending:
            name, time = pending.pop()
            known = last.get(name, -2.0)
            if known >= time:
                continue
            last[name] = time
            column = self.columns[name]
            # Rows are read anew in each round; members and households are carried on.
            of_row = level(column.relation) == 0
            if known > -2 and not of_row:
                continue
            for part in column.parts:
                use(part, time if of_row else column.time - (0.5 if column.fold else 0))
        return last
