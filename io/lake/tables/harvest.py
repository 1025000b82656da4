"""The event tables of a batch's harvest: rings emptied, and lots of a grade and size."""

from __future__ import annotations

from lake.codes import SIZE_CLASSES
from lake.tables.declaration import (
    ASSIGNMENT_REF,
    BATCH_REF,
    CONTAINER_REF,
    ID,
    REF,
    ROW_ID,
    TEXT,
    TIMESTAMP,
    Column,
    Table,
    count,
    decimal,
)

HARVEST_TABLES: tuple[Table, ...] = (
    Table(
        "harvest_event",
        "One ring emptied on one day; a batch's rings may follow each other over several days.",
        (
            ROW_ID,
            BATCH_REF,
            CONTAINER_REF,
            ASSIGNMENT_REF,
            Column("event_date", TIMESTAMP, "the last day of the ring's stay, 22:00 UTC, after the day's readings"),
            Column("dest_geography_id", REF, "where the fish are processed", references="geography"),
            Column("document_ref", TEXT, "number of the harvest note"),
            count("harvested_count", "fish taken"),
            Column("live_weight_kg", decimal(12, 3), "their live weight", unit="kg"),
        ),
        key=("id",),
        grain="a ring harvested on one day",
        id_bits=10,
        order=("id",),
    ),
    Table(
        "harvest_lot",
        "A harvest's fish of one grade and size class. Lots of very few fish join the next size of their grade.",
        (
            ROW_ID,
            BATCH_REF,
            Column("event_id", ID, "the harvest", references="harvest_event"),
            Column("product_grade_id", REF, "the grade", references="product_grade"),
            Column("size_class", TEXT, "gutted weight of the fish in the mean, kg", codes=SIZE_CLASSES),
            count("unit_count", "fish"),
            Column("live_weight_kg", decimal(12, 3), "live weight", unit="kg"),
            Column("gutted_weight_kg", decimal(12, 3), "head-on gutted weight", unit="kg"),
        ),
        key=("id",),
        grain="a harvest, grade and size class",
        unique=(("event_id", "product_grade_id", "size_class"),),
        id_bits=14,
        order=("id",),
    ),
)
