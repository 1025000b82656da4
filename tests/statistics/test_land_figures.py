"""Monthly mortality, survival and stages on land, against figures worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from engine.statistics import freshwater
from tests.statistics.hand_made import MakeRecords, arrival, batch, day, deaths, ring, states


def test_monthly_mortality_is_of_whole_months_and_fish_over_three_grams(make_records: MakeRecords) -> None:
    """Two tanks from 1 March to 10 May: March starts at 2 g, April at 5 g. 18 die and 7 are culled in April."""
    tanks = [{**ring(i, 1, container=3), "lifecycle_stage_id": 3} for i in (1, 2)]
    fish = [1000] * 31 + [990] * 10 + [975] * 20 + [970] * 10
    weight = [2.0] * 31 + [5.0] * 40
    one = states(1, fish, batch_id=1, biomass_kg=[n * w / 1000 for n, w in zip(fish, weight, strict=True)])
    for row, lost in zip(one, [0] * 31 + [10] + [0] * 9 + [15] + [0] * 29, strict=True):
        row["mortality_count"] = lost
    other = states(2, [1000] * 71, batch_id=1, mortality_count=0, biomass_kg=list(weight))
    records = make_records(
        batch=[batch(1, status="ACTIVE")],
        container_assignment=tanks,
        daily_state=one + other,
        mortality_event=[
            {**row, "batch_id": 1}
            for row in (*deaths(1, {32: 10}), *deaths(1, {42: 8}), *deaths(1, {42: 7}, cause="OTHER", cull=True))
        ],
    )
    months = freshwater.batch_months(records)
    assert months["month"].to_list() == [date(2020, 3, 1), date(2020, 4, 1)]
    assert months["weight_g"].to_list() == pytest.approx([2.0, 5.0])
    assert months["rate"].to_list() == pytest.approx([0.0, 18 / ((2000 + 1975) / 2)])
    found = freshwater.monthly_mortality(records)
    assert found["freshwater monthly mortality over 3 g, median"].count == 1
    assert found["freshwater monthly mortality over 3 g, median"].value == pytest.approx(100 * 18 / 1987.5)


def test_ova_to_smolt_counts_the_fish_sent_to_sea(make_records: MakeRecords) -> None:
    def sent(batch: int, year: int, fish: int, stage: int = 6) -> dict[str, Any]:
        return {
            "batch_id": batch,
            "dest_lifecycle_stage_id": stage,
            "actual_start_date": date(year, 5, 1),
            "actual_completion_date": date(year, 5, 1),
            "total_source_count": fish,
        }

    ahead = {**sent(4, 2022, 900), "actual_start_date": None, "actual_completion_date": None}
    done = [sent(1, 2020, 700), sent(2, 2020, 600), sent(3, 2021, 500), sent(4, 2021, 900, stage=5)]
    records = make_records(
        batch=[batch(i, status="ACTIVE") for i in (1, 2, 3, 4)],
        transfer_workflow=[*done, ahead],
    )
    found = freshwater.ova_to_smolt_survival(records)
    share = found["ova to smolt, share that survives"]
    assert share.value == pytest.approx(0.6)
    assert share.count == 3
    years = found["ova to smolt, standard deviation between years"]
    assert years.value == pytest.approx(np.std([0.65, 0.5], ddof=1))
    assert years.count == 2


def test_a_stage_on_land(make_records: MakeRecords) -> None:
    """Two tanks of parr: 2000 fish of 5 g, 40 dead and 160 culled, 1800 of 40 g at the end, fed 60 kg. One is full."""
    tanks = [{**ring(i, 1, container=3), "lifecycle_stage_id": 3} for i in (1, 2)]
    active = {**ring(3, 2, container=3), "lifecycle_stage_id": 3, "departure_date": None}
    records = make_records(
        batch=[batch(1), batch(2, status="ACTIVE")],
        container_assignment=[*tanks, active],
        transfer_action=[arrival(1, 1000, 5.0), arrival(2, 1000, 5.0)],
        daily_state=[
            *states(1, [1000, 900], biomass_kg=[9.9, 36.0]),
            *states(2, [1000, 900], biomass_kg=[9.9, 36.0]),
            *states(3, [5], biomass_kg=9.9),
        ],
        mortality_event=[*deaths(1, {2: 40}, kg=0.4), *deaths(2, {2: 160}, cause="OTHER", cull=True, kg=1.6)],
        feeding_event=[{"batch_assignment_id": i, "amount_kg": 30.0} for i in (1, 2)],
        growth_sample=[
            {
                "id": i,
                "assignment_id": i,
                "sample_date": day(n),
                "sample_size": 30,
                "avg_weight_g": 40.0,
                "std_deviation_weight": sd,
            }
            for i, n, sd in ((1, 1, 99.0), (1, 2, 8.0), (2, 2, 10.0), (3, 1, 99.0))
        ],
    )
    found = freshwater.stage_performance(records)
    assert found["stage loss, Parr"].value == pytest.approx(2.0)
    assert found["fish culled, Parr"].value == pytest.approx(8.0)
    assert found["weight at the end of Parr, Faroe Islands"].value == pytest.approx(40)
    assert found["biological FCR, Parr"].value == pytest.approx(60 / (72 - 10 + 2))
    assert found["CV of weight at the end of Parr"].value == pytest.approx(22.5)
    assert found["stage loss, Smolt"].value is None
    assert found["biological FCR on land, from first feeding"].value is None
