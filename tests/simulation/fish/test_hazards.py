"""Events by kind against their published distribution, and the hazard's shape over a stay at sea."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.biology.parameters import Biology, parse_biology
from engine.farm.schedule import Schedule, Stay
from engine.simulation.fish.events import daily_course, spread_event
from engine.simulation.fish.hazards import sea_hazard
from engine.simulation.fish.health_events import draw_health_events
from engine.simulation.foreseeing.outbreaks import own_rate
from engine.simulation.setting import Setting
from engine.simulation.water.climate import Climate
from lake.codes import SEA

SPREAD = np.array([0.15, 0.35, 0.30, 0.15, 0.05])
COURSE = daily_course(SPREAD, 1.0)


def test_an_event_rises_and_falls_without_steps_and_takes_its_weeks_about_as_told() -> None:
    assert COURSE.sum() == pytest.approx(1.0, rel=1e-12)
    assert np.argmax(COURSE) == pytest.approx(10, abs=4)  # the second week is the worst
    steps = np.diff(np.concatenate([[0.0], COURSE, [0.0]]))
    assert abs(steps).max() < 0.3 * COURSE.max()
    np.testing.assert_allclose(COURSE.reshape(-1, 7).sum(axis=1), SPREAD, atol=0.05)


@pytest.mark.parametrize("pace", [0.5, 1.0, 3.0, 35.0])
def test_a_faster_event_takes_as_much_in_fewer_days(pace: float) -> None:
    course = daily_course(SPREAD, pace)
    assert len(course) == math.ceil(35 / pace)
    assert course.sum() == pytest.approx(1.0, rel=1e-12)
    assert (course > 0).all()


@given(st.integers(0, 59 * 7), st.floats(0.001, 0.8))
def test_an_event_adds_its_dose_day_by_day(start: int, loss: float) -> None:
    hazard, cause = np.zeros(64 * 7), np.zeros(64 * 7, dtype=np.int8)
    spread_event(start=start, dose=-math.log1p(-loss), cause=3, course=COURSE, hazard=hazard, hazard_cause=cause)
    np.testing.assert_allclose(hazard[start : start + 35], COURSE * -math.log1p(-loss), rtol=1e-12)
    assert set(cause[hazard > 0]) == {3}
    assert not hazard[:start].any()


def test_an_events_days_after_the_stay_are_left_out() -> None:
    hazard, cause = np.zeros(20), np.zeros(20, dtype=np.int8)
    spread_event(start=15, dose=0.1, cause=3, course=COURSE, hazard=hazard, hazard_cause=cause)
    np.testing.assert_allclose(hazard[15:], 0.1 * COURSE[:5], rtol=1e-12)


@pytest.fixture(scope="module")
def at_sea(small_schedule: Schedule, small_climate: Climate) -> Setting:
    """A stay of 64 weeks in one ring of Scotland."""
    ring = next(c.id for c in small_schedule.farm.containers if c.stage == SEA and c.geography_id == 2)
    stay = Stay(stage=SEA, container_ids=(ring,), start_day=19_000, end_day=19_448)
    return Setting.resolve(small_schedule, small_climate, small_schedule.batches[1], stay)


def under(setting: Setting, biology: Biology) -> Setting:
    """The same stay under another biology, in its water."""
    return replace(
        setting,
        schedule=replace(setting.schedule, biology=biology),
        climate=replace(setting.climate, biology=biology),
        region=biology.region("Scotland"),
    )


def events_by_kind(setting: Setting) -> dict[str, list[tuple[int, int, float]]]:
    """Of 300 batches: the batch, the day and the loss."""
    found: dict[str, list[tuple[int, int, float]]] = {}
    for i in range(300):
        batch = replace(setting.batch, number=f"SCO-{i}")
        for event in draw_health_events(replace(setting, batch=batch)).events:
            found.setdefault(event.kind, []).append((i, event.start_day, event.loss))
    return found


def with_weights(biology: Biology, times: float, *kinds: str) -> Biology:
    """With events ten times as often, and some kinds more often still."""
    data = yaml.safe_load(biology.text)
    data["regions"]["Scotland"]["events_per_cycle"]["value"] *= 10
    for kind in kinds:
        data["regions"]["Scotland"]["event_weights"][kind]["value"] *= times
    return parse_biology(yaml.safe_dump(data), "other weights")


@pytest.mark.parametrize("kind", ["WINTER_ULCER", "PANCREAS_DISEASE", "STORM"])
def test_each_kind_of_event_has_draws_of_its_own(at_sea: Setting, biology: Biology, kind: str) -> None:
    """With one kind five times likelier, every event of another is what it was."""
    before = events_by_kind(under(at_sea, with_weights(biology, 1.0)))
    after = events_by_kind(under(at_sea, with_weights(biology, 5.0, kind)))
    others = set(before) - {kind}
    assert len(others) > 4
    for other in others:
        assert before[other] == after[other], other
    assert len(after[kind]) > 1.3 * len(before[kind]) > 0
    if kind != "PANCREAS_DISEASE":  # a new outbreak may leave a batch immune to one that it had
        assert set(before[kind]) < set(after[kind])


def test_what_befalls_a_batch_alone_is_as_often_as_told(at_sea: Setting, biology: Biology) -> None:
    setting = under(at_sea, with_weights(biology, 1.0))
    days = setting.stay.start_day, setting.stay.end_day
    expected = 300 * own_rate(setting.climate, 2, "WINTER_ULCER", days).sum()
    assert expected > 30
    assert len(events_by_kind(setting)["WINTER_ULCER"]) == pytest.approx(expected, abs=4 * math.sqrt(expected))


def test_events_of_a_kind_begin_on_days_of_their_own(at_sea: Setting, biology: Biology) -> None:
    for events in events_by_kind(under(at_sea, with_weights(biology, 5.0, "STORM", "WINTER_ULCER"))).values():
        assert len({(batch, day) for batch, day, _ in events}) == len(events) > 100


def test_events_keep_to_their_season(at_sea: Setting, biology: Biology) -> None:
    found = events_by_kind(under(at_sea, with_weights(biology, 1.0)))["GILL_DISEASE"]
    month = np.array([day for _, day, _ in found]).astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12
    assert len(month) > 100
    assert np.isin(month, (6, 7, 8, 9, 10, 11)).mean() > 0.8


def test_the_base_hazard_has_the_published_shape_and_sum(at_sea: Setting, biology: Biology) -> None:
    """Over batches: a short peak after transfer, a plateau, a steep rise; 64 weeks carry the region's hazard."""
    region = biology.region("Scotland")
    # another seed is another batch and another site
    seeds = [replace(at_sea, schedule=replace(at_sea.schedule, seed=i)) for i in range(4_000)]
    hazards = np.array([sea_hazard(setting) for setting in seeds])
    mean = hazards.mean(axis=0)
    sd = math.hypot(region.frailty_batch_sd, region.frailty_site_sd)
    error = math.sqrt(math.expm1(sd * sd) / len(hazards))
    bowl = 1.0 + biology.model.mortality.shape_u_share * 0.01
    assert mean.sum() == pytest.approx(region.sea_hazard * bowl, rel=4 * error)
    assert mean[:21].mean() > 3.0 * mean[60:240].mean()
    assert mean[360:].mean() > 5.0 * mean[60:240].mean()
