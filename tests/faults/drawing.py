"""Chance by seed: a case is a list of small integers, so that it can be played again and made smaller."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """Integers drawn one after another: of case `number` of `seed`, for ever the same, or again from `given`.

    A choice of 0 is the plainest; past the end of `given` every choice is.
    """

    def __init__(self, seed: int, number: int, given: Sequence[int] | None = None) -> None:
        self._stream = random.Random(f"smoltworks faults {seed} {number}")
        self._given = None if given is None else list(given)
        self.choices: list[int] = []

    def integer(self, low: int, high: int) -> int:
        """From low to high, both included."""
        if self._given is None:
            # random() alone is the same in every Python
            choice = int(self._stream.random() * (high - low + 1))
        else:
            choice = self._given[len(self.choices)] if len(self.choices) < len(self._given) else 0
        self.choices.append(min(max(choice, 0), high - low))
        return low + self.choices[-1]

    def pick(self, options: Sequence[T]) -> T:
        """One of them; the first is the plainest."""
        return options[self.integer(0, len(options) - 1)]

    def some(self, options: Sequence[T], most: int) -> tuple[T, ...]:
        """One to `most` of them, in the order drawn; one may come twice."""
        return tuple(self.pick(options) for _ in range(self.integer(1, most)))

    def share(self) -> float:
        """From 0 to below 1, in steps of 1/4096."""
        return self.integer(0, 4095) / 4096
