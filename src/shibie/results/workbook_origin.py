"""The sheet 来源 of a workbook of results: what it was made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from shibie.errors import Lang, Words
from shibie.results.made_from import MADE_FROM
from shibie.results.workbook_sheets import SheetColumn, Sheets
from shibie.ruleset.model import RuleSet
from shibie.words import terms

_TABLES: Mapping[str, Words] = {
    "households": Words("农户", "households"), "members": Words("成员", "members"),
    "adjudications": Words("核实", "adjudications"), "steps": Words("程序", "steps"),
    "acts": Words("办理", "acts"), "helpers": Words("帮扶", "helpers"),
    "visits": Words("走访", "visits"), "plans": Words("规划", "plans"),
}  # fmt: skip


def write_origin(sheets: Sheets, ruleset: RuleSet, summary: Mapping[str, Any], lang: Lang) -> None:
    """Write what the decisions were made from, and the digest by which they are known again."""
    if MADE_FROM not in summary:
        return

    def say(zh: str, en: str) -> str:
        return Words(zh, en).say(lang)

    titles = [
        say("项目", "item"), say("内容", "what"), say("认作", "read as"), say("行数", "rows"),
        say("对上", "matched"), say("没对上", "not matched"), say("疑似重复", "perhaps twice"),
        "SHA-256",
    ]  # fmt: skip
    columns = [SheetColumn(title, wrap=index == 1, width=0) for index, title in enumerate(titles)]
    sheets.add(say("来源", "made from"), columns, _rows(ruleset, summary, lang))


def _rows(ruleset: RuleSet, summary: Mapping[str, Any], lang: Lang) -> Iterator[list[Any]]:
    def say(zh: str, en: str) -> str:
        return Words(zh, en).say(lang)

    def line(item: str, what: str, sha256: str = "") -> list[Any]:
        return [item, what, "", None, None, None, None, sha256]

    made, pack = summary[MADE_FROM], summary[MADE_FROM]["pack"]
    yield line(terms.DAY.say(lang), summary["as_of"])
    yield line(say("认定摘要", "digest"), say("认定结果、依据、批次", "decisions, findings, tracks"),
               summary["digest"])  # fmt: skip
    yield line(say("程序", "program"), f"shibie {made['shibie']}")
    yield line(say("规则包", "pack"), pack["id"], pack["sha256"])
    options = made["options"]
    trusted = say("是", "yes") if options["trust_declarations"] else say("否", "no")
    yield line(say("按申报认定（初筛）", "declarations trusted"), trusted)
    if options["set_aside"]:
        titles = [ruleset.registers[name].title for name in options["set_aside"]]
        yield line(
            say("当作与谁都无关的比对表", "registers set aside"), say("、", ", ").join(titles)
        )
    for each in made["inputs"]:
        for at, sheet in enumerate(each["sheets"]):
            first = at == 0
            yield [
                say("文件", "file") if first else "",
                each["file"] if first else "",
                _table(ruleset, sheet, lang),
                *(sheet.get(name) for name in ("rows", "matched", "unmatched", "twice")),
                each["sha256"] if first else "",
            ]


def _table(ruleset: RuleSet, sheet: Mapping[str, Any], lang: Lang) -> str:
    """As what a table was read."""
    name = sheet.get("table")
    if name is None:
        return Words(f"没有用：{sheet['shown']}", f"not used: {sheet['shown']}").say(lang)
    if name in ruleset.registers:
        return ruleset.registers[name].title
    return _TABLES[name].say(lang)
