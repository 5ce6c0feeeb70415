"""Reconciliation: every identity between a report's figures, with the differences named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from shibie.engines.exact import quotient
from shibie.errors import Lang
from shibie.papers.report.identities import (
    UNITS,
    FigureIdentity,
    IdentityOutcome,
    NamedFigures,
)
from shibie.papers.report.published import (
    ALSO_ON_ROSTER,
    BYS,
    TITLES,
    By,
    Published,
    PublishedCount,
)
from shibie.papers.report.rate_identities import RateIdentities
from shibie.words.lists import joined, labelled


def reconcile(report: Published, lang: Lang = "zh") -> tuple[FigureIdentity, ...]:
    """Every identity that the figures allow to be checked."""
    counts, rates = _CountIdentities(report, lang), RateIdentities(report, lang)
    return (
        *counts.balances(), *counts.retained(), *counts.parts(), *counts.tracks(),
        *rates.identities(), *counts.sums(),
    )  # fmt: skip


def failures(checks: Sequence[FigureIdentity]) -> tuple[FigureIdentity, ...]:
    """The identities that do not hold and have no explanation among the report's figures."""
    return tuple(check for check in checks if check.outcome == "differs")


class _CountIdentities(NamedFigures):
    """The identities between the counts of one report."""

    # --- what was, what went, what came ---------------------------------------------------

    def balances(self) -> Iterator[FigureIdentity]:
        """Before - removed + new = now; then with those that had left, and other changes."""
        for by in BYS:
            plain = (("before", 1), ("removed", -1), ("new", 1))
            changes = (("unsettled", -1), (self.left(by), 1), ("change", 1))
            more = [(name, sign) for name, sign in changes if self.value(name, by)]
            yield from self.sum(plain, "now", by, explained=more)
            if more:
                yield from self.sum((*plain, *more), "now", by)

    def left(self, by: By) -> str:
        """Under which name a report has those who had left poverty before.

        They are on the roster, or were taken off it, as everybody else; where a report has them
        only as far as they stay, by their standing.
        """
        return "exited" if self.value("left", by) is None else "left"

    def retained(self) -> Iterator[FigureIdentity]:
        for by in BYS:
            kept = [(name, 1) for name in ALSO_ON_ROSTER if self.value(name, by)]
            terms = [("before", 1), ("removed", -1)]
            signs = (("unsettled", -1), ("change", 1), ("left", 1), *((n, -1) for n, _ in kept))
            if self.value("left", by) is None:
                signs = signs[:2]
            terms += [(n, s) for n, s in signs if self.value(n, by)]
            yield from self.sum(terms, "retained", by)
            yield from self.sum([("retained", 1), ("new", 1), *kept], "now", by)

    def sum(
        self,
        terms: Sequence[tuple[str, int]],
        result: str,
        by: By,
        explained: Sequence[tuple[str, int]] = (),
    ) -> Iterator[FigureIdentity]:
        """One sum of figures against another figure; nothing where one of them is missing."""
        values = [(name, sign, self.value(name, by)) for name, sign in terms]
        said = self.value(result, by)
        known = [(name, sign, value) for name, sign, value in values if value is not None]
        if said is None or len(known) < len(values):
            return
        total = sum(sign * value for _, sign, value in known)
        signs = {1: "+", -1: "-"}
        words = " ".join(f"{signs[sign]} {self.title(name)}" for name, sign, _ in known)
        worked = " ".join(f"{signs[sign]} {value}" for _, sign, value in known).replace("+ -", "- ")
        gap = said - total
        outcome: IdentityOutcome = "holds" if gap == 0 else "differs"
        note = self.named_gap(gap, by, [name for name, _ in terms] + [result]) if gap else ""
        known_gap = sum(sign * (self.value(name, by) or 0) for name, sign in explained)
        if gap and gap == known_gap:
            outcome = "explained"
        yield FigureIdentity(
            f"{words.removeprefix('+ ')} = {self.title(result)}", by,
            f"{worked.removeprefix('+ ')} = {total}", Decimal(total), Decimal(said), outcome, note,
        )  # fmt: skip

    def named_gap(self, gap: int, by: By, used: Sequence[str]) -> str:
        """Names the figure, or the sum of figures, that is exactly as large as the difference."""
        unit = UNITS[by].say(self.lang)
        shown = self.say(f"差 {gap:+d} {unit}", f"{gap:+d} {unit}")
        free = {
            name: sign * value
            for name, sign in ((self.left(by), 1), ("change", 1), ("unsettled", -1))
            if name not in used and (value := self.value(name, by))
        }
        for name, value in free.items():
            if abs(value) == abs(gap):
                return self.say(
                    f"{shown}，正是“{self.title(name)}”的 {abs(value)} {unit}",
                    f"{shown}: just the {abs(value)} of '{self.title(name)}'",
                )
        if sum(free.values()) == gap and len(free) > 1:
            parts = joined(
                (f"{self.title(name)} {value:+d}" for name, value in free.items()), self.lang
            )
            return labelled(shown, parts, self.lang)
        return self.say(f"{shown}，没有数字能说明", f"{shown}, which no figure explains")

    # --- parts ----------------------------------------------------------------------------

    def parts(self) -> Iterator[FigureIdentity]:
        """No part is larger than its whole, and no household is without a person."""
        inside = [("removed", "before"), ("new", "now"), ("exited", "now"), ("retained", "now"),
                  ("now", "base"), ("before", "base")]  # fmt: skip
        # Who had left poverty before can be removed, too, and was not on it any more.
        if self.named.get("left", PublishedCount()).households:
            inside.remove(("removed", "before"))
        for name, whole in inside:
            yield from self.within(self.title(name), self.named.get(name), whole)
        for part in (*self.report.parts, *self.report.tracks):
            yield from self.within(part.title, part.count, part.of, part.whole)
        for title, count in self.counts():
            if count.households is not None and count.persons is not None:
                holds = count.persons >= count.households
                yield FigureIdentity(
                    self.say(f"{title}：每户至少一人", f"{title}: at least one person each"), None,
                    f"{count.persons} ≥ {count.households}", None, Decimal(count.persons),
                    "holds" if holds else "differs",
                    "" if holds else self.say(f"{count.households} 户只有 {count.persons} 人",
                                              f"{count.households} households, {count.persons} persons"),
                )  # fmt: skip

    def counts(self) -> Iterator[tuple[str, PublishedCount]]:
        for name, count in self.report.figures.items():
            if name not in ("change", "unsettled"):
                yield self.title(name), count
        for part in (*self.report.parts, *self.report.tracks):
            yield part.title, part.count

    def within(
        self, title: str, count: PublishedCount | None, of: str, whole: bool = False
    ) -> Iterator[FigureIdentity]:
        for by in BYS:
            part, total = count.of(by) if count else None, self.value(of, by)
            if part is None or total is None:
                continue
            unit = UNITS[by].say(self.lang)
            if whole:
                percent = quotient(100 * part, total, 1)
                outcome: IdentityOutcome = "holds" if part == total else "differs"
                note = "" if part == total else self.say(
                    f"差 {part - total:+d} {unit}，只有 {percent}%", f"{part - total:+d} {unit}: {percent} %"
                )  # fmt: skip
                worked, wanted = f"{part} / {total} = {percent}%", Decimal(total)
                words = self.say(
                    f"{title}应覆盖全部{self.title(of)}",
                    f"{title} covers all of '{self.title(of)}'",
                )
            else:
                outcome = "holds" if part <= total else "differs"
                note = (
                    ""
                    if part <= total
                    else self.say(f"多 {part - total} {unit}", f"{part - total} {unit} too many")
                )
                worked, wanted = f"{part} ≤ {total}", None
                words = self.say(f"{title}不多于{self.title(of)}", f"{title} within '{self.title(of)}'")  # fmt: skip
            yield FigureIdentity(words, by, worked, wanted, Decimal(part), outcome, note)

    def tracks(self) -> Iterator[FigureIdentity]:
        """Compares the sum of all tracks with the total; more: several tracks for a household."""
        for by in BYS:
            values = [(p.title, p.count.of(by)) for p in self.report.tracks]
            known = [value for _, value in values if value is not None]
            total = self.value("now", by)
            if total is None or len(known) < 2:
                continue
            unit, together = UNITS[by].say(self.lang), sum(known)
            if together > total:
                note = self.say(
                    f"多于 {total} {unit}：一户可有多批", f"more than {total}: several a household"
                )
            elif by == "households":
                note = self.say(f"至少 {total - together} {unit}不在任何一批",
                                f"at least {total - together} are on no track")  # fmt: skip
            else:
                note = self.say(f"少于 {total} {unit}：有的批次只算本人",
                                f"fewer than {total}: some tracks take persons alone")  # fmt: skip
            yield FigureIdentity(
                self.say("各批合计", "all tracks together"), by,
                f"{' + '.join(map(str, known))} = {together}", None, Decimal(together),
                "note", note,
            )  # fmt: skip

    # --- sums -----------------------------------------------------------------------------

    def sums(self) -> Iterator[FigureIdentity]:
        """The villages' figures, and other figures by something, add up to the whole."""
        villages = self.report.villages or {}
        for name in TITLES:
            if any(name in figures for figures in villages.values()):
                title = self.say(f"各村之和 = {self.title(name)}",
                                 f"sum over villages = {self.title(name)}")  # fmt: skip
                counts = [figures.get(name, PublishedCount()) for figures in villages.values()]
                yield from self.total(title, counts, name)
        for title, by_label in self.report.sums:
            words = self.say(f"各{title}之和 = {self.title('now')}",
                             f"sum over {title} = {self.title('now')}")  # fmt: skip
            yield from self.total(words, by_label, "now")

    def total(
        self, title: str, counts: Sequence[PublishedCount], name: str
    ) -> Iterator[FigureIdentity]:
        for by in BYS:
            parts = [count.of(by) for count in counts]
            known = [part for part in parts if part is not None]
            said = self.value(name, by)
            if said is None or len(known) < len(parts):
                continue
            total = sum(known)
            gap, unit = said - total, UNITS[by].say(self.lang)
            note = self.say(f"差 {gap:+d} {unit}", f"{gap:+d} {unit}") if gap else ""
            yield FigureIdentity(
                title, by, f"{' + '.join(map(str, known))} = {total}", Decimal(total),
                Decimal(said), "differs" if gap else "holds", note,
            )  # fmt: skip
