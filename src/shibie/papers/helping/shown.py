"""What of a household may stand on a helper's list: no number of a person, nothing of health."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from shibie.case import Case
from shibie.decision import Decision
from shibie.engines.persons import spokesman
from shibie.health_words import tells_of_health
from shibie.language import tree
from shibie.numbers_in_text import without_numbers
from shibie.papers.notice.privacy import tells_of_sensitive_things
from shibie.ruleset.conditions import is_sensitive, opened
from shibie.ruleset.model import Measure, RuleSet
from shibie.vocabulary import shared
from shibie.words import terms
from shibie.words.speaker import Speaker

# In a cause (因残) it is said by one character.
_DISABLED: Final = "残"


class Shown:
    """Says of households what may be shown of them.

    Args:
        speaker: knows the rule set and the language.
    """

    def __init__(self, speaker: Speaker) -> None:
        self.speaker, ruleset = speaker, speaker.ruleset
        self.withheld = terms.WITHHELD.say(speaker.lang)
        self.tracks = {
            each.id: self.withheld if tells_of_sensitive_things(each, ruleset) else each.title
            for each in ruleset.tracks
        }
        self.measures = {
            each.id: self.withheld if _tells(each, ruleset) else each.title
            for each in ruleset.measures
        }

    def head(self, case: Case) -> str:
        """To whom of a household one speaks."""
        person = spokesman(self.speaker.ruleset, case)
        name = None if person is None else shared(person, "name")
        return without_numbers(str(name or ""))

    def cause(self, case: Case) -> str:
        """Its main cause of poverty, unless that is an illness or a disability."""
        cause = str(shared(case.household, "main_cause") or "")
        return self.withheld if tells_of_health(cause) or _DISABLED in cause else cause

    def tracks_of(self, decision: Decision) -> str:
        """Its tracks, each once; those that rest on health are only said to be there."""
        return self._listed(self.tracks[each.track] for each in decision.tracks)

    def _listed(self, titles: Iterable[str]) -> str:
        distinct = dict.fromkeys(titles)
        plain = [each for each in distinct if each != self.withheld]
        return self.speaker.joined([*plain, self.withheld] if len(plain) < len(distinct) else plain)


def _tells(measure: Measure, ruleset: RuleSet) -> bool:
    """Whether a measure tells of somebody's health, by its title, its reason or its track."""
    track = ruleset.rule(measure.track) if measure.track else None
    return (
        tells_of_health(measure.title)
        or any(
            isinstance(node, tree.Field) and is_sensitive(ruleset, node)
            for node in opened(ruleset, measure.when)
        )
        or (track is not None and tells_of_sensitive_things(track, ruleset))
    )
