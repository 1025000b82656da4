"""A load with history: each row's states in the application's history tables, once, whole, and out again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from lake.errors import InputError
from lake.manifest import Manifest
from tests.warehouse import foreign
from tests.warehouse.databases import new_database
from tests.warehouse.probing import ask, one, snapshot, structure
from warehouse.database import connect
from warehouse.load import Listener, Options, load_run
from warehouse.preflight.tables import prepare_tables
from warehouse.reconciling.reconcile import reconcile
from warehouse.selection import Selection
from warehouse.uat.expressions import LakeColumn
from warehouse.uat.history import HISTORIES, History
from warehouse.uat.tables import HISTORY_TABLES
from warehouse.uat.tables.history import OWN, has_history, history_name
from warehouse.wipe import wipe_run

Lake = tuple[Path, Manifest]
HISTORY = Options(history=True)
NUMBERS = count(1)


class Broken(Exception):
    pass


@pytest.fixture(scope="module")
def told_template(server: str, lake: Lake) -> Iterator[str]:
    with new_database(server, "told_template") as dsn:
        load_run(*lake, dsn, options=HISTORY)
        yield "told_template"


@pytest.fixture
def told(server: str, told_template: str) -> Iterator[str]:
    """A database that was empty and holds the small lake with its history."""
    with new_database(server, f"told{next(NUMBERS)}", told_template) as dsn:
        yield dsn


@pytest.fixture
def used_with_history(used: str) -> str:
    """A database that people use, with the application's history tables and rows of theirs."""
    with connect(used) as connection, connection.transaction():
        prepare_tables(connection, history=True)
        connection.execute("DROP SCHEMA smoltworks CASCADE")
        for table, row in (("batch_historicalbatch", 7), ("batch_historicalmortalityevent", 8)):
            foreign.insert(connection, table, id=row, history_user_id=5)
    foreign.add_events(used)
    return used


def columns(history: History) -> list[str]:
    own = {c.name for c in OWN.columns}
    return [c.name for c in HISTORY_TABLES[history.mapping.uat].columns if c.name not in own]


def newest_differs(dsn: str, history: History) -> int:
    """The load's rows whose newest state is another than they themselves are, or which have none."""
    key, lake = history.table.id_column, history.table.lake
    names = ", ".join(f'{{0}}."{name}"' for name in columns(history))
    ((offset, span),) = ask(dsn, "SELECT offsets->>%s, spans->>%s FROM smoltworks.load_log", lake, lake)
    return int(
        one(
            dsn,
            f"SELECT count(*) FROM {history.table.uat} t LEFT JOIN (SELECT DISTINCT ON ({key}) * "
            f"FROM {history.mapping.uat} ORDER BY {key}, history_date DESC, history_id DESC) h ON h.{key} = t.{key} "
            f"WHERE t.{key} > {offset} AND t.{key} <= {int(offset) + int(span)} "
            f"AND ({names.format('t')}) IS DISTINCT FROM ({names.format('h')})",
        )
    )


@pytest.mark.parametrize("history", HISTORIES, ids=lambda h: h.mapping.uat)
def test_the_newest_state_is_the_row_and_the_oldest_its_creation(told: str, history: History) -> None:
    name, key = history.mapping.uat, history.table.id_column
    assert newest_differs(told, history) == 0
    assert one(told, f"SELECT count(*) FROM {name} WHERE history_type = '+'") == one(
        told, f"SELECT count(*) FROM {history.table.uat}"
    )
    first = f"SELECT DISTINCT ON ({key}) history_type FROM {name} ORDER BY {key}, history_date, history_id"
    assert ask(told, f"SELECT count(*) FROM ({first}) f WHERE history_type <> '+'") == [(0,)]
    back = f"history_date < lag(history_date) OVER (PARTITION BY {key} ORDER BY history_id)"
    assert ask(told, f"SELECT count(*) FROM (SELECT {back} AS back FROM {name}) b WHERE back") == [(0,)]


def test_every_master_row_that_was_added_has_its_creation(told: str) -> None:
    for table in ("infrastructure_container", "batch_lifecyclestage", "harvest_productgrade", "auth_user"):
        history = history_name(table)
        assert ask(told, f"SELECT history_type, id FROM {history} ORDER BY 2") == [
            ("+", id_) for (id_,) in ask(told, f"SELECT id FROM {table} ORDER BY 1")
        ]


