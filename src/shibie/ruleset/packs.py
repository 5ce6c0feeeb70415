"""Where packs are found: a folder, a file, or the name of a pack that ships with shibie."""

from __future__ import annotations

from pathlib import Path

from shibie.errors import Problem, RulesetError, Words, did_you_mean, listed
from shibie.file_failures import files_said

RULESET_FILE, PARAMETERS_FILE = "ruleset.yaml", "parameters.yaml"
_HERE = Path(__file__).resolve().parent.parent


def shipped_places(name: str) -> tuple[Path, Path]:
    """Where a folder that ships may lie: in an installed package, and beside `src` in a checkout."""
    return _HERE / name, _HERE.parent.parent / name


def shipped() -> dict[str, Path]:
    """The packs that ship with shibie, by name.

    >>> "bazhong-2015" in shipped()
    True
    """
    found: dict[str, Path] = {}
    for root in shipped_places("rules"):
        for file in sorted(root.glob(f"*/{RULESET_FILE}")):
            found.setdefault(file.parent.name, file.parent)
    return found


def find(name: str | Path) -> Path:
    """The folder of a pack.

    Args:
        name: a folder with a ruleset.yaml, that file itself, or a shipped pack's name.

    Raises:
        RulesetError: when there is no such pack.
        InputError: when its folder cannot be looked into.
    """
    path = Path(name)
    with files_said(str(name)):
        if path.is_file():
            return path.parent
        if (path / RULESET_FILE).is_file():
            return path
    packs = shipped()
    if str(name) in packs:
        return packs[str(name)]
    raise RulesetError(
        Problem(
            str(name),
            Words(
                f"没有这个规则包；随附的有：{listed(packs, lang='zh')}",
                f"no such pack; shipped are: {listed(packs)}",
            ),
            suggestion=did_you_mean(str(name), packs),
            code="unknown_pack",
            data={"value": str(name), "expected": list(packs)},
        )
    )
