"""The days lived in batches' containers, end to end: batch by batch, by stage, container by container, in time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from engine.simulation.record import StageHistory
from engine.simulation.rows.columns import Columns, edges


class StayDays:
    """What stands in every row of a container and day. lives: the stages of each batch; ids: of all their stays."""

    def __init__(
        self, batch_ids: Sequence[int], lives: Sequence[tuple[StageHistory, ...]], ids: list[np.ndarray]
    ) -> None:
        self._batch_ids, self._ids = np.array(batch_ids, dtype=np.int32), ids
        self._stages = [stage for stages in lives for stage in stages]
        self._present = [None if (s.days_lived == s.days).all() else s.present for s in self._stages]
        self._lived = np.concatenate([s.days_lived for s in self._stages])
        self._upto = edges(self._lived)
        stays = edges([sum(len(s.days_lived) for s in stages) for stages in lives])
        self.edges: np.ndarray = self._upto[stays]  # where each batch's rows begin and the last one's end
        self.counts: np.ndarray = np.diff(self.edges)  # of each batch
        self.rows = int(self._upto[-1])

    def of(self, values: Iterable[np.ndarray]) -> np.ndarray:
        """The days lived of each stage's values (n, days)."""
        parts = zip(values, self._present, strict=True)
        return np.concatenate([v.reshape(-1) if here is None else v[here] for v, here in parts])

    def of_stays(self, values: Iterable[np.ndarray]) -> np.ndarray:
        """Each stage's values (n,), on every day lived."""
        return np.repeat(np.concatenate(list(values)), self._lived)

    def of_batches(self, values: Sequence[int]) -> np.ndarray:
        """Each batch's value, on every day lived."""
        return np.repeat(np.array(values), self.counts)

    @cached_property
    def columns(self) -> Columns:
        """Batch, container, stay and day."""
        begun = np.concatenate([np.full(len(s.days_lived), s.start_day) for s in self._stages])
        return {
            "batch_id": np.repeat(self._batch_ids, self.counts),
            "container_id": self.of_stays(np.array(s.container_ids) for s in self._stages),
            "assignment_id": self.of_stays(self._ids),
            "date": np.arange(self.rows) + np.repeat(begun - self._upto[:-1], self._lived),
        }

    @cached_property
    def population(self) -> np.ndarray:
        """Fish at the day's end."""
        return self.of(s.population for s in self._stages)

    @cached_property
    def dead(self) -> np.ndarray:
        """The day's dead."""
        return self.of(s.dead for s in self._stages)

    @cached_property
    def culled(self) -> np.ndarray:
        """Fish that were graded out."""
        return self.of(s.culled for s in self._stages)

    @cached_property
    def cause(self) -> np.ndarray:
        """What the day's dead died of, a position in lake.codes.MORTALITY_CAUSES."""
        return self.of(s.cause for s in self._stages)
