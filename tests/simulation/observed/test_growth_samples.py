"""Samples are of the fish that live there but for what a dip net takes, and their figures are those of their fish."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.biology.parameters import Biology, parse_biology
from engine.farm.schedule import Schedule
from engine.simulation.fish.history import simulate_batch
from engine.simulation.numerics.streams import Stream, stream_key, stream_keys
from engine.simulation.observed.growth_samples import (
    StageSamples,
    condition_factor,
    sample_growth,
)
from engine.simulation.observed.sampling import ConditionFactor, draw_fish, selection_errors
from engine.simulation.record import BatchHistory, StageHistory
from engine.simulation.rows.fish import fish_tables
from engine.simulation.rows.life import BatchLife
from engine.simulation.setting import NEVER, routine_days, vaccination_day
from engine.simulation.water.climate import Climate
from lake.codes import SEA
from tests.simulation.trade_lives import alone

Samples = tuple[dict[str, np.ndarray], dict[str, np.ndarray]]


def changed(biology: Biology, **values: object) -> Biology:
    """The biology with other values; keys are section__name."""
    data = yaml.safe_load(biology.text)
    for key, value in values.items():
        section, name = key.split("__")
        data[section][name]["value"] = value
    return parse_biology(yaml.safe_dump(data), "changed")


def same(condition: float, sd: float = 0.0) -> ConditionFactor:
    """Fish of any weight have one condition factor."""
    return ConditionFactor(weight_g=np.array([1.0]), mean=np.array([condition]), sd=sd)


@pytest.fixture(scope="module")
def samples(small_schedule: Schedule, small_climate: Climate, histories: list[BatchHistory]) -> list[Samples]:
    lives = [BatchLife(schedule=small_schedule, history=h, climate=small_climate) for h in histories]
    found = [alone(fish_tables, life) for life in lives]
    return [(tables["growth_sample"], tables["individual_growth_observation"]) for tables in found]


def test_a_samples_statistics_are_those_of_its_fish(samples: list[Samples]) -> None:
    weighed = 0
    for sample, fish in samples:
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


def test_samples_are_of_the_fish_that_live_there(small_schedule: Schedule, histories: list[BatchHistory]) -> None:
    """The cube roots of the fish's weights, scaled by the container's moments and its lasting error, are normal."""
    scaled: list[np.ndarray] = []
    monitoring = small_schedule.biology.model.monitoring
    for h in histories:
        for stage, weighed in zip(h.stages, sample_growth(small_schedule, h).stages, strict=True):
            names = tuple(small_schedule.farm.container(c).name for c in stage.container_ids)
            error = selection_errors(
                stream_keys(small_schedule.seed, Stream.SELECTION, h.batch.number, each=names),
                monitoring.selection_sd[stage.stage - 1],
                monitoring.selection_limit,
            )
            c = weighed.container[weighed.fish_sample]
            d = (weighed.day - stage.start_day)[weighed.fish_sample]
            mu, sd = stage.mu[c, d], np.sqrt(stage.v[c, d])
            z = (np.cbrt(weighed.fish_weight / 100.0) - mu) / sd - error[c]
            scaled.append(z[mu > 1.2])  # weights in whole 0.01 g are coarse for fry
    z = np.concatenate(scaled)
    error_of_mean = 4.0 / math.sqrt(len(z))
    assert abs(z.mean()) < error_of_mean
    assert z.std() == pytest.approx(1.0, abs=error_of_mean)
    assert np.mean(z**3) == pytest.approx(0.0, abs=4.0 * error_of_mean)
    assert np.mean(z**4) == pytest.approx(3.0, abs=10.0 * error_of_mean)


@given(
    weight_g=st.floats(0.1, 8000.0),
    cv=st.floats(0.0, 0.3),
    condition=st.floats(0.95, 1.35),
    index=st.integers(0, 10**9),
)
def test_a_fish_is_as_long_as_its_weight_and_condition_say(
    weight_g: float, cv: float, condition: float, index: int
) -> None:
    root = weight_g ** (1.0 / 3.0)
    weight, length = draw_fish(np.uint64(7), index, root, root * cv / 3.0, condition=same(condition))
    assert length == pytest.approx((weight / condition) ** (1.0 / 3.0) * 100.0, abs=0.501)


def test_no_fish_is_longer_than_a_heavier_one_of_its_condition(small_schedule: Schedule) -> None:
    """K rises with weight, but never so fast that a growing fish shortens: at sea transfer least of all."""
    condition = condition_factor(small_schedule)._replace(sd=0.0)
    roots = np.linspace(0.6, 20.0, 4000)
    fish = [draw_fish(np.uint64(5), 0, root, 0.0, condition=condition) for root in roots]
    weight, length = np.array(fish).T
    assert (np.diff(length) >= 0).all()
    k = 1e6 * weight / length.astype(float) ** 3
    big = weight > 500  # below, whole 0.01 cm are coarse
    np.testing.assert_allclose(k[big], np.interp(weight[big] / 100.0, condition.weight_g, condition.mean), rtol=0.003)


def test_condition_is_near_normal_and_within_bounds() -> None:
    sd, n = 0.06, 20_000
    drawn = [draw_fish(np.uint64(3), 2 * i, 15.0, 0.0, condition=same(1.28, sd)) for i in range(n)]
    k = np.array([weight * 1e6 / length**3 for weight, length in drawn])
    z = (k - 1.28) / sd
    assert abs(z.mean()) < 4.0 / math.sqrt(n)
    assert z.std() == pytest.approx(1.0, abs=4.0 / math.sqrt(n))
    assert np.abs(z).max() < 3.51


def test_lasting_errors_have_their_sd_and_bound_and_lean_to_neither_side() -> None:
    keys = np.array([stream_key(1, Stream.SELECTION, i) for i in range(20_000)], dtype=np.uint64)
    error = selection_errors(keys, 0.15, 3.0)
    assert np.abs(error).max() == pytest.approx(0.45)
    assert abs(error.mean()) < 4.0 * 0.15 / math.sqrt(len(keys))
    # a Laplace deviate cut off at 3 sd keeps 92 % of its variance
    assert (error / 0.15).std() == pytest.approx(0.96, abs=0.03)
    assert np.median(np.abs(error)) == pytest.approx(0.15 * math.log(2.0) / math.sqrt(2.0), rel=0.05)
    assert not selection_errors(keys, 0.0, 3.0).any()


def test_condition_factors_lie_where_salmon_do(samples: list[Samples], small_schedule: Schedule) -> None:
    growth = small_schedule.biology.model.growth
    for sample, _ in samples:
        factor = sample["condition_factor"] / 100.0
        assert ((factor >= 0.8) & (factor <= 1.6)).all()
        weights = sample["avg_weight_g"] / 100.0
        expected = np.interp(weights, growth.condition_factor_g, growth.condition_factor)
        spread = growth.condition_factor_sd / math.sqrt(growth.sample_size)
        assert (np.abs(factor - expected) < 5.0 * spread + 0.02).all()


def by_container(stage: StageHistory, weighed: StageSamples) -> list[tuple[list[int], list[int]]]:
    """Each container's days of the stay and mean weights."""
    found = []
    for c in range(len(stage.container_ids)):
        mine = weighed.container == c
        found.append(((weighed.day[mine] - stage.start_day).tolist(), weighed.statistics[mine, 0].tolist()))
    return found


