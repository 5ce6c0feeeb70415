"""Why: what a rule found in a household, in words, with the facts and where they are from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from shibie.case import Case, Value
from shibie.engines.interpreter import evaluate
from shibie.engines.persons import as_if_counting, who_would_be_hit
from shibie.engines.place import Place
from shibie.engines.trace import Trace, ValueOrigin, hit_rows, trace, unknown_facts
from shibie.errors import Lang, Words
from shibie.explanations.doubts_said import Doubts
from shibie.language import tree
from shibie.language.names import MEMBERS
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.lower.uncounted_hits import reviewed_hits
from shibie.ruleset.basis import Basis
from shibie.ruleset.checking.persons import NOBODY
from shibie.ruleset.conditions import is_sensitive, opened
from shibie.ruleset.model import Rule, RuleSet
from shibie.words import terms
from shibie.words.lists import bracketed, labelled
from shibie.words.prose import describe, state
from shibie.words.sentences import Sentences
from shibie.words.speaker import Speaker

SOURCES = {
    "declared": Words("申报", "declared"), "compared": terms.COMPARISON,
    "derived": Words("推算", "derived"), "parameter": Words("参数", "parameter"),
    "constant": Words("规则", "rule"), "as_of": terms.DAY,
}  # fmt: skip
RuleOutcome = Literal["true", "false", "unknown", "upheld", "refuted", "exempt", "uncounted_hit"]


@dataclass(frozen=True)
class ReasonFact:
    """A fact on which an outcome rests.

    Attributes:
        title: what it is, with whose it is.
        value: the value, as people write it; masked where it is sensitive.
        source: declared 申报, compared 比对, derived 推算, or the rule set itself.
        where: register and row for what was compared, else empty.
    """

    title: str
    value: str
    source: str
    where: str = ""


@dataclass(frozen=True)
class Reason:
    """One rule and what it found.

    Attributes:
        rule_id: the rule.
        title: its title.
        kind: criterion, exclusion or review.
        outcome: true, false or unknown, what an officer's verdict made of it, or `uncounted_hit`
            where a verdict is waited for because it would be true if everyone on the form counted.
        said: what it found, in words.
        facts: the facts behind it.
        basis: where the rule comes from.
        undone: the registers that were not supplied and that it waits for.
        missing: what it waits for beside them, in words.
    """

    rule_id: str
    title: str
    kind: str
    outcome: RuleOutcome
    said: str
    facts: tuple[ReasonFact, ...]
    basis: Basis
    undone: tuple[str, ...] = ()
    missing: str = ""


def reason(rule: Rule, speaker: Speaker, case: Case) -> Reason:
    """What one rule found in a household, without its exceptions where it fires."""
    ruleset, lang = speaker.ruleset, speaker.lang
    place = Place.top(ruleset, case)
    whole = trace(rule.node, place)
    hit = reviewed_hits(ruleset).get(rule.id)
    whose: tuple[int, ...] = ()
    if hit is not None and whole.value is not True:
        would = trace(hit, place)
        if would.value is True:
            whose = who_would_be_hit(ruleset, case, rule)
            place = as_if_counting(ruleset, case, whose)
            whole = trace(rule.node, place)
        elif whole.value is False:
            whole = would
    verdict = case.adjudications.get(rule.id)
    outcome: RuleOutcome = {True: "true", False: "false", None: "unknown"}[cast("Any", whole.value)]  # type: ignore[assignment]
    if whose:
        outcome = "uncounted_hit"
    if verdict is not None and (verdict.verdict == "upheld" or outcome != "false"):
        outcome = verdict.verdict
    told = whole
    if rule.when is not None and whole.value is True:
        told = trace(rule.when, place)
    words = _Teller(speaker, case)
    undone: list[str] = []
    missing = ""
    if whole.value is None and not whose:
        paths = sorted(unknown_facts(whole, rule.id))
        undone = [path for path in paths if path in ruleset.registers]
        missing = words.missing(path for path in paths if path not in undone)
        said = words.missing(paths)
    elif rule.id == NOBODY and rule.implied:
        said = words.anybody(not whole.value)
    else:
        said = words.said(told)
    if whose:
        said = said if whole.value is True else words.speaker.statement(rule.id)
        names = words.speaker.joined(map(words.name, whose))
        said = words.say(
            f"{names}如计入人口，即成立：{said}", f"would hold if {names} counted: {said}"
        )
    if outcome == "upheld" and (whose or whole.value is not True):
        # Not the condition but an officer's word is what it rests on.
        said, undone, missing = terms.OUTCOMES["upheld"].say(lang), [], ""
    return Reason(
        rule.id,
        words.speaker.rule(rule.id),
        rule.kind,
        outcome,
        said,
        tuple(dict.fromkeys(words.facts(told))),
        words.speaker.basis_of(rule.id),
        tuple(undone),
        missing,
    )


def facts_behind(whole: Trace, ruleset: RuleSet, case: Case, lang: Lang) -> tuple[ReasonFact, ...]:
    """The facts that a traced condition rests on, each once."""
    return tuple(dict.fromkeys(_Teller(Speaker(ruleset, lang), case).facts(whole)))


class _Teller:
    """Puts a trace into words that name the people and the rows."""

    def __init__(self, speaker: Speaker, case: Case) -> None:
        self.ruleset, self.case, self.lang = speaker.ruleset, case, speaker.lang
        self.speaker, self.sentences = speaker, Sentences(speaker.ruleset, speaker.lang)
        self.doubts = Doubts(speaker, case)
        self.say = self.speaker.say

    def name(self, member: int) -> str:
        """The name of a member by his place in the household."""
        household = self.case.household
        return self.speaker.person(household, household.members[member].member_id)

    # --- one sentence -------------------------------------------------------------------

    def said(self, at: Trace) -> str:
        """What a condition found; what several parts of it found alike is said once."""
        return self.speaker.clauses(dict.fromkeys(self.parts(at)))

    def parts(self, at: Trace) -> Iterator[str]:
        """What the parts of a condition that decide found."""
        node = at.node
        match node:
            case tree.And() | tree.Or():
                for child in at.children:
                    if child.value is at.value:
                        yield from self.parts(child)
            case tree.Fact() if at.children and isinstance(at.value, bool | None):
                yield from self.parts(at.children[0])
            case tree.Not():
                yield from self.parts(at.children[0])
            case tree.Quantifier() if at.value is (node.kind == "any") and _hits(at):
                yield from map(self.item, _hits(at))
            case _:
                yield self.part(at)

    def part(self, at: Trace) -> str:
        """What a condition without parts found."""
        node = at.node
        match node:
            case _ if self.hides(at):
                return self.withheld(at)
            case tree.Field() if at.value is True and at.provenance and at.provenance.rows:
                return f"{self.title(node)}{self.rows(at.provenance)}"
            case tree.Field() if at.value is True and at.provenance:
                # A household knows what it declared itself.
                own = "" if self.speaker.to_household else SOURCES["declared"].say(self.lang)
                told = list(filter(None, (own, self.confirmed(node, at.label))))
                listed = self.say("，", ", ").join(told)
                return self.title(node) + (bracketed(listed, self.lang) if told else "")
            case tree.FoundElsewhere() if at.value is True:
                return self.title(node)
        return state(at, self.ruleset, self.case.as_of, self.lang)

    def anybody(self, is_there: bool) -> str:
        """Whether anybody of the form counts: of all of them together, for none is named."""
        if is_there:
            return self.say("有计入人口的成员", "somebody counts")
        return self.say("表上没有计入人口的成员", "nobody on the form counts")

    def withheld(self, at: Trace) -> str:
        """What decides, without the sensitive values in it.

        Of a derived number what it is compared with is shown; of a sensitive fact itself only
        what it is, since a code that it equals is its value.
        """
        hidden = [child for child in at.children if self.hides(child)]
        mask = self.say(terms.WITHHELD.zh, f" {terms.WITHHELD.en}")
        if isinstance(at.node, tree.Compare) and all(isinstance(c.node, tree.Fact) for c in hidden):
            children = tuple(
                replace(child, value=mask.strip()) if child in hidden else child
                for child in at.children
            )
            shown = replace(at, children=children)
            return state(shown, self.ruleset, self.case.as_of, self.lang)
        titles = (self.title(each.node) for each in _all(at) if self.sensitive(each.node))
        return self.speaker.joined(dict.fromkeys(titles)) + mask

    def missing(self, paths: Iterable[str]) -> str:
        """The facts whose absence leaves a rule undecided; nothing where there are none."""
        listed = self.speaker.joined(self.doubts.unknown(paths))
        return self.say(f"未知：{listed}", f"unknown: {listed}") if listed else ""

    def item(self, at: Trace) -> str:
        """One member or row that makes a quantifier true."""
        who = self.whose(at.label)
        told = self.said(at)
        if isinstance(at.node, tree.Literal):
            told = self.say("有记录", "has a row")
        place = self.row_of(at.label)
        return labelled(who, told, self.lang) + place if who else f"{told}{place}"

    def row_of(self, label: str) -> str:
        register, _, rest = label.partition("[")
        if register not in self.ruleset.registers:
            return ""
        return bracketed(self.where(register, (int(rest[:-2]),)), self.lang)

    def rows(self, provenance: ValueOrigin) -> str:
        holders = {self.holder(provenance.register, row) for row in provenance.rows}
        names = self.speaker.joined(sorted(holders))
        where = self.where(provenance.register, provenance.rows)
        return bracketed(self.say("，", ", ").join(filter(None, (where, names))), self.lang)

    def confirmed(self, node: tree.Field, label: str) -> str:
        """The register rows that confirm a declaration, in words; empty when there are none."""
        hits = self.ruleset.comparison_of(node.owner, node.name)
        if hits is None:
            return ""
        place = Place.top(self.ruleset, self.case)
        if node.owner == MEMBER:
            ids = [member.member_id for member in self.case.household.members]
            place = place.at_member(ids.index(label.partition("[")[2][:-2]))
        rows = hit_rows(trace(hits, place))
        return self.where(hits.collection.name, rows) if rows else ""

    def where(self, register: str, rows: tuple[int, ...]) -> str:
        """A register and its rows, as they are found in the source."""
        title = self.ruleset.registers[register].title
        found = [str(row) for row in rows if row > 0]
        if not found or self.speaker.to_household:
            return title
        numbers = self.speaker.joined(found)
        return self.say(f"{title}第 {numbers} 行", f"{title}, row {numbers}")

    def whose(self, label: str) -> str:
        """The name of the member in a label, or of the member to whom the labelled row belongs."""
        of, _, rest = label.partition("[")
        if of == MEMBERS:
            return self.speaker.person(self.case.household, rest[:-2])
        return self.holder(of, int(rest[:-2])) if rest else ""

    def holder(self, register: str, row: int) -> str:
        """The name of the member whose register row it is."""
        for index, rows in enumerate(self.case.rows.get(register, ())):
            if any(item.number == row for item in rows.items):
                member = self.case.household.members[index]
                return self.speaker.person(self.case.household, member.member_id)
        return ""

    def title(self, node: tree.Node) -> str:
        return describe(node, self.ruleset, self.lang)

    # --- the facts behind it ------------------------------------------------------------

    def facts(self, at: Trace) -> Iterator[ReasonFact]:
        """The leaves that the outcome rests on, top down, and derived numbers."""
        node = at.node
        match node:
            case tree.Field() | tree.Given():
                yield self.fact(at)
            case tree.Fact() if not isinstance(at.value, bool | None):
                yield self.fact(at)
                for child in at.children:
                    yield from self.facts(child)
            case tree.Parameter():
                yield self.fact(at)
            case tree.And() | tree.Or():
                for child in at.children:
                    if child.value is at.value:
                        yield from self.facts(child)
            case tree.Quantifier() if at.value is (node.kind == "any"):
                for child in at.children[1:]:
                    if child.value is True:
                        yield from self.facts(child)
            case _:
                for child in at.children:
                    yield from self.facts(child)

    def fact(self, at: Trace) -> ReasonFact:
        who = self.whose(at.label) if at.label else ""
        title = self.title(at.node)
        value = self.sentences.amount(at.value, at.node)
        provenance = at.provenance or ValueOrigin("derived")
        place = ""
        if provenance.source == "compared" and provenance.register:
            place = self.where(provenance.register, provenance.rows)
        elif isinstance(at.node, tree.Field) and at.value is True:
            place = self.confirmed(at.node, at.label)
        return ReasonFact(
            self.speaker.of_person(who, title),
            terms.WITHHELD.say(self.lang) if self.hides(at) else value,
            SOURCES[provenance.source].say(self.lang),
            place,
        )

    def hides(self, at: Trace) -> bool:
        """Whether a value is sensitive, or was made of one that is."""
        return any(self.sensitive(each.node) for each in _all(at))

    def sensitive(self, node: tree.Node) -> bool:
        return isinstance(node, tree.Field) and is_sensitive(self.ruleset, node)


def numbers_of(ruleset: RuleSet, case: Case) -> dict[str, Value]:
    """Every derived number of a household that may be shown, by its name."""
    place = Place.top(ruleset, case)
    return {rule.id: evaluate(rule.node, place) for rule in _shown_numbers(ruleset)}


def _shown_numbers(ruleset: RuleSet) -> tuple[Rule, ...]:
    made: dict[str, Any] = ruleset.__dict__
    if "_shown_numbers" not in made:
        made["_shown_numbers"] = tuple(
            rule
            for (owner, _), rule in ruleset.facts.items()
            if owner == HOUSEHOLD and rule.kind == "fact" and rule.unit
            if not any(
                isinstance(each, tree.Field) and is_sensitive(ruleset, each)
                for each in opened(ruleset, rule.node)
            )
        )
    return cast("tuple[Rule, ...]", made["_shown_numbers"])


def _hits(at: Trace) -> list[Trace]:
    """The members or rows of a quantifier of whom its condition is true."""
    return [child for child in at.children[1:] if child.value is True]


def _all(at: Trace) -> Iterator[Trace]:
    yield at
    for child in at.children:
        yield from _all(child)
