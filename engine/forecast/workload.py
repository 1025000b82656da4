"""How many rows each batch will come to, in closed form: what partitions are balanced by, without a simulation.

Readings, states, meals and samples follow from days and containers. The one uncertain length is the stay at sea:
its days are averaged over the spread of growth and harvest target (seven points of a normal), in the sea as it
will be. Over a partition of some forty batches the sum is within 1 % of what a run writes.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from engine.biology.fish import CYCLE_DAYS
from engine.biology.parameters import Biology
from engine.farm.infrastructure import Farm
from engine.farm.occupancy import Ints
from engine.farm.schedule import STAGE_DAYS, Batch, Schedule, Stay
from engine.forecast.size_response import unhindered
from engine.simulation.numerics.calendar import MIDSUMMER
from engine.simulation.numerics.moments import mean_weights_g
from engine.simulation.numerics.series import season
from engine.simulation.rows.deaths import count_death_rows
from engine.simulation.rows.feed import count_feed_rows
from engine.simulation.rows.fish import count_sample_rows
from engine.simulation.rows.harvest import count_harvest_rows
from engine.simulation.rows.health import count_health_rows
from engine.simulation.rows.lice import count_lice_rows
from engine.simulation.rows.moves import count_move_rows
from engine.simulation.rows.origin import TRANSITION_ROWS, count_creation_rows
from engine.simulation.rows.outlook import count_ahead_rows, count_scenario_rows
from engine.simulation.rows.projection import days_ahead
from engine.simulation.rows.readings import mean_readings
from engine.simulation.rows.states import ROWS_A_DAY
from engine.simulation.rows.stays import BATCH_ROWS
from engine.simulation.rows.surroundings import count_surroundings_rows
from engine.simulation.water.climate import Climate
from lake.codes import SEA

# Gauss-Hermite for a standard normal: seven points and their weights
NORMAL = (
    (0.0, 0.457142857142857),
    (1.154405394739968, 0.240123178605013),
    (2.366759410734541, 0.030757123967586),
    (3.750439717725742, 0.000548268855972),
)
POINTS = tuple((sign * z, w) for z, w in NORMAL for sign in ((1.0, -1.0) if z else (1.0,)))


def predicted_events(schedule: Schedule) -> Ints:
    """Expected rows of all tables together, by batch, up to the as-of date; whole numbers."""
    batches, farm, biology = schedule.batches, schedule.farm, schedule.biology
    if not batches:
        return np.zeros(0, dtype=np.int64)
    first_day = min(batch.start_day for batch in batches)
    climate = Climate(
        farm=farm,
        biology=biology,
        seed=schedule.seed,
        days=max(batch.end_day for batch in batches) + 1,
        first_day=first_day,
    )
    regions = {
        g: _RegionOutlook(name, biology, climate.open_sea(g, first_day, climate.days), first_day)
        for g, name in enumerate(farm.geography_names, 1)
    }
    counts = (_batch_rows(batch, farm, regions[batch.geography_id], schedule.as_of_day) for batch in batches)
    return np.fromiter((round(count) for count in counts), dtype=np.int64, count=len(batches))


class _RegionOutlook:
    """A geography's biology and sea, with what is worth keeping from batch to batch. sea_c: degC from first_day on."""

    def __init__(self, geography: str, biology: Biology, sea_c: np.ndarray, first_day: int) -> None:
        self.region, self.bio, self.first_day = biology.region(geography), biology.model, first_day
        self.stages = biology.model.freshwater[geography]
        growth = biology.model.growth
        share = np.interp(sea_c, growth.temperature_response_c, growth.temperature_response)
        share *= 1.0 + growth.daylight_share * season(first_day, len(sea_c), MIDSUMMER)
        self.effective = list(accumulate((np.maximum(sea_c, 0.0) * share).tolist(), initial=0.0))
        self.needs: dict[tuple[float, float], list[tuple[float, float]]] = {}
        self._shares: dict[tuple[float, float], float] = {}

    def sea_days(self, stay: Stay, root: float, spread: float, target_g: float | None) -> list[tuple[float, int]]:
        """(probability, days at sea): the harvest at the points of the spread, or the stay's end if sooner."""
        planned = stay.days
        first = stay.start_day - self.first_day
        before = self.effective[first]
        if target_g is None:
            key = (root, spread)
            if key not in self.needs:
                target = self.region.harvest_target_g
                self.needs[key] = self._needs(root, spread, target, self.region.harvest_target_sd_g)
            needs = self.needs[key]
        else:
            needs = self._needs(root, spread, target_g, 0.0)
        return [(w, min(planned, bisect_left(self.effective, before + need, first) - first)) for w, need in needs]

    def _needs(self, root: float, spread: float, target_g: float, target_sd_g: float) -> list[tuple[float, float]]:
        """(probability, effective degree-days from transfer to the target) at the points of the spread."""
        r = self.region
        mean_g = target_g
        end = mean_g ** (1 / 3)
        for _ in range(4):
            v = spread + (r.sea_individual_tgc_cv * (end - root)) ** 2
            end -= (mean_weights_g(end, v) - mean_g) / (3 * (end * end + v))
        need = 1000.0 / r.sea_tgc * unhindered(self.bio.growth, root, end)
        growth = math.hypot(r.sea_tgc_batch_sd, r.sea_tgc_site_sd) / r.sea_tgc
        size = target_sd_g / (3 * mean_g) * end / max(end - root, 1e-9)
        start = sum((stage.tgc_cv * g) ** 2 for stage, g in zip(self.stages, self.gains(), strict=True)) ** 0.5
        relative = math.sqrt(growth**2 + size**2 + (start / max(end - root, 1e-9)) ** 2)
        return [(w, need / max(0.3, 1.0 + relative * z)) for z, w in POINTS]

    def gains(self, days: Sequence[int] = STAGE_DAYS[:-1]) -> list[float]:
        """Mean growth of the cube-root weight, g^(1/3), over each freshwater stage of the given days."""
        return [stage.tgc / 1000 * stage.temperature_c * d for stage, d in zip(self.stages, days, strict=False)]

    def share_with_deaths(self, deaths: float, noise_sd: float, stage: int) -> float:
        """Share of container-days on which dead are found when `deaths` fall on one on average and noise is lognormal:
        those of the days since the last round."""
        rounds = self.bio.collection.rounds_a_day(stage)
        return rounds * self._share_above_zero(deaths / rounds, noise_sd)

    def _share_above_zero(self, deaths: float, noise_sd: float) -> float:
        key = (float(f"{deaths:.2g}"), noise_sd)
        if key not in self._shares:
            half = noise_sd * noise_sd / 2
            self._shares[key] = sum(w * -math.expm1(-key[0] * math.exp(noise_sd * z - half)) for z, w in POINTS)
        return self._shares[key]


