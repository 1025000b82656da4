"""One stay with all that living it needs to know: schedule, climate, batch, region and containers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.biology.region import Region
from engine.farm.infrastructure import Container
from engine.farm.schedule import Batch, Schedule, Stay
from engine.simulation.numerics.streams import Stream, stream_key, stream_keys
from engine.simulation.water.climate import Climate


@dataclass(frozen=True)
class Setting:
    """One stay with what the parts below share."""

    schedule: Schedule
    climate: Climate
    batch: Batch
    stay: Stay
    region: Region
    containers: tuple[Container, ...]
    days: int

    @property
    def planned(self) -> int:
        return self.stay.days

    @property
    def site(self) -> np.uint64:
        """The key of the sea area's own draws."""
        return stream_key(self.schedule.seed, Stream.SITE, self.containers[0].area.name)

    def keys(self, stream: Stream, containers: Sequence[Container] = ()) -> np.ndarray:
        """A stream's key for each of the stay's containers, or of others."""
        names = tuple(c.name for c in containers or self.containers)
        return stream_keys(self.schedule.seed, stream, self.batch.number, each=names)

    def key(self, stream: Stream) -> np.uint64:
        return stream_key(self.schedule.seed, stream, self.batch.number, self.stay.stage)
