"""The event tables of what surrounds the fish's areas: the weather above them and the light that reaches them."""

from __future__ import annotations

import pyarrow as pa

from lake.tables.declaration import DATE, REF, ROW_ID, TIMESTAMP, Column, Table, decimal

# An area's days are written with the batch of the lowest id that is planned to stand there, once for all that do.
WITH_BATCH = Column(
    "batch_id",
    REF,
    "the batch with which it is written: planned in the area that day, the first so",
    references="batch",
)
AREA = Column("area_id", REF, "the sea area", references="area")

SURROUNDINGS_TABLES: tuple[Table, ...] = (
    Table(
        "weather_data",
        "The weather above a sea area at the hours of observation, on the days on which fish are planned to be there.",
        (
            ROW_ID,
            WITH_BATCH,
            AREA,
            Column("timestamp", TIMESTAMP, "when, UTC", plain=True),
            Column("temperature", decimal(5, 2), "of the air", unit="degC"),
            Column("wind_speed", decimal(6, 2), "mean wind", unit="m/s"),
            Column("wind_direction", pa.int32(), "where the wind comes from, 0 to 359", unit="deg"),
            Column("precipitation", decimal(6, 2), "since the last observation", unit="mm"),
            Column("wave_height", decimal(5, 2), "significant, at the site", unit="m"),
            Column("wave_period", decimal(5, 2), "of the mean wave", unit="s"),
            Column("wave_direction", pa.int32(), "where the waves come from, 0 to 359", unit="deg"),
            Column("cloud_cover", pa.int32(), "of the sky", unit="%"),
        ),
        key=("id",),
        grain="a sea area and time of observation",
        unique=(("area_id", "timestamp"),),
        id_bits=16,
        order=("id",),
    ),
    Table(
        "photoperiod_data",
        "The natural light of a sea area by day, on the days on which fish are planned to be there. Halls have none: "
        "the application's table knows areas alone.",
        (
            ROW_ID,
            WITH_BATCH,
            AREA,
            Column("date", DATE, "day", delta=True),
            Column("day_length_hours", decimal(5, 2), "sunrise to sunset at the area's latitude", unit="h"),
            Column("light_intensity", decimal(10, 2), "at noon, under that day's clouds", unit="lux"),
            Column("is_interpolated", pa.bool_(), "computed, not measured: always"),
        ),
        key=("id",),
        grain="a sea area and day",
        unique=(("area_id", "date"),),
        id_bits=14,
        order=("id",),
    ),
)
