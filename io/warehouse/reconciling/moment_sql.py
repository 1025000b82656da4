"""Times that follow from those of events, in DuckDB's SQL: the rules of warehouse.uat.times once more, so that what
warehouse.moments computed with arrays can be held against them."""

from __future__ import annotations

import pyarrow as pa

from warehouse.moments import DAY, DROPPED, INCREMENT, KEPT, MASK, MULTIPLIER
from warehouse.uat.times import LAST_DAY, PLANNED_LATELY, RUN_START, Moment, column_at

# what the views of reconciling.lake_views.create_views say of the run
RUN_START_SQL = "(SELECT first_day - DATE '1970-01-01' FROM run_days)"
AS_OF_SQL = "(SELECT as_of - DATE '1970-01-01' FROM run_days)"


class Moments:
    """The SQL of a table's times, t being its row; `joins` are those that it takes, to the rows of all the run."""

    def __init__(self, table: str) -> None:
        self._table = table
        self._aliases: dict[str, str] = {}
        self.joins: list[str] = []

    def seconds(self, moment: Moment) -> str:
        """A moment in seconds since 1970; null where nothing that it follows from is there."""
        event = f"coalesce({', '.join(self._value(path) for path in moment.of)})"
        if moment.clock:
            event = f"({event} + {self._value(moment.clock)})"
        drawn = "0"
        for key in (*(f"coalesce({self._value(key)}, 0)" for key in moment.keys), event):
            drawn = _next(f"{key} + {drawn}")
        if moment.exact:
            at = f"{event} + {_spread(drawn, moment.seconds)}"
        else:
            day = f"({event} // {DAY})"
            if moment.days != (0, 0):
                drawn = _next(drawn)
                day = f"({day} + {_spread(drawn, moment.days)})"
            if moment.weekdays:
                weekday = f"(({day} + 3) % 7)"
                day = f"({day} + CASE WHEN {weekday} > 4 THEN 7 - {weekday} ELSE 0 END)"
            if moment.plan:
                drawn = _next(drawn)
                day = f"least({day}, {AS_OF_SQL} - {_spread(drawn, PLANNED_LATELY)})"
            at = f"least({day}, {AS_OF_SQL} - 1) * {DAY} + {_spread(_next(drawn), moment.seconds)}"
        if not moment.plan:
            at = f"greatest({at}, {event})"
        at = f"least({at}, {AS_OF_SQL} * {DAY})"
        if moment.not_before is None:
            return f"CASE WHEN {event} IS NOT NULL THEN {at} END"
        earliest = self.seconds(moment.not_before)
        return f"CASE WHEN {event} IS NULL THEN {earliest} ELSE greatest({at}, {earliest}) END"

    def _value(self, path: str) -> str:
        if path in {RUN_START, LAST_DAY}:
            return f"({RUN_START_SQL if path == RUN_START else f'({AS_OF_SQL} - 1)'} * {DAY})"
        before, _, name = path.rpartition(".")
        column, value = column_at(self._table, path), f"{self._alias(before)}.{name}"
        if column.type == pa.date32():
            return f"(({value} - DATE '1970-01-01') * {DAY}::BIGINT)"
        return f"(epoch_us({value}) // 1000000)" if pa.types.is_temporal(column.type) else f"{value}::BIGINT"

    def _alias(self, path: str) -> str:
        """The alias of the row to which a path of references leads; joined once."""
        if not path:
            return "t"
        if path not in self._aliases:
            before, _, name = path.rpartition(".")
            parent, alias = self._alias(before), f"m{len(self._aliases)}"
            self._aliases[path] = alias
            table = column_at(self._table, path).references
            self.joins.append(f"LEFT JOIN whole.{table} {alias} ON {alias}.id = {parent}.{name}")
        return self._aliases[path]


def _next(number: str) -> str:
    return f"((({number}) * {MULTIPLIER} + {INCREMENT}) & {MASK})"


def _spread(drawn: str, between: tuple[int, int]) -> str:
    first, last = between
    return f"({first} + ((({drawn} >> {DROPPED}) * {last - first + 1}) >> {KEPT}))" if first != last else f"({first})"
