"""Every table of the lake, declared once: schema, checks and mapping follow from it."""

from __future__ import annotations

from types import MappingProxyType

from lake.declaration import Column, Table
from lake.dimension_tables import PLACE_TABLES
from lake.event_tables import STOCK_TABLES
from lake.health_tables import HEALTH_TABLES
from lake.master_tables import MASTER_TABLES
from lake.origin_tables import ORIGIN_TABLES
from lake.outlook_tables import OUTLOOK_TABLES
from lake.trade_tables import TRADE_TABLES
from lake.truth_tables import TRUTH_TABLES

EVENT_TABLES: tuple[Table, ...] = (
    *STOCK_TABLES,
    *ORIGIN_TABLES,
    *HEALTH_TABLES,
    *TRADE_TABLES,
    *OUTLOOK_TABLES,
    *TRUTH_TABLES,
)
DIMENSION_TABLES: tuple[Table, ...] = (*PLACE_TABLES, *MASTER_TABLES)
TABLES = MappingProxyType({t.name: t for t in (*EVENT_TABLES, *DIMENSION_TABLES)})
EVENT_TABLE_NAMES = tuple(t.name for t in EVENT_TABLES)
DIMENSION_TABLE_NAMES = tuple(t.name for t in DIMENSION_TABLES)

__all__ = [
    "DIMENSION_TABLES",
    "DIMENSION_TABLE_NAMES",
    "EVENT_TABLES",
    "EVENT_TABLE_NAMES",
    "TABLES",
    "Column",
    "Table",
]
