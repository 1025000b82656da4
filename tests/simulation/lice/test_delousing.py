"""What a treatment does to lice and fish: more die in warm water, of large fish and of sick ones; days differ."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from engine.biology.health import METHOD_NAMES
from engine.farm.schedule import Schedule, Stay
from engine.simulation.lice.delousing import Delousing, Patients, treat_ring
from engine.simulation.lice.preparation import prepare_delousing
from engine.simulation.setting import Setting
from engine.simulation.water.climate import Climate
from lake.codes import SEA

THERMAL, H2O2 = METHOD_NAMES.index("THERMAL"), METHOD_NAMES.index("H2O2")


@pytest.fixture(scope="module")
def delousing(small_schedule: Schedule, small_climate: Climate) -> Delousing:
    """Of an area's rings."""
    area = small_schedule.farm.areas_in(1)[0]
    stay = Stay(stage=SEA, container_ids=tuple(area.ring_ids), start_day=19_900, end_day=20_348)
    setting = Setting.resolve(small_schedule, small_climate, small_schedule.batches[0], stay)
    return prepare_delousing(setting, setting.containers)


def usual(delousing: Delousing) -> Patients:
    strain = delousing.strain
    return Patients(day=19_100, temp_c=strain.temp_c, weight_g=strain.weight_g, recent=strain.recent)


def treat(delousing: Delousing, patients: Patients, ring: int = 0, method: int = THERMAL) -> tuple[float, float]:
    lice = np.full((len(delousing.ring_keys), 3), 2.0)
    found: tuple[float, float] = treat_ring(
        r=ring, number=0, m=method, patients=patients, lice=lice, delousing=delousing
    )
    return found


def loss(delousing: Delousing, patients: Patients, method: int = THERMAL) -> float:
    return treat(delousing, patients, method=method)[1]


def test_losses_rise_with_warmth_weight_and_the_deaths_before(delousing: Delousing) -> None:
    before = usual(delousing)
    plain = loss(delousing, before)
    for method in (THERMAL, H2O2):
        warmer = loss(delousing, before._replace(temp_c=before.temp_c + 3.0), method) / loss(delousing, before, method)
        assert warmer == pytest.approx(math.exp(3.0 * delousing.loss_temp_slope[method]))
    larger = loss(delousing, before._replace(weight_g=2.0 * before.weight_g)) / plain
    assert larger == pytest.approx(2.0**delousing.strain.weight_exponent)
    sicker = loss(delousing, before._replace(recent=3.0 * before.recent)) / plain
    assert sicker == pytest.approx(3.0**delousing.strain.recent_exponent)
    assert min(larger, sicker) > 1.1


def test_losses_stay_within_their_bounds_whatever_the_fish(delousing: Delousing) -> None:
    before = usual(delousing)
    plain = loss(delousing, before)
    worst = loss(delousing, before._replace(temp_c=40.0, weight_g=20_000.0, recent=0.2))
    best = loss(delousing, before._replace(temp_c=-1.0, weight_g=0.0, recent=0.0))
    assert worst == pytest.approx(min(0.5, plain * delousing.strain.limit))
    assert best == pytest.approx(plain / delousing.strain.limit)


def test_rings_of_an_area_share_the_fortune_of_a_day(delousing: Delousing) -> None:
    """Logits of efficacy: alike on a day by the square of the day's weight, not alike on another day."""
    half = delousing._replace(day_share=0.8)
    days = range(19_000, 19_400)
    logits = np.empty((2, len(days)))
    for i, day in enumerate(days):
        for ring in (0, 1):
            # a key of its own for each day stands for treatments of other batches
            other = half._replace(ring_keys=half.ring_keys + np.uint64(day))
            efficacy, _ = treat(other, usual(half)._replace(day=day), ring)
            logits[ring, i] = math.log(efficacy / (1.0 - efficacy))
    assert np.corrcoef(logits[0], logits[1])[0, 1] == pytest.approx(0.64, abs=0.12)
    assert abs(np.corrcoef(logits[0, 1:], logits[0, :-1])[0, 1]) < 0.2
    assert logits[0].std() == pytest.approx(half.efficacy_sd[THERMAL], rel=0.15)


def test_a_day_is_the_areas_own(small_schedule: Schedule, small_climate: Climate) -> None:
    """Another batch in the area meets the same day, one in another area does not."""
    first, second = small_schedule.farm.areas_in(1)[:2]
    batch = small_schedule.batches[0]

    def keys(number: str, ring_id: int) -> np.ndarray:
        stay = Stay(stage=SEA, container_ids=(ring_id,), start_day=19_900, end_day=20_348)
        setting = Setting.resolve(small_schedule, small_climate, replace(batch, number=number), stay)
        return prepare_delousing(setting, setting.containers).area_keys

    assert keys("A", first.ring_ids[0]) == keys("B", first.ring_ids[1])
    assert keys("A", first.ring_ids[0]) != keys("A", second.ring_ids[0])
