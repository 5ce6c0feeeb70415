"""Z3, or a message that says how to get it. Nothing else in shibie imports Z3 by itself."""

from __future__ import annotations

from shibie.errors import Words, cannot_load

try:
    import z3
except ImportError as error:
    raise cannot_load(
        "shibie verify",
        "Z3",
        error,
        Words('pip install "shibie[verify]"', 'pip install "shibie[verify]"'),
    ) from error

__all__ = ["z3"]
