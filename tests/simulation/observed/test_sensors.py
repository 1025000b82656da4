"""Readings are field + container + sensor, and every fault is listed: seen from the rows alone."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml
from numpy.typing import NDArray

from engine.biology.parameters import parse_biology
from engine.biology.water import HALL_VARIABLES, SEA_VARIABLES
from engine.farm.infrastructure import Container
from engine.farm.schedule import Schedule
from engine.simulation.fish.history import simulate_batch
from engine.simulation.numerics.calendar import DAY_US
from engine.simulation.observed.sensors import bank_of, daily_temperatures, sensor_groups
from engine.simulation.record import BatchHistory, StageHistory
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.readings import reading_tables
from engine.simulation.water.climate import Climate
from lake.codes import SEA
from lake.tables import TABLES

SLOTS = 6
STEP = DAY_US // SLOTS
KINDS = TABLES["sensor_fault"].column("kind").codes


@dataclass
class Series:
    """One sensor during one stay: its readings in the parameter's unit, the water at those times, its faults.

    sound: no fault is listed at the time.
    """

    sensor: int
    name: str
    container: int
    position: int
    stage: StageHistory
    time_us: NDArray[np.int64]
    value: NDArray[np.float64]
    water: NDArray[np.float64]
    sound: NDArray[np.bool_]
    faults: list[tuple[str, int, int, int]]  # kind, first and last time, readings

    @property
    def error(self) -> NDArray[np.float64]:
        return self.value - self.water

    @property
    def due(self) -> NDArray[np.int64]:
        """Every time of reading of the stay."""
        days = int(self.stage.days_lived[self.position])
        return self.stage.start_day * DAY_US + np.arange(days * SLOTS) * STEP


def water_at(schedule: Schedule, climate: Climate, stage: StageHistory, i: int, name: str) -> np.ndarray:
    """The water at a sensor at the times of reading of its stay: the field less what the container's fish take."""
    container = schedule.farm.container(stage.container_ids[i])
    names = SEA_VARIABLES if container.is_at_sea else HALL_VARIABLES
    end = stage.start_day + int(stage.days_lived[i])
    field, _ = climate.at_readings(container, stage.start_day, end)
    level: np.ndarray = field[names.index(name)]
    if name == "Dissolved Oxygen":
        exchange = climate.exchange(container, stage.start_day, end)
        level = (exchange.outside - stage.oxygen_draw[i, : len(exchange.outside), None] * exchange.residence_h).ravel()
    return level


def emitted(schedule: Schedule, climate: Climate, history: BatchHistory) -> dict[str, dict[str, np.ndarray]]:
    tables = reading_tables(BatchLife(schedule=schedule, history=history, climate=climate))
    return {table: {name: np.array(values) for name, values in columns.items()} for table, columns in tables.items()}


def read_series(schedule: Schedule, climate: Climate, history: BatchHistory) -> list[Series]:
    rows = emitted(schedule, climate, history)
    readings, listed = rows["environmental_reading"], rows["sensor_fault"]
    names = [p.name for p in schedule.farm.model.parameters]
    found, row, taken = [], 0, 0
    for stage, ids in zip(
        history.stages, BatchLife(schedule=schedule, history=history, climate=climate).ids, strict=True
    ):
        for i, container_id in enumerate(stage.container_ids):
            container = schedule.farm.container(container_id)
            for sensor, parameter in zip(container.sensor_ids, container.sensor_parameter_ids, strict=True):
                mine = (listed["sensor_id"] == sensor) & (listed["assignment_id"] == ids[i])
                taken += mine.sum()
                faults = [
                    (KINDS[k], a, b, n)
                    for k, a, b, n in zip(
                        *(listed[c][mine].tolist() for c in ("kind", "start_time", "end_time", "readings")), strict=True
                    )
                ]
                dropped = sum(n for kind, _, _, n in faults if kind == "DROPOUT")
                here = slice(row, row + int(stage.days_lived[i]) * SLOTS - dropped)
                row = here.stop
                for column, value in (
                    ("sensor_id", sensor),
                    ("parameter_id", parameter),
                    ("container_id", container_id),
                    ("batch_container_assignment_id", ids[i]),
                    ("batch_id", history.batch.id),
                ):
                    assert (readings[column][here] == value).all(), column
                name, times = names[parameter - 1], readings["reading_time"][here]
                at = (times - stage.start_day * DAY_US) // STEP
                sound = np.ones(len(times), dtype=bool)
                for _, first, last, _ in faults:
                    sound &= (times < first) | (times > last)
                water = water_at(schedule, climate, stage, i=i, name=name)[at]
                value = readings["value"][here] / 10_000.0
                found.append(
                    Series(
                        sensor=sensor,
                        name=name,
                        container=container_id,
                        position=i,
                        stage=stage,
                        time_us=times,
                        value=value,
                        water=water,
                        sound=sound,
                        faults=faults,
                    )
                )
    assert row == len(readings["value"])
    assert taken == len(listed["kind"])
    return found


