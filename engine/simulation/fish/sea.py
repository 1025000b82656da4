"""Simulates a batch's stage at sea: rings with their lice, treatments and harvest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.biology.health import METHOD_NAMES
from engine.farm.infrastructure import Container
from engine.simulation.fish.collection import rounds_at_sea
from engine.simulation.fish.hazards import sea_hazard
from engine.simulation.fish.health_events import draw_health_events
from engine.simulation.fish.life import Physiology
from engine.simulation.fish.mortality import Dying
from engine.simulation.fish.outcome import Residence, StageOutcome, stage_history
from engine.simulation.fish.preparation import (
    BaseHazard,
    Growth,
    prepare_breathing,
    prepare_dying,
    prepare_growing,
    prepare_water,
)
from engine.simulation.fish.rings import BY_PLAN, BY_WEIGHT, UNDECIDED, Harvesting, SeaOutcome, simulate_rings
from engine.simulation.fish.slaughter import plan_slaughter
from engine.simulation.lice.counting import Counting
from engine.simulation.lice.preparation import prepare_counting, prepare_delousing
from engine.simulation.lice.stages import ADULT_FEMALE, ATTACHED, MOBILE
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import WEEK_DAYS
from engine.simulation.numerics.streams import Stream
from engine.simulation.numerics.weights import Population
from engine.simulation.record import SeaLice, StandIn, Treatment
from engine.simulation.setting import Setting

# codes of batch.harvest_reason in lake.tables.events
HARVEST_REASONS = {UNDECIDED: "", BY_WEIGHT: "WEIGHT", BY_PLAN: "PLAN_END"}


def simulate_sea_stage(
    setting: Setting, arrived: Population, target_cg: int, stand_in: StandIn | None = None
) -> StageOutcome:
    """Simulate a stay in rings up to its harvest or the as-of date.

    target_cg: mean live weight (0.01 g) that triggers the harvest. stand_in: what the containers stand for, if for
    more.
    """
    drawn = draw_health_events(setting)
    ring_ids = setting.stay.container_ids if stand_in is None else stand_in.ring_ids
    rings = [setting.schedule.farm.container(c) for c in ring_ids]
    water = prepare_water(setting, setting.region.salinity)
    rounds = rounds_at_sea(setting, is_calm=stand_in is not None)
    physiology = Physiology(
        breathing=prepare_breathing(setting),
        growing=prepare_growing(setting, _growth(setting)),
        dying=prepare_dying(setting, _base_hazard(setting), drawn, rounds),
    )
    _transfer_stress(setting, physiology.dying)
    counting = prepare_counting(setting, rings)
    outcome = simulate_rings(
        arrived=arrived,
        water=water,
        physiology=physiology,
        counting=counting,
        delousing=prepare_delousing(setting, rings),
        harvesting=_harvesting(setting, rings, target_cg),
    )
    stage = stage_history(
        setting=setting,
        arrived=arrived,
        water=water,
        daily=outcome.daily,
        residence=Residence(days_lived=outcome.days_lived, emptied=outcome.emptied),
        lice=_lice(setting, counting, outcome),
    )
    return StageOutcome(
        stage=stage,
        events=tuple(e for e in drawn.events if e.start_day < stage.end_day),
        treatments=_treatments(setting, outcome),
        trigger_day=-1 if outcome.reason == UNDECIDED else setting.stay.start_day + outcome.decided_on,
        reason=HARVEST_REASONS[outcome.reason],
    )


def _growth(setting: Setting) -> Growth:
    region = setting.region
    mean = region.sea_tgc + region.sea_tgc_batch_sd * am.normal(setting.key(Stream.GROWTH), 0)
    mean += region.sea_tgc_site_sd * am.normal(setting.site_key, 1)
    return Growth(
        tgc=mean,
        size=setting.parameters.growth.response_to_size(at_sea=True),
        individual_cv=region.sea_individual_tgc_cv,
        yolk=0.0,
        fcr_mean=region.sea_fcr,
        fcr_sd=region.sea_fcr_sd,
    )


def _base_hazard(setting: Setting) -> BaseHazard:
    mortality = setting.parameters.mortality
    return BaseHazard(
        hazard=sea_hazard(setting)[: setting.days],
        noise_sd=mortality.noise_sd,
        noise_days=mortality.noise_days,
        causes=mortality.sea_causes,
    )


def _transfer_stress(setting: Setting, dying: Dying) -> None:
    """Add what dies of the move to sea in its first weeks, evenly over them."""
    mortality = setting.parameters.mortality
    z = am.normal(setting.key(Stream.TRANSFER), 0)
    loss = min(0.5, mortality.sea_transfer_loss_median * am.exp(mortality.sea_transfer_loss_sdlog * z))
    days = max(1, mortality.sea_transfer_days)
    dying.settling_hazard[:days] += -am.log(1.0 - loss) / days


def _harvesting(setting: Setting, rings: Sequence[Container], target_cg: int) -> Harvesting:
    span = setting.stay.start_day, setting.stay.end_day
    geography = setting.schedule.farm.geography_of(setting.batch).name
    return plan_slaughter(setting.schedule, geography, span, rings=len(rings), target_cg=target_cg)


def _lice(setting: Setting, counting: Counting, outcome: SeaOutcome) -> SeaLice:
    """The weekly counts up to the last day outcome."""
    last = int(outcome.days_lived.max())
    weeks = int(np.searchsorted(counting.day, last))
    lice = outcome.counts.lice[:, :weeks]
    return SeaLice(
        day=setting.stay.start_day + counting.day[:weeks],
        attached=lice[:, :, ATTACHED],
        mobile=lice[:, :, MOBILE],
        adult_female=lice[:, :, ADULT_FEMALE],
        pressure=counting.pressure[:, counting.day[:weeks] // WEEK_DAYS],
        counted=outcome.counts.counted[:, :weeks],
        sampled=outcome.counts.sampled[:, :weeks],
    )


def _treatments(setting: Setting, outcome: SeaOutcome) -> tuple[Treatment, ...]:
    start = setting.stay.start_day
    columns = (values.tolist() for values in outcome.treatments)
    return tuple(
        Treatment(
            stage=setting.stay.stage,
            container=ring,
            day=start + day,
            method=METHOD_NAMES[method],
            efficacy=efficacy,
            loss=loss,
        )
        for ring, day, method, efficacy, loss in zip(*columns, strict=True)
    )
