"""What one call of a load did."""

from __future__ import annotations

from dataclasses import dataclass, field

from lake.tables import EVENT_TABLE_NAMES
from warehouse.differences import DifferingColumn


@dataclass
class LoadResult:
    """What one call did. `rows`: by lake table, written by this call, also where 0; `added_master_rows` and
    `history_rows`: by the target's; `differing_master_rows`: those that were there with other values, and were left so;
    `owner`: the username to whom the load belongs; times in seconds. `spent`: those of all connections together, by
    what they did (copy, indexes, keys, analyze); `bytes`: of the loaded tables and of their indexes."""

    already: bool
    owner: str = ""
    created_tables: bool = False
    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(EVENT_TABLE_NAMES, 0))
    added_master_rows: dict[str, int] = field(default_factory=dict)
    differing_master_rows: list[DifferingColumn] = field(default_factory=list)
    history_rows: dict[str, int] = field(default_factory=dict)
    set_aside: int = 0
    restored_first: int = 0
    copy_seconds: float = 0.0
    restore_seconds: float = 0.0
    spent: dict[str, float] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    def count(self, table: str, rows: int) -> None:
        """Rows of a table, by its lake's name, or of a history are in."""
        counts = self.rows if table in self.rows else self.history_rows
        counts[table] = counts.get(table, 0) + rows

    def spend(self, seconds: dict[str, float]) -> None:
        """A connection was busy so long."""
        for kind, more in seconds.items():
            self.spent[kind] = self.spent.get(kind, 0.0) + more

    @property
    def total_rows(self) -> int:
        """Event rows written by this call, and rows of their history."""
        return sum(self.rows.values()) + sum(self.history_rows.values())

    @property
    def rows_per_second(self) -> float:
        """Over all of the call; 0 where nothing was written."""
        return self.total_rows / self.seconds if self.seconds and self.total_rows else 0.0
