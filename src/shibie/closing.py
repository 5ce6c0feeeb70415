"""What is held until it is closed."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Self


class Closing:
    """What is held, by a database perhaps, until it is closed: a context manager.

    Attributes:
        closing: what is let go of then.
    """

    closing: ExitStack

    def close(self) -> None:
        """Let go of the database that holds it, if one does."""
        self.closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()
