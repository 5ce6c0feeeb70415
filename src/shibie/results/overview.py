"""The 汇总 sheet: counts in households and persons, with charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from shibie.decision import UNCOUNTED_HIT
from shibie.errors import Lang, Words
from shibie.registers.set_aside import caveats
from shibie.registers.unmatched import said_of_empty, said_of_matching_nobody
from shibie.results.counts import total
from shibie.results.workbook_sheets import printed_across
from shibie.ruleset.checking.standings import UNDECIDED
from shibie.ruleset.model import Among, RuleSet
from shibie.shown_text import shown_line
from shibie.words import terms
from shibie.words.speaker import Speaker

_COLORS = {"eligible": "#4CAF6E", "ineligible": "#D96C64", "pending": "#E8B740"}
CountRows = Sequence[tuple[str, int, int]]


def write_overview(
    book: xlsxwriter.Workbook,
    sheet: Worksheet,
    ruleset: RuleSet,
    summary: Mapping[str, Any],
    lang: Lang = "zh",
) -> None:
    """Write every block of the summary one below the other, charts to their right."""
    bold = book.add_format({"bold": True, "font_size": 12})
    header = book.add_format({"bold": True, "bg_color": "#DDE6F0", "border": 1})
    plain = book.add_format({"border": 1})
    titles = [terms.COLUMNS[name] for name in ("item", "households", "people")]
    row = 0
    sheet.write_string(row, 0, Speaker(ruleset, lang).pack(), bold)
    row += 1
    for line in (*heading(ruleset, summary, lang), *warnings(ruleset, summary, lang)):
        sheet.write_string(row, 0, shown_line(line))
        row += 1
    row += 1
    for name, rows in blocks(ruleset, summary, lang):
        if not rows:
            continue
        sheet.write_string(row, 0, name, bold)
        row += 1
        for column, title in enumerate(titles):
            sheet.write_string(row, column, title.say(lang), header)
        for text, households, persons in rows:
            row += 1
            sheet.write_string(row, 0, shown_line(text), plain)
            sheet.write_number(row, 1, households, plain)
            sheet.write_number(row, 2, persons, plain)
        row += 2
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 2, 10)
    printed_across(sheet)
    _charts(book, sheet, ruleset, summary, lang)


def heading(ruleset: RuleSet, summary: Mapping[str, Any], lang: Lang) -> list[str]:
    """What came in and went out, in a few lines."""
    lines = [
        f"{terms.DAY.say(lang)} {summary['as_of']}",
        Words(
            f"输入 {summary['in']} 户 = 认定 {summary['decided']} 户 + 退回 {summary['rejected']} 户",
            f"in {summary['in']} = decided {summary['decided']} + rejected {summary['rejected']}",
        ).say(lang),
    ]
    lines += caveats(ruleset, summary["trust_declarations"], summary["set_aside"], lang)
    if "people" in summary:
        lines.append(said_of_people(summary["people"], lang))
    return lines


def said_of_people(people: Mapping[str, Mapping[str, int]], lang: Lang) -> str:
    """How many persons of the form count; who may not count is one of the persons in every figure.

    >>> counts = dict(zip(("on_form", "counted", "not_counted", "unknown"), (4, 2, 1, 1)))
    >>> said_of_people({name: {"persons": number} for name, number in counts.items()}, "zh")
    '登记 4 人：计入人口 2 人，不计入 1 人，是否计入不明 1 人（各项人数暂计在内）'
    """
    number = {name: each["persons"] for name, each in people.items()}
    return Words(
        f"登记 {number['on_form']} 人：计入人口 {number['counted']} 人，不计入 {number['not_counted']} 人，"
        f"是否计入不明 {number['unknown']} 人（各项人数暂计在内）",
        f"on the form {number['on_form']} persons: {number['counted']} count, {number['not_counted']} do"
        f" not, of {number['unknown']} it is unknown (they are in the figures)",
    ).say(lang)


def warnings(ruleset: RuleSet, summary: Mapping[str, Any], lang: Lang) -> list[str]:
    """What of the registers must be seen: those that match nobody, and rows that hold up many."""
    titles = {name: register.title for name, register in ruleset.registers.items()}
    held = {each["register"]: each["households"] for each in summary["held_up"]}
    lines = said_of_empty(ruleset, summary["registers"], lang)
    lines += said_of_matching_nobody(ruleset, summary["registers"], lang, held)
    return lines + [
        _held_up(titles[each["register"]], each).say(lang) for each in summary["held_up"]
    ]


def _held_up(title: str, each: Mapping[str, Any]) -> Words:
    """The rows of a register that hold up households, by why they do."""
    worst, twice = each["by_row"][0], each["twice"]
    nobody = each["rows"] - twice
    row = Words("认不出人的行", "rows that tell nobody apart")
    if worst["row"] != "*":
        row = Words(f"第 {worst['row']} 行", f"row {worst['row']}")
    kinds = [
        Words(f"{nobody} 行对不上人", f"{nobody} rows that may be about somebody"),
        Words(f"{twice} 行疑似重复", f"{twice} rows that may be the same again"),
    ]
    there = [kind for kind, count in zip(kinds, (nobody, twice), strict=True) if count]
    zh, en = "、".join(kind.zh for kind in there), " and ".join(kind.en for kind in there)
    return Words(
        f"{title}：{zh}，使 {each['households']} 户待核实（最多的是{row.zh}，{worst['households']} 户）",
        f"{title}: {en} hold up {each['households']} households"
        f" (most by {row.en}: {worst['households']})",
    )


def blocks(ruleset: RuleSet, summary: Mapping[str, Any], lang: Lang) -> list[tuple[str, CountRows]]:
    """The tables of the overview: a title, and rows of (item, households, persons)."""
    speaker = Speaker(ruleset, lang)
    say = speaker.say

    def rule_rows(counts: Mapping[str, Mapping[str, int]]) -> CountRows:
        return [
            (speaker.rule(rule), each["households"], each["persons"])
            for rule, each in counts.items()
            if each["households"] or rule in {track.id for track in ruleset.tracks}
        ]

    eligibilities = [
        (speaker.eligibility(name), each["households"], each["persons"])
        for name, each in summary["by_eligibility"].items()
    ]
    number_of_grounds = [
        (say(f"{count} 个原因", f"{count} reasons"), each["households"], each["persons"])
        for count, each in summary["by_number_of_grounds"].items()
        if count != "0"
    ]
    previous = [
        (speaker.standing(name), each["households"], each["persons"])
        for name, each in between_rosters(summary).items()
    ]
    firing = {
        rule: total(each[word] for word in ("true", "upheld") if word in each)
        for rule, each in summary["by_rule"].items()
        if each.keys() & {"true", "upheld"}
    }
    uncounted = {
        rule: each[UNCOUNTED_HIT]
        for rule, each in summary["by_rule"].items()
        if UNCOUNTED_HIT in each
    }

    def tallies(among: Among) -> Mapping[str, Any]:
        rules = [rule for rule in ruleset.tallies if rule.among == among]
        return {rule.id: summary["tallies"][rule.id] for rule in rules}

    villages = [
        (
            f"{village or '—'} · {speaker.eligibility(name)}",
            each["households"],
            each["persons"],
        )
        for village, counts in summary["by_village"].items()
        for name, each in counts.items()
        if name != "all"
    ]
    return [
        (say("认定结果", "eligibility"), eligibilities),
        (say("类别", "kinds"), rule_rows(summary["by_kind"])),
        (say("与上一轮名册", "against the previous roster"), previous),
        (
            say(f"{ruleset.outcome.ineligible}原因（一户可有多个）", "reasons (several a household)"),
            rule_rows(summary["by_ground"]),
        ),
        (say("原因个数", "number of reasons"), number_of_grounds),
        (say("帮扶批次（一户可有多个）", "tracks (several a household)"), rule_rows(summary["by_track"])),
        (say("其中", "of the eligible"), rule_rows(tallies("eligible"))),
        (say("在册户中", "of those on the roster"), rule_rows(tallies("roster"))),
        (say("全部户中", "of all households"), rule_rows(tallies("all"))),
        (say("规则成立", "rules that hold"), rule_rows(firing)),
        (
            say("不计入人口的人有此情形（不计入结果）", "so of who does not count (no part of the result)"),
            rule_rows(uncounted),
        ),
        (say("分村", "by village"), villages),
        *_clues(ruleset, summary, lang),
    ]  # fmt: skip


def between_rosters(summary: Mapping[str, Any]) -> dict[str, Any]:
    """What was on the roster before, each standing, and what is on the roster now.

    Nothing where no form says what was before: then nobody's standing is known.
    """
    found = dict(summary.get("previous_roster", {}))
    if not found:
        return {}
    optional = ("left", "unsettled", UNDECIDED)
    told = {
        name: each for name, each in found.items() if name not in optional or each["households"]
    }
    return {**told, "on_roster": summary["on_roster"]}


def _clues(
    ruleset: RuleSet, summary: Mapping[str, Any], lang: Lang
) -> list[tuple[str, list[tuple[str, int, int]]]]:
    """The counts of clues, where they were asked for; rows are told beside each name."""
    say, verdicts = Speaker(ruleset, lang).say, terms.VERDICTS
    titles = {
        "declared": say("没有比对记录", "without a register row"), "open": say("尚未核实", "not yet verified"),
        **{name: register.title for name, register in ruleset.registers.items()},
        **{name: word.say(lang) for name, word in verdicts.items()}, **ruleset.reasons,
    }  # fmt: skip

    def rows(by: str) -> list[tuple[str, int, int]]:
        found = []
        for name, each in summary.get("clues", {}).get(by, {}).items():
            title, count = titles.get(name, name), each["rows"]
            told = say(f"{title}（{count} 条记录）", f"{title} ({count} rows)") if count else title
            found.append((told, each["households"], each["persons"]))
        return found

    return [
        (say("疑点（按比对表）", "clues by register"), rows("by_register")),
        (say("疑点（按核实结论）", "clues by verdict"), rows("by_verdict")),
        (say("疑点（按核实原因）", "clues by reason"), rows("by_reason")),
    ]


def _charts(
    book: xlsxwriter.Workbook,
    sheet: Worksheet,
    ruleset: RuleSet,
    summary: Mapping[str, Any],
    lang: Lang,
) -> None:
    """Eligibility by village, and grounds, from a small table to the right."""
    villages = list(summary["by_village"])
    if not villages:
        return
    first = 4
    names = ("eligible", "ineligible", "pending")
    speaker = Speaker(ruleset, lang)
    sheet.write_string(0, first, Words("分村户数", "households by village").say(lang))
    for offset, name in enumerate(names, start=1):
        sheet.write_string(1, first + offset, speaker.eligibility(name))
    for row, village in enumerate(villages, start=2):
        sheet.write_string(row, first, shown_line(village) or "—")
        for offset, name in enumerate(names, start=1):
            count = summary["by_village"][village][name]["households"]
            sheet.write_number(row, first + offset, count)
    sheet.set_column(first, first, 14)
    last = len(villages) + 1
    chart = book.add_chart({"type": "bar", "subtype": "stacked"})
    for offset, name in enumerate(names, start=1):
        chart.add_series(
            {
                "name": [sheet.get_name(), 1, first + offset],
                "categories": [sheet.get_name(), 2, first, last, first],
                "values": [sheet.get_name(), 2, first + offset, last, first + offset],
                "fill": {"color": _COLORS[name]},
                "gap": 60,
            }
        )
    chart.set_title({"name": Words("各村认定结果（户）", "eligibility by village").say(lang)})
    chart.set_y_axis({"reverse": True})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 620, "height": 90 + 34 * max(3, len(villages))})
    sheet.insert_chart(last + 2, first, chart)
