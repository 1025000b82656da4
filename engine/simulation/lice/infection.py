"""What a stay at sea needs for its lice: the model, larvae from outside, and when and how a farm treats."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.biology.health import METHOD_NAMES
from engine.farm.infrastructure import Container
from engine.farm.schedule import Schedule
from engine.simulation.fish import rings
from engine.simulation.lice.stages import STAGES, LiceModel
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.series import ar1
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.numerics.sums import cumulative
from engine.simulation.setting import Setting
from engine.simulation.water.climate import Climate

MOST_TREATMENTS = 24  # of a ring in a stay
LEAST_EFFICACY = 0.02  # a quartile of 0 has no logit
QUARTILE_Z = 0.6745


def counting(it: Setting, all_rings: Sequence[Container]) -> rings.Counting:
    weeks = it.days // 7 + 1
    by_area: dict[int, np.ndarray] = {}
    for ring in all_rings:
        if ring.area.id not in by_area:
            by_area[ring.area.id] = lice_pressure(it.schedule, it.climate, ring, it.stay.start_day, weeks)
    lice = it.schedule.biology.model.lice
    model = LiceModel(
        lice.attached,
        lice.mobile,
        lice.adult,
        lice.attached_develop,
        lice.mobile_develop,
        lice.reference,
        lice.cleaner_fish,
        lice.noise_sd,
        lice.ceiling,
        lice.count_size,
    )
    return rings.Counting(
        model,
        np.arange(len(all_rings)) * len(it.containers) // len(all_rings),
        np.stack([by_area[c.area.id] for c in all_rings]),
        lice.own_infection,
        lice.count_fish,
        it.keys(Stream.LICE, all_rings),
        it.keys(Stream.LICE_COUNT, all_rings),
    )


def lice_pressure(schedule: Schedule, climate: Climate, container: Container, start: int, weeks: int) -> np.ndarray:
    """Larvae that come to an area from outside, lice a fish and week, for weeks from day `start`: a field.

    Lognormal about the region's median, AR(1) from week to week, higher in warm water; never depends on a batch.
    """
    lice = schedule.biology.model.lice
    area, region = container.area, schedule.region_of(container)
    first = start // 7
    key = stream_key(schedule.seed, Stream.LICE_PRESSURE, area.name)
    noise = ar1(key, first + weeks + 1, lice.pressure_ar1, lice.pressure_sd)
    days = min(7 * weeks, schedule.as_of_day - start)
    temp_c = climate.temperature(container, start, start + days)
    pressure = np.empty(weeks)
    for w in range(weeks):
        warmer = float(temp_c[min(7 * w, days - 1)]) - lice.reference[2]
        pressure[w] = region.lice_pressure * am.exp(float(noise[first + w]) + lice.pressure_temp_slope * warmer)
    return pressure


def treating(it: Setting, all_rings: Sequence[Container]) -> rings.Treating:
    bio, region = it.schedule.biology.model, it.region
    methods = [bio.treatments.methods.of(name) for name in METHOD_NAMES]
    months = np.arange(it.stay.start_day, it.stay.start_day + it.days).astype("datetime64[D]").astype("datetime64[M]")
    limits = np.array(region.adult_female_limit)[months.astype(np.int64) % 12] * region.treatment_trigger
    lower, middle, upper = (
        np.array([_logit(max(share, LEAST_EFFICACY)) for share in shares])
        for shares in (
            [m.efficacy_iqr[0] for m in methods],
            [m.efficacy_median for m in methods],
            [m.efficacy_iqr[1] for m in methods],
        )
    )
    return rings.Treating(
        limits,
        bio.lice.treatment_lead_days,
        bio.lice.treatment_rings_a_day,
        bio.lice.treatment_interval_days,
        cumulative([region.treatment_shares[name] for name in METHOD_NAMES]),
        middle,
        (upper - lower) / (2.0 * QUARTILE_Z),
        np.array([m.attached_factor for m in methods]),
        np.array([m.loss_mean for m in methods]),
        np.array([m.loss_sdlog for m in methods]),
        bio.lice.loss_spread,
        np.array([m.withholding_days for m in methods]),
        np.array([m.fasting_days for m in methods]),
        it.key(Stream.TREATMENT),
        it.keys(Stream.TREATMENT, all_rings),
    )


def _logit(share: float) -> float:
    return float(am.log(share / (1.0 - share)))


def unseen(n: int, ring_count: int, days: int) -> rings.Seen:
    counts, most = days // 7 + 1, ring_count * MOST_TREATMENTS
    return rings.Seen(
        lice=np.zeros((ring_count, counts, STAGES)),
        counted=np.zeros((ring_count, counts, STAGES), dtype=np.int64),
        sampled=np.zeros((ring_count, counts), dtype=np.int64),
        lived=np.zeros(n, dtype=np.int64),
        gone=np.zeros(n, dtype=bool),
        treated_ring=np.zeros(most, dtype=np.int64),
        treated_day=np.zeros(most, dtype=np.int64),
        treated_method=np.zeros(most, dtype=np.int64),
        treated_efficacy=np.zeros(most),
        treated_loss=np.zeros(most),
    )
