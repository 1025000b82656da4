"""Which batches will be done at the as-of date: certainly, certainly not, or perhaps; before any run.

Dates decide most: a batch is done by its last planned day and not done before it is at sea. The others are lived
once each in a representative container (representatives.py), with the batch's own draws and without the containers'.
The day found differs from the run's by 2.4 days (standard deviation; 7 at most of 184), in batches with rings in two
areas by 3.1 (12 at most of 196), over batches harvested by weight.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.farm.schedule import Batch, Schedule, to_date
from engine.forecast.representatives import simulate_representatives
from engine.simulation.record import BatchHistory
from engine.simulation.water.climate import Climate
from lake.codes import BATCH_STATUSES, SEA

HARVEST_ERROR_SD_DAYS = 3.2
"""Standard deviation of run - forecast, taken from batches with rings in two areas."""
HARVEST_MARGIN_DAYS = 16
"""Five standard deviations: what lies farther from the as-of date is called certain."""
COMPLETED, ACTIVE, UNDECIDED = "COMPLETED", "ACTIVE", "UNDECIDED"


@dataclass(frozen=True)
class Cutoff:
    """Batch numbers by what is certain at the as-of date, and how many will be completed.

    undecided: (number, chance to be completed). expected: completed batches on average. low, high: their 95 %
    interval. others: numbers by the status that the plan alone gives them.
    """

    as_of_day: int
    completed: tuple[str, ...]
    active: tuple[str, ...]
    undecided: tuple[tuple[str, float], ...]
    expected: float
    low: int
    high: int
    others: dict[str, tuple[str, ...]]


def state_by_dates(batch: Batch, as_of_day: int) -> str:
    """What the planned days alone say."""
    if status := batch.planned_status(as_of_day):
        return status
    sea = next((stay for stay in batch.stays if stay.stage == SEA), None)
    if sea is None or sea.start_day >= as_of_day:
        return ACTIVE
    return COMPLETED if batch.end_day <= as_of_day else UNDECIDED


def state_by_growth(batch: Batch, history: BatchHistory, as_of_day: int) -> tuple[str, float]:
    """What the batch's life in a representative container says, and the chance that it is completed."""
    state = state_by_dates(batch, as_of_day)
    if state != UNDECIDED:
        return state, float(state == COMPLETED)
    ahead = as_of_day - history.stages[-1].end_day
    if ahead >= HARVEST_MARGIN_DAYS:
        return COMPLETED, 1.0
    if -ahead > HARVEST_MARGIN_DAYS:
        return ACTIVE, 0.0
    # the harvest on day x belongs to as-of dates from x + 1, which end_day is: half a day's continuity
    return UNDECIDED, 0.5 * (1 + math.erf((ahead + 0.5) / (HARVEST_ERROR_SD_DAYS * math.sqrt(2))))


def predict_cutoff(schedule: Schedule) -> Cutoff:
    """What is certain at the as-of date."""
    known = predict_states(schedule)
    return summarise_cutoff(schedule, [known[batch.id] for batch in schedule.batches])


def predict_states(schedule: Schedule, climate: Climate | None = None) -> dict[int, tuple[str, float]]:
    """By batch id its state at the as-of date and the chance that it is completed. Those that dates leave open are
    lived; climate: the schedule's, up to every batch's end."""
    states = {batch.id: state_by_dates(batch, schedule.as_of_day) for batch in schedule.batches}
    known = {id: (state, float(state == COMPLETED)) for id, state in states.items()}
    open_batches = [batch for batch in schedule.batches if states[batch.id] == UNDECIDED]
    if open_batches:
        for batch, history in simulate_representatives(schedule, open_batches, climate):
            known[batch.id] = state_by_growth(batch, history, schedule.as_of_day)
    return known


def summarise_cutoff(schedule: Schedule, states: Sequence[tuple[str, float]]) -> Cutoff:
    """The cutoff of a schedule from each batch's state and chance."""
    names: dict[str, list[str]] = {state: [] for state in (*BATCH_STATUSES, UNDECIDED)}
    for batch, (state, _) in zip(schedule.batches, states, strict=True):
        names[state].append(batch.number)
    chances = [chance for state, chance in states if state == UNDECIDED]
    certain = len(names[COMPLETED])
    low, high = completed_interval(chances)
    return Cutoff(
        as_of_day=schedule.as_of_day,
        completed=tuple(names[COMPLETED]),
        active=tuple(names[ACTIVE]),
        undecided=tuple(zip(names[UNDECIDED], chances, strict=True)),
        expected=certain + sum(chances),
        low=certain + low,
        high=certain + high,
        others={
            state: tuple(numbers)
            for state, numbers in names.items()
            if numbers and state not in (COMPLETED, ACTIVE, UNDECIDED)
        },
    )


def completed_interval(chances: Sequence[float]) -> tuple[int, int]:
    """The narrowest whole numbers that independent events of these chances fall short of, or exceed, in 2.5 % each."""
    weights = [1.0]
    for p in chances:
        weights = [
            (weights[k] * (1 - p) if k < len(weights) else 0.0) + (weights[k - 1] * p if k else 0.0)
            for k in range(len(weights) + 1)
        ]
    below, low, high = 0.0, None, len(chances)
    for k, weight in enumerate(weights):
        below += weight
        if low is None and below > 0.025:
            low = k
        if below >= 0.975:
            high = k
            break
    return low or 0, high


def cutoff_data(cutoff: Cutoff) -> dict[str, object]:
    """The cutoff as plain values, for --json."""
    return {
        "as_of": to_date(cutoff.as_of_day).isoformat(),
        "certainly_completed": list(cutoff.completed),
        "certainly_active": list(cutoff.active),
        "undecided": {number: round(chance, 3) for number, chance in cutoff.undecided},
        **{state.lower(): list(numbers) for state, numbers in cutoff.others.items()},
        "completed": {"expected": round(cutoff.expected, 1), "interval_95": [cutoff.low, cutoff.high]},
    }
