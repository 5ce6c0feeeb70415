"""Why a cell cannot be read."""

from __future__ import annotations

from typing import NoReturn

from shibie.errors import Words


class CellError(ValueError):
    """A cell that cannot be read; `reason` says what was expected, `code` what kind it is."""

    def __init__(self, reason: Words, code: str = "invalid") -> None:
        self.reason, self.code = reason, code
        super().__init__(reason.en)


def fault(code: str, zh: str, en: str) -> NoReturn:
    """Refuse a cell.

    Raises:
        CellError: always.
    """
    raise CellError(Words(zh, en), code)
