"""What the farm knows of each stage of a batch: the arguments of the assimilation, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.farm.schedule import Batch, Schedule
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import months_since_1970
from engine.simulation.numerics.series import interpolate
from engine.simulation.observed.assimilation import (
    ExpectedGrowth,
    Known,
    Observations,
    StateColumns,
    Trust,
    assimilate,
    fill_gaps,
    mix_arrivals,
)
from engine.simulation.observed.growth_samples import GrowthSamples, StageSamples
from engine.simulation.record import BatchHistory, StageHistory
from engine.simulation.setting import NEVER, vaccination_day
from lake.codes import SEA
from lake.tables import TABLES

ANCHORS = TABLES["daily_state"].column("anchor_type").codes

Temperatures = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class StageEstimate:
    """One stage as the farm estimates it. Arrays (n, days), beyond the days lived without meaning.

    weight_cg: mean weight in 0.01 g. arrival_cg (n,): on arrival. anchor: a position in the codes of
    daily_state.anchor_type, -1 for none. confidence: of the weight, in hundredths. temp_c; temp_measured: it is the
    mean of the container's readings, not interpolated. fcr: feed / growth since the stay began, thousandths, -1 for
    none. last: on each container's last day lived.
    """

    weight_cg: np.ndarray
    arrival_cg: np.ndarray
    anchor: np.ndarray
    confidence: np.ndarray
    temp_c: np.ndarray
    temp_measured: np.ndarray
    fcr: np.ndarray
    last: Known


def expected_growth(schedule: Schedule, geography_id: int, stage: int, planned_days: int) -> ExpectedGrowth:
    """The farm's standard growth model of a stage (1 to 6) that is planned to last planned_days."""
    model = schedule.biology.model
    geography = schedule.farm.geography(geography_id).name
    growth, share = model.growth, model.monitoring.expected_growth
    size_g, size_response = growth.response_to_size(at_sea=stage == SEA)
    response_c, response = growth.temperature_response_c, growth.temperature_response
    if stage == SEA:
        return ExpectedGrowth(
            tgc=share * schedule.biology.region(geography).sea_tgc,
            yolk=0.0,
            size_g=size_g,
            size_response=size_response,
            response_c=response_c,
            response=response,
        )
    # the published freshwater TGC is what was found at the stage's own temperature, its response included
    published = schedule.biology.freshwater_stage(geography, stage)
    found_at = interpolate(published.temperature_c, response_c, response)
    yolk = 0.0
    if stage == 1:
        stages = model.stages
        yolk = (am.cbrt(stages.first_feeding_weight_g) - am.cbrt(stages.egg_weight_g)) / planned_days
    return ExpectedGrowth(
        tgc=share * published.tgc / found_at,
        yolk=yolk,
        size_g=size_g,
        size_response=size_response,
        response_c=response_c,
        response=response,
    )


def true_temperatures(stage: StageHistory) -> tuple[np.ndarray, np.ndarray]:
    """The water's own temperature, as if every day were measured without error."""
    return stage.temp_c, np.ones(stage.temp_c.shape, dtype=bool)


def estimate_states(
    schedule: Schedule,
    history: BatchHistory,
    samples: GrowthSamples,
    temperatures: Sequence[Temperatures] | None = None,
) -> list[StageEstimate]:
    """What the farm knows of each stage.

    temperatures: of each stage, each day's mean, degC, (n, days) and whether it was measured; by default the true ones.
    """
    found: list[StageEstimate] = []
    for i, stage in enumerate(history.stages):
        n = len(stage.container_ids)
        arrival = Known(weight_g=np.empty(n), age_days=np.zeros(n, dtype=np.int64))
        if i == 0:
            arrival.weight_g[:] = schedule.biology.model.stages.egg_weight_g
        else:
            move = history.moves[i - 1]
            mix_arrivals(move.source, move.dest, move.arrived, last=found[-1].last, arrival=arrival)
        temp_c, measured = temperatures[i] if temperatures else true_temperatures(stage)
        temp_c = fill_gaps(temp_c, measured, stage.days_lived, _usual_c(schedule, history.batch, stage))
        sample_cg, anchor = _anchors(schedule, history.batch, stage, samples.stages[i])
        columns = _estimate_weights(schedule, history, stage, arrival, temp_c=temp_c, sample_cg=sample_cg)
        found.append(
            StageEstimate(
                weight_cg=columns.weight_cg,
                arrival_cg=np.floor(arrival.weight_g * 100.0 + 0.5).astype(np.int64),
                anchor=anchor,
                confidence=columns.confidence,
                temp_c=temp_c,
                temp_measured=measured,
                fcr=columns.fcr,
                last=columns.last,
            )
        )
    return found


def _anchors(
    schedule: Schedule, batch: Batch, stage: StageHistory, sampled: StageSamples
) -> tuple[np.ndarray, np.ndarray]:
    """The mean weight of each day's sample, 0.01 g, 0 for none; and StageEstimate.anchor; both (n, days)."""
    sample_cg = np.zeros(stage.population.shape, dtype=np.int64)
    at = (sampled.container, sampled.day - stage.start_day)
    sample_cg[at] = sampled.statistics[:, 0]
    anchor = np.full(stage.population.shape, -1, dtype=np.int8)
    if stage.stage > 1:
        anchor[:, 0] = ANCHORS.index("transfer")
    anchor[at] = ANCHORS.index("growth_sample")
    vaccinated = vaccination_day(schedule, batch, stage.stage, stage.start_day)
    if NEVER < vaccinated < stage.days:
        anchor[sample_cg[:, vaccinated] > 0, vaccinated] = ANCHORS.index("vaccination")
    return sample_cg, anchor


def _estimate_weights(
    schedule: Schedule,
    history: BatchHistory,
    stage: StageHistory,
    arrival: Known,
    temp_c: np.ndarray,
    sample_cg: np.ndarray,
) -> StateColumns:
    """The weights of a stage's containers as the farm follows them."""
    monitoring, n = schedule.biology.model.monitoring, len(stage.container_ids)
    weight_cg, confidence, fcr = (np.zeros(stage.population.shape, dtype=np.int64) for _ in range(3))
    columns = StateColumns(
        weight_cg=weight_cg,
        confidence=confidence,
        fcr=fcr,
        last=Known(weight_g=np.empty(n), age_days=np.empty(n, dtype=np.int64)),
    )
    planned_days = stage.planned_end_day - stage.start_day
    assimilate(
        arrival,
        observed=Observations(
            fish=stage.fish,
            days_lived=stage.days_lived,
            population=stage.population,
            culled=stage.culled,
            culled_cg=stage.culled_cg,
            ration=stage.ration,
            temp_c=temp_c,
            sample_cg=sample_cg,
        ),
        expected=expected_growth(schedule, history.batch.geography_id, stage.stage, planned_days),
        trust=Trust(
            anchor_weight=monitoring.anchor_weight,
            after_week=monitoring.confidence_after_week,
            floor=monitoring.confidence_floor,
            min_growth=monitoring.fcr_least_growth,
        ),
        out=columns,
    )
    return columns


def _usual_c(schedule: Schedule, batch: Batch, stage: StageHistory) -> float:
    """The temperature that the farm counts on before it has measured any."""
    if stage.stage < SEA:
        return schedule.freshwater_stage_of(batch, stage.stage).temperature_c
    region = schedule.region_of(batch)
    month = int(months_since_1970(stage.start_day)) % 12
    return region.sea_month_c[month] + region.sea_offset_c
