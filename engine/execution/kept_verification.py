"""The last verification of a run, as it is kept beside the run for whoever reads its summary."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lake.manifest import Manifest
from lake.next_step import command
from lake.records import FORMAT, read_record, sealed_text, write_record
from lake.store_path import is_there

KEPT_IN = Path("logs") / "verify.json"


@dataclass(frozen=True)
class KeptVerification:
    """What was found of the data with this fingerprint: Verification.to_json in a record."""

    fingerprint: str
    run: str
    passed: int
    failed: int
    checks: list[dict[str, Any]]
    reports: dict[str, list[dict[str, Any]]]
    postgres: str
    statistics: list[dict[str, Any]] = field(default_factory=list)
    format: str = FORMAT


def last_verification(run_dir: Path, manifest: Manifest) -> KeptVerification | None:
    """What the last verification of this very data found; None for none, InputError when its record is damaged."""
    path = run_dir / KEPT_IN
    if not is_there(path):
        return None
    found = read_record(path, KeptVerification, f"verify again: {command('verify', run_dir)}")
    return found if found.fingerprint == manifest.fingerprint else None


def keep_verification(run_dir: Path, manifest: Manifest, found: dict[str, Any]) -> None:
    """Note what a verification of everything found, as its `to_json` tells it; OSError or InputError if it can't be."""
    record = KeptVerification(fingerprint=manifest.fingerprint, **found)
    write_record(run_dir / KEPT_IN, sealed_text(record, indent=1))
