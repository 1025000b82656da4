"""A run on a Dask cluster of separate processes: the local run's bytes, whatever dies, and refusals in words."""

from __future__ import annotations

import functools
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

import smoltworks
from engine.execution import cluster as cluster_module
from engine.execution.apart import Apart, adopt, simulate_apart
from engine.execution.cluster import DaskCluster, chosen, dask_cluster
from engine.execution.progress import read_progress
from engine.execution.run import run
from engine.execution.software import software
from engine.execution.tasks import foresee, partition_tasks
from engine.farm.schedule import Schedule
from engine.simulation.fish.history import simulate_batch
from lake.errors import InputError
from lake.manifest import read_complete, read_manifest
from tests.execution.run_files import Synchronous, lake_bytes
from tests.small_plan import write_schedule

PATIENCE = 300.0


def until(found: Callable[[], Any]) -> Any:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.01)
    raise AssertionError("waited in vain")


def _tells(log: Path, word: str) -> bool:
    return word in log.read_text()


@dataclass
class Cluster:
    """A scheduler and workers, each a process of its own as its command starts it."""

    folder: Path
    address: str = ""
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def begin(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen([sys.executable, "-m", *command], stdout=log, stderr=log)

    def start(self, workers: dict[str, int]) -> None:
        file = self.folder / "scheduler.json"
        self.begin("scheduler", "distributed.cli.dask_scheduler", *SCHEDULER, "--scheduler-file", str(file))
        until(lambda: file.exists() and file.read_text().strip().endswith("}"))
        self.address = json.loads(file.read_text())["address"]
        for name, threads in workers.items():
            options = ("--nthreads", str(threads), "--local-directory", str(self.folder / name))
            self.begin(name, "distributed.cli.dask_worker", self.address, *WORKER, *options)
        for name in workers:
            log = self.folder / f"{name}.log"
            until(functools.partial(_tells, log, "Registered"))

    def kill(self, name: str) -> None:
        self.processes[name].kill()
        self.processes.pop(name).wait()

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)


SCHEDULER = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
WORKER = ("--no-nanny", "--no-dashboard", "--host", "127.0.0.1")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(folder=tmp_path_factory.mktemp("cluster"))
    try:
        cluster.start({"one": 2, "other": 1})
        yield cluster
    finally:
        cluster.stop()


def underway(run_dir: Path) -> list[int]:
    """Processes that are making partitions."""
    found = []
    for path in run_dir.glob("underway/*/*/logs/progress-*.json"):
        text = path.read_text()
        found += [json.loads(text)["pid"]] if text else []
    return found


def parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except FileNotFoundError:
        return 0


def test_a_worker_killed_in_mid_run_is_replaced_and_no_byte_differs(
    cluster: Cluster, tiny_schedule: Schedule, tiny_run: Path, tmp_path: Path
) -> None:
    victims: list[str] = []

    def kill() -> None:
        pid = until(lambda: underway(tmp_path / "run"))[0]
        os.kill(pid, signal.SIGSTOP)  # so that it is surely not done before its worker is dead
        victims.extend(n for n, process in cluster.processes.items() if process.pid == parent_of(pid))
        cluster.kill(victims[0])
        os.kill(pid, signal.SIGCONT)

    killer = threading.Thread(target=kill)
    killer.start()
    made = smoltworks.simulate(tiny_schedule, out=tmp_path / "run", executor="dask", scheduler=cluster.address)
    killer.join()
    assert len(victims) == 1
    assert made.manifest.fingerprint == read_complete(tiny_run).fingerprint
    assert lake_bytes(made.path) == lake_bytes(tiny_run)
    assert not (made.path / "underway").exists()