def _batch_rows(batch: Batch, farm: Farm, region: _RegionOutlook, as_of_day: int) -> float:
    bio, mortality = region.bio, region.bio.mortality
    root = bio.stages.first_feeding_weight_g ** (1 / 3)
    spread, alive, before = (root * bio.stages.egg_weight_cv / 3) ** 2, float(batch.eggs), 0
    trays = len(batch.stays[0].container_ids)
    rows = float(BATCH_ROWS + count_creation_rows(trays) + count_scenario_rows(farm, bio))
    if not batch.is_delivered(as_of_day):
        return rows + trays
    rows += len(farm.model.master.activities)
    ended, old = batch.end_day <= as_of_day, as_of_day - batch.start_day
    grown = region.gains([stay.days for stay in batch.stays if stay.stage < SEA])
    end_day = min(batch.end_day, as_of_day, batch.lost.day + 1 if batch.lost else as_of_day)
    for stay in batch.lived_stays:
        lived = min(stay.end_day, end_day) - stay.start_day
        if lived <= 0:
            break
        n, fish = len(stay.container_ids), alive / len(stay.container_ids)
        rows += n + count_move_rows(n, before) + (TRANSITION_ROWS if before else 0)
        before = n
        if stay.stage == SEA:
            areas = len({farm.container(c).area.id for c in stay.container_ids})
            rows += count_surroundings_rows(bio, areas, lived)
            hazard, noise_sd = region.region.sea_hazard / CYCLE_DAYS, mortality.noise_sd
            for share, days in region.sea_days(stay, root, spread, batch.harvest_target_g):
                harvest = n * (count_harvest_rows(farm) + 1) if days <= lived else 0  # and its plan
                dying = region.share_with_deaths(fish * hazard, noise_sd, SEA)
                day_rows = _stay_rows(stay, min(days, lived), farm=farm, region=region, share_with_deaths=dying)
                age = stay.start_day - batch.start_day + min(days, lived)
                ahead = 0 if days <= lived or ended else count_ahead_rows(n, days_ahead(bio.outlook, old))
                rows += share * (day_rows + harvest + ahead + _health_rows(age, farm, region))
            return rows
        stage = region.stages[stay.stage - 1]
        deaths = fish * stage.loss / stay.days
        dying = region.share_with_deaths(deaths, mortality.freshwater_noise_sd, stage=stay.stage)
        rows += _stay_rows(stay, lived, farm=farm, region=region, share_with_deaths=dying)
        alive *= 1 - stage.loss
        if stay.stage == mortality.cull_stage:
            alive *= 1 - mortality.cull_share
            rows += n if lived > mortality.cull_day else 0
        if stay.end_day > as_of_day and batch.lost is None:
            rows += count_ahead_rows(n, days_ahead(bio.outlook, old))
        gain = grown[stay.stage - 1]
        root += gain
        spread += (stage.individual_tgc_cv * gain) ** 2
    return rows + _health_rows(end_day - batch.start_day, farm, region)


def _health_rows(age_days: int, farm: Farm, region: _RegionOutlook) -> int:
    """Rows of the health samplings of a batch of this age."""
    return count_health_rows(region.bio.health, len(farm.model.master.health_parameters), age_days)


def _stay_rows(stay: Stay, days: int, farm: Farm, region: _RegionOutlook, share_with_deaths: float) -> float:
    """Rows of `days` days in a stay's containers: readings, states, meals, lots, deaths, samples, lice."""
    feed, n = region.bio.feed, len(stay.container_ids)
    sensors = sum(len(farm.container(c).sensor_ids) for c in stay.container_ids)
    readings = mean_readings(region.bio.sensors, farm.model.readings_per_day, sensors * days)
    rows = readings + n * days * (ROWS_A_DAY + share_with_deaths)
    rows += n * count_death_rows(region.bio.mortality, stay.stage, days, share_with_deaths)
    if stay.stage > 1:
        fed = days if stay.stage == SEA else min(days, stay.days - feed.fasting_days_before_transfer)
        feeders = len({farm.container(c).feed_container_id for c in stay.container_ids})
        rows += count_feed_rows(feed, n * fed, feeders, days)
    rows += n * count_sample_rows(region.bio.growth, stay.stage, days)
    if stay.stage == SEA:
        rows += n * count_lice_rows(farm, region.bio, days)
    return rows
