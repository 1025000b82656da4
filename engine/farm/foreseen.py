"""What a schedule's places have in store: told of all its batches at once, before any of them is lived."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True)
class Foreseen:
    """What the batches of one place do to one another, in plain arrays: made by engine.simulation.foreseeing.

    Whoever lives a batch reads from it and adds nothing, so that partitions share nothing. It depends on the whole
    schedule and on nothing that is lived; what is told of a day depends on no batch that begins later.
    """

    def of(self, batch_ids: Collection[int]) -> Foreseen:
        """What these batches need of it: what a task bears."""
        return self
