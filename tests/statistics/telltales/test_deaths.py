"""Deaths in blocks of days, beyond chance, by farm-week and by cause; and the small formulas behind them."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from engine.statistics.telltales import deaths as telltales
from engine.statistics.telltales.frames import lag_correlation, share_between
from tests.statistics.hand_made import Rows, batch, deaths, ring, states
from tests.statistics.telltales.bounds import farm_records, inside

AT_BLOCKS = "deaths that double or halve at blocks of 7 days from stocking, over other days"
SPREAD = "deaths within a week, variance over mean, median"
MEMORY = "cause of death, memory from day to day"


def days_of(dead: list[int]) -> pl.DataFrame:
    """A ring's deaths by day at sea."""
    return pl.DataFrame({"assignment_id": 1, "day": range(1, len(dead) + 1), "dead": dead})


def test_a_rate_redrawn_every_seventh_day_jumps_there() -> None:
    """70 days have 9 pairs at blocks; with every 7th day a double, each is a jump, and no other pair."""
    in_blocks = telltales.jumps_at_blocks(days_of([100 if n // 7 % 2 else 40 for n in range(70)]))
    assert (in_blocks.value, in_blocks.count) == (9.5 / 0.5, 9)
    every_other_day = telltales.jumps_at_blocks(days_of([100 if n % 2 else 40 for n in range(70)]))
    assert every_other_day.value == 1.0
    steady = telltales.jumps_at_blocks(days_of([100 + n for n in range(70)]))
    assert (steady.value, steady.count) == (1.0, 9)  # no jump at all
    few = telltales.jumps_at_blocks(days_of([1 if n // 7 % 2 else 20 for n in range(70)]))
    assert few.count == 0  # chance alone doubles so few


def test_a_day_without_a_row_makes_no_pair() -> None:
    days = days_of([100 if n // 7 % 2 else 40 for n in range(70)]).filter(pl.col("day") != 8)
    assert telltales.jumps_at_blocks(days).count == 8


def test_deaths_within_a_week_spread_more_than_chance() -> None:
    scattered, even = [2, 4, 6, 9, 13, 16, 20], [9, 10, 10, 11, 9, 10, 11]
    assert telltales.week_dispersion(days_of(scattered)).value == pytest.approx(np.var(scattered, ddof=1) / 10)
    too_few = telltales.week_dispersion(days_of([4] * 7))
    not_whole = telltales.week_dispersion(days_of(scattered[:6]))
    assert (too_few.count, not_whole.count) == (0, 0)
    for week, natural in ((scattered, True), (even, False)):
        records = farm_records(
            batch=[batch(1)],
            container_assignment=[ring(1, 1)],
            daily_state=states(1, [1000] * 70),
            mortality_event=deaths(1, {n + 1: week[n % 7] for n in range(70)}),
        )
        assert inside(telltales.blocks(records), SPREAD) == [natural]


def test_causes_stay_for_days() -> None:
    """Outbreaks of ten days, against a cause that is another one each day, and one tossed anew each day."""
    tossed = np.random.default_rng(1).integers(0, 2, 4000)
    for is_disease, kappa, natural in (
        ([n // 10 % 2 == 0 for n in range(200)], 1 - 2 * 19 / 199, True),
        ([n % 2 == 0 for n in range(200)], -1.0, False),
        ([bool(n) for n in tossed], 0.0, False),
    ):
        died = [("DISEASE", 30) if disease else ("HANDLING", 30) for disease in is_disease]
        records = farm_records(
            batch=[batch(1)],
            container_assignment=[ring(1, 1)],
            mortality_event=[
                *(row for n, (cause, dead) in enumerate(died, 1) for row in deaths(1, {n: dead}, cause=cause)),
                *deaths(1, dict.fromkeys(range(1, len(died) + 1), 5)),  # the lesser cause of the day
            ],
        )
        found = telltales.causes(records)
        assert found[MEMORY].value == pytest.approx(kappa, abs=0.05)
        assert found[MEMORY].count == len(died) - 1
        assert inside(found, MEMORY) == [natural]


def test_a_cause_that_never_changes_has_no_kappa() -> None:
    rows = [row for n in range(1, 50) for row in deaths(1, {n: 30}, cause="DISEASE")]
    records = farm_records(batch=[batch(1)], container_assignment=[ring(1, 1)], mortality_event=rows)
    assert telltales.causes(records)[MEMORY].value is None


def test_injuries_by_geography() -> None:
    names = [f"share of deaths at sea by injuries, {where}" for where in ("Faroe Islands", "Scotland")]
    records = farm_records(
        batch=[batch(1), batch(2, geography=2)],
        container_assignment=[ring(1, 1), ring(2, 2, container=2)],
        mortality_event=[
            *deaths(1, {1: 33}, cause="HANDLING"),
            *deaths(1, {2: 67}, cause="DISEASE"),
            *deaths(2, {1: 80}, cause="HANDLING"),
            *deaths(2, {2: 20}, cause="DISEASE"),
            *deaths(2, {3: 900}, cause="DISEASE", cull=True),
        ],
    )
    found = telltales.causes(records)
    assert [found[name].value for name in names] == [33.0, 80.0]
    assert inside(found, *names) == [True, False]


def test_the_share_of_variance_between_groups() -> None:
    """Of groups that are one value each all; of groups alike none; a member alone tells nothing."""

    def share(*groups: list[float]) -> float | None:
        rows = [(n, value) for n, group in enumerate(groups) for value in group]
        return share_between(pl.DataFrame(rows, schema=["g", "x"], orient="row"), "x", ("g",))

    assert share([1.0, 1.0], [3.0, 3.0], [7.0, 7.0]) == 1.0
    assert share([1.0, 3.0], [4.0, 6.0]) == pytest.approx(1 - (4 / 2) / np.var([1, 3, 4, 6], ddof=1))
    assert share([1.0, 1.0], [3.0, 3.0], [1000.0]) == 1.0
    assert share([1.0, 2.0]) == share([1.0], [2.0]) is None
    rng = np.random.default_rng(3)
    own, shared = rng.normal(size=(2000, 10)), rng.normal(size=(2000, 1))
    assert share(*(own + 2 * shared).tolist()) == pytest.approx(4 / 5, abs=0.02)
    assert share(*own.tolist()) == pytest.approx(0, abs=0.02)


def test_the_correlation_with_the_next_week() -> None:
    """Weeks 0-3, and 5 without the week before: three pairs."""
    weeks = [date(2021, 1, 4) + timedelta(weeks=n) for n in (0, 1, 2, 3, 5)]
    frame = pl.DataFrame({"ring": 1, "week": weeks, "x": [1.0, 2.0, 4.0, 3.0, 100.0]})
    correlation, pairs = lag_correlation(frame, "x", "ring", when="week", days=7)
    assert pairs == 3
    assert correlation == pytest.approx(np.corrcoef([1, 2, 4], [2, 4, 3])[0, 1])


FIGURES = [
    "weekly mortality, share of the variance of its logarithm between farm-weeks, Scotland",
    "weekly mortality, correlation of its logit with the next week's, Scotland",
    "weekly mortality, mean over median, Scotland",
]


def scottish_farm(rate: Callable[[int, int], float], weeks: int = 60, rings: int = 6) -> dict[str, Rows]:
    """A farm's rings with so many dead, of a million fish, on each day of a week."""
    days = 1 + 7 * weeks  # the first is a Sunday
    return {
        "batch": [batch(1, geography=2)],
        "container_assignment": [ring(n, 1, container=2) for n in range(1, rings + 1)],
        "daily_state": [row for n in range(1, rings + 1) for row in states(n, [1_000_000] * days)],
        "mortality_event": [
            row
            for n in range(1, rings + 1)
            for row in deaths(n, {2 + day: round(rate(n, day // 7)) for day in range(7 * weeks)})
        ],
    }


def test_cages_of_a_farm_die_apart_and_together() -> None:
    """Logarithms of the week's dead: the farm's share, the ring's memory; the figures that went into them come out."""
    rng = np.random.default_rng(5)
    memory, farms_share = 0.57, 0.66

    def walk(columns: int) -> list[list[float]]:
        level = rng.normal(size=columns)
        walked = [level]
        for _ in range(59):
            walked.append(memory * walked[-1] + math.sqrt(1 - memory**2) * rng.normal(size=columns))
        series: list[list[float]] = np.array(walked).T.tolist()
        return series

    ours, own = walk(1)[0], walk(6)

    def natural(n: int, week: int) -> float:
        both = math.sqrt(farms_share) * ours[week] + math.sqrt(1 - farms_share) * own[n - 1][week]
        return 200 * math.exp(1.6 * both)

    found = telltales.farm_weeks(farm_records(**scottish_farm(natural)))
    assert [found[name].count for name in FIGURES] == [360, 6 * 59, 360]
    assert inside(found, *FIGURES) == [True, True, True], [found[name].value for name in FIGURES]

    together = telltales.farm_weeks(farm_records(**scottish_farm(lambda n, week: 1000 + 10 * week + n)))
    assert inside(together, *FIGURES) == [False] * 3
    assert together[FIGURES[0]].value == pytest.approx(1, abs=1e-3)
    assert together[FIGURES[1]].value == pytest.approx(1, abs=1e-3)


def test_a_week_without_deaths_has_a_logarithm_too() -> None:
    found = telltales.farm_weeks(farm_records(**scottish_farm(lambda n, week: 0.0, weeks=4)))
    assert found[FIGURES[1]].count == 18
    assert found[FIGURES[0]].value is None
