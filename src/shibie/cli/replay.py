"""`shibie replay`: what was decided is decided again, and compared."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shibie.cli.app import JsonOption, LangOption, app
from shibie.cli.terminal import tell, tell_data
from shibie.errors import Words

if TYPE_CHECKING:
    from shibie.errors import Lang
    from shibie.replaying import Replayed

DIFFERENT = 1


@app.command()
def replay(
    summary: Annotated[
        Path, typer.Argument(metavar="SUMMARY.json", help="认定时写出的 summary.json，或它所在的文件夹"
                             " A summary.json, or the folder that holds it.")
    ],
    inputs: Annotated[
        Path | None,
        typer.Option(help="输入文件现在所在的文件夹 Where the input files are now."),
    ] = None,
    rules: Annotated[
        str | None,
        typer.Option("--rules", "-r", help="规则包现在在哪里 Where the pack is now."),
    ] = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:  # fmt: skip
    """按原来的文件、规则和选项再认定一次，比较结果 Decide again, and compare."""
    from shibie.replaying import replay as replayed

    gc.disable()
    found = replayed(summary, inputs, rules)
    language: Lang = "en" if lang is not None and lang.value == "en" else "zh"
    if as_json:
        tell_data(_data(found))
    else:
        for line in said(found):
            tell(line.say(language))
    raise typer.Exit(0 if found.same else DIFFERENT)


def said(found: Replayed) -> list[Words]:
    """What came of it, line by line."""
    before = found.before
    households = sum(was for was, _ in found.counts.values())
    lines = [
        Words(f"文件变了：{name}", f"the file is another now: {name}") for name in found.changed
    ]
    if found.rules_changed:
        pack = before.made_from.pack.id
        lines.append(Words(f"规则包变了：{pack}", f"the pack is another now: {pack}"))
    if found.version != before.made_from.shibie:
        was = before.made_from.shibie
        lines.append(
            Words(f"当时是 shibie {was}，现在是 {found.version}",
                  f"it was shibie {was}, it is {found.version} now")
        )  # fmt: skip
    if found.same:
        return [
            *lines,
            Words(f"相同：认定 {households} 户，摘要 {found.digest}",
                  f"the same: {households} households decided, digest {found.digest}"),
        ]  # fmt: skip
    names = {
        "eligible": Words("纳入", "eligible"), "ineligible": Words("不纳入", "ineligible"),
        "pending": Words("待核实", "pending"),
    }  # fmt: skip
    lines.append(Words("不同：", "different:"))
    for name, (then, now) in found.counts.items():
        word = names[name]
        lines.append(Words(f"  {word.zh} {then} 户 → {now} 户",
                           f"  {word.en} {then} → {now} households"))  # fmt: skip
    lines.append(
        Words(f"  摘要 {before.digest} → {found.digest}", f"  digest {before.digest} → {found.digest}")
    )  # fmt: skip
    return lines


def _data(found: Replayed) -> dict[str, Any]:
    return {
        "same": found.same,
        "digest": {"before": found.before.digest, "now": found.digest},
        "by_eligibility": {
            name: {"before": was, "now": now} for name, (was, now) in found.counts.items()
        },
        "changed_inputs": list(found.changed),
        "rules_changed": found.rules_changed,
        "version": {"before": found.before.made_from.shibie, "now": found.version},
    }
