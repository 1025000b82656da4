"""What a schedule will come to, before it is run: rows, harvest days, and what is certain at the as-of date.

Each batch is lived once in one container a stage, with the batch's own draws but without differences between
containers and without sensors or samples: a fiftieth of the run's work, and days off the harvest, not weeks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.biology.parameters import Biology
from engine.farm.infrastructure import Farm
from engine.farm.schedule import Batch, Schedule, Stay
from engine.planning.cutoff import COMPLETED, UNDECIDED, Cutoff, by_dates, by_growth, summarise
from engine.planning.sizing import biomass_flags
from engine.simulation import feeding
from engine.simulation.climate import Climate
from engine.simulation.history import simulate
from engine.simulation.record import SEA, BatchHistory, StageHistory
from lake.tables import EVENT_TABLE_NAMES

RINGS_OF_TWO_AREAS = 3


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
    rows = dict.fromkeys(EVENT_TABLE_NAMES, 0)
    batch_rows: dict[int, int] = {}
    cutoff: dict[int, str] = {}
    harvest: dict[int, int] = {}
    for batch, history in lives(schedule, schedule.batches):
        harvest[batch.id] = history.stages[-1].end_day - 1
        cutoff[batch.id] = by_growth(batch, history, schedule.as_of_day)[0]
        counted = _rows(schedule, batch, history)
        batch_rows[batch.id] = sum(counted.values())
        for table, count in counted.items():
            rows[table] += count
    return Forecast(rows, batch_rows, frozenset(biomass_flags(schedule)), cutoff, harvest)


def foreseen_cutoff(schedule: Schedule) -> Cutoff:
    """What is certain at the as-of date, alike to the forecast's: only batches that dates leave open are lived."""
    states = {batch.id: by_dates(batch, schedule.as_of_day) for batch in schedule.batches}
    known = {id: (state, float(state == COMPLETED)) for id, state in states.items()}
    open_batches = [batch for batch in schedule.batches if states[batch.id] == UNDECIDED]
    for batch, history in lives(schedule, open_batches):
        known[batch.id] = by_growth(batch, history, schedule.as_of_day)
    return summarise(schedule, [known[batch.id] for batch in schedule.batches])


def lives(schedule: Schedule, batches: Sequence[Batch]) -> Iterator[tuple[Batch, BatchHistory]]:
    """Each batch and its whole life in representative containers."""
    beyond = max((b.end_day for b in schedule.batches), default=schedule.as_of_day)
    open_end = replace(schedule, as_of_day=max(beyond, schedule.as_of_day), biology=_alike(schedule.biology))
    first_day = min((b.start_day for b in schedule.batches), default=0)
    climate = Climate(schedule.farm, schedule.biology, schedule.seed, open_end.as_of_day, first_day)
    for batch in batches:
        ring_count = sum(len(stay.container_ids) for stay in batch.stays if stay.stage == SEA)
        yield batch, simulate(open_end, climate, _reduced(batch, schedule.farm), ring_count)


def _alike(biology: Biology) -> Biology:
    """The biology without growth of a container's own: one container then grows as all do on average."""
    growth = biology.model.growth
    alike = growth.model_copy(update={"container_tgc_cv": growth.container_tgc_cv.model_copy(update={"value": 0.0})})
    return replace(biology, model=biology.model.model_copy(update={"growth": alike}))


def _reduced(batch: Batch, farm: Farm) -> Batch:
    """The batch in one container of every stage with its share of the eggs; in three if its rings lie in two areas."""
    areas = {farm.container(c).area_id for stay in batch.stays if stay.stage == SEA for c in stay.container_ids}
    count = 1 if len(areas) < 2 else RINGS_OF_TWO_AREAS
    share = max(1, batch.eggs * count // len(batch.stays[0].container_ids))
    stays = tuple(Stay(s.stage, _spaced(s.container_ids, count), s.start_day, s.end_day) for s in batch.stays)
    return replace(batch, eggs=share, stays=stays)


def _spaced(containers: tuple[int, ...], count: int) -> tuple[int, ...]:
    """`count` of the containers at equal distances, or the first of them."""
    if count == 1:
        return containers[:1]
    return tuple(dict.fromkeys(containers[(2 * i + 1) * len(containers) // (2 * count)] for i in range(count)))


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
