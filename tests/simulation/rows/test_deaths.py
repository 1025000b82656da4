"""The dead of each container and week by reason, against the mortality events that tell of the same fish."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from engine.simulation.rows.deaths import death_tables
from engine.simulation.rows.fish import fish_tables
from engine.simulation.rows.life import BatchLife
from lake.tables import TABLES
from tests.simulation.trade_lives import LivedTo, alone, rows_of

EPOCH = date(1970, 1, 1)


def day_of(moment: int) -> int:
    return moment // 86_400_000_000


@pytest.mark.parametrize("which", [0, 2, 3])
def test_every_week_that_is_over_tells_its_dead_by_reason(lives: list[BatchLife], which: int) -> None:
    life = lives[which]
    stage_of = {int(stay): s for s, ids in zip(life.stages, life.ids, strict=True) for stay in ids}
    place = {int(stay): c for ids in life.ids for c, stay in enumerate(ids)}
    expected: Counter[tuple[int, int, int]] = Counter()
    for row in rows_of(alone(fish_tables, life)["mortality_event"]):
        stay, day = row["assignment_id"], row["event_date"]
        stage, c = stage_of[stay], place[stay]
        sunday = day + 6 - (EPOCH + timedelta(days=day)).weekday()
        last = stage.start_day + int(stage.days_lived[c]) - 1
        if not row["is_cull"] and (sunday < life.schedule.as_of_day or stage.emptied[c]):
            expected[stay, min(sunday, last), row["cause"] + 1] += row["count"]
    found = rows_of(alone(death_tables, life)["mortality_record"])
    assert {(r["assignment_id"], day_of(r["event_date"]), r["reason_id"]): r["count"] for r in found} == expected
    assert len(found) == len(expected) > 50
    keys = [(r["assignment_id"], r["event_date"], r["reason_id"]) for r in found]
    assert keys == sorted(keys)


def test_the_dead_are_sorted_within_working_hours(lives: list[BatchLife]) -> None:
    first, last = lives[0].schedule.biology.model.outlook.working_hours_utc
    for row in rows_of(alone(death_tables, lives[0])["mortality_record"]):
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=row["event_date"])
        assert first <= moment.hour <= last


def test_a_later_as_of_date_leaves_the_weeks_that_were_over(lives: list[BatchLife], lived_to: LivedTo) -> None:
    whole = lives[0]
    for days in (1, 9, 40):
        day = whole.stages[3].start_day + days
        early, late = (rows_of(alone(death_tables, life)["mortality_record"]) for life in (lived_to(0, day), whole))
        assert early == [row for row in late if day_of(row["event_date"]) < day]


def test_every_cause_has_its_reason() -> None:
    assert TABLES["mortality_record"].column("reason_id").references == "mortality_reason"
