"""What a schedule will come to, before it is run: rows, harvest days, and what is certain at the as-of date.

Each batch is lived once in one container a stage, with the batch's own draws but without differences between
containers and without sensors or samples: a fiftieth of the run's work, and days off the harvest, not weeks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.farm.schedule import Batch, Schedule, Stay
from engine.planning.sizing import biomass_flags
from engine.simulation import feeding
from engine.simulation.climate import Climate
from engine.simulation.history import SEA, BatchHistory, StageHistory, simulate
from lake.tables import EVENT_TABLE_NAMES

HARVEST_MARGIN_DAYS = 12  # forecast and run differ by less: containers' own growth and losses


@dataclass(frozen=True)
class Forecast:
    """The plan's expectations: rows by table and batch, batches over a limit, and the state at the as-of date."""

    rows: dict[str, int]
    batch_rows: dict[int, int]
    flagged: frozenset[int]
    cutoff: dict[int, str]  # COMPLETED, ACTIVE or UNDECIDED
    harvest_day: dict[int, int]

    @property
    def events(self) -> int:
        return sum(self.rows.values())


def forecast(schedule: Schedule) -> Forecast:
    """Forecast every batch; a pure function of the schedule."""
    beyond = max((b.end_day for b in schedule.batches), default=schedule.as_of_day)
    open_end = replace(schedule, as_of_day=max(beyond, schedule.as_of_day))
    first_day = min((b.start_day for b in schedule.batches), default=0)
    climate = Climate(schedule.farm, schedule.biology, schedule.seed, open_end.as_of_day, first_day)
    rows = dict.fromkeys(EVENT_TABLE_NAMES, 0)
    batch_rows: dict[int, int] = {}
    cutoff: dict[int, str] = {}
    harvest: dict[int, int] = {}
    for batch in schedule.batches:
        history = simulate(open_end, climate, _reduced(batch))
        end = history.stages[-1].end_day
        harvest[batch.id] = end - 1
        margin = 0 if history.harvest_reason == "PLAN_END" else HARVEST_MARGIN_DAYS
        if not history.harvested:  # an older schedule names no stay at sea for a batch still in fresh water
            cutoff[batch.id] = "ACTIVE"
        elif end + margin <= schedule.as_of_day or batch.end_day <= schedule.as_of_day:
            cutoff[batch.id] = "COMPLETED"
        elif end - HARVEST_MARGIN_DAYS > schedule.as_of_day:
            cutoff[batch.id] = "ACTIVE"
        else:
            cutoff[batch.id] = "UNDECIDED"
        counted = _rows(schedule, batch, history)
        batch_rows[batch.id] = sum(counted.values())
        for table, count in counted.items():
            rows[table] += count
    return Forecast(rows, batch_rows, frozenset(biomass_flags(schedule)), cutoff, harvest)


def _reduced(batch: Batch) -> Batch:
    """The batch in the first container of every stage, with its share of the eggs."""
    share = max(1, batch.eggs // len(batch.stays[0].container_ids))
    stays = tuple(Stay(s.stage, s.container_ids[:1], s.start_day, s.end_day) for s in batch.stays)
    return replace(batch, eggs=share, stays=stays)


def _rows(schedule: Schedule, batch: Batch, history: BatchHistory) -> dict[str, int]:
    """Expected rows by table of one batch, up to the as-of date."""
    farm, growth = schedule.farm, schedule.biology.model.growth
    rows = dict.fromkeys(EVENT_TABLE_NAMES, 0)
    rows["batch"] = 1
    before = len(batch.stays[0].container_ids)
    for stay, stage in zip(batch.stays, history.stages, strict=False):
        days = min(stage.end_day, schedule.as_of_day) - stay.start_day
        if days <= 0:
            break
        n = len(stay.container_ids)
        rows["container_assignment"] += n
        if stay.stage > 1:
            rows["transfer_workflow"] += 1
            rows["transfer_action"] += n if n == before else n + before - 1
        before = n
        sensors = sum(len(farm.container(c).sensor_ids) for c in stay.container_ids)
        rows["environmental_reading"] += sensors * days * farm.model.readings_per_day
        rows["daily_state"] += n * days
        rows["mortality_event"] += n * int((stage.dead[0, :days] > 0).sum() + (stage.culled[0, :days] > 0).sum())
        rows["feeding_event"] += n * 2 * int((stage.ration[0, :days] > 1).sum())
        if stay.stage >= growth.first_sampled_stage.value:
            samples = n * (days // growth.sample_interval_days.value)
            rows["growth_sample"] += samples
            rows["individual_growth_observation"] += samples * growth.sample_size.value
        rows["feed_purchase"] += _lots(schedule, stay, stage, days)
        if stay.stage == SEA and stage.end_day <= schedule.as_of_day:
            rows["harvest_event"] += n
            rows["harvest_lot"] += n * len(farm.model.grades)
    return rows


def _lots(schedule: Schedule, stay: Stay, stage: StageHistory, days: int) -> int:
    """Feed lots of one stay: the representative container's rations, times the containers of each store."""
    farm, policy = schedule.farm, schedule.biology.model.feed
    served: dict[int, int] = {}
    for container in stay.container_ids:
        feeder = farm.container(container).feed_container_id
        served[feeder] = served.get(feeder, 0) + 1
    total = 0
    feed = feeding.choose_feed(stage.weight_cg[:, :days], np.array([round(f.from_g * 100) for f in farm.model.feeds]))
    prices = np.array([f.price_per_kg * 100 for f in farm.model.feeds])
    for feeder, containers in served.items():
        meals = np.empty((1, days, 2), dtype=np.int64)
        feeding.serve(stage.ration[:, :days] * containers, policy.morning_share.value, meals)
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
