"""A pack as one text: what it inherits written out, each item with the place it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import yaml
from pydantic import BaseModel

from shibie.ruleset.composing import Pack

_WIDTH = 100


class _PackDumper(yaml.SafeDumper):
    """Writes numbers exactly, and small collections in one line."""


def _number(dumper: yaml.SafeDumper, value: Decimal) -> yaml.Node:
    text = f"{value:f}"
    kind = "float" if "." in text else "int"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{kind}", text)


_PackDumper.add_representer(Decimal, _number)


def flattened(pack: Pack) -> str:
    """The pack as a ruleset.yaml that extends nothing and decides the same.

    Args:
        pack: with what it inherits, from `composing.compose`.

    >>> from shibie.ruleset.composing import compose
    >>> from shibie.ruleset.packs import find
    >>> text = flattened(compose(find("bazhong-2015")))
    >>> text.splitlines()[:2]
    ['ruleset:', '  id: bazhong-2015']
    >>> "  # ruleset.yaml:" in text
    True
    """
    return "\n".join(_lines(pack)) + "\n"


def _lines(pack: Pack) -> Iterator[str]:
    word = pack.form.ruleset.provenance
    head = _data(pack.form.ruleset, "")
    head.pop("extends", None)
    yield from _written({"ruleset": head})
    section = ""
    for _, path in pack.items():
        value = getattr(pack.form, str(path[0]))
        shown = f"# {pack.place(path).shown}"
        if len(path) == 1:
            yield shown
            yield from _written({path[0]: _data(value, word)}, flow=False)
            section = ""
            continue
        if path[0] != section:
            section = str(path[0])
            yield f"{section}:"
        yield f"  {shown}"
        item = _data(value[path[1]], word)
        whole = [item] if isinstance(value, list) else {path[1]: item}
        yield from (f"  {line}" for line in _written(whole))


def _data(value: Any, provenance: str) -> Any:
    """A form as plain data; keys left at their defaults are omitted."""
    if not isinstance(value, BaseModel):
        return value
    return _pruned(value.model_dump(by_alias=True, exclude_defaults=True), provenance)


def _pruned(data: Any, provenance: str) -> Any:
    """Data without bases that only repeat the provenance of the whole pack."""
    if isinstance(data, list):
        return [_pruned(item, provenance) for item in data]
    if not isinstance(data, dict):
        return data
    bare = {"provenance": provenance}
    return {
        key: _pruned(item, provenance)
        for key, item in data.items()
        if not (key == "basis" and item == bare)
    }


def _written(data: Any, flow: bool | None = None) -> list[str]:
    text = yaml.dump(
        data, Dumper=_PackDumper, allow_unicode=True, sort_keys=False, width=_WIDTH,
        default_flow_style=flow,
    )  # fmt: skip
    return text.splitlines()
