"""Which lake table goes into which UAT table, column by column: the one declaration that the COPY follows.

A UAT column takes, in this order: what the table's declaration below says; the lake's column of the same
name, with ids translated as the lake's `references` tell; the as-of time for created_at and its like; '' for
notes. A nullable column without any of these stays null. Anything else is an error when this is imported.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

import pyarrow as pa
import pyarrow.compute as pc

from lake.tables import TABLES
from warehouse.uat_schema import UAT_TABLES

LOADING_USER = "system_admin"
SEA_STAGE = 6  # the stage at sea: its containers stand in areas, those of the stages before it in halls
AS_OF_COLUMNS = frozenset({"created_at", "updated_at", "last_computed_at"})


@dataclass(frozen=True)
class Lake:
    """The lake's column, cast to the UAT's type; an id is translated into the target's."""

    column: str


@dataclass(frozen=True)
class Constant:
    """One value in every row."""

    value: str | bool


@dataclass(frozen=True)
class AsOf:
    """The as-of date at 00:00 UTC: the data's now."""


@dataclass(frozen=True)
class User:
    """The id of the user on whose behalf rows are entered."""


@dataclass(frozen=True)
class RowId:
    """The row's own id: the table's offset + the lake's id, or + the row's number where the lake has none."""


@dataclass(frozen=True)
class Named:
    """The `value` of the dimension row that `column` refers to."""

    column: str
    table: str
    value: str


@dataclass(frozen=True)
class Derived:
    """Computed from lake columns of the same rows."""

    inputs: tuple[str, ...]
    compute: Callable[[pa.RecordBatch], pa.Array]


Expression = Lake | Constant | AsOf | User | RowId | Named | Derived


@dataclass(frozen=True)
class Mapping:
    """A lake table's place in the UAT. `key`: UAT columns that identify a dimension row; empty for events."""

    lake: str
    uat: str
    columns: MappingProxyType[str, Expression]
    key: tuple[str, ...] = ()

    @property
    def lake_columns(self) -> list[str]:
        """Lake columns to read, in the table's order."""
        used: set[str] = set()
        for expression in self.columns.values():
            if isinstance(expression, Lake | Named):
                used.add(expression.column)
            elif isinstance(expression, Derived):
                used.update(expression.inputs)
            elif isinstance(expression, RowId) and self.has_lake_id:
                used.add("id")
        return [c.name for c in TABLES[self.lake].columns if c.name in used]

    @property
    def has_lake_id(self) -> bool:
        return any(c.name == "id" for c in TABLES[self.lake].columns)


def _map(lake: str, uat: str, key: tuple[str, ...] = (), **special: Expression) -> Mapping:
    names = {c.name for c in TABLES[lake].columns}
    columns: dict[str, Expression] = {}
    for column in UAT_TABLES[uat].columns:
        if column.name in special:
            columns[column.name] = special.pop(column.name)
        elif column.name == "id":
            if not key:
                columns["id"] = RowId()
        elif column.name in names:
            columns[column.name] = Lake(column.name)
        elif column.name in AS_OF_COLUMNS:
            columns[column.name] = AsOf()
        elif column.name in {"notes", "description"} and not column.nullable:
            columns[column.name] = Constant("")
        elif not column.nullable:
            raise ValueError(f"{uat}.{column.name} must not be null and has no source in {lake}")
    if special:
        raise ValueError(f"{uat} has no columns {sorted(special)}")
    return Mapping(lake, uat, MappingProxyType(columns), key)


def _look_up(values: list[str], indices: pa.Array) -> pa.Array:
    return pa.array(values).take(indices)


def _completion(rows: pa.RecordBatch) -> pa.Array:
    done = rows.column("actions_completed").cast(pa.int64())
    planned = pc.max_element_wise(rows.column("total_actions_planned").cast(pa.int64()), 1)
    # rounded: twice the quotient and a half, in whole numbers
    hundredths = pc.divide(pc.add(pc.multiply(done, 20_000), planned), pc.multiply(planned, 2))
    return pc.multiply(hundredths.cast(pa.decimal128(19, 0)), pa.scalar(Decimal("0.01"), pa.decimal128(3, 2)))


def _goes_to_sea(rows: pa.RecordBatch) -> pa.Array:
    crosses = pc.and_(
        pc.equal(rows.column("dest_lifecycle_stage_id"), SEA_STAGE),
        pc.less(rows.column("source_lifecycle_stage_id"), SEA_STAGE),
    )
    return crosses.cast(pa.int8())


def _subsidiary(name: str) -> Derived:
    # null unless the fish change hands, as the application derives it from halls and areas
    inputs = ("source_lifecycle_stage_id", "dest_lifecycle_stage_id")
    return Derived(inputs, lambda rows: pa.array([None, name]).take(_goes_to_sea(rows)))


def _cull_note(rows: pa.RecordBatch) -> pa.Array:
    return _look_up(["", "Culled"], rows.column("is_cull").cast(pa.int8()))