def test_a_lost_scheduler_is_partly_done_and_a_resume_without_it_finishes(
    cluster: Cluster, tiny_schedule: Schedule, tiny_run: Path, tmp_path: Path
) -> None:
    file, run_dir = write_schedule(tmp_path, tiny_schedule), tmp_path / "run"
    command = [sys.executable, "-m", "engine.run", "--schedule", str(file), "--out", str(run_dir)]
    dask = ["--executor", "dask", "--scheduler", cluster.address]
    process = subprocess.Popen([*command, *dask], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    pid = until(lambda: underway(run_dir))[0]
    os.kill(pid, signal.SIGSTOP)
    assert read_progress(run_dir).running
    cluster.kill("scheduler")
    _, told = process.communicate(timeout=PATIENCE)
    os.kill(pid, signal.SIGCONT)
    assert process.returncode == 3, told
    assert f"--out {run_dir} --resume --executor dask --scheduler {cluster.address}" in told
    assert "Traceback" not in told
    failed = read_manifest(run_dir).failed
    assert failed
    assert all("SchedulerLost" in record.error for record in failed)
    until(lambda: not Path(f"/proc/{pid}").exists())  # what it was at is in nobody's way
    assert run(tiny_schedule, run_dir, Synchronous(), 1, resume=True).status == "complete"
    assert lake_bytes(run_dir) == lake_bytes(tiny_run)


class Client:
    """What DaskCluster asks of a client: `answers` are the workers'."""

    def __init__(self, **answers: object) -> None:
        self.answers = answers

    def run(self, question: Callable[..., object], *args: object, on_error: str) -> dict[str, object]:
        return self.answers

    def nthreads(self) -> dict[str, int]:
        return dict.fromkeys(self.answers, 2)


def test_a_worker_with_other_versions_is_refused_by_name() -> None:
    ours = software()
    DaskCluster(Client(one=ours), "tcp://x:1").require_software()
    for theirs, words in (
        (replace(ours, numpy="1.0"), f"numpy 1.0 in place of {ours.numpy}"),
        (replace(ours, sources="0"), f"sources 0 in place of {ours.sources}"),
        (ModuleNotFoundError("No module named 'engine'"), "No module named 'engine'"),
    ):
        with pytest.raises(InputError, match="two") as refused:
            DaskCluster(Client(one=ours, two=theirs), "tcp://x:1").require_software()
        assert words in refused.value.problem
        assert "one " not in refused.value.problem


def test_a_worker_that_does_not_see_the_folder_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    DaskCluster(Client(one=True), "tcp://x:1").require_sight(tmp_path)
    with pytest.raises(InputError, match="two: does not see"):
        DaskCluster(Client(one=True, two=False), "tcp://x:1").require_sight(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def task(tiny_schedule: Schedule, tiny_run: Path) -> Any:
    return next(iter(partition_tasks(tiny_schedule, tiny_run, foresee(tiny_schedule))))


def test_a_worker_is_sent_little_and_refuses_what_it_would_make_otherwise(tiny_run: Path, task: Any) -> None:
    function, given = Apart(tiny_run, "run").call(task)
    assert function is simulate_apart
    assert len(pickle.dumps(given)) < 3_000 < len(pickle.dumps(task)) / 10
    with pytest.raises(InputError, match="in place of 0") as refused:
        simulate_apart(replace(given, software=replace(given.software, numba="0")))
    assert str(pickle.loads(pickle.dumps(refused.value))) == str(refused.value)


def test_what_a_worker_left_half_is_not_taken_and_one_that_was_given_up_can_write_no_more(
    tiny_schedule: Schedule, tiny_run: Path, tmp_path: Path, task: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.execution import inputs

    kept = inputs.kept_inputs(tiny_run)
    assert kept is not None
    (tmp_path / "logs").mkdir()
    inputs.write_inputs(tmp_path, kept)
    apart = Apart(tmp_path, "run")
    _, given = apart.call(task)
    whole = simulate_apart(given)
    (tmp_path / whole.folder / "lake/batch/part-0000.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="not here as a worker wrote it"):
        adopt(tmp_path, whole)
    assert not (tmp_path / "lake").exists()

    from engine.execution import partition

    def given_up(*args: Any) -> Any:
        apart.clear()
        return simulate_batch(*args)

    monkeypatch.setattr(partition, "simulate_batch", given_up)
    late = simulate_apart(given)
    assert late.record.status == "failed"
    assert not list(tmp_path.rglob("*.parquet"))


def test_what_is_missing_for_a_cluster_is_told_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    def refusal(executor: str, scheduler: str | None, workers: int | None = None) -> str:
        with pytest.raises(InputError) as refused, chosen(executor, scheduler, workers):
            pass
        return str(refused.value)

    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
    monkeypatch.setattr(cluster_module, "ANSWER_SECONDS", 0.2)
    assert "DASK_SCHEDULER_ADDRESS" in refusal("dask", None)
    assert "dask scheduler" in refusal("dask", "tcp://127.0.0.1:1")
    assert "tcp://" in refusal("dask", "nonsense://here")
    assert "--executor dask" in refusal("processes", "tcp://127.0.0.1:1")
    assert "leave it out" in refusal("dask", "tcp://127.0.0.1:1", 2)
    assert "processes or dask" in refusal("ray", None)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'smoltworks\[cluster\]'"), dask_cluster("tcp://x:1"):
        pass
