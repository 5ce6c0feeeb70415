"""What is said of people who live here on a permit or a passport: no register finds them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from shibie.errors import Words, listed
from shibie.household import BareHousehold
from shibie.other_documents import other_document


def other_papers(households: Iterable[BareHousehold]) -> Counter[Words]:
    """How many persons of some households have which document that is no citizen's card."""
    found: Counter[Words] = Counter()
    for household in households:
        for member in household.members:
            document = other_document(getattr(member, "id_number", None) or "")
            if document is not None:
                found[document.kind] += 1
    return found


def said_of_papers(counts: Mapping[Words, int]) -> list[Words]:
    """A note on them, where there are any.

    >>> said_of_papers({Words("护照", "a passport"): 2})[0].zh
    '2 人没有公民身份号码（护照 2 人），比对表按号码查不到他们，要比对的按未知'
    """
    if not counts:
        return []
    several = sorted(counts.items(), key=lambda each: (-each[1], each[0].zh))
    zh = listed((f"{kind.zh} {count} 人" for kind, count in several), len(several), "zh")
    en = listed((f"{kind.en}: {count}" for kind, count in several), most=len(several))
    total = sum(counts.values())
    return [
        Words(
            f"{total} 人没有公民身份号码（{zh}），比对表按号码查不到他们，要比对的按未知",
            f"persons without a citizen number: {total} ({en}); registers cannot match them by"
            " number, so what these would say is unknown",
        )
    ]