def test_fish_are_weighed_weekly_until_they_near_harvest(
    small_schedule: Schedule, histories: list[BatchHistory]
) -> None:
    model = small_schedule.biology.model
    every, monitoring = model.growth.sample_interval_days, model.monitoring
    ended = 0
    for h in histories:
        found = sample_growth(small_schedule, h)
        for stage, weighed, latest in zip(h.stages, found.stages, found.latest, strict=True):
            planned = stage.planned_end_day - stage.start_day
            for c, (days, means) in enumerate(by_container(stage, weighed)):
                last_day = planned - 1
                if stage.stage == SEA:
                    last_day -= monitoring.last_sample_days
                routine = routine_days(
                    small_schedule,
                    small_schedule.farm.container(stage.container_ids[0]),
                    (stage.start_day + every - 1, stage.planned_end_day),
                    "weighing",
                )
                vaccinated = vaccination_day(small_schedule, h.batch, stage.stage, stage.start_day)
                candidates = {*(routine - stage.start_day).tolist(), vaccinated} - {NEVER}
                due = sorted(d for d in candidates if d < stage.days_lived[c] and d <= last_day)
                if stage.stage < model.growth.first_sampled_stage:
                    due = []
                assert np.diff(sorted(candidates - {vaccinated})).max(initial=0) <= 16
                enough = h.harvest_target_cg * monitoring.last_sample_share
                # the sample after the first that is large enough is the last
                large = [i for i, mean in enumerate(means) if mean >= enough]
                if stage.stage == SEA and large and large[0] + 2 < len(due):
                    due = due[: large[0] + 2]
                    ended += 1
                assert days == due
                assert latest[c] == (stage.start_day + days[-1] if days else -1)
    assert ended > 0


