"""Every table of the lake, declared once: columns, types, units, keys. Schema, checks and mapping follow from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType

import pyarrow as pa

TIMESTAMP = pa.timestamp("us", tz="UTC")
DATE = pa.date32()
TEXT = pa.string()
ID = pa.int64()
REF = pa.int32()


def decimal(precision: int, scale: int) -> pa.DataType:
    """A decimal held as a 64-bit integer: exact, and the same number in Parquet, DuckDB and PostgreSQL."""
    return pa.decimal64(precision, scale)


@dataclass(frozen=True)
class Column:
    """One column: its Arrow type, unit and meaning; `references` names the table whose id it holds.

    `codes` makes it an enumeration: stored as an int8 dictionary of exactly these values.
    """

    name: str
    type: pa.DataType
    description: str
    unit: str = ""
    nullable: bool = False
    references: str = ""
    codes: tuple[str, ...] = ()
    delta: bool = False  # climbs, or seldom repeats: DELTA_BINARY_PACKED instead of a dictionary

    @property
    def arrow_type(self) -> pa.DataType:
        return pa.dictionary(pa.int8(), pa.string()) if self.codes else self.type

    @property
    def arrow_field(self) -> pa.Field:
        meta = {"description": self.description}
        if self.unit:
            meta["unit"] = self.unit
        return pa.field(self.name, self.arrow_type, nullable=self.nullable, metadata=meta)


@dataclass(frozen=True)
class Table:
    """A table: its columns in order; `id_bits` = k where a row's id is batch id x 2^k + row; `key` is unique."""

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    id_bits: int = 0
    order: tuple[str, ...] = ()
    schema: pa.Schema = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "schema", pa.schema([c.arrow_field for c in self.columns]))

    def column(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name}")


BATCH_REF = Column("batch_id", REF, "the batch", references="batch")
CONTAINER_REF = Column("container_id", REF, "the container", references="container")
STAGE_REF = Column("lifecycle_stage_id", pa.int8(), "the life-cycle stage, 1 to 6", references="lifecycle_stage")
ASSIGNMENT_REF = Column("assignment_id", ID, "the batch's stay", references="container_assignment", delta=True)
ROW_ID = Column("id", ID, "batch id x 2^k + row within the batch", delta=True)
DIM_ID = Column("id", REF, "ordinal in the resolved farm, from 1")
NAME = Column("name", TEXT, "natural key")


def _count(name: str, description: str, nullable: bool = False, delta: bool = False) -> Column:
    return Column(name, pa.int32(), description, unit="fish", nullable=nullable, delta=delta)


def _amount(
    name: str, precision: int, scale: int, unit: str, description: str, nullable: bool = False, delta: bool = False
) -> Column:
    return Column(name, decimal(precision, scale), description, unit=unit, nullable=nullable, delta=delta)


MORTALITY_CAUSES = ("DISEASE", "HANDLING", "PREDATION", "ENVIRONMENTAL", "UNKNOWN", "OTHER")

