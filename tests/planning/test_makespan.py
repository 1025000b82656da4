"""Makespans of partitions on workers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.planning.makespan import longest_first_makespan, makespan, makespan_data
from engine.planning.partitions import balance_partitions
from engine.report.planned import makespan_lines


def _least(events: Sequence[int], workers: int) -> int:
    """The least makespan of all assignments."""
    return min(
        max(sum(e for e, w in zip(events, chosen, strict=True) if w == worker) for worker in range(workers))
        for chosen in product(range(workers), repeat=len(events))
    )


@given(st.lists(st.integers(0, 50), min_size=1, max_size=6), st.integers(1, 3))
def test_longest_first_is_within_its_proven_bound_of_the_best_order(events: list[int], workers: int) -> None:
    found, best = longest_first_makespan(events, workers), _least(events, workers)
    assert best <= found <= best * (4 / 3 - 1 / (3 * workers)) + 1e-9


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=40), st.data())
def test_no_makespan_beats_the_ideal(weights: list[int], data: st.DataObject) -> None:
    parts = balance_partitions(weights, data.draw(st.integers(1, len(weights))))
    workers = data.draw(st.integers(1, 60))
    found = makespan(weights, parts, workers)
    assert found.ideal == max(sum(weights) / workers, max(weights))
    assert found.ratio >= 1 - 1e-12
    if found.better_partitions:
        assert found.ratio > 1.05
        assert makespan(weights, balance_partitions(weights, found.better_partitions), workers).ratio <= 1.05


def test_one_worker_takes_everything_and_as_many_as_batches_take_the_longest() -> None:
    weights = [5, 9, 4, 7]
    each = balance_partitions(weights, 4)
    assert makespan(weights, each, 1).events == 25
    assert (makespan(weights, each, 4).events, makespan(weights, each, 400).ratio) == (9, 1.0)


def test_too_few_partitions_for_the_workers_are_named_with_their_cure() -> None:
    weights = [10] * 128
    found = makespan(weights, balance_partitions(weights, 14), 64)
    assert (found.events, found.ideal, found.better_partitions) == (100, 20.0, 64)
    assert found.ratio == pytest.approx(5.0)
    assert makespan_data([found])[0]["better_partitions"] == 64
    assert "--partitions 64" in "\n".join(makespan_lines([found]))
