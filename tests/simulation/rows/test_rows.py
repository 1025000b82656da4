"""Every table's rows: ids that name their batch, references that meet, and sums that agree across tables."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.farm.schedule import Schedule
from engine.forecast.cutoff import predict_states
from engine.forecast.workload import predicted_events
from engine.simulation.record import BatchHistory
from engine.simulation.rows.columns import row_ids
from lake.tables import EVENT_TABLES, TABLES

Tables = dict[str, pa.Table]


def col(tables: Tables, table: str, column: str) -> NDArray[np.int64]:
    """A column's storage as whole numbers: decimals unscaled, dates as days, texts by their order, nulls as -1."""
    array = tables[table].column(column).combine_chunks()
    if pa.types.is_dictionary(array.type):
        array = array.indices
    elif pa.types.is_decimal(array.type):
        step = 10**array.type.scale
        return np.array([-1 if v is None else int(v * step) for v in array.to_pylist()], dtype=np.int64)
    elif pa.types.is_date32(array.type):
        array = array.cast(pa.int32())
    elif pa.types.is_string(array.type):
        return np.unique(array.to_pylist(), return_inverse=True)[1].astype(np.int64)
    elif not pa.types.is_integer(array.type):
        array = array.cast(pa.int64())
    return np.asarray(array.fill_null(-1)).astype(np.int64)


def text(tables: Tables, table: str, column: str) -> list[str]:
    found: list[str] = tables[table].column(column).to_pylist()
    return found


def by(keys: NDArray[np.int64], values: NDArray[np.int64], over: NDArray[np.int64]) -> NDArray[np.int64]:
    """The sum of `values` for each of `over`, by key."""
    sums: Counter[int] = Counter()
    for key, value in zip(keys.tolist(), values.tolist(), strict=True):
        sums[key] += value
    assert set(sums) <= set(over.tolist())
    return np.array([sums[key] for key in over.tolist()])


def test_every_declared_table_has_rows_of_its_schema(tables: Tables) -> None:
    assert list(tables) == [t.name for t in EVENT_TABLES]
    for name, table in tables.items():
        assert table.schema == TABLES[name].schema
        table.validate(full=True)
        assert table.num_rows > 0
        for column in TABLES[name].columns:
            assert column.nullable or table.column(column.name).null_count == 0, f"{name}.{column.name}"


def test_keys_are_unique_and_rows_in_the_declared_order(tables: Tables) -> None:
    for name, rows in tables.items():
        table = TABLES[name]
        values = np.stack([col(tables, name, k) for k in table.key])
        assert np.unique(values, axis=1).shape[1] == rows.num_rows, name
        if table.order:
            order = [col(tables, name, "id" if name == "batch" else "batch_id")]
            order += [col(tables, name, k) for k in table.order]
            np.testing.assert_array_equal(np.lexsort(order[::-1]), np.arange(rows.num_rows), err_msg=name)


def test_ids_name_their_batch_and_number_its_rows(tables: Tables) -> None:
    for table in (t for t in EVENT_TABLES if t.id_bits):
        ids, batch = col(tables, table.name, "id"), col(tables, table.name, "batch_id")
        np.testing.assert_array_equal(ids >> table.id_bits, batch)
        for b in np.unique(batch):
            rows = ids[batch == b] & ((1 << table.id_bits) - 1)
            np.testing.assert_array_equal(rows, np.arange(len(rows)))


@given(st.sampled_from([t.name for t in EVENT_TABLES if t.id_bits]), st.integers(1, 2**31 - 1), st.data())
def test_a_batch_with_too_many_rows_is_refused_before_ids_collide(table: str, batch: int, data: st.DataObject) -> None:
    room = 1 << TABLES[table].id_bits
    start = data.draw(st.integers(0, room))
    ids = row_ids(table, batch, room - start, start)
    assert ids.tolist() == [batch * room + i for i in range(start, room)]
    with pytest.raises(OverflowError, match=table):
        row_ids(table, batch, room - start + 1, start)


