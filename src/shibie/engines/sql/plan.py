"""The shape of the computation: rows → members → households, and back where rules look up.

Every column is computed once, at the earliest point where what it needs is there. Time
runs in rounds of three: register rows (0), members (1), households (2), rows again (3) …
Almost every rule set is done in the first round; a member's rule that asks about its
household (`household.low_income`) takes a second pass over the members.

One step is one SELECT. Registers are grouped once by citizen number for all rules
together, members once by household; all conditions folded at one point share flag words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from sqlglot import exp

from shibie.engines.sql.building import (
    WORD,
    Dialect,
    Sql,
    bit,
    col,
    named,
    no_texts,
    select,
    word,
)

# Registers are relations r0, r1, …
HOUSEHOLDS: Final = "h"
MEMBERS: Final = "m"
Fold = Literal["or", "sum", "count", "min", "max", "list"]
# Key columns of the sources: a household's, a member's, the citizen's (rows ↔ members).
HID, MID, KEY = "hid", "mid", "k"
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


@dataclass(frozen=True)
class QueryStep:
    """One SELECT, to be made a table where more than one later step reads it."""

    name: str
    query: exp.Expr
    reads: tuple[str, ...]


class QueryPlan:
    """Collects columns; `steps` orders them."""

    def __init__(self, dialect: Dialect, prefix: str = "") -> None:
        self.dialect: Dialect = dialect
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
            need.relation != relation for need in self._closure(relation, value)
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

    def _closure(self, relation: str, value: Sql) -> Iterable[PlanColumn]:
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

    # --- steps --------------------------------------------------------------------------

    def steps(
        self, members: Sequence[tuple[str, Sql]], households: Sequence[tuple[str, Sql]],
        member_filter: Sql | None = None,
    ) -> list[QueryStep]:  # fmt: skip
        """The SELECTs in order; the last ones give the named outputs with their keys."""
        return _StepWriter(self, members, households, member_filter).steps()


class _StepWriter:
    """Turns a plan's columns into steps, carrying only what later steps need."""

    def __init__(
        self, plan: QueryPlan, members: Sequence[tuple[str, Sql]],
        households: Sequence[tuple[str, Sql]], member_filter: Sql | None,
    ) -> None:  # fmt: skip
        self.plan, self.columns = plan, plan.columns
        self.outputs = {MEMBERS: list(members), HOUSEHOLDS: list(households)}
        self.filter = member_filter
        self.wanted = self._wanted()
        self.done: list[QueryStep] = []

    def _parts(self, column: PlanColumn) -> list[Sql]:
        if column.fold == "or":
            return column.flags
        return [part for part in (column.value, column.folded) if part is not None]

    def _wanted(self) -> dict[str, float]:
        """Each needed column, with the last time at which it is read.

        A fold reads halfway between the steps of the two levels.
        """
        last: dict[str, float] = {}
        pending: list[tuple[str, float]] = []

        def use(value: Sql, time: float) -> None:
            pending.extend((need.name, time) for need in self.plan.needs(value))

        for _, value in (*self.outputs[MEMBERS], *self.outputs[HOUSEHOLDS]):
            use(value, END)
        if self.filter is not None:
            use(self.filter, END)
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
            for part in self._parts(column):
                use(part, time if of_row else column.time - (0.5 if column.fold else 0))
        return last

    def steps(self) -> list[QueryStep]:
        used = [self.columns[name] for name in self.columns if name in self.wanted]
        final = max([column.time for column in used] + [2])
        self.tables = {MEMBERS: "", HOUSEHOLDS: ""}
        self.has: dict[str, set[str]] = {MEMBERS: set(), HOUSEHOLDS: set()}
        for time in range(final + 1):
            if time % 3 == 0:
                self._row_folds(used, time)
            elif time % 3 == 1:
                self._step(MEMBERS, used, time)
            else:
                self._step(HOUSEHOLDS, used, time)
        for relation in (HOUSEHOLDS, MEMBERS):
            self._output(relation)
        return self.done

    def _name(self, text: str) -> str:
        return f"{self.plan.prefix}{text}"

    def _add(self, name: str, query: exp.Expr, reads: Iterable[str]) -> str:
        self.done.append(QueryStep(name, query, tuple(dict.fromkeys(reads))))
        return name

    def _source_name(self, relation: str) -> str:
        return self._name(f"{relation}_src")

    def _row_folds(self, used: Sequence[PlanColumn], time: int) -> None:
        self.folds: list[tuple[str, str, list[PlanColumn]]] = []
        groups: dict[str, list[PlanColumn]] = {}
        for column in used:
            if column.fold and column.relation == MEMBERS and column.time == time + 1:
                groups.setdefault(column.origin, []).append(column)
        for origin, columns in groups.items():
            relation, kind = origin.split("\0")
            name = self._name(f"{relation}_{kind}{time}")
            layered, reads, key = self._rows(relation, kind == "d", columns)
            query = select(
                [named(col(key), "key"), *(named(_folded(c), c.name) for c in columns)], layered
            )
            query.set("group", exp.Group(expressions=[col(key)]))
            self._add(name, query, reads)
            self.folds.append((name, MID if kind == "d" else KEY, columns))

    def _rows(
        self, relation: str, dependent: bool, columns: Sequence[PlanColumn]
    ) -> tuple[Sql, list[str], str]:
        """The rows of a register with all their computed columns, as a subquery."""
        plan = self.plan
        closure: dict[str, PlanColumn] = {}
        for column in columns:
            for part in self._parts(column):
                closure |= {need.name: need for need in plan._closure(relation, part)}
        own = [c for c in closure.values() if c.relation == relation and c.source is not None]
        made = [c for c in closure.values() if c.relation == relation and c.source is None]
        read = [n.name for c in columns for part in self._parts(c) for n in plan.needs(part)]
        source = self._source_name(relation)
        fields = [named(col(str(c.source), "s"), c.name) for c in own]
        reads = [source]
        if not dependent:
            query = select([named(col(KEY, "s"), KEY), *fields], _table(source, "s"))
            return _layers(query, made, [KEY, *read]), reads, KEY
        mine = [c for c in closure.values() if c.relation == MEMBERS]
        theirs = [c for c in closure.values() if c.relation == HOUSEHOLDS]
        query = select([named(col(MID, "p"), MID), *fields], _table(source, "s"))
        joins = [self._join(MEMBERS, "p", mine, KEY, "s", query, reads)]
        if theirs:
            joins.append(self._join(HOUSEHOLDS, "q", theirs, HID, "p", query, reads))
        query.set("joins", joins)
        return _layers(query, made, [MID, *read]), reads, MID

    def _join(
        self, relation: str, alias: str, columns: Iterable[PlanColumn], key: str, to: str,
        query: exp.Select, reads: list[str],
    ) -> exp.Join:  # fmt: skip
        """Join the latest state of a parent relation and select its columns."""
        table = self.tables[relation] or self._source_name(relation)
        reads.append(table)
        for column in columns:
            query.expressions.append(named(self._from(relation, alias, column), column.name))
        return _joined(table, alias, key, to, key, "INNER")

    def _from(self, relation: str, alias: str, column: PlanColumn) -> exp.Column:
        if self.tables[relation]:
            return col(column.name, alias)
        return col(str(column.source), alias)

    def _carried(self, relation: str, used: Sequence[PlanColumn], time: int) -> list[PlanColumn]:
        """Columns of a relation that exist before `time` and are read at or after it."""
        return [
            c for c in used
            if c.relation == relation and c.time < time and self.wanted[c.name] >= time
        ]  # fmt: skip

    def _step(self, relation: str, used: Sequence[PlanColumn], time: int) -> None:
        made = [c for c in used if c.relation == relation and c.time == time]
        first = not self.tables[relation]
        if not made and not first:
            return
        keys = [HID] if relation == HOUSEHOLDS else [HID, MID, KEY]
        table = self.tables[relation] or self._source_name(relation)
        reads = [table]
        carried = self._carried(relation, used, time)
        query = select([named(col(key, "s"), key) for key in keys], _table(table, "s"))
        for column in carried:
            query.expressions.append(named(self._from(relation, "s", column), column.name))
        joins: list[exp.Join] = []
        folds = self._folds(relation, made, time)
        for number, (name, key, columns) in enumerate(folds):
            alias = f"f{number}"
            joins.append(_joined(name, alias, "key", "s", key, "LEFT"))
            reads.append(name)
            query.expressions.extend(named(col(c.name, alias), c.name) for c in columns)
        computed = [c for c in made if c.value is not None]
        if relation == MEMBERS:
            above = {
                need.name: need
                for c in computed
                for need in self.plan.needs(c.value)  # type: ignore[arg-type]
                if need.relation == HOUSEHOLDS
            }
            if above:
                joins.append(self._join(HOUSEHOLDS, "q", above.values(), HID, "s", query, reads))
        query.set("joins", joins)
        keep = [c.name for c in carried + made if self.wanted[c.name] > time]
        layered = _layers(query, computed, [*keys, *keep])
        final = select([*map(col, keys), *map(col, dict.fromkeys(keep))], layered)
        self.tables[relation] = self._add(self._name(f"{relation}{time // 3}"), final, reads)

    def _folds(
        self, relation: str, made: Sequence[PlanColumn], time: int
    ) -> list[tuple[str, str, list[PlanColumn]]]:
        if relation == MEMBERS:
            return self.folds
        columns = [c for c in made if c.fold]
        if not columns:
            return []
        name = self._name(f"hm{time // 3}")
        members = self.tables[MEMBERS]
        query = select(
            [named(col(HID), "key"), *(named(_folded(c), c.name) for c in columns)],
            exp.to_table(members),
        )
        query.set("group", exp.Group(expressions=[col(HID)]))
        self._add(name, query, [members])
        return [(name, HID, columns)]

    def _output(self, relation: str) -> None:
        outputs = self.outputs[relation]
        if not outputs:
            return
        keys = [HID] if relation == HOUSEHOLDS else [HID, MID]
        table = self.tables[relation]
        reads = [table]
        query = select([named(col(key, "s"), key) for key in keys], _table(table, "s"))
        needs = {
            need.name: need
            for value in [v for _, v in outputs] + ([self.filter] if self.filter else [])
            for need in self.plan.needs(value)
            if relation == MEMBERS or need.relation == HOUSEHOLDS
        }
        own = [need for need in needs.values() if need.relation == relation]
        above = [need for need in needs.values() if need.relation != relation]
        query.expressions.extend(named(col(need.name, "s"), need.name) for need in own)
        if above:
            query.set("joins", [self._join(HOUSEHOLDS, "q", above, HID, "s", query, reads)])
        final = select(
            [*map(col, keys), *(named(value, name) for name, value in outputs)],
            _subquery(query),
        )
        if relation == MEMBERS and self.filter is not None:
            final.set("where", exp.Where(this=self.filter))
        self._add(self._name(f"{relation}_out"), final, reads)


