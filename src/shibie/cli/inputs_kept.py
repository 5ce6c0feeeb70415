"""Nothing is written over, into or around what is read: an input stays as it was given."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from shibie.annotating.places import are_one
from shibie.errors import InputError, Problem, Words

Place = Path | str | None


def keep_inputs(outs: Iterable[Place], inputs: Iterable[Place], option: str = "--out") -> None:
    """Refuse to write where something is read.

    A result among the tables of a roster would be read as one of them the next time.

    Args:
        outs: where is written; what is elsewhere than on this machine is not looked at.
        inputs: what is read.
        option: that says where is written.

    Raises:
        InputError: for each place that is an input, lies among the files of one or has one inside.
    """
    problems = []
    read = [Path(each).resolve() for each in inputs if each is not None and Path(each).exists()]
    for out in outs:
        if out is None:
            continue
        place = Path(out).resolve()
        for each in read:
            what = _same(out, place, each)
            if what is not None:
                suggestion = Words("换一个地方", "name another place")
                problems.append(Problem(option, what, suggestion=suggestion))
    if problems:
        raise InputError(problems)


def must_be_apart(outs: Iterable[Place], others: Iterable[Place], option: str) -> None:
    """Refuse one place for two results: the later would be written over the earlier.

    Args:
        outs: where is written.
        others: where something else is written.
        option: that says where the first are written.

    Raises:
        InputError: for each place that is named twice.
    """
    taken = [Path(each) for each in others if each is not None]
    problems = [
        Problem(
            option,
            Words(f"{out} 已用来写另一结果", f"another result is written to {out}"),
            suggestion=Words("换一个地方", "name another place"),
        )
        for out in outs
        if out is not None and any(are_one(Path(out), each) for each in taken)
    ]
    if problems:
        raise InputError(problems)


def _same(out: Path | str, place: Path, read: Path) -> Words | None:
    if are_one(place, read):
        return Words(f"{out} 是要读的文件，不能写在它上面", f"{out} is read, and cannot be written")
    if read.is_dir() and place.is_relative_to(read) and _is_read(place.relative_to(read), place):
        return Words(
            f"{out} 在要读的文件夹里，写了会被当作名册的表", f"{out} lies in a folder that is read"
        )
    if not place.suffix and read.is_relative_to(place):
        return Words(
            f"要读的 {read.name} 在 {out} 里面", f"{read.name}, which is read, lies in {out}"
        )
    return None


def _is_read(within: Path, place: Path) -> bool:
    """Whether what lies at a place in a roster's folder is read: its files, and its registers."""
    return within.parts[0] == "registers" or (len(within.parts) == 1 and bool(place.suffix))
