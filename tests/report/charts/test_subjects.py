"""Each subject's chart: its values are those of the tables, and its limits, plans and events are drawn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from engine.farm.schedule import Schedule
from engine.report.charts import growth, harvest, lice, mortality, occupancy, parts, water
from engine.report.charts.chosen import Chosen, Source, open_source
from engine.report.charts.drawing import SUBJECTS, subject_chart
from engine.report.charts.theme import DARK, LIGHT
from lake.errors import InputError
from smoltworks import Run, open_run
from tests.report.charts.reading import drawn, marks, words

AT_SEA = "FAR-2024-002"
HARVESTED = "FAR-2023-001"
ALL = Chosen()


@pytest.fixture(scope="module")
def source(small_run: Path) -> Iterator[Source]:
    with open_source(small_run, check=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def run(small_run: Path) -> Run:
    return open_run(small_run)


def table(run: Run, name: str, batch: str) -> pl.DataFrame:
    """A table's rows of one batch, decimals as floats."""
    ids = run.table("batch").filter(pl.col("batch_number") == batch).select("id").collect()["id"]
    rows = run.table(name).filter(pl.col("batch_id") == ids[0]).collect()
    return rows.with_columns(pl.selectors.decimal().cast(pl.Float64))


def test_growth_is_the_mean_of_all_fish_and_every_point_is_of_all_rings(source: Source, run: Run) -> None:
    found = growth.data(source, Chosen(batches=[HARVESTED]))
    states = table(run, "daily_state", HARVESTED).filter(pl.col("population") > 0)
    weights = {
        (day, stage == 6): float((rows["population"] * rows["avg_weight_g"]).sum()) / float(rows["population"].sum())
        for (day, stage), rows in states.group_by("date", "lifecycle_stage_id")
    }
    assert found.lived.height > 100
    for row in found.lived.iter_rows(named=True):
        assert row["weight_g"] == pytest.approx(weights[row["day"], row["at_sea"]]), row
    planned = table(run, "scenario_projection", HARVESTED)
    for day, weight in found.planned.select("day", "weight_g").iter_rows():
        assert planned.filter(projection_date=day)["average_weight"].to_list() == [weight]
    lots = table(run, "harvest_event", HARVESTED)
    end = found.events.filter(pl.col("what") == "harvest")
    assert end["weight_g"][0] == pytest.approx(
        1000 * float(lots["live_weight_kg"].sum()) / float(lots["harvested_count"].sum())
    )


def test_growth_draws_plan_target_moves_and_harvest(source: Source) -> None:
    found = growth.data(source, Chosen(batches=[HARVESTED]))
    svg = drawn(growth.chart(found))
    assert len(marks(svg, "line mark", stroke=LIGHT.planned)) == 2, "the plan, at sea and in fresh water"
    assert len(marks(svg, "rule mark", stroke_dasharray="10,4")) == 1, "the target"
    labels = [each.get("aria-label", "") for each in marks(svg, "point", fill=LIGHT.event)]
    assert sum("event: harvest" in label for label in labels) == 1
    assert sum("event: to " in label for label in labels) == 6
    text = words(svg)
    assert "mean weight (g)" in text
    assert "Growth of 1 batch" in text
    assert {"2022", "2023", "2024", "2025"} & set(text.split()), "years"


def test_lice_are_those_counted_under_the_limits_of_the_biology(
    source: Source, run: Run, small_schedule: Schedule
) -> None:
    found = lice.data(source, ALL)
    counts = table(run, "lice_count", AT_SEA).with_columns(day=pl.col("count_date").dt.date())
    kind = run.table("lice_type").filter(species="Lepeophtheirus salmonis", gender="female", development_stage="adult")
    adult = kind.select("id").collect()["id"][0]
    sampled = (
        counts.group_by("day", "assignment_id").agg(pl.max("fish_sampled")).group_by("day").agg(pl.sum("fish_sampled"))
    )
    females = counts.filter(lice_type_id=adult).group_by("day").agg(pl.sum("count_value"))
    expected = dict(
        sampled.join(females, on="day", how="left")
        .select("day", pl.col("count_value").fill_null(0) / pl.col("fish_sampled"))
        .iter_rows()
    )
    shown = dict(found.counted.filter(batch=AT_SEA).select("day", "females").iter_rows())
    assert shown == pytest.approx(expected)
    assert found.limits["geography"].unique().sort().to_list() == ["Faroe Islands", "Scotland"]
    for row in found.limits.iter_rows(named=True):
        region = small_schedule.biology.region(row["geography"])
        assert row["allowed"] == region.adult_female_limit[row["day"].month - 1]
        assert row["treated_above"] == pytest.approx(row["allowed"] * region.treatment_trigger)
    treated = table(run, "treatment", AT_SEA).filter(pl.col("method") != "VACCINE")
    assert found.treated.filter(batch=AT_SEA)["rings"].sum() == treated.height


def test_lice_draw_the_limit_as_steps_and_every_treatment(source: Source) -> None:
    found = lice.data(source, ALL)
    svg = drawn(lice.chart(found), dark=True)
    assert len(marks(svg, "line mark", stroke=DARK.limit)) == 2, "one a geography"
    assert len(marks(svg, "point", fill=DARK.event)) == found.treated.height > 0


def test_rings_are_told_apart_where_rings_are_chosen(source: Source) -> None:
    ring = source.lake.execute("SELECT min(name) FROM container WHERE area_id = 1").fetchall()[0][0]
    found = lice.data(source, Chosen(rings=[ring]))
    assert set(found.counted["series"]) == {ring}
    assert found.counted["rings"].max() == 1


