"""`shibie notice`: letters to households and public lists; `shibie templates` for editing them."""

from __future__ import annotations

import gc
import sys
from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from shibie.cli.app import (
    REJECTED,
    AsOfOption,
    FontsOption,
    FormOption,
    LangOption,
    MaybeTrustOption,
    PaperFormat,
    RegisterOption,
    RosterArgument,
    RulesOption,
    SetAsideOption,
    app,
    day,
    warned,
    warned_of_chosen,
)  # fmt: skip
from shibie.cli.inputs_kept import keep_inputs
from shibie.cli.task import task_of
from shibie.errors import InputError, Problem, Words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from shibie.checking_in_python import Checked, CheckedBy
    from shibie.errors import Lang
    from shibie.papers.notice.write import Order
    from shibie.rosters.given_roster import GivenRoster


class PaperKind(StrEnum):
    """Which papers are written."""

    letters = "letters"
    lists = "lists"


@app.command()
def notice(
    roster: RosterArgument = None,
    rules: RulesOption = "",
    as_of: AsOfOption = "",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="写到哪个文件夹 Where to write.")
    ] = None,
    household: Annotated[
        list[str] | None,
        typer.Option("--household", "-h", help="只写这些户；可多次 Only these; repeatable."),
    ] = None,
    kind: Annotated[
        list[PaperKind] | None,
        typer.Option(
            "--kind", help="告知书或公示名单，默认都写；指定了户则只写告知书 Letters or lists."
        ),
    ] = None,
    form: Annotated[
        list[PaperFormat] | None,
        typer.Option("--format", help="格式，默认都写 Word or PDF; both if not given."),
    ] = None,
    posted: Annotated[
        str,
        typer.Option(
            "--posted", metavar="DATE", help="公示第一天，默认认定日期 First day of the notice."
        ),
    ] = "",
    days: Annotated[
        int | None, typer.Option("--days", help="公示天数，默认按规则包 Days of notice.")
    ] = None,
    office: Annotated[
        str, typer.Option("--office", help="署名并受理复核的单位 Who signs and takes requests.")
    ] = "",
    reply_by: Annotated[
        str,
        typer.Option(
            "--reply-by",
            metavar="DATE",
            help="待核实户在哪天以前补齐 Until when a pending household is to answer.",
        ),
    ] = "",
    ways_to_lose: Annotated[
        bool,
        typer.Option(
            "--ways-to-lose",
            help="也告知纳入户什么会改变结果 Tell eligible households, too, what would change it.",
        ),
    ] = False,
    templates: Annotated[
        Path | None, typer.Option("--templates", help="自己的模板文件夹 Templates of one's own.")
    ] = None,
    fonts: FontsOption = None,
    trust_declarations: MaybeTrustOption = None,
    set_aside: SetAsideOption = None,
    register: RegisterOption = None,
    table_form: FormOption = None,
    lang: LangOption = None,
) -> None:
    """写告知书和公示名单 Write letters to households and public lists."""
    from shibie.papers.notice.write import Order
    from shibie.registers.set_aside import registers_named

    gc.disable()
    task = task_of(
        roster, rules, as_of, trust_declarations, set_aside, lang, register, form=table_form
    )
    language, outs = task.lang, task.outs("notice", [out] if out else None)
    if not outs:
        raise InputError(
            Problem(
                "--out",
                Words("缺少：写到哪个文件夹", "missing: the folder to write to"),
                suggestion=Words("写 --out 告知书，或在 shibie.yaml 里写 out: {notice: 告知书}",
                                 "write --out letters, or out: {notice: letters} into shibie.yaml"),
            )
        )  # fmt: skip
    out = Path(outs[0])
    if out.is_file():
        raise InputError(
            Problem("--out", Words(f"{out} 是文件，不是文件夹", f"{out} is a file, not a folder"))
        )
    keep_inputs([out], task.inputs)
    given = task.given()
    kinds = kind or ([PaperKind.letters] if household else list(PaperKind))
    order = Order(
        tuple(dict.fromkeys(each.value for each in kinds)),
        tuple(dict.fromkeys(each.value for each in form or PaperFormat)),
        frozenset(household or ()), templates, fonts,
    )  # fmt: skip
    begins = day(posted, "--posted") if posted else given.as_of
    apart = registers_named(given.ruleset, task.set_aside)
    until = day(reply_by, "--reply-by") if reply_by else None
    if until is not None and until < begins:
        raise InputError(
            Problem(
                "--reply-by",
                Words(
                    f"{until} 早于通知日期 {begins}", f"{until} is before the letter's day {begins}"
                ),
            )
        )
    say = Saying(office, language, ways_to_lose, until)
    notices = Notices(given, task.trust_declarations, apart, begins, days, say, order, out)
    # A list is of a whole village; a letter is about one household.
    if household and PaperKind.lists not in kinds:
        doubtful = notices.alone()
    else:
        doubtful = notices.of_everybody()
    raise typer.Exit(REJECTED if doubtful else 0)


