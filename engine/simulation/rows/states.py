"""Rows of daily_state, what the farm knows, and daily_truth, what is."""

from __future__ import annotations

import numpy as np

from engine.simulation.numerics.moments import sd_weights_g
from engine.simulation.record import StageHistory
from engine.simulation.rows.columns import Columns, Tables, biomass_units, code, hundredths, in_units, stack
from engine.simulation.rows.expected_life import ExpectedLife, RowCounts
from engine.simulation.rows.life import BatchLife
from lake.columns import Nullable

ROWS_A_DAY = 2  # of a container: what is known and what is


def state_tables(life: BatchLife) -> Tables:
    """daily_state and daily_truth: one row a stay and day each, at the day's end, before anything leaves."""
    return {"daily_state": _state_rows(life), "daily_truth": _truth_rows(life)}


def expected_states(expected: ExpectedLife) -> RowCounts:
    """One row a container and day in each table."""
    container_days = sum(int(stay.lived_days.sum()) for stay in expected.stays)
    return {"daily_state": container_days, "daily_truth": container_days}


class _Days:
    """A stage's days lived, container by container: what stands in every row of both tables."""

    def __init__(self, life: BatchLife, stage: StageHistory, ids: np.ndarray) -> None:
        self._present = None if (stage.days_lived == stage.days).all() else stage.present
        self.population = self(stage.population)
        self.columns: Columns = {
            "batch_id": life.batch_id,
            "container_id": np.repeat(np.array(stage.container_ids), stage.days_lived),
            "assignment_id": np.repeat(ids, stage.days_lived),
            "date": self(np.broadcast_to(stage.start_day + np.arange(stage.days), stage.population.shape)),
            "population": self.population,
            "mortality_count": self(stage.dead) + self(stage.culled),
            "feed_kg": self(stage.ration),
        }

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """The days lived of (n, days), end to end."""
        return values.reshape(-1) if self._present is None else values[self._present]

    def weighed(self, weight_cg: np.ndarray) -> Columns:
        """Mean weight and the biomass that it gives."""
        weight = self(weight_cg)
        return {"avg_weight_g": weight, "biomass_kg": biomass_units(self.population, weight)}


def _state_rows(life: BatchLife) -> Columns:
    birth = life.history.batch.start_day
    guessed = round(life.schedule.biology.model.monitoring.interpolated_confidence * 100)
    parts: list[Columns] = []
    for stage, ids, known in zip(life.stages, life.ids, life.estimates, strict=True):
        days = _Days(life, stage, ids)
        measured = days(known.temp_measured)
        parts.append(
            {
                **days.columns,
                **days.weighed(known.weight_cg),
                "lifecycle_stage_id": stage.stage,
                "day_number": days.columns["date"] - birth + 1,
                "temp_c": hundredths(days(known.temp_c)),
                "temp_source": np.where(
                    measured,
                    code("daily_state", "temp_source", "measured"),
                    code("daily_state", "temp_source", "interpolated"),
                ),
                "temp_confidence": np.where(measured, 100, guessed),
                "anchor_type": days(known.anchor),
                "observed_fcr": days(known.fcr),
                "weight_confidence": days(known.confidence),
            }
        )
    columns = stack(parts)
    anchor, ratio = columns["anchor_type"], columns["observed_fcr"]
    # fish that move are counted, not weighed: their weight is what was known of the sources
    weighed = (anchor >= 0) & (anchor != code("daily_state", "anchor_type", "transfer"))
    columns["weight_source"] = np.where(
        weighed,
        code("daily_state", "weight_source", "measured"),
        code("daily_state", "weight_source", "tgc_computed"),
    )
    observed = ratio >= 0
    columns["fcr_source"] = np.where(
        observed, code("daily_state", "fcr_source", "observed"), code("daily_state", "fcr_source", "none")
    )
    columns["fcr_confidence"] = np.where(observed, columns["weight_confidence"], 0)
    columns["anchor_type"] = Nullable(np.maximum(anchor, 0), anchor >= 0)
    columns["observed_fcr"] = Nullable(np.maximum(ratio, 0), observed)
    return columns


def _truth_rows(life: BatchLife) -> Columns:
    parts: list[Columns] = []
    for stage, ids in zip(life.stages, life.ids, strict=True):
        days = _Days(life, stage, ids)
        mu, v = days(stage.mu), days(stage.v)
        parts.append(
            {
                **days.columns,
                **days.weighed(stage.weight_cg),
                "std_weight_g": hundredths(sd_weights_g(mu, v)),
                "temp_c": hundredths(days(stage.temp_c)),
                "oxygen_outside": hundredths(days(life.oxygen_outside(stage))),
                "oxygen_mean": hundredths(days(stage.oxygen_mean)),
                "oxygen_min": hundredths(days(stage.oxygen_min)),
                "appetite": in_units(days(stage.appetite), 1000.0),
            }
        )
    return stack(parts)
