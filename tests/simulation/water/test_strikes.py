"""Storms, blooms and jellyfish as a field: they reach neighbours, and no one who asks changes them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from engine.biology.parameters import Biology
from engine.farm.infrastructure import Farm, read_farm
from engine.simulation.water.bad_years import rate_at_sea
from engine.simulation.water.climate import Climate
from engine.simulation.water.distances import distances_km
from engine.simulation.water.strikes import Strike, strikes

DAYS = 0, 20_000


@pytest.fixture(scope="module")
def farm() -> Farm:
    return read_farm("faroe-scotland")


@pytest.fixture(scope="module")
def climate(farm: Farm, biology: Biology) -> Climate:
    """Of seas where ten times as much happens."""
    model = biology.model
    regions = {name: replace(each, events_per_cycle=10 * each.events_per_cycle) for name, each in model.regions.items()}
    often = replace(biology, model=replace(model, regions=regions))
    return Climate(farm=farm, biology=often, seed=7, days=DAYS[1])


@pytest.fixture(scope="module")
def harms(farm: Farm, climate: Climate) -> dict[int, list[Strike]]:
    return {area.id: [each for each in strikes(climate, area, DAYS) if each.harms] for area in farm.areas}


def test_an_area_is_struck_as_often_as_the_kind_befalls_a_farm(
    farm: Farm, climate: Climate, harms: dict[int, list[Strike]]
) -> None:
    for geography in farm.geographies:
        areas = farm.areas_in(geography.id)
        for kind in ("STORM", "JELLYFISH"):
            expected = rate_at_sea(climate, geography.id, kind, DAYS).sum()
            found = [sum(each.kind == kind for each in harms[area.id]) for area in areas]
            assert np.mean(found) == pytest.approx(expected, rel=0.3)


def test_a_strike_reaches_near_areas_more_often_than_far_ones_and_no_other_geography(
    farm: Farm, climate: Climate, harms: dict[int, list[Strike]]
) -> None:
    storms = {area: {each.day for each in struck if each.kind == "STORM"} for area, struck in harms.items()}
    apart = distances_km(climate)
    near, far = Counter[str](), Counter[str]()
    for one in farm.areas_in(2):
        for other in farm.areas_in(2):
            if one is other:
                continue
            counted = near if apart[one.id - 1, other.id - 1] < 40 else far
            counted["asked"] += len(storms[one.id])
            counted["both"] += len(storms[one.id] & storms[other.id])
    assert near["both"] / near["asked"] > 1.5 * far["both"] / far["asked"] > 0
    ashore = [storms[area.id] for area in farm.areas_in(1)]
    same_day = sum(len(storms[area.id] & other) for area in farm.areas_in(2) for other in ashore)
    assert same_day < 0.01 * sum(map(len, ashore)) * len(farm.areas_in(2))


def test_a_bloom_drifts_to_its_neighbours_and_is_as_grave_there(farm: Farm, climate: Climate) -> None:
    by_weight: dict[float, list[int]] = {}
    for area in farm.areas_in(2):
        for each in strikes(climate, area, DAYS):
            if each.kind == "ALGAL_BLOOM":
                by_weight.setdefault(each.weight, []).append(each.day)
    spread = [max(days) - min(days) for days in by_weight.values() if len(days) > 1]
    assert len(spread) > 5
    assert max(spread) > 3
    assert max(spread) < 90


def test_a_strike_is_the_same_whoever_asks_when(farm: Farm, climate: Climate) -> None:
    area = farm.areas_in(2)[3]
    whole = strikes(climate, area, DAYS)
    assert whole == sorted(whole)
    other = replace(climate, days=19_000, first_day=18_000)
    part = strikes(other, area, (18_100, 18_900))
    assert part == [each for each in whole if 18_100 <= each.day < 18_900] != []


def test_years_differ(climate: Climate, biology: Biology) -> None:
    rate = rate_at_sea(climate, 2, "STORM", DAYS)
    years = np.arange(*DAYS).astype("datetime64[D]").astype("datetime64[Y]").astype(int)
    by_year = np.array([rate[years == year].sum() for year in range(50)])
    region = biology.region("Scotland")
    usual = 10 * region.events_per_cycle * region.event_weights["STORM"] * 365.25 / 448
    assert by_year.mean() == pytest.approx(usual, rel=0.25)
    assert np.log(by_year).std() == pytest.approx(biology.model.events.year_sd, rel=0.3)
