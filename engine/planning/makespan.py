"""How long a schedule's partitions take on some workers, longest first, against the best that any order could do."""

from __future__ import annotations

import heapq
import os
from collections.abc import Sequence
from dataclasses import dataclass

from engine.farm.occupancy import Ints
from engine.farm.schedule import Schedule
from engine.forecast.workload import predicted_events
from engine.planning.partitions import balance_partitions, sum_partitions
from lake.errors import InputError, shortened

NEAR_RATIO, MOST_WORKERS = 1.05, 1_024
"""A makespan within this ratio of the ideal needs no cure."""


@dataclass(frozen=True)
class Makespan:
    """The busiest worker's predicted events when partitions go longest first, each to whoever is free soonest.

    ideal: max(all events / workers, the longest batch's events): no division into batches beats it. `better` is
    the least of the tried numbers of partitions that comes within 5 % of the ideal; 0 when this plan's does, or
    when none of them does.
    """

    workers: int
    events: int
    ideal: float
    better_partitions: int = 0

    @property
    def ratio(self) -> float:
        """Makespan over ideal, at least 1."""
        return self.events / self.ideal if self.ideal else 1.0


def longest_first_makespan(events: Sequence[int], workers: int) -> int:
    """The greatest sum of a worker's `events` when the longest waiting part goes to the first worker free."""
    busy = [0] * workers
    for each in sorted(events, reverse=True):
        heapq.heapreplace(busy, busy[0] + each)
    return max(busy)


def makespan(batch_events: Sequence[int] | Ints, partitions: Sequence[range], workers: int) -> Makespan:
    """The makespan of `partitions` (ranges of ordinals from 1) of batches with `batch_events` on `workers`."""
    whole = [int(each) for each in batch_events]
    ideal = max(sum(whole) / workers, max(whole, default=0))
    found = Makespan(
        workers=workers, events=longest_first_makespan(sum_partitions(whole, partitions), workers), ideal=ideal
    )
    if found.ratio <= NEAR_RATIO:
        return found
    for count in _partition_counts(len(whole), workers, len(partitions)):
        parts = sum_partitions(whole, balance_partitions(whole, count))
        if longest_first_makespan(parts, workers) <= NEAR_RATIO * ideal:
            return Makespan(workers=workers, events=found.events, ideal=ideal, better_partitions=count)
    return found


def makespans(schedule: Schedule, workers: Sequence[int] = ()) -> tuple[Makespan, ...]:
    """The makespan of a schedule's partitions for each number of workers, from predicted events.

    workers: one, and as many as this machine has cores, unless given.
    """
    workers = tuple(workers) or tuple(sorted({1, os.cpu_count() or 1}))
    events = predicted_events(schedule)
    return tuple(makespan(events, schedule.partitions, each) for each in workers)


def read_workers(text: str | None) -> tuple[int, ...]:
    """Numbers of workers as they are typed, e.g. 14,64; none for no text."""
    numbers = text.split(",") if text else []
    if not all(each.strip().isdecimal() and 1 <= int(each) <= MOST_WORKERS for each in numbers):
        raise InputError("--workers", f"{shortened(text)} is not understood", f"give 1 to {MOST_WORKERS:,}, e.g. 14,64")
    return tuple(sorted({int(each) for each in numbers}))


def _partition_counts(batches: int, workers: int, present: int) -> list[int]:
    """Numbers of partitions worth trying: a few for each worker, and one a batch."""
    tried = {min(batches, times * workers) for times in (1, 2, 3, 4, 6, 8)} | {batches}
    return sorted(count for count in tried if count != present)


def makespan_data(found: Sequence[Makespan]) -> list[dict[str, object]]:
    """The makespans as plain values, for --json; events are predicted rows of all tables."""
    return [
        {
            "workers": each.workers,
            "events": each.events,
            "ideal": round(each.ideal),
            "ratio": round(each.ratio, 4),
            "better_partitions": each.better_partitions or None,
        }
        for each in found
    ]
