"""Rows of what is expected of a batch: its scenario, the days ahead, what they come to, and what is planned."""

from __future__ import annotations

from dataclasses import replace

from engine.biology.parameters import Parameters
from engine.farm.infrastructure import Farm
from engine.simulation.rows.activities import activity_rows, plan_activities
from engine.simulation.rows.columns import Tables, empty, join
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.models import count_model_rows
from engine.simulation.rows.projection import look_ahead, projection_rows, summary_rows
from engine.simulation.rows.scenario import baseline, scenario_tables

ACTIVE_TABLES = ("live_forward_projection", "container_forecast_summary")  # of an active batch


def outlook_tables(life: BatchLife) -> Tables:
    """temperature_profile, temperature_reading, tgc_model, tgc_model_stage, scenario, projection_run,
    scenario_projection, planned_activity; of an active batch live_forward_projection and container_forecast_summary.
    """
    schedule, batch = life.schedule, life.history.batch
    planned = baseline(schedule, batch)
    activities = plan_activities(life)
    tables = scenario_tables(schedule, batch, planned) | {"planned_activity": activity_rows(life, activities)}
    if not life.history.lives_on:
        return tables | {name: empty(name) for name in ACTIVE_TABLES}
    lived_in = [(upto, look_ahead(upto, planned)) for upto in _lived_in(life)]
    summaries = [summary_rows(upto, ahead, planned, activities) for upto, ahead in lived_in]
    return tables | {
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
