"""A roster folder of any size, decided by DuckDB: files in, files out, memory bounded."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from shibie.bulk.duck import duck_host
from shibie.bulk.files import open_folder
from shibie.bulk.host import Host
from shibie.bulk.load import Loader
from shibie.bulk.name_results import NamedResults
from shibie.bulk.totals import Totals
from shibie.bulk.validate import PASSED
from shibie.check import must_be_in_force
from shibie.engine.relational.expressions import Asked
from shibie.engine.relational.outcome import NUMBER_OF, Judge
from shibie.engine.relational.plan import HID, KEY, MID
from shibie.errors import Lang, Words
from shibie.language.tree import HOUSEHOLD
from shibie.ruleset.model import RuleSet
from shibie.tables.results import Format, Table


def run_folder(
    ruleset: RuleSet,
    folder: Path,
    as_of: date,
    outs: Mapping[Path, Format],
    *,
    memory: str | None = None,
    temp: Path | None = None,
    trust_declarations: bool = False,
    progress: Callable[[str], None] | None = None,
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
        progress: told what is being done, as it begins.
        lang: language of the reasons.
        notes: what was normalised, ignored or not found is added to it.

    Returns:
        The summary, as in `summary.json`.

    Raises:
        InputError: when the folder cannot be used at all, or memory or disk do not suffice.
    """
    must_be_in_force(ruleset, as_of)
    beside = temp or next((out.parent for out in outs), None)
    with duck_host(folder, memory, beside) as host:
        run = Run(host, str(folder), ruleset, as_of, trust_declarations, progress)
        summary = run.write({str(out): form for out, form in outs.items()}, lang)
    if notes is not None:
        notes += run.notes
    return summary


class Run:
    """One run: validate, load, decide, name, write."""

    def __init__(
        self, host: Host, folder: str, ruleset: RuleSet, as_of: date, trust_declarations: bool,
        progress: Callable[[str], None] | None,
    ) -> None:  # fmt: skip
        self.host, self.ruleset, self.as_of = host, ruleset, as_of
        self.trust, self.progress = trust_declarations, progress
        self.say("reading")
        tables = open_folder(host, folder, ruleset)
        self.supplied = frozenset(tables.registers)
        trusted = frozenset(ruleset.registers) - self.supplied if trust_declarations else ()
        self.asked = Asked(as_of, frozenset(trusted))
        self.procedure = bool(ruleset.procedure) and tables.steps is not None
        judge = Judge(ruleset, self.asked, host.dialect, procedure=self.procedure)
        self.outcomes = judge.outcomes(("ord_", *PASSED))
        self.needed = Judge(ruleset, self.asked, host.dialect, "u_").unknowns()
        columns: dict[str, set[str]] = {"h": set(), "m": set()}
        for each in (self.outcomes, self.needed):
            for relation, names in each.sources.items():
                columns.setdefault(relation, set()).update(names)
        self.loader = Loader(host, tables, ruleset, as_of, columns)

    @property
    def notes(self) -> list[Words]:
        """What was normalised, ignored or not found."""
        return self.loader.notes

    def say(self, what: str) -> None:
        """Tell whoever wants to know what is being done."""
        if self.progress is not None:
            self.progress(what)

    def write(self, outs: Mapping[str, Format], lang: Lang) -> dict[str, Any]:
        """Decide, and write the results."""
        self.say("validating")
        self.loader.load()
        self.say("deciding")
        self.decide()
        self.say("naming")
        named = NamedResults(self.host, self.ruleset, self.procedure)
        named.prepare()
        totals = Totals(
            self.host, self.ruleset, self.as_of, self.trust, self.supplied,
            self.unmatched(), self.loader.rejected_households, len(self.loader.rejected),
            self.ruleset.field_spec(HOUSEHOLD, "on_previous_roster") is not None,
        )  # fmt: skip
        summary = totals.summary()
        text = json.dumps(summary, ensure_ascii=False, indent=1) + "\n"
        for out, form in outs.items():
            self.say(f"writing {out}")
            self.host.write(
                out, form, named.outputs(), [self.rejected(lang)], {"summary.json": text}
            )
        self.say("done")
        return summary

    def rejected(self, lang: Lang) -> Table:
        """The rejected rows with their reasons."""
        return Table(
            "rejected",
            ("source", "row", "field", "value", "reason"),
            tuple(
                (each.source, each.row, each.field, each.value, each.reason.say(lang))
                for each in self.loader.rejected
            ),
        )

    # --- deciding -----------------------------------------------------------------------

    def decide(self) -> None:
        """Fill `decided`, `people`, `needed` and `twice`."""
        run = self.host.run
        self.host.steps(self.outcomes.steps, self.say)
        run("CREATE TABLE decided AS SELECT * FROM h_out")
        run(
            "CREATE TABLE people AS SELECT o.*, d.ord_, s.member_id FROM m_out AS o"
            " JOIN decided AS d ON o.hid = d.hid JOIN m_src AS s ON o.mid = s.mid"
        )
        pending = f"SELECT hid FROM decided WHERE judged = {NUMBER_OF['pending']}"
        run(f"CREATE TABLE pending AS {pending}")
        run("CREATE VIEW u_h_src AS SELECT * FROM h_src SEMI JOIN pending USING (hid)")
        run("CREATE VIEW u_m_src AS SELECT * FROM m_src SEMI JOIN pending USING (hid)")
        for index in range(len(self.ruleset.registers)):
            run(
                f"CREATE VIEW u_r{index}_src AS SELECT * FROM r{index}_src"
                f" WHERE {KEY} IN (SELECT {KEY} FROM u_m_src)"
            )
        self.say("unknown facts")
        self.host.steps(self.needed.steps, self.say)
        run(
            "CREATE TABLE needed AS SELECT hid, unknown FROM u_h_out WHERE array_length(unknown) > 0"
        )
        self.say("duplicates")
        self._duplicates()

    def _duplicates(self) -> None:
        """The same person in several decided households, in order of first appearance."""
        self.host.run(
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
                found[name] = int(self.host.rows(query)[0][0])
        return found
