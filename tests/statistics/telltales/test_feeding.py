"""Meals, pellets, suppliers, stores, and an appetite that remembers yesterday."""

from __future__ import annotations

import math
from datetime import UTC, datetime, time

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.statistics.measure import Measures
from engine.statistics.telltales import feeding
from tests.statistics.hand_made import Row, Rows, batch, day, ring, states, treatment
from tests.statistics.telltales.bounds import farm_records, inside

OF_FRY = "meals a day of fry, mean"
AS_MANY = "days at sea with the commonest number of meals"
AT_TIMES = "meals at sea at the 2 most frequent times of day"
PELLETS, SUPPLIER = "feed above 1 kg in pellets of 7 mm and more", "feed bought from the greatest supplier"
ABOVE, FULLEST = "days with a store above its capacity", "fullest store over its capacity"
MEMORY = "feed, correlation of one day's change with the last one's"
SHARED = "feed, share of the daily changes' variance between farm-days"
AFTER = "feed on the first fed day after a treatment over a week later"


def meal(stay: int, n: int, hour: float = 9.0, feed: int = 1, kg: float = 10.0) -> Row:
    clock = time(int(hour), round(60 * (hour % 1)))
    return {
        "batch_assignment_id": stay,
        "feeding_date": day(n),
        "feeding_time": datetime.combine(day(n), clock, UTC),
        "feed_id": feed,
        "feed_container_id": 1,
        "amount_kg": kg,
    }


def test_meals_by_stage() -> None:
    """Fry every hour of a working day or twice; at sea two to four times by the light, or always at two."""
    fry = ring(2, 1, container=3) | {"lifecycle_stage_id": feeding.FRY}
    for of_fry, at_sea, values in (
        ([8 + n / 2 for n in range(24)], lambda n: [8 + n % 4 / 4, 12.0, 15.5 + n % 3 / 2][: 2 + n % 2], (24.0, 50.0)),
        ([8.0, 16.0], lambda n: [8.0, 15.0], (2.0, 100.0)),
    ):
        records = farm_records(
            batch=[batch(1)],
            container_assignment=[ring(1, 1), fry],
            feeding_event=[
                *(meal(2, n, hour) for n in (1, 2) for hour in of_fry),
                *(meal(1, n, hour) for n in range(1, 13) for hour in at_sea(n)),
            ],
        )
        found = feeding.meals(records)
        assert (found[OF_FRY].value, found[AS_MANY].value) == values
        assert (found[OF_FRY].count, found[AS_MANY].count) == (2, 12)
        natural = values[0] > 2
        assert (found[AT_TIMES].value == 100) is not natural
        assert inside(found, OF_FRY, AS_MANY) == [natural] * 2
        assert inside(found, AT_TIMES) == [False]  # the noon meal is at noon


def test_meals_at_sea_by_light() -> None:
    records = farm_records(
        batch=[batch(1)],
        container_assignment=[ring(1, 1)],
        feeding_event=[meal(1, n, 8 + n / 10) for n in range(1, 21)],
    )
    found = feeding.meals(records)
    assert (found[AT_TIMES].value, found[AT_TIMES].count) == (10.0, 20)
    assert inside(found, AT_TIMES) == [True]


def test_large_fish_get_large_pellets() -> None:
    for large, share, natural in ((2, 100.0, True), (1, 0.0, False)):
        records = farm_records(
            batch=[batch(1)],
            container_assignment=[ring(1, 1)],
            daily_state=states(1, [100] * 3, avg_weight_g=[900.0, 1100.0, 2000.0]),
            feed=[{"id": 1, "pellet_size_mm": 4.5}, {"id": 2, "pellet_size_mm": 9.0}],
            feeding_event=[meal(1, 1, feed=1), meal(1, 2, feed=large), meal(1, 3, feed=large)],
        )
        found = feeding.pellets_and_suppliers(records)
        assert (found[PELLETS].value, found[PELLETS].count) == (share, 2)
        assert inside(found, PELLETS) == [natural]


