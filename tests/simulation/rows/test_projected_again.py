"""A projection that the application makes again from our scenario, beside ours: its rules in words of our own.

It reads weight, count and length of the scenario; growth by stage and temperature by day of the scenario's models; the
stages' lengths of the feed conversion model; the daily share that dies. A day adds growth times temperature to the cube
root of the weight, up to a cap by stage. Its scenarios read 12 degC in the first four stages, its forecasts the
profile. Ours can follow neither wholly, has no cap, and lets parts of a fish die.
"""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from engine.farm.dimensions import dimension_tables
from engine.farm.schedule import Batch, Schedule
from engine.farm.schedule_file import read_any
from engine.simulation.rows.models import model_tables
from engine.simulation.rows.scenario import Baseline, baseline
from lake.columns import record_batch
from lake.tables import TABLES

ROOT = Path(__file__).parents[3]
CAPS_G = {"Egg&Alevin": 1, "Fry": 10, "Parr": 100, "Smolt": 250, "Post-Smolt": 700, "Adult": 8_000}
READ_AS_12_C = ("Egg&Alevin", "Fry", "Parr", "Smolt")
LAST_DAY = 900


@pytest.fixture(scope="module")
def demo() -> Schedule:
    return read_any(ROOT / "schedules" / "demo.yaml")


def rows(tables: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pa.Table.from_batches([record_batch(TABLES[name], tables[name])]).to_pylist()
    return found


def projected_again(schedule: Schedule, batch: Batch, ours: Baseline, *, twelve: bool) -> tuple[float, int]:
    """Mean weight (g) and fish on the scenario's last day, from what stands in the tables."""
    farm, models = schedule.farm, model_tables(schedule, [batch], [ours.profile])
    dimensions = {name: table.to_pylist() for name, table in dimension_tables(farm, schedule.biology).items()}
    names = {row["id"]: row["name"] for row in dimensions["lifecycle_stage"]}
    lengths = [(names[row["stage_id"]], row["duration_days"]) for row in dimensions["fcr_model_stage"]]
    ends = list(accumulate(days for _, days in lengths))
    growth = {row["lifecycle_stage"]: float(row["tgc_value"]) for row in rows(models, "tgc_model_stage")}
    water = {row["day_number"]: float(row["temperature"]) for row in rows(models, "temperature_reading")}
    share = float(dimensions["mortality_model"][0]["rate"]) / 100
    weight, fish = schedule.biology.model.stages.egg_weight_g, batch.eggs
    for day in range(1, LAST_DAY + 1):
        stage = next((name for (name, _), end in zip(lengths, ends, strict=True) if day <= end), lengths[-1][0])
        temp_c = 12.0 if twelve and stage in READ_AS_12_C else water[min(day, max(water))]
        weight = min((weight ** (1 / 3) + growth[stage] / 1000 * temp_c) ** 3, CAPS_G[stage])
        fish -= round(fish * share)
    return weight, fish


@pytest.mark.parametrize("twelve", [True, False], ids=["as_a_scenario", "by_the_profile"])
def test_the_application_comes_within_5_per_cent_of_our_last_day(demo: Schedule, twelve: bool) -> None:
    for batch in demo.batches:
        ours = baseline(demo, batch)
        assert len(ours.weight_cg) == LAST_DAY
        weight, fish = projected_again(demo, batch, ours, twelve=twelve)
        assert weight == pytest.approx(ours.weight_cg[-1] / 100, rel=0.05)
        assert fish == pytest.approx(ours.population[-1] / 100, rel=0.001)


def test_its_two_readings_of_a_hall_are_further_apart_than_either_is_from_ours(demo: Schedule) -> None:
    """Which is why a scenario's halls lie between them."""
    batch = next(b for b in demo.batches if demo.farm.geography_of(b).name == "Faroe Islands")
    ours = baseline(demo, batch)
    cold, warm = (projected_again(demo, batch, ours, twelve=twelve)[0] for twelve in (True, False))
    assert warm / cold > 1.05
    assert cold < ours.weight_cg[-1] / 100 < warm
