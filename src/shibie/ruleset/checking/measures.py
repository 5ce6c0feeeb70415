"""The measures of household plans."""

from __future__ import annotations

from shibie.errors import Words, did_you_mean
from shibie.language.names import Context
from shibie.language.tree import HOUSEHOLD
from shibie.language.types import Bool
from shibie.ruleset.checking.base import Checking, YamlPath
from shibie.ruleset.model import Measure


class Measures(Checking):
    """Reads measures."""

    def measures(self) -> tuple[Measure, ...]:
        tracks = [track.id for track in self.form.tracks]
        done = []
        for index, each in enumerate(self.form.measures):
            path: YamlPath = ("measures", index)
            context = Context.household() if each.for_ == HOUSEHOLD else Context.member()
            when = self.parse(each.when, (*path, "when"), context, Bool)
            fits = None
            if each.fits is not None:
                fits = self.parse(each.fits, (*path, "fits"), context, Bool)
            if each.track is not None and each.track not in tracks:
                self.problem(
                    (*path, "track"),
                    Words(f"没有批次“{each.track}”", f"there is no track '{each.track}'"),
                    did_you_mean(each.track, tracks),
                )
            if when is not None:
                done.append(
                    Measure(
                        each.id, each.title, each.for_, when, fits, each.track or "",
                        self.basis(each.basis), self.line((*path, "when")),
                    )
                )  # fmt: skip
        return tuple(done)
