"""The frames behind the statistics of a small run, against the same asked of DuckDB or computed with NumPy."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest

from engine.statistics import feed, freshwater, growth, harvest, mortality, water
from engine.statistics.records import Records
from lake.views import Connection

RING = "(SELECT * FROM container_assignment WHERE lifecycle_stage_id = 6)"
TANK = "(SELECT * FROM container_assignment WHERE lifecycle_stage_id < 6)"


def same(frame: pl.DataFrame, duck: Connection, query: str, columns: tuple[str, ...], *, key: int) -> None:
    """The frame's columns equal the query's rows; the first `key` columns order both and are exact."""
    mine = frame.select(columns).sort(columns[:key]).rows()
    theirs = duck.sql(f"FROM ({query}) ORDER BY {', '.join(str(i + 1) for i in range(key))}").fetchall()
    assert len(mine) == len(theirs) > 0
    assert [row[:key] for row in mine] == [row[:key] for row in theirs]
    for i in range(key, len(columns)):
        assert [row[i] for row in mine] == pytest.approx([float(row[i]) for row in theirs]), columns[i]


def test_ring_weeks(small_records: Records, duck: Connection) -> None:
    query = f"""
        WITH lived AS (
            SELECT s.assignment_id, (s.date - r.assignment_date) // 7 AS week, s.population,
                   (s.date - r.assignment_date) % 7 AS weekday, r.initial_count
            FROM daily_state s JOIN {RING} r ON r.id = s.assignment_id
        ),
        week AS (
            SELECT assignment_id, week, max(initial_count) AS fish,
                   max(CASE WHEN weekday = 6 THEN population END) AS left_over
            FROM lived GROUP BY ALL HAVING count(*) = 7
        ),
        dead AS (
            SELECT m.assignment_id, (m.event_date - r.assignment_date) // 7 AS week, sum(m.count) AS dead
            FROM mortality_event m JOIN {RING} r ON r.id = m.assignment_id WHERE NOT m.is_cull GROUP BY ALL
        )
        SELECT assignment_id, week, coalesce(dead, 0),
               coalesce(dead, 0) / ((coalesce(lag(left_over) OVER ring, fish) + left_over) / 2)
        FROM week LEFT JOIN dead USING (assignment_id, week)
        WINDOW ring AS (PARTITION BY assignment_id ORDER BY week)"""
    same(mortality.ring_weeks(small_records), duck, query, ("assignment_id", "week", "dead", "rate"), key=3)


def test_rates_over_the_days_at_sea(small_records: Records, duck: Connection) -> None:
    found = mortality.mortality_by_day(small_records)
    for place, geography in (("Faroe Islands", 1), ("Scotland", 2)):
        for first, last in mortality.DAY_INTERVALS[:7]:
            ((rate,),) = duck.sql(f"""
                WITH lived AS (
                    SELECT s.population, coalesce(m.count, 0) AS dead FROM daily_state s
                    JOIN {RING} r ON r.id = s.assignment_id
                    JOIN container c ON c.id = r.container_id AND c.geography_id = {geography}
                    LEFT JOIN mortality_event m
                        ON m.assignment_id = s.assignment_id AND m.event_date = s.date AND NOT m.is_cull
                    WHERE s.date - r.assignment_date + 1 BETWEEN {first} AND {last}
                ) SELECT 700 * sum(dead) / (sum(population) + sum(dead) / 2) FROM lived""").fetchall()
            measure = found[f"sea mortality a week, days {first}-{last}, {place}"]
            assert measure.value == pytest.approx(rate)


def test_cycles(small_records: Records, duck: Connection) -> None:
    query = f"""
        WITH ring AS (SELECT r.* FROM {RING} r JOIN batch b ON b.id = r.batch_id AND b.status = 'COMPLETED'),
        per_ring AS (
            SELECT r.batch_id, r.initial_count AS stocked, h.harvested_count AS fish, h.live_weight_kg AS live_kg,
                (SELECT sum(gutted_weight_kg) FROM harvest_lot l WHERE l.event_id = h.id) AS gutted_kg,
                (SELECT sum(unit_count) FROM harvest_lot l WHERE l.event_id = h.id AND product_grade_id = 1) AS best,
                (SELECT sum(amount_kg) FROM feeding_event f WHERE f.batch_assignment_id = r.id) AS feed_kg,
                (SELECT sum(transferred_biomass_kg) FROM transfer_action a WHERE a.dest_assignment_id = r.id) AS in_kg,
                (SELECT sum(biomass_kg) FROM mortality_event m WHERE m.assignment_id = r.id) AS dead_kg,
                (SELECT sum(temp_c) FROM daily_state s WHERE s.assignment_id = r.id) AS warmth,
                r.departure_date - r.assignment_date AS days
            FROM ring r JOIN harvest_event h ON h.assignment_id = r.id
        )
        SELECT batch_id, sum(stocked), sum(fish), sum(best), sum(live_kg), sum(gutted_kg), sum(feed_kg), sum(in_kg),
               sum(dead_kg), sum(days * fish) / sum(fish), sum(warmth::DOUBLE * fish) / sum(fish)
        FROM per_ring GROUP BY batch_id"""
    whole = ("batch_id", "stocked", "fish", "best")
    others = ("live_kg", "gutted_kg", "feed_kg", "stocked_kg", "dead_kg", "days", "degree_days")
    same(small_records.cycles, duck, query, (*whole, *others), key=4)


def test_implied_tgc_and_feed_conversion_from_the_cycles(small_records: Records) -> None:
    rows = small_records.cycles.to_dicts()
    assert [row["geography"] for row in rows] == ["Faroe Islands", "Scotland"]
    tgc, conversion = growth.production_cycles(small_records), feed.feed_conversion(small_records)
    fcr = []
    for row in rows:
        w1, w0 = 1000 * row["live_kg"] / row["fish"], 1000 * row["stocked_kg"] / row["stocked"]
        expected = 1000 * (math.cbrt(w1) - math.cbrt(w0)) / row["degree_days"]
        assert tgc[f"implied sea TGC, mean, {row['geography']}"].value == pytest.approx(expected)
        fcr.append(row["feed_kg"] / (row["live_kg"] - row["stocked_kg"] + row["dead_kg"]))
    assert conversion["biological FCR at sea, mean"].value == pytest.approx(np.mean(fcr))
    assert conversion["biological FCR at sea, 1st percentile"].value == pytest.approx(np.quantile(fcr, 0.01))


def test_batch_months_on_land(small_records: Records, duck: Connection) -> None:
    query = f"""
        WITH lived AS (
            SELECT s.batch_id, s.date, sum(s.population) AS fish, sum(s.biomass_kg) AS kg,
                   sum(s.population + s.mortality_count) AS morning
            FROM daily_state s JOIN {TANK} t ON t.id = s.assignment_id GROUP BY ALL
        ),
        month AS (
            SELECT batch_id, date_trunc('month', date)::DATE AS month, arg_min(morning, date) AS before,
                   arg_max(fish, date) AS after, arg_min(1000 * kg / fish, date) AS weight_g
            FROM lived GROUP BY ALL HAVING count(*) = extract('day' FROM last_day(min(date)))
        )
        SELECT batch_id, month, weight_g, coalesce((
            SELECT sum(m.count) FROM mortality_event m JOIN {TANK} t ON t.id = m.assignment_id
            WHERE NOT m.is_cull AND m.batch_id = month.batch_id
              AND date_trunc('month', m.event_date)::DATE = month.month
        ), 0) / ((before + after) / 2) FROM month"""
    same(freshwater.batch_months(small_records), duck, query, ("batch_id", "month", "weight_g", "rate"), key=2)


def test_stages_on_land(small_records: Records, duck: Connection) -> None:
    query = f"""
        WITH tank AS (SELECT * FROM {TANK} WHERE departure_date IS NOT NULL)
        SELECT t.batch_id, t.lifecycle_stage_id, sum(t.initial_count),
            sum((SELECT coalesce(sum(count), 0) FROM mortality_event m WHERE m.assignment_id = t.id AND NOT is_cull)),
            sum((SELECT coalesce(sum(count), 0) FROM mortality_event m WHERE m.assignment_id = t.id AND is_cull)),
            sum(s.biomass_kg), 1000 * sum(s.biomass_kg)::DOUBLE / sum(s.population),
            sum((SELECT coalesce(sum(amount_kg), 0) FROM feeding_event f WHERE f.batch_assignment_id = t.id))
        FROM tank t JOIN daily_state s ON s.assignment_id = t.id AND s.date = t.departure_date - 1
        GROUP BY ALL"""
    columns = ("batch_id", "stage", "fish", "dead", "culled", "end_kg", "end_g", "feed_kg")
    same(freshwater.batch_stages(small_records), duck, query, columns, key=5)


def test_survival_and_causes(small_records: Records, duck: Connection) -> None:
    shares = duck.sql(
        "SELECT w.total_source_count / b.initial_count FROM transfer_workflow w JOIN batch b ON b.id = w.batch_id"
        " WHERE w.dest_lifecycle_stage_id = 6 AND w.status = 'COMPLETED'"
    ).fetchall()
    found = freshwater.ova_to_smolt_survival(small_records)["ova to smolt, share that survives"]
    assert found.value == pytest.approx(np.mean(shares))
    assert found.count == 3
    by_cause = dict(
        duck.sql(
            f"SELECT m.cause::VARCHAR, sum(m.count) FROM mortality_event m JOIN {RING} r ON r.id = m.assignment_id"
            " WHERE NOT m.is_cull GROUP BY ALL"
        ).fetchall()
    )
    unknown = mortality.causes_of_death(small_records)["share of deaths at sea, unknown"].value
    assert unknown == pytest.approx(100 * by_cause["UNKNOWN"] / sum(by_cause.values()))


def test_area_months(small_records: Records, duck: Connection) -> None:
    query = f"""
        SELECT c.area_id, extract('year' FROM s.date) * 12 + extract('month' FROM s.date) - 1 AS index, avg(s.temp_c)
        FROM daily_state s JOIN {RING} r ON r.id = s.assignment_id JOIN container c ON c.id = r.container_id
        GROUP BY ALL HAVING count(DISTINCT s.date) >= 20"""
    same(water.area_months(small_records), duck, query, ("area_id", "index", "temp_c"), key=2)


def test_every_reading_that_is_asked_for_is_in_the_distribution(small_records: Records, duck: Connection) -> None:
    """Counts by place and parameter, and quantiles as the least value that so many readings don't exceed."""
    spread = water.reading_frequencies(small_records)
    counted = spread.group_by("geography", "at_sea", "parameter").agg(
        readings=pl.col("readings").sum(), mean=(pl.col("readings") * pl.col("value")).sum() / pl.col("readings").sum()
    )
    query = """
        SELECT CASE WHEN c.area_id IS NULL THEN '' ELSE g.name END, c.area_id IS NOT NULL, p.name, count(*),
            avg(r.value)
        FROM environmental_reading r
        JOIN container c ON c.id = r.container_id JOIN geography g ON g.id = c.geography_id
        JOIN environmental_parameter p ON p.id = r.parameter_id
        WHERE c.area_id IS NULL OR p.name = 'Salinity' GROUP BY ALL"""
    same(counted, duck, query, ("geography", "at_sea", "parameter", "readings", "mean"), key=4)
    found = water.sensor_readings(small_records)
    for name, share in water.QUANTILES.items():
        ((value,),) = duck.sql(f"""
            SELECT quantile_disc(r.value, {share}) FROM environmental_reading r
            JOIN container c ON c.id = r.container_id AND c.area_id IS NULL
            JOIN environmental_parameter p ON p.id = r.parameter_id AND p.name = 'CO2'""").fetchall()
        assert found[f"carbon dioxide in tanks, {name}"].value == pytest.approx(float(value))
    ((deviation,),) = duck.sql("""
        SELECT 1000 * stddev_pop(r.value) FROM environmental_reading r
        JOIN environmental_parameter p ON p.id = r.parameter_id AND p.name = 'NH4'""").fetchall()
    assert found["total ammonia nitrogen in tanks, standard deviation"].value == pytest.approx(deviation)


