"""The checks of a schedule's meaning, against brute force."""

from __future__ import annotations

from itertools import chain

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.farm.occupancy import Occupancy, occupancy, overlaps
from engine.farm.schedule import Schedule
from engine.farm.validation import find_complaints, partition_complaints
from tests.farm.small_plans import schedules

rows = st.lists(
    st.tuples(st.integers(0, 5), st.integers(1, 3), st.integers(0, 20), st.integers(0, 8)), min_size=1, max_size=25
)


@given(rows)
@settings(deadline=None)
def test_overlaps_are_found_exactly_when_two_stays_share_a_container_and_a_day(
    stays: list[tuple[int, int, int, int]],
) -> None:
    batch, container, start, days = (np.array(column, dtype=np.int64) for column in zip(*stays, strict=True))
    found = overlaps(
        Occupancy(batch=batch, stage=np.ones_like(batch), container=container, start_day=start, end_day=start + days)
    )
    held = [(c, d) for _, c, s, n in stays for d in range(s, s + n)]
    assert bool(found) == (len(held) != len(set(held)))
    for overlap in found:
        assert overlap.start_day < overlap.end_day
        assert all(held.count((overlap.container, d)) > 1 for d in range(overlap.start_day, overlap.end_day))


@given(schedules())
@settings(max_examples=20, deadline=None)
def test_a_planned_schedule_holds(schedule: Schedule) -> None:
    assert find_complaints(schedule, lambda index, place: f"{index}.{place}") == []
    held: set[tuple[int, int]] = set()
    for stay in chain.from_iterable(batch.held_stays for batch in schedule.batches):
        days = {(c, d) for c in stay.container_ids for d in range(stay.start_day, stay.end_day)}
        assert not held & days
        held |= days
    assert len(held) == int((occupancy(schedule.batches).end_day - occupancy(schedule.batches).start_day).sum())


@given(st.lists(st.builds(range, st.integers(0, 8), st.integers(0, 9)), max_size=4), st.integers(1, 8))
@settings(deadline=None)
def test_partitions_hold_every_batch_once_in_order_or_are_refused(parts: list[range], count: int) -> None:
    holds = all(parts) and list(chain.from_iterable(parts)) == list(range(1, count + 1)) and parts != []
    assert (partition_complaints(parts, count) == []) == holds
