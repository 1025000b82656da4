"""Health samplings: fish of the container's own, whose scores tell what the fish have lived through."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

from engine.biology.health_sampling import BURDENS, DRIVERS, THINNESS
from engine.biology.parameters import Biology, parse_biology
from engine.farm.infrastructure import parse_farm
from engine.farm.schedule import Schedule
from engine.simulation.numerics.streams import Stream, stream_key, stream_keys
from engine.simulation.observed import health_sampling
from engine.simulation.observed.health_sampling import ExaminedFish, Samplings, ScoreKeys, ScoreModel
from engine.simulation.observed.sampling import ConditionFactor
from engine.simulation.record import BatchHistory, HealthEvent, SeaLice, StageHistory, Treatment
from engine.simulation.rows.health import drivers, health_tables, samplings
from engine.simulation.rows.life import BatchLife
from engine.simulation.water.climate import Climate
from lake.codes import SEA
from lake.errors import InputError
from tests.simulation.trade_lives import LivedTo

PARAMETERS = 9
SAMPLE = 75
GILL, EYE, WOUNDS, FIN, BODY, SWIMMING, APPETITE, MUCOUS, COLOUR = range(PARAMETERS)
Scores = NDArray[np.int64]
Examine = Callable[[BatchHistory], tuple[dict[str, Any], dict[str, Any], Scores]]


@pytest.fixture(scope="module")
def examine(small_schedule: Schedule, small_climate: Climate) -> Examine:
    """A history's samplings, fish, and scores (fish, parameters)."""

    def rows(history: BatchHistory) -> tuple[dict[str, Any], dict[str, Any], Scores]:
        found = health_tables(BatchLife(schedule=small_schedule, history=history, climate=small_climate))
        scores = found["fish_parameter_score"]["score"].reshape(-1, PARAMETERS).astype(np.int64)
        return found["health_sampling_event"], found["individual_fish_observation"], scores

    return rows


@pytest.fixture(scope="module")
def quiet(histories: list[BatchHistory]) -> BatchHistory:
    """A batch to the sea, in all its rings alike, that nothing befalls: no deaths, good water, no lice."""
    history = histories[1]
    assert history.stages[-1].stage == SEA
    return replace(history, stages=tuple(_undisturbed(s) for s in history.stages), events=(), treatments=())


def _undisturbed(stage: StageHistory) -> StageHistory:
    """The stage as long as every container is lived in."""
    n, days = len(stage.days_lived), int(stage.days_lived.min())
    daily: dict[str, Any] = {
        f.name: values[:, :days]
        for f in fields(stage)
        if isinstance(values := getattr(stage, f.name), np.ndarray) and values.ndim == 2
    }
    daily |= {
        "population": np.repeat(stage.fish[:, None], days, axis=1),
        "dead": np.zeros((n, days), dtype=np.int32),
        "oxygen_min": np.full((n, days), 90.0),
    }
    return replace(stage, **daily, days_lived=np.full(n, days), lice=None)


def of_sampling(event: dict[str, Any], fish: dict[str, Any], i: int) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = fish["sampling_event_id"] == event["id"][i]
    return found


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


EVENTS = {
    "GILL_DISEASE": {GILL},
    "JELLYFISH": {GILL},
    "ALGAL_BLOOM": {GILL},
    "WATER_QUALITY": {GILL},
    "WINTER_ULCER": {WOUNDS, MUCOUS},
    "FUNGUS": {WOUNDS, MUCOUS, FIN},
    "PANCREAS_DISEASE": {APPETITE, BODY, SWIMMING},
    "HEART_DISEASE": {APPETITE, BODY, SWIMMING},
    "PREDATOR": {WOUNDS},
    "STORM": {WOUNDS, FIN},
    "HANDLING": {WOUNDS, FIN, EYE},
    "POWER_FAILURE": {SWIMMING, APPETITE},
}


def befallen(quiet: BatchHistory, day: int, **changed: Any) -> BatchHistory:
    """The quiet batch with an event in all its rings, 10 days from `day` of the sea stage."""
    sea = quiet.stages[-1]
    start = sea.start_day + day
    event = HealthEvent(
        stage=SEA,
        containers=tuple(range(len(sea.container_ids))),
        kind="GILL_DISEASE",
        cause=0,
        start_day=start,
        end_day=start + 10,
        loss=0.05,
    )
    return replace(quiet, events=(replace(event, **changed),))


@pytest.fixture(scope="module")
def sampled(small_schedule: Schedule, quiet: BatchHistory) -> list[tuple[int, int]]:
    """The place in the order of samplings and the day of the sea stage of each sampling at sea."""
    taken = samplings(small_schedule.biology.model.health, quiet)
    return [(i, t.day) for i, t in enumerate(taken) if quiet.stages[t.stage].stage == SEA]


