"""Rows of health samplings: a batch's fish examined at intervals, at one of its containers in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.biology.health_sampling import BURDENS, DRIVERS, THINNESS, HealthSampling
from engine.farm.farm_fit import require_health_fit
from engine.farm.schedule import Schedule
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.streams import Stream, stream_key, stream_keys
from engine.simulation.observed.growth_samples import condition_factor
from engine.simulation.observed.health_sampling import (
    ExaminedFish,
    Samplings,
    ScoreKeys,
    ScoreModel,
    examine,
    shortfall,
)
from engine.simulation.record import BatchHistory, StageHistory
from engine.simulation.rows.columns import Columns, Tables, row_ids
from engine.simulation.rows.life import BatchLife

STATISTICS = (
    "avg_weight_g",
    "std_dev_weight_g",
    "min_weight_g",
    "max_weight_g",
    "avg_length_cm",
    "std_dev_length_cm",
    "min_length_cm",
    "max_length_cm",
    "avg_k_factor",
)


@dataclass(frozen=True)
class Sampling:
    """One sampling: its number in the batch's life from 0, and where: stages[stage], container and day by position."""

    number: int
    stage: int
    container: int
    day: int


def health_tables(life: BatchLife) -> Tables:
    """health_sampling_event, individual_fish_observation, fish_parameter_score."""
    model, history = life.schedule.biology.model, life.history
    health = model.health
    columns = _parameter_columns(life.schedule)
    taken = list(samplings(health, history))
    stages = [history.stages[t.stage] for t in taken]
    size, parameters = health.sample_size, len(columns)

    def sampled(name: str) -> np.ndarray:
        """A stage's array where and when each sampling was taken."""
        return np.array([getattr(s, name)[t.container, t.day] for s, t in zip(stages, taken, strict=True)])

    count = np.minimum(size, sampled("population").astype(np.int64))
    examined = int(count.sum())
    statistics = np.empty((len(taken), len(STATISTICS)), dtype=np.int64)
    sampling, number, weight, length = (np.empty(examined, dtype=np.int64) for _ in range(4))
    score = np.empty((examined, parameters), dtype=np.int16)
    if taken:
        examine(
            Samplings(
                number=np.array([t.number for t in taken]),
                fish=count,
                mu=sampled("mu"),
                v=sampled("v"),
                drivers=np.array([drivers(health, history, t) for t in taken]),
            ),
            size=size,
            condition=condition_factor(life.schedule),
            model=ScoreModel(
                baseline=health.baseline[columns],
                effects=np.array([health.effects[d] for d in DRIVERS])[:, columns],
                thinness=health.effects[THINNESS][columns],
                general=health.general[columns],
                unexplained_sd=health.unexplained_sd,
                thresholds=health.thresholds,
            ),
            keys=_score_keys(life, tuple(health.parameters[i] for i in columns)),
            statistics=statistics,
            fish=ExaminedFish(sampling=sampling, number=number, weight=weight, length=length, score=score),
        )
    event = row_ids("health_sampling_event", life.batch_id, len(taken))
    fish = row_ids("individual_fish_observation", life.batch_id, examined)
    return {
        "health_sampling_event": {
            "id": event,
            "batch_id": np.full(len(taken), life.batch_id),
            "assignment_id": np.array([life.ids[t.stage][t.container] for t in taken], dtype=np.int64),
            "sampling_date": np.array([s.start_day + t.day for s, t in zip(stages, taken, strict=True)]),
            "number_of_fish_sampled": count,
            "calculated_sample_size": count,
            **{name: statistics[:, i] for i, name in enumerate(STATISTICS)},
        },
        "individual_fish_observation": {
            "id": fish,
            "batch_id": np.full(examined, life.batch_id),
            "sampling_event_id": event[sampling],
            "fish_identifier": number,
            "weight_g": weight,
            "length_cm": length,
        },
        "fish_parameter_score": _score_rows(life, fish, score),
    }


