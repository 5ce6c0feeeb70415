"""`shibie test`: run the YAML tests of a pack."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shibie.cli.app import JsonOption, LangOption, app, spoken
from shibie.cli.terminal import tell, tell_data
from shibie.errors import Words

if TYPE_CHECKING:
    from shibie.coverage import Coverage
    from shibie.errors import Lang
    from shibie.ruleset.model import RuleSet
    from shibie.ruletests import TestReport

FAILED = 1


@app.command(name="test")
def run(
    pack: Annotated[str, typer.Argument(help="规则包：名称或文件夹 Pack: a name or a folder.")],
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help="规则缺真、假、未知任一情形的测试也算失败 Untested truths fail too."
        ),
    ] = False,
    coverage: Annotated[
        bool,
        typer.Option(
            "--coverage", help="条件的每一部分测到了没有 Which parts of conditions are seen."
        ),
    ] = False,
    suggest: Annotated[
        Path | None,
        typer.Option(
            "--suggest", help="把没测到的写成测试，待核对 Write what is missing as tests."
        ),
    ] = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """运行规则包的测试 Run a pack's tests; name the rules that none makes fire."""
    from shibie.coverage import measure
    from shibie.ruleset.loader import load
    from shibie.ruletests import run_tests

    language = spoken(lang, pack)
    ruleset = load(pack)
    report = run_tests(ruleset)
    measured = None
    if coverage or suggest is not None:
        measured = measure(ruleset, (outcome.test.case for outcome in report.outcomes))
    if as_json:
        data = as_data(report)
        if measured is not None:
            data["coverage"] = coverage_data(ruleset, measured, language)
        tell_data(data)
    else:
        print_report(report, language)
        if measured is not None:
            print_coverage(ruleset, measured, language)
    if suggest is not None and measured is not None:
        write_suggestions(ruleset, measured, suggest, language)
    failed = report.failures or report.never_fired or not report.outcomes
    raise typer.Exit(FAILED if failed or (strict and report.unseen) else 0)


def coverage_data(ruleset: RuleSet, measured: Coverage, lang: Lang) -> dict[str, object]:
    """Coverage as plain data."""
    from shibie.coverage import unseen_words

    return {
        "percent": measured.percent(),
        "rules": {rule: measured.percent(rule) for rule in measured.wanted},
        "missing": [unseen_words(ruleset, each).say(lang) for each in measured.missing],
    }


def print_coverage(ruleset: RuleSet, measured: Coverage, lang: Lang) -> None:
    """Every rule that is not seen whole, and what of it is not."""
    from shibie.coverage import unseen_words

    for rule in measured.wanted:
        missing = [each for each in measured.missing if each.tested.rule == rule]
        if missing:
            tell(f"{rule} {measured.percent(rule)}%")
        for each in missing:
            tell(
                f"  {Words('没有测试显示', 'no test shows').say(lang)} {unseen_words(ruleset, each).say(lang)}"
            )
    seen, wanted = measured.percent(), sum(measured.wanted.values())
    shown = wanted - len(measured.missing)
    tell(
        Words(
            f"条件覆盖 {seen}%（{shown}/{wanted}）",
            f"conditions covered: {seen}% ({shown}/{wanted})",
        ).say(lang)
    )


def write_suggestions(ruleset: RuleSet, measured: Coverage, file: Path, lang: Lang) -> None:
    """What is missing as tests to fill in; and what no household can show."""
    from shibie.atomic import write_text
    from shibie.coverage import unseen_words
    from shibie.proofs.suggested_tests import as_yaml, suggestions, titles_in_tests

    found = list(suggestions(ruleset, measured.missing))
    written = [each for each in found if each.witness is not None]
    if written:
        tests = ruleset.folder / "tests" if ruleset.folder else None
        titled = titles_in_tests(ruleset, tests) if tests else frozenset()
        write_text(file, as_yaml(ruleset, written, titled))
    said = {
        "none": Words("没有户能显示", "no household shows"),
        "undecided": Words("未找到", "not found"),
    }
    for each in found:
        if each.witness is None:
            tell(
                f"{said[each.reply].say(lang)} {unseen_words(ruleset, each.missing).say(lang)}",
                error=True,
            )
    told = Words("没有可补的测试", "no tests to add")
    if written:
        many = len(written)
        told = Words(f"{many} 个测试待核对，在 {file}", f"{many} tests to check: {file}")
    tell(told.say(lang), error=True)


def as_data(report: TestReport) -> dict[str, object]:
    """The report as plain data."""
    return {
        "tests": len(report.outcomes),
        "failed": [
            {
                "name": outcome.test.name,
                "where": outcome.test.where,
                "differences": [
                    {"what": each.what, "expected": each.expected, "found": each.found}
                    for each in outcome.differences
                ],
            }
            for outcome in report.failures
        ],
        "never_fired": list(report.never_fired),
        "unseen": {rule: list(words) for rule, words in report.unseen.items()},
    }


def print_report(report: TestReport, lang: Lang) -> None:
    """Failures with what was expected and found; then what no test shows."""
    from shibie.words import terms
    from shibie.words.lists import either

    def say(zh: str, en: str) -> str:
        return Words(zh, en).say(lang)

    for outcome in report.failures:
        tell(f"{outcome.test.where}: {outcome.test.name}")
        for each in outcome.differences:
            tell(f"  {each.said.say(lang)}")
    passed = len(report.outcomes) - len(report.failures)
    tell(
        say(
            f"{passed} 个测试通过，{len(report.failures)} 个失败",
            f"{passed} tests passed, {len(report.failures)} failed",
        )
    )
    if not report.outcomes:
        tell(say("没有找到测试（tests/*.yaml）", "no tests found (tests/*.yaml)"))
    for rule, words in report.unseen.items():
        shown = either((terms.OUTCOMES[word].say(lang) for word in words), lang)
        tell(say(f"没有测试使 {rule} {shown}", f"no test shows {rule}: {shown}"))
