"""`shibie fields`, `schema`, `show` and `eval`: for those who write rules."""

from __future__ import annotations

import sys
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shibie.bounds import Bounds
from shibie.cli.app import (
    AsOfOption,
    JsonOption,
    LangOption,
    SetAsideOption,
    TrustOption,
    app,
    day,
    spoken,
)  # fmt: skip
from shibie.cli.helped import FormulaCommand
from shibie.cli.terminal import marked, tell_data
from shibie.shown_text import shown_line

if TYPE_CHECKING:
    from shibie.errors import Lang
    from shibie.vocabulary import FieldSpec

PackOption = Annotated[
    str | None, typer.Option("--rules", "-r", help="规则包；省略则为共用词汇 A pack, or none.")
]


@app.command()
def fields(rules: PackOption = None, as_json: JsonOption = False, lang: LangOption = None) -> None:
    """列出全部字段 List every field: name, title, type, unit, codes, meaning."""
    from shibie.acts import act_specs, row_specs
    from shibie.household import Adjudication, StepRow
    from shibie.rosters.helping_rows import helping_specs
    from shibie.rosters.table_names import HELPING
    from shibie.ruleset.loader import load
    from shibie.vocabulary import Vocabulary, specs_of

    ruleset = load(rules) if rules else None
    vocabulary = ruleset.vocabulary if ruleset else Vocabulary.build()
    tables: dict[str, tuple[FieldSpec, ...]] = {
        "households": vocabulary.household,
        "members": (specs_of(Adjudication)[0], *vocabulary.member),
        "adjudications": (*specs_of(Adjudication), *row_specs()),
        "steps": specs_of(StepRow),
        "acts": act_specs(),
        **{table: helping_specs(table) for table in HELPING},
    }
    for name, register in (ruleset.registers if ruleset else {}).items():
        tables[f"registers/{name}"] = register.columns
    if as_json:
        listing = {name: [asdict(spec) for spec in specs] for name, specs in tables.items()}
        tell_data(listing)
        return
    _print_fields(tables, spoken(lang, rules or ""))


def _print_fields(tables: dict[str, tuple[FieldSpec, ...]], lang: Lang) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else 140, highlight=False)
    english = lang == "en"
    titles = ("name", "title", "type", "unit", "codes", "meaning")
    headers = titles if english else ("名称", "标题", "类型", "单位", "代码（读作它的词）", "含义")
    for name, specs in tables.items():
        table = Table(*headers, title=name, title_justify="left")
        for spec in specs:
            codes = " ".join(_with_words(spec))
            cells = (spec.name, spec.title, spec.type, spec.unit, codes, spec.description)
            table.add_row(*map(marked, cells))
        console.print(table)


# So many words of a code are shown in the table; all of them are in the JSON.
_WORDS = 3


def _with_words(spec: FieldSpec) -> list[str]:
    """Each code with the first words that are read as it."""
    codes = spec.codes or tuple(dict.fromkeys(code for _, code in spec.words))
    shown = []
    for code in codes:
        words = [word for word, meant in spec.words if meant == code]
        more = "…" if len(words) > _WORDS else ""
        shown.append(f"{code}({'、'.join(words[:_WORDS])}{more})" if words else code)
    return shown


@app.command()
def schema() -> None:
    """输出规则包的 JSON Schema Print the JSON Schema of packs, for editors."""
    from shibie.ruleset.schema import PackForm

    form = PackForm.model_json_schema(by_alias=True)
    form["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    form["title"] = "shibie pack"
    tell_data(form)


@app.command()
def show(
    pack: Annotated[str, typer.Argument(help="规则包：名称或文件夹 Pack: a name or a folder.")],
    lang: LangOption = None,
) -> None:
    """输出展开后的规则包，注明每项出处 Print a pack with all it inherits, and whence."""
    from shibie.ruleset.composing import compose
    from shibie.ruleset.flattened import flattened
    from shibie.ruleset.loader import load
    from shibie.ruleset.packs import find

    load(pack)  # so that what is shown is known to be sound
    print(flattened(compose(find(pack))), end="")


@app.command(name="eval", cls=FormulaCommand)
def evaluate(
    expression: Annotated[str, typer.Argument(help="条件或算式 A condition or formula.")],
    given: Annotated[
        str,
        typer.Option(
            "--given",
            help="已知事实（JSON）；@文件 或 - 读入 Known facts, as JSON; @FILE or - to read them.",
        ),
    ] = "{}",
    rules: PackOption = None,
    as_of: AsOfOption = "",
    trust_declarations: TrustOption = False,
    set_aside: SetAsideOption = None,
    lang: LangOption = None,
) -> None:
    """计算一个表达式 Print the value of an expression, or `unknown`.

    The JSON holds household fields, `members` (a list) and registers by name (a list of
    rows; the rows of a member may stand inside that member instead).
    """
    from shibie.cli.given import given_text
    from shibie.evaluation import evaluate_given

    given, judged = given_text(given), day(as_of) if as_of else None
    value = evaluate_given(expression, given, rules, judged, trust_declarations, set_aside or ())
    # A number that was worked out is what was asked for; a text is as it may be shown.
    print(shown_line(shown(value)) if isinstance(value, str | frozenset) else shown(value))


def shown(value: Any) -> str:
    """A value as the command line prints it.

    >>> shown(None), shown(True), shown(Decimal("2310.00"))
    ('unknown', 'true', '2310.00')
    """
    match value:
        case None | Bounds():
            return "unknown"
        case bool():
            return "true" if value else "false"
        case frozenset():
            return "|".join(sorted(value))
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)