def test_every_reference_between_events_meets_a_row(tables: Tables) -> None:
    for name in tables:
        for column in TABLES[name].columns:
            if column.references in tables:
                target = col(tables, column.references, "id")
                found = col(tables, name, column.name)
                named = found if not column.nullable else found[found >= 0]
                assert np.isin(named, target).all(), f"{name}.{column.name}"


def test_a_rows_container_and_batch_are_its_assignments_and_its_day_lies_in_the_stay(
    tables: Tables, small_schedule: Schedule
) -> None:
    def stay(column: str) -> dict[int, int]:
        ids = col(tables, "container_assignment", "id").tolist()
        return dict(zip(ids, col(tables, "container_assignment", column).tolist(), strict=True))

    container, batch, first = stay("container_id"), stay("batch_id"), stay("assignment_date")
    last = {i: d if d >= 0 else small_schedule.as_of_day for i, d in stay("departure_date").items()}
    dated = {
        "environmental_reading": ("batch_container_assignment_id", "reading_time", 86_400_000_000),
        "feeding_event": ("batch_assignment_id", "feeding_date", 1),
        "mortality_event": ("assignment_id", "event_date", 1),
        "growth_sample": ("assignment_id", "sample_date", 1),
        "daily_state": ("assignment_id", "date", 1),
        "daily_truth": ("assignment_id", "date", 1),
        "lice_truth": ("assignment_id", "date", 1),
        "harvest_event": ("assignment_id", "event_date", 86_400_000_000),
    }
    for name, (assignment, when, unit) in dated.items():
        ids = col(tables, name, assignment).tolist()
        days = col(tables, name, when) // unit
        assert [container[i] for i in ids] == col(tables, name, "container_id").tolist()
        assert [batch[i] for i in ids] == col(tables, name, "batch_id").tolist()
        assert (days >= [first[i] for i in ids]).all(), name
        assert (days < [last[i] for i in ids]).all(), name


def test_the_assignment_ledger_balances_in_fish(tables: Tables) -> None:
    tables = tables | {"transfer_action": tables["transfer_action"].filter(pa.compute.field("status") == "COMPLETED")}
    ids = col(tables, "container_assignment", "id")
    stage = col(tables, "container_assignment", "lifecycle_stage_id")
    came = by(
        col(tables, "transfer_action", "dest_assignment_id"),
        col(tables, "transfer_action", "transferred_count"),
        ids,
    )
    left = by(
        col(tables, "transfer_action", "source_assignment_id"),
        col(tables, "transfer_action", "transferred_count")
        + col(tables, "transfer_action", "mortality_during_transfer"),
        ids,
    )
    dead = by(col(tables, "mortality_event", "assignment_id"), col(tables, "mortality_event", "count"), ids)
    taken = by(col(tables, "harvest_event", "assignment_id"), col(tables, "harvest_event", "harvested_count"), ids)
    start = col(tables, "container_assignment", "initial_count")
    np.testing.assert_array_equal(start[stage > 1], came[stage > 1])
    there = col(tables, "container_assignment", "population_count")
    np.testing.assert_array_equal(start - dead - left - taken, there)
    active = col(tables, "container_assignment", "is_active") == 1
    assert not there[~active].any()
    eggs = by(col(tables, "container_assignment", "batch_id")[stage == 1], start[stage == 1], np.arange(1, 6))
    np.testing.assert_array_equal(eggs, col(tables, "batch", "initial_count"))