@pytest.fixture(scope="module")
def series(small_schedule: Schedule, small_climate: Climate, histories: list[BatchHistory]) -> list[list[Series]]:
    return [read_series(small_schedule, small_climate, h) for h in histories]


@pytest.fixture(scope="module")
def frail(small_schedule: Schedule) -> tuple[Schedule, Climate]:
    """The same farm in the same water with sensors that fail several times a year."""
    return _with_faults(small_schedule, 3.0)


def _with_faults(schedule: Schedule, a_year: float) -> tuple[Schedule, Climate]:
    data = yaml.safe_load(schedule.biology.text)
    for name in ("dropouts_a_year", "spikes_a_year", "flat_lines_a_year"):
        data["sensors"][name]["value"] = a_year
    changed = replace(schedule, biology=parse_biology(yaml.safe_dump(data), "faults"))
    first = min(b.start_day for b in changed.batches)
    return changed, Climate(
        farm=changed.farm, biology=changed.biology, seed=changed.seed, days=changed.as_of_day, first_day=first
    )


@pytest.fixture(scope="module")
def every(series: list[list[Series]]) -> list[Series]:
    return [s for batch in series for s in batch]


def undrifted(schedule: Schedule, climate: Climate, s: Series) -> np.ndarray:
    """The sound errors less their mean and the best line of each service interval, which begins at 0."""
    container = schedule.farm.container(s.container)
    phase = bank_of(climate).probes((container,)).phase[0, container.sensor_ids.index(s.sensor)]
    interval = schedule.biology.model.sensors.service_interval_days * SLOTS
    which, since = np.divmod(s.time_us[s.sound] // STEP + phase, interval)
    _, at = np.unique(which, return_inverse=True)
    lines = np.zeros((len(at), at.max() + 2))
    lines[:, 0] = 1.0
    lines[np.arange(len(at)), at + 1] = since
    error = s.error[s.sound]
    fit, *_ = np.linalg.lstsq(lines, error, rcond=None)
    left: np.ndarray = error - lines @ fit
    return left


def test_every_sensor_reads_at_every_time_of_its_stay_but_in_its_dropouts(every: list[Series]) -> None:
    missing = 0
    for s in every:
        gaps = [np.arange(a, b + 1, STEP) for kind, a, b, _ in s.faults if kind == "DROPOUT"]
        expected = np.setdiff1d(s.due, np.concatenate(gaps)) if gaps else s.due
        np.testing.assert_array_equal(s.time_us, expected)
        missing += len(s.due) - len(s.time_us)
    assert missing > 100


def test_a_fault_lies_in_its_stay_and_tells_how_many_readings_it_concerns(every: list[Series]) -> None:
    for s in every:
        for _, first, last, readings in s.faults:
            assert s.due[0] <= first <= last <= s.due[-1]
            assert readings == (last - first) // STEP + 1
        starts = [first for _, first, _, _ in s.faults]
        assert starts == sorted(set(starts))


def test_listed_faults_are_seen_and_nothing_else_is_wrong(every: list[Series], small_schedule: Schedule) -> None:
    sensors = small_schedule.biology.model.sensors
    months = sensors.service_interval_days * 12 / 365
    seen = dict.fromkeys(KINDS, 0)
    for s in every:
        noise, bias = sensors.noise_sd[s.name], sensors.bias_sd[s.name]
        low, high = sensors.physical_range[s.name]
        drift = max(abs(x) for x in sensors.drift_a_month[s.name]) * months
        usual = 4.5 * bias + drift + 3.5 * noise + sensors.resolution[s.name]
        clipped = np.clip(s.water, low, high)
        assert (np.abs(s.value - clipped)[s.sound] <= usual).all()
        for kind, first, last, _ in s.faults:
            during = (s.time_us >= first) & (s.time_us <= last)
            seen[kind] += 1
            if kind == "FLAT_LINE":
                assert len(set(s.value[during])) == 1
            elif kind == "SPIKE":
                off = np.abs(s.error[during])
                cut = (s.value[during] == low) | (s.value[during] == high)
                height = sensors.spike[s.name]
                assert ((off >= 0.5 * height - usual) | cut).all()
                assert (off <= 1.5 * height + usual).all()
    assert min(seen.values()) > 10


def test_a_reading_is_water_and_bias_and_drift_and_white_noise(
    every: list[Series], small_schedule: Schedule, small_climate: Climate
) -> None:
    sensors = small_schedule.biology.model.sensors
    long = [s for s in every if s.sound.sum() > 2000]
    assert {s.name for s in long} >= set(SEA_VARIABLES)
    for s in long:
        left = undrifted(small_schedule, small_climate, s)
        sd = math.hypot(sensors.noise_sd[s.name], sensors.resolution[s.name] / math.sqrt(12.0))
        assert left.std() == pytest.approx(sd, rel=0.1)
        assert abs(np.corrcoef(left[:-1], left[1:])[0, 1]) < 5.0 / math.sqrt(len(left))


def test_oxygen_sensors_lose_half_a_point_to_three_a_month_between_services(
    every: list[Series], small_schedule: Schedule, small_climate: Climate
) -> None:
    """The mean error by time since service, over many sensors: from the bias on, down the middle of the range."""
    sensors = small_schedule.biology.model.sensors
    interval = sensors.service_interval_days * SLOTS
    bank, farm = bank_of(small_climate), small_schedule.farm
    since, error = [], []
    for s in (s for s in every if s.name == "Dissolved Oxygen" and s.stage.days > 60):
        container = farm.container(s.container)
        probes = bank.probes((container,))
        at = container.sensor_ids.index(s.sensor)
        since.append((s.time_us[s.sound] // STEP + probes.phase[0, at]) % interval)
        error.append(s.error[s.sound] - probes.bias[0, at])
    days, off = np.concatenate(since) / SLOTS, np.concatenate(error)
    slope, start = np.polyfit(days, off, 1)
    low, high = sensors.drift_a_month["Dissolved Oxygen"]
    assert start == pytest.approx(0.0, abs=0.1)
    assert slope * 365 / 12 == pytest.approx((low + high) / 2, abs=0.25)


def test_biases_have_their_spread_between_sensors(small_schedule: Schedule, small_climate: Climate) -> None:
    bank, sensors = bank_of(small_climate), small_schedule.biology.model.sensors
    names = [p.name for p in small_schedule.farm.model.parameters]
    scaled = []
    for container in small_schedule.farm.containers:
        for parameter, bias in zip(container.sensor_parameter_ids, bank.probes((container,)).bias[0], strict=True):
            scaled.append(bias / sensors.bias_sd[names[parameter - 1]])
    assert len(scaled) > 300
    assert abs(np.mean(scaled)) < 4.0 / math.sqrt(len(scaled))
    assert np.std(scaled) == pytest.approx(1.0, rel=0.15)


def test_values_are_at_the_sensors_resolution_and_within_its_range(
    every: list[Series], small_schedule: Schedule
) -> None:
    sensors = small_schedule.biology.model.sensors
    for s in every:
        unit = round(sensors.resolution[s.name] * 10_000)
        whole = np.rint(s.value * 10_000).astype(np.int64)
        assert not (whole % unit).any()
        low, high = sensors.physical_range[s.name]
        assert low <= s.value.min()
        assert s.value.max() <= high


def test_the_mean_temperature_read_is_the_one_that_the_fish_grew_by(
    every: list[Series], small_schedule: Schedule
) -> None:
    bias_sd = small_schedule.biology.model.sensors.bias_sd["Temperature"]
    apart = []
    for s in (s for s in every if s.name == "Temperature" and s.stage.days > 60):
        day = s.time_us // DAY_US - s.stage.start_day
        whole = np.bincount(day[s.sound], minlength=int(day.max()) + 1) == SLOTS
        by_day = np.bincount(day[s.sound], s.value[s.sound])[whole[: day[s.sound].max() + 1].nonzero()[0]] / SLOTS
        grown_by = s.stage.temp_c[s.position][whole.nonzero()[0]]
        assert np.corrcoef(by_day, grown_by)[0, 1] > 0.95
        apart.append(by_day.mean() - grown_by.mean())
    assert np.abs(apart).max() < 4.5 * bias_sd
    assert abs(np.mean(apart)) < 4.0 * bias_sd / math.sqrt(len(apart))


def test_rings_of_one_area_read_one_water_but_their_own_oxygen(
    series: list[list[Series]], small_schedule: Schedule
) -> None:
    at_sea = [s for s in series[1] if s.stage.stage == SEA]
    sensors = small_schedule.biology.model.sensors
    for name in SEA_VARIABLES:
        one, two = [s for s in at_sea if s.name == name][:2]
        common, first, second = np.intersect1d(one.time_us[one.sound], two.time_us[two.sound], return_indices=True)
        assert len(common) > 500
        apart = (one.error[one.sound][first] - two.error[two.sound][second])[: 30 * SLOTS]
        wander = math.sqrt(2.0) * sensors.noise_sd[name]
        assert apart.std() < 1.3 * wander + 2.0 * max(map(abs, sensors.drift_a_month[name]))
        if name != "Dissolved Oxygen":
            np.testing.assert_array_equal(one.water[one.sound][first], two.water[two.sound][second])
    oxygen = next(s for s in at_sea if s.name == "Dissolved Oxygen")
    assert oxygen.stage.oxygen_draw[oxygen.position].max() > 1.0  # enough fish for the lowering to show


def test_two_batches_that_follow_each_other_see_one_sensor(
    frail: tuple[Schedule, Climate], histories: list[BatchHistory]
) -> None:
    """A stay cut in two gives the rows of the whole: the noise, the drift, and a fault that spans the change."""
    history = histories[0]
    whole = emitted(*frail, history)
    spanned = 0
    for stage_at, stage in enumerate(history.stages[1:3], 1):
        for cut in (17, 40, 63):
            early = _cut(stage, 0, cut)
            late = _cut(stage, cut, stage.days)
            parts = [emitted(*frail, replace(history, stages=(part,), moves=())) for part in (early, late)]
            tanks = np.isin(whole["environmental_reading"]["container_id"], history.stages[stage_at].container_ids)
            for column in ("sensor_id", "reading_time", "value"):
                joined = np.concatenate([p["environmental_reading"][column] for p in parts])
                order = np.lexsort(
                    [
                        np.concatenate([p["environmental_reading"][c] for p in parts])
                        for c in ("reading_time", "sensor_id")
                    ]
                )
                np.testing.assert_array_equal(joined[order], whole["environmental_reading"][column][tanks])
            ends = set(
                zip(parts[0]["sensor_fault"]["sensor_id"], parts[0]["sensor_fault"]["end_time"] + STEP, strict=True)
            )
            begins = set(
                zip(parts[1]["sensor_fault"]["sensor_id"], parts[1]["sensor_fault"]["start_time"], strict=True)
            )
            spanned += len(ends & begins)
    assert spanned > 2


def _cut(stage: StageHistory, first: int, end: int) -> StageHistory:
    """Days [first, end) of a stage, as a stay of their own."""
    whole = stage.population.shape
    changes: dict[str, Any] = {
        name: value[:, first:end]
        for name, value in vars(stage).items()
        if isinstance(value, np.ndarray) and value.shape == whole
    }
    lived = np.clip(stage.days_lived - first, 0, end - first)
    return replace(stage, start_day=stage.start_day + first, days_lived=lived, **changes)


def test_a_later_as_of_date_leaves_earlier_rows(
    small_schedule: Schedule, small_climate: Climate, series: list[list[Series]]
) -> None:
    early = replace(small_schedule, as_of_day=small_schedule.as_of_day - 37)
    climate = Climate(
        farm=early.farm, biology=early.biology, seed=early.seed, days=early.as_of_day, first_day=small_climate.first_day
    )
    short = read_series(early, climate, simulate_batch(early, climate, early.batches[2]))
    long = {(s.sensor, s.stage.stage): s for s in series[2]}
    today = early.as_of_day * DAY_US
    for s in short:
        later = long[s.sensor, s.stage.stage]
        np.testing.assert_array_equal(s.time_us, later.time_us[: len(s.time_us)])
        np.testing.assert_array_equal(s.value, later.value[: len(s.value)])
        over = [fault for fault in s.faults if fault[2] < today - STEP]
        assert over == later.faults[: len(over)]
        assert len(s.faults) - len(over) <= 1


def test_a_days_mean_temperature_is_that_of_the_readings_that_were_written(
    frail: tuple[Schedule, Climate], histories: list[BatchHistory]
) -> None:
    unmeasured = 0
    for history in histories:
        every = read_series(*frail, history)
        for stage in history.stages:
            mean, measured = daily_temperatures(frail[0], stage, sensor_groups(frail[1], stage))
            assert mean.shape == measured.shape == stage.population.shape
            for s in (s for s in every if s.stage is stage and s.name == "Temperature"):
                day = s.time_us // DAY_US - stage.start_day
                count = np.bincount(day, minlength=stage.days)
                np.testing.assert_array_equal(measured[s.position], count > 0)
                total = np.bincount(day, np.rint(s.value * 10_000), minlength=stage.days)
                expected = np.where(count > 0, total / np.maximum(count, 1) / 10_000.0, 0.0)
                np.testing.assert_allclose(mean[s.position], expected, atol=1e-12)
                unmeasured += (count[: stage.days_lived[s.position]] == 0).sum()
    assert unmeasured > 0


def test_rings_that_were_emptied_earlier_read_no_longer(
    small_schedule: Schedule, small_climate: Climate, histories: list[BatchHistory]
) -> None:
    history = histories[0]
    sea = history.stages[-1]
    assert sea.stage == SEA
    lived = sea.days_lived.copy()
    lived[0] -= 40
    shorter = replace(history, stages=(*history.stages[:-1], replace(sea, days_lived=lived)))
    found = [s for s in read_series(small_schedule, small_climate, shorter) if s.stage.stage == SEA]
    for s in found:
        assert s.time_us.max() < (sea.start_day + int(lived[s.position])) * DAY_US
    stage = replace(sea, days_lived=lived)
    _, measured = daily_temperatures(small_schedule, stage, sensor_groups(small_climate, stage))
    assert not measured[0, lived[0] :].any()


def fault_counts(climate: Climate, containers: tuple[Container, ...], start_day: int, days: int) -> tuple[int, int]:
    """How many faults the sensors of containers of one type have during a stay, and the readings that drop out."""
    bank = bank_of(climate)
    faults = bank.faults(bank.probes(containers), start_day, np.full(len(containers), days, dtype=np.int64))
    dropped = faults.span[faults.kind == 0]
    return len(faults.kind), int((dropped[:, 2] - dropped[:, 1]).sum())


def test_faults_are_foretold_exactly(
    small_schedule: Schedule, small_climate: Climate, histories: list[BatchHistory]
) -> None:
    for history in histories:
        rows = emitted(small_schedule, small_climate, history)
        faults = missing = due = 0
        for stage in history.stages:
            for container_id, lived in zip(stage.container_ids, stage.days_lived, strict=True):
                container = small_schedule.farm.container(container_id)
                found = fault_counts(small_climate, (container,), stage.start_day, int(lived))
                faults, missing = faults + found[0], missing + found[1]
                due += len(container.sensor_ids) * int(lived) * SLOTS
        assert len(rows["sensor_fault"]["kind"]) == faults
        assert len(rows["environmental_reading"]["value"]) == due - missing


def test_sensors_without_faults_read_at_every_time_and_otherwise_the_same(
    small_schedule: Schedule, series: list[list[Series]], histories: list[BatchHistory]
) -> None:
    for steady, s in zip(read_series(*_with_faults(small_schedule, 0.0), histories[3]), series[3], strict=True):
        np.testing.assert_array_equal(steady.time_us, steady.due)
        assert not steady.faults
        sound = np.isin(steady.time_us, s.time_us[s.sound])
        np.testing.assert_array_equal(steady.value[sound], s.value[s.sound])


def test_rows_fit_the_lakes_declared_types(tables: dict[str, pa.Table]) -> None:
    for name in ("environmental_reading", "sensor_fault"):
        tables[name].validate(full=True)
        assert tables[name].num_rows > 0
        assert all(column.null_count == 0 for column in tables[name].columns)
    assert tables["environmental_reading"].column("reading_time").type == pa.timestamp("us", tz="UTC")
