"""A run's folder: held by one process, never overwritten unasked, believed byte by byte when a run is resumed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from engine.execution.apart import UNDERWAY
from engine.execution.inputs import Inputs, damaged_inputs, kept_inputs
from engine.execution.part_journals import PARTS, read_parts
from engine.execution.progress import runs_elsewhere
from lake.checked import Part, find_faults, foreign_files, parts_of
from lake.disk import disk
from lake.errors import InputError
from lake.held import LOCK, being_written, held_for_writing
from lake.iceberg import FOLDER as ICEBERG
from lake.journal import Begun, Ended, Journal, Line, PartitionEnded
from lake.layout import Layout
from lake.manifest import (
    FILE,
    INPUTS,
    JOURNAL,
    Manifest,
    PartitionRecord,
    RunIdentity,
    is_run,
    read_complete,
    read_manifest,
)
from lake.next_step import overwrite as overwriting
from lake.records import make_way
from lake.store_path import StorePath, is_stored, missing_bucket, remove_tree
from lake.tables import EVENT_TABLE_NAMES, TABLES
from lake.view_files import FILES as VIEWS
from lake.writer import part_path
from warehouse.run_folder import FOLDER as DATABASE
from warehouse.run_folder import remove_database
from warehouse.server_users import OWNER, USERS, in_use

# What a run folder holds beside its database and its logs; nothing else is ever removed from one.
CONTENTS = (
    FILE,
    "load.json",
    OWNER,
    USERS,
    "lake",
    "schedule.yaml",
    "farms",
    "biology",
    "report.html",
    ICEBERG,
    UNDERWAY,
    *VIEWS,
)
ENDED = (FILE, "load.json", str(INPUTS))  # what tells of a run as a whole


@contextmanager
def locked(run_dir: Path) -> Iterator[None]:
    """Hold the folder, made if absent; InputError while another process uses it, or where it can't be written to.

    The kernel lets go of the lock when its process ends, however it ends.
    """
    with ExitStack() as held:
        try:
            run_dir.mkdir(parents=True, exist_ok=True)
            held.enter_context(held_for_writing(run_dir))
        except OSError as e:
            raise InputError(str(run_dir), f"can't be written to: {e.strerror or e}", "choose another --out") from None
        yield


def check_folder(run_dir: Path, *, resume: bool, overwrite: bool) -> bool:
    """Whether a run is there already; InputError when the folder can't be used as asked."""
    if missing_bucket(run_dir):
        raise InputError(str(run_dir), "there is no such bucket", "make it, or choose another --out")
    used = run_dir.is_dir() and not all(map(_is_nothing_yet, run_dir.iterdir()))
    if run_dir.exists() and not run_dir.is_dir():
        raise InputError(str(run_dir), "is a file, and a run is a folder", "choose another --out")
    begun = run_dir.is_dir() and is_run(run_dir)
    if begun and runs_elsewhere(run_dir):
        raise being_written(run_dir)
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
    if used and not resume and not is_stored(run_dir) and in_use(run_dir):
        raise InputError(
            str(run_dir), "its database is in use", "stop the load --serve or verify that uses it, then repeat"
        )
    return used


def _is_nothing_yet(path: Path) -> bool:
    """Whether it is what a run that lost power at its first moment leaves: its lock, folders of journal and workers."""
    if path.name in (LOCK, UNDERWAY):
        return True
    is_ours = path.name == JOURNAL.parent.name and path.is_dir() and not path.is_symlink()
    return is_ours and all(
        p.name == PARTS.name or (p.name.startswith(".") and p.name.endswith(".tmp")) for p in path.iterdir()
    )


def replace_run(run_dir: Path, begun: Begun) -> None:
    """Remove a run's contents and begin another; the folder is known as a run's all the while."""
    for file in ENDED:
        _remove(run_dir / file)
    if not is_stored(run_dir):  # a run there has no server of its own
        remove_database(run_dir)
    logs = run_dir / JOURNAL.parent
    if not logs.is_dir():
        _remove(logs)
    if (run_dir / JOURNAL).is_dir() and not is_stored(run_dir):
        _remove(run_dir / JOURNAL)
    Journal(run_dir).rewrite([begun])
    for path in [run_dir / name for name in CONTENTS] + list(logs.iterdir()):
        if path != run_dir / JOURNAL:
            _remove(path)


def resume_run(run_dir: Path, begun: Begun) -> None:
    """Note that the run goes on, remove what says that it has ended, and what stands in the way of its files."""
    journal = Journal(run_dir)
    _make_folders(run_dir)
    told = journal.read()
    lines = _of_run(told.lines, begun.identity)
    if told.problem or not lines or len(lines) < len(told.lines):
        journal.rewrite([*lines, begun])
    else:
        journal.append(begun)
    _remove_file(run_dir / FILE)
    partitions = range(len(begun.identity.partitions))
    for file in [part_path(name, p) for name in TABLES for p in (partitions if name in EVENT_TABLE_NAMES else (0,))]:
        make_way(run_dir / file)


