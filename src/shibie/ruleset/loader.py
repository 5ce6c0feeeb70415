"""YAML pack → checked `RuleSet`, reporting every error at its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar, cast

from shibie.errors import Problem, RulesetError, Words, did_you_mean
from shibie.household import StepRecord
from shibie.ruleset import packs, schema, tree
from shibie.ruleset.expression import ExpressionError, RefusedError, parse
from shibie.ruleset.forms import validated
from shibie.ruleset.model import (
    Basis,
    Condition,
    Outcome,
    Parameter,
    Register,
    Rule,
    RuleKind,
    RuleSet,
    Share,
    Step,
)  # fmt: skip
from shibie.ruleset.names import MEMBERS, Context, Names, spelled
from shibie.ruleset.source import Source, read, read_file
from shibie.ruleset.tree import HOUSEHOLD, MEMBER, Node
from shibie.ruleset.types import AGE, SEX, Bool, Code, Number, Text, Type, type_of
from shibie.vocabulary import FieldSpec, Owner, Vocabulary, specs_of

Path_ = tuple[str | int, ...]
T = TypeVar("T")
_ENGLISH = Outcome("eligible", "ineligible", "pending")


def load(name: str | Path) -> RuleSet:
    """The rule set of a pack.

    Args:
        name: a pack's folder, its ruleset.yaml, or the name of a shipped pack.

    Raises:
        RulesetError: with every problem found, each at `file:line:column`.

    >>> load("bazhong-2015").id
    'bazhong-2015'
    """
    folder = packs.find(name)
    source = read_file(folder / packs.RULESET_FILE, packs.RULESET_FILE)
    file = folder / packs.PARAMETERS_FILE
    return _build(
        source, read_file(file, packs.PARAMETERS_FILE) if file.is_file() else None, folder
    )


def _build(source: Source, more: Source | None, folder: Path | None) -> RuleSet:
    form, problems = validated(schema.PackForm, source)
    sources = {"": source}
    parameters = dict(form.parameters) if form else {}
    if more is not None:
        more_form, found = validated(schema.ParametersForm, more)
        problems += found
        for name, value in (more_form.parameters if more_form else {}).items():
            if name in parameters:
                what = Words(
                    f"参数“{name}”已在 {source.name} 中",
                    f"parameter '{name}' is already in {source.name}",
                )
                problems.append(more.problem(more.key_span(("parameters", name)), what))
            parameters[name] = value
            sources[name] = more
    if form is None or problems:
        raise RulesetError(problems)
    return _Loader(form, source, parameters, sources, folder).ruleset()


class _Lazy(dict[str, Node]):
    """Names whose tree is built when first asked for: facts may stand in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.pending: dict[str, Callable[[], Node]] = {}

    def get(self, name: str, default: Any = None) -> Any:
        if name not in self and name in self.pending:
            self[name] = self.pending[name]()
        return super().get(name, default)

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self.keys()), **dict.fromkeys(self.pending)})


@dataclass(frozen=True)
class _Fact:
    """A fact or criterion that waits to be parsed."""

    owner: Owner
    name: str
    title: str
    text: str
    path: Path_
    kind: RuleKind
    basis: Basis
    unit: str = ""


