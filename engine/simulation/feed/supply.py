"""How a batch is fed: which feed from which store, the meals, and the lots bought for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.farm.schedule import Schedule
from engine.simulation.feed.lots import (
    BatchWeights,
    ContainerWeights,
    Demand,
    LotColumns,
    LotPrices,
    OrderPolicy,
    days_on_feed,
    supply_meals,
)
from engine.simulation.feed.market import feed_index
from engine.simulation.feed.rations import Stock, choose_feed, split_rations
from engine.simulation.numerics.streams import Stream, stream_keys
from engine.simulation.observed.state_estimate import StageEstimate
from engine.simulation.record import BatchHistory, StageHistory
from lake.codes import SEA


@dataclass(frozen=True)
class FeedLots:
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
class StageFeeding:
    """The feeding of one stage: its stock, stores, feeds, meals and lots.

    feed_container_id (n,); feed_id (n, days); meals (n, days, 2) in 0.0001 kg, cost (n, days, 2) in cents; served:
    meals that were given.
    """

    stock: Stock
    feed_container_id: np.ndarray
    feed_id: np.ndarray
    meals: np.ndarray
    cost: np.ndarray
    served: int
    lots: FeedLots


def feed_batch(schedule: Schedule, history: BatchHistory, estimates: list[StageEstimate]) -> list[StageFeeding]:
    """Serve each stage's rations; feed is chosen by what the farm knows of the weights."""
    prices = _prices(schedule, history)
    stages = []
    for stage, known in zip(history.stages, estimates, strict=True):
        stages.append(
            _feed_stage(
                schedule,
                history,
                stage,
                feed_container_id=_feed_containers(schedule, stage.container_ids),
                ration=np.where(stage.present, stage.ration, 0),
                stock=Stock(
                    fish=stage.population.astype(np.int64),
                    weight_cg=known.weight_cg.astype(np.int64),
                    fish_arrived=stage.fish.astype(np.int64),
                    weight_arrived_cg=known.arrival_cg.astype(np.int64),
                ),
                prices=prices[:, stage.start_day - history.batch.start_day :],
            )
        )
    return stages


def _feed_containers(schedule: Schedule, container_ids: tuple[int, ...]) -> np.ndarray:
    """The silo or barge that each container is fed from, an id, (n,)."""
    return np.array([schedule.farm.container(c).feed_container_id for c in container_ids])


def _prices(schedule: Schedule, history: BatchHistory) -> np.ndarray:
    """The market's price of every feed on each day of the batch's life, (feeds, days), cents a kg."""
    biology, first = schedule.biology, history.batch.start_day
    geography = schedule.farm.geography_of(history.batch).name
    index = feed_index(biology, schedule.seed, geography, first_day=first, days=history.stages[-1].end_day - first)
    currency = biology.region(geography).currency_per_eur
    prices: np.ndarray = (
        np.array([feed.price_per_kg * 100.0 * currency for feed in schedule.farm.model.feeds])[:, None] * index
    )
    return prices


def _feed_stage(
    schedule: Schedule,
    history: BatchHistory,
    stage: StageHistory,
    feed_container_id: np.ndarray,
    ration: np.ndarray,
    stock: Stock,
    prices: np.ndarray,
) -> StageFeeding:
    """Feed n containers from the stores feed_container_id (n,).

    ration (n, days) in 0.0001 kg; prices (feeds, days or more) in cents a kg. Raises OverflowError for more lots than
    one a store, feed and day.
    """
    farm, policy = schedule.farm, schedule.biology.model.feed
    of_container = feed_container_id.tolist()
    ids = sorted(set(of_container))
    store = np.array([ids.index(i) for i in of_container])
    stores, feeds = [farm.feed_containers[i - 1] for i in ids], farm.model.feeds
    n, days = ration.shape
    meals = np.empty((n, days, 2), dtype=np.int64)
    served = split_rations(ration, policy.morning_share, meals)
    feed, ahead = _plan_feeds(schedule, history, stage, stock)
    number = history.batch.number
    names = tuple(f.name for f in feeds)
    keys = np.stack([stream_keys(schedule.seed, Stream.FEED_PRICE, number, s.name, each=names) for s in stores])
    room = len(stores) * days * len(feeds)
    lots = LotColumns._make(np.empty(room, dtype=np.int64) for _ in LotColumns._fields)
    cost = np.zeros((n, days, 2), dtype=np.int64)
    count = supply_meals(
        Demand(store=store, feed=feed, meals=meals, ahead=ahead, first_day=stage.start_day),
        order=OrderPolicy(
            capacity_kg=np.array([s.capacity_kg for s in stores]),
            bag=round(policy.bag_kg * 100),
            reserve=policy.reserve_days,
            cover=policy.lot_cover_days,
        ),
        prices=LotPrices(keys=keys, market=np.ascontiguousarray(prices), sd=policy.lot_price_sd),
        lots=lots,
        cost=cost,
    )
    if count < 0:
        raise OverflowError(f"batch {number}: more than {room} feed lots in a stage")
    order = np.argsort(lots.day[:count], kind="stable")
    return StageFeeding(
        stock=stock,
        feed_container_id=feed_container_id,
        feed_id=feed + 1,
        meals=meals,
        cost=cost,
        served=served,
        lots=FeedLots(
            feed_container_id=np.array(ids)[lots.store[order]],
            feed_id=lots.feed[order] + 1,
            day=lots.day[order],
            quantity=lots.quantity[order],
            price=lots.price[order],
            left=lots.left[order],
        ),
    )


def _plan_feeds(
    schedule: Schedule, history: BatchHistory, stage: StageHistory, stock: Stock
) -> tuple[np.ndarray, np.ndarray]:
    """The feed (position) of each container and day, and for how many days it will go on, (n, days)."""
    model, at_sea = schedule.biology.model, stage.stage == SEA
    n = len(stock.fish_arrived)
    from_cg = np.array([round(f.from_g * 100) for f in schedule.farm.model.feeds])
    feed = choose_feed(stock.weight_cg, from_cg)
    unfed_days = model.feed.fasting_days_before_transfer
    if at_sea:
        unfed_days = model.feed.fasting_days_before_harvest + -(-n // max(model.harvest.rings_a_day, 1))
    batch_cg = (stock.fish * stock.weight_cg).sum(axis=0) // np.maximum(stock.fish.sum(axis=0), 1)
    arrived = int(stock.fish_arrived.sum())
    ahead = np.empty(stock.weight_cg.shape, dtype=np.int64)
    days_on_feed(
        ContainerWeights(weight_cg=stock.weight_cg, arrival_cg=stock.weight_arrived_cg),
        batch=BatchWeights(
            weight_cg=batch_cg,
            arrival_cg=int((stock.fish_arrived * stock.weight_arrived_cg).sum()) // max(arrived, 1),
        ),
        feed=feed,
        from_cg=from_cg,
        target_cg=history.harvest_target_cg if at_sea else 0,
        last_fed=stage.planned_end_day - stage.start_day - unfed_days,
        out=ahead,
    )
    return feed, ahead
