"""Rows of mortality_event, growth_sample and individual_growth_observation."""

from __future__ import annotations

import numpy as np

from engine.biology.fish import Growth
from engine.simulation.observed.growth_samples import STATISTICS
from engine.simulation.rows.columns import BatchRows, Columns, biomass_units, code, edges, part_counts, part_sums
from engine.simulation.rows.lives import Lives


def fish_tables(lives: Lives) -> dict[str, BatchRows]:
    """mortality_event, growth_sample and individual_growth_observation."""
    samples, fish = sample_rows(lives)
    return {
        "mortality_event": mortality_rows(lives),
        "growth_sample": samples,
        "individual_growth_observation": fish,
    }


def count_sample_rows(growth: Growth, stage: int, days: int) -> int:
    """Rows of the samples of a container that is lived in for so many days, each with its fish."""
    if stage < growth.first_sampled_stage:
        return 0
    return days // growth.sample_interval_days * (1 + growth.sample_size)


def mortality_rows(lives: Lives) -> BatchRows:
    """A row for each stay and day with deaths, and one for each with a cull; nothing on other days."""
    days, stages = lives.days, lives.stages
    died, culled = np.flatnonzero(days.dead), np.flatnonzero(days.culled)
    after = np.searchsorted(died, culled, side="right")  # a day's dead come before its cull
    i, at = np.insert(died, after, culled), after + np.arange(len(culled))
    count, weight, cause = days.dead[i], days.of(s.dead_cg for s in stages)[i], days.cause[i]
    is_cull = np.zeros(len(i), dtype=bool)
    is_cull[at], count[at], cause[at] = True, days.culled[culled], code("mortality_event", "cause", "OTHER")
    weight[at] = days.of(s.culled_cg for s in stages)[culled]
    return lives.rows(
        {
            "container_id": days.columns["container_id"][i],
            "assignment_id": days.columns["assignment_id"][i],
            "event_date": days.columns["date"][i],
            "count": count,
            "biomass_kg": biomass_units(count, weight),
            "cause": cause,
            "is_cull": is_cull,
        },
        part_counts(i, days.edges),
    )


def sample_rows(lives: Lives) -> tuple[BatchRows, BatchRows]:
    """The weekly samples and their fish."""
    stages, stages_lived = lives.counted(lambda life: life.weighings.stages)
    taken, fish = ([len(x) for x in each] for each in ([w.container for w in stages], [w.fish_sample for w in stages]))
    stay = np.concatenate([w.container for w in stages]) + np.repeat(edges([len(ids) for ids in lives.ids])[:-1], taken)
    sample = np.concatenate([w.fish_sample for w in stages]) + np.repeat(edges(taken)[:-1], fish)
    statistics = np.concatenate([w.statistics for w in stages])
    counts, fish_counts = part_sums(taken, stages_lived), part_sums(fish, stages_lived)
    row = lives.row_ids("growth_sample", counts)
    samples: Columns = {
        "id": row,
        "container_id": lives.container_ids[stay],
        "assignment_id": lives.stay_ids[stay],
        "sample_date": np.concatenate([w.day for w in stages]),
        "sample_size": np.concatenate([w.size for w in stages]),
        **{name: statistics[:, i] for i, name in enumerate(STATISTICS)},
    }
    each: Columns = {
        "growth_sample_id": row[sample],
        "fish_identifier": np.concatenate([w.fish_number for w in stages]),
        "weight_g": np.concatenate([w.fish_weight for w in stages]),
        "length_cm": np.concatenate([w.fish_length for w in stages]),
    }
    return lives.rows(samples, counts), lives.rows(each, fish_counts)
