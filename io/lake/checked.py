"""The one way to a run's Parquet: files whose bytes are those that the manifest records, and nothing beside them."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lake.errors import InputError, list_first
from lake.files import file_hash
from lake.manifest import Manifest, PartitionRecord, PartRecord, read_complete
from lake.next_step import resume
from lake.records import FORMAT, as_record, file_bytes, opened, sealed_text, write_record
from lake.sealed import Damaged
from lake.store_path import is_stored
from lake.tables import TABLES

CACHE = Path("logs") / "checked.json"
FRESH_NS = 2_000_000_000  # a file changed again within its clock's tick looks unchanged: such a hash isn't kept
OUR_FORM = re.compile(r"part-\d{4,}\.parquet")

PATTERNS = ("*.parquet", "*/*.parquet", "**/*.parquet")  # a folder that is a link is looked into where it is named

Stamp = tuple[int, int, int, int]  # size, mtime and ctime in ns, inode


@dataclass(frozen=True)
class Part:
    """A part, and where in the run it stands; `partition` is None for a dimension's."""

    table: str
    partition: PartitionRecord | None
    record: PartRecord

    @property
    def name(self) -> str:
        """As a person knows it."""
        p = self.partition
        if p is None:
            return f"{self.table}, a dimension"
        return f"{self.table}, partition {p.partition} (batches {p.first_batch}-{p.last_batch})"


@dataclass(frozen=True)
class Fault:
    """A file that is not as the manifest has it; `is_foreign`: one that it doesn't name at all."""

    file: str
    words: str
    is_foreign: bool = False

    @property
    def is_removable(self) -> bool:
        """Whether it is foreign, but named as our own parts are: a resume removes it."""
        folder, _, name = self.file.removeprefix("lake/").rpartition("/")
        return self.is_foreign and folder in TABLES and OUR_FORM.fullmatch(name) is not None


@dataclass(frozen=True)
class _Hashes:
    """What files of a run hashed to, by path and stamp: kept, so that a query needn't read everything again."""

    files: dict[str, tuple[Stamp, str]]
    format: str = FORMAT


OnStep = Callable[[str, int, int], None]  # what is being done, how much of it is done, how much there is


def unheard(what: str, done: int, of: int) -> None:
    """Nobody listens."""


def read_checked(
    run_dir: Path,
    tables: Collection[str] | None = None,
    *,
    check: bool = True,
    cached: bool = True,
    on_step: OnStep = unheard,
) -> Manifest:
    """The manifest of a complete run, whose files (of `tables`, or all) hold the bytes that it records.

    check: false to believe the files. cached: a hash counts that was taken while the file had its present size, times
    and inode. InputError otherwise.
    """
    manifest = read_complete(run_dir)
    if check:
        require_whole(run_dir, manifest, tables, cached=cached, on_step=on_step)
    return manifest


def require_whole(
    run_dir: Path,
    manifest: Manifest,
    tables: Collection[str] | None = None,
    *,
    cached: bool = True,
    on_step: OnStep = unheard,
) -> None:
    """InputError that names every file which is not as the manifest has it, and what to do."""
    found = find_faults(run_dir, parts_of(manifest, tables), cached=cached, on_step=on_step)
    found += foreign_files(run_dir, manifest, tables)
    if not found:
        return
    cures = []
    if not all(fault.is_foreign for fault in found):
        cures.append(f"make just those anew: {resume(run_dir)}")
    elif any(fault.is_removable for fault in found):
        cures.append(f"have it removed: {resume(run_dir)}")
    if strangers := [fault.file for fault in found if fault.is_foreign and not fault.is_removable]:
        cures.append(f"move out of {run_dir / 'lake'}: {list_first(strangers)}")
    raise InputError(str(run_dir), list_first([fault.words for fault in found]), "\n  ".join(cures))


def parts_of(manifest: Manifest, tables: Collection[str] | None = None) -> list[Part]:
    """Every part that the manifest records, or those of some tables."""
    parts = [Part(table=name, partition=None, record=record) for name, record in manifest.dimensions.items()]
    parts += [
        Part(table=name, partition=p, record=record) for p in manifest.partitions for name, record in p.tables.items()
    ]
    return [part for part in parts if tables is None or part.table in tables]


