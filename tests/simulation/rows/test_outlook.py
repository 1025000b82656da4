"""Scenarios, days ahead and their forecasts: computed again from the lake's own tables."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from engine.farm.dimensions import dimension_tables
from engine.farm.masters import sea_profile_c
from engine.farm.schedule import Schedule, to_date
from engine.simulation.rows.life import BatchLife
from engine.simulation.rows.origin import origin_tables
from engine.simulation.rows.outlook import outlook_tables
from engine.simulation.rows.projection import days_ahead
from engine.simulation.rows.states import state_tables
from lake.codes import SEA
from lake.columns import record_batch
from lake.tables import TABLES
from tests.simulation.trade_lives import LivedTo, alone

Rows = list[dict[str, Any]]
HARVESTED, AT_SEA, IN_PARR, NEWBORN = 0, 2, 3, 4  # positions in the small schedule


def rows_of(life: BatchLife, table: str) -> Rows:
    rows: Rows = pa.Table.from_batches([record_batch(TABLES[table], alone(outlook_tables, life)[table])]).to_pylist()
    return rows


@pytest.fixture(scope="module")
def masters(small_schedule: Schedule) -> dict[str, Rows]:
    found = dimension_tables(small_schedule.farm, small_schedule.biology)
    return {name: table.to_pylist() for name, table in found.items()}


def profile_of(life: BatchLife) -> dict[int, float]:
    """The batch's expected temperature, degC, by day of its scenario."""
    return {row["day_number"]: float(row["temperature"]) for row in rows_of(life, "temperature_reading")}


def tgc_of(life: BatchLife, masters: dict[str, Rows]) -> dict[int, float]:
    """The batch's growth coefficient by stage."""
    stages = [row["name"] for row in masters["lifecycle_stage"]]
    rows = rows_of(life, "tgc_model_stage")
    return {stages.index(row["lifecycle_stage"]) + 1: float(row["tgc_value"]) for row in rows}


def with_last_stage(life: BatchLife, **changes: Any) -> BatchLife:
    *before, last = life.stages
    stages = (*before, replace(last, **changes))
    return replace(life, history=replace(life.history, stages=stages))


def with_estimate(life: BatchLife, **changes: Any) -> BatchLife:
    """The life, knowing something else of its last stage."""
    other = replace(life)
    *before, last = life.estimates
    other.__dict__["estimates"] = [*before, replace(last, **changes)]
    return other


def with_policy(life: BatchLife, **values: Any) -> BatchLife:
    """The life under another policy of forecasts and plans."""
    biology = life.schedule.biology
    model = replace(biology.model, outlook=replace(biology.model.outlook, **values))
    return replace(life, schedule=replace(life.schedule, biology=replace(biology, model=model)))


def test_a_scenario_can_be_computed_again_from_the_tables(lives: list[BatchLife], masters: dict[str, Rows]) -> None:
    for life in lives:
        (scenario,) = rows_of(life, "scenario")
        (model,) = rows_of(life, "tgc_model")
        (named,) = rows_of(life, "temperature_profile")
        assert (scenario["tgc_model_id"], model["profile_id"]) == (model["id"], named["id"])
        profile, tgc = profile_of(life), tgc_of(life, masters)
        halls = life.schedule.farm.model.master.scenario
        fcr = {
            r["stage_id"]: float(r["fcr_value"])
            for r in masters["fcr_model_stage"]
            if r["model_id"] == scenario["fcr_model_id"]
        }
        (mortality,) = (m for m in masters["mortality_model"] if m["id"] == scenario["mortality_model_id"])
        root, alive = float(scenario["initial_weight"]) ** (1 / 3), float(scenario["initial_count"])
        total = 0.0
        for row in rows_of(life, "scenario_projection"):
            stage, temp_c = row["current_stage_id"], profile[row["day_number"]]
            if stage <= halls.hall_stages:
                temp_c = (temp_c + halls.hall_temperature_c) / 2
            assert float(row["temperature"]) == pytest.approx(temp_c, abs=0.0051)
            after = root + tgc[stage] / 1000 * float(row["temperature"])
            alive *= 1 - float(mortality["rate"]) / 100
            feed = fcr[stage] * alive * (after**3 - root**3) / 1000
            root, total = after, total + feed
            assert float(row["average_weight"]) == pytest.approx(root**3, abs=0.0051)
            assert float(row["population"]) == pytest.approx(alive, abs=0.0051)
            assert float(row["daily_feed"]) == pytest.approx(feed, abs=0.000051)
        assert float(row["cumulative_feed"]) == pytest.approx(total, abs=0.05)


