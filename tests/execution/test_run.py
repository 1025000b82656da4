"""Runs: the same data whatever runs them and in what order; failures confined; only whole work believed."""

from __future__ import annotations

import functools
import os
import random
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from engine.execution.making import RunEvents
from engine.execution.partition import PartitionTask, progress_path, simulate_partition
from engine.execution.progress import read_progress
from engine.execution.run import run
from engine.execution.tasks import Expected, partition_tasks
from engine.execution.workers import WorkerProcesses
from engine.farm.schedule import Schedule
from engine.farm.schedule_file import parse_schedule
from engine.farm.schedule_text import format_schedule
from lake.errors import InputError
from lake.journal import Begun, Journal
from lake.manifest import Manifest, PartitionRecord, read_complete, read_manifest
from lake.tables import DIMENSION_TABLE_NAMES, EVENT_TABLE_NAMES
from tests.counting import assert_linear
from tests.execution.run_files import Synchronous, lake_bytes, marks

Undisturbed = tuple[Path, Manifest]


def partitioned(schedule: Schedule, *parts: range) -> Schedule:
    cut = replace(schedule, partitions=parts)
    return replace(cut, text=format_schedule(cut))


def fails_in(partition: int) -> Callable[[PartitionTask], PartitionRecord]:
    def simulate(task: PartitionTask) -> PartitionRecord:
        if task.partition == partition:
            raise ValueError("the disk is on fire")
        return simulate_partition(task)

    return simulate


def test_tasks_of_many_partitions_are_as_much_work_as_they_are(small_schedule: Schedule) -> None:
    def tasks(count: int) -> Callable[[], object]:
        batches = tuple(replace(small_schedule.batches[0], id=n) for n in range(1, count + 1))
        parts = tuple(range(n, n + 1) for n in range(1, count + 1))
        schedule = replace(small_schedule, batches=batches, partitions=parts)
        expected = Expected(rows=(1,) * count, bytes_by_partition=(1,) * count, flagged=frozenset())
        return lambda: list(partition_tasks(schedule, Path("run"), expected))

    assert_linear(tasks, few=100, many=400)


def test_a_run_is_complete_and_counts_what_it_wrote(undisturbed: Undisturbed, small_schedule: Schedule) -> None:
    run_dir, manifest = undisturbed
    assert read_complete(run_dir) == manifest
    assert list(manifest.tables) == list(EVENT_TABLE_NAMES)
    assert set(manifest.dimensions) == set(DIMENSION_TABLE_NAMES)
    assert [p.status for p in manifest.partitions] == ["succeeded"] * 3
    for name, rows in manifest.tables.items():
        assert rows == sum(pq.read_metadata(f).num_rows for f in (run_dir / "lake" / name).glob("*.parquet"))
    batches = {b: r for p in manifest.partitions for b, r in p.batches.items()}
    assert sum(r.rows for r in batches.values()) == manifest.events == manifest.events_made
    assert batches[5].days == 1
    again = parse_schedule(
        (run_dir / "schedule.yaml").read_text(encoding="utf-8"), "copy", small_schedule.farm, small_schedule.biology
    )
    assert again == small_schedule
    assert (run_dir / "farms" / "small-farm.yaml").read_text(encoding="utf-8") == small_schedule.farm.text
    assert [path.name for path in run_dir.rglob(".*")] == [".run.lock"]


def _hand_on(future: Future[Any], done: Future[Any]) -> None:
    future.set_result(done.result())


class Shuffled(Executor):
    """Runs its tasks in another order than they came, on two threads."""

    def __init__(self, seed: int) -> None:
        self._threads = ThreadPoolExecutor(2)
        self._random = random.Random(seed)
        self._waiting: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = []
        self._gate = threading.Timer(0.05, self._release)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if not self._waiting:
            self._gate.start()
        self._waiting.append((future, fn, args))
        return future

    def _release(self) -> None:
        self._random.shuffle(self._waiting)
        for future, fn, args in self._waiting:
            self._threads.submit(fn, *args).add_done_callback(functools.partial(_hand_on, future))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._threads.shutdown(wait=wait)


