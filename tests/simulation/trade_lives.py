"""Lives for the tests of rows: other histories, and columns as rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from engine.simulation.emission import GroupFamily
from engine.simulation.record import BatchHistory
from engine.simulation.rows.columns import BatchRows, Tables
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.lives import Lives
from lake.codes import SEA
from lake.columns import Nullable

LivedTo = Callable[[int, int], BatchLife]  # by position and as-of day, see the fixture


def changed(life: BatchLife, **values: Any) -> BatchLife:
    """The batch with another history, by fields of BatchHistory."""
    return BatchLife(schedule=life.schedule, history=replace(life.history, **values), climate=life.climate)


def alone(family: Callable[[Lives], dict[str, BatchRows]], life: BatchLife) -> Tables:
    """The tables that a family of several batches makes of one."""
    return GroupFamily(family).tables(life)


def harvest_days(history: BatchHistory) -> list[int]:
    """The days on which rings were emptied, in order."""
    sea = history.stages[-1]
    return sorted((sea.start_day + sea.days_lived[sea.emptied] - 1).tolist()) if sea.stage == SEA else []


def plain(values: Any) -> list[Any]:
    """A column's values as Python's own, null as None."""
    if isinstance(values, Nullable):
        return [v if ok else None for v, ok in zip(values.values.tolist(), values.valid.tolist(), strict=True)]
    return list(values.to_pylist()) if hasattr(values, "to_pylist") else list(np.asarray(values).tolist())


def rows_of(columns: dict[str, Any], *leave: str) -> list[dict[str, Any]]:
    """Columns as rows, without some of them."""
    kept = {name: plain(values) for name, values in columns.items() if name not in leave}
    return [dict(zip(kept, row, strict=True)) for row in zip(*kept.values(), strict=True)]