def worsened(examine: Examine, before: BatchHistory, after: BatchHistory) -> NDArray[np.float64]:
    """By how much the mean score of each sampling and parameter rises; the fish are the same and none betters."""
    event, fish, scores = examine(before)
    event_after, fish_after, scores_after = examine(after)
    for name in event:
        np.testing.assert_array_equal(event[name], event_after[name])
    for name in fish:
        np.testing.assert_array_equal(fish[name], fish_after[name])
    assert (scores_after >= scores).all()
    change: NDArray[np.float64] = (scores_after - scores).reshape(-1, SAMPLE, PARAMETERS).mean(axis=1)
    return change


@pytest.mark.parametrize("kind", EVENTS)
def test_an_event_worsens_what_it_harms_and_only_when_it_is_about(
    quiet: BatchHistory, sampled: list[tuple[int, int]], examine: Examine, kind: str
) -> None:
    (i, day), (after, later) = sampled[4], sampled[5]
    change = worsened(examine, quiet, befallen(quiet, day - 2, kind=kind))
    assert not change[:i].any()
    harmed = EVENTS[kind]
    others = set(range(PARAMETERS)) - harmed
    assert min(change[i, p] for p in harmed) > 0.15
    assert min(change[i, p] for p in harmed) > max(change[i, p] for p in others) - 0.25
    assert change[i].argmax() in harmed
    assert later - day == 30
    assert 0.0 < change[after].sum() < change[i].sum()  # recovering
    assert not change[after + 2 :].any()


def test_a_worse_event_shows_more_and_one_in_another_ring_not_at_all(
    small_schedule: Schedule, quiet: BatchHistory, sampled: list[tuple[int, int]], examine: Examine
) -> None:
    i, day = sampled[4]
    mild, severe = (worsened(examine, quiet, befallen(quiet, day - 2, loss=loss)) for loss in (0.002, 0.2))
    assert 0.0 < mild[i].sum() < severe[i].sum()
    taken = list(samplings(small_schedule.biology.model.health, quiet))[i]
    others = tuple(c for c in range(len(quiet.stages[-1].container_ids)) if c != taken.container)
    assert not worsened(examine, quiet, befallen(quiet, day - 2, containers=others))[i].any()
    assert not worsened(examine, quiet, befallen(quiet, day - 2, stage=5)).any()


@pytest.mark.parametrize(
    ("method", "harmed"),
    [
        ("THERMAL", {WOUNDS, EYE, FIN, MUCOUS, GILL}),
        ("MECHANICAL", {WOUNDS, EYE, FIN, MUCOUS}),
        ("H2O2", {GILL, MUCOUS}),
    ],
)
def test_a_treatment_wears_the_skin_for_three_weeks(
    quiet: BatchHistory, sampled: list[tuple[int, int]], examine: Examine, method: str, harmed: set[int]
) -> None:
    i, day = sampled[4]
    sea = quiet.stages[-1]

    def treated(ago: int) -> NDArray[np.float64]:
        rings = range(len(sea.container_ids))
        treatments = tuple(
            Treatment(stage=SEA, container=c, day=sea.start_day + day - ago, method=method, efficacy=0.8, loss=0.02)
            for c in rings
        )
        return worsened(examine, quiet, replace(quiet, treatments=treatments))

    fresh = treated(1)
    assert fresh[i].argmax() in harmed
    assert min(fresh[i, p] for p in harmed) > 0.1
    assert not np.delete(fresh, i, axis=0).any()
    assert fresh[i].sum() > treated(10)[i].sum() > treated(18)[i].sum()
    assert not treated(21).any()
    assert not treated(-1)[: i + 1].any()


def with_sea(quiet: BatchHistory, change: Callable[[StageHistory], StageHistory]) -> BatchHistory:
    return replace(quiet, stages=(*quiet.stages[:-1], change(quiet.stages[-1])))


def test_lice_wear_skin_and_mucus_from_the_day_they_are_there(
    quiet: BatchHistory, sampled: list[tuple[int, int]], examine: Examine
) -> None:
    i, day = sampled[3]

    def infested(level: float) -> NDArray[np.float64]:
        def lice(sea: StageHistory) -> StageHistory:
            days = np.arange(6, sea.days, 7)
            many = np.where(days >= day, level, 0.0) * np.ones((len(sea.container_ids), 1))
            counted = np.zeros((*many.shape, 3), dtype=np.int64)
            return replace(
                sea,
                lice=SeaLice(
                    day=sea.start_day + days,
                    attached=many,
                    mobile=many,
                    adult_female=many,
                    pressure=many * 0.0,
                    counted=counted,
                    sampled=np.full(many.shape, 20),
                ),
            )

        return worsened(examine, quiet, with_sea(quiet, lice))

    some, many = infested(1.0), infested(6.0)
    assert not many[:i].any()
    assert many[i + 1 :].sum() > some[i + 1 :].sum() > 0.0
    assert set(np.argsort(many[i + 1 :].sum(axis=0))[-2:]) == {WOUNDS, MUCOUS}


