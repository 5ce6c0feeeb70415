"""What is read is never written over."""

from __future__ import annotations

from pathlib import Path

from shibie.errors import InputError, Words, bad_argument


def must_be_another_file(out: Path, path: Path, argument: str = "annotate") -> None:
    """Refuse to write over what is read.

    Args:
        out: what is written.
        path: what is read.
        argument: by which the first was named.

    Raises:
        InputError: when both are one file.
    """
    same = out.resolve() == path.resolve() or (
        out.exists() and path.exists() and out.samefile(path)
    )
    if same:
        raise InputError(
            bad_argument(
                argument,
                Words(f"{out} 是读入的资料，不能写在它上面", f"{out} is what is read"),
                suggestion=Words("换一个名称", "give another name"),
            )
        )
