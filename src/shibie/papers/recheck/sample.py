"""A roster checked against a sample that was looked into: 错评率, 漏评率 and 错退率.

The roster of before is the one on record, with those that have left poverty; that of now holds the
households of the sample, as whoever looked into them found them, decided by the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shibie.engines.exact import quotient
from shibie.errors import Words
from shibie.results.counts import Count

if TYPE_CHECKING:
    from shibie.papers.recheck.changes import Recheck

RATES: Final = {
    "wrongly_listed": Words("错评率（在册而不该在册）", "wrongly listed"),
    "missed": Words("漏评率（不在册而该纳入）", "missed"),
    "wrongly_exited": Words("错退率（已脱贫退出而仍该纳入）", "wrongly exited"),
}  # fmt: skip
# By rate: of whom it is asked, and of whom it is so.
_ASKED: Final = {
    "wrongly_listed": ("origins IS NOT NULL AND left_on IS NULL", "NOT on_roster"),
    "missed": ("origins IS NULL AND left_on IS NULL", "eligibility = 'eligible'"),
    "wrongly_exited": ("left_on IS NOT NULL", "{wrongly_exited}"),
}  # fmt: skip
_OPEN: Final = "(status = 'pending' OR eligibility = 'pending')"


def sample_rates(found: Recheck) -> dict[str, dict[str, Any]]:
    """Each rate with what it is made from.

    Returns:
        By rate: `of`, all of whom it is asked; `found`, of whom it is so; `open`, of whom that is
        not known yet; and `percent` of the first, by households and by persons, to a hundredth and
        as text: empty where there is nobody to ask. Who is open is in `of` alone: so much more a
        rate may yet become.
    """
    named = {each.id for each in found.ruleset.standings}
    # Who was rightly let go and fell back is no wrong exit.
    wrongly = (
        "status = 'wrongly_exited'" if "wrongly_exited" in named else "eligibility = 'eligible'"
    )
    rates: dict[str, dict[str, Any]] = {}
    for name, (asked, so) in _ASKED.items():
        holds = so.format(wrongly_exited=wrongly)
        of = _count(found, asked)
        sure = _count(found, f"{asked} AND NOT {_OPEN} AND {holds}")
        open_ = _count(found, f"{asked} AND {_OPEN}")
        percent = {by: quotient(100 * sure[by], of[by], 2) for by in of}
        shown = {by: "" if each is None else f"{each:f}" for by, each in percent.items()}
        rates[name] = {"of": of, "found": sure, "open": open_, "percent": shown}
    return rates


def _count(found: Recheck, where: str) -> Count:
    ((households, persons),) = found.connection.execute(
        f"SELECT count(*), coalesce(sum(persons), 0) FROM placed WHERE {where}"
    ).fetchall()
    return {"households": int(households), "persons": int(persons)}
