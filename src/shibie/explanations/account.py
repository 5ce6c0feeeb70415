"""Making the explanation of one household's decision: the parts are found and put into words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from shibie.case import Case
from shibie.checking_in_python import Checked, caveats_of
from shibie.decision import NOT_POOR, UNCOUNTED_HIT, Decision, Eligibility, FindingKind
from shibie.engines.persons import heads, spokesman
from shibie.errors import InputError, Lang, Problem, Words, did_you_mean
from shibie.explanations.acts_said import said_of_acts, said_of_others, said_of_papers, signature
from shibie.explanations.changed_cases import DOUBTFUL, made
from shibie.explanations.collect import ToCollect, to_find_out
from shibie.explanations.explanation import Collect, Explanation, Obstacle, WouldChange
from shibie.explanations.reasons import Reason, RuleOutcome, reason
from shibie.explanations.search import By, Search, counterfactuals
from shibie.explanations.standing_said import said_of_standing, stands_apart
from shibie.explanations.trials import Trials
from shibie.explanations.uncounted import not_counted
from shibie.explanations.words import WHO, Phrases
from shibie.numbers_in_text import without_numbers
from shibie.plain_text import legible
from shibie.ruleset.model import RuleSet
from shibie.ruleset.verdicts import ALL_VERDICTS
from shibie.vocabulary import head_of
from shibie.words.lists import bracketed
from shibie.words.speaker import Speaker

# How many changes are given, by the household's facts and by the rules.
_GIVEN: Mapping[By, int] = {"facts": 12, "rules": 2}
# What is told among what moved the result.
_TOLD: tuple[FindingKind, ...] = ("discrepancy", "duplicate", UNCOUNTED_HIT)


def explain(
    checked: Checked, household_id: str, lang: Lang = "zh", search: Search | None = None
) -> Explanation:
    """The explanation of one household of a checked roster.

    Args:
        checked: the roster with its decisions.
        household_id: which household.
        lang: language of the product's own words.
        search: where counterfactuals are proposed; the exact search by default.

    Raises:
        InputError: when no such household was decided.
    """
    household_id = legible(household_id)
    for case, decision in zip(checked.cases, checked.decisions, strict=True):
        if decision.household_id == household_id:
            told = account(checked.ruleset, case, decision, lang, search)
            others = said_of_others(checked.ruleset, case, lang)
            acts = said_of_acts(checked.ruleset, case, checked.roster.acts, lang)
            moved = (*told.moved, *others, *acts)
            papers = said_of_papers(checked.ruleset, case, lang)
            return replace(told, caveats=(*caveats_of(checked, lang), *papers), moved=moved)
    rejected = household_id in checked.roster.rejected_households
    what = Words("没有这一户", "there is no such household")
    if rejected:
        what = Words(
            "这一户的数据被退回，没有认定；见 check 的退回表",
            "this household was rejected, not decided; see the rejected rows of check",
        )
    known = [decision.household_id for decision in checked.decisions]
    raise InputError(
        Problem(
            household_id, what, suggestion=None if rejected else did_you_mean(household_id, known)
        )
    )


def account(
    ruleset: RuleSet,
    case: Case,
    decision: Decision,
    lang: Lang = "zh",
    search: Search | None = None,
    *,
    to_household: bool = False,
    with_change: bool = True,
) -> Explanation:
    """The explanation of one decision.

    Args:
        ruleset: the rules.
        case: the household.
        decision: what was decided of it.
        lang: language of the product's own words.
        search: where counterfactuals are proposed; the exact search by default.
        to_household: whether it is told to the household itself, which is named no rows.
        with_change: whether what would change it is looked for.
    """
    speaker = Speaker(ruleset, lang, to_household)
    asked = {
        rule.id: reason(rule, speaker, case)
        for rule in (*ruleset.criteria, *ruleset.exclusions, *ruleset.reviews)
    }
    why = tuple(_why(ruleset, decision, asked))
    teller = _Account(speaker, case, decision, asked)
    found = to_find_out(ruleset, case)
    change, cut_short = teller.change(search) if with_change else ((), False)
    settles = any(each.settles for each in found.sets)
    head, former_head = head_names(ruleset, case)
    return Explanation(
        decision.household_id,
        head,
        case.household.village or "",
        heads(ruleset, case),
        decision.eligibility,
        _outcome(teller.speaker, decision),
        why,
        tuple(each for each in asked.values() if each not in why),
        tuple(teller.obstacles()),
        tuple(teller.collect(found.sets)),
        change,
        tuple(teller.moved()),
        tuple(teller.procedure()),
        tuple(teller.tracks()),
        () if settles else tuple(teller.phrases.names(found.needed)),
        found.cut_short or cut_short,
        teller.undone(why),
        not_counted(ruleset, case, lang) if ruleset.persons is not None else None,
        former_head,
        standing=said_of_standing(speaker, decision),
        stands_apart=stands_apart(ruleset, decision),
    )


def head_names(ruleset: RuleSet, case: Case) -> tuple[str, str]:
    """By whose name a household goes, and the name of the form's head where he does not count."""
    household, first = case.household, spokesman(ruleset, case)
    if first is head_of(household):
        return Speaker.head(household), ""
    name = "" if first is None else Speaker.person(household, first.member_id)
    return name, Speaker.head(household)


