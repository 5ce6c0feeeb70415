"""Letters and lists written into a folder, one subfolder a village."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from shibie.acts import Act, households_of
from shibie.atomic import new_files
from shibie.case import Case
from shibie.checking_in_python import Checked
from shibie.decision import Decision
from shibie.errors import InputError, Lang, Words, bad_argument, listed
from shibie.papers.notice.content import Setting, anybody_counts, letter, public_lists
from shibie.papers.notice.index import PDF_NAMES, Listed, index_name, write_index
from shibie.papers.printing.file_names import UniqueNames, file_stem
from shibie.papers.printing.fonts import chinese_fonts
from shibie.papers.printing.typst import Typst
from shibie.papers.printing.word import docxtpl_library, filled
from shibie.shown_text import one_line, shown_household

FOLDER = Path(__file__).parent / "templates"
LetterFormat = Literal["docx", "pdf"]
Kind = Literal["letters", "lists"]
Tick = Callable[[int], None]
# The template of what is told to a household, by whether it is decided.
TEMPLATE_OF = {"result": "letter", "request": "request"}
# A household that is to have a letter, with the acts that name it.
_ToTell = tuple[Case, Decision, Sequence[Act]]


@dataclass(frozen=True)
class PaperCount:
    """How many papers were written, and of how many households nobody counts: they have none.

    A request is for a household that waits, a letter for one that is decided.
    """

    letters: int
    lists: int
    files: int
    nobody: int = 0
    requests: int = 0


def file_name(kind: str, lang: Lang) -> str:
    """The Word template of a kind of paper in a language.

    >>> file_name("letter", "zh"), file_name("list", "en")
    ('letter.docx', 'list.en.docx')
    """
    return f"{kind}.docx" if lang == "zh" else f"{kind}.en.docx"


class Templates:
    """The templates: a county's own where it has them, else the shipped ones."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        if folder is None:
            return
        known = sorted(path.name for path in FOLDER.iterdir())
        if not folder.is_dir() or not any((folder / name).is_file() for name in known):
            raise InputError(
                bad_argument(
                    "templates",
                    Words(f"{folder} 里没有模板", f"there are no templates in {folder}"),
                    Words(f"文件名应为 {listed(known, lang='zh')}", f"the names are {listed(known)}"),
                )
            )  # fmt: skip

    def __getitem__(self, name: str) -> Path:
        own = self.folder / name if self.folder else None
        return own if own is not None and own.is_file() else FOLDER / name


@dataclass(frozen=True)
class Order:
    """What is to be written.

    Attributes:
        kinds: letters, lists or both.
        formats: Word, PDF or both.
        households: only these letters; empty: all.
        templates: a folder with templates of one's own.
        fonts: a folder with fonts; None: the machine's.
    """

    kinds: Collection[Kind] = ("letters", "lists")
    formats: Collection[LetterFormat] = ("docx", "pdf")
    households: Collection[str] = ()
    templates: Path | None = None
    fonts: Path | None = None


def write_notices(
    out: Path,
    parts: Iterable[Checked],
    setting: Setting,
    order: Order = Order(),
    tick: Tick | None = None,
) -> PaperCount:
    """Write the papers; an interrupted run leaves whole villages or nothing of them.

    Args:
        out: the folder.
        parts: the decided households, each village in one part.
        setting: what all papers share.
        order: what to write.
        tick: called with the number of letters written, as it goes.
    """
    press = _Press(setting, order)
    letters = lists = files = nobody = requests = 0
    folders = UniqueNames()
    for part in parts:
        of_part = public_lists(setting, part) if "lists" in order.kinds else {}
        by_village = _by_village(part, order)
        for village in dict.fromkeys([*of_part, *by_village]):
            with new_files(out / folders.new(file_stem(village or "—"))) as folder:
                made = press.letters(folder, by_village.get(village, ()), tick)
                letters, files = letters + made.letters, files + made.files
                nobody, requests = nobody + made.nobody, requests + made.requests
                if village in of_part:
                    files += press.list(folder, of_part[village])
        lists += len(of_part)
    return PaperCount(letters, lists, files, nobody, requests)


def _by_village(checked: Checked, order: Order) -> dict[str, list[_ToTell]]:
    """The households that are to have a letter."""
    found: defaultdict[str, list[_ToTell]] = defaultdict(list)
    if "letters" in order.kinds:
        acts: defaultdict[str, list[Act]] = defaultdict(list)
        for act in checked.roster.acts:
            for household in households_of(act):
                acts[household].append(act)
        for case, decision in zip(checked.cases, checked.decisions, strict=True):
            household = decision.household_id
            if not order.households or household in order.households:
                of_village = found[case.household.village or ""]
                of_village.append((case, decision, acts.get(household, ())))
    return found


