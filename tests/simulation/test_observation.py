"""Readings are field + container + sensor."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pytest
import yaml
from numpy.typing import NDArray

from engine.biology.parameters import Biology, parse_biology
from engine.farm.schedule import Schedule
from engine.simulation.climate import HALL_VARIABLES, SEA_VARIABLES, Climate
from engine.simulation.history import simulate
from engine.simulation.record import BatchHistory, StageHistory
from engine.simulation.rows.readings import Sensors
from engine.simulation.rows.shared import Subject

SLOTS = 6
DAY_US = 86_400_000_000
M2_DAYS = 12.4206012 / 24.0


@dataclass
class Series:
    """One sensor during one stay: its readings in the parameter's unit, and the water that it stood in."""

    sensor: int
    name: str
    container: int
    stage: StageHistory
    time_us: NDArray[np.int64]
    value: NDArray[np.float64]
    field: NDArray[np.float64]

    @property
    def error(self) -> NDArray[np.float64]:
        return self.value - self.field


def truth(schedule: Schedule, climate: Climate, stage: StageHistory, i: int, name: str) -> np.ndarray:
    """The water at a sensor at the times of reading, without the tide, in NumPy."""
    farm, env = schedule.farm, schedule.biology.model.environment
    container = farm.container(stage.container_ids[i])
    names = SEA_VARIABLES if container.area_id else HALL_VARIABLES
    daily = climate.water(container, stage.start_day, stage.end_day)[names.index(name)]
    hours = np.arange(SLOTS) * 4.0
    cycle = np.zeros(SLOTS)
    if container.area_id and name in ("Temperature", "Dissolved Oxygen"):
        height = env.diurnal_amplitude_c if name == "Temperature" else env.oxygen_diurnal
        cycle = height.value * np.cos(2.0 * np.pi * (hours - 16.0) / 24.0)
    lower = np.zeros(stage.days)
    if container.area_id and name == "Dissolved Oxygen":
        kg = stage.population[i] * (stage.weight_cg[i] / 100_000.0)
        lower = env.oxygen_biomass.value * kg / container.volume_m3
    return (daily - lower)[:, None].repeat(SLOTS, axis=1).ravel() + np.tile(cycle, stage.days)


def read_all(schedule: Schedule, climate: Climate, history: BatchHistory) -> list[Series]:
    columns = Sensors(schedule, climate).rows(Subject(schedule, history, climate))
    columns = {name: np.array(values) for name, values in columns.items()}
    names = [p.name for p in schedule.farm.model.parameters]
    found, row = [], 0
    for stage in history.stages:
        for i, container_id in enumerate(stage.container_ids):
            container = schedule.farm.container(container_id)
            for sensor, parameter in zip(container.sensor_ids, container.sensor_parameter_ids, strict=True):
                here = slice(row, row + stage.days * SLOTS)
                row = here.stop
                assert (columns["sensor_id"][here] == sensor).all()
                assert (columns["parameter_id"][here] == parameter).all()
                assert (columns["container_id"][here] == container_id).all()
                name = names[parameter - 1]
                found.append(
                    Series(
                        sensor,
                        name,
                        container_id,
                        stage,
                        columns["reading_time"][here],
                        columns["value"][here] / 10_000.0,
                        truth(schedule, climate, stage, i, name),
                    )
                )
    assert row == len(columns["value"])
    return found


@pytest.fixture(scope="module")
def series(small_schedule: Schedule, small_climate: Climate, histories: list[BatchHistory]) -> list[list[Series]]:
    return [read_all(small_schedule, small_climate, h) for h in histories]


def without_tide(schedule: Schedule, s: Series) -> np.ndarray:
    """The error of an oxygen sensor at sea without its best-fitting M2 tide; any other's error as it is."""
    if s.name != "Dissolved Oxygen" or s.stage.stage != 6:
        return s.error
    turns = 2.0 * np.pi * s.time_us / DAY_US / M2_DAYS
    waves = np.stack([np.cos(turns), np.sin(turns), np.ones(len(turns))], axis=1)
    fit, *_ = np.linalg.lstsq(waves, s.error, rcond=None)
    assert np.hypot(*fit[:2]) == pytest.approx(
        schedule.biology.model.environment.oxygen_tide.value, abs=5.0 / math.sqrt(len(turns) / 2.0)
    )
    return s.error - waves[:, :2] @ fit[:2]


