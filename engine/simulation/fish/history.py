"""A batch's true history: what lived where, day by day, from its plan, the biology and the water."""

from __future__ import annotations

import numpy as np

from engine.farm.schedule import Batch, Schedule, Stay, deal_eggs
from engine.simulation.fish.begun import begin_move
from engine.simulation.fish.freshwater import simulate_freshwater_stage
from engine.simulation.fish.outcome import StageOutcome
from engine.simulation.fish.sea import simulate_sea_stage
from engine.simulation.fish.total_loss import lose_all
from engine.simulation.fish.transfer import transfer
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.held_signals import holding
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.numerics.weights import Population
from engine.simulation.record import BatchHistory, HealthEvent, Move, StageHistory, StandIn, Treatment
from engine.simulation.setting import Setting
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


FILL_SDS = 3.0  # that a container's fill lies off the mean at most


@holding
def simulate_batch(schedule: Schedule, climate: Climate, batch: Batch, stand_in: StandIn | None = None) -> BatchHistory:
    """Simulate one batch up to its harvest or the as-of date. Draws depend on the batch's number alone.

    stand_in: what the batch's containers stand for, where a few stand for all; then fish are not conserved at sea.
    """
    target_cg = harvest_target_cg(schedule, batch)
    fish = _eggs(schedule, batch)
    stages: list[StageHistory] = []
    moves: list[Move] = []
    events: list[HealthEvent] = []
    treatments: list[Treatment] = []
    reason, trigger_day = "", -1
    for stay in batch.lived_stays:
        if stay.start_day >= schedule.as_of_day:
            break
        if stages:
            stages[-1].emptied[:] = True  # its own array, made with it
            move, fish = _transfer(schedule, batch, stages[-1], stay)
            moves.append(move)
            if stand_in is not None and stay.stage == SEA:
                fish = fish._replace(fish=(fish.fish * stand_in.crowding).astype(np.int64))
        setting = Setting.resolve(schedule, climate, batch, stay)
        outcome = simulate_stage(setting, fish, target_cg, stand_in)
        if batch.lost is not None and stay.start_day + setting.days == batch.lost.day + 1:
            outcome = lose_all(outcome, batch.lost)
        stages.append(outcome.stage)
        events += outcome.events
        treatments += outcome.treatments
        reason, trigger_day = outcome.reason, outcome.trigger_day
    if stand_in is None and _has_begun_to_move(schedule, batch, stages[-1]):
        begun = begin_move(schedule, climate, batch, stages[-1], events=events)
        stages[-1:] = [begun.left, begun.entered]
        moves.append(begun.move)
        events = begun.events
    sea = stages[-1]
    harvested = sea.stage == SEA and bool(sea.emptied.all())
    return BatchHistory(
        batch=batch,
        stages=tuple(stages),
        moves=tuple(moves),
        harvest_target_cg=target_cg,
        harvested=harvested,
        harvest_reason=reason if harvested else "",
        trigger_day=trigger_day,
        treatments=tuple(treatments),
        events=tuple(events),
        lost=batch.lost is not None and sea.end_day == batch.lost.day + 1,
    )


def simulate_stage(setting: Setting, arrived: Population, target_cg: int, stand_in: StandIn | None) -> StageOutcome:
    """Simulate a stay up to its end, its harvest or the as-of date: see simulate_sea_stage."""
    if not setting.is_at_sea:
        return simulate_freshwater_stage(setting, arrived)
    return simulate_sea_stage(setting, arrived, target_cg, stand_in)


def _has_begun_to_move(schedule: Schedule, batch: Batch, stage: StageHistory) -> bool:
    """Some of the stage's fish are to be moved on the eve of the as-of date, the others on it."""
    return batch.move_under_way > 0 and stage.planned_end_day == schedule.as_of_day


def _eggs(schedule: Schedule, batch: Batch) -> Population:
    """The batch's eggs, dealt out evenly over the containers of its first stay: those that have come."""
    stages, n = schedule.biology.model.stages, len(batch.lived_stays[0].container_ids)
    eggs = deal_eggs(batch.eggs, len(batch.stays[0].container_ids))[:n]
    root = am.cbrt(stages.egg_weight_g)
    spread = root * stages.egg_weight_cv / 3.0
    return Population(fish=eggs, mu=np.full(n, root), v=np.full(n, spread * spread))


def _fill(schedule: Schedule, batch: Batch, stage_left: int, containers: int) -> np.ndarray:
    """The share of the fish that each container of the next stay gets, (containers,), of any sum."""
    key = stream_key(schedule.seed, Stream.RING_FILL, batch.number, stage_left)
    cv = schedule.biology.model.work.ring_fill_cv
    return np.array([1.0 + cv * min(max(am.normal(key, c), -FILL_SDS), FILL_SDS) for c in range(containers)])


def _transfer(schedule: Schedule, batch: Batch, source: StageHistory, stay: Stay) -> tuple[Move, Population]:
    """Move all fish of a stage to the stay that follows it."""
    leaving = Population(
        fish=source.population[:, -1].astype(np.int64), mu=source.mu[:, -1].copy(), v=source.v[:, -1].copy()
    )
    actions, arrived = transfer(
        leaving,
        _fill(schedule, batch, source.stage, len(stay.container_ids)),
        schedule.freshwater_stage_of(batch, source.stage).transfer_loss,
        stream_key(schedule.seed, Stream.TRANSFER, batch.number, source.stage),
    )
    return Move(day=stay.start_day, **actions._asdict()), arrived
