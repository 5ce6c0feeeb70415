"""Z3, or a message that says how to get it. Nothing else in shibie imports Z3 by itself."""

from __future__ import annotations

from shibie.errors import MissingExtraError, Problem, Words

try:
    import z3
except ImportError as error:
    raise MissingExtraError(
        Problem(
            "shibie verify",
            Words(f"未能载入 Z3({error})", f"Z3 cannot be loaded ({error})"),
            suggestion=Words("pip install 'shibie[verify]'", "pip install 'shibie[verify]'"),
        )
    ) from error

__all__ = ["z3"]
