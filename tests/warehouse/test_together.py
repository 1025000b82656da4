"""Several commands at one run's server or rows: each has its way, or is refused in a sentence."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from lake.errors import InputError, LoadFailed, WipeFailed
from lake.manifest import Manifest
from tests.warehouse import small_lake
from tests.warehouse.probing import one
from warehouse import load_log
from warehouse.database import connect
from warehouse.embedded import embedded_dsn
from warehouse.load import Listener, load_run, restore_only
from warehouse.reconciling.reconcile import reconcile
from warehouse.run_database import database, is_served, load, wipe
from warehouse.server_users import in_use
from warehouse.wipe import wipe_run

Lake = tuple[Path, Manifest]
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load_log, "LOCK_SECONDS", 0)


@contextmanager
def command(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    """A command that runs beside."""
    line = [sys.executable, "-m", "engine", *map(str, arguments)]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT) as running:
        try:
            yield running
        finally:
            running.kill()


def test_whoever_keeps_the_server_up_waits_for_the_others(server_folder: Path) -> None:
    told: list[str] = []
    with embedded_dsn(server_folder) as dsn:
        pass
    with embedded_dsn(server_folder, told.append) as dsn:
        other = embedded_dsn(server_folder)
        other.__enter__()

        def leave() -> None:
            end = time.monotonic() + 60
            while not told and time.monotonic() < end:
                time.sleep(0.05)
            with psycopg.connect(dsn) as connection:  # still there for us
                connection.execute("SELECT 1")
            other.__exit__(None, None, None)

        leaving = Thread(target=leave)
        leaving.start()
    leaving.join()
    assert "waiting for other commands" in told[0]
    assert not is_served(server_folder)
    assert not in_use(server_folder)


def test_a_user_whose_server_was_killed_with_its_owner_says_so_and_the_next_starts_it(server_folder: Path) -> None:
    script = (
        "import sys, time, pathlib, warehouse.embedded as e\n"
        "with e.embedded_dsn(pathlib.Path(sys.argv[1])): print('up', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(server_folder)], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"up\n"

        def use() -> None:
            with embedded_dsn(server_folder) as dsn, psycopg.connect(dsn) as connection:
                owner.kill()
                while True:
                    connection.execute("SELECT pg_sleep(0.05)")

        with pytest.raises(psycopg.OperationalError) as broken:
            use()
    assert "the run's own server ended" in "".join(broken.value.__notes__)
    with embedded_dsn(server_folder) as dsn, psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_while_a_load_is_at_work_others_are_refused(database: str, lake: Lake) -> None:
    refusals: list[str] = []

    def try_others(phase: str) -> None:
        for other in (
            lambda: load_run(*lake, database),
            lambda: wipe_run(lake[1], database),
            lambda: restore_only(database),
            lambda: reconcile(*lake, database),
        ):
            with pytest.raises(InputError, match="is at work there") as refused:
                other()
            refusals.append(str(refused.value))

    load_run(*lake, database, listener=Listener(phase=try_others))
    assert len(refusals) == 20  # of five phases
    assert list(reconcile(*lake, database)) == []


def test_a_removal_waits_for_no_verification_and_the_other_way_about(loaded: str, lake: Lake) -> None:
    with connect(loaded) as verification:
        load_log.lock_for_reading(verification, lake[1])
        for other in (lambda: wipe_run(lake[1], loaded), lambda: load_run(*lake, loaded)):
            with pytest.raises(InputError, match="a verification compares this run"):
                other()
        with connect(loaded) as second:
            load_log.lock_for_reading(second, lake[1])  # as many as like
    refused: list[str] = []

    def compare(group: str) -> None:
        with pytest.raises(InputError, match="is at work there"):
            reconcile(*lake, loaded)
        refused.append(group)

    assert wipe_run(lake[1], loaded, done=compare) is not None
    assert refused


def test_a_load_that_is_not_finished_is_no_load_to_compare(database: str, lake: Lake) -> None:
    class Broken(Exception):
        pass

    def fail(number: int) -> None:
        raise Broken

    with pytest.raises(Broken):
        load_run(*lake, database, connections=1, listener=Listener(partition=fail))
    with pytest.raises(InputError, match=r"is not finished: \d of 2 partitions are in"):
        reconcile(*lake, database)


def test_a_removal_as_a_load_begins_is_refused_or_safe(server_folder: Path) -> None:
    """At any moment of the load's start: the server's making, its start, the tables, the rows."""
    run = server_folder / "run"
    run.mkdir()
    manifest = small_lake.build(run)
    with command("load", run) as loading:
        refusals = set()
        while loading.poll() is None:
            try:
                wipe(run)
            except (InputError, WipeFailed) as refused:
                refusals.add(str(refused).splitlines()[0])
            time.sleep(0.05)
        told = loading.stdout.read() if loading.stdout else ""
    assert loading.returncode in (0, 1, 2), told
    assert "Traceback" not in told
    load(run)
    with database(run) as dsn:
        assert list(reconcile(run, manifest, dsn)) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_load_that_is_interrupted_says_how_to_go_on(server_folder: Path, number: signal.Signals) -> None:
    """It is kept waiting at its start by somebody's open transaction."""
    run = server_folder / "run"
    run.mkdir()
    small_lake.build(run)
    load(run)
    wipe(run)
    with database(run) as dsn, connect(dsn) as connection, connection.transaction():
        connection.execute("LOCK TABLE environmental_environmentalreading IN ACCESS EXCLUSIVE MODE")
        with command("load", run) as loading:
            end = time.monotonic() + 60
            while not one(dsn, "SELECT count(*) FROM pg_locks WHERE NOT granted") and time.monotonic() < end:
                time.sleep(0.05)
            loading.send_signal(number)
            told = loading.communicate(timeout=60)[0]
    assert loading.returncode == 128 + number, told
    assert "go on: " in told
    assert "Traceback" not in told
    load(run)


def test_what_a_cut_connection_costs_is_told(database: str, lake: Lake) -> None:
    """Somebody ends every session of the load while another transaction blocks it."""

    def cut(phase: str) -> None:
        if phase == "rows":
            one(
                database,
                "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )

    with pytest.raises(LoadFailed, match="terminating connection") as failed:
        load_run(*lake, database, listener=Listener(phase=cut))
    assert (failed.value.partitions, failed.value.of) == (0, 2)
    assert "see whether it runs" in str(failed.value)
