"""Lives for the tests of trade: whole histories of a schedule at an as-of date, and Subjects of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from engine.farm.schedule import Schedule
from engine.simulation.fish.history import simulate_batch
from engine.simulation.record import BatchHistory
from engine.simulation.rows.life import BatchLife
from engine.simulation.water.climate import Climate
from lake.codes import SEA
from lake.columns import Nullable


def lived_to(schedule: Schedule, number: int, day: int) -> BatchLife:
    """Batch `number` (from 0) of a schedule whose as-of date is `day`."""
    cut = replace(schedule, as_of_day=day)
    climate = Climate(
        farm=cut.farm, biology=cut.biology, seed=cut.seed, days=day, first_day=min(b.start_day for b in cut.batches)
    )
    return BatchLife(schedule=cut, history=simulate_batch(cut, climate, cut.batches[number]), climate=climate)


def changed(life: BatchLife, **values: Any) -> BatchLife:
    """The batch with another history, by fields of BatchHistory."""
    return BatchLife(schedule=life.schedule, history=replace(life.history, **values), climate=life.climate)


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