def test_water_is_the_mean_of_the_days(source: Source, run: Run) -> None:
    found = water.data(source, ALL)
    assert found.water["at_sea"].all()
    chosen = found.water.filter(pl.col("batches") == AT_SEA)[3]
    days = table(run, "daily_truth", AT_SEA).filter(
        (pl.col("date") >= chosen["day"][0]) & (pl.col("date") < chosen["day"][0] + timedelta(7))
    )
    assert chosen["temp_c"][0] == pytest.approx(days["temp_c"].mean())
    assert chosen["oxygen_least"][0] == days["oxygen_min"].min()
    svg = drawn(water.chart(found))
    assert len(marks(svg, "rule mark", stroke=LIGHT.limit)) == 1
    assert "temperature (°C)" in words(svg)
    assert "oxygen (% saturation)" in words(svg)


def test_deaths_are_those_of_the_daily_states(source: Source, run: Run) -> None:
    found = mortality.data(source, ALL)
    for batch in (AT_SEA, HARVESTED):
        states = table(run, "daily_state", batch)
        assert found.deaths.filter(batch=batch)["fish"].sum() == states["mortality_count"].sum()
    assert "culled" in set(found.deaths["cause"])
    initial = table(run, "daily_state", AT_SEA)
    last = found.left.filter(batch=AT_SEA)[-1]
    assert last["fish"][0] == initial.filter(date=last["day"][0])["population"].sum()
    svg = drawn(mortality.chart(found))
    months = found.deaths.group_by("at_sea", "day", "cause").len().height
    assert len(marks(svg, "bar")) == months
    assert marks(svg, "line mark", stroke=LIGHT.planned)


def test_containers_are_counted_day_by_day(source: Source, run: Run, small_schedule: Schedule) -> None:
    found = occupancy.data(source, ALL, every=1)
    stays = run.table("container_assignment").collect()
    geographies = dict(run.table("container").select("id", "geography_id").collect().iter_rows())
    begun = stays.filter(pl.col("is_active") | pl.col("departure_date").is_not_null())
    day = date(2024, 6, 1)
    held = begun.filter(
        (pl.col("assignment_date") <= day) & (pl.col("departure_date").fill_null(date(2999, 1, 1)) > day)
    )
    expected: dict[tuple[int, int], int] = {}
    for container, stage in held.select("container_id", "lifecycle_stage_id").iter_rows():
        key = (geographies[container], stage)
        expected[key] = expected.get(key, 0) + 1
    names = small_schedule.farm.geography_names, small_schedule.farm.stage_names
    shown = {
        (names[0].index(row["geography"]) + 1, names[1].index(row["stage"]) + 1): row["containers"]
        for row in found.held.filter(day=day, kind="lived").iter_rows(named=True)
        if row["containers"]
    }
    assert shown == expected
    assert expected
    planned = sum(
        len(stay.container_ids)
        for batch in small_schedule.batches
        for stay in batch.stays
        if stay.start_day <= (day - date(1970, 1, 1)).days < stay.end_day
    )
    assert found.held.filter(day=day, kind="planned")["containers"].sum() == planned
    svg = drawn(occupancy.chart(occupancy.data(source, ALL, every=56)))
    assert len(marks(svg, "rule mark", stroke=LIGHT.limit)) == found.pools.height


def test_harvest_is_what_finance_has(source: Source, run: Run) -> None:
    found = harvest.data(source, ALL)
    weight = run.table("harvest_lot").select(pl.col("gutted_weight_kg").cast(pl.Float64).sum()).collect().item()
    assert found.lots["gutted_t"].sum() == pytest.approx(weight / 1000)
    assert set(found.weights["batch"]) == {HARVESTED, "SCO-2023-001"}
    svg = drawn(harvest.chart(found))
    assert len(marks(svg, "tick")) == 2, "a target a batch"
    assert "gutted weight a month (t)" in words(svg)


def test_a_line_does_not_bridge_days_without_fish() -> None:
    days = [date(2024, 1, 1), date(2024, 1, 8), date(2024, 3, 4), date(2024, 3, 11)]
    frame = pl.DataFrame({"series": ["a"] * 4, "day": days})
    assert parts.spells(frame, ["series"], every=7)["spell"].to_list() == [0, 0, 1, 1]


@pytest.mark.parametrize("what", SUBJECTS)
def test_nothing_chosen_is_said_with_what_there_is(source: Source, what: str) -> None:
    with pytest.raises(InputError, match=r"20\d\d-\d\d-\d\d"):
        subject_chart(source, what, Chosen(until=date(1999, 1, 1)))


def test_a_stage_without_lice_or_harvest_says_when_there_are_some(source: Source) -> None:
    for what in ("lice", "harvest"):
        with pytest.raises(InputError, match=r"FAR-2025-003: has no .*\n.*there is some from"):
            subject_chart(source, what, Chosen(batches=["FAR-2025-003"]))


def test_names_that_are_not_there_get_the_nearest(source: Source) -> None:
    with pytest.raises(InputError, match=f"no batch of the run is called 'FAR-2032-001'\n.*{HARVESTED}"):
        source.choose(Chosen(batches=["FAR-2032-001"]))
    with pytest.raises(InputError, match="'Norway'"):
        source.choose(Chosen(geographies=["Norway"]))
    with pytest.raises(InputError, match="not after"):
        Chosen(since=date(2025, 1, 1), until=date(2025, 1, 1))


def test_a_run_gives_the_chart_in_its_look(run: Run) -> None:
    chart: Any = run.plot("growth", batches=[AT_SEA], dark=True)
    assert chart.to_dict()["config"]["background"] == DARK.background
