"""A batch's true history: what lived where, day by day, from its plan, the biology and the water."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.farm.schedule import Batch, Schedule, Stay
from engine.simulation.fish import life
from engine.simulation.fish.stages import Fish, live_stage
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.record import BatchHistory, HealthEvent, Move, StageHistory, StandIn, Treatment
from engine.simulation.water.climate import Climate
from lake.codes import SEA


def harvest_target_cg(schedule: Schedule, batch: Batch) -> int:
    """The mean live weight (0.01 g) that triggers the batch's harvest: the schedule's, or drawn."""
    if batch.harvest_target_g is not None:
        return round(batch.harvest_target_g * 100)
    region = schedule.region_of(batch)
    z = am.normal(stream_key(schedule.seed, Stream.BATCH, batch.number), 0)
    target = region.harvest_target_g + region.harvest_target_sd_g * z
    return int(am.whole(max(target, 0.5 * region.harvest_target_g) * 100.0))


def simulate_batch(schedule: Schedule, climate: Climate, batch: Batch, stand_in: StandIn | None = None) -> BatchHistory:
    """Live one batch up to its harvest or the as-of date. Draws depend on the batch's number alone.

    stand_in: what the batch's containers stand for, where a few stand for all; then fish are not conserved at sea.
    """
    stages_of = schedule.biology.model.stages
    target = harvest_target_cg(schedule, batch)
    n = len(batch.stays[0].container_ids)
    eggs = np.array([batch.eggs // n + (1 if i < batch.eggs % n else 0) for i in range(n)], dtype=np.int64)
    root = am.cbrt(stages_of.egg_weight_g)
    spread = root * stages_of.egg_weight_cv / 3.0
    fish = Fish(eggs, np.full(n, root), np.full(n, spread * spread))
    stages: list[StageHistory] = []
    moves: list[Move] = []
    events: list[HealthEvent] = []
    treatments: list[Treatment] = []
    reason, trigger_day = "", -1
    for stay in batch.stays:
        if stay.start_day >= schedule.as_of_day:
            break
        if stages:
            stages[-1] = replace(stages[-1], emptied=np.ones_like(stages[-1].emptied))
            move, fish = _move(schedule, batch, stages[-1], stay)
            moves.append(move)
            if stand_in is not None and stay.stage == SEA:
                fish = fish._replace(number=(fish.number * stand_in.crowding).astype(np.int64))
        lived = live_stage(schedule, climate, batch, stay, fish, target, stand_in)
        stages.append(lived.stage)
        events += lived.events
        treatments += lived.treatments
        reason, trigger_day = lived.reason, lived.trigger_day
    sea = stages[-1]
    harvested = sea.stage == SEA and bool(sea.emptied.all())
    return BatchHistory(
        batch,
        tuple(stages),
        tuple(moves),
        target,
        harvested,
        reason if harvested else "",
        trigger_day,
        tuple(treatments),
        tuple(events),
    )


def _move(schedule: Schedule, batch: Batch, source: StageHistory, stay: Stay) -> tuple[Move, Fish]:
    sources, destinations = len(source.container_ids), len(stay.container_ids)
    most = sources + destinations
    at, to, before, arrived, lost = (np.zeros(most, dtype=np.int64) for _ in range(5))
    fish = Fish(np.zeros(destinations, dtype=np.int64), np.zeros(destinations), np.zeros(destinations))
    count = life.move(
        source.population[:, -1].astype(np.int64),
        source.mu[:, -1].copy(),
        source.v[:, -1].copy(),
        destinations,
        schedule.biology.model.mortality.transfer_loss[source.stage - 1],
        stream_key(schedule.seed, Stream.TRANSFER, batch.number, source.stage),
        at,
        to,
        before,
        arrived,
        lost,
        *fish,
    )
    return Move(stay.start_day, at[:count], to[:count], before[:count], arrived[:count], lost[:count]), fish
