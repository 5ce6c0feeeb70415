"""Reconciliation: the seed report's gaps by hand, and each identity on both sides."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shibie.cli.app import app
from shibie.errors import InputError
from shibie.papers.report.identities import FigureIdentity
from shibie.papers.report.published import Part, Published, PublishedCount, Rate, read_figures
from shibie.papers.report.reconcile import failures, reconcile

ROOT = Path(__file__).parents[2]
SEED = ROOT / "fixtures" / "seed-report-2015.yaml"


def by_title(checks: tuple[FigureIdentity, ...]) -> dict[tuple[str, str | None], FigureIdentity]:
    return {(each.title, each.by): each for each in checks}


def numbers(check: FigureIdentity) -> tuple[int, int, int]:
    assert check.wanted is not None
    return int(check.wanted), int(check.said), int(check.difference)


# --- the seed report, worked by hand -----------------------------------------------------------


def test_the_seed_report() -> None:
    found = by_title(reconcile(read_figures(SEED)))
    # 481 - 333 + 307 = 455; published 475: 20 more, just the 20 that left poverty in 2014.
    homes = found["原名册 - 清退 + 新进 = 现有", "households"]
    assert numbers(homes) == (455, 475, 20)
    assert homes.outcome == "explained"
    assert homes.note == "差 +20 户，正是“脱贫”的 20 户"
    # 1495 - 1019 + 923 = 1399; published 1402: 3 more; with the 55 of those 20 it is 1454.
    people = found["原名册 - 清退 + 新进 = 现有", "persons"]
    assert numbers(people) == (1399, 1402, 3)
    assert people.outcome == "differs"
    more = found["原名册 - 清退 + 新进 + 脱贫 = 现有", "persons"]
    assert numbers(more) == (1454, 1402, -52)
    assert more.outcome == "differs"
    assert found["原名册 - 清退 + 新进 + 脱贫 = 现有", "households"].outcome == "holds"
    # 1019 / 1495 = 68.16 %; 333 / 481 = 69.23 %.
    removal = found["清退率 68.2%", None]
    assert removal.outcome == "holds"
    assert removal.note == "是按人算的；按户是 69.2%"
    # 1495 / 7860 = 19.02 %, the roster of 2014; 1402 / 7860 = 17.84 %.
    poverty = found["贫困率 19%", None]
    assert poverty.outcome == "differs"
    assert "按人 1402 / 7860 = 17.8%" in poverty.worked
    assert poverty.note == "与 原名册/全部农户（按人）相符"
    # 300 + 242 + 240 + 229 = 1011; 507 + 765 + 642 + 245 = 2159.
    assert found["各批合计", "households"].said == 1011
    assert found["各批合计", "persons"].said == 2159
    plans = found["贫困户发展规划应覆盖全部现有", "households"]
    assert (plans.outcome, plans.note) == ("differs", "差 -5 户，只有 98.9%")
    assert len(failures(tuple(found.values()))) == 4


def test_the_command_prints_the_gaps() -> None:
    done = CliRunner().invoke(app, ["report", "--check", str(SEED)])
    assert done.exit_code == 1
    for text in (
        "差 +20 户，正是“脱贫”的 20 户",
        "差 +3 人，没有数字能说明",
        "470 / 475 = 98.9%",
    ):
        assert text in done.stdout
    assert "清退率" not in done.stdout
    full = CliRunner().invoke(app, ["report", "--check", str(SEED), "--full", "--lang", "en"])
    assert "42 hold" in full.stdout
    assert "清退率 68.2%" in full.stdout
    data = json.loads(CliRunner().invoke(app, ["report", "--check", str(SEED), "--json"]).stdout)
    assert {each["difference"] for each in data if each["outcome"] == "differs"} >= {
        "3",
        "-52",
        "-5",
    }


# --- each identity on both sides ----------------------------------------------------------------


def report(**more: object) -> Published:
    figures = {
        "base": PublishedCount(100, 400), "before": PublishedCount(30, 90), "removed": PublishedCount(10, 30),
        "new": PublishedCount(5, 15), "retained": PublishedCount(20, 60), "now": PublishedCount(25, 75),
    }  # fmt: skip
    figures.update(more.pop("figures", {}))  # type: ignore[call-overload]
    return Published("t", "", figures, **more)  # type: ignore[arg-type]


def test_what_holds_together_is_said_to_hold() -> None:
    found = reconcile(
        report(
            parts=(Part("a", "now", PublishedCount(25, 75), whole=True),),
            rates=(Rate("r", "now", "base", Decimal("25.0"), "households"),),
            villages={"x": {"now": PublishedCount(20, 60)}, "y": {"now": PublishedCount(5, 15)}},
            sums=(("cause", (PublishedCount(20, 70), PublishedCount(5, 5))),),
        )
    )
    assert not failures(found)
    assert all(each.outcome == "holds" for each in found)
    assert len(found) > 20


@pytest.mark.parametrize(
    ("broken", "title"),
    [
        ({"figures": {"now": PublishedCount(26, 75)}}, "原名册 - 清退 + 新进 = 现有"),
        ({"figures": {"retained": PublishedCount(19, 60)}}, "原名册 - 清退 = 保留"),
        ({"figures": {"removed": PublishedCount(31, 30)}}, "清退不多于原名册"),
        ({"figures": {"base": PublishedCount(100, 99)}}, "全部农户：每户至少一人"),
        ({"parts": (Part("a", "now", PublishedCount(26, 70)),)}, "a不多于现有"),
        ({"parts": (Part("a", "now", PublishedCount(24), whole=True),)}, "a应覆盖全部现有"),
        ({"rates": (Rate("r", "now", "base", Decimal(25), "persons"),)}, "r 25%"),
        ({"villages": {"x": {"now": PublishedCount(24, 75)}}}, "各村之和 = 现有"),
        ({"sums": (("因", (PublishedCount(24, 75),)),)}, "各因之和 = 现有"),
    ],
)
def test_what_does_not_is_named(broken: dict[str, object], title: str) -> None:
    assert title in [each.title for each in failures(reconcile(report(**broken)))]


def test_a_change_of_persons_and_other_ends_are_part_of_the_sum() -> None:
    figures = {
        "before": PublishedCount(30, 90), "removed": PublishedCount(10, 30), "unsettled": PublishedCount(2, 4),
        "retained": PublishedCount(18, 53), "new": PublishedCount(5, 15), "exited": PublishedCount(1, 2),
        "change": PublishedCount(0, -3), "now": PublishedCount(24, 70),
    }  # fmt: skip
    found = by_title(reconcile(Published("t", "", figures)))
    whole = found["原名册 - 清退 + 新进 - 原名册其他去向 + 脱贫 + 保留户人口增减 = 现有", "persons"]
    # 90 - 30 + 15 = 75; 70 is 5 less: 2 that had left, 3 fewer, and 4 with another end.
    plain = found["原名册 - 清退 + 新进 = 现有", "persons"]
    assert plain.outcome == "explained"
    assert plain.note == "差 -5 人：脱贫 +2、保留户人口增减 -3、原名册其他去向 -4"
    # 90 - 30 + 15 - 4 + 2 - 3 = 70
    assert numbers(whole) == (70, 70, 0)
    assert whole.outcome == "holds"
    assert (
        found["原名册 - 清退 - 原名册其他去向 + 保留户人口增减 = 保留", "persons"].outcome
        == "holds"
    )


def test_tracks_below_the_whole_leave_somebody_out() -> None:
    tracks = (Part("a", "now", PublishedCount(10, 20)), Part("b", "now", PublishedCount(5, 9)))
    found = by_title(reconcile(report(tracks=tracks)))
    assert found["各批合计", "households"].note == "至少 10 户不在任何一批"
    assert found["各批合计", "persons"].outcome == "note"


# --- files that cannot be used --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: t\nfigures: {bfore: {households: 1}}\n", "f.yaml:2:11: no such figure: bfore\n.*\n.*\n.*'before'"),
        ("title: t\nfigures: {now: {households: x}}\n", "f.yaml:2:29: expected a whole number"),
        ("title: t\nfigures: {}\nparts: [{title: a, of: nwo}]\n", "f.yaml:3:24: no such figure: nwo"),
        ("figures: {}\n", "required key 'title'"),
        ("title: t\nfigures: {}\nrates: [{title: r, of: now, to: base, percent: 1}]\n", "no such figure: now"),
    ],
)  # fmt: skip
def test_bad_figures(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "f.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_figures(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_figures(tmp_path / "none.yaml")
