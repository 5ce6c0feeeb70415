"""A pack that extends another: the base's items, with what the pack replaces, drops and adds.

Nothing is overridden by the way: an item that the base has too must be named in `replaces`,
and a name in `replaces` or `drops` that means nothing is an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel

from shibie.errors import Problem, RulesetError, Words, did_you_mean
from shibie.ruleset import packs, schema
from shibie.ruleset.schema_validation import validated
from shibie.ruleset.yaml_nodes import YamlPath
from shibie.ruleset.yaml_source import YamlSource, read_file

FormT = TypeVar("FormT", bound=BaseModel)
# What belongs to the pack alone, and is not inherited.
_OWN = ("ruleset", "replaces", "drops")


class ItemPlace(NamedTuple):
    """Where an item of a pack is written.

    Attributes:
        source: the file.
        path: of the item in it.
        inherited: whether the file is another pack's.
    """

    source: YamlSource
    path: YamlPath
    inherited: bool = False

    @property
    def shown(self) -> str:
        """`file:line`."""
        return f"{self.source.name}:{self.source.key_span(self.path).line}"


@dataclass(frozen=True)
class Pack:
    """A pack as written, with everything that it inherits.

    Attributes:
        form: all of its items.
        source: its own ruleset.yaml.
        places: where each item is written, by section and by its index or name.
        folder: where the pack lies, if it does.
        bases: the folders of the packs that it extends, the nearest first.
    """

    form: schema.PackForm
    source: YamlSource
    places: Mapping[YamlPath, ItemPlace] = field(repr=False)
    folder: Path | None = None
    bases: tuple[Path, ...] = ()

    def items(self) -> Iterator[tuple[str, YamlPath]]:
        """Each item's name, e.g. `tracks.medical` or `poor`, with its place in the form."""
        for section in type(self.form).model_fields:
            value = getattr(self.form, section)
            if section in _OWN or value is None:
                continue
            if isinstance(value, list):
                for index, item in enumerate(value):
                    yield f"{section}.{_name(item)}", (section, index)
            elif isinstance(value, dict):
                for name in value:
                    yield f"{section}.{name}", (section, name)
            else:
                yield section, (section,)

    def place(self, path: YamlPath) -> ItemPlace:
        """The file and path at which an item, or a part of one, is written."""
        for size in (2, 1):
            item = self.places.get(path[:size])
            if item is not None:
                return ItemPlace(item.source, (*item.path, *path[size:]), item.inherited)
        return ItemPlace(self.source, path)


def _name(item: BaseModel) -> str:
    """The id or name of an item in a list of the form."""
    return str(next(getattr(item, key) for key in ("id", "name", "finding") if hasattr(item, key)))


def compose(folder: Path) -> Pack:
    """The pack in a folder, with all that it inherits.

    Raises:
        RulesetError: with every problem found.
    """
    return _compose(folder, "", (folder.resolve(),))


def _compose(folder: Path, prefix: str, above: tuple[Path, ...]) -> Pack:
    name = prefix + packs.RULESET_FILE
    source = read_file(folder / packs.RULESET_FILE, name)
    file = folder / packs.PARAMETERS_FILE
    more = read_file(file, prefix + packs.PARAMETERS_FILE) if file.is_file() else None
    return composed(source, more, folder, above)


def composed(
    source: YamlSource, more: YamlSource | None, folder: Path | None, above: tuple[Path, ...] = ()
) -> Pack:
    """The pack in a ruleset.yaml and its parameters.yaml, with all that it inherits.

    Args:
        source: ruleset.yaml.
        more: parameters.yaml.
        folder: where the pack lies; the pack that it extends is looked for beside it.
        above: folders of the packs that extend this one, itself included.

    Raises:
        RulesetError: with every problem found.
    """
    pack = _written(source, more, folder)
    extends = pack.form.ruleset.extends
    if extends is not None:
        return _joined(_base(pack, extends, above), pack)
    problems = [
        source.problem(
            source.key_span((key,)),
            Words(
                "没有 extends，无可替换或去掉", "nothing is extended, so there is nothing to name"
            ),
        )
        for key in ("replaces", "drops")
        if getattr(pack.form, key)
    ]
    if pack.form.poor is None:
        what = Words("缺少必填项“poor”", "required key 'poor' is missing")
        problems.append(source.problem(source.value_span(()), what))
    if problems:
        raise RulesetError(problems)
    return pack


def _written(source: YamlSource, more: YamlSource | None, folder: Path | None) -> Pack:
    """The pack as its own files state it, before it is joined with its base."""
    form, problems = validated(schema.PackForm, source)
    parameters = dict(form.parameters) if form else {}
    places: dict[YamlPath, ItemPlace] = {}
    if more is not None:
        more_form, found = validated(schema.ParametersForm, more)
        problems += found
        for name, value in (more_form.parameters if more_form else {}).items():
            if name in parameters:
                what = Words(
                    f"参数“{name}”已在 {source.name} 中",
                    f"parameter '{name}' is already in {source.name}",
                )
                problems.append(more.problem(more.key_span(("parameters", name)), what))
            parameters[name] = value
            places["parameters", name] = ItemPlace(more, ("parameters", name))
    if form is None or problems:
        raise RulesetError(problems)
    form = form.model_copy(update={"parameters": parameters})
    pack = Pack(_settled(form, form.ruleset.provenance), source, {}, folder)
    own = {path: ItemPlace(source, path) for _, path in pack.items()}
    return Pack(pack.form, source, own | places, folder)


