"""A rule set, loaded and checked: what every reading is given.

Everything here is frozen data. The YAML form is in `schema.py`, the checks in `loader.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from shibie.decision import DUPLICATE_PERSON
from shibie.household import StepRecord, Verdict
from shibie.language.names import Names
from shibie.language.tree import HOUSEHOLD, MEMBER, Collection, Field, Node, Quantifier
from shibie.ruleset.basis import NO_BASIS, Basis, Provenance
from shibie.ruleset.dated_parameter import DatedParameter
from shibie.vocabulary import FieldSpec, Owner, Vocabulary, specs_of

T = TypeVar("T")
RuleKind = Literal[
    "fact", "criterion", "poor", "exclusion", "review", "track", "kind", "tally", "exit",
]  # fmt: skip
Among = Literal["eligible", "roster", "all"]


@dataclass(frozen=True)
class Condition:
    """A named condition: an exception of an exclusion, or a requirement of a step."""

    id: str
    title: str
    node: Node
    text: str
    basis: Basis = NO_BASIS


@dataclass(frozen=True)
class Rule:
    """One named condition or value.

    Attributes:
        id: its identifier in outputs.
        title: its title for people.
        kind: what the rule decides.
        owner: whether it speaks of a household or of one member.
        node: the typed tree.
        text: the condition as its author wrote it.
        basis: where it comes from.
        verdicts: the verdicts that an officer may give on it (exclusions and reviews).
        when: the condition without its exceptions.
        unless: the exceptions; `node` is `when` and none of them.
        unit: unit of a fact's value.
        among: of a tally: among which households it is counted.
        line: line of the condition in its file.
        statement: what is so where it holds, as a sentence that may be true or not; or empty.
        implied: whether it follows from the rest of the pack, so that nobody wrote it: it may well
            never hold.
    """

    id: str
    title: str
    kind: RuleKind
    node: Node
    text: str
    owner: Owner = "household"
    basis: Basis = NO_BASIS
    verdicts: tuple[Verdict, ...] = ()
    when: Node | None = None
    unless: tuple[Condition, ...] = ()
    unit: str = ""
    line: int = 0
    among: Among = "eligible"
    statement: str = ""
    implied: bool = False


@dataclass(frozen=True)
class RosterStanding:
    """Where a household is between two rosters 状态.

    Attributes:
        when: the condition; in it eligibility is unknown while a household is pending.
        on_roster: whether such a household is on the roster.
        tracks: whether such a household is given the tracks that it fits.
        implied: whether the pack says nothing of standings, so that nobody wrote it.
    """

    id: str
    title: str
    when: Node
    text: str
    on_roster: bool
    tracks: bool
    basis: Basis = NO_BASIS
    line: int = 0
    implied: bool = False


@dataclass(frozen=True)
class Exits:
    """What must be so of a household that has left poverty 脱贫退出标准.

    Attributes:
        when: which households have left.
        criteria: each must hold of these; what does not, or is unknown, is a finding.
    """

    when: Node
    text: str
    criteria: tuple[Rule, ...]
    line: int = 0


@dataclass(frozen=True)
class CheckedFact:
    """A declared fact that a register can contradict.

    Attributes:
        owner: whose field it is.
        name: the field.
        hit: condition on one row for it to count against the declaration; None: any row.
    """

    owner: Owner
    name: str
    hit: Node | None = None

    @property
    def field(self) -> tuple[Owner, str]:
        """The field, as rule sets name it."""
        return self.owner, self.name


@dataclass(frozen=True)
class Register:
    """A table to compare with, and the facts that it can contradict.

    Attributes:
        name: the register's name: its table and its collection in conditions.
        id: id of the comparison, in findings.
        title: title of the comparison.
        columns: the declared columns; `match` is one of them.
        match: the column that holds the member's citizen number.
        checks: the declared facts that it can contradict.
        or_match: (field of the member or household, column): by what a row without a usable
            number is matched, and a masked one besides.
        key: the columns that tell the rows of one person apart; none where nothing does.
        distinct: wholly equal rows without blanks count once.
        absence: what a checked fact is where no row hits.
        of: whose rows the register holds at the household: those who count, or everyone.
        basis: where the comparison comes from.
    """

    name: str
    id: str
    title: str
    columns: tuple[FieldSpec, ...]
    match: str
    checks: tuple[CheckedFact, ...] = ()
    basis: Basis = NO_BASIS
    or_match: tuple[tuple[str, str], ...] = ()
    key: tuple[str, ...] = ()
    distinct: bool = False
    absence: Literal["no", "unknown"] = "no"
    of: Literal["members", "everyone"] = "members"

    def __getstate__(self) -> dict[str, Any]:
        """What a pickle takes along: the data, not what was worked out from it."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @cached_property
    def owners(self) -> frozenset[str]:
        """The texts of `or_match`, which count as far as they are shown."""
        texts = {spec.name for spec in self.columns if spec.type == "text"}
        return frozenset(column for _, column in self.or_match if column in texts)


