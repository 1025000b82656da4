"""A batch whose eggs have yet to come, in part or at all: an order, trays reserved as the application reserves them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from engine.farm.schedule import Batch, Cancellation, Schedule, to_date
from engine.forecast.cutoff import predict_states
from engine.forecast.workload import predicted_events
from engine.simulation.fish.history import simulate_batch
from engine.simulation.record import BatchHistory
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.origin import creation_rows
from engine.simulation.rows.scenario import baseline, scenario_tables
from engine.simulation.rows.undelivered import undelivered_tables
from engine.simulation.water.climate import Climate
from lake.columns import record_batch
from lake.tables import EVENT_TABLE_NAMES, TABLES
from tests.simulation.emitted import tables_of

KEPT = {
    "batch": 1,
    "container_assignment": 2,
    "creation_workflow": 1,
    "creation_action": 2,
    "temperature_profile": 1,
    "temperature_reading": 900,
    "tgc_model": 1,
    "tgc_model_stage": 6,
    "scenario": 1,
    "projection_run": 1,
    "scenario_projection": 900,
}


@pytest.fixture(scope="module")
def planned(small_schedule: Schedule) -> Schedule:
    """The small schedule on the day on which its last batch is to begin."""
    return replace(small_schedule, as_of_day=small_schedule.batches[-1].start_day)


def rows_of(schedule: Schedule, batch: Batch) -> dict[str, list[dict[str, Any]]]:
    found = undelivered_tables(schedule, batch, over_capacity_planned=False)
    batches = {name: record_batch(TABLES[name], columns) for name, columns in found.items()}
    for rows in batches.values():
        rows.validate(full=True)
    return {name: pa.Table.from_batches([rows]).to_pylist() for name, rows in batches.items()}


def test_it_has_an_order_reserved_trays_and_a_baseline_as_foreseen_and_nothing_else(planned: Schedule) -> None:
    batch = planned.batches[-1]
    tables = rows_of(planned, batch)
    assert list(tables) == list(EVENT_TABLE_NAMES)
    assert {name: len(rows) for name, rows in tables.items() if rows} == KEPT
    assert predicted_events(planned)[-1] == sum(KEPT.values())


def test_its_trays_are_reserved_as_the_application_reserves_them(planned: Schedule) -> None:
    batch = planned.batches[-1]
    tables = rows_of(planned, batch)
    for tray, delivery in zip(tables["container_assignment"], tables["creation_action"], strict=True):
        assert (tray["population_count"], tray["is_active"], tray["departure_date"]) == (0, False, None)
        assert delivery["dest_assignment_id"] == tray["id"]
        assert (delivery["status"], delivery["egg_count_actual"], delivery["actual_delivery_date"]) == (
            "PENDING",
            None,
            None,
        )
    assert sum(delivery["egg_count_planned"] for delivery in tables["creation_action"]) == batch.eggs
    (row,), (order,) = tables["batch"], tables["creation_workflow"]
    assert (row["status"], row["initial_count"], row["lifecycle_stage_id"]) == ("PLANNED", 0, 1)
    assert (order["total_eggs_planned"], order["total_eggs_received"], order["actual_start_date"]) == (
        batch.eggs,
        0,
        None,
    )


@pytest.mark.parametrize(("beyond", "status"), [(0, "PLANNED"), (1, "DRAFT")])
def test_an_order_is_a_draft_until_it_is_confirmed(planned: Schedule, beyond: int, status: str) -> None:
    days = planned.biology.model.outlook.eggs_ordered_days
    early = replace(planned, as_of_day=planned.as_of_day - days - beyond)
    (order,) = rows_of(early, early.batches[-1])["creation_workflow"]
    assert order["status"] == status
    assert (order["external_supplier_batch_number"] == "") == (status == "DRAFT")


def test_the_baseline_was_computed_before_the_as_of_date_and_is_that_of_the_living_batch(planned: Schedule) -> None:
    living, batch = replace(planned, as_of_day=planned.as_of_day + 1), planned.batches[-1]
    ahead, begun = rows_of(planned, batch), scenario_tables(living, [batch], [baseline(living, batch)])
    (run,) = ahead["projection_run"]
    assert run["run_date"].date() < ahead["scenario"][0]["start_date"]
    weights = [int(row["average_weight"] * 100) for row in ahead["scenario_projection"]]
    np.testing.assert_array_equal(weights, begun["scenario_projection"]["average_weight"])


def test_the_eggs_come_from_the_supplier_at_the_price_and_into_the_trays_that_were_agreed(
    planned: Schedule, small_climate: Climate
) -> None:
    batch = planned.batches[-1]
    living = replace(planned, as_of_day=planned.as_of_day + 1)
    history = simulate_batch(living, small_climate, batch)
    order, deliveries = creation_rows(BatchLife(schedule=living, history=history, climate=small_climate))
    ahead = undelivered_tables(planned, batch, over_capacity_planned=False)
    for column in ("id", "external_supplier_id", "external_cost_per_thousand", "total_eggs_planned"):
        np.testing.assert_array_equal(order[column], ahead["creation_workflow"][column])
    for column in ("id", "dest_assignment_id", "egg_count_planned"):
        np.testing.assert_array_equal(deliveries[column], ahead["creation_action"][column])
    assert order["external_supplier_batch_number"] == ahead["creation_workflow"]["external_supplier_batch_number"]


def test_a_cancelled_order_says_when_and_why_and_keeps_its_deliveries_as_the_application_leaves_them(
    planned: Schedule,
) -> None:
    cancelled = Cancellation(day=planned.as_of_day - 3, reason="Nobody sells any.")
    batch = replace(planned.batches[-1], cancelled=cancelled)
    tables = rows_of(planned, batch)
    (row,), (order,), (run,) = tables["batch"], tables["creation_workflow"], tables["projection_run"]
    assert (row["status"], order["status"]) == ("CANCELLED", "CANCELLED")
    assert order["cancellation_reason"] == "Nobody sells any."
    assert order["cancelled_at"].date() == to_date(cancelled.day) == run["run_date"].date()
    assert {delivery["status"] for delivery in tables["creation_action"]} == {"PENDING"}
    assert batch.held_stays == ()


@pytest.fixture(scope="module")
def receiving(small_schedule: Schedule) -> Batch:
    """The small schedule's last batch, a day old, with eggs in the first of its two trays."""
    return replace(small_schedule.batches[-1], trays_received=1)


