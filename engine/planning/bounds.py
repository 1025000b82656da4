"""What a farm can hold at the most, whatever the plan: proved, not searched for.

A batch of stage s holds a whole hall for its days and the fallow ones, and at sea one of K places (places.py).
A pool of K places whose stays last P days each starts K batches in P days at the most, over any length of
time, since those K + 1 that start within P days would all be there on the last of them. So a geography starts
a batch every max(P / K) days on average, no matter how starts are spread: its freshwater load follows from
that rate, and its rings are held for no more than their share without fallow days, nor by more rings than the
batches may take. Where stays at sea differ, the shortest sets the pace and the longest the rings. Means are over
whole cycles of the sea; a shorter window can stand out by its edges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.farm.infrastructure import Farm
from engine.planning.places import Rules, max_places, max_usable_rings
from engine.planning.starts import Start
from lake.codes import SEA


@dataclass(frozen=True)
class Pace:
    """The shortest mean days between a geography's starts, and the stage (1 to 6) that sets it."""

    geography: str
    days: Fraction
    stage: int


@dataclass(frozen=True)
class Bound:
    """Upper bounds of the saturations over whole cycles, and each geography's pace. An unusable geography has none."""

    freshwater: float
    sea: float
    total: float
    paces: tuple[Pace, ...]


def places_by_stage(farm: Farm, geography_id: int, stage_days: Sequence[int], rules: Rules) -> list[tuple[int, int]]:
    """(places, days that one is held by a batch) of each stage in a geography, fallow days included."""
    halls = [len(farm.halls_in(geography_id, stage)) for stage in range(1, len(stage_days))]
    rings = [len(area.ring_ids) for area in farm.areas_in(geography_id)]
    return [
        (n, days + rules.fallow_days) for n, days in zip([*halls, max_places(rings, rules)], stage_days, strict=True)
    ]


def upper_bound(farm: Farm, stage_days: Sequence[int], rules: Rules, shortest_at_sea: int | None = None) -> Bound:
    """The farm's bound for batches of these stages' days, at sea for `shortest_at_sea` to stage_days[5]."""
    paces, land, sea = [], Fraction(0), Fraction(0)
    for geography in farm.geographies:
        held = places_by_stage(farm, geography.id, (*stage_days[:-1], shortest_at_sea or stage_days[-1]), rules)
        if not all(places for places, _ in held):
            continue
        days, stage = max((Fraction(days, places), -i) for i, (places, days) in enumerate(held, 1))
        paces.append(Pace(geography=geography.name, days=days, stage=-stage))
        land += farm.model.halls.containers * sum(stage_days[:-1]) / days
        rings = [len(area.ring_ids) for area in farm.areas_in(geography.id)]
        at_sea = stage_days[-1]
        sea += min(
            Fraction(max_usable_rings(rings, rules) * at_sea, at_sea + rules.fallow_days),
            rules.max_rings * at_sea / days,
        )
    rooms = sum(1 for c in farm.containers if c.stage == SEA)
    tanks = len(farm.containers) - rooms
    return Bound(
        freshwater=_share(land, tanks),
        sea=_share(sea, rooms),
        total=_share(land + sea, rooms + tanks),
        paces=tuple(paces),
    )


def _share(part: Fraction, whole: int) -> float:
    return float(part / whole) if whole else 0.0


def max_batches(farm: Farm, starts: Sequence[Start], stage_days: Sequence[int], rules: Rules) -> int:
    """The most batches that could start, in each geography, from the first of its `starts` to the last."""
    total = 0
    for geography_id in {start.geography_id for start in starts}:
        days = [start.start_day for start in starts if start.geography_id == geography_id]
        span = max(days) - min(days) + 1
        total += min(
            places * -(-span // held) for places, held in places_by_stage(farm, geography_id, stage_days, rules)
        )
    return total
