"""The models by which the application projects a batch, and their rows: each batch has models of its own.

One profile tells the water that a batch is expected to live in, from its first day on: its halls', by the stages
planned, then the sea's by the season.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from engine.biology.outlook import Outlook
from engine.farm.infrastructure import Farm
from engine.farm.masters import sea_profile_c, stage_tgc
from engine.farm.schedule import Batch, Schedule
from engine.simulation.rows.columns import Tables, first_ids, hundred_thousandths, in_units, text
from lake.codes import SEA


@dataclass(frozen=True)
class StandardModels:
    """The models by which the application projects the batches of a geography.

    tgc (6,): g^(1/3) per 1000 degree-days by stage. fcr (6,): feed / growth. mortality: share that dies a day.
    sea (365,): the sea's expected temperature by day of the year, hall (5,): by freshwater stage, both in 0.01 degC.
    scenario_halls: stages in which a scenario reads scenario_hall (0.01 degC) beside the profile.
    """

    tgc: np.ndarray
    fcr: np.ndarray
    mortality: float
    sea: np.ndarray
    hall: np.ndarray
    scenario_halls: int
    scenario_hall: int

    def temperature(self, stage: np.ndarray, day: np.ndarray) -> np.ndarray:
        """The profiles' temperature in 0.01 degC by stage and day since 1970; 31 December of a leap year repeats."""
        dates = day.astype("datetime64[D]")
        of_year = (dates - dates.astype("datetime64[Y]")).astype(np.int64)
        at_sea = self.sea[np.minimum(of_year, len(self.sea) - 1)]
        on_land = self.hall[np.minimum(stage, len(self.hall)) - 1]
        temperature: np.ndarray = np.where(stage == SEA, at_sea, on_land)
        return temperature

    def scenario_temperature(self, stage: np.ndarray, profile: np.ndarray) -> np.ndarray:
        """What a scenario grows by: in its halls the mean of the profile and what the application reads there.

        A projection that the application makes again is then as far off as one by the profile, each within 5 %.
        """
        temperature: np.ndarray = np.where(
            stage <= self.scenario_halls, (profile + self.scenario_hall + 1) // 2, profile
        )
        return temperature


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
        scenario_halls=scenario.hall_stages,
        scenario_hall=round(scenario.hall_temperature_c * 100),
    )


def _hundredths(values: tuple[float, ...]) -> np.ndarray:
    return np.rint(np.array(values) * 100.0).astype(np.int64)


def profile_name(schedule: Schedule, batch: Batch) -> str:
    """The name of a batch's temperature profile."""
    return _name(schedule, batch, schedule.farm.model.master.scenario.temperature_profile)


def model_name(schedule: Schedule, batch: Batch) -> str:
    """The name of a batch's growth model."""
    return _name(schedule, batch, schedule.farm.model.master.scenario.tgc_model)


def _name(schedule: Schedule, batch: Batch, pattern: str) -> str:
    return pattern.format(batch=batch.number, geography=schedule.farm.geography_of(batch).name)


def model_tables(schedule: Schedule, batches: Sequence[Batch], profiles: Sequence[np.ndarray]) -> Tables:
    """temperature_profile, temperature_reading, tgc_model and tgc_model_stage of batches, one after the other.

    profiles: of each batch, the expected temperature of each day of its scenario (days,), 0.01 degC.
    """
    scenario, stages = schedule.farm.model.master.scenario, schedule.farm.stage_names
    geographies = [schedule.farm.geography_of(batch).name for batch in batches]
    number, days = len(batches), np.array([len(profile) for profile in profiles])
    ids = np.array([batch.id for batch in batches])
    profile_id, model_id = first_ids("temperature_profile", ids), first_ids("tgc_model", ids)
    one, every_stage = np.ones(number, dtype=np.int64), np.ones(number * len(stages), dtype=np.int64)
    order = np.argsort(np.array(stages), kind="stable")
    growth = {name: np.array(stage_tgc(schedule.biology, name))[order] for name in set(geographies)}
    return {
        "temperature_profile": {
            "id": profile_id,
            "batch_id": ids,
            "name": pa.array([profile_name(schedule, batch) for batch in batches], pa.string()),
        },
        "temperature_reading": {
            "batch_id": np.repeat(ids, days),
            "profile_id": np.repeat(profile_id, days),
            "day_number": np.concatenate([np.arange(1, n + 1) for n in days.tolist()]),
            "temperature": np.concatenate(profiles),
        },
        "tgc_model": {
            "id": model_id,
            "batch_id": ids,
            "name": pa.array([model_name(schedule, batch) for batch in batches], pa.string()),
            "location": pa.array(geographies, pa.string()),
            "release_period": text(scenario.release_period, number),
            "tgc_value": hundred_thousandths(np.array([scenario.tgc_value[name] for name in geographies])),
            "exponent_n": in_units(one * scenario.exponent_n, 10_000.0),
            "exponent_m": in_units(one * scenario.exponent_m, 10_000.0),
            "profile_id": profile_id,
        },
        "tgc_model_stage": {
            "batch_id": np.repeat(ids, len(stages)),
            "tgc_model_id": np.repeat(model_id, len(stages)),
            "lifecycle_stage": pa.array([stages[i] for i in order] * number, pa.string()),
            "tgc_value": in_units(np.concatenate([growth[name] for name in geographies]), 10_000.0),
            "temperature_exponent": every_stage * 100,
            "weight_exponent": in_units(every_stage / 3.0, 100.0),
        },
    }


def count_model_rows(farm: Farm, policy: Outlook) -> dict[str, int]:
    """Rows of a batch's models, by table."""
    return {
        "temperature_profile": 1,
        "temperature_reading": policy.scenario_days,
        "tgc_model": 1,
        "tgc_model_stage": len(farm.stage_names),
    }
