"""Who counts as a person of the household: the condition, and what it may not read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shibie.errors import Words
from shibie.language import tree
from shibie.language.names import EVERYONE, MEMBERS, Context
from shibie.language.tree import HOUSEHOLD, MEMBER, Node
from shibie.language.types import BOOL, Bool
from shibie.language.walks import children
from shibie.ruleset.basis import Basis
from shibie.ruleset.checking.base import Checking, YamlPath
from shibie.ruleset.model import Persons, Register, Rule

# The exclusion of a household of which surely nobody counts.
NOBODY = "nobody"
_PATH: YamlPath = ("persons", "counted")


class PersonsChecking(Checking):
    """Reads `persons`."""

    def persons(self, registers: Mapping[str, Register]) -> Persons | None:
        """The condition, which is evaluated before anything that is asked of the members."""
        form = self.form.persons
        if form is None:
            return None
        counted = self.parse(form.counted, _PATH, Context.member(), Bool)
        if counted is None:
            return None
        for path in self._forbidden(counted, registers, (), set()):
            shown = " → ".join(path)
            self.problem(
                _PATH,
                Words(
                    f"谁计入人口不能由计入的人来定：{shown}",
                    f"who counts cannot rest on who counts: {shown}",
                ),
                Words(
                    "用本人的事实、本人的比对记录、everyone 或农户申报的字段",
                    "use the person's own facts and rows, everyone, or the household's own fields",
                ),
            )
        checked = {checked.field for register in registers.values() for checked in register.checks}
        absences = {
            (node.owner, node.name)
            for node in self._behind(counted, registers)
            if isinstance(node, tree.Field) and (node.owner, node.name) in checked
        }
        return Persons(
            counted, form.counted, frozenset(absences), form.uncounted == "review",
            self.basis(form.basis), self.line(_PATH),
        )  # fmt: skip

    def nobody(self) -> tuple[Rule, ...]:
        """The exclusion that is implied: `members.all(p)` is true of nobody."""
        form = self.form.persons
        if form is None:
            return ()
        title = "没有计入人口的成员"
        if self.form.ruleset.lang == "en":
            title = "nobody counts as a member"
        everyone = tree.Collection(EVERYONE, HOUSEHOLD)
        node = tree.Quantifier("none", everyone, tree.Given("counted", type=BOOL))
        basis = self.basis(form.basis)
        return (_nobody(title, node, basis, self.line(_PATH)),)

    def _opened(self, node: Node, registers: Mapping[str, Register]) -> Iterator[Node]:
        """What a node draws on directly: its operands, and what stands behind a name."""
        yield from children(node)
        match node:
            case tree.Fact(owner=owner, name=name) if (owner, name) in self.facts:
                yield self.facts[owner, name].node  # type: ignore[index]
            case tree.Field(owner=owner, name=name):
                for register in registers.values():
                    for checked in register.checks:
                        if checked.field == (owner, name):
                            yield tree.Collection(register.name, checked.owner)
                            yield from (checked.hit,) if checked.hit else ()

    def _behind(self, node: Node, registers: Mapping[str, Register]) -> Iterator[Node]:
        yield node
        for each in self._opened(node, registers):
            yield from self._behind(each, registers)

    def _forbidden(
        self, node: Node, registers: Mapping[str, Register], path: tuple[str, ...], seen: set[Node]
    ) -> Iterator[tuple[str, ...]]:
        """Each way, by names, from the condition to something that it may not read."""
        match node:
            case tree.Fact(name=name) | tree.Field(name=name):
                if node in seen:
                    return
                seen.add(node)
                path = (*path, name)
            case tree.Collection(name=name, owner=owner):
                if name == MEMBERS or (name != EVERYONE and owner != MEMBER):
                    yield (*path, name)
            case tree.Given(name="counted"):
                yield (*path, "counted")
        for each in self._opened(node, registers):
            yield from self._forbidden(each, registers, path, seen)


def _nobody(title: str, node: Node, basis: Basis, line: int) -> Rule:
    text = "everyone.none(counted)"
    return Rule(
        NOBODY, title, "exclusion", node, text, basis=basis, when=node, line=line, implied=True
    )
