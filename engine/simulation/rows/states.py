"""Rows of daily_state, what the farm knows, and daily_truth, what is."""

from __future__ import annotations

import numpy as np

from engine.simulation.rows.shared import Columns, Subject, Tables, biomass_units, code, hundredths, stack
from lake.columns import Nullable


def state_tables(subject: Subject) -> Tables:
    """daily_state and daily_truth: one row a stay and day each, at the day's end, before anything leaves."""
    return {"daily_state": _state_rows(subject), "daily_truth": _truth_rows(subject)}


def _state_rows(subject: Subject) -> Columns:
    birth = subject.history.batch.start_day
    parts: list[Columns] = []
    for stage, ids, known in zip(subject.stages, subject.ids, subject.estimates, strict=True):
        c, d = np.nonzero(stage.present)
        weight, population = known.weight_cg[c, d], stage.population[c, d]
        parts.append(
            {
                "container_id": np.array(stage.container_ids)[c],
                "assignment_id": ids[c],
                "lifecycle_stage_id": stage.stage,
                "date": stage.start_day + d,
                "day_number": stage.start_day + d - birth + 1,
                "avg_weight_g": weight,
                "population": population,
                "biomass_kg": biomass_units(population, weight),
                "temp_c": hundredths(known.temp_c[c, d]),
                "mortality_count": (stage.dead + stage.culled)[c, d],
                "feed_kg": stage.ration[c, d],
                "batch_id": subject.batch_id,
                "anchor_type": known.anchor[c, d],
                "observed_fcr": known.fcr[c, d],
                "weight_confidence": known.confidence[c, d],
                "temp_source": np.where(
                    known.temp_measured[c, d],
                    code("daily_state", "temp_source", "measured"),
                    code("daily_state", "temp_source", "interpolated"),
                ),
                "temp_confidence": np.where(known.temp_measured[c, d], 100, 70),
            }
        )
    columns = stack(parts)
    anchor, ratio = columns["anchor_type"], columns["observed_fcr"]
    columns["weight_source"] = np.where(
        anchor >= 0,
        code("daily_state", "weight_source", "measured"),
        code("daily_state", "weight_source", "tgc_computed"),
    )
    columns["fcr_source"] = np.where(
        ratio >= 0, code("daily_state", "fcr_source", "observed"), code("daily_state", "fcr_source", "none")
    )
    columns["fcr_confidence"] = np.where(ratio >= 0, 100, 0)
    columns["anchor_type"] = Nullable(np.maximum(anchor, 0), anchor >= 0)
    columns["observed_fcr"] = Nullable(np.maximum(ratio, 0), ratio >= 0)
    return columns


def _truth_rows(subject: Subject) -> Columns:
    parts: list[Columns] = []
    for stage, ids in zip(subject.stages, subject.ids, strict=True):
        c, d = np.nonzero(stage.present)
        weight, population = stage.weight_cg[c, d], stage.population[c, d]
        mu, v = stage.mu[c, d], stage.v[c, d]
        # Var(L^3) of a normal L with mean mu and variance v
        spread = np.sqrt(v * (9.0 * mu**4 + v * (36.0 * mu * mu + 15.0 * v)))
        parts.append(
            {
                "container_id": np.array(stage.container_ids)[c],
                "assignment_id": ids[c],
                "date": stage.start_day + d,
                "avg_weight_g": weight,
                "std_weight_g": hundredths(spread),
                "population": population,
                "biomass_kg": biomass_units(population, weight),
                "temp_c": hundredths(stage.temp_c[c, d]),
                "oxygen_outside": hundredths(subject.oxygen_outside(stage)[c, d]),
                "oxygen_mean": hundredths(stage.oxygen_mean[c, d]),
                "oxygen_min": hundredths(stage.oxygen_min[c, d]),
                "appetite": np.floor(stage.appetite[c, d] * 1000.0 + 0.5),
                "feed_kg": stage.ration[c, d],
                "mortality_count": (stage.dead + stage.culled)[c, d],
                "batch_id": subject.batch_id,
            }
        )
    return stack(parts)
