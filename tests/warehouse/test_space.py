"""The room that a load in the run's own server needs is foreseen, asked for, and told when it was too little."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

import lake.space
from lake.errors import InputError, LoadFailed
from tests.warehouse import small_lake
from warehouse.load import Listener, Options
from warehouse.reconciling.reconcile import reconcile
from warehouse.run_database import database, load
from warehouse.run_folder import FOLDER
from warehouse.space import NEW_SERVER, Way, bytes_needed
from warehouse.uat.history import HISTORIES

# The demo's tables, and by du twice a second the most that RUN/postgres held while it was loaded (PostgreSQL 18).
DEMO = {
    "environmental_reading": 2_159_871,
    "feeding_event": 94_360,
    "mortality_event": 48_528,
    "growth_sample": 6_249,
    "individual_growth_observation": 187_470,
    "daily_state": 58_216,
    "lice_count": 15_081,
    "mortality_record": 23_982,
    "individual_fish_observation": 6_975,
    "fish_parameter_score": 62_775,
    "container_feeding_summary": 9_052,
    "temperature_reading": 10_800,
    "scenario_projection": 10_800,
    "live_forward_projection": 43_060,
    "weather_data": 7_920,
    "photoperiod_data": 1_980,
    "daily_truth": 58_216,
    "lice_truth": 2_178,
    "sensor_fault": 1_778,
}
MOST, MOST_WITH_HISTORY, MOST_NOT_LOGGED = 1_160_000_000, 1_466_000_000, 901_000_000
ABOUT = 0.15
LOGGED = Way(logged=True)


def test_the_demos_room_is_foreseen() -> None:
    assert NEW_SERVER + bytes_needed(DEMO, (), LOGGED) == pytest.approx(MOST, rel=ABOUT)
    assert NEW_SERVER + bytes_needed(DEMO, HISTORIES, LOGGED) == pytest.approx(MOST_WITH_HISTORY, rel=ABOUT)


def test_a_load_that_is_not_logged_needs_its_tables_and_indexes_alone() -> None:
    many = {table: 10 * rows for table, rows in DEMO.items()}
    roomy, tight = Way(memory=4 << 30), Way(memory=1 << 20)
    assert bytes_needed(DEMO, (), roomy) < bytes_needed(DEMO, (), LOGGED)
    assert bytes_needed(many, (), roomy) == 10 * bytes_needed(DEMO, (), roomy)
    assert bytes_needed(many, (), tight) > bytes_needed(many, (), roomy)
    assert NEW_SERVER + bytes_needed(DEMO, (), roomy) == pytest.approx(MOST_NOT_LOGGED, rel=ABOUT)


def test_more_rows_need_more_room_and_the_log_of_many_has_an_end() -> None:
    many = {table: 100 * rows for table, rows in DEMO.items()}
    assert bytes_needed(DEMO, (), LOGGED) < bytes_needed(many, (), LOGGED) < 100 * bytes_needed(DEMO, (), LOGGED)


def test_a_disk_with_less_is_refused_before_anything_is_made(
    server_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lake.space, "free_bytes", lambda disk: 1000)
    small_lake.build(server_folder)
    with pytest.raises(InputError, match=r"the load needs about [\d.]+ MB, and 1.0 kB are free\n.*--force"):
        load(server_folder)
    assert not (server_folder / FOLDER).exists()
    load(server_folder, options=Options(force=True))
    assert load(server_folder).already  # which needs no room


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a disk")
def test_a_disk_that_fills_up_meanwhile_is_told_and_the_load_goes_on_after(server_folder: Path) -> None:
    disk = server_folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400m,mode=711", "tmpfs", disk], check=True)
    try:
        run = disk / "run"
        run.mkdir()
        manifest = small_lake.build(run)
        ballast = disk / "ballast"

        def fill(table: str, rows: int) -> None:
            if not ballast.exists():
                with ballast.open("wb", buffering=0) as file, suppress(OSError):
                    while True:
                        file.write(bytes(1 << 16))

        with pytest.raises((LoadFailed, InputError)) as failed:
            load(run, listener=Listener(rows=fill))
        told = "".join([str(failed.value), *getattr(failed.value, "__notes__", ())])
        assert "full" in told
        assert "bytes are free" in told
        ballast.unlink()
        load(run)
        with database(run) as dsn:
            assert list(reconcile(run, manifest, dsn)) == []
        assert {p.name for p in run.iterdir()} <= {
            ".postgres.lock",
            ".postgres.users.lock",
            ".run.lock",
            "lake",
            "logs",
            "load.json",
            "manifest.json",
            "postgres",
        }
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)
