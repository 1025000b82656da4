"""Rows of lakes made by hand: a batch's rings, what happened in them on which day at sea."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
import polars.selectors as cs

from engine.statistics.records import Records
from lake.tables import TABLES

MakeRecords = Callable[..., Records]
Row = dict[str, Any]
Rows = list[Row]
START = date(2020, 3, 1)


PLACES: dict[str, Rows] = {
    "geography": [{"id": 1, "name": "Faroe Islands"}, {"id": 2, "name": "Scotland"}],
    "lifecycle_stage": [
        {"id": i, "name": name}
        for i, name in enumerate(("Egg&Alevin", "Fry", "Parr", "Smolt", "Post-Smolt", "Adult"), 1)
    ],
    "container": [
        {"id": 1, "geography_id": 1, "lifecycle_stage_id": 6, "area_id": 1, "volume_m3": 1000.0},
        {"id": 2, "geography_id": 2, "lifecycle_stage_id": 6, "area_id": 2, "volume_m3": 1000.0},
        {"id": 3, "geography_id": 1, "lifecycle_stage_id": 3, "hall_id": 1, "volume_m3": 100.0},
    ],
    "environmental_parameter": [{"id": 1, "name": "Temperature"}, {"id": 2, "name": "Dissolved Oxygen"}],
    "product_grade": [{"id": 1, "code": "SUPERIOR"}, {"id": 2, "code": "GRADE_A"}],
    "lice_type": [
        {"id": 1, "species": "Lepeophtheirus salmonis", "gender": "female", "development_stage": "adult"},
        {"id": 2, "species": "Lepeophtheirus salmonis", "gender": "male", "development_stage": "adult"},
        {"id": 3, "species": "Caligus elongatus", "gender": "female", "development_stage": "adult"},
    ],
}


def make_records(**tables: Rows) -> Records:
    """Records of tables given by name as rows; columns not given are null, tables not given empty or PLACES."""
    given: Mapping[str, Rows] = {**PLACES, **tables}
    return Records({name: _table(name, given.get(name, [])) for name in TABLES})


def _table(name: str, rows: Rows) -> pl.LazyFrame:
    empty = pl.DataFrame(TABLES[name].schema.empty_table())
    known = empty.with_columns(
        cs.decimal().cast(pl.Float64), cs.integer().cast(pl.Int64), (cs.categorical() | cs.enum()).cast(pl.String)
    )
    unknown = {column for row in rows for column in row} - set(known.columns)
    assert not unknown, f"{name} has no column {unknown}"
    return pl.DataFrame([{c: row.get(c) for c in known.columns} for row in rows], schema=known.schema).lazy()


def day(n: int) -> date:
    """Day n at sea, 1 first."""
    return START + timedelta(days=n - 1)


def evening(n: int) -> datetime:
    return datetime.combine(day(n), datetime.min.time(), UTC) + timedelta(hours=22)


def batch(id: int, geography: int = 1, status: str = "COMPLETED", eggs: int = 1000) -> Row:
    return {"id": id, "geography_id": geography, "status": status, "start_date": START, "initial_count": eggs}


def ring(id: int, batch: int, container: int = 1, fish: int = 1000) -> Row:
    return {
        "id": id,
        "batch_id": batch,
        "container_id": container,
        "lifecycle_stage_id": 6,
        "assignment_date": START,
        "departure_date": START + timedelta(days=500),
        "initial_count": fish,
    }


def states(stay: int, population: list[int], **columns: Any) -> Rows:
    """A ring's days from the first on; a column given as a list has a value a day."""

    def value(column: Any, i: int) -> Any:
        return column[i] if isinstance(column, list) else column

    return [
        {"assignment_id": stay, "date": day(i + 1), "population": fish, **{k: value(v, i) for k, v in columns.items()}}
        for i, fish in enumerate(population)
    ]


def deaths(stay: int, by_day: dict[int, int], cause: str = "UNKNOWN", cull: bool = False, kg: float = 0.0) -> Rows:
    return [
        {"assignment_id": stay, "event_date": day(n), "count": fish, "cause": cause, "is_cull": cull, "biomass_kg": kg}
        for n, fish in by_day.items()
    ]


def harvested(stay: int, fish: int, live_kg: float = 0.0, n: int = 100) -> Row:
    return {
        "id": stay,
        "assignment_id": stay,
        "event_date": evening(n),
        "harvested_count": fish,
        "live_weight_kg": live_kg,
    }


def lot(stay: int, fish: int, grade: int = 1, gutted_kg: float = 0.0) -> Row:
    return {"event_id": stay, "product_grade_id": grade, "unit_count": fish, "gutted_weight_kg": gutted_kg}


def arrival(stay: int, fish: int, kg: float) -> Row:
    return {"dest_assignment_id": stay, "transferred_count": fish, "transferred_biomass_kg": kg}


def treatment(id: int, stay: int, n: int, method: str = "THERMAL") -> Row:
    return {"id": id, "batch_assignment_id": stay, "treatment_date": evening(n) - timedelta(hours=12), "method": method}