def find_faults(
    run_dir: Path,
    parts: Collection[Part],
    *,
    cached: bool = False,
    on_step: OnStep = unheard,
) -> list[Fault]:
    """What is wrong with the parts, by the hash of all their bytes."""
    known = _read_cache(run_dir) if cached else {}
    owners = {part.record.xxh3: part for part in parts}
    sizes = {part.record.bytes for part in parts}
    fresh: dict[str, tuple[Stamp, str]] = {}

    def look(part: Part) -> str:
        record, path = part.record, run_dir / part.record.file
        try:
            stamp = stamp_of(path)
            if stamp[0] != record.bytes and stamp[0] not in sizes:
                return _other_size(stamp[0], record)
            if (entry := known.get(record.file)) is not None and entry[0] == stamp:
                found = entry[1]
            else:
                found = file_hash(path)
                fresh[record.file] = (stamp, found)
        except Damaged as error:
            return str(error)
        except OSError as error:
            return f"can't be read: {error.strerror or error}"
        if found == record.xxh3:
            return ""
        if (other := owners.get(found)) is not None:
            return f"it holds the bytes of {other.name}"
        return "its bytes were changed" if stamp[0] == record.bytes else _other_size(stamp[0], record)

    began = time.time_ns()
    found = []
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as threads:
        for done, (part, problem) in enumerate(zip(parts, threads.map(look, parts), strict=True), 1):
            if problem:
                found.append(Fault(file=part.record.file, words=f"{part.name}: {part.record.file} {_said(problem)}"))
            on_step("hashing", done, len(parts))
    _write_cache(run_dir, fresh, began)
    return found


def stamp_of(path: Path) -> Stamp:
    """By what a file is known to be unchanged; Damaged when it isn't there or is no file."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise Damaged("is a link that leads nowhere" if path.is_symlink() else "is not there") from None
    if not stat.S_ISREG(status.st_mode):
        raise Damaged("is a folder" if stat.S_ISDIR(status.st_mode) else "is no file")
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def foreign_files(run_dir: Path, manifest: Manifest, tables: Collection[str] | None = None) -> list[Fault]:
    """Parquet in the lake's folder, or in some tables' folders, that the manifest doesn't name: other readers take
    all that is there."""
    named = {file for files in manifest.files.values() for file in files}
    return [
        Fault(file=file, words=f"{file} is no part of this run, but lies among them", is_foreign=True)
        for file in sorted(set(_parquet_files(run_dir, tables)) - named)
    ]


def _parquet_files(run_dir: Path, tables: Collection[str] | None) -> Iterator[str]:
    lake = run_dir / "lake"
    for top in [lake] if tables is None else [lake / name for name in tables]:
        for path in {
            found for pattern in (PATTERNS[2:] if is_stored(top) else PATTERNS) for found in top.glob(pattern)
        }:
            if not path.name.startswith("."):
                yield path.relative_to(run_dir).as_posix()


def _other_size(size: int, record: PartRecord) -> str:
    return f"has {size:,} bytes, {record.bytes:,} were written"


def _said(problem: str) -> str:
    return problem if problem.split(" ")[0] in ("is", "has", "can't") else f"is damaged: {problem}"


def _read_cache(run_dir: Path) -> dict[str, tuple[Stamp, str]]:
    try:
        return as_record(opened(file_bytes(run_dir / CACHE)), _Hashes).files
    except Damaged:
        return {}


def _write_cache(run_dir: Path, fresh: dict[str, tuple[Stamp, str]], began: int) -> None:
    """Keep what was hashed; where that can't be, the next one hashes again."""
    settled = {file: found for file, found in fresh.items() if max(found[0][1:3]) < began - FRESH_NS}
    if settled:
        with suppress(OSError, InputError):
            write_record(run_dir / CACHE, sealed_text(_Hashes({**_read_cache(run_dir), **settled})), durable=False)
