"""Containers for batches, against brute force."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.farm.infrastructure import read_farm
from engine.planning.allocation import allocate
from engine.planning.places import Rules
from engine.planning.starts import Start
from lake.errors import InputError
from tests.planning.farms import farm_of

STAGE_DAYS = (9, 9, 5, 9, 9, 30)


starts = st.lists(st.tuples(st.integers(1, 2), st.integers(0, 90)), min_size=1, max_size=14).map(
    lambda drawn: [
        Start(number=f"B-{i}", geography_id=geography, start_day=day) for i, (geography, day) in enumerate(drawn)
    ]
)


@given(
    batches=starts,
    stations=st.integers(1, 4),
    areas=st.integers(1, 3),
    rings=st.integers(2, 9),
    wanted=st.integers(1, 4),
)
@settings(max_examples=200, deadline=None)
def test_batches_never_share_a_container_and_only_what_cannot_fit_is_refused(
    batches: list[Start], stations: int, areas: int, rings: int, wanted: int
) -> None:
    farm = farm_of(stations, areas, rings)
    overfull = _first_overfull(batches, stations, areas * (rings // wanted))
    if overfull is not None:
        with pytest.raises(InputError, match="|".join(f"{number} " for number in overfull)):
            allocate(farm, batches, STAGE_DAYS, Rules(min_rings=wanted, max_rings=wanted))
        return
    stays = allocate(farm, batches, STAGE_DAYS, Rules(min_rings=wanted, max_rings=wanted))
    held: dict[tuple[int, int], str] = {}
    for batch, each in zip(batches, stays, strict=True):
        day = batch.start_day
        for stage, (stay, length) in enumerate(zip(each, STAGE_DAYS, strict=True), 1):
            containers = [farm.container(c) for c in stay.container_ids]
            assert (stay.stage, stay.start_day, stay.end_day) == (stage, day, day + length)
            assert {(c.stage, c.geography_id) for c in containers} == {(stage, batch.geography_id)}
            assert len({c.place for c in containers}) == 1
            assert len(containers) == (wanted if stage == 6 else 2)
            for c in stay.container_ids:
                for d in range(day, day + length):
                    assert held.setdefault((c, d), batch.number) == batch.number
            day += length


def _first_overfull(batches: list[Start], halls: int, places: int) -> set[str] | None:
    """The batches that may be named: those that enter a pool on the first day on which it has no room."""
    load: dict[tuple[int, int, int], int] = defaultdict(int)
    entering: dict[tuple[int, int, int], set[str]] = defaultdict(set)
    for batch in batches:
        day = batch.start_day
        for stage, length in enumerate(STAGE_DAYS, 1):
            entering[batch.geography_id, stage, day].add(batch.number)
            for d in range(day, day + length):
                load[batch.geography_id, stage, d] += 1
            day += length
    over = [(d, s, g) for (g, s, d), n in load.items() if n > (places if s == 6 else halls)]
    if not over:
        return None
    first = min(d for d, _, _ in over)
    return {number for d, s, g in over if d == first for number in entering[g, s, d]}


def test_a_batch_keeps_its_station_and_takes_a_whole_hall() -> None:
    farm = read_farm("faroe-scotland")
    batches = [Start(number=f"B-{i}", geography_id=1 + i % 2, start_day=6 * i) for i in range(60)]
    for each in allocate(farm, batches, (90, 90, 90, 90, 90, 450), Rules()):
        halls = [farm.container(stay.container_ids[0]).hall for stay in each[:5]]
        assert len({hall.station_id for hall in halls}) == 1
        assert [tuple(hall.container_ids) for hall in halls] == [stay.container_ids for stay in each[:5]]


@pytest.mark.parametrize(("stations", "areas", "word"), [(0, 2, "Egg&Alevin"), (2, 0, "areas")])
def test_a_farm_without_a_kind_of_container_is_named(stations: int, areas: int, word: str) -> None:
    with pytest.raises(InputError, match=f"B-1.*{word}.*none"):
        allocate(
            farm_of(stations, areas, 4),
            [Start(number="B-1", geography_id=1, start_day=0)],
            STAGE_DAYS,
            Rules(min_rings=2, max_rings=2),
        )


def test_the_smallest_stagger_named_in_a_refusal_fits() -> None:
    farm = read_farm("faroe-scotland")

    def starts_every(days: int) -> list[Start]:
        return [Start(number=f"B-{i}", geography_id=1 + i % 2, start_day=days * i) for i in range(400)]

    days = (90, 90, 90, 90, 90, 450)
    with pytest.raises(InputError, match=r"40 places of 8 rings in Scotland.*\n.*at least 6 days"):
        allocate(farm, starts_every(5), days, Rules())
    assert len(allocate(farm, starts_every(6), days, Rules())) == 400