def test_every_sensor_reads_six_times_a_day_of_its_stay(series: list[list[Series]]) -> None:
    for batch in series:
        for s in batch:
            expected = s.stage.start_day * DAY_US + np.arange(s.stage.days * SLOTS) * (DAY_US // SLOTS)
            np.testing.assert_array_equal(s.time_us, expected)


def test_a_reading_is_field_and_bias_and_white_noise(series: list[list[Series]], small_schedule: Schedule) -> None:
    sensors = small_schedule.biology.model.sensors
    for s in (s for batch in series for s in batch if s.stage.days > 60):
        error = without_tide(small_schedule, s)
        low, _ = sensors.physical_range[s.name].value
        inside = s.value > low  # where the sensor shows its least, its error is cut
        sd = math.hypot(sensors.noise_sd[s.name].value, sensors.resolution[s.name].value / math.sqrt(12.0))
        assert error[inside].std() == pytest.approx(sd, rel=0.12)
        assert abs(error.mean()) < 5.0 * sensors.bias_sd[s.name].value
        assert abs(np.corrcoef(error[:-1], error[1:])[0, 1]) < 5.0 / math.sqrt(len(error))


def test_biases_have_their_spread_between_sensors(series: list[list[Series]], small_schedule: Schedule) -> None:
    sensors = small_schedule.biology.model.sensors
    scaled = np.array(
        [
            without_tide(small_schedule, s).mean() / sensors.bias_sd[s.name].value
            for batch in series
            for s in batch
            if s.stage.days > 60 and s.value.min() > sensors.physical_range[s.name].value[0]
        ]
    )
    assert len(scaled) > 150
    assert abs(scaled.mean()) < 4.0 / math.sqrt(len(scaled))
    assert scaled.std() == pytest.approx(1.0, rel=0.2)


def test_values_are_at_the_sensors_resolution_and_within_its_range(
    series: list[list[Series]], small_schedule: Schedule
) -> None:
    sensors = small_schedule.biology.model.sensors
    for s in (s for batch in series for s in batch):
        unit = round(sensors.resolution[s.name].value * 10_000)
        whole = np.rint(s.value * 10_000).astype(np.int64)
        assert not (whole % unit).any()
        low, high = sensors.physical_range[s.name].value
        assert low <= s.value.min()
        assert s.value.max() <= high


def test_the_mean_temperature_read_is_the_one_that_the_fish_grew_by(
    series: list[list[Series]], small_schedule: Schedule
) -> None:
    bias_sd = small_schedule.biology.model.sensors.bias_sd["Temperature"].value
    stays = [s for batch in series for s in batch if s.name == "Temperature" and s.stage.days > 60]
    apart = []
    for s in stays:
        i = s.stage.container_ids.index(s.container)
        assert len(s.value) == SLOTS * s.stage.days
        by_day = s.value.reshape(-1, SLOTS).mean(axis=1)
        assert np.corrcoef(by_day, s.stage.temp_c[i])[0, 1] > 0.95
        apart.append(by_day.mean() - s.stage.temp_c[i].mean())
    assert np.abs(apart).max() < 4.5 * bias_sd
    assert abs(np.mean(apart)) < 4.0 * bias_sd / math.sqrt(len(apart))


def test_rings_of_one_area_read_one_water_but_their_own_oxygen(
    series: list[list[Series]], small_schedule: Schedule
) -> None:
    at_sea = [s for s in series[1] if s.stage.stage == 6]
    sensors = small_schedule.biology.model.sensors
    for name in SEA_VARIABLES:
        one, two = [s for s in at_sea if s.name == name][:2]
        apart = one.value - two.value
        sd = math.sqrt(2.0) * math.hypot(sensors.noise_sd[name].value, sensors.resolution[name].value / math.sqrt(12.0))
        assert apart.std() == pytest.approx(sd, rel=0.15)
    env = small_schedule.biology.model.environment
    assert env.oxygen_biomass.value > 0
    oxygen = next(s for s in at_sea if s.name == "Dissolved Oxygen")
    stage, i = oxygen.stage, oxygen.stage.container_ids.index(oxygen.container)
    density = stage.population[i] * stage.weight_cg[i] / 1e5 / small_schedule.farm.container(oxygen.container).volume_m3
    assert density.max() > 0.3  # enough fish for the lowering to show
    unlowered = oxygen.error - (env.oxygen_biomass.value * density).repeat(SLOTS)
    slope = np.polyfit(density.repeat(SLOTS), unlowered, 1)[0]
    assert slope == pytest.approx(-env.oxygen_biomass.value, abs=0.35)


def test_a_later_as_of_date_leaves_earlier_readings(
    small_schedule: Schedule, small_climate: Climate, series: list[list[Series]]
) -> None:
    early = replace(small_schedule, as_of_day=small_schedule.as_of_day - 37)
    climate = Climate(early.farm, early.biology, early.seed, early.as_of_day, small_climate.first_day)
    short = read_all(early, climate, simulate(early, climate, early.batches[2]))
    long = {(s.sensor, s.stage.stage): s for s in series[2]}
    for s in short:
        np.testing.assert_array_equal(s.value, long[s.sensor, s.stage.stage].value[: len(s.value)])


def test_a_sensor_shows_its_range_at_most(small_schedule: Schedule, biology: Biology) -> None:
    data = yaml.safe_load(biology.text)
    data["sensors"]["physical_range"]["Temperature"]["value"] = [12.45, 12.55]
    narrow = replace(small_schedule, biology=parse_biology(yaml.safe_dump(data), "narrow range"))
    climate = Climate(narrow.farm, narrow.biology, narrow.seed, narrow.as_of_day)
    found = read_all(narrow, climate, simulate(narrow, climate, narrow.batches[3]))
    values = np.concatenate([s.value for s in found if s.name == "Temperature" and s.stage.stage > 1])
    assert (values.min(), values.max()) == (12.45, 12.55)
    assert np.isin([12.45, 12.5, 12.55], values).all()


def test_readings_fit_the_lakes_declared_types(tables: dict[str, pa.Table]) -> None:
    readings = tables["environmental_reading"]
    readings.validate(full=True)
    assert readings.column("reading_time").type == pa.timestamp("us", tz="UTC")
    assert readings.column("value").null_count == 0
