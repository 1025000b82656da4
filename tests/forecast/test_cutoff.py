"""What is certain at the as-of date, before a run."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.forecast.cutoff import (
    ACTIVE,
    COMPLETED,
    UNDECIDED,
    completed_interval,
    predict_cutoff,
    predict_states,
    state_by_dates,
)
from engine.planning.planner import Request, plan
from engine.simulation.fish.history import simulate_batch
from engine.simulation.water.climate import Climate
from tests.planning.farms import AS_OF, biology, shipped


def test_the_plan_and_the_run_name_the_same_batches() -> None:
    schedule = plan(Request(name="t", batches=60, stagger_days=15, as_of_day=AS_OF, seed=3), shipped(), biology())
    told, foreseen = predict_states(schedule), predict_cutoff(schedule)
    named = {
        **dict.fromkeys(foreseen.completed, COMPLETED),
        **dict.fromkeys(foreseen.active, ACTIVE),
        **dict.fromkeys((number for number, _ in foreseen.undecided), UNDECIDED),
    }
    assert named == {batch.number: told[batch.id][0] for batch in schedule.batches}
    assert len(foreseen.completed) <= foreseen.low <= foreseen.expected + 1
    assert foreseen.expected - 1 <= foreseen.high <= len(foreseen.completed) + len(foreseen.undecided)


@pytest.mark.parametrize("areas", [1, 2])
def test_what_is_certain_comes_true_in_whole_lives(areas: int) -> None:
    """Every ring of the batches near the as-of date is lived, as a run does."""
    schedule = plan(
        Request(name="t", batches=40, stagger_days=13, as_of_day=AS_OF, seed=5, areas_per_batch=areas, rings=(8, 9)),
        shipped(),
        biology(),
    )
    foreseen = predict_cutoff(schedule)
    climate = Climate(
        farm=schedule.farm,
        biology=schedule.biology,
        seed=schedule.seed,
        days=AS_OF,
        first_day=schedule.batches[0].start_day,
    )
    undecided = {number for number, _ in foreseen.undecided}
    done = 0
    for batch in schedule.batches:
        if state_by_dates(batch, AS_OF) != UNDECIDED:
            done += batch.number in foreseen.completed
            continue
        harvested = simulate_batch(schedule, climate, batch).harvested
        done += harvested
        if batch.number not in undecided:
            assert harvested == (batch.number in foreseen.completed)
    assert foreseen.low <= done <= foreseen.high


@given(st.lists(st.floats(0, 1), max_size=9))
@settings(max_examples=60)
def test_the_interval_leaves_a_fortieth_on_either_side(chances: list[float]) -> None:
    weights = np.zeros(len(chances) + 1)
    for outcome in product([0, 1], repeat=len(chances)):
        weights[sum(outcome)] += np.prod([p if o else 1 - p for p, o in zip(chances, outcome, strict=True)])
    low, high = completed_interval(chances)
    assert weights[:low].sum() <= 0.025 + 1e-9
    assert weights[high + 1 :].sum() <= 0.025 + 1e-9
    assert weights[: low + 1].sum() > 0.025 - 1e-9
    assert high == 0 or weights[high:].sum() > 0.025 - 1e-9
