"""How a batch is fed: which feed from which store, the meals, and the lots bought for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.farm.schedule import Schedule
from engine.simulation.feed import feeding
from engine.simulation.feed.market import feed_index
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.streams import Stream, stream_key
from engine.simulation.numerics.weights import mean_weights_g
from engine.simulation.observed.assimilation import StageEstimate
from engine.simulation.record import BatchHistory, StageHistory
from lake.codes import SEA


@dataclass(frozen=True)
class Lots:
    """Lots of feed in order of delivery, (lots,).

    day: of delivery, since 1970; quantity: 0.01 kg; price: cents a kg; left: what is left, 0.0001 kg.
    """

    feed_container_id: np.ndarray
    feed_id: np.ndarray
    day: np.ndarray
    quantity: np.ndarray
    price: np.ndarray
    left: np.ndarray


@dataclass(frozen=True)
class StageFeed:
    """The feeding of one stage: its stores, feeds, meals and lots.

    feed_container_id (n,); feed_id (n, days); meals (n, days, 2) in 0.0001 kg, cost (n, days, 2) in cents; served:
    meals that were given.
    """

    feed_container_id: np.ndarray
    feed_id: np.ndarray
    meals: np.ndarray
    cost: np.ndarray
    served: int
    lots: Lots


def feed_batch(schedule: Schedule, history: BatchHistory, estimates: list[StageEstimate]) -> list[StageFeed]:
    """Serve each stage's rations; feed is chosen by what the farm knows of the weights."""
    prices = _prices(schedule, history)
    stages = []
    for stage, known in zip(history.stages, estimates, strict=True):
        present = stage.present
        stages.append(
            _feed(
                schedule,
                history,
                stage,
                np.array([schedule.farm.container(c).feed_container_id for c in stage.container_ids]),
                np.where(present, stage.ration, 0),
                known.weight_cg.astype(np.int64),
                known.arrival_cg.astype(np.int64),
                np.where(present, stage.population, 0).astype(np.int64),
                stage.fish.astype(np.int64),
                prices[:, stage.start_day - history.batch.start_day :],
            )
        )
    return stages


def expected_lots(
    schedule: Schedule, history: BatchHistory, stage: StageHistory, container_ids: tuple[int, ...], lived: np.ndarray
) -> Lots:
    """Lots for a stay in `container_ids`, each lived in for `lived` days (n,) much as `stage` lives its first.

    The containers grow apart by the spread of their TGC, so that they change feed one after another.
    """
    n, days = len(container_ids), int(lived.max())
    here = np.arange(days) < lived[:, None]
    arrival = mean_weights_g(stage.mu0[0], stage.v0[0]) * 100.0
    weight = stage.weight_cg[:1, :days].astype(np.float64)
    cv = schedule.biology.model.growth.container_tgc_cv
    rank = np.array([am.normal_quantile((i * 0.618034 + 0.5) % 1.0) for i in range(n)])  # spread over every store
    apart = 1.0 + 3.0 * cv * rank[:, None] * (1.0 - arrival / np.maximum(weight, arrival))
    fed = _feed(
        schedule,
        history,
        stage,
        np.array([schedule.farm.container(c).feed_container_id for c in container_ids]),
        stage.ration[:1, :days] * here,
        (weight * apart).astype(np.int64),
        np.full(n, round(arrival)),
        stage.population[:1, :days] * here.astype(np.int64),
        np.full(n, stage.fish[0]),
        np.ones((len(schedule.farm.model.feeds), days)),
    )
    return fed.lots


def _prices(schedule: Schedule, history: BatchHistory) -> np.ndarray:
    """The market's price of every feed on each day of the batch's life, (feeds, days), cents a kg."""
    biology, first = schedule.biology, history.batch.start_day
    geography = schedule.farm.geography_of(history.batch).name
    index = feed_index(biology, schedule.seed, geography, first, history.stages[-1].end_day - first)
    currency = biology.region(geography).currency_per_eur
    prices: np.ndarray = (
        np.array([feed.price_per_kg * 100.0 * currency for feed in schedule.farm.model.feeds])[:, None] * index
    )
    return prices


def _feed(
    schedule: Schedule,
    history: BatchHistory,
    stage: StageHistory,
    of_container: np.ndarray,
    ration: np.ndarray,
    weight: np.ndarray,
    arrival: np.ndarray,
    fish: np.ndarray,
    arrived: np.ndarray,
    prices: np.ndarray,
) -> StageFeed:
    """Feed n containers from the stores `of_container` (n,).

    ration (0.0001 kg), weight (0.01 g) and fish (n, days); arrival, arrived (n,): weight and fish on arrival; prices
    (feeds, days or more) in cents a kg.
    """
    farm, model = schedule.farm, schedule.biology.model
    policy = model.feed
    stores, feeder = np.unique(of_container, return_inverse=True)
    feeders = [farm.feed_containers[s - 1] for s in stores.tolist()]
    n, days = ration.shape
    meals = np.empty((n, days, 2), dtype=np.int64)
    served = feeding.serve(ration, policy.morning_share, meals)
    from_cg = np.array([round(f.from_g * 100) for f in farm.model.feeds])
    feed = feeding.choose_feed(weight, from_cg)
    ahead = np.empty((n, days), dtype=np.int64)
    at_sea = stage.stage == SEA
    unfed = policy.fasting_days_before_transfer
    if at_sea:
        unfed = policy.fasting_days_before_harvest + -(-n // max(model.harvest.rings_a_day, 1))
    feeding.days_ahead(
        weight,
        arrival,
        feed,
        from_cg,
        (fish * weight).sum(axis=0) // np.maximum(fish.sum(axis=0), 1),
        int((arrived * arrival).sum()) // max(int(arrived.sum()), 1),
        history.harvest_target_cg if at_sea else 0,
        stage.planned_end_day - stage.start_day - unfed,
        ahead,
    )
    number, feeds = history.batch.number, farm.model.feeds
    keys = np.array(
        [[stream_key(schedule.seed, Stream.FEED_PRICE, number, s.name, f.name) for f in feeds] for s in feeders]
    )
    most = len(feeders) * days * len(feeds)
    store, kind, day, quantity, price, left = (np.empty(most, dtype=np.int64) for _ in range(6))
    cost = np.zeros((n, days, 2), dtype=np.int64)
    count = feeding.draw_lots(
        feeder,
        feed,
        meals,
        ahead,
        stage.start_day,
        np.array([f.capacity_kg for f in feeders]),
        round(policy.bag_kg * 100),
        policy.reserve_days,
        policy.lot_cover_days,
        keys,
        prices,
        policy.lot_price_sd,
        store,
        kind,
        day,
        quantity,
        price,
        left,
        cost,
    )
    if count < 0:
        raise OverflowError(f"batch {number}: more than {most} feed lots in a stage")
    order = np.argsort(day[:count], kind="stable")
    lots = Lots(stores[store[order]], kind[order] + 1, day[order], quantity[order], price[order], left[order])
    return StageFeed(of_container, feed + 1, meals, cost, served, lots)
