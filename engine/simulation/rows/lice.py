"""Rows of lice and treatments, seen and true."""

from __future__ import annotations

from engine.simulation.rows.shared import Subject, Tables, empty


def lice_tables(subject: Subject) -> Tables:
    """lice_count, treatment, treatment_truth, lice_truth."""
    return {name: empty(name) for name in ("lice_count", "treatment", "treatment_truth", "lice_truth")}
