"""The load of a run's own server goes table by table, and ends with what a load by partitions ends with."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pyarrow as pa
import pytest

from lake.errors import InputError, LoadFailed
from lake.manifest import Manifest
from tests.warehouse import small_lake
from tests.warehouse.probing import ask, one, snapshot, structure
from warehouse.database import connect
from warehouse.first_load import _groups
from warehouse.key_checks import BrokenKey, checked, hold_keys
from warehouse.load import Listener, Options, load_run
from warehouse.reconciling.reconcile import reconcile
from warehouse.server_memory import free_memory, helpers, sorting_memory
from warehouse.sharing import Piece, share
from warehouse.uat.tables import TARGET_TABLES

Lake = tuple[Path, Manifest]
OWN = Options(disk=Path("/"))  # the server counts as the run's own
DONE = "SELECT count(*) FROM smoltworks.load_log_table"


@pytest.fixture
def by_tables(database: str, lake: Lake) -> str:
    """A database that the small lake was loaded into as into its own server."""
    load_run(*lake, database, options=OWN)
    return database


def test_leaves_what_a_load_by_partitions_leaves(by_tables: str, loaded: str, lake: Lake) -> None:
    assert snapshot(by_tables) == snapshot(loaded)
    assert structure(by_tables, "public", "smoltworks") == structure(loaded, "public", "smoltworks")
    parts = "SELECT partition, rows FROM smoltworks.load_log_part ORDER BY 1"
    assert ask(by_tables, parts) == ask(loaded, parts)
    assert one(by_tables, DONE) == 0


def test_history_too(database: str, lake: Lake) -> None:
    load_run(*lake, database, options=Options(disk=Path("/"), history=True))
    assert list(reconcile(*lake, database)) == []


class Broken(Exception):
    pass


def fail_at(table: str) -> Listener:
    """Fails once rows of a table are under way."""

    def rows(name: str, count: int) -> None:
        if name == table:
            raise Broken

    return Listener(rows=rows)


@pytest.mark.parametrize("table", ["container_assignment", "individual_growth_observation"])
def test_what_is_in_agrees_at_any_moment_and_the_next_load_brings_the_rest(
    database: str, lake: Lake, loaded: str, table: str
) -> None:
    whole = structure(loaded, "public", "smoltworks")
    with pytest.raises(Broken) as broken:
        load_run(*lake, database, connections=1, listener=fail_at(table), options=OWN)
    done = one(database, DONE)
    assert f"{done} of 47 tables are in" in broken.value.__notes__
    assert structure(database, "public", "smoltworks") == whole  # every key is valid for what is in
    rest = load_run(*lake, database, connections=1, options=OWN)
    assert rest.rows[table] > 0
    assert sum(rest.rows.values()) < sum(lake[1].tables.values())
    assert snapshot(database) == snapshot(loaded)
    assert load_run(*lake, database, options=OWN).already


def test_a_load_that_began_by_tables_goes_on_so_wherever_it_is_reached(database: str, lake: Lake, loaded: str) -> None:
    with pytest.raises(Broken):
        load_run(*lake, database, connections=1, listener=fail_at("feeding_event"), options=OWN)
    load_run(*lake, database)
    assert snapshot(database) == snapshot(loaded)


def test_after_the_server_was_killed_nothing_is_lost_that_it_said_it_had(
    server_folder: Path, lake: Lake, loaded: str
) -> None:
    """Nothing of a table is logged before its transaction ends: a crash takes all of it or nothing."""
    from warehouse.run_database import database, load

    small_lake.build(server_folder)
    killed = threading.Event()

    def kill(name: str, count: int) -> None:
        if name == "environmental_reading" and not killed.is_set():
            killed.set()
            os.kill(int((server_folder / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    with pytest.raises((LoadFailed, InputError)):
        load(server_folder, listener=Listener(rows=kill))
    assert killed.is_set()
    with database(server_folder) as dsn:
        assert one(dsn, DONE) > 0
        assert one(dsn, "SELECT count(*) FROM environmental_environmentalreading") == 0
        for table, rows in ask(dsn, "SELECT table_name, rows FROM smoltworks.load_log_table"):
            assert one(dsn, f"SELECT count(*) FROM {table}") == sum(rows.values())
    load(server_folder)
    with database(server_folder) as dsn:
        assert snapshot(dsn) == snapshot(loaded)
        assert structure(dsn, "public", "smoltworks") == structure(loaded, "public", "smoltworks")
        assert one(dsn, "SHOW fsync") == one(dsn, "SHOW full_page_writes") == "on"


def test_a_half_load_can_be_removed(database: str, lake: Lake) -> None:
    from warehouse.wipe import wipe_run

    with pytest.raises(Broken):
        load_run(*lake, database, connections=1, listener=fail_at("feeding_event"), options=OWN)
    wipe_run(lake[1], database)
    assert one(database, "SELECT count(*) FROM batch_batch") == 0
    assert one(database, "SELECT to_regclass('smoltworks.load_log') IS NULL")
    assert load_run(*lake, database, options=OWN).rows == lake[1].tables


def test_rows_that_somebody_enters_meanwhile_are_not_thrown_away(database: str, lake: Lake) -> None:
    entered: list[str] = []

    def enter(name: str, count: int) -> None:
        if name == "batch" and not entered:
            entered.append(name)
            with connect(database) as connection:
                connection.execute(
                    "INSERT INTO environmental_weatherdata (timestamp, created_at, area_id) "
                    "SELECT now(), now(), min(id) FROM infrastructure_area"
                )

    with pytest.raises(InputError, match="environmental_weatherdata: somebody entered rows"):
        load_run(*lake, database, connections=1, listener=Listener(rows=enter), options=OWN)
    assert one(database, "SELECT count(*) FROM environmental_weatherdata") == 1
    load_run(*lake, database, options=OWN)
    assert one(database, "SELECT count(*) FROM environmental_weatherdata") > 1


def test_a_row_that_refers_to_none_is_refused(loaded: str) -> None:
    with connect(loaded) as connection, connection.transaction():
        keys = hold_keys(connection, "inventory_feedingevent")
        assert {key.to for key in keys} >= {"batch_batch", "inventory_feed", "infrastructure_container"}
        known = one(loaded, "SELECT max(id) FROM batch_batch")
        good = pa.record_batch({"batch_id": pa.array([known, None, known])})
        assert list(checked(iter([good]), "inventory_feedingevent", keys)) == [good]
        bad = pa.record_batch({"batch_id": pa.array([known, known + 1])})
        with pytest.raises(BrokenKey, match=f"batch_id {known + 1} is no row of batch_batch"):
            list(checked(iter([bad]), "inventory_feedingevent", keys))
        with psycopg.connect(loaded) as other:  # as long as the rows come, what they refer to stays
            other.execute("SET lock_timeout = '50ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute("DELETE FROM inventory_feed")


def test_every_key_of_one_column_is_held(loaded: str) -> None:
    """PostgreSQL is told not to look: then we look at all that it would have looked at."""
    with connect(loaded) as connection, connection.transaction():
        for table in TARGET_TABLES.values():
            declared = {k.columns for k in table.of_kind("foreign_key") if k.references not in ("", table.name)}
            held = {(key.column,) for key in hold_keys(connection, table.name)}
            assert held <= declared
    several = "SELECT conname FROM pg_constraint WHERE contype = 'f' AND cardinality(conkey) > 1"
    assert ask(loaded, several) == []


def test_tables_that_lead_to_each_other_are_filled_together() -> None:
    parents = {"b": {"a", "c"}, "c": {"d"}, "d": {"b"}, "e": {"d"}}
    assert _groups(["a", "b", "c", "d", "e"], parents) == [["a"], ["b", "c", "d"], ["e"]]


def pieces(order: list[str], **after: str) -> list[Piece[None]]:
    def do(name: str) -> Callable[..., None]:
        return lambda connection, stop: order.append(name)

    costs = {"small": 1.0, "large": 5.0, "first": 0.1, "last": 9.0}
    return [
        Piece(name=name, do=do(name), cost=cost, after=frozenset(after.get(name, "").split()))
        for name, cost in costs.items()
    ]


def test_work_waits_for_what_it_needs_and_the_longest_way_begins_first(server: str) -> None:
    order: list[str] = []
    with connect(server) as connection:
        share([connection], pieces(order, last="first"), lambda name: None)
        assert order == ["first", "last", "large", "small"]
        with pytest.raises(ValueError, match="wait for each other"):
            share([connection], pieces([], last="first", first="last"), lambda name: None)


def test_memory_to_sort_in_follows_what_is_free(tmp_path: Path) -> None:
    memory = tmp_path / "meminfo"
    memory.write_text("MemTotal: 8000000 kB\nMemAvailable:    6000000 kB\n")
    assert free_memory(memory, tmp_path) == 6_000_000 << 10
    (tmp_path / "memory.max").write_text("max\n")
    assert free_memory(memory, tmp_path) == 6_000_000 << 10
    (tmp_path / "memory.max").write_text(f"{3 << 30}\n")
    (tmp_path / "memory.current").write_text(f"{1 << 30}\n")
    assert free_memory(memory, tmp_path) == 2 << 30
    assert free_memory(tmp_path / "none", tmp_path) == 0
    assert sorting_memory(2, 0) == 64 << 20
    assert sorting_memory(2, 6 << 30) == 1 << 30
    assert sorting_memory(2, 600 << 30) == 2 << 30
    assert [helpers(2, processors) for processors in (1, 2, 3, 4, 16)] == [0, 0, 0, 1, 7]
