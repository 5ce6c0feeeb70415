"""The main job at any size: a roster and a rule set go in, a result comes out.

A small roster is read and decided in Python, a large one by a database; what comes out is the
same, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

from shibie.checking_in_python import Checked, must_be_in_force
from shibie.checking_in_python import EngineName as HeldEngine
from shibie.checking_in_python import check as check_held
from shibie.errors import InputError, Lang, Problem, Words, bad_argument
from shibie.registers.set_aside import registers_named
from shibie.results.files import Format, Writing, write_folder
from shibie.results.made_from import InputFile, MadeFrom, clock, files_of, options_of
from shibie.results.rejected_households import Fault, RejectedHousehold
from shibie.results.result import Result, target
from shibie.results.table import Table
from shibie.results.tables import rejected_table, result_tables
from shibie.rosters.given_roster import GivenRoster, roster_of_path
from shibie.rosters.layout import Layout
from shibie.rosters.roster import Roster
from shibie.rosters.sheets import HELD_BELOW, size_of
from shibie.ruleset.loader import RulesOrPack, loaded
from shibie.ruleset.model import RuleSet

if TYPE_CHECKING:
    from shibie.checking_in_sql import Run

Engine = Literal["auto", "interpreter", "duckdb", "rete", "spark"]


def check(
    rules: RulesOrPack,
    roster: GivenRoster | Roster | str | Path,
    as_of: date,
    *,
    engine: Engine = "auto",
    trust_declarations: bool = False,
    set_aside: Iterable[str] = (),
    lang: Lang | None = None,
    memory: str | None = None,
    temp: str | Path | None = None,
    progress: Callable[[str], None] | None = None,
    clues: bool = False,
    verdicts: str | Path | None = None,
) -> Result:
    """Decide every household of a roster.

    Args:
        rules: a rule set, or the name or folder of a pack.
        roster: a folder of CSV or Parquet, a workbook, or what `read` or `roster` made.
        as_of: the day as of which it is judged; it must lie in the rule set's effect.
        engine: which reading decides; all of them agree. `auto` chooses by size.
        trust_declarations: take declared values where a register was not supplied.
        set_aside: registers, by name or title, of which rows that may be about anybody concern
            nobody.
        lang: language of reasons and notes; the pack's own by default.
        memory: most memory of the database, e.g. `4GB`; beyond it, it spills.
        temp: a folder for what spills; the system's own by default.
        progress: is told what is being done.
        clues: also list the clues (疑点台账): each rule and register row that speaks against a
            household. A roster of any size is gone through a part at a time for them.
        verdicts: a workbook whose sheets 核实 and 办理 count beside the roster, as a result has
            them, filled in.

    Returns:
        the result; close it, or use it in a `with` statement.

    Raises:
        RulesetError: when the pack does not load.
        InputError: when the roster cannot be used at all, or memory or disk do not suffice.
    """
    ruleset = loaded(rules)
    must_be_in_force(ruleset, as_of)
    apart = registers_named(ruleset, set_aside)
    said = lang or ruleset.lang
    asked = _Asked(ruleset, as_of, trust_declarations, apart, said, progress, clues)
    if clues and engine == "spark":
        what = Words("spark 引擎不列疑点台账", "the spark engine lists no clues")
        raise InputError(bad_argument("clues", what))
    if verdicts is not None and (engine == "spark" or isinstance(roster, Roster)):
        what = Words("这样给的名册不能另带核实表", "no verdicts can be given beside such a roster")
        raise InputError(bad_argument("verdicts", what))
    if isinstance(roster, Roster):
        return asked.held(roster, "interpreter" if engine == "auto" else engine)
    if engine not in ("auto", "duckdb") and (memory or (temp and engine != "spark")):
        raise InputError(_not_for(engine, "memory" if memory else "temp"))
    if engine == "spark" and not isinstance(roster, GivenRoster):
        return asked.by_spark(str(roster), temp)
    if isinstance(roster, str | Path):
        roster = roster_of_path(roster, ruleset, as_of)
    elif roster.as_of != as_of or roster.ruleset is not ruleset:
        roster = replace(roster, ruleset=ruleset, as_of=as_of)
    if verdicts is not None:
        roster = roster.with_verdicts(verdicts)
    if engine == "auto":
        large = memory or size_of(roster.sheets) > HELD_BELOW
        engine = "duckdb" if large else "interpreter"
    if engine == "duckdb":
        return asked.by_duckdb(roster, memory, Path(temp) if temp else None)
    files = files_of(roster.sheets)
    return asked.held(roster.roster, engine, roster, files)


def must_be_written_by(engine: Engine, paths: Iterable[str | Path]) -> None:
    """Refuse places of results that an engine does not write, before it has run.

    Raises:
        InputError: when a path names another kind of file, or a workbook from Spark.
    """
    kinds = {target(path) for path in paths}
    if engine == "spark" and "workbook" in kinds:
        raise InputError(
            bad_argument(
                "out",
                Words("spark 引擎只写文件夹", "the spark engine writes folders only"),
                suggestion=Words("给一个文件夹", "name a folder"),
            )
        )


def _not_for(engine: str, option: str) -> Problem:
    """Only the database keeps to a size, and spills."""
    if engine != "spark":
        return bad_argument(option, Words("只用于 duckdb 引擎", "is for the duckdb engine only"))
    advice = "spark-submit --driver-memory 4g --executor-memory 4g"
    return bad_argument(
        option,
        Words("spark 的内存由它自己的设置决定", "spark has settings of its own for memory"),
        suggestion=Words(advice, advice),
    )


def _with_clues(summary: dict[str, Any], parts: Iterable[Checked]) -> list[Table]:
    """The table of clues, once their counts stand in the summary."""
    from shibie.results.clues import clues_table

    table, summary["clues"] = clues_table(parts)
    return [table]


class _DecidedInPython:
    """A roster that Python decided, as a result writes it."""

    def __init__(self, checked: Checked, clues: bool) -> None:
        from shibie.results.python_counts import summarise

        self.checked = checked
        self.summary: dict[str, Any] = summarise(checked)
        self.notes: list[Words] = list(checked.roster.notes)
        self.more: list[Table] = _with_clues(self.summary, [checked]) if clues else []

    def tables(self, lang: Lang) -> Mapping[str, Table]:
        every = (*result_tables(self.checked, lang), *self.more)
        return {table.name: table for table in every}

    def write(self, outs: Mapping[str, Format], lang: Lang, writing: Writing) -> None:
        tables = (*result_tables(self.checked, lang), *self.more)
        for out, form in outs.items():
            write_folder(Path(out), tables, self.summary, form, writing)


class _Asked:
    """What was asked for, and the ways to do it."""

    def __init__(
        self, ruleset: RuleSet, as_of: date, trust: bool, set_aside: Set[str], lang: Lang,
        progress: Callable[[str], None] | None, clues: bool,
    ) -> None:  # fmt: skip
        self.ruleset, self.as_of, self.trust, self.lang = ruleset, as_of, trust, lang
        self.set_aside, self.progress, self.clues = set_aside, progress, clues
        self.started = clock()

    def made_from(
        self, files: tuple[InputFile, ...], layout: Layout | None, rows: Mapping[str, int],
        engine: str,
    ) -> MadeFrom:  # fmt: skip
        """What the result was made from, once it is made."""
        aside = [name for name in self.ruleset.registers if name in self.set_aside]
        return MadeFrom(
            self.ruleset, self.as_of, options_of(self.trust, aside, self.lang, self.clues),
            files, layout, rows, engine, self.started, clock() - self.started,
        )  # fmt: skip

    def held(
        self, roster: Roster, engine: str, given: GivenRoster | None = None,
        files: tuple[InputFile, ...] = (),
    ) -> Result:  # fmt: skip
        """Decide a roster that Python has read."""
        if engine == "spark":
            raise InputError(
                bad_argument("engine", Words("spark 只读文件夹", "spark reads folders only"))
            )
        name = cast("HeldEngine", engine)
        checked = check_held(self.ruleset, roster, self.as_of, name, self.trust, self.set_aside)
        decided = _DecidedInPython(checked, self.clues)

        def workbook(path: Path, show_ids: bool, beside: dict[str, Any]) -> None:
            from shibie.results.workbook import Annotated, write_workbook

            rejected = rejected_table(roster.rejected, self.lang, show_ids)
            annotated = Annotated(
                self.ruleset,
                [checked],
                rejected,
                decided.summary | beside,
                acts=roster.acts,
                clues=next(iter(decided.more), None),
                uncounted=decided.tables(self.lang).get("uncounted"),
                lost=self.lost(roster.rejected_households, faults(), roster.tables),
                unrecognised=decided.tables(self.lang)["unrecognised"],
            )
            write_workbook(path, annotated, self.lang, show_ids)

        layout = given.layout if given else None
        made_from = self.made_from(files, layout, roster.rows, engine)

        def faults() -> Iterator[Fault]:
            for each in roster.rejected:
                said = each.reason.say(self.lang)
                yield Fault(each.source, each.row, each.field, said, each.household_id or "")

        def annotated(path: Path) -> tuple[Words, ...]:
            assert given is not None
            return self.given_back(given, [checked], faults(), roster.rejected_households, path)

        return Result(
            self.ruleset, self.as_of, decided, self.lang, workbook, made_from,
            annotated=annotated if given is not None else None,
        )  # fmt: skip

    def lost(
        self, numbers: Iterable[str], faults: Iterable[Fault], tables: Iterable[str]
    ) -> list[RejectedHousehold]:
        """The households that are not decided, with their reasons."""
        from shibie.results.rejected_households import rejected_households
        from shibie.words.speaker import Speaker

        return rejected_households(Speaker(self.ruleset, self.lang), numbers, faults, tables)

    def given_back(
        self, given: GivenRoster, parts: Iterable[Checked], faults: Iterable[Fault],
        lost: Iterable[str], path: Path,
    ) -> tuple[Words, ...]:  # fmt: skip
        """Write the roster's own workbook with what was found."""
        from shibie.annotating.from_check import CheckFound
        from shibie.annotating.giving_back import annotate

        return annotate(CheckFound(given, parts, tuple(faults), lost, self.lang), path)

    def by_duckdb(self, roster: GivenRoster, memory: str | None, temp: Path | None) -> Result:
        """Decide sheets by SQL, in this process."""
        from shibie.checking_in_sql import Run
        from shibie.rosters.duckdb_host import duck_host

        layout, files = roster.layout, files_of(roster.sheets)
        with ExitStack() as until_made:
            host = until_made.enter_context(duck_host(memory, temp))
            run = Run(
                host, layout, self.ruleset, self.as_of, self.trust, self.progress,
                self.set_aside,
            )  # fmt: skip
            run.notes += roster.unread
            if self.clues:
                run.more = _with_clues(run.summary, self.parts(run))
            closing = until_made.pop_all()

        def workbook(path: Path, show_ids: bool, beside: dict[str, Any]) -> None:
            # A workbook shows the roster itself, which Python reads a part at a time.
            from shibie.results.workbook import Annotated, write_workbook
            from shibie.scratch_database import failures_said

            tables = run.tables(self.lang)
            annotated = Annotated(
                self.ruleset, self.parts(run),
                run.rejected_whole(self.lang) if show_ids else tables["rejected"], run.summary | beside,
                large=True,
                acts=run.loader.acts, clues=next(iter(run.more), None),
                uncounted=tables.get("uncounted"),
                lost=self.lost(lost(), run.faults(self.lang), layout.own_tables),
                unrecognised=tables["unrecognised"],
            )  # fmt: skip
            with failures_said():
                write_workbook(path, annotated, self.lang, show_ids)

        def lost() -> Iterable[str]:
            from shibie.rosters.landed_parts import LandedParts

            return LandedParts(run.loader).rejected_numbers()

        def annotated(path: Path) -> tuple[Words, ...]:
            from shibie.scratch_database import failures_said

            with failures_said():
                return self.given_back(roster, self.parts(run), run.faults(self.lang), lost(), path)

        made_from = self.made_from(files, layout, run.rows, "duckdb")
        return Result(
            self.ruleset, self.as_of, run, self.lang, workbook, made_from, closing, annotated
        )  # fmt: skip

    def parts(self, run: Run) -> Iterable[Checked]:
        """What the database holds, decided again a part at a time with all that explains it."""
        from shibie.checking_in_parts import CheckedParts
        from shibie.rosters.landed_parts import LandedParts

        return CheckedParts(
            self.ruleset, self.as_of, self.trust, LandedParts(run.loader), self.set_aside
        ).parts()

    def by_spark(self, folder: str, temp: str | Path | None) -> Result:
        """Decide a folder on Spark."""
        from shibie.rosters.spark_host import spark_run

        closing = ExitStack()
        run = closing.enter_context(
            spark_run(
                self.ruleset, folder, self.as_of, temp=None if temp is None else str(temp),
                trust_declarations=self.trust, progress=self.progress,
                set_aside=self.set_aside,
            )
        )  # fmt: skip

        def workbook(path: Path, show_ids: bool, beside: dict[str, Any]) -> None:
            must_be_written_by("spark", [path])

        files = files_of(placed.sheet for placed in run.layout.tables.values())
        made_from = self.made_from(files, run.layout, run.rows, "spark")
        return Result(self.ruleset, self.as_of, run, self.lang, workbook, made_from, closing)
