"""Rows of scenarios, projections, forecasts and plans."""

from __future__ import annotations

from engine.simulation.rows.shared import Subject, Tables, empty


def outlook_tables(subject: Subject) -> Tables:
    """scenario, projection_run, scenario_projection, live_forward_projection, container_forecast_summary, planned_activity."""
    return {
        name: empty(name)
        for name in (
            "scenario",
            "projection_run",
            "scenario_projection",
            "live_forward_projection",
            "container_forecast_summary",
            "planned_activity",
        )
    }