def test_likeness_at_harvest(small_records: Records, duck: Connection) -> None:
    """Close to the truth, which is a mixture of the rings' distributions."""
    rows = {row["batch_id"]: row for row in harvest.graded_dispersion(small_records).to_dicts()}
    assert len(rows) == 2
    for batch_id, mean_g, square in duck.sql("""
        SELECT h.batch_id, sum(h.harvested_count * d.avg_weight_g::DOUBLE) / sum(h.harvested_count),
            sum(h.harvested_count * (d.avg_weight_g::DOUBLE ** 2 + d.std_weight_g::DOUBLE ** 2))
            / sum(h.harvested_count)
        FROM harvest_event h
        JOIN daily_truth d ON d.assignment_id = h.assignment_id AND d.date = h.event_date::DATE
        GROUP BY h.batch_id""").fetchall():
        cv = math.sqrt(square - mean_g**2) / mean_g
        assert rows[batch_id]["cv"] == pytest.approx(cv, rel=0.05)
        assert 0.0 < rows[batch_id]["skewness"] < 0.9


def test_biomass_estimate_and_density(small_records: Records, duck: Connection) -> None:
    errors = np.array(
        duck.sql("""
            SELECT s.biomass_kg::DOUBLE / h.live_weight_kg - 1 FROM harvest_event h
            JOIN daily_state s ON s.assignment_id = h.assignment_id AND s.date = h.event_date::DATE""").fetchall()
    )
    found = growth.biomass_estimate_errors(small_records)["pre-harvest biomass estimate, mean absolute error"]
    assert found.value == pytest.approx(100 * np.abs(errors).mean(), abs=1e-9)
    assert found.count == len(errors)
    ((densest,),) = duck.sql("""
        SELECT max(s.biomass_kg / c.volume_m3) FROM daily_state s JOIN container c ON c.id = s.container_id
        WHERE c.area_id IS NOT NULL AND c.geography_id = 1""").fetchall()
    measure = growth.stocking_density(small_records)["density in rings, maximum, Faroe Islands"]
    assert measure.value == pytest.approx(float(densest))
