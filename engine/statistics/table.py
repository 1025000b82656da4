"""The table of statistics: every family of them computed, then each held against its band."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from engine.biology.bands import Band, Bands
from engine.statistics import feed, freshwater, growth, harvest, lice, mortality, water
from engine.statistics.measure import Measure, Measures
from engine.statistics.records import Records, run_tables
from lake.errors import InputError, shortened
from lake.manifest import Manifest

FAMILIES: tuple[Callable[[Records], Measures], ...] = (
    water.sea_temperature,
    water.sensor_readings,
    water.oxygen,
    freshwater.egg_mortality,
    freshwater.ova_to_smolt_survival,
    freshwater.monthly_mortality,
    freshwater.stage_performance,
    mortality.sea_losses,
    mortality.weekly_mortality,
    mortality.mortality_by_day,
    mortality.causes_of_death,
    feed.feed_conversion,
    feed.fasting_days,
    growth.production_cycles,
    growth.condition_factors,
    growth.stocking_density,
    growth.biomass_estimate_errors,
    lice.counts,
    lice.treatments,
    harvest.weights_and_grades,
    harvest.weight_dispersion,
)
SIGNIFICANT_DIGITS = 6  # a sum's last digits depend on the order in which threads add


@dataclass(frozen=True)
class Statistic:
    """One statistic beside its band; value None and `note` why, where there is too little to compute it from."""

    band: Band
    required: bool
    value: float | None
    measure: Measure | None
    note: str

    @property
    def name(self) -> str:
        """The band's name, with its geography."""
        return self.band.name

    @property
    def within(self) -> bool | None:
        """Whether the value lies in the band; None where there is no value or no band."""
        band = self.band
        if self.value is None or (band.low is None and band.high is None):
            return None
        return (band.low is None or self.value >= band.low) and (band.high is None or self.value <= band.high)

    @property
    def failed(self) -> bool:
        """Whether it is required to lie in its band and does not."""
        return self.required and self.within is False

    @property
    def source(self) -> str:
        """The band's source with its confidence, then the tables that the value was computed from."""
        from_tables = "" if self.measure is None else f"; from {self.measure.basis}"
        return f"{self.band.cited}{from_tables}"

    def to_json(self) -> dict[str, Any]:
        """The statistic as --json shows it."""
        band, measure = self.band, self.measure
        return {
            "name": self.name,
            "value": self.value,
            "low": band.low,
            "high": band.high,
            "within": self.within,
            "source": self.source,
            "required": self.required,
            "published": band.published,
            "unit": band.unit,
            "count": None if measure is None else measure.count,
            "of": None if measure is None else measure.counted,
            "note": self.note,
        }


def compute_measures(records: Records) -> Iterator[Measures]:
    """Every family's measures, one after the other."""
    for family in FAMILIES:
        yield family(records)


def run_records(run: Path, manifest: Manifest) -> Records:
    """A complete run's records, read as they are asked for."""
    return Records(run_tables(run, manifest))


def judge(bands: Bands, measures: Measures, geographies: tuple[str, ...]) -> list[Statistic]:
    """Each band with its statistic, the required ones first; InputError for a statistic that nothing computes."""
    return [
        judge_band(band, required, measures, geographies)
        for group, required in ((bands.required, True), (bands.told, False))
        for band in group
    ]


def judge_band(band: Band, required: bool, measures: Measures, geographies: tuple[str, ...]) -> Statistic:
    """One band with its statistic; InputError where nothing computes it."""
    statistic = partial(Statistic, band=band, required=required)
    if band.geography is not None and band.geography not in geographies:
        return statistic(value=None, measure=None, note=f"the farm has no geography {band.geography}")
    measure = measures.get(band.name)
    if measure is None:
        near = difflib.get_close_matches(band.name, measures, n=1)
        cure = f"did you mean {near[0]!r}?" if near else f"there are {len(measures)}, see engine/statistics"
        raise InputError("bands", f"no statistic is called {shortened(band.name)}", cure)
    if measure.count < band.least or measure.value is None:
        note = f"too few: {measure.count:,} of at least {band.least:,} {measure.counted}"
        return statistic(value=None, measure=measure, note=note if measure.count < band.least else "not defined here")
    value = float(f"{measure.value:.{SIGNIFICANT_DIGITS}g}")
    return statistic(value=value, measure=measure, note="")
