"""The truth tables: what only the simulator knows, so that an estimate or a detector can be scored."""

from __future__ import annotations

import pyarrow as pa

from lake.codes import EVENT_KINDS, MORTALITY_CAUSES
from lake.tables.declaration import (
    ASSIGNMENT_REF,
    BATCH_REF,
    CONTAINER_REF,
    DATE,
    ID,
    REF,
    ROW_ID,
    STAY_REF,
    TEXT,
    TIMESTAMP,
    Column,
    Table,
    count,
    decimal,
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
            Column("avg_weight_g", decimal(10, 2), "mean live weight", unit="g", delta=True),
            Column("std_weight_g", decimal(10, 2), "standard deviation of live weight", unit="g", delta=True),
            count("population", "fish, with the dead that nobody has collected yet", delta=True),
            Column("biomass_kg", decimal(12, 2), "population x avg_weight_g / 1000", unit="kg", delta=True),
            Column(
                "temp_c",
                decimal(5, 2),
                "the day's mean water temperature, by which the fish grew",
                unit="degC",
                delta=True,
            ),
            Column(
                "oxygen_outside",
                decimal(5, 2),
                "the day's mean of the water that comes in",
                unit="% saturation",
                delta=True,
            ),
            Column("oxygen_mean", decimal(5, 2), "the day's mean in the container", unit="% saturation", delta=True),
            Column(
                "oxygen_min", decimal(5, 2), "the day's least at a time of reading", unit="% saturation", delta=True
            ),
            Column("appetite", decimal(5, 3), "share of the intended ration that the fish took", delta=True),
            Column("feed_kg", decimal(10, 4), "feed given that day", unit="kg", delta=True),
            count("mortality_count", "fish that died or were culled that day"),
        ),
        key=("assignment_id", "date"),
        grain="a stay and day",
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
            Column("cause", TEXT, "the deaths' cause", codes=MORTALITY_CAUSES, repeats="mortality_reason.name"),
            Column("start_date", DATE, "first day"),
            Column("end_date", DATE, "first day after, if the fish are still there: it may lie after the as-of date"),
            Column(
                "expected_loss", decimal(6, 5), "share of the fish that die of it if it runs its course", unit="share"
            ),
        ),
        key=("id",),
        grain="a container and what befell it",
        unique=(("container_id", "kind", "start_date"),),
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
            Column("efficacy", decimal(6, 5), "share of the mobile lice that it removed", unit="share"),
            Column("expected_loss", decimal(6, 5), "share of the fish that die of it", unit="share"),
        ),
        key=("treatment_id",),
        grain="a treatment",
        order=("treatment_id",),
        truth=True,
    ),
    Table(
        "lice_truth",
        "True mean lice a fish in one ring on the day of a count, before any treatment that day; and what was counted, "
        "so that a type not found is told from a row that is missing.",
        (
            BATCH_REF,
            CONTAINER_REF,
            STAY_REF,
            Column("date", DATE, "day", delta=True),
            Column("attached", decimal(10, 4), "copepodids and chalimi", unit="lice/fish", delta=True),
            Column("mobile", decimal(10, 4), "pre-adults and adult males", unit="lice/fish", delta=True),
            Column("adult_female", decimal(10, 4), "adult females", unit="lice/fish", delta=True),
            Column("external_pressure", decimal(10, 4), "larvae from outside", unit="lice/fish/week", delta=True),
            Column("fish_sampled", pa.int32(), "fish examined", unit="fish"),
            Column("types_found", pa.int32(), "types of lice found on them; of every other type there were 0"),
            Column("lice_counted", pa.int32(), "lice of all types found on them", unit="lice"),
        ),
        key=("assignment_id", "date"),
        grain="a stay and day of counting",
        order=("assignment_id", "date"),
        truth=True,
    ),
    Table(
        "sensor_fault",
        "A time during which a sensor did not show the water, cut to the stay.",
        (
            BATCH_REF,
            CONTAINER_REF,
            STAY_REF,
            Column("sensor_id", REF, "the sensor", references="sensor"),
            Column("kind", TEXT, "what went wrong", codes=("DROPOUT", "SPIKE", "FLAT_LINE")),
            Column("start_time", TIMESTAMP, "the first reading concerned"),
            Column("end_time", TIMESTAMP, "the last reading concerned"),
            Column("readings", pa.int32(), "readings concerned: missing ones of a dropout, wrong ones otherwise"),
        ),
        key=("sensor_id", "start_time"),
        grain="a sensor and fault",
        order=("assignment_id", "sensor_id", "start_time"),
        truth=True,
    ),
)
