"""The grade of a batch's fish: a draw, less what ulcers and deaths did to each ring before its harvest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.simulation.harvest.lots import Harvest, draw_superior_share
from engine.simulation.record import HealthEvent
from engine.simulation.rows.life import BatchLife
from tests.simulation.trade_lives import changed


@pytest.fixture(scope="module")
def harvested(lives: list[BatchLife]) -> BatchLife:
    """The batch harvested by weight, ring after ring."""
    assert lives[0].history.harvested
    return lives[0]


@pytest.mark.parametrize(("a", "b"), [(38, 3), (18, 2), (1, 1)])
def test_the_superior_share_is_a_beta(a: int, b: int) -> None:
    draws = np.array([draw_superior_share(np.uint64(key), a, b) for key in range(3_000)])
    mean, var = a / (a + b), a * b / ((a + b) ** 2 * (a + b + 1))
    assert draws.mean() == pytest.approx(mean, abs=4.0 * (var / 3_000) ** 0.5)
    assert draws.var() == pytest.approx(var, rel=0.15)


def superior(harvest: Harvest) -> np.ndarray:
    """The best grade's share of each ring."""
    best = harvest.grade == 0
    share: np.ndarray = np.bincount(harvest.event[best], harvest.count[best]) / harvest.fish
    return share


def with_event(life: BatchLife, day: int, rings: tuple[int, ...], kind: str = "WINTER_ULCER") -> BatchLife:
    event = HealthEvent(stage=6, containers=rings, kind=kind, cause=0, start_day=day, end_day=day + 40, loss=0.02)
    return changed(life, events=(event,))


def test_ulcers_lower_the_grade_of_the_rings_that_had_them_before_their_harvest(harvested: BatchLife) -> None:
    quiet = changed(harvested, events=())
    day = int(quiet.harvest.day[0]) - 50
    before = superior(quiet.harvest)
    shift = harvested.schedule.biology.model.harvest.ulcer_grade_shift
    struck = with_event(quiet, day, (1,))
    after = superior(struck.harvest)
    hit = quiet.harvest.ring == 1
    assert (after[~hit] == before[~hit]).all()
    logit = np.log(before / (1 - before)) - np.log(after / (1 - after))
    assert logit[hit] == pytest.approx(shift, abs=0.05)
    for nothing in (
        with_event(quiet, day, (0, 1, 2), "STORM"),
        with_event(quiet, int(quiet.harvest.day[-1]) + 1, (1,)),
    ):
        assert (superior(nothing.harvest) == before).all()


def test_many_deaths_lower_the_grade(harvested: BatchLife) -> None:
    sea = harvested.stages[-1]
    quiet = changed(harvested, events=())
    more = changed(quiet, stages=(*harvested.stages[:-1], replace(sea, fish=sea.fish * 2)))  # as if half had died
    before, after = superior(quiet.harvest), superior(more.harvest)
    assert (after < before).all()


def test_rings_of_a_batch_scatter_a_little(harvested: BatchLife) -> None:
    best = superior(harvested.harvest)
    assert 0.0 < best.std() < 0.05
