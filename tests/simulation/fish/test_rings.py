"""Lice, treatments and harvest at sea, over many batches: each follows from what was seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import yaml

from engine.biology.health import METHOD_NAMES
from engine.biology.parameters import Biology, parse_biology
from engine.farm.infrastructure import Container, Farm
from engine.farm.schedule import STAGE_DAYS, Batch, Schedule, Stay
from engine.simulation.fish.history import simulate_batch
from engine.simulation.fish.mortality import HANDLING
from engine.simulation.fish.rings import BY_PLAN, BY_WEIGHT, UNDECIDED
from engine.simulation.fish.sea import HARVEST_REASONS
from engine.simulation.lice.preparation import lice_pressure
from engine.simulation.numerics.working_days import HOLIDAY
from engine.simulation.record import BatchHistory, StageHistory
from engine.simulation.setting import days_of_rest
from engine.simulation.water.climate import Climate
from lake.codes import LICE_TREATMENTS
from lake.tables import TABLES
from tests.simulation.climates import climate_for

START = 19_000
PLANNED = 450


def batch(farm: Farm, i: int, rings: int) -> Batch:
    geography = 1 + i % 2
    area = farm.areas_in(geography)[0]
    tanks = {h.stage: h.container_ids[0] for h in reversed(farm.halls_in(geography))}
    day, stays = START - sum(STAGE_DAYS[:-1]) + 20 * i, []
    for stage, days in enumerate(STAGE_DAYS[:-1], 1):
        stays.append(Stay(stage=stage, container_ids=(tanks[stage],), start_day=day, end_day=day + days))
        day += days
    ring_ids = tuple(area.ring_ids)[:rings]
    stays.append(Stay(stage=6, container_ids=ring_ids, start_day=day, end_day=day + PLANNED))
    return Batch(id=i + 1, number=f"B-{i}", geography_id=geography, eggs=300_000, stays=tuple(stays))


@pytest.fixture(scope="module")
def farm(small_farm: Farm) -> Farm:
    return small_farm


def live(schedule: Schedule, farm: Farm, biology: Biology, count: int, rings: int = 3) -> list[BatchHistory]:
    batches = tuple(batch(farm, i, rings) for i in range(count))
    end = max(b.end_day for b in batches)
    whole = replace(schedule, farm=farm, biology=biology, batches=batches, as_of_day=end)
    climate = climate_for(whole)
    return [simulate_batch(whole, climate, b) for b in batches]


@pytest.fixture(scope="module")
def lives(small_schedule: Schedule, farm: Farm, biology: Biology) -> list[BatchHistory]:
    return live(small_schedule, farm, biology, 40)


def females(sea: StageHistory, w: int) -> float:
    assert sea.lice is not None
    return float(sea.lice.counted[:, w, 2].sum() / max(sea.lice.sampled[:, w].sum(), 1))


def limit_on(biology: Biology, history: BatchHistory, farm: Farm, day: int) -> float:
    region = biology.region(farm.geography_of(history.batch).name)
    month = int(np.datetime64(day, "D").astype("datetime64[M]").astype(int) % 12)
    return region.adult_female_limit[month] * region.treatment_trigger


def test_a_treatment_follows_a_count_above_the_limit_and_treats_every_ring(
    lives: list[BatchHistory], biology: Biology, farm: Farm
) -> None:
    lead, most = biology.model.lice.treatment_lead_days, max(biology.model.work.rings_treated)
    seen = 0
    sizes = set()
    for h in lives:
        sea = h.stages[-1]
        assert sea.lice is not None
        first_days = sorted({t.day for t in h.treatments if t.container == 0})
        for day in first_days:
            # a vessel comes when people work, some days later at the most
            weeks = np.flatnonzero((sea.lice.day <= day - lead) & (sea.lice.day >= day - lead - 6))
            assert any(females(sea, int(w)) > limit_on(biology, h, farm, int(sea.lice.day[w])) for w in weeks)
            same = {t.container: t.day for t in h.treatments if day <= t.day < day + 14}
            order = [same[c] for c in sorted(same)]
            assert order == sorted(order)
            rings = np.unique(order, return_counts=True)[1]
            assert rings.max() <= most
            sizes.update(rings.tolist())
            seen += 1
    assert len(sizes) > 1
    for h in lives:
        first_days = sorted({t.day for t in h.treatments if t.container == 0})
        assert not np.isin(np.diff(first_days), range(21)).any()
    assert seen > 40


def test_a_count_above_the_limit_leads_to_a_treatment_or_to_the_harvest(
    lives: list[BatchHistory], biology: Biology, farm: Farm
) -> None:
    lead, rest = biology.model.lice.treatment_lead_days, biology.model.lice.treatment_interval_days
    above = 0
    for h in lives:
        sea = h.stages[-1]
        assert sea.lice is not None
        days = sorted({t.day for t in h.treatments})
        for w, day in enumerate(sea.lice.day.tolist()):
            if females(sea, w) <= limit_on(biology, h, farm, day) or day >= h.trigger_day:
                continue
            recent = any(day - rest < d <= day + lead + 8 for d in days)
            assert recent or h.trigger_day - day <= lead + 20 or sea.planned_end_day - day < 30
            above += 1
    assert above > 60


def test_lice_fall_by_the_efficacy_and_fish_die_of_the_loss(
    small_schedule: Schedule, farm: Farm, biology: Biology
) -> None:
    """Without noise and larvae, with sure methods: no mobile louse is left, and deaths add up to the loss."""
    data = yaml.safe_load(biology.text)
    data["lice"]["noise_sd"]["value"] = [0, 0, 0]
    for method in data["treatments"]["methods"].values():
        method["efficacy_median"]["value"] = 0.9999999
        method["efficacy_iqr"]["value"] = [0.9999998, 0.99999995]
        method["attached_factor"]["value"] = 1.0
        method["loss_mean"]["value"], method["loss_sdlog"]["value"] = 0.02, 0.0
        method["loss_temp_slope"]["value"] = 0.0
    for name in ("loss_weight_exponent", "loss_recent_exponent"):
        data["treatments"][name]["value"] = 0.0
    sure = parse_biology(yaml.safe_dump(data), "sure")
    treated = [h for h in live(small_schedule, farm, sure, 8) if h.treatments]
    assert treated
    dead = fish = 0
    for h in treated:
        sea = h.stages[-1]
        assert sea.lice is not None
        for t in h.treatments:
            assert t.efficacy == pytest.approx(1.0, abs=1e-5)
            assert t.loss == pytest.approx(0.02)
            w = int(np.searchsorted(sea.lice.day, t.day, side="right"))
            if w < len(sea.lice.day) and sea.lice.sampled[t.container, w]:
                # a week's arrivals at the most: nothing of before is left
                assert sea.lice.adult_female[t.container, w] < 0.1
            d = t.day - sea.start_day
            if d + 14 <= sea.days_lived[t.container]:
                handled = np.where(sea.cause[t.container] == HANDLING, sea.dead[t.container], 0)
                dead += handled[d : d + 14].sum() - handled[d - 14 : d].sum()
                fish += sea.population[t.container, d - 1]
    assert dead / fish == pytest.approx(0.02, rel=0.15)


def test_rings_are_emptied_in_turn_fasted_and_out_of_withdrawal(
    lives: list[BatchHistory], biology: Biology, farm: Farm
) -> None:
    fasting = biology.model.feed.fasting_days_before_harvest
    a_day = biology.model.harvest.rings_a_day
    by_weight = 0
    for h in lives:
        assert h.harvested
        sea = h.stages[-1]
        assert sea.end_day <= sea.planned_end_day
        last = sea.start_day + sea.days_lived - 1
        kinds = days_of_rest(biology.region(farm.geography_of(h.batch).name))
        assert np.bincount(last - last.min()).max() <= max(a_day, 3 * (last.max() >= sea.planned_end_day - 7))
        assert (kinds[last] != HOLIDAY).all() or last.max() == sea.planned_end_day - 1
        for c, day in enumerate(last.tolist()):
            d = int(sea.days_lived[c])
            assert sea.fasted[c, max(0, d - fasting) : d].all()
            assert not sea.ration[c, max(0, d - fasting) : d].any()
            for t in h.treatments:
                held = biology.model.treatments.methods.of(t.method).withholding_days
                assert t.container != c or not t.day <= day <= t.day + held
        total = sea.population.astype(np.int64)
        reached = (total * sea.weight_cg).sum(axis=0) >= h.harvest_target_cg * total.sum(axis=0)
        if h.harvest_reason == "WEIGHT":
            by_weight += 1
            assert h.trigger_day - sea.start_day == int(np.argmax(reached))
            assert last.min() >= h.trigger_day + fasting or last.min() == sea.planned_end_day - 1
        else:
            assert not reached[: h.trigger_day - sea.start_day].any()
            assert sea.planned_end_day - 7 <= last.max() <= sea.planned_end_day - 1
            assert last.max() == sea.planned_end_day - 1 or kinds[last.max() + 1 : sea.planned_end_day].all()
    assert 3 < by_weight < len(lives)


def test_codes_are_the_lakes() -> None:
    assert METHOD_NAMES == LICE_TREATMENTS
    reasons = TABLES["batch"].column("harvest_reason").codes
    assert [HARVEST_REASONS[code] for code in (UNDECIDED, BY_WEIGHT, BY_PLAN)] == ["", *reasons]


def test_a_treatment_interrupts_feeding(lives: list[BatchHistory], biology: Biology) -> None:
    for h in lives:
        sea = h.stages[-1]
        for t in h.treatments:
            d = t.day - sea.start_day
            fasting = biology.model.treatments.methods.of(t.method).fasting_days
            assert sea.fasted[t.container, d - fasting : d + 1].all()
            assert (sea.weight_cg[t.container, d - fasting] == sea.weight_cg[t.container, d]).all()


def pressure(schedule: Schedule, climate: Climate, ring: Container, weeks: int, start_day: int = 18_900) -> np.ndarray:
    return lice_pressure(schedule=schedule, climate=climate, container=ring, start_day=start_day, weeks=weeks)


def test_larvae_from_outside_are_a_field(small_schedule: Schedule, farm: Farm, biology: Biology) -> None:
    """The same week and area give the same pressure, whoever asks from whichever Monday or with whatever as-of date."""
    s = replace(small_schedule, farm=farm, biology=biology, as_of_day=20_000)
    climate = climate_for(s, 18_000)
    ring = farm.container(farm.areas[0].ring_ids[0])
    long = pressure(s, climate, ring, 60)
    np.testing.assert_array_equal(pressure(s, climate, ring, 40, start_day=18_970), long[10:50])
    early = replace(s, as_of_day=19_100)
    np.testing.assert_array_equal(pressure(early, climate_for(early, 18_000), ring, 20), long[:20])
    other = pressure(s, climate, farm.container(farm.areas[1].ring_ids[0]), 60)
    assert abs(np.corrcoef(np.log(long), np.log(other))[0, 1]) < 0.95


def test_nothing_that_happened_changes_with_the_as_of_date(
    small_schedule: Schedule, farm: Farm, biology: Biology, lives: list[BatchHistory]
) -> None:
    batches = tuple(h.batch for h in lives)  # what breaks out at one may reach another
    for h in lives[:12]:
        for ahead in (5, 60, 300, 437):
            as_of = h.stages[-1].start_day + ahead
            early = replace(small_schedule, farm=farm, biology=biology, batches=batches, as_of_day=as_of)
            climate = climate_for(early)
            found = simulate_batch(early, climate, h.batch)
            sea, whole = found.stages[-1], h.stages[-1]
            for name in ("population", "dead", "weight_cg", "dead_cg", "ration", "cause", "oxygen_min"):
                np.testing.assert_array_equal(getattr(sea, name), getattr(whole, name)[:, : sea.days], err_msg=name)
            assert found.treatments == tuple(t for t in h.treatments if t.day < as_of)
            assert found.events == tuple(e for e in h.events if e.start_day < as_of and e.start_day < whole.end_day)
            assert sea.lice is not None
            assert whole.lice is not None
            np.testing.assert_array_equal(sea.lice.counted, whole.lice.counted[:, : len(sea.lice.day)])
            gone = whole.start_day + whole.days_lived <= as_of
            np.testing.assert_array_equal(sea.emptied, gone)


def test_appetite_comes_back_over_days_after_a_treatment(lives: list[BatchHistory], biology: Biology) -> None:
    """The first day with feed finds less of it than the method leaves and a night brings back; a week later more."""
    memory = biology.model.feed.appetite_memory
    first, later = [], []
    for h in lives:
        sea = h.stages[-1]
        for t in h.treatments:
            d, left = t.day - sea.start_day, biology.model.treatments.methods.of(t.method).appetite_left
            if d + 8 < sea.days_lived[t.container] and not sea.fasted[t.container, d + 1 : d + 9].any():
                assert sea.appetite[t.container, d + 1] <= 1.0 - (1.0 - left) * memory + 1e-9
                first.append(sea.appetite[t.container, d + 1])
                later.append(sea.appetite[t.container, d + 8])
    assert len(first) > 40
    assert np.mean(first) < 0.8 * np.mean(later)
