"""Rows of daily_state, what the farm knows, and daily_truth, what is."""

from __future__ import annotations

import numpy as np

from engine.simulation.numerics.moments import sd_weights_g
from engine.simulation.rows.columns import BatchRows, Columns, biomass_units, code, hundredths, in_units
from engine.simulation.rows.lives import Lives
from lake.columns import Nullable

ROWS_A_DAY = 2  # of a container: what is known and what is


def state_tables(lives: Lives) -> dict[str, BatchRows]:
    """daily_state and daily_truth: one row a stay and day each, at the day's end, before anything leaves."""
    common, counts = _common(lives), lives.days.counts
    return {
        "daily_state": lives.rows(_state_rows(lives, common), counts),
        "daily_truth": lives.rows(_truth_rows(lives, common), counts),
    }


def _common(lives: Lives) -> Columns:
    """What stands in every row of both tables."""
    days = lives.days
    return {
        **days.columns,
        "population": days.population,
        "mortality_count": days.dead + days.culled,
        "feed_kg": days.of(s.ration for s in lives.stages),
    }


def _weighed(lives: Lives, weight_cg: np.ndarray) -> Columns:
    """Mean weight and the biomass that it gives."""
    return {"avg_weight_g": weight_cg, "biomass_kg": biomass_units(lives.days.population, weight_cg)}


def _state_rows(lives: Lives, common: Columns) -> Columns:
    days, known = lives.days, lives.flat(lambda life: life.estimates)
    guessed = round(lives.schedule.biology.model.monitoring.interpolated_confidence * 100)
    measured = days.of(k.temp_measured for k in known)
    anchor, ratio = days.of(k.anchor for k in known), days.of(k.fcr for k in known)
    confidence = days.of(k.confidence for k in known)
    # fish that move are counted, not weighed: their weight is what was known of the sources
    weighed = (anchor >= 0) & (anchor != code("daily_state", "anchor_type", "transfer"))
    observed = ratio >= 0
    return {
        **common,
        **_weighed(lives, days.of(k.weight_cg for k in known)),
        "lifecycle_stage_id": days.of_stays(np.full(len(s.container_ids), s.stage) for s in lives.stages),
        "day_number": common["date"] - days.of_batches([life.history.batch.start_day - 1 for life in lives]),
        "temp_c": hundredths(days.of(k.temp_c for k in known)),
        "temp_source": _where(measured, "temp_source", "measured", "interpolated"),
        "temp_confidence": np.where(measured, 100, guessed),
        "anchor_type": Nullable(np.maximum(anchor, 0), anchor >= 0),
        "weight_source": _where(weighed, "weight_source", "measured", "tgc_computed"),
        "weight_confidence": confidence,
        "observed_fcr": Nullable(np.maximum(ratio, 0), observed),
        "fcr_source": _where(observed, "fcr_source", "observed", "none"),
        "fcr_confidence": confidence * observed,
    }


def _where(condition: np.ndarray, column: str, then: str, otherwise: str) -> np.ndarray:
    """One of two values of an enumeration of daily_state, by row."""
    return np.where(condition, *(np.int8(code("daily_state", column, value)) for value in (then, otherwise)))


def _truth_rows(lives: Lives, common: Columns) -> Columns:
    days, stages = lives.days, lives.stages
    mu, v = days.of(s.mu for s in stages), days.of(s.v for s in stages)
    outside = lives.flat(lambda life: (life.oxygen_outside(i) for i in range(len(life.stages))))
    return {
        **common,
        **_weighed(lives, days.of(s.weight_cg for s in stages)),
        "std_weight_g": hundredths(sd_weights_g(mu, v)),
        "temp_c": hundredths(days.of(s.temp_c for s in stages)),
        "oxygen_outside": hundredths(days.of(outside)),
        "oxygen_mean": hundredths(days.of(s.oxygen_mean for s in stages)),
        "oxygen_min": hundredths(days.of(s.oxygen_min for s in stages)),
        "appetite": in_units(days.of(s.appetite for s in stages), 1000.0),
    }
