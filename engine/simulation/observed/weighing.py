"""The growth samples of a batch: which fish were weighed when, and what they weighed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.farm.schedule import Schedule
from engine.simulation.numerics.streams import Stream, stream_keys
from engine.simulation.observed import observation
from engine.simulation.record import BatchHistory, StageHistory
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
class StageWeighings:
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
class Weighings:
    """A batch's samples by stage, and for each stage the day of each stay's latest sample, -1 for none."""

    stages: tuple[StageWeighings, ...]
    latest: tuple[np.ndarray, ...]


def weigh(schedule: Schedule, history: BatchHistory) -> Weighings:
    """Every sample that a batch's containers give."""
    stages = tuple(_weigh_stage(schedule, history, stage) for stage in history.stages)
    latest = []
    for stage, weighed in zip(history.stages, stages, strict=True):
        last = np.full(len(stage.container_ids), -1, dtype=np.int64)
        np.maximum.at(last, weighed.container, weighed.day)
        latest.append(last)
    return Weighings(stages, tuple(latest))


def expected_days(schedule: Schedule, stage: StageHistory, target_cg: int) -> list[int]:
    """The days of its stay on which a stage's first container would be weighed, did samples not err.

    target_cg: the batch's harvest weight. What a forecast needs: samples' errors move the last one by a week or so.
    """
    growth = schedule.biology.model.growth
    every, also_on = growth.sample_interval_days, _also_on(schedule, stage.stage)
    if stage.stage < growth.first_sampled_stage:
        return []
    last_day, enough_cg = _until(schedule, stage, target_cg)
    weight_cg, days, before_cg = stage.weight_cg[0], [], 0
    for day in range(min(int(stage.days_lived[0]), last_day + 1)):
        if day % every == every - 1 or day == also_on:
            days.append(day)
            if before_cg >= enough_cg > 0:
                break
            before_cg = int(weight_cg[day])
    return days


def _until(schedule: Schedule, stage: StageHistory, target_cg: int) -> tuple[int, int]:
    """The last day of a stay on which fish may be weighed, and the weight (0.01 g) that is enough; 0 for none."""
    monitoring = schedule.biology.model.monitoring
    planned = stage.planned_end_day - stage.start_day
    if stage.stage < SEA:
        return planned, 0
    return planned - monitoring.last_sample_days - 1, int(target_cg * monitoring.last_sample_share)


def vaccinated_on(schedule: Schedule, stage: int) -> int:
    """The day of a stage on which its fish are vaccinated, -1 for none."""
    mortality = schedule.biology.model.mortality
    return mortality.vaccination_day if stage == mortality.vaccination_stage else -1


def _also_on(schedule: Schedule, stage: int) -> int:
    """The day of a stage on which fish are weighed because they are vaccinated, -1 for none."""
    return vaccinated_on(schedule, stage) if schedule.biology.model.mortality.vaccination_weighed else -1


def _weigh_stage(schedule: Schedule, history: BatchHistory, stage: StageHistory) -> StageWeighings:
    model = schedule.biology.model
    growth, monitoring = model.growth, model.monitoring
    every, size = growth.sample_interval_days, growth.sample_size
    also_on = _also_on(schedule, stage.stage)
    n = len(stage.container_ids)
    most = n * (stage.days // every + 1) if stage.stage >= growth.first_sampled_stage else 0
    container, day, count = (np.empty(most, dtype=np.int64) for _ in range(3))
    statistics = np.empty((most, len(STATISTICS)), dtype=np.int64)
    of, number, weight, length = (np.empty(most * size, dtype=np.int64) for _ in range(4))
    taken = weighed = 0
    if most:
        names = tuple(schedule.farm.container(c).name for c in stage.container_ids)
        seed, batch = schedule.seed, history.batch.number
        taken, weighed = observation.weigh(
            stream_keys(seed, Stream.FISH, batch, each=names),
            observation.selection_errors(
                stream_keys(seed, Stream.SELECTION, batch, each=names),
                monitoring.selection_sd[stage.stage - 1],
                monitoring.selection_limit,
            ),
            stage.start_day,
            every,
            also_on,
            *_until(schedule, stage, history.harvest_target_cg),
            size,
            stage.population,
            stage.mu,
            stage.v,
            growth.condition_factor_g,
            growth.condition_factor,
            growth.condition_factor_sd,
            container,
            day,
            count,
            statistics,
            of,
            number,
            weight,
            length,
        )
    return StageWeighings(
        container[:taken],
        day[:taken],
        count[:taken],
        statistics[:taken],
        of[:weighed],
        number[:weighed],
        weight[:weighed],
        length[:weighed],
    )
