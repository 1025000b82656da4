"""The hazard that a batch dies of whatever happens: its level and its shape over a stay."""

from __future__ import annotations

import numpy as np

from engine.biology.fish import CYCLE_DAYS
from engine.farm.schedule import to_date
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.numerics.sums import ordered_sum
from engine.simulation.setting import Setting
from lake.codes import SEA


def freshwater_hazard(setting: Setting) -> np.ndarray:
    """Daily hazard (days,) of a freshwater stage: level over the planned stay, times the frailty of the batch and of
    its geography's year class (eggs of one year come from the same broodstock and hatcheries)."""
    schedule, batch, stage = setting.schedule, setting.batch, setting.stay.stage
    mortality, seed = setting.parameters.mortality, schedule.seed
    published = schedule.freshwater_stage_of(batch, stage)
    sd, year_sd = published.frailty_sd, mortality.freshwater_year_sd
    z = am.normal(stream_key(seed, Stream.FRAILTY, batch.number, stage), 0)
    geography = schedule.farm.geography_of(batch).name
    year_z = am.normal(stream_key(seed, Stream.YEAR_CLASS, geography, to_date(batch.start_day).year), 0)
    frailty = am.exp(sd * z + year_sd * year_z - 0.5 * (sd * sd + year_sd * year_sd))
    level = -am.log(1.0 - published.loss) / setting.planned_days * frailty
    return np.full(setting.days, level)


def sea_hazard(setting: Setting) -> np.ndarray:
    """Daily hazard of the planned stay at sea, (planned days,): the published shape over days, scaled so that 64 weeks
    carry the cumulative base hazard, times the batch's and the site's frailty."""
    mortality, region, planned = setting.parameters.mortality, setting.region, setting.planned_days
    span = max(planned, CYCLE_DAYS)
    edges, rates = mortality.shape_day, mortality.shape_rate
    bins = rates[np.minimum(np.searchsorted(edges[1:], np.arange(span), side="right"), len(rates) - 1)]
    centred = 2.0 * np.minimum(np.arange(span), CYCLE_DAYS) / CYCLE_DAYS - 1.0
    bowl = (1.0 + centred * centred) * 0.75
    share = mortality.shape_u_share
    shape = (1.0 - share) * bins / (ordered_sum(bins[:CYCLE_DAYS].tolist()) / CYCLE_DAYS) + share * bowl
    batch_sd, site_sd = region.frailty_batch_sd, region.frailty_site_sd
    frailty = am.exp(
        batch_sd * am.normal(stream_key(setting.schedule.seed, Stream.FRAILTY, setting.batch.number, SEA), 0)
        + site_sd * am.normal(setting.site_key, 2)
        - 0.5 * (batch_sd * batch_sd + site_sd * site_sd)
    )
    hazard: np.ndarray = shape[:planned] * (region.sea_hazard / CYCLE_DAYS * frailty)
    return hazard