def _outcome(speaker: Speaker, decision: Decision) -> str:
    """The programme's word for the result, with the kind of an eligible household."""
    word = speaker.eligibility(decision.eligibility)
    if decision.eligibility != "eligible" or not decision.kind:
        return word
    kind = speaker.rule(decision.kind)
    return speaker.say(f"{word}（{kind}）", f"{word} ({kind})")


def _why(ruleset: RuleSet, decision: Decision, asked: dict[str, Reason]) -> list[Reason]:
    """The rules that the result rests on."""
    if decision.eligibility == "ineligible":
        grounds = [asked[ground] for ground in decision.grounds if ground in asked]
        if NOT_POOR in decision.grounds:
            # A programme may ask for several at once: those that hold are no reason.
            criteria = [asked[rule.id] for rule in ruleset.criteria]
            grounds += [each for each in criteria if each.outcome != "true"]
        return grounds
    wanted: tuple[RuleOutcome, ...] = ("true",)
    if decision.eligibility == "pending":
        wanted = ("true", "unknown", UNCOUNTED_HIT)
    found = [asked[rule.id] for rule in ruleset.criteria if asked[rule.id].outcome in wanted]
    if decision.eligibility == "pending":
        found = [each for each in found if each.outcome == "true"] or found
        rest = (*ruleset.exclusions, *ruleset.reviews)
        found += [asked[rule.id] for rule in rest if asked[rule.id].outcome in wanted]
    return found


