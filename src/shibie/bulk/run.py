"""A roster folder of any size, decided by DuckDB: files in, files out, memory bounded."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shibie.bulk.canonical import quoted
from shibie.bulk.edge import Edge
from shibie.bulk.files import open_folder
from shibie.bulk.load import Loader
from shibie.bulk.totals import Totals
from shibie.bulk.validate import PASSED
from shibie.check import must_be_in_force
from shibie.engine.relational.expressions import Asked
from shibie.engine.relational.outcome import PENDING, Judge
from shibie.engine.relational.plan import HID, KEY, MID
from shibie.engine.relational.steps import run_steps
from shibie.errors import InputError, Lang, Problem, Words
from shibie.ruleset.model import RuleSet
from shibie.tables.results import LIST_SEPARATOR, Format, Table, aside, write_csv, write_parquet

if TYPE_CHECKING:
    import duckdb


def run_folder(
    ruleset: RuleSet,
    folder: Path,
    as_of: date,
    outs: Mapping[Path, Format],
    *,
    memory: str | None = None,
    temp: Path | None = None,
    trust_declarations: bool = False,
    progress: bool = False,
    lang: Lang = "zh",
    notes: list[Words] | None = None,
) -> dict[str, Any]:
    """Decide every household of a folder and write the results.

    Args:
        ruleset: the rules.
        folder: households, members, registers/<name>, adjudications, steps; CSV or Parquet.
        as_of: the day of judgement.
        outs: folders of the results, each with its format; may be empty.
        memory: most memory for DuckDB, e.g. `4GB`; beyond it, it spills.
        temp: where to spill; beside the first result by default.
        trust_declarations: take declared values where a register was not supplied.
        progress: say on stderr what is being done.
        lang: language of the reasons.
        notes: what was normalised, ignored or not found is added to it.

    Returns:
        The summary, as in `summary.json`.

    Raises:
        InputError: when the folder cannot be used at all, or memory or disk do not suffice.
    """
    import duckdb

    must_be_in_force(ruleset, as_of)
    beside = temp or next((out.parent for out in outs), Path(tempfile.gettempdir()))
    beside.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".shibie-", dir=beside))
    try:
        with duckdb.connect(str(scratch / "scratch.duckdb")) as connection:
            connection.execute(f"SET temp_directory = {quoted(str(scratch / 'spill'))}")
            if memory:
                _limit(connection, memory)
            run = _Run(connection, ruleset, folder, as_of, scratch, trust_declarations, progress)
            summary = run.write(outs, lang)
            if notes is not None:
                notes += run.notes
            return summary
    except duckdb.OutOfMemoryException as error:
        raise _short(
            error,
            Words("内存不够", "not enough memory"),
            Words(
                "用 --memory 给得更多, 或用 --temp 指定更大的磁盘",
                "give more with --memory, or a larger disk with --temp",
            ),
        ) from None
    except duckdb.IOException as error:
        raise _short(
            error,
            Words("读写文件失败", "a file could not be read or written"),
            Words(
                "检查磁盘空间, 或用 --temp 指定别处",
                "check the disk space, or name another place with --temp",
            ),
        ) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _limit(connection: duckdb.DuckDBPyConnection, memory: str) -> None:
    import duckdb

    try:
        connection.execute(f"SET memory_limit = {quoted(memory)}")
    except duckdb.Error:
        raise InputError(
            Problem(
                "--memory",
                Words(f"看不懂的大小:{memory}", f"not a size: {memory}"),
                suggestion=Words("如 4GB 或 500MB", "such as 4GB or 500MB"),
            )
        ) from None


def _short(error: Exception, what: Words, suggestion: Words) -> InputError:
    """DuckDB's complaint in one line."""
    text = str(error).split("\n", 1)[0]
    return InputError(
        Problem("duckdb", Words(f"{what.zh}:{text}", f"{what.en}: {text}"), suggestion=suggestion)
    )


