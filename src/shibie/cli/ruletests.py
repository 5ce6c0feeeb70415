"""`shibie test`: run the YAML tests of a pack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from shibie.cli.app import JsonOption, LangOption, Language, app
from shibie.errors import Words

if TYPE_CHECKING:
    from shibie.errors import Lang
    from shibie.ruletests import TestReport

FAILED = 1


@app.command(name="test")
def run(
    pack: Annotated[str, typer.Argument(help="规则包:名称或文件夹 Pack: a name or a folder.")],
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help="规则缺真、假、未知任一情形的测试也算失败 Untested truths fail too."
        ),
    ] = False,
    as_json: JsonOption = False,
    lang: LangOption = Language.zh,
) -> None:
    """运行规则包的测试 Run a pack's tests; name the rules that none makes fire."""
    from shibie.ruleset.loader import load
    from shibie.ruletests import run_tests

    language: Lang = "en" if lang is Language.en else "zh"
    report = run_tests(load(pack))
    if as_json:
        print(json.dumps(as_data(report), ensure_ascii=False, indent=1))
    else:
        print_report(report, language)
    failed = report.failures or report.never_fired or not report.outcomes
    raise typer.Exit(FAILED if failed or (strict and report.unseen) else 0)


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

    def say(zh: str, en: str) -> str:
        return Words(zh, en).say(lang)

    for outcome in report.failures:
        print(f"{outcome.test.where}: {outcome.test.name}")
        for each in outcome.differences:
            expected, found = say("应为", "expected"), say("实为", "found")
            print(f"  {each.what}: {expected} {each.expected}, {found} {each.found}")
    passed = len(report.outcomes) - len(report.failures)
    print(
        say(
            f"{passed} 个测试通过,{len(report.failures)} 个失败",
            f"{passed} tests passed, {len(report.failures)} failed",
        )
    )
    if not report.outcomes:
        print(say("没有找到测试(tests/*.yaml)", "no tests found (tests/*.yaml)"))
    for rule, words in report.unseen.items():
        names = {
            "true": say("成立", "true"),
            "false": say("不成立", "false"),
            "unknown": say("未知", "unknown"),
        }
        shown = say("、", ", ").join(names[word] for word in words)
        print(say(f"没有测试使 {rule} {shown}", f"no test makes {rule} {shown}"))
