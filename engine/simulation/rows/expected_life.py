"""A batch before its run: its life in few containers, from which each family counts the rows that it will write."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.farm.schedule import Batch, Schedule, Stay
from engine.simulation.harvest.lots import Harvest, grade_harvest
from engine.simulation.health.events import NoticedEvent, notice_events
from engine.simulation.health.laboratory import LabSamples, take_lab_samples
from engine.simulation.observed.growth_samples import vaccination_day
from engine.simulation.record import BatchHistory, StageHistory
from lake.codes import SEA

RowCounts = dict[str, int]


@dataclass(frozen=True)
class ExpectedStay:
    """A stay as planned, in all its n containers, and its stage as lived in the few that stand for them.

    whole_days (n,): days that each container is lived in at all; lived_days (n,): those before the as-of date.
    """

    planned: Stay
    stage: StageHistory
    whole_days: np.ndarray
    lived_days: np.ndarray

    @property
    def is_at_sea(self) -> bool:
        return self.planned.stage == SEA

    @property
    def end_days(self) -> np.ndarray:
        """The first day on which each container is no longer lived in, since 1970, (n,)."""
        ends: np.ndarray = self.planned.start_day + self.whole_days
        return ends


@dataclass(frozen=True)
class ExpectedLife:
    """A batch that has yet to be run. `stays`: those that begin before the as-of date; `history`: its whole life."""

    schedule: Schedule
    batch: Batch
    history: BatchHistory
    stays: tuple[ExpectedStay, ...]

    @property
    def last(self) -> ExpectedStay:
        """The stay that the batch is in on the as-of date, or was in last."""
        return self.stays[-1]

    @property
    def active_containers(self) -> int:
        """Containers that are still lived in on the as-of date."""
        return int((self.last.end_days > self.schedule.as_of_day).sum())

    @cached_property
    def harvest_days(self) -> list[int]:
        """The day of each ring's harvest before the as-of date."""
        if not self.last.is_at_sea:
            return []
        return [int(end) - 1 for end in self.last.end_days if end <= self.schedule.as_of_day]

    @cached_property
    def harvest(self) -> Harvest:
        """The harvest of the rings lived in, whenever it is."""
        return grade_harvest(self.schedule, self.history)

    def scale_to_emptied_rings(self, rows: int) -> int:
        """As many for the rings that are emptied before the as-of date as `rows` are for those lived in."""
        rings = len(self.harvest.ring)
        return rows * len(self.harvest_days) // rings if rings else 0

    @cached_property
    def vaccinations(self) -> int:
        """Containers whose fish are vaccinated before the as-of date."""
        containers = 0
        for stay in self.stays:
            day_of_stay = vaccination_day(self.schedule, stay.planned.stage)
            day = stay.planned.start_day + day_of_stay
            if day_of_stay >= 0 and day < min(self.schedule.as_of_day, int(stay.end_days.max())):
                containers += len(stay.planned.container_ids)
        return containers

    @cached_property
    def treatment_days(self) -> list[int]:
        """The day of each treatment of a container lived in, before the as-of date."""
        return [t.day for t in self.history.treatments if t.day < self.schedule.as_of_day]

    @cached_property
    def noticed(self) -> tuple[NoticedEvent, ...]:
        """Health events that are noticed before the as-of date."""
        return tuple(e for e in notice_events(self.schedule, self.history) if e.day < self.schedule.as_of_day)

    @cached_property
    def samples(self) -> list[LabSamples]:
        """What is sent to the laboratory of `noticed` before the as-of date."""
        taken = take_lab_samples(self.schedule, self.history, self.noticed)
        return [s for s in taken if s.day < self.schedule.as_of_day]


def expected_life(schedule: Schedule, batch: Batch, history: BatchHistory) -> ExpectedLife:
    """The batch up to the as-of date; `history` is its whole life in few containers."""
    stays = []
    for stay, stage in zip(batch.lived_stays, history.stages, strict=False):
        if stay.start_day >= schedule.as_of_day:
            break
        whole = _days_by_container(schedule, stay, stage)
        lived = np.minimum(whole, schedule.as_of_day - stay.start_day)
        stays.append(ExpectedStay(planned=stay, stage=stage, whole_days=whole, lived_days=lived))
    return ExpectedLife(schedule=schedule, batch=batch, history=history, stays=tuple(stays))


def _days_by_container(schedule: Schedule, stay: Stay, stage: StageHistory) -> np.ndarray:
    """Days that each of a stay's containers is lived in, beyond the as-of date too: rings are emptied in turn."""
    n, a_day = len(stay.container_ids), schedule.biology.model.harvest.rings_a_day
    days: np.ndarray = np.full(n, stage.days)
    if stay.stage == SEA:
        turn = np.arange(n) // a_day
        days = np.maximum(stage.days - turn[-1] + turn, 1)
    return days
