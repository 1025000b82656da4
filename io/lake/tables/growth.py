"""The event tables of growth: fish weighed, and the state that the farm infers."""

from __future__ import annotations

import pyarrow as pa

from lake.tables.declaration import (
    ASSIGNMENT_REF,
    BATCH_REF,
    CONTAINER_REF,
    DATE,
    ID,
    ROW_ID,
    STAGE_REF,
    TEXT,
    Column,
    Table,
    count,
    decimal,
)

GROWTH_TABLES: tuple[Table, ...] = (
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
            Column("avg_weight_g", decimal(10, 2), "mean weight", unit="g", delta=True),
            Column("std_deviation_weight", decimal(10, 2), "sample standard deviation of weight", unit="g", delta=True),
            Column("min_weight_g", decimal(10, 2), "lightest", unit="g", delta=True),
            Column("max_weight_g", decimal(10, 2), "heaviest", unit="g", delta=True),
            Column("avg_length_cm", decimal(10, 2), "mean fork length", unit="cm", delta=True),
            Column("std_deviation_length", decimal(10, 2), "sample standard deviation of length", unit="cm"),
            Column("condition_factor", decimal(10, 2), "mean of K = 100 W / L^3"),
        ),
        key=("id",),
        grain="a stay and day of weighing",
        unique=(("assignment_id", "sample_date"),),
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
            Column("weight_g", decimal(10, 2), "live weight", unit="g", delta=True),
            Column("length_cm", decimal(10, 2), "fork length", unit="cm", delta=True),
        ),
        key=("growth_sample_id", "fish_identifier"),
        grain="a fish weighed",
        order=("growth_sample_id", "fish_identifier"),
    ),
    Table(
        "daily_state",
        "The state of one stay at the end of one day, before anything leaves, as the farm knows it: fish counted, "
        "weight estimated from samples and growth.",
        (
            BATCH_REF,
            CONTAINER_REF,
            ASSIGNMENT_REF,
            STAGE_REF,
            Column("date", DATE, "day", delta=True),
            Column("day_number", pa.int32(), "day of the batch's life, 1 first", delta=True),
            Column("avg_weight_g", decimal(10, 2), "estimated mean live weight", unit="g", delta=True),
            count("population", "fish, with the dead that nobody has collected yet", delta=True),
            Column("biomass_kg", decimal(12, 2), "population x avg_weight_g / 1000", unit="kg", delta=True),
            Column(
                "temp_c",
                decimal(5, 2),
                "the day's mean of the temperature readings, interpolated where none was",
                unit="degC",
            ),
            count("mortality_count", "fish that died or were culled that day"),
            Column("feed_kg", decimal(10, 4), "feed given that day", unit="kg", delta=True),
            Column(
                "observed_fcr",
                decimal(8, 3),
                "feed / estimated growth since the stay began; null until weighings can tell it",
                nullable=True,
                delta=True,
            ),
            Column(
                "anchor_type",
                TEXT,
                "what pins the state to an observation",
                nullable=True,
                codes=("growth_sample", "transfer", "vaccination"),
            ),
            Column("weight_source", TEXT, "where the weight comes from", codes=("measured", "tgc_computed")),
            Column("weight_confidence", decimal(3, 2), "0 to 1, falling with the days since a weighing"),
            Column("temp_source", TEXT, "where the temperature comes from", codes=("measured", "interpolated")),
            Column("temp_confidence", decimal(3, 2), "0 to 1"),
            Column("fcr_source", TEXT, "where the feed conversion comes from", codes=("observed", "none")),
            Column("fcr_confidence", decimal(3, 2), "0 to 1"),
        ),
        key=("assignment_id", "date"),
        grain="a stay and day",
        order=("assignment_id", "date"),
    ),
)
