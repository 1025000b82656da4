"""Every table of the lake, declared once: schema, checks and mapping follow from it."""

from __future__ import annotations

from types import MappingProxyType

from lake.tables.declaration import Table
from lake.tables.events import STOCK_TABLES
from lake.tables.harvest import HARVEST_TABLES
from lake.tables.health import HEALTH_TABLES
from lake.tables.limits import LIMIT_TABLES
from lake.tables.masters import MASTER_TABLES
from lake.tables.origin import ORIGIN_TABLES
from lake.tables.outlook import OUTLOOK_TABLES
from lake.tables.places import PLACE_TABLES
from lake.tables.surroundings import SURROUNDINGS_TABLES
from lake.tables.trade import TRADE_TABLES
from lake.tables.truth import TRUTH_TABLES

EVENT_TABLES: tuple[Table, ...] = (
    *STOCK_TABLES,
    *HARVEST_TABLES,
    *ORIGIN_TABLES,
    *HEALTH_TABLES,
    *TRADE_TABLES,
    *OUTLOOK_TABLES,
    *SURROUNDINGS_TABLES,
    *TRUTH_TABLES,
)
DIMENSION_TABLES: tuple[Table, ...] = (*PLACE_TABLES, *MASTER_TABLES, *LIMIT_TABLES)
TABLES = MappingProxyType({t.name: t for t in (*EVENT_TABLES, *DIMENSION_TABLES)})
EVENT_TABLE_NAMES = tuple(t.name for t in EVENT_TABLES)
DIMENSION_TABLE_NAMES = tuple(t.name for t in DIMENSION_TABLES)
SUBJECTS = MappingProxyType(
    {
        title: tuple(t.name for t in tables)
        for title, tables in {
            "Stock, feed and growth": STOCK_TABLES,
            "Eggs and moves": ORIGIN_TABLES,
            "Health": HEALTH_TABLES,
            "Harvest": HARVEST_TABLES,
            "Trade and summaries": TRADE_TABLES,
            "Plans and forecasts": OUTLOOK_TABLES,
            "Weather and light": SURROUNDINGS_TABLES,
            "What only the simulator knows": TRUTH_TABLES,
            "Places and kinds": PLACE_TABLES,
            "People, companies and lists": MASTER_TABLES,
            "Limits": LIMIT_TABLES,
        }.items()
    }
)
