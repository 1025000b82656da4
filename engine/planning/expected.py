"""How many rows each table will hold, by batch: from its life in a representative container, before the run."""

from __future__ import annotations

import numpy as np

from engine.farm.schedule import Batch, Schedule, Stay
from engine.simulation import feeding
from engine.simulation.record import SEA, BatchHistory, StageHistory
from lake.tables import EVENT_TABLE_NAMES


def expected_rows(schedule: Schedule, batch: Batch, history: BatchHistory) -> dict[str, int]:
    """Expected rows by table of one batch up to the as-of date; `history` is its whole life in few containers."""
    rows = dict.fromkeys(EVENT_TABLE_NAMES, 0)
    before = len(batch.stays[0].container_ids)
    for stay, stage in zip(batch.stays, history.stages, strict=False):
        if stay.start_day >= schedule.as_of_day:
            break
        whole = days_by_container(schedule, stay, stage)
        n = len(stay.container_ids)
        _add(rows, _stay_rows(schedule, stay, stage, whole))
        if stay.stage > 1:
            rows["transfer_workflow"] += 1
            rows["transfer_action"] += n if n == before else n + before - 1
        before = n
    rows |= {"batch": 1, "creation_workflow": 1, "creation_action": len(batch.stays[0].container_ids)}
    rows["stage_transition_environment"] = rows["transfer_workflow"]
    _add(rows, _sampling_rows(schedule, batch, history))
    return rows


def _sampling_rows(schedule: Schedule, batch: Batch, history: BatchHistory) -> dict[str, int]:
    """Health samplings: at fixed days of the batch's life."""
    health = schedule.biology.model.health
    first, every = health.first_day.value, health.interval_days.value
    lived = min(history.stages[-1].end_day, schedule.as_of_day) - batch.start_day
    samplings = (lived - first) // every + 1 if lived >= first else 0
    fish = samplings * health.sample_size.value
    return {
        "health_sampling_event": samplings,
        "individual_fish_observation": fish,
        "fish_parameter_score": fish * len(schedule.farm.model.master.health_parameters),
    }


def _add(rows: dict[str, int], more: dict[str, int]) -> None:
    for table, count in more.items():
        rows[table] += count


def days_by_container(schedule: Schedule, stay: Stay, stage: StageHistory) -> np.ndarray:
    """Days that each of a stay's containers is lived in, beyond the as-of date too: rings are emptied in turn."""
    n, a_day = len(stay.container_ids), schedule.biology.model.harvest.rings_a_day.value
    days: np.ndarray = np.full(n, stage.days)
    if stay.stage == SEA:
        turn = np.arange(n) // a_day
        days = np.maximum(stage.days - turn[-1] + turn, 1)
    return days


def _stay_rows(schedule: Schedule, stay: Stay, stage: StageHistory, whole: np.ndarray) -> dict[str, int]:
    farm, growth = schedule.farm, schedule.biology.model.growth
    lived = np.minimum(whole, schedule.as_of_day - stay.start_day)
    n, days = len(stay.container_ids), int(lived.max())
    container_days = int(lived.sum())
    sensors = sum(len(farm.container(c).sensor_ids) * int(d) for c, d in zip(stay.container_ids, lived, strict=True))
    seen = [stage.dead[0], stage.culled[0]]
    rows = {
        "container_assignment": n,
        "environmental_reading": sensors * farm.model.readings_per_day,
        "daily_state": container_days,
        "daily_truth": container_days,
        "mortality_event": sum(int((each[:d] > 0).sum()) for d in lived for each in seen),
        "feeding_event": sum(2 * int((stage.ration[0, :d] > 1).sum()) for d in lived),
        "feed_purchase": _lots(schedule, stay, stage, days),
    }
    if stay.stage >= growth.first_sampled_stage.value:
        samples = int((lived // growth.sample_interval_days.value).sum())
        rows["growth_sample"] = samples
        rows["individual_growth_observation"] = samples * growth.sample_size.value
    if stay.stage == SEA:
        counts = int((lived // 7).sum())
        rows["lice_truth"] = counts
        rows["lice_count"] = counts * len(farm.model.master.lice_types)
        emptied = int((stay.start_day + whole <= schedule.as_of_day).sum())
        rows["harvest_event"] = emptied
        rows["harvest_lot"] = emptied * len(farm.model.grades)
    return rows


def _lots(schedule: Schedule, stay: Stay, stage: StageHistory, days: int) -> int:
    """Feed lots of one stay: the representative container's rations, times the containers of each store."""
    farm, policy = schedule.farm, schedule.biology.model.feed
    served: dict[int, int] = {}
    for container in stay.container_ids:
        feeder = farm.container(container).feed_container_id
        served[feeder] = served.get(feeder, 0) + 1
    total = 0
    feed = feeding.choose_feed(stage.weight_cg[:1, :days], np.array([round(f.from_g * 100) for f in farm.model.feeds]))
    prices = np.array([f.price_per_kg * 100 for f in farm.model.feeds])
    for feeder, containers in served.items():
        meals = np.empty((1, days, 2), dtype=np.int64)
        feeding.serve(stage.ration[:1, :days] * containers, policy.morning_share.value, meals)
        most = days + len(prices)
        store, kind, day, quantity, price, left = (np.empty(most, dtype=np.int64) for _ in range(6))
        total += feeding.draw_lots(
            np.zeros(1, dtype=np.int64),
            feed,
            meals,
            stay.start_day,
            np.array([farm.feed_containers[feeder - 1].capacity_kg]),
            policy.lot_cover_days.value,
            np.zeros((1, len(prices)), dtype=np.uint64),
            prices,
            0.0,
            store,
            kind,
            day,
            quantity,
            price,
            left,
            np.zeros((1, days, 2), dtype=np.int64),
        )
    return total
