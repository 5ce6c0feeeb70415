"""Standings between two rosters, and what must be so of a household that has left poverty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shibie.errors import Words
from shibie.language import tree
from shibie.language.names import Context
from shibie.language.tree import HOUSEHOLD
from shibie.language.types import BOOL, Bool, Date
from shibie.ruleset import schema
from shibie.ruleset.basis import NO_BASIS
from shibie.ruleset.checking.base import Checking, DecisionNames, YamlPath
from shibie.ruleset.model import Exits, RosterStanding, Rule

STANDING: Final = "standing"
# Of a household whose standing missing facts, or a review, leave open.
UNDECIDED: Final = "pending"
# The words for the standings that are usual; a pack may give its own, and have others.
STANDING_TITLES: Final[Mapping[str, Words]] = {
    "retained": Words("保留", "kept"), "new": Words("新进", "new"),
    "removed": Words("清退", "removed"), "exited": Words("脱贫", "exited"),
    "pre_exited": Words("预脱贫", "about to exit"), "returned": Words("返贫", "returned"),
    "wrongly_exited": Words("错退", "wrongly exited"), UNDECIDED: Words("待定", "undecided"),
}  # fmt: skip
# Eligibility and its parts, as a standing sees them: unknown while the household is pending.
_SEEN: Final[Mapping[str, str]] = {
    "eligible": "standing_eligible", "ineligible": "standing_ineligible",
    "poor": "poor", "excluded": "excluded",
}  # fmt: skip
# Where a pack says nothing of standings, and its form asks for both fields.
_IMPLIED: Final = (
    ("exited", "on_previous_roster and known(exited_on) and exited_on <= as_of", True),
    ("retained", "on_previous_roster and eligible", True),
    ("removed", "on_previous_roster and ineligible", False),
    ("new", "not on_previous_roster and eligible", True),
)


class StandingsChecking(Checking):
    """Reads `standings` and `exits`."""

    def standings(self, exits: Exits | None) -> tuple[RosterStanding, ...]:
        """The pack's own, or those that are implied where it says nothing of them."""
        context = self._context(exits)
        forms = self.form.standings
        if forms is None:
            return self._implied(context)
        done, seen = [], set[str]()
        for index, each in enumerate(forms):
            path: YamlPath = ("standings", index)
            if each.id in seen or each.id == UNDECIDED:
                what = Words(f"状态“{each.id}”重复", f"standing '{each.id}' is there twice")
                if each.id == UNDECIDED:
                    what = Words(
                        f"“{each.id}”是没有定下来的户的状态，不能另写条件",
                        f"'{each.id}' is what stays open; it takes no condition",
                    )
                self.problem((*path, "id"), what)
            seen.add(each.id)
            when = self.parse(each.when, (*path, "when"), context, Bool)
            if when is not None:
                done.append(
                    RosterStanding(
                        each.id, each.title or self._title(each.id), when, each.when,
                        each.on_roster, each.tracks, self.basis(each.basis),
                        self.line((*path, "when")),
                    )
                )  # fmt: skip
        return tuple(done)

    def _implied(self, context: Context) -> tuple[RosterStanding, ...]:
        types = {"on_previous_roster": Bool, "exited_on": Date}
        for name, wanted in types.items():
            node = self.of[HOUSEHOLD].get(name)
            if not isinstance(node, tree.Field) or not isinstance(node.type, wanted):
                return ()
        found = []
        for name, text, on_roster in _IMPLIED:
            when = self.parse(text, ("standings",), context, Bool)
            if when is not None:
                title = self._title(name)
                found.append(
                    RosterStanding(
                        name, title, when, text, on_roster, on_roster, NO_BASIS, implied=True
                    )
                )
        return tuple(found)

    def _title(self, name: str) -> str:
        words = STANDING_TITLES.get(name)
        return name if words is None else words.say(self.form.ruleset.lang)

    def _context(self, exits: Exits | None) -> Context:
        """A household's condition that also sees what is decided of it, and what exits ask."""
        self.of[STANDING] = names = DecisionNames(self.of[HOUSEHOLD], _SEEN)
        for rule in exits.criteria if exits else ():
            names[rule.id] = tree.Field(f"rule:{rule.id}", "holds", type=BOOL)
        return Context(STANDING, {"household": HOUSEHOLD, "户": HOUSEHOLD}, HOUSEHOLD)

    def exits(self) -> Exits | None:
        """What must be so of a household that has left poverty."""
        form = self.form.exits
        if form is None:
            return None
        when = self.parse(form.when, ("exits", "when"), Context.household(), Bool)
        criteria = [
            self._criterion(("exits", "criteria", index), each)
            for index, each in enumerate(form.criteria)
        ]
        if when is None or None in criteria:
            return None
        found = tuple(rule for rule in criteria if rule is not None)
        return Exits(when, form.when, found, self.line(("exits", "when")))

    def _criterion(self, path: YamlPath, form: schema.RuleForm) -> Rule | None:
        node = self.parse(form.when, (*path, "when"), Context.household(), Bool)
        if node is None:
            return None
        return Rule(
            form.id, form.title, "exit", node, form.when, basis=self.basis(form.basis),
            line=self.line((*path, "when")), statement=form.statement,
        )  # fmt: skip
