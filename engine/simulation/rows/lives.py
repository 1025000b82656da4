"""Several batches' lives as if they were one: what a family reads that makes the rows of all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TypeVar

import numpy as np

from engine.farm.schedule import Schedule
from engine.simulation.record import StageHistory
from engine.simulation.rows.columns import BatchRows, Columns, row_ids
from engine.simulation.rows.days import StayDays
from engine.simulation.rows.life import BatchLife
from lake.tables import TABLES

Value = TypeVar("Value")


class Lives(tuple[BatchLife, ...]):
    """Lives in the order of their rows, one at least."""

    @cached_property
    def schedule(self) -> Schedule:
        """The schedule of all of them."""
        return self[0].schedule

    @cached_property
    def batch_ids(self) -> list[int]:
        """Each life's batch."""
        return [life.batch_id for life in self]

    @cached_property
    def stages(self) -> tuple[StageHistory, ...]:
        """The stages of all, end to end."""
        return tuple(self.flat(lambda life: life.stages))

    @cached_property
    def ids(self) -> list[np.ndarray]:
        """The ids of each stage's stays."""
        return self.flat(lambda life: life.ids)

    @cached_property
    def days(self) -> StayDays:
        """The days that were lived in the containers of all."""
        return StayDays(self.batch_ids, [life.stages for life in self], self.ids)

    def flat(self, values: Callable[[BatchLife], Iterable[Value]]) -> list[Value]:
        """What each life has several of, those of all end to end."""
        return [value for life in self for value in values(life)]

    def row_ids(self, table: str, counts: np.ndarray) -> np.ndarray:
        """Ids of each batch's rows, so many of each (lives,): see columns.row_ids."""
        bits = TABLES[table].id_bits
        if int(counts.max()) > 1 << bits:
            each = zip(self.batch_ids, counts.tolist(), strict=True)
            return np.concatenate([row_ids(table, batch_id, count) for batch_id, count in each])
        before = np.cumsum(counts) - counts
        first = (np.array(self.batch_ids, dtype=np.int64) << bits) - before
        ids: np.ndarray = np.repeat(first, counts) + np.arange(int(counts.sum()))
        return ids

    def rows(self, columns: Columns, counts: np.ndarray) -> BatchRows:
        """Rows of the batches, so many of each (lives,), with the batch that they belong to."""
        return BatchRows(
            columns={"batch_id": np.repeat(np.array(self.batch_ids, dtype=np.int32), counts), **columns},
            counts=dict(zip(self.batch_ids, counts.tolist(), strict=True)),
        )
