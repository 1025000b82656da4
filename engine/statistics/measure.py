"""A statistic's figure, with how many things it rests on and what it was computed from."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import polars as pl


@dataclass(frozen=True)
class Measure:
    """`value` is None where there is nothing to compute it from; it rests on `count` of what is `counted`.

    basis: the tables that it comes from; "truth" where the farm could not have computed it.
    """

    value: float | None
    count: int
    counted: str
    basis: str


@dataclass(frozen=True)
class Basis:
    """What the measures of one family have in common."""

    counted: str
    tables: str

    def measure(self, value: float | None, count: int) -> Measure:
        """A measure of a number or None; NaN and infinities, the results of dividing by nothing, are None."""
        known = value is not None and math.isfinite(value)
        return Measure(value=value if known else None, count=count, counted=self.counted, basis=self.tables)

    def mean(self, values: pl.Series) -> Measure:
        """Of the values that are known and finite."""
        known = finite(values)
        return self.measure(mean(known), known.len())

    def standard_deviation(self, values: pl.Series) -> Measure:
        """Sample standard deviation."""
        known = finite(values)
        return self.measure(as_float(known.std()), known.len())

    def quantile(self, values: pl.Series, share: float) -> Measure:
        """Linear between the order statistics."""
        known = finite(values)
        return self.measure(known.quantile(share, "linear"), known.len())

    def percentage(self, holds: pl.Series) -> Measure:
        """Percentage of the values, booleans, that are true."""
        return as_percent(self.mean(holds))


Measures = dict[str, Measure]


def finite(values: pl.Series) -> pl.Series:
    """The values as floats, without nulls and without what came of dividing by nothing."""
    floats = values.cast(pl.Float64)
    return floats.filter(floats.is_finite().fill_null(False))


def as_float(value: Any) -> float | None:
    """What Polars gives for one figure of a series, as a float."""
    return None if value is None else float(value)


def mean(values: pl.Series) -> float | None:
    """None of none."""
    return as_float(values.mean())


def total(values: pl.Series) -> float:
    """The sum; 0 of none."""
    return float(values.sum())


def ratio(part: float | None, whole: float | None) -> float | None:
    """None where either is unknown or there is nothing to divide by."""
    return part / whole if part is not None and whole else None


def as_percent(measure: Measure) -> Measure:
    """A share as a percentage."""
    return replace(measure, value=None if measure.value is None else 100.0 * measure.value)


def with_geography(name: str, geography: str) -> str:
    """A statistic's name: what it is, then where."""
    return f"{name}, {geography}"


def name_by_geography(measures: Measures, geography: str) -> Measures:
    """The measures of one geography under their names with it."""
    return {with_geography(name, geography): measure for name, measure in measures.items()}


def by_geography(frame: pl.DataFrame, geographies: Iterable[str]) -> Iterable[tuple[str, pl.DataFrame]]:
    """Every geography with its rows, also where there are none."""
    for name in geographies:
        yield name, frame.filter(pl.col("geography") == name)
