"""The dimension tables: names and limits of what events refer to by id."""

from __future__ import annotations

import pyarrow as pa

from lake.tables.declaration import CONTAINER_REF, DIM_ID, NAME, REF, STAGE_REF, TEXT, Column, Table, decimal

PLACE_TABLES: tuple[Table, ...] = (
    Table("geography", "A country of operation.", (DIM_ID, NAME), key=("id",), grain="a country of operation"),
    Table(
        "station",
        "A freshwater station.",
        (
            DIM_ID,
            NAME,
            Column("geography_id", REF, "where", references="geography"),
            Column("latitude", decimal(9, 6), "north", unit="deg"),
            Column("longitude", decimal(9, 6), "east", unit="deg"),
        ),
        key=("id",),
        grain="a freshwater station",
    ),
    Table(
        "hall",
        "A hall of a station; it serves one freshwater stage.",
        (DIM_ID, NAME, Column("station_id", REF, "its station", references="station"), STAGE_REF),
        key=("id",),
        grain="a hall",
    ),
    Table(
        "area",
        "A sea area.",
        (
            DIM_ID,
            NAME,
            Column("geography_id", REF, "where", references="geography"),
            Column("max_biomass_kg", decimal(12, 2), "licensed biomass; reported, not enforced", unit="kg"),
            Column("latitude", decimal(9, 6), "north", unit="deg"),
            Column("longitude", decimal(9, 6), "east", unit="deg"),
        ),
        key=("id",),
        grain="a sea area",
    ),
    Table(
        "container_type",
        "A kind of container.",
        (
            DIM_ID,
            NAME,
            Column("category", TEXT, "the application's category", codes=("TRAY", "TANK", "PEN")),
            Column("max_volume_m3", decimal(10, 2), "largest volume", unit="m3"),
        ),
        key=("id",),
        grain="a kind of container",
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
            Column("volume_m3", decimal(10, 2), "water", unit="m3"),
            Column("max_biomass_kg", decimal(10, 2), "limit", unit="kg"),
            Column("max_density_kg_m3", decimal(10, 2), "limit", unit="kg/m3"),
        ),
        key=("id",),
        grain="a container",
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
        grain="a sensor",
        unique=(("container_id", "parameter_id"),),
    ),
    Table(
        "feed_container",
        "A silo of a hall or a barge of an area.",
        (
            DIM_ID,
            NAME,
            Column("container_type", TEXT, "kind", codes=("SILO", "BARGE")),
            Column("capacity_kg", decimal(10, 2), "how much it holds", unit="kg"),
            Column("hall_id", REF, "its hall", references="hall", nullable=True),
            Column("area_id", REF, "its area", references="area", nullable=True),
        ),
        key=("id",),
        grain="a silo or barge",
    ),
    Table(
        "feed",
        "A feed, by pellet size.",
        (
            DIM_ID,
            NAME,
            Column("brand", TEXT, "maker"),
            Column("size_category", TEXT, "class of size", codes=("MICRO", "SMALL", "MEDIUM", "LARGE")),
            Column("pellet_size_mm", decimal(5, 2), "pellet diameter", unit="mm"),
            Column("min_fish_weight_g", decimal(10, 2), "fed to fish from this mean weight", unit="g"),
            Column("max_fish_weight_g", decimal(10, 2), "and below this one", unit="g"),
        ),
        key=("id",),
        grain="a feed",
    ),
    Table(
        "species",
        "The species farmed.",
        (DIM_ID, NAME, Column("scientific_name", TEXT, "Latin name")),
        key=("id",),
        grain="a species",
    ),
    Table(
        "lifecycle_stage",
        "A stage of life; its id is its order.",
        (
            Column("id", pa.int8(), "order, 1 to 6"),
            NAME,
            Column("species_id", REF, "species", references="species"),
            Column("expected_weight_min_g", decimal(10, 2), "lightest expected", unit="g"),
            Column("expected_weight_max_g", decimal(10, 2), "heaviest expected", unit="g"),
        ),
        key=("id",),
        grain="a life-cycle stage",
    ),
    Table(
        "environmental_parameter",
        "What a sensor measures.",
        (Column("id", pa.int8(), "ordinal"), NAME, Column("unit", TEXT, "unit")),
        key=("id",),
        grain="a quantity measured",
    ),
    Table(
        "product_grade",
        "A grade of harvested fish.",
        (DIM_ID, Column("code", TEXT, "natural key"), NAME),
        key=("id",),
        grain="a grade",
        unique=(("code",),),
    ),
)