def test_more_than_one_supplier() -> None:
    for names, share, natural in ((("A", "B", "A"), 60.0, True), (("A", "A", "A"), 100.0, False)):
        bought = [{"supplier": s, "quantity_kg": kg} for s, kg in zip(names, (100.0, 200.0, 200.0), strict=True)]
        found = feeding.pellets_and_suppliers(farm_records(feed_purchase=bought))
        assert (found[SUPPLIER].value, found[SUPPLIER].count) == (share, 3)
        assert inside(found, SUPPLIER) == [natural]


def test_a_store_holds_what_fits() -> None:
    """Two batches feed from one barge of 1000 kg; what came and went on a day is counted together."""
    for second, fullest, above, natural in ((400.0, 0.9, 0.0, True), (700.0, 1.2, 25.0, False)):
        records = farm_records(
            feed_container=[{"id": 1, "capacity_kg": 1000.0}, {"id": 2, "capacity_kg": 0.0}],
            feed_purchase=[
                {"feed_container_id": 1, "purchase_date": day(1), "quantity_kg": 900.0},
                {"feed_container_id": 1, "purchase_date": day(3), "quantity_kg": second},
                {"feed_container_id": 2, "purchase_date": day(1), "quantity_kg": 9000.0},  # nobody knows what fits
            ],
            feeding_event=[meal(1, 2, kg=300.0), meal(2, 3, kg=100.0), meal(1, 4, kg=250.0)],
        )
        found = feeding.stores(records)
        assert (found[ABOVE].value, found[ABOVE].count) == (above, 4)
        assert found[FULLEST].value == pytest.approx(fullest)
        assert inside(found, ABOVE, FULLEST) == [natural] * 2


def fed(levels: NDArray[np.float64]) -> Measures:
    """levels: ring, day; the logarithm of a ring's feed, two rings a farm."""
    rings, days = levels.shape
    records = farm_records(
        batch=[batch(1 + n // 2) for n in range(0, rings, 2)],
        container_assignment=[ring(n + 1, 1 + n // 2) for n in range(rings)],
        daily_state=[
            row
            for n in range(rings)
            for row in states(n + 1, [1000] * days, feed_kg=(1000 * np.exp(levels[n])).tolist())
        ],
    )
    return feeding.appetite(records)


def test_appetite_remembers_yesterday() -> None:
    """A slow walk that the rings of a farm share in part, against each day and ring drawn anew: -.5, and nothing."""
    rng = np.random.default_rng(7)
    shared = np.repeat(rng.normal(size=(10, 400)), 2, axis=0)
    walk = 0.05 * np.cumsum(math.sqrt(0.5) * shared + math.sqrt(0.5) * rng.normal(size=(20, 400)), axis=1)
    slow = fed(0.5 * np.tanh(walk))
    assert inside(slow, MEMORY, SHARED) == [True] * 2
    anew = fed(0.1 * rng.normal(size=(20, 400)))
    assert anew[MEMORY].value == pytest.approx(-0.5, abs=0.03)
    assert anew[SHARED].value == pytest.approx(0, abs=0.05)
    assert inside(anew, MEMORY, SHARED) == [False] * 2
    assert (anew[MEMORY].count, anew[SHARED].count) == (20 * 398, 20 * 399)


def test_days_of_little_feed_are_no_change() -> None:
    found = fed(np.array([[0.0, -9.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, -9.0, 0.0]]))
    assert (found[MEMORY].count, found[SHARED].count) == (2, 4)


def test_appetite_comes_back_over_days() -> None:
    """Treated on day 10, fasted before and for a day after; what was fed on the day itself doesn't count."""
    for first, value, natural in ((50.0, 0.5, True), (100.0, 1.0, False)):
        days: Rows = states(1, [1000] * 25, feed_kg=[100.0] * 8 + [0.0, 3.0, 0.0, first] + [100.0] * 13)
        records = farm_records(
            batch=[batch(1)],
            container_assignment=[ring(1, 1)],
            daily_state=days,
            treatment=[treatment(1, 1, 10), treatment(2, 1, 24)],  # the second's week later is not known
        )
        found = feeding.appetite(records)
        assert found[AFTER].value == pytest.approx(value)
        assert found[AFTER].count == 1
        assert inside(found, AFTER) == [natural]