class _Loader:
    """Checks one pack; collects problems and goes on wherever it can."""

    def __init__(
        self,
        form: schema.PackForm,
        source: Source,
        parameters: Mapping[str, schema.ParameterForm],
        parameter_sources: Mapping[str, Source],
        folder: Path | None,
    ) -> None:
        self.form, self.source, self.folder = form, source, folder
        self.parameter_forms, self.parameter_sources = parameters, parameter_sources
        self.problems: list[Problem] = []
        self.of: dict[str, _Lazy] = {HOUSEHOLD: _Lazy(), MEMBER: _Lazy()}
        self.shared = _Lazy()
        self.collections: dict[str, str] = {MEMBERS: MEMBERS, "成员": MEMBERS}
        self.names = Names(self.of, self.shared, self.collections)
        self.facts: dict[tuple[Owner, str], Rule] = {}
        self.queued: dict[tuple[Owner, str], _Fact] = {}
        self.parsing: list[tuple[Owner, str]] = []
        self.failed: set[tuple[Owner, str]] = set()

    # --- problems -----------------------------------------------------------------------

    def problem(
        self, path: Path_, what: Words, suggestion: Words | None = None, key: bool = False
    ) -> None:
        span = self.source.key_span(path) if key else self.source.value_span(path)
        self.problems.append(self.source.problem(span, what, suggestion))

    def parse(
        self,
        text: str,
        path: Path_,
        context: Context,
        expect: type[Type] | None,
        source: Source | None = None,
    ) -> Node | None:
        """The tree of one condition, or None after its refusals were noted."""
        source = source or self.source
        try:
            return parse(text, self.names, context, expect)
        except ExpressionError as error:
            for refusal in error.refusals:
                span = source.locate(path, *refusal.at)
                self.problems.append(source.problem(span, refusal.what, refusal.suggestion))
            return None

    # --- the whole ----------------------------------------------------------------------

    def ruleset(self) -> RuleSet:
        form, head = self.form, self.form.ruleset
        if head.effective.from_ > head.effective.to:
            self.problem(
                ("ruleset", "effective"), Words("起始日期晚于截止日期", "starts after it ends")
            )
        vocabulary = self.vocabulary()
        self.fill_names(vocabulary)
        registers = self.registers()
        self.unique_ids()
        parameters = self.parameters()
        self.queue_facts()
        for owner, name in self.queued:
            self.resolve(owner, name)
        hits = self.hits(registers)
        poor = self.rule("poor", ("poor",), "poor", "poor", form.poor, Basis())
        exclusions = self.exclusions()
        tracks = [
            self.owned("track", ("tracks", index), each) for index, each in enumerate(form.tracks)
        ]
        tallies = [
            self.owned("tally", ("tallies", index), each) for index, each in enumerate(form.tallies)
        ]
        kinds = [
            self.rule("kind", ("kinds", index, "when"), each.id, each.title, each.when,
                      self.basis(each.basis))
            for index, each in enumerate(form.kinds)
        ]  # fmt: skip
        procedure = self.procedure()
        shares = self.shares()
        if self.problems:
            raise RulesetError(self.problems)
        criteria = tuple(rule for rule in self.facts.values() if rule.kind == "criterion")
        order = {each.id: index for index, each in enumerate(form.criteria)}
        words = form.outcome.model_dump() if form.outcome else None
        default = Outcome() if head.lang == "zh" else _ENGLISH
        return RuleSet(
            id=head.id,
            title=head.title,
            effective_from=head.effective.from_,
            effective_to=head.effective.to,
            provenance=head.provenance,
            lang=head.lang,
            vocabulary=vocabulary,
            parameters=parameters,
            registers=hits,
            facts=self.facts,
            criteria=tuple(sorted(criteria, key=lambda rule: order[rule.id])),
            poor=_sure(poor),
            exclusions=tuple(rule for rule in exclusions if rule.kind == "exclusion"),
            reviews=tuple(rule for rule in exclusions if rule.kind == "review"),
            tracks=tuple(map(_sure, tracks)),
            kinds=tuple(map(_sure, kinds)),
            tallies=tuple(map(_sure, tallies)),
            procedure=procedure,
            shares=shares,
            outcome=Outcome(**words) if words else default,
            names=self.names,
            folder=self.folder,
            comparisons={
                register.checks: tree.Quantifier(
                    "any",
                    tree.Collection(register.name, register.checks[0]),
                    register.hit or tree.Literal(True),
                )
                for register in hits.values()
                if register.checks
            },
        )

    def basis(self, form: schema.BasisForm) -> Basis:
        return Basis(form.text, form.source, form.provenance or self.form.ruleset.provenance)

    # --- names --------------------------------------------------------------------------

    def vocabulary(self) -> Vocabulary:
        own: dict[str, list[FieldSpec]] = {HOUSEHOLD: [], MEMBER: []}
        core = Vocabulary.build(core=self.form.ruleset.vocabulary)
        taken = {
            owner: {
                text for spec in core.of(cast("Owner", owner)) for text in (spec.name, spec.title)
            }
            for owner in own
        }
        for index, each in enumerate(self.form.fields):
            twice = [key for key in ("name", "title") if getattr(each, key) in taken[each.of]]
            if twice or each.name == MEMBERS:
                text = getattr(each, twice[0]) if twice else each.name
                self.problem(
                    ("fields", index, twice[0] if twice else "name"),
                    Words(f"字段“{text}”已存在", f"field '{text}' exists already"),
                )
                continue
            taken[each.of] |= {each.name, each.title}
            spec = self.spec(("fields", index), each.name, each, each.title)
            own[each.of].append(spec)
        return Vocabulary.build(own[HOUSEHOLD], own[MEMBER], self.form.ruleset.vocabulary)

    def spec(
        self, path: Path_, name: str, form: schema.FieldForm | schema.ColumnForm, title: str
    ) -> FieldSpec:
        codes = form.codes
        if isinstance(codes, str):
            if codes not in self.form.code_lists:
                self.problem(
                    (*path, "codes"),
                    Words(f"没有代码表“{codes}”", f"there is no code list '{codes}'"),
                    did_you_mean(codes, self.form.code_lists),
                )
            codes = self.form.code_lists.get(codes, ["?"])
        if (form.type in ("code", "codes")) != (codes is not None):
            self.problem(
                path,
                Words(
                    "code 与 codes 类型要有(且只有它们有)codes",
                    "types code and codes, and only they, take codes",
                ),
            )
        elif codes is not None and (not codes or len(set(codes)) < len(codes)):
            self.problem(path, Words("代码表为空或有重复", "the code list is empty or repeats"))
        extra = form if isinstance(form, schema.FieldForm) else None
        return FieldSpec(
            name=name,
            title=title,
            type=form.type,
            unit=form.unit,
            codes=tuple(codes or ("?",) if form.type in ("code", "codes") else ()),
            description=extra.description if extra else "",
            aliases=tuple(form.aliases),
            minimum=extra.minimum if extra else None,
            maximum=extra.maximum if extra else None,
            sensitive=form.sensitive or form.type == "citizen_id",
        )

    def fill_names(self, vocabulary: Vocabulary) -> None:
        for owner in (HOUSEHOLD, MEMBER):
            for spec in vocabulary.of(cast("Owner", owner)):
                field = tree.Field(owner, spec.name, type=type_of(spec))
                self.add_name(self.of[owner], (spec.name, spec.title), field)
        if any(spec.name == "id_number" for spec in vocabulary.member):
            own = {each.name for each in self.form.facts if each.of == MEMBER}
            own |= {spec.name for spec in vocabulary.member}
            if "age" not in own:
                self.add_name(self.of[MEMBER], ("age", "年龄"), tree.Given("age", type=AGE))
            if "sex" not in own:
                self.add_name(self.of[MEMBER], ("sex", "性别"), tree.Given("sex", type=SEX))
        self.add_name(self.shared, ("as_of", "认定日期"), tree.AsOf())

    def add_name(self, names: _Lazy, spellings: tuple[str, ...], node: Node) -> None:
        for text in spellings:
            names.setdefault(spelled(text), node)

    def registers(self) -> dict[str, Register]:
        registers: dict[str, Register] = {}
        for index, each in enumerate(self.form.comparisons):
            path: Path_ = ("comparisons", index)
            if each.register_ in registers or each.register_ in (MEMBERS, "households"):
                self.problem(
                    (*path, "register"),
                    Words(f"比对表“{each.register_}”重复", f"register '{each.register_}' twice"),
                )
                continue
            columns = []
            for name, column in each.columns.items():
                full = (
                    column
                    if isinstance(column, schema.ColumnForm)
                    else schema.ColumnForm(type=column)
                )
                columns.append(self.spec((*path, "columns", name), name, full, full.title or name))
            matching = {spec.name for spec in columns if spec.type == "citizen_id"}
            if each.match not in matching:
                self.problem(
                    (*path, "match"),
                    Words(
                        "match 应是一个 citizen_id 类型的列", "match must be a citizen_id column"
                    ),
                    did_you_mean(each.match, matching),
                )
            rows = self.of.setdefault(each.register_, _Lazy())
            for spec in columns:
                field = tree.Field(each.register_, spec.name, type=type_of(spec))
                self.add_name(rows, (spec.name, spec.title), field)
            for text in (each.register_, each.id, each.title):
                self.collections.setdefault(spelled(text), each.register_)
            registers[each.register_] = Register(
                each.register_, each.id, each.title, tuple(columns), each.match,
                self.checks((*path, "checks"), each.checks), basis=self.basis(each.basis),
                hit_text=each.hit or "",
            )  # fmt: skip
        return registers

    def checks(self, path: Path_, name: str | None) -> tuple[Owner, str] | None:
        if name is None:
            return None
        owner: Owner
        for owner in ("household", "member"):
            node = self.of[owner].get(spelled(name))
            if isinstance(node, tree.Field) and isinstance(node.type, Bool):
                return owner, node.name
        declared = [
            node.name
            for owner in ("household", "member")
            for node in self.of[owner].values()
            if isinstance(node, tree.Field) and isinstance(node.type, Bool)
        ]
        self.problem(
            path,
            Words(f"“{name}”不是已申报的是否类字段", f"'{name}' is not a declared yes/no field"),
            did_you_mean(name, declared),
        )
        return None

    def hits(self, registers: Mapping[str, Register]) -> dict[str, Register]:
        """The registers with their hit conditions, which may use parameters and facts."""
        done = {}
        checked: dict[tuple[Owner, str], str] = {}
        for index, each in enumerate(self.form.comparisons):
            register = registers.get(each.register_)
            if register is None:
                continue
            if register.checks in checked and register.checks is not None:
                self.problem(
                    ("comparisons", index, "checks"),
                    Words(
                        "这个字段已由另一比对核对", "another comparison checks this field already"
                    ),
                )
            if register.checks:
                checked[register.checks] = each.id
            hit = None
            if each.hit is not None:
                of = register.checks[0] if register.checks else HOUSEHOLD
                context = Context.household().row(register.name, of)
                hit = self.parse(each.hit, ("comparisons", index, "hit"), context, Bool)
            done[register.name] = replace(register, hit=hit)
        return done

    # --- parameters ---------------------------------------------------------------------

    def parameters(self) -> dict[str, Parameter]:
        done: dict[str, Parameter] = {}
        for name, form in self.parameter_forms.items():
            source = self.parameter_sources.get(name, self.source)
            parameter = self.parameter(name, form, source)
            if parameter is not None:
                done[name] = parameter
                node = tree.Parameter(name, parameter.key, type=parameter.type)
                for text in (name, form.title):
                    if self.taken(text):
                        self.problems.append(
                            source.problem(source.key_span(("parameters", name)), _taken(text))
                        )
                    self.shared[spelled(text)] = node
        return done

    def parameter(self, name: str, form: schema.ParameterForm, source: Source) -> Parameter | None:
        path: Path_ = ("parameters", name)
        keyed = any(isinstance(value, dict) for value in form.values.values())
        if keyed != (form.by is not None):
            self.problems.append(
                source.problem(
                    source.key_span(path),
                    Words(
                        "有 by 时每个键各写一组日期,无 by 时直接写日期",
                        "with `by`, one dated series per key; without it, dates",
                    ),
                )
            )
            return None
        series: dict[str | None, tuple[tuple[date, Decimal], ...]] = {}
        groups = form.values.items() if keyed else [(None, form.values)]
        for key, values in groups:
            at = (*path, "values") if key is None else (*path, "values", key)
            if not isinstance(values, Mapping):
                self.problems.append(
                    source.problem(
                        source.value_span(at), Words("应为日期: 数值", "expected date: number")
                    )
                )
                continue
            series[key] = self.dated(cast("Mapping[str, Decimal]", values), at, source)
        numbers = [value for steps in series.values() for _, value in steps]
        if not numbers or (self.problems and not all(series.values())):
            return None
        key_node = None
        if form.by is not None:
            key_node = self.parse(form.by, (*path, "by"), Context.household(), None, source)
            if key_node is not None and not isinstance(key_node.type, Text | Code):
                self.problems.append(
                    source.problem(
                        source.value_span((*path, "by")),
                        Words("by 应是文本或代码", "by must be text or a code"),
                    )
                )
        return Parameter(
            name, form.title, form.unit, _number_type(numbers), series, key_node, form.source,
            form.provenance or self.form.ruleset.provenance,
        )  # fmt: skip

    def dated(
        self, values: Mapping[str, Decimal], path: Path_, source: Source
    ) -> tuple[tuple[date, Decimal], ...]:
        effective = self.form.ruleset.effective
        steps = []
        for text, value in values.items():
            span = source.key_span((*path, text))
            try:
                day = date.fromisoformat(text)
            except ValueError:
                self.problems.append(
                    source.problem(
                        span,
                        Words(f"不是有效日期:{text}", f"not a valid date: {text}"),
                        Words("写作 2015-01-01", "write 2015-01-01"),
                    )
                )
                continue
            if day > effective.to:
                self.problems.append(
                    source.problem(
                        span,
                        Words(
                            f"晚于规则截止日 {effective.to},永远用不到",
                            f"after the rule set ends on {effective.to}: never in force",
                        ),
                    )
                )
            steps.append((day, value))
        steps.sort()
        if steps and steps[0][0] > effective.from_:
            self.problems.append(
                source.problem(
                    source.value_span(path),
                    Words(
                        f"{effective.from_} 起尚无有效值",
                        f"no value in force from {effective.from_}",
                    ),
                )
            )
        return tuple(steps)

    # --- facts and criteria -------------------------------------------------------------

    def queue_facts(self) -> None:
        for index, fact in enumerate(self.form.facts):
            self.queue(_Fact(fact.of, fact.name, fact.title, fact.value,
                             ("facts", index, "value"), "fact", self.basis(fact.basis),
                             fact.unit), ("facts", index, "name"))  # fmt: skip
        for index, each in enumerate(self.form.criteria):
            self.queue(_Fact("household", each.id, each.title, each.when,
                             ("criteria", index, "when"), "criterion", self.basis(each.basis)),
                       ("criteria", index, "id"))  # fmt: skip

    def queue(self, fact: _Fact, path: Path_) -> None:
        names = self.of[fact.owner]
        before = self.queued.get((fact.owner, fact.name))
        if before is not None and before.kind == fact.kind == "criterion":
            return  # reported with the other ids that are used twice
        for text in (fact.name, fact.title):
            clash = spelled(text) in names or spelled(text) in self.shared
            if clash or spelled(text) in names.pending:
                at = path if text == fact.name else (*path[:-1], "title")
                self.problem(at, _taken(text))
                return
        self.queued[fact.owner, fact.name] = fact
        for text in (fact.name, fact.title):
            names.pending.setdefault(
                spelled(text), lambda: self.resolve_or_refuse(fact.owner, fact.name)
            )

    def taken(self, text: str) -> bool:
        """Whether a household, member or shared name is spelled like this."""
        return any(spelled(text) in names for names in (self.shared, *self.of.values()))

    def resolve_or_refuse(self, owner: Owner, name: str) -> Node:
        node = self.resolve(owner, name)
        if node is None:
            raise RefusedError
        return node

    def resolve(self, owner: Owner, name: str) -> Node | None:
        """Parse a fact after those that it uses; None when it does not parse."""
        key = (owner, name)
        if key in self.facts:
            return tree.Fact(owner, name, type=self.facts[key].node.type)
        fact = self.queued[key]
        if key in self.parsing:
            cycle = [each for _, each in self.parsing[self.parsing.index(key) :]] + [name]
            shown = " → ".join(cycle)
            self.problem(
                fact.path, Words(f"事实循环引用:{shown}", f"facts depend on each other: {shown}")
            )
            self.failed.add(key)
            return None
        if key in self.failed:
            return None
        self.parsing.append(key)
        context = Context.household() if owner == HOUSEHOLD else Context.member()
        expect = Bool if fact.kind == "criterion" else None
        node = self.parse(fact.text, fact.path, context, expect)
        self.parsing.pop()
        if node is None or key in self.failed:
            self.failed.add(key)
            return None
        self.facts[key] = Rule(
            fact.name, fact.title, fact.kind, node, fact.text, owner, fact.basis,
            unit=fact.unit, line=self.line(fact.path),
        )  # fmt: skip
        return tree.Fact(owner, name, type=node.type)

    # --- rules --------------------------------------------------------------------------

    def line(self, path: Path_) -> int:
        return self.source.value_span(path).line

    def rule(
        self, kind: RuleKind, path: Path_, rule_id: str, title: str, text: str, basis: Basis,
        owner: Owner = "household",
    ) -> Rule | None:  # fmt: skip
        context = Context.household() if owner == HOUSEHOLD else Context.member()
        node = self.parse(text, path, context, Bool)
        if node is None:
            return None
        return Rule(rule_id, title, kind, node, text, owner, basis, line=self.line(path))

    def owned(self, kind: RuleKind, path: Path_, form: schema.TrackForm) -> Rule | None:
        return self.rule(
            kind, (*path, "when"), form.id, form.title, form.when, self.basis(form.basis), form.for_
        )

    def exclusions(self) -> tuple[Rule, ...]:
        done = []
        for index, each in enumerate(self.form.exclusions):
            path: Path_ = ("exclusions", index)
            context = Context.household()
            when = self.parse(each.when, (*path, "when"), context, Bool)
            unless = [
                Condition(item.id, item.title, node, item.when, self.basis(item.basis))
                for number, item in enumerate(each.unless)
                if (node := self.parse(item.when, (*path, "unless", number, "when"), context, Bool))
            ]
            review = each.effect == "review"
            if review and each.refutable is False:
                self.problem(
                    (*path, "refutable"),
                    Words("严格审查的规则必须可核实", "a review is there to be adjudicated"),
                )
            if when is None or len(unless) < len(each.unless):
                continue
            excepted = tuple(item.node for item in unless)
            whole: Node = when
            if excepted:
                exception = excepted[0] if len(excepted) == 1 else tree.Or(excepted)
                whole = tree.And((when, tree.Not(exception)), at=when.at)
            done.append(
                Rule(
                    each.id, each.title, "review" if review else "exclusion", whole, each.when,
                    "household", self.basis(each.basis),
                    refutable=review if each.refutable is None else each.refutable,
                    when=when, unless=tuple(unless), line=self.line((*path, "when")),
                )
            )  # fmt: skip
        return tuple(done)

    def unique_ids(self) -> None:
        seen: dict[str, Path_] = {}
        sections = ("comparisons", "criteria", "exclusions", "kinds", "tracks", "tallies")
        for section in sections:
            for index, each in enumerate(getattr(self.form, section)):
                path: Path_ = (section, index, "id")
                if each.id in seen or each.id == "not_poor":
                    first = seen.get(each.id)
                    where = f",首见于第 {self.line(first)} 行" if first else ""
                    where_en = f", first on line {self.line(first)}" if first else ""
                    self.problem(
                        path,
                        Words(
                            f"编号“{each.id}”重复{where}", f"id '{each.id}' is used twice{where_en}"
                        ),
                    )
                seen.setdefault(each.id, path)

    # --- procedure ----------------------------------------------------------------------

    def procedure(self) -> tuple[Step, ...]:
        steps: list[Step] = []
        forms = self.form.procedure
        for each in forms:
            names = self.of.setdefault(f"step:{each.id}", _Lazy())
            for spec in specs_of(StepRecord):
                field = tree.Field(f"step:{each.id}", spec.name, type=type_of(spec))
                self.add_name(names, (spec.name, spec.title), field)
            for word in ("eligible", "ineligible", "pending"):
                self.add_name(names, (word,), tree.Field("decision", word))
        known = {each.id: each.step for each in forms}
        for index, each in enumerate(forms):
            path: Path_ = ("procedure", index)
            if each.step != index + 1:
                self.problem(
                    (*path, "step"),
                    Words(
                        f"步骤应从 1 起连续编号,此处应为 {index + 1}",
                        f"steps are numbered from 1; expected {index + 1}",
                    ),
                )
            if list(known).index(each.id) != index:
                self.problem(
                    (*path, "id"), Words(f"步骤“{each.id}”重复", f"step '{each.id}' twice")
                )
            for number, before in enumerate(each.after):
                if known.get(before, 10**6) >= each.step:
                    self.problem(
                        (*path, "after", number),
                        Words(f"“{before}”不是更早的步骤", f"'{before}' is not an earlier step"),
                        did_you_mean(
                            before, [name for name, step in known.items() if step < each.step]
                        ),
                    )
            earlier = [form for form in forms if form.step < each.step]
            prefixes = {form.id: f"step:{form.id}" for form in earlier}
            prefixes |= {spelled(form.title): f"step:{form.id}" for form in earlier}
            context = Context(
                f"step:{each.id}", {**prefixes, "household": HOUSEHOLD, "户": HOUSEHOLD}, None
            )
            must = [
                Condition(item.id, item.title, node, item.when, self.basis(item.basis))
                for number, item in enumerate(each.must)
                if (node := self.parse(item.when, (*path, "must", number, "when"), context, Bool))
            ]
            days = None
            if each.min_days is not None:
                days = self.parse(str(each.min_days), (*path, "min_days"), context, Number)
            steps.append(
                Step(
                    each.step, each.id, each.title, each.actor, tuple(each.after), days,
                    tuple(each.requires), tuple(must), each.signed, each.blocking,
                    self.basis(each.basis),
                    each.counting,
                )
            )  # fmt: skip
        return tuple(steps)

    def shares(self) -> tuple[Share, ...]:
        steps = [each.id for each in self.form.procedure]
        done = []
        for index, each in enumerate(self.form.shares):
            path: Path_ = ("shares", index)
            if each.step not in steps:
                self.problem(
                    (*path, "step"),
                    Words(f"没有步骤“{each.step}”", f"there is no step '{each.step}'"),
                    did_you_mean(each.step, steps),
                )
            least = self.parse(str(each.at_least), (*path, "at_least"), Context.household(), Number)
            if least is not None:
                basis = self.basis(each.basis)
                done.append(Share(each.id, each.title, each.step, each.document, least, basis))
        return tuple(done)


def _taken(text: str) -> Words:
    return Words(f"名称“{text}”已被使用", f"the name '{text}' is taken")


def _sure(value: T | None) -> T:
    assert value is not None
    return value


def _number_type(values: list[Decimal]) -> Number:
    scale = max(max(0, -cast("int", value.as_tuple().exponent)) for value in values)
    return Number(scale, max(int(abs(value)) for value in values) + 1)


def loads(text: str, parameters: str | None = None, name: str = packs.RULESET_FILE) -> RuleSet:
    """The rule set in a YAML text, without any file.

    Args:
        text: what would stand in ruleset.yaml.
        parameters: what would stand in parameters.yaml.
        name: how errors name the text.

    Raises:
        RulesetError: with every problem found.
    """
    more = None if parameters is None else read(packs.PARAMETERS_FILE, parameters)
    return _build(read(name, text), more, None)


def core_ruleset() -> RuleSet:
    """A rule set without rules: only the shared vocabulary, in force on every day."""
    return loads(
        """\
ruleset:
  id: core
  title: 共用词汇
  effective: {from: 0001-01-01, to: 9999-12-31}
poor: "true"
"""
    )
