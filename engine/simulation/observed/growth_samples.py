"""The growth samples of a batch: which fish were weighed when, and what they weighed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.farm.schedule import Batch, Schedule
from engine.simulation.numerics.calendar import WEEK_DAYS
from engine.simulation.numerics.streams import Stream, stream_keys
from engine.simulation.observed.sampling import (
    ConditionFactor,
    FishColumns,
    Living,
    SampleColumns,
    SamplingPlan,
    sample_fish,
    selection_errors,
)
from engine.simulation.record import BatchHistory, StageHistory
from engine.simulation.setting import NEVER, routine_days, vaccination_day
from lake.codes import SEA

STATISTICS = (
    "avg_weight_g",
    "std_deviation_weight",
    "min_weight_g",
    "max_weight_g",
    "avg_length_cm",
    "std_deviation_length",
    "condition_factor",
)


@dataclass(frozen=True)
class StageSamples:
    """One stage's samples, container by container, in time.

    container (position), day (since 1970), size (samples,); statistics (samples, len(STATISTICS)), whole hundredths.
    fish_sample (position), fish_number, fish_weight (0.01 g), fish_length (0.01 cm): one entry a fish.
    """

    container: np.ndarray
    day: np.ndarray
    size: np.ndarray
    statistics: np.ndarray
    fish_sample: np.ndarray
    fish_number: np.ndarray
    fish_weight: np.ndarray
    fish_length: np.ndarray


@dataclass(frozen=True)
class GrowthSamples:
    """A batch's samples by stage, and for each stage the day of each stay's latest sample, -1 for none."""

    stages: tuple[StageSamples, ...]
    latest: tuple[np.ndarray, ...]


def condition_factor(schedule: Schedule) -> ConditionFactor:
    """The condition of fish by the biology."""
    growth = schedule.biology.model.growth
    return ConditionFactor(
        weight_g=growth.condition_factor_g, mean=growth.condition_factor, sd=growth.condition_factor_sd
    )


def sample_growth(schedule: Schedule, history: BatchHistory) -> GrowthSamples:
    """Every sample that a batch's containers give."""
    stages = tuple(_sample_stage(schedule, history, stage) for stage in history.stages)
    latest = []
    for stage, sampled in zip(history.stages, stages, strict=True):
        last = np.full(len(stage.container_ids), -1, dtype=np.int64)
        np.maximum.at(last, sampled.container, sampled.day)
        latest.append(last)
    return GrowthSamples(stages, tuple(latest))


def _sampled_until(schedule: Schedule, stage: StageHistory, target_cg: int) -> tuple[int, int]:
    """The last day of a stay on which fish may be weighed, and the weight (0.01 g) that is enough; 0 for none."""
    monitoring = schedule.biology.model.monitoring
    planned = stage.planned_end_day - stage.start_day
    if stage.stage < SEA:
        return planned, 0
    return planned - monitoring.last_sample_days - 1, int(target_cg * monitoring.last_sample_share)


def _sample_days(schedule: Schedule, batch: Batch, stage: StageHistory) -> np.ndarray:
    """Whether fish are weighed on each day of a stay, (days,)."""
    interval = schedule.biology.model.growth.sample_interval_days
    first = min(stage.start_day + interval - 1, stage.planned_end_day)
    place = schedule.farm.container(stage.container_ids[0])
    days = routine_days(schedule, place, (first, stage.planned_end_day), "weighing")[:: -(-interval // WEEK_DAYS)]
    due = np.zeros(stage.days, dtype=np.bool_)
    due[days[days < stage.start_day + stage.days] - stage.start_day] = True
    vaccinated = vaccination_day(schedule, batch, stage.stage, stage.start_day)
    if schedule.biology.model.mortality.vaccination_weighed and NEVER < vaccinated < stage.days:
        due[vaccinated] = True
    return due


def empty_columns(samples: int, size: int) -> tuple[SampleColumns, FishColumns]:
    """Room for so many samples of `size` fish each."""
    container, day, fish = (np.empty(samples, dtype=np.int64) for _ in range(3))
    statistics = np.empty((samples, len(STATISTICS)), dtype=np.int64)
    sample, number, weight, length = (np.empty(samples * size, dtype=np.int64) for _ in range(4))
    return (
        SampleColumns(container=container, day=day, size=fish, statistics=statistics),
        FishColumns(sample=sample, number=number, weight=weight, length=length),
    )


def _sample_stage(schedule: Schedule, history: BatchHistory, stage: StageHistory) -> StageSamples:
    model = schedule.biology.model
    growth, monitoring = model.growth, model.monitoring
    last_day, enough_cg = _sampled_until(schedule, stage, history.harvest_target_cg)
    plan = SamplingPlan(
        first_day=stage.start_day,
        due=_sample_days(schedule, history.batch, stage),
        last_day=last_day,
        enough_cg=enough_cg,
        size=growth.sample_size,
    )
    is_sampled = stage.stage >= growth.first_sampled_stage
    room = len(stage.container_ids) * int(plan.due.sum()) if is_sampled else 0
    samples, fish = empty_columns(room, plan.size)
    sampled = measured = 0
    if room:
        names = tuple(schedule.farm.container(c).name for c in stage.container_ids)
        seed, batch = schedule.seed, history.batch.number
        sampled, measured = sample_fish(
            stream_keys(seed, Stream.FISH, batch, each=names),
            selection_errors(
                stream_keys(seed, Stream.SELECTION, batch, each=names),
                monitoring.selection_sd[stage.stage - 1],
                monitoring.selection_limit,
            ),
            plan,
            living=Living(population=stage.population, mu=stage.mu, v=stage.v),
            condition=condition_factor(schedule),
            samples=samples,
            fish=fish,
        )
    return StageSamples(
        container=samples.container[:sampled],
        day=samples.day[:sampled],
        size=samples.size[:sampled],
        statistics=samples.statistics[:sampled],
        fish_sample=fish.sample[:measured],
        fish_number=fish.number[:measured],
        fish_weight=fish.weight[:measured],
        fish_length=fish.length[:measured],
    )
