"""A plan's columns as SELECTs, in order, each carrying only what later ones still need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from shibie.engines.sql.building import Sql, col, named, select, word
from shibie.engines.sql.plan import (
    HID,
    HOUSEHOLDS,
    KEY,
    MEMBERS,
    MID,
    PLACE,
    PlanColumn,
    QueryPlan,
    QueryStep,
)


def queries(
    plan: QueryPlan, members: Sequence[tuple[str, Sql]], households: Sequence[tuple[str, Sql]],
    member_filter: Sql | None = None,
) -> list[QueryStep]:  # fmt: skip
    """The SELECTs in order; the last ones give the named outputs with their keys.

    Args:
        plan: the columns.
        members: what is asked of each member, by name.
        households: what is asked of each household, by name.
        member_filter: which members are given; all of them by default.
    """
    return _QueryWriter(plan, members, households, member_filter).queries()


class _QueryWriter:
    """Writes the queries of one plan, one round after the other."""

    def __init__(
        self, plan: QueryPlan, members: Sequence[tuple[str, Sql]],
        households: Sequence[tuple[str, Sql]], member_filter: Sql | None,
    ) -> None:  # fmt: skip
        self.plan = plan
        self.outputs = {MEMBERS: list(members), HOUSEHOLDS: list(households)}
        self.filter = member_filter
        asked = [value for _, value in (*members, *households)]
        self.wanted = plan.last_reads(asked if member_filter is None else [*asked, member_filter])
        self.done: list[tuple[str, exp.Expr, tuple[str, ...]]] = []

    def queries(self) -> list[QueryStep]:
        used = [column for name, column in self.plan.columns.items() if name in self.wanted]
        final = max([column.time for column in used] + [2])
        self.tables = {MEMBERS: "", HOUSEHOLDS: ""}
        for time in range(final + 1):
            if time % 3 == 0:
                self._row_folds(used, time)
            elif time % 3 == 1:
                self._step(MEMBERS, used, time)
            else:
                self._step(HOUSEHOLDS, used, time)
        for relation in (HOUSEHOLDS, MEMBERS):
            self._output(relation)
        # Written out at the end: writing may change what several of them hold together.
        return [
            QueryStep(name, query.sql(self.plan.dialect, copy=False), reads)
            for name, query, reads in self.done
        ]

    def _name(self, text: str) -> str:
        return f"{self.plan.prefix}{text}"

    def _add(self, name: str, query: exp.Expr, reads: Iterable[str]) -> str:
        self.done.append((name, query, tuple(dict.fromkeys(reads))))
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
            query = _grouped(layered, key, columns)
            if kind == "i" and relation in self.plan.crowds:
                query = self._with_crowd(query, relation, columns, reads)
            self._add(name, query, reads)
            self.folds.append((name, MID if kind == "d" else KEY, columns))

    def _with_crowd(
        self, query: exp.Select, relation: str, columns: Sequence[PlanColumn], reads: list[str]
    ) -> exp.Select:
        """A fold of rows by person, and with it what the crowd rows that he fits come to."""
        places = self._crowd(relation, columns, reads)
        fits = self._name(f"{relation}_fits")
        reads.append(fits)
        theirs = select(
            [named(col(KEY, "f"), "key"), *(col(c.name, "t") for c in columns)], _table(fits, "f")
        )
        theirs.set("joins", [_joined_query(places, "t", "key", "f", PLACE)])
        both = exp.Union(this=query, expression=theirs, distinct=False)
        return _combined(_subquery(both), columns)

    def _crowd(self, relation: str, columns: Sequence[PlanColumn], reads: list[str]) -> exp.Select:
        """The crowd rows of a register, folded by what they show of a number."""
        layered, more, _ = self._rows(relation, False, columns, crowd=True)
        reads += more
        return _grouped(layered, PLACE, columns)

    def _crowd_of_household(
        self, name: str, relation: str, columns: Sequence[PlanColumn]
    ) -> tuple[str, str, list[PlanColumn]]:
        """What the crowd rows come to that any of a household's members fits."""
        members, fits = self.tables[MEMBERS], self._name(f"{relation}_fits")
        reads = [members, fits]
        places = self._crowd(relation, columns, reads)
        whose = select([col(HID, "s"), col(PLACE, "f")], _table(members, "s"))
        whose.set("joins", [_joined(fits, "f", KEY, "s", KEY, "INNER")])
        among = columns[0].among
        if among is not None:
            whose.set("where", exp.Where(this=among))
        whose.set("distinct", exp.Distinct())
        query = select(
            [named(col(HID, "w"), "key"), *(col(c.name, "t") for c in columns)],
            exp.Subquery(this=whose, alias=exp.TableAlias(this=exp.to_identifier("w"))),
        )
        query.set("joins", [_joined_query(places, "t", "key", "w", PLACE)])
        self._add(name, _combined(_subquery(query), columns), reads)
        return name, HID, list(columns)

    def _rows(
        self, relation: str, dependent: bool, columns: Sequence[PlanColumn], crowd: bool = False
    ) -> tuple[Sql, list[str], str]:
        """The rows of a register with all their computed columns, as a subquery."""
        plan = self.plan
        closure: dict[str, PlanColumn] = {}
        for column in columns:
            for part in column.parts:
                if part is not columns[0].among:
                    closure |= {need.name: need for need in plan.closure(relation, part)}
        own = [c for c in closure.values() if c.relation == relation and c.source is not None]
        made = [c for c in closure.values() if c.relation == relation and c.source is None]
        read = [n.name for c in columns for part in c.parts for n in plan.needs(part)]
        source = self._name(f"{relation}_crowd") if crowd else self._source_name(relation)
        fields = [named(_column_of(c, relation in plan.crowds, crowd), c.name) for c in own]
        reads = [source]
        if not dependent:
            key = PLACE if crowd else KEY
            query = select([named(col(key, "s"), key), *fields], _table(source, "s"))
            return _layers(query, made, [key, *read]), reads, key
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
        found = []
        crowds: dict[tuple[str, str], list[PlanColumn]] = {}
        for c in made:
            if c.origin.endswith("\0c"):
                spelled = "" if c.among is None else c.among.sql()
                crowds.setdefault((c.origin.removesuffix("\0c"), spelled), []).append(c)
        for number, (crowd, of_crowd) in enumerate(crowds.items()):
            # Of one register there may be several: among all members, and among those who count.
            name = self._name(f"h{crowd[0]}_c{time // 3}_{number}")
            found.append(self._crowd_of_household(name, crowd[0], of_crowd))
        columns = [c for c in made if c.fold and not c.origin.endswith("\0c")]
        if not columns:
            return found
        name = self._name(f"hm{time // 3}")
        members = self.tables[MEMBERS]
        query = select(
            [named(col(HID), "key"), *(named(_folded(c), c.name) for c in columns)],
            exp.to_table(members),
        )
        query.set("group", exp.Group(expressions=[col(HID)]))
        self._add(name, query, [members])
        return [(name, HID, columns), *found]

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


