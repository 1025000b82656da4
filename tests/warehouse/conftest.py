"""A real PostgreSQL server for the session, an empty database for each test, and the small lake."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

import warehouse.indexes
from lake.manifest import Manifest
from tests.warehouse import foreign, small_lake
from tests.warehouse.databases import new_database
from warehouse.embedded import embedded_dsn
from warehouse.load import load_run

NUMBERS = count(1)
MEMORY_NEEDED = 2 << 30  # bytes


@pytest.fixture(scope="session", autouse=True)
def _set_aside_for_few_rows() -> Iterator[None]:
    """The small lake's tables count as large, so that what is set aside is tested on them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(warehouse.indexes, "MIN_ROWS", 0)
        yield


def opened(folder: Path) -> Path:
    """A folder of ours that all may pass through: root's server runs as another user."""
    folder.chmod(0o711)
    return folder


@pytest.fixture
def server_folder() -> Iterator[Path]:
    """A folder for a server of a test's own.

    Not in pytest's: it closes that to other users whenever another suite begins, and root's server runs as another.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield opened(Path(folder))


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    memory = Path("/dev/shm")  # a hundred databases are made and dropped: five times faster than on a disk
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > MEMORY_NEEDED
    place = memory if roomy else None
    with (
        tempfile.TemporaryDirectory(dir=place, ignore_cleanup_errors=True) as folder,
        embedded_dsn(opened(Path(folder))) as dsn,
    ):
        with psycopg.connect(dsn, autocommit=True) as connection:
            # a test's database need not outlive a power cut
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET full_page_writes = off")
            connection.execute("SELECT pg_reload_conf()")
        yield dsn


@pytest.fixture
def database(server: str) -> Iterator[str]:
    """An empty database."""
    with new_database(server, f"uat{next(NUMBERS)}") as dsn:
        yield dsn


@pytest.fixture(scope="session")
def used_template(server: str) -> Iterator[str]:
    with new_database(server, "used_template") as dsn:
        foreign.create(dsn)
        yield "used_template"


@pytest.fixture
def used(server: str, used_template: str) -> Iterator[str]:
    """A database that people use, without events of theirs."""
    with new_database(server, f"uat{next(NUMBERS)}", used_template) as dsn:
        yield dsn


@pytest.fixture(scope="session")
def loaded_template(server: str, lake: tuple[Path, Manifest]) -> Iterator[str]:
    with new_database(server, "loaded_template") as dsn:
        load_run(*lake, dsn)
        yield "loaded_template"


@pytest.fixture
def loaded(server: str, loaded_template: str) -> Iterator[str]:
    """A database that was empty and holds the small lake."""
    with new_database(server, f"uat{next(NUMBERS)}", loaded_template) as dsn:
        yield dsn


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    folder = tmp_path_factory.mktemp("lake") / "small"
    folder.mkdir()
    return folder, small_lake.build(folder)
