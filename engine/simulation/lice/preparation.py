"""What a stay at sea needs for its lice: the model, larvae from outside, and when and how a farm treats."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.biology.health import METHOD_NAMES
from engine.farm.infrastructure import Container
from engine.farm.schedule import Schedule
from engine.simulation.lice.counting import Counting
from engine.simulation.lice.delousing import Delousing, Strain
from engine.simulation.lice.stages import LiceModel
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import WEEK_DAYS, months_since_1970
from engine.simulation.numerics.series import ar1, uniforms
from engine.simulation.numerics.streams import Stream, later, stream_key
from engine.simulation.numerics.sums import cumulative
from engine.simulation.setting import Setting, days_of_rest, routine_days
from engine.simulation.water.climate import Climate

MIN_EFFICACY = 0.02  # a quartile of 0 has no logit
QUARTILE_Z = 0.6745
VESSEL_DAYS_BEYOND = 60
LEAST_DAYS_BETWEEN = 3  # counts of one ring


def prepare_counting(setting: Setting, rings: Sequence[Container]) -> Counting:
    """How lice live in the rings and are counted, also in those that the stay's containers stand for."""
    lice, start, weeks = setting.parameters.lice, setting.stay.start_day, setting.days // 7 + 1
    by_area: dict[int, np.ndarray] = {}
    for ring in rings:
        if ring.area.id not in by_area:
            by_area[ring.area.id] = lice_pressure(
                schedule=setting.schedule, climate=setting.climate, container=ring, start_day=start, weeks=weeks
            )
    model = LiceModel(
        attached=lice.attached,
        mobile=lice.mobile,
        adult=lice.adult,
        attached_develop=lice.attached_develop,
        mobile_develop=lice.mobile_develop,
        reference=lice.reference,
        cleaner_fish=lice.cleaner_fish,
        noise_sd=lice.noise_sd,
        ceiling=lice.ceiling,
        count_size=lice.count_size,
    )
    return Counting(
        model=model,
        container=np.arange(len(rings)) * len(setting.containers) // len(rings),
        day=_count_days(setting),
        pressure=np.stack([by_area[ring.area.id] for ring in rings]),
        own_infection=lice.own_infection,
        fish=lice.count_fish,
        lice_keys=setting.keys(Stream.LICE, rings),
        count_keys=setting.keys(Stream.LICE_COUNT, rings),
    )


def _count_days(setting: Setting) -> np.ndarray:
    """The days of the stay on which lice are counted, the first when they have had a week."""
    stay = setting.stay
    days = routine_days(setting.schedule, setting.containers[0], (stay.start_day + WEEK_DAYS - 1, stay.end_day), "lice")
    days = days[days < stay.start_day + setting.days] - stay.start_day
    # none is counted again before some days have passed
    kept: np.ndarray = days[np.diff(days, prepend=-WEEK_DAYS) > LEAST_DAYS_BETWEEN]
    return kept


def lice_pressure(schedule: Schedule, climate: Climate, container: Container, start_day: int, weeks: int) -> np.ndarray:
    """Larvae that come to an area from outside, lice a fish and week, (weeks,) from start_day on: a field.

    Lognormal about the region's median, AR(1) from week to week, higher in warm water; never depends on a batch.
    """
    lice = schedule.biology.model.lice
    area, region = container.area, schedule.region_of(container)
    first = start_day // 7
    key = stream_key(schedule.seed, Stream.LICE_PRESSURE, area.name)
    noise = ar1(key, first + weeks + 1, lice.pressure_ar1, lice.pressure_sd)
    days = min(7 * weeks, schedule.as_of_day - start_day)
    temp_c = climate.temperature(container, start_day, start_day + days)
    pressure = np.empty(weeks)
    for w in range(weeks):
        warmer = float(temp_c[min(7 * w, days - 1)]) - lice.reference[2]
        pressure[w] = region.lice_pressure * am.exp(float(noise[first + w]) + lice.pressure_temp_slope * warmer)
    return pressure


def prepare_delousing(setting: Setting, rings: Sequence[Container]) -> Delousing:
    """When and how the farm treats the rings, by the region's limits and choice of methods."""
    lice, region, start = setting.parameters.lice, setting.region, setting.stay.start_day
    treatments = setting.parameters.treatments
    methods = [treatments.methods.of(name) for name in METHOD_NAMES]
    month = months_since_1970(np.arange(start, start + setting.days)) % 12
    lower, upper = (_logits([m.efficacy_iqr[side] for m in methods]) for side in (0, 1))
    return Delousing(
        limit=np.array(region.adult_female_limit)[month] * region.treatment_trigger,
        lead_days=lice.treatment_lead_days,
        rings=_vessel_days(setting),
        interval_days=lice.treatment_interval_days,
        method_cumulative=cumulative([region.treatment_shares[name] for name in METHOD_NAMES]),
        efficacy_logit=_logits([m.efficacy_median for m in methods]),
        efficacy_sd=(upper - lower) / (2.0 * QUARTILE_Z),
        attached_factor=np.array([m.attached_factor for m in methods]),
        loss_mean=np.array([m.loss_mean for m in methods]),
        loss_sdlog=np.array([m.loss_sdlog for m in methods]),
        loss_spread=lice.loss_spread,
        loss_temp_slope=np.array([m.loss_temp_slope for m in methods]),
        strain=_strain(setting),
        day_share=treatments.day_share,
        zest=np.array([m.appetite_left for m in methods]),
        withholding_days=np.array([m.withholding_days for m in methods]),
        fasting_days=np.array([m.fasting_days for m in methods]),
        batch_key=setting.key(Stream.TREATMENT),
        ring_keys=setting.keys(Stream.TREATMENT, rings),
        area_keys=np.array(
            [stream_key(setting.schedule.seed, Stream.TREATMENT_DAY, ring.area.name) for ring in rings], dtype=np.uint64
        ),
    )


def _vessel_days(setting: Setting) -> np.ndarray:
    """How many rings a vessel treats on each day of the planned stay and some weeks beyond, 0 on days of rest."""
    work, first = setting.parameters.work, setting.stay.start_day
    day = np.arange(first, setting.stay.end_day + VESSEL_DAYS_BEYOND)
    key = stream_key(setting.schedule.seed, Stream.WORK, setting.containers[0].area.name, "vessel")
    choice = np.array(work.rings_treated, dtype=np.int64)
    rings = choice[(uniforms(later(key, first), len(day)) * len(choice)).astype(np.int64)]
    rest = stream_key(setting.schedule.seed, Stream.WORK, setting.containers[0].area.name, "vessel", "rest")
    chance = np.array([1.0, work.weekend_share, work.holiday_share])[days_of_rest(setting.region)[day]]
    busy: np.ndarray = np.where(uniforms(later(rest, first), len(day)) < chance, rings, 0)
    return busy


def _strain(setting: Setting) -> Strain:
    treatments = setting.parameters.treatments
    return Strain(
        temp_c=treatments.loss_temp_c,
        weight_g=treatments.loss_weight_g,
        weight_exponent=treatments.loss_weight_exponent,
        recent=treatments.loss_recent,
        recent_exponent=treatments.loss_recent_exponent,
        limit=treatments.loss_limit,
    )


def _logits(shares: Sequence[float]) -> np.ndarray:
    """log(p / (1 - p)) of each share, none below MIN_EFFICACY."""
    kept = [max(share, MIN_EFFICACY) for share in shares]
    return np.array([am.log(share / (1.0 - share)) for share in kept])
