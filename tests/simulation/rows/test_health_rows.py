"""Health samplings: fish of the container's own, whose scores tell what the fish have lived through."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from statistics import NormalDist

import numpy as np
import pytest
import yaml

from engine.biology.health_sampling import DRIVERS
from engine.farm.infrastructure import parse_farm
from engine.farm.schedule import Schedule
from engine.simulation.numerics.streams import Stream, stream_key, stream_keys
from engine.simulation.observed import health_sampling
from engine.simulation.observed.health_sampling import ExaminedFish, Samplings, ScoreKeys, ScoreModel
from engine.simulation.observed.sampling import ConditionFactor
from engine.simulation.record import BatchHistory
from engine.simulation.rows.health import health_tables, samplings
from engine.simulation.rows.life import BatchLife
from engine.simulation.water.climate import Climate
from lake.errors import InputError
from tests.simulation.rows.health_samplings import BODY, EYE, FIN, GILL, SAMPLE, Examine, of_sampling
from tests.simulation.trade_lives import LivedTo


def test_samplings_fall_at_the_interval_on_containers_in_turn(
    small_schedule: Schedule, histories: list[BatchHistory], examine: Examine
) -> None:
    health = small_schedule.biology.model.health
    seen = 0
    for history in histories:
        event, _, _ = examine(history)
        first = history.batch.start_day + health.first_day - 1
        due = range(first, history.stages[-1].end_day, health.interval_days)
        assert event["sampling_date"].tolist() == list(due)
        for number, (taken, day) in enumerate(zip(samplings(health, history), due, strict=True)):
            stage = history.stages[taken.stage]
            assert stage.start_day + taken.day == day
            assert stage.population[taken.container, taken.day] > 0
            if stage.present[:, taken.day].all():
                assert taken.container == number % len(stage.container_ids)
                seen += 1
    assert seen > 30


def test_an_empty_ring_is_passed_over_and_an_empty_batch_not_sampled(
    small_schedule: Schedule, quiet: BatchHistory
) -> None:
    health = small_schedule.biology.model.health
    sea = quiet.stages[-1]
    lived = np.array([sea.days, sea.days // 2, sea.days])
    assert len(sea.container_ids) == 3
    early = replace(sea, days_lived=lived, population=np.where(np.arange(sea.days) < lived[:, None], sea.population, 0))
    taken = [t for t in samplings(health, replace(quiet, stages=(*quiet.stages[:-1], early))) if t.stage == 5]
    late = [t for t in taken if t.day >= lived[1]]
    assert {t.container for t in taken if t.day < lived[1]} == {0, 1, 2}
    assert [t.container for t in late] == [(0, 2)[t.number % 2] for t in late]
    assert len(late) > 3
    dead = replace(sea, population=np.zeros_like(sea.population))
    assert all(t.stage < 5 for t in samplings(health, replace(quiet, stages=(*quiet.stages[:-1], dead))))


def test_fewer_fish_than_a_sample_are_all_taken(quiet: BatchHistory, examine: Examine) -> None:
    sea = quiet.stages[-1]
    few = replace(quiet, stages=(*quiet.stages[:-1], replace(sea, population=np.minimum(sea.population, 3))))
    event, fish, scores = examine(few)
    at_sea = event["sampling_date"] >= sea.start_day
    assert set(event["number_of_fish_sampled"][at_sea]) == {3}
    assert set(event["number_of_fish_sampled"][~at_sea]) == {SAMPLE}
    assert len(scores) == event["number_of_fish_sampled"].sum() == len(fish["id"])


def test_statistics_are_those_of_the_rounded_fish(histories: list[BatchHistory], examine: Examine) -> None:
    for history in histories[:3]:
        event, fish, _ = examine(history)
        for i, count in enumerate(event["number_of_fish_sampled"]):
            here = of_sampling(event, fish, i)
            assert fish["fish_identifier"][here].tolist() == list(range(1, count + 1))
            for kind, values in (("weight_g", fish["weight_g"][here]), ("length_cm", fish["length_cm"][here])):
                exact = [Fraction(int(v)) for v in values]
                mean = sum(exact, Fraction()) / count
                variance = sum(((v - mean) ** 2 for v in exact), Fraction()) / (count - 1)
                assert event[f"avg_{kind}"][i] == math.floor(mean + Fraction(1, 2))
                assert event[f"std_dev_{kind}"][i] == pytest.approx(math.sqrt(variance), abs=0.5001)
                assert event[f"min_{kind}"][i] == values.min()
                assert event[f"max_{kind}"][i] == values.max()
            k = 1e6 * fish["weight_g"][here] / fish["length_cm"][here].astype(float) ** 3
            assert event["avg_k_factor"][i] == pytest.approx(1e4 * k.mean(), abs=0.5001)
            assert (event["calculated_sample_size"] == event["number_of_fish_sampled"]).all()


def test_the_fish_are_of_the_container_that_day(
    small_schedule: Schedule, histories: list[BatchHistory], examine: Examine
) -> None:
    """Their cube roots, scaled by the container's moments, are standard normal; their K follows their weight."""
    health, growth = small_schedule.biology.model.health, small_schedule.biology.model.growth
    roots, shapes = [], []
    for history in histories[:3]:
        event, fish, _ = examine(history)
        for i, t in enumerate(samplings(health, history)):
            stage, here = history.stages[t.stage], of_sampling(event, fish, i)
            root = np.cbrt(fish["weight_g"][here] / 100.0)
            roots.append((root - stage.mu[t.container, t.day]) / math.sqrt(stage.v[t.container, t.day]))
            k = 1e6 * fish["weight_g"][here] / fish["length_cm"][here].astype(float) ** 3
            expected = np.interp(fish["weight_g"][here] / 100.0, growth.condition_factor_g, growth.condition_factor)
            shapes.append((k - expected) / growth.condition_factor_sd)
    for z in (np.concatenate(roots), np.concatenate(shapes)):
        error = 4.0 / math.sqrt(len(z))
        assert abs(z.mean()) < error
        assert z.std() == pytest.approx(1.0, abs=error)
        assert np.mean(z**3) == pytest.approx(0.0, abs=4.0 * error)