def test_a_profile_tells_the_water_day_by_day_halls_first_and_then_the_sea(lives: list[BatchLife]) -> None:
    for life in lives:
        batch, schedule = life.history.batch, life.schedule
        geography = schedule.farm.geography_of(batch).name
        region, sea = schedule.biology.region(geography), sea_profile_c(schedule.biology, geography)
        profile = profile_of(life)
        assert list(profile) == list(range(1, 901))
        for row in rows_of(life, "scenario_projection"):
            day, stage = row["projection_date"], row["current_stage_id"]
            of_year = min(day.timetuple().tm_yday, 365)
            expected = sea[of_year - 1] if stage == SEA else region.hall_temperature_c[stage - 1]
            assert profile[row["day_number"]] == expected


def test_models_bear_their_batchs_number(lives: list[BatchLife]) -> None:
    """They are unique in the application, where two batches of a season may not share a row."""
    for table in ("temperature_profile", "tgc_model"):
        named = {rows_of(life, table)[0]["name"]: life.history.batch.number for life in lives}
        assert len(named) == len(lives)
        assert all(name.startswith(number) for name, number in named.items())
    for life in lives:
        for table in ("live_forward_projection", "container_forecast_summary"):
            for row in rows_of(life, table):
                (named_row,) = rows_of(life, "temperature_profile")
                assert (row["temp_profile_id"], row["temp_profile_name"]) == (named_row["id"], named_row["name"])


def test_a_scenario_spans_its_days_in_the_planned_stages(lives: list[BatchLife]) -> None:
    for life in lives:
        batch = life.history.batch
        (scenario,) = rows_of(life, "scenario")
        (run,) = rows_of(life, "projection_run")
        days = rows_of(life, "scenario_projection")
        assert scenario["name"] == f"Baseline - {batch.number}"
        assert scenario["start_date"] == to_date(batch.start_day) == run["run_date"].date()
        assert len(days) == scenario["duration_days"] == run["total_projections"] == 900
        assert [row["day_number"] for row in days] == list(range(1, 901))
        for row in days:
            day = batch.start_day + row["day_number"] - 1
            assert row["projection_date"] == to_date(day)
            planned = [stay.stage for stay in batch.stays if stay.start_day <= day < stay.end_day]
            assert row["current_stage_id"] == (planned[0] if planned else SEA)
        assert run["scenario_id"] == scenario["id"]
        assert {row["projection_run_id"] for row in days} == {run["id"]}
        assert (run["final_weight_g"], run["final_biomass_kg"]) == (days[-1]["average_weight"], days[-1]["biomass"])


def test_a_scenario_names_the_supplier_of_the_eggs(lives: list[BatchLife], masters: dict[str, Rows]) -> None:
    names = {row["id"]: row["name"] for row in masters["egg_supplier"]}
    for life in lives:
        (scenario,) = rows_of(life, "scenario")
        (supplier,) = origin_tables(life)["creation_workflow"]["external_supplier_id"].tolist()
        assert scenario["supplier"] == names[supplier]


def test_a_scenarios_sums_agree(lives: list[BatchLife]) -> None:
    rows = rows_of(lives[AT_SEA], "scenario_projection")
    total = 0
    for row in rows:
        total += row["daily_feed"]
        assert row["cumulative_feed"] == total
        exact = row["population"] * row["average_weight"] / 1000
        assert abs(row["biomass"] - exact) <= type(exact)("0.005")


def test_the_longest_stages_are_cut_and_missing_ones_take_their_usual_days(lives: list[BatchLife]) -> None:
    life = lives[IN_PARR]
    batch = life.history.batch
    short = replace(batch, stays=(*batch.stays[:2], replace(batch.stays[2], end_day=batch.stays[2].end_day + 30)))
    rows = rows_of(replace(life, history=replace(life.history, batch=short)), "scenario_projection")
    stage = [row["current_stage_id"] for row in rows]
    assert [stage.count(s) for s in range(1, 7)] == [90, 90, 120, 90, 90, 420]


