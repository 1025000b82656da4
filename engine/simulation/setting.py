"""One stay with all that its simulation needs to know: schedule, climate, batch, region and containers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.biology.parameters import Parameters
from engine.biology.region import Region
from engine.farm.infrastructure import Container
from engine.farm.schedule import Batch, Schedule, Stay
from engine.simulation.numerics.streams import Stream, stream_key, stream_keys
from engine.simulation.water.climate import Climate
from lake.codes import SEA


@dataclass(frozen=True)
class Setting:
    """A batch's stay in n containers. days: those up to the as-of date, at most the planned ones; none after a loss."""

    schedule: Schedule
    climate: Climate
    batch: Batch
    stay: Stay
    region: Region
    containers: tuple[Container, ...]
    days: int

    @classmethod
    def resolve(cls, schedule: Schedule, climate: Climate, batch: Batch, stay: Stay) -> Setting:
        """The setting of a stay that begins before the as-of date."""
        farm = schedule.farm
        return cls(
            schedule=schedule,
            climate=climate,
            batch=batch,
            stay=stay,
            region=schedule.region_of(batch),
            containers=tuple(farm.container(c) for c in stay.container_ids),
            days=min(stay.end_day, schedule.as_of_day, batch.lost.day + 1 if batch.lost else stay.end_day)
            - stay.start_day,
        )

    @property
    def parameters(self) -> Parameters:
        return self.schedule.biology.model

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The containers' names."""
        return tuple(c.name for c in self.containers)

    @property
    def is_at_sea(self) -> bool:
        return self.stay.stage == SEA

    @property
    def planned_days(self) -> int:
        return self.stay.days

    @property
    def site_key(self) -> np.uint64:
        """The key of the sea area's own draws."""
        return stream_key(self.schedule.seed, Stream.SITE, self.containers[0].area.name)

    def keys(self, stream: Stream, containers: Sequence[Container] = ()) -> np.ndarray:
        """A stream's key for each of the stay's containers, or of others, uint64 (n,)."""
        names = tuple(c.name for c in containers) if containers else self.names
        return stream_keys(self.schedule.seed, stream, self.batch.number, each=names)

    def key(self, stream: Stream) -> np.uint64:
        """A stream's key for the stay itself."""
        return stream_key(self.schedule.seed, stream, self.batch.number, self.stay.stage)
