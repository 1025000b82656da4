"""Beside others who make data: rows, values and bytes of Parquet a core-second, each told with how wide its rows are.

A row of TPC-H's largest table holds 16 values, one of a reading 7: so rows alone compare nothing. Nor do values: ours
obey a model day by day and are hashed, TPC-H's are drawn one by one, and the pandas loop lives a poorer life. One core
each.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from benchmarks.here import Here, cpu_seconds, one_thread
from engine.execution.run import run
from engine.farm.schedule import Schedule

DAYS, CONTAINERS, SENSORS, PARAMETERS = 900, 10, 7, 7
TOLD: list[str] = []


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    with one_thread():
        yield
    print("\n" + "\n".join(TOLD))


def tell(benchmark: Any, name: str, make: Callable[[Path], Any], folder: Path, *, warm: bool = False) -> None:
    """Make once, count what lies there by the files' own footers, and note the pace."""
    if warm:
        make(folder / "warm")
    out = folder / "made"
    begun = cpu_seconds()
    benchmark.pedantic(lambda: make(out), rounds=1)
    seconds = cpu_seconds() - begun
    files = [*out.rglob("*.parquet")]
    footers = [pq.read_metadata(file) for file in files]
    rows = sum(each.num_rows for each in footers)
    values = sum(each.num_rows * each.num_columns for each in footers)
    size = sum(file.stat().st_size for file in files)
    assert rows > 0
    figures = {"rows": rows, "values": values, "bytes": size, "cpu_s": round(seconds, 3)}
    benchmark.extra_info |= figures
    TOLD.append(
        f"{name}: {rows:,} rows of {values / rows:.1f} values, {size / values:.2f} bytes a value; a core-second "
        f"{rows / seconds / 1e6:.2f} M rows, {values / seconds / 1e6:.1f} M values, {size / seconds / 1e6:.1f} MB"
    )


def test_ours(benchmark: Any, schedule: Schedule, smoke: bool, tmp_path: Path) -> None:
    count = 4 if smoke else 40
    few = replace(schedule, batches=schedule.batches[:count], partitions=(range(1, count + 1),))
    tell(benchmark, "smoltworks", lambda out: run(few, out, Here(), 1), tmp_path, warm=True)


def test_tpchgen(benchmark: Any, smoke: bool, tmp_path: Path) -> None:
    program = shutil.which("tpchgen-cli")
    if program is None:
        pytest.skip("tpchgen-cli is not installed")
    scale = "0.01" if smoke else "1"
    options = ["parquet", "--scale-factor", scale, "--compression", "ZSTD(1)", "--num-threads", "1", "--output-dir"]
    tell(
        benchmark,
        f"tpchgen-cli, scale {scale}",
        lambda out: subprocess.run([program, *options, str(out)], check=True, capture_output=True),
        tmp_path,
    )


@pytest.mark.parametrize(("extension", "call"), [("tpch", "dbgen"), ("tpcds", "dsdgen")])
def test_duckdb(benchmark: Any, smoke: bool, extension: str, call: str, tmp_path: Path) -> None:
    scale = 0.01 if smoke else 1
    with duckdb.connect(config={"autoinstall_known_extensions": "false", "threads": "1"}) as connection:
        try:
            connection.execute(f"LOAD {extension}")
        except duckdb.Error:
            pytest.skip(f"DuckDB's wheel carries no {extension}, and nothing is fetched")

        def make(out: Path) -> None:
            connection.execute(f"CALL {call}(sf = {scale})")
            connection.execute(f"EXPORT DATABASE '{out}' (FORMAT parquet, COMPRESSION zstd)")

        tell(benchmark, f"DuckDB's {call}, scale {scale}", make, tmp_path)


def test_a_loop_of_numpy_and_pandas(benchmark: Any, smoke: bool, tmp_path: Path) -> None:
    """One batch, as one would write it in an afternoon: a day at a time over arrays of containers."""
    days = 30 if smoke else DAYS
    tell(benchmark, f"a NumPy and pandas day loop, one batch of {days} days", lambda out: day_loop(out, days), tmp_path)


def day_loop(out: Path, days: int) -> None:
    """Days of a batch in ten containers: states, meals, deaths, and six readings a day of seven sensors.

    Growth by TGC, hazard by temperature, rations by weight: no stages, moves, lice, health or harvest, which ours has.
    """
    draw = np.random.default_rng(1)
    out.mkdir(parents=True, exist_ok=True)
    containers = np.arange(1, CONTAINERS + 1, dtype=np.int32)
    fish, weight_g = np.full(CONTAINERS, 30_000), np.full(CONTAINERS, 0.2)
    sensors = np.arange(CONTAINERS * SENSORS, dtype=np.int32)
    level = np.array([9.0, 10.0, 7.4, 33.0, 0.02, 90.0, 12.0])[:PARAMETERS]
    frames: dict[str, list[pd.DataFrame]] = {
        "daily_state": [],
        "feeding_event": [],
        "mortality_event": [],
        "reading": [],
    }
    for day in range(days):
        date = pd.Timestamp("2020-01-01", tz="UTC") + pd.Timedelta(days=day)
        temp_c = 8.0 + 4.0 * np.sin(2 * np.pi * day / 365) + draw.normal(0, 0.3, CONTAINERS)
        deaths = draw.binomial(fish, 2e-4 * (1 + np.maximum(0, temp_c - 12)))
        fish = fish - deaths
        gained = (np.cbrt(weight_g) + 2.7e-3 * np.maximum(temp_c, 0)) ** 3 - weight_g
        weight_g = weight_g + gained
        biomass = fish * weight_g / 1000
        feed = gained * fish / 1000 * 1.15
        place = {"batch_id": np.int32(1), "container_id": containers}
        frames["daily_state"].append(
            pd.DataFrame(
                {
                    **place,
                    "date": date,
                    "day_number": day + 1,
                    "avg_weight_g": weight_g.round(2),
                    "population": fish,
                    "biomass_kg": biomass.round(2),
                    "temp_c": temp_c.round(2),
                    "mortality_count": deaths,
                    "feed_kg": feed.round(4),
                }
            )
        )
        frames["feeding_event"].append(
            pd.DataFrame(
                {
                    **place,
                    "feeding_time": date + pd.Timedelta(hours=8),
                    "amount_kg": feed.round(4),
                    "batch_biomass_kg": biomass.round(2),
                    "feeding_percentage": (100 * feed / biomass).round(6),
                    "feed_cost": (feed * 1.7).round(2),
                    "method": "AUTOMATIC",
                }
            )
        )
        died = deaths > 0
        frames["mortality_event"].append(
            pd.DataFrame(
                {
                    "batch_id": np.int32(1),
                    "container_id": containers[died],
                    "event_date": date,
                    "count": deaths[died],
                    "biomass_kg": (deaths * weight_g / 1000)[died].round(2),
                    "cause": "UNKNOWN",
                }
            )
        )
        for hour in range(0, 24, 4):
            values = np.tile(level, CONTAINERS) * (1 + draw.normal(0, 0.01, CONTAINERS * SENSORS))
            frames["reading"].append(
                pd.DataFrame(
                    {
                        "batch_id": np.int32(1),
                        "container_id": np.repeat(containers, SENSORS),
                        "sensor_id": sensors,
                        "parameter_id": np.tile(np.arange(1, PARAMETERS + 1, dtype=np.int8), CONTAINERS),
                        "reading_time": date + pd.Timedelta(hours=hour),
                        "value": values.round(4),
                    }
                )
            )
    for name, made in frames.items():
        pd.concat(made, ignore_index=True).to_parquet(out / f"{name}.parquet", compression="zstd", index=False)
