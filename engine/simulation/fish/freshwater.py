"""Simulates a freshwater stage of a batch: hatchery to smolt, in trays and tanks."""

from __future__ import annotations

import numpy as np

from engine.simulation.fish.collection import rounds_on_land
from engine.simulation.fish.hazards import freshwater_hazard
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
from engine.simulation.fish.tanks import TankPlan, simulate_tanks
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.series import interpolate
from engine.simulation.numerics.streams import Stream
from engine.simulation.numerics.weights import Population
from engine.simulation.setting import NEVER, Setting, vaccination_day

FRESH_WATER = 0.0  # PSU


def simulate_freshwater_stage(setting: Setting, arrived: Population) -> StageOutcome:
    """Simulate a stay in tanks up to its end or the as-of date."""
    drawn = draw_health_events(setting)
    water = prepare_water(setting, FRESH_WATER)
    physiology = Physiology(
        breathing=prepare_breathing(setting),
        growing=prepare_growing(setting, _growth(setting)),
        dying=prepare_dying(setting, _base_hazard(setting), drawn, rounds_on_land(setting)),
    )
    _vaccinate(setting, physiology.dying)
    daily = simulate_tanks(arrived=arrived, water=water, physiology=physiology, plan=_plan(setting))
    n = len(setting.containers)
    residence = Residence(days_lived=np.full(n, setting.days), emptied=np.zeros(n, dtype=bool))
    stage = stage_history(setting=setting, arrived=arrived, water=water, daily=daily, residence=residence)
    return StageOutcome(stage=stage, events=drawn.events)


def _growth(setting: Setting) -> Growth:
    parameters = setting.parameters
    stage = setting.schedule.freshwater_stage_of(setting.batch, setting.stay.stage)
    growth, stages = parameters.growth, parameters.stages
    # the published freshwater TGC is what was seen at the stage's own temperature, its response included
    usual_response = interpolate(stage.temperature_c, growth.temperature_response_c, growth.temperature_response)
    z = am.normal(setting.key(Stream.GROWTH), 0)
    mean = stage.tgc * (1.0 + stage.tgc_cv * z)
    yolk = 0.0
    if setting.stay.stage == 1:
        start_g, end_g = stages.egg_weight_g, stages.first_feeding_weight_g
        yolk = (am.cbrt(end_g) - am.cbrt(start_g)) / setting.planned_days
    return Growth(
        tgc=mean / usual_response,
        size=growth.response_to_size(at_sea=False),
        individual_cv=stage.individual_tgc_cv,
        yolk=yolk,
        fcr_mean=stage.fcr,
        fcr_sd=stages.fcr_sd,
    )


def _base_hazard(setting: Setting) -> BaseHazard:
    mortality = setting.parameters.mortality
    return BaseHazard(
        hazard=freshwater_hazard(setting),
        noise_sd=mortality.freshwater_noise_sd,
        noise_days=mortality.freshwater_noise_days,
        causes=mortality.freshwater_causes,
    )


def _moved_early(setting: Setting) -> int:
    """How many of the containers, the first, are emptied a day before the others: see begun.begin_move."""
    return setting.batch.move_under_way if setting.stay.end_day == setting.schedule.as_of_day else 0


def _vaccinate(setting: Setting, dying: Dying) -> None:
    """Add what dies of the vaccination on its day."""
    day = vaccination_day(setting.schedule, setting.batch, setting.stay.stage, setting.stay.start_day)
    if NEVER < day < setting.days:
        dying.handling_hazard[:, day] += setting.parameters.mortality.vaccination_loss


def _plan(setting: Setting) -> TankPlan:
    mortality, stage, planned = setting.parameters.mortality, setting.stay.stage, setting.planned_days
    return TankPlan(
        fasting_from=planned if stage == 1 else planned - setting.parameters.feed.fasting_days_before_transfer,
        cleared_on=planned - 1 - (np.arange(len(setting.containers)) < _moved_early(setting)),
        cull_on=mortality.cull_day if stage == mortality.cull_stage else NEVER,
        cull_share=mortality.cull_share,
        cull_keys=setting.keys(Stream.CULL),
    )
