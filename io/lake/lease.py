"""Who writes a run in an object store, which has no locks: each writer's own claim, an object it renews while it lives.

A writer puts its claim and then looks for others: a store shows every object that was put before it is asked (Amazon's
S3 since December 2020, Google's, Azure's), so of two writers at least the later one sees the other and gives way; of
two at the very same moment both may. A claim counts no more once its process is known to have ended, on this machine,
or once it was not renewed for EXPIRED seconds by the store's own clock. Before the manifest is put, its writer looks
once more whether its claim stands alone.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from lake.errors import InputError
from lake.processes import is_alive, process_start
from lake.store_path import StorePath

CLAIMS = ".run.lock"  # the folder's lock has the same name
RENEWED, EXPIRED = 30.0, 150.0  # seconds


@dataclass(frozen=True)
class _Claim:
    """A process that writes the run: where it runs, its number there, and when it was born."""

    machine: str
    pid: int
    born: str


@dataclass
class _Lease:
    """A claim of this process, as long as it holds."""

    path: StorePath
    text: bytes
    is_over: threading.Event

    def keep_renewing(self) -> None:
        """Until it is over; what fails is tried again: the look before the manifest tells whether it held."""
        while not self.is_over.wait(RENEWED):
            with suppress(InputError, OSError):
                self.path.put(self.text)


_held: dict[str, _Lease] = {}  # of this process, by the run's place


@cache
def _machine() -> str:
    """This machine since its start, and the space in which its processes are numbered."""
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    return secrets.token_hex(16)


@contextmanager
def leased(run_dir: StorePath) -> Iterator[bool]:
    """Whether the run is this process's alone within the block; where it is not, nothing may be written."""
    pid = os.getpid()
    claim = _Claim(machine=_machine(), pid=pid, born=process_start(pid))
    lease = _Lease(
        path=run_dir / CLAIMS / f"{secrets.token_hex(8)}.json",
        text=json.dumps(asdict(claim)).encode(),
        is_over=threading.Event(),
    )
    lease.path.put(lease.text)
    try:
        if _others(run_dir, lease):
            yield False
            return
        _held[str(run_dir)] = lease
        threading.Thread(target=lease.keep_renewing, daemon=True).start()
        yield True
    finally:
        lease.is_over.set()
        if _held.get(str(run_dir)) is lease:
            del _held[str(run_dir)]
        with suppress(InputError, OSError):
            lease.path.unlink(missing_ok=True)


def require_held(run_dir: Path) -> None:
    """InputError when this process's claim on a store's run no longer stands alone; nothing where it has none."""
    lease = _held.get(str(run_dir))
    if lease is not None and (_others(lease.path.parent.parent, lease) or not lease.path.exists()):
        raise InputError(
            str(run_dir),
            "another run took this place meanwhile, so no manifest was written",
            "give each run a prefix of its own, then repeat",
        )


def is_claimed(run_dir: StorePath) -> bool:
    """Whether a process writes the run, this one or any other."""
    return str(run_dir) in _held or _others(run_dir, None)


def is_claimed_elsewhere(run_dir: StorePath) -> bool:
    """Whether another process writes the run."""
    return _others(run_dir, _held.get(str(run_dir)))


def _others(run_dir: StorePath, own: _Lease | None) -> bool:
    """Whether a claim stands beside our own; one that does not count any more is removed by who claims."""
    found = {info.base_name: info.mtime_ns or 0 for info in (run_dir / CLAIMS).below(deep=False) if info.is_file}
    # the store's clock, which our own claim tells
    now = found.pop(own.path.name, 0) if own is not None else time.time_ns()
    alive = False
    for name, renewed in found.items():
        path = run_dir / CLAIMS / name
        if _is_over(path, (now - renewed) / 1e9):
            if own is not None:
                with suppress(InputError, OSError):
                    path.unlink(missing_ok=True)
        else:
            alive = True
    return alive


def _is_over(path: StorePath, age: float) -> bool:
    if age > EXPIRED:
        return True
    try:
        claim = _Claim(**json.loads(path.read_bytes()))
    except FileNotFoundError:
        return True
    except (TypeError, ValueError):
        return False  # no claim that we know: it counts until it is old
    return claim.machine == _machine() and not is_alive(claim.pid, claim.born)
