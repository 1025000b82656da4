"""What people write down, and copies of one series in another ring."""

from __future__ import annotations

import math
from datetime import timedelta

import polars as pl
import pytest

from engine.statistics.telltales import written
from tests.statistics.hand_made import START, Rows, batch, day, deaths, evening, ring, states
from tests.statistics.telltales.bounds import farm_records, inside

MONTH_FROM = 32  # day 32 at sea is 1 April


def test_scales_and_feeders_show_whole_steps() -> None:
    names = ["weights of fish above 3 kg to 5 g", "meals above 100 kg to 0.1 kg"]
    for weights, meals, natural in (
        ((3005.0, 4210.0, 5000.0), (100.1, 123.4, 1000.7), True),
        ((3005.12, 4211.0, 5000.0), (100.1111, 123.45, 1000.7), False),
    ):
        records = farm_records(
            individual_growth_observation=[{"weight_g": w} for w in (*weights, 812.37)],
            feeding_event=[{"amount_kg": kg} for kg in (*meals, 3.3333)],
        )
        found = written.digits(records)
        assert [found[name].count for name in names] == [3, 3]  # small fish and meals are weighed finer
        assert [found[name].value for name in names] == pytest.approx([100.0 if natural else 100 / 3] * 2)
        assert inside(found, *names) == [natural] * 2


def test_nets_bring_up_a_few_more_or_fewer() -> None:
    names = ["weight samples of the commonest size", "lice counts of the commonest number of fish"]
    for sizes, share in (((29, 30, 30, 31), 50.0), ((30, 30, 30, 30), 100.0)):
        records = farm_records(
            growth_sample=[{"sample_size": n} for n in sizes],
            lice_count=[
                {"assignment_id": 1, "count_date": evening(i), "lice_type_id": kind, "fish_sampled": n}
                for i, n in enumerate(sizes)
                for kind in (1, 2)
            ],
        )
        found = written.digits(records)
        assert [found[name].value for name in names] == [share, share]
        assert [found[name].count for name in names] == [4, 4]
        assert inside(found, *names) == [share < 70] * 2


def test_a_wording_is_one_whatever_its_numbers_and_containers() -> None:
    texts = [
        "12 rings moved from FI-A01-R01 on 2023-04-05",
        "3 rings moved from SC-A12-R07 on 2024-11-30",
        "7.5 rings moved from FI-A01-R01, FI-A01-R02 and FI-A01-R03 on 2024-01-02",
        "nets were cleaned",
        "divers cleaned the nets",
    ]
    assert written.wordings(pl.Series(texts)) == 3


def test_a_farm_at_sea_writes_several_times_a_week() -> None:
    """Two weeks at sea: entries before the transfer and after the last day aren't of the sea."""
    name = "journal, entries a week of a batch at sea"
    for days, a_week in (((1, 3, 5, 8, 9, 14), 3.0), ((2,), 0.5)):
        records = farm_records(
            batch=[batch(1)],
            container_assignment=[ring(1, 1)],
            daily_state=states(1, [1000] * 14),
            journal_entry=[
                {"batch_id": 1, "entry_date": evening(n), "description": f"{abs(n)} dead"} for n in (-5, *days, 15)
            ],
        )
        found = written.journals(records)
        assert found[name].value == pytest.approx(a_week)
        assert found["journal, different wordings"].value == 1
        assert inside(found, name) == [a_week > 2]


def test_yield_differs_between_lots() -> None:
    name = "gutted yield, standard deviation between a ring's lots"
    for shares, value in (((0.83, 0.84, 0.85), 1.0), ((0.84, 0.84, 0.84), 0.0)):
        lots = [{"event_id": 1, "live_weight_kg": 1000.0, "gutted_weight_kg": 1000.0 * share} for share in shares]
        alone = {"event_id": 2, "live_weight_kg": 1000.0, "gutted_weight_kg": 500.0}
        found = written.yields(farm_records(harvest_lot=[*lots, alone]))
        assert found[name].value == pytest.approx(value)
        assert found[name].count == 1
        assert inside(found, name) == [value > 0]