def test_a_workflows_totals_are_the_sums_of_its_actions(tables: Tables) -> None:
    rows = len(tables["transfer_action"])
    numbered = {name: col(tables, "transfer_action", name) for name in ("workflow_id", "action_number")}
    for w in set(numbered["workflow_id"].tolist()):
        here = numbered["workflow_id"] == w
        assert numbered["action_number"][here].tolist() == list(range(1, here.sum() + 1))
    tables = tables | {
        name: tables[name].filter(pa.compute.field("status") == "COMPLETED")
        for name in ("transfer_workflow", "transfer_action")
    }
    assert 0 < len(tables["transfer_action"]) < rows
    ids = col(tables, "transfer_workflow", "id")
    workflow = col(tables, "transfer_action", "workflow_id")
    moved = col(tables, "transfer_action", "transferred_count")
    lost = col(tables, "transfer_action", "mortality_during_transfer")
    for total, values in (
        ("total_transferred_count", moved),
        ("total_mortality_count", lost),
        ("total_source_count", moved + lost),
        ("total_biomass_kg", col(tables, "transfer_action", "transferred_biomass_kg")),
        ("total_actions_planned", np.ones_like(moved)),
        ("actions_completed", np.ones_like(moved)),
    ):
        np.testing.assert_array_equal(by(workflow, values, ids), col(tables, "transfer_workflow", total), err_msg=total)


def test_biomass_is_fish_times_weight_wherever_they_stand_together(tables: Tables) -> None:
    tables = tables | {"transfer_action": tables["transfer_action"].filter(pa.compute.field("status") == "COMPLETED")}
    for name, fish, weight, biomass in (
        ("container_assignment", "population_count", "avg_weight_g", "biomass_kg"),
        ("daily_state", "population", "avg_weight_g", "biomass_kg"),
        ("transfer_action", "transferred_count", "measured_avg_weight_g", "transferred_biomass_kg"),
    ):
        kg = col(tables, name, fish) * col(tables, name, weight) / 1000.0
        assert np.abs(kg - col(tables, name, biomass)).max() <= 0.5, name


def test_daily_states_are_one_a_stay_and_day_and_agree_with_the_events(
    tables: Tables, small_schedule: Schedule, histories: list[BatchHistory]
) -> None:
    assignment, day = col(tables, "daily_state", "assignment_id"), col(tables, "daily_state", "date")
    key = assignment * 100_000 + day
    dead = col(tables, "mortality_event", "assignment_id") * 100_000 + col(tables, "mortality_event", "event_date")
    fed = col(tables, "feeding_event", "batch_assignment_id") * 100_000 + col(tables, "feeding_event", "feeding_date")
    np.testing.assert_array_equal(
        by(dead, col(tables, "mortality_event", "count"), key), col(tables, "daily_state", "mortality_count")
    )
    np.testing.assert_array_equal(
        by(fed, col(tables, "feeding_event", "amount_kg"), key), col(tables, "daily_state", "feed_kg")
    )
    stays = sum(int(s.days_lived.sum()) for h in histories for s in h.stages)
    assert len(key) == stays
    birth = {b.id: b.start_day for b in small_schedule.batches}
    first = np.array([birth[b] for b in col(tables, "daily_state", "batch_id").tolist()])
    np.testing.assert_array_equal(col(tables, "daily_state", "day_number"), day - first + 1)


def test_what_is_bought_is_fed_or_left_and_paid_for(tables: Tables) -> None:
    def grouped(table: str, values: NDArray[np.int64]) -> Counter[tuple[int, int, int]]:
        keys = zip(*(col(tables, table, k).tolist() for k in ("feed_container_id", "batch_id", "feed_id")), strict=True)
        out: Counter[tuple[int, int, int]] = Counter()
        for key, value in zip(keys, values.tolist(), strict=True):
            out[key] += value
        return out

    bought = col(tables, "feed_purchase", "quantity_kg") * 100
    left = col(tables, "feed_purchase", "closing_kg")
    price = col(tables, "feed_purchase", "cost_per_kg")
    fed = grouped("feeding_event", col(tables, "feeding_event", "amount_kg"))
    assert (left >= 0).all()
    assert grouped("feed_purchase", bought - left) == fed
    spent = grouped("feed_purchase", (bought - left) * price)
    paid = grouped("feeding_event", col(tables, "feeding_event", "feed_cost"))
    meals = grouped("feeding_event", np.ones_like(col(tables, "feeding_event", "feed_cost")))
    for key, value in spent.items():
        assert abs(value / 10_000 - paid[key]) <= 0.5 * meals[key]


