"""Moves ahead, cancelled and repeated: what the plan has in store, and what came of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.farm.schedule import Schedule
from engine.simulation.emission import FAMILIES
from engine.simulation.fish.history import simulate_batch
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.moves import move_tables
from engine.simulation.rows.outlook import outlook_tables
from engine.simulation.rows.workflows import batch_workflows, broken_off
from engine.simulation.water.climate import Climate
from lake.columns import record_batch
from lake.tables import TABLES
from tests.simulation.trade_lives import LivedTo, alone, changed, rows_of

HARVESTED, IN_PARR, NEWBORN = 0, 3, 4  # positions in the small schedule


def given_handling(schedule: Schedule, **values: Any) -> Schedule:
    model = replace(schedule.biology.model, handling=replace(schedule.biology.model.handling, **values))
    return replace(schedule, biology=replace(schedule.biology, model=model))


def told(life: BatchLife) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Workflows and actions as rows, statuses in words."""
    found = []
    for table, made in alone(move_tables, life).items():
        codes = TABLES[table].column("status").codes
        found.append([row | {"status": codes[row["status"]]} for row in rows_of(made)])
    return found[0], found[1]


def test_the_next_move_is_planned_and_those_after_it_are_drafts(small_schedule: Schedule) -> None:
    batch, as_of = small_schedule.batches[IN_PARR], small_schedule.as_of_day
    found = batch_workflows(small_schedule, batch, moves=2, alive=True)
    assert [(w.stage, w.status) for w in found] == [
        (1, "COMPLETED"),
        (2, "COMPLETED"),
        (3, "PLANNED"),
        (4, "DRAFT"),
    ]
    assert [w.planned_day - as_of for w in found[2:]] == [20, 110]
    sooner = given_handling(small_schedule, move_planned_days=20, move_draft_days=110)
    assert [w.status for w in batch_workflows(sooner, batch, moves=2, alive=True)[2:]] == ["DRAFT"]
    assert len(batch_workflows(small_schedule, batch, moves=2, alive=False)) == 2


def test_what_is_planned_are_the_fish_that_live_now_each_once(lives: list[BatchLife]) -> None:
    life = lives[IN_PARR]
    workflows, actions = told(life)
    planned = workflows[2]
    pending = [row for row in actions if row["workflow_id"] == planned["id"]]
    stage, known = life.stages[-1], life.estimates[-1]
    assert [row["transferred_count"] for row in pending] == stage.population[:, -1].tolist()
    assert [row["source_assignment_id"] for row in pending] == life.ids[-1].tolist()
    into = life.history.batch.stays[3].container_ids
    assert [row["dest_container_id"] for row in pending] == list(into)
    assert {row["status"] for row in pending} == {"PENDING"}
    kg = stage.population[:, -1] * known.weight_cg[:, -1] / 1e5
    np.testing.assert_allclose([row["transferred_biomass_kg"] / 100 for row in pending], kg, atol=0.006)
    assert planned["estimated_total_count"] == planned["total_source_count"] == stage.population[:, -1].sum()
    assert planned["estimated_total_biomass_kg"] == sum(row["transferred_biomass_kg"] for row in pending)
    for row in pending:
        assert row["dest_assignment_id"] is row["actual_execution_date"] is row["measured_avg_weight_g"] is None
    assert planned["actual_start_date"] is planned["actual_completion_date"] is None
    assert (planned["total_actions_planned"], planned["actions_completed"]) == (2, 0)
    draft = workflows[3]
    assert (draft["status"], draft["total_actions_planned"]) == ("DRAFT", 0)
    assert draft["estimated_total_count"] == planned["estimated_total_count"]


def test_a_plan_deals_the_fish_out_as_the_move_will_where_the_containers_differ(
    lives: list[BatchLife], lived_to: LivedTo
) -> None:
    move = lives[HARVESTED].history.moves[4]
    life = lived_to(HARVESTED, move.day - 1)
    workflows, actions = told(life)
    (planned,) = (row for row in workflows if row["status"] == "PLANNED")
    pending = [row for row in actions if row["workflow_id"] == planned["id"]]
    ids = life.ids[-1].tolist()
    assert [ids.index(row["source_assignment_id"]) for row in pending] == move.source.tolist()
    into = life.history.batch.stays[5].container_ids
    assert [into.index(row["dest_container_id"]) for row in pending] == move.dest.tolist()
    fish = np.array([row["transferred_count"] for row in pending])
    assert np.abs(fish - move.arrived - move.lost).max() <= 0.15 * fish.max()  # people plan even shares


