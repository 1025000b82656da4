"""A statistic's figure, with how many things it rests on and what it was computed from."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import polars as pl


@dataclass(frozen=True)
class Measure:
    """`value` is None where there is nothing to compute it from; `count` says of how many `of`.

    basis: the tables that it comes from; "truth" where the farm could not have computed it.
    """

    value: float | None
    count: int
    of: str
    basis: str


@dataclass(frozen=True)
class Basis:
    """What the measures of one family have in common."""

    of: str
    tables: str

    def measure(self, value: float | None, count: int) -> Measure:
        """A measure of a number or None; NaN and infinities, the results of dividing by nothing, are None."""
        return Measure(None if value is None or not math.isfinite(value) else value, count, self.of, self.tables)

    def mean(self, values: pl.Series) -> Measure:
        known = finite(values)
        return self.measure(mean(known), known.len())

    def deviation(self, values: pl.Series) -> Measure:
        """Sample standard deviation."""
        known = finite(values)
        return self.measure(number(known.std()), known.len())

    def quantile(self, values: pl.Series, share: float) -> Measure:
        """Linear between the order statistics."""
        known = finite(values)
        return self.measure(known.quantile(share, "linear"), known.len())

    def share(self, holds: pl.Series) -> Measure:
        """Percentage of the values, booleans, that are true."""
        return percent(self.mean(holds))


Measures = dict[str, Measure]


def finite(values: pl.Series) -> pl.Series:
    """The values as floats, without nulls and without what came of dividing by nothing."""
    floats = values.cast(pl.Float64)
    return floats.filter(floats.is_finite().fill_null(False))


def number(value: Any) -> float | None:
    """What Polars gives for one figure of a series, as a float."""
    return None if value is None else float(value)


def mean(values: pl.Series) -> float | None:
    return number(values.mean())


def total(values: pl.Series) -> float:
    """The sum; 0 of none."""
    return float(values.sum())


def ratio(part: float | None, whole: float | None) -> float | None:
    """None where either is unknown or there is nothing to divide by."""
    return part / whole if part is not None and whole else None


def percent(measure: Measure) -> Measure:
    return replace(measure, value=None if measure.value is None else 100.0 * measure.value)


def of_geography(what: str, geography: str) -> str:
    """A statistic's name: what it is, then where."""
    return f"{what}, {geography}"


def by_geography(frame: pl.DataFrame, geographies: Iterable[str]) -> Iterable[tuple[str, pl.DataFrame]]:
    """Every geography with its rows, also where there are none."""
    for name in geographies:
        yield name, frame.filter(pl.col("geography") == name)