def test_eggs_under_way_have_reserved_trays_and_those_that_came_live(
    small_schedule: Schedule, small_climate: Climate, receiving: Batch
) -> None:
    history = simulate_batch(small_schedule, small_climate, receiving)
    tables = {name: rows.to_pylist() for name, rows in tables_of(small_schedule, small_climate, [history]).items()}
    (batch,), (order,) = tables["batch"], tables["creation_workflow"]
    assert (batch["status"], batch["initial_count"]) == ("RECEIVING", 10_000)
    assert (order["status"], order["total_eggs_planned"], order["actions_completed"]) == ("IN_PROGRESS", 20_000, 1)
    assert order["actual_completion_date"] is None
    assert [a["status"] for a in tables["creation_action"]] == ["COMPLETED", "PENDING"]
    assert tables["creation_action"][1]["expected_delivery_date"] == to_date(small_schedule.as_of_day)
    assert [(a["is_active"], a["population_count"] > 0) for a in tables["container_assignment"]] == [
        (True, True),
        (False, False),
    ]
    planned = replace(small_schedule, batches=(*small_schedule.batches[:-1], receiving))
    assert predict_states(planned)[receiving.id] == ("RECEIVING", 0.0)
    assert predicted_events(planned)[-1] == pytest.approx(sum(map(len, tables.values())), rel=0.05)


def test_trays_that_have_their_eggs_live_as_they_do_when_all_have(
    small_schedule: Schedule, small_climate: Climate, receiving: Batch, histories: list[BatchHistory]
) -> None:
    some = tables_of(small_schedule, small_climate, [simulate_batch(small_schedule, small_climate, receiving)])
    whole = tables_of(small_schedule, small_climate, [histories[-1]])
    tray = receiving.stays[0].container_ids[0]
    for table in ("daily_state", "daily_truth", "environmental_reading", "mortality_event"):
        of_tray = whole[table].filter(pc.equal(whole[table]["container_id"], tray))
        assert some[table].equals(of_tray), table
