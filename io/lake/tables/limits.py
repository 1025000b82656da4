"""The dimension table of what the authorities allow; they stand behind the master data, which no database knows."""

from __future__ import annotations

import pyarrow as pa

from lake.tables.declaration import DIM_ID, REF, Column, Table, decimal

LIMIT_TABLES: tuple[Table, ...] = (
    Table(
        "lice_limit",
        "How many adult female salmon lice a fish may carry, by month; the areas of a geography have one limit.",
        (
            DIM_ID,
            Column("geography_id", REF, "where", references="geography"),
            Column("month", pa.int8(), "1 January to 12 December"),
            Column("adult_female_limit", decimal(8, 4), "the limit, mean over a site", unit="lice/fish"),
            Column("treated_above", decimal(8, 4), "a count above it orders a treatment", unit="lice/fish"),
        ),
        key=("id",),
        grain="a geography and month",
        unique=(("geography_id", "month"),),
    ),
)
