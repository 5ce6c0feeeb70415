"""What is damaged, and what must hold of it whatever the damage is."""

from __future__ import annotations

import io
import random
import sqlite3
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from tools.word_templates.page import Page

from shibie.errors import InputError, RulesetError
from shibie.evaluation import evaluate_data
from shibie.eventlog import open_log
from shibie.papers.notice.write import FOLDER
from shibie.papers.printing.word import filled
from shibie.ruleset.loader import load
from support.fuzzing import rosters
from support.fuzzing.damage import bytes_damaged, words_damaged, zip_damaged

ROOT: Final = Path(__file__).parents[3]
Files = dict[str, bytes]


@dataclass(frozen=True)
class Target:
    """One thing that reads what others wrote.

    Attributes:
        made: damaged input of a seed, as files by name.
        run: reads it; raises whatever must not happen. Returns in a word what came of it.
        seconds: so long it may take.
    """

    made: Callable[[int, Path], Files]
    run: Callable[[Path], str]
    seconds: float


def _chance(name: str, seed: int) -> random.Random:
    return random.Random(f"{name} {seed}")


# --- rosters ------------------------------------------------------------------------------------


def _roster(kind: rosters.Kind) -> Target:
    def run(place: Path) -> str:
        found = rosters.same_on_both_paths(_given(place))
        return "refused" if found.refused else "rejects" if found.counts[2] else "decided"

    return Target(lambda seed, scratch: rosters.damaged(kind, seed, scratch), run, 60)


def _given(place: Path) -> Path:
    files = [path for path in place.rglob("*") if path.is_file()]
    return files[0] if len(files) == 1 else place


# --- packs and expressions ----------------------------------------------------------------------


def _packs(seed: int, scratch: Path) -> Files:
    chance = _chance("pack", seed)
    text = (rosters.HERE / "ruleset.yaml").read_text(encoding="utf-8")
    if chance.random() < 0.1:
        return {"ruleset.yaml": bytes_damaged(chance, text.encode())}
    return {"ruleset.yaml": words_damaged(chance, text).encode("utf-8", "surrogatepass")}


def _load_pack(place: Path) -> str:
    try:
        load(place)
    except RulesetError as error:
        rosters.must_say_something(error)
        return "refused"
    return "loaded"


@cache
def conditions() -> tuple[str, ...]:
    """The conditions of a shipped pack."""
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            found.extend(str(node[key]) for key in ("when", "value", "hit") if key in node)
            for each in node.values():
                walk(each)
        elif isinstance(node, list):
            for each in node:
                walk(each)

    text = (ROOT / "rules" / "bazhong-2015" / "ruleset.yaml").read_text(encoding="utf-8")
    walk(yaml.safe_load(text))
    return tuple(found)


def _expressions(seed: int, scratch: Path) -> Files:
    chance = _chance("expression", seed)
    text = words_damaged(chance, chance.choice(conditions()))
    return {"expression.txt": text.encode("utf-8", "surrogatepass")}


_HOUSEHOLD: Final[Mapping[str, Any]] = {
    "wage_income": 2000, "housing_grade": "C", "village": "甲村", "owns_vehicle": True,
    "members": [{"member_id": "1", "name": "王强", "relation": "户主", "health": ["患有大病"]}],
}  # fmt: skip


@cache
def _bazhong() -> Any:
    return load("bazhong-2015")


def _evaluate(place: Path) -> str:
    text = (place / "expression.txt").read_bytes().decode("utf-8", "replace")
    try:
        value = evaluate_data(text, _HOUSEHOLD, _bazhong(), rosters.AS_OF)
    except InputError as error:
        rosters.must_say_something(error)
        return "refused"
    return "unknown" if value is None else "known"


# --- templates ----------------------------------------------------------------------------------