def states(dsn: str, table: str, what: str, row: int = 1) -> list[tuple[Any, ...]]:
    key = next(h.table.id_column for h in HISTORIES if h.mapping.uat == table)
    return ask(dsn, f"SELECT history_type, {what} FROM {table} WHERE {key} = {row} ORDER BY history_id")


def test_a_batch_went_through_its_stages(told: str) -> None:
    """Placed on 1 January, to sea on the 11th, harvested on the 20th: each with the day on which it was so."""
    assert states(told, "batch_historicalbatch", "status, lifecycle_stage_id, actual_end_date") == [
        ("+", "PLANNED", 1, None),
        ("~", "RECEIVING", 1, None),
        ("~", "ACTIVE", 1, None),
        ("~", "ACTIVE", 5, None),
        ("~", "ACTIVE", 6, None),
        ("~", "COMPLETED", 6, date(2024, 1, 21)),
    ]
    days = [day for _, day in states(told, "batch_historicalbatch", "history_date::date")]
    assert days[1] == date(2024, 1, 1)
    assert days[4:] == [date(2024, 1, 11), date(2024, 1, 21)]


def test_a_stay_had_its_fish_until_they_left(told: str) -> None:
    """The moves that brought them say how heavy they were; a stay that goes on is shown as it was last."""
    what = "is_active, population_count, biomass_kg, departure_date, history_date::date"
    table = "batch_historicalbatchcontainerassignment"
    assert states(told, table, what, (1 << 10) + 2) == [
        ("+", True, 1, Decimal("1.00"), None, date(2024, 1, 11)),
        ("~", False, 0, Decimal("0.00"), date(2024, 1, 21), date(2024, 1, 21)),
    ]
    assert states(told, table, what, (2 << 10) + 2) == [
        ("+", True, 1, Decimal("1.00"), None, date(2024, 1, 11)),
        ("~", True, 1000, Decimal("123.45"), None, date(2024, 12, 31)),
    ]


def test_a_move_was_planned_begun_and_done(told: str) -> None:
    what = "status, completion_percentage, actual_start_date, actual_completion_date"
    (planned, begun, done) = states(told, "batch_historicalbatchtransferworkflow", what, (1 << 4) + 1)
    assert planned == ("+", "PLANNED", 0, None, None)
    assert begun[:3] == ("~", "IN_PROGRESS", 0)
    assert begun[3] is not None
    assert begun[4] is None
    assert done[:3] == ("~", "COMPLETED", 100)
    assert (
        states(told, "batch_historicaltransferaction", "status, executed_by_id, water_temp_c", 1025)[0][1] == "PENDING"
    )


def test_who_planned_a_move_and_who_finished_it_is_told(told: str) -> None:
    table = "batch_batchtransferworkflow w JOIN batch_historicalbatchtransferworkflow h USING (id)"
    planned = "h.history_type = '+' AND h.history_user_id IS DISTINCT FROM w.initiated_by_id"
    done = "h.history_type = '~' AND h.status = 'COMPLETED' AND h.history_user_id IS DISTINCT FROM w.completed_by_id"
    assert ask(told, f"SELECT count(*) FROM {table} WHERE {planned} OR {done}") == [(0,)]


def test_what_was_not_known_yet_may_be_null() -> None:
    unknown = [
        (history.mapping.uat, name)
        for history in HISTORIES
        for state in history.earlier
        for name, expression in history.table.columns.items()
        if isinstance(expression, LakeColumn) and state.then.get(expression.column, "") is None
    ]
    assert unknown
    assert [(table, name) for table, name in unknown if not HISTORY_TABLES[table].column(name).nullable] == []


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("DELETE FROM batch_historicalbatch WHERE history_id = 3", "historicalbatch, batch FAR-2024-001: state 3"),
        ("UPDATE batch_historicalbatch SET status = 'ACTIVE' WHERE history_id = 1", "state 1"),
        ("UPDATE inventory_historicalfeedingevent SET amount_kg = 1 WHERE history_id = 5", "the row itself"),
        ("UPDATE health_historicallicecount SET history_type = '~' WHERE history_id = 1", "created"),
        ("DELETE FROM infrastructure_historicalcontainer WHERE history_id = 1", "historicalcontainer: rows"),
        (
            "UPDATE batch_historicaltransferaction SET history_date = '2030-01-01' WHERE history_id = 1",
            "that they follow",
        ),
    ],
)
def test_a_state_that_was_changed_is_found(told: str, lake: Lake, change: str, check: str) -> None:
    with connect(told) as connection:
        connection.execute(change)
    assert any(check in found.check for found in reconcile(*lake, told))


