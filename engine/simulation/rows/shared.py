"""What every family of rows needs: ids, codes, rounding, and the batch with its assignments' ids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from engine.farm.infrastructure import Place
from engine.farm.schedule import Schedule
from engine.simulation.feed.provision import StageFeed, feed_batch
from engine.simulation.harvest.lots import Harvest, reap
from engine.simulation.health.journal import Care, care
from engine.simulation.numerics.streams import Stream, stream_keys
from engine.simulation.observed.assimilation import StageEstimate, estimate
from engine.simulation.observed.sensing import daily_temperature
from engine.simulation.observed.weighing import Weighings, weigh
from engine.simulation.record import BatchHistory, StageHistory
from engine.simulation.rows.buffers import ReadingBuffers
from engine.simulation.water.climate import Climate
from lake.tables import TABLES

Columns = dict[str, Any]
Tables = dict[str, Columns]


def row_ids(table: str, batch_id: int, rows: int, start: int = 0) -> np.ndarray:
    """Ids of a batch's rows: batch id x 2^k + row; OverflowError when a batch has more rows than 2^k."""
    bits = TABLES[table].id_bits
    if start + rows > 1 << bits:
        raise OverflowError(f"batch {batch_id} has {start + rows} rows in {table}; its ids hold {1 << bits}")
    first = (batch_id << bits) + start
    return np.arange(first, first + rows, dtype=np.int64)


def code(table: str, column: str, value: str) -> int:
    """The position of an enumeration's value."""
    return TABLES[table].column(column).codes.index(value)


def biomass_units(fish: np.ndarray, weight_cg: np.ndarray) -> np.ndarray:
    """Biomass in 0.01 kg of `fish` at a mean weight in 0.01 g, halves up."""
    units: np.ndarray = (fish.astype(np.int64) * weight_cg + 500) // 1000
    return units


def hundredths(values: np.ndarray) -> np.ndarray:
    """Values as whole hundredths, halves up."""
    return np.floor(values * 100.0 + 0.5).astype(np.int64)


@dataclass(frozen=True)
class Subject:
    """A batch's history with the ids of its stays: `ids[i][c]` is stage i's container c.

    over_capacity_planned, cutoff_forecast: what the plan says of the batch. buffers: where its readings are written.
    """

    schedule: Schedule
    history: BatchHistory
    climate: Climate
    over_capacity_planned: bool = False
    cutoff_forecast: str = "UNDECIDED"
    buffers: ReadingBuffers = field(default_factory=ReadingBuffers)

    @cached_property
    def ids(self) -> list[np.ndarray]:
        out: list[np.ndarray] = []
        row = 0
        for stage in self.history.stages:
            n = len(stage.container_ids)
            out.append(row_ids("container_assignment", self.history.batch.id, n, row))
            row += n
        return out

    @cached_property
    def weighings(self) -> Weighings:
        """The batch's growth samples."""
        return weigh(self.schedule, self.history)

    @cached_property
    def estimates(self) -> list[StageEstimate]:
        """What the farm knows of each stage."""
        return estimate(
            self.schedule,
            self.history,
            self.weighings,
            lambda stage: daily_temperature(self.schedule, self.climate, stage),
        )

    @cached_property
    def care(self) -> Care:
        """The batch's treatments, laboratory samples and journal."""
        return care(self.schedule, self.history)

    @cached_property
    def feeding(self) -> list[StageFeed]:
        """How each stage was fed."""
        return feed_batch(self.schedule, self.history, self.estimates)

    @cached_property
    def harvest(self) -> Harvest:
        """What was harvested."""
        return reap(self.schedule, self.history)

    @property
    def batch_id(self) -> int:
        return self.history.batch.id

    @property
    def stages(self) -> tuple[StageHistory, ...]:
        return self.history.stages

    def names(self, stage: StageHistory) -> tuple[str, ...]:
        """The names of a stage's containers."""
        return tuple(self.schedule.farm.container(c).name for c in stage.container_ids)

    def oxygen_outside(self, stage: StageHistory) -> np.ndarray:
        """The day's mean of the oxygen that comes to each container of a stage, % saturation, (n, days)."""
        places: dict[Place, np.ndarray] = {}
        out = np.empty((len(stage.container_ids), stage.days))
        for i, container_id in enumerate(stage.container_ids):
            container = self.schedule.farm.container(container_id)
            if container.place not in places:
                places[container.place] = self.climate.oxygen_outside(container, stage.start_day, stage.end_day)
            out[i] = places[container.place]
        return out

    def container_keys(self, stream: Stream, stage: StageHistory) -> np.ndarray:
        """A stream's key for each container of a stage."""
        return stream_keys(self.schedule.seed, stream, self.history.batch.number, each=self.names(stage))

    def joined(self, values: Callable[[StageHistory], Any]) -> np.ndarray:
        """One value an assignment, over all stages."""
        return np.concatenate([np.broadcast_to(values(s), len(s.container_ids)) for s in self.stages])


def empty(table: str) -> Columns:
    """No rows of a table."""
    columns = TABLES[table].columns
    return {
        c.name: pa.array([], pa.string()) if c.type == pa.string() and not c.codes else np.zeros(0, dtype=np.int64)
        for c in columns
    }


def stack(parts: list[Columns]) -> Columns:
    """Columns of several parts, end to end; a part's scalars are repeated over its rows."""
    whole: dict[str, list[np.ndarray]] = {}
    for part in parts:
        rows = max((len(v) for v in part.values() if isinstance(v, np.ndarray) and v.ndim), default=0)
        for name, values in part.items():
            array = np.asarray(values)
            whole.setdefault(name, []).append(np.full(rows, array) if array.ndim == 0 else array)
    return {name: np.concatenate(arrays) for name, arrays in whole.items()}
