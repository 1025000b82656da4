"""What the page's charts draw: a few thousand rows by batch and week or month, from DuckDB over a run's Parquet.

Each dataset is one query. Its columns go into the page once, by column: dates as days from one to the next, words and
batches by their place in a list. A series that has no value for a while has a row of null there, so that a line breaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np

from engine.report.charts.stays import TABLES, make_stays
from lake.codes import MORTALITY_CAUSES, SIZE_CLASSES
from lake.views import Connection

WEEK = 7
MOST_LIVES = 45_000
"""Rows of growth and survival at the most: beyond, a batch is drawn every second week, then every third."""
CULLED = "CULLED"
CAUSES = (*MORTALITY_CAUSES, CULLED)
EPOCH = date(1970, 1, 1)

NEEDED = (
    *TABLES,
    *("daily_state", "daily_truth", "batch_feeding_summary", "harvest_event", "harvest_lot", "mortality_event"),
    *("product_grade", "scenario_projection", "treatment"),
)
"""The tables that are read."""

QUERIES: Mapping[str, str] = MappingProxyType(
    {
        "places": """
            SELECT pool, room AS place, geography, min(slot) AS low, count(*) AS containers
            FROM place GROUP BY pool, room, geography ORDER BY min(geography_id), min(stage_id), low""",
        "stays": """
            WITH lived AS (
                SELECT *, slot - row_number() OVER held AS island FROM stay
                WINDOW held AS (PARTITION BY batch_id, room, first_day, end_day ORDER BY slot))
            SELECT batch_id AS batch, pool, room AS place, min(slot) AS low, max(slot) + 1 AS high,
                   first_day AS begun, end_day AS ended
            FROM lived GROUP BY batch_id, pool, room, first_day, end_day, island
            ORDER BY batch_id, begun, low""",
        "life": """
            WITH step AS (SELECT $step AS days),
            lived AS (
                SELECT d.batch_id, d.date, sum(d.population) AS alive,
                       sum(d.population * d.avg_weight_g::DOUBLE) / nullif(sum(d.population), 0) AS weight_g
                FROM daily_state d JOIN batch b ON b.id = d.batch_id, step
                WHERE (d.date - b.start_date) % step.days = 0
                GROUP BY ALL),
            planned AS (
                SELECT p.batch_id, p.projection_date AS date, p.population::DOUBLE AS planned_alive,
                       p.average_weight::DOUBLE AS planned_g
                FROM scenario_projection p
                JOIN batch b ON b.id = p.batch_id AND b.pinned_projection_run_id = p.projection_run_id, step
                WHERE (p.projection_date - b.start_date) % step.days = 0 AND p.projection_date <= b.expected_end_date)
            SELECT coalesce(l.batch_id, p.batch_id) AS batch, coalesce(l.date, p.date) AS day,
                   coalesce(l.date, p.date) - b.start_date AS age,
                   CASE WHEN weight_g < 100 THEN round(weight_g, 2) ELSE round(weight_g) END AS weight_g,
                   CASE WHEN planned_g < 100 THEN round(planned_g, 2) ELSE round(planned_g) END AS planned_g,
                   round(100.0 * alive / b.initial_count, 2) AS alive,
                   round(100.0 * planned_alive / b.initial_count, 2) AS planned_alive
            FROM lived l FULL JOIN planned p ON p.batch_id = l.batch_id AND p.date = l.date
            JOIN batch b ON b.id = coalesce(l.batch_id, p.batch_id)
            WHERE b.initial_count > 0
            ORDER BY batch, day""",
        "deaths": """
            WITH dead AS (
                SELECT batch_id, date_trunc('month', event_date)::DATE AS month,
                       CASE WHEN is_cull THEN 'CULLED' ELSE cause::VARCHAR END AS cause, sum("count") AS fish
                FROM mortality_event GROUP BY ALL)
            SELECT batch_id AS batch, month, $causes
            FROM dead GROUP BY batch_id, month ORDER BY batch_id, month""",
        "water": """
            WITH weekly AS (
                SELECT p.site, p.geography, date_trunc('week', t.date)::DATE AS day,
                       round(avg(t.temp_c::DOUBLE), 2) AS temp_c, round(avg(t.oxygen_mean::DOUBLE), 1) AS oxygen,
                       round(min(t.oxygen_min::DOUBLE), 1) AS oxygen_least
                FROM daily_truth t JOIN place p USING (container_id)
                WHERE p.at_sea GROUP BY ALL),
            next AS (SELECT *, lead(day) OVER (PARTITION BY site ORDER BY day) AS following FROM weekly)
            SELECT site, geography, day, temp_c, oxygen, oxygen_least FROM next
            UNION ALL
            SELECT site, geography, day + 7, NULL, NULL, NULL FROM next WHERE following > day + 7
            ORDER BY geography, site, day""",
        "lice": """
            WITH weekly AS (
                SELECT batch_id, date_trunc('week', day)::DATE AS day, sum(females) AS females, sum(fish) AS fish,
                       round(max(females / fish), 3) AS highest, count(DISTINCT assignment_id) AS rings
                FROM adult_females GROUP BY ALL),
            next AS (SELECT *, lead(day) OVER (PARTITION BY batch_id ORDER BY day) AS following FROM weekly)
            SELECT batch_id AS batch, day, round(females / fish, 3) AS females, highest, rings, fish FROM next
            UNION ALL
            SELECT batch_id, day + 7, NULL, NULL, NULL, NULL FROM next WHERE following > day + 7
            ORDER BY batch, day""",
        "limits": "SELECT geography, day, allowed, treated_above FROM limit_day ORDER BY ALL",
        "treatments": """
            SELECT batch_id AS batch, treatment_date::DATE AS day, method::VARCHAR AS code, count(*) AS rings
            FROM treatment WHERE vaccination_type_id IS NULL GROUP BY ALL ORDER BY batch, day, code""",
        "feed": """
            SELECT batch_id AS batch, period_start AS month, round(total_feed_kg / 1000, 2) AS feed_t,
                   round(total_growth_kg / 1000, 2) AS growth_t
            FROM batch_feeding_summary
            WHERE period_start = date_trunc('month', period_start) AND period_end = last_day(period_start)
            ORDER BY batch, month""",
        "harvest": """
            WITH lots AS (
                SELECT l.batch_id, date_trunc('month', e.event_date)::DATE AS month, g.name AS grade,
                       l.size_class::VARCHAR AS size_class, l.gutted_weight_kg AS kg, l.unit_count
                FROM harvest_lot l JOIN harvest_event e ON e.id = l.event_id
                JOIN product_grade g ON g.id = l.product_grade_id)
            SELECT batch_id AS batch, month, replace(grade, '_', ' ') AS grade, sum(unit_count) AS fish, $sizes
            FROM lots GROUP BY batch_id, month, grade ORDER BY batch, month, grade""",
        "harvested": """
            SELECT e.batch_id AS batch, max(e.event_date)::DATE AS day, sum(e.harvested_count) AS fish,
                   round(sum(e.live_weight_kg) / sum(e.harvested_count), 3) AS live_kg,
                   round(any_value(l.kg) / any_value(l.fish), 3) AS gutted_kg,
                   round(any_value(b.harvest_target_g) / 1000, 3) AS target_kg
            FROM harvest_event e JOIN batch b ON b.id = e.batch_id
            JOIN (SELECT batch_id, sum(gutted_weight_kg) AS kg, sum(unit_count) AS fish
                  FROM harvest_lot GROUP BY batch_id) l ON l.batch_id = e.batch_id
            GROUP BY e.batch_id ORDER BY batch""",
    }
)
BATCHES = """
    SELECT b.id, b.batch_number AS batch, g.name AS geography, b.status::VARCHAR AS status, s.name AS stage,
           b.start_date AS begun, b.actual_end_date AS ended, b.initial_count AS eggs,
           list(DISTINCT stay.site ORDER BY stay.site) FILTER (stay.at_sea) AS sites
    FROM batch b JOIN geography g ON g.id = b.geography_id JOIN lifecycle_stage s ON s.id = b.lifecycle_stage_id
    LEFT JOIN stay ON stay.batch_id = b.id
    GROUP BY ALL ORDER BY b.id"""


GRADES = "SELECT replace(name, '_', ' ') AS grade FROM product_grade ORDER BY id"
HEADLINE = """
    SELECT (SELECT min(start_date) FROM batch WHERE initial_count > 0) AS first_day,
           (SELECT coalesce(sum(initial_count), 0) FROM batch) AS eggs,
           (SELECT coalesce(sum(population_count), 0) FROM container_assignment WHERE is_active) AS alive,
           (SELECT coalesce(sum(biomass_kg), 0) FROM container_assignment WHERE is_active) / 1000 AS alive_t,
           (SELECT coalesce(sum(unit_count), 0) FROM harvest_lot) AS harvested,
           (SELECT coalesce(sum(gutted_weight_kg), 0) FROM harvest_lot) / 1000 AS gutted_t,
           (SELECT coalesce(sum(feed_kg), 0) FROM daily_state) / 1000 AS feed_t,
           (SELECT coalesce(sum("count"), 0) FROM mortality_event) AS dead,
           (SELECT count(DISTINCT batch_assignment_id) FROM treatment WHERE vaccination_type_id IS NULL) AS treated,
           (SELECT count(*) FROM container) AS containers"""


def read_headline(connection: Connection) -> dict[str, Any]:
    """The run in a few totals: fish, tonnes, and the first day on which there were any (None without eggs)."""
    (row,) = query_rows(connection, HEADLINE)
    return {name: value if isinstance(value, date) or value is None else float(value) for name, value in row.items()}


def read_grades(connection: Connection) -> list[str]:
    """The grades of harvested fish, the best first."""
    return [row["grade"] for row in query_rows(connection, GRADES)]


def read_batches(connection: Connection) -> list[dict[str, Any]]:
    """The batches in the order of their ids; the first call, for it makes what the queries stand on."""
    make_stays(connection)
    return query_rows(connection, BATCHES)


def read_datasets(connection: Connection, batches: int) -> dict[str, dict[str, Any]]:
    """Every dataset by name, encoded; `read_batches` comes before."""
    step = WEEK * max(1, -(-batches * 130 // MOST_LIVES))
    put = {
        "$step": str(step),
        "$causes": ", ".join(f"coalesce(sum(fish) FILTER (cause = '{each}'), 0) AS \"{each}\"" for each in CAUSES),
        "$sizes": ", ".join(
            f"round(coalesce(sum(kg) FILTER (size_class = '{each}'), 0) / 1000, 2) AS \"{each}\""
            for each in SIZE_CLASSES
        ),
    }
    found = {}
    for name, query in QUERIES.items():
        for mark, text in put.items():
            query = query.replace(mark, text)
        found[name] = encoded(connection.sql(query).fetchnumpy())
    return found


def encoded(columns: Mapping[str, np.ndarray[Any, Any]]) -> dict[str, Any]:
    """Rows by column: `kind` says how the page's script reads each column's values."""
    found = {name: _encoded(name, values) for name, values in columns.items()}
    return {"rows": len(next(iter(columns.values()))), "columns": found}


def _encoded(name: str, values: np.ndarray[Any, Any]) -> dict[str, Any]:
    if name == "batch":
        return {"kind": "batch", "values": values.tolist()}
    if values.dtype.kind == "M":
        days = values.astype("datetime64[D]").astype(np.int64)
        return {"kind": "day", "values": np.diff(days, prepend=0).tolist()}
    if values.dtype.kind in "OU":
        words = values.tolist()
        at = {word: i for i, word in enumerate(dict.fromkeys(words))}
        return {"kind": "word", "words": list(at), "values": [at[word] for word in words]}
    return {"kind": "number", "values": _short(values)}


def _short(values: np.ndarray[Any, Any]) -> list[float | int | None]:
    """Numbers in as few characters as they need: whole ones without a decimal point, None where there is none."""
    numbers = np.ma.filled(values.astype(np.float64), np.nan)
    shown = numbers.astype(object)
    whole = numbers == np.floor(numbers)
    shown[whole] = numbers[whole].astype(np.int64)
    shown[np.isnan(numbers)] = None
    found: list[float | int | None] = shown.tolist()
    return found


def query_rows(connection: Connection, query: str) -> list[dict[str, Any]]:
    """A query's rows, each by column."""
    found = connection.sql(query)
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