def remove_leftovers(run_dir: Path, manifest: Manifest | None = None) -> None:
    """Remove what a kill left half written, and parts that are named as ours but that the manifest doesn't name."""
    for folder, folders, files in () if is_stored(run_dir) else os.walk(run_dir):
        folders[:] = [name for name in folders if name != DATABASE]
        for name in files:
            if name.startswith(".") and name.endswith(".tmp"):
                disk().remove(Path(folder) / name)
    for path in (run_dir / "logs").glob("progress-*.json"):
        _remove_file(path)
    remove_tree(run_dir / UNDERWAY)
    for fault in foreign_files(run_dir, manifest) if manifest is not None else ():
        if fault.is_removable:
            _remove_file(run_dir / fault.file)


def complete_manifest(run_dir: Path, kept: dict[int, PartitionRecord], inputs: Inputs) -> Manifest | None:
    """The manifest of a run that lacks nothing, every record and dimension table included; None where something is
    to be done. `kept`: its partitions that are intact."""
    try:
        manifest, told = read_complete(run_dir), Journal(run_dir).read()
    except InputError:
        return None
    lines = _of_run(told.lines, manifest.identity)
    records_whole = not told.problem and lines and len(lines) == len(told.lines) and isinstance(lines[-1], Ended)
    inputs_whole = not damaged_inputs(run_dir, inputs) and kept_inputs(run_dir) == inputs
    parts_whole = dict(enumerate(manifest.partitions)) == kept
    if not (records_whole and inputs_whole and parts_whole):
        return None
    return None if find_faults(run_dir, parts_of(manifest, manifest.dimensions)) else manifest


def kept_layout(run_dir: Path) -> Layout | None:
    """How the files of the run in a folder lie; None where none of its records is there."""
    known = _known_identities(run_dir)
    return known[0].layout if known else None


def _known_identities(run_dir: Path) -> list[RunIdentity]:
    """What the journal, the manifest and the inputs say the run is, of those that are whole."""
    lines, manifest = Journal(run_dir).read().lines, _manifest(run_dir)
    begun = next((line for line in reversed(lines) if isinstance(line, Begun)), None)
    return [found.identity for found in (begun, manifest, kept_inputs(run_dir)) if found is not None]


def require_identity(run_dir: Path, identity: RunIdentity) -> None:
    """InputError unless the run in the folder is this very one."""
    known = _known_identities(run_dir)
    if not known:
        raise InputError(
            str(run_dir),
            "its journal, its manifest and its inputs are all damaged: nothing tells which run it was",
            f"make it anew: {overwriting(run_dir)}",
        )
    if identity not in known:  # one is enough: what the others tell of is then another run's, and parts are hashed
        raise InputError(
            str(run_dir),
            "was made from other inputs: " + "; ".join(known[0].differences(identity)),
            "resume with the schedule, biology, seed and version that began it, or choose another --out",
        )


def intact_partitions(run_dir: Path, identity: RunIdentity) -> dict[int, PartitionRecord]:
    """Succeeded partitions whose files hold what was fingerprinted; InputError when they are of another run."""
    require_identity(run_dir, identity)
    told, manifest = Journal(run_dir).read(), _manifest(run_dir)
    records = [record for part in read_parts(run_dir, identity) for record in part.records.values()]
    records += [*(manifest.partitions if manifest is not None and manifest.identity == identity else ())]
    records += [line.record for line in _of_run(told.lines, identity) if isinstance(line, PartitionEnded)]
    return whole_partitions(run_dir, {r.partition: r for r in records if r.status == "succeeded" and _is_whole(r)})


def whole_partitions(run_dir: Path, found: dict[int, PartitionRecord]) -> dict[int, PartitionRecord]:
    """Those of these partitions that succeeded and whose files hold what was fingerprinted."""
    found = {p: r for p, r in found.items() if r.status == "succeeded" and _is_whole(r)}
    parts = [
        Part(table=name, partition=record, record=part)
        for record in found.values()
        for name, part in record.tables.items()
    ]
    damaged = {fault.file for fault in find_faults(run_dir, parts)}
    return {p: r for p, r in found.items() if not damaged & {part.file for part in r.tables.values()}}


def _of_run(lines: Sequence[Line], identity: RunIdentity) -> list[Line]:
    """A journal's lines but for those that tell of another run."""
    found, is_ours = [], True
    for line in lines:
        if isinstance(line, Begun):
            is_ours = line.identity == identity
        if is_ours:
            found.append(line)
    return found


def _is_whole(record: PartitionRecord) -> bool:
    """Whether every table and batch is recorded."""
    batches = range(record.first_batch, record.last_batch + 1)
    return set(record.tables) == set(EVENT_TABLE_NAMES) and set(record.fingerprints) == set(batches)


def _manifest(run_dir: Path) -> Manifest | None:
    try:
        return read_manifest(run_dir)
    except InputError:
        return None


def _make_folders(run_dir: Path) -> None:
    """The folders of a run; InputError where a file is in the way of one."""
    for name in ("logs", "farms", "biology", "lake", *(f"lake/{table}" for table in TABLES)):
        folder = run_dir / name
        if folder.is_symlink() and not folder.exists():
            disk().remove(folder)
        try:
            disk().make_folder(folder)
        except FileExistsError:
            raise InputError(str(folder), "a file stands in a folder's place", "move it away, then repeat") from None


def _remove(path: Path) -> None:
    if isinstance(path, StorePath):
        path.remove_all()
    elif path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        disk().remove(path)


def _remove_file(path: Path) -> None:
    make_way(path)
    disk().remove(path)