def test_a_meal_is_fit_for_its_fish_and_its_share_of_their_biomass(tables: Tables, small_schedule: Schedule) -> None:
    bounds = [f.from_g * 100 for f in small_schedule.farm.model.feeds] + [1e18]
    state = {
        (a, d): w
        for a, d, w in zip(
            *(col(tables, "daily_state", k).tolist() for k in ("assignment_id", "date", "avg_weight_g")),
            strict=True,
        )
    }
    at, day = col(tables, "feeding_event", "batch_assignment_id"), col(tables, "feeding_event", "feeding_date")
    feed = col(tables, "feeding_event", "feed_id")
    for a, d, f in zip(at.tolist(), day.tolist(), feed.tolist(), strict=True):
        assert bounds[f - 1] <= state[a, d] < bounds[f]
    evening = {
        (a, d): kg
        for a, d, kg in zip(
            *(col(tables, "daily_state", k).tolist() for k in ("assignment_id", "date", "biomass_kg")),
            strict=True,
        )
    }
    morning = [evening.get((a, d - 1), -1) for a, d in zip(at.tolist(), day.tolist(), strict=True)]
    known = np.array(morning) >= 0  # all but a stay's first day
    assert known.mean() > 0.95
    np.testing.assert_array_equal(col(tables, "feeding_event", "batch_biomass_kg")[known], np.array(morning)[known])
    amount = col(tables, "feeding_event", "amount_kg") / 1e4
    biomass = col(tables, "feeding_event", "batch_biomass_kg") / 1e2
    share = col(tables, "feeding_event", "feeding_percentage") / 1e6
    assert (amount > 0).all()
    assert (biomass > 0).all()
    np.testing.assert_allclose(share, amount / biomass * 100.0, atol=0.51e-6)


def test_status_follows_the_harvest(tables: Tables, histories: list[BatchHistory]) -> None:
    rows = tables["batch"].to_pylist()
    active = set(tables["container_assignment"].filter(pa.compute.field("is_active")).column("batch_id").to_pylist())
    for row, h in zip(rows, histories, strict=True):
        assert row["status"] == ("COMPLETED" if h.harvested else "ACTIVE")
        assert (row["id"] in active) != h.harvested
        assert (row["actual_end_date"] is None) != h.harvested
        assert row["harvest_reason"] == (h.harvest_reason or None)
        assert row["lifecycle_stage_id"] == h.stages[-1].stage
        assert row["over_capacity_planned"] == (h.batch.id == 2)
        assert row["cutoff_forecast"] == "UNDECIDED"
        assert row["harvest_target_g"] == Decimal(h.harvest_target_cg) / 100


def test_names_are_unique_and_fit_the_database(tables: Tables) -> None:
    for table, column in (
        ("batch", "batch_number"),
        ("transfer_workflow", "workflow_number"),
        ("feed_purchase", "batch_number"),
        ("harvest_event", "document_ref"),
    ):
        names = text(tables, table, column)
        assert len(set(names)) == len(names)
        assert max(map(len, names)) <= 50


def test_each_batch_has_about_the_rows_that_the_plan_foresaw(tables: Tables, small_schedule: Schedule) -> None:
    written = dict.fromkeys((batch.id for batch in small_schedule.batches), 0)
    for name, table in tables.items():
        for batch_id in table["id" if name == "batch" else "batch_id"].to_pylist():
            written[batch_id] += 1
    foreseen = predicted_events(small_schedule)
    assert foreseen == pytest.approx(list(written.values()), rel=0.08)  # a stay at sea may be weeks longer
    assert int(foreseen.sum()) == pytest.approx(sum(written.values()), rel=0.03)
    states = predict_states(small_schedule)
    assert states[2] == ("COMPLETED", 1.0)
    assert states[4] == states[5] == ("ACTIVE", 0.0)
