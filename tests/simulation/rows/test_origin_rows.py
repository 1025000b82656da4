"""The eggs' delivery makes up for what arrives dead; moves tell the water that they led into and how they were done."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from engine.biology.parameters import Biology, parse_biology
from engine.biology.water import HALL_VARIABLES, SEA_VARIABLES
from engine.farm.infrastructure import Farm
from engine.farm.schedule import Batch, Schedule
from engine.simulation.fish.history import simulate_batch
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.rows.columns import code
from engine.simulation.rows.handling import handling_minutes
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.moves import move_tables
from engine.simulation.rows.origin import creation_rows, transition_rows
from engine.simulation.rows.states import state_tables
from engine.simulation.rows.stays import stay_tables
from engine.simulation.water.climate import Climate
from lake.codes import SEA
from lake.columns import Nullable, record_batch
from lake.errors import InputError
from lake.tables import TABLES
from tests.simulation.trade_lives import LivedTo, alone

Rows = dict[str, Any]
LOTS = 400


@pytest.fixture(scope="module")
def lots(small_schedule: Schedule, small_climate: Climate) -> list[tuple[Batch, Rows, Rows]]:
    """The eggs of many batches, half of each geography, as on the morning after."""
    found = []
    for i in range(LOTS):
        like = small_schedule.batches[i % 2]
        batch = replace(like, number=f"LOT-{i}", eggs=60_000 + 100 * i)
        young = replace(small_schedule, as_of_day=batch.start_day + 1)
        order, deliveries = creation_rows(
            BatchLife(schedule=young, history=simulate_batch(young, small_climate, batch), climate=small_climate)
        )
        found.append((batch, order, deliveries))
    return found


def test_what_is_received_less_the_dead_is_what_is_placed(lives: list[BatchLife]) -> None:
    for life in lives:
        order, deliveries = creation_rows(life)
        stays = alone(stay_tables, life)["container_assignment"]
        trays = stays["lifecycle_stage_id"] == 1
        np.testing.assert_array_equal(deliveries["dest_assignment_id"], stays["id"][trays])
        placed = deliveries["egg_count_actual"] - deliveries["mortality_on_arrival"]
        np.testing.assert_array_equal(placed, stays["initial_count"][trays])
        np.testing.assert_array_equal(deliveries["egg_count_planned"], placed)
        assert (deliveries["mortality_on_arrival"] >= 0).all()
        assert placed.sum() == life.history.batch.eggs
        for total, column in (
            ("total_eggs_planned", "egg_count_planned"),
            ("total_eggs_received", "egg_count_actual"),
            ("total_mortality_on_arrival", "mortality_on_arrival"),
        ):
            assert order[total].tolist() == [deliveries[column].sum()]
        assert order["total_actions"].tolist() == order["actions_completed"].tolist() == [trays.sum()]
        assert deliveries["action_number"].tolist() == list(range(1, trays.sum() + 1))
        assert set(deliveries["workflow_id"]) == set(order["id"])


def test_eggs_come_on_the_first_day_at_most_one_day_late(
    small_schedule: Schedule, lots: list[tuple[Batch, Rows, Rows]]
) -> None:
    late = 0
    for batch, order, deliveries in lots:
        assert set(deliveries["actual_delivery_date"]) == {batch.start_day}
        assert order["actual_start_date"][0] == order["actual_completion_date"][0] == batch.start_day
        (expected,) = set(deliveries["expected_delivery_date"])
        assert expected == order["planned_start_date"][0] == order["planned_completion_date"][0]
        assert batch.start_day - expected in (0, 1)
        late += batch.start_day - expected
    share = small_schedule.biology.model.eggs.late_share
    assert late / LOTS == pytest.approx(share, abs=4.0 * math.sqrt(share * (1.0 - share) / LOTS))


def test_numbers_are_the_batchs_own(small_farm: Farm, lots: list[tuple[Batch, Rows, Rows]]) -> None:
    numbers = [order["workflow_number"][0].as_py() for _, order, _ in lots]
    assert len(set(numbers)) == LOTS
    assert all(n.startswith("CRT-") and len(n) <= 50 for n in numbers)
    for _, order, _ in lots:
        supplier = small_farm.model.master.egg_suppliers[order["external_supplier_id"][0] - 1]
        initials, year, number = order["external_supplier_batch_number"][0].as_py().split("-")
        assert initials == "".join(word[0] for word in supplier.split())
        assert year == str(np.datetime64(int(order["actual_start_date"][0]), "D"))[:4]
        assert len(number) == 5


def test_a_geography_has_its_supplier_price_and_way_of_delivery(
    small_schedule: Schedule, small_farm: Farm, lots: list[tuple[Batch, Rows, Rows]]
) -> None:
    eggs = small_schedule.biology.model.eggs
    methods = TABLES["creation_action"].column("delivery_method").codes
    for geography, price in ((1, eggs.price_per_thousand.EUR), (2, eggs.price_per_thousand.GBP)):
        here = [(order, deliveries) for batch, order, deliveries in lots if batch.geography_id == geography]
        n = len(here)
        paid = np.array([order["external_cost_per_thousand"][0] / 100.0 for order, _ in here])
        sd = eggs.price_sd * price
        assert paid.mean() == pytest.approx(price, abs=4.0 * sd / math.sqrt(n))
        assert paid.std() == pytest.approx(sd, rel=4.0 / math.sqrt(2 * n))
        house = eggs.house_supplier_share
        own = np.mean([order["external_supplier_id"][0] == geography for order, _ in here])
        assert own == pytest.approx(house, abs=4.0 * math.sqrt(house * (1.0 - house) / n))
        shares = small_schedule.biology.region(small_farm.geography(geography).name).egg_delivery_shares
        assert all(len(set(deliveries["delivery_method"])) == 1 for _, deliveries in here)
        ways = Counter(methods[deliveries["delivery_method"][0]] for _, deliveries in here)
        assert set(ways) <= set(methods)
        for method, share in zip(("TRANSPORT", "HELICOPTER", "BOAT", "INTERNAL_TRANSFER"), shares, strict=True):
            assert ways[method] / n == pytest.approx(share, abs=4.0 * math.sqrt(share * (1.0 - share) / n) + 1e-9)


def test_few_eggs_arrive_dead_and_their_share_is_the_lots(
    small_schedule: Schedule, lots: list[tuple[Batch, Rows, Rows]]
) -> None:
    eggs = small_schedule.biology.model.eggs
    share = np.array([order["total_mortality_on_arrival"][0] / batch.eggs for batch, order, _ in lots])
    spread = eggs.dead_on_arrival_sdlog
    error = eggs.dead_on_arrival * math.sqrt((math.exp(spread * spread) - 1.0) / LOTS)
    assert share.mean() == pytest.approx(eggs.dead_on_arrival, abs=4.0 * error)
    assert np.log(share).std() == pytest.approx(spread, rel=0.2)
    trays = [d["mortality_on_arrival"] / d["egg_count_planned"] for _, _, d in lots]
    assert np.std([t[0] - t[1] for t in trays]) < 0.5 * np.std(share)  # trays of one lot are alike


def test_a_poor_lot_scores_low_brings_dead_eggs_and_loses_more(
    small_schedule: Schedule, small_climate: Climate
) -> None:
    dead, quality, loss = [], [], []
    for i in range(120):
        like = small_schedule.batches[i % 2]
        batch = replace(like, number=f"LOT-{i}")
        young = replace(small_schedule, as_of_day=batch.stays[0].end_day)
        history = simulate_batch(young, small_climate, batch)
        _, deliveries = creation_rows(BatchLife(schedule=young, history=history, climate=small_climate))
        dead.append(deliveries["mortality_on_arrival"].sum())
        quality.append(deliveries["egg_quality_score"].mean())
        stage = history.stages[0]
        loss.append(stage.dead.sum() / stage.fish.sum())
    correlation = np.corrcoef([*np.log([dead, loss]).tolist(), quality])
    assert correlation[0, 1] > 0.5
    assert correlation[0, 2] < -0.5
    assert correlation[1, 2] < -0.4


def test_quality_is_good_or_excellent_as_a_rule(lots: list[tuple[Batch, Rows, Rows]]) -> None:
    scores = np.concatenate([deliveries["egg_quality_score"] for _, _, deliveries in lots])
    shares = np.bincount(scores, minlength=6) / len(scores)
    assert set(scores) == {3, 4, 5}
    assert 0.05 < shares[3] < 0.2
    assert min(shares[4:]) > 0.3
    trays = np.array([deliveries["egg_quality_score"] for _, _, deliveries in lots])
    assert 0.3 < np.corrcoef(trays.T)[0, 1] < 0.95


def test_the_trays_temperature_is_that_of_the_first_daily_state(lives: list[BatchLife]) -> None:
    for life in lives:
        states = alone(state_tables, life)["daily_state"]
        first = (states["lifecycle_stage_id"] == 1) & (states["day_number"] == 1)
        _, deliveries = creation_rows(life)
        np.testing.assert_array_equal(deliveries["water_temp_on_arrival"], states["temp_c"][first])


def done_rows(life: BatchLife) -> tuple[dict[str, Any], dict[str, Any]]:
    """The moves that were made, and the actions by which they were: columns of the rows."""
    parts = []
    for table, columns in alone(move_tables, life).items():
        done = np.flatnonzero(columns["status"] == code(table, "status", "COMPLETED"))
        plain = {name: v.values if isinstance(v, Nullable) else v for name, v in columns.items()}
        parts.append({name: v[done] for name, v in plain.items() if isinstance(v, np.ndarray)})
    return parts[0], parts[1]


def test_the_water_of_a_move_is_that_of_the_first_container_entered(
    small_schedule: Schedule, small_climate: Climate, lives: list[BatchLife]
) -> None:
    moves = 0
    for life in lives:
        water = transition_rows(life)
        workflows, actions = done_rows(life)
        np.testing.assert_array_equal(water["batch_transfer_workflow_id"], workflows["id"])
        tables = alone(state_tables, life)
        for i, workflow in enumerate(workflows["id"]):
            at = int(np.flatnonzero(actions["workflow_id"] == workflow)[0])
            day, container_id = actions["actual_execution_date"][at], actions["dest_container_id"][at]
            container = small_schedule.farm.container(container_id)
            assert actions["action_number"][at] <= 2  # the first attempt may have failed
            for name, table, column in (
                ("temperature", "daily_state", "temp_c"),
                ("oxygen", "daily_truth", "oxygen_mean"),
            ):
                rows = tables[table]
                (there,) = rows[column][(rows["container_id"] == container_id) & (rows["date"] == day)]
                assert water[name][i] == there
            field = small_climate.water(container, int(day), int(day) + 1)[:, 0]
            names = SEA_VARIABLES if container.is_at_sea else HALL_VARIABLES
            assert water["ph"][i] == pytest.approx(100.0 * field[names.index("pH")], abs=0.501)
            salinity = water["salinity"]
            assert isinstance(salinity, Nullable)
            assert salinity.valid[i] == (workflows["dest_lifecycle_stage_id"][i] == SEA)
            if salinity.valid[i]:
                assert salinity.values[i] == pytest.approx(100.0 * field[names.index("Salinity")], abs=0.501)
            moves += 1
    assert moves == sum(len(s.history.moves) for s in lives) > 10


def test_a_batch_that_died_out_still_tells_the_water_of_its_moves(lives: list[BatchLife]) -> None:
    life = lives[0]
    nothing = np.zeros(0, dtype=np.int64)
    moves = tuple(
        replace(m, source=nothing, dest=nothing, before=nothing, arrived=nothing, lost=nothing)
        for m in life.history.moves
    )
    extinct = replace(life, history=replace(life.history, moves=moves))
    found, expected = transition_rows(extinct), transition_rows(life)
    np.testing.assert_array_equal(found["batch_transfer_workflow_id"], expected["batch_transfer_workflow_id"])
    np.testing.assert_array_equal(found["ph"], expected["ph"])


def test_moves_are_made_as_the_fish_allow(small_schedule: Schedule, lives: list[BatchLife]) -> None:
    handling = small_schedule.biology.model.handling
    methods = TABLES["transfer_action"].column("transfer_method").codes
    ratios: list[float] = []
    for life in lives:
        workflows, actions = done_rows(life)
        for workflow, stage in zip(workflows["id"], workflows["source_lifecycle_stage_id"], strict=True):
            here = actions["workflow_id"] == workflow
            used = {methods[m] for m in actions["transfer_method"][here]}
            assert used == {handling.transfer_methods[stage - 1]}
            expected = (
                handling.transfer_minutes + actions["transferred_count"][here] / handling.transfer_per_minute[stage - 1]
            )
            ratios += (actions["execution_duration_minutes"][here] / expected).tolist()
    assert np.mean(ratios) == pytest.approx(1.0, abs=4.0 * handling.transfer_sdlog / math.sqrt(len(ratios)) + 0.01)
    assert np.std(ratios) == pytest.approx(handling.transfer_sdlog, rel=0.5)


def test_more_fish_take_longer_and_no_action_takes_no_time() -> None:
    key = stream_key(3, Stream.HANDLING_TIME, "A", 1)
    fish = np.arange(0, 100_000, 500)
    exact = handling_minutes(key=key, fish=fish, rigging=20.0, per_minute=1000.0, sdlog=0.0)
    np.testing.assert_array_equal(exact, np.floor(20.0 + fish / 1000.0 + 0.5))
    assert handling_minutes(
        key=key, fish=np.zeros(3, dtype=np.int64), rigging=0.0, per_minute=1000.0, sdlog=0.2
    ).tolist() == [
        1,
        1,
        1,
    ]
    drawn: NDArray[np.int64] = handling_minutes(
        key=key, fish=np.full(20_000, 100_000), rigging=20.0, per_minute=100.0, sdlog=0.2
    )
    assert drawn.mean() == pytest.approx(1020.0, rel=4 * 0.2 / math.sqrt(20_000))
    assert np.log(drawn / 1020.0).std() == pytest.approx(0.2, rel=0.03)
    np.testing.assert_array_equal(
        drawn[:7], handling_minutes(key=key, fish=np.full(7, 100_000), rigging=20.0, per_minute=100.0, sdlog=0.2)
    )


CREATION = ("creation_workflow", "creation_action")


def test_a_later_as_of_date_changes_nothing_of_the_beginning(
    small_schedule: Schedule, lives: list[BatchLife], lived_to: LivedTo
) -> None:
    for i in range(3):
        short = lived_to(i, small_schedule.as_of_day - 300)
        for name, first, second in zip(CREATION, creation_rows(short), creation_rows(lives[i]), strict=True):
            assert record_batch(TABLES[name], first).equals(record_batch(TABLES[name], second))
        water, longer = transition_rows(short), transition_rows(lives[i])
        moves = len(short.history.moves)
        assert moves > 0
        for name in ("batch_transfer_workflow_id", "temperature", "oxygen", "ph"):
            np.testing.assert_array_equal(water[name], longer[name][:moves], err_msg=name)
        minutes_then = done_rows(short)[1]["execution_duration_minutes"]
        np.testing.assert_array_equal(
            minutes_then, done_rows(lives[i])[1]["execution_duration_minutes"][: len(minutes_then)]
        )


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("eggs", "quality_thresholds", [-1.0, 0.0, 1.0]),
        ("handling", "transfer_methods", ["PUMP", "PUMP", "PUMP", "PUMP", "LIFT"]),
        ("handling", "transfer_per_minute", [1, 1, 1, 1, 0]),
    ],
)
def test_a_wrong_rule_of_handling_is_refused(biology: Biology, section: str, name: str, value: object) -> None:
    data = yaml.safe_load(biology.text)
    data[section][name]["value"] = value
    with pytest.raises(InputError, match=name):
        parse_biology(yaml.safe_dump(data, allow_unicode=True), "wrong")
