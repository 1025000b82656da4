"""The truth tables: what only the simulator knows, so that an estimate or a detector can be scored."""

from __future__ import annotations

import pyarrow as pa

from lake.declaration import (
    ASSIGNMENT_REF,
    BATCH_REF,
    CONTAINER_REF,
    DATE,
    ID,
    OF_ASSIGNMENT,
    REF,
    ROW_ID,
    TEXT,
    TIMESTAMP,
    Column,
    Table,
    amount,
    count,
)
from lake.event_tables import MORTALITY_CAUSES

EVENT_KINDS = (
    "PANCREAS_DISEASE",
    "HEART_DISEASE",
    "GILL_DISEASE",
    "WINTER_ULCER",
    "JELLYFISH",
    "ALGAL_BLOOM",
    "PREDATOR",
    "STORM",
    "HANDLING",
    "FUNGUS",
    "WATER_QUALITY",
    "POWER_FAILURE",
)

TRUTH_TABLES: tuple[Table, ...] = (
    Table(
        "daily_truth",
        "The true state of one stay at the end of one day, before anything leaves.",
        (
            BATCH_REF,
            CONTAINER_REF,
            ASSIGNMENT_REF,
            Column("date", DATE, "day", delta=True),
            amount("avg_weight_g", 10, 2, "g", "mean live weight", delta=True),
            amount("std_weight_g", 10, 2, "g", "standard deviation of live weight", delta=True),
            count("population", "fish alive", delta=True),
            amount("biomass_kg", 12, 2, "kg", "population x avg_weight_g / 1000", delta=True),
            amount("temp_c", 5, 2, "degC", "the day's mean water temperature, by which the fish grew", delta=True),
            amount("oxygen_mean", 5, 2, "% saturation", "the day's mean in the container", delta=True),
            amount("oxygen_min", 5, 2, "% saturation", "the day's least at a time of reading", delta=True),
            amount("appetite", 5, 3, "", "share of the intended ration that the fish took", delta=True),
            amount("feed_kg", 10, 4, "kg", "feed given that day", delta=True),
            count("mortality_count", "fish that died or were culled that day"),
        ),
        key=("assignment_id", "date"),
        order=("assignment_id", "date"),
        truth=True,
    ),
    Table(
        "health_event",
        "What befell a batch: the cause of deaths beyond the usual, and where a journal entry comes from.",
        (
            ROW_ID,
            BATCH_REF,
            CONTAINER_REF,
            Column("kind", TEXT, "what", codes=EVENT_KINDS),
            Column("cause", TEXT, "the deaths' cause", codes=MORTALITY_CAUSES),
            Column("start_date", DATE, "first day"),
            Column("end_date", DATE, "first day after"),
            amount("expected_loss", 6, 5, "share", "share of the fish that die of it"),
        ),
        key=("id",),
        id_bits=10,
        order=("id",),
        truth=True,
    ),
    Table(
        "treatment_truth",
        "What a treatment really did.",
        (
            BATCH_REF,
            Column("treatment_id", ID, "the treatment", references="treatment"),
            amount("efficacy", 6, 5, "share", "share of the mobile lice that it removed"),
            amount("expected_loss", 6, 5, "share", "share of the fish that die of it"),
        ),
        key=("treatment_id",),
        order=("treatment_id",),
        truth=True,
    ),
    Table(
        "lice_truth",
        "True mean lice a fish in one ring on the day of a count, before any treatment that day.",
        (
            BATCH_REF,
            CONTAINER_REF,
            OF_ASSIGNMENT,
            Column("date", DATE, "day", delta=True),
            amount("attached", 10, 4, "lice/fish", "copepodids and chalimi", delta=True),
            amount("mobile", 10, 4, "lice/fish", "pre-adults and adult males", delta=True),
            amount("adult_female", 10, 4, "lice/fish", "adult females", delta=True),
            amount("external_pressure", 10, 4, "lice/fish/week", "larvae from outside", delta=True),
        ),
        key=("assignment_id", "date"),
        order=("assignment_id", "date"),
        truth=True,
    ),
    Table(
        "sensor_fault",
        "A time during which a sensor did not show the water, cut to the stay.",
        (
            BATCH_REF,
            CONTAINER_REF,
            OF_ASSIGNMENT,
            Column("sensor_id", REF, "the sensor", references="sensor"),
            Column("kind", TEXT, "what went wrong", codes=("DROPOUT", "SPIKE", "FLAT_LINE")),
            Column("start_time", TIMESTAMP, "the first reading concerned"),
            Column("end_time", TIMESTAMP, "the last reading concerned"),
            Column("readings", pa.int32(), "readings concerned: missing ones of a dropout, wrong ones otherwise"),
        ),
        key=("sensor_id", "start_time"),
        order=("assignment_id", "sensor_id", "start_time"),
        truth=True,
    ),
)
