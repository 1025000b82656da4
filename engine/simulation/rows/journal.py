"""Rows of the journal, the laboratory and the events behind them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from engine.simulation.health.entries import SEVERITIES
from engine.simulation.health.laboratory import Finding, LabSamples
from engine.simulation.record import HealthEvent
from engine.simulation.rows.columns import BatchRows, Columns, code, codes, empty, hundred_thousandths
from engine.simulation.rows.groups import batch_ids, group_ids, group_rows
from engine.simulation.rows.life import BatchLife
from lake.columns import Nullable


def journal_tables(lives: Sequence[BatchLife]) -> dict[str, BatchRows]:
    """journal_entry, health_lab_sample, health_event."""
    return {
        "journal_entry": journal_rows(lives),
        "health_lab_sample": sample_rows(lives),
        "health_event": event_rows(lives),
    }


def journal_rows(lives: Sequence[BatchLife]) -> BatchRows:
    """One row an entry, in order of time."""
    entries, counts = [e for life in lives for e in life.care.entries], [len(life.care.entries) for life in lives]
    grades = {"": -1} | {level: code("journal_entry", "severity", level) for level in SEVERITIES}
    severity = np.array([grades[e.severity] for e in entries], dtype=np.int64)
    places = np.array([e.container or 0 for e in entries], dtype=np.int64)
    columns: Columns = {
        "id": group_ids("journal_entry", lives, counts),
        "batch_id": batch_ids(lives, counts),
        "container_id": Nullable(places, places > 0),
        "entry_date": np.array([e.time_us for e in entries], dtype=np.int64),
        "category": codes("journal_entry", "category", [e.category for e in entries]),
        "severity": Nullable(np.maximum(severity, 0), severity >= 0),
        "description": pa.array([e.text for e in entries], pa.string()),
        "resolution_status": np.array([e.resolved for e in entries], dtype=bool),
        "resolution_notes": pa.array([e.notes for e in entries], pa.string()),
    }
    return group_rows(lives, counts, columns)


def sample_rows(lives: Sequence[BatchLife]) -> BatchRows:
    """One row a sample sent to the laboratory, by day, event and container; what is not known yet is null."""
    of_lives = [_taken(life) for life in lives]
    counts, taken = [len(of_life) for of_life in of_lives], [each for of_life in of_lives for each in of_life]
    if not taken:
        return group_rows(lives, counts, empty("health_lab_sample"))
    as_of, types = lives[0].schedule.as_of_day, lives[0].schedule.farm.model.master.sample_types
    sent = np.array([s.sent_day for s, _ in taken])
    result = np.array([s.result_day for s, _ in taken])
    known = result < as_of
    stays = [
        life.ids[life.care.noticed[s.event].at][f.container]
        for life, of_life in zip(lives, of_lives, strict=True)
        for s, f in of_life
    ]
    names = [
        f"LAB-{life.history.batch.number}-{i:03d}"
        for life, count in zip(lives, counts, strict=True)
        for i in range(1, count + 1)
    ]
    columns: Columns = {
        "id": group_ids("health_lab_sample", lives, counts),
        "batch_id": batch_ids(lives, counts),
        "batch_container_assignment_id": np.array(stays),
        "sample_type_id": np.array([types.index(f.type) + 1 for _, f in taken]),
        "sample_date": np.array([s.day for s, _ in taken]),
        "date_sent_to_lab": Nullable(sent, sent < as_of),
        "date_results_received": Nullable(result, known),
        "lab_reference_id": _texts(names, sent < as_of),
        "findings_summary": _texts([f.summary for _, f in taken], known),
        "quantitative_results": _texts([f.results for _, f in taken], known),
    }
    return group_rows(lives, counts, columns)


def _taken(life: BatchLife) -> list[tuple[LabSamples, Finding]]:
    """The samples of a life, by day, event and container."""
    return [(s, f) for s in sorted(life.care.samples, key=lambda s: (s.day, s.event)) for f in s.findings]


def _texts(words: list[str], known: np.ndarray) -> pa.Array:
    return pa.array([w if k else None for w, k in zip(words, known.tolist(), strict=True)], pa.string())


def event_rows(lives: Sequence[BatchLife]) -> BatchRows:
    """One row an event and container, in order of time."""
    met = [_met(life) for life in lives]
    events, counts = [each for of_life in met for each in of_life], [len(of_life) for of_life in met]
    if not events:
        return group_rows(lives, counts, empty("health_event"))
    columns: Columns = {
        "id": group_ids("health_event", lives, counts),
        "batch_id": batch_ids(lives, counts),
        "container_id": np.array([container for container, _ in events]),
        "kind": codes("health_event", "kind", [event.kind for _, event in events]),
        "cause": np.array([event.cause for _, event in events]),
        "start_date": np.array([event.start_day for _, event in events]),
        "end_date": np.array([event.end_day for _, event in events]),
        "expected_loss": hundred_thousandths(np.array([event.loss for _, event in events])),
    }
    return group_rows(lives, counts, columns)


def _met(life: BatchLife) -> list[tuple[int, HealthEvent]]:
    """The containers (ids) of a life that its events met, event by event."""
    rows = [(life.stages[e.at].container_ids[c], e.event) for e in life.care.noticed for c in e.containers]
    if life.history.lost:
        event = life.history.events[-1]
        rows += [(life.stages[-1].container_ids[c], event) for c in event.containers]
    return rows
