"""What a report's paragraphs are made of: words, and marks that lead to queries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mark:
    """The number of a query, where a figure stands in the text."""

    number: int


Piece = str | Mark
Paragraphs = tuple[tuple[Piece, ...], ...]
