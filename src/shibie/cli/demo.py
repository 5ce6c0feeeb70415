"""`shibie demo`: the made-up rosters of the manual, for whoever has installed shibie without its sources."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated, Final

import typer

from shibie.cli.app import LangOption, app, spoken
from shibie.errors import InputError, Problem, Words

_SAMPLE: Final = "village-60.xlsx"
_PACK: Final = "--rules bazhong-2015 --as-of 2015-12-20"


@app.command()
def demo(
    folder: Annotated[
        Path, typer.Argument(help="写到哪个新文件夹 A new folder to write into.")
    ] = Path("fixtures"),
    rules: Annotated[
        str | None,
        typer.Option(
            "--rules",
            "-r",
            metavar="PACK",
            help="另把这个规则包写到旁边的 rules，供修改 Also a pack, into `rules` beside it, to be edited.",
        ),
    ] = None,
    lang: LangOption = None,
) -> None:
    """写出说明书里的示例名册（虚构）Write the made-up rosters that the manual uses."""
    from shibie.atomic import new_file
    from shibie.ruleset.packs import find

    language = spoken(lang, "")
    written = {folder: _data()}
    if rules is not None:
        pack = find(rules)
        written[folder.parent / "rules" / pack.resolve().name] = pack
    for each in written:
        if each.exists():
            what = Words(f"已有 {each}，不覆盖", f"{each} is there, and is not overwritten")
            advice = Words("换一个名称，或先把它移开", "give another name, or move it away")
            raise InputError(Problem("FOLDER", what, suggestion=advice))
    for each, source in written.items():
        with new_file(each) as place:
            shutil.copytree(source, place, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
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
    for copy in list(written)[1:]:
        print(f"  shibie test {_quoted(copy.as_posix())}")


def _data() -> Path:
    """Where the rosters lie."""
    from shibie.ruleset.packs import shipped_places

    places = shipped_places("fixtures")
    for place in places:
        if (place / _SAMPLE).is_file():
            return place
    what = Words("这份安装里没有示例名册", "this installation has no made-up rosters")
    raise InputError(Problem(str(places[0]), what))


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path