def must_be_decided(households: Iterable[str], decided: Set[str]) -> None:
    """Refuse households that were not decided: there is nothing to tell them.

    Raises:
        InputError: with their numbers.
    """
    missing = sorted(set(households) - decided)
    if missing:
        raise InputError(
            bad_argument(
                "households",
                Words(
                    f"没有认定这些户：{listed(missing, lang='zh')}",
                    f"not decided: {listed(missing)}",
                ),
            )
        )


class _Press:
    """Prints papers in the formats that were ordered."""

    def __init__(self, setting: Setting, order: Order) -> None:
        self.setting, self.formats = setting, order.formats
        self.templates = Templates(order.templates)
        if "docx" in order.formats:
            docxtpl_library()
        self.typst: dict[str, Typst] = {}
        if "pdf" in order.formats:
            fonts = chinese_fonts(order.fonts)
            for name in ("letter", "request", "list"):
                path = self.templates[f"{name}.typ"]
                self.typst[name] = Typst(path, fonts, setting.checked_by.as_of)

    def own_names(self) -> list[str]:
        """The names of the files that a village's folder holds beside the letters."""
        of_lang = (index_name(self.setting.lang), self.list_name())
        return [*of_lang, *(each.say(self.setting.lang) for each in PDF_NAMES.values())]

    def list_name(self) -> str:
        return self.setting.say("公示名单", "list")

    def word(self, kind: str, fields: dict[str, Any]) -> bytes:
        return filled(self.templates[file_name(kind, self.setting.lang)], fields)

    def letters(self, folder: Path, told: Iterable[_ToTell], tick: Tick | None) -> PaperCount:
        """The letters and requests of a village, to the households of which anybody counts."""
        made: dict[str, list[dict[str, Any]]] = {"letter": [], "request": []}
        entries: list[Listed] = []
        names, files, nobody = UniqueNames(self.own_names()), 0, 0
        for number, (case, decision, acts) in enumerate(told, start=1):
            if anybody_counts(self.setting.checked_by.ruleset, case):
                fields = letter(self.setting, case, decision, acts)
                kind = TEMPLATE_OF[fields["kind"]]
                made[kind].append(fields)
                name = names.new(letter_name(decision.household_id, number))
                files += self.one(folder, kind, name, fields)
                entries.append(Listed(fields["household"], fields["head"], kind, name))
            else:
                nobody += 1
            if tick is not None:
                tick(1)
        files += sum(self.together(folder, kind, of_kind) for kind, of_kind in made.items())
        if entries:
            write_index(folder, entries, self.formats, self.setting.lang)
            files += 1
        letters, requests = len(made["letter"]), len(made["request"])
        return PaperCount(letters, 0, files, nobody, requests)

    def one(self, folder: Path, kind: str, name: str, fields: dict[str, Any]) -> int:
        """The Word letter of one household."""
        if "docx" not in self.formats:
            return 0
        (folder / f"{name}.docx").write_bytes(self.word(kind, fields))
        return 1

    def together(self, folder: Path, kind: str, letters: list[dict[str, Any]]) -> int:
        """The village's letters of a kind as one PDF, to be printed at once, a page for each."""
        if not letters or "pdf" not in self.formats:
            return 0
        data = {"lang": self.setting.lang, "letters": letters}
        name = PDF_NAMES[kind].say(self.setting.lang)
        (folder / f"{name}.pdf").write_bytes(self.typst[kind].render(data))
        return 1

    def list(self, folder: Path, fields: dict[str, Any]) -> int:
        """The village's public list."""
        name = self.list_name()
        for form in self.formats:
            made = (
                self.word("list", fields) if form == "docx" else self.typst["list"].render(fields)
            )
            (folder / f"{name}.{form}").write_bytes(made)
        return len(self.formats)


def letter_name(household_id: str, number: int) -> str:
    """A file name for a household's letter; a household id that is somebody's number is none.

    >>> letter_name("H01/2", 7), letter_name("11010519491231002X", 7)
    ('H01_2', '0007')
    """
    is_shown = shown_household(household_id) == one_line(household_id)
    return file_stem(household_id) if is_shown else f"{number:04d}"


def shipped() -> Iterator[Path]:
    """The shipped templates."""
    yield from sorted(FOLDER.iterdir())