def series(of: str, values: list[float], other: list[float]) -> dict[str, float | None]:
    """What is found of two rings with these temperatures, feed or deaths in April, all else different."""
    first = MONTH_FROM - 1
    columns: dict[str, list[list[float]]] = {
        "temp_c": [[7 + n / 100 for n in range(30)], [9 + n / 100 for n in range(30)]],
        "feed_kg": [[100.0 + n for n in range(30)], [200.0 + n for n in range(30)]],
        "dead": [[1.0 + n % 7 for n in range(30)], [2.0 + n % 6 for n in range(30)]],
    }
    columns[of] = [values, other]
    rows: Rows = []
    dead: Rows = []
    for stay in (0, 1):
        temp, feed = ([0.0] * first + columns[c][stay] for c in ("temp_c", "feed_kg"))
        rows += states(stay + 1, [1000] * (first + 30), temp_c=temp, feed_kg=feed)[first:]
        dead += deaths(stay + 1, {MONTH_FROM + n: int(d) for n, d in enumerate(columns["dead"][stay])})
    records = farm_records(
        batch=[batch(1)], container_assignment=[ring(1, 1), ring(2, 1)], daily_state=rows, mortality_event=dead
    )
    found = written.duplicates(records)
    assert {measure.count for measure in found.values()} == {2}
    return {name.rsplit("'s ")[1]: measure.value for name, measure in found.items()}


@pytest.mark.parametrize(("of", "what"), [("temp_c", "temperatures"), ("feed_kg", "feed"), ("dead", "deaths")])
def test_a_month_is_no_copy_of_another_rings(of: str, what: str) -> None:
    values = [float(n % 11) for n in range(30)]
    others = {"temperatures": 0.0, "feed": 0.0, "deaths": 0.0}
    assert series(of, values, values) == others | {what: 100.0}
    assert series(of, values, [*values[:-1], 99.0]) == others
    assert series(of, values, values[::-1]) == others  # the same values on other days
    found = inside(written.duplicates(farm_records()), *(f"ring-months with another ring's {w}" for w in others))
    assert found == [None] * 3


def test_months_with_the_same_few_dead_are_chance() -> None:
    records = farm_records(
        batch=[batch(1)],
        container_assignment=[ring(1, 1), ring(2, 1)],
        daily_state=[*states(1, [1000] * 61), *states(2, [1000] * 61)],
        mortality_event=[*deaths(1, {40: 1}), *deaths(2, {40: 1})],
    )
    found = written.duplicates(records)["ring-months with another ring's deaths"]
    assert (found.value, found.count) == (None, 0)


def test_large_fish_grow_slowly() -> None:
    """In water of 9 degC; in warmer water, and of 2 kg, they don't count."""
    name = "relative growth of fish of 4.5-5.5 kg at 8-10 degC, median"
    for a_day, natural in ((0.0025, True), (0.0042, False)):
        grown = [math.exp(a_day * n) for n in range(40)]
        records = farm_records(
            batch=[batch(1)],
            container_assignment=[ring(n, 1) for n in (1, 2, 3)],
            daily_state=[
                *states(1, [1000] * 40, avg_weight_g=[4700 * g for g in grown], temp_c=9.0),
                *states(2, [1000] * 40, avg_weight_g=[2000 * g**2 for g in grown], temp_c=9.0),
                *states(3, [1000] * 40, avg_weight_g=[4700 * g**2 for g in grown], temp_c=12.0),
            ],
        )
        found = written.large_fish(records)
        assert found[name].value == pytest.approx(100 * a_day)
        assert 0 < found[name].count <= 12
        assert inside(found, name) == [natural]


def test_the_hand_made_month_is_april() -> None:
    assert (START + timedelta(MONTH_FROM - 1)).isoformat() == day(MONTH_FROM).isoformat() == "2020-04-01"