_WORDS: Final = (
    "head head_title household place as_of result ruleset other_result first last counted digest"
    " office set_aside reply_by village township persons households uncounted_basis"
)
_FIELDS: Final[Mapping[str, Any]] = {
    **dict.fromkeys(_WORDS.split(), "王强 <b>&{{"), "persons": 3, "households": 2, "office": "",
    "screening": True, "withheld": False, "tell_changes": True, "uncounted": ["某人"],
    "rows": [{"number": 1, "name": "甲", "group": "一组", "persons": 2, "tracks": "医疗"}],
    "reasons": [{"title": "有车", "said": "有", "basis": "试"}], "tracks": ["医疗"], "moved": [],
    "changes": ["卖车"], "standing": ["纳入"], "wanted": [{"who": "甲", "items": ["收入"]}],
}  # fmt: skip
_JINJA: Final = (
    "{{ head }}", "{% for r in rows %}{{ r.number }}{% endfor %}", "{{ office or '（盖章）' }}",
    "{{ rows|map(attribute='name')|join('、') }}", "{% if persons > 2 %}{{ persons * 2 }}{% endif %}",
    "{% set n = namespace(s=0) %}{% for i in range(9) %}{% set n.s = n.s + i %}{% endfor %}{{ n.s }}",
    "{% macro f(x) %}{{ x|upper }}{% endmacro %}{{ f(head) }}", "{{ '%5.2f'|format(persons) }}",
    "{{ ''.__class__.__mro__ }}", "{{ 'a' * 9 }}", "{{ head.replace('王', 'W').split() }}",
)  # fmt: skip


def _templates(seed: int, scratch: Path) -> Files:
    chance = _chance("template", seed)
    if chance.random() < 0.4:
        data = (FOLDER / chance.choice(("letter.docx", "list.docx", "request.docx"))).read_bytes()
        damage = chance.choice((bytes_damaged, zip_damaged, _document_damaged))
        return {"template.docx": damage(chance, data)}
    page = Page("zh", "t")
    for _ in range(chance.randint(1, 3)):
        text = words_damaged(chance, chance.choice(_JINJA))
        # What stands in a Word file is XML, whoever wrote it.
        page.text("".join(each for each in text if each >= " " and not "\ud800" <= each < "\ue000"))
    return {"template.docx": page.file()}


def _document_damaged(chance: random.Random, data: bytes) -> bytes:
    return zip_damaged(chance, data, "word/document.xml")


def _fill(place: Path) -> str:
    try:
        made = filled(place / "template.docx", _FIELDS)
    except InputError as error:
        rosters.must_say_something(error)
        return "refused"
    with zipfile.ZipFile(io.BytesIO(made)) as parts:
        assert parts.testzip() is None
    return "filled"


# --- logs of acts -------------------------------------------------------------------------------

_EVENTS: Final = tuple({"kind": "verdict", "n": n, "text": "户" * 40 * n} for n in range(1, 7))


def _log(name: str) -> Target:
    def made(seed: int, scratch: Path) -> Files:
        path = scratch / f"whole-{name}"
        if not path.is_file():
            with open_log(path) as log:
                log.extend(_EVENTS)
            if name.endswith(".db"):
                # All of it in the one file, whose pages are damaged.
                with sqlite3.connect(path) as database:
                    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                database.close()
        return {name: bytes_damaged(_chance(name, seed), path.read_bytes())}

    return Target(made, lambda place: _read_log(place / name), 20)


def _read_log(path: Path) -> str:
    """Nothing that was not recorded is read, and what is read is a beginning of what was."""
    said = []
    for read_only in (True, False):
        try:
            with open_log(path, read_only=read_only) as log:
                events = tuple(log.events())
                assert log.verify() == len(events)
                if not read_only:
                    log.append({"kind": "undo"})
                    assert tuple(log.events()) == (*events, {"kind": "undo"})
        except InputError as error:
            rosters.must_say_something(error)
            said.append("refused")
        else:
            if events != _EVENTS[: len(events)]:
                raise rosters.DisagreementError(f"read what was never recorded: {events}"[:900])
            said.append("whole" if len(events) == len(_EVENTS) else "shorter")
    return said[0]


TARGETS: Final[Mapping[str, Target]] = {
    **{kind: _roster(kind) for kind in rosters.KINDS},
    "pack": Target(_packs, _load_pack, 20),
    "expression": Target(_expressions, _evaluate, 10),
    "template": Target(_templates, _fill, 30),
    "acts.db": _log("acts.db"),
    "acts.jsonl": _log("acts.jsonl"),
}
