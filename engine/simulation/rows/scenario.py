"""A batch's baseline: what the application's standard models expected of it when its eggs were placed."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from engine.farm.masters import hall_profile_id, sea_profile_c, stage_tgc
from engine.farm.schedule import Batch, Schedule
from engine.simulation.numerics.calendar import DAY_US
from engine.simulation.observed.projection import BatchProjection, StageModels, project_batch
from engine.simulation.rows.columns import Columns, Tables, row_ids
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.origin import egg_supplier
from lake.codes import SEA


@dataclass(frozen=True)
class StandardModels:
    """The models by which the application projects the batches of a geography, as the master data have them.

    tgc (6,): g^(1/3) per 1000 degree-days by stage. fcr (6,): feed / growth. mortality: share that dies a day.
    sea (365,): the sea's profile by day of the year, hall (5,): by freshwater stage, both in 0.01 degC.
    """

    tgc: np.ndarray
    fcr: np.ndarray
    mortality: float
    sea: np.ndarray
    hall: np.ndarray

    def temperature(self, stage: np.ndarray, day: np.ndarray) -> np.ndarray:
        """The profiles' temperature in 0.01 degC by stage and day since 1970; 31 December of a leap year repeats."""
        dates = day.astype("datetime64[D]")
        of_year = (dates - dates.astype("datetime64[Y]")).astype(np.int64)
        at_sea = self.sea[np.minimum(of_year, len(self.sea) - 1)]
        on_land = self.hall[np.minimum(stage, len(self.hall)) - 1]
        temperature: np.ndarray = np.where(stage == SEA, at_sea, on_land)
        return temperature


@dataclass(frozen=True)
class Baseline:
    """A scenario's days, all (days,): day (since 1970), stage; temperature in 0.01 degC; at the end of the day
    weight_cg (0.01 g), population (0.01 fish) and biomass (0.01 kg); feed of the day in 0.0001 kg.
    """

    day: np.ndarray
    stage: np.ndarray
    temperature: np.ndarray
    weight_cg: np.ndarray
    population: np.ndarray
    biomass: np.ndarray
    feed: np.ndarray

    def first_day_of(self, target_cg: int) -> int:
        """The first day on which the mean weight reaches the target, -1 for never."""
        reached = self.weight_cg >= target_cg
        return int(self.day[np.argmax(reached)]) if reached.any() else -1


def standard_models(schedule: Schedule, geography_id: int) -> StandardModels:
    """The models of a geography."""
    farm, biology = schedule.farm, schedule.biology
    name, scenario = farm.geography(geography_id).name, farm.model.master.scenario
    return StandardModels(
        tgc=np.array(stage_tgc(biology, name)),
        fcr=np.array(scenario.fcr_by_stage),
        mortality=scenario.daily_mortality_percent / 100.0,
        sea=_hundredths(sea_profile_c(biology, name)),
        hall=_hundredths(biology.region(name).hall_temperature_c),
    )


def _hundredths(values: tuple[float, ...]) -> np.ndarray:
    return np.rint(np.array(values) * 100.0).astype(np.int64)


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
    temperature = models.temperature(stage, day)
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
        temperature=temperature,
        weight_cg=weight,
        population=population,
        biomass=biomass,
        feed=feed,
    )


def scenario_tables(schedule: Schedule, batch: Batch, expected: Baseline) -> Tables:
    """scenario, projection_run and scenario_projection: one scenario, computed once, on the batch's first day.

    Of a batch that has yet to begin it was computed on the last day that is past.
    """
    master, biology = schedule.farm.model.master, schedule.biology.model
    supplier = master.egg_suppliers[egg_supplier(schedule, batch)]
    scenario, run = row_ids("scenario", batch.id, 1), row_ids("projection_run", batch.id, 1)
    days = len(expected.day)
    one = np.ones(1, dtype=np.int64)
    return {
        "scenario": {
            "id": scenario,
            "batch_id": one * batch.id,
            "name": _text(f"Baseline - {batch.number}"),
            "start_date": one * batch.start_day,
            "duration_days": one * days,
            "initial_count": one * batch.eggs,
            "genotype": _text(master.scenario.genotypes[supplier]),
            "supplier": _text(supplier),
            "initial_weight": one * round(biology.stages.egg_weight_g * 10_000),
            "tgc_model_id": one * batch.geography_id,
            "fcr_model_id": one,
            "mortality_model_id": one,
        },
        "projection_run": {
            "id": run,
            "batch_id": one * batch.id,
            "scenario_id": scenario,
            "run_date": one * min(batch.start_day, schedule.as_of_day - 1) * DAY_US,
            "run_number": one,
            "label": _text("Baseline"),
            "parameters_snapshot": _text(_snapshot(schedule, batch, days)),
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


def _text(value: str) -> pa.Array:
    """One row of text. Without a type Arrow would look for pandas, a tenth of a millisecond each time."""
    return pa.array([value], pa.string())


def _snapshot(schedule: Schedule, batch: Batch, days: int) -> str:
    """The models' parameters as JSON, keys sorted; with the master data's profiles they give the projection again."""
    farm, master = schedule.farm, schedule.farm.model.master
    geography = farm.geography_of(batch).name
    scenario, stages = master.scenario, farm.stage_names
    halls = schedule.biology.region(geography).hall_temperature_c
    parameters = {
        "fcr_model": {"name": scenario.fcr_model, "stages": dict(zip(stages, scenario.fcr_by_stage, strict=True))},
        "hall_temperature_c": dict(zip(stages[:-1], halls, strict=True)),
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
            "name": scenario.tgc_model.format(geography=geography),
            "profile": scenario.temperature_profile.format(geography=geography),
            "stages": dict(zip(stages, stage_tgc(schedule.biology, geography), strict=True)),
        },
    }
    return json.dumps(parameters, sort_keys=True, ensure_ascii=False)


def profile_id(life: BatchLife, stage: int) -> int:
    """The id of the temperature profile that a stage of the batch's life follows."""
    geography_id = life.history.batch.geography_id
    return geography_id if stage == SEA else hall_profile_id(life.schedule.farm, geography_id, stage)
