"""How heavy a batch may get in its containers, from the biology in closed form: sizes eggs, flags excess.

Every uncertain factor is taken at its own 99 % level at once: growth of each stage, the harvest target and
the container's own growth high; losses low, no outbreak, and none in the stage of the peak on land. Their
coincidence is far rarer than one batch in a hundred, so that a batch sized to its limits stays within them
although hundreds of batches with eight rings each are simulated. No draw is taken: the result depends on the
plan, the farm and the biology alone.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.biology.fish import CYCLE_DAYS
from engine.biology.parameters import Biology
from engine.biology.region import Region
from engine.biology.stages import FreshwaterStage
from engine.farm.infrastructure import Farm
from engine.farm.schedule import STAGE_DAYS, Batch, Schedule, Stay, to_date
from engine.forecast.size_response import reached
from engine.simulation.numerics.calendar import DAYS_A_YEAR, MIDSUMMER
from engine.simulation.numerics.moments import mean_weights_g
from lake.codes import SEA
from lake.errors import InputError

Z_UPPER = 2.326
"""The standard normal's 99 % point."""
MIN_FILL = 0.92
"""Eggs are drawn between this share of the fit and the fit, so that batches differ."""
EGG_STEP = 1_000
DAYS_A_MONTH = (31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True)
class Peak:
    """A batch's predicted upper peak biomass in one container of a stage, and that container's limit."""

    stage: int
    peak_kg: float
    limit_kg: float

    @property
    def is_over_limit(self) -> bool:
        return self.peak_kg > self.limit_kg


def predict_peaks(batch: Batch, farm: Farm, biology: Biology) -> list[Peak]:
    """The predicted upper peak of each of the batch's stays, in order of stage."""
    geography = farm.geography_of(batch).name
    return [
        Peak(stage=stay.stage, peak_kg=batch.eggs * share, limit_kg=_limit_kg(farm, stay))
        for stay, share in zip(
            batch.stays, _peak_kg_per_egg(batch.stays, batch.harvest_target_g, geography, biology), strict=True
        )
    ]


def biomass_flags(schedule: Schedule) -> frozenset[int]:
    """Ids of the batches whose predicted upper peak biomass exceeds the limit of one of their containers.

    The limit is the tighter of the container's biomass limit and its density limit. The whole planned stay
    counts, what lies beyond the as-of date included.
    """
    return frozenset(
        batch.id
        for batch in schedule.batches
        if any(peak.is_over_limit for peak in predict_peaks(batch, schedule.farm, schedule.biology))
    )


def require_within_limits(schedule: Schedule, source: str) -> None:
    """InputError that names the first batch over a limit: stage, weight, limit. For --strict-biomass."""
    over = [
        (batch, peak)
        for batch in schedule.batches
        for peak in predict_peaks(batch, schedule.farm, schedule.biology)
        if peak.is_over_limit
    ]
    if not over:
        return
    batch, peak = over[0]
    count = len({b.id for b, _ in over})
    raise InputError(
        source,
        f"biomass: batch {batch.number} may reach {peak.peak_kg:,.0f} kg in a container of "
        f"{schedule.farm.stage_names[peak.stage - 1]} that holds {peak.limit_kg:,.0f} kg"
        + (f", and {count - 1} more batches exceed a limit" if count > 1 else ""),
        "give fewer eggs (--eggs fit sizes them), or leave out --strict-biomass to flag the batches",
    )


def fit_eggs(stays: tuple[Stay, ...], geography: str, biology: Biology, farm: Farm) -> int:
    """The most eggs (whole thousands) whose predicted upper peak stays within every container's limit."""
    shares = _peak_kg_per_egg(stays, None, geography, biology)
    max_eggs = min(_limit_kg(farm, stay) / share for stay, share in zip(stays, shares, strict=True))
    return int(max_eggs / EGG_STEP) * EGG_STEP


def rings_for_eggs(eggs: int, stays: tuple[Stay, ...], limit_kg: float, geography: str, biology: Biology) -> int:
    """Rings of `limit_kg` each that hold the upper peak of a batch whose last stay names one ring."""
    peak_kg = eggs * _peak_kg_per_egg(stays, None, geography, biology)[-1]
    return math.ceil(peak_kg / limit_kg)


