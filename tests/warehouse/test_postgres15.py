"""The server that AquaMind is released on, Debian's PostgreSQL 15: what the other tests do on 18, in short."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo

from lake.manifest import Manifest
from tests.warehouse import foreign, test_uat_tables
from tests.warehouse.databases import new_database
from tests.warehouse.probing import one, snapshot, structure
from warehouse.database import connect
from warehouse.load import load_run
from warehouse.preflight.tables import prepare_tables
from warehouse.reconciling.reconcile import reconcile
from warehouse.wipe import wipe_run

BINARIES = Path("/usr/lib/postgresql/15/bin")
USER = "postgres"
NUMBERS = count(1)

pytestmark = pytest.mark.skipif(not BINARIES.is_dir(), reason="Debian's postgresql-15 is not installed")


def run(user: str | None, *command: str | Path) -> None:
    subprocess.run(list(map(str, command)), user=user, check=True, cwd="/", stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def debian() -> Iterator[str]:
    """A server of its own, run by the package's user where we are root."""
    user = USER if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="smoltworks-"))
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    settings = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    control = (BINARIES / "pg_ctl", "-D", folder / "data", "-w")
    try:
        run(user, BINARIES / "initdb", "-D", folder / "data", "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync")
        run(user, *control, "-l", folder / "log", "-o", settings, "start")
        try:
            yield make_conninfo(host=str(folder), user=USER, dbname="postgres")
        finally:
            run(user, *control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def old_database(debian: str) -> Iterator[str]:
    with new_database(debian, f"uat{next(NUMBERS)}") as dsn:
        yield dsn


def test_it_is_the_old_one(debian: str) -> None:
    assert one(debian, "SHOW server_version_num").startswith("15")


def test_loads_into_an_empty_database_and_out_of_it(old_database: str, lake: tuple[Path, Manifest]) -> None:
    assert load_run(*lake, old_database).rows == lake[1].tables
    assert list(reconcile(*lake, old_database)) == []
    assert load_run(*lake, old_database).already
    wipe_run(lake[1], old_database)
    assert not any(snapshot(old_database).values())


def test_leaves_other_rows_alone(old_database: str, lake: tuple[Path, Manifest]) -> None:
    foreign.create(old_database)
    foreign.add_events(old_database)
    before, shape = snapshot(old_database), structure(old_database)
    load_run(*lake, old_database)
    after = snapshot(old_database)
    assert all(after[table].items() >= rows.items() for table, rows in before.items())
    assert structure(old_database) == shape
    assert list(reconcile(*lake, old_database)) == []
    wipe_run(lake[1], old_database)
    assert snapshot(old_database) == before


@test_uat_tables.facts_needed
def test_makes_the_tables_of_the_facts(old_database: str) -> None:
    with connect(old_database) as connection, connection.transaction():
        prepare_tables(connection)
    test_uat_tables.test_a_created_database_has_the_indexes_of_the_facts(old_database)
    test_uat_tables.test_a_created_database_has_the_constraints_of_the_facts(old_database)
