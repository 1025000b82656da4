"""A real PostgreSQL server for the session, an empty database for each test, and the small lake."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
import small_lake
from psycopg.conninfo import make_conninfo

from lake.manifest import Manifest
from warehouse.embedded import embedded_dsn

NUMBERS = count(1)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with embedded_dsn(tmp_path_factory.mktemp("server")) as dsn:
        with psycopg.connect(dsn, autocommit=True) as connection:
            # a test's database need not outlive a power cut
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET full_page_writes = off")
            connection.execute("SELECT pg_reload_conf()")
        yield dsn


@pytest.fixture
def database(server: str) -> Iterator[str]:
    name = f"uat{next(NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    yield make_conninfo(server, dbname=name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    folder = tmp_path_factory.mktemp("lake") / "small"
    folder.mkdir()
    return folder, small_lake.build(folder)
