"""Who is one helper: by his name without spaces, and his employer where several have that name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from shibie.errors import Lang, Words
from shibie.plain_text import unspaced
from shibie.vocabulary import folded
from shibie.words.lists import bracketed


class Helper(NamedTuple):
    """A person who helps.

    Attributes:
        name_key: his name as it is compared.
        employer_key: his employer likewise; empty where none is known.
        helper: how he is called, so that nobody else is called so.
        name: his name.
        employer: as it was first written; empty where it is not known.
    """

    name_key: str
    employer_key: str
    helper: str
    name: str
    employer: str


class HelperNames:
    """Tells helpers apart, as they are met.

    The same name written with other spaces is one name. Of one name with two employers there are
    two persons. A row without an employer is of the one person of that name, or, where there are
    several, of somebody who cannot be told.

    >>> names = HelperNames()
    >>> for name, employer in [("王 强", "农业局"), ("王强", "农业局"), ("王强", "水务局"), ("李明", "")]:
    ...     names.add(name, employer)
    >>> [each.helper for each in names.helpers()]
    ['王强（农业局）', '王强（水务局）', '李明']
    """

    def __init__(self, lang: Lang = "zh") -> None:
        self.lang: Lang = lang
        self.found: dict[str, dict[str, tuple[str, str]]] = {}

    def add(self, name: str, employer: str) -> None:
        """Note a person as he is written."""
        of_name = self.found.setdefault(folded(name), {})
        of_name.setdefault(folded(employer), (self._plain(name), employer.strip()))

    def _plain(self, name: str) -> str:
        """A name as it is shown: in Chinese without spaces."""
        return name.strip() if name.isascii() else unspaced(name)

    def helpers(self) -> Iterator[Helper]:
        """Everybody, each once."""
        for name_key, by_employer in self.found.items():
            known = {key: each for key, each in by_employer.items() if key}
            several = len(known) > 1
            for employer_key, (name, employer) in known.items():
                helper = name + bracketed(employer, self.lang) if several else name
                yield Helper(name_key, employer_key, helper, name, employer)
            if "" in by_employer and len(known) != 1:
                name, _ = by_employer[""]
                unsaid = Words("单位未填", "no employer given").say(self.lang)
                helper = name + bracketed(unsaid, self.lang) if several else name
                yield Helper(name_key, "", helper, name, "")

    def meant(self) -> Iterator[tuple[str, str, str]]:
        """Of each way of writing (name and employer, as compared), the employer that is meant."""
        for name_key, by_employer in self.found.items():
            known = [key for key in by_employer if key]
            for key in by_employer:
                yield name_key, key, known[0] if not key and len(known) == 1 else key

    def shared(self) -> list[tuple[str, ...]]:
        """Names that several persons have: how each of these is called."""
        by_name: dict[str, list[str]] = {}
        for each in self.helpers():
            by_name.setdefault(each.name_key, []).append(each.helper)
        return [tuple(several) for several in by_name.values() if len(several) > 1]
