"""Every table of the lake, declared once: schema, checks and mapping follow from it."""

from __future__ import annotations

from types import MappingProxyType

from lake.declaration import Column, Table
from lake.dimension_tables import DIMENSION_TABLES
from lake.event_tables import EVENT_TABLES

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
