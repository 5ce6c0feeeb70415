"""A fingerprint of a pack: the same for the same files, wherever they lie."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

# Says by what and of when a folder's roster is decided; a pack may lie in the same folder.
PROJECT_FILE: Final = "shibie.yaml"


def of_folders(folders: Iterable[Path]) -> str:
    """The SHA-256 of a pack and of those that it extends.

    Of each folder the files come in the order of their names; each is its place in the folder
    and its own SHA-256. How its lines end does not count: a checkout may change that.

    Args:
        folders: its own, then those of the packs that it extends.
    """
    whole = hashlib.sha256()
    for folder in folders:
        for file in sorted(_files(folder), key=lambda each: each.relative_to(folder).as_posix()):
            content = hashlib.sha256(file.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
            whole.update(f"{file.relative_to(folder).as_posix()}\0{content}\n".encode())
        whole.update(b"\n")
    return whole.hexdigest()


def of_texts(texts: Iterable[str], folders: Iterable[Path] = ()) -> str:
    """The same of a pack that is text, and of those that it extends.

    >>> of_texts(["a"]) == of_texts(["a"]), of_texts(["a"]) == of_texts(["b"])
    (True, False)
    """
    whole = hashlib.sha256()
    for text in texts:
        whole.update(hashlib.sha256(text.encode(errors="surrogatepass")).digest())
    whole.update(of_folders(folders).encode())
    return whole.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    """The files of a pack; whatever else lies in its folder (rosters, results) is none of it."""
    tests = (folder / "tests").rglob("*.y*ml")
    for file in (*folder.glob("*.y*ml"), *folder.glob("SOURCES.md"), *tests):
        if file.is_file() and file.name != PROJECT_FILE and not file.name.startswith((".", "~")):
            yield file
