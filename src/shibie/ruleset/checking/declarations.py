"""What a pack declares: fields, code lists, registers, and the names they give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from shibie.errors import Words, did_you_mean
from shibie.language import tree
from shibie.language.names import MEMBERS, Context, spelled
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.language.types import AGE, SEX, Bool, type_of
from shibie.ruleset import schema
from shibie.ruleset.checking.base import Checking, LazyNames, YamlPath
from shibie.ruleset.model import (
    Register,
)  # fmt: skip
from shibie.vocabulary import FieldSpec, Owner, Vocabulary


class Declarations(Checking):
    """Reads fields and registers."""

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
        self, path: YamlPath, name: str, form: schema.FieldForm | schema.ColumnForm, title: str
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

    def registers(self) -> dict[str, Register]:
        registers: dict[str, Register] = {}
        for index, each in enumerate(self.form.comparisons):
            path: YamlPath = ("comparisons", index)
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
            rows = self.of.setdefault(each.register_, LazyNames())
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

    def checks(self, path: YamlPath, name: str | None) -> tuple[Owner, str] | None:
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

    def relevant(self) -> dict[tuple[str, str], tree.Node]:
        """For each field that means something of some only: the condition of which."""
        found: dict[tuple[str, str], tree.Node] = {}
        for name, text in self.form.relevant.items():
            path: YamlPath = ("relevant", name)
            fields = [
                node
                for owner in (HOUSEHOLD, MEMBER)
                if isinstance(node := self.of[owner].get(spelled(name)), tree.Field)
            ]
            if not fields:
                names = {each.name for of in self.of.values() for each in of.values()
                         if isinstance(each, tree.Field)}  # fmt: skip
                what = Words(f"没有字段“{name}”", f"there is no field '{name}'")
                self.problem(path, what, did_you_mean(name, names), key=True)
            for field in fields:
                of_member = field.owner == MEMBER
                context = Context.member() if of_member else Context.household()
                node = self.parse(text, path, context, Bool)
                if node is not None:
                    found[field.owner, field.name] = node
        return found

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
