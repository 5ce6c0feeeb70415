"""Who does not count, or is not known to, by SQL: as `results.tables` lists them of a small roster."""

from __future__ import annotations

from collections.abc import Sequence

from shibie.duckdb_tables import integer_column, text_column
from shibie.engines.kleene import Truth
from shibie.engines.sql.building import WORD
from shibie.engines.sql.outcome import count_words
from shibie.errors import Lang
from shibie.lower.membership import parts
from shibie.results.name_results import flag
from shibie.results.tables import COLUMNS, lists_of
from shibie.results.why_uncounted import COUNTS, source, why
from shibie.rosters.sql_cells import quoted
from shibie.rosters.sql_host import Host, Output
from shibie.ruleset.model import RuleSet
from shibie.shown_text import shown_line

# Of `people` those who do not surely count; the first part is the whole condition.
UNCOUNTED = f"people WHERE NOT {flag('wt', 0)}"
COUNTED = f"CASE WHEN {flag('wu', 0)} THEN {quoted(COUNTS[None])} ELSE {quoted(COUNTS[False])} END"


def asked_of_members(ruleset: RuleSet) -> set[str]:
    """The columns of the members' source that the list shows."""
    return {"name"} if ruleset.persons is not None and ruleset.vocabulary.national else set()


class UncountedResults:
    """Puts the combinations of truths that occur among `people` into words, once each."""

    def __init__(self, host: Host, ruleset: RuleSet) -> None:
        self.host, self.ruleset = host, ruleset
        self.size = len(parts(ruleset))
        names = range(count_words(self.size))
        self.true, self.unknown = [f"wt{at}" for at in names], [f"wu{at}" for at in names]

    def prepare(self) -> None:
        """Fill `uncounted_why`: of each combination the reason in both languages."""
        keys = [*self.true, *self.unknown]
        found = self.host.rows(f"SELECT DISTINCT {', '.join(keys)} FROM {UNCOUNTED}")
        truths = [self._truths(row) for row in found]
        columns = {
            name: integer_column([int(row[at]) for row in found]) for at, name in enumerate(keys)
        }
        columns |= {
            lang: text_column([why(self.ruleset, each, lang) for each in truths])
            for lang in ("zh", "en")
        }
        self.host.keep("uncounted_why", columns)
        names: list[str] = []
        if asked_of_members(self.ruleset):
            distinct = f"SELECT DISTINCT name FROM {UNCOUNTED} AND name IS NOT NULL"
            names = [str(name) for (name,) in self.host.stream(distinct)]
            names = [name for name in names if shown_line(name) != name]
        shown = {"name": text_column(names), "shown": text_column(list(map(shown_line, names)))}
        self.host.keep("uncounted_names", shown)

    def output(self, lang: Lang) -> Output:
        """The table of who does not surely count, in the roster's order."""
        name = "coalesce(s.shown, p.name, '')" if asked_of_members(self.ruleset) else "''"
        same = " AND ".join(f"p.{key} = w.{key}" for key in (*self.true, *self.unknown))
        query = (
            f"SELECT p.hid AS household_id, p.member_id, {name} AS name, p.counted,"
            f" w.{lang} AS reason, {quoted(source(self.ruleset, lang))} AS basis, p.ord_, p.mid"
            f" FROM (SELECT *, {COUNTED} AS counted FROM {UNCOUNTED}) AS p"
            f" JOIN uncounted_why AS w ON {same}"
            + (" LEFT JOIN uncounted_names AS s ON p.name = s.name" if name != "''" else "")
        )
        return Output("uncounted", COLUMNS["uncounted"], lists_of("uncounted"), query, "ord_, mid")

    def _truths(self, row: Sequence[int]) -> tuple[Truth, ...]:
        """What each part is, of the words of a combination: those true, then those unknown."""
        half = len(self.true)

        def is_set(at: int, first: int) -> bool:
            return bool(int(row[first + at // WORD]) >> at % WORD & 1)

        return tuple(
            True if is_set(at, 0) else None if is_set(at, half) else False
            for at in range(self.size)
        )