def test_a_cancelled_move_stands_beside_the_one_that_took_its_place(lives: list[BatchLife]) -> None:
    life = lives[HARVESTED]
    workflows, actions = told(life)
    (cancelled,) = (row for row in workflows if row["status"] == "CANCELLED")
    anew = next(row for row in workflows if row["source_lifecycle_stage_id"] == 5 and row["status"] == "COMPLETED")
    assert cancelled["source_lifecycle_stage_id"] == 5
    assert 1 <= anew["planned_start_date"] - cancelled["planned_start_date"] <= 7
    reasons = life.schedule.farm.model.master.move_reasons
    assert cancelled["cancellation_reason"] in reasons.to_sea.cancelled
    assert anew["cancellation_reason"] == ""
    assert cancelled["planned_activity_id"] is cancelled["finance_transaction_id"] is None
    skipped = [row for row in actions if row["workflow_id"] == cancelled["id"]]
    assert {row["status"] for row in skipped} == {"SKIPPED"}
    stage = life.stages[4]
    evening = cancelled["planned_start_date"] - 1 - stage.start_day
    assert sum(row["transferred_count"] for row in skipped) == stage.population[:, evening].sum()
    assert (cancelled["total_transferred_count"], cancelled["actions_completed"]) == (0, 0)


def test_an_attempt_that_failed_is_repeated_by_the_next_action(lives: list[BatchLife]) -> None:
    life = lives[HARVESTED]
    workflows, actions = told(life)
    (at,) = (i for i, row in enumerate(actions) if row["status"] == "FAILED")
    failed, done = actions[at : at + 2]
    assert done["status"] == "COMPLETED"
    assert failed["transferred_count"] == done["transferred_count"] + done["mortality_during_transfer"]
    for name in ("workflow_id", "source_assignment_id", "dest_container_id", "source_population_before"):
        assert failed[name] == done[name]
    assert failed["action_number"] + 1 == done["action_number"]
    assert failed["notes"].startswith("FAILED: ")
    assert (done["notes"], failed["actual_execution_date"]) == ("", None)
    workflow = next(row for row in workflows if row["id"] == failed["workflow_id"])
    assert workflow["total_actions_planned"] == workflow["actions_completed"] == 2
    assert [row["id"] for row in workflows] == [(life.batch_id << 4) + i for i in range(6)]


def test_an_empty_source_is_skipped_and_counts_as_dealt_with(lives: list[BatchLife]) -> None:
    life = lives[IN_PARR]
    move = life.history.moves[0]
    rest = replace(move, **{name: getattr(move, name)[1:] for name in ("source", "dest", "before", "arrived", "lost")})
    workflows, actions = told(changed(life, moves=(rest, *life.history.moves[1:])))
    first = [row for row in actions if row["workflow_id"] == workflows[0]["id"]]
    assert [row["status"] for row in first] == ["SKIPPED", "COMPLETED"]
    assert (first[0]["transferred_count"], first[0]["transferred_biomass_kg"]) == (0, 0)
    assert first[0]["notes"] == "Skipped: the container was empty"
    assert (workflows[0]["total_actions_planned"], workflows[0]["actions_completed"]) == (2, 2)


@pytest.mark.parametrize(("name", "share"), [("cancelled", 0.06), ("failed", 0.01)])
def test_few_moves_are_cancelled_and_few_actions_fail(small_schedule: Schedule, name: str, share: float) -> None:
    times = found = 0
    for i in range(2_000):
        batch = replace(small_schedule.batches[HARVESTED], number=f"B-{i}")
        if name == "cancelled":
            workflows = batch_workflows(small_schedule, batch, moves=5, alive=False)
            found += sum(w.status == "CANCELLED" for w in workflows)
            times += 5
        else:
            found += sum(reason != "" for reason in broken_off(small_schedule, batch, 4, 10))
            times += 10
    assert found / times == pytest.approx(share, abs=4 * (share / times) ** 0.5)