def test_low_oxygen_shows_in_gills_appetite_and_swimming(
    quiet: BatchHistory, sampled: list[tuple[int, int]], examine: Examine
) -> None:
    i, day = sampled[3]

    def stale(sea: StageHistory) -> StageHistory:
        oxygen = sea.oxygen_min.copy()
        oxygen[:, day - 6 : day + 1] = 50.0
        return replace(sea, oxygen_min=oxygen)

    change = worsened(examine, quiet, with_sea(quiet, stale))
    assert set(np.argsort(change[i])[-3:]) == {GILL, APPETITE, SWIMMING}
    assert not np.delete(change, i, axis=0).any()


def test_deaths_of_the_last_four_weeks_tell_of_worse_fish(
    small_schedule: Schedule, quiet: BatchHistory, sampled: list[tuple[int, int]], examine: Examine
) -> None:
    health = small_schedule.biology.model.health
    i, day = sampled[3]
    window = slice(day - 27, day + 1)

    def dying(sea: StageHistory) -> StageHistory:
        dead = sea.dead.copy()
        dead[:, window] = sea.fish[:, None] // 1000
        alive = sea.fish[:, None] - dead.cumsum(axis=1)
        return replace(sea, dead=dead, population=alive)

    ill = with_sea(quiet, dying)
    change = worsened(examine, quiet, ill)
    assert not change[:i].any()
    assert (change[i] > 0.0).sum() > 5
    assert change[i + 1].sum() < 0.2 * change[i].sum()
    taken = list(samplings(health, ill))[i]
    sea = ill.stages[-1]
    before, after = sea.fish[taken.container], sea.population[taken.container, day]
    weekly = sea.dead[taken.container, window].sum() / ((before + after) / 2) / 4
    strength = drivers(health, ill, taken)[DRIVERS.index("MORTALITY")]
    assert strength == pytest.approx(math.log1p(weekly / health.mortality_scale))


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


def test_in_sick_fish_scores_go_together(
    small_schedule: Schedule, quiet: BatchHistory, sampled: list[tuple[int, int]], examine: Examine
) -> None:
    """Within one container of sick fish, whoever is bad in one way is bad in the others."""
    i, day = sampled[4]
    rows, strongest = [], []
    for kind in ("PANCREAS_DISEASE", "WINTER_ULCER", "GILL_DISEASE"):
        event, fish, scores = examine(befallen(quiet, day - 2, kind=kind, loss=0.2))
        here = scores[of_sampling(event, fish, i)]
        varied = here[:, here.std(axis=0) > 0.0]
        rows.append(np.asarray(np.corrcoef(varied.T))[np.triu_indices(varied.shape[1], 1)])
        strongest.append(np.corrcoef(here[:, SWIMMING], here[:, APPETITE])[0, 1])
    assert np.mean(np.concatenate(rows)) > 0.12
    assert np.mean(strongest) > 0.3


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


def test_a_container_of_few_days_or_none_before_its_first_count_has_no_lice_or_old_deaths(
    small_schedule: Schedule, quiet: BatchHistory
) -> None:
    health = small_schedule.biology.model.health
    found = [drivers(health, quiet, t) for t in samplings(health, quiet)]
    np.testing.assert_array_equal(found, 0.0)
    assert DRIVERS[: len(BURDENS)] == BURDENS


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
    odd = replace(small_schedule, farm=parse_farm(yaml.safe_dump(data, allow_unicode=True), "odd"))
    with pytest.raises(InputError, match="thresholds"):
        health_tables(BatchLife(schedule=odd, history=quiet, climate=small_climate))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda h: h["effects"].pop("STORM"), "STORM"),
        (lambda h: h["effects"].update(FLOOD=h["effects"]["STORM"]), "FLOOD"),
        (lambda h: h["effects"].pop(THINNESS), THINNESS),
        (lambda h: h["effects"]["LICE"]["value"].pop(), "LICE"),
        (lambda h: h["baseline"]["value"].append(0.0), "baseline"),
        (lambda h: h["general"]["value"].__setitem__(0, 1.2), "general"),
        (lambda h: h["thresholds"]["value"].reverse(), "thresholds"),
        (lambda h: h["interval_days"].update(value=0), "interval_days"),
    ],
)
def test_a_wrong_table_of_effects_is_refused(
    biology: Biology, change: Callable[[dict[str, Any]], object], words: str
) -> None:
    data = yaml.safe_load(biology.text)
    change(data["health"])
    with pytest.raises(InputError, match=words):
        parse_biology(yaml.safe_dump(data, allow_unicode=True), "wrong")
