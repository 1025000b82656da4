"""What lives in the containers of a stage, the water around it, and what its days leave behind."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel, lean_kernel
from engine.simulation.numerics.weights import Population, mean_weight_g


class Water(NamedTuple):
    """The water of n containers on the days of a stay, from first_day (since 1970) on.

    temp_c (n, days), degC. oxygen_outside (n, days, slots): of the water that comes in, % saturation; residence_h
    (n, days, slots): hours that it stays. salinity: PSU.
    """

    first_day: int
    temp_c: np.ndarray
    oxygen_outside: np.ndarray
    residence_h: np.ndarray
    salinity: float


class Today(NamedTuple):
    """A day in a container. c: its position; d: the day of the stay; day: since 1970; temp_c: of its water."""

    c: int
    d: int
    day: int
    temp_c: float


class State(NamedTuple):
    """What lives in the containers now, (n,), and what a later day or container need not work out again.

    fish: with those that lie dead, uncollected, `lying`. grown: growth of the stay, g^(1/3). recent: deaths a fish and
    day, of late. blame (n, 2): what decides the cause, in (0, 1). zest: share of the usual appetite. breath (3,): the
    temperature of the water that fish last breathed in, degC, and see breathing.take_in.
    """

    fish: np.ndarray
    mu: np.ndarray
    v: np.ndarray
    grown: np.ndarray
    lying: np.ndarray
    recent: np.ndarray
    blame: np.ndarray
    zest: np.ndarray
    breath: np.ndarray


class Daily(NamedTuple):
    """What came of each day, (n, days): see record.StageHistory."""

    population: np.ndarray
    dead: np.ndarray
    culled: np.ndarray
    cause: np.ndarray
    mu: np.ndarray
    v: np.ndarray
    weight_cg: np.ndarray
    dead_cg: np.ndarray
    culled_cg: np.ndarray
    ration: np.ndarray
    oxygen_draw: np.ndarray
    oxygen_mean: np.ndarray
    oxygen_min: np.ndarray
    appetite: np.ndarray
    fasted: np.ndarray


@kernel
def state_on_arrival(arrived: Population) -> State:
    """The state of containers before the first day of a stay, in arrays of its own."""
    n = arrived.fish.shape[0]
    return State(
        fish=arrived.fish.copy(),
        mu=arrived.mu.copy(),
        v=arrived.v.copy(),
        grown=np.zeros(n),
        lying=np.zeros(n, dtype=np.int64),
        recent=np.zeros(n),
        blame=np.zeros((n, 2)),
        zest=np.ones(n),
        breath=np.full(3, np.nan),
    )


def blank_days(n: int, days: int) -> Daily:
    """The days of a stay in n containers, before they are lived."""
    return Daily(
        population=np.zeros((n, days), dtype=np.int32),
        dead=np.zeros((n, days), dtype=np.int32),
        culled=np.zeros((n, days), dtype=np.int32),
        cause=np.zeros((n, days), dtype=np.int8),
        mu=np.zeros((n, days)),
        v=np.zeros((n, days)),
        weight_cg=np.zeros((n, days), dtype=np.int64),
        dead_cg=np.zeros((n, days), dtype=np.int64),
        culled_cg=np.zeros((n, days), dtype=np.int64),
        ration=np.zeros((n, days), dtype=np.int64),
        oxygen_draw=np.zeros((n, days)),
        oxygen_mean=np.zeros((n, days)),
        oxygen_min=np.zeros((n, days)),
        appetite=np.zeros((n, days)),
        fasted=np.zeros((n, days), dtype=np.bool_),
    )


@lean_kernel
def today_in(c: int, d: int, water: Water) -> Today:
    """Day d of the stay in container c."""
    return Today(c=c, d=d, day=water.first_day + d, temp_c=water.temp_c[c, d])


@lean_kernel
def close_day(today: Today, state: State, daily: Daily) -> None:
    """Note what lives in the container at the day's end."""
    c, d = today.c, today.d
    daily.population[c, d] = state.fish[c]
    daily.mu[c, d] = state.mu[c]
    daily.v[c, d] = state.v[c]
    daily.weight_cg[c, d] = am.whole(mean_weight_g(state.mu[c], state.v[c]) * 100.0)
