"""A lake of two batches in two partitions, small enough to know every row, written from the declared schemas."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from lake.files import file_hash
from lake.manifest import BiologyRecord, Manifest, PartitionRecord, PartRecord, RunIdentity, write_manifest
from lake.tables import DIMENSION_TABLE_NAMES, TABLES
from lake.tables.declaration import Column
from lake.writer import open_writer
from tests.warehouse import synthetic

AS_OF = date(2025, 1, 1)
START = date(2024, 1, 1)
MOVE = date(2024, 1, 11)
END = date(2024, 1, 21)
FEED_KG = Decimal("12.3450")  # half way between 12.34 and 12.35 in the UAT's two decimals

DEFAULTS: dict[Any, Any] = {
    pa.int8(): 1,
    pa.int16(): 1,
    pa.int32(): 1,
    pa.int64(): 1,
    pa.string(): "text",
    pa.bool_(): False,
    pa.date32(): START,
    pa.timestamp("us", tz="UTC"): datetime(2024, 1, 1, 12, tzinfo=UTC),
}


def _array(column: Column, values: list[Any]) -> pa.Array:
    if column.codes:
        indices = pa.array([None if v is None else column.codes.index(v) for v in values], pa.int8())
        return pa.DictionaryArray.from_arrays(indices, pa.array(column.codes))
    if pa.types.is_decimal(column.type):
        wide = pa.decimal128(column.type.precision, column.type.scale)
        return pa.array([None if v is None else Decimal(v) for v in values], wide).cast(column.type)
    return pa.array(values, column.type)


def _default(column: Column) -> Any:
    if column.nullable:
        return None
    return column.codes[0] if column.codes else DEFAULTS.get(column.type, Decimal(1))


def arrow(table: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows in the declared schema; a column that a row lacks is null where it may be, else some value."""
    declared = TABLES[table]
    unknown = {key for row in rows for key in row} - set(declared.schema.names)
    assert not unknown, f"{table} has no columns {unknown}"
    return pa.Table.from_arrays(
        [_array(c, [row.get(c.name, _default(c)) for row in rows]) for c in declared.columns],
        schema=declared.schema,
    )


def dimensions() -> dict[str, list[dict[str, Any]]]:
    stages = ["Egg&Alevin", "Fry", "Parr", "Smolt", "Post-Smolt", "Adult"]
    containers = [("Hall-C1", 1, None), ("Hall-C2", 1, None), ("Ring-1", None, 1), ("Ring-2", None, 1)]
    rows: dict[str, list[dict[str, Any]]] = {
        "geography": [{"id": 1, "name": "Faroe Islands"}, {"id": 2, "name": "Scotland"}],
        "species": [{"id": 1, "name": "Atlantic Salmon", "scientific_name": "Salmo salar"}],
        "lifecycle_stage": [{"id": i, "name": name} for i, name in enumerate(stages, 1)],
        "environmental_parameter": [
            {"id": 1, "name": "Temperature", "unit": "°C"},
            {"id": 2, "name": "Salinity", "unit": "PSU"},
        ],
        "product_grade": [
            {"id": 1, "code": "SUPERIOR", "name": "Superior"},
            {"id": 2, "code": "REJECT", "name": "Reject"},
        ],
        "feed": [{"id": 1, "name": "Starter"}, {"id": 2, "name": "Grower"}],
        "container_type": [
            {"id": 1, "name": "Tank", "category": "TANK"},
            {"id": 2, "name": "Sea Rings", "category": "PEN"},
        ],
        "station": [{"id": 1, "name": "Station", "latitude": "62.123456", "longitude": "-6.654321"}],
        "hall": [{"id": 1, "name": "Hall", "lifecycle_stage_id": 5}],
        "area": [{"id": 1, "name": "Area", "max_biomass_kg": "5000000.00"}],
        "container": [
            {"id": i, "name": name, "hall_id": hall, "area_id": area, "container_type_id": 1 if hall else 2}
            for i, (name, hall, area) in enumerate(containers, 1)
        ],
        "sensor": [
            {"id": i, "name": f"{containers[c - 1][0]}-{p}", "container_id": c, "parameter_id": p}
            for i, (c, p) in enumerate([(1, 1), (2, 1), (3, 1), (3, 2), (4, 1), (4, 2)], 1)
        ],
        "feed_container": [
            {"id": 1, "name": "Silo", "container_type": "SILO", "hall_id": 1},
            {"id": 2, "name": "Barge", "container_type": "BARGE", "area_id": 1},
        ],
        "staff": [
            {"id": n, "username": name, "email": f"{name}@example.com", "geography_id": where, "shift_days": 14}
            | ({} if place is None else {f"{place}_id": 1})
            for n, (name, where, place) in enumerate(
                [
                    ("heri", 1, "station"),
                    ("elin", 1, "station"),
                    ("ari", 1, "area"),
                    ("anna", 1, "area"),
                    ("rannva", 1, None),
                    ("pall", 1, None),
                    ("durita", 1, None),
                ],
                1,
            )
        ],
        "staff_profile": [
            {"id": n, "staff_id": n, "full_name": role, "role": role, "geography": "FO", "subsidiary": company}
            for n, (role, company) in enumerate(
                [*[("OPR", "FW")] * 2, *[("OPR", "FM")] * 2, ("MGR", "FW"), ("VET", "ALL"), ("QA", "ALL")], 1
            )
        ],
        "lice_type": [
            {"id": i, "species": "Lepeophtheirus salmonis", "gender": gender, "development_stage": "adult"}
            for i, gender in enumerate(("female", "male"), 1)
        ],
        "company": [
            {"id": 1, "geography_id": 1, "subsidiary": "FW", "display_name": "Faroes - FW", "currency": "EUR"},
            {"id": 2, "geography_id": 1, "subsidiary": "FM", "display_name": "Faroes - FM", "currency": "EUR"},
        ],
        "site": [
            {"id": 1, "source_model": "station", "station_id": 1, "site_name": "Station", "company_id": 1},
            {"id": 2, "source_model": "area", "area_id": 1, "site_name": "Area", "company_id": 2},
        ],
        "intercompany_policy": [
            {"id": 1, "from_company_id": 1, "to_company_id": 2, "pricing_basis": "grade", "product_grade_id": 1},
            {"id": 2, "from_company_id": 1, "to_company_id": 2, "pricing_basis": "lifecycle"},
        ],
    }
    synthetic.fill_dimensions(rows)
    return rows


