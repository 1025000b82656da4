"""What the farm knows of its fish: weights from samples and expected growth, temperatures from sensors.

Between samples the farm reckons with its standard growth model: the region's published TGC (Iwama & Tautz 1981) with
its response to temperature, not what a batch really does. A sample of 30 fish has a standard error of about 4 % at sea,
so it moves the estimate most of the way, not all of it. A day's state rests on that day and those before alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.biology.region import Region
from engine.farm.schedule import Schedule
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import WEEK_DAYS, months_since_1970
from engine.simulation.numerics.compilation import kernel
from engine.simulation.numerics.series import interpolate
from engine.simulation.observed.weighing import StageWeighings, Weighings, vaccinated_on
from engine.simulation.record import BatchHistory, Move, StageHistory
from lake.codes import SEA
from lake.tables import TABLES

ANCHORS = TABLES["daily_state"].column("anchor_type").codes
GREATEST_FCR = 99_999_999  # numeric(8,3), thousandths

Temperatures = Callable[[StageHistory], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class StageEstimate:
    """One stage as the farm estimates it. Arrays (n, days), beyond the days lived without meaning.

    weight_cg: mean weight in 0.01 g. arrival_cg (n,): on arrival. anchor: a position in the codes of
    daily_state.anchor_type, -1 for none. confidence: of the weight, in hundredths. temp_c; temp_measured: it is the
    mean of the container's readings, not interpolated. fcr: feed / growth since the stay began, thousandths, -1 for
    none. last_g, last_age (n,): mean weight (g) and days since a weighing on each container's last day.
    """

    weight_cg: np.ndarray
    arrival_cg: np.ndarray
    anchor: np.ndarray
    confidence: np.ndarray
    temp_c: np.ndarray
    temp_measured: np.ndarray
    fcr: np.ndarray
    last_g: np.ndarray
    last_age: np.ndarray


class Expected(NamedTuple):
    """The growth that a farm expects of a stage.

    tgc: g^(1/3) per 1000 degree-days where the response is 1; yolk: g^(1/3) a day without feed; size_exponent: TGC goes
    with (W / 1 kg)^x; response: share of the TGC at response_c (degC).
    """

    tgc: float
    yolk: float
    size_exponent: float
    response_c: np.ndarray
    response: np.ndarray


class Trust(NamedTuple):
    """How far the farm believes what it observes: see engine.biology.monitoring."""

    anchor_weight: float
    after_week: float
    floor: float
    least_growth: float


class Watched(NamedTuple):
    """What is observed of a stage. fish, lived (n,); the others (n, days), as in StageHistory.

    sample_cg: mean weight of that day's sample, 0.01 g, 0 for none.
    """

    fish: np.ndarray
    lived: np.ndarray
    population: np.ndarray
    culled: np.ndarray
    culled_cg: np.ndarray
    ration: np.ndarray
    temp_c: np.ndarray
    sample_cg: np.ndarray


class Estimated(NamedTuple):
    """Where `follow` writes: see StageEstimate."""

    weight_cg: np.ndarray
    confidence: np.ndarray
    fcr: np.ndarray
    last_g: np.ndarray
    last_age: np.ndarray


@kernel
def fill_gaps(temp_c: np.ndarray, measured: np.ndarray, lived: np.ndarray, usual_c: float) -> np.ndarray:
    """Temperatures (n, days) with the unmeasured days filled from what is known by then.

    The mean of the containers of the stage that were measured that day, which stand in the same water; where none was,
    the day before's; usual_c before the first.
    """
    n, days = temp_c.shape
    out = np.empty((n, days))
    common = usual_c
    for d in range(days):
        total = 0.0
        count = 0
        for c in range(n):
            if d < lived[c] and measured[c, d]:
                total += temp_c[c, d]
                count += 1
        if count > 0:
            common = total / count
        for c in range(n):
            out[c, d] = temp_c[c, d] if measured[c, d] else common
    return out


@kernel
def grown_root(root: float, temp_c: float, expected: Expected) -> float:
    """The cube-root weight a day later, where fish are fed or live on their yolk."""
    g = expected.yolk
    if expected.tgc > 0.0 and temp_c > 0.0:
        g += expected.tgc / 1000.0 * temp_c * interpolate(temp_c, expected.response_c, expected.response)
    if expected.size_exponent != 0.0:
        g *= am.exp(expected.size_exponent * am.log(root * root * root / 1000.0))
    return root + g


@kernel
def follow(
    arrival_g: np.ndarray, arrival_age: np.ndarray, seen: Watched, expected: Expected, trust: Trust, out: Estimated
) -> None:
    """Estimate every container's mean weight day by day. arrival_g, arrival_age (n,): see StageEstimate.last_g.

    Within a day: growth, where something was fed; the cull, whose fish are weighed; the sample. The conversion counts
    as growth what all fish alive in the morning gained, less what the cull alone raised the mean by.
    """
    n, days = seen.population.shape
    for c in range(n):
        root = am.cbrt(arrival_g[c])
        weight_g = arrival_g[c]
        before_g = weight_g
        alive = seen.fish[c]
        least_g = trust.least_growth * alive * weight_g
        age = arrival_age[c]
        fed = 0
        grown_g = 0.0
        for d in range(min(days, seen.lived[c])):
            age += 1
            if seen.ration[c, d] > 0 or expected.yolk > 0.0:
                root = grown_root(root, seen.temp_c[c, d], expected)
                weight_g = root * root * root
            stay, culled, culled_g = seen.population[c, d], seen.culled[c, d], seen.culled_cg[c, d] / 100.0
            if culled > 0 and stay > 0 and culled_g < weight_g:
                weight_g += (weight_g - culled_g) * culled / stay
                root = am.cbrt(weight_g)
            if seen.sample_cg[c, d] > 0:
                weight_g += trust.anchor_weight * (seen.sample_cg[c, d] / 100.0 - weight_g)
                root = am.cbrt(weight_g)
                age = 0
            fed += seen.ration[c, d]
            grown_g += alive * (weight_g - before_g) - culled * (weight_g - culled_g)
            # feed in 0.0001 kg, in thousandths
            ratio = fed * 100.0 / grown_g if fed > 0 and grown_g > least_g else -1.0
            out.weight_cg[c, d] = am.whole(weight_g * 100.0)
            out.confidence[c, d] = am.whole(100.0 * max(1.0 - (1.0 - trust.after_week) * age / WEEK_DAYS, trust.floor))
            out.fcr[c, d] = am.whole(ratio) if 0.0 <= ratio < GREATEST_FCR else -1
            before_g = weight_g
            alive = stay
        out.last_g[c] = weight_g
        out.last_age[c] = age


@kernel
def mix(
    source: np.ndarray,
    dest: np.ndarray,
    arrived: np.ndarray,
    last_g: np.ndarray,
    last_age: np.ndarray,
    arrival_g: np.ndarray,
    arrival_age: np.ndarray,
) -> None:
    """What the farm knows of the fish that arrive: the mean weight of the mixture, and the oldest of its weighings.

    source, dest, arrived (actions,): see Move; last_g, last_age by source; arrival_g, arrival_age by destination.
    """
    for j in range(arrival_g.shape[0]):
        fish = 0
        total_g = 0.0
        age = 0
        for a in range(dest.shape[0]):
            if dest[a] == j:
                fish += arrived[a]
                total_g += arrived[a] * last_g[source[a]]
                age = max(age, last_age[source[a]])
        # where nothing arrived alive there is nothing to weigh, and any weight will do
        arrival_g[j] = total_g / fish if fish > 0 else last_g[0]
        arrival_age[j] = age


def expected_growth(schedule: Schedule, geography_id: int, stage: int, planned_days: int) -> Expected:
    """The farm's standard growth model of a stage."""
    model = schedule.biology.model
    region = schedule.biology.region(schedule.farm.geography(geography_id).name)
    growth, share = model.growth, model.monitoring.expected_growth
    response_c = growth.temperature_response_c
    response = growth.temperature_response
    if stage == SEA:
        return Expected(share * region.sea_tgc, 0.0, growth.size_response_exponent, response_c, response)
    # the published freshwater TGC is what was seen at the stage's own temperature, its response included
    seen_at = interpolate(region.hall_temperature_c[stage - 1], response_c, response)
    yolk = 0.0
    if stage == 1:
        stages = model.stages
        yolk = (am.cbrt(stages.first_feeding_weight_g) - am.cbrt(stages.egg_weight_g)) / planned_days
    return Expected(share * region.freshwater_tgc[stage - 1] / seen_at, yolk, 0.0, response_c, response)


