"""Rows of the journal, the laboratory and the events behind them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from engine.simulation.health.entries import SEVERITIES
from engine.simulation.health.laboratory import Finding, LabSamples
from engine.simulation.record import HealthEvent
from engine.simulation.rows.columns import BatchRows, Columns, code, codes, empty, hundred_thousandths
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.lives import Lives
from lake.columns import Nullable


def journal_tables(lives: Lives) -> dict[str, BatchRows]:
    """journal_entry, health_lab_sample, health_event."""
    return {
        "journal_entry": journal_rows(lives),
        "health_lab_sample": sample_rows(lives),
        "health_event": event_rows(lives),
    }


def journal_rows(lives: Lives) -> BatchRows:
    """One row an entry, in order of time."""
    entries, counts = lives.counted(lambda life: life.care.entries)
    grades = {"": -1} | {level: code("journal_entry", "severity", level) for level in SEVERITIES}
    severity = np.array([grades[e.severity] for e in entries], dtype=np.int64)
    places = np.array([e.container or 0 for e in entries], dtype=np.int64)
    columns: Columns = {
        "id": lives.row_ids("journal_entry", counts),
        "container_id": Nullable(places, places > 0),
        "entry_date": np.array([e.time_us for e in entries], dtype=np.int64),
        "category": codes("journal_entry", "category", [e.category for e in entries]),
        "severity": Nullable(np.maximum(severity, 0), severity >= 0),
        "description": pa.array([e.text for e in entries], pa.string()),
        "resolution_status": np.array([e.resolved for e in entries], dtype=bool),
        "resolution_notes": pa.array([e.notes for e in entries], pa.string()),
    }
    return lives.rows(columns, counts)


def sample_rows(lives: Lives) -> BatchRows:
    """One row a sample sent to the laboratory, by day, event and container; what is not known yet is null."""
    taken, counts = lives.counted(_taken)
    if not taken:
        return lives.rows(empty("health_lab_sample"), counts)
    as_of, types = lives.schedule.as_of_day, lives.schedule.farm.model.master.sample_types
    sent = np.array([s.sent_day for _, s, _ in taken])
    result = np.array([s.result_day for _, s, _ in taken])
    known = result < as_of
    names = [f"LAB-{life.history.batch.number}-{i:03d}" for life, i in lives.numbered(counts)]
    columns: Columns = {
        "id": lives.row_ids("health_lab_sample", counts),
        "batch_container_assignment_id": np.array(
            [life.ids[life.care.noticed[s.event].at][f.container] for life, s, f in taken]
        ),
        "sample_type_id": np.array([types.index(f.type) + 1 for _, _, f in taken]),
        "sample_date": np.array([s.day for _, s, _ in taken]),
        "date_sent_to_lab": Nullable(sent, sent < as_of),
        "date_results_received": Nullable(result, known),
        "lab_reference_id": _texts(names, sent < as_of),
        "findings_summary": _texts([f.summary for _, _, f in taken], known),
        "quantitative_results": _texts([f.results for _, _, f in taken], known),
    }
    return lives.rows(columns, counts)


def _taken(life: BatchLife) -> list[tuple[BatchLife, LabSamples, Finding]]:
    """The samples of a life, by day, event and container."""
    return [(life, s, f) for s in sorted(life.care.samples, key=lambda s: (s.day, s.event)) for f in s.findings]


def _texts(words: list[str], known: np.ndarray) -> pa.Array:
    return pa.array([w if k else None for w, k in zip(words, known.tolist(), strict=True)], pa.string())


def event_rows(lives: Lives) -> BatchRows:
    """One row an event and container, in order of time."""
    events, counts = lives.counted(_met)
    if not events:
        return lives.rows(empty("health_event"), counts)
    columns: Columns = {
        "id": lives.row_ids("health_event", counts),
        "container_id": np.array([container for container, _ in events]),
        "kind": codes("health_event", "kind", [event.kind for _, event in events]),
        "cause": np.array([event.cause for _, event in events]),
        "start_date": np.array([event.start_day for _, event in events]),
        "end_date": np.array([event.end_day for _, event in events]),
        "expected_loss": hundred_thousandths(np.array([event.loss for _, event in events])),
    }
    return lives.rows(columns, counts)


def _met(life: BatchLife) -> list[tuple[int, HealthEvent]]:
    """The containers (ids) of a life that its events met, event by event."""
    rows = [(life.stages[e.at].container_ids[c], e.event) for e in life.care.noticed for c in e.containers]
    if life.history.lost:
        event = life.history.events[-1]
        rows += [(life.stages[-1].container_ids[c], event) for c in event.containers]
    return rows
