"""The run's own server: there while it is used, gone afterwards; and what a run remembers of its target."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from psycopg import sql

from lake.errors import InputError
from tests.warehouse import small_lake
from warehouse import embedded, server_account
from warehouse.database import connect, without_password
from warehouse.embedded import embedded_dsn, psql_line
from warehouse.loaded_target import loaded_target, record_load, target_dsn
from warehouse.run_folder import has_database, remove_database
from warehouse.server_account import Account
from warehouse.server_errors import hide_secrets

root_alone = pytest.mark.skipif(os.geteuid() != 0, reason="only root's server runs as another user")

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


def test_another_process_may_make_the_system_user_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    entries: list[Any] = [KeyError("not yet"), SimpleNamespace(pw_uid=4711, pw_gid=4712)]

    def entry(name: str) -> Any:
        found = entries.pop(0)
        if isinstance(found, KeyError):
            raise found
        return found

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", entry)
    monkeypatch.setattr(server_account, "_make_account", lambda: "useradd: user 'pgserver' already exists")
    monkeypatch.setattr(server_account, "SECONDS", 0)
    assert server_account.server_account() == Account(name="pgserver", uid=4711, gid=4712)


def test_a_system_user_that_cannot_be_made_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    useradd = tmp_path / "useradd"
    useradd.write_text("#!/bin/sh\necho 'useradd: no more accounts' >&2\nexit 1\n")
    useradd.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(server_account, "NAME", "smoltworks-nobody")
    monkeypatch.setattr(server_account, "SECONDS", 0)
    with pytest.raises(InputError, match="can't be made: useradd: no more accounts"):
        server_account.server_account()
    useradd.unlink()
    with pytest.raises(InputError, match="No such file or directory: 'useradd'"):
        server_account.server_account()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LC_ALL", "xx_YY.UTF-8"),  # nobody has generated that
        ("LANG", "de_DE.ISO-8859-1"),
        ("PGPORT", "1"),
        ("PGHOSTADDR", "192.0.2.1"),
        ("PGDATA", "/nowhere"),
        ("PGDATESTYLE", "German"),
    ],
)
def test_the_environment_has_no_say_in_the_server(
    server_folder: Path, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with embedded_dsn(server_folder) as dsn, connect(dsn) as connection:
        found = connection.execute(
            "SELECT datcollate, datctype, pg_encoding_to_char(encoding), current_setting('port') "
            "FROM pg_database WHERE datname = current_database()"
        )
        assert found.fetchone() == ("C", "C", "UTF8", "5432")


def test_a_folder_of_somebody_elses_is_left_alone(server_folder: Path) -> None:
    (server_folder / "postgres").mkdir()
    (server_folder / "postgres" / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="holds other files than PostgreSQL's"), embedded_dsn(server_folder):
        pass
    assert (server_folder / "postgres" / "notes.txt").read_text() == "mine"


def modes(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mode for path in (folder, *folder.parents)}


@root_alone
def test_below_a_private_folder_the_data_lies_outside_and_no_folder_is_opened(server_folder: Path) -> None:
    private = server_folder / "private"
    run = private / "runs" / "demo"
    run.mkdir(parents=True)
    private.chmod(0o700)
    before = modes(run)
    for asked in ("CREATE TABLE kept (x int)", "SELECT * FROM kept"):
        with embedded_dsn(run) as dsn, psycopg.connect(dsn) as connection:
            connection.execute(sql.SQL(asked))
        assert modes(run) == before
        assert has_database(run)
    data = (run / "postgres").resolve()
    assert private not in data.parents
    assert data.stat().st_mode & 0o077 == 0
    remove_database(run)
    assert not data.exists()
    assert not (run / "postgres").is_symlink()


@root_alone
def test_data_whose_folder_was_closed_meanwhile_is_refused_by_name(server_folder: Path) -> None:
    run = server_folder / "private" / "demo"
    run.mkdir(parents=True)
    with embedded_dsn(run):
        pass
    run.parent.chmod(0o700)
    before = modes(run)
    with pytest.raises(InputError, match=rf"pgserver, whom {run.parent} does not let in"), embedded_dsn(run):
        pass
    assert modes(run) == before


@root_alone
def test_programs_in_a_private_folder_are_copied_as_long_as_they_run(
    server_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = server_folder / "private"
    private.mkdir(mode=0o700)
    package = embedded.installation().parent
    for folder in (embedded.installation(), package.with_name(f"{package.name}.libs")):
        if folder.is_dir():
            shutil.copytree(folder, private / folder.relative_to(package.parent), symlinks=True)
    monkeypatch.setattr(embedded, "installation", lambda: private / package.name / embedded.POSTGRES)
    monkeypatch.setenv("TMPDIR", str(server_folder))
    monkeypatch.setattr(server_account, "OPEN_TO_ALL", 0o10000)  # no folder above is for everybody
    before = modes(private)
    with embedded_dsn(server_folder) as dsn, psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert list(server_folder.glob("smoltworks-*"))
    assert not list(server_folder.glob("smoltworks-*"))
    assert modes(private) == before


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
