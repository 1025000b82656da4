"""Rows of mortality_event, growth_sample and individual_growth_observation."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

from engine.biology.fish import Growth
from engine.simulation.observed.growth_samples import STATISTICS, expected_sample_days
from engine.simulation.rows.columns import Columns, Tables, biomass_units, code, row_ids, stack
from engine.simulation.rows.expected_life import ExpectedLife, RowCounts
from engine.simulation.rows.life import BatchLife


def fish_tables(life: BatchLife) -> Tables:
    """mortality_event, growth_sample and individual_growth_observation."""
    samples, fish = sample_rows(life)
    return {
        "mortality_event": mortality_rows(life),
        "growth_sample": samples,
        "individual_growth_observation": fish,
    }


def expected_fish(expected: ExpectedLife) -> RowCounts:
    """Days on which the fish lived with die or are culled, and the days on which they are weighed."""
    deaths = samples = 0
    for stay in expected.stays:
        stage, lived = stay.stage, stay.lived_days
        target_cg = expected.history.harvest_target_cg if stay.is_at_sea else 0
        sampled_on = expected_sample_days(expected.schedule, stage, target_cg)
        deaths += sum(int((lost[:d] > 0).sum()) for d in lived for lost in (stage.dead[0], stage.culled[0]))
        samples += sum(bisect_left(sampled_on, int(days)) for days in lived)
    return {
        "mortality_event": deaths,
        "growth_sample": samples,
        "individual_growth_observation": samples * expected.schedule.biology.model.growth.sample_size,
    }


def count_sample_rows(growth: Growth, stage: int, days: int) -> int:
    """Rows of the samples of a container that is lived in for so many days, each with its fish."""
    if stage < growth.first_sampled_stage:
        return 0
    return days // growth.sample_interval_days * (1 + growth.sample_size)


def mortality_rows(life: BatchLife) -> Columns:
    """A row for each stay and day with deaths, and one for each with a cull; nothing on other days."""
    parts = []
    for stage, ids in zip(life.stages, life.ids, strict=True):
        lost = np.stack([stage.dead, stage.culled], axis=2)
        c, d, is_cull = np.nonzero(lost)
        count = lost[c, d, is_cull]
        weight = np.stack([stage.dead_cg, stage.culled_cg], axis=2)[c, d, is_cull]
        cause = np.where(is_cull == 1, code("mortality_event", "cause", "OTHER"), stage.cause[c, d])
        parts.append(
            {
                "container_id": np.array(stage.container_ids)[c],
                "assignment_id": ids[c],
                "event_date": stage.start_day + d,
                "count": count,
                "biomass_kg": biomass_units(count, weight),
                "cause": cause,
                "is_cull": is_cull == 1,
                "batch_id": life.batch_id,
            }
        )
    return stack(parts)


def sample_rows(life: BatchLife) -> tuple[Columns, Columns]:
    """The weekly samples and their fish."""
    samples: list[Columns] = []
    fish: list[Columns] = []
    row_count = 0
    for stage, ids, weighed in zip(life.stages, life.ids, life.weighings.stages, strict=True):
        containers = weighed.container
        row = row_ids("growth_sample", life.batch_id, len(containers), row_count)
        samples.append(
            {
                "id": row,
                "container_id": np.array(stage.container_ids)[containers],
                "assignment_id": ids[containers],
                "sample_date": weighed.day,
                "sample_size": weighed.size,
                "batch_id": life.batch_id,
                **{name: weighed.statistics[:, i] for i, name in enumerate(STATISTICS)},
            }
        )
        fish.append(
            {
                "growth_sample_id": row[weighed.fish_sample],
                "fish_identifier": weighed.fish_number,
                "weight_g": weighed.fish_weight,
                "length_cm": weighed.fish_length,
                "batch_id": life.batch_id,
            }
        )
        row_count += len(containers)
    return stack(samples), stack(fish)
