"""Workers that are copies of a template: none is lost with it, and none outlives whoever began it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from engine.execution.template import Template
from engine.execution.workers import WorkerDied, WorkerProcesses

PATIENCE = 60.0
AT_WORK = """
import time
from engine.execution.template import Template
from engine.execution.workers import WorkerProcesses
with Template() as template, WorkerProcesses(2, template) as pool:
    for task in [pool.submit(time.sleep, .2) for _ in range(4)]:
        task.result()
    print("worked", flush=True)
    pool.submit(time.sleep, %s).result()
"""


def until(found: Callable[[], bool]) -> bool:
    """Whether it comes to be so, be it slowly."""
    end = time.monotonic() + PATIENCE
    while not found() and time.monotonic() < end:
        time.sleep(0.01)
    return found()


def template_of(pool: WorkerProcesses) -> int:
    """The process that the next worker comes from."""
    return pool.submit(os.getppid).result()


def test_workers_are_copies_of_one_process_that_has_no_other_thread() -> None:
    with Template() as template, WorkerProcesses(2, template) as pool:
        workers = {pool.submit(os.getpid).result() for _ in range(8)}
        parents = {pool.submit(os.getppid).result() for _ in range(8)}
        (parent,) = parents
        assert os.getpid() not in workers | parents
        assert len(os.listdir(f"/proc/{parent}/task")) == 1
    assert not any(os.path.exists(f"/proc/{pid}") for pid in workers | parents)


def test_a_killed_copy_fails_its_task_and_another_takes_its_place() -> None:
    with Template() as template, WorkerProcesses(1, template) as pool:
        first, parent = pool.submit(os.getpid).result(), template_of(pool)
        with pytest.raises(WorkerDied):
            pool.submit(signal.raise_signal, signal.SIGKILL).result()
        assert pool.submit(os.getpid).result() != first
        assert template_of(pool) == parent


def test_without_its_template_a_copy_works_on_and_the_next_worker_begins_from_nothing() -> None:
    with Template() as template, WorkerProcesses(1, template) as pool:
        first, parent = pool.submit(os.getpid).result(), template_of(pool)
        template.kill()
        assert until(lambda: template_of(pool) != parent)  # has been adopted
        assert pool.submit(os.getpid).result() == first
        with pytest.raises(WorkerDied):
            pool.submit(signal.raise_signal, signal.SIGKILL).result()
        assert template_of(pool) == os.getpid()


def test_a_template_that_comes_to_have_threads_makes_no_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(999,), daemon=True).start()\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Template() as template, WorkerProcesses(1, template) as pool:
        assert template_of(pool) == os.getpid()


def test_where_processes_have_no_handles_workers_begin_from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(pid: int) -> int:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(os, "pidfd_open", refused)
    with Template() as template, WorkerProcesses(1, template) as pool:
        assert template_of(pool) == os.getpid()


@pytest.mark.parametrize("ending", ["its own", "Ctrl-C", "a kill"])
def test_no_process_is_left_after(ending: str) -> None:
    mark = str(uuid.uuid4())

    def left() -> list[str]:
        return [pid for pid in filter(str.isdigit, os.listdir("/proc")) if mark in environment(pid)]

    begun = subprocess.Popen(
        [sys.executable, "-c", AT_WORK % (0 if ending == "its own" else 999)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "MARK": mark},
    )
    assert begun.stdout is not None
    assert begun.stdout.readline() == "worked\n"
    if ending == "its own":
        assert begun.wait(PATIENCE) == 0
        assert not left()
        return
    assert len(left()) == 4  # with its template and its workers
    if ending == "Ctrl-C":
        os.killpg(begun.pid, signal.SIGINT)  # as a terminal does
        assert "KeyboardInterrupt" in begun.communicate(timeout=PATIENCE)[1]
        assert not left()
    else:
        begun.kill()
        begun.wait(PATIENCE)
        assert until(lambda: not left())


def environment(pid: str) -> str:
    """What a process was given; nothing of one that is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/environ").read_text(errors="replace")
    return ""
