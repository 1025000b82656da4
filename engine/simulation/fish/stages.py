"""Lives one stage of a batch: gathers what the kernels need of schedule, biology and water, keeps what they give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from engine.biology.health import METHOD_NAMES
from engine.farm.infrastructure import Place
from engine.farm.schedule import Batch, Schedule, Stay
from engine.simulation.fish import life, rings
from engine.simulation.fish.hazards import befall, sea_hazard, tank_hazard
from engine.simulation.lice.infection import counting, treating, unseen
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.series import interpolate
from engine.simulation.numerics.streams import Stream
from engine.simulation.numerics.sums import cumulative
from engine.simulation.record import HealthEvent, SeaLice, StageHistory, StandIn, Treatment
from engine.simulation.setting import Setting
from engine.simulation.water.climate import Breath, Climate, ar1
from lake.codes import SEA


class Fish(NamedTuple):
    """What arrives, by container: fish, moments of the cube-root weight."""

    number: np.ndarray
    mu: np.ndarray
    v: np.ndarray


@dataclass(frozen=True)
class Outcome:
    """A stage as lived, and what happened in it. trigger_day: since 1970, -1 before a harvest was decided."""

    stage: StageHistory
    events: tuple[HealthEvent, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    trigger_day: int = -1
    reason: str = ""


def live_stage(
    schedule: Schedule, climate: Climate, batch: Batch, stay: Stay, fish: Fish, target_cg: int, stand_in: StandIn | None
) -> Outcome:
    """Live a stay up to its end, its harvest or the as-of date.

    target_cg: mean weight (0.01 g) that triggers the harvest. stand_in: what the containers stand for, if for more.
    """
    farm = schedule.farm
    region = schedule.region_of(batch)
    days = min(stay.end_day, schedule.as_of_day) - stay.start_day
    it = Setting(schedule, climate, batch, stay, region, tuple(farm.container(c) for c in stay.container_ids), days)
    n = len(it.containers)
    temp_c = np.empty((n, days))
    for i, container in enumerate(it.containers):
        temp_c[i] = climate.temperature(container, stay.start_day, stay.start_day + days)
    now = life.Population(fish.number.copy(), fish.mu.copy(), fish.v.copy(), np.zeros(n), np.zeros(n))
    out = _blank(n, days)
    keys = life.Keys(
        it.keys(Stream.CONTAINER_NOISE),
        it.keys(Stream.DEATHS),
        it.keys(Stream.CAUSE),
        it.keys(Stream.DEAD_SIZE),
        it.keys(Stream.APPETITE),
    )
    events, pulse, pulse_cause = befall(schedule, region, batch.number, stay, tuple(c.name for c in it.containers))
    if stay.stage == SEA:
        return _at_sea(it, fish, temp_c, now, out, keys, events, pulse, pulse_cause, target_cg, stand_in)
    return _in_tanks(it, fish, temp_c, now, out, keys, events, pulse, pulse_cause)


def _blank(n: int, days: int) -> life.Lived:
    def zeros(kind: type) -> np.ndarray:
        return np.zeros((n, days), dtype=kind)

    return life.Lived(
        population=zeros(np.int32),
        dead=zeros(np.int32),
        culled=zeros(np.int32),
        cause=zeros(np.int8),
        mu=zeros(np.float64),
        v=zeros(np.float64),
        weight_cg=zeros(np.int64),
        dead_cg=zeros(np.int64),
        culled_cg=zeros(np.int64),
        ration=zeros(np.int64),
        oxygen_draw=zeros(np.float64),
        oxygen_mean=zeros(np.float64),
        oxygen_min=zeros(np.float64),
        appetite=zeros(np.float64),
        fasted=zeros(np.bool_),
    )


def _in_tanks(
    it: Setting,
    fish: Fish,
    temp_c: np.ndarray,
    now: life.Population,
    out: life.Lived,
    keys: life.Keys,
    events: list[HealthEvent],
    pulse: np.ndarray,
    pulse_cause: np.ndarray,
) -> Outcome:
    bio, stage = it.schedule.biology.model, it.stay.stage
    mortality, stages = bio.mortality, bio.stages
    yolk = 0.0
    if stage == 1:
        start_g, end_g = stages.egg_weight_g, stages.first_feeding_weight_g
        yolk = (am.cbrt(end_g) - am.cbrt(start_g)) / it.planned
    growing = _growing(it, stages.individual_tgc_cv[stage - 1], stages.fcr[stage - 1], yolk)
    dying = _dying(
        it,
        tank_hazard(it.schedule, it.batch, it.stay, it.days),
        pulse,
        pulse_cause,
        mortality.freshwater_noise_sd,
        mortality.freshwater_noise_ar1,
        mortality.freshwater_causes,
    )
    vaccinated = mortality.vaccination_day
    if stage == mortality.vaccination_stage and vaccinated < it.days:
        dying.handling[:, vaccinated] += mortality.vaccination_loss
    # the published freshwater TGC is what was seen at the stage's own temperature, its response included
    seen_at = interpolate(it.region.hall_temperature_c[stage - 1], growing.response_c, growing.response)
    z = am.normal(it.key(Stream.GROWTH), 0)
    mean = it.region.freshwater_tgc[stage - 1] * (1.0 + it.region.freshwater_tgc_cv[stage - 1] * z)
    life.live_in_tanks(
        it.stay.start_day,
        temp_c,
        _tgc(it, mean / seen_at),
        it.planned if stage == 1 else it.planned - bio.feed.fasting_days_before_transfer,
        mortality.cull_day if stage == mortality.cull_stage else -1,
        mortality.cull_share,
        it.keys(Stream.CULL),
        growing,
        _breathing(it, 0.0),
        dying,
        keys,
        now,
        out,
    )
    n = len(it.containers)
    lived, gone = np.full(n, it.days), np.zeros(n, dtype=bool)
    return Outcome(_kept(it, fish, temp_c, out, lived, gone, it.days), tuple(events))


def _at_sea(
    it: Setting,
    fish: Fish,
    temp_c: np.ndarray,
    now: life.Population,
    out: life.Lived,
    keys: life.Keys,
    events: list[HealthEvent],
    pulse: np.ndarray,
    pulse_cause: np.ndarray,
    target_cg: int,
    stand_in: StandIn | None,
) -> Outcome:
    bio, region = it.schedule.biology.model, it.region
    growing = _growing(it, region.sea_individual_tgc_cv, region.sea_fcr, 0.0)
    hazard = sea_hazard(it.schedule, region, it.batch.number, it.stay, it.site)
    dying = _dying(
        it,
        hazard[: it.days],
        pulse,
        pulse_cause,
        bio.mortality.noise_sd,
        region.noise_ar1,
        bio.mortality.sea_causes,
    )
    _transfer_stress(it, dying.handling)
    batch_z = am.normal(it.key(Stream.GROWTH), 0)
    mean = region.sea_tgc + region.sea_tgc_batch_sd * batch_z
    mean += region.sea_tgc_site_sd * am.normal(it.site, 1)
    ring_ids = it.stay.container_ids if stand_in is None else stand_in.ring_ids
    harvesting = rings.Harvesting(
        target_cg,
        it.planned,
        len(ring_ids),
        bio.harvest.rings_a_day,
        bio.feed.fasting_days_before_harvest,
    )
    all_rings = [it.schedule.farm.container(c) for c in ring_ids]
    lice_counting, seen = counting(it, all_rings), unseen(len(it.containers), len(ring_ids), it.days)
    treated, decided, why = rings.live_in_rings(
        it.stay.start_day,
        temp_c,
        _tgc(it, mean),
        growing,
        _breathing(it, region.salinity),
        dying,
        keys,
        lice_counting,
        treating(it, all_rings),
        harvesting,
        now,
        out,
        seen,
    )
    lived = int(seen.lived.max())
    counts = min(it.days // 7, -(-(lived - 6) // 7)) if lived > 6 else 0
    start = it.stay.start_day
    lice = SeaLice(
        day=start + 6 + 7 * np.arange(counts),
        attached=seen.lice[:, :counts, 0],
        mobile=seen.lice[:, :counts, 1],
        adult_female=seen.lice[:, :counts, 2],
        pressure=lice_counting.pressure[:, :counts],
        counted=seen.counted[:, :counts],
        sampled=seen.sampled[:, :counts],
    )
    treatments = tuple(
        Treatment(SEA, int(c), start + int(d), METHOD_NAMES[m], float(efficacy), float(loss))
        for c, d, m, efficacy, loss in zip(
            seen.treated_ring[:treated],
            seen.treated_day[:treated],
            seen.treated_method[:treated],
            seen.treated_efficacy[:treated],
            seen.treated_loss[:treated],
            strict=True,
        )
    )
    stage = _kept(it, fish, temp_c, out, seen.lived, seen.gone, lived, lice)
    over = tuple(e for e in events if e.start_day < stage.end_day)
    reason = ("", "WEIGHT", "PLAN_END")[why]
    return Outcome(stage, over, treatments, start + decided if why else -1, reason)


def _transfer_stress(it: Setting, handling: np.ndarray) -> None:
    """Add what dies of the move to sea in its first weeks, evenly over them."""
    mortality = it.schedule.biology.model.mortality
    z = am.normal(it.key(Stream.TRANSFER), 0)
    loss = min(0.5, mortality.sea_transfer_loss_median * am.exp(mortality.sea_transfer_loss_sdlog * z))
    days = max(1, mortality.sea_transfer_days)
    handling[:, :days] += -am.log(1.0 - loss) / days


def _kept(
    it: Setting,
    fish: Fish,
    temp_c: np.ndarray,
    out: life.Lived,
    lived: np.ndarray,
    gone: np.ndarray,
    days: int,
    lice: SeaLice | None = None,
) -> StageHistory:
    return StageHistory(
        stage=it.stay.stage,
        container_ids=it.stay.container_ids,
        start_day=it.stay.start_day,
        planned_end_day=it.stay.end_day,
        days_lived=lived,
        emptied=gone,
        fish=fish.number,
        mu0=fish.mu,
        v0=fish.v,
        temp_c=temp_c[:, :days],
        lice=lice,
        **{name: values[:, :days] for name, values in out._asdict().items()},
    )


def _tgc(it: Setting, mean: float) -> np.ndarray:
    """Each container's TGC about the batch's, g^(1/3) per 1000 degree-days."""
    cv = it.schedule.biology.model.growth.container_tgc_cv
    keys, stage = it.keys(Stream.GROWTH), it.stay.stage
    return np.array([max(0.0, mean * (1.0 + cv * am.normal(key, stage))) for key in keys])


def _growing(it: Setting, individual_cv: float, fcr_mean: float, yolk: float) -> life.Growing:
    bio, at_sea = it.schedule.biology.model, it.stay.stage == SEA
    fcr_sd = it.region.sea_fcr_sd if at_sea else bio.stages.fcr_sd
    fcr = max(0.5 * fcr_mean, fcr_mean + fcr_sd * am.normal(it.key(Stream.FCR), 0)) if fcr_mean > 0 else 0.0
    return life.Growing(
        bio.growth.temperature_response_c,
        bio.growth.temperature_response,
        individual_cv,
        bio.growth.size_response_exponent if at_sea else 0.0,
        yolk,
        fcr,
        bio.feed.appetite_sd,
        bio.feed.oxygen_full_appetite,
        bio.feed.oxygen_no_appetite,
        bio.feed.sick_appetite,
    )


def _breathing(it: Setting, salinity: float) -> life.Breathing:
    """The oxygen of every container's place; those of one place share it."""
    respiration, start = it.schedule.biology.model.respiration, it.stay.start_day
    slots = it.schedule.farm.model.readings_per_day
    outside, residence = (np.empty((len(it.containers), it.days, slots)) for _ in range(2))
    places: dict[Place, Breath] = {}
    for i, container in enumerate(it.containers):
        if container.place not in places:
            places[container.place] = it.climate.breath(container, start, start + it.days)
        outside[i], residence[i] = places[container.place].outside, places[container.place].residence
    return life.Breathing(
        outside,
        residence,
        np.array([float(c.volume_m3) for c in it.containers]),
        salinity,
        respiration.rate_mg_kg_h,
        respiration.temp_slope,
        respiration.size_exponent,
    )


def _dying(
    it: Setting,
    hazard: np.ndarray,
    pulse: np.ndarray,
    pulse_cause: np.ndarray,
    noise_sd: float,
    noise_ar1: float,
    causes: tuple[float, ...],
) -> life.Dying:
    mortality, n = it.schedule.biology.model.mortality, len(it.containers)
    weeks = it.planned // 7 + 1
    return life.Dying(
        hazard,
        pulse[:, : it.days].copy(),
        np.tile(pulse_cause[: it.days], (n, 1)),
        np.zeros((n, it.days)),
        ar1(it.key(Stream.BATCH_NOISE), weeks, noise_ar1, 1.0),
        noise_sd,
        noise_ar1,
        mortality.noise_batch_share,
        cumulative(causes),
        mortality.warm_c,
        mortality.warm_slope,
        mortality.oxygen_critical,
        mortality.oxygen_hazard,
    )
