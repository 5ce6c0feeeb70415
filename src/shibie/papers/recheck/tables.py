"""A re-check as tables: of every household of then, of now, of persons, and by village."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, TypeVar

from shibie.errors import Lang, Words
from shibie.papers.recheck.changes import (
    HouseholdLeft,
    HouseholdNow,
    HouseholdThen,
    Person,
    Recheck,
)
from shibie.results.files import json_text
from shibie.results.table import Cells, StreamedRows, Table
from shibie.results.tables import CAVEAT_TITLES, caveats_tables
from shibie.results.workbook_sheets import write_tables
from shibie.shown_text import shown_data
from shibie.words import terms
from shibie.words.speaker import Speaker

FATE_WORDS: Mapping[str, Words] = {
    "rejected": Words("本次数据被退回", "rejected this time"),
    "dissolved": Words("户已不在，人在他户", "dissolved into other households"),
    "gone": Words("全户不在名册", "nobody on the roster"),
    "unmatched": Words("无可用证件号，无法比对", "no usable number, cannot be matched"),
}  # fmt: skip
KINDS: Mapping[str, Words] = {
    "moved": Words("转到他户", "moved to another household"),
    "gone": Words("不在名册", "gone"), "born": Words("新出生", "born"),
    "joined": Words("新增人口（婚入、迁入等）", "joined (by marriage or moving in)"),
    "unmatched": Words("原名册无可用证件号", "no usable number then"),
    "unmatched_now": Words("现名册无可用证件号", "no usable number now"),
    "uncounted": Words("在册但现在不计入人口", "on the roster, no longer counts"),
    "counted": Words("原来不计入、现在计入人口", "did not count, now does"),
}  # fmt: skip
TITLES: Mapping[str, Words] = {
    **terms.COLUMNS, **CAVEAT_TITLES,
    "before": Words("原名册", "before"), "now": Words("现名册", "now"),
    "left_before": Words("此前已脱贫", "exited before"), "unmet": Words("没有达到的退出标准", "not met"),
    "persons_changed": Words("人员变动", "persons"), "villages": Words("分村", "villages"),
    "relations": Words("分户合户", "relations"),
    "persons_now": Words("现有人口", "persons now"),
    "status": Words("结果", "standing"), "successors": Words("现在的户", "successors"),
    "grounds": Words("清退原因", "reasons"), "origins": Words("原来的户", "origins"),
    "criteria": Words("符合的标准", "criteria"),
    "kind": Words("变动", "kind"), "from": Words("原户", "from"), "to": Words("现户", "to"),
    "why": Words("户籍记载", "registry"), "uncounted": Words("不计入的原因", "why not counted"),
    "relation": Words("关系", "relation"),
}  # fmt: skip


def tables(found: Recheck, data: Mapping[str, Any], lang: Lang = "zh") -> tuple[Table, ...]:
    """The tables of a re-check, without anybody's number."""
    speaker = Speaker(found.ruleset, lang)
    titles = speaker.rules
    counted = found.ruleset.persons is not None

    def before(w: HouseholdThen) -> Cells:
        return (
            w.household_id, w.village, w.persons, status(speaker, w.status),
            "|".join(w.successors), w.persons_now, titles(w.grounds),
        )  # fmt: skip

    def now(i: HouseholdNow) -> Cells:
        return (
            i.household_id, i.village, i.persons, status(speaker, i.status),
            "|".join(i.origins), titles(i.criteria),
        )  # fmt: skip

    def left(one: HouseholdLeft) -> Cells:
        return (
            one.household_id, one.village, one.persons, status(speaker, one.status),
            titles(one.grounds), titles(one.unmet),
        )  # fmt: skip

    def person(p: Person) -> Cells:
        row = p.name, KINDS[p.kind].say(lang), p.before, p.now, p.village, p.why
        return (*row, p.uncounted.say(lang) if p.uncounted else "") if counted else row

    words = {
        "split": Words("分户", "split"), "merged": Words("合户", "merged"),
        "relocated": Words("换村", "other village"),
    }  # fmt: skip
    relations = (
        *((words["split"].say(lang), old, "|".join(new)) for old, new in found.split),
        *((words["merged"].say(lang), "|".join(old), new) for new, old in found.merged),
        *((words["relocated"].say(lang), old, new) for old, new in found.relocated),
    )
    villages = tuple(
        (village, item, each["households"], each["persons"])
        for village, items in data["by_village"].items()
        for item, each in ((village_item(speaker, name), each) for name, each in items.items())
    )
    return (
        Table("before", ("household_id", "village", "persons", "status", "successors",
                         "persons_now", "grounds"), mapped(found.was, before)),
        Table("now", ("household_id", "village", "persons", "status", "origins", "criteria"),
              mapped(found.now, now)),
        Table("left_before", ("household_id", "village", "persons", "status", "grounds", "unmet"),
              mapped(found.left, left)),
        Table("persons_changed", ("name", "kind", "from", "to", "village", "why",
                                  *(["uncounted"] if counted else [])),
              mapped(found.persons, person)),
        Table("relations", ("relation", "from", "to"), relations),
        Table("villages", ("village", "item", "households", "persons"), villages),
        *caveats_tables(data.get("caveats", ())),
    )  # fmt: skip


Listed = TypeVar("Listed")


def mapped(listed: Collection[Listed], row: Callable[[Listed], Cells]) -> StreamedRows:
    """The rows of a table, made one by one."""
    return StreamedRows(lambda: len(listed), lambda: map(row, listed))


def status(speaker: Speaker, name: str) -> str:
    """A standing, or what else became of a household, in words.

    >>> from shibie.ruleset.loader import load
    >>> bazhong = Speaker(load("bazhong-2015"))
    >>> status(bazhong, "removed"), status(bazhong, "gone")
    ('清退', '全户不在名册')
    """
    fate = FATE_WORDS.get(name)
    return speaker.standing(name) if fate is None else fate.say(speaker.lang)


def village_item(speaker: Speaker, name: str) -> str:
    """A figure of a village in words.

    >>> from shibie.ruleset.loader import load
    >>> bazhong = Speaker(load("bazhong-2015"))
    >>> village_item(bazhong, "removed_then"), village_item(bazhong, "new")
    ('原名册：清退', '新进')
    """
    if name == "before":
        return TITLES["before"].say(speaker.lang)
    of, then, _ = name.partition("_then")
    word = status(speaker, of)
    return speaker.say(f"原名册：{word}", f"then: {word}") if then else word


def write(out: Path, found: Recheck, data: Mapping[str, Any], lang: Lang = "zh") -> None:
    """Write a workbook (.xlsx), or a folder of CSV with `recheck.json`."""
    write_tables(
        out, tables(found, data, lang), TITLES, lang, {"recheck.json": json_text(shown_data(data))}
    )
