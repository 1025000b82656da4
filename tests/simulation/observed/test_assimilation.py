"""What the farm knows against the truth: exact when nothing errs, unbiased otherwise, and never ahead of its day."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.biology.parameters import Biology
from engine.farm.schedule import Schedule
from engine.simulation.fish.history import simulate_batch
from engine.simulation.observed.assimilation import (
    ExpectedGrowth,
    Known,
    Observations,
    StateColumns,
    Trust,
    assimilate,
    fill_gaps,
)
from engine.simulation.observed.growth_samples import StageSamples, empty_columns, sample_growth
from engine.simulation.observed.sampling import ConditionFactor, Living, SamplingPlan, sample_fish
from engine.simulation.observed.state_estimate import ANCHORS, StageEstimate, estimate_states, expected_growth
from engine.simulation.record import BatchHistory, StageHistory
from engine.simulation.rows.life import BatchLife
from engine.simulation.setting import NEVER, vaccination_day
from engine.simulation.water.climate import Climate
from lake.codes import SEA
from tests.simulation.observed.test_growth_samples import changed

FLAT_C, FLAT = np.array([0.0, 30.0]), np.array([1.0, 1.0])
TRUST = Trust(anchor_weight=0.75, after_week=0.8, floor=0.4, min_growth=0.2)
HARD = TRUST._replace(anchor_weight=1.0)
TGC = ExpectedGrowth(tgc=3.0, yolk=0.0, size_g=np.ones(1), size_response=np.ones(1), response_c=FLAT_C, response=FLAT)


@pytest.fixture(scope="module")
def estimates(small_schedule: Schedule, histories: list[BatchHistory]) -> list[list[StageEstimate]]:
    return [estimate_states(small_schedule, h, sample_growth(small_schedule, h)) for h in histories]


def observations(temp_c: np.ndarray, sample_cg: np.ndarray | None = None, **changes: np.ndarray) -> Observations:
    """Containers of 1,000 fish, fed every day, of which none dies."""
    n, days = temp_c.shape
    whole = np.full((n, days), 1000, dtype=np.int64)
    nothing = np.zeros((n, days), dtype=np.int64)
    seen = Observations(
        fish=np.full(n, 1000, dtype=np.int64),
        days_lived=np.full(n, days),
        population=whole,
        culled=nothing,
        culled_cg=nothing,
        ration=whole,
        temp_c=temp_c,
        sample_cg=nothing if sample_cg is None else sample_cg,
    )
    return seen._replace(**changes)


def assimilated(
    arrival_g: float, seen: Observations, expected: ExpectedGrowth = TGC, trust: Trust = TRUST
) -> StateColumns:
    n, days = seen.population.shape
    weight, confidence, fcr = (np.zeros((n, days), dtype=np.int64) for _ in range(3))
    last = Known(weight_g=np.zeros(n), age_days=np.zeros(n, dtype=np.int64))
    out = StateColumns(weight_cg=weight, confidence=confidence, fcr=fcr, last=last)
    arrival = Known(weight_g=np.full(n, arrival_g), age_days=np.zeros(n, dtype=np.int64))
    assimilate(arrival, seen, expected, trust, out=out)
    return out


@given(arrival_g=st.floats(1.0, 5000.0), temp_c=st.floats(1.0, 15.0), tgc=st.floats(0.5, 4.0))
def test_at_constant_temperature_growth_has_a_closed_form(arrival_g: float, temp_c: float, tgc: float) -> None:
    days = 200
    out = assimilated(arrival_g, observations(np.full((1, days), temp_c)), TGC._replace(tgc=tgc))
    root = arrival_g ** (1.0 / 3.0) + tgc / 1000.0 * temp_c * np.arange(1, days + 1)
    np.testing.assert_allclose(out.weight_cg[0], root**3 * 100.0, atol=0.501, rtol=1e-9)


def test_nothing_grows_unfed_or_below_freezing() -> None:
    temp_c = np.full((2, 30), 10.0)
    temp_c[1, 10:] = -0.5
    ration = np.ones((2, 30), dtype=np.int64)
    ration[0, 10:20] = 0
    weight = assimilated(500.0, observations(temp_c, ration=ration)).weight_cg
    growth = np.diff(weight, axis=1)
    assert not growth[0, 9:19].any()
    assert not growth[1, 9:].any()
    assert (np.delete(growth[0], range(9, 19)) > 0).all()


def test_without_error_the_estimate_is_the_truth(
    small_schedule: Schedule, small_climate: Climate, biology: Biology
) -> None:
    """Fish all alike, growing as the farm expects, in water that suits them: no day differs by more than rounding."""
    data = changed(
        biology,
        growth__container_tgc_cv=0.0,
        growth__daylight_share=0.0,
        stages__egg_weight_cv=0.0,
        stages__individual_tgc_cv=[0.0] * 5,
        monitoring__selection_sd=[0.0] * 6,
        respiration__rate_mg_kg_h=1e-9,
        environment__oxygen_daily_sd=0.0,
        environment__hall_oxygen_sd=0.0,
        feed__sick_appetite=0.0,
    )
    regions = {
        name: replace(
            region,
            freshwater_tgc_cv=(0.0,) * 5,
            sea_tgc_batch_sd=0.0,
            sea_tgc_site_sd=0.0,
            sea_individual_tgc_cv=0.0,
        )
        for name, region in data.model.regions.items()
    }
    alike = replace(data, model=replace(data.model, regions=regions))
    schedule = replace(small_schedule, biology=alike)
    climate = Climate(
        farm=schedule.farm,
        biology=alike,
        seed=schedule.seed,
        days=schedule.as_of_day,
        first_day=small_climate.first_day,
    )
    compared = 0
    for batch in schedule.batches:
        history = simulate_batch(schedule, climate, batch)
        for stage, known in zip(
            history.stages, estimate_states(schedule, history, sample_growth(schedule, history)), strict=True
        ):
            here = stage.present & (np.cumprod(stage.appetite, axis=1) == 1.0)
            apart = np.abs(known.weight_cg - stage.weight_cg)[here]
            assert apart.max(initial=0) <= np.maximum(1, stage.weight_cg[here].max(initial=0) // 10_000)
            compared += len(apart)
    assert compared > 3500


def test_eggs_live_on_their_yolk(small_schedule: Schedule, estimates: list[list[StageEstimate]]) -> None:
    stages = small_schedule.biology.model.stages
    for known in estimates[:4]:
        assert known[0].last.weight_g == pytest.approx(stages.first_feeding_weight_g, rel=1e-9)
        assert (known[0].fcr == -1).all()


def errors(sample_size: int, seed: int, sd_of_tgc: float = 0.0, days: int = 7) -> np.ndarray:
    """Relative errors (containers, days) of 600 containers weighed on day 0 of `days`, with a CV of weight of 20 %."""
    n, mean_g = 600, 2000.0
    v = (mean_g ** (1.0 / 3.0) * 0.2 / 3.0) ** 2
    root = mean_g ** (1.0 / 3.0)
    mu = np.full((n, 1), root * (1.0 - v / root**2))
    truth_g = mu[:, 0] * (mu[:, 0] ** 2 + 3.0 * v)
    samples, fish = empty_columns(n, sample_size)
    keys = np.arange(1, n + 1, dtype=np.uint64) * np.uint64(2**40 + seed)
    sample_fish(
        keys,
        selection=np.zeros(n),
        plan=SamplingPlan(first_day=100, due=np.ones(1, dtype=np.bool_), last_day=0, enough_cg=0, size=sample_size),
        living=Living(population=np.full((n, 1), 1000), mu=mu, v=np.full((n, 1), v)),
        condition=ConditionFactor(weight_g=np.array([1.0]), mean=np.array([1.2]), sd=0.06),
        samples=samples,
        fish=fish,
    )
    sample_cg = np.zeros((n, days), dtype=np.int64)
    sample_cg[:, 0] = samples.statistics[:, 0]
    out = assimilated(2000.0, observations(np.full((n, days), 10.0), sample_cg), trust=HARD)
    tgc = 3.0 * (1.0 + sd_of_tgc * np.random.default_rng(seed).standard_normal(n))
    true_root = np.cbrt(truth_g)[:, None] + tgc[:, None] / 1000.0 * 10.0 * np.arange(days)
    relative: np.ndarray = out.weight_cg / 100.0 / true_root**3 - 1.0
    return relative


def test_the_error_of_an_anchor_shrinks_with_the_fish_weighed_and_leans_to_neither_side() -> None:
    few, many = errors(30, 1)[:, 0], errors(120, 2)[:, 0]
    assert few.std() == pytest.approx(0.2 / math.sqrt(30), rel=0.12)
    assert many.std() == pytest.approx(0.2 / math.sqrt(120), rel=0.12)
    assert abs(few.mean()) < 4.0 * few.std() / math.sqrt(len(few))


def test_the_error_grows_with_the_days_since_the_anchor() -> None:
    spread = errors(30, 3, sd_of_tgc=0.3, days=60).std(axis=0)
    assert (np.diff(spread[::10]) > 0).all()
    assert spread[59] > 2.0 * spread[0]


def test_over_many_batches_the_estimate_leans_to_neither_side(
    small_schedule: Schedule, histories: list[BatchHistory], estimates: list[list[StageEstimate]]
) -> None:
    """Weighed stages, in standard errors of a sample: no mean beyond a third, no day beyond eight."""
    size = small_schedule.biology.model.growth.sample_size
    for stage_number in range(2, SEA):
        found = []
        for h, known in zip(histories, estimates, strict=True):
            for stage, e in zip(h.stages, known, strict=True):
                if stage.stage == stage_number and stage.days == 90:
                    sd = 3.0 * np.sqrt(stage.v) * stage.mu**2 * 100.0
                    found.append((e.weight_cg - stage.weight_cg) / (sd / math.sqrt(size) + 0.5))
        z = np.concatenate(found)
        assert abs(z.mean()) < 0.5
        assert 0.3 < z.std() < 1.5
        assert np.abs(z).max() < 8.0


def test_a_sample_moves_the_estimate_as_far_as_it_is_trusted() -> None:
    sample_cg = np.zeros((1, 5), dtype=np.int64)
    sample_cg[0, 3] = 110_000
    seen = observations(np.full((1, 5), 10.0), sample_cg, ration=np.zeros((1, 5), dtype=np.int64))
    for trust, expected in ((HARD, 110_000), (TRUST, 107_500), (TRUST._replace(anchor_weight=0.0), 100_000)):
        assert assimilated(1000.0, seen, trust=trust).weight_cg[0].tolist() == [100_000] * 3 + [expected] * 2


def test_anchors_are_what_was_observed(
    small_schedule: Schedule, histories: list[BatchHistory], estimates: list[list[StageEstimate]]
) -> None:
    mortality = small_schedule.biology.model.mortality
    vaccinations = 0
    for h, known in zip(histories, estimates, strict=True):
        for stage, e, weighed in zip(h.stages, known, sample_growth(small_schedule, h).stages, strict=True):
            expected = np.full(stage.population.shape, -1)
            if stage.stage > 1:
                expected[:, 0] = ANCHORS.index("transfer")
            at = (weighed.container, weighed.day - stage.start_day)
            expected[at] = ANCHORS.index("growth_sample")
            day = vaccination_day(small_schedule, h.batch, stage.stage, stage.start_day)
            assert (day != NEVER) == (stage.stage == mortality.vaccination_stage)
            if NEVER < day < stage.days:
                expected[:, day] = ANCHORS.index("vaccination")
                vaccinations += 1
            np.testing.assert_array_equal(e.anchor[stage.present], expected[stage.present])
            assert (e.confidence[at] == 100).all()
    assert vaccinations > 0


def test_confidence_falls_from_one_weighing_to_the_next() -> None:
    sample_cg = np.zeros((1, 60), dtype=np.int64)
    sample_cg[0, [6, 13]] = 100_000
    confidence = assimilated(1000.0, observations(np.full((1, 60), 10.0), sample_cg)).confidence[0]
    assert (confidence[6], confidence[13], confidence[20], confidence[27]) == (100, 100, 80, 60)
    falls = np.diff(confidence)
    assert (np.delete(falls, [5, 12]) <= 0).all()
    assert confidence[-1] == confidence.min() == 40


def test_no_jump_at_a_transfer(
    small_schedule: Schedule, histories: list[BatchHistory], estimates: list[list[StageEstimate]]
) -> None:
    moves = 0
    for h, known in zip(histories, estimates, strict=True):
        for i, move in enumerate(h.moves):
            source, dest, stage = known[i], known[i + 1], h.stages[i + 1]
            for j in range(len(stage.container_ids)):
                here = move.dest == j
                fish = move.arrived[here]
                mixed_g = (fish * source.last.weight_g[move.source[here]]).sum() / fish.sum()
                assert dest.arrival_cg[j] == pytest.approx(mixed_g * 100.0, abs=0.501)
                first_g = dest.weight_cg[j, 0] / 100.0
                planned = stage.planned_end_day - stage.start_day
                model = expected_growth(small_schedule, h.batch.geography_id, stage.stage, planned)
                share = np.interp(dest.temp_c[j, 0], model.response_c, model.response)
                g = (
                    model.tgc
                    / 1000.0
                    * dest.temp_c[j, 0]
                    * share
                    * np.interp(mixed_g, model.size_g, model.size_response)
                )
                if not stage.ration[j, 0]:
                    g = 0.0
                assert first_g == pytest.approx((mixed_g ** (1.0 / 3.0) + g) ** 3, abs=0.00501, rel=1e-9)
                assert mixed_g - 0.01 <= first_g <= 1.1 * mixed_g + 0.01
                moves += 1
    assert moves > 30


def test_a_cull_takes_away_what_its_fish_weigh() -> None:
    culled, culled_cg = (np.zeros((1, 4), dtype=np.int64) for _ in range(2))
    population = np.array([[1000, 950, 700, 700]])
    culled[0, 2], culled_cg[0, 2] = 240, 6_000
    seen = observations(np.full((1, 4), 10.0), population=population, culled=culled, culled_cg=culled_cg)
    seen = seen._replace(ration=np.zeros((1, 4), dtype=np.int64))
    weight = assimilated(100.0, seen).weight_cg[0]
    assert weight.tolist() == [10_000, 10_000, 11_371, 11_371]
    before, after = 940 * 10_000, 700 * 11_371 + 240 * 6_000
    assert after == pytest.approx(before, rel=1e-4)


def test_the_farm_counts_the_fish_that_are_there(tables: dict[str, pa.Table]) -> None:
    known, truth = tables["daily_state"], tables["daily_truth"]
    for column in ("assignment_id", "date", "population", "mortality_count", "feed_kg"):
        assert known.column(column).equals(truth.column(column)), column
    assert not known.column("avg_weight_g").equals(truth.column("avg_weight_g"))


def test_feed_conversion_is_feed_over_growth_once_there_is_some() -> None:
    days = 60
    population = 1000 - np.arange(1, days + 1)[None, :]
    ration = np.full((1, days), 30_000)
    ration[0, 20:30] = 0
    out = assimilated(200.0, observations(np.full((1, days), 9.0), population=population, ration=ration))
    root = 200.0 ** (1.0 / 3.0) + 0.027 * np.cumsum(ration[0] > 0)
    before = np.concatenate([[200.0], root[:-1] ** 3])
    morning = np.concatenate([[1000], population[0, :-1]])
    growth_kg = np.cumsum(morning * (root**3 - before)) / 1e3
    expected = np.cumsum(ration[0]) / 1e4 / growth_kg
    told = growth_kg > 0.2 * 1000 * 0.2
    assert told.any()
    assert not told.all()
    np.testing.assert_allclose(out.fcr[0, told] / 1000.0, expected[told], atol=0.000501)
    assert (out.fcr[0, ~told] == -1).all()


def test_observed_feed_conversion_lies_where_salmon_do(
    histories: list[BatchHistory], estimates: list[list[StageEstimate]]
) -> None:
    for h, known in zip(histories, estimates, strict=True):
        for stage, e in zip(h.stages[1:], known[1:], strict=True):
            told = e.fcr[stage.present]
            told = told[told >= 0]
            if stage.days == 90 or stage.stage == SEA:
                assert len(told) > 0.5 * stage.present.sum()
                assert 600 < np.median(told) < 1400
                assert told.min(initial=1000) > 200
                assert told.max(initial=1000) < 3000


def test_unmeasured_days_are_filled_from_the_same_water_or_the_day_before() -> None:
    temp_c = np.array([[8.0, 8.2, 8.4, 8.6, 8.8], [8.1, 8.3, 8.5, 8.7, 8.9], [8.2, 8.4, 8.6, 8.8, 9.0]])
    measured = np.array([[0, 1, 0, 0, 1], [0, 1, 1, 0, 0], [0, 1, 1, 0, 1]], dtype=bool)
    lived = np.array([5, 5, 4])
    filled = fill_gaps(temp_c, measured, lived, 7.0)
    assert filled[measured].tolist() == temp_c[measured].tolist()
    assert filled[:, 0].tolist() == [7.0] * 3
    assert filled[0, 2] == pytest.approx((8.5 + 8.6) / 2.0)
    assert filled[:, 3].tolist() == pytest.approx([(8.5 + 8.6) / 2.0] * 3)
    assert filled[1, 4] == 8.8  # the third container's fish are gone


@given(st.integers(0, 2**32 - 1), st.integers(1, 39))
def test_a_filled_temperature_is_known_that_day(seed: int, day: int) -> None:
    rng = np.random.default_rng(seed)
    temp_c, measured = rng.normal(9.0, 2.0, (3, 40)), rng.random((3, 40)) < 0.5
    later, seen_later = temp_c.copy(), measured.copy()
    later[:, day:], seen_later[:, day:] = rng.normal(9.0, 2.0, (3, 40 - day)), rng.random((3, 40 - day)) < 0.5
    lived = np.full(3, 40)
    np.testing.assert_array_equal(
        fill_gaps(temp_c, measured, lived, 9.0)[:, :day], fill_gaps(later, seen_later, lived, 9.0)[:, :day]
    )


def test_gaps_in_measured_temperature_are_told(
    small_schedule: Schedule, histories: list[BatchHistory], small_climate: Climate
) -> None:
    def with_gaps(stage: StageHistory) -> tuple[np.ndarray, np.ndarray]:
        measured = np.ones(stage.temp_c.shape, dtype=bool)
        measured[0, 10:20] = False
        return stage.temp_c + 0.1, measured

    h = histories[0]
    found = estimate_states(small_schedule, h, sample_growth(small_schedule, h), [with_gaps(s) for s in h.stages])
    for stage, known in zip(h.stages, found, strict=True):
        assert not known.temp_measured[0, 10:20].any()
        np.testing.assert_allclose(known.temp_c[0, 10:20], stage.temp_c[1:, 10:20].mean(axis=0) + 0.1)


@pytest.mark.parametrize("which", range(5))
def test_a_later_as_of_date_leaves_earlier_states(
    small_schedule: Schedule,
    small_climate: Climate,
    histories: list[BatchHistory],
    estimates: list[list[StageEstimate]],
    which: int,
) -> None:
    early = replace(small_schedule, as_of_day=small_schedule.as_of_day - 37)
    if early.batches[which].start_day >= early.as_of_day:
        return
    climate = Climate(
        farm=early.farm, biology=early.biology, seed=early.seed, days=early.as_of_day, first_day=small_climate.first_day
    )
    history = simulate_batch(early, climate, early.batches[which])
    short = estimate_states(early, history, sample_growth(early, history))
    for stage, one, other in zip(history.stages, short, estimates[which], strict=False):
        here = stage.present
        for name in ("weight_cg", "anchor", "confidence", "temp_c", "fcr"):
            np.testing.assert_array_equal(getattr(one, name)[here], getattr(other, name)[:, : stage.days][here], name)


def test_states_are_those_of_the_recursion_written_plainly(
    small_schedule: Schedule, histories: list[BatchHistory], estimates: list[list[StageEstimate]]
) -> None:
    for h, known in zip(histories, estimates, strict=True):
        samples = sample_growth(small_schedule, h).stages
        last: list[tuple[float, int]] = []
        for i, stage in enumerate(h.stages):
            starts = _starts(small_schedule, h, i, last)
            last = []
            for c, (weight_g, age) in enumerate(starts):
                states, end = _plainly(small_schedule, h, stage, samples[i], c=c, weight_g=weight_g, age=age)
                for name, values in zip(("weight_cg", "confidence", "fcr"), zip(*states, strict=True), strict=True):
                    found = getattr(known[i], name)[c, : stage.days_lived[c]]
                    slack = 0 if name == "confidence" else 1  # another order of operations may round otherwise
                    assert (np.abs(found - np.array(values)) <= slack).all(), (name, stage.stage)
                last.append(end)


def _starts(schedule: Schedule, h: BatchHistory, i: int, last: list[tuple[float, int]]) -> list[tuple[float, int]]:
    n = len(h.stages[i].container_ids)
    if i == 0:
        return [(schedule.biology.model.stages.egg_weight_g, 0)] * n
    move, out = h.moves[i - 1], []
    for j in range(n):
        parts = [(int(f), *last[s]) for f, s, d in zip(move.arrived, move.source, move.dest, strict=True) if d == j]
        total = sum(f for f, _, _ in parts)
        out.append((sum(f * w for f, w, _ in parts) / total, max(age for _, _, age in parts)))
    return out


def _plainly(
    schedule: Schedule, h: BatchHistory, stage: StageHistory, weighed: StageSamples, c: int, weight_g: float, age: int
) -> tuple[list[tuple[float, ...]], tuple[float, int]]:
    """(weight, confidence, conversion) of each day lived; then (weight in g, days since a weighing)."""
    model = schedule.biology.model
    region = schedule.region_of(h.batch)
    growth, monitoring, stages = model.growth, model.monitoring, model.stages
    mine = weighed.container == c
    sampled = dict(
        zip((weighed.day[mine] - stage.start_day).tolist(), (weighed.statistics[mine, 0] / 100.0).tolist(), strict=True)
    )

    def response(t: float) -> float:
        return float(np.interp(t, growth.temperature_response_c, growth.temperature_response))

    start_g, alive, fed, grown, before = weight_g, int(stage.fish[c]), 0.0, 0.0, weight_g
    out: list[tuple[float, ...]] = []
    for d in range(int(stage.days_lived[c])):
        age += 1
        t = float(stage.temp_c[c, d])
        root = weight_g ** (1.0 / 3.0)
        if stage.stage == 1:
            planned = stage.planned_end_day - stage.start_day
            yolk = stages.first_feeding_weight_g ** (1 / 3) - stages.egg_weight_g ** (1 / 3)
            root += yolk / planned
        elif stage.ration[c, d] > 0 and t > 0.0:
            if stage.stage == SEA:
                tgc = region.sea_tgc * float(np.interp(weight_g, growth.size_response_g, growth.size_response))
            else:
                tgc = region.freshwater_tgc[stage.stage - 1]
                tgc /= response(region.hall_temperature_c[stage.stage - 1])
            root += tgc / 1000.0 * t * response(t)
        weight_g = root**3
        culled, stay, light_g = int(stage.culled[c, d]), int(stage.population[c, d]), stage.culled_cg[c, d] / 100.0
        if culled and stay:
            weight_g = max(((stay + culled) * weight_g - culled * light_g) / stay, weight_g)
        if d in sampled:
            weight_g += monitoring.anchor_weight * (sampled[d] - weight_g)
            age = 0
        fed += stage.ration[c, d] / 1e4
        grown += (alive * (weight_g - before) - culled * (weight_g - light_g)) / 1000.0
        enough = fed > 0 and grown > monitoring.fcr_least_growth * stage.fish[c] * start_g / 1000.0
        confidence = max(1.0 - (1.0 - monitoring.confidence_after_week) / 7.0 * age, monitoring.confidence_floor)
        out.append(
            (round(weight_g * 100.0), math.floor(confidence * 100.0 + 0.5), round(fed / grown * 1e3) if enough else -1)
        )
        alive, before = stay, weight_g
    return out, (weight_g, age)


def test_the_estimates_of_a_subject_are_those_of_its_samples(
    small_schedule: Schedule, small_climate: Climate, histories: list[BatchHistory]
) -> None:
    life = BatchLife(schedule=small_schedule, history=histories[0], climate=small_climate)
    for stage, known, weighed in zip(life.stages, life.estimates, life.weighings.stages, strict=True):
        assert known.weight_cg.shape == stage.population.shape
        assert (known.anchor >= 0).sum() >= len(weighed.day)
