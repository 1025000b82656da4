"""Samples are of the fish that live there, and count what they weigh."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.farm.schedule import Schedule
from engine.simulation.climate import Climate
from engine.simulation.record import BatchHistory
from engine.simulation.rows.fish import sample_rows
from engine.simulation.rows.shared import Subject


@pytest.fixture(scope="module")
def samples(
    small_schedule: Schedule, small_climate: Climate, histories: list[BatchHistory]
) -> list[tuple[dict, dict, np.ndarray]]:
    return [sample_rows(Subject(small_schedule, h, small_climate)) for h in histories]


def test_a_samples_statistics_are_those_of_its_fish(samples: list[tuple[dict, dict, np.ndarray]]) -> None:
    weighed = 0
    for sample, fish, _ in samples:
        at = np.searchsorted(sample["id"], fish["growth_sample_id"])
        for i in range(len(sample["id"])):
            mine = at == i
            weight = fish["weight_g"][mine].astype(float)
            length = fish["length_cm"][mine].astype(float)
            assert fish["fish_identifier"][mine].tolist() == list(range(1, sample["sample_size"][i] + 1))
            for name, expected in (
                ("avg_weight_g", weight.mean()),
                ("std_deviation_weight", weight.std(ddof=1)),
                ("min_weight_g", weight.min()),
                ("max_weight_g", weight.max()),
                ("avg_length_cm", length.mean()),
                ("std_deviation_length", length.std(ddof=1)),
                ("condition_factor", (100.0 * (weight / 100.0) / (length / 100.0) ** 3).mean() * 100.0),
            ):
                assert sample[name][i] == pytest.approx(expected, abs=0.501), name
            weighed += 1
    assert weighed > 500


def test_samples_are_of_the_fish_that_live_there(
    samples: list[tuple[dict, dict, np.ndarray]], small_schedule: Schedule, histories: list[BatchHistory]
) -> None:
    """The cube roots of the fish's weights, scaled by the container's moments that day, are standard normal."""
    scaled: list[np.ndarray] = []
    for (sample, fish, _), h in zip(samples, histories, strict=True):
        at = np.searchsorted(sample["id"], fish["growth_sample_id"])
        mu, v = np.empty(len(sample["id"])), np.empty(len(sample["id"]))
        for i, (container, day) in enumerate(zip(sample["container_id"], sample["sample_date"], strict=True)):
            stage = next(s for s in h.stages if s.start_day <= day < s.end_day)
            c = stage.container_ids.index(container)
            mu[i], v[i] = stage.mu[c, day - stage.start_day], stage.v[c, day - stage.start_day]
        root = np.cbrt(fish["weight_g"] / 100.0)
        large = mu[at] > 1.2  # weights in whole 0.01 g are coarse for fry
        scaled.append(((root - mu[at]) / np.sqrt(v[at]))[large])
    z = np.concatenate(scaled)
    error = 4.0 / math.sqrt(len(z))
    assert abs(z.mean()) < error
    assert z.std() == pytest.approx(1.0, abs=error)
    assert np.mean(z**3) == pytest.approx(0.0, abs=4.0 * error)
    assert np.mean(z**4) == pytest.approx(3.0, abs=10.0 * error)


def test_condition_factors_lie_where_salmon_do(
    samples: list[tuple[dict, dict, np.ndarray]], small_schedule: Schedule
) -> None:
    growth = small_schedule.biology.model.growth
    for sample, _, _ in samples:
        factor = sample["condition_factor"] / 100.0
        assert ((factor >= 0.8) & (factor <= 1.6)).all()
        stages = [small_schedule.farm.container(c).stage for c in sample["container_id"]]
        expected = np.array(growth.condition_factor.value)[np.array(stages, dtype=int) - 1]
        spread = growth.condition_factor_sd.value / math.sqrt(growth.sample_size.value)
        assert (np.abs(factor - expected) < 5.0 * spread + 0.02).all()


def test_samples_are_weekly_and_the_latest_is_known(
    samples: list[tuple[dict, dict, np.ndarray]], small_schedule: Schedule, histories: list[BatchHistory]
) -> None:
    growth = small_schedule.biology.model.growth
    every = growth.sample_interval_days.value
    for (sample, _, latest), h in zip(samples, histories, strict=True):
        expected, last = [], []
        for stage in h.stages:
            for container in stage.container_ids:
                weighed = stage.stage >= growth.first_sampled_stage.value
                days = range(stage.start_day + every - 1, stage.end_day, every) if weighed else range(0)
                expected += [(container, day) for day in days]
                last.append(days[-1] if days else -1)
        assert list(zip(sample["container_id"], sample["sample_date"], strict=True)) == expected
        assert latest.tolist() == last
