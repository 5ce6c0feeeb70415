"""Where a rule or a value comes from, and how surely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Provenance = Literal["verbatim", "documented", "reconstructed"]


@dataclass(frozen=True)
class Basis:
    """Where a rule comes from, and how surely.

    Attributes:
        text: the policy's words, or what they say.
        source: document, place and date.
        provenance: verbatim, documented (another named place's rule) or reconstructed (ours).
    """

    text: str = ""
    source: str = ""
    provenance: Provenance = "reconstructed"


NO_BASIS: Final = Basis()
