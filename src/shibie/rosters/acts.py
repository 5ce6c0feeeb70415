"""The acts of a roster: read, held against it, and given to whom they concern.

First what an act says by itself is read (`written_acts`); then it is held against the
households it names (`acts_on`). Verdicts and steps go on to their own readers, corrections
change cells, links say whose rows are, and same persons who is found in two households.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from shibie.acts import ACT_KINDS, KIND_WORDS, Act, ActKind, act_specs, content_id
from shibie.errors import Words, with_suggestion
from shibie.household import StepRecord
from shibie.plain_day import plain_day
from shibie.rosters.act_rows import GivenAct, WrittenActs, only_asks
from shibie.rosters.adjudications import VERDICTS
from shibie.rosters.cell_error import CellError
from shibie.rosters.cells import NO, YES, read_cell
from shibie.rosters.national_export import HOUSEHOLD_ID
from shibie.rosters.records import Rejection, RowTable, TypedRow
from shibie.rosters.step_rows import step_names
from shibie.ruleset.model import RuleSet
from shibie.ruleset.verdicts import ALL_VERDICTS, listed
from shibie.shown_text import shown_line
from shibie.vocabulary import folded, meant, specs_of

# What an act may be called: its word in either language, or the code itself; folded.
KINDS: Mapping[str, ActKind] = {
    folded(text): kind for kind in ACT_KINDS for text in (kind, *KIND_WORDS[kind])
}
# What each kind cannot do without.
NEEDED: Final[Mapping[ActKind, tuple[str, ...]]] = {
    "verdict": (HOUSEHOLD_ID, "rule_id", "verdict"),
    "link": ("register", "row_key", "value", "officer", "date"),
    "same_person": (HOUSEHOLD_ID, "member_id", "value", "officer", "date"),
    "correction": (HOUSEHOLD_ID, "field", "evidence", "officer", "date"),
    "step": (HOUSEHOLD_ID, "rule_id"),
    "undo": ("value", "officer", "date"),
}

_WHOLE_PLACE = Words(
    "；整村、整组、全乡镇一次办的，写在程序表里",
    "; what was done for a whole village, group or township is a row of the table of steps",
)


def written_acts(table: RowTable, ruleset: RuleSet, as_of: date) -> WrittenActs:
    """The acts of a table, each read by itself, and what is taken back left out."""
    reader = _Written(ruleset, as_of)
    found = reader.without_undone(reader.read(table))
    return WrittenActs(tuple(found), tuple(reader.rejected), reader.notes(table))


def acts_to_record(
    table: RowTable, ruleset: RuleSet | None, recorded: Sequence[Act]
) -> WrittenActs:
    """The acts of a table that are to be kept, in the order of its rows, whatever the day.

    What takes back others is among them, unless it takes back nothing.

    Args:
        table: of acts.
        ruleset: knows registers and steps; without it they are left as they are named.
        recorded: the acts that are kept already.
    """
    reader = _Written(ruleset, date.max)
    found = sorted(reader.read(table), key=lambda each: each.record.number)
    known = {str(act.act_id) for act in recorded}
    before = [
        GivenAct(TypedRow("", at - len(recorded), {}), act) for at, act in enumerate(recorded)
    ]
    sound = len(reader.rejected)
    reader.without_undone([*before, *(each for each in found if each.act.act_id not in known)])
    vain = {each.row for each in reader.rejected[sound:] if each.source}
    kept = tuple(each for each in found if each.record.number not in vain)
    rejected = (
        *reader.rejected[:sound],
        *(each for each in reader.rejected[sound:] if each.source),
    )
    return WrittenActs(kept, rejected, reader.notes(table))


class _Written:
    """Reads acts; rejects rows, never households."""

    def __init__(self, ruleset: RuleSet | None, as_of: date) -> None:
        self.ruleset, self.as_of = ruleset, as_of
        self.registers: dict[str, str] = {}
        for name, register in ruleset.registers.items() if ruleset else ():
            self.registers |= dict.fromkeys((name, register.title, register.id), name)
        self.rejected: list[Rejection] = []
        self.asking = 0

    def notes(self, table: RowTable) -> tuple[Words, ...]:
        """How many rows of a table only ask."""
        if not self.asking:
            return ()
        return (
            Words(
                f"{table.shown}：{self.asking} 行还没有办理",
                f"{table.shown}: rows that nobody has decided yet: {self.asking}",
            ),
        )

    def reject(
        self, record: TypedRow, field: str, value: str, zh: str, en: str, code: str = "bad_act"
    ) -> None:
        """Note that an act cannot be used."""
        self.rejected.append(record.rejection(field, value, Words(zh, en), code))

    def read(self, table: RowTable) -> list[GivenAct]:
        """The acts that say what their kind needs, in the order of their recording."""
        found = []
        for record in table.records:
            self.rejected += record.faults
            act = None if record.faults else self.one(record)
            if act is not None:
                found.append(GivenAct(record, act))
        found.sort(key=lambda each: (_recorded(each.act), each.record.number))
        return self.numbered_once(found)

    def one(self, record: TypedRow) -> Act | None:
        """One act."""
        values: dict[str, Any] = dict(record.values)
        kind = KINDS.get(folded(str(values.get("kind") or "")))
        if kind is None:
            zh = "、".join(word.zh for word in KIND_WORDS.values())
            self.reject(record, "kind", str(values.get("kind") or ""),
                        f"应为：{zh}", f"expected one of: {', '.join(ACT_KINDS)}")  # fmt: skip
            return None
        if only_asks(record, kind):
            self.asking += 1
            return None
        missing = [name for name in _needed(kind, values) if values.get(name) is None]
        if missing:
            # A meeting of a village is no act about a household; say where it belongs.
            whole = kind == "step" and missing == ["household_id"]
            zh, en = _WHOLE_PLACE if whole else ("", "")
            titles = {spec.name: spec.title for spec in act_specs()}
            self.reject(
                record, missing[0], "",
                f"{KIND_WORDS[kind].zh}缺 {'、'.join(titles[name] for name in missing)}{zh}",
                f"an act of kind {kind} needs {', '.join(missing)}{en}", "missing",
            )  # fmt: skip
            return None
        if kind == "link" and not self.names_whom(record, values):
            return None
        # A verdict's day is judged where all verdicts are.
        day = values.get("date")
        if kind not in ("verdict", "step") and isinstance(day, date) and day > self.as_of:
            self.reject(
                record, "date", day.isoformat(),
                f"日期晚于认定日期 {self.as_of}", f"dated after the day of judgement {self.as_of}",
            )  # fmt: skip
            return None
        if not self.settled(record, kind, values):
            return None
        values["register_"] = values.pop("register", None)
        act = Act.model_validate({**values, "kind": kind})
        return act if act.act_id else act.model_copy(update={"act_id": content_id(act)})

    def names_whom(self, record: TypedRow, values: dict[str, Any]) -> bool:
        """Whether a link says whom the row is or is not about; false where it says nothing."""
        member = values.get("member_id") is not None
        if values.get(HOUSEHOLD_ID) is not None:
            if member or _yes_no(str(values["value"])) != "yes":
                return True
            self.reject(record, "member_id", "", "是 应写明是这一户的哪个人：缺人编号",
                        "yes needs the member whom the row is about", "missing")  # fmt: skip
            return False
        if member:
            self.reject(record, HOUSEHOLD_ID, "", "写了人编号，缺户编号",
                        "a member is named, but not the household", "missing")  # fmt: skip
            return False
        if _yes_no(str(values["value"])) == "no":
            self.reject(
                record, "value", str(values["value"]),
                "不写户和人，就是说这条记录与谁都无关：应为 是",
                "without household and member it says that the row is about nobody: expected yes",
            )  # fmt: skip
            return False
        return True

    def settled(self, record: TypedRow, kind: ActKind, values: dict[str, Any]) -> bool:
        """Put words into codes; false where there is no such word."""
        for name, read in (
            ("verdict", self.verdict), ("register", self.register),
            ("recorded_at", self.recorded), ("value", self.value_of(kind)),
        ):  # fmt: skip
            if values.get(name) is None:
                continue
            said = read(str(values[name]))
            if isinstance(said, Words):
                self.reject(record, name, str(values[name]), said.zh, said.en)
                return False
            values[name] = said
        if kind == "step" and not self.step_is_one(record, values):
            return False
        if values.get("row_key") is not None and values.get("verdict") == "exempt":
            self.reject(
                record, "row_key", str(values["row_key"]),
                "例外是对规则说的，不能只对一条记录", "an exemption is of the rule, not of one row",
            )  # fmt: skip
            return False
        return True

    def step_is_one(self, record: TypedRow, values: dict[str, Any]) -> bool:
        """Find the step, and the field of its record; false where there is none."""
        names = step_names(self.ruleset) if self.ruleset else {}
        step = str(values["rule_id"])
        found = meant(names, step)
        if names and found is None:
            self.reject(record, "rule_id", step, "规则中没有这个步骤", "no such step in the pack")
            return False
        values["rule_id"] = found or step
        return values.get("field") is None or self.step_field(record, values)

    def step_field(self, record: TypedRow, values: dict[str, Any]) -> bool:
        """Find the field of a step's record that an act says; false where it has none."""
        known = {text: spec for spec in specs_of(StepRecord) for text in (spec.name, spec.title)}
        written = str(values["field"])
        spec = meant(known, written)
        if spec is None or spec.name in (HOUSEHOLD_ID, "step"):
            said = Words(f"步骤没有字段“{written}”", "a step has no such field")
            said = with_suggestion(said, written, known)
            self.reject(record, "field", written, said.zh, said.en)
            return False
        values["field"] = spec.name
        try:
            read_cell(values.get("value"), spec, self.as_of)
        except CellError as error:
            shown = shown_line(str(values.get("value")))[:60]
            self.reject(record, "value", shown, error.reason.zh, error.reason.en, error.code)
            return False
        return True

    def verdict(self, text: str) -> str | Words:
        """The code of a verdict."""
        allowed = listed(ALL_VERDICTS)
        return VERDICTS.get(folded(text)) or Words(f"应为 {allowed.zh}", f"expected {allowed.en}")

    def register(self, text: str) -> str | Words:
        """The name of a register by any of its names."""
        found = meant(self.registers, text)
        if self.ruleset is None or found is not None:
            return found or text
        said = Words(f"没有比对表“{text}”", "no such register")
        return with_suggestion(said, text, self.registers)

    def recorded(self, text: str) -> str | Words:
        """A time in UTC, as it is written back."""
        try:
            # The library also knows weeks and days without dashes, which nobody means.
            plain_day(text[:10])
            found = datetime.fromisoformat(text)
        except ValueError:
            return Words(
                "应为时间，如 2015-12-01T08:30:00Z", "expected a time like 2015-12-01T08:30:00Z"
            )
        moment = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def value_of(self, kind: ActKind) -> Any:
        """How the value of such an act is read."""
        return {"link": _yes_no, "same_person": _other_person}.get(kind, lambda text: text)

    def numbered_once(self, given: list[GivenAct]) -> list[GivenAct]:
        """One act a number: what is written twice is one act, two acts of one number are a fault."""
        found: dict[str, GivenAct] = {}
        for each in given:
            number = str(each.act.act_id)
            first = found.setdefault(number, each)
            if first is not each and content_id(first.act) != content_id(each.act):
                self.reject(
                    each.record, "act_id", number,
                    f"办理编号与第 {first.record.number} 行重复", f"the number of the act in row {first.record.number}",
                )  # fmt: skip
        return list(found.values())

    def without_undone(self, given: list[GivenAct]) -> list[GivenAct]:
        """What was not taken back."""
        by_number = {str(each.act.act_id): each for each in given}
        undone = set[str]()
        for each in given:
            if each.act.kind != "undo":
                continue
            number = str(each.act.value)
            target = by_number.get(number)
            if target is None or target.act.kind == "undo":
                said = Words(f"没有可撤销的办理“{number}”", "no act to take back")
                said = with_suggestion(said, number, () if target else by_number)
                self.reject(each.record, "value", number, said.zh, said.en)
            elif each.household not in ("", target.household):
                self.reject(
                    each.record, HOUSEHOLD_ID, each.household,
                    f"办理“{number}”是户 {target.household or '—'} 的",
                    f"that act is about household {target.household or '—'}",
                )  # fmt: skip
            elif _came_before(each, target):
                self.reject(
                    each.record, "value", number,
                    f"撤销录入在先，第 {target.record.number} 行的办理“{number}”在后",
                    f"recorded before the act that it takes back, in row {target.record.number}",
                )  # fmt: skip
            else:
                undone.add(number)
        return [
            each for each in given if each.act.kind != "undo" and str(each.act.act_id) not in undone
        ]


