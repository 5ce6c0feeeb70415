"""Dated values."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import cast

from shibie.errors import Words, did_you_mean, listed
from shibie.language import tree
from shibie.language.names import Context, spelled
from shibie.language.parse import RefusedError
from shibie.language.tree import Node
from shibie.language.types import Code, Number, Text, codes_of
from shibie.plain_day import plain_day
from shibie.plain_text import legible
from shibie.ruleset import schema
from shibie.ruleset.checking.base import Checking, YamlPath, taken_words
from shibie.ruleset.dated_parameter import DatedParameter
from shibie.vocabulary import Owner


class Parameters(Checking):
    """Reads parameters."""

    def declare_parameters(self) -> None:
        """Make the parameters known by name; what keys them may be a fact, and waits."""
        for name, form in self.form.parameters.items():
            parameter = self.parameter(name, form)
            if parameter is None:
                continue
            self.declared[name] = parameter
            for text in (name, form.title):
                if self.taken(text):
                    self.problem(("parameters", name), taken_words(text), key=True)
                if form.by is None:
                    self.shared[spelled(text)] = tree.Parameter(name, type=parameter.type)
                else:
                    self.shared.pending[spelled(text)] = partial(self.by_key, name)

    def parameters(self) -> dict[str, DatedParameter]:
        """The parameters with their keys."""
        done = {}
        for name in self.declared:
            key = None
            if self.form.parameters[name].by is not None:
                with contextlib.suppress(RefusedError):
                    key = self.by_key(name).key
            done[name] = replace(self.declared[name], key=key)
        return done

    def by_key(self, name: str) -> tree.Parameter:
        """The node of a parameter that has keys."""
        path: YamlPath = ("parameters", name)
        if name in self.keying:
            self.problem(
                (*path, "by"),
                Words(f"by 循环引用“{name}”", f"`by` depends on '{name}' itself"),
            )
            self.keyed[name] = None
        if name not in self.keyed:
            self.keying.append(name)
            by = str(self.form.parameters[name].by)
            key = self.parse(by, (*path, "by"), Context.household(), None)
            self.keying.pop()
            parameter = self.declared[name]
            if key is not None:
                self.keys(key, path, parameter.series)
                self.chosen(key, path, parameter)
                if isinstance(key.type, Text):
                    parameter = self.declared[name] = self.in_plain_text(parameter, path)
                self.keyed.setdefault(name, tree.Parameter(name, key, type=parameter.type))
            self.keyed.setdefault(name, None)
        node = self.keyed[name]
        if node is None:
            raise RefusedError
        return node

    def chosen(self, key: Node, path: YamlPath, parameter: DatedParameter) -> None:
        """Where the key is one text, written in a fact: whether the parameter has values for it."""
        at = (*path, "by")
        if isinstance(key, tree.Fact):
            fact = self.queued[cast("Owner", key.owner), key.name]
            at, key = fact.path, self.facts[cast("Owner", key.owner), key.name].node
        series = [str(each) for each in parameter.series]
        if not isinstance(key, tree.Literal) or not isinstance(key.value, str):
            return
        if legible(key.value) not in map(legible, series):
            self.problem(
                at,
                Words(
                    f"“{parameter.title}”没有“{key.value}”这一组数",
                    f"{parameter.name} has no values for '{key.value}'",
                ),
                did_you_mean(key.value, series),
            )

    def in_plain_text(self, parameter: DatedParameter, path: YamlPath) -> DatedParameter:
        """The parameter with its keys spelled as text that is read."""
        series = {
            None if key is None else legible(key): steps for key, steps in parameter.series.items()
        }
        if len(series) < len(parameter.series):
            words = Words("两个键只在写法上不同", "two keys differ in nothing that can be seen")
            self.problem((*path, "values"), words)
        return replace(parameter, series=series)

    def parameter(self, name: str, form: schema.ParameterForm) -> DatedParameter | None:
        path: YamlPath = ("parameters", name)
        keyed = any(isinstance(value, dict) for value in form.values.values())
        if keyed != (form.by is not None):
            self.problem(
                path,
                Words(
                    "有 by 时每个键各写一组日期，无 by 时直接写日期",
                    "with `by`, one dated series per key; without it, dates",
                ),
                key=True,
            )
            return None
        if form.otherwise and not keyed:
            words = Words("没有 by，就没有别的键", "without `by` there are no other keys")
            self.problem((*path, "otherwise"), words)
        series: dict[str | None, tuple[tuple[date, Decimal], ...]] = {}
        groups = form.values.items() if keyed else [(None, form.values)]
        for key, values in groups:
            at = (*path, "values") if key is None else (*path, "values", key)
            if not isinstance(values, Mapping):
                self.problem(at, Words("应为日期：数值", "expected date: number"))
                continue
            series[key] = self.dated(cast("Mapping[str, Decimal]", values), at)
        numbers = [value for steps in series.values() for _, value in steps]
        if not numbers or (self.problems and not all(series.values())):
            return None
        return DatedParameter(
            name, form.title, form.unit, _number_type(numbers), series, None, form.source,
            form.provenance or self.form.ruleset.provenance, form.otherwise == "unknown",
        )  # fmt: skip

    def keys(self, key: Node, path: YamlPath, series: Iterable[str | None]) -> None:
        """Whether the keys can be values of `by`."""
        if isinstance(key.type, Text | Code):
            if isinstance(key.type, Text):  # of a declared list, `verify` says it
                self.keys_listed(codes_of(key.type), path, series)
            return
        if not (isinstance(key.type, Number) and key.type.scale == 0):
            words = Words("by 应是文本、代码或整数", "by must be text, a code or a whole number")
            self.problem((*path, "by"), words)
            return
        for name in series:
            if not str(name).isdecimal() or str(int(str(name))) != name:
                self.problem(
                    (*path, "values", str(name)),
                    Words(f"应为整数，实为“{name}”", f"expected a whole number, found '{name}'"),
                    key=True,
                )

    def keys_listed(
        self, codes: tuple[str, ...], path: YamlPath, series: Iterable[str | None]
    ) -> None:
        """Whether each key is one of the codes that `by` may be, where it is of a list."""
        if not codes or self.pack.place(path).inherited:
            return
        legible_codes = set(map(legible, codes))
        for name in map(str, series):
            if legible(name) not in legible_codes:
                self.problem(
                    (*path, "values", name),
                    Words(
                        f"“{name}”不在代码表中：{listed(codes, lang='zh')}",
                        f"'{name}' is not in the code list: {listed(codes)}",
                    ),
                    did_you_mean(name, codes),
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
                day = plain_day(text)
            except ValueError:
                self.problem(
                    at,
                    Words(f"不是有效日期：{text}", f"not a valid date: {text}"),
                    Words("写作 2015-01-01", "write 2015-01-01"),
                    key=True,
                )
                continue
            if day > effective.to and not inherited:
                self.problem(
                    at,
                    Words(
                        f"晚于规则截止日 {effective.to}，永远用不到",
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
