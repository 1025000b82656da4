"""How many bytes the run's own server needs for the rows that are to be loaded, foreseen before one is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

from warehouse.server_memory import free_memory, sorting_memory
from warehouse.uat.history import History
from warehouse.uat.mapping import EVENTS

# Bytes a row, measured on the demo's 2.8 million rows with PostgreSQL 18: of the table, of all its indexes. The tables
# that make up the most; the others are taken as such rows are at large.
MEASURED = MappingProxyType(
    {
        "environmental_environmentalreading": (117, 179),
        "batch_actualdailyassignmentstate": (370, 170),
        "batch_individualgrowthobservation": (83, 71),
        "inventory_feedingevent": (154, 68),
        "batch_liveforwardprojection": (176, 150),
        "health_fishparameterscore": (77, 84),
        "smoltworks.daily_truth": (131, 33),
        "batch_mortalityevent": (94, 47),
        "health_mortalityrecord": (85, 64),
        "health_licecount": (127, 79),
        "inventory_containerfeedingsummary": (139, 158),
        "scenario_scenarioprojection": (127, 115),
    }
)
OTHERS = (125, 105)
STATES = (130, 95)  # of a history table
NEW_SERVER = 57_000_000  # initdb's files, the first of the server's log, and our tables without rows
# What a load that is logged (warehouse.first_load's is not) takes beside:
KEYS = 44  # bytes a row, of the indexes that stay up while rows are copied
LOGGED = 100  # bytes a row goes into the server's log beside the row itself: its keys that stay up
MOST_LOGGED = 1 << 30  # the log is cut when it is as long, as warehouse.server_process sets it
SEEN = 0.65  # of a table's pages are in the log once more when its indexes are made: each is marked as it is first read
# Of the largest table while its indexes are made: bytes a row to sort in memory; that several processes set down for
# one index in any case; and that are set down for two at a time if the memory is too small.
SORTED, SET_DOWN, SET_DOWN_BY_TWO = 60, 40, 80


@dataclass(frozen=True)
class Way:
    """How a load goes: whether its rows are logged, and in how many bytes an index is sorted."""

    logged: bool = False
    memory: int = 0


def way(connections: int, *, logged: bool) -> Way:
    """How a load over so many connections goes on this machine."""
    return Way(logged=logged, memory=sorting_memory(connections, free_memory()))


def bytes_needed(coming: dict[str, int], histories: Iterable[History] = (), way: Way = Way()) -> int:
    """Bytes at most at a time, for rows by lake table and the states of their history; without the server itself."""
    counted = [(mapping.uat, coming.get(mapping.lake, 0), OTHERS) for mapping in EVENTS]
    counted += [(h.mapping.uat, coming.get(h.table.lake, 0) * h.states, STATES) for h in histories]
    table_bytes = index_bytes = rows = 0
    for name, count, otherwise in counted:
        of_table, of_indexes = MEASURED.get(name, otherwise)
        table_bytes += of_table * count
        index_bytes += of_indexes * count
        rows += count
    largest = max((count for _, count, _ in counted), default=0)
    indexing = table_bytes + index_bytes + largest * (SET_DOWN_BY_TWO if SORTED * largest > way.memory else SET_DOWN)
    if not way.logged:
        return indexing
    copying = table_bytes + KEYS * rows + min(table_bytes + LOGGED * rows, MOST_LOGGED)
    return max(copying, indexing + min(round(SEEN * table_bytes), MOST_LOGGED))
