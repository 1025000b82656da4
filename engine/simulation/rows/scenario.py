"""A batch's baseline: what its models expected of it when its eggs were placed."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from engine.farm.masters import stage_tgc
from engine.farm.schedule import Batch, Schedule
from engine.simulation.numerics.calendar import DAY_US
from engine.simulation.observed.projection import BatchProjection, StageModels, project_batch
from engine.simulation.rows.columns import Columns, Tables, row_ids, text
from engine.simulation.rows.models import model_name, model_tables, profile_name, standard_models
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


def scenario_tables(schedule: Schedule, batch: Batch, expected: Baseline) -> Tables:
    """A batch's models, scenario, projection_run and scenario_projection: computed once, on the batch's first day.

    Of a batch that has yet to begin it was computed on the last day that is past.
    """
    master, biology = schedule.farm.model.master, schedule.biology.model
    supplier = master.egg_suppliers[egg_supplier(schedule, batch)]
    scenario, run = row_ids("scenario", batch.id, 1), row_ids("projection_run", batch.id, 1)
    days = len(expected.day)
    one = np.ones(1, dtype=np.int64)
    computed = min(batch.start_day, batch.cancelled.day if batch.cancelled else schedule.as_of_day - 1)
    return {
        **model_tables(schedule, batch, expected.profile),
        "scenario": {
            "id": scenario,
            "batch_id": one * batch.id,
            "name": text(f"Baseline - {batch.number}"),
            "start_date": one * batch.start_day,
            "duration_days": one * days,
            "initial_count": one * batch.eggs,
            "genotype": text(master.scenario.genotypes[supplier]),
            "supplier": text(supplier),
            "initial_weight": one * round(biology.stages.egg_weight_g * 10_000),
            "tgc_model_id": row_ids("tgc_model", batch.id, 1),
            "fcr_model_id": one,
            "mortality_model_id": one,
            "biological_constraints_id": one,
        },
        "projection_run": {
            "id": run,
            "batch_id": one * batch.id,
            "scenario_id": scenario,
            "run_date": one * computed * DAY_US,
            "run_number": one,
            "label": text("Baseline"),
            "parameters_snapshot": text(_snapshot(schedule, batch, days)),
            "total_projections": one * days,
            "final_weight_g": expected.weight_cg[-1:],
            "final_biomass_kg": expected.biomass[-1:],
        },
        "scenario_projection": _projection_rows(batch.id, run, expected),
    }


def _projection_rows(batch_id: int, run: np.ndarray, expected: Baseline) -> Columns:
    days = len(expected.day)
    return {
        "batch_id": np.full(days, batch_id),
        "projection_run_id": np.repeat(run, days),
        "projection_date": expected.day,
        "day_number": np.arange(1, days + 1),
        "average_weight": expected.weight_cg,
        "population": expected.population,
        "biomass": expected.biomass,
        "daily_feed": expected.feed,
        "cumulative_feed": np.cumsum(expected.feed),
        "temperature": expected.temperature,
        "current_stage_id": expected.stage,
    }


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
