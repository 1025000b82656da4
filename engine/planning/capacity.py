"""How full a schedule makes its farm: load by pool, saturation over the steady state, the bottleneck."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.farm.infrastructure import Farm
from engine.farm.occupancy import Occupancy, occupancy
from engine.farm.schedule import Schedule, to_date
from engine.planning.sizing import Peak, peaks

SEA = 6


@dataclass(frozen=True)
class Pool:
    """The containers of one stage in one geography, and how many of them the plan holds.

    capacity: containers. usable: those that whole batches can fill (with 8 rings a batch in one area, 16 of
    an area's 20). peak: most held on a day, first on peak_day. mean: held on an average day of the window.
    """

    geography: str
    stage: str
    capacity: int
    usable: int
    peak: int
    peak_day: int
    mean: float

    @property
    def name(self) -> str:
        return f"{self.geography} {self.stage}"

    @property
    def peak_share(self) -> float:
        """Peak load over what is usable."""
        return self.peak / self.usable if self.usable else 0.0


@dataclass(frozen=True)
class Excess:
    """A batch that may outgrow a container."""

    number: str
    stage: str
    peak: Peak


@dataclass(frozen=True)
class Report:
    """A schedule's use of its farm. Saturations are occupied over available container-days in [first, last).

    `steady` tells that the window is the steady state: from the day on which the first batch of the geography
    that starts later could have left the sea, to the last start of the geography that ends earlier. A plan
    too short to have one is measured from its first start to the as-of date.
    """

    first_day: int
    last_day: int
    steady: bool
    freshwater: float
    sea: float
    total: float
    pools: tuple[Pool, ...]
    excesses: tuple[Excess, ...]

    @property
    def bottleneck(self) -> Pool:
        """The pool that the plan brings nearest to its limit."""
        return max(self.pools, key=lambda pool: pool.peak_share)


def capacity_report(schedule: Schedule) -> Report:
    """The report of a schedule; stays count in full as planned, whatever the as-of date."""
    farm, rows = schedule.farm, occupancy(schedule.batches)
    first_day, last_day, steady = _window(schedule)
    pools = _pools(farm, rows, first_day, last_day)
    span = last_day - first_day
    held = rows.days_within(first_day, last_day)
    at_sea = rows.stage == SEA
    sea_rooms = sum(1 for c in farm.containers if c.stage == SEA)
    freshwater_rooms = len(farm.containers) - sea_rooms
    freshwater_days, sea_days = int(held[~at_sea].sum()), int(held[at_sea].sum())
    excesses = tuple(
        Excess(batch.number, farm.stage_names[peak.stage - 1], peak)
        for batch in schedule.batches
        for peak in peaks(batch, farm, schedule.biology)
        if peak.over
    )
    return Report(
        first_day,
        last_day,
        steady,
        _share(freshwater_days, freshwater_rooms * span),
        _share(sea_days, sea_rooms * span),
        _share(freshwater_days + sea_days, len(farm.containers) * span),
        pools,
        excesses,
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _window(schedule: Schedule) -> tuple[int, int, bool]:
    starts: dict[int, list[int]] = {}
    for batch in schedule.batches:
        starts.setdefault(batch.geography_id, []).append(batch.start_day)
    first = max(min(days) for days in starts.values()) + sum(schedule.stage_days)
    last = min(max(days) for days in starts.values())
    if first < last:
        return first, last, True
    return min(min(days) for days in starts.values()), schedule.as_of_day, False


def _pools(farm: Farm, rows: Occupancy, first_day: int, last_day: int) -> tuple[Pool, ...]:
    stages, geographies = len(farm.stage_names), len(farm.geography_names)
    origin = int(rows.start_day.min())
    days = int(rows.end_day.max()) - origin + 1
    geography = np.array([0, *(c.geography_id - 1 for c in farm.containers)], dtype=np.int64)
    pool = geography[rows.container] * stages + rows.stage - 1
    change = np.zeros((geographies * stages, days), dtype=np.int64)
    np.add.at(change, (pool, rows.start_day - origin), 1)
    np.add.at(change, (pool, rows.end_day - origin), -1)
    load = np.cumsum(change, axis=1)
    window = load[:, first_day - origin : last_day - origin]
    sizes = np.zeros((geographies, stages), dtype=np.int64)
    for c in farm.containers:
        sizes[c.geography_id - 1, c.stage - 1] += 1
    rings = _rings_a_batch(rows)
    found = []
    for g in range(geographies):
        places = sum(len(a.ring_ids) // rings for a in farm.areas if a.geography_id == g + 1) if rings else 0
        for s in range(stages):
            mine, capacity = g * stages + s, int(sizes[g, s])
            at = int(load[mine].argmax())
            found.append(
                Pool(
                    farm.geography_names[g],
                    farm.stage_names[s],
                    capacity,
                    places * rings if s == SEA - 1 and rings else capacity,
                    int(load[mine, at]),
                    origin + at,
                    float(window[mine].sum()) / (last_day - first_day),
                )
            )
    return tuple(found)


def _rings_a_batch(rows: Occupancy) -> int:
    """The number of rings that every batch at sea takes; 0 when they differ or none is there."""
    counts = np.unique(np.unique(rows.batch[rows.stage == SEA], return_counts=True)[1])
    return int(counts[0]) if len(counts) == 1 else 0


def report_data(report: Report) -> dict[str, object]:
    """The report as plain values, for --json."""
    return {
        "saturation": {
            "planned": {
                "freshwater": round(report.freshwater, 4),
                "sea": round(report.sea, 4),
                "total": round(report.total, 4),
            },
            "from": to_date(report.first_day).isoformat(),
            "to": to_date(report.last_day).isoformat(),
            "steady_state": report.steady,
        },
        "bottleneck": report.bottleneck.name,
        "pools": [
            {
                "pool": pool.name,
                "containers": pool.capacity,
                "usable": pool.usable,
                "peak": pool.peak,
                "peak_day": to_date(pool.peak_day).isoformat(),
                "mean": round(pool.mean, 1),
            }
            for pool in report.pools
        ],
        "biomass_over_limit": sorted({e.number for e in report.excesses}),
    }
