"""The acts that count for a household, in words: what was done, by whom, when and on what evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shibie import citizen_id
from shibie.acts import KIND_WORDS, Act, SamePerson, same_persons_of
from shibie.case import Case
from shibie.errors import Lang
from shibie.explanations.changeable_facts import NUMERIC
from shibie.health_words import without_health
from shibie.household import Adjudication
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.numbers_in_text import without_numbers
from shibie.other_documents import other_document
from shibie.rosters.cell_error import CellError
from shibie.rosters.cells import read_cell
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import FieldSpec
from shibie.words.lists import labelled
from shibie.words.speaker import Speaker
from shibie.words.values import amount, currencies


def said_of_acts(
    ruleset: RuleSet,
    case: Case,
    acts: Iterable[Act],
    lang: Lang = "zh",
    *,
    to_household: bool = False,
) -> tuple[str, ...]:
    """The links, row verdicts, corrections and pairs of one person that are of a household.

    A verdict on a whole rule is said with the rules, and steps with the procedure. A household
    is named neither rows nor other households.
    """
    return tuple(map(without_numbers, _Acts(Speaker(ruleset, lang, to_household), case).said(acts)))


def said_of_others(ruleset: RuleSet, case: Case, lang: Lang = "zh") -> tuple[str, ...]:
    """In which other households somebody was found: for officers, no letter says it."""
    speaker = Speaker(ruleset, lang)
    told = []
    for at, others in case.elsewhere.items():
        if others:
            who = speaker.person(case.household, case.household.members[at].member_id)
            also = speaker.say("也在户编号 ", " is also in household ")
            told.append(without_numbers(f"{who}{also}{speaker.joined(others)}"))
    return tuple(told)


def said_of_papers(ruleset: RuleSet, case: Case, lang: Lang = "zh") -> tuple[str, ...]:
    """Who has a permit or a passport, by which no register finds him: not what its number is."""
    speaker = Speaker(ruleset, lang)
    told = []
    for member in case.household.members:
        document = other_document(getattr(member, "id_number", None) or "")
        if document is not None:
            who = speaker.person(case.household, member.member_id)
            told.append(
                speaker.say(
                    f"{who}用{document.kind.zh}，比对表按号码查不到，要比对的按未知",
                    f"{who} has {document.kind.en}: registers cannot match the number, so what"
                    " they would say is unknown",
                )
            )
    return tuple(told)


def signature(ruleset: RuleSet, act: Act | Adjudication, lang: Lang) -> list[str]:
    """The reason for an act, and who signed it, when and on what evidence.

    What was written freely of somebody's health is not shown.
    """
    written = without_health(act.reason or "", lang)
    reason = ruleset.reasons.get(act.reason or "", written)
    evidence = without_health(act.evidence or "", lang)
    return [str(part) for part in (reason, act.officer, act.date, evidence) if part]


class _Acts:
    """Puts acts into words."""

    def __init__(self, speaker: Speaker, case: Case) -> None:
        self.ruleset, self.case, self.lang = speaker.ruleset, case, speaker.lang
        self.speaker = speaker
        self.say = self.speaker.say

    def said(self, acts: Iterable[Act]) -> Iterator[str]:
        for act in acts:
            what = self.what(act) if self.concerns(act) else ""
            if what:
                by = self.say("，", ", ").join(self.signed(act))
                yield self.say(f"{what}（{by}）", f"{what} ({by})")

    def concerns(self, act: Act) -> bool:
        """Whether an act names the household."""
        return act.household_id == self.case.household.household_id or bool(self.joined(act))

    def joined(self, act: Act) -> tuple[SamePerson, ...]:
        """The pair of an act that joins a member with one of another household, which it is of."""
        pairs = same_persons_of((act,))
        own = self.case.household.household_id
        return tuple(pair for pair in pairs if pair.other_household_id == own)

    def signed(self, act: Act) -> list[str]:
        """The kind of an act, its reason, and who signed it, when and on what evidence."""
        return [KIND_WORDS[act.kind].say(self.lang), *signature(self.ruleset, act, self.lang)]

    def what(self, act: Act) -> str:
        """What was done; nothing where it is said elsewhere."""
        match act.kind:
            case "link":
                return self.link(act)
            case "verdict":
                return self.verdict(act)
            case "correction":
                return self.correction(act)
            case "same_person":
                who, other = self.person(act.member_id), str(act.value)
                if self.speaker.to_household:
                    who = next((self.person(p.other_member_id) for p in self.joined(act)), who)
                    return self.say(
                        f"{who}与另一户登记的一人是同一人",
                        f"{who} and somebody on another household's form are one person",
                    )
                for pair in self.joined(act):
                    who = self.person(pair.other_member_id)
                    other = f"{pair.household_id}/{pair.member_id}"
                return self.say(f"{who}与 {other} 是同一人", f"{who} and {other} are one person")
            case _:
                return ""

    def person(self, member_id: str | None) -> str:
        return self.speaker.person(self.case.household, member_id or "")

    def row(self, act: Act) -> str:
        """The row of a register that an act names."""
        register = self.ruleset.registers.get(act.register_ or "")
        title = register.title if register else act.register_
        if self.speaker.to_household:
            return self.say(f"{title}的一条记录", f"a record in {title}")
        return self.say(f"{title}记录 {act.row_key}", f"row {act.row_key} of {title}")

    def link(self, act: Act) -> str:
        who = self.person(act.member_id) if act.member_id else self.say("本户的人", "anybody here")
        row = self.row(act)
        if act.value == "yes":
            return self.say(f"{row} 说的是{who}", f"{row} is about {who}")
        return self.say(f"{row} 说的不是{who}", f"{row} is not about {who}")

    def verdict(self, act: Act) -> str:
        """A verdict on one row: one on the whole rule is among those of the case."""
        on_rule = self.case.adjudications.get(act.rule_id or "")
        if not act.row_key or (on_rule is not None and on_rule.verdict == act.verdict):
            return ""
        found = self.speaker.verified(act.rule_id or "", str(act.verdict))
        return labelled(self.row(act), found, self.lang)

    def correction(self, act: Act) -> str:
        spec = self.field_of(act)
        if spec is None:
            return ""
        title = spec.name.replace("_", " ") if self.speaker.is_foreign else spec.title
        of = self.speaker.of_person(self.person(act.member_id) if act.member_id else "", title)
        if spec.sensitive and spec.type != "citizen_id":
            return self.say(f"{of}已更正", f"{of} corrected")
        was, value = self.shown(spec, act.was), self.shown(spec, act.value)
        return self.say(f"{of}由 {was} 更正为 {value}", f"{of} corrected from {was} to {value}")

    def field_of(self, act: Act) -> FieldSpec | None:
        owner = MEMBER if act.member_id else HOUSEHOLD
        specs = self.ruleset.field_specs(owner).values()
        return next((spec for spec in specs if act.field in (spec.name, spec.title)), None)

    def shown(self, spec: FieldSpec, text: str | None) -> str:
        """A value as it was written, numbers with their units; nothing that is not to be seen."""
        if text is None:
            return self.say("（空）", "(blank)")
        if spec.type == "citizen_id":
            return citizen_id.mask(text)
        if spec.type not in NUMERIC:
            return text
        try:
            value = read_cell(text, spec, self.case.as_of)
        except CellError:
            return text
        return amount(value, self.lang, spec.unit, currencies(self.ruleset))
