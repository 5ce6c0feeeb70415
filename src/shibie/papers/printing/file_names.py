"""Names for files, folders and sheets: safe on any system, and each given once."""

from __future__ import annotations

import re
from collections.abc import Iterable


def file_stem(name: str) -> str:
    """A name that is safe as a file name on any system.

    >>> file_stem("石磨/青杨"), file_stem("..")
    ('石磨_青杨', '_')
    """
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", name).strip(". ") or "_"


class UniqueNames:
    """Names, each given once: two may differ only in what a name cannot hold, or in case.

    Args:
        taken: names that are taken already.
        most: so many letters a name may have; None: as many as it has.

    >>> names = UniqueNames(["Notes"], most=6)
    >>> [names.new(each) for each in ("notes", "王强", "王强", "王小强（县农业局）", "王小强（县农机局）")]
    ['note-2', '王强', '王强-2', '王小强（县农', '王小强（-2']
    """

    def __init__(self, taken: Iterable[str] = (), most: int | None = None) -> None:
        self.taken, self.most = {name.lower() for name in taken}, most

    def new(self, name: str) -> str:
        """The name, or the name with the first number that makes it a new one."""
        found, number = name[: self.most], 1
        while found.lower() in self.taken:
            number += 1
            end = f"-{number}"
            found = name[: None if self.most is None else self.most - len(end)] + end
        self.taken.add(found.lower())
        return found
