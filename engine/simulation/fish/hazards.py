"""What a batch may die of: the shape of the hazard over a stay, and the events that befall it."""

from __future__ import annotations

import numpy as np

from engine.biology.events import Events
from engine.biology.region import Region
from engine.farm.schedule import Batch, Schedule, Stay, to_date
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel
from engine.simulation.numerics.streams import Stream, stream_key, stream_keys
from engine.simulation.numerics.sums import ordered_sum
from engine.simulation.record import HealthEvent
from lake.codes import MORTALITY_CAUSES, SEA

CYCLE_DAYS = 448  # the Monte Carlo behind the hazards ran 64 weeks


def tank_hazard(schedule: Schedule, batch: Batch, stay: Stay, days: int) -> np.ndarray:
    """Daily hazard (days,) of a freshwater stage: level over the planned stay, times the frailty of the batch and of
    its geography's year class (eggs of one year come from the same broodstock and hatcheries)."""
    mortality, seed = schedule.biology.model.mortality, schedule.seed
    loss = mortality.freshwater_loss[stay.stage - 1]
    sd, year_sd = mortality.freshwater_frailty_sd[stay.stage - 1], mortality.freshwater_year_sd
    z = am.normal(stream_key(seed, Stream.FRAILTY, batch.number, stay.stage), 0)
    geography = schedule.farm.geography_of(batch).name
    year_z = am.normal(stream_key(seed, Stream.YEAR_CLASS, geography, to_date(batch.start_day).year), 0)
    frailty = am.exp(sd * z + year_sd * year_z - 0.5 * (sd * sd + year_sd * year_sd))
    level = -am.log(1.0 - loss) / stay.days * frailty
    return np.full(days, level)


def sea_hazard(schedule: Schedule, region: Region, number: str, stay: Stay, site: np.uint64) -> np.ndarray:
    """Daily hazard of the planned stay at sea: the published shape over days, scaled so that 64 weeks carry the
    cumulative base hazard, times the batch's and the site's frailty."""
    mortality, planned = schedule.biology.model.mortality, stay.days
    span = max(planned, CYCLE_DAYS)
    edges, rates = mortality.shape_day, mortality.shape_rate
    bins = np.array(rates)[np.minimum(np.searchsorted(edges[1:], np.arange(span), side="right"), len(rates) - 1)]
    centred = 2.0 * np.minimum(np.arange(span), CYCLE_DAYS) / CYCLE_DAYS - 1.0
    bowl = (1.0 + centred * centred) * 0.75
    share = mortality.shape_u_share
    shape = (1.0 - share) * bins / (ordered_sum(bins[:CYCLE_DAYS].tolist()) / CYCLE_DAYS) + share * bowl
    batch_sd, site_sd = region.frailty_batch_sd, region.frailty_site_sd
    frailty = am.exp(
        batch_sd * am.normal(stream_key(schedule.seed, Stream.FRAILTY, number, SEA), 0)
        + site_sd * am.normal(site, 2)
        - 0.5 * (batch_sd * batch_sd + site_sd * site_sd)
    )
    hazard: np.ndarray = shape[:planned] * (region.sea_hazard / CYCLE_DAYS * frailty)
    return hazard


@kernel
def draw_events(
    key: np.uint64,
    weeks: np.ndarray,
    mean: float,
    limit: int,
    loss_median: float,
    loss_sdlog: float,
    loss_limit: float,
    start_week: np.ndarray,
    loss: np.ndarray,
) -> int:
    """Draw a stay's events of one kind; returns their number. weeks: likelihood of a start by week of the stay.

    Draws: 1 for the number of events, 2 for each of `limit`, whether it happens or not.
    """
    total = 0.0
    for w in range(weeks.shape[0]):
        total += weeks[w]
    if total <= 0.0:
        return 0
    count = min(limit, am.poisson_quantile(mean, am.uniform(key, 0)))
    for e in range(count):
        u = am.uniform(key, 2 * e + 1) * total
        start = 0
        while start < weeks.shape[0] - 1 and u >= weeks[start]:
            u -= weeks[start]
            start += 1
        for _ in range(e):  # no two in one week: the later drawn waits
            for earlier in range(e):
                if start_week[earlier] == start:
                    start = (start + 1) % weeks.shape[0]
        start_week[e] = start
        loss[e] = min(loss_limit, loss_median * am.exp(loss_sdlog * am.normal(key, 2 * e + 2)))
    return count


