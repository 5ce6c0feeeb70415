"""The functions of `import shibie`: thin, over the modules that do the work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shibie.case import Case, Value
from shibie.checking import check
from shibie.checking_in_python import Checked, must_be_in_force
from shibie.checking_in_python import check as check_held
from shibie.decision import Decision
from shibie.errors import InputError, Lang, Words, bad_argument
from shibie.forms.reading import names_of, read_form
from shibie.registers.set_aside import registers_named
from shibie.rosters.given_roster import GivenRoster, roster_of_path, roster_of_tables
from shibie.ruleset.loader import RulesOrPack, core_ruleset, load, loaded, loads
from shibie.ruleset.model import RuleSet

if TYPE_CHECKING:
    from shibie.explanations.explanation import Explanation
    from shibie.linkage.result import Candidates
    from shibie.papers.recheck.changes import Recheck
    from shibie.proofs.report import PackReport
    from shibie.ruletests import TestReport
    from shibie.versions.roster_moves import Move
    from shibie.versions.stricter_or_looser import MeaningChange
    from shibie.versions.written_changes import WrittenChange

__all__ = [
    "Differences", "check", "decide", "diff", "evaluate", "explain", "link", "load", "loads", "read",
    "recheck", "roster", "test", "verify",
]  # fmt: skip


def decide(
    rules: RulesOrPack,
    household: Mapping[str, Any],
    as_of: date,
    *,
    trust_declarations: bool = False,
    set_aside: Iterable[str] = (),
    strict: bool = False,
) -> Decision:
    """Decide one household that is given as plain data.

    Args:
        rules: a rule set, or the name or folder of a pack.
        household: its fields by name or title; `members`, each with its fields; a register's
            rows under its name; `adjudications`. What is not given is unknown; a register that
            is not given is a comparison that was not done. Numbers are taken as they are
            written: 1000.1 is 1000.10 yuan.
        as_of: the day as of which it is judged; it must lie in the rule set's effect.
        trust_declarations: take declared values where a register was not given.
        set_aside: registers, by name or title, of which rows that may be about anybody concern
            nobody.
        strict: also hold the household to the form, as a row of a roster is: whatever the form
            requires must be there and must agree.

    Raises:
        RulesetError: when the pack does not load.
        InputError: with every fault of the household, each at its path.

    >>> from datetime import date
    >>> decide("bazhong-2015", {"members": [{}]}, date(2015, 12, 20)).eligibility
    'pending'
    """
    ruleset = loaded(rules)
    must_be_in_force(ruleset, as_of)
    return _decided(
        ruleset, _case(ruleset, household, as_of, trust_declarations, set_aside, strict)
    )


def read(
    path: str | Path, rules: RulesOrPack, as_of: date, *, form: str | Path | None = None
) -> GivenRoster:
    """Find the tables of a roster: a folder of CSV or Parquet, or one workbook.

    Args:
        path: the folder or file.
        rules: says which fields and registers there are.
        as_of: the day of judgement.
        form: the file of a form that says how the tables are read; without one they are in the
            product's own form, or in one that is recognised.

    Raises:
        InputError: when it cannot be used at all.
    """
    ruleset = loaded(rules)
    told = None if form is None else read_form(Path(form), names_of(ruleset))
    return roster_of_path(path, ruleset, as_of, told)


def roster(
    rules: RulesOrPack,
    as_of: date,
    households: Any,
    members: Any = None,
    *,
    adjudications: Any = None,
    steps: Any = None,
    acts: Any = None,
    **registers: Any,
) -> GivenRoster:
    """A roster of tables that a program holds.

    Each table is a frame of pandas, polars, DuckDB or pyarrow, anything else that hands over
    Arrow, or a list of dicts. Columns may have any name that a file's may have.

    Args:
        rules: says which fields and registers there are.
        as_of: the day of judgement.
        households: a row a household; or a row a person, with no `members`.
        members: a row a person.
        adjudications: verdicts on rules, a row each.
        steps: records of the procedure, a row each.
        acts: whatever a person decided or corrected, a row each.
        registers: each by its name in the rule set; one that is left out was not supplied. And
            `helpers`, `visits` and `plans`, on which no decision rests.

    Raises:
        InputError: when the tables cannot be used at all.
    """
    tables = {
        "households": households, "members": members, "adjudications": adjudications,
        "steps": steps, "acts": acts, **registers,
    }  # fmt: skip
    return roster_of_tables(loaded(rules), as_of, tables)


def explain(
    rules: RulesOrPack,
    given: GivenRoster | str | Path | Mapping[str, Any],
    as_of: date,
    household_id: str | None = None,
    *,
    trust_declarations: bool = False,
    set_aside: Iterable[str] = (),
    lang: Lang | None = None,
) -> Explanation:
    """Why a household is decided as it is, what to find out, and what would change it.

    Args:
        rules: a rule set, or the name or folder of a pack.
        given: the household as plain data; or the roster that it is on, of which only what
            the household's decision rests on is read.
        as_of: the day of judgement.
        household_id: which household of the roster.
        trust_declarations: take declared values where a register was not supplied.
        set_aside: registers, by name or title, of which rows that may be about anybody concern
            nobody.
        lang: language of the words; the pack's own by default.

    Raises:
        InputError: when there is no such household, or its data cannot be used.
    """
    from shibie.explanations.account import account
    from shibie.explanations.account import explain as explained
    from shibie.rosters.chosen import read_chosen

    ruleset = loaded(rules)
    must_be_in_force(ruleset, as_of)
    said = lang or ruleset.lang
    if isinstance(given, Mapping):
        case = _case(ruleset, given, as_of, trust_declarations, set_aside)
        return account(ruleset, case, _decided(ruleset, case), said)
    if household_id is None:
        raise InputError(
            bad_argument("household_id", Words("请说明是哪一户", "say which household"))
        )
    whole = _given(ruleset, given, as_of)
    part = read_chosen(whole.sheets, ruleset, as_of, [household_id], whole.form)
    checked = check_held(
        ruleset, part, as_of, trust_declarations=trust_declarations,
        set_aside=registers_named(ruleset, set_aside),
    )  # fmt: skip
    return explained(checked, household_id, said)


def evaluate(
    expression: str,
    household: Mapping[str, Any],
    rules: RulesOrPack | None = None,
    as_of: date | None = None,
    *,
    trust_declarations: bool = False,
    set_aside: Iterable[str] = (),
) -> Value:
    """The value of one expression for a household; None where it is unknown.

    Args:
        expression: a household condition or formula.
        household: its fields, members and register rows, as for `decide`.
        rules: a rule set whose facts, parameters and registers may be used; without one, the
            shared vocabulary.
        as_of: the day of judgement; today by default.
        trust_declarations: take declared values where a register was not given.
        set_aside: registers, by name or title, of which rows that may be about anybody concern
            nobody.

    Raises:
        InputError: for a bad expression or bad data, with every fault.

    >>> evaluate("wage_income + business_income", {"wage_income": 1000.1, "business_income": 2})
    Decimal('1002.10')
    >>> evaluate("wage_income > 1000", {}) is None
    True
    """
    from shibie.evaluation import evaluate_data

    ruleset = core_ruleset() if rules is None else loaded(rules)
    return evaluate_data(expression, household, ruleset, as_of, trust_declarations, set_aside)


def test(rules: RulesOrPack) -> TestReport:
    """Run the tests of a pack.

    Raises:
        RulesetError: when the pack or one of its tests does not load.
    """
    from shibie.ruletests import run_tests

    return run_tests(loaded(rules))


# It runs the tests of a pack; pytest is not to take it for one of its own.
test.__test__ = False  # type: ignore[attr-defined]


def verify(
    rules: RulesOrPack,
    *,
    members: int = 4,
    rows: int = 2,
    timeout: float = 20,
    progress: Callable[[Words], None] | None = None,
) -> PackReport:
    """Prove what a rule set does to every household, or show one that refutes it.

    Args:
        rules: a rule set, or the name or folder of a pack.
        members: households of at most so many members.
        rows: at most so many rows of a register each.
        timeout: seconds for each question.
        progress: is told each question.

    Raises:
        MissingExtraError: when z3 is not installed.
    """
    from shibie.engines.solver.household import Bound
    from shibie.proofs.report import verify as verified

    return verified(
        loaded(rules), Bound(members, rows), timeout, progress=progress or (lambda _: None)
    )


@dataclass(frozen=True)
class Differences:
    """Two versions of a rule set.

    Attributes:
        written: what is written differently.
        meanings: of each rule whether it got stricter or looser, with households that show it.
        moved: the households of a roster that are decided otherwise.
    """

    written: tuple[WrittenChange, ...]
    meanings: tuple[MeaningChange, ...]
    moved: tuple[Move, ...] = ()


def diff(
    old: RulesOrPack,
    new: RulesOrPack,
    roster: str | Path | None = None,
    as_of: date | None = None,
    as_of_new: date | None = None,
    *,
    timeout: float = 10,
    set_aside: Iterable[str] = (),
) -> Differences:
    """What changed between two versions, whether it is stricter or looser, and who moves.

    Args:
        old: the version before.
        new: the version after.
        roster: whose households to decide by both.
        as_of: the day of judgement; needed with a roster.
        as_of_new: the day for the new version, where it is another.
        timeout: seconds for each question.
        set_aside: registers, by name or title, of which rows that may be about anybody concern
            nobody.

    Raises:
        InputError: when the roster cannot be used, or the day is missing.
        MissingExtraError: when z3 is not installed.
    """
    from shibie.versions.roster_moves import decided_by_both, moves
    from shibie.versions.stricter_or_looser import relations
    from shibie.versions.written_changes import changes

    before, after = loaded(old), loaded(new)
    moved: tuple[Move, ...] = ()
    if roster is not None:
        if as_of is None:
            raise InputError(bad_argument("as_of", Words("有名册时要给出", "needed with a roster")))
        both = decided_by_both(before, after, Path(roster), as_of, as_of_new, set_aside)
        moved = moves(*both)
    return Differences(
        changes(before, after), tuple(relations(before, after, seconds=timeout)), moved
    )


def recheck(
    rules: RulesOrPack,
    before: GivenRoster | str | Path,
    now: GivenRoster | str | Path,
    as_of: date,
    since: date,
    *,
    trust_declarations: bool = False,
    set_aside: Iterable[str] = (),
    sample: bool = False,
) -> Recheck:
    """Compare two rosters by their persons (回头看): who stays, leaves, comes, and why.

    Args:
        rules: a rule set, or the name or folder of a pack.
        before: the roster before.
        now: the roster that is decided.
        as_of: the day of judgement.
        since: the day of the roster before.
        trust_declarations: take declared values where a register was not supplied.
        set_aside: registers, by name or title, of which rows that may be about anybody concern
            nobody.
        sample: whether that of now holds only a sample of households that somebody looked into;
            `.rates` then says how much of the roster before is wrong.

    Returns:
        the comparison; close it, or use it in a `with` statement.

    Raises:
        InputError: when a roster cannot be used at all.
    """
    from shibie.checking_in_parts import checked_parts, roster_parts
    from shibie.papers.recheck.comparing import recheck as compared
    from shibie.scratch_database import scratch_database

    ruleset = loaded(rules)
    given = _given(ruleset, now, as_of)
    with ExitStack() as until_made:
        kept, _ = until_made.enter_context(scratch_database())
        with (
            checked_parts(given, trust_declarations, set_aside=set_aside) as parts,
            roster_parts(_given(ruleset, before, as_of)) as old,
        ):
            found = compared(kept, old, parts, since, sample=sample)
        return replace(found, closing=until_made.pop_all())


def link(
    rules: RulesOrPack,
    roster: GivenRoster | str | Path,
    as_of: date,
    *,
    lang: Lang | None = None,
    least: float | None = None,
    most: int | None = None,
) -> Candidates:
    """Look for whom rows without a usable number may be about, and who may be one person.

    Candidates are only ever perhaps, and change no decision: a person decides, by an act.

    Args:
        rules: a rule set, or the name or folder of a pack.
        roster: a folder, a workbook, or what `read` or `roster` made.
        as_of: the day of judgement.
        lang: the language of words; the pack's own by default.
        least: the least match weight that is listed (-5 by default): by how many powers of two
            the odds are for the pair.
        most: how many candidates of one row, or of one person, are listed (5 by default).

    Returns:
        the candidates; `write` makes of them a workbook to be filled in.

    Raises:
        InputError: when the roster cannot be used at all.
        MissingExtraError: when splink, pypinyin or rapidfuzz is not installed.
    """
    from shibie.linkage.candidates import LEAST, MOST
    from shibie.linkage.result import candidates_of

    given = _given(loaded(rules), roster, as_of)
    least, most = LEAST if least is None else least, MOST if most is None else most
    return candidates_of(given, lang, least, most)


def _case(
    ruleset: RuleSet, household: Mapping[str, Any], as_of: date, trust: bool,
    set_aside: Iterable[str], strict: bool = False,
) -> Case:  # fmt: skip
    from shibie.rosters.household_input import case_from

    apart = registers_named(ruleset, set_aside)
    return case_from(ruleset, household, as_of, trust, strict, apart)


def _decided(ruleset: RuleSet, case: Case) -> Decision:
    from shibie.engines.decide import decide as by_interpreter

    return by_interpreter(ruleset, case)


def _given(ruleset: RuleSet, given: GivenRoster | str | Path, as_of: date) -> GivenRoster:
    return given if isinstance(given, GivenRoster) else roster_of_path(given, ruleset, as_of)


def _checked(
    ruleset: RuleSet, given: GivenRoster | str | Path, as_of: date, trust: bool
) -> Checked:
    return check_held(
        ruleset, _given(ruleset, given, as_of).roster, as_of, trust_declarations=trust
    )
