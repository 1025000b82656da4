"""A load that breaks off, politely or not: what is in stays, what was set aside comes back, the rest follows."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from lake.errors import InputError, LoadFailed
from lake.manifest import Manifest
from tests.warehouse import small_lake
from tests.warehouse.probing import ask, one, snapshot, structure
from warehouse.database import connect
from warehouse.load import Listener, load_run, restore_only
from warehouse.preflight.tables import prepare_tables
from warehouse.reconciling.reconcile import reconcile

Lake = tuple[Path, Manifest]
SCHEMAS = ("public", "smoltworks")


class Broken(Exception):
    pass


def fail_at(partition_batch: int) -> Listener:
    """Fails once the readings of the second partition are under way."""
    sent: list[str] = []

    def rows(table: str, count: int) -> None:
        sent.append(table)
        if sent.count("environmental_reading") == partition_batch:
            raise Broken

    return Listener(rows=rows)


@pytest.fixture
def whole(database: str) -> set[tuple[object, ...]]:
    """The structure of the tables before anything is loaded."""
    with connect(database) as connection, connection.transaction():
        prepare_tables(connection)
    return structure(database, *SCHEMAS)


def test_resumes_after_a_failure(database: str, whole: set[tuple[object, ...]], lake: Lake) -> None:
    folder, manifest = lake
    with pytest.raises(Broken):
        load_run(folder, manifest, database, connections=1, listener=fail_at(2))
    assert one(database, "SELECT count(*) FROM batch_batch") == 1  # one partition whole, nothing of the other
    assert one(database, "SELECT count(*) FROM smoltworks.load_log_part") == 1
    assert structure(database, *SCHEMAS) == whole  # restored and valid at once
    rest = load_run(folder, manifest, database)
    assert rest.rows["batch"] == 1
    assert rest.rows["environmental_reading"] == 180
    assert list(reconcile(folder, manifest, database)) == []
    assert load_run(folder, manifest, database).already


def test_a_resumed_load_has_the_rows_of_an_undisturbed_one(database: str, loaded: str, lake: Lake) -> None:
    with pytest.raises(Broken):
        load_run(*lake, database, connections=1, listener=fail_at(2))
    load_run(*lake, database)
    assert snapshot(database) == snapshot(loaded)


def kill_itself(dsn: str, folder: Path, when: str) -> None:
    """A loader in a process of its own that is killed at a phase, or at the commit of its first partition."""
    script = f"""
import os, signal
from pathlib import Path
from lake.manifest import read_complete
import warehouse.indexes
from warehouse.load import Listener, load_run
warehouse.indexes.MIN_ROWS = 0
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
listener = Listener(
    partition=lambda number: {when!r} == "partition" and die(),
    phase=lambda name: {when!r} == name and die(),
    restored=lambda what, done, of: {when!r} == "half restored" and done > of // 2 and die(),
)
load_run(Path({str(folder)!r}), read_complete(Path({str(folder)!r})), {dsn!r}, 1, listener)
"""
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert killed.returncode == -9, killed.stderr


@pytest.mark.parametrize("when", ["rows", "partition", "indexes and foreign keys", "half restored"])
def test_after_a_kill_the_next_load_restores_first_and_goes_on(
    database: str, whole: set[tuple[object, ...]], lake: Lake, when: str
) -> None:
    folder, manifest = lake
    kill_itself(database, folder, when)
    lost = whole - structure(database, *SCHEMAS)
    assert bool(lost) == (when != "rows")  # killed before anything was dropped
    result = load_run(folder, manifest, database)
    assert bool(result.restored_first) == bool(lost)
    assert structure(database, *SCHEMAS) == whole
    assert list(reconcile(folder, manifest, database)) == []


def test_what_a_kill_left_out_can_be_restored_alone(database: str, whole: set[tuple[object, ...]], lake: Lake) -> None:
    kill_itself(database, lake[0], "indexes and foreign keys")
    lost = whole - structure(database, *SCHEMAS)
    assert restore_only(database) >= len(lost) > 100
    assert structure(database, *SCHEMAS) == whole
    assert restore_only(database) == 0
    assert load_run(*lake, database).restored_first == 0


def test_data_that_breaks_a_key_is_told_and_stays_recorded(database: str, lake: Lake) -> None:
    """A foreign key that the rows violate can't be validated: the load fails, says which, and forgets nothing."""

    def break_a_key(phase: str) -> None:
        if phase == "indexes and foreign keys":
            ask_update(database, "UPDATE inventory_feedingevent SET feed_id = 999 WHERE id = 1")

    with pytest.raises(LoadFailed, match="inventory_feedingevent"):
        load_run(*lake, database, listener=Listener(phase=break_a_key))
    state = "SELECT count(*) FROM smoltworks.load_log_set_aside WHERE state = 'unvalidated'"
    assert one(database, state) >= 1
    ask_update(database, "UPDATE inventory_feedingevent SET feed_id = 1 WHERE id = 1")
    load_run(*lake, database)
    assert one(database, state) == 0


def ask_update(dsn: str, query: str) -> None:
    with connect(dsn) as connection:
        connection.execute(query)


def test_a_part_that_lost_rows_is_refused(database: str, tmp_path: Path) -> None:
    manifest = small_lake.build(tmp_path)
    first = manifest.partitions[0]
    wrong = dataclasses.replace(first.tables["feeding_event"], rows=21)
    tables = {**first.tables, "feeding_event": wrong}
    manifest = dataclasses.replace(
        manifest, partitions=(dataclasses.replace(first, tables=tables), manifest.partitions[1])
    )
    with pytest.raises(InputError, match="holds 20 rows, the manifest says 21"):
        load_run(tmp_path, manifest, database, connections=1)
    assert ask(database, "SELECT batch_id FROM inventory_feedingevent WHERE batch_id = 1") == []
