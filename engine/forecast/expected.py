"""How many rows each table will hold, by batch: from its life in a representative container, before the run."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

from engine.farm.schedule import Batch, Schedule, Stay
from engine.forecast.expected_journal import expected_entries
from engine.forecast.expected_sensing import sensing_rows
from engine.forecast.expected_trade import trade_rows
from engine.simulation.health.laboratory import laboratory, noticed
from engine.simulation.observed.weighing import expected_days
from engine.simulation.record import BatchHistory, StageHistory
from engine.simulation.rows.projection import days_ahead
from lake.codes import SEA
from lake.tables import EVENT_TABLE_NAMES


def expected_rows(schedule: Schedule, batch: Batch, history: BatchHistory) -> dict[str, int]:
    """Expected rows by table of one batch up to the as-of date; `history` is its whole life in few containers."""
    rows = dict.fromkeys(EVENT_TABLE_NAMES, 0)
    before = len(batch.stays[0].container_ids)
    for stay, stage in zip(batch.stays, history.stages, strict=False):
        if stay.start_day >= schedule.as_of_day:
            break
        whole = days_by_container(schedule, stay, stage)
        n = len(stay.container_ids)
        _add(rows, _stay_rows(schedule, stay, stage, whole, history.harvest_target_cg))
        _add(rows, _event_rows(schedule, stay, history, whole))
        _add(rows, trade_rows(schedule, history, stay, stage, whole))
        active = int((stay.start_day + whole > schedule.as_of_day).sum())
        last = stage
        if stay.stage > 1:
            rows["transfer_workflow"] += 1
            rows["transfer_action"] += n if n == before else n + before - 1
        before = n
    rows |= {"batch": 1, "creation_workflow": 1, "creation_action": len(batch.stays[0].container_ids)}
    rows["stage_transition_environment"] = rows["transfer_workflow"]
    _add(rows, _sampling_rows(schedule, batch, history))
    _add(rows, _care_rows(schedule, batch, history))
    _add(rows, _outlook_rows(schedule, batch, history, last, active))
    return rows


def _event_rows(schedule: Schedule, stay: Stay, history: BatchHistory, whole: np.ndarray) -> dict[str, int]:
    """Rows of what befell a stay: one for each container that it met."""
    met = [
        int((event.start_day < stay.start_day + whole).sum())
        for event in history.events
        if event.stage == stay.stage and event.start_day < schedule.as_of_day
    ]
    return {"health_event": sum(met)}


def _care_rows(schedule: Schedule, batch: Batch, history: BatchHistory) -> dict[str, int]:
    """Treatments, samples for the laboratory and journal entries before the as-of date."""
    mortality, as_of = schedule.biology.model.mortality, schedule.as_of_day
    # a batch of the older system may be planned no further than it has come
    vaccinated = next((s for s in batch.stays if s.stage == mortality.vaccination_stage), None)
    vaccinations = 0
    if vaccinated is not None:
        on = vaccinated.start_day + mortality.vaccination_day
        vaccinations = len(vaccinated.container_ids) if on < min(as_of, vaccinated.end_day) else 0
    treated = [t.day for t in history.treatments if t.day < as_of]
    seen = [e for e in noticed(schedule, history) if e.day < as_of]
    most = schedule.biology.model.laboratory.containers
    samples = [s for s in laboratory(schedule, history, tuple(seen)) if s.day < as_of]
    sizes = [len(batch.stays[seen[s.event].at].container_ids) for s in samples]
    findings = sum(len(s.findings) * min(most, n) // len(s.containers) for s, n in zip(samples, sizes, strict=True))
    emptied = [d for d in _harvest_days(schedule, batch.stays[-1], history) if d < as_of]
    entries = expected_entries(schedule, history, tuple(seen), samples, emptied)
    return {
        "treatment": vaccinations + len(treated),
        "treatment_truth": vaccinations + len(treated),
        "health_lab_sample": findings,
        "journal_entry": entries + bool(vaccinations) + len(set(treated)),
    }


def _harvest_days(schedule: Schedule, stay: Stay, history: BatchHistory) -> list[int]:
    """The day on which each ring of a batch is emptied, whenever that is."""
    if stay.stage != SEA or len(history.stages) < stay.stage:
        return []
    return [int(d) for d in stay.start_day + days_by_container(schedule, stay, history.stages[-1]) - 1]


def _outlook_rows(
    schedule: Schedule, batch: Batch, history: BatchHistory, stage: StageHistory, active: int
) -> dict[str, int]:
    """The scenario, and for an active batch its plans and projections. stage: the one lived in; active: containers."""
    rows = {
        "scenario": 1,
        "projection_run": 1,
        "scenario_projection": schedule.biology.model.outlook.scenario_days,
        "container_forecast_summary": active,
    }
    if active:
        target = history.harvest_target_cg if stage.stage == SEA else 0
        rows["live_forward_projection"] = active * days_ahead(schedule, batch, stage, target)
        rows["planned_activity"] = len(schedule.farm.model.master.activities)
    return rows


def _sampling_rows(schedule: Schedule, batch: Batch, history: BatchHistory) -> dict[str, int]:
    """Health samplings: at fixed days of the batch's life."""
    health = schedule.biology.model.health
    first, every = health.first_day, health.interval_days
    lived = min(history.stages[-1].end_day, schedule.as_of_day) - batch.start_day
    samplings = (lived - first) // every + 1 if lived >= first else 0
    fish = samplings * health.sample_size
    return {
        "health_sampling_event": samplings,
        "individual_fish_observation": fish,
        "fish_parameter_score": fish * len(schedule.farm.model.master.health_parameters),
    }


def _add(rows: dict[str, int], more: dict[str, int]) -> None:
    for table, count in more.items():
        rows[table] += count


def days_by_container(schedule: Schedule, stay: Stay, stage: StageHistory) -> np.ndarray:
    """Days that each of a stay's containers is lived in, beyond the as-of date too: rings are emptied in turn."""
    n, a_day = len(stay.container_ids), schedule.biology.model.harvest.rings_a_day
    days: np.ndarray = np.full(n, stage.days)
    if stay.stage == SEA:
        turn = np.arange(n) // a_day
        days = np.maximum(stage.days - turn[-1] + turn, 1)
    return days


def _stay_rows(
    schedule: Schedule, stay: Stay, stage: StageHistory, whole: np.ndarray, target_cg: int
) -> dict[str, int]:
    farm, growth = schedule.farm, schedule.biology.model.growth
    lived = np.minimum(whole, schedule.as_of_day - stay.start_day)
    n = len(stay.container_ids)
    container_days = int(lived.sum())
    sensor_days = np.array([len(farm.container(c).sensor_ids) for c in stay.container_ids]) * lived
    seen = [stage.dead[0], stage.culled[0]]
    rows = {
        "container_assignment": n,
        **sensing_rows(
            schedule.biology.model.sensors,
            farm.model.readings_per_day,
            int(sensor_days.sum()),
            int((sensor_days // lived).sum()),
        ),
        "daily_state": container_days,
        "daily_truth": container_days,
        "mortality_event": sum(int((each[:d] > 0).sum()) for d in lived for each in seen),
    }
    weighed_on = expected_days(schedule, stage, target_cg if stay.stage == SEA else 0)
    samples = sum(bisect_left(weighed_on, int(days)) for days in lived)
    rows["growth_sample"] = samples
    rows["individual_growth_observation"] = samples * growth.sample_size
    if stay.stage == SEA:
        counts = int((lived // 7).sum())
        rows["lice_truth"] = counts
        rows["lice_count"] = counts * len(farm.model.master.lice_types)
    return rows
