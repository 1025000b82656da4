"""The table of statistics: every family of them computed, then each held against its band."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.biology.bands import Band, Bands
from engine.statistics import feed, freshwater, growth, harvest, lice, mortality, water
from engine.statistics.measure import Measure, Measures
from engine.statistics.records import Records, run_tables
from lake.errors import InputError
from lake.manifest import Manifest

FAMILIES: tuple[Callable[[Records], Measures], ...] = (
    water.temperature,
    water.readings,
    water.oxygen,
    freshwater.eggs,
    freshwater.survival,
    freshwater.monthly_mortality,
    freshwater.stages,
    mortality.losses,
    mortality.weekly_rates,
    mortality.shape,
    mortality.causes,
    feed.conversion,
    feed.fasting,
    growth.cycle,
    growth.condition,
    growth.density,
    growth.biomass_estimate,
    lice.counts,
    lice.treatments,
    harvest.weights_and_grades,
    harvest.likeness,
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
        return self.required and self.within is False

    @property
    def source(self) -> str:
        """The band's source with its confidence, then the tables that the value was computed from."""
        from_tables = "" if self.measure is None else f"; from {self.measure.basis}"
        return f"{self.band.cited}{from_tables}"

    def to_json(self) -> dict[str, Any]:
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
            "of": None if measure is None else measure.of,
            "note": self.note,
        }


def measured(records: Records) -> Iterator[Measures]:
    """Every family's measures, one after the other."""
    for family in FAMILIES:
        yield family(records)


def run_records(run: Path, manifest: Manifest) -> Records:
    return Records(run_tables(run, manifest))


def judge(bands: Bands, measures: Measures, geographies: tuple[str, ...]) -> list[Statistic]:
    """Each band with its statistic, the required ones first; InputError for a statistic that nothing computes."""
    return [
        _judged(band, required, measures, geographies)
        for of_group, required in ((bands.required, True), (bands.told, False))
        for band in of_group
    ]


def _judged(band: Band, required: bool, measures: Measures, geographies: tuple[str, ...]) -> Statistic:
    if band.geography is not None and band.geography not in geographies:
        return Statistic(band, required, None, None, f"the farm has no geography {band.geography}")
    measure = measures.get(band.name)
    if measure is None:
        near = difflib.get_close_matches(band.name, measures, n=1)
        cure = f"did you mean {near[0]!r}?" if near else f"there are {len(measures)}, see engine/statistics"
        raise InputError("bands", f"no statistic is called {band.name!r}", cure)
    if measure.count < band.least or measure.value is None:
        note = f"too few: {measure.count:,} of at least {band.least:,} {measure.of}"
        return Statistic(band, required, None, measure, note if measure.count < band.least else "not defined here")
    value = float(f"{measure.value:.{SIGNIFICANT_DIGITS}g}")
    return Statistic(band, required, value, measure, "")