@dataclass(frozen=True)
class Persons:
    """Who counts as a person of the household.

    Attributes:
        counted: the condition on a person of the form.
        absences: the compared facts that it reads, such as deceased: left blank they mean "no"
            where declarations are trusted.
        review: whether a rule that holds only because of persons who do not count is to be
            verified; else it is only noted.
    """

    counted: Node
    text: str
    absences: frozenset[tuple[str, str]] = frozenset()
    review: bool = False
    basis: Basis = NO_BASIS
    line: int = 0


@dataclass(frozen=True)
class Step:
    """One step of the procedure.

    Attributes:
        number: its place in the order, from 1.
        after: ids of the steps that must come before.
        min_days: least days of notice, as a number or a parameter; None where no notice.
        counting: `inclusive` counts the first and the last day of a notice; `exclusive`
            leaves out the day on which it was put up.
        requires: documents that must be there.
        must: conditions over the step's record and its predecessors'.
        blocking: whether a violation keeps a household from being eligible.
        of: of whom there is one record: each household, or the smallest place that may have one
            for all its households; a wider place may, too.
    """

    number: int
    id: str
    title: str
    actor: str
    after: tuple[str, ...] = ()
    min_days: Node | None = None
    requires: tuple[str, ...] = ()
    must: tuple[Condition, ...] = ()
    signed: bool = False
    blocking: bool = False
    basis: Basis = NO_BASIS
    counting: Literal["inclusive", "exclusive"] = "inclusive"
    of: Literal["household", "group", "village", "township"] = "household"


@dataclass(frozen=True)
class Share:
    """A rule over the whole roster: of the records of a step, enough have a document."""

    id: str
    title: str
    step: str
    document: str
    at_least: Node
    basis: Basis = NO_BASIS


@dataclass(frozen=True)
class Property:
    """Something that the pack says must hold of every household.

    Attributes:
        when: households of which it speaks; None: all.
        then: what must not be false of them; None for one about growing facts.
        more: facts and registers of which more never helps: no ineligible household
            becomes eligible by it.
        less: facts and registers of which less never helps.
    """

    id: str
    title: str
    when: Node | None = None
    then: Node | None = None
    more: tuple[Field | Collection, ...] = ()
    less: tuple[Field | Collection, ...] = ()
    basis: Basis = NO_BASIS
    line: int = 0


@dataclass(frozen=True)
class Accepted:
    """A finding that the pack lives with.

    Attributes:
        finding: its name, as `shibie verify` prints it.
        at: `file:line:column` of it in the pack.
        where: the households of which it is accepted, as a condition; None where that is not said.
        where_text: the condition as it is written.
    """

    finding: str
    reason: str
    at: str
    where: Node | None = None
    where_text: str = ""


@dataclass(frozen=True)
class Measure:
    """A measure of an eligible household's plan 一户一规划, or of one of its members'.

    Attributes:
        when: why it is proposed.
        fits: what it takes for it to be of use; None: nothing.
        track: the help track that it belongs to and that must have been given; or empty.
    """

    id: str
    title: str
    owner: Owner
    when: Node
    fits: Node | None = None
    track: str = ""
    basis: Basis = NO_BASIS
    line: int = 0


@dataclass(frozen=True)
class OutcomeWords:
    """The words for the three eligibilities."""

    eligible: str = "纳入"
    ineligible: str = "不纳入"
    pending: str = "待核实"