def _provenance(weight: tuple[object, ...], fcr: tuple[object, ...], rest: object) -> Derived:
    """JSON by (anchor: none, growth sample, transfer) and (fcr: null, there)."""
    texts = [
        json.dumps(
            {
                "weight": w,
                "temp": rest if rest != "actual" else "measured",
                "mortality": rest,
                "feed": rest,
                "fcr": f,
            }
        )
        for w in weight
        for f in fcr
    ]

    def compute(rows: pa.RecordBatch) -> pa.Array:
        anchor = rows.column("anchor_type").cast(pa.string())
        which = pc.add(pc.index_in(anchor, pa.array(["growth_sample", "transfer"])).fill_null(-1), 1)
        return _look_up(texts, pc.add(pc.multiply(which, 2), rows.column("observed_fcr").is_valid().cast(pa.int32())))

    return Derived(("anchor_type", "observed_fcr"), compute)


EVENTS: tuple[Mapping, ...] = (
    _map("batch", "batch_batch"),
    _map("container_assignment", "batch_batchcontainerassignment"),
    _map(
        "transfer_workflow",
        "batch_batchtransferworkflow",
        completion_percentage=Derived(("actions_completed", "total_actions_planned"), _completion),
        is_intercompany=Derived(
            ("source_lifecycle_stage_id", "dest_lifecycle_stage_id"),
            lambda rows: _goes_to_sea(rows).cast(pa.bool_()),
        ),
        source_subsidiary=_subsidiary("FRESHWATER"),
        dest_subsidiary=_subsidiary("FARMING"),
        cancellation_reason=Constant(""),
        is_dynamic_execution=Constant(False),
        initiated_by_id=User(),
        completed_by_id=User(),
    ),
    _map(
        "transfer_action",
        "batch_transferaction",
        executed_by_id=User(),
        measured_notes=Constant(""),
        selection_method=Constant("AVERAGE"),
        allow_mixed=Constant(False),
        created_via=Constant("PLANNED"),
    ),
    _map("environmental_reading", "environmental_environmentalreading", is_manual=Constant(False)),
    _map("feeding_event", "inventory_feedingevent", recorded_by_id=User()),
    _map("feed_purchase", "inventory_feedpurchase"),
    _map("mortality_event", "batch_mortalityevent", description=Derived(("is_cull",), _cull_note)),
    _map("growth_sample", "batch_growthsample"),
    _map("individual_growth_observation", "batch_individualgrowthobservation"),
    _map(
        "daily_state",
        "batch_actualdailyassignmentstate",
        # words and scores are those of the application's own assimilation
        sources=_provenance(("tgc_computed", "measured", "measured"), ("none", "observed"), "actual"),
        confidence_scores=_provenance((0.8, 1.0, 0.95), (0.0, 1.0), 1.0),
    ),
    _map("harvest_event", "harvest_harvestevent", dest_subsidiary=Constant("LG")),
    _map("harvest_lot", "harvest_harvestlot"),
)

DIMENSIONS: tuple[Mapping, ...] = (
    _map("geography", "infrastructure_geography", key=("name",)),
    _map("species", "batch_species", key=("name",)),
    _map("lifecycle_stage", "batch_lifecyclestage", key=("species_id", "name"), order=Lake("id")),
    _map("environmental_parameter", "environmental_environmentalparameter", key=("name",)),
    _map("product_grade", "harvest_productgrade", key=("code",)),
    _map("feed", "inventory_feed", key=("name",), is_active=Constant(True)),
    _map("container_type", "infrastructure_containertype", key=("name",)),
    _map(
        "station",
        "infrastructure_freshwaterstation",
        key=("name",),
        station_type=Constant("FRESHWATER"),
        active=Constant(True),
    ),
    _map(
        "hall",
        "infrastructure_hall",
        key=("name",),
        freshwater_station_id=Lake("station_id"),
        active=Constant(True),
    ),
    _map(
        "area",
        "infrastructure_area",
        key=("name",),
        max_biomass=Lake("max_biomass_kg"),
        active=Constant(True),
    ),
    _map(
        "container",
        "infrastructure_container",
        key=("name",),
        hierarchy_role=Constant("HOLDING"),
        active=Constant(True),
        feed_recommendations_enabled=Constant(True),
    ),
    _map(
        "sensor",
        "infrastructure_sensor",
        key=("container_id", "sensor_type"),
        sensor_type=Named("parameter_id", "environmental_parameter", "name"),
        serial_number=Constant(""),
        manufacturer=Constant(""),
        active=Constant(True),
    ),
    _map("feed_container", "infrastructure_feedcontainer", key=("name",), active=Constant(True)),
)

EVENT_MAPPINGS = MappingProxyType({m.lake: m for m in EVENTS})
DIMENSION_MAPPINGS = MappingProxyType({m.lake: m for m in DIMENSIONS})
