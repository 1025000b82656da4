"""What catches the eye of a site: weeks in which many fish died, counts above the limit of lice, little oxygen."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.lice.stages import ADULT_FEMALE
from engine.simulation.numerics.calendar import WEEK_DAYS, months_since_1970
from engine.simulation.record import SeaLice, StageHistory


class WeeklyMortality(NamedTuple):
    """Whole weeks of a stage, all its containers together: the dead, the fish at the start, how bad (0: as usual)."""

    dead: np.ndarray
    fish: np.ndarray
    level: np.ndarray


class FemaleCounts(NamedTuple):
    """Adult females and fish over all rings at each count, the limit of the day, and whether they are above it."""

    females: np.ndarray
    fish: np.ndarray
    limit: np.ndarray
    is_above: np.ndarray


def weekly_mortality(stage: StageHistory, bounds: tuple[float, ...]) -> WeeklyMortality:
    """The weeks of a stage; `bounds`: shares of the fish from which a week is worse than usual, bad and very bad."""
    weeks = stage.days // WEEK_DAYS
    dead = stage.dead[:, : WEEK_DAYS * weeks].sum(axis=0, dtype=np.int64).reshape(weeks, WEEK_DAYS).sum(axis=1)
    evening_before = stage.population[:, WEEK_DAYS - 1 : WEEK_DAYS * weeks - 1 : WEEK_DAYS].sum(axis=0, dtype=np.int64)
    fish = np.concatenate([stage.fish.sum(keepdims=True), evening_before])[:weeks]
    level = np.searchsorted(bounds, dead / np.maximum(fish, 1), side="right")
    return WeeklyMortality(dead=dead, fish=fish, level=level)


def adult_female_counts(lice: SeaLice, limits: tuple[float, ...]) -> FemaleCounts:
    """The counts of a stay at sea; `limits`: adult females a fish, January to December."""
    month = months_since_1970(lice.day) % 12
    limit = np.array(limits)[month]
    females = lice.counted[:, :, ADULT_FEMALE].sum(axis=0, dtype=np.int64)
    fish = lice.sampled.sum(axis=0, dtype=np.int64)
    is_above = (fish > 0) & (females > limit * fish)
    return FemaleCounts(females=females, fish=fish, limit=limit, is_above=is_above)


def days_of_low_oxygen(stage: StageHistory, bound: float, quiet_days: int) -> tuple[np.ndarray, list[int]]:
    """(n, days) of less oxygen than `bound`, % saturation, where fish are; and the days of the stay worth an entry."""
    below = stage.oxygen_min < bound
    below &= stage.population > 0
    days: list[int] = []
    for d in np.flatnonzero(below.any(axis=0)).tolist():
        if not days or d - days[-1] > quiet_days:
            days.append(d)
    return below, days


def run_starts(flags: np.ndarray) -> list[int]:
    """Where a run of true values begins."""
    starts = flags.copy()
    starts[1:] &= ~flags[:-1]
    return list(starts.nonzero()[0].tolist())
