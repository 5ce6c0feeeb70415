"""An explanation in lines: the short form of at most five, and the full one as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shibie.decision import NOT_POOR
from shibie.errors import Lang, Words
from shibie.explanations.explanation import Collect, Explanation, WouldChange
from shibie.explanations.reasons import Reason, ReasonFact
from shibie.explanations.uncounted import said_together
from shibie.ruleset.basis import Basis
from shibie.shown_text import shown_line
from shibie.words import terms
from shibie.words.lists import bracketed, clauses, joined, labelled
from shibie.words.speaker import OWN_RULES

if TYPE_CHECKING:
    from rich.tree import Tree

MOST_LINES, MOST_ALIKE = 5, 4
CUT_SHORT = Words("没有试遍所有可能，不一定是最少的", "not everything was tried: there may be less")


def untried(told: Explanation, lang: Lang) -> str:
    """What is said where a search left something untried, in brackets; else nothing."""
    words = Words(f"（{CUT_SHORT.zh}）", f" ({CUT_SHORT.en})")
    return words.say(lang) if told.cut_short else ""


def every_set_needs(told: Explanation, lang: Lang) -> str:
    """The facts without which a pending household is not settled, where there are several."""
    if len(told.needed) < 2:
        return ""
    listed = joined(told.needed, lang)
    return Words(f"要定下来，这些缺一不可：{listed}", f"to settle it, all of these: {listed}").say(
        lang
    )


def how_to_find_out(each: Collect, lang: Lang) -> list[str]:
    """What there is to do, where it is not plain from what is to be found out."""
    return [Words(f"办法：{how}", f"how: {how}").say(lang) for how in each.how]


def named(told: Explanation) -> str:
    """A household's number, and by whose name it goes."""
    return f"{told.household_id} {told.head}".rstrip()


def about(told: Explanation, lang: Lang) -> str:
    """Where a household is and how many it is, with its form's head where he does not count."""
    people = Words(f"{told.persons} 人", f"{told.persons} person{'s' * (told.persons != 1)}")
    former = Words(f"原户主 {told.former_head}", f"head on the form: {told.former_head}")
    parts = (told.village, people.say(lang), former.say(lang) if told.former_head else "")
    return Words("，", ", ").say(lang).join(filter(None, parts))


def short(told: Explanation, lang: Lang = "zh") -> list[str]:
    """The explanation in at most five lines.

    Further ones say who does not count where there is anybody, and how the roster was judged where
    that was on other than what is known.

    The result; why; what to collect where it is pending; what would change it; who moved it.
    """

    def say(zh: str, en: str) -> str:
        return Words(zh, en).say(lang)

    lines = [labelled(named(told) + bracketed(about(told, lang), lang), told.outcome, lang)]
    lines.append(say("为什么：", "why: ") + clauses(_grounds(told, lang), lang))
    if told.collect:
        first = told.collect[0]
        facts = joined(first.facts, lang)
        answers = clauses((f"{answer} → {result}" for answer, result in first.answers), lang)
        notes = filter(None, [every_set_needs(told, lang), *how_to_find_out(first, lang)])
        more = "".join(say(f"。{note}", f". {note}") for note in notes)
        lines.append(
            say(f"要查清：{facts}：{answers}", f"to find out: {facts}: {answers}")
            + more
            + untried(told, lang)
        )
    elif told.tracks:
        lines.append(say("帮扶：", "tracks: ") + clauses(told.tracks, lang))
    if told.change and not told.collect:
        title = say("怎样会变：", "what would change it: ")
        lines.append(title + nearest(told, lang) + untried(told, lang))
    handled = (*told.moved, *told.procedure)
    if handled:
        lines.append(say("经手：", "moved by: ") + clauses(handled, lang))
    lines = lines[:MOST_LINES]
    if told.uncounted:
        # Beside the number of persons, which these are not among.
        said = clauses(said_together(told.uncounted, lang), lang)
        lines.insert(1, say("人口：", "persons: ") + said)
    if told.standing and told.stands_apart:
        lines.insert(1, terms.STANDING.say(lang) + say("：", ": ") + clauses(told.standing, lang))
    lines[1:1] = told.caveats
    return list(map(shown_line, lines))


def _grounds(told: Explanation, lang: Lang) -> list[str]:
    """Every reason with what it found; the criteria that do not hold are one reason."""
    found = [told.undone] if told.undone else []
    criteria = [each for each in told.why if each.kind == "criterion"]
    for each in told.why:
        if each.kind != "criterion" or each.outcome in ("true", "unknown"):
            said = waits_for(each, told)
            found += [labelled(each.title, said, lang)] if said else []
    if told.eligibility == "ineligible" and criteria:
        title = OWN_RULES[NOT_POOR].say(lang)
        if any(each.kind == "criterion" and each.outcome == "true" for each in told.others):
            unmet = [
                Words(
                    f"“{each.title}”不成立（{each.said}）",
                    f"'{each.title}' does not hold ({each.said})",
                )
                for each in criteria
                if each.outcome == "false"
            ]
            said = joined((each.say(lang) for each in unmet), lang)
            return [*found, labelled(title, said, lang)]
        # The income line is the criterion with numbers; the others are plain "no".
        said = next((each.said for each in criteria if len(each.facts) > 1), criteria[0].said)
        others = Words("其他标准也不成立", "the other criteria do not hold either").say(lang)
        comma = Words("，", ", ").say(lang)
        found.append(labelled(title, f"{said}{comma}{others}", lang))
    return found or [Words("没有已知的原因", "no reason is known").say(lang)]