def test_parameters_are_told_as_json_with_sorted_keys(lives: list[BatchLife]) -> None:
    for life in lives:
        text = rows_of(life, "projection_run")[0]["parameters_snapshot"]
        told = json.loads(text)
        assert json.dumps(told, sort_keys=True, ensure_ascii=False) == text
        assert told["scenario"]["initial_count"] == life.history.batch.eggs
        assert list(told["tgc_model"]["stages"]) == sorted(life.schedule.farm.stage_names)
        assert sum(told["stage_days"].values()) == 900


def test_a_scenario_knows_nothing_of_the_as_of_date(
    small_schedule: Schedule, lives: list[BatchLife], lived_to: LivedTo
) -> None:
    for position in (HARVESTED, AT_SEA, IN_PARR):
        then = lived_to(position, small_schedule.as_of_day - 120)
        for table in ("temperature_reading", "tgc_model_stage", "scenario", "projection_run", "scenario_projection"):
            assert rows_of(then, table) == rows_of(lives[position], table)


def test_the_scenario_is_no_worse_than_fair(lives: list[BatchLife]) -> None:
    """Expected weights lie within the spread of batches of what grew; a wrong unit or stage is off by far more."""
    for life in lives[:4]:
        expected = [float(row["average_weight"]) for row in rows_of(life, "scenario_projection")]
        for stage in life.stages:
            before = stage.start_day - life.history.batch.start_day
            day = min(before + int(stage.days_lived[0]), 900)
            lived = stage.weight_cg[0, day - 1 - before] / 100
            assert 0.5 < lived / expected[day - 1] < 2.0


def test_only_a_batch_that_lives_has_days_ahead(lives: list[BatchLife]) -> None:
    for life in lives:
        ahead = {row["assignment_id"] for row in rows_of(life, "live_forward_projection")}
        lived_in = set() if life.history.harvested else set(life.ids[-1].tolist())
        forecast = [row["assignment_id"] for row in rows_of(life, "container_forecast_summary")]
        assert forecast == sorted(lived_in)
        assert ahead == lived_in


@pytest.mark.parametrize("position", [AT_SEA, IN_PARR, NEWBORN])
def test_a_forecast_begins_with_the_last_daily_state(lives: list[BatchLife], position: int) -> None:
    life = lives[position]
    states = pa.Table.from_batches([record_batch(TABLES["daily_state"], alone(state_tables, life)["daily_state"])])
    last = {row["assignment_id"]: row for row in states.to_pylist()}
    for forecast in rows_of(life, "container_forecast_summary"):
        state = last[forecast["assignment_id"]]
        assert forecast["current_weight_g"] == state["avg_weight_g"]
        assert forecast["current_population"] == state["population"]
        assert forecast["current_biomass_kg"] == state["biomass_kg"]
        scores = [state[f"{name}_confidence"] for name in ("weight", "temp", "fcr")]
        assert forecast["state_confidence"] == min(scores)
        assert (forecast["state_date"], forecast["state_day_number"]) == (state["date"], state["day_number"])
        assert forecast["computed_date"] == state["date"]


@pytest.mark.parametrize("position", [AT_SEA, IN_PARR, NEWBORN])
def test_days_ahead_go_on_from_the_last_state(lives: list[BatchLife], position: int, masters: dict[str, Rows]) -> None:
    """Through every stage to come: each with its own growth and water."""
    life = lives[position]
    as_of = to_date(life.schedule.as_of_day)
    rows = rows_of(life, "live_forward_projection")
    scenario = {row["day_number"]: row for row in rows_of(life, "scenario_projection")}
    profile, tgc = profile_of(life), tgc_of(life, masters)
    share = float(masters["mortality_model"][0]["rate"]) / 100
    for forecast in rows_of(life, "container_forecast_summary"):
        days = [row for row in rows if row["assignment_id"] == forecast["assignment_id"]]
        root, alive = float(forecast["current_weight_g"]) ** (1 / 3), forecast["current_population"]
        assert forecast["state_date"] == as_of - timedelta(days=1)
        for i, row in enumerate(days):
            assert row["projection_date"] == as_of + timedelta(days=i)
            assert row["day_number"] == forecast["state_day_number"] + 1 + i
            expected = scenario[row["day_number"]]
            temp_c = profile[row["day_number"]] + float(row["temp_bias_c"])
            assert float(row["temperature_used_c"]) == pytest.approx(temp_c, abs=1e-9)
            assert float(row["tgc_value_used"]) == tgc[expected["current_stage_id"]]
            root += float(row["tgc_value_used"]) / 1000 * temp_c
            alive -= round(alive * share)
            assert float(row["projected_weight_g"]) == pytest.approx(root**3, abs=0.0051)
            assert row["projected_population"] == alive
            exact = row["projected_population"] * row["projected_weight_g"] / 1000
            assert float(abs(row["projected_biomass_kg"] - exact)) <= 0.00501


