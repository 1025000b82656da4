"""Several batches' lives as if they were one: what a family reads that makes the rows of all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from engine.farm.schedule import Schedule
from engine.simulation.record import StageHistory
from engine.simulation.rows.columns import BatchRows, Columns, edges, first_ids, row_ids
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
    def stays(self) -> np.ndarray:
        """How many stays each life has."""
        return np.array([sum(map(len, life.ids)) for life in self])

    @cached_property
    def stay_ids(self) -> np.ndarray:
        """The id of each stay."""
        return np.concatenate(self.ids)

    @cached_property
    def container_ids(self) -> np.ndarray:
        """The container of each stay."""
        return self.of_stays(lambda stage: np.array(stage.container_ids))

    @cached_property
    def days(self) -> StayDays:
        """The days that were lived in the containers of all."""
        return StayDays(self.batch_ids, [life.stages for life in self], self.ids)

    def flat(self, values: Callable[[BatchLife], Iterable[Value]]) -> list[Value]:
        """What each life has several of, those of all end to end."""
        return [value for life in self for value in values(life)]

    def counted(self, values: Callable[[BatchLife], Sequence[Value]]) -> tuple[list[Value], np.ndarray]:
        """What each life has several of, those of all end to end, and how many each has."""
        found = [values(life) for life in self]
        return [value for of_life in found for value in of_life], np.array([len(of_life) for of_life in found])

    def numbered(self, counts: np.ndarray) -> Iterator[tuple[BatchLife, int]]:
        """Of each row, of which each life has so many: its life, and its number in that, from 1."""
        for life, count in zip(self, counts.tolist(), strict=True):
            for number in range(1, count + 1):
                yield life, number

    def of_stays(self, values: Callable[[StageHistory], Any]) -> np.ndarray:
        """Each stay's value, from each stage's one value or (n,)."""
        found = [(values(stage), len(stage.container_ids)) for stage in self.stages]
        return np.concatenate([v if isinstance(v, np.ndarray) and v.ndim else np.full(n, v) for v, n in found])

    def first_ids(self, table: str) -> np.ndarray:
        """The id of each batch's first row."""
        return first_ids(table, self.batch_ids)

    def row_ids(self, table: str, counts: np.ndarray) -> np.ndarray:
        """Ids of each batch's rows, so many of each (lives,): see columns.row_ids."""
        if int(counts.max()) > 1 << TABLES[table].id_bits:
            each = zip(self.batch_ids, counts.tolist(), strict=True)
            return np.concatenate([row_ids(table, batch_id, count) for batch_id, count in each])
        first = self.first_ids(table) - edges(counts)[:-1]
        ids: np.ndarray = np.repeat(first, counts) + np.arange(int(counts.sum()))
        return ids

    def rows(self, columns: Columns, counts: np.ndarray) -> BatchRows:
        """Rows of the batches, so many of each (lives,), with the batch that they belong to."""
        return BatchRows(
            columns={"batch_id": np.repeat(np.array(self.batch_ids, dtype=np.int32), counts), **columns},
            counts=dict(zip(self.batch_ids, counts.tolist(), strict=True)),
        )