def waits_for(each: Reason, told: Explanation) -> str:
    """What a reason found, without the comparisons that one sentence names for all."""
    return each.missing if told.undone and each.undone else each.said


def nearest(told: Explanation, lang: Lang) -> str:
    """The nearest change, with those that differ from it in one fact only."""
    first, *others = told.change
    base = set(first.found.changes)
    alike = [
        each
        for each in others
        if each.found.who == first.found.who
        and len(each.found.changes) == len(base)
        and len(base - set(each.found.changes)) == 1
    ][: MOST_ALIKE - 1]
    if not alike:
        return changed(first, lang)
    common = base.intersection(*(each.found.changes for each in alike))
    either = [first.part(set(first.found.changes) - common)]
    either += [each.part(set(each.found.changes) - common) for each in alike]
    text = Words("；或", "; or ").say(lang).join(either)
    if common:
        rest = first.part(common)
        text = Words(f"{rest}，且（{text}）", f"{rest}, and ({text})").say(lang)
    return f"{text} → {first.leads_to} [{first.who}]"


def changed(each: WouldChange, lang: Lang) -> str:
    """One possible change in a line."""
    effects = (
        Words(f"，即{each.effects}", f", that is {each.effects}").say(lang) if each.effects else ""
    )
    return f"{each.text}{effects} → {each.leads_to} [{each.who}]"


def full(told: Explanation, lang: Lang = "zh") -> Tree:
    """The whole explanation as a tree for a terminal."""
    from rich.tree import Tree

    def say(zh: str, en: str) -> str:
        return Words(zh, en).say(lang)

    head = named(told) + bracketed(about(told, lang), lang)
    root = Tree(f"[bold]{_text(labelled(head, told.outcome, lang))}[/bold]")

    for caveat in told.caveats:
        root.add(_text(caveat))

    def reasons(title: str, these: tuple[Reason, ...]) -> None:
        if not these:
            return
        branch = root.add(f"[bold]{title}[/bold]")
        for each in these:
            outcome = terms.OUTCOMES[each.outcome].say(lang)
            node = branch.add(_text(labelled(f"{each.title} — {outcome}", each.said, lang)))
            for fact in each.facts:
                node.add(_text(_fact(fact, lang)))
            if each.basis.source:
                node.add(_text(_source(each.basis, lang)))

    def lines(title: str, these: list[str]) -> None:
        if these:
            branch = root.add(f"[bold]{_text(title)}[/bold]")
            for line in these:
                branch.add(_text(line))

    if told.uncounted:
        branch = root.add(f"[bold]{say('人口', 'persons')}[/bold]")
        for person in told.uncounted:
            node = branch.add(_text(person.said(lang)))
            for fact in person.facts:
                node.add(_text(_fact(fact, lang)))
            if person.basis.source:
                node.add(_text(_source(person.basis, lang)))

    reasons(say("为什么", "why"), told.why)
    for obstacle in told.why_not:
        lines(
            say(f"为什么不是“{obstacle.outcome}”", f"why not '{obstacle.outcome}'"),
            list(obstacle.because),
        )
    for each in told.collect:
        facts = joined(each.facts, lang)
        sure = "" if each.settles else say("（可能定案）", " (may settle it)")
        lines(say(f"要查清：{facts}{sure}", f"to find out: {facts}{sure}"),
              [*(f"{answer} → {result}" for answer, result in each.answers),
               *how_to_find_out(each, lang)])  # fmt: skip
    lines(say("还须查清", "still to find out"), [*filter(None, [every_set_needs(told, lang)])])
    lines(say("怎样会变", "what would change it"), [changed(each, lang) for each in told.change])
    lines(say("说明", "note"), [CUT_SHORT.say(lang)] if told.cut_short else [])
    lines(say("经手", "who moved it"), [*told.moved, *told.procedure])
    lines(say("帮扶", "tracks"), list(told.tracks))
    reasons(say("问过的其他规则", "the other rules that were asked"), told.others)
    return root


def _text(text: str) -> str:
    """A text of which nothing is markup, as it may be shown."""
    from rich import markup

    return markup.escape(shown_line(text))


def _fact(fact: ReasonFact, lang: Lang) -> str:
    """A fact behind an outcome, with where it is from."""
    comma = Words("，", ",").say(lang)
    said = comma.join(filter(None, (fact.source, fact.where)))
    return f"{fact.title} {fact.value}{bracketed(said, lang)}"


def _source(basis: Basis, lang: Lang) -> str:
    """Where a rule comes from, with how surely it does."""
    sure = terms.PROVENANCES[basis.provenance].say(lang)
    return labelled(terms.SOURCE.say(lang), f"{basis.text} — {basis.source} [{sure}]", lang)
