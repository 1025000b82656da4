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
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.streams import Stream, stream_key, stream_keys
from engine.simulation.numerics.working_days import Diligence, done_on, kinds_of_days, weekly
from engine.simulation.water.climate import Climate
from lake.codes import SEA

NEVER = -1  # as a day of a stay


def days_of_rest(region: Region) -> np.ndarray:
    """What kind each day since 1970 is in a region: see working_days.kinds_of_days."""
    return kinds_of_days(region.holidays, region.easter_holidays)


def routine_days(schedule: Schedule, container: Container, span: tuple[int, int], routine: str) -> np.ndarray:
    """The days of a span [first, end) on which a weekly routine is done where a container stands, ascending."""
    work = schedule.biology.model.work
    key = stream_key(schedule.seed, Stream.WORK, container.place.name, routine)
    days = done_on(
        weekly(*span, key, work.slip_days),
        stream_key(schedule.seed, Stream.WORK, container.place.name, routine, "rest"),
        days_of_rest(schedule.region_of(container)),
        Diligence(work.weekend_share, work.holiday_share),
    )
    done: np.ndarray = np.unique(days[days < span[1]])
    return done


def vaccination_day(schedule: Schedule, batch: Batch, stage: int, start_day: int) -> int:
    """The day of a stay on which its fish are vaccinated, NEVER in other stages than the one for it."""
    mortality, work = schedule.biology.model.mortality, schedule.biology.model.work
    if stage != mortality.vaccination_stage:
        return NEVER
    key = stream_key(schedule.seed, Stream.WORK, batch.number, "vaccination")
    spread = work.vaccination_spread_days
    due = max(0, mortality.vaccination_day + int((2 * spread + 1) * am.uniform(key, 0)) - spread)
    kinds = days_of_rest(schedule.region_of(batch))
    (day,) = done_on(np.array([start_day + due]), key, kinds, Diligence(work.weekend_share, work.holiday_share))
    return int(day) - start_day


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