def events(batch: int, prefix: str = "FAR") -> dict[str, list[dict[str, Any]]]:
    """One batch: ten days in a tank, then in a ring; batch 1 is harvested on the last day, batch 2 is still there."""
    harvested = batch == 1
    tank, ring = (batch << 10) + 1, (batch << 10) + 2
    stays = [(tank, batch, 5, START, MOVE), (ring, 2 + batch, 6, MOVE, END if harvested else None)]
    days = [
        (stay, container, stage, first + timedelta(n)) for stay, container, stage, first, _ in stays for n in range(10)
    ]
    own = {"batch_id": batch}
    sensors = {1: [(1, 1)], 2: [(2, 1)], 3: [(3, 1), (4, 2)], 4: [(5, 1), (6, 2)]}
    sample = (batch << 14) + 1
    rows: dict[str, list[dict[str, Any]]] = {
        "batch": [
            {
                "id": batch,
                "batch_number": f"{prefix}-2024-{batch:03d}",
                "lifecycle_stage_id": 6,
                "status": "COMPLETED" if harvested else "ACTIVE",
                "start_date": START,
                "expected_end_date": END,
                "actual_end_date": END if harvested else None,
                "pinned_projection_run_id": (batch << 1) + 1,
            }
        ],
        "container_assignment": [
            own
            | {
                "id": stay,
                "container_id": container,
                "lifecycle_stage_id": stage,
                "assignment_date": first,
                "departure_date": stop,
                "is_active": stop is None,
                "population_count": 0 if stop else 1000,
                "avg_weight_g": "123.45",
                "biomass_kg": "0.00" if stop else "123.45",
                "last_weighing_date": START if stay == tank else None,
            }
            for stay, container, stage, first, stop in stays
        ],
        "transfer_workflow": [
            own
            | {
                "id": (batch << 4) + 1,
                "workflow_number": f"TRF-{prefix}-{batch}",
                "status": "COMPLETED",
                "source_lifecycle_stage_id": 5,
                "dest_lifecycle_stage_id": 6,
                "actual_start_date": DEFAULTS[pa.date32()],
                "actual_completion_date": DEFAULTS[pa.date32()],
                "total_actions_planned": 3,
                "planned_activity_id": (batch << 7) + 1,
                "estimated_total_count": 3,
                "estimated_total_biomass_kg": "0.50",
                "finance_transaction_id": (batch << 10) + 1,
                "actions_completed": 3 if harvested else 2,
            }
        ],
        "transfer_action": [
            own
            | {
                "id": (batch << 10) + 1,
                "workflow_id": (batch << 4) + 1,
                "source_assignment_id": tank,
                "dest_assignment_id": ring,
                "dest_container_id": 2 + batch,
                "status": "COMPLETED",
                "actual_execution_date": DEFAULTS[pa.date32()],
                "water_temp_c": "-0.50",
                "oxygen_level": "90.00",
                "measured_avg_weight_g": "80.00",
                "execution_duration_minutes": 45,
            }
        ],
        "environmental_reading": [
            own
            | {
                "container_id": container,
                "batch_container_assignment_id": stay,
                "sensor_id": sensor,
                "parameter_id": parameter,
                "reading_time": datetime(day.year, day.month, day.day, hour, tzinfo=UTC),
                "value": Decimal(batch * 10_000 + hour) / 10_000,
            }
            for stay, container, _, day in days
            for sensor, parameter in sensors[container]
            for hour in range(0, 24, 4)
        ],
        "feeding_event": [
            own
            | {
                "container_id": container,
                "batch_assignment_id": stay,
                "feed_id": 1 if stage == 5 else 2,
                "feeding_date": day,
                "feeding_time": datetime.combine(day, time(8, 15, 30, 250), UTC),
                "amount_kg": FEED_KG,
                "feeding_percentage": None if day == START else "1.234567",
                "method": "BROADCAST",
            }
            for stay, container, stage, day in days
        ],
        "feed_purchase": [
            own | {"id": (batch << 14) + n, "feed_id": n, "feed_container_id": n, "quantity_kg": f"{n}0000.05"}
            for n in (1, 2)
        ],
        "mortality_event": [
            own
            | {
                "container_id": container,
                "assignment_id": stay,
                "event_date": day,
                "count": 3,
                "cause": "PREDATION",
                "is_cull": day == MOVE,
            }
            for stay, container, _, day in days
        ],
        "growth_sample": [own | {"id": sample, "container_id": batch, "assignment_id": tank, "sample_size": 2}],
        "individual_growth_observation": [
            own | {"growth_sample_id": sample, "fish_identifier": n, "weight_g": f"{n}.25"} for n in (1, 2)
        ],
        "daily_state": [
            own
            | {
                "container_id": container,
                "assignment_id": stay,
                "lifecycle_stage_id": stage,
                "date": day,
                "day_number": (day - START).days + 1,
                "feed_kg": FEED_KG,
                "observed_fcr": None if day == START else "1.125",
                "anchor_type": {5: "growth_sample", 9: "transfer"}.get((day - START).days),
                "weight_source": "measured" if (day - START).days == 5 else "tgc_computed",
                "weight_confidence": "1.00" if (day - START).days == 5 else "0.95",
                "temp_source": "interpolated" if day == MOVE else "measured",
                "temp_confidence": "0.70" if day == MOVE else "1.00",
                "fcr_source": "none" if day == START else "observed",
                "fcr_confidence": "0.00" if day == START else "0.80",
            }
            for stay, container, stage, day in days
        ],
        "tgc_model": [
            own
            | {
                "id": (batch << 1) + 1,
                "name": f"{prefix}TGC {batch}",
                "tgc_value": "0.00245",
                "profile_id": (batch << 1) + 1,
            }
        ],
        "intercompany_transaction": [
            own
            | {
                "id": (batch << 10) + 1,
                "amount": "1234567.89",
                "policy_id": 1,
                "transfer_workflow_id": (batch << 4) + 1,
            }
        ],
    }
    if harvested:
        rows["harvest_event"] = [
            own | {"id": (batch << 10) + 1, "container_id": 3, "assignment_id": ring, "dest_geography_id": 1}
        ]
        rows["harvest_lot"] = [
            own | {"id": (batch << 14) + n, "event_id": (batch << 10) + 1, "product_grade_id": n} for n in (1, 2)
        ]
        rows["intercompany_transaction"].append(
            own | {"id": (batch << 10) + 2, "policy_id": 2, "event_id": (batch << 10) + 1, "currency": "GBP"}
        )
    else:
        rows["harvest_event"] = rows["harvest_lot"] = []
    synthetic.fill(rows, batch, {table: len(dimension) for table, dimension in dimensions().items()}, prefix)
    return rows