@kernel
def spread_event(
    start_week: int, dose: float, cause: int, spread: np.ndarray, pulse: np.ndarray, pulse_cause: np.ndarray
) -> None:
    """Add an event's cumulative hazard to `pulse` (days,), week by week; where it weighs most, the cause is its own."""
    for w in range(spread.shape[0]):
        for d in range(7 * (start_week + w), min(7 * (start_week + w + 1), pulse.shape[0])):
            daily = spread[w] * dose / 7.0
            if daily > pulse[d]:
                pulse_cause[d] = cause
            pulse[d] += daily


def befall(
    schedule: Schedule, region: Region, number: str, stay: Stay, names: tuple[str, ...]
) -> tuple[list[HealthEvent], np.ndarray, np.ndarray]:
    """The events of a stay, in order of kind and draw; the hazard that they add (n, planned days); its cause (days,).

    Each kind has streams of its own, so that a kind that becomes likelier leaves the others as they were. names (n,):
    of the containers, which an event hits harder or less than the average.
    """
    events, at_sea = schedule.biology.model.events, stay.stage == SEA
    planned = stay.days
    ring_sd = events.ring_sd
    pulse, pulse_cause = np.zeros((len(names), planned)), np.zeros(planned, dtype=np.int8)
    per_stay = region.events_per_cycle * planned / CYCLE_DAYS if at_sea else 0.0
    if not at_sea:
        per_stay = events.freshwater_per_stage
    median = region.event_loss_median if at_sea else events.freshwater_loss_median
    sdlog = region.event_loss_sdlog if at_sea else events.freshwater_loss_sdlog
    spread = events.weeks
    week_start = np.arange(stay.start_day, stay.end_day, 7).astype("datetime64[D]")
    month = week_start.astype("datetime64[M]").astype(np.int64) % 12
    ramp = _ramp(events, len(month)) if at_sea else np.ones(len(month))
    most = events.limit
    start_week, loss = np.zeros(most, dtype=np.int64), np.zeros(most)
    found: list[HealthEvent] = []
    for name, kind in sorted(events.kinds.items()):
        if kind.at_sea != at_sea:
            continue
        season = kind.months
        # the year's mean likelihood is 1, so that a season moves events and does not add any
        weeks = season[month] * ramp
        weight = region.event_weights[name] if at_sea else kind.weight
        count = draw_events(
            stream_key(schedule.seed, Stream.EVENT, number, stay.stage, name),
            weeks,
            per_stay * weight,
            most,
            median * kind.severity,
            sdlog,
            events.loss_limit,
            start_week,
            loss,
        )
        cause = MORTALITY_CAUSES.index(kind.cause)
        keys = stream_keys(schedule.seed, Stream.EVENT, number, name, each=names) if count else ()
        for e, (week, lost) in enumerate(zip(start_week[:count].tolist(), loss[:count].tolist(), strict=True)):
            for key, ring_pulse in zip(keys, pulse, strict=True):
                harder = min(events.ring_limit, am.exp(ring_sd * am.normal(key, e) - 0.5 * ring_sd * ring_sd))
                spread_event(week, -am.log(1.0 - lost) * harder, cause, spread, ring_pulse, pulse_cause)
            start = stay.start_day + 7 * week
            end = min(start + 7 * len(spread), stay.end_day)
            everywhere = tuple(range(len(stay.container_ids)))
            found.append(HealthEvent(stay.stage, everywhere, name, cause, start, end, lost))
    return found, pulse, pulse_cause


def _ramp(events: Events, weeks: int) -> np.ndarray:
    """How likely an event starts by week at sea: rising to 1, since agents need time to build up in a ring."""
    rise: np.ndarray = np.minimum((7.0 * np.arange(weeks) + 3.5) / events.onset_days, 1.0)
    return rise
