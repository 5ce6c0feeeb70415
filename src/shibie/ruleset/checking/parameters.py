"""Dated values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import cast

from shibie.errors import Words
from shibie.ruleset import schema, tree
from shibie.ruleset.checking.base import Checking, YamlPath, taken_words
from shibie.ruleset.model import (
    Parameter,
)  # fmt: skip
from shibie.ruleset.names import Context, spelled
from shibie.ruleset.tree import Node
from shibie.ruleset.types import Code, Number, Text


class Parameters(Checking):
    """Reads parameters."""

    def parameters(self) -> dict[str, Parameter]:
        done: dict[str, Parameter] = {}
        for name, form in self.form.parameters.items():
            parameter = self.parameter(name, form)
            if parameter is not None:
                done[name] = parameter
                node = tree.Parameter(name, parameter.key, type=parameter.type)
                for text in (name, form.title):
                    if self.taken(text):
                        self.problem(("parameters", name), taken_words(text), key=True)
                    self.shared[spelled(text)] = node
        return done

    def parameter(self, name: str, form: schema.ParameterForm) -> Parameter | None:
        path: YamlPath = ("parameters", name)
        keyed = any(isinstance(value, dict) for value in form.values.values())
        if keyed != (form.by is not None):
            self.problem(
                path,
                Words(
                    "有 by 时每个键各写一组日期,无 by 时直接写日期",
                    "with `by`, one dated series per key; without it, dates",
                ),
                key=True,
            )
            return None
        series: dict[str | None, tuple[tuple[date, Decimal], ...]] = {}
        groups = form.values.items() if keyed else [(None, form.values)]
        for key, values in groups:
            at = (*path, "values") if key is None else (*path, "values", key)
            if not isinstance(values, Mapping):
                self.problem(at, Words("应为日期: 数值", "expected date: number"))
                continue
            series[key] = self.dated(cast("Mapping[str, Decimal]", values), at)
        numbers = [value for steps in series.values() for _, value in steps]
        if not numbers or (self.problems and not all(series.values())):
            return None
        key_node = None
        if form.by is not None:
            key_node = self.parse(form.by, (*path, "by"), Context.household(), None)
            if key_node is not None:
                self.keys(key_node, path, series)
        return Parameter(
            name, form.title, form.unit, _number_type(numbers), series, key_node, form.source,
            form.provenance or self.form.ruleset.provenance,
        )  # fmt: skip

    def keys(self, key: Node, path: YamlPath, series: Iterable[str | None]) -> None:
        """Whether the keys can be values of `by`."""
        if isinstance(key.type, Text | Code):
            return
        if not (isinstance(key.type, Number) and key.type.scale == 0):
            words = Words("by 应是文本、代码或整数", "by must be text, a code or a whole number")
            self.problem((*path, "by"), words)
            return
        for name in series:
            if not str(name).isdecimal() or str(int(str(name))) != name:
                self.problem(
                    (*path, "values", str(name)),
                    Words(f"应为整数,实为“{name}”", f"expected a whole number, found '{name}'"),
                    key=True,
                )

    def dated(
        self, values: Mapping[str, Decimal], path: YamlPath
    ) -> tuple[tuple[date, Decimal], ...]:
        effective = self.form.ruleset.effective
        inherited = self.pack.place(path).inherited
        steps = []
        for text, value in values.items():
            at = (*path, text)
            try:
                day = date.fromisoformat(text)
            except ValueError:
                self.problem(
                    at,
                    Words(f"不是有效日期:{text}", f"not a valid date: {text}"),
                    Words("写作 2015-01-01", "write 2015-01-01"),
                    key=True,
                )
                continue
            if day > effective.to and not inherited:
                self.problem(
                    at,
                    Words(
                        f"晚于规则截止日 {effective.to},永远用不到",
                        f"after the rule set ends on {effective.to}: never in force",
                    ),
                    key=True,
                )
            steps.append((day, value))
        steps.sort()
        if steps and steps[0][0] > effective.from_:
            self.problem(
                path,
                Words(
                    f"{effective.from_} 起尚无有效值", f"no value in force from {effective.from_}"
                ),
            )
        return tuple(steps)


def _number_type(values: list[Decimal]) -> Number:
    scale = max(max(0, -cast("int", value.as_tuple().exponent)) for value in values)
    return Number(scale, max(int(abs(value)) for value in values) + 1)
