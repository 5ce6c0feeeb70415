"""What a pack declares: fields, code lists, registers, and the names they give."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import cast

from shibie.errors import Words, did_you_mean
from shibie.language import tree
from shibie.language.names import PEOPLE, Context, spelled
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.language.types import AGE, BOOL, SEX, Bool, type_of
from shibie.ruleset import schema
from shibie.ruleset.checking.base import Checking, LazyNames, YamlPath
from shibie.ruleset.model import CheckedFact, Register
from shibie.vocabulary import FieldSpec, Owner, Vocabulary, folded

OWNERS: tuple[Owner, ...] = ("household", "member")


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
        headers = {
            owner: {
                folded(text): spec.title
                for spec in core.of(cast("Owner", owner))
                for text in (spec.name, spec.title)
            }
            for owner in own
        }
        for index, each in enumerate(self.form.fields):
            twice = [key for key in ("name", "title") if getattr(each, key) in taken[each.of]]
            if twice or each.name in PEOPLE:
                text = getattr(each, twice[0]) if twice else each.name
                self.problem(
                    ("fields", index, twice[0] if twice else "name"),
                    Words(f"字段“{text}”已存在", f"field '{text}' exists already"),
                )
                continue
            taken[each.of] |= {each.name, each.title}
            spec = self.spec(("fields", index), each.name, each, each.title)
            self.check_headers(("fields", index, "aliases"), spec, headers[each.of])
            own[each.of].append(spec)
        return Vocabulary.build(own[HOUSEHOLD], own[MEMBER], self.form.ruleset.vocabulary)

    def check_headers(self, path: YamlPath, spec: FieldSpec, known: dict[str, str]) -> None:
        """Refuse a header that is another field's, too: a column is of one field."""
        for header in (spec.name, spec.title, *spec.aliases):
            title = known.setdefault(folded(header), spec.title)
            if title != spec.title:
                what = Words(
                    f"栏目名“{header}”已是字段“{title}”的",
                    f"the header '{header}' is the field '{title}' already",
                )
                self.problem(path if header in spec.aliases else path[:-1], what)

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
                    "code 与 codes 类型要有（且只有它们有）codes",
                    "types code and codes, and only they, take codes",
                ),
            )
        elif codes is not None and (not codes or len(set(codes)) < len(codes)):
            self.problem(path, Words("代码表为空或有重复", "the code list is empty or repeats"))
        elif isinstance(codes, dict):
            self.check_words(path, codes)
        extra = form if isinstance(form, schema.FieldForm) else None
        return FieldSpec(
            if_absent=self.if_absent(path, form, codes or ()),
            name=name,
            title=title,
            type=form.type,
            unit=form.unit,
            codes=tuple(codes or ("?",) if form.type in ("code", "codes") else ()),
            words=_words(codes) if isinstance(codes, dict) else (),
            description=extra.description if extra else "",
            aliases=tuple(form.aliases),
            minimum=extra.minimum if extra else None,
            maximum=extra.maximum if extra else None,
            sensitive=form.sensitive or form.type == "citizen_id",
        )

    def if_absent(
        self, path: YamlPath, form: schema.FieldForm | schema.ColumnForm, codes: Iterable[str]
    ) -> str:
        """What rows have in a column that their table does not have; empty where it is unknown."""
        code = form.if_absent if isinstance(form, schema.ColumnForm) else None
        if code is None:
            return ""
        if form.type != "code":
            what = Words(
                "只有 code 类型可写 if_absent", "only a column of type code takes if_absent"
            )
            self.problem((*path, "if_absent"), what)
        elif code not in codes:
            what = Words(f"代码表里没有“{code}”", f"'{code}' is not on the list of codes")
            self.problem((*path, "if_absent"), what, did_you_mean(code, codes))
        return code

    def check_words(self, path: YamlPath, codes: Mapping[str, list[str]]) -> None:
        """Refuse a word that stands for two codes, or is a code by itself."""
        said = {folded(code): code for code in codes}
        for word, code in _words(codes):
            before = said.setdefault(folded(word), code)
            if before != code:
                what = Words(
                    f"“{word}”既读作“{before}”又读作“{code}”",
                    f"'{word}' would be read as '{before}' and as '{code}'",
                )
                self.problem(path, what)

    def fill_names(self, vocabulary: Vocabulary) -> None:
        for owner in (HOUSEHOLD, MEMBER):
            for spec in vocabulary.of(cast("Owner", owner)):
                field = tree.Field(owner, spec.name, type=type_of(spec))
                self.add_name(self.of[owner], (spec.name, spec.title), field)
        # What a pack calls by a given name itself stands before it.
        own = {each.name for each in self.form.facts if each.of == MEMBER}
        own |= {spec.name for spec in vocabulary.member}
        if any(spec.name == "id_number" for spec in vocabulary.member):
            if "age" not in own:
                self.add_name(self.of[MEMBER], ("age", "年龄"), tree.Given("age", type=AGE))
            if "sex" not in own:
                self.add_name(self.of[MEMBER], ("sex", "性别"), tree.Given("sex", type=SEX))
        if "counted" not in own:
            self.add_name(
                self.of[MEMBER], ("counted", "计入人口"), tree.Given("counted", type=BOOL)
            )
        self.add_name(self.shared, ("as_of", "认定日期"), tree.AsOf())

    def registers(self, vocabulary: Vocabulary) -> dict[str, Register]:
        registers: dict[str, Register] = {}
        for index, each in enumerate(self.form.comparisons):
            path: YamlPath = ("comparisons", index)
            if each.register_ in registers or each.register_ in (*PEOPLE, "households"):
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
            self.check_matching(path, each, [spec.name for spec in columns], vocabulary)
            rows = self.of.setdefault(each.register_, LazyNames())
            for spec in columns:
                field = tree.Field(each.register_, spec.name, type=type_of(spec))
                self.add_name(rows, (spec.name, spec.title), field)
            for text in (each.register_, each.id, each.title):
                self.collections.setdefault(spelled(text), each.register_)
            registers[each.register_] = Register(
                each.register_, each.id, each.title, tuple(columns), each.match,
                self.checks(path, each), basis=self.basis(each.basis),
                or_match=tuple(each.or_match.items()),
                key=tuple(each.key), distinct=each.rows == "distinct",
                absence=each.absence, of=each.of,
            )  # fmt: skip
        return registers

    def check_matching(
        self, path: YamlPath, form: schema.ComparisonForm, columns: list[str],
        vocabulary: Vocabulary,
    ) -> None:  # fmt: skip
        """What tells the rows of a register apart, and by what else they are matched."""
        for place, name in enumerate(form.key):
            if name not in columns:
                self.no_column((*path, "key", place), name, columns)
        fields = [spec.name for spec in (*vocabulary.member, *vocabulary.household)]
        for field, column in form.or_match.items():
            if field not in fields:
                self.problem(
                    (*path, "or_match", field),
                    Words(f"成员和农户都没有字段“{field}”", f"there is no field '{field}'"),
                    did_you_mean(field, fields), key=True,
                )  # fmt: skip
            if column not in columns:
                self.no_column((*path, "or_match", field), column, columns)

    def no_column(self, path: YamlPath, name: str, columns: list[str]) -> None:
        """Refuse a column that the register does not declare."""
        self.problem(
            path,
            Words(f"这张比对表没有“{name}”列", f"the register has no column '{name}'"),
            did_you_mean(name, columns),
        )

    def checks(self, path: YamlPath, form: schema.ComparisonForm) -> tuple[CheckedFact, ...]:
        """The declared facts that a register can contradict, as yet without what is a hit."""
        many = isinstance(form.checks, dict)
        if many and form.hit is not None:
            self.problem(
                (*path, "hit"),
                Words("命中已写在 checks 里，不要再写 hit", "checks says what is a hit already"),
            )
        for name, _, at in _written_checks(path, form):
            if self.yes_or_no(name) is None:
                fields = [node.name for of in OWNERS for node in self.of[of].values()
                          if isinstance(node, tree.Field) and isinstance(node.type, Bool)]  # fmt: skip
                what = Words(
                    f"“{name}”不是已申报的是否类字段", f"'{name}' is not a declared yes/no field"
                )
                self.problem(at, what, did_you_mean(name, fields), key=many)
        found = (self.yes_or_no(name) for name, _, _ in _written_checks(path, form))
        return tuple(CheckedFact(*field) for field in found if field is not None)

    def yes_or_no(self, name: str) -> tuple[Owner, str] | None:
        """The declared yes/no field of that name or title."""
        for owner in OWNERS:
            node = self.of[owner].get(spelled(name))
            if isinstance(node, tree.Field) and isinstance(node.type, Bool):
                return owner, node.name
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
        said: set[tuple[Owner, str]] = set()
        for index, each in enumerate(self.form.comparisons):
            register = registers.get(each.register_)
            if register is None:
                continue
            checks = []
            for name, text, path in _written_checks(("comparisons", index), each):
                field = self.yes_or_no(name)
                if field in said:
                    self.problem(
                        ("comparisons", index, "checks"),
                        Words(
                            "这个字段已由另一比对核对",
                            "another comparison checks this field already",
                        ),
                    )
                if field is None:
                    continue
                said.add(field)
                if text is None:
                    checks.append(CheckedFact(*field))
                    continue
                context = Context.household().row(register.name, field[0])
                where = path if isinstance(each.checks, dict) else (*path[:-1], "hit")
                checks.append(CheckedFact(*field, self.parse(text, where, context, Bool)))
            done[register.name] = replace(register, checks=tuple(checks))
        return done


def _words(codes: Mapping[str, list[str]]) -> tuple[tuple[str, str], ...]:
    """The words of codes, each with its code."""
    return tuple((word, code) for code, words in codes.items() for word in words)


def _written_checks(
    path: YamlPath, form: schema.ComparisonForm
) -> Iterator[tuple[str, str | None, YamlPath]]:
    """Each checked fact as it is written, what is a hit, and where the fact stands."""
    if isinstance(form.checks, str):
        yield form.checks, form.hit, (*path, "checks")
    elif form.checks is not None:
        for name, hit in form.checks.items():
            yield name, hit, (*path, "checks", name)
