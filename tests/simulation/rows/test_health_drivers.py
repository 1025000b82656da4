"""What wears fish shows in the scores of their health: events, treatments, lice, oxygen, deaths."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.biology.health_sampling import BURDENS, DRIVERS
from engine.farm.schedule import Schedule
from engine.simulation.record import BatchHistory, HealthEvent, SeaLice, StageHistory, Treatment
from engine.simulation.rows.health import drivers, samplings
from lake.codes import SEA
from tests.simulation.rows.health_samplings import (
    APPETITE,
    BODY,
    EYE,
    FIN,
    GILL,
    MUCOUS,
    PARAMETERS,
    SAMPLE,
    SWIMMING,
    WOUNDS,
    Examine,
    of_sampling,
)

EVENTS = {
    "GILL_DISEASE": {GILL},
    "JELLYFISH": {GILL},
    "ALGAL_BLOOM": {GILL},
    "WATER_QUALITY": {GILL},
    "WINTER_ULCER": {WOUNDS, MUCOUS},
    "FUNGUS": {WOUNDS, MUCOUS, FIN},
    "PANCREAS_DISEASE": {APPETITE, BODY, SWIMMING},
    "HEART_DISEASE": {APPETITE, BODY, SWIMMING},
    "PREDATOR": {WOUNDS},
    "STORM": {WOUNDS, FIN},
    "HANDLING": {WOUNDS, FIN, EYE},
    "POWER_FAILURE": {SWIMMING, APPETITE},
}


def befallen(quiet: BatchHistory, day: int, **changed: Any) -> BatchHistory:
    """The quiet batch with an event in all its rings, 10 days from `day` of the sea stage."""
    sea = quiet.stages[-1]
    start = sea.start_day + day
    event = HealthEvent(
        stage=SEA,
        containers=tuple(range(len(sea.container_ids))),
        kind="GILL_DISEASE",
        cause=0,
        start_day=start,
        end_day=start + 10,
        loss=0.05,
    )
    return replace(quiet, events=(replace(event, **changed),))


def worsened(examine: Examine, before: BatchHistory, after: BatchHistory) -> NDArray[np.float64]:
    """By how much the mean score of each sampling and parameter rises; the fish are the same and none betters."""
    event, fish, scores = examine(before)
    event_after, fish_after, scores_after = examine(after)
    for name in event:
        np.testing.assert_array_equal(event[name], event_after[name])
    for name in fish:
        np.testing.assert_array_equal(fish[name], fish_after[name])
    assert (scores_after >= scores).all()
    change: NDArray[np.float64] = (scores_after - scores).reshape(-1, SAMPLE, PARAMETERS).mean(axis=1)
    return change


@pytest.mark.parametrize("kind", EVENTS)
def test_an_event_worsens_what_it_harms_and_only_when_it_is_about(
    quiet: BatchHistory, sampled: list[tuple[int, int]], examine: Examine, kind: str
) -> None:
    (i, day), (after, later) = sampled[4], sampled[5]
    change = worsened(examine, quiet, befallen(quiet, day - 2, kind=kind))
    assert not change[:i].any()
    harmed = EVENTS[kind]
    others = set(range(PARAMETERS)) - harmed
    assert min(change[i, p] for p in harmed) > 0.15
    assert min(change[i, p] for p in harmed) > max(change[i, p] for p in others) - 0.25
    assert change[i].argmax() in harmed
    assert later - day == 30
    assert 0.0 < change[after].sum() < change[i].sum()  # recovering
    assert not change[after + 2 :].any()


def test_a_worse_event_shows_more_and_one_in_another_ring_not_at_all(
    small_schedule: Schedule, quiet: BatchHistory, sampled: list[tuple[int, int]], examine: Examine
) -> None:
    i, day = sampled[4]
    mild, severe = (worsened(examine, quiet, befallen(quiet, day - 2, loss=loss)) for loss in (0.002, 0.2))
    assert 0.0 < mild[i].sum() < severe[i].sum()
    taken = list(samplings(small_schedule.biology.model.health, quiet))[i]
    others = tuple(c for c in range(len(quiet.stages[-1].container_ids)) if c != taken.container)
    assert not worsened(examine, quiet, befallen(quiet, day - 2, containers=others))[i].any()
    assert not worsened(examine, quiet, befallen(quiet, day - 2, stage=5)).any()


@pytest.mark.parametrize(
    ("method", "harmed"),
    [
        ("THERMAL", {WOUNDS, EYE, FIN, MUCOUS, GILL}),
        ("MECHANICAL", {WOUNDS, EYE, FIN, MUCOUS}),
        ("H2O2", {GILL, MUCOUS}),
    ],
)
def test_a_treatment_wears_the_skin_for_three_weeks(
    quiet: BatchHistory, sampled: list[tuple[int, int]], examine: Examine, method: str, harmed: set[int]
) -> None:
    i, day = sampled[4]
    sea = quiet.stages[-1]

    def treated(ago: int) -> NDArray[np.float64]:
        rings = range(len(sea.container_ids))
        treatments = tuple(
            Treatment(stage=SEA, container=c, day=sea.start_day + day - ago, method=method, efficacy=0.8, loss=0.02)
            for c in rings
        )
        return worsened(examine, quiet, replace(quiet, treatments=treatments))

    fresh = treated(1)
    assert fresh[i].argmax() in harmed
    assert min(fresh[i, p] for p in harmed) > 0.1
    assert not np.delete(fresh, i, axis=0).any()
    assert fresh[i].sum() > treated(10)[i].sum() > treated(18)[i].sum()
    assert not treated(21).any()
    assert not treated(-1)[: i + 1].any()


def with_sea(quiet: BatchHistory, change: Callable[[StageHistory], StageHistory]) -> BatchHistory:
    return replace(quiet, stages=(*quiet.stages[:-1], change(quiet.stages[-1])))


def test_lice_wear_skin_and_mucus_from_the_day_they_are_there(
    quiet: BatchHistory, sampled: list[tuple[int, int]], examine: Examine
) -> None:
    i, day = sampled[3]

    def infested(level: float) -> NDArray[np.float64]:
        def lice(sea: StageHistory) -> StageHistory:
            days = np.arange(6, sea.days, 7)
            many = np.where(days >= day, level, 0.0) * np.ones((len(sea.container_ids), 1))
            counted = np.zeros((*many.shape, 3), dtype=np.int64)
            return replace(
                sea,
                lice=SeaLice(
                    day=sea.start_day + days,
                    attached=many,
                    mobile=many,
                    adult_female=many,
                    pressure=many * 0.0,
                    counted=counted,
                    sampled=np.full(many.shape, 20),
                ),
            )

        return worsened(examine, quiet, with_sea(quiet, lice))

    some, many = infested(1.0), infested(6.0)
    assert not many[:i].any()
    assert many[i + 1 :].sum() > some[i + 1 :].sum() > 0.0
    assert set(np.argsort(many[i + 1 :].sum(axis=0))[-2:]) == {WOUNDS, MUCOUS}


def test_low_oxygen_shows_in_gills_appetite_and_swimming(
    quiet: BatchHistory, sampled: list[tuple[int, int]], examine: Examine
) -> None:
    i, day = sampled[3]

    def stale(sea: StageHistory) -> StageHistory:
        oxygen = sea.oxygen_min.copy()
        oxygen[:, day - 6 : day + 1] = 50.0
        return replace(sea, oxygen_min=oxygen)

    change = worsened(examine, quiet, with_sea(quiet, stale))
    assert set(np.argsort(change[i])[-3:]) == {GILL, APPETITE, SWIMMING}
    assert not np.delete(change, i, axis=0).any()


def test_deaths_of_the_last_four_weeks_tell_of_worse_fish(
    small_schedule: Schedule, quiet: BatchHistory, sampled: list[tuple[int, int]], examine: Examine
) -> None:
    health = small_schedule.biology.model.health
    i, day = sampled[3]
    window = slice(day - 27, day + 1)

    def dying(sea: StageHistory) -> StageHistory:
        dead = sea.dead.copy()
        dead[:, window] = sea.fish[:, None] // 1000
        alive = sea.fish[:, None] - dead.cumsum(axis=1)
        return replace(sea, dead=dead, population=alive)

    ill = with_sea(quiet, dying)
    change = worsened(examine, quiet, ill)
    assert not change[:i].any()
    assert (change[i] > 0.0).sum() > 5
    assert change[i + 1].sum() < 0.2 * change[i].sum()
    taken = list(samplings(health, ill))[i]
    sea = ill.stages[-1]
    before, after = sea.fish[taken.container], sea.population[taken.container, day]
    weekly = sea.dead[taken.container, window].sum() / ((before + after) / 2) / 4
    strength = drivers(health, ill, taken)[DRIVERS.index("MORTALITY")]
    assert strength == pytest.approx(math.log1p(weekly / health.mortality_scale))


def test_in_sick_fish_scores_go_together(
    small_schedule: Schedule, quiet: BatchHistory, sampled: list[tuple[int, int]], examine: Examine
) -> None:
    """Within one container of sick fish, whoever is bad in one way is bad in the others."""
    i, day = sampled[4]
    rows, strongest = [], []
    for kind in ("PANCREAS_DISEASE", "WINTER_ULCER", "GILL_DISEASE"):
        event, fish, scores = examine(befallen(quiet, day - 2, kind=kind, loss=0.2))
        here = scores[of_sampling(event, fish, i)]
        varied = here[:, here.std(axis=0) > 0.0]
        rows.append(np.asarray(np.corrcoef(varied.T))[np.triu_indices(varied.shape[1], 1)])
        strongest.append(np.corrcoef(here[:, SWIMMING], here[:, APPETITE])[0, 1])
    assert np.mean(np.concatenate(rows)) > 0.12
    assert np.mean(strongest) > 0.3


def test_a_container_of_few_days_or_none_before_its_first_count_has_no_lice_or_old_deaths(
    small_schedule: Schedule, quiet: BatchHistory
) -> None:
    health = small_schedule.biology.model.health
    found = [drivers(health, quiet, t) for t in samplings(health, quiet)]
    np.testing.assert_array_equal(found, 0.0)
    assert DRIVERS[: len(BURDENS)] == BURDENS
