"""Planned activities: due by their templates, and done when life did them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.farm.master_model import TemplateModel
from engine.farm.schedule import Schedule
from engine.simulation.fish.history import simulate_batch
from engine.simulation.record import BatchHistory, Treatment
from engine.simulation.rows.activities import Activities, activity_rows, plan_activities
from engine.simulation.rows.columns import code
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.outlook import outlook_tables
from engine.simulation.water.climate import Climate
from lake.codes import SEA
from tests.simulation.trade_lives import LivedTo, alone

HARVESTED, AT_SEA, IN_PARR, NEWBORN = 0, 2, 3, 4  # positions in the small schedule
MINUTES = 24 * 60
NOTHING_LOST = {"forgotten_share": 0.0, "cancelled_share": 0.0, "treatment_cancelled_share": 0.0}


def given_policy(schedule: Schedule, **values: Any) -> Schedule:
    biology = schedule.biology
    model = replace(biology.model, outlook=replace(biology.model.outlook, **values))
    return replace(schedule, biology=replace(biology, model=model))


def with_templates(schedule: Schedule, templates: list[TemplateModel]) -> Schedule:
    farm = schedule.farm
    master = farm.model.master.model_copy(update={"activities": templates})
    return replace(schedule, farm=replace(farm, model=farm.model.model_copy(update={"master": master})))


@pytest.fixture(scope="module")
def faithful(small_schedule: Schedule) -> Schedule:
    """The small schedule where nobody forgets or cancels."""
    return given_policy(small_schedule, **NOTHING_LOST)


def living(schedule: Schedule, history: BatchHistory) -> BatchLife:
    """A batch with its life; plans ask for no water."""
    first = history.batch.start_day
    return BatchLife(
        schedule=schedule,
        history=history,
        climate=Climate(
            farm=schedule.farm, biology=schedule.biology, seed=schedule.seed, days=schedule.as_of_day, first_day=first
        ),
    )


def plan(life: BatchLife) -> dict[str, tuple[str, int]]:
    """Status and day done, by template."""
    found = plan_activities(life)
    outcomes = zip(found.status, found.done, strict=True)
    return {template.name: outcome for template, outcome in zip(found.templates, outcomes, strict=True)}


def of_kind(life: BatchLife, kind: str) -> list[tuple[int, str, int]]:
    """Due day, status and day done of the activities of a kind."""
    found = plan_activities(life)
    return [
        (due, status, done)
        for template, due, status, done in zip(found.templates, found.due, found.status, found.done, strict=True)
        if template.activity == kind
    ]


def treated(history: BatchHistory, *days: int, method: str = "THERMAL") -> BatchHistory:
    made = tuple(Treatment(stage=SEA, container=0, day=day, method=method, efficacy=0.8, loss=0.01) for day in days)
    return replace(history, treatments=made)


def test_a_batch_has_every_template_due_on_its_day(small_schedule: Schedule, histories: list[BatchHistory]) -> None:
    templates = small_schedule.farm.model.master.activities
    assert len(templates) == 20
    for history in histories:
        rows = alone(outlook_tables, living(small_schedule, history))["planned_activity"]
        assert rows["due_date"].tolist()[:20] == [history.batch.start_day + t.day for t in templates]
        assert rows["template_id"].tolist()[:20] == list(range(1, 21))
        assert rows["notes"].to_pylist()[:20] == [t.name for t in templates]
        kinds = [code("planned_activity", "activity_type", t.activity) for t in templates]
        assert rows["activity_type"].tolist()[:20] == kinds
        assert rows["container_id"].valid.tolist() == [i >= 20 for i in range(len(rows["notes"]))]  # its rings


def test_what_is_done_was_done_in_working_hours_before_the_as_of_date(
    small_schedule: Schedule, histories: list[BatchHistory]
) -> None:
    completed = code("planned_activity", "status", "COMPLETED")
    for history in histories:
        life = living(small_schedule, history)
        rows = activity_rows(life, plan_activities(life))
        done = rows["completed_at"]
        np.testing.assert_array_equal(done.valid, rows["status"] == completed)
        minutes, rest = np.divmod(done.values[:20][done.valid[:20]], 60_000_000)
        assert not rest.any()
        assert (minutes // MINUTES < small_schedule.as_of_day).all()
        assert (minutes // MINUTES >= history.batch.start_day).all()
        assert ((minutes % MINUTES >= 7 * 60) & (minutes % MINUTES < 16 * 60)).all()


def test_a_transfer_is_its_move(small_schedule: Schedule, histories: list[BatchHistory]) -> None:
    for position in (AT_SEA, IN_PARR, NEWBORN):
        history = histories[position]
        life = living(small_schedule, history)
        found = of_kind(life, "TRANSFER")
        assert [done for _, status, done in found if status == "COMPLETED"] == [move.day for move in history.moves]
        moves = len(history.moves)
        horizon = small_schedule.as_of_day + small_schedule.biology.model.handling.move_draft_days
        ahead = sum(small_schedule.as_of_day <= stay.start_day < horizon for stay in history.batch.stays)
        statuses = ["IN_PROGRESS"] * ahead + ["PENDING"] * (5 - moves - ahead)
        assert [status for _, status, _ in found[moves:]] == statuses
        rows = activity_rows(life, plan_activities(life))
        workflow = rows["transfer_workflow_id"]
        assert workflow.valid.tolist() == [True] * (moves + ahead) + [False] * (20 - moves - ahead)
        first = history.batch.id << 4
        made = [w.row for w in life.workflows if w.status != "CANCELLED"]
        assert workflow.values[workflow.valid].tolist() == [first + row for row in made]


def test_a_vaccination_is_done_when_it_was_lived(faithful: Schedule, histories: list[BatchHistory]) -> None:
    history = histories[AT_SEA]
    smolt = history.stages[3]
    assert of_kind(living(faithful, history), "VACCINATION") == [
        (history.batch.start_day + 265, "COMPLETED", smolt.start_day + 20)
    ]
    told = treated(history, smolt.start_day + 31, smolt.start_day + 30, method="VACCINE")
    assert of_kind(living(faithful, told), "VACCINATION")[0][1:] == ("COMPLETED", smolt.start_day + 30)
    late = treated(history, history.batch.start_day + 520, method="VACCINE")
    assert of_kind(living(faithful, late), "TREATMENT")[0][1] == "PENDING"
    assert of_kind(living(faithful, histories[IN_PARR]), "VACCINATION")[0][1] == "PENDING"


@pytest.mark.parametrize(("off", "status"), [(-31, "PENDING"), (-30, "COMPLETED"), (30, "COMPLETED"), (31, "PENDING")])
def test_a_treatment_is_done_when_one_was_given_about_then(
    faithful: Schedule, histories: list[BatchHistory], off: int, status: str
) -> None:
    history = histories[AT_SEA]
    due = history.batch.start_day + 520
    found = of_kind(living(faithful, treated(history, due + off)), "TREATMENT")
    assert found[0] == (due, status, due + off if status == "COMPLETED" else -1)
    assert found[1][1] == "PENDING"


def test_of_two_treatments_the_first_counts(faithful: Schedule, histories: list[BatchHistory]) -> None:
    history = histories[AT_SEA]
    due = history.batch.start_day + 520
    assert of_kind(living(faithful, treated(history, due + 9, due - 20)), "TREATMENT")[0][2] == due - 20


def test_a_feed_is_changed_when_the_fish_have_grown_to_it(faithful: Schedule, histories: list[BatchHistory]) -> None:
    from_g = {feed.name: feed.from_g for feed in faithful.farm.model.feeds}
    for position in (AT_SEA, IN_PARR, NEWBORN):
        life = living(faithful, histories[position])
        mean_g: dict[int, float] = {}
        for stage, known in zip(life.stages, life.estimates, strict=True):
            for d in range(stage.days if stage.stage > 1 else 0):
                fish = stage.population[:, d].tolist()
                mean_g[stage.start_day + d] = float(np.average(known.weight_cg[:, d], weights=fish)) / 100
        found = plan(life)
        for template in faithful.farm.model.master.activities:
            if template.activity == "FEED_CHANGE":
                heavy = [day for day, weight in mean_g.items() if weight >= from_g[template.feed]]
                expected = ("COMPLETED", min(heavy)) if heavy else ("PENDING", -1)
                assert found[template.name] == expected


def test_a_sampling_is_a_weighing_of_that_week(faithful: Schedule, histories: list[BatchHistory]) -> None:
    sampling = next(t for t in faithful.farm.model.master.activities if t.activity == "SAMPLING")
    for position, first in ((AT_SEA, 160), (IN_PARR, 200)):
        templates = [sampling.model_copy(update={"day": day}) for day in range(first, first + 60)]
        life = living(with_templates(faithful, templates), histories[position])
        weighed = sorted({int(day) for stage in life.weighings.stages for day in stage.day})
        found = of_kind(life, "SAMPLING")
        assert len(found) == 60
        for due, *outcome in found:
            nearest = next((day for day in weighed if day > due - 7), None)
            assert outcome == (["PENDING", -1] if nearest is None else ["COMPLETED", nearest])
            assert nearest is None or nearest - due <= 14


def test_the_harvest_is_pending_until_rings_are_emptied(faithful: Schedule, histories: list[BatchHistory]) -> None:
    history = histories[AT_SEA]
    assert of_kind(living(faithful, history), "HARVEST")[0][1:] == ("PENDING", -1)
    decided = replace(history, trigger_day=faithful.as_of_day - 1)
    assert of_kind(living(faithful, decided), "HARVEST")[0][1:] == ("IN_PROGRESS", -1)
    last = history.stages[-1]
    emptied = replace(last, emptied=np.arange(len(last.emptied)) == 1)
    begun = replace(history, stages=(*history.stages[:-1], emptied))
    assert of_kind(living(faithful, begun), "HARVEST")[0][1:] == ("IN_PROGRESS", -1)


def test_with_its_harvest_a_batch_is_closed(
    small_schedule: Schedule, faithful: Schedule, histories: list[BatchHistory]
) -> None:
    """What was done is marked as done, even what nobody thought of marking; what never came is cancelled."""
    history = histories[HARVESTED]
    assert history.harvested
    last_day = history.stages[-1].end_day - 1
    found = plan(living(small_schedule, history))
    assert {status for status, _ in found.values()} <= {"COMPLETED", "CANCELLED"}
    assert all(day <= last_day for _, day in found.values())
    templates = {template.name: template for template in small_schedule.farm.model.master.activities}
    (harvest,) = (name for name, template in templates.items() if template.activity == "HARVEST")
    assert found[harvest] == ("COMPLETED", last_day)
    forgetful = given_policy(faithful, forgotten_share=1.0)
    assert plan(living(forgetful, history)) == plan(living(faithful, history))
    for name, template in templates.items():
        due = history.batch.start_day + template.day
        if template.activity == "SAMPLING" and due > last_day + 7:
            assert found[name] == ("CANCELLED", -1)


def renamed(life: BatchLife, number: str) -> BatchLife:
    """The same life under another batch number: other draws of the plans."""
    batch = replace(life.history.batch, number=number)
    other = living(life.schedule, replace(life.history, batch=batch))
    other.__dict__.update(weighings=life.weighings, estimates=life.estimates)
    return other


def test_shares_of_the_plans_are_forgotten_and_cancelled(
    small_schedule: Schedule, faithful: Schedule, histories: list[BatchHistory]
) -> None:
    history = treated(histories[AT_SEA])  # by nothing
    life = living(small_schedule, history)
    would = plan(living(faithful, history))
    outcomes: dict[str, Counter[str]] = {"SAMPLING": Counter(), "TREATMENT": Counter(), "TRANSFER": Counter()}
    early = set()
    for i in range(600):
        activities = plan_activities(renamed(life, f"B-{i}"))
        for template, due, status in zip(activities.templates, activities.due, activities.status, strict=True):
            if due >= small_schedule.as_of_day:
                early.add(status)
            elif template.activity in outcomes and due + 31 < small_schedule.as_of_day:
                assert would[template.name][0] == ("PENDING" if template.activity == "TREATMENT" else "COMPLETED")
                outcomes[template.activity][status] += 1
    sampled, kept, moved = outcomes["SAMPLING"], outcomes["TREATMENT"], outcomes["TRANSFER"]
    total = sampled.total()
    assert sampled["CANCELLED"] / total == pytest.approx(0.04, abs=4 * (0.04 * 0.96 / total) ** 0.5)
    forgotten = 0.96 * 0.10
    assert sampled["PENDING"] / total == pytest.approx(forgotten, abs=4 * (forgotten / total) ** 0.5)
    assert kept["CANCELLED"] / kept.total() == pytest.approx(0.6, abs=4 * (0.24 / kept.total()) ** 0.5)
    assert kept["PENDING"] == kept.total() - kept["CANCELLED"]
    assert set(moved) == {"COMPLETED"}
    assert "CANCELLED" not in early


def test_plans_keep_their_due_dates_and_what_was_done_stays_done(
    small_schedule: Schedule, lives: list[BatchLife], lived_to: LivedTo
) -> None:
    for position in (AT_SEA, IN_PARR):
        now = plan_activities(lives[position])
        for days_before in (1, 15, 70, 150):
            then = plan_activities(lived_to(position, small_schedule.as_of_day - days_before))
            assert then.due == now.due
            for i, status in enumerate(then.status):
                if status == "COMPLETED":
                    assert (now.status[i], now.done[i], now.minute[i]) == (status, then.done[i], then.minute[i])
                if status == "CANCELLED":
                    assert now.status[i] == status


def test_draws_do_not_shift_when_a_template_is_added(small_schedule: Schedule, histories: list[BatchHistory]) -> None:
    templates = small_schedule.farm.model.master.activities
    longer = with_templates(small_schedule, [*templates, templates[6].model_copy(update={"name": "another"})])
    was = plan_activities(living(small_schedule, histories[AT_SEA]))
    now = plan_activities(living(longer, histories[AT_SEA]))
    assert (now.status[:20], now.done[:20], now.minute[:20]) == (was.status, was.done, was.minute)


@pytest.mark.parametrize(
    ("threshold_g", "cancelled", "age", "attention"),
    [
        (19_000, 0.0, 600, False),  # far away, planned
        (100, 1.0, 600, False),  # due now, and its plan stands: it is not yet due to be cancelled
        (100, 1.0, 830, True),  # due now, its plan cancelled
        (19_000, 1.0, 830, False),  # plan cancelled, nothing due within the month
        (19_000, 0.0, 830, False),  # its plan is overdue, and stands
    ],
)
def test_attention_is_due_when_a_harvest_comes_unplanned(
    small_schedule: Schedule, threshold_g: int, cancelled: float, age: int, attention: bool
) -> None:
    thresholds = {"harvest_threshold_g": threshold_g, "transfer_threshold_g": 20_000.0}
    schedule = given_policy(small_schedule, cancelled_share=cancelled, **thresholds)
    batch = schedule.batches[AT_SEA]
    schedule = replace(schedule, as_of_day=batch.start_day + age)
    climate = Climate(
        farm=schedule.farm,
        biology=schedule.biology,
        seed=schedule.seed,
        days=schedule.as_of_day,
        first_day=batch.start_day,
    )
    life = living(schedule, simulate_batch(schedule, climate, replace(batch, harvest_target_g=99_000.0)))
    flags: Any = alone(outlook_tables, life)["container_forecast_summary"]["needs_planning_attention"]
    assert set(flags.tolist()) == {attention}


def test_attention_is_due_where_fish_outgrow_their_tanks_and_no_move_is_planned(
    small_schedule: Schedule, histories: list[BatchHistory]
) -> None:
    """Fish at sea weigh what is enough for it from the first day ahead on: only a planned move keeps them quiet."""
    unplanned = [t for t in small_schedule.farm.model.master.activities if t.activity != "TRANSFER"]
    for threshold_g, templates, attention in (
        (1.0, unplanned, True),
        (1.0, small_schedule.farm.model.master.activities, False),
        (19_000.0, unplanned, False),
    ):
        schedule = with_templates(given_policy(small_schedule, transfer_threshold_g=threshold_g), templates)
        life = living(schedule, histories[IN_PARR])
        flags: Any = alone(outlook_tables, life)["container_forecast_summary"]["needs_planning_attention"]
        assert set(flags.tolist()) == {attention}


@pytest.mark.parametrize(
    ("status", "is_open"), [("PENDING", True), ("IN_PROGRESS", True), ("COMPLETED", False), ("CANCELLED", False)]
)
def test_what_is_pending_or_under_way_is_open(small_schedule: Schedule, status: str, is_open: bool) -> None:
    harvest = small_schedule.farm.model.master.activities[-1]
    activities = Activities(templates=(harvest,), due=(99,), status=(status,), done=(-1,), minute=(0,), workflow=(-1,))
    assert activities.has_open("HARVEST") == is_open
    assert not activities.has_open("TRANSFER")
