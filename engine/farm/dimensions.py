"""The resolved farm as the lake's dimension tables."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa

from engine.biology.parameters import Biology
from engine.farm.infrastructure import Farm
from engine.farm.masters import master_rows
from engine.farm.sites import coordinates
from lake.tables import TABLES


def dimension_tables(farm: Farm, biology: Biology) -> dict[str, pa.Table]:
    """Every dimension table of the lake, by name, in the declared schema; ids are the farm's ordinals."""
    model = farm.model

    def places(things: Any, series: str) -> list[dict[str, Any]]:
        where = coordinates(farm, things, series)
        return [{"id": t.id, "name": t.name, "geography_id": t.geography_id, **where[t.id]._asdict()} for t in things]

    rows: dict[str, list[dict[str, Any]]] = {
        "geography": [{"id": i, "name": g.name} for i, g in enumerate(model.geographies, 1)],
        "station": places(farm.stations, "stations"),
        "hall": [
            {"id": h.id, "name": h.name, "station_id": h.station_id, "lifecycle_stage_id": h.stage} for h in farm.halls
        ],
        "area": [{**row, "max_biomass_kg": model.areas.max_biomass_kg} for row in places(farm.areas, "areas")],
        "container_type": [
            {"id": i, "name": t.name, "category": t.category, "max_volume_m3": t.volume_m3}
            for i, t in enumerate(model.container_types, 1)
        ],
        "container": [
            {
                "id": c.id,
                "name": c.name,
                "container_type_id": c.container_type_id,
                "geography_id": c.geography_id,
                "lifecycle_stage_id": c.stage,
                "hall_id": c.place.hall_id,
                "area_id": c.place.area_id,
                "volume_m3": c.volume_m3,
                "max_biomass_kg": c.max_biomass_kg,
                "max_density_kg_m3": c.max_density_kg_m3,
            }
            for c in farm.containers
        ],
        "sensor": [
            {"id": s, "name": farm.sensor_name(c, p), "container_id": c.id, "parameter_id": p}
            for c in farm.containers
            for s, p in zip(c.sensor_ids, c.sensor_parameter_ids, strict=True)
        ],
        "feed_container": [
            {
                "id": f.id,
                "name": f.name,
                "container_type": f.container_type,
                "capacity_kg": f.capacity_kg,
                "hall_id": f.place.hall_id,
                "area_id": f.place.area_id,
            }
            for f in farm.feed_containers
        ],
        "feed": [
            {
                "id": i,
                "name": f.name,
                "brand": f.brand,
                "size_category": f.size_category,
                "pellet_size_mm": f.pellet_size_mm,
                "min_fish_weight_g": f.from_g,
                "max_fish_weight_g": model.feeds[i].from_g if i < len(model.feeds) else 99999,
            }
            for i, f in enumerate(model.feeds, 1)
        ],
        "species": [{"id": 1, "name": model.species.name, "scientific_name": model.species.scientific_name}],
        "lifecycle_stage": [
            {
                "id": i,
                "name": s.name,
                "species_id": 1,
                "expected_weight_min_g": s.weight_g[0],
                "expected_weight_max_g": s.weight_g[1],
            }
            for i, s in enumerate(model.stages, 1)
        ],
        "environmental_parameter": [
            {"id": i, "name": p.name, "unit": p.unit} for i, p in enumerate(model.parameters, 1)
        ],
        "product_grade": [{"id": i, "code": g.code, "name": g.name} for i, g in enumerate(model.grades, 1)],
    }
    rows |= master_rows(farm, biology)
    rows["lice_limit"] = [
        {
            "id": 12 * (g - 1) + month,
            "geography_id": g,
            "month": month,
            "adult_female_limit": limit,
            "treated_above": limit * region.treatment_trigger,
        }
        for g, region in enumerate((biology.region(name) for name in farm.geography_names), 1)
        for month, limit in enumerate(region.adult_female_limit, 1)
    ]
    return {name: _arrow(name, table_rows) for name, table_rows in rows.items()}


def _arrow(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    table = TABLES[name]
    columns = []
    for column in table.columns:
        values = [row[column.name] for row in rows]
        if pa.types.is_decimal(column.type):
            places = Decimal(1).scaleb(-column.type.scale)
            values = [None if v is None else Decimal(str(v)).quantize(places) for v in values]
            columns.append(pa.array(values, pa.decimal128(column.type.precision, column.type.scale)).cast(column.type))
        elif column.codes:
            indices = pa.array([column.codes.index(v) for v in values], pa.int8())
            columns.append(pa.DictionaryArray.from_arrays(indices, pa.array(column.codes)))
        else:
            columns.append(pa.array(values, column.type))
    return pa.Table.from_arrays(columns, schema=table.schema)
