"""A batch's whole life: fish and weight conserved, stages in order, and nothing decided by what comes later."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.biology.parameters import Biology, parse_biology
from engine.farm.schedule import Schedule
from engine.simulation.fish.history import harvest_target_cg, simulate_batch
from engine.simulation.record import BatchHistory, StageHistory
from engine.simulation.water.climate import Climate
from tests.simulation.climates import climate_for

DAILY = (
    *("population", "dead", "culled", "cause", "mu", "v", "weight_cg", "dead_cg", "culled_cg", "ration", "temp_c"),
    *("oxygen_draw", "oxygen_mean", "oxygen_min", "appetite", "fasted"),
)
START = ("fish", "mu0", "v0")


def live(schedule: Schedule, number: str) -> BatchHistory:
    batch = next(b for b in schedule.batches if b.number == number)
    return simulate_batch(schedule, climate_for(schedule), batch)


def same_so_far(short: StageHistory, long: StageHistory) -> None:
    """`short` is the beginning of `long`, to the last bit."""
    assert (short.stage, short.container_ids, short.start_day) == (
        long.stage,
        long.container_ids,
        long.start_day,
    )
    for name in START:
        assert getattr(short, name).tobytes() == getattr(long, name).tobytes()
    for name in DAILY:
        found, whole = getattr(short, name), getattr(long, name)[:, : short.days]
        assert found.dtype == whole.dtype
        assert found.tobytes() == whole.tobytes(), f"stage {short.stage}: {name}"


def test_eggs_are_dead_lost_culled_harvested_or_alive_every_day(histories: list[BatchHistory]) -> None:
    for h in histories:
        gone, before = 0, h.batch.eggs
        for i, stage in enumerate(h.stages):
            if i > 0:
                gone += int(h.moves[i - 1].lost.sum())
            assert stage.fish.sum() + gone == h.batch.eggs
            lost_by_day = (stage.dead.astype(np.int64) + stage.culled).sum(axis=0)
            alive = stage.population.astype(np.int64).sum(axis=0)
            harvested = np.zeros(stage.days, dtype=np.int64)  # those taken on the days before
            if stage.stage == 6:
                taken = np.where(stage.emptied & (stage.days_lived < stage.days), stage.last(stage.population), 0)
                np.add.at(harvested, np.minimum(stage.days_lived, stage.days - 1), taken)
            np.testing.assert_array_equal(alive + np.cumsum(lost_by_day + harvested) + gone, h.batch.eggs)
            assert alive[0] <= before
            assert (np.diff(alive) <= 0).all()
            gone += int(lost_by_day.sum())
            before = int(alive[-1])


def test_counts_are_whole_numbers(histories: list[BatchHistory]) -> None:
    for h in histories:
        for stage in h.stages:
            for counts in (stage.fish, stage.population, stage.dead, stage.culled):
                assert np.issubdtype(counts.dtype, np.integer)
                assert (counts >= 0).all()


def test_stages_follow_the_plan_without_gap(histories: list[BatchHistory], small_schedule: Schedule) -> None:
    for h in histories:
        assert [s.stage for s in h.stages] == list(range(1, len(h.stages) + 1))
        for stage, stay in zip(h.stages, h.batch.stays, strict=False):
            assert (stage.start_day, stage.container_ids) == (stay.start_day, stay.container_ids)
            assert stage.days >= 1
            assert stage.end_day <= min(stay.end_day, small_schedule.as_of_day)
        for before, after in zip(h.stages, h.stages[1:], strict=False):
            assert before.emptied.all()
            assert before.end_day == after.start_day == before.planned_end_day


def test_the_small_schedule_shows_every_kind_of_life(histories: list[BatchHistory], small_schedule: Schedule) -> None:
    assert [(h.harvested, h.harvest_reason, h.stages[-1].stage) for h in histories] == [
        (True, "WEIGHT", 6),
        (True, "PLAN_END", 6),
        (False, "", 6),
        (False, "", 3),
        (False, "", 1),
    ]
    for h in histories:
        assert h.stages[-1].emptied.all() == h.harvested
        if not h.harvested:
            assert h.stages[-1].end_day == small_schedule.as_of_day


def test_moves_carry_everything_from_one_stage_to_the_next(histories: list[BatchHistory]) -> None:
    for h in histories:
        for move, before, after in zip(h.moves, h.stages, h.stages[1:], strict=False):
            assert move.day == after.start_day
            left = np.bincount(move.source, move.arrived + move.lost, minlength=len(before.container_ids))
            np.testing.assert_array_equal(left, before.population[:, -1])
            came = np.bincount(move.dest, move.arrived, minlength=len(after.container_ids))
            np.testing.assert_array_equal(came, after.fish)
            weight = before.mu[:, -1] ** 3 + 3.0 * before.mu[:, -1] * before.v[:, -1]
            arrived_g = (move.arrived * weight[move.source]).sum()
            start_g = (after.fish * (after.mu0**3 + 3.0 * after.mu0 * after.v0)).sum()
            assert start_g == pytest.approx(arrived_g, rel=1e-11)


def test_weights_are_the_moments_and_never_fall(histories: list[BatchHistory]) -> None:
    for h in histories:
        for stage in h.stages:
            weight = stage.mu**3 + 3.0 * stage.mu * stage.v
            assert abs(stage.weight_cg - weight * 100.0).max() <= 0.5 + 1e-6
            assert (np.diff(stage.weight_cg, axis=1) >= 0)[stage.present[:, 1:]].all()


def test_fish_grow_in_the_water_of_their_place(histories: list[BatchHistory], small_climate: Climate) -> None:
    for h in histories:
        for stage in h.stages:
            for i, container_id in enumerate(stage.container_ids):
                container = small_climate.farm.container(container_id)
                water = small_climate.water(container, stage.start_day, stage.end_day)
                np.testing.assert_array_equal(stage.temp_c[i], water[0])


def test_the_cull_and_the_last_days_fast_are_where_the_biology_puts_them(
    histories: list[BatchHistory], small_schedule: Schedule
) -> None:
    bio = small_schedule.biology.model
    day, share = bio.mortality.cull_day, bio.mortality.cull_share
    culls = 0
    for h in histories:
        for stage in h.stages:
            days = np.flatnonzero(stage.culled.any(axis=0)).tolist()
            expected = [day] if stage.stage == bio.mortality.cull_stage and stage.days > day else []
            assert days == expected
            for d in days:
                there = stage.population[:, d] + stage.culled[:, d]
                np.testing.assert_allclose(stage.culled[:, d], there * share, atol=1.0)
                culls += 1
            if 1 < stage.stage < 6 and stage.end_day == stage.planned_end_day:
                fast = bio.feed.fasting_days_before_transfer
                assert not stage.ration[:, stage.days - fast :].any()
                assert stage.ration[:, : stage.days - fast].all()
    assert culls == 4


def test_harvest_follows_the_first_day_that_the_target_holds(
    histories: list[BatchHistory], small_schedule: Schedule
) -> None:
    fasting = small_schedule.biology.model.feed.fasting_days_before_harvest
    for h in histories:
        if h.stages[-1].stage != 6:
            continue
        sea = h.stages[-1]
        fish = sea.population.astype(np.int64)
        reached = (fish * sea.weight_cg).sum(axis=0) >= h.harvest_target_cg * fish.sum(axis=0)
        first_left = sea.start_day + int(sea.days_lived.min()) - 1
        if h.harvest_reason == "WEIGHT":
            assert h.trigger_day == sea.start_day + int(np.argmax(reached))
            assert first_left == h.trigger_day + fasting
        elif h.harvest_reason == "PLAN_END":
            assert not reached[: h.trigger_day - sea.start_day].any()
            assert sea.end_day == sea.planned_end_day
        else:
            assert h.trigger_day == -1
            assert not reached.any()


def test_a_target_is_the_schedules_or_drawn_around_the_regions(small_schedule: Schedule) -> None:
    batch = small_schedule.batches[0]
    assert harvest_target_cg(small_schedule, batch) == 400_000
    region = small_schedule.biology.region("Faroe Islands")
    drawn = np.array(
        [
            harvest_target_cg(small_schedule, replace(batch, number=f"F-{i}", harvest_target_g=None)) / 100
            for i in range(3_000)
        ]
    )
    assert drawn.mean() == pytest.approx(region.harvest_target_g, abs=30.0)
    assert drawn.std() == pytest.approx(region.harvest_target_sd_g, rel=0.06)


@settings(max_examples=40)
@given(st.sampled_from(["FAR-2023-001", "SCO-2023-001", "FAR-2024-002"]), st.integers(0, 10**6))
def test_a_later_as_of_date_leaves_every_earlier_day(
    small_schedule: Schedule, histories: list[BatchHistory], number: str, cut: int
) -> None:
    whole = next(h for h in histories if h.batch.number == number)
    last = whole.stages[-1].end_day
    as_of = whole.batch.start_day + 1 + cut % (last - whole.batch.start_day - 1)
    early = live(replace(small_schedule, as_of_day=as_of), number)
    assert early.stages[-1].end_day == as_of
    assert not early.harvested
    for short, long in zip(early.stages, whole.stages, strict=False):
        same_so_far(short, long)
    for short_move, long_move in zip(early.moves, whole.moves, strict=False):
        assert short_move.day == long_move.day
        assert short_move.arrived.tolist() == long_move.arrived.tolist()
        assert short_move.lost.tolist() == long_move.lost.tolist()


@pytest.mark.parametrize("position", [0, 2, 3])
def test_other_batches_do_not_matter(small_schedule: Schedule, histories: list[BatchHistory], position: int) -> None:
    batch = replace(small_schedule.batches[position], id=1)
    alone = live(replace(small_schedule, batches=(batch,), partitions=(range(1, 2),)), batch.number)
    assert len(alone.stages) == len(histories[position].stages)
    for found, expected in zip(alone.stages, histories[position].stages, strict=True):
        same_so_far(found, expected)


def test_another_seed_and_another_number_are_another_life(small_schedule: Schedule) -> None:
    number = "SCO-2025-002"
    here = live(small_schedule, number)
    other_seed = live(replace(small_schedule, seed=8), number)
    renamed = replace(small_schedule, batches=tuple(replace(b, number=b.number + "B") for b in small_schedule.batches))
    other_name = live(renamed, number + "B")
    lives = [h.stages[0].dead.tobytes() for h in (here, other_seed, other_name)]
    assert len(set(lives)) == 3


def with_parameter(biology: Biology, region: str, name: str, factor: float) -> Biology:
    data = yaml.safe_load(biology.text)
    data["regions"][region][name]["value"] *= factor
    return parse_biology(yaml.safe_dump(data), "changed biology")


def test_a_change_of_one_policy_leaves_every_other_draw(
    small_schedule: Schedule, histories: list[BatchHistory], biology: Biology
) -> None:
    changed = replace(small_schedule, biology=with_parameter(biology, "Scotland", "sea_fcr", 1.1))
    before, after = histories[1].stages[-1], live(changed, "SCO-2023-001").stages[-1]
    for name in DAILY:
        same = getattr(before, name).tobytes() == getattr(after, name).tobytes()
        assert same == (name != "ration"), name


def test_higher_hazard_kills_more_with_the_same_draws(
    small_schedule: Schedule, histories: list[BatchHistory], biology: Biology
) -> None:
    changed = replace(small_schedule, biology=with_parameter(biology, "Scotland", "sea_hazard", 3.0))
    before, after = histories[1].stages[-1], live(changed, "SCO-2023-001").stages[-1]
    assert after.last(after.population).sum() < before.last(before.population).sum()
    assert (after.temp_c == before.temp_c[:, : after.days]).all()
    assert after.fish.tolist() == before.fish.tolist()
