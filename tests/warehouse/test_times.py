"""created_at and updated_at say when a row was entered and changed: after its event, never past the as-of time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest

from lake.tables import TABLES
from tests.warehouse import small_lake
from tests.warehouse.probing import ask, one
from warehouse.moments import Parents, Rows, compute
from warehouse.uat.expressions import LakeColumn
from warehouse.uat.identifiers import qualified
from warehouse.uat.mapping import DIMENSIONS, EVENT_MAPPINGS, EVENTS
from warehouse.uat.tables import TARGET_TABLES
from warehouse.uat.times import CHANGED, ENTERED, RULES, Moment, moment_of

AS_OF = date(2025, 1, 1)
FRIDAY = date(2024, 3, 1)
# what is written before the event that it names
PLANS = {"batch", "creation_workflow", "creation_action", "planned_activity", "scenario"}
PLANS |= {"transfer_workflow", "transfer_action"}


def times(table: str, row: dict[str, Any], column: str = "created_at") -> list[datetime]:
    """The times of a hundred rows that differ only in their ids."""
    moment = moment_of(table, column)
    assert moment is not None
    rows = small_lake.arrow(table, [row | {"id": n} for n in range(1, 101)]).combine_chunks().to_batches()[0]
    found = compute(
        moment, Rows(table=table, rows=rows, parents=Parents(), run_start=0, as_of=(AS_OF - date(1970, 1, 1)).days)
    )
    return [time for time in found.to_pylist() if time is not None]


@pytest.mark.parametrize("mapping", [*EVENTS, *DIMENSIONS], ids=lambda m: m.lake)
def test_no_time_lies_past_the_as_of_time_or_before_the_row_was_entered(loaded: str, mapping: Any) -> None:
    entered, changed = (sorted(names & mapping.columns.keys()) for names in (ENTERED, CHANGED))
    if not entered:
        pytest.skip("the target has no such column")
    for name in entered + changed:
        latest = one(loaded, f"SELECT max({name}) FROM {qualified(mapping.uat)}")
        assert latest is None or latest <= datetime(2025, 1, 1, tzinfo=UTC)
    for name in changed:
        assert not one(loaded, f"SELECT count(*) FROM {qualified(mapping.uat)} WHERE {name} < {entered[0]}")


def entered_after() -> list[tuple[str, str, str]]:
    """(lake table, column of entry, column of the event that it follows) of what is written after the event."""
    found = []
    for table in sorted(EVENT_MAPPINGS.keys() - PLANS):
        columns = EVENT_MAPPINGS[table].columns
        for name in sorted(ENTERED & columns.keys()):
            moment = columns[name]
            assert isinstance(moment, Moment)
            found += [(table, name, n) for path in moment.of for n, e in columns.items() if e == LakeColumn(path)]
    return found


@pytest.mark.parametrize(("table", "name", "column"), entered_after())
def test_nothing_is_entered_before_it_happened(loaded: str, table: str, name: str, column: str) -> None:
    target = EVENT_MAPPINGS[table].uat
    kind = TARGET_TABLES[target].column(column).type
    cast = {"date": "::date", "time without time zone": "::time"}.get(kind, "")
    later = f"SELECT {name}, {column} FROM {qualified(target)} WHERE {name}{cast} < {column}"
    assert ask(loaded, later) == []


def test_the_latest_batch_is_the_one_that_starts_last() -> None:
    starts = [date(2024, 1, 1) + timedelta(n) for n in range(300)]
    firsts = [max(times("batch", {"start_date": start})) for start in starts]
    assert [a for a, b in pairwise(firsts) if a.date() >= b.date()] == []
    assert {start - first.date() for start, first in zip(starts, firsts, strict=True)} == {timedelta(90)}


def test_what_is_planned_far_beyond_the_as_of_date_was_planned_lately() -> None:
    found = times("transfer_workflow", {"planned_start_date": date(2026, 1, 1)})
    days = {(AS_OF - time.date()).days for time in found}
    assert days <= set(range(1, 15))
    assert len(days) > 5
    assert {time.hour for time in found} <= set(range(8, 17))


def test_a_move_is_planned_on_working_days_and_changed_when_it_is_done() -> None:
    planned = {"planned_start_date": FRIDAY, "actual_start_date": FRIDAY, "actual_completion_date": FRIDAY}
    created = times("transfer_workflow", planned)
    assert {time.weekday() for time in created} == set(range(5))
    assert {FRIDAY - time.date() for time in created} <= {timedelta(days) for days in range(5, 29)}
    changed = times("transfer_workflow", planned, "updated_at")
    assert {time.date() for time in changed} == {FRIDAY}


def test_a_harvest_late_on_the_last_day_is_entered_before_the_day_ends() -> None:
    last = datetime(2024, 12, 31, 22, tzinfo=UTC)
    assert set(times("harvest_event", {"event_date": last})) == {last}
    before = times("harvest_event", {"event_date": last - timedelta(1)})
    assert {(time.date(), 7 <= time.hour <= 10) for time in before} == {(date(2024, 12, 31), True)}


def test_people_enter_what_they_did_within_the_working_day() -> None:
    found = times("growth_sample", {"sample_date": FRIDAY})
    assert {time.date() for time in found} == {FRIDAY}
    assert {time.hour for time in found} == set(range(7, 16)), "not spread over the day"


def test_rows_that_belong_together_are_entered_together(loaded: str) -> None:
    assert one(loaded, "SELECT count(*) FROM batch_individualgrowthobservation") > 0
    assert (
        ask(
            loaded,
            "SELECT o.created_at, s.created_at FROM batch_individualgrowthobservation o "
            "JOIN batch_growthsample s ON s.id = o.growth_sample_id WHERE o.created_at <> s.created_at",
        )
        == []
    )


def test_a_table_without_a_rule_takes_the_one_of_its_first_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.uat.times.RULES", {})
    of = {name: moment.of for name in TABLES if (moment := _moment(name)) is not None}
    assert of["mortality_event"] == ("event_date",)
    assert of["harvest_waste"] == ("batch_id.start_date",)
    assert of["geography"] == ("RUN_START",)


def _moment(table: str) -> Moment | None:
    return moment_of(table, "created_at")


def test_a_table_that_nothing_dates_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = TABLES["stage_transition_environment"]
    monkeypatch.setattr("warehouse.uat.times.RULES", {})
    monkeypatch.setattr("warehouse.uat.times.EVENT_TABLE_NAMES", ())
    assert bare.name in RULES
    with pytest.raises(ValueError, match="nothing tells when a row of stage_transition_environment"):
        moment_of(bare.name, "created_at")


def test_a_parent_that_is_not_there_leaves_the_time_null() -> None:
    moment = moment_of("harvest_lot", "created_at")
    assert moment is not None
    rows = small_lake.arrow("harvest_lot", [{"event_id": 1}, {"event_id": 2}]).to_batches()[0]
    events = small_lake.arrow("harvest_event", [{"id": 2}])
    parents = Parents(lambda table, columns: events.select(columns))
    found = compute(moment, Rows(table="harvest_lot", rows=rows, parents=parents, run_start=0, as_of=30_000))
    assert isinstance(found, pa.Array)
    assert [time is None for time in found.to_pylist()] == [True, False]
