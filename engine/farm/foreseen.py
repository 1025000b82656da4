"""What a schedule's places have in store: told of all its batches at once, before any of them is lived."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Outbreak(NamedTuple):
    """A disease that breaks out among the fish of a batch in one area, on a day since 1970.

    kind: of lake.codes.EVENT_KINDS; weight: how grave it is, a standard normal deviate.
    """

    day: int
    batch_id: int
    area_id: int
    kind: str
    weight: float


@dataclass(frozen=True)
class Outbreaks:
    """Those of diseases that pass between farms, in order of time.

    batches: the number and the stay at sea, days [first, end), of each batch that was thought of, by its id.
    """

    told: tuple[Outbreak, ...]
    batches: Mapping[int, tuple[str, int, int]]

    def of(self, batch_ids: Collection[int]) -> Outbreaks:
        """Those of some batches."""
        here = frozenset(batch_ids)
        return Outbreaks(
            told=tuple(each for each in self.told if each.batch_id in here),
            batches={id_: self.batches[id_] for id_ in batch_ids if id_ in self.batches},
        )


@dataclass(frozen=True)
class Foreseen:
    """What the batches of one place do to one another, in plain values: made by engine.simulation.foreseeing.

    Whoever lives a batch reads from it and adds nothing, so that partitions share nothing. It depends on the whole
    schedule and on nothing that is lived; what is told of a day depends on no batch that begins later.
    """

    outbreaks: Outbreaks

    def of(self, batch_ids: Collection[int]) -> Foreseen:
        """What these batches need of it: what a task bears."""
        return Foreseen(outbreaks=self.outbreaks.of(batch_ids))
