"""The server dies, a connection is cut or the disk fills up while a load is at work: the next load completes it."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from lake.errors import InputError, LoadFailed
from lake.manifest import Manifest
from tests.warehouse.probing import ask, one, structure
from warehouse.database import connect
from warehouse.embedded import embedded_dsn
from warehouse.load import Listener, load_run
from warehouse.preflight.tables import prepare_tables
from warehouse.reconciling.reconcile import reconcile
from warehouse.run_folder import FOLDER

Lake = tuple[Path, Manifest]
Structure = set[tuple[object, ...]]
SCHEMAS = ("public", "smoltworks")
NUMBERS = count(1)
SMALL_DISK = 48 << 20  # bytes; the tables alone take a third of it


def prepare(dsn: str) -> Structure:
    with connect(dsn) as connection, connection.transaction():
        prepare_tables(connection)
    return structure(dsn, *SCHEMAS)


def assert_whole(dsn: str, lake: Lake, shape: Structure) -> None:
    assert list(reconcile(*lake, dsn)) == []
    assert structure(dsn, *SCHEMAS) == shape
    assert load_run(*lake, dsn).already
    assert one(dsn, "SELECT count(*) FROM smoltworks.load_log_part") == len(lake[1].partitions)


def once(action: Callable[[], None], table: str = "", after: int = 0) -> Callable[..., None]:
    """A listener's function that does something the first time that it hears of a table, or of anything."""
    calls = count()

    def hear(name: object, *_: object) -> None:
        if (not table or name == table) and next(calls) == after:
            action()

    return hear


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        yield Path(name)


def kill_server(folder: Path) -> None:
    """No goodbye for the postmaster; its children notice and end."""
    os.kill(int((folder / FOLDER / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)


@pytest.mark.parametrize("when", ["copying", "partition in", "half restored"])
def test_a_server_that_is_killed(folder: Path, lake: Lake, when: str) -> None:
    name = f"killed{next(NUMBERS)}"

    def die() -> None:
        kill_server(folder)

    listener = {
        "copying": Listener(rows=once(die, "environmental_reading")),
        "partition in": Listener(partition=once(die)),
        "half restored": Listener(restored=once(die, after=60)),
    }[when]
    with embedded_dsn(folder) as server:
        with connect(server) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        dsn = make_conninfo(server, dbname=name)
        shape = prepare(dsn)
        with pytest.raises(LoadFailed):
            load_run(*lake, dsn, connections=1, listener=listener)
    with embedded_dsn(folder) as server:
        dsn = make_conninfo(server, dbname=name)
        assert shape - structure(dsn, *SCHEMAS)
        assert load_run(*lake, dsn).restored_first
        assert_whole(dsn, lake, shape)


@pytest.mark.parametrize("whose", ["query LIKE 'COPY%environmental_environmentalreading%'", "true"])
def test_a_connection_that_is_cut(database: str, lake: Lake, whose: str) -> None:
    shape = prepare(database)

    def cut() -> None:
        ask(
            database,
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            f"WHERE datname = current_database() AND pid <> pg_backend_pid() AND {whose}",
        )

    with pytest.raises(LoadFailed, match="terminat"):
        load_run(*lake, database, connections=1, listener=Listener(rows=once(cut, "environmental_reading")))
    assert structure(database, *SCHEMAS) == shape  # restored at once, over new connections
    assert one(database, "SELECT count(*) FROM batch_batch") == 0
    assert load_run(*lake, database).restored_first == 0
    assert_whole(database, lake, shape)


@pytest.fixture
def small_disk(server: str) -> Iterator[tuple[str, Path]]:
    """A database on a disk of its own, and where that is."""
    owner = Path(str(conninfo_to_dict(server)["host"])).stat().st_uid
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        disk = Path(name) / "disk"
        disk.mkdir()
        options = f"size={SMALL_DISK},uid={owner},mode=700"
        try:
            subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", disk], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("only who may mount a small disk can fill it")
        try:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(f"CREATE TABLESPACE small_disk LOCATION '{disk}'")
                connection.execute("CREATE DATABASE small_disk TEMPLATE template0 TABLESPACE small_disk")
            yield make_conninfo(server, dbname="small_disk"), disk
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute("DROP DATABASE small_disk WITH (FORCE)")
                connection.execute("DROP TABLESPACE small_disk")
        finally:
            subprocess.run(["umount", "--lazy", disk], check=True)


def test_a_disk_that_is_full(small_disk: tuple[str, Path], lake: Lake) -> None:
    dsn, disk = small_disk
    shape = prepare(dsn)
    ballast = disk / "ballast"

    def fill() -> None:
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))

    with connect(dsn) as connection:  # a server that can write no file may let nobody in
        with pytest.raises(LoadFailed, match="No space left on device"):
            load_run(*lake, dsn, connections=1, listener=Listener(rows=once(fill, "batch", after=1)))
        assert connection.execute("SELECT count(*) FROM smoltworks.load_log_part").fetchall() == [(1,)]
    with pytest.raises((LoadFailed, InputError)):  # still full
        load_run(*lake, dsn)
    ballast.unlink()
    result = load_run(*lake, dsn)
    assert result.rows["batch"] == 1
    assert_whole(dsn, lake, shape)
