"""The procedure as a flow, with how many households stand at each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from shibie.errors import Lang, Words
from shibie.ruleset.model import RuleSet, Step
from shibie.words.lists import bracketed

BOX_WIDTH, BOX_HEIGHT, GAP, MARGIN = 230, 58, 30, 20


@dataclass(frozen=True)
class AtStep:
    """A step: how many households stand at it, and how many have it recorded."""

    step: Step
    standing: int
    recorded: int


def mermaid(ruleset: RuleSet, found: Sequence[AtStep], lang: Lang = "zh") -> str:
    """The flow as Mermaid text."""
    lines = ["flowchart TD"]
    for each in found:
        text = _label(each, lang).replace("\n", "<br/>").replace('"', "'")
        lines.append(f'  {each.step.id}["{text}"]')
    lines += [f"  {before} --> {step.id}" for step in ruleset.procedure for before in step.after]
    return "\n".join(lines) + "\n"


def _label(each: AtStep, lang: Lang) -> str:
    step = each.step
    stand = Words(
        f"停在此步 {each.standing} 户 · 已记录 {each.recorded} 户",
        f"{each.standing} stand here · {each.recorded} recorded",
    ).say(lang)
    return f"{step.number} {step.title}{bracketed(step.actor, lang)}\n{stand}"


def svg(ruleset: RuleSet, found: Sequence[AtStep], lang: Lang = "zh") -> str:
    """The flow as an SVG picture: one box a step, top to bottom, side by side on a level."""
    levels = _levels(ruleset)
    rows: dict[int, list[Step]] = {}
    for step in ruleset.procedure:
        rows.setdefault(levels[step.id], []).append(step)
    widest = max((len(row) for row in rows.values()), default=1)
    width = 2 * MARGIN + widest * BOX_WIDTH + (widest - 1) * GAP
    height = 2 * MARGIN + len(rows) * (BOX_HEIGHT + GAP) - GAP
    place: dict[str, tuple[float, float]] = {}
    for level, row in sorted(rows.items()):
        used = len(row) * BOX_WIDTH + (len(row) - 1) * GAP
        for number, step in enumerate(row):
            x = (width - used) / 2 + number * (BOX_WIDTH + GAP)
            place[step.id] = (x, MARGIN + level * (BOX_HEIGHT + GAP))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="Noto Sans CJK SC, sans-serif">',
        '<defs><marker id="a" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0L8 4L0 8z" fill="#667"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for step in ruleset.procedure:
        for before in step.after:
            (x1, y1), (x2, y2) = place[before], place[step.id]
            parts.append(
                f'<line x1="{x1 + BOX_WIDTH / 2:.1f}" y1="{y1 + BOX_HEIGHT:.1f}" '
                f'x2="{x2 + BOX_WIDTH / 2:.1f}" y2="{y2:.1f}" stroke="#667" marker-end="url(#a)"/>'
            )
    for each in found:
        x, y = place[each.step.id]
        fill = "#FCE8B2" if each.standing else "#EEF2F7"
        title, stand = _label(each, lang).split("\n")
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="8" '
            f'fill="{fill}" stroke="#8899AA"/>'
        )
        for dy, size, text in ((24, 13, title), (44, 11.5, stand)):
            parts.append(
                f'<text x="{x + BOX_WIDTH / 2:.1f}" y="{y + dy:.1f}" font-size="{size}" '
                f'text-anchor="middle">{escape(text)}</text>'
            )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _levels(ruleset: RuleSet) -> dict[str, int]:
    """How far down each step stands: one below the lowest of those before it."""
    levels: dict[str, int] = {}
    for step in ruleset.procedure:
        levels[step.id] = max((levels[before] + 1 for before in step.after), default=0)
    return levels
