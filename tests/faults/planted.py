"""Faults planted on purpose, by name: each is one that a tired engineer could make, and the campaign must find it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

from lake.disk import Bytes
from tests.faults.fake_disk import FailingDisk

Plant = Callable[[], AbstractContextManager[Any]]


def hash_skipped() -> AbstractContextManager[Any]:
    """Readers believe a part without reading its bytes."""
    return patch("lake.checked.find_faults", lambda *_, **__: [])


def damaged_part_kept() -> AbstractContextManager[Any]:
    """A resume keeps a partition whose part is missing."""
    return patch("engine.execution.folder.find_faults", lambda *_, **__: [])


def stranger_overlooked() -> AbstractContextManager[Any]:
    """Nobody looks whether more parts lie among ours."""
    return _several(
        patch("lake.checked.foreign_files", lambda *_, **__: []),
        patch("engine.execution.folder.foreign_files", lambda *_, **__: []),
    )


def sync_forgotten() -> AbstractContextManager[Any]:
    """Nobody asks for a file to be synced before it gets its name."""
    real = FailingDisk.write

    def write(disk: FailingDisk, path: Path, data: Bytes, *, append: bool = False, sync: bool = False) -> None:
        real(disk, path, data, append=append)

    return _several(
        patch.object(FailingDisk, "write", write), patch.object(FailingDisk, "sync_files", lambda disk, paths: None)
    )


def folder_sync_forgotten() -> AbstractContextManager[Any]:
    """Nobody asks for a folder to be synced after a file in it got its name."""
    return patch.object(FailingDisk, "sync_folder", lambda disk, path: None)


def full_disk_ignored() -> AbstractContextManager[Any]:
    """A part's bytes that find no room are dropped without a word."""
    from lake import writer

    real = writer._File._pass_on

    def pass_on(self: Any) -> None:
        with suppress(OSError):
            real(self)

    return patch.object(writer._File, "_pass_on", pass_on)


def seal_ignored() -> AbstractContextManager[Any]:
    """A record is believed whatever its seal says."""

    def unseal(sealed: bytes) -> dict[str, Any]:
        data: dict[str, Any] = json.loads(sealed)
        data.pop("xxh3", None)
        return data

    return patch("lake.records.unseal", unseal)


def leftovers_left() -> AbstractContextManager[Any]:
    """A resume leaves what a kill left half written."""
    return patch("engine.execution.run.remove_leftovers", lambda *_, **__: None)


def depth_unchecked() -> AbstractContextManager[Any]:
    """YAML may be as deep as it likes."""
    return patch("engine.inputs.plain_yaml.MAX_DEPTH", 1 << 30)


def log_before_rows() -> AbstractContextManager[Any]:
    """A partition is noted as loaded before its rows are in."""
    from warehouse import copying, load_log
    from warehouse.database import connect

    real, record = copying.copy_partition, load_log.record_part

    def copy(connection: Any, job: Any, partition: Any, stop: Any) -> dict[str, int]:
        rows = {mapping.ids: 0 for mapping in job.load.mappings}
        with connect(connection.info.dsn) as other:
            record(other, job.load, partition.partition, rows, seconds=0.0)
        with patch("warehouse.copying.record_part", lambda *_, **__: None):
            return real(connection, job, partition, stop)

    return patch("warehouse.copying.copy_partition", copy)


PLANTS: Mapping[str, Plant] = {
    plant.__name__: plant
    for plant in (
        hash_skipped,
        damaged_part_kept,
        stranger_overlooked,
        sync_forgotten,
        folder_sync_forgotten,
        full_disk_ignored,
        seal_ignored,
        leftovers_left,
        depth_unchecked,
        log_before_rows,
    )
}


# the kinds of cases among which each must be found
FOUND_AMONG: Mapping[str, tuple[str, ...]] = {
    "hash_skipped": ("byte", "file"),
    "damaged_part_kept": ("byte", "file"),
    "stranger_overlooked": ("file",),
    "sync_forgotten": ("disk",),
    "folder_sync_forgotten": ("disk",),
    "full_disk_ignored": ("disk",),
    "seal_ignored": ("byte", "file"),
    "leftovers_left": ("file", "disk"),
    "depth_unchecked": ("input",),
    "log_before_rows": ("server",),
}


@contextmanager
def _several(*plants: AbstractContextManager[Any]) -> Iterator[None]:
    with ExitStack() as stack:
        for plant in plants:
            stack.enter_context(plant)
        yield
