"""Time slices of equal work, and the work that they are cut by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.execution.repetition import FILE
from engine.farm.schedule import Schedule
from engine.farm.schedule_file import read_any
from engine.forecast.workload import predicted_events
from engine.planning.partitions import balance_partitions, sum_partitions, usual_partition_count
from engine.planning.planner import Request, plan
from tests.planning.farms import AS_OF, biology, shipped

SCHEDULES = Path("schedules")
SHIPPED: dict[str, dict[str, Any]] = yaml.safe_load((SCHEDULES / FILE).read_text(encoding="utf-8"))["schedules"]


@cache
def planned(batches: int, stagger: int) -> Schedule:
    return plan(
        Request(name="test", batches=batches, stagger_days=stagger, as_of_day=AS_OF, seed=7), shipped(), biology()
    )


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=60), st.data())
def test_partitions_are_contiguous_and_nearly_equal(weights: list[int], data: st.DataObject) -> None:
    count = data.draw(st.integers(1, len(weights)))
    parts = balance_partitions(weights, count)
    assert len(parts) == count
    assert [i for part in parts for i in part] == list(range(1, len(weights) + 1))
    assert all(len(part) for part in parts)
    if all(len(part) > 1 for part in parts):
        sums = sum_partitions(weights, parts)
        assert max(sums) <= sum(weights) / count + max(weights)
        assert min(sums) >= sum(weights) / count - max(weights)


def _worst(sums: Sequence[int]) -> float:
    return max(abs(each - sum(sums) / len(sums)) for each in sums)


@given(st.lists(st.integers(50, 100), min_size=4, max_size=12), st.integers(1, 4))
def test_no_other_cuts_are_nearer_to_equal(weights: list[int], count: int) -> None:
    total = [0, *np.cumsum(weights).tolist()]
    stagger_every = ([0, *cuts, len(weights)] for cuts in combinations(range(1, len(weights)), count - 1))
    best = min(_worst([total[b] - total[a] for a, b in pairwise(cuts)]) for cuts in stagger_every)
    assert _worst(sum_partitions(weights, balance_partitions(weights, count))) == pytest.approx(best)


def test_fourteen_partitions_of_550_batches_differ_by_less_than_a_twentieth_in_predicted_events() -> None:
    schedule = planned(275, 6)
    assert len(schedule.partitions) == usual_partition_count(550) == 14
    sums = sum_partitions(predicted_events(schedule), schedule.partitions)
    assert max(sums) < 1.05 * min(sums)


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_as_many_events_are_predicted_as_a_shipped_schedule_has(name: str) -> None:
    schedule = read_any(SCHEDULES / f"{name}.yaml")
    assert int(predicted_events(schedule).sum()) == pytest.approx(SHIPPED[name]["events"], rel=0.02)


def test_readings_states_and_samples_of_a_young_batch_are_counted_exactly() -> None:
    """Fifty days in ten trays, unfed and not weighed: but for deaths, no row depends on a draw."""
    schedule = planned(6, 88)
    [events] = predicted_events(replace(schedule, batches=schedule.batches[-1:]))
    models, scenario, ahead = 1 + 900 + 1 + 6, 2 + 900, 10 * (850 + 1) + 20
    certain = 1 + 1 + 10 + 10 + models + scenario + ahead + 50 * 10 * (7 * 6 + 2)
    weeks, causes = 8, 5  # of the dead of each tray a row a week and cause
    assert certain + 0.8 * 500 < events <= certain + 500 + 10 * weeks * causes


def test_events_rise_with_the_as_of_date_until_the_harvest_and_no_further() -> None:
    schedule = planned(6, 88)
    batch = schedule.batches[0]
    days = [batch.start_day + d for d in (1, 90, 91, 200, 450, 451, 700, 900, 1200)]
    events = [int(predicted_events(replace(schedule, batches=(batch,), as_of_day=day))[0]) for day in days]
    assert events[:-1] == sorted(set(events[:-1]))
    assert events[-1] == events[-2]


def test_a_smaller_harvest_target_comes_sooner_and_to_fewer_events() -> None:
    schedule = planned(6, 88)
    batch = schedule.batches[0]
    targets = (1_000.0, 2_000.0, 4_000.0, 20_000.0)
    events = [
        int(predicted_events(replace(schedule, batches=(replace(batch, harvest_target_g=t),)))[0]) for t in targets
    ]
    assert events == sorted(set(events))
    # 20 kg are never reached: all 450 days at sea
    sea = batch.stays[-1]
    assert events[-1] > sea.days * 8 * (4 * 6 + 1 + 2)
