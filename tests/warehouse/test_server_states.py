"""A run's own server in every bad state that it can be found in: one message, and what it advises works."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from lake.errors import InputError
from tests.warehouse.conftest import opened
from warehouse import server_process
from warehouse.embedded import binaries, embedded_dsn
from warehouse.run_folder import FOLDER, MAKING, VERSION
from warehouse.server_account import Account
from warehouse.server_log import gave_up

root_alone = pytest.mark.skipif(os.geteuid() != 0, reason="only root may do it")


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A run's folder with a server's data that has one table; to be copied."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = opened(Path(name)) / "made"
        with embedded_dsn(folder) as dsn, psycopg.connect(dsn) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS x")
        yield folder


@pytest.fixture
def run_dir(made: Path, server_folder: Path) -> Path:
    """A copy of it."""
    subprocess.run(["cp", "-a", made, server_folder / "run"], check=True)
    return server_folder / "run"


def kept(run_dir: Path) -> object:
    with embedded_dsn(run_dir) as dsn, psycopg.connect(dsn) as connection:
        try:
            return connection.execute("SELECT x FROM kept").fetchone()
        except psycopg.errors.UndefinedTable:
            return None


def refusal(run_dir: Path) -> str:
    with pytest.raises(InputError) as refused:
        kept(run_dir)
    return str(refused.value)


def follow(message: str) -> None:
    """Type the commands of the advice."""
    advice = message.splitlines()[-1]
    found = re.search(r": ((?:rm|mv|chown|chmod) .*?);", advice)
    assert found, message
    subprocess.run(found[1], shell=True, check=True)


def data_of(run_dir: Path) -> Path:
    return (run_dir / FOLDER).resolve()


def another_version(data: Path) -> None:
    (data / VERSION).write_text("17\n")


def damaged_version(data: Path) -> None:
    (data / VERSION).write_bytes(b"\0\xff\0")


def no_control_file(data: Path) -> None:
    (data / "global" / "pg_control").unlink()


def damaged_control_file(data: Path) -> None:
    (data / "global" / "pg_control").write_bytes(os.urandom(8192))


def no_log_of_changes(data: Path) -> None:
    shutil.rmtree(data / "pg_wal")


def damaged_settings(data: Path) -> None:
    (data / "postgresql.conf").write_bytes(b"\0=\xff{")


def lost_catalogs(data: Path) -> None:
    shutil.rmtree(data / "base")


@pytest.mark.parametrize(
    "damage",
    [
        another_version,
        damaged_version,
        no_control_file,
        damaged_control_file,
        no_log_of_changes,
        damaged_settings,
        lost_catalogs,
    ],
)
def test_data_that_can_not_be_used(run_dir: Path, damage: Callable[[Path], None]) -> None:
    damage(data_of(run_dir))
    told = refusal(run_dir)
    assert told.count("\n") == 1
    follow(told)
    assert kept(run_dir) is None  # made anew


@root_alone
@pytest.mark.parametrize("how", ["open to all", "another's", "closed to itself"])
def test_a_folder_with_other_rights(run_dir: Path, how: str) -> None:
    data = data_of(run_dir)
    if how == "open to all":
        data.chmod(0o777)
    elif how == "another's":
        os.chown(data, 12345, 12345)
    else:
        (data / "global" / "pg_control").chmod(0)
    follow(refusal(run_dir))
    assert kept(run_dir) == (42,)


def test_a_file_in_the_folders_place(run_dir: Path) -> None:
    shutil.rmtree(data_of(run_dir))
    (run_dir / FOLDER).unlink(missing_ok=True)
    (run_dir / FOLDER).write_text("mine")
    follow(refusal(run_dir))
    assert kept(run_dir) is None


def test_what_initdb_left_when_it_was_killed_is_no_data(server_folder: Path) -> None:
    run = server_folder / "run"
    script = "import sys, pathlib, warehouse.embedded as e; e.embedded_dsn(pathlib.Path(sys.argv[1])).__enter__()"
    with subprocess.Popen([sys.executable, "-c", script, str(run)], start_new_session=True) as killed:
        end = time.monotonic() + 60
        while not (run / MAKING / VERSION).exists() and time.monotonic() < end:
            time.sleep(0.005)
        assert not (run / FOLDER).exists()
        os.killpg(killed.pid, signal.SIGKILL)
    assert (run / MAKING / VERSION).exists()
    assert kept(run) is None
    assert not (run / MAKING).exists()


@pytest.mark.parametrize("note", ["another process", "nobody", "empty", "binary"])
def test_a_note_that_an_ended_server_left(run_dir: Path, note: str) -> None:
    """The number of a process that ended may be another's by now: that one is left alone."""
    with subprocess.Popen(["sleep", "100"]) as other:
        pid = {"another process": str(other.pid), "nobody": "4194300", "empty": "", "binary": "\0\1"}[note]
        text = f"{pid}\n{data_of(run_dir)}\n1\n5432\n{data_of(run_dir)}\n\n\nready\n" if note != "empty" else ""
        (data_of(run_dir) / server_process.PID_FILE).write_text(text)
        (data_of(run_dir) / f"{server_process.SOCKET_NAME}.lock").write_text(text)
        assert kept(run_dir) == (42,)
        assert other.poll() is None
        other.kill()


