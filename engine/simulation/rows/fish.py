"""Rows of mortality_event, growth_sample and individual_growth_observation."""

from __future__ import annotations

import numpy as np

from engine.biology.fish import Growth
from engine.simulation.observed.growth_samples import STATISTICS
from engine.simulation.rows.columns import Columns, Tables, biomass_units, code, row_ids
from engine.simulation.rows.life import BatchLife


def fish_tables(life: BatchLife) -> Tables:
    """mortality_event, growth_sample and individual_growth_observation."""
    samples, fish = sample_rows(life)
    return {
        "mortality_event": mortality_rows(life),
        "growth_sample": samples,
        "individual_growth_observation": fish,
    }


def count_sample_rows(growth: Growth, stage: int, days: int) -> int:
    """Rows of the samples of a container that is lived in for so many days, each with its fish."""
    if stage < growth.first_sampled_stage:
        return 0
    return days // growth.sample_interval_days * (1 + growth.sample_size)


def mortality_rows(life: BatchLife) -> Columns:
    """A row for each stay and day with deaths, and one for each with a cull; nothing on other days."""
    days = life.days
    i, is_cull = np.nonzero(np.stack([days.dead, days.culled], axis=1))
    is_cull = is_cull == 1
    count = np.where(is_cull, days.culled[i], days.dead[i])
    weight = np.where(is_cull, days.of(s.culled_cg for s in life.stages)[i], days.of(s.dead_cg for s in life.stages)[i])
    return {
        "container_id": days.columns["container_id"][i],
        "assignment_id": days.columns["assignment_id"][i],
        "event_date": days.columns["date"][i],
        "count": count,
        "biomass_kg": biomass_units(count, weight),
        "cause": np.where(is_cull, code("mortality_event", "cause", "OTHER"), days.cause[i]),
        "is_cull": is_cull,
        "batch_id": days.columns["batch_id"][i],
    }


def sample_rows(life: BatchLife) -> tuple[Columns, Columns]:
    """The weekly samples and their fish."""
    stages = life.weighings.stages
    taken = [len(weighed.container) for weighed in stages]
    before = np.cumsum(taken) - taken
    stay = _joined([weighed.container for weighed in stages], _first_stays(life))
    sample = _joined([weighed.fish_sample for weighed in stages], before.tolist())
    statistics = np.concatenate([weighed.statistics for weighed in stages])
    row = row_ids("growth_sample", life.batch_id, len(stay))
    samples: Columns = {
        "id": row,
        "container_id": life.container_ids[stay],
        "assignment_id": np.concatenate(life.ids)[stay],
        "sample_date": np.concatenate([weighed.day for weighed in stages]),
        "sample_size": np.concatenate([weighed.size for weighed in stages]),
        "batch_id": np.full(len(row), life.batch_id),
        **{name: statistics[:, i] for i, name in enumerate(STATISTICS)},
    }
    fish: Columns = {
        "growth_sample_id": row[sample],
        "fish_identifier": np.concatenate([weighed.fish_number for weighed in stages]),
        "weight_g": np.concatenate([weighed.fish_weight for weighed in stages]),
        "length_cm": np.concatenate([weighed.fish_length for weighed in stages]),
        "batch_id": np.full(len(sample), life.batch_id),
    }
    return samples, fish


def _first_stays(life: BatchLife) -> list[int]:
    """The position of each stage's first container among all of the batch's stays."""
    return [int(ids[0] - life.ids[0][0]) for ids in life.ids]


def _joined(parts: list[np.ndarray], first: list[int]) -> np.ndarray:
    """Positions within each part as positions in all, end to end; first: of each part's beginning."""
    return np.concatenate([positions + begin for positions, begin in zip(parts, first, strict=True)])
