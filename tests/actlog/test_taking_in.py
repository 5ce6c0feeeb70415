"""Acts in the log: tables are taken in once, and the log is the table that a check reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import shibie
from shibie.actlog import acts_table, open_acts, record, recorded_acts, take_in, with_acts
from shibie.acts import COLUMNS, Act
from shibie.errors import InputError
from shibie.eventlog import SqliteLog, copy_log
from shibie.rosters.given_roster import GivenRoster
from shibie.rosters.sheets import FilePlace, RowsLater, Sheet, read_sheets
from shibie.ruleset.loader import load
from support.books import book, write_folder

AS_OF = date(2015, 12, 20)
PACK = load("bazhong-2015")
SIGNED = {"evidence": "入户", "officer": "王", "date": "2015-12-01"}
REFUTED = {"kind": "核实", "household_id": "003", "rule_id": "vehicle", "verdict": "不属实"}


def rows(*acts: dict[str, Any]) -> list[list[Any]]:
    return [[*COLUMNS], *([{**SIGNED, **row}.get(name) for name in COLUMNS] for row in acts)]


def sheet(*acts: dict[str, Any], name: str = "acts") -> Sheet:
    return Sheet(name, f"{name}.csv", tuple(map(tuple, rows(*acts))))


def outcome(given: GivenRoster, engine: Any) -> dict[str, list[dict[str, Any]]]:
    with shibie.check(PACK, given, AS_OF, engine=engine, lang="en") as result:
        tables = (result.decisions, result.findings, result.acts, result.rejected)
        return {table.name: list(table) for table in tables}


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
def test_a_check_reads_the_log_as_it_reads_the_table(tmp_path: Path, engine: str) -> None:
    sheets = book()
    sheets["acts"] = rows(
        REFUTED,
        {"kind": "correction", "household_id": "002", "field": "工资性收入", "was": "90000", "value": "9000"},
        {"kind": "link", "household_id": "003", "register": "车辆登记比对", "row_key": "川Y0001", "member_id": "2", "value": "是"},
        {"kind": "verdict", "household_id": "001", "rule_id": "deposits", "verdict": "属实", "act_id": "wrong"},
        {"kind": "undo", "household_id": "001", "value": "wrong"},
        {"kind": "step", "household_id": "001", "rule_id": "1"},
    )  # fmt: skip
    folder = write_folder(tmp_path / "r", sheets)
    direct = GivenRoster(PACK, AS_OF, read_sheets(folder))
    with open_acts(tmp_path) as log:
        given, notes = with_acts(direct.sheets, log, PACK)
        assert (notes, log.count) == ((), 7)
    found = outcome(GivenRoster(PACK, AS_OF, given), engine)
    assert found == outcome(direct, engine)
    assert [row["eligibility"] for row in found["decisions"]] == [
        "eligible", "ineligible", "eligible",
    ]  # fmt: skip
    assert [row["kind"] for row in found["acts"]] == ["verdict", "correction", "link", "step"]
    # The table itself is not needed any more.
    (folder / "acts.csv").unlink()
    with open_acts(tmp_path) as log:
        given, _ = with_acts(read_sheets(folder), log, PACK)
    assert outcome(GivenRoster(PACK, AS_OF, given), engine) == found


def test_a_table_is_taken_in_once_by_its_hash(tmp_path: Path) -> None:
    path = write_folder(tmp_path / "r", {"acts": rows(REFUTED)}) / "acts.csv"
    with open_acts(tmp_path) as log:
        first = take_in(log, path)
        assert ([act.verdict for act in first.acts], first.again, log.count) == (["refuted"], 0, 2)
        again = take_in(log, path)
        assert (again.before, again.acts, again.sha256, log.count) == (True, (), first.sha256, 2)
        event = next(log.events())
        assert event["from"] == {"name": "acts.csv", "sha256": first.sha256, "row": 2}
        assert event["act"] == {
            "act_id": first.acts[0].act_id, "kind": "verdict", "household_id": "003", "rule_id": "vehicle",
            "verdict": "refuted", "evidence": "入户", "officer": "王", "date": "2015-12-01",
        }  # fmt: skip
        # With a row more, only that row is new.
        grown = rows(REFUTED, {**REFUTED, "household_id": "001"})
        more = take_in(log, write_folder(tmp_path / "s", {"acts": grown}) / "acts.csv")
        assert ([act.household_id for act in more.acts], more.again) == (["001"], 1)
        assert [act.household_id for act in recorded_acts(log)] == ["003", "001"]


def test_rows_that_cannot_be_used_are_rejected_each_time_until_mended(tmp_path: Path) -> None:
    wrong = [
        {**REFUTED, "kind": "裁决"},
        {**REFUTED, "date": "去年"},
        {"kind": "link", "register": "车辆", "row_key": "k", "value": "是", "household_id": "003"},
        {"kind": "undo", "value": "a-none"},
    ]
    table = sheet(*wrong, REFUTED)
    with open_acts(tmp_path) as log:
        for again in (0, 1):
            found = take_in(log, table)
            assert sorted((each.row, each.field) for each in found.rejected) == [
                (2, "kind"), (3, "date"), (4, "member_id"), (5, "value"),
            ]  # fmt: skip
            assert (len(found.acts), found.again, log.count) == (1 - again, again, 1)
            assert found.notes[0].en == (
                "acts.csv: rows 2, 3, 4, 5 are at fault and were not recorded; mend them"
            )
        # A check says of each what is wrong with it.
        folder = write_folder(tmp_path / "r", {**book(), "acts": rows(*wrong, REFUTED)})
        given, _ = with_acts(read_sheets(folder), log, PACK)
        (acts,) = (each for each in given if each.name == "acts")
        assert [row[1] for row in acts.rows] == ["kind", "verdict", "裁决", "核实", "link", "undo"]
        rejected = outcome(GivenRoster(PACK, AS_OF, given), "interpreter")["rejected"]
        assert [(row["source"], row["row"], row["field"]) for row in rejected] == [
            ("acts.csv", 2, "kind"), ("acts.csv", 3, "date"), ("acts.csv", 4, "member_id"), ("acts.csv", 5, "value"),
        ]  # fmt: skip
        assert outcome(GivenRoster(PACK, AS_OF, given), "duckdb")["rejected"] == rejected
        mended = take_in(log, sheet(REFUTED))
        assert (mended.acts, mended.again, mended.rejected, log.count) == ((), 1, (), 2)
        assert take_in(log, sheet(REFUTED)).before


def test_a_recorded_act_is_not_changed_by_a_row_of_its_number(tmp_path: Path) -> None:
    with open_acts(tmp_path) as log:
        take_in(log, sheet({**REFUTED, "act_id": "1"}))
        with pytest.raises(InputError) as caught:
            take_in(
                log,
                sheet(
                    {**REFUTED, "act_id": "1", "verdict": "属实"},
                    {**REFUTED, "household_id": "001"},
                ),
            )
        assert caught.value.render("en").startswith(
            "acts.csv: '1' is the number of an act of other content"
        )
        assert (log.count, [act.verdict for act in recorded_acts(log)]) == (2, ["refuted"])


def test_rows_that_are_gone_from_a_table_stay_in_force_and_are_said(tmp_path: Path) -> None:
    other = {**REFUTED, "household_id": "001"}
    with open_acts(tmp_path) as log:
        first = take_in(log, sheet({**REFUTED, "act_id": "1"}, other))
        found = take_in(log, sheet(other))
        assert found.left == ("1",)
        assert found.notes[0].en == (
            "acts.csv: the acts 1 are no longer in the table, but stay in force;"
            " undo them by a row of their own"
        )
        assert len(recorded_acts(log)) == len(first.acts) == 2
        # Where it is taken back, there is nothing to be said.
        take_in(log, sheet({**REFUTED, "act_id": "1"}, other))
        assert take_in(log, sheet(other, {"kind": "undo", "value": "1"})).left == ()


def test_names_are_put_into_codes_where_the_rule_set_is_given(tmp_path: Path) -> None:
    link = {"kind": "关联", "register": "车辆登记比对", "row_key": "川Y0001", "value": "是"}
    with open_acts(tmp_path / "a.db") as log:
        assert take_in(log, sheet(link), PACK).acts[0].register_ == "vehicles"
    with open_acts(tmp_path / "b.db") as log:
        assert take_in(log, sheet(link)).acts[0].register_ == "车辆登记比对"
    with open_acts(tmp_path / "c.db") as log:
        found = take_in(log, sheet({**link, "register": "车辆登机"}), PACK)
        assert [(each.row, each.field) for each in found.rejected] == [(2, "register")]


def test_acts_are_recorded_once_and_again_after_they_were_taken_back(tmp_path: Path) -> None:
    verdict = Act(kind="verdict", household_id="003", rule_id="vehicle", verdict="refuted")
    with open_acts(tmp_path) as log:
        (first,) = record(log, verdict)
        assert record(log, verdict) == (first,)
        assert log.count == 1
        record(log, Act(kind="undo", value=first.act_id))
        (second,) = record(log, verdict)
        assert second.act_id == f"{first.act_id}-2"
        assert record(log, verdict) == (second,)
        assert [act.kind for act in recorded_acts(log)] == ["verdict", "undo", "verdict"]
        # A row of a table is the act that it was.
        assert take_in(log, sheet(REFUTED)).again == 0
        for vain in ("a-none", str(recorded_acts(log)[1].act_id)):
            with pytest.raises(InputError, match="to take back"):
                record(log, Act(kind="undo", value=vain))
        with pytest.raises(InputError, match="an act of other content"):
            record(log, verdict.model_copy(update={"act_id": first.act_id, "verdict": "upheld"}))


def test_every_column_of_an_act_comes_back(tmp_path: Path) -> None:
    fields = {name: f"{name} 户\u2028\x00'\"" for name in Act.model_fields}
    whole = {**fields, "kind": "link", "verdict": "exempt", "date": date(2015, 2, 28)}
    with open_acts(tmp_path) as log:
        act = Act.model_validate(whole)
        assert record(log, act) == (act,)
    with open_acts(tmp_path) as log, open_acts(tmp_path / "acts.jsonl") as lines:
        assert recorded_acts(log) == (act,)
        assert acts_table(log).rows == (COLUMNS, act.row())
        assert copy_log(log, lines) == 1
        assert recorded_acts(lines) == (act,)


def test_a_log_of_something_else_is_no_log_of_acts(tmp_path: Path) -> None:
    with open_acts(tmp_path) as log:
        record(log, Act(kind="step", household_id="001", rule_id="s1"))
        log.append({"type": "step_done"})
        with pytest.raises(InputError) as caught:
            acts_table(log)
    assert caught.value.render("en") == (
        "acts.db:2: no act: a log of something else, or written by a newer version"
    )
    assert caught.value.problems[0].code == "bad_act"


class Overtaken(SqliteLog):
    """A log to which somebody else appends between what is read and what is written."""

    others: tuple[Act, ...] = ()

    def extend(self, events: Iterable[Any], *, expected: int | None = None) -> tuple[str, ...]:
        others, self.others = self.others, ()
        if others:
            with open_acts(self.path) as other:
                record(other, *others)
        return super().extend(events, expected=expected)


def test_what_somebody_else_recorded_meanwhile_is_not_recorded_twice(tmp_path: Path) -> None:
    first = Act.model_validate({**SIGNED, **REFUTED, "kind": "verdict", "verdict": "refuted"})
    second = first.model_copy(update={"household_id": "001"})
    with Overtaken(tmp_path / "acts.db") as log:
        log.others = (first,)
        found = take_in(log, sheet(REFUTED, {**REFUTED, "household_id": "002"}))
        assert ([act.household_id for act in found.acts], found.again) == (["002"], 1)
        log.others = (second,)
        record(log, second)
        assert [act.household_id for act in recorded_acts(log)] == ["003", "002", "001"]
        assert len([event for event in log.events() if "act" in event]) == 3


def test_a_file_that_changes_while_it_is_read_is_not_taken_in(tmp_path: Path) -> None:
    path = tmp_path / "acts.csv"
    path.write_text("old", encoding="utf-8")

    def read() -> list[tuple[Any, ...]]:
        path.write_text("new", encoding="utf-8")
        return list(map(tuple, rows(REFUTED)))

    table = Sheet("acts", "acts.csv", RowsLater([COLUMNS], read), file=FilePlace(str(path)))
    with open_acts(tmp_path) as log:
        with pytest.raises(InputError, match="the file changed while it was read"):
            take_in(log, table)
        assert log.count == 0
        assert len(take_in(log, table).acts) == 1


def test_a_roster_without_acts_has_none_of_an_empty_log(tmp_path: Path) -> None:
    with open_acts(tmp_path) as log:
        others = (Sheet("members", "members.csv", ()), Sheet("办理", "办理", ()))
        assert with_acts(others, log, PACK) == (others[:1], ())
        record(log, Act(kind="step", household_id="001", rule_id="s1"))
        given, _ = with_acts(others, log, PACK)
        assert [each.shown for each in given] == ["members.csv", "acts.db"]
        # Columns that say nothing of an act are told, as those of any table.
        odd = sheet(REFUTED, name="办理")
        odd = Sheet("办理", "办理", tuple((*row, "?") for row in odd.rows))
        _, notes = with_acts((odd,), log, PACK)
        assert [note.en for note in notes] == ["办理: columns not used: ?"]
