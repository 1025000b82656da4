"""How many entries a batch's journal will hold, from its life in representative containers."""

from __future__ import annotations

from engine.farm.schedule import Schedule
from engine.simulation.health.laboratory import AGENTS, Noticed, Samples, whole_between
from engine.simulation.health.signs import beginnings, counts_of_females, low_oxygen, weeks_of_deaths
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.calendar import WEEK_DAYS
from engine.simulation.record import BatchHistory, StageHistory


def expected_entries(
    schedule: Schedule, history: BatchHistory, seen: tuple[Noticed, ...], samples: list[Samples], emptied: list[int]
) -> int:
    """Entries before the as-of date, but for treatments and vaccinations.

    seen, samples: events noticed and samples taken before it; emptied: the day of each ring's harvest before it.
    """
    as_of = schedule.as_of_day
    moves = sum(move.day < as_of for move in history.moves)
    harvests = len({min(emptied), max(emptied)}) if emptied else 0
    alarms = sum(_alarms(schedule, history, stage) for stage in history.stages)
    weeks = sum(_weeks(schedule, history, at, seen) for at in range(len(history.stages)))
    breathless = sum(_breathless(schedule, stage) for stage in history.stages)
    told = len(samples) + sum(_of_event(schedule, event, samples, i) for i, event in enumerate(seen))
    return 1 + moves + harvests + alarms + weeks + breathless + told


def _of_event(schedule: Schedule, event: Noticed, samples: list[Samples], i: int) -> int:
    """The entry of an event, of its cause, and a week later if it lasts."""
    as_of = schedule.as_of_day
    results = [s.result_day for s in samples if s.event == i]
    if not results and event.event.kind not in AGENTS:
        low, high = schedule.biology.model.journal.diagnosis_days
        results = [event.day + whole_between(low, high, am.uniform(event.key, 3))]
    later = event.day + WEEK_DAYS
    return 1 + sum(day < as_of for day in results) + (later < min(event.event.end_day, as_of))


def _alarms(schedule: Schedule, history: BatchHistory, stage: StageHistory) -> int:
    """How often lice rise above the limit."""
    if stage.lice is None:
        return 0
    region = schedule.region_of(history.batch)
    over = counts_of_females(stage.lice, region.adult_female_limit).over
    return sum(int(stage.lice.day[w]) < schedule.as_of_day for w in beginnings(over))


def _weeks(schedule: Schedule, history: BatchHistory, at: int, seen: tuple[Noticed, ...]) -> int:
    """How often more fish die than usual in a stage, outside of its events."""
    stage = history.stages[at]
    level = weeks_of_deaths(stage, schedule.biology.model.journal.weekly_mortality).level
    found = 0
    for w in beginnings(level > 0):
        first = stage.start_day + WEEK_DAYS * w
        last = first + WEEK_DAYS - 1
        explained = any(e.at == at and e.event.start_day <= last and e.event.end_day > first for e in seen)
        found += last < schedule.as_of_day and not explained
    return found


def _breathless(schedule: Schedule, stage: StageHistory) -> int:
    """How often little oxygen is worth an entry."""
    journal = schedule.biology.model.journal
    _, told = low_oxygen(stage, journal.oxygen_low[-1], journal.oxygen_quiet_days)
    return sum(stage.start_day + d < schedule.as_of_day for d in told)
