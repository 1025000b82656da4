"""How full a schedule makes its farm: load by pool, saturation over the steady state, the bottleneck, the bound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.farm.infrastructure import Farm
from engine.farm.occupancy import Ints, Occupancy, occupancy
from engine.farm.schedule import Batch, Schedule, to_date
from engine.forecast.sizing import Peak, predict_peaks
from engine.planning.bounds import Bound, max_batches, upper_bound
from engine.planning.places import Rules, max_usable_rings
from engine.planning.starts import Start
from lake.codes import SEA
from lake.manifest import Manifest
from lake.views import connect

HELD = """
WITH lived AS (
    SELECT container_id, assignment_date - DATE '1970-01-01' AS first,
        coalesce(departure_date, run.as_of) - DATE '1970-01-01' AS last
    FROM container_assignment, run WHERE initial_count > 0
)
SELECT container_id, sum(greatest(0, least(last, $last) - greatest(first, $first)))::BIGINT FROM lived GROUP BY ALL
"""
"""Days that each container was held from the first day to before the last, both since 1970."""


@dataclass(frozen=True)
class Pool:
    """The containers of one stage in one geography, and how many of them the plan holds.

    capacity: containers. usable: those that whole batches can fill (with 8 rings a batch in one area, 16 of
    an area's 20). load: held on each day from load_day on. peak: most held on a day, first on peak_day. mean:
    held on an average day of the window.
    """

    geography: str
    stage: str
    capacity: int
    usable: int
    peak: int
    peak_day: int
    mean: float
    load_day: int
    load: Ints

    @property
    def name(self) -> str:
        return f"{self.geography} {self.stage}"

    @property
    def peak_share(self) -> float:
        """Peak load over what is usable."""
        return self.peak / self.usable if self.usable else 0.0


@dataclass(frozen=True)
class Saturation:
    """Occupied over available container-days on land, at sea and together."""

    freshwater: float
    sea: float
    total: float


@dataclass(frozen=True)
class Excess:
    """A batch that may outgrow a container."""

    number: str
    stage: str
    peak: Peak


@dataclass(frozen=True)
class CapacityReport:
    """A schedule's use of its farm. Saturations are occupied over available container-days in [first, last).

    `steady` tells that the window is the steady state: from the day on which the first batch of the geography
    that starts later could have left the sea, to the last start of the geography that ends earlier. A plan
    too short to have one is measured from its first start to the as-of date.

    bound: what no plan on this farm can exceed; most_batches: that no plan in this plan's span can exceed;
    reachable: the total saturation that no rings could exceed for these starts. rings: batches by rings at sea.
    """

    first_day: int
    last_day: int
    steady: bool
    freshwater: float
    sea: float
    total: float
    pools: tuple[Pool, ...]
    excesses: tuple[Excess, ...]
    bound: Bound
    max_batches: int
    reachable: float
    rings: dict[int, int]

    @property
    def bottleneck(self) -> Pool:
        """The pool that the plan brings nearest to its limit."""
        return max(self.pools, key=lambda pool: pool.peak_share)


def capacity_report(schedule: Schedule, rules: Rules | None = None) -> CapacityReport:
    """The report of a schedule; stays count in full as planned, whatever the as-of date.

    Bounds are for `rules`, or else for the fewest and most rings that the schedule's batches take.
    """
    farm, rows = schedule.farm, occupancy(schedule.batches)
    rings = _rings_histogram(schedule.batches)
    rules = rules or Rules(
        min_rings=min(rings, default=1), max_rings=max(rings, default=1), areas_per_batch=schedule.areas_per_batch
    )
    first_day, last_day, steady = steady_state(schedule)
    pools = _measure_pools(farm, rows, first_day=first_day, last_day=last_day, rules=rules)
    span = last_day - first_day
    held = rows.days_within(first_day, last_day)
    ring = rows.stage == SEA
    sea_rooms = sum(1 for c in farm.containers if c.stage == SEA)
    freshwater_rooms = len(farm.containers) - sea_rooms
    freshwater_days, sea_days = int(held[~ring].sum()), int(held[ring].sum())
    *land, last = schedule.stage_days
    stays = [stay for batch in schedule.batches for stay in batch.stays if stay.stage == SEA]
    at_sea = {stay.days for stay in stays}
    excesses = tuple(
        Excess(number=batch.number, stage=farm.stage_names[peak.stage - 1], peak=peak)
        for batch in schedule.batches
        for peak in predict_peaks(batch, farm, schedule.biology)
        if peak.is_over_limit
    )
    return CapacityReport(
        first_day=first_day,
        last_day=last_day,
        steady=steady,
        freshwater=_share(freshwater_days, freshwater_rooms * span),
        sea=_share(sea_days, sea_rooms * span),
        total=_share(freshwater_days + sea_days, len(farm.containers) * span),
        pools=pools,
        excesses=excesses,
        bound=upper_bound(farm, (*land, max(at_sea, default=last)), rules, min(at_sea, default=last)),
        max_batches=max_batches(farm, _starts(schedule), (*land, min(at_sea, default=last)), rules),
        reachable=_share(
            freshwater_days + _reachable_ring_days(schedule, rules, first_day, last_day), len(farm.containers) * span
        ),
        rings=dict(sorted(rings.items())),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _rings_histogram(batches: Sequence[Batch]) -> Counter[int]:
    return Counter(len(stay.container_ids) for batch in batches for stay in batch.stays if stay.stage == SEA)


def _reachable_ring_days(schedule: Schedule, rules: Rules, first_day: int, last_day: int) -> int:
    """Ring-days in [first_day, last_day) if every batch took the most rings while there are any."""
    total = 0
    for geography_id in (geography.id for geography in schedule.farm.geographies):
        at_sea = np.zeros(last_day - first_day + 1, dtype=np.int64)
        for batch in schedule.batches:
            for stay in batch.stays:
                if batch.geography_id == geography_id and stay.stage == SEA:
                    at_sea[min(max(stay.start_day, first_day), last_day) - first_day] += 1
                    at_sea[min(max(stay.end_day, first_day), last_day) - first_day] -= 1
        batches = np.cumsum(at_sea)[:-1]
        usable = max_usable_rings(_area_rings(schedule.farm, geography_id), rules)
        total += int(np.minimum(batches * rules.max_rings, usable).sum())
    return total


def _area_rings(farm: Farm, geography_id: int) -> list[int]:
    return [len(area.ring_ids) for area in farm.areas_in(geography_id)]


def steady_state(schedule: Schedule) -> tuple[int, int, bool]:
    """The window [first, last) over which saturation is taken, and whether it is the steady state."""
    starts = _starts(schedule)
    first, last = _steady_window(starts, schedule.stage_days)
    if first < last:
        return first, last, True
    return min(start.start_day for start in starts), schedule.as_of_day, False


def steady_days(starts: Sequence[Start], stage_days: Sequence[int]) -> int:
    """Days that the steady state lasts; 0 or less when there is none."""
    first, last = _steady_window(starts, stage_days)
    return last - first


def _steady_window(starts: Sequence[Start], stage_days: Sequence[int]) -> tuple[int, int]:
    days: dict[int, list[int]] = {}
    for start in starts:
        days.setdefault(start.geography_id, []).append(start.start_day)
    return max(map(min, days.values())) + sum(stage_days), min(map(max, days.values()))


def _starts(schedule: Schedule) -> list[Start]:
    return [Start(number=b.number, geography_id=b.geography_id, start_day=b.start_day) for b in schedule.batches]


def _measure_pools(farm: Farm, rows: Occupancy, first_day: int, last_day: int, rules: Rules) -> tuple[Pool, ...]:
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
    found = []
    for g in range(geographies):
        rings = max_usable_rings(_area_rings(farm, g + 1), rules)
        for s in range(stages):
            mine, capacity = g * stages + s, int(sizes[g, s])
            at = int(load[mine].argmax())
            found.append(
                Pool(
                    geography=farm.geography_names[g],
                    stage=farm.stage_names[s],
                    capacity=capacity,
                    usable=rings if s == SEA - 1 else capacity,
                    peak=int(load[mine, at]),
                    peak_day=origin + at,
                    mean=float(window[mine].sum()) / (last_day - first_day),
                    load_day=origin,
                    load=load[mine],
                )
            )
    return tuple(found)


def report_data(report: CapacityReport) -> dict[str, object]:
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
        "upper_bound": {
            "batches": report.max_batches,
            "saturation": round(report.bound.total, 4),
            "freshwater": round(report.bound.freshwater, 4),
            "sea": round(report.bound.sea, 4),
            "days_between_starts": {pace.geography: round(float(pace.days), 3) for pace in report.bound.paces},
            "total_for_these_starts": round(report.reachable, 4),
            "gap": round(report.bound.total - report.total, 4),
            "gap_for_these_starts": round(report.reachable - report.total, 4),
        },
        "rings_histogram": {str(rings): count for rings, count in report.rings.items()},
        "bottleneck": report.bottleneck.name,
        "pools": [
            {
                "pool": pool.name,
                "capacity": pool.capacity,
                "usable": pool.usable,
                "peak": pool.peak,
                "peak_day": to_date(pool.peak_day).isoformat(),
                "mean": round(pool.mean, 1),
            }
            for pool in report.pools
        ],
        "biomass_over_limit": sorted({e.number for e in report.excesses}),
    }


def executed_saturation(run_dir: Path, schedule: Schedule, manifest: Manifest) -> Saturation:
    """Occupied over available container-days of a complete run, over its schedule's steady state.

    From container_assignment: stays as they were lived, up to the as-of date.
    """
    first_day, last_day, _ = steady_state(schedule)
    at_sea = np.array([False, *(c.stage == SEA for c in schedule.farm.containers)])
    with connect(run_dir, manifest, tables=("container_assignment",)) as lake:
        asked = lake.execute(HELD, {"first": first_day, "last": last_day})
        found = np.array(asked.fetchall(), dtype=np.int64).reshape(-1, 2)
    held = np.bincount(at_sea[found[:, 0]], weights=found[:, 1], minlength=2).astype(np.int64)
    rooms = np.bincount(at_sea[1:], minlength=2) * (last_day - first_day)
    return Saturation(
        freshwater=_share(int(held[0]), int(rooms[0])),
        sea=_share(int(held[1]), int(rooms[1])),
        total=_share(int(held.sum()), int(rooms.sum())),
    )
