"""Dated values."""

from __future__ import annotations

from collections.abc import Mapping
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
from shibie.ruleset.source import Source
from shibie.ruleset.types import Code, Number, Text


class Parameters(Checking):
    """Reads parameters."""

    def parameters(self) -> dict[str, Parameter]:
        done: dict[str, Parameter] = {}
        for name, form in self.parameter_forms.items():
            source = self.parameter_sources.get(name, self.source)
            parameter = self.parameter(name, form, source)
            if parameter is not None:
                done[name] = parameter
                node = tree.Parameter(name, parameter.key, type=parameter.type)
                for text in (name, form.title):
                    if self.taken(text):
                        self.problems.append(
                            source.problem(source.key_span(("parameters", name)), taken_words(text))
                        )
                    self.shared[spelled(text)] = node
        return done

    def parameter(self, name: str, form: schema.ParameterForm, source: Source) -> Parameter | None:
        path: YamlPath = ("parameters", name)
        keyed = any(isinstance(value, dict) for value in form.values.values())
        if keyed != (form.by is not None):
            self.problems.append(
                source.problem(
                    source.key_span(path),
                    Words(
                        "有 by 时每个键各写一组日期,无 by 时直接写日期",
                        "with `by`, one dated series per key; without it, dates",
                    ),
                )
            )
            return None
        series: dict[str | None, tuple[tuple[date, Decimal], ...]] = {}
        groups = form.values.items() if keyed else [(None, form.values)]
        for key, values in groups:
            at = (*path, "values") if key is None else (*path, "values", key)
            if not isinstance(values, Mapping):
                self.problems.append(
                    source.problem(
                        source.value_span(at), Words("应为日期: 数值", "expected date: number")
                    )
                )
                continue
            series[key] = self.dated(cast("Mapping[str, Decimal]", values), at, source)
        numbers = [value for steps in series.values() for _, value in steps]
        if not numbers or (self.problems and not all(series.values())):
            return None
        key_node = None
        if form.by is not None:
            key_node = self.parse(form.by, (*path, "by"), Context.household(), None, source)
            if key_node is not None and not isinstance(key_node.type, Text | Code):
                self.problems.append(
                    source.problem(
                        source.value_span((*path, "by")),
                        Words("by 应是文本或代码", "by must be text or a code"),
                    )
                )
        return Parameter(
            name, form.title, form.unit, _number_type(numbers), series, key_node, form.source,
            form.provenance or self.form.ruleset.provenance,
        )  # fmt: skip

    def dated(
        self, values: Mapping[str, Decimal], path: YamlPath, source: Source
    ) -> tuple[tuple[date, Decimal], ...]:
        effective = self.form.ruleset.effective
        steps = []
        for text, value in values.items():
            span = source.key_span((*path, text))
            try:
                day = date.fromisoformat(text)
            except ValueError:
                self.problems.append(
                    source.problem(
                        span,
                        Words(f"不是有效日期:{text}", f"not a valid date: {text}"),
                        Words("写作 2015-01-01", "write 2015-01-01"),
                    )
                )
                continue
            if day > effective.to:
                self.problems.append(
                    source.problem(
                        span,
                        Words(
                            f"晚于规则截止日 {effective.to},永远用不到",
                            f"after the rule set ends on {effective.to}: never in force",
                        ),
                    )
                )
            steps.append((day, value))
        steps.sort()
        if steps and steps[0][0] > effective.from_:
            self.problems.append(
                source.problem(
                    source.value_span(path),
                    Words(
                        f"{effective.from_} 起尚无有效值",
                        f"no value in force from {effective.from_}",
                    ),
                )
            )
        return tuple(steps)


def _number_type(values: list[Decimal]) -> Number:
    scale = max(max(0, -cast("int", value.as_tuple().exponent)) for value in values)
    return Number(scale, max(int(abs(value)) for value in values) + 1)
