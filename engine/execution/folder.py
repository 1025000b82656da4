"""A run's folder: held by one process, never overwritten unasked, believed byte by byte when a run is resumed."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.execution.progress import read_progress
from engine.farm.schedule import Schedule
from lake.disk import disk
from lake.errors import InputError
from lake.files import file_hash, write_atomically
from lake.journal import Journal
from lake.manifest import Manifest, PartitionRecord, PartRecord, RunIdentity, part_problem, read_complete
from lake.next_step import command
from lake.tables import EVENT_TABLE_NAMES
from warehouse.server_folder import remove_database
from warehouse.server_users import OWNER, USERS, in_use

LOCK = ".run.lock"
# What a run folder holds beside its database; nothing else is ever removed from one.
CONTENTS = (
    "manifest.json",
    "load.json",
    OWNER,
    USERS,
    "lake",
    "schedule.yaml",
    "farms",
    "biology",
    "logs",
)


@contextmanager
def locked(run_dir: Path) -> Iterator[None]:
    """Hold the folder, made if absent; InputError while another process holds it, or where it can't be written to.

    The kernel lets go of the lock when its process ends, however it ends.
    """
    try:
        run_dir.mkdir(parents=True, exist_ok=True)
        with (run_dir / LOCK).open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise _busy(run_dir) from None
            yield
    except OSError as e:
        raise InputError(str(run_dir), f"can't be written to: {e.strerror or e}", "choose another --out") from None


def _busy(run_dir: Path) -> InputError:
    return InputError(
        str(run_dir),
        "another process is running it",
        f"wait for it ({command('status', run_dir, '--watch')}), or stop it",
    )


def check_folder(run_dir: Path, *, resume: bool, overwrite: bool) -> bool:
    """Whether a run is there already; InputError when the folder can't be used as asked."""
    used = run_dir.exists() and (not run_dir.is_dir() or any(p.name != LOCK for p in run_dir.iterdir()))
    begun = run_dir.is_dir() and Journal(run_dir).path.is_file()
    if begun and (found := read_progress(run_dir)).state == "running" and found.pid != os.getpid():
        raise _busy(run_dir)
    if resume and not used:
        raise InputError(str(run_dir), "there is no run to resume", "leave --resume out to begin one")
    if resume and not begun:
        raise InputError(str(run_dir), "not a run folder", "give the folder of the run to resume (--out)")
    if used and not resume and not overwrite:
        raise InputError(
            str(run_dir),
            "the folder exists already",
            "choose another --out, finish it with --resume, or replace it with --overwrite",
        )
    if used and not begun:
        raise InputError(str(run_dir), "exists, but is not a run folder: it is not overwritten", "choose another --out")
    if used and not resume and in_use(run_dir):
        raise InputError(
            str(run_dir), "its database is in use", "stop the load --serve or verify that uses it, then repeat"
        )
    return used


def clear(run_dir: Path) -> None:
    """Remove a run's contents; the journal goes last, so that a clearing cut short is still known as a run."""
    remove_database(run_dir)
    for name in CONTENTS:
        path = run_dir / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            disk().remove(path)


def prepare_resume(run_dir: Path) -> None:
    """Remove what says that the run has ended, and what a kill left half written."""
    disk().remove(run_dir / "manifest.json")
    for path in (run_dir / "lake").glob("*/.*.tmp"):
        disk().remove(path)


def write_inputs(run_dir: Path, schedule: Schedule) -> None:
    """The schedule as resolved, with the farm and the biology that it names, so that the run explains itself."""
    for folder, name, text in (
        ("farms", schedule.farm.name, schedule.farm.text),
        ("biology", schedule.biology.name, schedule.biology.text),
    ):
        disk().make_folder(run_dir / folder)
        write_atomically(run_dir / folder / f"{name}.yaml", text)
    write_atomically(run_dir / "schedule.yaml", schedule.text)


def complete_manifest(run_dir: Path) -> Manifest | None:
    """The manifest of a run that lacks nothing, dimension tables included; None where something is to be done."""
    try:
        return read_complete(run_dir, every_byte=True)
    except InputError:
        return None


def intact_partitions(run_dir: Path, identity: RunIdentity) -> dict[int, PartitionRecord]:
    """Succeeded partitions whose files hold what was fingerprinted; InputError when they are of another run."""
    found: dict[int, PartitionRecord] = {}
    for line in Journal(run_dir).read():
        if line["event"] == "begun":
            differences = RunIdentity.from_json(line["identity"]).differences(identity)
            if differences:
                raise InputError(
                    str(run_dir),
                    "was made from other inputs: " + "; ".join(differences),
                    "resume with the schedule, biology, seed and version that began it, or choose another --out",
                )
        elif line["event"] == "partition":
            record = PartitionRecord.from_json(line["record"])
            found[record.partition] = record
    return {p: r for p, r in found.items() if r.status == "succeeded" and _is_intact(run_dir, r)}


def _is_intact(run_dir: Path, record: PartitionRecord) -> bool:
    """Whether every part is there, byte for byte as it was written and fingerprinted."""
    for name in EVENT_TABLE_NAMES:
        part: PartRecord | None = record.tables.get(name)
        if part is None or part_problem(run_dir, part) or file_hash(run_dir / part.file) != part.xxh3:
            return False
    return set(record.fingerprints) == set(range(record.first_batch, record.last_batch + 1))
