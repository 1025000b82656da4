"""Rows of what is expected of a batch: its scenario, the days ahead, what they come to, and what is planned."""

from __future__ import annotations

from engine.simulation.rows.activities import activity_rows, plan_activities
from engine.simulation.rows.projection import look_ahead, projection_rows, summary_rows
from engine.simulation.rows.scenario import baseline, scenario_tables
from engine.simulation.rows.shared import Subject, Tables, empty


def outlook_tables(subject: Subject) -> Tables:
    """scenario, projection_run, scenario_projection; of an active batch live_forward_projection,
    container_forecast_summary and planned_activity.
    """
    expected = baseline(subject.schedule, subject.history.batch)
    tables = scenario_tables(subject, expected)
    if subject.history.harvested:
        ahead_tables = ("live_forward_projection", "container_forecast_summary", "planned_activity")
        return tables | {name: empty(name) for name in ahead_tables}
    ahead, activities = look_ahead(subject), plan_activities(subject)
    return tables | {
        "live_forward_projection": projection_rows(subject, ahead),
        "container_forecast_summary": summary_rows(subject, ahead, expected, activities),
        "planned_activity": activity_rows(subject, activities),
    }
