"""Diseases that pass from farm to farm: to whom, when, and whom they leave alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.biology.events import Contagion
from engine.biology.parameters import Biology
from engine.farm.infrastructure import Farm, read_farm
from engine.farm.schedule import Batch, Schedule, Stay
from engine.planning.planner import Request, plan
from engine.simulation.fish.health_events import draw_health_events
from engine.simulation.foreseeing.foresee import foresee_places, with_foreseen
from engine.simulation.foreseeing.outbreaks import foresee_outbreaks
from engine.simulation.record import HealthEvent
from engine.simulation.setting import Setting
from engine.simulation.water.climate import Climate
from lake.codes import SEA

KIND = "GILL_DISEASE"
FIRST = 18_000


@pytest.fixture(scope="module")
def farm() -> Farm:
    return read_farm("faroe-scotland")


def spreading(biology: Biology, **changes: float) -> Biology:
    """With one contagious kind, of which most farms have an outbreak a cycle."""
    model = biology.model
    regions = {name: replace(each, events_per_cycle=4.0) for name, each in model.regions.items()}
    contagion = replace(model.events.contagion[KIND], **{"probability": 1.0, "delay_sd": 0.0, **changes})
    kinds: dict[str, Contagion] = {KIND: contagion}
    events = replace(model.events, contagion=kinds)
    return replace(biology, model=replace(model, events=events, regions=regions))


def in_water(farm: Farm, biology: Biology) -> Climate:
    return Climate(farm=farm, biology=biology, seed=11, days=FIRST + 1_000, first_day=FIRST)


def batch_in(farm: Farm, id_: int, area: int, first: int, *, rings: slice = slice(0, 4)) -> Batch:
    """A batch that is in some rings of one area of Scotland, from a day on."""
    place = farm.areas_in(2)[area]
    stay = Stay(stage=SEA, container_ids=tuple(place.ring_ids)[rings], start_day=first, end_day=first + 450)
    return Batch(id=id_, number=f"SCO-{id_:03d}", geography_id=2, eggs=1_000, stays=(stay,))


def test_an_outbreak_passes_within_the_area_later_and_hardly_far_away(farm: Farm, biology: Biology) -> None:
    climate = in_water(farm, spreading(biology))
    pairs = passed = far = 0
    for n in range(150):
        source, beside = batch_in(farm, 3 * n + 1, 2, FIRST), batch_in(farm, 3 * n + 2, 2, FIRST, rings=slice(8, 12))
        away = batch_in(farm, 3 * n + 3, 15, FIRST)
        alone = foresee_outbreaks(farm, climate, [source]).told
        for day in [each.day for each in alone]:
            pairs += 1
            for other, hit in ((beside, 1), (away, 0)):
                both = foresee_outbreaks(farm, climate, [source, other]).told
                new = set(both) - set(alone) - set(foresee_outbreaks(farm, climate, [other]).told)
                caught = any(each.batch_id == other.id and each.day == day + 14 for each in new)
                passed, far = passed + (caught and hit), far + (caught and not hit)
    assert pairs > 30
    assert 0.4 * pairs < passed < pairs  # the younger fish are, the less they catch
    assert far <= 0.1 * pairs


def test_whoever_is_immune_or_gone_catches_nothing(farm: Farm, biology: Biology) -> None:
    climate = in_water(farm, spreading(biology, immune_days=200.0))
    batches = [
        batch_in(farm, n + 1, n % 20, FIRST + n, rings=slice(0, 8) if n < 20 else slice(8, 16)) for n in range(40)
    ]
    found = foresee_outbreaks(farm, climate, batches).told
    assert len(found) > 20
    for batch in batches:
        days = np.array([each.day for each in found if each.batch_id == batch.id])
        assert (np.diff(days) >= 200).all()
        assert ((days >= batch.start_day) & (days < batch.end_day)).all()


def test_a_batch_that_begins_later_changes_no_day_before(farm: Farm, biology: Biology) -> None:
    climate = in_water(farm, spreading(biology))
    batches = [batch_in(farm, n + 1, n % 20, FIRST + 10 * n, rings=slice(0, 4)) for n in range(40)]
    before, after = (foresee_outbreaks(farm, climate, batches[:n]).told for n in (30, 40))
    joined = batches[30].start_day
    assert [each for each in before if each.day < joined] == [each for each in after if each.day < joined] != []
    assert [each for each in after if each.day >= joined and each.batch_id <= 30] != [
        each for each in before if each.day >= joined
    ]


@pytest.fixture(scope="module")
def many(farm: Farm, biology: Biology) -> Schedule:
    request = Request(name="many", batches=30, stagger_days=12, as_of_day=20_400, seed=3, rings=6)
    return plan(request, farm, spreading(biology))


@pytest.fixture(scope="module")
def climate(many: Schedule) -> Climate:
    return Climate(farm=many.farm, biology=many.biology, seed=many.seed, days=max(b.end_day for b in many.batches))


def lived(schedule: Schedule, climate: Climate, batch: Batch) -> tuple[HealthEvent, ...]:
    return draw_health_events(Setting.resolve(schedule, climate, batch, batch.stays[-1])).events


def test_parts_of_a_schedule_meet_what_the_whole_does(many: Schedule, climate: Climate) -> None:
    foreseen = foresee_places(many, climate)
    met = passed = 0
    for batch in many.batches:
        whole = lived(many, climate, batch)
        task = replace(many, batches=(batch,), foreseen=foreseen.of([batch.id]))
        assert lived(task, climate, batch) == whole
        met += len(whole)
        passed += lived(replace(many, batches=(batch,)), climate, batch) != whole  # alone, it catches nothing
    assert met > 10
    assert passed > 0


def test_a_batch_that_is_not_in_the_schedule_has_what_it_would_have_alone(many: Schedule, climate: Climate) -> None:
    bearing = with_foreseen(many, climate)
    for batch in many.batches[-10:]:
        other = replace(batch, number=f"{batch.number}-B")
        assert lived(bearing, climate, other) == lived(replace(many, batches=(other,)), climate, other)


def test_each_ring_has_what_befalls_its_own_area(farm: Farm, biology: Biology) -> None:
    climate = in_water(farm, spreading(biology))
    one, other = farm.areas_in(2)[4:6]
    rings = *tuple(one.ring_ids)[:3], *tuple(other.ring_ids)[:3]
    apart = together = 0
    for n in range(60):
        stay = Stay(stage=SEA, container_ids=rings, start_day=FIRST, end_day=FIRST + 450)
        batch = Batch(id=n + 1, number=f"SCO-{n:03d}", geography_id=2, eggs=1_000, stays=(stay,))
        schedule = schedule_of(farm, climate.biology, batch)
        drawn = draw_health_events(Setting.resolve(schedule, climate, batch, stay))
        for event in drawn.events:
            at = event.start_day - FIRST
            if event.kind != "WINTER_ULCER":
                assert event.containers in {(0, 1, 2), (3, 4, 5), (0, 1, 2, 3, 4, 5)}
            assert (drawn.hazard[list(event.containers), at] > 0).all()
            apart += len(event.containers) == 3
            together += len(event.containers) == 6
    assert apart > 10
    assert together > 3


def schedule_of(farm: Farm, biology: Biology, batch: Batch) -> Schedule:
    return Schedule(
        name="one",
        seed=11,
        as_of_day=FIRST + 900,
        farm=farm,
        biology=biology,
        batches=(batch,),
        partitions=(range(1, 2),),
        text="",
    )