def test_writes_everything_once(database: str, lake: Lake) -> None:
    first = load_run(*lake, database, options=HISTORY)
    assert first.rows == lake[1].tables
    before = snapshot(database)
    assert sum(first.history_rows.values()) == sum(len(before[h.mapping.uat]) for h in HISTORIES)
    again = load_run(*lake, database, options=HISTORY)
    assert again.already
    assert snapshot(database) == before
    with pytest.raises(InputError, match="another history: all states, not none"):
        load_run(*lake, database)
    assert snapshot(database) == before


def test_a_load_without_history_leaves_the_history_tables_alone(used_with_history: str, lake: Lake) -> None:
    before = snapshot(used_with_history)
    load_run(*lake, used_with_history)
    after = snapshot(used_with_history)
    assert {name: after[name] for name in HISTORY_TABLES} == {name: before[name] for name in HISTORY_TABLES}
    with pytest.raises(InputError, match="another history: none, not all states"):
        load_run(*lake, used_with_history, options=HISTORY)


def test_a_database_that_people_use_is_as_it_was_after_a_removal(used_with_history: str, lake: Lake) -> None:
    before, shape = snapshot(used_with_history), structure(used_with_history)
    load_run(*lake, used_with_history, options=HISTORY)
    assert all(newest_differs(used_with_history, history) == 0 for history in HISTORIES)
    wipe_run(lake[1], used_with_history)
    assert snapshot(used_with_history) == before
    assert structure(used_with_history) == shape
    load_run(*lake, used_with_history)
    wipe_run(lake[1], used_with_history)
    assert snapshot(used_with_history) == before


def test_a_database_that_we_made_is_empty_after_a_removal(told: str, lake: Lake) -> None:
    wipe_run(lake[1], told)
    assert {name: rows for name, rows in snapshot(told).items() if rows} == {}


@pytest.mark.parametrize("when", ["history", "truth", "stock"])
def test_a_removal_that_broke_off_is_gone_on_with(used_with_history: str, lake: Lake, when: str) -> None:
    def fail(group: str) -> None:
        if group == when:
            raise Broken

    before = snapshot(used_with_history)
    load_run(*lake, used_with_history, options=HISTORY)
    with pytest.raises(Broken):
        wipe_run(lake[1], used_with_history, done=fail)
    wipe_run(lake[1], used_with_history)
    assert snapshot(used_with_history) == before


def test_resumes_with_the_rows_of_an_undisturbed_load(database: str, told: str, lake: Lake) -> None:
    def fail(table: str, rows: int) -> None:
        sent.append(table)
        if sent.count("harvest_historicalharvestlot") + sent.count("batch_historicalbatch") == 2:
            raise Broken

    sent: list[str] = []
    with pytest.raises(Broken):
        load_run(*lake, database, connections=1, listener=Listener(rows=fail), options=HISTORY)
    load_run(*lake, database, options=HISTORY)
    assert snapshot(database) == snapshot(told)


def test_a_part_has_the_history_of_its_rows(used_with_history: str, lake: Lake) -> None:
    before = snapshot(used_with_history)
    part = Selection(tables=("feeding_event", "transfer_workflow"), batches=("*-002",), since=date(2024, 1, 12))
    load_run(*lake, used_with_history, options=Options(selection=part, history=True, prefix="P-"))
    for history in HISTORIES:
        assert newest_differs(used_with_history, history) == 0
    assert ask(
        used_with_history, "SELECT DISTINCT batch_number FROM batch_historicalbatch WHERE history_type = '~'"
    ) == [("P-FAR-2024-002",)]
    assert list(reconcile(*lake, used_with_history)) == []
    wipe_run(lake[1], used_with_history)
    assert snapshot(used_with_history) == before


def test_reconciles(told: str, lake: Lake) -> None:
    assert list(reconcile(*lake, told)) == []


def test_every_filled_table_with_a_history_in_the_application_is_told() -> None:
    assert {h.table.uat for h in HISTORIES} >= {"batch_batch", "inventory_feedingevent", "planning_plannedactivity"}
    assert all(has_history(h.table.uat) for h in HISTORIES)
