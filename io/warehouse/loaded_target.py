"""RUN/load.json: into which database a run was loaded, so that others find it. Never a password."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from lake.errors import InputError
from lake.files import write_atomically
from lake.manifest import Manifest, read_manifest
from lake.next_step import command
from warehouse.database import without_password
from warehouse.embedded import embedded_dsn
from warehouse.server_folder import has_database

FILE = "load.json"


@dataclass(frozen=True)
class LoadedTarget:
    """`kind` is embedded or server; `dsn` is empty for embedded and never holds a password."""

    kind: str
    dsn: str
    fingerprint: str


def record_load(run_dir: Path, manifest: Manifest, dsn: str | None) -> None:
    """Note a complete load; `dsn` None means the embedded server."""
    target = LoadedTarget(
        kind="embedded" if dsn is None else "server",
        dsn="" if dsn is None else without_password(dsn),
        fingerprint=manifest.fingerprint,
    )
    write_atomically(run_dir / FILE, json.dumps(asdict(target), indent=1) + "\n")


def forget_load(run_dir: Path, dsn: str | None) -> None:
    """Drop the note when it is about this target: the run is no longer there."""
    target = loaded_target(run_dir)
    if target is not None and target.dsn == ("" if dsn is None else without_password(dsn)):
        (run_dir / FILE).unlink()


def loaded_target(run_dir: Path) -> LoadedTarget | None:
    """Where this run was last loaded completely; None when it was not, or was made anew since."""
    path = run_dir / FILE
    if not path.is_file():
        return None
    try:
        target = LoadedTarget(**json.loads(path.read_text(encoding="utf-8")))
    except (json.JSONDecodeError, TypeError) as e:
        raise InputError(str(path), f"damaged: {e}", f"load again: {command('load', run_dir)}") from None
    if target.fingerprint != read_manifest(run_dir).fingerprint:
        return None
    if target.kind == "embedded" and not has_database(run_dir):
        return None
    return target


@contextmanager
def target_dsn(run_dir: Path, target: LoadedTarget) -> Iterator[str]:
    """A DSN to query the database with; the embedded server runs as long as the block."""
    if target.kind == "embedded":
        with embedded_dsn(run_dir) as dsn:
            yield dsn
    else:
        yield target.dsn
