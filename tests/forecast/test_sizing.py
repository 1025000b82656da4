"""Batches that may outgrow their containers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.farm.schedule_file import read_any, read_schedule, rehash
from engine.forecast.sizing import require_within_limits
from lake.errors import InputError

DEMO = (Path(__file__).resolve().parents[2] / "schedules/demo.yaml").read_text(encoding="utf-8")


def test_strict_biomass_refuses_what_is_otherwise_flagged(tmp_path: Path) -> None:
    path = tmp_path / "full.yaml"
    path.write_text(re.sub(r"eggs: [0-9]+", "eggs: 3400000", DEMO))
    path.write_text(rehash(path))
    assert len(read_any(path).batches) == 12
    for read in (read_any, read_schedule):
        with pytest.raises(InputError, match=r"FAR-2023-001.*and 11 more"):
            require_within_limits(read(path), str(path))
