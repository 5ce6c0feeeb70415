"""The procedure: steps, and shares of the roster."""

from __future__ import annotations

from shibie.errors import Words, did_you_mean
from shibie.household import StepRecord
from shibie.language import tree
from shibie.language.names import Context, spelled
from shibie.language.tree import HOUSEHOLD
from shibie.language.types import Bool, Number, type_of
from shibie.ruleset.checking.base import Checking, LazyNames, YamlPath
from shibie.ruleset.model import (
    Condition,
    Share,
    Step,
)  # fmt: skip
from shibie.vocabulary import specs_of


class Steps(Checking):
    """Reads the procedure."""

    def procedure(self) -> tuple[Step, ...]:
        steps: list[Step] = []
        forms = self.form.procedure
        for each in forms:
            names = self.of.setdefault(f"step:{each.id}", LazyNames())
            for spec in specs_of(StepRecord):
                field = tree.Field(f"step:{each.id}", spec.name, type=type_of(spec))
                self.add_name(names, (spec.name, spec.title), field)
            for word in ("eligible", "ineligible", "pending"):
                self.add_name(names, (word,), tree.Field("decision", word))
        known = {each.id: each.step for each in forms}
        for index, each in enumerate(forms):
            path: YamlPath = ("procedure", index)
            if each.step != index + 1:
                self.problem(
                    (*path, "step"),
                    Words(
                        f"步骤应从 1 起连续编号，此处应为 {index + 1}",
                        f"steps are numbered from 1; expected {index + 1}",
                    ),
                )
            if list(known).index(each.id) != index:
                self.problem(
                    (*path, "id"), Words(f"步骤“{each.id}”重复", f"step '{each.id}' twice")
                )
            for number, before in enumerate(each.after):
                if known.get(before, 10**6) >= each.step:
                    self.problem(
                        (*path, "after", number),
                        Words(f"“{before}”不是更早的步骤", f"'{before}' is not an earlier step"),
                        did_you_mean(
                            before, [name for name, step in known.items() if step < each.step]
                        ),
                    )
            earlier = [form for form in forms if form.step < each.step]
            prefixes = {form.id: f"step:{form.id}" for form in earlier}
            prefixes |= {spelled(form.title): f"step:{form.id}" for form in earlier}
            context = Context(
                f"step:{each.id}", {**prefixes, "household": HOUSEHOLD, "户": HOUSEHOLD}, None
            )
            must = [
                Condition(item.id, item.title, node, item.when, self.basis(item.basis))
                for number, item in enumerate(each.must)
                if (node := self.parse(item.when, (*path, "must", number, "when"), context, Bool))
            ]
            days = None
            if each.min_days is not None:
                days = self.parse(str(each.min_days), (*path, "min_days"), context, Number)
            steps.append(
                Step(
                    each.step, each.id, each.title, each.actor, tuple(each.after), days,
                    tuple(each.requires), tuple(must), each.signed, each.blocking,
                    self.basis(each.basis),
                    each.counting, each.of,
                )
            )  # fmt: skip
        return tuple(steps)

    def shares(self) -> tuple[Share, ...]:
        steps = [each.id for each in self.form.procedure]
        done = []
        for index, each in enumerate(self.form.shares):
            path: YamlPath = ("shares", index)
            if each.step not in steps:
                self.problem(
                    (*path, "step"),
                    Words(f"没有步骤“{each.step}”", f"there is no step '{each.step}'"),
                    did_you_mean(each.step, steps),
                )
            least = self.parse(str(each.at_least), (*path, "at_least"), Context.household(), Number)
            if least is not None:
                basis = self.basis(each.basis)
                done.append(Share(each.id, each.title, each.step, each.document, least, basis))
        return tuple(done)
