"""Names of which one may be the other written wrongly: a letter more, less, another, or two exchanged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

# Of two letters one is half of the name: so many others differ in it that it tells nothing.
_FEWEST: Final = 3


def is_near(one: str, other: str) -> bool:
    """Whether two names differ in one letter, or in two side by side that are exchanged.

    >>> is_near("王建国", "王建军"), is_near("王国建", "王建国"), is_near("王伟", "王勇")
    (True, True, False)
    """
    from shibie.linkage.libraries import OSA

    if one == other or max(len(one), len(other)) < _FEWEST:
        return False
    return bool(OSA.distance(one, other, score_cutoff=1) <= 1)


def near_pairs(asked: Iterable[str], known: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The pairs of a name that is asked for and a known one that is near it, each once.

    Only those are compared that are equal after a letter is taken out of either: no more can be near.

    >>> sorted(near_pairs(["王建国"], ["王建军", "王国建", "李建国", "王伟", "王建国"]))
    [('王建国', '李建国'), ('王建国', '王国建'), ('王建国', '王建军')]
    """
    by_rest: defaultdict[str, list[str]] = defaultdict(list)
    wanted = sorted(set(asked))
    left = {rest for name in wanted for rest in _rests(name)}
    for name in sorted(set(known)):
        for rest in _rests(name) & left:
            by_rest[rest].append(name)
    for name in wanted:
        alike = {each for rest in _rests(name) for each in by_rest[rest]}
        for other in sorted(alike):
            if is_near(name, other):
                yield name, other


def _rests(name: str) -> frozenset[str]:
    """A name, and it without any one letter."""
    return frozenset((name, *(name[:at] + name[at + 1 :] for at in range(len(name)))))
