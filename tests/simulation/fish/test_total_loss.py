"""A batch of which all fish are lost on one day: until then it lives as it would have, after it nothing is left."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.farm.schedule import Batch, Schedule, TotalLoss
from engine.simulation.fish.history import simulate_batch
from engine.simulation.record import BatchHistory
from engine.simulation.rows.life import BatchLife
from engine.simulation.water.climate import Climate
from lake.codes import MORTALITY_CAUSES, TOTAL_LOSSES
from tests.simulation.emitted import tables_of

DAY_OF_LIFE = 200  # in Parr


@pytest.fixture(scope="module")
def loss(small_schedule: Schedule) -> Batch:
    batch = small_schedule.batches[3]
    return replace(batch, lost=TotalLoss(day=batch.start_day + DAY_OF_LIFE, cause="POWER_FAILURE"))


@pytest.fixture(scope="module")
def history(small_schedule: Schedule, small_climate: Climate, loss: Batch) -> BatchHistory:
    return simulate_batch(small_schedule, small_climate, loss)


def test_until_that_day_all_is_as_without_the_loss(histories: list[BatchHistory], history: BatchHistory) -> None:
    spared = histories[3]
    assert len(history.stages) == 3
    for name in ("population", "dead", "culled", "weight_cg", "ration", "oxygen_mean", "temp_c"):
        for lived, would in zip(history.stages, spared.stages, strict=False):
            until = lived.days - (lived is history.stages[-1])
            np.testing.assert_array_equal(getattr(lived, name)[:, :until], getattr(would, name)[:, :until])


def test_on_that_day_every_fish_dies_and_none_is_left(histories: list[BatchHistory], history: BatchHistory) -> None:
    last, spared = history.stages[-1], histories[3].stages[2]
    day = last.days - 1
    assert last.start_day + day == history.batch.start_day + DAY_OF_LIFE
    assert last.population[:, -1].sum() == 0
    np.testing.assert_array_equal(last.dead[:, day], spared.dead[:, day] + spared.population[:, day])
    assert {MORTALITY_CAUSES[cause] for cause in last.cause[:, day]} == {"ENVIRONMENTAL"}
    assert last.emptied.all()
    assert (history.lost, history.harvested, history.lives_on) == (True, False, False)


def test_the_batch_is_terminated_without_anything_open(
    small_schedule: Schedule, small_climate: Climate, history: BatchHistory
) -> None:
    tables = {name: rows.to_pylist() for name, rows in tables_of(small_schedule, small_climate, [history]).items()}
    (batch,) = tables["batch"]
    assert batch["status"] == "TERMINATED"
    assert not any(stay["is_active"] for stay in tables["container_assignment"])
    assert not {row["status"] for row in tables["planned_activity"]} & {"PENDING", "IN_PROGRESS"}
    (harvest,) = [row for row in tables["planned_activity"] if row["activity_type"] == "HARVEST"]
    assert harvest["status"] == "CANCELLED"
    for table in ("live_forward_projection", "container_forecast_summary", "harvest_event"):
        assert tables[table] == []
    assert len(tables["transfer_workflow"]) == 2
    assert all(row["entry_date"].date() < batch["actual_end_date"] for row in tables["journal_entry"])
    assert all(row["resolution_status"] for row in tables["journal_entry"])
    (told,) = [row for row in tables["journal_entry"] if row["description"].startswith("All lost to a power failure")]
    assert told["severity"] == "high"
    struck = [row for row in tables["health_event"] if row["expected_loss"] == 1]
    assert [(row["kind"], row["cause"]) for row in struck] == [("POWER_FAILURE", "ENVIRONMENTAL")] * 2
    assert all(row["quantity_kg"] == 0 for row in tables["feed_container_stock"])


@pytest.mark.parametrize("cause", TOTAL_LOSSES)
def test_money_and_feed_are_written_as_for_any_batch(
    cause: str, small_schedule: Schedule, small_climate: Climate, loss: Batch
) -> None:
    """A loss in the very first days, before any feed, and one on the last day of a stage, are lives too."""
    for day in (0, 89, 179):
        batch = replace(loss, lost=TotalLoss(day=loss.start_day + day, cause=cause))
        life = BatchLife(
            schedule=small_schedule,
            history=simulate_batch(small_schedule, small_climate, batch),
            climate=small_climate,
        )
        assert life.history.lost
        tables = tables_of(small_schedule, small_climate, [life.history])
        dead = sum(tables["mortality_event"]["count"].to_pylist())
        moved = sum(tables["transfer_action"]["mortality_during_transfer"].to_pylist())
        assert dead + moved == batch.eggs
