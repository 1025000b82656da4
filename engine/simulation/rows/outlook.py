"""Rows of what is expected of a batch: its scenario, the days ahead, what they come to, and what is planned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.biology.parameters import Parameters
from engine.farm.infrastructure import Farm
from engine.simulation.rows.activities import Activities, activity_rows, plan_activities
from engine.simulation.rows.columns import BatchRows, Columns, Tables, empty, join, join_batches
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.lives import Lives
from engine.simulation.rows.models import count_model_rows
from engine.simulation.rows.projection import look_ahead, projection_rows, summary_rows
from engine.simulation.rows.scenario import Baseline, baseline, scenario_tables

ACTIVE_TABLES = ("live_forward_projection", "container_forecast_summary")  # of an active batch


def outlook_tables(lives: Lives) -> dict[str, BatchRows]:
    """temperature_profile, temperature_reading, tgc_model, tgc_model_stage, scenario, projection_run,
    scenario_projection, planned_activity; of active batches live_forward_projection and container_forecast_summary.
    """
    batches = [life.history.batch for life in lives]
    planned = [baseline(lives.schedule, batch) for batch in batches]
    activities: dict[int, Columns] = {}
    ahead: dict[int, Tables] = {}
    for life, expected in zip(lives, planned, strict=True):
        found = plan_activities(life)
        activities[life.batch_id] = activity_rows(life, found)
        ahead[life.batch_id] = _ahead_tables(life, expected, found)
    # every batch has as many rows as any other
    rows = {
        table: lives.rows(columns, np.full(len(lives), len(columns["batch_id"]) // len(lives)))
        for table, columns in scenario_tables(lives.schedule, batches, planned).items()
    }
    return {
        **rows,
        "planned_activity": join_batches("planned_activity", activities),
        **{name: join_batches(name, {id: tables[name] for id, tables in ahead.items()}) for name in ACTIVE_TABLES},
    }


def _ahead_tables(life: BatchLife, planned: Baseline, activities: Activities) -> Tables:
    """live_forward_projection and container_forecast_summary of a batch, without rows when it is not active."""
    if not life.history.lives_on:
        return {name: empty(name) for name in ACTIVE_TABLES}
    lived_in = [(upto, look_ahead(upto, planned)) for upto in _lived_in(life)]
    summaries = [summary_rows(upto, ahead, planned, activities) for upto, ahead in lived_in]
    return {
        "live_forward_projection": join([projection_rows(upto, ahead) for upto, ahead in lived_in]),
        "container_forecast_summary": join(summaries),
    }


def _lived_in(life: BatchLife) -> list[BatchLife]:
    """The life up to each stage that is lived in at the as-of date: two while fish are being moved."""
    history = life.history
    earlier = [i for i, stage in enumerate(life.stages[:-1]) if not stage.emptied.all()]
    return [*(replace(life, history=replace(history, stages=life.stages[: i + 1])) for i in earlier), life]


def count_scenario_rows(farm: Farm, biology: Parameters) -> int:
    """Rows of a batch's models, its scenario, its one run, and the days of that."""
    return sum(count_model_rows(farm, biology.outlook).values()) + 2 + biology.outlook.scenario_days


def count_ahead_rows(containers: int, days: int) -> int:
    """Rows of an active batch: so many days ahead and a summary for each container."""
    return containers * (days + 1)
