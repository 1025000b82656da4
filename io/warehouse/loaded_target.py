"""RUN/load.json: into which database a run was loaded, so that others find it. Never a password."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from lake.errors import InputError
from lake.files import write_atomically
from lake.manifest import Manifest, read_manifest
from lake.next_step import command
from lake.sealed import Damaged, seal, unseal
from lake.store_path import is_there
from warehouse.database import without_password
from warehouse.embedded import embedded_dsn
from warehouse.run_folder import has_database
from warehouse.server_users import Tell, silent

FILE = "load.json"
KINDS = ("embedded", "server")


@dataclass(frozen=True)
class LoadedTarget:
    """`kind` is embedded or server; `dsn` is empty for embedded and never holds a password."""

    kind: str
    dsn: str
    fingerprint: str


def record_load(run_dir: Path, manifest: Manifest, dsn: str | None) -> None:
    """Note a complete load, in place of whatever is there; `dsn` None means the embedded server.

    InputError where nothing can be written.
    """
    target = LoadedTarget(
        kind="embedded" if dsn is None else "server",
        dsn="" if dsn is None else without_password(dsn),
        fingerprint=manifest.fingerprint,
    )
    path = run_dir / FILE
    try:
        _discard(path)
        write_atomically(path, seal(asdict(target), indent=1) + "\n")
    except OSError as e:
        problem = f"the run is loaded, but that can't be noted: {e.strerror or e}"
        raise InputError(str(path), problem, "make the folder writable, then load again") from None


def _discard(path: Path) -> None:
    """Remove what stands in the place of our note, where that is no file."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif not path.is_file() or path.is_symlink():
        path.unlink(missing_ok=True)


def forget_load(run_dir: Path, dsn: str | None) -> None:
    """Drop the note when it is about this target, for the run is no longer there, or when nobody can read it."""
    try:
        target = loaded_target(run_dir)
    except InputError:
        _discard(run_dir / FILE)
        (run_dir / FILE).unlink(missing_ok=True)
        return
    if target is not None and target.dsn == ("" if dsn is None else without_password(dsn)):
        (run_dir / FILE).unlink()


def loaded_target(run_dir: Path) -> LoadedTarget | None:
    """Where this run was last loaded completely; None when it was not, or was made anew since.

    InputError when the note is damaged: the load log in the database has the truth, and a load notes it anew.
    """
    path = run_dir / FILE
    if not is_there(path):
        return None
    try:
        target = _read(path.read_bytes())
    except (OSError, Damaged) as e:
        reason = e.strerror if isinstance(e, OSError) else e
        cure = f"load again into the same database, which notes it anew: {command('load', run_dir)}"
        raise InputError(str(path), f"damaged: {reason}", cure) from None
    if target.fingerprint != read_manifest(run_dir).fingerprint:
        return None
    if target.kind == "embedded" and not has_database(run_dir):
        return None
    return target


def _read(text: bytes) -> LoadedTarget:
    data = unseal(text)
    if set(data) != {f.name for f in fields(LoadedTarget)} or not all(isinstance(v, str) for v in data.values()):
        raise Damaged("it is another version's")
    if data["kind"] not in KINDS:
        raise Damaged(f"it names a {data['kind'][:20]!r}")
    return LoadedTarget(**data)


@contextmanager
def target_dsn(run_dir: Path, target: LoadedTarget, tell: Tell = silent) -> Iterator[str]:
    """A DSN to query the database with; the embedded server runs as long as the block, and `tell` as of it."""
    if target.kind == "embedded":
        with embedded_dsn(run_dir, tell) as dsn:
            yield dsn
    else:
        yield target.dsn
