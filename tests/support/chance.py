"""Where random choices come from: Hypothesis, or a seed.

Hypothesis shrinks what it has drawn, and pays for it: it makes many of its examples out of
earlier ones, so that of a hundred conditions half are alike and rare operators do not come up.
Where a failure names the smallest part that is wrong anyway, a seed draws more in less time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
# So few that Hypothesis draws them evenly.
seeds = st.integers(0, 2**24 - 1)


class Chance(Protocol):
    """A source of random choices."""

    def one_of(self, options: Sequence[T]) -> T:
        """One of several."""
        ...

    def some_of(self, options: Sequence[T], most: int) -> list[T]:
        """One or more of several, each at most once."""
        ...

    def below(self, number: int) -> int:
        """A number from 0 on."""
        ...


class ByHypothesis:
    """Choices that Hypothesis can shrink.

    It is asked for numbers only: it tells apart what it has drawn by hash, and that of a function
    made for one draw is its address, which differs with what ran before.
    """

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self.draw = draw

    def one_of(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]

    def some_of(self, options: Sequence[T], most: int) -> list[T]:
        numbers = st.integers(0, len(options) - 1)
        chosen = self.draw(st.lists(numbers, min_size=1, max_size=most, unique=True))
        return [options[number] for number in chosen]

    def below(self, number: int) -> int:
        return int(self.draw(st.integers(0, number - 1)))


class BySeed:
    """Choices that follow from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def one_of(self, options: Sequence[T]) -> T:
        return self.random.choice(options)

    def some_of(self, options: Sequence[T], most: int) -> list[T]:
        return self.random.sample(options, self.random.randint(1, min(most, len(options))))

    def below(self, number: int) -> int:
        return self.random.randrange(number)