def count_samplings(health: HealthSampling, age_days: int) -> int:
    """Samplings of a batch that has come to this age."""
    return max(0, (age_days - health.first_day) // health.interval_days + 1)


def count_health_rows(health: HealthSampling, parameters: int, age_days: int) -> int:
    """Rows of the samplings of a batch that has come to this age: each with its fish and their scores."""
    return count_samplings(health, age_days) * (1 + health.sample_size * (1 + parameters))


def _score_keys(life: BatchLife, parameters: tuple[str, ...]) -> ScoreKeys:
    seed, batch = life.schedule.seed, life.history.batch.number
    return ScoreKeys(
        fish=stream_key(seed, Stream.HEALTH_SAMPLE, batch, "fish"),
        general=stream_key(seed, Stream.HEALTH_SAMPLE, batch, "general"),
        parameter=stream_keys(seed, Stream.HEALTH_SAMPLE, batch, "parameter", each=parameters),
    )


def _score_rows(life: BatchLife, fish: np.ndarray, score: np.ndarray) -> Columns:
    count, parameters = score.shape
    return {
        "batch_id": np.full(score.size, life.batch_id),
        "individual_fish_observation_id": np.repeat(fish, parameters),
        "parameter_id": np.tile(np.arange(1, parameters + 1), count),
        "score": score.ravel(),
    }


def samplings(health: HealthSampling, history: BatchHistory) -> Iterator[Sampling]:
    """Every sampling of a batch that is due, in time; the containers that hold fish that day take turns."""
    every = health.interval_days
    due = history.batch.start_day + health.first_day - 1
    for i, stage in enumerate(history.stages):
        first = max(0, -(-(stage.start_day - due) // every))
        days = np.arange(due + first * every - stage.start_day, stage.days, every)
        fish = (stage.population[:, days] * (days < stage.days_lived[:, None])).T.tolist()
        for day, of_containers in zip(days.tolist(), fish, strict=True):
            living = [c for c, count in enumerate(of_containers) if count]
            number = (stage.start_day + day - due) // every
            if living:
                yield Sampling(number=number, stage=i, container=living[number % len(living)], day=day)


def drivers(health: HealthSampling, history: BatchHistory, taken: Sampling) -> np.ndarray:
    """The strength of each of DRIVERS in the container sampled, (len(DRIVERS),), 0 for none."""
    stage = history.stages[taken.stage]
    c, d = taken.container, taken.day
    today = stage.start_day + d
    strength = np.zeros(len(DRIVERS))
    burdens = (
        _mortality(health, stage, c, d),
        _lice(health, stage, c, today),
        shortfall(stage.oxygen_min[c, max(0, d + 1 - health.oxygen_days) : d + 1], health.oxygen_floor)
        / health.oxygen_scale,
    )
    strength[: len(BURDENS)] = burdens

    def add(kind: str, loss: float, course: float) -> None:
        i = DRIVERS.index(kind)
        strength[i] = max(strength[i], course * loss / (loss + health.loss_scale))

    for event in history.events:
        if event.stage == stage.stage and c in event.containers and event.start_day <= today:
            since_end = max(0, today - event.end_day + 1)
            if since_end < health.recovery_days:
                add(event.kind, event.loss, 1.0 - since_end / health.recovery_days)
    for treatment in history.treatments:
        if (treatment.stage, treatment.container) == (stage.stage, c):
            since = today - treatment.day
            if 0 <= since < health.treatment_days:
                add(treatment.method, treatment.loss, 1.0 - since / health.treatment_days)
    return strength


def _mortality(health: HealthSampling, stage: StageHistory, c: int, d: int) -> float:
    """log(1 + weekly rate / scale) over the last days of the stay; dead / mean of the fish before and after."""
    first = max(0, d + 1 - health.mortality_days)
    before = int(stage.population[c, first - 1]) if first else int(stage.fish[c])
    dead = int(stage.dead[c, first : d + 1].sum())
    weeks = max(d + 1 - first, 7) / 7.0  # a stay of a few days tells little
    weekly = dead / (0.5 * (before + int(stage.population[c, d]))) / weeks
    return float(am.log(1.0 + weekly / health.mortality_scale))


def _lice(health: HealthSampling, stage: StageHistory, c: int, today: int) -> float:
    """log(1 + mobile lice a fish / scale) on the latest day of counting; 0 before the first."""
    if stage.lice is None:
        return 0.0
    latest = int(stage.lice.day.searchsorted(today, side="right")) - 1
    if latest < 0:
        return 0.0
    mobile = float(stage.lice.mobile[c, latest] + stage.lice.adult_female[c, latest])
    return float(am.log(1.0 + mobile / health.lice_scale))


def _parameter_columns(schedule: Schedule) -> np.ndarray:
    """Where the biology's vectors hold each of the farm's health parameters, in the farm's order."""
    health, master = schedule.biology.model.health, schedule.farm.model.master
    require_health_fit(schedule.farm, schedule.biology)
    return np.array([health.parameters.index(name) for name in master.health_parameters])
