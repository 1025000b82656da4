"""A schedule, resolved: which batch is in which containers on which days; days count from 1970-01-01."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from engine.biology.parameters import Biology
from engine.biology.region import Region
from engine.biology.stages import FreshwaterStage
from engine.farm.foreseen import Foreseen
from engine.farm.infrastructure import Farm, InGeography
from engine.inputs.bounded import FILE_NAME
from lake.layout import Layout

EPOCH = date(1970, 1, 1)
NAME = FILE_NAME  # a schedule's name is its run's folder
EGGS, HARVEST_G = (1_000, 100_000_000), (100.0, 20_000.0)  # of a batch: the least and the most
MAX_BATCHES, MAX_SEED = 100_000, 2**63 - 1
STAGE_DAYS = (90, 90, 90, 90, 90, 450)
"""The usual length of stages 1 to 6, days."""

Span = tuple[int, int]  # days [first, end)
AreaDays = Mapping[int, Mapping[int, tuple[Span, ...]]]  # by batch and sea area


def to_day(value: date) -> int:
    """Days since 1970-01-01."""
    return (value - EPOCH).days


def to_date(day: int) -> date:
    """The date of a day since 1970-01-01."""
    return EPOCH + timedelta(days=int(day))


def deal_eggs(eggs: int, trays: int) -> np.ndarray:
    """Eggs dealt out evenly over trays, (trays,)."""
    return np.array([eggs // trays + (1 if i < eggs % trays else 0) for i in range(trays)], dtype=np.int64)


@dataclass(frozen=True)
class Stay:
    """A batch's planned stay of one stage (1 to 6) in some containers, days [start_day, end_day)."""

    stage: int
    container_ids: tuple[int, ...]
    start_day: int
    end_day: int

    @property
    def days(self) -> int:
        return self.end_day - self.start_day


@dataclass(frozen=True)
class Cancellation:
    """An order of eggs that was cancelled before its delivery: on a day since 1970, and why."""

    day: int
    reason: str


@dataclass(frozen=True)
class TotalLoss:
    """All fish of a batch lost on a day since 1970, by a cause of lake.codes.TOTAL_LOSSES."""

    day: int
    cause: str


@dataclass(frozen=True)
class Batch:
    """A batch as planned: `stays` in order of stage without gap; `id` is its ordinal in the schedule, from 1.

    `harvest_target_g` fixes the mean live weight that triggers the harvest; None lets the biology draw it.
    `move_under_way`: of a batch that moves from hall to hall on the as-of date, so many containers were emptied on the
    eve; 0 for none.
    `trays_received`: of the first stay, where eggs have come into some by the as-of date and not into all.
    """

    id: int
    number: str
    geography_id: int
    eggs: int
    stays: tuple[Stay, ...]
    harvest_target_g: float | None = None
    move_under_way: int = 0
    trays_received: int | None = None
    lost: TotalLoss | None = None
    cancelled: Cancellation | None = None

    @property
    def start_day(self) -> int:
        return self.stays[0].start_day

    @property
    def end_day(self) -> int:
        return self.stays[-1].end_day

    @property
    def held_stays(self) -> tuple[Stay, ...]:
        """The stays that hold their containers: none of a cancelled batch, none that would begin after a loss."""
        if self.cancelled is not None:
            return ()
        return tuple(stay for stay in self.stays if self.lost is None or stay.start_day <= self.lost.day)

    @property
    def lived_stays(self) -> tuple[Stay, ...]:
        """The stays that fish live: those held, the first one in the trays received."""
        stays = self.held_stays
        if self.trays_received is None or not stays:
            return stays
        return (replace(stays[0], container_ids=stays[0].container_ids[: self.trays_received]), *stays[1:])

    def is_delivered(self, as_of_day: int) -> bool:
        """Whether eggs have come by the as-of date."""
        return self.cancelled is None and self.start_day < as_of_day

    def planned_status(self, as_of_day: int) -> str:
        """Its status (lake.codes.BATCH_STATUSES) at the as-of date where the plan alone tells it, else ""."""
        if self.cancelled is not None:
            return "CANCELLED"
        if not self.is_delivered(as_of_day):
            return "PLANNED"
        if self.lost is not None and self.lost.day < as_of_day:
            return "TERMINATED"
        return "" if self.trays_received is None else "RECEIVING"


@dataclass(frozen=True)
class Schedule:
    """Everything a run depends on. `partitions`: ranges of batch ids that together hold each batch once.

    layout and partitions alone change no value.
    area_days: of a part of a schedule, what sites.own_area_days tells of the whole; None of a whole one.
    foreseen: what is in store for its places, of a part what the whole one told; None where it is yet to be made.
    """

    name: str
    seed: int
    as_of_day: int
    farm: Farm
    biology: Biology
    batches: tuple[Batch, ...]
    partitions: tuple[range, ...]
    text: str  # the schedule in canonical form; its hash identifies the run
    notes: tuple[str, ...] = ()  # what a legacy file held that could not be honoured
    stage_days: tuple[int, ...] = STAGE_DAYS  # the usual length of each stage
    farm_file: str = ""  # where the schedule finds its farm: a path, or "" for the farm's own name
    biology_file: str = ""
    areas_per_batch: int = 1  # sea areas, neighbours in the farm's order, that a batch's rings may lie in: 1 or 2
    fallow_days: int = 0  # days that a container stays empty between two batches
    area_days: AreaDays | None = None
    foreseen: Foreseen | None = None
    layout: Layout | None = None  # how a run's files are to lie; None: as usual, or as a run lies that is resumed

    def region_of(self, thing: InGeography) -> Region:
        """The biology of the geography in which a batch, a container or a place is."""
        return self.biology.region(self.farm.geography_of(thing).name)

    def freshwater_stage_of(self, thing: InGeography, stage: int) -> FreshwaterStage:
        """What a freshwater stage (1 to 5) is like where a batch, a container or a place is."""
        return self.biology.freshwater_stage(self.farm.geography_of(thing).name, stage)


def with_layout(schedule: Schedule, layout: Layout | None) -> Schedule:
    """The schedule, its run's files to lie so; as it is where nothing is asked for."""
    if layout is None:
        return schedule
    return replace(schedule, layout=layout, partitions=layout.partitions(schedule.partitions))