EVENT_TABLES: tuple[Table, ...] = (
    Table(
        "batch",
        "One cohort of eggs, from placement to harvest or to the as-of date.",
        (
            Column("id", REF, "ordinal of the batch in the schedule, from 1"),
            Column("batch_number", TEXT, "the batch's number, unique"),
            Column("geography_id", REF, "where it lives", references="geography"),
            Column("species_id", REF, "the species", references="species"),
            Column("lifecycle_stage_id", pa.int8(), "stage now, or at harvest", references="lifecycle_stage"),
            Column("status", TEXT, "the batch's state at the as-of date", codes=("ACTIVE", "COMPLETED")),
            Column("batch_type", TEXT, "one cohort, or a mix", codes=("STANDARD", "MIXED")),
            Column("start_date", DATE, "the day on which the eggs are placed"),
            Column("expected_end_date", DATE, "the planned departure from the last container"),
            Column(
                "actual_end_date",
                DATE,
                "the last departure, once harvested (the day after harvest)",
                nullable=True,
            ),
            _count("initial_count", "eggs placed"),
            _amount("harvest_target_g", 10, 2, "g", "mean live weight that triggers the harvest"),
            Column(
                "harvest_reason",
                TEXT,
                "what ended the stay in the sea",
                nullable=True,
                codes=("WEIGHT", "PLAN_END"),
            ),
            Column("over_capacity_planned", pa.bool_(), "the plan flagged a container over its biomass limit"),
            Column(
                "cutoff_forecast",
                TEXT,
                "what the plan says of the as-of date",
                codes=("COMPLETED", "ACTIVE", "UNDECIDED"),
            ),
        ),
        key=("id",),
    ),
    Table(
        "container_assignment",
        "A batch's stay in one container, half-open: departure_date belongs to the next container.",
        (
            ROW_ID,
            BATCH_REF,
            CONTAINER_REF,
            STAGE_REF,
            Column("assignment_date", DATE, "first day of the stay"),
            Column(
                "departure_date",
                DATE,
                "first day no longer in the container; null while active",
                nullable=True,
            ),
            Column("planned_departure_date", DATE, "the schedule's end of the stay"),
            _count("initial_count", "fish placed or moved in on the first day"),
            _count("population_count", "fish there at the as-of date, 0 after departure"),
            _amount("avg_weight_g", 10, 2, "g", "mean live weight at the stay's last daily state"),
            _amount("biomass_kg", 10, 2, "kg", "population_count x avg_weight_g / 1000"),
            Column("is_active", pa.bool_(), "the fish are still there at the as-of date"),
            Column("last_weighing_date", DATE, "the latest growth sample", nullable=True),
        ),
        key=("id",),
        id_bits=10,
        order=("id",),
    ),
    Table(
        "transfer_workflow",
        "A batch's move from one stage to the next; totals are the sums of its actions.",
        (
            ROW_ID,
            BATCH_REF,
            Column("workflow_number", TEXT, "unique"),
            Column(
                "workflow_type",
                TEXT,
                "kind of move",
                codes=("LIFECYCLE_TRANSITION", "CONTAINER_REDISTRIBUTION", "EMERGENCY_CASCADE"),
            ),
            Column(
                "status",
                TEXT,
                "state of the move",
                codes=("DRAFT", "PLANNED", "IN_PROGRESS", "COMPLETED", "CANCELLED"),
            ),
            Column("source_lifecycle_stage_id", pa.int8(), "stage left", references="lifecycle_stage"),
            Column("dest_lifecycle_stage_id", pa.int8(), "stage entered", references="lifecycle_stage"),
            Column("planned_start_date", DATE, "planned day"),
            Column("actual_start_date", DATE, "day of the first action"),
            Column("actual_completion_date", DATE, "day of the last action"),
            _count("total_source_count", "fish in the source containers before the move"),
            _count("total_transferred_count", "fish that arrived"),
            _count("total_mortality_count", "fish lost on the way"),
            _amount("total_biomass_kg", 12, 2, "kg", "biomass that arrived, the sum of the actions"),
            Column("total_actions_planned", pa.int32(), "actions planned"),
            Column("actions_completed", pa.int32(), "actions done"),
        ),
        key=("id",),
        id_bits=4,
        order=("id",),
    ),
    Table(
        "transfer_action",
        "Fish moved from one container into one other; many-to-many within a workflow.",
        (
            ROW_ID,
            BATCH_REF,
            Column("workflow_id", ID, "the move it is part of", references="transfer_workflow"),
            Column("action_number", pa.int32(), "1 to n within the workflow"),
            Column("source_assignment_id", ID, "stay left", references="container_assignment"),
            Column("dest_assignment_id", ID, "stay entered", references="container_assignment"),
            Column("dest_container_id", REF, "container entered", references="container"),
            _count("source_population_before", "fish still in the source before this action"),
            _count("transferred_count", "fish that arrived"),
            _count("mortality_during_transfer", "fish lost on the way"),
            _amount("transferred_biomass_kg", 10, 2, "kg", "biomass that arrived"),
            _amount("measured_avg_weight_g", 10, 2, "g", "mean weight of the source"),
            Column(
                "status",
                TEXT,
                "state of the action",
                codes=("PENDING", "IN_PROGRESS", "COMPLETED", "FAILED", "SKIPPED"),
            ),
            Column("planned_date", DATE, "planned day"),
            Column("actual_execution_date", DATE, "day of the move: the source's departure date"),
            Column("transfer_method", TEXT, "how", codes=("NET", "PUMP", "GRAVITY", "MANUAL")),
            _amount("water_temp_c", 5, 2, "degC", "mean temperature of the water left, that day"),
        ),
        key=("id",),
        id_bits=10,
        order=("id",),
    ),
    Table(
        "environmental_reading",
        "What a sensor showed: field + container + sensor, six times a day.",
        (
            BATCH_REF,
            CONTAINER_REF,
            Column(
                "batch_container_assignment_id",
                ID,
                "the stay during which it was read",
                references="container_assignment",
            ),
            Column("sensor_id", REF, "the sensor", references="sensor"),
            Column("parameter_id", pa.int8(), "what it measures", references="environmental_parameter"),
            Column("reading_time", TIMESTAMP, "00, 04, ... 20 UTC", delta=True),
            Column("value", decimal(10, 4), "the reading, in the parameter's unit"),
        ),
        key=("sensor_id", "reading_time"),
        order=("batch_container_assignment_id", "sensor_id", "reading_time"),
    ),
    Table(
        "feeding_event",
        "Feed given to one container at one time, at the cost of the lots that it drew.",
        (
            BATCH_REF,
            CONTAINER_REF,
            Column("batch_assignment_id", ID, "the stay", references="container_assignment", delta=True),
            Column("feed_id", REF, "the feed", references="feed"),
            Column("feed_container_id", REF, "the silo or barge it came from", references="feed_container"),
            Column("feeding_date", DATE, "day", delta=True),
            Column("feeding_time", pa.time64("us"), "time of day, UTC"),
            _amount("amount_kg", 10, 4, "kg", "feed given", delta=True),
            _amount("batch_biomass_kg", 10, 2, "kg", "biomass in the container that morning", delta=True),
            _amount("feeding_percentage", 8, 6, "%", "amount_kg / batch_biomass_kg x 100", nullable=True, delta=True),
            _amount("feed_cost", 10, 2, "currency", "cost of the lots drawn, first in first out", delta=True),
            Column("method", TEXT, "how", codes=("MANUAL", "AUTOMATIC", "BROADCAST")),
        ),
        key=("batch_assignment_id", "feeding_date", "feeding_time"),
        order=("batch_assignment_id", "feeding_date", "feeding_time"),
    ),
    Table(
        "feed_purchase",
        "A lot of feed delivered into one silo or barge for one batch.",
        (
            ROW_ID,
            BATCH_REF,
            Column("feed_id", REF, "the feed", references="feed"),
            Column("feed_container_id", REF, "where it was delivered", references="feed_container"),
            Column("purchase_date", DATE, "day of delivery, before the day's first feeding"),
            _amount("quantity_kg", 10, 2, "kg", "feed delivered"),
            _amount("cost_per_kg", 10, 2, "currency/kg", "price of the lot"),
            _amount("closing_kg", 10, 4, "kg", "what is left of the lot at the as-of date"),
            Column("supplier", TEXT, "the feed's brand"),
            Column("batch_number", TEXT, "the lot's number"),
            Column("expiry_date", DATE, "best before"),
        ),
        key=("id",),
        id_bits=14,
        order=("id",),
    ),
    Table(
        "mortality_event",
        "Fish that died or were culled in one container on one day.",
        (
            BATCH_REF,
            CONTAINER_REF,
            ASSIGNMENT_REF,
            Column("event_date", DATE, "day", delta=True),
            _count("count", "fish"),
            _amount("biomass_kg", 10, 2, "kg", "their biomass", delta=True),
            Column("cause", TEXT, "cause, by the application's codes", codes=MORTALITY_CAUSES),
            Column("is_cull", pa.bool_(), "taken out by people rather than found dead"),
        ),
        key=("assignment_id", "event_date", "is_cull"),
        order=("assignment_id", "event_date", "is_cull"),
    ),
    Table(
        "growth_sample",
        "A weekly sample of fish from one container; its statistics are those of its observations.",
        (
            ROW_ID,
            BATCH_REF,
            CONTAINER_REF,
            ASSIGNMENT_REF,
            Column("sample_date", DATE, "day", delta=True),
            Column("sample_size", pa.int32(), "fish weighed", unit="fish"),
            _amount("avg_weight_g", 10, 2, "g", "mean weight", delta=True),
            _amount("std_deviation_weight", 10, 2, "g", "sample standard deviation of weight", delta=True),
            _amount("min_weight_g", 10, 2, "g", "lightest", delta=True),
            _amount("max_weight_g", 10, 2, "g", "heaviest", delta=True),
            _amount("avg_length_cm", 10, 2, "cm", "mean fork length", delta=True),
            _amount("std_deviation_length", 10, 2, "cm", "sample standard deviation of length"),
            _amount("condition_factor", 10, 2, "", "mean of K = 100 W / L^3"),
        ),
        key=("id",),
        id_bits=14,
        order=("id",),
    ),
    Table(
        "individual_growth_observation",
        "One fish of a growth sample.",
        (
            BATCH_REF,
            Column("growth_sample_id", ID, "the sample", references="growth_sample", delta=True),
            Column("fish_identifier", pa.int16(), "number of the fish within the sample, from 1"),
            _amount("weight_g", 10, 2, "g", "live weight", delta=True),
            _amount("length_cm", 10, 2, "cm", "fork length", delta=True),
        ),
        key=("growth_sample_id", "fish_identifier"),
        order=("growth_sample_id", "fish_identifier"),
    ),
    Table(
        "daily_state",
        "The state of one stay at the end of one day, before anything leaves.",
        (
            BATCH_REF,
            CONTAINER_REF,
            ASSIGNMENT_REF,
            STAGE_REF,
            Column("date", DATE, "day", delta=True),
            Column("day_number", pa.int32(), "day of the batch's life, 1 first", delta=True),
            _amount("avg_weight_g", 10, 2, "g", "mean live weight", delta=True),
            _count("population", "fish alive", delta=True),
            _amount("biomass_kg", 12, 2, "kg", "population x avg_weight_g / 1000", delta=True),
            _amount("temp_c", 5, 2, "degC", "the day's mean water temperature, by which the fish grew"),
            _count("mortality_count", "fish that died or were culled that day"),
            _amount("feed_kg", 10, 4, "kg", "feed given that day", delta=True),
            _amount(
                "observed_fcr",
                8,
                3,
                "",
                "feed / growth since the stay began; null without growth",
                nullable=True,
                delta=True,
            ),
            Column(
                "anchor_type",
                TEXT,
                "what pins the state to an observation",
                nullable=True,
                codes=("growth_sample", "transfer"),
            ),
        ),
        key=("assignment_id", "date"),
        order=("assignment_id", "date"),
    ),
    Table(
        "harvest_event",
        "One ring emptied on one day.",
        (
            ROW_ID,
            BATCH_REF,
            CONTAINER_REF,
            ASSIGNMENT_REF,
            Column("event_date", TIMESTAMP, "the last day of the stay, 12:00 UTC"),
            Column("dest_geography_id", REF, "where the fish are processed", references="geography"),
            Column("document_ref", TEXT, "number of the harvest note"),
            _count("harvested_count", "fish taken"),
            _amount("live_weight_kg", 12, 3, "kg", "their live weight"),
        ),
        key=("id",),
        id_bits=10,
        order=("id",),
    ),
    Table(
        "harvest_lot",
        "A harvest's fish of one grade.",
        (
            ROW_ID,
            BATCH_REF,
            Column("event_id", ID, "the harvest", references="harvest_event"),
            Column("product_grade_id", REF, "the grade", references="product_grade"),
            _count("unit_count", "fish"),
            _amount("live_weight_kg", 12, 3, "kg", "live weight"),
            _amount("gutted_weight_kg", 12, 3, "kg", "head-on gutted weight"),
        ),
        key=("id",),
        id_bits=12,
        order=("id",),
    ),
)

