"""Rows of health samplings."""

from __future__ import annotations

from engine.simulation.rows.shared import Subject, Tables, empty


def health_tables(subject: Subject) -> Tables:
    """health_sampling_event, individual_fish_observation, fish_parameter_score."""
    return {
        name: empty(name) for name in ("health_sampling_event", "individual_fish_observation", "fish_parameter_score")
    }
