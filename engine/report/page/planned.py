"""What the plan puts beside what was lived on the page: containers held by pool, and the limits of lice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from engine.execution.plan_tables import plan_tables
from engine.farm.schedule import Schedule, to_date
from engine.planning.capacity import CapacityReport
from engine.report.page.datasets import EPOCH, query_rows
from lake.views import Connection

POINTS = 400
"""Days drawn of a pool at the most: a longer span is cut into so many equal steps."""

CHANGES = """
SELECT pool, day, sum(change)::BIGINT AS change
FROM (SELECT p.pool, s.begun AS day, 1 AS change FROM stay s JOIN place p USING (container_id)
      UNION ALL SELECT p.pool, s.ended, -1 FROM stay s JOIN place p USING (container_id))
GROUP BY ALL ORDER BY pool, day"""
SEA_DAYS = """
SELECT min(begun) AS first, max(ended) AS last FROM stay s JOIN place p USING (container_id)
WHERE p.area_id IS NOT NULL"""


def occupancy_rows(connection: Connection, report: CapacityReport, as_of_day: int) -> list[dict[str, Any]]:
    """Containers of each pool held on each day drawn, by plan and as lived; none lived from the as-of date on."""
    changes: dict[str, list[tuple[int, int]]] = {}
    for row in query_rows(connection, CHANGES):
        changes.setdefault(row["pool"], []).append(((row["day"] - EPOCH).days, row["change"]))
    rows = []
    for pool in report.pools:
        if not pool.capacity:
            continue
        step = max(1, -(-len(pool.load) // POINTS))
        days, held = (np.array(x, dtype=np.int64) for x in zip(*changes.get(pool.name, [(0, 0)]), strict=True))
        total = np.cumsum(held)
        for at in range(0, len(pool.load), step):
            day = pool.load_day + at
            before = int(np.searchsorted(days, day, side="right"))
            rows.append(
                {
                    "pool": pool.name,
                    "geography": pool.geography,
                    "day": to_date(day),
                    "executed": (int(total[before - 1]) if before else 0) if day < as_of_day else None,
                    "planned": int(pool.load[at]),
                    "usable": pool.usable,
                    "capacity": pool.capacity,
                }
            )
    return rows


def lice_limits(connection: Connection, schedule: Schedule, geographies: Sequence[str]) -> list[dict[str, Any]]:
    """Each geography's limit at the start of each month in which any fish were at sea, and at the end of the last."""
    (found,) = query_rows(connection, SEA_DAYS)
    first, last = found["first"], found["last"]
    if first is None:
        return []
    by_month = {
        (r["geography_id"], r["month"]): r["limit_females"] for r in plan_tables(schedule)["planned_lice_limit"]
    }
    rows = []
    for g, name in enumerate(geographies, 1):
        day = date(first.year, first.month, 1)
        while day < last:
            rows.append({"geography": name, "day": max(day, first), "limit": by_month[g, day.month]})
            day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        rows.append({"geography": name, "day": last, "limit": rows[-1]["limit"]})
    return rows
