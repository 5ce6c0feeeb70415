"""What every part of the loader has: the pack, its names, and a list of problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shibie.errors import Problem, Words
from shibie.language import tree
from shibie.language.names import EVERYONE, MEMBERS, Context, Names, spelled
from shibie.language.parse import ExpressionError, parse
from shibie.language.tree import HOUSEHOLD, MEMBER, Node
from shibie.language.types import BOOL, Type
from shibie.limits import FAULTS_SHOWN
from shibie.ruleset import schema
from shibie.ruleset.basis import Basis
from shibie.ruleset.composing import Pack
from shibie.ruleset.dated_parameter import DatedParameter
from shibie.ruleset.model import Rule, RuleKind
from shibie.ruleset.yaml_nodes import YamlPath as YamlPath
from shibie.vocabulary import Owner


class LazyNames(dict[str, Node]):
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

    def settled(self) -> dict[str, Node]:
        """Every name with its tree, as plain data: nothing waits to be built any more."""
        return {name: self.get(name) for name in self}


class DecisionNames(LazyNames):
    """The household's names, and beside them words for parts of the decision.

    Args:
        household: the household's names.
        parts: word → the part of the decision that it means.
    """

    def __init__(self, household: LazyNames, parts: Mapping[str, str]) -> None:
        super().__init__()
        self.household = household
        for word, part in parts.items():
            self[word] = tree.Field("decision", part, type=BOOL)

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name) or self.household.get(name, default)

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self.keys()), **dict.fromkeys(self.household)})


@dataclass(frozen=True)
class PendingFact:
    """A fact or criterion that waits to be parsed."""

    owner: Owner
    name: str
    title: str
    text: str
    path: YamlPath
    kind: RuleKind
    basis: Basis
    unit: str = ""
    statement: str = ""


class Checking:
    """Checks one pack; collects problems and goes on wherever it can."""

    def __init__(self, pack: Pack) -> None:
        self.pack, self.form, self.folder = pack, pack.form, pack.folder
        self.problems: list[Problem] = []
        # Counted only: a pack with thousands of faults has one fault, and is told of the first.
        self.more_problems = self.unchecked = 0
        self.of: dict[str, LazyNames] = {HOUSEHOLD: LazyNames(), MEMBER: LazyNames()}
        self.shared = LazyNames()
        self.collections: dict[str, str] = {
            MEMBERS: MEMBERS, "成员": MEMBERS, EVERYONE: EVERYONE, "全部人员": EVERYONE,
        }  # fmt: skip
        self.names = Names(self.of, self.shared, self.collections)
        self.facts: dict[tuple[Owner, str], Rule] = {}
        self.queued: dict[tuple[Owner, str], PendingFact] = {}
        self.parsing: list[tuple[Owner, str]] = []
        self.failed: set[tuple[Owner, str]] = set()
        self.declared: dict[str, DatedParameter] = {}
        self.keyed: dict[str, tree.Parameter | None] = {}
        self.keying: list[str] = []

    def settled_names(self) -> Names:
        """The names of a pack without faults, as the data that a rule set keeps."""
        of = {owner: names.settled() for owner, names in self.of.items()}
        return Names(of, self.shared.settled(), dict(self.collections))

    def problem(
        self, path: YamlPath, what: Words, suggestion: Words | None = None, key: bool = False
    ) -> None:
        if len(self.problems) >= FAULTS_SHOWN:
            self.more_problems += 1
            return
        source, path, _ = self.pack.place(path)
        span = source.key_span(path) if key else source.value_span(path)
        self.problems.append(source.problem(span, what, suggestion))

    def parse(
        self, text: str, path: YamlPath, context: Context, expect: type[Type] | None
    ) -> Node | None:
        """The tree of one condition, or None after its refusals were noted."""
        if len(self.problems) >= FAULTS_SHOWN:
            # To look for what thousands of wrong names may mean takes minutes.
            self.unchecked += 1
            return None
        source, path, _ = self.pack.place(path)
        try:
            return parse(text, self.names, context, expect)
        except ExpressionError as error:
            said = max(0, FAULTS_SHOWN - len(self.problems))
            self.more_problems += max(0, len(error.refusals) - said)
            for refusal in error.refusals[:said]:
                span = source.locate(path, *refusal.at)
                self.problems.append(source.problem(span, refusal.what, refusal.suggestion))
            return None

    def add_name(self, names: LazyNames, spellings: tuple[str, ...], node: Node) -> None:
        for text in spellings:
            names.setdefault(spelled(text), node)

    def basis(self, form: schema.BasisForm) -> Basis:
        return Basis(form.text, form.source, form.provenance or self.form.ruleset.provenance)

    def taken(self, text: str) -> bool:
        """Whether a household, member or shared name is spelled like this."""
        return any(
            spelled(text) in names or spelled(text) in names.pending
            for names in (self.shared, *self.of.values())
        )

    def line(self, path: YamlPath) -> int:
        source, path, _ = self.pack.place(path)
        return source.value_span(path).line


def taken_words(text: str) -> Words:
    """The complaint that a name already means something else."""
    return Words(f"名称“{text}”已被使用", f"the name '{text}' is taken")