def test_a_server_whose_owner_is_gone_is_stopped_whatever_its_note_says(run_dir: Path) -> None:
    data = data_of(run_dir)
    account = Account(name="", uid=data.stat().st_uid, gid=data.stat().st_gid)
    orphan = server_process.start(binaries(), data, data, account if os.geteuid() == 0 else None)
    server_process.wait_until_ready(orphan)
    (data / server_process.PID_FILE).write_text("")
    assert kept(run_dir) == (42,)
    assert orphan.process.wait(10) is not None


@root_alone
def test_a_disk_with_too_little_for_the_data(server_folder: Path) -> None:
    """initdb needs some 40 MB."""
    disk = server_folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=20m,mode=711", "tmpfs", disk], check=True)
    try:
        told = refusal(disk / "run")
        assert "the disk is full" in told
        assert not (disk / "run" / FOLDER).exists()
        assert not (disk / "run" / MAKING).exists()
        subprocess.run(["mount", "-o", "remount,size=200m", disk], check=True)
        assert kept(disk / "run") is None
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


@root_alone
def test_a_disk_that_is_read_only(server_folder: Path, made: Path) -> None:
    disk = server_folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m,mode=711", "tmpfs", disk], check=True)
    try:
        subprocess.run(["cp", "-a", made, disk / "run"], check=True)
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        assert "the disk is read-only" in refusal(disk / "run")
        subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
        assert kept(disk / "run") == (42,)
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def fill_its_log(run_dir: Path, ballast: Path) -> None:
    """Take all room that is left on the server's disk, then have it log what is written."""
    with embedded_dsn(run_dir) as dsn, psycopg.connect(dsn, autocommit=True) as connection:
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))
        for _ in range(100):  # nothing but its log grows
            connection.execute("SELECT pg_logical_emit_message(false, 'test', repeat('x', 1 << 20))")


@root_alone
def test_a_server_that_panics_on_its_log_says_so_and_recovers_once_there_is_room(server_folder: Path) -> None:
    disk = server_folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=150m,mode=711", "tmpfs", disk], check=True)
    ballast = disk / "ballast"
    try:
        with embedded_dsn(disk / "run") as dsn, psycopg.connect(dsn) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS x")
        with pytest.raises(psycopg.OperationalError) as broken:
            fill_its_log(disk / "run", ballast)
        assert "the run's own server ended: the disk is full" in "".join(broken.value.__notes__)
        assert "the disk is full" in refusal(disk / "run")
        ballast.unlink()
        assert kept(disk / "run") == (42,)
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('PANIC:  could not write to file "pg_wal/xlogtemp.7": No space left on device', "the disk is full"),
        ("FATAL:  could not map anonymous shared memory: Cannot allocate memory", "no memory"),
        ("FATAL:  could not create semaphores: No space left on device", "no memory"),
        ('FATAL:  lock file "postmaster.pid" already exists', "another PostgreSQL"),
        ("FATAL:  could not locate a valid checkpoint record", "its files are damaged"),
        ("LOG:  client backend (PID 7) was terminated by signal 11: Segmentation fault", "signal 11"),
    ],
)
def test_the_servers_last_words_are_understood(said: str, told: str, tmp_path: Path) -> None:
    log = f"2026-01-01 00:00:00.000 UTC [1] LOG:  starting\n2026-01-01 00:00:00.000 UTC [7] {said}\n"
    assert told in str(gave_up(log, tmp_path, what="it ended", owner="me"))