def write(folder: Path, table: str, part: int, rows: list[dict[str, Any]]) -> PartRecord:
    path = folder / "lake" / table / f"part-{part:04d}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open_writer(path, TABLES[table]) as writer:
        writer.write_table(arrow(table, rows))
    return PartRecord(
        file=str(path.relative_to(folder)), rows=len(rows), bytes=path.stat().st_size, xxh3=file_hash(path)
    )


def build(folder: Path, name: str = "small", prefix: str = "FAR", fingerprint: str = "f1") -> Manifest:
    """Write the lake and its manifest; `prefix` begins the batch numbers."""
    partitions = []
    for number, batch in enumerate((1, 2)):
        parts = {table: write(folder, table, number, rows) for table, rows in events(batch, prefix).items()}
        partitions.append(
            PartitionRecord(
                partition=number,
                first_batch=batch,
                last_batch=batch,
                status="succeeded",
                seconds=1.0,
                peak_memory_mb=1.0,
                tables=parts,
            )
        )
    manifest = Manifest(
        run=name,
        status="complete",
        identity=RunIdentity(
            version="0",
            schedule=name,
            schedule_sha256="s",
            seed=1,
            as_of=AS_OF.isoformat(),
            batch_count=2,
            farm_sha256="f",
            biology_sha256="b",
            partitions=((1, 1), (2, 2)),
        ),
        seconds=1.0,
        workers=1,
        dimensions={d: write(folder, d, 0, dimensions()[d]) for d in DIMENSION_TABLE_NAMES},
        partitions=tuple(partitions),
        estimate={},
        fingerprint=fingerprint,
        biology=BiologyRecord(name="published", sha256="b"),
    )
    write_manifest(folder, manifest)
    return manifest
