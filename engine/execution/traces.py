"""What we left on this machine beside the runs' data: databases, compiled kernels, stale temporary folders."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.simulation.numerics.kernel_places import kernel_places
from lake.errors import InputError
from lake.files import folder_bytes
from lake.manifest import is_run, no_run
from warehouse.loaded_target import forget_load
from warehouse.run_folder import FOLDER, has_database, remove_database
from warehouse.server_process import end_orphans
from warehouse.server_users import seat

DATABASE, KERNELS, TEMPORARY = "database", "kernels", "temporary"
KERNEL_FOLDER = re.compile(r"[0-9a-f]{16}")
TEMPORARY_FOLDER = re.compile(r"smoltworks-duckdb-[0-9a-f]{16}")
STALE_SECONDS = 86_400.0


@dataclass(frozen=True)
class Trace:
    """A folder of ours that can be made again. run: whose database it is; owner: to which account its files belong."""

    kind: str
    path: Path
    bytes: int
    owner: str
    run: Path | None = None


def find_traces(runs: Iterable[Path] | None = None) -> list[Trace]:
    """The databases of these runs; of all runs in the present folder's `runs`, and the caches too, when None.

    InputError when a folder is no run.
    """
    if runs is not None:
        return [trace for run in runs for trace in _of_run(run)]
    here = Path("runs")
    found = sorted(path for path in here.iterdir() if is_run(path)) if here.is_dir() else []
    return [trace for run in found for trace in _of_run(run)] + [*_kernels(), *_temporary()]


def remove_trace(trace: Trace) -> None:
    """Remove it; InputError when it is in use, or the system refuses."""
    try:
        if trace.run is None:
            shutil.rmtree(trace.path)
        else:
            _remove_database(trace.run)
    except OSError as error:
        raise InputError(str(trace.path), f"can't be removed: {error.strerror or error}", "remove it by hand") from None


def _remove_database(run: Path) -> None:
    with seat(run) as place:
        if not place.owns():
            raise InputError(
                str(run / FOLDER), "another command uses it", "end that command (load --serve?), then repeat"
            )
        end_orphans((run / FOLDER).resolve())
        forget_load(run, None)  # while the database is there: the note is read only then
        remove_database(run)


def _of_run(run: Path) -> Iterator[Trace]:
    if not is_run(run):
        raise no_run(run)
    if has_database(run):
        yield _trace(DATABASE, run / FOLDER, run)


def _trace(kind: str, path: Path, run: Path | None = None) -> Trace:
    real = path.resolve()
    return Trace(kind=kind, path=path, bytes=folder_bytes(real), owner=real.owner(), run=run)


def _kernels() -> Iterator[Trace]:
    for place in kernel_places():
        yield from (_trace(KERNELS, path) for path in _ours(place, KERNEL_FOLDER))


def _temporary() -> Iterator[Trace]:
    for path in _ours(Path(tempfile.gettempdir()), TEMPORARY_FOLDER):
        if time.time() - path.stat().st_mtime > STALE_SECONDS:
            yield _trace(TEMPORARY, path)


def _ours(place: Path, name: re.Pattern[str]) -> list[Path]:
    """Folders, no links, of such names that belong to this user."""
    found = []
    with suppress(OSError):
        for path in sorted(place.iterdir()):
            if name.fullmatch(path.name) and not path.is_symlink() and path.is_dir():
                found += [path] if path.stat().st_uid == os.geteuid() else []
    return found
