"""Columns of a row and of what it refers to, in DuckDB's SQL, on the views of reconciling.lake_views.create_views."""

from __future__ import annotations

import pyarrow as pa

from warehouse.moments import DAY
from warehouse.uat.times import LAST_DAY, RUN_START, column_at

RUN_START_SQL = "(SELECT first_day - DATE '1970-01-01' FROM run_days)"
AS_OF_SQL = "(SELECT as_of - DATE '1970-01-01' FROM run_days)"


class Paths:
    """What paths from a table's row t lead to; `joins` are those that it takes, to the rows of all the run."""

    def __init__(self, table: str) -> None:
        self.table = table
        self.joins: list[str] = []
        self._aliases: dict[str, str] = {}

    def value(self, path: str) -> str:
        """A number as it is, days and times in seconds."""
        if path in {RUN_START, LAST_DAY}:
            return f"({RUN_START_SQL if path == RUN_START else f'({AS_OF_SQL} - 1)'} * {DAY})"
        before, _, name = path.rpartition(".")
        column, value = column_at(self.table, path), f"{self._alias(before)}.{name}"
        if column.type == pa.date32():
            return f"(({value} - DATE '1970-01-01') * {DAY}::BIGINT)"
        return f"(epoch_us({value}) // 1000000)" if pa.types.is_temporal(column.type) else f"{value}::BIGINT"

    def join(self, rows: str, condition: str) -> str:
        """Join some rows; their alias, which {alias} stands for in the condition."""
        alias = f"m{len(self.joins)}"
        self.joins.append(f"LEFT JOIN {rows} {alias} ON {condition.format(alias=alias)}")
        return alias

    def _alias(self, path: str) -> str:
        """The alias of the row to which a path of references leads; joined once."""
        if not path:
            return "t"
        if path not in self._aliases:
            before, _, name = path.rpartition(".")
            parent, table = self._alias(before), column_at(self.table, path).references
            self._aliases[path] = self.join(f"whole.{table}", f"{{alias}}.id = {parent}.{name}")
        return self._aliases[path]