class _Run:
    """One run: validate, load, decide, name, write."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, ruleset: RuleSet, folder: Path, as_of: date,
        scratch: Path, trust_declarations: bool, progress: bool,
    ) -> None:  # fmt: skip
        self.connection, self.ruleset, self.as_of = connection, ruleset, as_of
        self.trust, self.progress = trust_declarations, progress
        self.started = time.monotonic()
        self.say("reading")
        tables = open_folder(connection, folder, ruleset, scratch)
        # Rows are numbered by now, and every result is ordered by number.
        connection.execute("SET preserve_insertion_order = false")
        self.supplied = frozenset(tables.registers)
        trusted = frozenset(ruleset.registers) - self.supplied if trust_declarations else ()
        self.asked = Asked(as_of, frozenset(trusted))
        self.procedure = bool(ruleset.procedure) and tables.steps is not None
        judge = Judge(ruleset, self.asked, "duckdb", procedure=self.procedure)
        self.outcomes = judge.outcomes(("ord_", *PASSED))
        self.needed = Judge(ruleset, self.asked, "duckdb", "u_").unknowns()
        columns: dict[str, set[str]] = {"h": set(), "m": set()}
        for each in (self.outcomes, self.needed):
            for relation, names in each.sources.items():
                columns.setdefault(relation, set()).update(names)
        self.loader = Loader(connection, tables, ruleset, as_of, columns)

    @property
    def notes(self) -> list[Words]:
        """What was normalised, ignored or not found."""
        return self.loader.notes

    def say(self, what: str) -> None:
        """Progress, on stderr."""
        if self.progress:
            print(f"[{time.monotonic() - self.started:6.1f} s] {what}", file=sys.stderr, flush=True)

    def write(self, outs: Mapping[Path, Format], lang: Lang) -> dict[str, Any]:
        """Decide, and write everything aside before it replaces what was there."""
        self.say("validating")
        self.loader.load()
        self.say("deciding")
        self.decide()
        self.say("naming")
        edge = Edge(self.connection, self.ruleset, self.procedure)
        edge.prepare()
        totals = Totals(
            self.connection, self.ruleset, self.as_of, self.trust, self.supplied,
            self.unmatched(), self.loader.rejected_households, len(self.loader.rejected),
            any(spec.name == "on_previous_roster" for spec in self.ruleset.vocabulary.household),
        )  # fmt: skip
        summary = totals.summary()
        for out, form in outs.items():
            self.say(f"writing {out.name}")
            with aside(out) as folder:
                for name, query in edge.tables().items():
                    self.copy(query, folder / name, form)
                self.write_rejected(folder, form, lang)
                text = json.dumps(summary, ensure_ascii=False, indent=1)
                (folder / "summary.json").write_text(text + "\n", encoding="utf-8")
        self.say("done")
        return summary

    # --- deciding -----------------------------------------------------------------------

    def decide(self) -> None:
        """Fill `decided`, `people`, `needed` and `twice`."""
        run = self.connection.execute
        run_steps(self.connection, self.outcomes.steps, self.say)
        run("CREATE TABLE decided AS SELECT * FROM h_out")
        run(
            "CREATE TABLE people AS SELECT o.*, d.ord_, s.member_id FROM m_out AS o"
            " JOIN decided AS d ON o.hid = d.hid JOIN m_src AS s ON o.mid = s.mid"
        )
        judged = "judged" if self.procedure else "eligibility"
        pending = f"SELECT hid FROM decided WHERE {judged} = {PENDING}"
        run(f"CREATE TABLE pending AS {pending}")
        run("CREATE VIEW u_h_src AS SELECT * FROM h_src SEMI JOIN pending USING (hid)")
        run("CREATE VIEW u_m_src AS SELECT * FROM m_src SEMI JOIN pending USING (hid)")
        for index in range(len(self.ruleset.registers)):
            run(
                f"CREATE VIEW u_r{index}_src AS SELECT * FROM r{index}_src"
                f" WHERE {KEY} IN (SELECT {KEY} FROM u_m_src)"
            )
        self.say("unknown facts")
        run_steps(self.connection, self.needed.steps, self.say)
        run("CREATE TABLE needed AS SELECT hid, unknown FROM u_h_out WHERE len(unknown) > 0")
        self.say("duplicates")
        self._duplicates()

    def _duplicates(self) -> None:
        """The same person in several decided households, in order of first appearance."""
        self.connection.execute(
            f"""CREATE TABLE twice AS
            WITH shared AS (
              SELECT {KEY} FROM m_plain WHERE {KEY} IS NOT NULL
              GROUP BY {KEY} HAVING count(*) > 1 AND min({HID}) <> max({HID})
            ), places AS (
              SELECT m.{KEY}, d.hid, d.ord_, m.{MID} AS mid, m.member_id
              FROM m_plain AS m JOIN decided AS d ON m.{HID} = d.hid
              WHERE m.{KEY} IN (SELECT {KEY} FROM shared)
            ), ranked AS (
              SELECT *, min(ord_) OVER (PARTITION BY {KEY}) AS first_ord,
                arg_min(mid, (ord_, mid)) OVER (PARTITION BY {KEY}) AS first_mid
              FROM places
            )
            SELECT ord_, hid, mid, member_id,
              row_number() OVER (ORDER BY first_ord, first_mid, ord_, mid) AS rank
            FROM ranked"""
        )

    def unmatched(self) -> dict[str, int]:
        """For each supplied register, how many of its rows match nobody decided."""
        found = {}
        for index, name in enumerate(self.ruleset.registers):
            if name in self.supplied:
                query = (
                    f"SELECT count(*) FROM r{index}_src AS r"
                    f" ANTI JOIN (SELECT {KEY} FROM m_plain WHERE {KEY} IS NOT NULL) AS m"
                    f" ON r.{KEY} = m.{KEY}"
                )
                found[name] = int(self.connection.execute(query).fetchall()[0][0])
        return found

    # --- writing ------------------------------------------------------------------------

    def copy(self, query: str, path: Path, form: Format) -> None:
        """Stream a query into a file."""
        if form == "parquet":
            target = quoted(f"{path}.parquet")
            self.connection.execute(f"COPY ({query}) TO {target} (FORMAT parquet)")
            return
        shown = [
            f"nullif({_joined(name, kind)}, '') AS {name}"
            for name, kind, *_ in self.connection.execute(f"DESCRIBE {query}").fetchall()
        ]
        target = quoted(f"{path}.csv")
        self.connection.execute(
            f"COPY (SELECT {', '.join(shown)} FROM ({query})) TO {target}"
            " (FORMAT csv, HEADER, NULLSTR '')"
        )

    def write_rejected(self, folder: Path, form: Format, lang: Lang) -> None:
        table = Table(
            "rejected",
            ("source", "row", "field", "value", "reason"),
            tuple(
                (each.source, each.row, each.field, each.value, each.reason.say(lang))
                for each in self.loader.rejected
            ),
        )
        if form == "csv":
            write_csv(folder / "rejected.csv", table)
        else:
            write_parquet(folder / "rejected.parquet", table)


def _joined(name: str, sql_type: str) -> str:
    """A list cell as text."""
    is_list = sql_type.endswith("[]")
    return f"array_to_string({name}, {quoted(LIST_SEPARATOR)})" if is_list else name