DIMENSION_TABLES: tuple[Table, ...] = (
    Table("geography", "A country of operation.", (DIM_ID, NAME), key=("id",)),
    Table(
        "station",
        "A freshwater station.",
        (
            DIM_ID,
            NAME,
            Column("geography_id", REF, "where", references="geography"),
            _amount("latitude", 9, 6, "deg", "north"),
            _amount("longitude", 9, 6, "deg", "east"),
        ),
        key=("id",),
    ),
    Table(
        "hall",
        "A hall of a station; it serves one freshwater stage.",
        (DIM_ID, NAME, Column("station_id", REF, "its station", references="station"), STAGE_REF),
        key=("id",),
    ),
    Table(
        "area",
        "A sea area.",
        (
            DIM_ID,
            NAME,
            Column("geography_id", REF, "where", references="geography"),
            _amount("max_biomass_kg", 12, 2, "kg", "licensed biomass; reported, not enforced"),
            _amount("latitude", 9, 6, "deg", "north"),
            _amount("longitude", 9, 6, "deg", "east"),
        ),
        key=("id",),
    ),
    Table(
        "container_type",
        "A kind of container.",
        (
            DIM_ID,
            NAME,
            Column("category", TEXT, "the application's category", codes=("TRAY", "TANK", "PEN")),
            _amount("max_volume_m3", 10, 2, "m3", "largest volume"),
        ),
        key=("id",),
    ),
    Table(
        "container",
        "A tray, tank or ring that holds fish: in a hall or in an area.",
        (
            DIM_ID,
            NAME,
            Column("container_type_id", REF, "its kind", references="container_type"),
            Column("geography_id", REF, "where", references="geography"),
            STAGE_REF,
            Column("hall_id", REF, "its hall, freshwater", references="hall", nullable=True),
            Column("area_id", REF, "its area, sea", references="area", nullable=True),
            _amount("volume_m3", 10, 2, "m3", "water"),
            _amount("max_biomass_kg", 10, 2, "kg", "limit"),
            _amount("max_density_kg_m3", 10, 2, "kg/m3", "limit"),
        ),
        key=("id",),
    ),
    Table(
        "sensor",
        "A sensor in a container.",
        (
            DIM_ID,
            NAME,
            CONTAINER_REF,
            Column("parameter_id", pa.int8(), "what it measures", references="environmental_parameter"),
        ),
        key=("id",),
    ),
    Table(
        "feed_container",
        "A silo of a hall or a barge of an area.",
        (
            DIM_ID,
            NAME,
            Column("container_type", TEXT, "kind", codes=("SILO", "BARGE")),
            _amount("capacity_kg", 10, 2, "kg", "how much it holds"),
            Column("hall_id", REF, "its hall", references="hall", nullable=True),
            Column("area_id", REF, "its area", references="area", nullable=True),
        ),
        key=("id",),
    ),
    Table(
        "feed",
        "A feed, by pellet size.",
        (
            DIM_ID,
            NAME,
            Column("brand", TEXT, "maker"),
            Column("size_category", TEXT, "class of size", codes=("MICRO", "SMALL", "MEDIUM", "LARGE")),
            _amount("pellet_size_mm", 5, 2, "mm", "pellet diameter"),
            _amount("min_fish_weight_g", 10, 2, "g", "fed to fish from this mean weight"),
            _amount("max_fish_weight_g", 10, 2, "g", "and below this one"),
        ),
        key=("id",),
    ),
    Table(
        "species",
        "The species farmed.",
        (DIM_ID, NAME, Column("scientific_name", TEXT, "Latin name")),
        key=("id",),
    ),
    Table(
        "lifecycle_stage",
        "A stage of life; its id is its order.",
        (
            Column("id", pa.int8(), "order, 1 to 6"),
            NAME,
            Column("species_id", REF, "species", references="species"),
            _amount("expected_weight_min_g", 10, 2, "g", "lightest expected"),
            _amount("expected_weight_max_g", 10, 2, "g", "heaviest expected"),
        ),
        key=("id",),
    ),
    Table(
        "environmental_parameter",
        "What a sensor measures.",
        (Column("id", pa.int8(), "ordinal"), NAME, Column("unit", TEXT, "unit")),
        key=("id",),
    ),
    Table(
        "product_grade",
        "A grade of harvested fish.",
        (DIM_ID, Column("code", TEXT, "natural key"), NAME),
        key=("id",),
    ),
)

TABLES = MappingProxyType({t.name: t for t in (*EVENT_TABLES, *DIMENSION_TABLES)})
EVENT_TABLE_NAMES = tuple(t.name for t in EVENT_TABLES)
DIMENSION_TABLE_NAMES = tuple(t.name for t in DIMENSION_TABLES)
