"""What is compiled before it is called is what a run calls; and no two processes compile the same."""

from __future__ import annotations

import fcntl
import importlib
import json
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import smoltworks
from engine.execution import compiling_ahead, partition
from engine.execution.compiling import compiled
from engine.execution.compiling_ahead import KNOWN_CALLS, KnownCall, argument_type, compile_ahead, known_calls
from engine.execution.partition import simulate_partition
from engine.execution.tasks import foresee, partition_tasks
from engine.execution.workers import WorkerProcesses
from engine.farm.schedule import Schedule
from engine.simulation.numerics import compilation, kernel_cache
from tests.execution.known_calls import calls_of, type_text

KNOWN = json.loads(KNOWN_CALLS.read_text("utf-8"))


def test_a_run_calls_what_is_known(
    tiny_schedule: Schedule, write_schedule: Callable[[Path, Schedule], Path], tmp_path: Path
) -> None:
    """In the layouts that are known, too: `python -m tests.execution.known_calls` after a change of what is called."""
    found = calls_of(write_schedule(tmp_path, tiny_schedule), tmp_path / "run")
    assert len(found) > 40
    assert found == {name: KNOWN.get(name) for name in found}
    assert all(len(calls) == 1 for calls in found.values()), "each layout takes a compilation of its own"


def test_what_is_known_can_be_compiled() -> None:
    kernels = {f"{call.kernel.py_func.__module__}.{call.kernel.py_func.__name__}": call for call in known_calls()}
    assert sorted(kernels) == sorted(KNOWN)
    for name, call in kernels.items():
        assert call.size >= call.parts[name] > 0
        for arguments in call.arguments:
            assert len(arguments) == call.kernel.py_func.__code__.co_argcount
            assert [type_text(argument_type(each)) for each in arguments] == list(arguments)
    assert "engine.simulation.fish.mortality.die" in kernels["engine.simulation.fish.rings.live_in_rings"].shared


def doubled(x: float) -> float:
    return x + x


def tripled(x: float) -> float:
    return x + x + x


@pytest.fixture
def two_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Two kernels that no cache has, the calls that are known."""
    monkeypatch.setattr(compilation.config, "CACHE_DIR", str(tmp_path))
    kernels: list[Any] = [compilation.kernel(each) for each in (doubled, tripled)]
    calls = [KnownCall(kernel=each, arguments=(["float64"],), parts={each.__name__: 1}) for each in kernels]
    monkeypatch.setattr(compiling_ahead, "known_calls", lambda: iter(calls))
    compiling_ahead._waiting.cache_clear()
    return kernels


def test_what_another_process_compiles_is_left_to_it(two_calls: list[Any]) -> None:
    first, second = two_calls
    turn = os.open(f"{first._cache._cache_file._index_path}.turn", os.O_CREAT | os.O_WRONLY)
    fcntl.flock(turn, fcntl.LOCK_EX)
    assert first._cache.is_taken()
    compile_ahead()
    assert [len(each.signatures) for each in two_calls] == [0, 1]
    assert second._cache.is_kept()
    os.close(turn)
    compiling_ahead._waiting.cache_clear()
    compile_ahead()
    assert [len(each.signatures) for each in two_calls] == [1, 1]
    assert not any(each._cache.is_taken() for each in two_calls)


def test_what_is_kept_is_not_compiled_again(two_calls: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    compile_ahead()
    assert all(each._cache.is_kept() for each in two_calls)
    monkeypatch.setattr(KnownCall, "compile", lambda self: pytest.fail("compiled again"))
    compiling_ahead._waiting.cache_clear()
    compile_ahead()


def test_what_is_wrong_with_a_kernel_is_told_by_its_first_call(two_calls: list[Any]) -> None:
    two_calls[0]._compiler.compile = lambda *_: importlib.import_module("nowhere")
    compile_ahead()
    with pytest.raises(ModuleNotFoundError):
        two_calls[0](1.0)
    assert two_calls[1](1.0) == 3.0


def test_what_is_compiled_once_a_partition_is_made_is_told_to_nobody(
    tiny_schedule: Schedule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its folder may be gone: what then failed was the other kernel's compilation."""
    monkeypatch.setattr(partition, "PROGRESS_SECONDS", -1.0)
    task = next(iter(partition_tasks(tiny_schedule, tmp_path / "run", foresee(tiny_schedule))))
    assert simulate_partition(task).status == "succeeded"
    shutil.rmtree(tmp_path / "run")
    compiled.heard()
    assert not (tmp_path / "run").exists()


def test_what_a_run_calls_can_be_compiled_before_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And where nothing can be kept, that is told."""
    smoltworks.compile_kernels(workers=1)
    assert all(call.kernel._cache.is_kept() for call in known_calls())
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    monkeypatch.setattr(kernel_cache, "_problem", "")
    with pytest.raises(smoltworks.InputError, match=r"nothing can be kept.*file"):
        smoltworks.compile_kernels(workers=1)
    with pytest.raises(smoltworks.InputError, match="workers: 0"):
        smoltworks.compile_kernels(workers=0)


def test_workers_compile_until_there_is_a_task() -> None:
    """What waits then is left out; and where no task comes, as when the folder is refused, nothing is waited for."""
    with WorkerProcesses(1) as workers:
        workers.meanwhile(os.getpid, 50)
        first, *_, last = workers._meanwhile
        assert first.result() == workers.submit(os.getpid).result()
        assert last.cancelled()
        workers.meanwhile(never_ending, 2)
        while not workers._meanwhile[0].running():
            pass


def never_ending() -> None:
    threading.Event().wait()
