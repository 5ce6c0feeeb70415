"""The households that are not decided, each with the reasons that its rows give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from shibie.shown_text import shown_line
from shibie.words.speaker import Speaker


class Fault(NamedTuple):
    """A rejected row, with the household that it is about.

    Attributes:
        household_id: empty where none is known.
    """

    source: str
    row: int
    field: str
    reason: str
    household_id: str


class RejectedHousehold(NamedTuple):
    """A household that is not decided.

    Attributes:
        household_id: or, where it has none, the row that it stands in: `农户!5`.
        reasons: what is wrong with its rows, each with its place.
    """

    household_id: str
    reasons: tuple[str, ...]


def rejected_households(
    speaker: Speaker, numbers: Iterable[str], faults: Iterable[Fault], tables: Iterable[str]
) -> list[RejectedHousehold]:
    """The households that are not decided, in the order of their faults.

    Args:
        speaker: knows the rule set and the language.
        numbers: of the households.
        faults: of the whole roster, in the order of the input.
        tables: the tables of the households and their members, as messages name them.
    """
    own = frozenset(tables)
    found: defaultdict[str, list[str]] = defaultdict(list)
    for fault in faults:
        if fault.source not in own:
            continue
        said = place_and_reason(speaker, fault)
        if fault.household_id:
            found[fault.household_id].append(said)
        else:
            found[f"{fault.source}!{fault.row}"].append(said)
    lost = dict.fromkeys(numbers)
    # In the order of their faults, which is that of the input, however the roster was read.
    ordered = dict.fromkeys((*(each for each in found if each in lost), *lost))
    return [RejectedHousehold(each, tuple(dict.fromkeys(found[each]))) for each in ordered]


def place_and_reason(speaker: Speaker, fault: Fault) -> str:
    """A fault in a line: 成员 第 5 行 证件号码:校验码不对."""
    field = speaker.field(fault.field, fault.source)
    where = speaker.say(f"{fault.source} 第 {fault.row} 行", f"{fault.source} row {fault.row}")
    said = speaker.say(
        f"{where} {field}：{fault.reason}" if field else f"{where}：{fault.reason}",
        f"{where} {field}: {fault.reason}" if field else f"{where}: {fault.reason}",
    )
    return shown_line(said)


def faults_by_place(faults: Iterable[Fault]) -> Mapping[tuple[str, int], list[Fault]]:
    """The faults by the row that they are in."""
    found: defaultdict[tuple[str, int], list[Fault]] = defaultdict(list)
    for fault in faults:
        found[fault.source, fault.row].append(fault)
    return found