@pytest.mark.parametrize("day", [0, 20, 23, 89])
def test_vaccinated_fish_are_weighed(
    small_schedule: Schedule, small_climate: Climate, biology: Biology, day: int
) -> None:
    def days(**values: object) -> list[int]:
        schedule = replace(small_schedule, biology=changed(biology, mortality__vaccination_day=day, **values))
        history = simulate_batch(schedule, small_climate, schedule.batches[2])
        return by_container(history.stages[3], sample_growth(schedule, history).stages[3])[1][0]

    with_vaccination, weekly = days(), days(mortality__vaccination_weighed=0)
    assert 10 <= len(weekly) <= 13
    (extra,) = set(with_vaccination) - set(weekly) or {day}
    assert set(weekly) <= set(with_vaccination)
    assert abs(extra - day) <= biology.model.work.vaccination_spread_days + 6


@pytest.mark.parametrize("which", range(5))
def test_a_later_as_of_date_leaves_earlier_samples(
    small_schedule: Schedule, small_climate: Climate, histories: list[BatchHistory], which: int
) -> None:
    early = replace(small_schedule, as_of_day=small_schedule.as_of_day - 37)
    climate = Climate(
        farm=early.farm, biology=early.biology, seed=early.seed, days=early.as_of_day, first_day=small_climate.first_day
    )
    batch = early.batches[which]
    if batch.start_day >= early.as_of_day:
        return
    short, long = (
        sample_growth(early, simulate_batch(early, climate, batch)),
        sample_growth(small_schedule, histories[which]),
    )
    for one, other in zip(short.stages, long.stages, strict=False):
        kept = other.day < early.as_of_day
        np.testing.assert_array_equal(one.statistics, other.statistics[kept])
        np.testing.assert_array_equal(one.fish_weight, other.fish_weight[kept[other.fish_sample]])


def test_an_empty_container_is_not_weighed(small_schedule: Schedule, histories: list[BatchHistory]) -> None:
    sea = histories[0].stages[-1]
    population = sea.population.copy()
    population[1, 30:] = 0
    population[0, 40:] = 12
    stage = replace(sea, population=population)
    history = replace(histories[0], stages=(*histories[0].stages[:-1], stage))
    found = sample_growth(small_schedule, history).stages[-1]
    assert found.day[found.container == 1].max() < sea.start_day + 30
    late = (found.container == 0) & (found.day >= sea.start_day + 40)
    assert (found.size[late] == 12).all()
