"""Lice by days at sea, and what treatments do, against figures worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from engine.statistics import lice
from tests.statistics.hand_made import MakeRecords, batch, deaths, evening, ring, states, treatment


def test_fish_lost_after_a_treatment_is_the_excess_over_the_days_before(make_records: MakeRecords) -> None:
    """Ring 1: 2 a day, and 10 of trauma for five days after. Ring 2: too near the end. Ring 3: two near each other."""
    records = make_records(
        batch=[batch(1)],
        container_assignment=[ring(1, 1), ring(2, 1), ring(3, 1)],
        daily_state=[
            *states(1, [2000] * 48 + [1500] + [1400] * 51),
            *states(2, [1000] * 60),
            *states(3, [1000] * 100),
        ],
        mortality_event=[
            *deaths(1, {n: 2 for n in range(30, 70) if not 50 <= n < 55}, cause="DISEASE"),
            *deaths(1, dict.fromkeys(range(50, 55), 10), cause="HANDLING"),
            *deaths(1, {40: 5}, cause="HANDLING"),
            *deaths(2, {50: 500}, cause="HANDLING"),
            *deaths(3, {41: 500, 60: 500}, cause="HANDLING"),
        ],
        treatment=[
            treatment(1, 1, 50),
            treatment(2, 2, 50),
            treatment(3, 3, 40),
            treatment(4, 3, 50),
            treatment(5, 3, 20, "VACCINE"),
        ],
    )
    found = lice.treatments(records)
    thermal = found["fish lost in the 14 days after a treatment, thermal"]
    assert thermal.count == 1
    assert thermal.value == pytest.approx(100 * (50 - 5) / 1500)
    all_causes = found["fish lost in the 14 days after a treatment, all causes, thermal"]
    assert all_causes.value == pytest.approx(100 * (50 + 9 * 2 - 5 - 14 * 2) / 1500)
    assert found["fish lost in the 14 days after a treatment, bath"].value is None
    assert found["treatments a cycle, Faroe Islands"].value == pytest.approx(4 / 3)


def test_a_treatment_after_which_fewer_die_counts_below_nothing(make_records: MakeRecords) -> None:
    records = make_records(
        batch=[batch(1)],
        container_assignment=[ring(1, 1), ring(2, 1)],
        daily_state=[*states(1, [1000] * 100), *states(2, [1000] * 100)],
        mortality_event=[*deaths(1, {35: 99, 36: 5, 64: 99}), *deaths(1, {49: 4}, cause="HANDLING")],
        treatment=[treatment(1, 1, 50, "BATH"), treatment(2, 2, 50, "BATH")],
    )
    lost = lice.treatment_losses(records, lice.sea_treatments(records)).sort("all_causes")
    assert lost["all_causes"].to_list() == pytest.approx([-9 / 1000, 0.0])
    assert lost["trauma"].to_list() == pytest.approx([-4 / 1000, 0.0])


def test_efficacy_is_told_from_the_truth(make_records: MakeRecords) -> None:
    records = make_records(
        batch=[batch(1)],
        container_assignment=[ring(1, 1)],
        daily_state=states(1, [1000] * 10),
        treatment=[treatment(i, 1, 3 * i, "H2O2") for i in (1, 2, 3)],
        treatment_truth=[{"treatment_id": i, "efficacy": e} for i, e in ((1, 0.2), (2, 0.9), (3, 0.5))],
    )
    measure = lice.treatments(records)["mobile lice removed by a treatment, H2O2, median"]
    assert (measure.value, measure.count) == (0.5, 3)
    assert "truth" in measure.basis


def test_adult_females_a_fish_by_days_at_sea(make_records: MakeRecords) -> None:
    """Day 90 belongs to the first bin, day 91 to the second; males and the other species don't count, and a count

    whose females have no row found none.
    """

    def seen(n: int, lice_seen: int, kind: int = 1, fish: int = 20) -> dict[str, Any]:
        return {
            "assignment_id": 1,
            "count_date": evening(n),
            "lice_type_id": kind,
            "count_value": lice_seen,
            "fish_sampled": fish,
        }

    records = make_records(
        batch=[batch(1, geography=2)],
        container_assignment=[ring(1, 1, container=2)],
        lice_count=[seen(8, 0), seen(90, 3, fish=10), seen(91, 7), seen(91, 900, 2), seen(92, 900, 3)],
    )
    found = lice.counts(records)
    assert found["adult female lice a fish, days 1-90, Scotland"].value == pytest.approx(3 / 30)
    assert found["adult female lice a fish, days 91-180, Scotland"].value == pytest.approx(7 / 40)
    assert found["adult female lice a fish, days 181-270, Scotland"].value is None
    assert found["adult female lice a fish, days 1-90, Faroe Islands"].value is None
