"""Whether a report's rates are what its figures give, by persons or by households."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from shibie.engines.exact import quotient
from shibie.papers.report.identities import UNITS, FigureIdentity, NamedFigures
from shibie.papers.report.published import BYS, By, Rate
from shibie.words.lists import joined


class RateIdentities(NamedFigures):
    """The rates of one report."""

    def identities(self) -> Iterator[FigureIdentity]:
        """Each rate, by households and by persons where the report does not say which."""
        for rate in self.report.rates:
            places = max(0, -int(rate.percent.as_tuple().exponent))
            found = {by: self._percent(rate.of, rate.to, by, places) for by in BYS}
            fits = [by for by, value in found.items() if value == rate.percent]
            wanted: list[By] = [rate.by] if rate.by else [by for by in BYS if found[by] is not None]
            holds = [by for by in wanted if by in fits]
            shown = self.say("，", ", ").join(
                f"{self.say('按', 'by ')}{UNITS[by].say(self.lang)} {self._worked(rate, by, places)}"
                for by in BYS
                if found[by] is not None
            )
            first = found[holds[0]] if holds else found[wanted[-1]] if wanted else None
            title = f"{rate.title} {rate.percent}%"
            yield FigureIdentity(
                title, None, shown, first, rate.percent, "holds" if holds else "differs",
                self._note(rate, holds, fits, places),
            )  # fmt: skip

    def _percent(self, of: str, to: str, by: By, places: int) -> Decimal | None:
        part, whole = self.value(of, by), self.value(to, by)
        return None if part is None or whole is None else quotient(100 * part, whole, places)

    def _worked(self, rate: Rate, by: By, places: int) -> str:
        part, whole = self.value(rate.of, by), self.value(rate.to, by)
        return f"{part} / {whole} = {self._percent(rate.of, rate.to, by, max(places, 1))}%"

    def _note(self, rate: Rate, holds: Sequence[By], fits: Sequence[By], places: int) -> str:
        if holds:
            others = [by for by in BYS if by not in fits and self._percent(rate.of, rate.to, by, 1)]
            told = "".join(
                self.say(
                    f"；按{UNITS[by].zh}是 {self._percent(rate.of, rate.to, by, 1)}%",
                    f"; by {UNITS[by].en} it is {self._percent(rate.of, rate.to, by, 1)} %",
                )
                for by in others
            )
            by = UNITS[holds[0]]
            return self.say(f"是按{by.zh}算的", f"it is by {by.en}") + told
        other = [
            self.say(f"{self.title(of)}/{self.title(to)}（按{UNITS[by].zh}）",
                     f"{self.title(of)}/{self.title(to)} by {UNITS[by].en}")
            for of in self.report.figures
            for to in self.report.figures
            for by in BYS
            if of != to and (of == rate.of or to == rate.to)
            and self._percent(of, to, by, places) == rate.percent
        ]  # fmt: skip
        if other:
            listed = joined(other[:3], self.lang)
            return self.say(f"与 {listed}相符", f"it would fit {listed}")
        return self.say("没有数字与它相符", "no figures give it")
