"""The rows of several batches at once: their ids and counts, and what their stays give, batch after batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from engine.simulation.record import StageHistory
from engine.simulation.rows.columns import BatchRows, Columns, row_ids
from engine.simulation.rows.life import BatchLife


def group_ids(table: str, lives: Sequence[BatchLife], counts: Iterable[int]) -> np.ndarray:
    """The ids of each batch's rows, of which there are so many."""
    return np.concatenate([row_ids(table, life.batch_id, n) for life, n in zip(lives, counts, strict=True)])


def first_ids(table: str, lives: Sequence[BatchLife]) -> np.ndarray:
    """The id of each batch's first row."""
    return group_ids(table, lives, [1] * len(lives))


def batch_ids(lives: Sequence[BatchLife], counts: Sequence[int]) -> np.ndarray:
    """Each batch's own id in its rows, of which there are so many."""
    return np.repeat([life.batch_id for life in lives], counts)


def group_rows(lives: Sequence[BatchLife], counts: Sequence[int], columns: Columns) -> BatchRows:
    """Columns of all lives, of which each has so many rows."""
    return BatchRows(columns=columns, counts={life.batch_id: n for life, n in zip(lives, counts, strict=True)})


class GroupStays:
    """The stays of several lives, end to end: each column has a value a container and stage."""

    def __init__(self, lives: Sequence[BatchLife]) -> None:
        self.lives = lives
        self.stages = [stage for life in lives for stage in life.stages]
        self._containers = [len(stage.container_ids) for stage in self.stages]

    @cached_property
    def counts(self) -> list[int]:
        """Rows of each life."""
        return [sum(len(stage.container_ids) for stage in life.stages) for life in self.lives]

    @cached_property
    def ids(self) -> np.ndarray:
        """The stays' ids."""
        return np.concatenate([ids for life in self.lives for ids in life.ids])

    @cached_property
    def container_ids(self) -> np.ndarray:
        """The stays' containers."""
        return np.array([c for stage in self.stages for c in stage.container_ids])

    def repeated(self, value: Callable[[StageHistory], Any]) -> np.ndarray:
        """A stage's one value, for each of its containers."""
        return np.repeat([value(stage) for stage in self.stages], self._containers)

    def joined(self, values: Callable[[StageHistory], np.ndarray]) -> np.ndarray:
        """A stage's values, one a container."""
        return np.concatenate([values(stage) for stage in self.stages])
