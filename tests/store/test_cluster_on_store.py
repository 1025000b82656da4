"""A Dask cluster of separate processes that writes straight into an S3 server: the local run's bytes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.execution.apart import UNDERWAY, Apart, adopt, simulate_apart
from engine.execution.tasks import foresee, partition_tasks
from engine.farm.schedule import Schedule
from lake.checked import parts_of, read_checked
from lake.manifest import read_complete
from lake.store_path import StorePath
from tests.execution.test_cluster import Cluster
from tests.small_plan import write_schedule
from tests.store.pretended import Copy


@pytest.fixture
def cluster(bucket: StorePath, tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler and a worker, which find the store by the environment that `bucket` set."""
    cluster = Cluster(folder=tmp_path)
    try:
        cluster.start({"one": 1})
        yield cluster
    finally:
        cluster.stop()


def test_a_cluster_writes_into_a_store_what_one_process_writes_on_a_disk(
    cluster: Cluster, bucket: StorePath, tiny_run: Path, tiny_schedule: Schedule, tmp_path: Path
) -> None:
    there, file = bucket / "clustered", write_schedule(tmp_path, tiny_schedule)
    command = ("-m", "engine.run", "--schedule", str(file), "--out", str(there), "--executor", "dask")
    done = subprocess.run(
        [sys.executable, *command, "--scheduler", cluster.address], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    manifest = read_checked(there)
    assert [part.record for part in parts_of(manifest)] == [part.record for part in parts_of(read_complete(tiny_run))]
    assert not [path for path in (there / UNDERWAY).rglob("*") if path.is_file()]


def test_an_attempt_that_nobody_adopts_is_in_nobodys_way(copied: Copy, tiny_schedule: Schedule) -> None:
    there = copied("attempted")
    manifest = read_complete(there)
    apart, another = Apart(there, "us"), Apart(there, "others")
    (task, *_) = partition_tasks(tiny_schedule, there, foresee(tiny_schedule))
    first, late = (each.call(task) for each in (apart, another))
    for file in (part.file for part in manifest.partitions[0].tables.values()):
        (there / file).unlink()
    (there / UNDERWAY / "others" / "0000-ab" / "lake.part").put(b"of one that was taken for dead")
    attempt = simulate_apart(first[1])
    record = adopt(there, attempt)
    apart.clear()
    assert record.tables == manifest.partitions[0].tables
    assert read_checked(there) == manifest
    assert [path.name for path in (there / UNDERWAY).rglob("*") if path.is_file()] == ["lake.part"]
    assert late[1].attempts != first[1].attempts
