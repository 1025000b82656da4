"""Kernel of a transfer: fish of some containers moved into others."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel
from engine.simulation.numerics.weights import Population, mean_weight_g, mu_for_weight


class Actions(NamedTuple):
    """Moves from a source to a destination (positions), (actions,): fish before, arrived and lost on the way."""

    source: np.ndarray
    dest: np.ndarray
    before: np.ndarray
    arrived: np.ndarray
    lost: np.ndarray


def transfer(leaving: Population, fill: np.ndarray, loss_share: float, key: np.uint64) -> tuple[Actions, Population]:
    """Empty the source containers into as many destinations as `fill` has shares; returns the actions and what arrives.

    Equal numbers of containers: one into one. Otherwise each destination gets its share of the fish, filled before the
    next. Fish leaving = arrived + lost. A destination's population is the mixture of what arrives:
    its mean weight and the variance of L are exact.
    """
    destinations = len(fill)
    mixed = Population(fish=np.zeros(destinations, dtype=np.int64), mu=np.zeros(destinations), v=np.zeros(destinations))
    rooms = dealt_out(int(leaving.fish.sum()), fill)
    source, dest, before, arrived, lost = move(leaving, rooms, loss_share, key=key, mixed=mixed)
    return Actions(source=source, dest=dest, before=before, arrived=arrived, lost=lost), mixed


def dealt_out(fish: int, fill: np.ndarray) -> np.ndarray:
    """Fish for each of some destinations by their shares `fill` (n,) of any sum, at least one each while there are."""
    n = len(fill)
    upto = np.floor(np.cumsum(fill) / fill.sum() * max(fish - n, 0) + 0.5).astype(np.int64)
    upto[-1] = max(fish - n, 0)
    each: np.ndarray = np.diff(upto, prepend=0) + (np.arange(n) < fish)
    return each


@kernel
def move(
    leaving: Population, rooms: np.ndarray, loss_share: float, key: np.uint64, mixed: Population
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Fill `mixed` with what arrives; returns the actions, in the order of their fields.

    rooms (destinations,): how many fish each gets, unless they go one into one.
    """
    destinations = mixed.fish.shape[0]
    fish, mu, v = leaving.fish, leaving.mu, leaving.v
    n = fish.shape[0]
    limit = n + destinations
    source, dest = np.zeros(limit, dtype=np.int64), np.zeros(limit, dtype=np.int64)
    before, arrived = np.zeros(limit, dtype=np.int64), np.zeros(limit, dtype=np.int64)
    lost = np.zeros(limit, dtype=np.int64)
    actions = 0
    j = 0
    room = rooms[0]
    for i in range(n):
        left = fish[i]
        while left > 0:
            if n == destinations:
                j = i
                take = left
            else:
                take = min(left, room)
            died = min(take, am.poisson_quantile(take * loss_share, am.uniform(key, actions)))
            source[actions] = i
            dest[actions] = j
            before[actions] = left
            arrived[actions] = take - died
            lost[actions] = died
            actions += 1
            left -= take
            if n != destinations:
                room -= take
                if room == 0 and j < destinations - 1:
                    j += 1
                    room = rooms[j]
    for j in range(destinations):
        count = 0
        weight = 0.0
        mean = 0.0
        for a in range(actions):
            if dest[a] == j:
                count += arrived[a]
                weight += arrived[a] * mean_weight_g(mu[source[a]], v[source[a]])
                mean += arrived[a] * mu[source[a]]
        mixed.fish[j] = count
        if count == 0:
            mixed.mu[j] = mu[0]
            mixed.v[j] = v[0]
            continue
        mean /= count
        spread = 0.0
        for a in range(actions):
            if dest[a] == j:
                s = source[a]
                spread += arrived[a] * (v[s] + (mu[s] - mean) * (mu[s] - mean))
        mixed.v[j] = spread / count
        mixed.mu[j] = mu_for_weight(weight / count, mixed.v[j])
    return source[:actions], dest[:actions], before[:actions], arrived[:actions], lost[:actions]
