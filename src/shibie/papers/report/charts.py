"""Charts that read well in print: bars with their values, as PNG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from shibie.decision import ELIGIBILITIES
from shibie.errors import Lang, Words
from shibie.papers.printing.fonts import Fonts
from shibie.papers.printing.typst import Typst
from shibie.papers.report.figures import Figures
from shibie.ruleset.model import RuleSet
from shibie.shown_text import shown, shown_data
from shibie.words.speaker import Speaker

TEMPLATE = Path(__file__).parent / "templates" / "chart.typ"
MOST_BARS = 15


@dataclass(frozen=True)
class Chart:
    """One chart: its file name, its title, and what the template draws."""

    name: str
    title: str
    data: dict[str, Any]


def charts(ruleset: RuleSet, figures: Figures, lang: Lang = "zh") -> tuple[Chart, ...]:
    """Eligibility by village, removal reasons, tracks and causes, as far as there are any."""

    def say(zh: str, en: str) -> str:
        return Words(zh, en).say(lang)

    unit = say("户", "households")
    words = [Speaker(ruleset, lang).eligibility(value) for value in ELIGIBILITIES]
    found = [_villages(figures, words, say("各村认定结果（户）", "eligibility by village (households)"))]  # fmt: skip
    reasons = figures.by.get("removed_by_ground")
    if reasons is not None and reasons.rows:
        title = say("清退原因（户，一户可有多个）", "why removed (households, several each)")
        found.append(
            _bars("removed", title, [(t, c.households or 0) for t, c in reasons.rows], unit)
        )
    else:
        title = say("不纳入原因（户，一户可有多个）", "reasons (households, several each)")
        rows = [(t, c.households or 0) for t, c in figures.by["grounds"].rows]
        found.append(_bars("grounds", title, rows, unit))
    tracks = [
        (figures.single[name].title, figures.single[name].count.households or 0)
        for name in figures.tracks
    ]
    title = say("帮扶批次（户，一户可有多批）", "tracks (households, several each)")
    found.append(_bars("tracks", title, tracks, unit))
    causes = figures.by.get("main_causes")
    if causes is not None:
        rows = [(t, c.households or 0) for t, c in causes.rows]
        found.append(
            _bars("causes", say("主要致贫原因（户）", "main causes (households)"), rows, unit)
        )
    return tuple(chart for chart in found if chart.data["rows"])


def _villages(figures: Figures, series: Sequence[str], title: str) -> Chart:
    counts: dict[str, list[int]] = {
        village: [0, 0, 0] for village, _ in figures.by["base_by_village"].rows
    }
    for index, name in enumerate(("eligible", "ineligible", "pending")):
        for village, count in figures.by[f"{name}_by_village"].rows:
            counts[village][index] = count.households or 0
    used = [index for index in range(3) if any(values[index] for values in counts.values())]
    rows = [
        {"label": village or "—", "values": [values[i] for i in used], "note": str(sum(values))}
        for village, values in counts.items()
    ]
    data = {"title": title, "series": [series[index] for index in used], "rows": rows}
    return Chart("villages", title, data)


def _bars(name: str, title: str, rows: list[tuple[str, int]], unit: str) -> Chart:
    shown = [
        {"label": label, "values": [value], "note": f"{value} {unit}"}
        for label, value in rows[:MOST_BARS]
    ]
    return Chart(name, title, {"title": title, "series": [unit], "rows": shown})


def drawn(chart: Chart, fonts: Fonts, day: date) -> bytes:
    """A chart as PNG, fine enough for print."""
    return Typst(TEMPLATE, fonts, day).render(shown_data(chart.data, shown), "png", 220)
