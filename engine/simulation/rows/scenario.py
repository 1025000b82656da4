"""A batch's baseline: what its models expected of it when its eggs were placed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from engine.farm.masters import stage_tgc
from engine.farm.schedule import Batch, Schedule
from engine.simulation.numerics.calendar import DAY_US
from engine.simulation.observed.projection import BatchProjection, StageModels, project_batch
from engine.simulation.rows.columns import Tables, first_ids, text
from engine.simulation.rows.models import (
    model_name,
    model_tables,
    profile_name,
    standard_models,
)
from engine.simulation.rows.origin import egg_supplier


@dataclass(frozen=True)
class Baseline:
    """A scenario's days, all (days,): day (since 1970), stage; in 0.01 degC the profile, which forecasts follow, and
    the temperature that the scenario grows by; at the end of the day weight_cg (0.01 g), population (0.01 fish) and
    biomass (0.01 kg); feed of the day in 0.0001 kg.
    """

    day: np.ndarray
    stage: np.ndarray
    profile: np.ndarray
    temperature: np.ndarray
    weight_cg: np.ndarray
    population: np.ndarray
    biomass: np.ndarray
    feed: np.ndarray

    def first_day_of(self, target_cg: int) -> int:
        """The first day on which the mean weight reaches the target, -1 for never."""
        reached = self.weight_cg >= target_cg
        return int(self.day[np.argmax(reached)]) if reached.any() else -1


def stage_lengths(schedule: Schedule, batch: Batch) -> list[int]:
    """Planned days of stages 1 to 6: the batch's own stays, the schedule's usual length beyond them."""
    planned = [stay.days for stay in batch.stays]
    return [*planned, *schedule.stage_days[len(planned) :]]


def baseline(schedule: Schedule, batch: Batch) -> Baseline:
    """The batch's scenario, projected day by day; whoever is not harvested in time stays in the sea."""
    biology = schedule.biology.model
    days = biology.outlook.scenario_days
    ends = np.cumsum(stage_lengths(schedule, batch)[:-1])
    stage = np.searchsorted(ends, np.arange(days), side="right") + 1
    day = batch.start_day + np.arange(days)
    models = standard_models(schedule, batch.geography_id)
    profile = models.temperature(stage, day)
    temperature = models.scenario_temperature(stage, profile)
    weight, population, feed = (np.empty(days, dtype=np.int64) for _ in range(3))
    project_batch(
        biology.stages.egg_weight_g,
        fish=float(batch.eggs),
        stage=stage,
        temp_hundredths=temperature,
        models=StageModels(tgc=models.tgc, fcr=models.fcr, mortality=models.mortality),
        out=BatchProjection(weight_cg=weight, population=population, feed=feed),
    )
    # 0.01 fish x 0.01 g = 10^-7 kg, in 0.01 kg
    biomass = (population * weight + 50_000) // 100_000
    return Baseline(
        day=day,
        stage=stage,
        profile=profile,
        temperature=temperature,
        weight_cg=weight,
        population=population,
        biomass=biomass,
        feed=feed,
    )


def scenario_tables(schedule: Schedule, batches: Sequence[Batch], expected: Sequence[Baseline]) -> Tables:
    """Models, scenario, projection_run and scenario_projection of batches, one after the other.

    Each was computed once, on its batch's first day; of a batch that has yet to begin on the last day that is past.
    """
    master, biology = schedule.farm.model.master, schedule.biology.model
    suppliers = [master.egg_suppliers[egg_supplier(schedule, batch)] for batch in batches]
    ids, one = np.array([batch.id for batch in batches]), np.ones(len(batches), dtype=np.int64)
    scenario, run = first_ids("scenario", ids), first_ids("projection_run", ids)
    days = np.array([len(each.day) for each in expected])
    snapshots = [_snapshot(schedule, batch, len(each.day)) for batch, each in zip(batches, expected, strict=True)]
    return {
        **model_tables(schedule, batches, [each.profile for each in expected]),
        "scenario": {
            "id": scenario,
            "batch_id": ids,
            "name": pa.array([f"Baseline - {batch.number}" for batch in batches], pa.string()),
            "start_date": np.array([batch.start_day for batch in batches]),
            "duration_days": days,
            "initial_count": np.array([batch.eggs for batch in batches]),
            "genotype": pa.array([master.scenario.genotypes[supplier] for supplier in suppliers], pa.string()),
            "supplier": pa.array(suppliers, pa.string()),
            "initial_weight": one * round(biology.stages.egg_weight_g * 10_000),
            "tgc_model_id": first_ids("tgc_model", ids),
            "fcr_model_id": one,
            "mortality_model_id": one,
            "biological_constraints_id": one,
        },
        "projection_run": {
            "id": run,
            "batch_id": ids,
            "scenario_id": scenario,
            "run_date": np.array([_computed(schedule, batch) for batch in batches]) * DAY_US,
            "run_number": one,
            "label": text("Baseline", len(batches)),
            "parameters_snapshot": pa.array(snapshots, pa.string()),
            "total_projections": days,
            "final_weight_g": np.array([each.weight_cg[-1] for each in expected]),
            "final_biomass_kg": np.array([each.biomass[-1] for each in expected]),
        },
        "scenario_projection": {
            "batch_id": np.repeat(ids, days),
            "projection_run_id": np.repeat(run, days),
            "projection_date": np.concatenate([each.day for each in expected]),
            "day_number": np.concatenate([np.arange(1, n + 1) for n in days.tolist()]),
            "average_weight": np.concatenate([each.weight_cg for each in expected]),
            "population": np.concatenate([each.population for each in expected]),
            "biomass": np.concatenate([each.biomass for each in expected]),
            "daily_feed": np.concatenate([each.feed for each in expected]),
            "cumulative_feed": np.concatenate([np.cumsum(each.feed) for each in expected]),
            "temperature": np.concatenate([each.temperature for each in expected]),
            "current_stage_id": np.concatenate([each.stage for each in expected]),
        },
    }


def _computed(schedule: Schedule, batch: Batch) -> int:
    """The day on which a batch's baseline was computed."""
    return min(batch.start_day, batch.cancelled.day if batch.cancelled else schedule.as_of_day - 1)


def _snapshot(schedule: Schedule, batch: Batch, days: int) -> str:
    """The models' parameters as JSON, keys sorted; with the batch's profile they give the projection again."""
    farm, master = schedule.farm, schedule.farm.model.master
    geography = farm.geography_of(batch).name
    scenario, stages = master.scenario, farm.stage_names
    halls = schedule.biology.region(geography).hall_temperature_c
    parameters = {
        "fcr_model": {"name": scenario.fcr_model, "stages": dict(zip(stages, scenario.fcr_by_stage, strict=True))},
        "hall_temperature_c": dict(zip(stages[:-1], halls, strict=True)),
        "scenario_hall_temperature_c": dict.fromkeys(stages[: scenario.hall_stages], scenario.hall_temperature_c),
        "mortality_model": {
            "frequency": "daily",
            "name": scenario.mortality_model,
            "rate_percent": scenario.daily_mortality_percent,
        },
        "scenario": {
            "duration_days": days,
            "initial_count": batch.eggs,
            "initial_weight_g": schedule.biology.model.stages.egg_weight_g,
        },
        "stage_days": dict(zip(stages, stage_lengths(schedule, batch), strict=True)),
        "tgc_model": {
            "name": model_name(schedule, batch),
            "profile": profile_name(schedule, batch),
            "stages": dict(zip(stages, stage_tgc(schedule.biology, geography), strict=True)),
        },
    }
    return json.dumps(parameters, sort_keys=True, ensure_ascii=False)
