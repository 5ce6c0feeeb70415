"""The acts of a log as people read them, without what is sensitive."""

from __future__ import annotations

from typing import Final

from shibie.actlog.recorded import read_log
from shibie.acts import KIND_WORDS, Act
from shibie.errors import Lang, Words
from shibie.eventlog import AppendOnlyLog
from shibie.health_words import without_health
from shibie.ruleset.verdicts import VERDICT_WORDS
from shibie.shown_text import shown_line

TITLES: Final = (
    Words("行", "row"),
    Words("办理编号", "act_id"),
    Words("种类", "kind"),
    Words("户", "household"),
    Words("人", "member"),
    Words("事项", "about"),
    Words("结论", "says"),
    Words("经办人", "officer"),
    Words("日期", "date"),
    Words("状态", "state"),
)
_IN_FORCE: Final = Words("有效", "in force")
_UNDONE: Final = Words("已撤销", "undone")


def listing(log: AppendOnlyLog, lang: Lang) -> list[tuple[str, ...]]:
    """A row for each act, with the cells that `TITLES` names.

    The row's number is that of the table of acts, as rejections name it. To what a field was
    corrected is not shown: which fields are sensitive is the rule set's to say.

    Raises:
        InputError: for a broken chain, or a log of something else, with `file:entry`.
    """
    found = read_log(log)
    rows = []
    for number, (act_id, act) in enumerate(found.acts.items(), start=2):
        state = _UNDONE if act_id in found.undone else _IN_FORCE
        cells = (
            str(number), act_id, KIND_WORDS[act.kind].say(lang), act.household_id or "",
            act.member_id or "", without_health(_about(act), lang), without_health(_said(act, lang), lang),
            without_health(act.officer or "", lang),
            str(act.date or ""), state.say(lang),
        )  # fmt: skip
        rows.append(tuple(map(shown_line, cells)))
    return rows


def _about(act: Act) -> str:
    row = "/".join(filter(None, (act.register_, act.row_key)))
    return " ".join(filter(None, (act.rule_id, act.field, row)))


def _said(act: Act, lang: Lang) -> str:
    if act.verdict is not None:
        return VERDICT_WORDS[act.verdict].say(lang)
    if act.kind == "link":
        return (Words("是", "yes") if act.value == "yes" else Words("否", "no")).say(lang)
    return act.value or "" if act.kind in ("same_person", "undo") else ""