class Saying(NamedTuple):
    """How the papers speak: for which office, in which language, and of what."""

    office: str
    lang: Lang
    ways_to_lose: bool
    reply_by: date | None


@dataclass(frozen=True)
class Notices:
    """What was asked for; each way writes it, says what was written, and whether it is in doubt."""

    given: GivenRoster
    trust_declarations: bool
    set_aside: Set[str]
    begins: date
    days: int | None
    saying: Saying
    order: Order
    out: Path

    @property
    def lang(self) -> Lang:
        """The language of the papers."""
        return self.saying.lang

    def _digest(self) -> str:
        """The digest that `shibie check` gives of this roster, for the letters; a list has none.

        Every household is decided for it, of however few a letter is written: what a letter says
        is known again by the digest of the run, not by one of its own.
        """
        from shibie.checking import check

        if "letters" not in self.order.kinds:
            return ""
        with check(
            self.given.ruleset,
            self.given,
            self.given.as_of,
            trust_declarations=self.trust_declarations,
            set_aside=self.set_aside,
        ) as decided:
            return str(decided.summary["digest"])

    def alone(self) -> bool:
        """The letters of some households, of which alone the rows are read."""
        from shibie.checking_in_python import check
        from shibie.papers.notice.write import must_be_decided
        from shibie.rosters.chosen import read_chosen

        ruleset, as_of, asked_for = self.given.ruleset, self.given.as_of, self.order.households
        read = read_chosen(self.given.sheets, ruleset, as_of, asked_for, self.given.form)
        checked = check(
            ruleset, read, as_of,
            trust_declarations=self.trust_declarations, set_aside=self.set_aside,
        )  # fmt: skip
        must_be_decided(asked_for, {each.household_id for each in checked.decisions})
        self._write(checked, [checked], len(asked_for))
        doubtful = warned_of_chosen(ruleset, read, self.lang)
        return doubtful or any(each.household_id in asked_for for each in read.rejected)

    def of_everybody(self) -> bool:
        """The papers of the whole roster, a village at a time."""
        from shibie.checking_in_parts import checked_parts
        from shibie.papers.notice.write import must_be_decided

        with checked_parts(
            self.given, self.trust_declarations, set_aside=self.set_aside
        ) as checked:
            roster, chosen = checked.roster, self.order.households
            must_be_decided(chosen, roster.decided(frozenset(chosen)))
            letters = len(chosen) or roster.households
            self._write(checked, checked.villages(), letters)
            rejected = roster.rejected_households
            if rejected:
                print(
                    Words(
                        f"退回的 {rejected} 户没有认定，没有告知书",
                        f"{rejected} rejected households were not decided and have no letter",
                    ).say(self.lang)
                )
            doubtful = warned(checked.ruleset, roster.matches(), self.lang)
            return doubtful or bool(roster.rejected_rows)

    def _write(self, checked_by: CheckedBy, parts: Iterable[Checked], letters: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

        from shibie.papers.notice.content import Setting
        from shibie.papers.notice.period import period
        from shibie.papers.notice.write import write_notices

        rest = iter(parts)
        first = next(rest, None)
        case = first.cases[0] if first and first.cases else None
        length = period(checked_by.ruleset, case, self.begins, self.days)
        setting = Setting(checked_by, length, *self.saying, digest=self._digest())
        # A letter tries what would change the decision, again and again, and leaves cycles behind.
        gc.freeze()
        gc.enable()
        columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(
            *columns, console=Console(stderr=True), disable=not sys.stderr.isatty()
        ) as bar:
            task = bar.add_task("", total=letters if "letters" in self.order.kinds else 0)
            written = write_notices(
                self.out, chain([first] if first else [], rest), setting, self.order,
                lambda done: bar.advance(task, done),
            )  # fmt: skip
        print(
            Words(
                f"{written.letters} 份告知书，{written.requests} 份核实通知书，{written.lists} 份公示名单，"
                f"{written.files} 个文件，在 {self.out}",
                f"{written.letters} letters, {written.requests} requests and {written.lists} lists"
                f" in {written.files} files in {self.out}",
            ).say(self.lang)
        )
        if written.nobody:
            several = "s" * (written.nobody != 1)
            print(
                Words(
                    f"{written.nobody} 户没有计入人口的成员，没有告知书",
                    f"{written.nobody} household{several} of which nobody counts"
                    f" {'have' if several else 'has'} no letter",
                ).say(self.lang)
            )


@app.command()
def templates(
    folder: Annotated[Path, typer.Argument(help="复制到哪里 Where to copy them.")],
    lang: LangOption = None,
) -> None:
    """复制模板以便修改 Copy the shipped templates, to edit them."""
    from shibie.atomic import write_bytes
    from shibie.papers.notice.write import shipped

    for path in shipped():
        target = folder / path.name
        if target.exists():
            raise InputError(
                Problem(
                    str(target),
                    Words("已经有了，没有覆盖", "is there already and was not overwritten"),
                )
            )
        write_bytes(target, path.read_bytes())
        print(target)
