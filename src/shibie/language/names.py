"""What a name in a condition means at each place.

A condition sees the fields of the item at hand bare, and those of the household (and of
the member, for a row of one) behind a prefix; parameters and `as_of` are seen
everywhere. Every name may be the English one or the Chinese title.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from shibie.language.tree import HOUSEHOLD, MEMBER, Node

PREFIXES = {"household": HOUSEHOLD, "户": HOUSEHOLD, "member": MEMBER, "本人": MEMBER}
MEMBERS = "members"
# All persons of the form, those who do not count as members too.
EVERYONE = "everyone"
# Of a row of a register in a household written as plain data: that it may be about the person.
PERHAPS = "perhaps"
# Of a person in a household written as plain data: that he was found in another one, too.
ELSEWHERE = "elsewhere"
PEOPLE = frozenset((MEMBERS, EVERYONE))


def spelled(name: str) -> str:
    """A name as Python's parser spells identifiers (NFKC).

    >>> spelled("ABC")
    'ABC'
    """
    return unicodedata.normalize("NFKC", name)


@dataclass(frozen=True)
class Names:
    """The names of one rule set.

    Attributes:
        of: by owner (household, member, a register, a step): name or title → node.
        shared: parameters and `as_of`.
        collections: name or title → `members`, `everyone` or the register's name.
    """

    of: Mapping[str, Mapping[str, Node]]
    shared: Mapping[str, Node] = field(default_factory=dict)
    collections: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """Where a (part of a) condition stands: what it sees bare and what behind a prefix.

    Attributes:
        owner: whose names are bare.
        prefixes: prefix → owner.
        collections_of: the owner whose collections are bare, or None inside a row.
    """

    owner: str
    prefixes: Mapping[str, str]
    collections_of: str | None

    @classmethod
    def household(cls) -> Context:
        """The top of a household condition."""
        return cls(HOUSEHOLD, _only(HOUSEHOLD), HOUSEHOLD)

    @classmethod
    def member(cls) -> Context:
        """Inside `members.any(…)`, or the top of a member condition."""
        return cls(MEMBER, PREFIXES, MEMBER)

    def row(self, register: str, of: str) -> Context:
        """Inside `register.any(…)`, over the rows of the household or of a member."""
        return Context(register, PREFIXES if of == MEMBER else _only(HOUSEHOLD), None)


def _only(owner: str) -> Mapping[str, str]:
    return {prefix: target for prefix, target in PREFIXES.items() if target == owner}