def test_samplings_show_other_fish_than_the_weekly_samples_and_each_other(
    quiet: BatchHistory, examine: Examine
) -> None:
    _, fish, _ = examine(quiet)
    weights = fish["weight_g"].reshape(-1, SAMPLE)
    ranks = np.argsort(np.argsort(weights, axis=1), axis=1)
    between = np.asarray(np.corrcoef(ranks))[np.triu_indices(len(ranks), 1)]
    assert np.abs(between).max() < 0.5
    assert abs(between.mean()) < 0.05


def test_healthy_fish_score_mostly_0_and_some_1(quiet: BatchHistory, examine: Examine) -> None:
    _, _, scores = examine(quiet)
    shares = np.bincount(scores.ravel(), minlength=4) / scores.size
    assert shares[0] > 0.75
    assert shares[1] > 0.08
    assert shares[2] < 0.05
    assert shares[3] < 0.01
    by_parameter = (scores >= 1).mean(axis=0)
    assert by_parameter.argmax() == FIN


def test_without_drivers_scores_follow_the_normal_distribution() -> None:
    """Shares of the scores are the normal distribution's; two parameters go together as their parts of one have it."""
    size, thresholds, baseline = 40_000, [0.8, 1.7, 2.4], [0.0, -0.5]
    general = np.array([0.9, 0.7])
    scores = np.zeros((size, 2), dtype=np.int16)
    sampling, number, weight, length = (np.zeros(size, dtype=np.int64) for _ in range(4))
    fish = health_sampling.examine(
        Samplings(
            number=np.array([3]),
            fish=np.array([size]),
            mu=np.array([10.0]),
            v=np.array([0.5]),
            drivers=np.zeros((1, len(DRIVERS))),
        ),
        size=size,
        condition=ConditionFactor(weight_g=np.array([1.0]), mean=np.array([1.2]), sd=0.05),
        model=ScoreModel(
            baseline=np.array(baseline),
            effects=np.ones((len(DRIVERS), 2)),
            thinness=np.zeros(2),
            general=general,
            unexplained_sd=0.0,
            thresholds=np.array(thresholds),
        ),
        keys=ScoreKeys(
            fish=stream_key(1, Stream.HEALTH_SAMPLE, "fish"),
            general=stream_key(1, Stream.HEALTH_SAMPLE, "general"),
            parameter=stream_keys(1, Stream.HEALTH_SAMPLE, each=("a", "b")),
        ),
        statistics=np.zeros((1, 9), dtype=np.int64),
        fish=ExaminedFish(sampling=sampling, number=number, weight=weight, length=length, score=scores),
    )
    assert fish == size
    normal = NormalDist()
    for p, level in enumerate(baseline):
        for score, threshold in enumerate(thresholds, 1):
            expected = 1.0 - normal.cdf(threshold - level)
            error = 4.0 * math.sqrt(expected * (1.0 - expected) / size)
            assert np.mean(scores[:, p] >= score) == pytest.approx(expected, abs=error)
    both = np.mean((scores[:, 0] >= 1) & (scores[:, 1] >= 1))
    rng = np.random.default_rng(5)
    x = rng.multivariate_normal([0, 0], [[1, general.prod()], [general.prod(), 1]], 2_000_000)
    share = np.mean((x[:, 0] >= 0.8) & (x[:, 1] >= 1.3))
    assert both == pytest.approx(share, abs=5.0 * math.sqrt(share / size))