def test_what_came_of_a_move_stays_as_it_was_when_days_go_by(lives: list[BatchLife], lived_to: LivedTo) -> None:
    for position, days in ((HARVESTED, 300), (HARVESTED, 481), (IN_PARR, 70)):
        now, then = lives[position], lived_to(position, lives[position].schedule.as_of_day - days)
        for later, sooner in zip(told(now), told(then), strict=True):
            by_id = {row["id"]: row for row in later}
            ended = [row for row in sooner if row["status"] not in ("PLANNED", "DRAFT", "PENDING")]
            assert ended
            for row in ended:
                kept = by_id[row["id"]]
                assert row | {"planned_activity_id": 0} == kept | {"planned_activity_id": 0}


def test_no_workflow_is_planned_for_a_batch_that_has_been_harvested(lives: list[BatchLife]) -> None:
    assert {w.status for w in lives[HARVESTED].workflows} == {"COMPLETED", "CANCELLED"}
    assert {w.status for w in lives[NEWBORN].workflows} == {"DRAFT"}  # in 89 days


@pytest.fixture(scope="module")
def begun(small_schedule: Schedule, small_climate: Climate) -> BatchLife:
    """The batch in Parr as on the day of its next move, of which one tank of two was emptied on the eve."""
    batch = replace(small_schedule.batches[IN_PARR], move_under_way=1)
    schedule = replace(small_schedule, as_of_day=batch.stays[2].end_day)
    climate = replace_days(small_climate, schedule)
    return BatchLife(schedule=schedule, history=simulate_batch(schedule, climate, batch), climate=climate)


def replace_days(climate: Climate, schedule: Schedule) -> Climate:
    return Climate(
        farm=schedule.farm,
        biology=schedule.biology,
        seed=schedule.seed,
        days=schedule.as_of_day,
        first_day=climate.first_day,
    )


def test_of_a_move_under_way_some_fish_have_arrived_and_the_rest_is_being_moved(begun: BatchLife) -> None:
    left, entered = begun.stages[-2:]
    (move,) = begun.history.moves[2:]
    assert (left.emptied.tolist(), entered.emptied.tolist()) == ([True, False], [False])
    assert left.population[0, -2] == move.arrived.sum() + move.lost.sum() == move.before.sum()
    assert entered.fish.tolist() == move.arrived.tolist()
    assert left.population[0, -1] == 0
    workflows, actions = told(begun)
    (under_way,) = (row for row in workflows if row["status"] == "IN_PROGRESS")
    done, rest = (row for row in actions if row["workflow_id"] == under_way["id"])
    eve = begun.schedule.as_of_day - 1
    assert (done["status"], done["actual_execution_date"], rest["status"]) == ("COMPLETED", eve, "IN_PROGRESS")
    assert (rest["planned_date"], rest["actual_execution_date"], rest["dest_assignment_id"]) == (eve + 1, None, None)
    assert done["dest_assignment_id"] == begun.ids[-1][0]
    assert rest["transferred_count"] == left.population[1, -1]
    assert (under_way["actual_start_date"], under_way["actual_completion_date"]) == (eve, None)
    assert (under_way["planned_start_date"], under_way["planned_completion_date"]) == (eve, eve + 1)
    assert (under_way["total_actions_planned"], under_way["actions_completed"]) == (2, 1)
    assert under_way["total_source_count"] == left.population[:, -2].sum()
    assert under_way["total_transferred_count"] == move.arrived.sum()


def test_a_batch_that_is_being_moved_has_a_forecast_of_every_stay_that_is_lived_in(begun: BatchLife) -> None:
    tables = alone(outlook_tables, begun)
    wanted = [int(begun.ids[2][1]), int(begun.ids[3][0])]
    assert list(tables["container_forecast_summary"]["assignment_id"]) == wanted
    assert sorted(set(tables["live_forward_projection"]["assignment_id"].tolist())) == wanted
    statuses = TABLES["planned_activity"].column("status").codes
    found = {row["notes"]: statuses[row["status"]] for row in rows_of(tables["planned_activity"])}
    assert found["Stage Transfer: Parr → Smolt (Smoltification)"] == "IN_PROGRESS"
    assert found["Stage Transfer: Fry → Parr"] == "COMPLETED"


def test_all_that_is_written_of_a_batch_that_is_being_moved_has_rows_of_its_schema(begun: BatchLife) -> None:
    for family in FAMILIES:
        for name, columns in family.tables(begun).items():
            record_batch(TABLES[name], columns)
