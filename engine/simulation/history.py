"""A batch's true history: what lived where, day by day, from its plan, the biology and the water."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.biology.region import Region
from engine.farm.schedule import Batch, Schedule, Stay
from engine.simulation import arithmetic as am
from engine.simulation import life
from engine.simulation.climate import Climate, ar1
from engine.simulation.record import SEA, BatchHistory, Move, StageHistory
from engine.simulation.streams import Stream, stream_key, stream_keys

CYCLE_WEEKS = 64  # the Monte Carlo behind the hazards ran 64 weeks
AUTUMN = (7, 8, 9, 10)  # August to November, months from 0


def harvest_target_cg(schedule: Schedule, batch: Batch) -> int:
    """The mean live weight (0.01 g) that triggers the batch's harvest: the schedule's, or drawn."""
    if batch.harvest_target_g is not None:
        return round(batch.harvest_target_g * 100)
    region = schedule.biology.region(schedule.farm.geography_names[batch.geography_id - 1])
    z = am.normal(stream_key(schedule.seed, Stream.BATCH, batch.number), 0)
    target = region.harvest_target_g.value + region.harvest_target_sd_g.value * z
    return int(am.whole(max(target, 0.5 * region.harvest_target_g.value) * 100.0))


def simulate(schedule: Schedule, climate: Climate, batch: Batch) -> BatchHistory:
    """Live one batch up to its harvest or the as-of date. Draws depend on the batch's number alone."""
    bio = schedule.biology.model
    region = schedule.biology.region(schedule.farm.geography_names[batch.geography_id - 1])
    target = harvest_target_cg(schedule, batch)
    n = len(batch.stays[0].container_ids)
    fish = np.array([batch.eggs // n + (1 if i < batch.eggs % n else 0) for i in range(n)], dtype=np.int64)
    root = am.cbrt(bio.stages.egg_weight_g.value)
    spread = _square(root * bio.stages.egg_weight_cv.value / 3.0)
    mu, v = np.full(n, root), np.full(n, spread)
    stages: list[StageHistory] = []
    moves: list[Move] = []
    reason = ""
    for stay in batch.stays:
        if stay.start_day >= schedule.as_of_day:
            break
        if stages:
            move, fish, mu, v = _move(schedule, batch, stages[-1], stay)
            moves.append(move)
            stages[-1] = _emptied(stages[-1])
        stage, reached = _live(schedule, climate, batch, region, stay, fish, mu, v, target)
        stages.append(stage)
        if stay.stage == SEA:
            if reached:
                reason = "WEIGHT"
            elif stage.end_day == stay.end_day:
                reason = "PLAN_END"
            if reason:
                stages[-1] = _emptied(stage)
        fish, mu, v = stage.population[:, -1].astype(np.int64), stage.mu[:, -1].copy(), stage.v[:, -1].copy()
    return BatchHistory(batch, tuple(stages), tuple(moves), target, bool(reason), reason)


def _emptied(stage: StageHistory) -> StageHistory:
    return replace(stage, gone=np.ones_like(stage.gone))


def _move(
    schedule: Schedule, batch: Batch, source: StageHistory, stay: Stay
) -> tuple[Move, np.ndarray, np.ndarray, np.ndarray]:
    sources, destinations = len(source.container_ids), len(stay.container_ids)
    most = sources + destinations
    at, to, before, arrived, lost = (np.zeros(most, dtype=np.int64) for _ in range(5))
    fish, mu, v = np.zeros(destinations, dtype=np.int64), np.zeros(destinations), np.zeros(destinations)
    count = life.move(
        source.population[:, -1].astype(np.int64),
        source.mu[:, -1].copy(),
        source.v[:, -1].copy(),
        destinations,
        schedule.biology.model.mortality.transfer_loss.value[source.stage - 1],
        stream_key(schedule.seed, Stream.TRANSFER, batch.number, source.stage),
        at,
        to,
        before,
        arrived,
        lost,
        fish,
        mu,
        v,
    )
    move = Move(stay.start_day, at[:count], to[:count], before[:count], arrived[:count], lost[:count])
    return move, fish, mu, v


def _live(
    schedule: Schedule,
    climate: Climate,
    batch: Batch,
    region: Region,
    stay: Stay,
    fish: np.ndarray,
    mu0: np.ndarray,
    v0: np.ndarray,
    target_cg: int,
) -> tuple[StageHistory, bool]:
    """Live one stay; also tells whether its harvest weight was reached."""
    farm, bio, seed = schedule.farm, schedule.biology.model, schedule.seed
    stage, at_sea = stay.stage, stay.stage == SEA
    days = min(stay.end_day, schedule.as_of_day) - stay.start_day
    containers = [farm.container(c) for c in stay.container_ids]
    n, planned = len(containers), stay.end_day - stay.start_day
    temp = np.empty((n, days))
    for i, c in enumerate(containers):
        temp[i] = climate.temperature(c, stay.start_day, stay.start_day + days)
    names = tuple(c.name for c in containers)

    def keys(stream: Stream) -> np.ndarray:
        return stream_keys(seed, stream, batch.number, each=names)

    response_c = np.array(bio.growth.temperature_response_c.value)
    response_share = np.array(bio.growth.temperature_response.value)
    growth_key = stream_key(seed, Stream.GROWTH, batch.number, stage)
    z = am.normal(growth_key, 0)
    if at_sea:
        site = stream_key(seed, Stream.SITE, farm.areas[containers[0].area_id - 1].name)
        tgc_mean = (
            region.sea_tgc.value + region.sea_tgc_batch_sd.value * z + region.sea_tgc_site_sd.value * am.normal(site, 1)
        )
        individual_cv, fcr_mean = region.sea_individual_tgc_cv.value, region.sea_fcr.value
        fcr_sd, size_exponent = region.sea_fcr_sd.value, bio.growth.size_response_exponent.value
        hazard, pulse, pulse_cause = _sea_hazard(schedule, batch, region, stay, site)
        noise_sd, noise_ar1 = bio.mortality.noise_sd.value, region.noise_ar1.value
        causes = bio.mortality.sea_causes.value
    else:
        # the published freshwater TGC is what was seen at the stage's own temperature, its response included
        seen_at = life.response(region.hall_temperature_c.value[stage - 1], response_c, response_share)
        tgc_mean = region.freshwater_tgc.value[stage - 1] * (1.0 + region.freshwater_tgc_cv.value[stage - 1] * z)
        tgc_mean /= seen_at
        individual_cv, fcr_mean = (
            bio.stages.individual_tgc_cv.value[stage - 1],
            bio.stages.fcr.value[stage - 1],
        )
        fcr_sd, size_exponent = bio.stages.fcr_sd.value, 0.0
        loss, frailty_sd = (
            bio.mortality.freshwater_loss.value[stage - 1],
            bio.mortality.freshwater_frailty_sd.value[stage - 1],
        )
        frailty = am.exp(
            frailty_sd * am.normal(stream_key(seed, Stream.FRAILTY, batch.number, stage), 0)
            - 0.5 * frailty_sd * frailty_sd
        )
        hazard = np.full(planned, -am.log(1.0 - loss) / planned * frailty)
        pulse, pulse_cause = np.zeros(planned), np.zeros(planned, dtype=np.int8)
        noise_sd, noise_ar1 = (
            bio.mortality.freshwater_noise_sd.value,
            bio.mortality.freshwater_noise_ar1.value,
        )
        causes = bio.mortality.freshwater_causes.value
    tgc = np.empty(n)
    for i, key in enumerate(keys(Stream.GROWTH)):
        tgc[i] = max(0.0, tgc_mean * (1.0 + bio.growth.container_tgc_cv.value * am.normal(key, stage)))
    yolk = 0.0
    if stage == 1:
        yolk = (am.cbrt(bio.stages.first_feeding_weight_g.value) - am.cbrt(bio.stages.egg_weight_g.value)) / planned
    fcr = 0.0
    if fcr_mean > 0:
        fcr = max(
            0.5 * fcr_mean,
            fcr_mean + fcr_sd * am.normal(stream_key(seed, Stream.FCR, batch.number, stage), 0),
        )
    weeks = planned // 7 + 1
    fasting = planned if at_sea or stage == 1 else planned - bio.feed.fasting_days_before_transfer.value
    shape = (n, days)
    population, dead, culled = (np.zeros(shape, dtype=np.int32) for _ in range(3))
    cause = np.zeros(shape, dtype=np.int8)
    mu, v = np.zeros(shape), np.zeros(shape)
    weight, ration = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    mortality = bio.mortality
    lived = life.live_stage(
        stay.start_day,
        fish,
        mu0,
        v0,
        temp,
        response_c,
        response_share,
        tgc,
        individual_cv,
        size_exponent,
        yolk,
        fasting,
        hazard,
        ar1(stream_key(seed, Stream.BATCH_NOISE, batch.number, stage), weeks, noise_ar1, 1.0),
        keys(Stream.CONTAINER_NOISE),
        noise_sd,
        noise_ar1,
        mortality.noise_batch_share.value,
        pulse,
        pulse_cause,
        keys(Stream.DEATHS),
        keys(Stream.CAUSE),
        _cumulative(causes),
        mortality.cull_day.value if stage == mortality.cull_stage.value else -1,
        mortality.cull_share.value,
        keys(Stream.CULL),
        mortality.vaccination_day.value if stage == mortality.vaccination_stage.value else -1,
        mortality.vaccination_loss.value,
        fcr,
        keys(Stream.APPETITE),
        bio.feed.appetite_sd.value,
        target_cg if at_sea else 0,
        population,
        dead,
        culled,
        cause,
        mu,
        v,
        weight,
        ration,
    )
    history = StageHistory(
        stage=stage,
        container_ids=stay.container_ids,
        start_day=stay.start_day,
        planned_end_day=stay.end_day,
        lived=np.full(n, lived),
        gone=np.zeros(n, dtype=bool),
        fish=fish,
        mu0=mu0,
        v0=v0,
        population=population[:, :lived],
        dead=dead[:, :lived],
        culled=culled[:, :lived],
        cause=cause[:, :lived],
        mu=mu[:, :lived],
        v=v[:, :lived],
        weight_cg=weight[:, :lived],
        dead_cg=weight[:, :lived],
        culled_cg=weight[:, :lived],
        ration=ration[:, :lived],
        temp_c=temp[:, :lived],
        oxygen_draw=np.zeros((n, lived)),
        oxygen_mean=np.full((n, lived), 90.0),
        oxygen_min=np.full((n, lived), 85.0),
        appetite=np.ones((n, lived)),
        fasted=np.zeros((n, lived), dtype=bool),
    )
    return history, bool(at_sea and _mean_reached(history, target_cg))


def _mean_reached(stage: StageHistory, target_cg: int) -> bool:
    fish = stage.population[:, -1].astype(np.int64)
    total = int(fish.sum())
    return total > 0 and int((fish * stage.weight_cg[:, -1]).sum()) >= target_cg * total


def _cumulative(shares: tuple[float, ...]) -> np.ndarray:
    out = np.empty(len(shares))
    total = 0.0
    for i, share in enumerate(shares):
        total += share
        out[i] = total
    return out


def _sea_hazard(
    schedule: Schedule, batch: Batch, region: Region, stay: Stay, site: np.uint64
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Daily hazard of the stay (days,), the events' added hazard and their causes.

    The base follows the published shape over days at sea, scaled so that 64 weeks carry the cumulative hazard
    that is not due to events, times the batch's and the site's frailty.
    """
    mortality, seed = schedule.biology.model.mortality, schedule.seed
    planned = stay.end_day - stay.start_day
    cycle = 7 * CYCLE_WEEKS
    span = max(planned, cycle)
    edges, rates = mortality.shape_day.value, mortality.shape_rate.value
    bins = np.array(rates)[np.minimum(np.searchsorted(edges[1:], np.arange(span), side="right"), len(rates) - 1)]
    centred = 2.0 * np.minimum(np.arange(span), cycle) / cycle - 1.0
    bowl = (1.0 + centred * centred) * 0.75
    share = mortality.shape_u_share.value
    shape = (1.0 - share) * bins / (_sum(bins[:cycle]) / cycle) + share * bowl
    frailty = am.exp(
        region.frailty_batch_sd.value * am.normal(stream_key(seed, Stream.FRAILTY, batch.number, SEA), 0)
        + region.frailty_site_sd.value * am.normal(site, 2)
        - 0.5 * (_square(region.frailty_batch_sd.value) + _square(region.frailty_site_sd.value))
    )
    hazard = shape[:planned] * (region.sea_hazard.value * (1.0 - region.event_share.value) / cycle * frailty)
    week_start = np.arange(stay.start_day, stay.end_day, 7).astype("datetime64[D]")
    month = week_start.astype("datetime64[M]").astype(np.int64) % 12
    weeks = np.where(np.isin(month, AUTUMN), region.event_autumn_weight.value, 1.0)
    pulse, pulse_cause = np.zeros(planned), np.zeros(planned, dtype=np.int8)
    life.outbreaks(
        stream_key(seed, Stream.OUTBREAK, batch.number),
        weeks,
        region.events_per_cycle.value * planned / cycle,
        mortality.event_limit.value,
        region.event_loss_median.value,
        region.event_loss_sdlog.value,
        np.array(mortality.event_weeks.value),
        _cumulative(mortality.sea_causes.value),
        pulse,
        pulse_cause,
    )
    return hazard, pulse, pulse_cause


def _sum(values: np.ndarray) -> float:
    """A sum in order, alike on every machine (NumPy's pairwise sum may be vectorised differently)."""
    total = 0.0
    for value in values.tolist():
        total += value
    return total


def _square(x: float) -> float:
    return x * x
