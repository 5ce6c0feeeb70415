"""`shibie verify`: what is proved of a pack, and the households that refute the rest."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shibie.cli.app import JsonOption, LangOption, app, spoken
from shibie.cli.terminal import marked, marked_lines, tell, tell_data
from shibie.errors import Problem, Words
from shibie.shown_text import shown_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from shibie.errors import Lang
    from shibie.proofs.findings import ProofFinding, QuestionResult
    from shibie.proofs.report import PackReport
    from shibie.ruleset.model import RuleSet

REFUTED = 1
VERDICTS = {
    "proved": Words("成立", "proved"),
    "refuted": Words("不成立", "refuted"),
    "undecided": Words("未定", "undecided"),
    "noted": Words("供参考", "noted"),
    "accepted": Words("已接受", "accepted"),
}
# Rows of one check that are shown before the rest is only counted.
MOST_SHOWN = 6

PackArgument = Annotated[str, typer.Argument(help="规则包：名称或文件夹 Pack: a name or a folder.")]


@app.command()
def verify(
    pack: PackArgument,
    as_json: JsonOption = False,
    timeout: Annotated[
        float, typer.Option("--timeout", help="每问至多几秒 Seconds for each question.", min=0.1)
    ] = 20,
    members: Annotated[
        int, typer.Option("--members", help="至多几人 How many members.", min=1, max=12)
    ] = 4,
    rows: Annotated[
        int, typer.Option("--rows", help="每人每表几行 Rows of a register each.", min=1, max=12)
    ] = 2,
    witnesses: Annotated[
        Path | None,
        typer.Option("--witnesses", help="见证写成规则测试 Write the witnesses as rule tests."),
    ] = None,
    mutants: Annotated[
        bool, typer.Option("--mutants", help="变异测试 Which wrong changes nobody notices.")
    ] = False,
    lang: LangOption = None,
) -> None:
    """证明规则包的性质 Prove what a pack does to every household, or show one that refutes it."""
    from shibie.engines.solver.household import Bound
    from shibie.proofs.report import verify as verified
    from shibie.ruleset.loader import load

    language = spoken(lang, pack)
    ruleset = load(pack)
    loud = sys.stderr.isatty()

    def progress(title: Words) -> None:
        if loud:
            print(
                f"\r\033[K{shown_line(title.say(language))} …", end="", file=sys.stderr, flush=True
            )

    if mutants:
        raise typer.Exit(_mutants(ruleset, timeout, progress, as_json, language))
    report = verified(ruleset, Bound(members, rows), timeout, progress=progress)
    if loud:
        print("\r\033[K", end="", file=sys.stderr)
    if witnesses is not None:
        write_witnesses(report, witnesses)
    if as_json:
        tell_data(as_data(report, language))
    else:
        print_report(report, language)
    raise typer.Exit(0 if report.verdict in ("proved", "noted") else REFUTED)


def _mutants(
    ruleset: RuleSet, seconds: float, progress: Callable[[Words], None], as_json: bool, lang: Lang
) -> int:
    from shibie.cli import mutants
    from shibie.mutation.score import score

    found = score(ruleset, seconds, progress)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    if as_json:
        tell_data(mutants.as_data(found, lang))
    else:
        mutants.print_score(found, lang)
    return 0 if found.good else REFUTED


def write_witnesses(report: PackReport, folder: Path) -> None:
    """Every refuted finding's household as a file of rule tests, named for the finding."""
    from shibie.atomic import new_files, write_text
    from shibie.proofs.witness_text import rule_tests

    with new_files(folder) as aside:
        for finding in report.findings:
            if finding.witness is not None and finding.verdict in ("refuted", "noted"):
                name = f"{finding.name}:{finding.what.zh}"
                text = rule_tests(report.ruleset, name, finding.witness)
                write_text(
                    aside / f"{finding.name}.yaml", f"# shibie verify: {finding.name}\n{text}"
                )