@pytest.mark.parametrize("position", [AT_SEA, IN_PARR, NEWBORN])
def test_every_stay_is_projected_to_its_scenarios_end(lives: list[BatchLife], position: int) -> None:
    life = lives[position]
    (scenario,) = rows_of(life, "scenario")
    last = scenario["start_date"] + timedelta(days=scenario["duration_days"] - 1)
    rows = rows_of(life, "live_forward_projection")
    for forecast in rows_of(life, "container_forecast_summary"):
        days = [row for row in rows if row["assignment_id"] == forecast["assignment_id"]]
        assert (days[-1]["projection_date"], days[-1]["day_number"]) == (last, scenario["duration_days"])
        assert len(days) == scenario["duration_days"] - forecast["state_day_number"]


@pytest.mark.parametrize("position", [AT_SEA, IN_PARR, NEWBORN])
@pytest.mark.parametrize("thresholds_g", [(100, 5_000), (60, 2_000), (8, 4_500), (20_000, 20_000)])
def test_a_forecast_is_the_first_day_at_each_threshold(
    lives: list[BatchLife], position: int, thresholds_g: tuple[int, int]
) -> None:
    transfer_g, harvest_g = thresholds_g
    life = with_policy(lives[position], transfer_threshold_g=transfer_g, harvest_threshold_g=harvest_g)
    rows = rows_of(life, "live_forward_projection")
    expected = [row for row in rows_of(life, "scenario_projection") if row["average_weight"] >= harvest_g]
    original = expected[0]["projection_date"] if expected else None
    for forecast in rows_of(life, "container_forecast_summary"):
        days = [row for row in rows if row["assignment_id"] == forecast["assignment_id"]]
        for name, threshold_g in (("transfer", transfer_g), ("harvest", harvest_g)):
            there = [row for row in days if row["projected_weight_g"] >= threshold_g]
            assert forecast[f"{name}_threshold_g"] == threshold_g
            found = (forecast[f"projected_{name}_date"], forecast[f"projected_{name}_weight_g"])
            assert found == ((there[0]["projection_date"], there[0]["projected_weight_g"]) if there else (None, None))
            assert forecast[f"days_to_{name}"] == (days.index(there[0]) + 1 if there else None)
        assert forecast["original_harvest_date"] == original
        harvest = forecast["projected_harvest_date"]
        assert forecast["harvest_variance_days"] == ((harvest - original).days if harvest and original else None)


def test_by_default_fish_go_to_sea_at_100_g_and_are_harvested_at_5_kg(lives: list[BatchLife]) -> None:
    """As the application has it where a scenario says nothing else."""
    for forecast in rows_of(lives[IN_PARR], "container_forecast_summary"):
        assert (forecast["transfer_threshold_g"], forecast["harvest_threshold_g"]) == (100, 5_000)


def test_a_batchs_own_target_stands_beside_the_threshold(lives: list[BatchLife]) -> None:
    life = lives[AT_SEA]
    for target_g in (2_000, 4_500, 20_000):
        aimed = replace(life, history=replace(life.history, harvest_target_cg=target_g * 100))
        rows = rows_of(aimed, "live_forward_projection")
        for forecast in rows_of(aimed, "container_forecast_summary"):
            days = [row for row in rows if row["assignment_id"] == forecast["assignment_id"]]
            there = [row["projection_date"] for row in days if row["projected_weight_g"] >= target_g]
            assert forecast["harvest_target_g"] == target_g
            assert forecast["target_harvest_date"] == (there[0] if there else None)
            assert forecast["harvest_threshold_g"] == 5_000


