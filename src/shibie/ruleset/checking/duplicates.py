"""The review of households that share a person with another one: a pack may ask for it."""

from __future__ import annotations

from shibie.decision import DUPLICATE_PERSON
from shibie.errors import Words
from shibie.language.names import EVERYONE
from shibie.language.tree import HOUSEHOLD, Collection, FoundElsewhere, Quantifier
from shibie.ruleset.basis import NO_BASIS
from shibie.ruleset.checking.base import Checking
from shibie.ruleset.model import Rule
from shibie.ruleset.verdicts import ALL_VERDICTS

IN_TWO_HOUSEHOLDS = Words("同一人出现在两户", "the same person is in two households")
IN_ANOTHER_HOUSEHOLD = Words(
    "户中有人同时在另一户", "somebody of the household is in another one, too"
)


class DuplicatesChecking(Checking):
    """Reads `duplicates`."""

    def shared_persons(self) -> tuple[Rule, ...]:
        """The review that `duplicates: review` asks for; whoever is on the form, counts or not."""
        if self.form.duplicates != "review":
            return ()
        lang = self.form.ruleset.lang
        node = Quantifier("any", Collection(EVERYONE, HOUSEHOLD), FoundElsewhere())
        return (
            Rule(
                DUPLICATE_PERSON, IN_TWO_HOUSEHOLDS.say(lang), "review", node, "duplicates: review",
                basis=NO_BASIS, verdicts=ALL_VERDICTS, when=node, line=self.line(("duplicates",)),
                statement=IN_ANOTHER_HOUSEHOLD.say(lang), implied=True,
            ),
        )  # fmt: skip
