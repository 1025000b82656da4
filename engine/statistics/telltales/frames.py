"""A run's records with what several tell-tales share: farms, weeks of the calendar, lice counts, small formulas."""

from __future__ import annotations

from functools import cached_property

import polars as pl

from engine.statistics.lice import adult_females
from engine.statistics.measure import Basis, Measure, as_float, ratio
from engine.statistics.records import Records, collect

WEEK_DAYS = 7
MIN_LICE = 0.05  # added before a logarithm, as in the published figures of cages
FARM = ("batch_id", "area_id")  # a farm is the rings of one batch in one area


class FarmRecords(Records):
    """Records, and the frames that tell-tales share, each made once."""

    @cached_property
    def places(self) -> pl.DataFrame:
        """Rings with their place and time: assignment_id, batch_id, area_id, geography, first_day, last_day."""
        days = self.ring_days.group_by("assignment_id").agg(last_day=pl.col("date").max())
        return self.rings.select("assignment_id", "batch_id", "area_id", "geography", "first_day").join(
            days, on="assignment_id"
        )

    @cached_property
    def females(self) -> pl.DataFrame:
        """Each ring's mean count of a week: assignment_id, batch_id, area_id, geography, week, date, females (a fish).

        Adult females of Lepeophtheirus salmonis; week: its Monday.
        """
        return collect(
            adult_females(self)
            .with_columns(females=pl.col("females") / pl.col("fish_sampled"))
            .join(self.rings.lazy().select("assignment_id", *FARM, "geography"), on="assignment_id")
            .with_columns(date=pl.col("count_date").dt.date())
            .with_columns(week=pl.col("date").dt.truncate("1w"))
            .group_by("assignment_id", *FARM, "geography", "week")
            .agg(pl.col("date").min(), pl.col("females").mean())
            .sort("assignment_id", "week")
        )

    @cached_property
    def weeks(self) -> pl.DataFrame:
        """A ring's whole weeks from Monday: assignment_id, batch_id, area_id, geography, week, dead, rate."""
        return (
            self.deaths_by_day.group_by("assignment_id", week=pl.col("date").dt.truncate("1w"))
            .agg(pl.col("dead").sum(), fish=pl.col("population").mean(), days=pl.len())
            .filter((pl.col("days") == WEEK_DAYS) & (pl.col("fish") > 0))
            .with_columns(rate=pl.col("dead") / pl.col("fish"))
            .join(self.rings.select("assignment_id", *FARM, "geography"), on="assignment_id")
            .select("assignment_id", *FARM, "geography", "week", "dead", "fish", "rate")
            .sort("assignment_id", "week")
        )

    @cached_property
    def meals(self) -> pl.DataFrame:
        """A container's feed of one kind and day: assignment_id, date, feed_id, store_id, meals, kg."""
        return collect(
            self.tables["feeding_event"]
            .group_by(
                "feed_id",
                assignment_id="batch_assignment_id",
                date="feeding_date",
                store_id="feed_container_id",
            )
            .agg(meals=pl.len(), kg=pl.col("amount_kg").sum())
        )

    @cached_property
    def stage_of(self) -> pl.DataFrame:
        """The stage of each stay: assignment_id, stage."""
        return self.stays.select("assignment_id", "stage")


def share_between(frame: pl.DataFrame, value: str, groups: tuple[str, ...]) -> float | None:
    """Which share of a value's variance lies between groups: one less the variance within groups over all of it.

    Within: the sum of squares about the groups' means by its degrees of freedom, so that small groups count fairly.
    """
    members = frame.filter(pl.col(value).is_finite()).filter(pl.len().over(groups) > 1)
    if members.height < 3:
        return None
    about = members.select(square=(pl.col(value) - pl.col(value).mean().over(groups)) ** 2)
    free = members.height - members.select(groups).unique().height
    within = ratio(float(about["square"].sum()), free)
    whole = as_float(members[value].var())
    left = ratio(within, whole)
    return None if left is None else 1 - left


def lag_correlation(frame: pl.DataFrame, value: str, key: str, *, when: str, days: int) -> tuple[float | None, int]:
    """The correlation of a value with its own `days` later, of the same key; and of how many pairs."""
    later = frame.select(key, (pl.col(when).dt.offset_by(f"-{days}d")).alias(when), next=pl.col(value))
    pairs = frame.join(later, on=[key, when]).filter(pl.col(value).is_finite() & pl.col("next").is_finite())
    correlation = pairs.select(pl.corr(value, "next")).item() if pairs.height > 2 else None
    return correlation, pairs.height


def top_share(basis: Basis, values: pl.Series, top: int = 1) -> Measure:
    """The percentage of the values that are one of the `top` most frequent ones."""
    known = values.drop_nulls()
    most = known.value_counts(sort=True)["count"].head(top).sum() if known.len() else 0
    share = ratio(float(most), known.len())
    return basis.measure(None if share is None else 100 * share, known.len())
