"""Events by kind against their published distribution, and the hazard's shape over a stay at sea."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.biology.parameters import Biology, parse_biology
from engine.farm.schedule import Schedule, Stay
from engine.simulation.fish.events import EventRates, draw_events, spread_event
from engine.simulation.fish.hazards import sea_hazard
from engine.simulation.fish.health_events import draw_health_events
from engine.simulation.setting import Setting
from engine.simulation.water.climate import Climate
from lake.codes import SEA

SPREAD = np.array([0.15, 0.35, 0.30, 0.15, 0.05])


RATES = EventRates(mean=2.4, limit=12, loss_median=0.03, loss_sdlog=0.0, loss_limit=0.9)


def drawn(key: int, **changes: Any) -> tuple[np.ndarray, np.ndarray]:
    return draw_events(np.uint64(key), np.ones(60), RATES._replace(**changes))


def test_events_and_their_losses_have_the_given_distribution() -> None:
    counts = [len(drawn(key)[0]) for key in range(4_000)]
    assert np.mean(counts) == pytest.approx(2.4, abs=4.0 * math.sqrt(2.4 / 4_000))
    logs = np.log([drawn(key, mean=1e9, limit=1, loss_sdlog=1.15)[1][0] for key in range(4_000)])
    assert logs.mean() == pytest.approx(math.log(0.03), abs=4.0 * 1.15 / math.sqrt(4_000))
    assert logs.std() == pytest.approx(1.15, rel=0.05)
    starts = np.concatenate([drawn(key)[0] for key in range(4_000)])
    assert np.bincount(starts, minlength=60).std() / np.sqrt(len(starts) / 60) == pytest.approx(1.0, abs=0.3)


@given(st.integers(0, 59), st.floats(0.001, 0.8))
def test_an_event_adds_its_dose_week_by_week(start: int, loss: float) -> None:
    hazard, cause = np.zeros(64 * 7), np.zeros(64 * 7, dtype=np.int8)
    spread_event(start_week=start, dose=-math.log1p(-loss), cause=3, spread=SPREAD, hazard=hazard, hazard_cause=cause)
    weeks = hazard.reshape(-1, 7)
    assert (weeks == weeks[:, :1]).all()
    np.testing.assert_allclose(weeks[start : start + 5].sum(axis=1), SPREAD * -math.log1p(-loss), rtol=1e-12)
    assert set(cause[hazard > 0]) == {3}


@pytest.fixture(scope="module")
def at_sea(small_schedule: Schedule, small_climate: Climate) -> Setting:
    """A stay of 64 weeks in one ring of Scotland."""
    ring = next(c.id for c in small_schedule.farm.containers if c.stage == SEA and c.geography_id == 2)
    stay = Stay(stage=SEA, container_ids=(ring,), start_day=19_000, end_day=19_448)
    return Setting.resolve(small_schedule, small_climate, small_schedule.batches[1], stay)


def renamed(setting: Setting, number: str, biology: Biology) -> Setting:
    """The same stay of another batch under another biology."""
    schedule = replace(setting.schedule, biology=biology)
    return replace(
        setting, schedule=schedule, batch=replace(setting.batch, number=number), region=biology.region("Scotland")
    )


def events_by_kind(setting: Setting, biology: Biology) -> dict[str, list[tuple[int, float]]]:
    """Of 300 batches: the batch and the day in one number, and the loss."""
    found: dict[str, list[tuple[int, float]]] = {}
    for i in range(300):
        for event in draw_health_events(renamed(setting, f"SCO-{i}", biology)).events:
            found.setdefault(event.kind, []).append((i * 10_000 + event.start_day, event.loss))
    return found


def test_each_kind_of_event_has_draws_of_its_own(at_sea: Setting, biology: Biology) -> None:
    """With pancreas disease five times likelier, every event of another kind is what it was."""
    data = yaml.safe_load(biology.text)
    weights = data["regions"]["Scotland"]["event_weights"]
    weights["PANCREAS_DISEASE"]["value"] *= 5
    more = parse_biology(yaml.safe_dump(data), "more PD")
    before, after = events_by_kind(at_sea, biology), events_by_kind(at_sea, more)
    others = set(before) - {"PANCREAS_DISEASE"}
    assert len(others) > 4
    for kind in others:
        assert before[kind] == after[kind], kind
    assert set(before["PANCREAS_DISEASE"]) < set(after["PANCREAS_DISEASE"])
    expected = biology.region("Scotland").events_per_cycle * weights["PANCREAS_DISEASE"]["value"] * 300
    assert len(after["PANCREAS_DISEASE"]) == pytest.approx(expected, abs=4 * math.sqrt(expected))


def test_events_of_a_kind_begin_on_days_of_their_own(at_sea: Setting, biology: Biology) -> None:
    data = yaml.safe_load(biology.text)
    data["regions"]["Scotland"]["events_per_cycle"]["value"] = 60
    for events in events_by_kind(at_sea, parse_biology(yaml.safe_dump(data), "many events")).values():
        assert len({day for day, _ in events}) == len(events)


def test_events_keep_to_their_season(at_sea: Setting, biology: Biology) -> None:
    found = events_by_kind(at_sea, biology)
    months = (np.array([day % 10_000 + 10_000 for day, _ in found["GILL_DISEASE"]]) + 0).astype(np.int64)
    calendar = np.array(months).astype("datetime64[D]").astype("datetime64[M]").astype(int) % 12
    assert np.isin(calendar, (6, 7, 8, 9, 10, 11)).mean() > 0.85


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