def _settled(form: FormT, word: str) -> FormT:
    """The form in which every item without a provenance takes that of its pack."""

    def settle(value: Any) -> Any:
        if isinstance(value, list):
            return [settle(item) for item in value]
        if isinstance(value, dict):
            return {key: settle(item) for key, item in value.items()}
        return _settled(value, word) if isinstance(value, BaseModel) else value

    update = {name: settle(getattr(form, name)) for name in type(form).model_fields}
    if "provenance" in update:
        update["provenance"] = update["provenance"] or word
    return form.model_copy(update=update)


def _base(pack: Pack, name: str, above: tuple[Path, ...]) -> Pack:
    """The pack that another extends."""
    source, path = pack.source, ("ruleset", "extends")
    beside = pack.folder.parent / name if pack.folder else Path(name)
    try:
        folder = beside if (beside / packs.RULESET_FILE).is_file() else packs.find(name)
    except RulesetError as error:
        (problem,) = error.problems
        raise RulesetError(
            source.problem(source.value_span(path), problem.what, problem.suggestion)
        ) from None
    if folder.resolve() in above:
        what = Words("规则包不能扩展自己", "a pack cannot extend itself")
        raise RulesetError(source.problem(source.value_span(path), what))
    return _compose(folder, f"{folder.name}/", (*above, folder.resolve()))


def _joined(base: Pack, own: Pack) -> Pack:
    """The base's items with those of a pack that extends it."""
    theirs, mine = dict(base.items()), dict(own.items())
    problems = list(_misnamed(own, theirs, mine))
    if problems:
        raise RulesetError(problems)
    dropped = {theirs[name] for name in own.form.drops}
    # What is replaced keeps its place in the order.
    replaced = {theirs[name]: mine[name] for name in own.form.replaces}
    added = [path for path in mine.values() if path not in replaced.values()]
    update: dict[str, Any] = {}
    places: dict[YamlPath, ItemPlace] = {}
    for section in type(own.form).model_fields:
        if section in _OWN:
            continue
        chosen = [
            (own, replaced[path]) if path in replaced else (base, path)
            for path in theirs.values()
            if path[0] == section and path not in dropped
        ]
        chosen += [(own, path) for path in added if path[0] == section]
        update[section] = _section(section, chosen, getattr(own.form, section))
        for index, (pack, path) in enumerate(chosen):
            to = (section, index) if isinstance(update[section], list) else path
            place = pack.place(path)
            places[to] = ItemPlace(place.source, place.path, place.inherited or pack is base)
    form = own.form.model_copy(update=update)
    bases = (*([base.folder] if base.folder else []), *base.bases)
    return Pack(form, own.source, places, own.folder, bases)


def _section(section: str, chosen: list[tuple[Pack, YamlPath]], like: Any) -> Any:
    """A section of the form, rebuilt from the items that were kept or replaced."""
    if isinstance(like, list):
        return [getattr(pack.form, section)[path[1]] for pack, path in chosen]
    if isinstance(like, dict):
        return {path[1]: getattr(pack.form, section)[path[1]] for pack, path in chosen}
    return getattr(chosen[0][0].form, section) if chosen else None


def _misnamed(own: Pack, theirs: Mapping[str, YamlPath], mine: Mapping[str, YamlPath]) -> Iterator[Problem]:  # fmt: skip
    """Checks that `replaces` and `drops` agree with the items of the base pack and of this one."""
    source = own.source
    replaced = set(own.form.replaces)
    for key in ("replaces", "drops"):
        for index, name in enumerate(getattr(own.form, key)):
            span = source.value_span((key, index))
            if name not in theirs:
                yield source.problem(
                    span,
                    Words(f"被扩展的规则包里没有“{name}”", f"the pack extended has no '{name}'"),
                    did_you_mean(name, theirs),
                )
            elif key == "replaces" and name not in mine:
                yield source.problem(
                    span,
                    Words(f"这里没有重写“{name}”", f"'{name}' is not written anew here"),
                    Words("只去掉的写在 drops 里", "what is only left out belongs in `drops`"),
                )
            elif key == "drops" and name in replaced:
                yield source.problem(
                    span, Words(f"“{name}”既替换又去掉", f"'{name}' is both replaced and dropped")
                )
    for name, path in mine.items():
        if name in theirs and name not in replaced:
            place = own.place(path)
            yield place.source.problem(
                place.source.key_span(place.path),
                Words(f"被扩展的规则包里已有“{name}”", f"the pack extended has '{name}' already"),
                Words(f"要替换它，写 replaces: [{name}]", f"to replace it: replaces: [{name}]"),
            )
