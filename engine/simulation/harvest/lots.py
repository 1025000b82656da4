"""A batch's harvest: which ring was emptied on which day, and its fish by grade and size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.biology.trade import YIELD_SDS
from engine.farm.schedule import Schedule
from engine.simulation.harvest.grading import GradingRules, LotColumns, RingCatch, grade_ring
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.streams import Stream, stream_key, stream_keys
from engine.simulation.record import BatchHistory
from lake.codes import SEA, SIZE_CLASSES

EDGES_G = np.array([int(name[0]) * 1000 for name in SIZE_CLASSES[1:]])
BETA_DRAW = 100  # the batch's stream from here on


@dataclass(frozen=True)
class Harvest:
    """Rings emptied, in order of time, and their lots.

    ring (position in the stage), day (since 1970), fish, live_g (events,). Lots, event by event: event (position),
    grade (position in the farm's grades, best first), size_class (position in SIZE_CLASSES), count (fish), lot_live_g,
    gutted_g.
    """

    ring: np.ndarray
    day: np.ndarray
    fish: np.ndarray
    live_g: np.ndarray
    event: np.ndarray
    grade: np.ndarray
    size_class: np.ndarray
    count: np.ndarray
    lot_live_g: np.ndarray
    gutted_g: np.ndarray


def draw_superior_share(key: np.uint64, a: int, b: int) -> float:
    """A Beta(a, b) draw for whole a, b: the a-th smallest of a + b - 1 uniforms (Jöhnk; order statistics)."""
    draws = sorted(am.uniform(key, BETA_DRAW + i) for i in range(a + b - 1))
    return float(draws[a - 1])


def grade_harvest(schedule: Schedule, history: BatchHistory) -> Harvest:
    """What was harvested before the as-of date."""
    sea = history.stages[-1]
    fish = np.where(sea.emptied & (sea.stage == SEA), sea.last(sea.population), 0).astype(np.int64)
    last_day = sea.start_day + sea.days_lived - 1
    rings = np.flatnonzero(fish)
    rings = rings[np.lexsort((rings, last_day[rings]))]
    live_g = (fish * sea.last(sea.weight_cg) + 50) // 100
    grades = len(schedule.farm.model.grades)
    room = len(rings) * grades * len(SIZE_CLASSES)
    lots = LotColumns._make(np.empty(room, dtype=np.int64) for _ in LotColumns._fields)
    ends = [0]
    if len(rings):
        policy = schedule.biology.model.harvest
        key = stream_key(schedule.seed, Stream.BATCH, history.batch.number)
        z = min(max(am.normal(key, 1), -YIELD_SDS), YIELD_SDS)
        rules = GradingRules(
            gutted_yield=policy.gutted_yield + policy.gutted_yield_sd * z,
            edges_g=EDGES_G,
            smallest_share=policy.smallest_lot_share,
        )
        names = tuple(schedule.farm.container(sea.container_ids[c]).name for c in rings.tolist())
        keys = stream_keys(schedule.seed, Stream.GRADE, history.batch.number, each=names)
        superior = _superior_shares(schedule, history, rings, key, keys=keys)
        mu, v = sea.last(sea.mu), sea.last(sea.v)
        for i, c in enumerate(rings.tolist()):
            end = grade_ring(
                RingCatch(fish=int(fish[c]), live_g=int(live_g[c]), mu=mu[c], v=v[c]),
                rules=rules,
                grade_share=np.concatenate([[superior[i]], (1.0 - superior[i]) * policy.lower_grade_shares]),
                rounding=np.array([am.uniform(keys[i], 2 + g) for g in range(grades)]),
                start=ends[-1],
                lots=lots,
            )
            ends.append(end)
    end = ends[-1]
    return Harvest(
        ring=rings,
        day=last_day[rings],
        fish=fish[rings],
        live_g=live_g[rings],
        event=np.repeat(np.arange(len(rings)), np.diff(ends)),
        grade=lots.grade[:end],
        size_class=lots.size_class[:end],
        count=lots.fish[:end],
        lot_live_g=lots.live_g[:end],
        gutted_g=lots.gutted_g[:end],
    )


def _superior_shares(
    schedule: Schedule, history: BatchHistory, rings: np.ndarray, key: np.uint64, keys: np.ndarray
) -> list[float]:
    """The best grade's share of each ring: the batch's draw, less where ulcers or many deaths scarred the living.

    The shift is in logits, and knows only what happened to the ring up to its own harvest. key: of the batch; keys: of
    the rings.
    """
    sea, policy = history.stages[-1], schedule.biology.model.harvest
    region = schedule.region_of(history.batch)
    drawn = draw_superior_share(key, *region.superior_beta)
    batch = am.log(drawn / (1.0 - drawn))
    shares = []
    for ring_key, c in zip(keys, rings.tolist(), strict=True):
        day = sea.start_day + int(sea.days_lived[c]) - 1
        ulcers = any(
            e.kind == "WINTER_ULCER" and e.stage == SEA and c in e.containers and e.start_day <= day
            for e in history.events
        )
        lost = 1.0 - int(sea.population[c, sea.days_lived[c] - 1]) / int(sea.fish[c])
        logit = batch + policy.ring_grade_sd * am.normal(ring_key, 1)
        logit -= policy.ulcer_grade_shift * ulcers
        logit -= policy.loss_grade_slope * max(0.0, lost - policy.loss_grade_from)
        shares.append(1.0 / (1.0 + am.exp(-logit)))
    return shares
