"""`shibie diff`: what a new version of a pack changes, proved, and what it does to a roster."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shibie.cli.app import (
    REJECTED,
    FormOption,
    JsonOption,
    LangOption,
    RegisterOption,
    SetAsideOption,
    app,
    day,
    must_exist,
    spoken,
    tell_written,
    told,
)
from shibie.cli.inputs_kept import keep_inputs
from shibie.cli.task import task_of
from shibie.cli.terminal import marked, tell, tell_data
from shibie.errors import InputError, Problem, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shibie.checking_in_python import Checked
    from shibie.errors import Lang
    from shibie.ruleset.model import RuleSet
    from shibie.versions.roster_moves import Move
    from shibie.versions.stricter_or_looser import MeaningChange
    from shibie.versions.written_changes import WrittenChange

MEANINGS = {
    "equivalent": Words("意义不变", "the same"), "stricter": Words("更严", "stricter"),
    "looser": Words("更宽", "looser"), "both": Words("有宽有严", "stricter and looser"),
    "unknowns": Words("只在资料不全时不同", "differs only where facts are missing"),
    "undecided": Words("未定", "undecided"),
    "incomparable": Words("字段的取值变了，无法比较", "its fields have other values: not comparable"),
}  # fmt: skip
MOST_SHOWN = 20
Pack = Annotated[str, typer.Argument(help="规则包 A pack: a name or a folder.")]


@app.command()
def diff(
    old: Pack,
    new: Pack,
    roster: Annotated[Path | None, typer.Option("--roster", help="名册 A roster.")] = None,
    as_of: Annotated[str, typer.Option("--as-of", metavar="DATE", help="认定日期 Day.")] = "",
    as_of_new: Annotated[
        str, typer.Option("--as-of-new", metavar="DATE", help="新规则的认定日期 Day for NEW.")
    ] = "",
    out: Annotated[Path | None, typer.Option("--out", help="工作簿 A workbook (.xlsx).")] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", help="每问至多几秒 Seconds for each question.", min=0.1)
    ] = 10,
    as_json: JsonOption = False,
    set_aside: SetAsideOption = None,
    register: RegisterOption = None,
    form: FormOption = None,
    lang: LangOption = None,
) -> None:
    """比较两版规则 What changed, whether stricter or looser, and who moves."""
    from shibie.checking_in_python import caveats_of
    from shibie.registers.unmatched import counted, said_of_matching_nobody
    from shibie.ruleset.loader import load
    from shibie.versions.roster_moves import decided_by_both, moves
    from shibie.versions.stricter_or_looser import relations
    from shibie.versions.written_changes import changes

    language = spoken(lang, new)
    before, after = load(old), load(new)
    both: tuple[Checked, ...] = ()
    found: tuple[Move, ...] = ()
    if out is not None and out.suffix != ".xlsx":
        raise InputError(Problem("--out", Words("应为 .xlsx 文件", "expected an .xlsx file")))
    if roster is not None:
        task = task_of(roster, new, as_of, None, set_aside, lang, register, form=form, needed=())
        roster, as_of, set_aside = Path(task.roster or ""), task.as_of, list(task.set_aside)
        must_exist(roster)
        keep_inputs([out], [roster])
        if not as_of:
            raise InputError(Problem("--as-of", Words("有名册时要给出", "needed with a roster")))
        later = day(as_of_new, "--as-of-new") if as_of_new else None
        given = task.beside(roster, after, day(as_of))
        both = one, other = decided_by_both(before, after, given, day(as_of), later, set_aside)
        found = moves(one, other)
    # What is said of the roster by one is not said again by the other.
    said = tuple(dict.fromkeys(line for each in both for line in caveats_of(each, language)))
    written, meant = changes(before, after), tuple(relations(before, after, seconds=timeout))
    if out is not None:
        from shibie.cli.diff_workbook import write

        write(out, before, after, written, meant, found, said, language)
    if as_json:
        data = as_data(before, written, meant, found, said, language)
        tell_data(data)
    else:
        print_changes(before, after, written, meant, language)
        if roster is not None:
            print_moves(after, found, said, language)
        tell_written([out] if out is not None else [], language)
    doubtful = told(
        line
        for each in both
        for line in said_of_matching_nobody(each.ruleset, counted(each.matches()), language)
    )
    raise typer.Exit(REJECTED if doubtful else 0)


def as_data(
    old: RuleSet,
    written: tuple[WrittenChange, ...],
    meant: tuple[MeaningChange, ...],
    found: tuple[Move, ...],
    caveats: Sequence[str],
    lang: Lang,
) -> dict[str, Any]:
    """Everything as plain data."""
    from shibie.proofs.witness_text import shown

    return {
        "caveats": list(caveats),
        "changes": [
            {"id": each.id, "what": each.what, "before": each.before.say(lang), "after": each.after.say(lang)}
            for each in written
        ],
        "rules": [
            {"id": each.id, "meaning": each.meaning}
            | {name: shown(old, witness, lang)
               for name, witness in (("lost", each.lost), ("gained", each.gained)) if witness}
            for each in meant
        ],
        "households": [
            {"household_id": each.household_id, "village": each.village, "before": each.before,
             "after": each.after, "why": each.why.say(lang)}
            for each in found
        ],
    }  # fmt: skip


def print_changes(
    old: RuleSet,
    new: RuleSet,
    written: tuple[WrittenChange, ...],
    meant: tuple[MeaningChange, ...],
    lang: Lang,
) -> None:
    """What is written differently; then each rule whose meaning changed, with households."""
    from shibie.proofs.witness_text import shown
    from shibie.versions.stricter_or_looser import days_of
    from shibie.versions.written_changes import WHATS

    def say(zh: str, en: str) -> str:
        return Words(zh, en).say(lang)

    for each in written:
        parts = [f"{WHATS[each.what].say(lang)} {_named(each.id, each.title, lang)}"]
        if each.before.zh or each.after.zh:
            parts += [text.say(lang) for text in (each.before, each.after) if text.zh]
        tell(parts[0])
        for text in parts[1:]:
            tell(f"    {text}")
    if not written:
        tell(say("两版写得一样", "both are written alike"))
    days = days_of(old, new)
    if days.old is not None:
        tell(say(
            f"两版没有共同的有效日期：旧版按 {days.old}，新版按 {days.new} 比较",
            f"no common day of effect: compared as of {days.old} and {days.new}",
        ))  # fmt: skip
    same = [each.id for each in meant if each.meaning == "equivalent"]
    for relation in meant:
        if relation.meaning == "equivalent":
            continue
        named = _named(relation.id, relation.title, lang)
        tell(f"{MEANINGS[relation.meaning].say(lang)} {named}")
        examples = (
            (relation.lost, say("原来成立、现在不成立", "no more")),
            (relation.gained, say("现在成立、原来不成立", "now")),
        )
        for witness, word in examples:
            if witness is not None:
                if relation.meaning == "unknowns":
                    word = say("例", "e.g.")
                tell(f"    {word}{say('：', ': ')}{shown(old, witness, lang).split(' ⇒ ')[0]}")
    tell(say(
        f"意义不变（已证明，至多 4 人、每表 2 行）：{len(same)} 条",
        f"the same in meaning (proved, up to 4 members and 2 rows): {len(same)} rules",
    ))  # fmt: skip


def _named(rule_id: str, title: str, lang: Lang) -> str:
    """A rule by its title; those who read English in a pack see its id, too."""
    return title if lang == "zh" or title == rule_id else f"{rule_id} {title}"


def print_moves(new: RuleSet, found: tuple[Move, ...], caveats: Sequence[str], lang: Lang) -> None:
    """How the roster was judged; from where to where, by village; the first that move."""
    from rich.console import Console
    from rich.table import Table

    from shibie.versions.roster_moves import by_village

    def say(zh: str, en: str) -> str:
        return Words(zh, en).say(lang)

    console = Console(width=None if sys.stdout.isatty() else 140, highlight=False)
    for caveat in caveats:
        tell(caveat)
    counts = by_village(found)
    pairs = [
        pair
        for pair in dict.fromkeys(pair for each in counts.values() for pair in each)
        if pair[0] != pair[1]
    ]
    table = Table(say("村", "village"), say("不变", "stay"))
    for one, other in pairs:
        table.add_column(f"{word(new, one, lang)} → {word(new, other, lang)}", justify="right")
    total: Counter[tuple[str, str]] = Counter()
    for village, of_village in counts.items():
        total.update(of_village)
        table.add_row(marked(village), *_cells(of_village, pairs))
    table.add_section()
    table.add_row(say("合计", "all"), *_cells(total, pairs))
    console.print(table)
    moved = [each for each in found if each.moved]
    for each in moved[:MOST_SHOWN]:
        tell(
            f"{each.household_id} {each.village} {word(new, each.before, lang)} → "
            f"{word(new, each.after, lang)} {each.why.say(lang)}"
        )
    if len(moved) > MOST_SHOWN:
        rest = len(moved) - MOST_SHOWN
        tell(say(f"……另有 {rest} 户，见 --out", f"… {rest} more: see --out"))
    tell(
        say(
            f"{len(found)} 户中 {len(moved)} 户改变",
            f"{len(moved)} of {len(found)} households move",
        )
    )


def _cells(counts: Counter[tuple[str, str]], pairs: list[tuple[str, str]]) -> list[str]:
    stay = sum(count for (one, other), count in counts.items() if one == other)
    return [str(stay), *(str(counts[pair] or "") for pair in pairs)]


def word(ruleset: RuleSet, value: str, lang: Lang) -> str:
    """The word for an eligibility, or for a household that could not be read."""
    from shibie.words.speaker import Speaker

    return Speaker(ruleset, lang).eligibility(value)
