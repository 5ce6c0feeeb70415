"""A report's figures as data: our own, or somebody else's read from YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field

from shibie.errors import InputError, Problem, Words, did_you_mean, listed
from shibie.ruleset.checking.standings import STANDING_TITLES
from shibie.ruleset.schema import Form
from shibie.ruleset.schema_validation import validated
from shibie.ruleset.yaml_source import YamlSource, read_file
from shibie.words import terms

By = Literal["households", "persons"]
BYS: tuple[By, ...] = ("households", "persons")
# Who is on the roster beside those retained and new.
ALSO_ON_ROSTER = ("exited", "pre_exited", "returned", "wrongly_exited")
# The figures that identities speak of.
TITLES: Mapping[str, Words] = {
    "base": Words("全部农户", "all households"), "before": Words("原名册", "before"),
    "removed": terms.REMOVED, "retained": terms.KEPT, "new": terms.NEW,
    **{name: STANDING_TITLES[name] for name in ALSO_ON_ROSTER},
    "left": Words("此前已脱贫退出", "exited before"),
    "change": Words("保留户人口增减", "change of persons in households kept"),
    "unsettled": Words("原名册其他去向", "others of the roster before"), "now": Words("现有", "now"),
    "eligible": Words("认定纳入", "eligible"),
}  # fmt: skip


@dataclass(frozen=True)
class PublishedCount:
    """Households and persons; None where the report does not say."""

    households: int | None = None
    persons: int | None = None

    def of(self, by: By) -> int | None:
        """One of the two."""
        return self.households if by == "households" else self.persons


@dataclass(frozen=True)
class Part:
    """A figure that is a part of another.

    Attributes:
        of: the name of a figure, or the title of another part.
        whole: whether it is meant to cover all of it.
    """

    title: str
    of: str
    count: PublishedCount
    whole: bool = False


@dataclass(frozen=True)
class Rate:
    """A percentage as it was published; `by` is empty where the report does not say."""

    title: str
    of: str
    to: str
    percent: Decimal
    by: By | None = None


@dataclass(frozen=True)
class Published:
    """A report's figures.

    Attributes:
        figures: by the names in `TITLES`.
        tracks: parts of what is now, of which a household may have several.
        villages: by village, some of the figures.
        sums: what is now by something that every household has once.
    """

    title: str
    source: str
    figures: Mapping[str, PublishedCount]
    parts: tuple[Part, ...] = ()
    tracks: tuple[Part, ...] = ()
    rates: tuple[Rate, ...] = ()
    villages: Mapping[str, Mapping[str, PublishedCount]] | None = None
    sums: tuple[tuple[str, tuple[PublishedCount, ...]], ...] = ()


class CountForm(Form):
    """Households and persons."""

    households: int | None = Field(None, ge=0)
    persons: int | None = Field(None, ge=0)

    def count(self) -> PublishedCount:
        """The same as data."""
        return PublishedCount(self.households, self.persons)


class ChangeForm(CountForm):
    """A change may be negative."""

    households: int | None = None
    persons: int | None = None


class PartForm(CountForm):
    """A part of a figure."""

    title: str
    of: str = "now"
    whole: bool = False


class RateForm(Form):
    """A percentage."""

    title: str
    of: str
    to: str
    percent: Decimal
    by: By | None = None


class FiguresForm(Form):
    """A file of figures."""

    title: str
    source: str = ""
    figures: dict[str, ChangeForm]
    parts: list[PartForm] = []
    tracks: list[PartForm] = []
    rates: list[RateForm] = []
    villages: dict[str, dict[str, CountForm]] = {}


def read_figures(path: Path) -> Published:
    """Figures from YAML.

    Raises:
        ShibieError: with every problem at its place.
    """
    if not path.is_file():
        raise InputError(Problem(str(path), Words("没有这个文件", "no such file")))
    source = read_file(path, path.name)
    form, problems = validated(FiguresForm, source)
    if form is not None:
        problems += _names(form, source)
    if form is None or problems:
        raise InputError(problems)
    return Published(
        form.title, form.source,
        {name: each.count() for name, each in form.figures.items()},
        tuple(Part(p.title, p.of, p.count(), p.whole) for p in form.parts),
        tuple(Part(p.title, p.of, p.count(), p.whole) for p in form.tracks),
        tuple(Rate(r.title, r.of, r.to, r.percent, r.by) for r in form.rates),
        {v: {n: c.count() for n, c in each.items()} for v, each in form.villages.items()} or None,
    )  # fmt: skip


def _names(form: FiguresForm, source: YamlSource) -> list[Problem]:
    """Problems for unknown figure names and for parts of figures that were not given."""
    found = []
    asked: list[tuple[tuple[str | int, ...], str, list[str], bool]] = []
    known, titles = list(TITLES), [part.title for part in form.parts]
    asked += [(("figures", name), name, known, True) for name in form.figures]
    for village, figures in form.villages.items():
        asked += [(("villages", village, name), name, known, True) for name in figures]
    given = [*form.figures, *titles]
    for section, parts in (("parts", form.parts), ("tracks", form.tracks)):
        asked += [((section, n, "of"), p.of, given, False) for n, p in enumerate(parts)]
    for number, rate in enumerate(form.rates):
        asked += [(("rates", number, "of"), rate.of, given, False),
                  (("rates", number, "to"), rate.to, given, False)]  # fmt: skip
    for path, name, names, is_key in asked:
        if name not in names:
            span = source.key_span(path) if is_key else source.value_span(path)
            found.append(
                source.problem(
                    span,
                    Words(f"没有这个数字：{name}", f"no such figure: {name}"),
                    did_you_mean(name, names)
                    or Words(
                        f"可用的：{listed(names, 20, lang='zh')}", f"there are: {listed(names, 20)}"
                    ),
                )
            )
    return found
