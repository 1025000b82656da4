"""The time that is said to be left is the time that it then takes."""

from __future__ import annotations

import itertools
from heapq import heapify, heappop, heappush

import pytest

from engine.execution.progress import RUN_ENDING, Progress, Underway
from lake.manifest import BatchRecord, PartitionRecord, PartRecord

PARTITIONS, BATCHES, ROWS, PACE = 14, 20, 1_000, 2_500.0  # rows a batch, and a second in one worker
COMPILING = 60.0


def progress(**changed: object) -> Progress:
    given = {"run": "x", "state": "running", "partitions": 10, "batches": 100, "estimate": 1_000}
    return Progress(**{**given, "started_at": 0.0, "updated_at": 112.0, "workers": 2, **changed})  # type: ignore[arg-type]


def under_way(partition: int, events: int, *, done: int = 1, begun: float = 100.0, told: float = 110.0) -> Underway:
    return Underway(partition=partition, pid=1, batches=10, done=done, events=events, begun=begun, told=told)


def test_the_time_left_is_by_the_workers_own_pace() -> None:
    """Two workers, 10 partitions of 100 events each; a hundred seconds of compiling are no part of the pace."""
    state = progress()
    assert state.seconds_left is None
    state.running = [under_way(0, 50), under_way(1, 50)]
    # five events a second in each, told 2 s ago; a fifth more for a partition's end
    assert state.seconds_left == pytest.approx(4 * 24 + 12 + RUN_ENDING)
    state.estimate = 1
    assert state.seconds_left == pytest.approx(RUN_ENDING, abs=0.1)


def run_of(beside: float, workers: int) -> list[tuple[PartitionRecord, list[float]]]:
    """Partitions with the second at which each of their batches was made, the first ones after compiling."""
    free = [0.0] * workers
    heapify(free)
    made = []
    for number in range(PARTITIONS):
        compiling = COMPILING if number < workers else 0.0
        began = heappop(free)
        seconds = [ROWS / PACE * (0.8 + 0.1 * (batch % 5)) for batch in range(BATCHES)]
        ends = list(itertools.accumulate(seconds, initial=began + compiling))
        heappush(free, ends[-1] + beside * sum(seconds))
        record = PartitionRecord(
            partition=number,
            first_batch=number * BATCHES,
            last_batch=number * BATCHES + BATCHES - 1,
            status="succeeded",
            seconds=compiling + (1 + beside) * sum(seconds),
            peak_memory_mb=1.0,
            tables={"mortality_event": PartRecord(file="", rows=ROWS * BATCHES, bytes=1, xxh3="")},
            batches={id_: BatchRecord(days=1, rows=ROWS, seconds=each) for id_, each in enumerate(seconds)},
        )
        made.append((record, ends))
    return made


@pytest.mark.parametrize("beside", [0.15, 0.25, 0.4])
@pytest.mark.parametrize("workers", [1, 2, 5])
def test_from_a_tenth_of_the_work_on_it_is_right_within_a_quarter(beside: float, workers: int) -> None:
    made = run_of(beside, workers)
    ends = {
        record.partition: times[0] + record.seconds - COMPILING * (record.partition < workers) for record, times in made
    }
    whole = max(ends.values()) + RUN_ENDING
    told = 0
    for now in range(int(whole)):
        records = {
            r.partition: r
            for r, _ in sorted(made, key=lambda each: ends[each[0].partition])
            if ends[r.partition] <= now
        }
        running = [
            under_way(r.partition, ROWS * (done - 1), done=done - 1, begun=times[0], told=times[done - 1])
            for r, times in made
            if r.partition not in records and (done := sum(time <= now for time in times))
        ]
        state = progress(
            partitions=PARTITIONS,
            estimate=PARTITIONS * BATCHES * ROWS,
            updated_at=float(now),
            workers=workers,
            records=records,
            running=running,
        )
        left, comes = state.seconds_left, whole - now
        if state.events > state.estimate / 10 and comes > 3:
            assert left == pytest.approx(comes, rel=0.25), now
            told += 1
    assert told > 5
