"""What is read is never written over."""

from __future__ import annotations

from pathlib import Path

from shibie.errors import InputError, Words, bad_argument


def are_one(one: Path, other: Path) -> bool:
    """Whether two places are one file or folder, under whatever names."""
    return one.resolve() == other.resolve() or (
        one.exists() and other.exists() and one.samefile(other)
    )


def must_be_another_file(out: Path, path: Path, argument: str = "annotate") -> None:
    """Refuse to write over what is read.

    Args:
        out: what is written.
        path: what is read.
        argument: by which the first was named.

    Raises:
        InputError: when both are one file.
    """
    if are_one(out, path):
        raise InputError(
            bad_argument(
                argument,
                Words(f"{out} 是读入的资料，不能写在它上面", f"{out} is what is read"),
                suggestion=Words("换一个名称", "give another name"),
            )
        )