def _column_of(column: PlanColumn, crowds: bool, crowd: bool) -> Sql:
    """A source column of a row; crowd rows have no word on whether they are sure."""
    if column.source == "crowd_":
        return exp.true() if crowd else exp.false()
    if crowd and crowds and column.source == "sure_":
        return exp.false()
    return col(str(column.source), "s")


def _grouped(rows: Sql, key: str, columns: Sequence[PlanColumn]) -> exp.Select:
    """Rows folded by a key."""
    query = select([named(col(key), "key"), *(named(_folded(c), c.name) for c in columns)], rows)
    query.set("group", exp.Group(expressions=[col(key)]))
    return query


def _combined(folds: Sql, columns: Sequence[PlanColumn]) -> exp.Select:
    """Folds of the same columns put together by their key."""
    query = select(
        [named(col("key"), "key"), *(named(_folded_again(c), c.name) for c in columns)], folds
    )
    query.set("group", exp.Group(expressions=[col("key")]))
    return query


def _folded_again(column: PlanColumn) -> Sql:
    """The aggregate function that puts folds of a column together."""
    value = col(column.name)
    match column.fold:
        case "or":
            return exp.BitwiseOrAgg(this=value)
        case "sum" | "count":
            return exp.Sum(this=value)
        case "min":
            return exp.Min(this=value)
        case "max":
            return exp.Max(this=value)
        case _:
            return exp.func("FLATTEN", exp.ArrayAgg(this=value))


def _joined_query(query: exp.Select, alias: str, key: str, to: str, to_key: str) -> exp.Join:
    """An inner join with a subquery."""
    table = exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier(alias)))
    condition = exp.EQ(this=col(to_key, to), expression=col(key, alias))
    return exp.Join(this=table, on=condition, kind="INNER")


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


def _subquery(query: exp.Select | exp.Union) -> Sql:
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
