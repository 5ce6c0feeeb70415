"""`shibie demo`: the made-up rosters of the manual, for whoever has installed shibie without its sources."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated, Final

import typer

import shibie
from shibie.cli.app import LangOption, app, spoken
from shibie.errors import InputError, Problem, Words

_HERE: Final = Path(shibie.__file__).resolve().parent
# An installed wheel carries them inside the package; a source checkout beside `src`.
_SHIPPED: Final = (_HERE / "fixtures", _HERE.parent.parent / "fixtures")
_SAMPLE: Final = "village-60.xlsx"
_PACK: Final = "--rules bazhong-2015 --as-of 2015-12-20"


@app.command()
def demo(
    folder: Annotated[
        Path, typer.Argument(help="写到哪个新文件夹 A new folder to write into.")
    ] = Path("fixtures"),
    lang: LangOption = None,
) -> None:
    """写出说明书里的示例名册（虚构）Write the made-up rosters that the manual uses."""
    from shibie.atomic import new_file

    language = spoken(lang, "")
    if folder.exists():
        what = Words(f"已有 {folder}，不覆盖", f"{folder} is there, and is not overwritten")
        advice = Words("换一个名称", "give another name")
        raise InputError(Problem("FOLDER", what, suggestion=advice))
    with new_file(folder) as place:
        shutil.copytree(_data(), place, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    print(
        Words(
            f"示例名册在 {folder}，里面的人全是虚构的。可以试：",
            f"the rosters are in {folder}; nobody in them exists. Try:",
        ).say(language)
    )
    # Slashes, and double quotes: so the lines are right in every shell.
    shown = folder.as_posix()
    for line in (
        f"check {_quoted(f'{shown}/{_SAMPLE}')} {_PACK} --out out/village.xlsx",
        f"check {_quoted(f'{shown}/township-2015')} {_PACK} --out out/township-2015.xlsx",
        f"explain {_quoted(f'{shown}/township-2015')} {_PACK} --household H07-06-017",
    ):
        print(f"  shibie {line}")


def _data() -> Path:
    """Where the rosters lie."""
    for place in _SHIPPED:
        if (place / _SAMPLE).is_file():
            return place
    what = Words("这份安装里没有示例名册", "this installation has no made-up rosters")
    raise InputError(Problem(str(_SHIPPED[0]), what))


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path