def _folded(column: PlanColumn) -> Sql:
    """The aggregate function of a folded column."""
    if column.fold == "or":
        return exp.BitwiseOrAgg(this=word(column.flags))
    value = column.folded
    assert value is not None
    match column.fold:
        case "sum":
            return exp.Sum(this=value)
        case "count":
            flagged = exp.Case(ifs=[exp.If(this=value, true=exp.Literal.number(1))])
            return exp.Count(this=exp.Star() if value == exp.true() else flagged)
        case "min":
            return exp.Min(this=value)
        case "max":
            return exp.Max(this=value)
        case _:
            return exp.func("FLATTEN", exp.ArrayAgg(this=value))


def _layers(query: exp.Select, made: Sequence[PlanColumn], keep: Sequence[str]) -> Sql:
    """Adds computed columns to a query layer by layer and drops each after its last use."""
    layers = sorted({(c.time, c.layer) for c in made})
    of_layer = [[c for c in made if (c.time, c.layer) == layer] for layer in layers]
    needs: set[str] = set(keep)
    after: list[set[str]] = []
    for columns in reversed(of_layer):
        after.append(set(needs))
        for c in columns:
            assert c.value is not None
            needs |= {found.name for found in c.value.find_all(exp.Column)}
    names = [each.alias_or_name for each in query.expressions]
    current: Sql = _subquery(query)
    for columns, needed in zip(of_layer, reversed(after), strict=True):
        names = [name for name in names if name in needed]
        values = [named(c.value, c.name) for c in columns if c.value is not None]
        current = _subquery(select([*map(col, names), *values], current))
        names += [c.name for c in columns]
    return current


def _subquery(query: exp.Select) -> Sql:
    return exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier("t")))


def _table(name: str, alias: str) -> exp.Table:
    return exp.Table(
        this=exp.to_identifier(name, quoted=True),
        alias=exp.TableAlias(this=exp.to_identifier(alias)),
    )


def _joined(table: str, alias: str, key: str, to: str, to_key: str, side: str) -> exp.Join:
    condition = exp.EQ(this=col(to_key, to), expression=col(key, alias))
    join = exp.Join(this=_table(table, alias), on=condition)
    join.set("side" if side == "LEFT" else "kind", side)
    return join