def as_lived(stage: StageHistory) -> tuple[np.ndarray, np.ndarray]:
    """The water's own temperature, as if every day were measured without error."""
    return stage.temp_c, np.ones(stage.temp_c.shape, dtype=bool)


def estimate(
    schedule: Schedule, history: BatchHistory, weighings: Weighings, temperatures: Temperatures = as_lived
) -> list[StageEstimate]:
    """What the farm knows of each stage. temperatures: each day's mean (n, days) and whether it was measured."""
    found: list[StageEstimate] = []
    for i, stage in enumerate(history.stages):
        n = len(stage.container_ids)
        arrival_g, arrival_age = np.empty(n), np.zeros(n, dtype=np.int64)
        if i == 0:
            arrival_g[:] = schedule.biology.model.stages.egg_weight_g
        else:
            move: Move = history.moves[i - 1]
            mix(move.source, move.dest, move.arrived, found[-1].last_g, found[-1].last_age, arrival_g, arrival_age)
        mean_c, measured = temperatures(stage)
        found.append(
            _estimate_stage(schedule, history, stage, weighings.stages[i], arrival_g, arrival_age, mean_c, measured)
        )
    return found


def _estimate_stage(
    schedule: Schedule,
    history: BatchHistory,
    stage: StageHistory,
    weighed: StageWeighings,
    arrival_g: np.ndarray,
    arrival_age: np.ndarray,
    mean_c: np.ndarray,
    measured: np.ndarray,
) -> StageEstimate:
    geography, monitoring = history.batch.geography_id, schedule.biology.model.monitoring
    region = schedule.biology.region(schedule.farm.geography(geography).name)
    shape, n = stage.population.shape, len(stage.container_ids)
    temp_c = fill_gaps(mean_c, measured, stage.days_lived, _usual_c(region, stage))
    sample_cg = np.zeros(shape, dtype=np.int64)
    at = (weighed.container, weighed.day - stage.start_day)
    sample_cg[at] = weighed.statistics[:, 0]
    anchor = np.full(shape, -1, dtype=np.int8)
    if stage.stage > 1:
        anchor[:, 0] = ANCHORS.index("transfer")
    anchor[at] = ANCHORS.index("growth_sample")
    vaccinated = vaccinated_on(schedule, stage.stage)
    if 0 <= vaccinated < stage.days:
        anchor[sample_cg[:, vaccinated] > 0, vaccinated] = ANCHORS.index("vaccination")
    weight_cg, confidence, fcr = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    last_g, last_age = np.empty(n), np.empty(n, dtype=np.int64)
    planned = stage.planned_end_day - stage.start_day
    follow(
        arrival_g,
        arrival_age,
        Watched(
            stage.fish,
            stage.days_lived,
            stage.population,
            stage.culled,
            stage.culled_cg,
            stage.ration,
            temp_c,
            sample_cg,
        ),
        expected_growth(schedule, geography, stage.stage, planned),
        Trust(
            monitoring.anchor_weight,
            monitoring.confidence_after_week,
            monitoring.confidence_floor,
            monitoring.fcr_least_growth,
        ),
        Estimated(weight_cg, confidence, fcr, last_g, last_age),
    )
    arrival_cg = np.floor(arrival_g * 100.0 + 0.5).astype(np.int64)
    return StageEstimate(weight_cg, arrival_cg, anchor, confidence, temp_c, measured, fcr, last_g, last_age)


def _usual_c(region: Region, stage: StageHistory) -> float:
    """The temperature that the farm counts on before it has measured any."""
    if stage.stage < SEA:
        return region.hall_temperature_c[stage.stage - 1]
    month = int(months_since_1970(stage.start_day)) % 12
    return region.sea_month_c[month] + region.sea_offset_c