def test_thin_fish_have_the_worse_bodies(small_schedule: Schedule, quiet: BatchHistory, examine: Examine) -> None:
    """Thin for their weight: K rises with weight, and a small fish is no thin one."""
    growth = small_schedule.biology.model.growth
    event, fish, scores = examine(quiet)
    correlations = []
    for i in range(len(event["id"])):
        here = of_sampling(event, fish, i)
        weight = fish["weight_g"][here]
        k = 1e6 * weight / fish["length_cm"][here].astype(float) ** 3
        k -= np.interp(weight / 100.0, growth.condition_factor_g, growth.condition_factor)
        correlations.append([np.corrcoef(k, scores[here, p])[0, 1] for p in (BODY, GILL)])
    body, gill = np.nanmean(correlations, axis=0)
    assert body < -0.3
    assert abs(gill) < 0.1


def test_what_befalls_later_changes_nothing_before(
    small_schedule: Schedule, histories: list[BatchHistory], lived_to: LivedTo, examine: Examine
) -> None:
    """A run to an earlier as-of date gives the same rows up to it."""
    for days in (95, 130):
        for n in (1, 2):
            short = examine(lived_to(n, small_schedule.as_of_day - days).history)
            long = examine(histories[n])
            rows, fish = len(short[0]["id"]), len(short[1]["id"])
            assert 0 < rows < len(long[0]["id"])
            for name, values in short[0].items():
                np.testing.assert_array_equal(values, long[0][name][:rows], err_msg=name)
            for name, values in short[1].items():
                np.testing.assert_array_equal(values, long[1][name][:fish], err_msg=name)
            np.testing.assert_array_equal(short[2], long[2][:fish])


def test_scores_of_a_parameter_do_not_depend_on_the_others(
    small_schedule: Schedule, small_climate: Climate, quiet: BatchHistory, examine: Examine
) -> None:
    """A farm that looks at some of the parameters, in another order, gives the same scores for them."""
    data = yaml.safe_load(small_schedule.farm.text)
    names = data["master"]["health_parameters"]
    data["master"]["health_parameters"] = [names[BODY], names[EYE]]
    fewer = replace(small_schedule, farm=parse_farm(yaml.safe_dump(data, allow_unicode=True), "fewer"))
    found = health_tables(BatchLife(schedule=fewer, history=quiet, climate=small_climate))["fish_parameter_score"][
        "score"
    ].reshape(-1, 2)
    np.testing.assert_array_equal(found, examine(quiet)[2][:, [BODY, EYE]])


def test_a_farms_parameter_without_biology_is_named(
    small_schedule: Schedule, small_climate: Climate, quiet: BatchHistory
) -> None:
    data = yaml.safe_load(small_schedule.farm.text)
    data["master"]["health_parameters"].append("Humour")
    odd = replace(small_schedule, farm=parse_farm(yaml.safe_dump(data, allow_unicode=True), "odd"))
    with pytest.raises(InputError, match="Humour"):
        health_tables(BatchLife(schedule=odd, history=quiet, climate=small_climate))
    data["master"]["health_parameters"].pop()
    data["master"]["score_labels"].append("Hopeless")
    data["master"]["score_descriptions"].append("{parameter}: past help")
    odd = replace(small_schedule, farm=parse_farm(yaml.safe_dump(data, allow_unicode=True), "odd"))
    with pytest.raises(InputError, match="thresholds"):
        health_tables(BatchLife(schedule=odd, history=quiet, climate=small_climate))