def keyed_share(seed: int, purpose: str, key: str) -> float:
    """A number in [0, 1) that depends on (seed, purpose, key) alone: on no order, no generator."""
    digest = hashlib.blake2b(f"{seed}\0{purpose}\0{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def vary_eggs(fit: int, seed: int, number: str) -> int:
    """92 to 100 % of the fitted eggs, by the batch's number."""
    fill = MIN_FILL + (1 - MIN_FILL) * keyed_share(seed, "eggs", number)
    return max(EGG_STEP, int(fit * fill / EGG_STEP) * EGG_STEP)


def _limit_kg(farm: Farm, stay: Stay) -> float:
    return min(farm.container(c).biomass_limit_kg for c in stay.container_ids)


def _peak_kg_per_egg(stays: Iterable[Stay], target_g: float | None, geography: str, biology: Biology) -> list[float]:
    """Upper peak biomass (kg) in one container, by stay, for each egg of the batch."""
    young, region = biology.model.stages, biology.region(geography)
    alive, root, grown, result = 1.0, young.first_feeding_weight_g ** (1 / 3), 0.0, []
    at_birth = (root * young.egg_weight_cv / 3) ** 2
    for stay in stays:
        days = stay.days
        if stay.stage == SEA:
            weight_g = _sea_weight_g(root, stay.start_day, days=days, target_g=target_g, region=region, biology=biology)
            alive *= _sea_survival(days, region)
            result.append(alive * weight_g / 1000 / len(stay.container_ids))
            continue
        stage = biology.freshwater_stage(geography, stay.stage)
        gain = _freshwater_gain(stage, days, biology)
        root, grown = root + gain, grown + gain
        spread = (stage.individual_tgc_cv * grown) ** 2 + at_birth
        weight_g = mean_weights_g(root, spread)
        result.append(alive * weight_g / 1000 / len(stay.container_ids))
        alive *= _freshwater_survival(stage, stay.stage, biology)
    return result


def _freshwater_gain(stage: FreshwaterStage, days: int, biology: Biology) -> float:
    """Upper growth of the cube-root weight, g^(1/3), in a container of a freshwater stage."""
    tgc = stage.tgc * (1 + Z_UPPER * stage.tgc_cv)
    tgc *= 1 + Z_UPPER * biology.model.growth.container_tgc_cv
    return tgc / 1000 * stage.temperature_c * days


def _freshwater_survival(stage: FreshwaterStage, number: int, biology: Biology) -> float:
    """Upper share of a stage's fish that are moved on."""
    m = biology.model.mortality
    frailty, noise = stage.frailty_sd, m.freshwater_noise_sd
    # the stage's days average the noise, which is drawn anew every so often
    sd = math.sqrt(frailty**2 + noise**2 * m.freshwater_noise_days / STAGE_DAYS[number - 1])
    hazard = -math.log1p(-stage.loss) * math.exp(-Z_UPPER * sd - frailty**2 / 2)
    kept = math.exp(-hazard) * (1 - stage.transfer_loss)
    if number == m.cull_stage:
        kept *= 1 - m.cull_share
    if number == m.vaccination_stage:
        kept *= 1 - m.vaccination_loss
    return kept


def _sea_survival(days: int, region: Region) -> float:
    """Upper share of the transferred fish alive at the peak: low frailty, no outbreak."""
    sd = math.hypot(region.frailty_batch_sd, region.frailty_site_sd)
    return math.exp(-region.sea_hazard * math.exp(-Z_UPPER * sd - sd**2 / 2) * min(1.0, days / CYCLE_DAYS))


def _sea_weight_g(
    root: float, start_day: int, days: int, target_g: float | None, region: Region, biology: Biology
) -> float:
    """Upper mean weight (g) in a ring: at the stay's end, or a day past the harvest target if sooner."""
    growth = biology.model.growth
    tgc = region.sea_tgc + Z_UPPER * math.hypot(region.sea_tgc_batch_sd, region.sea_tgc_site_sd)
    ring = 1 + Z_UPPER * growth.container_tgc_cv
    degree_days = _upper_degree_days(start_day, days, region, biology.model.environment.site_sd_c)
    turns = (start_day + np.arange(days) + 0.5 - MIDSUMMER) / DAYS_A_YEAR
    light = 1 + growth.daylight_share * float(np.cos(2 * np.pi * turns).mean())
    gain = reached(growth, root, tgc / 1000 * degree_days * light) - root
    spread = (region.sea_individual_tgc_cv * gain) ** 2
    end = root + gain * ring
    end_g = mean_weights_g(end, spread)
    if target_g is None:
        target_g = region.harvest_target_g + Z_UPPER * region.harvest_target_sd_g
    warmest = max(region.sea_month_c) + Z_UPPER * region.sea_anomaly_sd_c
    target_root = target_g ** (1 / 3)
    share = max(0.0, target_root - root) / target_root
    # the ring that grew best is heavier than the batch's mean when that mean reaches the target
    in_a_day = reached(growth, target_root, tgc / 1000 * (1 + growth.daylight_share) * warmest) - target_root
    at_target = target_root * (1 + share * (ring - 1)) + in_a_day
    return float(min(end_g, at_target**3))


def _upper_degree_days(start_day: int, days: int, region: Region, site_sd_c: float) -> float:
    """Degree-days of a warm site and spell at sea, from the months' means."""
    warm = region.sea_offset_c + Z_UPPER * math.hypot(site_sd_c, region.sea_anomaly_sd_c)
    month = region.sea_month_c
    start = to_date(start_day).timetuple().tm_yday - 1
    year, through = divmod(start + days, 365.25)
    whole = _degree_days_to(365.25, month)
    return year * whole + _degree_days_to(through, month) - _degree_days_to(start, month) + warm * days


@lru_cache(maxsize=4096)
def _degree_days_to(day: float, month_c: tuple[float, ...]) -> float:
    """Degree-days from 1 January to a day of the year."""
    total = 0.0
    for length, temp_c in zip(DAYS_A_MONTH, month_c, strict=True):
        total += temp_c * min(max(day, 0.0), length)
        day -= length
    return total
