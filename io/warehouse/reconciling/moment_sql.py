"""Times that follow from those of events, in DuckDB's SQL: the rules of warehouse.uat.times once more, so that what
warehouse.moments computed with arrays can be held against them."""

from __future__ import annotations

from warehouse.moments import DAY, DROPPED, INCREMENT, KEPT, MASK, MULTIPLIER
from warehouse.reconciling.paths_sql import AS_OF_SQL, Paths
from warehouse.uat.times import PLANNED_LATELY, Moment


def seconds(paths: Paths, moment: Moment) -> str:
    """A moment in seconds since 1970; null where nothing that it follows from is there."""
    event = f"coalesce({', '.join(paths.value(path) for path in moment.of)})"
    drawn = "0"
    for key in (*(f"coalesce({paths.value(key)}, 0)" for key in moment.keys), event):
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
    earliest = seconds(paths, moment.not_before)
    return f"CASE WHEN {event} IS NULL THEN {earliest} ELSE greatest({at}, {earliest}) END"


def _next(number: str) -> str:
    return f"((({number}) * {MULTIPLIER} + {INCREMENT}) & {MASK})"


def _spread(drawn: str, between: tuple[int, int]) -> str:
    first, last = between
    return f"({first} + ((({drawn} >> {DROPPED}) * {last - first + 1}) >> {KEPT}))" if first != last else f"({first})"
