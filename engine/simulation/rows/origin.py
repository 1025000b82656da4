"""Rows of the eggs' delivery and of the water at each move."""

from __future__ import annotations

from engine.simulation.rows.shared import Subject, Tables, empty


def origin_tables(subject: Subject) -> Tables:
    """creation_workflow, creation_action, stage_transition_environment."""
    return {name: empty(name) for name in ("creation_workflow", "creation_action", "stage_transition_environment")}
