"""How often something befalls a farm at sea: by season, and more often in bad years than in good ones."""

from __future__ import annotations

import numpy as np

from engine.biology.fish import CYCLE_DAYS
from engine.farm.schedule import to_date
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import months_since_1970
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.water.climate import Climate


def rate_at_sea(climate: Climate, geography_id: int, kind: str, days: tuple[int, int]) -> np.ndarray:
    """How many events of a kind befall a farm on each of the days [first, end), on average, (days,)."""
    biology, name = climate.biology, climate.farm.geography(geography_id).name
    events, region = biology.model.events, biology.region(name)
    months = events.kinds[kind].months
    first, end = days
    month = months_since_1970(np.arange(first, end))
    season = months / (float(sum(months.tolist())) / len(months))
    years = month // 12
    badness = np.array([_badness(climate, name, kind, year) for year in range(int(years[0]), int(years[-1]) + 1)])
    usual = region.events_per_cycle * region.event_weights[kind] / CYCLE_DAYS
    rate: np.ndarray = usual * season[month % 12] * badness[years - years[0]]
    return rate


def _badness(climate: Climate, geography: str, kind: str, year: int) -> float:
    """How often a kind of event strikes in a year, since 1970, over the usual, 1 on average."""
    sd = climate.biology.model.events.year_sd
    key = stream_key(climate.seed, Stream.STRIKE, "year", geography, kind)
    return am.exp(sd * am.normal(key, year) - 0.5 * sd * sd)


def year_days(year: int) -> tuple[int, int]:
    """The days [first, end) of a calendar year."""
    first, end = (np.datetime64(f"{each:04d}-01-01", "D").astype(np.int64) for each in (year, year + 1))
    return int(first), int(end)


def year_of(day: int) -> int:
    """The calendar year of a day since 1970."""
    return to_date(day).year
