"""What the kernels of a stage need to know of the fish and their water, from schedule, biology and climate."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np

from engine.farm.infrastructure import Container
from engine.simulation.fish.breathing import Breathing
from engine.simulation.fish.days import Water
from engine.simulation.fish.growth import Growing
from engine.simulation.fish.health_events import DrawnEvents
from engine.simulation.fish.mortality import Dying
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import MIDSUMMER
from engine.simulation.numerics.series import season
from engine.simulation.numerics.streams import Stream, later
from engine.simulation.numerics.sums import cumulative
from engine.simulation.setting import Setting
from engine.simulation.water.site import staleness

DAY_NOISE = 1 << 32  # of a container's draws of noise, the first that is of a day alone


@dataclass(frozen=True)
class Growth:
    """How a batch's fish grow in a stage: its mean TGC, its answer to size, and what Growing has of the same name."""

    tgc: float
    size: tuple[np.ndarray, np.ndarray]
    individual_cv: float
    yolk: float
    fcr_mean: float
    fcr_sd: float


@dataclass(frozen=True)
class BaseHazard:
    """What the batch dies of anyway: a day's hazard (days,), its noise and how soon it changes, its causes' shares."""

    hazard: np.ndarray
    noise_sd: float
    noise_days: float
    causes: tuple[float, ...]


def prepare_water(setting: Setting, salinity: float) -> Water:
    """The water around every container; those of one place share it."""
    start, n = setting.stay.start_day, len(setting.containers)
    end, slots = start + setting.days, setting.schedule.farm.model.readings_per_day
    climate = setting.climate
    temp_c = np.empty((n, setting.days))
    outside, residence = (np.empty((n, setting.days, slots)) for _ in range(2))
    lead = climate.lead(start)  # the sensors will ask for the same
    begin = 0
    for _, together in groupby(setting.containers, lambda c: c.place.id):
        neighbours = list(together)
        here, first = slice(begin, begin + len(neighbours)), neighbours[0]
        exchange = climate.exchange(first, start - lead, end)
        temp_c[here] = climate.temperature(first, start, end)
        outside[here], residence[here] = exchange.outside[lead:], exchange.residence_h[lead:]
        begin = here.stop
    return Water(first_day=start, temp_c=temp_c, oxygen_outside=outside, residence_h=residence, salinity=salinity)


def prepare_breathing(setting: Setting) -> Breathing:
    """The fish's respiration in the stay's containers."""
    respiration = setting.parameters.respiration
    return Breathing(
        volume_m3=np.array([_water_m3(setting, c) for c in setting.containers]),
        rate_mg_kg_h=respiration.rate_mg_kg_h,
        temp_slope=respiration.temp_slope,
        size_exponent=respiration.size_exponent,
    )


def _water_m3(setting: Setting, container: Container) -> float:
    """The water that a container's fish breathe, as though it were exchanged as it is in others of its place."""
    volume_m3 = float(container.volume_m3)
    if not container.is_at_sea:
        return volume_m3
    return volume_m3 / staleness(setting.parameters.environment, setting.schedule.seed, container.name)


def prepare_growing(setting: Setting, growth: Growth) -> Growing:
    """The fish's growth and appetite; each container's TGC varies about the batch's, the FCR from batch to batch."""
    parameters, stage = setting.parameters, setting.stay.stage
    by_day = parameters.growth.daylight_share if setting.is_at_sea else 0.0  # halls have light of their own
    feed, cv = parameters.feed, parameters.growth.container_tgc_cv
    tgc = [max(0.0, growth.tgc * (1.0 + cv * am.normal(key, stage))) for key in setting.keys(Stream.GROWTH)]
    fcr = 0.0
    if growth.fcr_mean > 0:
        drawn = growth.fcr_mean + growth.fcr_sd * am.normal(setting.key(Stream.FCR), 0)
        fcr = max(0.5 * growth.fcr_mean, drawn)
    return Growing(
        tgc=np.array(tgc),
        response_c=parameters.growth.temperature_response_c,
        response=parameters.growth.temperature_response,
        size_g=growth.size[0],
        size_response=growth.size[1],
        light=1.0 + by_day * season(setting.stay.start_day, setting.days, MIDSUMMER),
        individual_cv=growth.individual_cv,
        yolk=growth.yolk,
        fcr=fcr,
        appetite_sd=feed.appetite_sd,
        oxygen_full=feed.oxygen_full_appetite,
        oxygen_none=feed.oxygen_no_appetite,
        sickness=feed.sick_appetite,
        zest_memory=feed.appetite_memory,
        zest_fasted=feed.fasted_appetite,
        appetite_keys=setting.keys(Stream.APPETITE),
    )


def prepare_dying(setting: Setting, base: BaseHazard, events: DrawnEvents, round_chance: np.ndarray) -> Dying:
    """What the fish die of; nothing of handling yet. round_chance (n, days): that the dead are collected."""
    mortality, n, days = setting.parameters.mortality, len(setting.containers), setting.days
    collection, noise_keys = setting.parameters.collection, setting.keys(Stream.CONTAINER_NOISE)
    return Dying(
        base_hazard=base.hazard,
        event_hazard=events.hazard[:, :days].copy(),
        event_cause=events.cause[:, :days].copy(),
        handling_hazard=np.zeros((n, days)),
        settling_hazard=np.zeros(days),
        noise_sd=base.noise_sd,
        noise_days=base.noise_days,
        batch_share=mortality.noise_batch_share,
        day_sd=mortality.day_sd,
        cause_cumulative=cumulative(base.causes),
        cause_memory=mortality.cause_memory,
        warm_c=mortality.warm_c,
        warm_slope=mortality.warm_slope,
        oxygen_critical=mortality.oxygen_critical,
        oxygen_hazard=mortality.oxygen_hazard,
        recent_days=float(mortality.recent_days),
        round_chance=round_chance,
        found_share=collection.found_share,
        noise_key=setting.key(Stream.BATCH_NOISE),
        noise_keys=noise_keys,
        death_keys=setting.keys(Stream.DEATHS),
        cause_keys=setting.keys(Stream.CAUSE),
        dead_size_keys=setting.keys(Stream.DEAD_SIZE),
        round_keys=setting.keys(Stream.COLLECTION),
        day_keys=np.array([later(key, DAY_NOISE) for key in noise_keys], dtype=np.uint64),
    )
