"""The table of tell-tales: every family of them computed, each held against its bound; told, not judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.biology.bands import Telltales
from engine.statistics.measure import Measures
from engine.statistics.table import Statistic, judge_band
from engine.statistics.telltales import deaths, events, feeding, lice, water, working_week, written
from engine.statistics.telltales.frames import FarmRecords

FAMILIES: tuple[Callable[[FarmRecords], Measures], ...] = (
    working_week.calendar,
    working_week.deaths_by_weekday,
    working_week.plans,
    written.digits,
    written.journals,
    written.yields,
    written.duplicates,
    written.large_fish,
    deaths.blocks,
    deaths.farm_weeks,
    deaths.causes,
    events.together,
    lice.farm_weeks,
    lice.neighbours,
    lice.limits,
    lice.treatment_conditions,
    water.hours,
    water.temperature_by_distance,
    feeding.meals,
    feeding.pellets_and_suppliers,
    feeding.stores,
    feeding.appetite,
)


def compute_telltales(records: FarmRecords) -> Iterator[Measures]:
    """Every family's measures, one after the other."""
    for family in FAMILIES:
        yield family(records)


def hold(bounds: Telltales, measures: Measures, geographies: tuple[str, ...]) -> list[Statistic]:
    """Each tell-tale beside its bound; InputError for one that nothing computes."""
    return [judge_band(band, False, measures, geographies) for band in bounds.told]