def _needed(kind: ActKind, values: Mapping[str, Any]) -> Iterable[str]:
    """What an act cannot do without: a row is named by its register and its key, or not at all."""
    half = values.get("row_key") is not None
    if kind == "verdict":
        half = half or values.get("register") is not None
    return dict.fromkeys((*NEEDED[kind], *(("register", "row_key") if half else ())))


def _recorded(act: Act) -> str:
    return act.recorded_at or (f"{act.date}T00:00:00Z" if act.date else "")


def _came_before(undo: GivenAct, target: GivenAct) -> bool:
    """Whether an undo was recorded before what it takes back.

    Only times of recording can be held against each other; the order of the rows says it where
    either has none. The days are those of signatures: what was signed earlier may come in later.
    """
    times = undo.act.recorded_at, target.act.recorded_at
    if None not in times and times[0] != times[1]:
        return str(times[0]) < str(times[1])
    return undo.record.number < target.record.number


def _yes_no(text: str) -> str | Words:
    word = folded(text)
    if word in YES or word in NO:
        return "yes" if word in YES else "no"
    return Words("应为 是 或 否", "expected 是 or 否 (yes or no)")


def _other_person(text: str) -> str | Words:
    household, bar, member = text.rpartition("/")
    if household and bar and member:
        return text
    return Words("应写作 户编号/人编号", "expected household/member")
