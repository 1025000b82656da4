"""A schedule, resolved: which batch is in which containers on which days; days count from 1970-01-01."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from engine.biology.parameters import Biology
from engine.biology.region import Region
from engine.biology.stages import FreshwaterStage
from engine.farm.infrastructure import Farm, InGeography
from engine.inputs.reading import FILE_NAME

EPOCH = date(1970, 1, 1)
NAME = FILE_NAME  # a schedule's name is its run's folder
STAGE_DAYS = (90, 90, 90, 90, 90, 450)
"""The usual length of stages 1 to 6, days."""


def to_day(value: date) -> int:
    """Days since 1970-01-01."""
    return (value - EPOCH).days


def to_date(day: int) -> date:
    """The date of a day since 1970-01-01."""
    return EPOCH + timedelta(days=int(day))


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
class Batch:
    """A batch as planned: `stays` in order of stage without gap; `id` is its ordinal in the schedule, from 1.

    `harvest_target_g` fixes the mean live weight that triggers the harvest; None lets the biology draw it.
    `move_under_way`: of a batch that moves from hall to hall on the as-of date, so many containers were emptied on the
    eve; 0 for none.
    """

    id: int
    number: str
    geography_id: int
    eggs: int
    stays: tuple[Stay, ...]
    harvest_target_g: float | None = None
    move_under_way: int = 0

    @property
    def start_day(self) -> int:
        return self.stays[0].start_day

    @property
    def end_day(self) -> int:
        return self.stays[-1].end_day

    def is_delivered(self, as_of_day: int) -> bool:
        """Whether its eggs have come by the as-of date."""
        return self.start_day < as_of_day

    def planned_status(self, as_of_day: int) -> str:
        """Its status (lake.codes.BATCH_STATUSES) at the as-of date where the plan alone tells it, else ""."""
        return "" if self.is_delivered(as_of_day) else "PLANNED"


@dataclass(frozen=True)
class Schedule:
    """Everything a run depends on. `partitions`: ranges of batch ids that together hold each batch once."""

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

    def region_of(self, thing: InGeography) -> Region:
        """The biology of the geography in which a batch, a container or a place is."""
        return self.biology.region(self.farm.geography_of(thing).name)

    def freshwater_stage_of(self, thing: InGeography, stage: int) -> FreshwaterStage:
        """What a freshwater stage (1 to 5) is like where a batch, a container or a place is."""
        return self.biology.freshwater_stage(self.farm.geography_of(thing).name, stage)
