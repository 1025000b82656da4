"""Rows of the journal, the laboratory and the events behind them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from engine.simulation.health.journal import SEVERITIES
from engine.simulation.rows.shared import Columns, Subject, Tables, code, empty, row_ids
from lake.columns import Nullable

HUNDRED_THOUSANDTHS = 100_000.0


def journal_tables(subject: Subject) -> Tables:
    """journal_entry, health_lab_sample, health_event."""
    return {
        "journal_entry": journal_rows(subject),
        "health_lab_sample": sample_rows(subject),
        "health_event": event_rows(subject),
    }


def journal_rows(subject: Subject) -> Columns:
    """One row an entry, in order of time."""
    entries = subject.care.entries
    grades = {"": -1} | {level: code("journal_entry", "severity", level) for level in SEVERITIES}
    severity = np.array([grades[e.severity] for e in entries], dtype=np.int64)
    categories = {name: code("journal_entry", "category", name) for name in {e.category for e in entries}}
    places = np.array([e.container or 0 for e in entries], dtype=np.int64)
    return {
        "id": row_ids("journal_entry", subject.batch_id, len(entries)),
        "batch_id": np.full(len(entries), subject.batch_id),
        "container_id": Nullable(places, places > 0),
        "entry_date": np.array([e.time_us for e in entries], dtype=np.int64),
        "category": np.array([categories[e.category] for e in entries], dtype=np.int64),
        "severity": Nullable(np.maximum(severity, 0), severity >= 0),
        "description": pa.array([e.text for e in entries], pa.string()),
        "resolution_status": np.array([e.resolved for e in entries], dtype=bool),
        "resolution_notes": pa.array([e.notes for e in entries], pa.string()),
    }


def sample_rows(subject: Subject) -> Columns:
    """One row a sample sent to the laboratory, by day, event and container; what is not known yet is null."""
    care, as_of, types = subject.care, subject.schedule.as_of_day, subject.schedule.farm.model.master.sample_types
    taken = [(s, f) for s in sorted(care.samples, key=lambda s: (s.day, s.event)) for f in s.findings]
    if not taken:
        return empty("health_lab_sample")
    at = [care.noticed[s.event].at for s, _ in taken]
    sent = np.array([s.sent_day for s, _ in taken])
    result = np.array([s.result_day for s, _ in taken])
    number = subject.history.batch.number
    known = result < as_of
    return {
        "id": row_ids("health_lab_sample", subject.batch_id, len(taken)),
        "batch_id": np.full(len(taken), subject.batch_id),
        "batch_container_assignment_id": np.array(
            [subject.ids[a][f.container] for a, (_, f) in zip(at, taken, strict=True)]
        ),
        "sample_type_id": np.array([types.index(f.type) + 1 for _, f in taken]),
        "sample_date": np.array([s.day for s, _ in taken]),
        "date_sent_to_lab": Nullable(sent, sent < as_of),
        "date_results_received": Nullable(result, known),
        "lab_reference_id": _texts([f"LAB-{number}-{i:03d}" for i in range(1, len(taken) + 1)], sent < as_of),
        "findings_summary": _texts([f.summary for _, f in taken], known),
        "quantitative_results": _texts([f.results for _, f in taken], known),
    }


def _texts(words: list[str], known: np.ndarray) -> pa.Array:
    return pa.array([w if k else None for w, k in zip(words, known.tolist(), strict=True)], pa.string())


def event_rows(subject: Subject) -> Columns:
    """One row an event and container, in order of time."""
    rows = [(e, c) for e in subject.care.noticed for c in e.containers]
    if not rows:
        return empty("health_event")
    return {
        "id": row_ids("health_event", subject.batch_id, len(rows)),
        "batch_id": np.full(len(rows), subject.batch_id),
        "container_id": np.array([subject.stages[e.at].container_ids[c] for e, c in rows]),
        "kind": np.array([code("health_event", "kind", e.event.kind) for e, _ in rows]),
        "cause": np.array([e.event.cause for e, _ in rows]),
        "start_date": np.array([e.event.start_day for e, _ in rows]),
        "end_date": np.array([e.event.end_day for e, _ in rows]),
        "expected_loss": np.array([int(e.event.loss * HUNDRED_THOUSANDTHS + 0.5) for e, _ in rows]),
    }
