"""A run's Parquet as a load reads it: the bytes that are sent are the very ones that were held against their hash."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import xxhash

from lake.errors import InputError
from lake.manifest import PartRecord
from lake.next_step import resume


def open_part(run_dir: Path, part: PartRecord) -> pa.BufferReader:
    """A file's bytes in memory, read once; InputError when they are not those that the manifest records.

    The files were hashed before the load began; a part may have changed, or the disk have read otherwise, since.
    """
    path = run_dir / part.file
    try:
        found = path.read_bytes()
    except OSError as e:
        raise InputError(str(path), f"can't be read: {e.strerror or e}", _cure(run_dir)) from None
    if part.xxh3 and xxhash.xxh3_128_hexdigest(found) != part.xxh3:
        raise InputError(str(path), "is damaged: its bytes changed while the run was loaded", _cure(run_dir))
    return pa.BufferReader(found)


def _cure(run_dir: Path) -> str:
    return f"make just that part anew: {resume(run_dir)}; then load again"
