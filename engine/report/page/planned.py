"""What the plan puts beside what was lived on the page: containers held by pool."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.planning.capacity import CapacityReport
from engine.report.page.datasets import EPOCH, query_rows
from lake.views import Connection

POINTS = 400
"""Days drawn of a pool at the most: a longer span is cut into so many equal steps."""

CHANGES = """
SELECT pool, day, sum(change)::BIGINT AS change
FROM (SELECT pool, first_day AS day, 1 AS change FROM stay UNION ALL SELECT pool, end_day, -1 FROM stay)
GROUP BY ALL ORDER BY pool, day"""


def occupancy_columns(
    connection: Connection, report: CapacityReport, as_of_day: int
) -> dict[str, np.ndarray[Any, Any]]:
    """Containers of each pool held on each day drawn, by plan and as lived; none lived from the as-of date on."""
    changes: dict[str, list[tuple[int, int]]] = {}
    for row in query_rows(connection, CHANGES):
        changes.setdefault(row["pool"], []).append(((row["day"] - EPOCH).days, row["change"]))
    parts = []
    for pool in report.pools:
        if not pool.capacity:
            continue
        at = np.arange(0, len(pool.load), max(1, -(-len(pool.load) // POINTS)))
        day = pool.load_day + at
        changed, held = (np.array(x, dtype=np.int64) for x in zip(*changes.get(pool.name, [(0, 0)]), strict=True))
        total = np.concatenate([[0], np.cumsum(held)])[np.searchsorted(changed, day, side="right")]
        same = {"pool": pool.name, "geography": pool.geography, "usable": pool.usable, "capacity": pool.capacity}
        parts.append(
            {
                **{name: np.full(len(at), value) for name, value in same.items()},
                "day": day.astype("datetime64[D]"),
                "executed": np.where(day < as_of_day, total, np.nan),
                "planned": pool.load[at],
            }
        )
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
