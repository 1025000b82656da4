"""Rows of the journal, the laboratory and the events behind them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from engine.simulation.health.entries import SEVERITIES
from engine.simulation.rows.columns import Columns, Tables, code, codes, empty, hundred_thousandths, row_ids
from engine.simulation.rows.life import BatchLife
from lake.columns import Nullable


def journal_tables(life: BatchLife) -> Tables:
    """journal_entry, health_lab_sample, health_event."""
    return {
        "journal_entry": journal_rows(life),
        "health_lab_sample": sample_rows(life),
        "health_event": event_rows(life),
    }


def journal_rows(life: BatchLife) -> Columns:
    """One row an entry, in order of time."""
    entries = life.care.entries
    grades = {"": -1} | {level: code("journal_entry", "severity", level) for level in SEVERITIES}
    severity = np.array([grades[e.severity] for e in entries], dtype=np.int64)
    places = np.array([e.container or 0 for e in entries], dtype=np.int64)
    return {
        "id": row_ids("journal_entry", life.batch_id, len(entries)),
        "batch_id": np.full(len(entries), life.batch_id),
        "container_id": Nullable(places, places > 0),
        "entry_date": np.array([e.time_us for e in entries], dtype=np.int64),
        "category": codes("journal_entry", "category", [e.category for e in entries]),
        "severity": Nullable(np.maximum(severity, 0), severity >= 0),
        "description": pa.array([e.text for e in entries], pa.string()),
        "resolution_status": np.array([e.resolved for e in entries], dtype=bool),
        "resolution_notes": pa.array([e.notes for e in entries], pa.string()),
    }


def sample_rows(life: BatchLife) -> Columns:
    """One row a sample sent to the laboratory, by day, event and container; what is not known yet is null."""
    care, as_of, types = life.care, life.schedule.as_of_day, life.schedule.farm.model.master.sample_types
    taken = [(s, f) for s in sorted(care.samples, key=lambda s: (s.day, s.event)) for f in s.findings]
    if not taken:
        return empty("health_lab_sample")
    at = [care.noticed[s.event].at for s, _ in taken]
    sent = np.array([s.sent_day for s, _ in taken])
    result = np.array([s.result_day for s, _ in taken])
    number = life.history.batch.number
    known = result < as_of
    return {
        "id": row_ids("health_lab_sample", life.batch_id, len(taken)),
        "batch_id": np.full(len(taken), life.batch_id),
        "batch_container_assignment_id": np.array(
            [life.ids[a][f.container] for a, (_, f) in zip(at, taken, strict=True)]
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


def event_rows(life: BatchLife) -> Columns:
    """One row an event and container, in order of time."""
    rows = [(e.at, e.event, c) for e in life.care.noticed for c in e.containers]
    if life.history.lost:
        event = life.history.events[-1]
        rows += [(len(life.stages) - 1, event, c) for c in event.containers]
    if not rows:
        return empty("health_event")
    return {
        "id": row_ids("health_event", life.batch_id, len(rows)),
        "batch_id": np.full(len(rows), life.batch_id),
        "container_id": np.array([life.stages[at].container_ids[c] for at, _, c in rows]),
        "kind": codes("health_event", "kind", [event.kind for _, event, _ in rows]),
        "cause": np.array([event.cause for _, event, _ in rows]),
        "start_date": np.array([event.start_day for _, event, _ in rows]),
        "end_date": np.array([event.end_day for _, event, _ in rows]),
        "expected_loss": hundred_thousandths(np.array([event.loss for _, event, _ in rows])),
    }
