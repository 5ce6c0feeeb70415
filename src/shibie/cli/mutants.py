"""How `shibie verify --mutants` shows which wrong changes nobody noticed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from shibie.cli.terminal import marked, tell
from shibie.errors import Problem, Words

if TYPE_CHECKING:
    from shibie.errors import Lang
    from shibie.mutation.score import Score, Trial

FATES = {
    "test": Words("规则测试发现", "killed by a rule test"),
    "property": Words("性质发现", "killed by a property"),
    "equivalent": Words("等价（证明无差别）", "equivalent (proved)"),
    "survived": Words("未被发现", "survived"),
}


def as_data(score: Score, lang: Lang) -> dict[str, Any]:
    """The score as plain data; every mutant with its fate."""
    from shibie.proofs.witness_text import shown

    def trial(each: Trial) -> dict[str, Any]:
        data: dict[str, Any] = {
            "name": each.mutant.name, "rule": each.mutant.rule, "fate": each.fate, "by": each.by,
            "change": change(score, each, lang),
        }  # fmt: skip
        if each.witness is not None:
            data["witness"] = shown(score.ruleset, each.witness, lang)
        if each.accepted:
            data["accepted"] = each.accepted
        return data

    return {
        "pack": score.ruleset.id, "percent": score.percent, "good": score.good,
        "mutants": [trial(each) for each in score.trials],
        "stale": [{"finding": each.finding, "where": each.at} for each in score.stale],
    }  # fmt: skip


def change(score: Score, trial: Trial, lang: Lang) -> str:
    """What the mutant changed, in words."""
    from shibie.words.prose import describe

    parts = (
        describe(node, score.ruleset, lang) for node in (trial.mutant.before, trial.mutant.after)
    )
    return " ⇒ ".join(parts)


def print_score(score: Score, lang: Lang) -> None:
    """A table of fates by rule, every survivor with a household, and the score."""
    from rich.console import Console
    from rich.table import Table

    from shibie.proofs.witness_text import shown

    def say(zh: str, en: str) -> str:
        return Words(zh, en).say(lang)

    console = Console(width=None if sys.stdout.isatty() else 140, highlight=False)
    table = Table(say("规则", "rule"))
    for words in FATES.values():
        table.add_column(words.say(lang), justify="right")
    rules = dict.fromkeys(trial.mutant.rule for trial in score.trials)
    for rule in rules:
        counts = [
            sum(trial.fate == fate for trial in score.trials if trial.mutant.rule == rule)
            for fate in FATES
        ]
        table.add_row(marked(rule), *(str(count or "") for count in counts))
    console.print(table)
    for trial in score.trials:
        if trial.fate != "survived":
            continue
        tell(
            f"{FATES['survived'].say(lang)} mutant.{trial.mutant.name}: {change(score, trial, lang)}"
        )
        if trial.accepted:
            tell("  " + say(f"理由：{trial.accepted}", f"reason: {trial.accepted}"))
        elif trial.witness is not None:
            said = shown(score.ruleset, trial.witness, lang)
            tell("  " + say(f"能分辨它的户：{said}", f"told apart by: {said}"))
    for each in score.stale:
        tell(Problem(each.at, each.why).render(lang))
    killed = score.count("test") + score.count("property")
    tell(say(
        f"{len(score.trials)} 个变异，发现 {killed} 个，等价 {score.count('equivalent')} 个，"
        f"未被发现 {score.count('survived')} 个：{score.percent}%",
        f"{len(score.trials)} mutants, {killed} killed, {score.count('equivalent')} equivalent, "
        f"{score.count('survived')} survived: {score.percent}%",
    ))  # fmt: skip
