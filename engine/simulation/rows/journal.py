"""Rows of the journal, the laboratory and the events behind them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from engine.farm.schedule import Batch, Schedule
from engine.simulation.health.entries import SEVERITIES
from engine.simulation.health.events import NoticedEvent, whole_between
from engine.simulation.health.laboratory import AGENTS
from engine.simulation.health.warning_signs import adult_female_counts, days_of_low_oxygen, run_starts, weekly_mortality
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import WEEK_DAYS
from engine.simulation.record import StageHistory
from engine.simulation.rows.columns import Columns, Tables, code, codes, empty, hundred_thousandths, row_ids
from engine.simulation.rows.expected_life import ExpectedLife, RowCounts
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


def expected_journal(expected: ExpectedLife) -> RowCounts:
    """Entries, samples of the events noticed, and events by the containers that they meet."""
    max_containers = expected.schedule.biology.model.laboratory.containers
    samples = 0
    for taken in expected.samples:
        stay = expected.batch.stays[expected.noticed[taken.event].at]
        sampled = min(max_containers, len(stay.container_ids))
        samples += len(taken.findings) * sampled // len(taken.containers)
    return {
        "journal_entry": expected_entries(expected),
        "health_lab_sample": samples,
        "health_event": sum(
            int((event.start_day < stay.end_days).sum())
            for stay in expected.stays
            for event in expected.history.events
            if event.stage == stay.planned.stage and event.start_day < expected.schedule.as_of_day
        ),
    }


def expected_entries(expected: ExpectedLife) -> int:
    """Entries before the as-of date: eggs, moves, treatments, events and samples, lice, deaths, oxygen, harvest."""
    schedule, history = expected.schedule, expected.history
    moves = sum(move.day < schedule.as_of_day for move in history.moves)
    treatments = bool(expected.vaccinations) + len(set(expected.treatment_days))
    events = len(expected.samples) + sum(_event_entries(expected, i) for i in range(len(expected.noticed)))
    lice = sum(_lice_entries(schedule, stage, history.batch) for stage in history.stages)
    deaths = sum(_death_entries(schedule, stage, at, expected.noticed) for at, stage in enumerate(history.stages))
    oxygen = sum(_oxygen_entries(schedule, stage) for stage in history.stages)
    emptied = expected.harvest_days
    harvests = len({min(emptied), max(emptied)}) if emptied else 0
    return 1 + moves + treatments + events + lice + deaths + oxygen + harvests + history.lost


def _event_entries(expected: ExpectedLife, i: int) -> int:
    """The entry of an event, of its cause, and a week later if it lasts."""
    schedule, event = expected.schedule, expected.noticed[i]
    results = [s.result_day for s in expected.samples if s.event == i]
    if not results and event.event.kind not in AGENTS:
        low, high = schedule.biology.model.journal.diagnosis_days
        results = [event.day + whole_between(low, high, am.uniform(event.key, 3))]
    later = event.day + WEEK_DAYS
    lasting = later < min(event.event.end_day, schedule.as_of_day)
    return 1 + sum(day < schedule.as_of_day for day in results) + lasting


def _lice_entries(schedule: Schedule, stage: StageHistory, batch: Batch) -> int:
    """How often lice rise above the limit."""
    if stage.lice is None:
        return 0
    region = schedule.region_of(batch)
    over = adult_female_counts(stage.lice, region.adult_female_limit).is_above
    return sum(int(stage.lice.day[w]) < schedule.as_of_day for w in run_starts(over))


def _death_entries(schedule: Schedule, stage: StageHistory, at: int, noticed: tuple[NoticedEvent, ...]) -> int:
    """How often more fish die than usual in a stage, the batch's `at`th, outside of the events noticed."""
    level = weekly_mortality(stage, schedule.biology.model.journal.weekly_mortality).level
    entries = 0
    for w in run_starts(level > 0):
        first = stage.start_day + WEEK_DAYS * w
        last = first + WEEK_DAYS - 1
        explained = any(e.at == at and e.event.start_day <= last and e.event.end_day > first for e in noticed)
        entries += last < schedule.as_of_day and not explained
    return entries


def _oxygen_entries(schedule: Schedule, stage: StageHistory) -> int:
    """How often little oxygen is worth an entry."""
    journal = schedule.biology.model.journal
    _, days = days_of_low_oxygen(stage, journal.oxygen_low[-1], journal.oxygen_quiet_days)
    return sum(stage.start_day + d < schedule.as_of_day for d in days)