@dataclass(frozen=True)
class RuleSet:
    """A whole pack.

    Attributes:
        facts: derived values by (owner, name), in an order in which each comes after those
            that it uses; criteria are among them.
        poor: the inclusion expression over the criteria.
        names: what names mean, for parsing further expressions (eval, tests, properties).
        comparisons: by (owner, field) of a compared fact: whether its register has a hit.
        reasons: the titles of what a verdict may give as its reason, by code; any text where
            there are none.
        relevant: by (owner, field): of which households or members the field means something.
        sha256: of the files, or of the text, that it was loaded from (`ruleset.fingerprint`).
        time_zone: in which a moment that tells its own zone is a day; empty where it is refused.
        standings: in their order; the first that holds of a household is its own.
        exits: what must be so of who has left poverty, where the pack says it.
    """

    id: str
    title: str
    effective_from: date
    effective_to: date
    provenance: Provenance
    lang: Literal["zh", "en"]
    vocabulary: Vocabulary
    parameters: Mapping[str, DatedParameter]
    registers: Mapping[str, Register]
    facts: Mapping[tuple[Owner, str], Rule]
    criteria: tuple[Rule, ...]
    poor: Rule
    exclusions: tuple[Rule, ...]
    reviews: tuple[Rule, ...]
    tracks: tuple[Rule, ...]
    kinds: tuple[Rule, ...]
    tallies: tuple[Rule, ...]
    procedure: tuple[Step, ...]
    shares: tuple[Share, ...]
    outcome: OutcomeWords
    names: Names = field(repr=False)
    folder: Path | None = None
    comparisons: Mapping[tuple[str, str], Quantifier] = field(default_factory=dict, repr=False)
    origins: Mapping[str, str] = field(default_factory=dict, repr=False)
    properties: tuple[Property, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    measures: tuple[Measure, ...] = ()
    persons: Persons | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    relevant: Mapping[tuple[str, str], Node] = field(default_factory=dict, repr=False)
    sha256: str = field(default="", compare=False)
    time_zone: str = ""
    standings: tuple[RosterStanding, ...] = ()
    exits: Exits | None = None

    def __getstate__(self) -> dict[str, Any]:
        """What a pickle or a copy takes along: the data, not what was worked out from it.

        >>> import pickle
        >>> from shibie.ruleset.loader import load
        >>> ruleset = load("bazhong-2015")
        >>> pickle.loads(pickle.dumps(ruleset)) == ruleset
        True
        """
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Criteria, exclusions, reviews, tracks, kinds, tallies and what exits ask, in the pack's order."""
        exits = self.exits.criteria if self.exits else ()
        return (
            *self.criteria, *self.exclusions, *self.reviews, *self.tracks, *self.kinds,
            *self.tallies, *exits,
        )  # fmt: skip

    def kept(self, name: str, make: Callable[[], T]) -> T:
        """What is worked out from the rule set alone, once; on it, for as it holds mappings it is no key.

        Args:
            name: of what is kept.
            make: makes it, where it is not there yet.
        """
        kept: dict[str, Any] = self.__dict__.setdefault("_kept", {})
        if name not in kept:
            kept[name] = make()
        return cast("T", kept[name])

    @property
    def reviews_duplicates(self) -> bool:
        """Whether a person who is in two households is to be verified (`duplicates: review`)."""
        return any(rule.id == DUPLICATE_PERSON and rule.implied for rule in self.reviews)

    def standing(self, standing_id: str) -> RosterStanding | None:
        """The standing of that id; None of 待定, and of a household without one."""
        return next((each for each in self.standings if each.id == standing_id), None)

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of that id."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)

    def field_spec(self, owner: str, name: str) -> FieldSpec | None:
        """The declaration of a field; None where the owner has no such field.

        Args:
            owner: household, member, the name of a register, or `step:` and a step's id.
            name: of the field or column.

        >>> from shibie.ruleset.loader import load
        >>> load("bazhong-2015").field_spec("vehicles", "kind").title
        '车辆类型'
        """
        return self.field_specs(owner).get(name)

    def field_specs(self, owner: str) -> Mapping[str, FieldSpec]:
        """The declared fields of an owner by name, in their order; none of an unknown one."""
        return self._field_specs.get("step:" if owner.startswith("step:") else owner, {})

    @cached_property
    def _field_specs(self) -> Mapping[str, Mapping[str, FieldSpec]]:
        # The record of every step has the same fields.
        owners = {name: register.columns for name, register in self.registers.items()}
        owners |= {
            HOUSEHOLD: self.vocabulary.household, MEMBER: self.vocabulary.member,
            "step:": specs_of(StepRecord),
        }  # fmt: skip
        return {owner: {spec.name: spec for spec in specs} for owner, specs in owners.items()}

    def comparison_of(self, owner: str, name: str) -> Quantifier | None:
        """Whether a register row hits, for a declared fact that a register can contradict."""
        return self.comparisons.get((owner, name))

    @property
    def absences(self) -> frozenset[tuple[str, str]]:
        """The compared facts that say that a person is gone, by (owner, field)."""
        return self.persons.absences if self.persons else frozenset()

    def in_force(self, day: date) -> bool:
        """Whether the rule set may be applied on that day."""
        return self.effective_from <= day <= self.effective_to
