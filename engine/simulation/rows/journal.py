"""Rows of the journal, the laboratory and the events behind them."""

from __future__ import annotations

from engine.simulation.rows.shared import Subject, Tables, empty


def journal_tables(subject: Subject) -> Tables:
    """journal_entry, health_lab_sample, health_event."""
    return {name: empty(name) for name in ("journal_entry", "health_lab_sample", "health_event")}