def test_days_ahead_end_with_the_horizon(lives: list[BatchLife]) -> None:
    rows = rows_of(with_policy(lives[AT_SEA], horizon_days=9), "live_forward_projection")
    assert len(rows) == 9 * len(lives[AT_SEA].ids[-1])


def test_a_batch_that_outlives_its_scenario_has_a_forecast_of_nothing(lives: list[BatchLife]) -> None:
    life = lives[AT_SEA]
    age = life.schedule.as_of_day - life.history.batch.start_day
    old = with_policy(life, scenario_days=age - 3)
    assert rows_of(old, "live_forward_projection") == []
    for forecast in rows_of(old, "container_forecast_summary"):
        assert forecast["current_population"] > 0
        assert forecast["projected_harvest_date"] is forecast["projected_transfer_date"] is None
        assert not forecast["needs_planning_attention"]


def test_a_ring_that_is_harvested_has_no_forecast(lives: list[BatchLife]) -> None:
    whole = lives[AT_SEA]
    last = whole.stages[-1]
    gone = np.arange(len(last.container_ids)) == 0
    cut = last.days_lived - 5 * gone
    left = with_last_stage(
        whole, emptied=gone, days_lived=cut, population=last.population * (np.arange(last.days) < cut[:, None])
    )
    assert rows_of(left, "container_forecast_summary")[0]["has_planned_harvest"]
    for table in ("container_forecast_summary", "live_forward_projection"):
        kept = [row for row in rows_of(whole, table) if row["assignment_id"] != whole.ids[-1][0]]
        found = rows_of(left, table)
        for row in (*kept, *found):
            row.pop("needs_planning_attention", None)
        assert found == kept


def test_bias_is_the_mean_of_what_was_known_in_the_last_days(lives: list[BatchLife]) -> None:
    life = lives[AT_SEA]
    known, stage = life.estimates[-1], life.stages[-1]
    age, expected = stage.end_day - life.history.batch.start_day, profile_of(life)
    profile = np.array([expected[age - 13 + i] for i in range(14)])
    temp_c = known.temp_c.copy()
    temp_c[:, -14:] = profile + 0.7
    temp_c[:, -20:-14] = 30.0
    temp_c[0, -1] += 0.07  # 0.705 on average
    temp_c[1, -2] += 0.06  # 0.7043
    guessed = known.temp_measured.copy()
    guessed[2, -14:] = False  # interpolated: as good as measured
    rows = rows_of(with_estimate(life, temp_c=temp_c, temp_measured=guessed), "container_forecast_summary")
    assert [float(row["temp_bias_c"]) for row in rows] == [0.71, 0.7, 0.7]
    assert [row["temp_bias_window_days"] for row in rows] == [14, 14, 14]


@pytest.mark.parametrize(("off", "bias"), [(5.0, 2.0), (-5.0, -2.0), (1.234, 1.23), (-0.004, 0.0)])
def test_bias_stays_within_its_bounds(lives: list[BatchLife], off: float, bias: float) -> None:
    life = lives[AT_SEA]
    stage, profile = life.stages[-1], profile_of(life)
    before = stage.start_day - life.history.batch.start_day
    expected = [profile[before + d + 1] for d in range(stage.days)]
    temp_c = np.tile(np.array(expected) + off, (len(stage.container_ids), 1))
    rows = rows_of(with_estimate(life, temp_c=temp_c), "live_forward_projection")
    assert {float(row["temp_bias_c"]) for row in rows} == {bias}
    assert {(row["temp_bias_clamp_min_c"], row["temp_bias_clamp_max_c"]) for row in rows} == {(-2, 2)}


def test_a_plan_knows_how_many_days_lie_ahead(lives: list[BatchLife]) -> None:
    for position in (AT_SEA, IN_PARR, NEWBORN):
        life = lives[position]
        age = life.schedule.as_of_day - life.history.batch.start_day
        rows = rows_of(life, "live_forward_projection")
        expected = days_ahead(life.schedule.biology.model.outlook, age) * len(life.ids[-1])
        assert len(rows) == expected


@pytest.mark.parametrize(("age", "days"), [(0, 900), (1, 899), (899, 1), (900, 0), (1_200, 0)])
def test_days_ahead_are_what_is_left_of_the_scenario(small_schedule: Schedule, age: int, days: int) -> None:
    assert days_ahead(small_schedule.biology.model.outlook, age) == days
