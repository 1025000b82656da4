"""Feed, growth and harvest of a cycle at sea, against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from engine.statistics import feed, growth, harvest, lice
from engine.statistics.records import Records
from tests.statistics.hand_made import MakeRecords, arrival, batch, day, deaths, harvested, lot, ring, states, treatment


@pytest.fixture
def one_cycle(make_records: MakeRecords) -> Records:
    """One batch in two rings, 100 and 110 days at 10 degC: 2000 smolts of 200 g, 1800 harvested at 5 and 6 kg."""
    return make_records(
        batch=[batch(1)],
        container_assignment=[ring(1, 1), ring(2, 1)],
        transfer_action=[arrival(1, 1000, 200.0), arrival(2, 600, 120.0), arrival(2, 400, 80.0)],
        daily_state=[
            *states(1, [1000] * 100, temp_c=10.0, biomass_kg=4750.0, feed_kg=[10.0] * 97 + [0.0] * 3),
            *states(2, [1000] * 110, temp_c=10.0, biomass_kg=5994.0, feed_kg=[10.0] * 109 + [0.0]),
        ],
        mortality_event=[
            *deaths(1, {50: 100}, kg=150.0),
            *deaths(2, {50: 90}, kg=100.0),
            *deaths(2, {60: 10}, cull=True, kg=50.0),
        ],
        feeding_event=[
            {"batch_assignment_id": 1, "amount_kg": 5000.0},
            {"batch_assignment_id": 2, "amount_kg": 6000.0},
        ],
        harvest_event=[harvested(1, 900, 4500.0, 100), harvested(2, 900, 5400.0, 110)],
        harvest_lot=[lot(1, 800, 1, 3400.0), lot(1, 100, 2, 400.0), lot(2, 900, 1, 4500.0)],
        daily_truth=[
            {"assignment_id": 1, "date": day(100), "avg_weight_g": 5000.0, "std_weight_g": 900.0},
            {"assignment_id": 2, "date": day(110), "avg_weight_g": 6000.0, "std_weight_g": 1200.0},
            {"assignment_id": 2, "date": day(109), "avg_weight_g": 9.0, "std_weight_g": 9.0},
        ],
    )


def test_feed_conversion_counts_the_dead_in_growth(one_cycle: Records) -> None:
    found = feed.feed_conversion(one_cycle)
    growth_kg = 9900 - 400 + 300
    assert found["biological FCR at sea, mean"].value == pytest.approx(11000 / growth_kg)
    assert found["economic FCR over biological FCR, Faroe Islands"].value == pytest.approx(growth_kg / 9500)


def test_implied_tgc_and_weights_of_a_cycle(one_cycle: Records) -> None:
    found = growth.production_cycles(one_cycle)
    tgc = 1000 * (5500 ** (1 / 3) - 200 ** (1 / 3)) / 1050
    assert found["implied sea TGC, mean, Faroe Islands"].value == pytest.approx(tgc)
    assert found["weight at sea transfer, mean, Faroe Islands"].value == pytest.approx(200)
    assert found["live weight at harvest, mean, Faroe Islands"].value == pytest.approx(5.5)
    assert found["months at sea, mean, Faroe Islands"].value == pytest.approx(105 / 30.4375)


def test_days_without_feed_are_counted_back_from_the_harvest(one_cycle: Records) -> None:
    assert feed.fasting_days(one_cycle)["days without feed before harvest"].value == pytest.approx((3 + 1) / 2)


def test_days_without_feed_before_a_treatment_end_on_the_day_before(make_records: MakeRecords) -> None:
    """Fed on day 40 and 47; unfed 41 to 46 and 48, 49; never fed in the other ring: as far as is looked."""
    fed = [0.0 if 41 <= n <= 46 or n in (48, 49) else 5.0 for n in range(1, 61)]
    records = make_records(
        batch=[batch(1)],
        container_assignment=[ring(1, 1), ring(2, 1)],
        daily_state=[*states(1, [1000] * 60, feed_kg=fed), *states(2, [1000] * 60, feed_kg=0.0)],
        treatment=[treatment(1, 1, 47), treatment(2, 1, 50), treatment(3, 1, 52), treatment(4, 2, 50)],
    )
    found = feed.unfed_days(
        records, lice.sea_treatments(records).select("assignment_id", last=pl.col("date").dt.offset_by("-1d"))
    )
    assert found.to_list() == [6, 2, 0, feed.MAX_FASTING_DAYS]
    measure = feed.fasting_days(records)["days without feed before a treatment"]
    assert measure.value == pytest.approx((6 + 2 + 0 + 10) / 4)
    assert measure.count == 4


def test_biomass_estimate_against_what_was_weighed(one_cycle: Records) -> None:
    """Ring 1 estimated at 4750 for 4500 kg, ring 2 at 5994 for 5400."""
    found = growth.biomass_estimate_errors(one_cycle)
    errors = np.array([4750 / 4500 - 1, 5994 / 5400 - 1])
    assert found["pre-harvest biomass estimate, mean absolute error"].value == pytest.approx(100 * errors.mean())
    assert found["pre-harvest biomass estimate, off by more than 3 %"].value == 100
    assert found["pre-harvest biomass estimate, off by more than 10 %"].value == 50


def test_gutted_weight_and_superior_share(one_cycle: Records) -> None:
    found = harvest.weights_and_grades(one_cycle)
    assert found["gutted weight, mean, Faroe Islands"].value == pytest.approx(8300 / 1800)
    assert found["superior share, mean"].value == pytest.approx(1700 / 1800)
    assert found["gutted over live weight, mean"].value == pytest.approx(8300 / 9900)
    assert found["gutted weight, mean, Scotland"].value is None


def test_true_spread_is_that_of_the_rings_mixed(one_cycle: Records) -> None:
    """Held against fish made up with exactly these moments."""
    unit = np.array([-1.0, 1.0] * 450)
    fish = np.concatenate([5000 + 900 * unit, 6000 + 1200 * unit])
    (row,) = harvest.true_dispersion(one_cycle).to_dicts()
    assert row["mean_g"] == pytest.approx(fish.mean())
    assert row["cv"] == pytest.approx(fish.std() / fish.mean())


def test_likeness_at_harvest_is_that_of_the_fish_sold_by_size(make_records: MakeRecords) -> None:
    """Twenty thousand fish sorted into classes of 1 kg gutted give back their own CV and skewness."""
    rng = np.random.default_rng(11)
    fish = (1.75 + 0.13 * rng.standard_normal(20_000)) ** 3
    classes = np.floor(0.84 * fish).astype(int)
    lots = [
        {
            **lot(1, 900),
            "batch_id": 1,
            "id": i,
            "unit_count": int((classes == c).sum()),
            "live_weight_kg": float(fish[classes == c].sum()),
            "gutted_weight_kg": float(0.84 * fish[classes == c].sum()),
        }
        for i, c in enumerate(np.unique(classes))
    ]
    records = make_records(
        batch=[batch(1)],
        container_assignment=[ring(1, 1)],
        harvest_event=[harvested(1, 900)],
        harvest_lot=lots,
    )
    (row,) = harvest.graded_dispersion(records).to_dicts()
    central = fish - fish.mean()
    assert row["fish"] == len(fish)
    assert row["cv"] == pytest.approx(fish.std() / fish.mean(), rel=0.02)
    assert row["skewness"] == pytest.approx((central**3).mean() / (central**2).mean() ** 1.5, abs=0.05)


def test_density_against_the_limit_of_the_fishs_weight(make_records: MakeRecords) -> None:
    """1000 m3: 12 t of 900 g are over 10 kg/m3, of 1500 g under 15; 22 t of 2.5 kg are over 20, of 4 kg under 25."""
    records = make_records(
        batch=[batch(1)],
        container_assignment=[ring(1, 1)],
        daily_state=states(
            1,
            [1] * 4,
            biomass_kg=[12_000.0, 12_000.0, 22_000.0, 22_000.0],
            avg_weight_g=[900.0, 1500.0, 2500.0, 4000.0],
        ),
    )
    found = growth.stocking_density(records)
    assert found["density in rings, days over the Faroese legal limit, Faroe Islands"].value == 50
    assert found["density in rings, maximum, Faroe Islands"].value == 22
    assert found["density in rings, median, Faroe Islands"].value == 17