def as_data(report: PackReport, lang: Lang) -> dict[str, Any]:
    """The report as plain data."""
    from shibie.proofs.witness_text import readable, shown

    def finding(each: ProofFinding) -> dict[str, Any]:
        data: dict[str, Any] = {
            "name": each.name, "verdict": each.verdict, "what": each.what.say(lang),
            "reach": each.reach,
        }  # fmt: skip
        if each.accepted:
            data["accepted"] = each.accepted
            data["accepted_where"] = each.where.say(lang)
        if each.witness is not None and each.verdict != "proved":
            data["witness"] = {
                "as_of": str(each.witness.as_of),
                "given": [plain(readable(report.ruleset, state)) for state in each.witness.states],
                "text": shown(report.ruleset, each.witness, lang),
            }
        return data

    return {
        "pack": report.ruleset.id, "verdict": report.verdict,
        "bound": {"members": report.bound.members, "rows": report.bound.rows},
        "seconds": round(report.seconds, 2),
        "checks": [
            {"name": check.name, "title": check.title.say(lang), "verdict": check.verdict,
             "seconds": round(check.seconds, 2), "findings": [finding(each) for each in check.findings]}
            for check in report.checks
        ],
        "stale": [
            {"finding": each.finding, "where": each.at, "why": each.why.say(lang)}
            for each in report.stale
        ],
    }  # fmt: skip


def plain(value: Any) -> Any:
    """Facts as JSON has them; exact numbers as text."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | frozenset):
        return [plain(each) for each in (sorted(value) if isinstance(value, frozenset) else value)]
    return value if isinstance(value, bool | int | str | None) else str(value)


def print_report(report: PackReport, lang: Lang) -> None:
    """A table of the checks; under it whatever does not simply hold."""
    from rich.console import Console
    from rich.table import Table

    def say(zh: str, en: str) -> str:
        return Words(zh, en).say(lang)

    console = Console(width=None if sys.stdout.isatty() else 140, highlight=False)
    table = Table(*(
        each.say(lang)
        for each in (Words("检查", "check"), Words("结论", "verdict"), Words("说明", "remarks"))
    ))  # fmt: skip
    table.add_column(say("秒", "s"), justify="right")
    for check in report.checks:
        verdict = VERDICTS[check.verdict].say(lang)
        table.add_row(
            marked(check.title.say(lang)),
            verdict,
            marked_lines(remarks(check, report, lang)),
            f"{check.seconds:.1f}",
        )
    console.print(table)
    for finding in report.findings:
        if finding.verdict in ("refuted", "undecided"):
            print_finding(report, finding, lang)
    for each in report.stale:
        tell(Problem(each.at, each.why).render(lang))
    bound = report.bound
    tell(say(
        f"用时 {report.seconds:.1f} 秒；界限：至多 {bound.members} 人，每人每表至多 {bound.rows} 行",
        f"{report.seconds:.1f} s; bound: at most {bound.members} members, {bound.rows} rows each",
    ))  # fmt: skip


def remarks(check: QuestionResult, report: PackReport, lang: Lang) -> str:
    """What stands beside a verdict: how many, how far it reaches, and what was noted."""
    noted = [each.what.say(lang) for each in check.findings if each.verdict == "noted"]
    if noted:
        return "\n".join(noted if check.name != "tracks" else noted[:1])
    parts = [Words(f"{len(check.findings)} 项", f"{len(check.findings)} items").say(lang)]
    accepted = sum(bool(each.accepted) for each in check.findings)
    if accepted:
        parts.append(Words(f"其中 {accepted} 项已接受", f"{accepted} accepted").say(lang))
    proofs = [each for each in check.findings if each.verdict == "proved" and each.witness is None]
    bounded = sum(each.reach == "bound" for each in proofs)
    if bounded == len(proofs) and proofs:
        parts.append(Words("界限内", "within the bound").say(lang))
    elif bounded:
        parts.append(Words(f"{bounded} 项限于界限内", f"{bounded} within the bound").say(lang))
    elif proofs:
        parts.append(Words("任意多人、任意多行", "any number of people and rows").say(lang))
    return Words("，", ", ").say(lang).join(parts)


def print_finding(report: PackReport, finding: ProofFinding, lang: Lang) -> None:
    """One finding that does not simply hold, its household, and why it is accepted."""
    from shibie.proofs.witness_text import shown
    from shibie.words.lists import labelled

    word = VERDICTS["accepted" if finding.accepted else finding.verdict].say(lang)
    tell(labelled(f"{word} {finding.name}", finding.what.say(lang), lang))
    if finding.accepted:
        where = finding.where
        if where.zh:
            bound = finding.reach == "bound"
            rest = Words("，界限内" if bound else "", " within the bound" if bound else "")
            tell("  " + Words(
                f"只限：{where.zh}（别处没有{rest.zh}）", f"only where: {where.en} (nowhere else{rest.en})"
            ).say(lang))  # fmt: skip
        tell("  " + Words(f"理由：{finding.accepted}", f"reason: {finding.accepted}").say(lang))
    elif finding.witness is not None:
        said = shown(report.ruleset, finding.witness, lang)
        tell("  " + Words(f"例：{said}", f"e.g. {said}").say(lang))