@pytest.mark.parametrize(
    "executor",
    [lambda: WorkerProcesses(1), lambda: WorkerProcesses(2), lambda: Shuffled(4)],
    ids=["one", "two", "threads"],
)
def test_workers_and_their_order_change_no_byte(
    executor: Callable[[], Executor], small_schedule: Schedule, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    with executor() as workers:
        manifest = run(small_schedule, tmp_path / "run", workers, 2)
    assert marks(manifest) == marks(undisturbed[1])
    assert manifest.fingerprint == undisturbed[1].fingerprint
    assert lake_bytes(tmp_path / "run") == lake_bytes(undisturbed[0])


@pytest.mark.parametrize("parts", [(range(1, 6),), (range(1, 2), range(2, 5), range(5, 6))])
def test_partitions_change_no_row(
    parts: tuple[range, ...], small_schedule: Schedule, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    manifest = run(partitioned(small_schedule, *parts), tmp_path / "run", Synchronous(), 1)
    assert len(manifest.partitions) == len(parts)
    assert marks(manifest) == marks(undisturbed[1])
    assert manifest.fingerprint == undisturbed[1].fingerprint
    assert manifest.tables == undisturbed[1].tables
    assert manifest.estimate == undisturbed[1].estimate


def test_another_seed_is_another_run(small_schedule: Schedule, undisturbed: Undisturbed, tmp_path: Path) -> None:
    other = replace(small_schedule, seed=8)
    manifest = run(replace(other, text=format_schedule(other)), tmp_path / "run", Synchronous(), 1)
    assert manifest.fingerprint != undisturbed[1].fingerprint
    assert marks(manifest)[1]["environmental_reading"] != marks(undisturbed[1])[1]["environmental_reading"]


def test_the_longest_partition_goes_first(small_schedule: Schedule, tmp_path: Path) -> None:
    order = Synchronous()
    manifest = run(small_schedule, tmp_path / "run", order, 1)
    assert order.expected_rows == sorted(order.expected_rows, reverse=True)
    rows = sorted((p.events for p in manifest.partitions), reverse=True)
    assert order.expected_rows == pytest.approx(rows, rel=0.1, abs=200)


@pytest.mark.parametrize("partition", [0, 1, 2])
def test_a_failed_partition_leaves_the_others_and_is_made_by_the_resume(
    partition: int, small_schedule: Schedule, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    run_dir = tmp_path / "run"
    told: list[PartitionRecord] = []
    events = RunEvents(finished=told.append)
    manifest = run(small_schedule, run_dir, Synchronous(), 1, simulate=fails_in(partition), events=events)
    assert manifest.status == read_manifest(run_dir).status == "partial"
    assert manifest.fingerprint == ""
    assert {r.partition: r.status for r in told} == {p: "failed" if p == partition else "succeeded" for p in range(3)}
    assert "the disk is on fire" in manifest.partitions[partition].error
    whole = lake_bytes(undisturbed[0])
    kept = lake_bytes(run_dir)
    assert kept == {f: h for f, h in whole.items() if f"part-{partition:04d}" not in f or f in kept}
    state = read_progress(run_dir)
    assert (state.state, len(state.succeeded), len(state.failed)) == ("partial", 2, 1)
    assert state.to_json()["errors"][0]["partition"] == partition

    made: list[int] = []

    def counted(task: PartitionTask) -> PartitionRecord:
        made.append(task.partition)
        return simulate_partition(task)

    resumed = run(small_schedule, run_dir, Synchronous(), 1, resume=True, simulate=counted)
    assert made == [partition]
    assert resumed.status == "complete"
    assert resumed.events_made == resumed.partitions[partition].events
    assert resumed.fingerprint == undisturbed[1].fingerprint
    assert lake_bytes(run_dir) == whole
    assert read_progress(run_dir).state == "complete"


def test_an_error_inside_a_batch_names_it_and_leaves_no_file(
    small_schedule: Schedule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.execution import partition
    from engine.simulation.fish.history import simulate_batch as real

    def simulate(schedule: Schedule, climate: Any, batch: Any) -> Any:
        if batch.number == "SCO-2025-002":
            raise ArithmeticError("half a fish")
        return real(schedule, climate, batch)

    monkeypatch.setattr(partition, "simulate_batch", simulate)
    manifest = run(small_schedule, tmp_path / "run", Synchronous(), 1)
    failed = manifest.partitions[1]
    assert failed.error.startswith("batch SCO-2025-002: Traceback")
    assert "ArithmeticError: half a fish" in failed.error
    assert not [f for f in lake_bytes(tmp_path / "run") if "part-0001" in f]


def refused(*args: Any, **kwargs: Any) -> str:
    with pytest.raises(InputError) as caught:
        run(*args, **kwargs)
    return str(caught.value)


@pytest.fixture
def partial(small_schedule: Schedule, tmp_path: Path) -> Path:
    run(small_schedule, tmp_path / "run", Synchronous(), 1, simulate=fails_in(2))
    return tmp_path / "run"


def test_a_resume_of_other_inputs_is_refused(small_schedule: Schedule, biology: Any, partial: Path) -> None:
    before = lake_bytes(partial)
    changed = {
        "seed": replace(small_schedule, seed=8),
        "as_of": replace(small_schedule, as_of_day=small_schedule.as_of_day + 1),
        "partitions": partitioned(small_schedule, range(1, 6)),
        "schedule_sha256": replace(small_schedule, text=small_schedule.text + "# edited\n"),
        "biology_sha256": replace(small_schedule, biology=replace(biology, text=biology.text + "# edited\n")),
    }
    for what, schedule in changed.items():
        message = refused(schedule, partial, Synchronous(), 1, resume=True)
        assert "other inputs" in message
        assert what in message
    assert lake_bytes(partial) == before
    assert read_manifest(partial).status == "partial"


def test_a_resume_by_another_version_is_refused(
    small_schedule: Schedule, partial: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.execution import run as module

    monkeypatch.setattr(module, "__version__", "999")
    assert "version" in refused(small_schedule, partial, Synchronous(), 1, resume=True)


def test_a_folder_is_not_overwritten_unless_asked_and_only_if_it_is_a_run(
    small_schedule: Schedule, undisturbed: Undisturbed, partial: Path, tmp_path: Path
) -> None:
    before = lake_bytes(partial)
    assert "--overwrite" in refused(small_schedule, partial, Synchronous(), 1)
    assert lake_bytes(partial) == before
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "salmon.jpg").write_bytes(b"fish")
    for changes in ({}, {"overwrite": True}, {"resume": True}):
        assert str(photos) in refused(small_schedule, photos, Synchronous(), 1, **changes)
    assert [p.name for p in photos.iterdir()] == ["salmon.jpg"]
    (partial / "notes.txt").write_text("mine")
    manifest = run(small_schedule, partial, Synchronous(), 1, overwrite=True)
    assert manifest.status == "complete"
    assert lake_bytes(partial) == lake_bytes(undisturbed[0])
    assert (partial / "notes.txt").read_text() == "mine"


def test_there_is_nothing_to_resume_in_an_empty_folder(small_schedule: Schedule, tmp_path: Path) -> None:
    assert "no run to resume" in refused(small_schedule, tmp_path / "run", Synchronous(), 1, resume=True)
    assert not (tmp_path / "run").exists()


def test_progress_tells_how_far_a_run_is(small_schedule: Schedule, tmp_path: Path) -> None:
    run_dir, states = tmp_path / "run", []

    def watched(task: PartitionTask) -> PartitionRecord:
        record = simulate_partition(task)
        told = read_progress(run_dir)
        states.append(told)
        mine = next(p for p in told.running if p.partition == task.partition)
        assert (mine.done, mine.events) == (len(task.schedule.batches), record.events)
        return record

    manifest = run(small_schedule, run_dir, Synchronous(), 1, simulate=watched)
    assert [s.state for s in states] == ["running"] * 3
    assert [s.partitions for s in states] == [3] * 3
    assert [s.batches for s in states] == [5] * 3
    events = [s.events for s in states]
    assert events == sorted(events)
    assert events[-1] == manifest.events
    assert states[0].estimate == sum(manifest.estimate.values())
    ended = read_progress(run_dir)
    assert (ended.state, ended.batches_done, ended.events) == ("complete", 5, manifest.events)
    assert ended.seconds_left is None
    assert not list((run_dir / "logs").glob("progress-*"))
    seconds = {b: r.seconds for p in manifest.partitions for b, r in p.batches.items()}
    assert ended.seconds_by_age() == {
        "50-200 days": seconds[5],
        "200-600 days": pytest.approx((seconds[3] + seconds[4]) / 2),
        "600-900 days": pytest.approx((seconds[1] + seconds[2]) / 2),
    }


def test_a_run_whose_process_is_gone_is_interrupted_even_if_its_number_lives_on(
    small_schedule: Schedule, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    run_dir = tmp_path / "run"
    begun = Journal(undisturbed[0]).read().lines[0]
    assert isinstance(begun, Begun)
    for changes, state in (({}, "running"), ({"born": "1"}, "interrupted"), ({"pid": 2**22 + 1}, "interrupted")):
        Journal(run_dir).rewrite([replace(begun, **changes)])
        assert read_progress(run_dir).state == state
    run(small_schedule, run_dir, Synchronous(), 1, resume=True)
    assert lake_bytes(run_dir) == lake_bytes(undisturbed[0])


def test_a_run_under_way_in_another_process_is_left_alone(
    small_schedule: Schedule, partial: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Journal(partial).append(Journal(partial).read().lines[0])
    monkeypatch.setattr(os, "getpid", lambda: 1)
    for changes in ({"resume": True}, {"overwrite": True}):
        assert "another process is running it" in refused(small_schedule, partial, Synchronous(), 1, **changes)


def test_a_progress_file_goes_when_its_partition_has_ended(small_schedule: Schedule, tmp_path: Path) -> None:
    run(small_schedule, tmp_path, Synchronous(), 1, simulate=fails_in(1))
    assert not [p for p in range(3) if progress_path(tmp_path, p).exists()]


def test_batches_are_made_together_up_to_so_many_container_days(small_schedule: Schedule) -> None:
    from engine.execution.partition import grouped

    batches, as_of_day = small_schedule.batches, small_schedule.as_of_day
    days = [
        sum(len(s.container_ids) * max(0, min(s.end_day, as_of_day) - s.start_day) for s in batch.lived_stays)
        for batch in batches
    ]
    together = grouped(batches, as_of_day, sum(days))
    assert together == [list(batches)]
    assert grouped(batches, as_of_day, days[0]) == [[batches[0]], *grouped(batches[1:], as_of_day, days[0])]
    assert grouped(batches, as_of_day, 0) == [[batch] for batch in batches]
    before = batches[2].start_day
    assert all(len({batch.is_delivered(before) for batch in group}) == 1 for group in grouped(batches, before, 10**9))
    assert len(grouped(batches, before, 10**9)) > 1
    assert [len(group) for group in grouped(batches * 5, as_of_day, 10**9)] == [12, 12, 1]  # however young they are
