"""Stays at sea planned from simulated growth."""

from __future__ import annotations

from datetime import date

import pytest

from engine.farm.schedule import to_date, to_day
from engine.farm.schedule_file import parse_schedule
from engine.forecast import growth
from engine.planning.planner import Request, plan
from tests.planning.farms import AS_OF, biology, shipped


@pytest.fixture(autouse=True)
def few_replicates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "REPLICATES", 8)
    monkeypatch.setattr(growth, "_made", {})


def test_more_confidence_is_a_longer_stay_up_to_the_longest_allowed() -> None:
    low, high = (growth.plan_sea_stays(shipped(), biology(), 2000, share) for share in (0.3, 0.9))
    assert set(low.days) == {(g, month) for g in (1, 2) for month in range(1, 13)}
    assert all(low.days[key] <= high.days[key] for key in low.days)
    assert sum(high.days.values()) > sum(low.days.values())
    assert all(200 < days < 800 for days in high.days.values())
    assert all(high.reached[key] >= 0.9 for key in high.days)
    short = growth.plan_sea_stays(shipped(), biology(), 400, 0.9)
    assert max(short.days.values()) == 400
    assert min(short.reached.values()) < 0.9


def test_a_plan_gives_each_batch_the_days_of_its_month_of_transfer() -> None:
    request = Request(name="t", batches=24, stagger_days=31, as_of_day=AS_OF, adult_days=450, harvest_confidence=0.4)
    schedule = plan(request, shipped(), biology())
    stays = growth.plan_sea_stays(shipped(), biology(), 450, 0.4)
    lengths = set()
    for batch in schedule.batches:
        sea = batch.stays[-1]
        assert sea.days == stays.days[batch.geography_id, to_date(sea.start_day).month]
        lengths.add(sea.days)
    assert len(lengths) > 3
    again = parse_schedule(schedule.text, "again", shipped(), biology())
    assert again.batches == schedule.batches


def test_replicates_are_spread_over_the_areas_and_the_month() -> None:
    made = [growth._replicate(shipped(), 2, 6, ordinal=i, batch_id=i + 1) for i in range(60)]
    transfers = {to_date(batch.stays[-1].start_day) for batch in made}
    assert {day.month for day in transfers} == {6}
    assert len({day.year for day in transfers}) == growth.YEARS
    assert len({day.day for day in transfers}) == growth.MONTH_DAYS
    assert len({batch.stays[-1].container_ids for batch in made}) == growth.AREAS
    assert min(transfers) >= date(growth.FIRST_YEAR, 6, 1)
    assert to_day(max(transfers)) < AS_OF
