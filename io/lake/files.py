"""A run's files: written whole or not at all, and told apart by the hash of their bytes."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import xxhash


def write_atomically(path: Path, text: str) -> None:
    """Write to a temporary name, sync, rename: the path holds the old text or the new, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def file_hash(path: Path) -> str:
    """XXH3-128 of a file's bytes, 32 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, xxhash.xxh3_128).hexdigest()
