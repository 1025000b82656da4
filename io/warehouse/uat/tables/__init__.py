"""Every table that the loader fills: the UAT's, and in the schema `smoltworks` what the UAT has no place for."""

from __future__ import annotations

from types import MappingProxyType

from lake.tables import EVENT_TABLES
from warehouse.uat.tables import events, health, masters, outlook, surroundings, trade
from warehouse.uat.tables.declaration import parse
from warehouse.uat.tables.history import has_history, history_name, history_table
from warehouse.uat.tables.truth import SCHEMA, truth_table

UAT_TABLES = MappingProxyType(
    {
        table.name: table
        for module in (masters, events, health, trade, outlook, surroundings)
        for table in parse(module.TEXT)
    }
)
TRUTH_TABLES = MappingProxyType({f"{SCHEMA}.{t.name}": truth_table(t) for t in EVENT_TABLES if t.truth})
HISTORY_TABLES = MappingProxyType(
    {history_name(name): history_table(table) for name, table in UAT_TABLES.items() if has_history(name)}
)
TARGET_TABLES = MappingProxyType({**UAT_TABLES, **TRUTH_TABLES, **HISTORY_TABLES})
