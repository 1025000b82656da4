"""Who collects the dead: fewer rounds on Sundays, none in high waves, one crew for a place."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import yaml

from engine.biology.parameters import Biology, parse_biology
from engine.farm.schedule import Schedule, Stay
from engine.simulation.fish.collection import rounds_at_sea, rounds_on_land
from engine.simulation.record import BatchHistory
from engine.simulation.setting import Setting
from engine.simulation.water.climate import Climate
from engine.simulation.water.weather import storms_over
from lake.codes import SEA

START, DAYS = 19_900, 448
SUNDAY = 6


def stay_of(schedule: Schedule, climate: Climate, number: str = "A", area: int = 0) -> Setting:
    """Three rings of an area of the first geography."""
    rings = tuple(schedule.farm.areas_in(1)[area].ring_ids)
    stay = Stay(stage=SEA, container_ids=rings, start_day=START, end_day=START + DAYS)
    return Setting.resolve(schedule, climate, replace(schedule.batches[0], number=number), stay)


@pytest.fixture(scope="module")
def at_sea(small_schedule: Schedule, small_climate: Climate) -> Setting:
    return stay_of(small_schedule, small_climate)


def weekday(days: int = DAYS) -> np.ndarray:
    """Of each day of the stay, Monday 0."""
    found: np.ndarray = (np.arange(START, START + days) + 3) % 7
    return found


def test_rounds_are_fewer_on_sundays(at_sea: Setting, biology: Biology) -> None:
    chance = rounds_at_sea(at_sea, is_calm=True)
    assert chance.shape == (3, DAYS)
    made = chance[0] > 0
    sundays, mondays = made[weekday() == SUNDAY].mean(), made[weekday() == 0].mean()
    expected = biology.model.collection.weekday_sea
    assert sundays == pytest.approx(expected[SUNDAY], abs=0.2)
    assert sundays < mondays - 0.1


def test_one_crew_serves_an_area_whichever_batch_stands_there(
    at_sea: Setting, small_schedule: Schedule, small_climate: Climate
) -> None:
    ours = rounds_at_sea(at_sea)
    assert (ours == ours[0]).all()
    theirs = rounds_at_sea(stay_of(small_schedule, small_climate, number="B"))
    np.testing.assert_array_equal(theirs, ours)
    elsewhere = rounds_at_sea(stay_of(small_schedule, small_climate, area=1))
    assert (elsewhere != ours).any()


def test_nobody_goes_round_in_a_storm(at_sea: Setting, biology: Biology) -> None:
    """With sure weekdays and a limit that only a strong gale exceeds, the storm's days alone are without rounds."""
    data = yaml.safe_load(biology.text)
    data["collection"]["weekday_sea"]["value"] = [1] * 7
    data["weather"]["storm_m_s"]["value"] = 60
    data["weather"]["storm_hours"]["value"] = 48
    data["collection"]["wave_limit_m"]["value"] = 12
    data["weather"]["wave_shelter"]["value"] = 1
    data["regions"]["Faroe Islands"]["event_weights"]["STORM"]["value"] = 30
    wild = parse_biology(yaml.safe_dump(data), "wild")
    climate = replace(at_sea.climate, biology=wild)
    setting = replace(at_sea, schedule=replace(at_sea.schedule, biology=wild), climate=climate)
    assert (rounds_at_sea(setting, is_calm=True) > 0).all()
    span = START, START + setting.days
    blown = {storm.day - START + d for storm in storms_over(climate, setting.containers[0].area, span) for d in (0, 1)}
    assert 2 < len(blown) < 80
    rough = set(np.flatnonzero(rounds_at_sea(setting)[0] == 0).tolist())
    assert {d for d in blown if 0 <= d < setting.days} <= rough <= blown | {d + 1 for d in blown}  # waves outlast it


def test_halls_are_tended_daily(small_schedule: Schedule, small_climate: Climate, biology: Biology) -> None:
    batch = small_schedule.batches[0]
    setting = Setting.resolve(small_schedule, small_climate, batch, batch.stays[1])
    chance = rounds_on_land(setting)
    assert chance.shape == (len(setting.containers), setting.days)
    assert (chance > 0).mean() > 0.9
    assert chance.max() == biology.model.collection.reached_share


def test_what_moves_on_or_is_harvested_is_alive(histories: list[BatchHistory]) -> None:
    """On the last day of a stay every dead fish has been found: later stages begin with the living alone."""
    quiet = 0
    for history in histories:
        for stage in history.stages:
            if not stage.emptied.all():
                continue
            found = stage.dead.sum(axis=1) + stage.culled.sum(axis=1) + stage.last(stage.population)
            np.testing.assert_array_equal(found, stage.fish)
            if stage.stage == SEA:
                days = np.arange(stage.start_day, stage.start_day + stage.days)
                sunday = (days + 3) % 7 == SUNDAY
                quiet += stage.dead[:, sunday].sum() / sunday.sum() < stage.dead[:, ~sunday].sum() / (~sunday).sum()
    assert quiet