class _Account:
    """The parts of an explanation that are put into words."""

    def __init__(
        self, speaker: Speaker, case: Case, decision: Decision, asked: dict[str, Reason]
    ) -> None:
        self.ruleset, self.case, self.decision = speaker.ruleset, case, decision
        self.asked, self.lang, self.speaker = asked, speaker.lang, speaker
        self.phrases = Phrases(speaker, case)
        self.say, self.title = self.speaker.say, self.speaker.rule

    def undone(self, why: Iterable[Reason]) -> str:
        """Several comparisons that undecided reasons wait for, as one sentence."""
        registers = dict.fromkeys(name for each in why for name in each.undone)
        return self.speaker.undone(registers) if len(registers) > 1 else ""

    def obstacles(self) -> list[Obstacle]:
        """What stands in the way of the two other outcomes."""
        decision, word = self.decision, self.speaker.eligibility
        undone = [path for path in decision.unknown if path in self.ruleset.registers]
        grouped = len(undone) > 1
        needed = [self.speaker.undone(undone)] if grouped else []
        needed += [
            self.say(f"未知：{fact}", f"unknown: {fact}")
            for fact in self.phrases.doubts.unknown(
                path for path in decision.unknown if not (grouped and path in undone)
            )
        ]
        needed += [
            self.say(f"待核实：{said}", f"to be verified: {said}")
            for said in map(self.speaker.statement, decision.reviews)
        ]
        settled = self.say(
            "需要的事实都已知道，没有待核实的事项",
            "all that is needed is known, and nothing waits to be verified",
        )
        if decision.eligibility == "ineligible":
            grounds = tuple(self.title(ground) for ground in decision.grounds)
            return [Obstacle(word("eligible"), grounds), Obstacle(word("pending"), (settled,))]
        no_ground = self.say("没有已知的不纳入原因", "no reason against it is known")
        if decision.eligibility == "eligible":
            cleared = [
                self.speaker.verified(each.rule_id, each.outcome)
                for each in self.asked.values()
                if each.outcome in ("refuted", "exempt")
            ]
            return [
                Obstacle(word("ineligible"), (no_ground, *cleared)),
                Obstacle(word("pending"), (settled,)),
            ]
        return [
            Obstacle(word("eligible"), tuple(needed)),
            Obstacle(word("ineligible"), (no_ground,)),
        ]

    def collect(self, sets: Iterable[ToCollect]) -> list[Collect]:
        """For a pending household, what to find out."""
        found = []
        for each in sets:
            answers = tuple(
                (
                    self.phrases.answers(answer.changes),
                    self.result(answer.leads_to, answer.grounds),
                )
                for answer in each.answers
            )
            verdicts = [lever.name for lever in each.levers if lever.kind == "verdict"]
            if len(each.answers) == 1 and not verdicts:
                answers = ((self.say("不论结果如何", "whatever the answer"), answers[0][1]),)
            rows = [lever for lever in each.levers if lever.kind in (*DOUBTFUL, "column")]
            how = (
                *self.phrases.doubts.how(rows),
                *filter(None, map(self.speaker.allowed, verdicts)),
            )
            facts = tuple(self.phrases.names(each.levers))
            found.append(Collect(facts, each.settles, answers, each, how))
        return found

    def result(self, eligibility: Eligibility, grounds: tuple[str, ...]) -> str:
        word = self.speaker.eligibility(eligibility)
        if not grounds:
            return word
        return word + bracketed(self.speaker.rules(grounds), self.lang)

    def change(self, search: Search | None) -> tuple[tuple[WouldChange, ...], bool]:
        """What would change it: by facts, then by rules; and whether something was left untried."""
        told: dict[tuple[str, str], WouldChange] = {}
        cut_short = False
        for by, most in _GIVEN.items():
            trials = Trials(self.ruleset, self.case)
            for each in counterfactuals(
                self.ruleset, self.case, by=by, most=most, search=search, trials=trials
            ):
                text = self.phrases.changes(each.changes)
                after = made(self.ruleset, self.case, each.changes)
                # Different facts may be the same words: two rows that the source does not number.
                told.setdefault(
                    (text, each.who),
                    WouldChange(
                        text,
                        self.phrases.effects(self.case, after),
                        WHO[each.who].say(self.lang),
                        self.speaker.eligibility(each.leads_to),
                        each,
                        self.phrases,
                    ),
                )
            cut_short = cut_short or trials.cut_short
        return tuple(told.values()), cut_short

    def moved(self) -> list[str]:
        """What changed the result: signed verdicts, and registers that contradict a declaration."""
        told = []
        for rule_id, verdict in self.case.adjudications.items():
            by = self.say("，", ", ").join(signature(self.ruleset, verdict, self.lang))
            found = self.speaker.verified(rule_id, verdict.verdict)
            told.append(without_numbers(self.say(f"{found}（{by}）", f"{found} ({by})")))
        for finding in self.decision.findings:
            # What was adjudicated is said with its verdict.
            if finding.kind not in _TOLD or finding.outcome in ALL_VERDICTS:
                continue
            member = finding.member_id
            who = self.speaker.person(self.case.household, member) if member else ""
            kind = self.speaker.finding(finding.kind)
            whose = bracketed(who, self.lang) if who else ""
            colon = self.say("：", ":")
            told.append(f"{kind}{colon}{self.title(finding.rule_id)}{whose}")
        return told

    def procedure(self) -> list[str]:
        """How many faults of procedure there are."""
        steps = sum(finding.kind == "procedure" for finding in self.decision.findings)
        if not steps:
            return []
        return [self.say(f"程序问题 {steps} 处（见 shibie procedure）",
                         f"{steps} faults of procedure (see shibie procedure)")]  # fmt: skip

    def tracks(self) -> list[str]:
        """The help given, with the members it is for."""
        told = []
        for rule in self.ruleset.tracks:
            given = [track for track in self.decision.tracks if track.track == rule.id]
            if not given:
                continue
            names = [
                self.speaker.person(self.case.household, t.member_id) for t in given if t.member_id
            ]
            whose = bracketed(self.speaker.joined(names), self.lang) if names else ""
            told.append(f"{rule.title}{whose}")
        return told
