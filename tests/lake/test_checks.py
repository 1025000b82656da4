"""Every check passes on a true run, and names the culprit when the lake is spoilt in the way it guards against."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from engine.execution.plan_tables import plan_tables
from engine.farm.infrastructure import Farm
from engine.farm.schedule import STAGE_DAYS, Batch, Cancellation, Schedule, Stay, TotalLoss
from engine.farm.schedule_file import read_any
from engine.farm.schedule_text import format_schedule
from lake.checks import (
    CheckResult,
    check_names,
    report_names,
    run_checks,
    run_reports,
)
from lake.declared_sql import AFTER_THE_STAY, CALENDAR, ENDS, MAY_LIE_AHEAD, date_columns
from lake.errors import InputError
from lake.manifest import read_complete
from lake.shared_sql import shared_tables
from lake.shared_tables import SharedTables
from lake.tables import EVENT_TABLES, TABLES
from lake.tables.declaration import TIMESTAMP, Column, Table
from lake.views import PLAN_TABLES, Connection, connect, register_plan
from tests.spoiling import spoil

AS_OF_DAY = 20_400
SHARED_AREA = "FI-SEA-01"


def stays(farm: Farm, geography: int, *, station: int, area: int, rings: slice, age: int) -> tuple[Stay, ...]:
    """A life in one station's halls and some rings of an area."""
    of_geography = [s for s in farm.stations if s.geography_id == geography]
    halls = {h.stage: tuple(h.container_ids) for h in farm.halls if h.station_id == of_geography[station].id}
    sea = tuple(farm.areas_in(geography)[area].ring_ids)[rings]
    out, day = [], AS_OF_DAY - age
    for stage, days in enumerate(STAGE_DAYS, 1):
        out.append(Stay(stage=stage, container_ids=halls.get(stage, sea), start_day=day, end_day=day + days))
        day += days
    return tuple(out)


@pytest.fixture(scope="session")
def run_dir(
    small_schedule: Schedule,
    write_schedule: Callable[[Path, Schedule], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A run: 1 harvested by weight, 2 at sea in the same area, 3 over capacity to its planned end, 4 in Parr, 5 eggs
    that are being moved, 6 ordered, 7 a draft, 8 lost in Fry, 9 with eggs in one of two trays, 10 cancelled.

    With two tanks a hall, batch 1 has assignments 1024 to 1033 in freshwater and 1034, 1035 in rings.
    """
    farm = small_schedule.farm
    lives = (
        ("FAR-2023-001", 1, 60_000, 4_000.0, stays(farm, 1, station=0, area=0, rings=slice(0, 2), age=960)),
        ("FAR-2023-002", 1, 40_000, None, stays(farm, 1, station=1, area=0, rings=slice(2, 3), age=800)),
        ("SCO-2023-001", 2, 900_000, 20_000.0, stays(farm, 2, station=0, area=0, rings=slice(0, 3), age=950)),
        ("SCO-2025-002", 2, 30_001, None, stays(farm, 2, station=1, area=1, rings=slice(0, 3), age=250)),
        ("FAR-2025-003", 1, 20_000, None, stays(farm, 1, station=0, area=1, rings=slice(0, 3), age=90)),
        ("FAR-2025-004", 1, 20_001, None, stays(farm, 1, station=1, area=0, rings=slice(0, 2), age=-30)),
        ("SCO-2026-003", 2, 30_000, None, stays(farm, 2, station=0, area=0, rings=slice(0, 2), age=-300)),
        ("FAR-2025-005", 1, 25_000, None, stays(farm, 1, station=0, area=0, rings=slice(0, 2), age=200)),
        ("SCO-2025-004", 2, 25_001, None, stays(farm, 2, station=1, area=0, rings=slice(2, 3), age=1)),
        ("SCO-2025-005", 2, 25_000, None, stays(farm, 2, station=1, area=1, rings=slice(0, 3), age=-20)),
    )
    fates: dict[int, dict[str, Any]] = {
        8: {"lost": TotalLoss(day=AS_OF_DAY - 30, cause="POWER_FAILURE")},
        9: {"trays_received": 1},
        10: {"cancelled": Cancellation(day=AS_OF_DAY - 5, reason="The supplier has none to sell.")},
    }
    batches = tuple(
        Batch(
            id=i,
            number=number,
            geography_id=geography,
            eggs=eggs,
            stays=life,
            harvest_target_g=target,
            move_under_way=int(life[0].end_day == AS_OF_DAY),
            **fates.get(i, {}),
        )
        for i, (number, geography, eggs, target, life) in enumerate(lives, 1)
    )
    parts = (*small_schedule.partitions, range(6, 8), range(8, 11))
    schedule = replace(small_schedule, name="checked", batches=batches, partitions=parts, text="")
    folder = tmp_path_factory.mktemp("checked")
    path = write_schedule(folder, replace(schedule, text=format_schedule(schedule)))
    out = folder / "run"
    done = subprocess.run(
        [sys.executable, "-m", "engine.run", "--schedule", path, "--out", out, "--workers", "1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return out


def opened(run_dir: Path) -> Connection:
    connection = connect(run_dir)
    register_plan(connection, plan_tables(read_any(run_dir / "schedule.yaml")))
    return connection


@pytest.fixture(scope="session")
def tables(run_dir: Path) -> Iterator[Connection]:
    """The run's lake with its views as tables, to be tampered with; `day(a, n)` is day n of assignment a's stay."""
    with opened(run_dir) as connection:
        for name in TABLES:
            connection.execute(
                f"CREATE TABLE copied AS FROM {name}; DROP VIEW {name}; ALTER TABLE copied RENAME TO {name}"
            )
        connection.execute("CREATE TABLE stays AS SELECT id, assignment_date AS first FROM container_assignment")
        connection.execute("CREATE MACRO day(a, n) AS (SELECT first + n::INTEGER FROM stays WHERE id = a)")
        SharedTables(run_dir).make(connection, " ".join(shared_tables()))
        yield connection


@pytest.fixture
def lake(tables: Connection) -> Iterator[Connection]:
    """The lake as it was written, whatever the tests before have done to it."""
    tables.execute("BEGIN")
    yield tables
    tables.execute("ROLLBACK")


@cache
def sources(shared_table: str) -> frozenset[str]:
    """The words of the SQL that a shared table is made of, tables' names among them."""
    words = frozenset(re.findall(r"\w+", shared_tables()[shared_table]))
    return words.union(*(sources(other) for other in words & shared_tables().keys()))


def change(lake: Connection, statement: str) -> list[tuple[object, ...]]:
    """Run a statement; shared tables that are made of a table which it names are left to the check to make anew."""
    tables = {name for (name,) in lake.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    named = tables.intersection(re.findall(r"\w+", statement))
    for table in shared_tables().keys() & tables:
        if named & sources(table):
            lake.execute(f"DROP TABLE {table}")
    return lake.execute(statement).fetchall()


def tamper(lake: Connection, statement: str) -> None:
    assert change(lake, statement) != [(0,)], f"nothing tampered with: {statement}"


def run_check(lake: Connection, run_dir: Path, name: str) -> CheckResult:
    return next(run_checks(lake, run_dir, (name,)))


def test_every_invariant_has_a_check_and_every_check_its_tampering() -> None:
    assert [int(name[:2]) for name in check_names()] == list(range(1, 23))
    # what is on disk, not in tables, is tampered with further below
    assert {check for check, _, _ in TAMPERING} == set(check_names()) - {"19_determinism"}
    assert len(TAMPERING) > 150


def test_a_true_run_passes_every_check(run_dir: Path) -> None:
    with opened(run_dir) as connection:
        found = list(run_checks(connection, run_dir))
    assert sorted(r.name for r in found) == list(check_names())
    assert {r.name: r.rows for r in found if r.violations} == {}


def test_the_run_shows_what_the_checks_are_about(lake: Connection) -> None:
    """Without these a check could pass for want of anything to look at."""
    (counts,) = lake.sql(
        "SELECT count_if(harvest_reason = 'WEIGHT'), count_if(harvest_reason = 'PLAN_END'),"
        " count_if(status = 'ACTIVE'), count_if(over_capacity_planned) FROM batch"
    ).fetchall()
    assert counts == (1, 1, 3, 1)
    (together,) = lake.sql(
        "SELECT count(DISTINCT x.date) FROM daily_state x JOIN container c ON c.id = x.container_id"
        " JOIN area a ON a.id = c.area_id"
        f" JOIN daily_state y ON y.date = x.date AND x.batch_id = 1 AND y.batch_id = 2 AND a.name = '{SHARED_AREA}'"
        " JOIN container d ON d.id = y.container_id AND d.area_id = c.area_id"
    ).fetchall()[0]
    assert together > 40


TAMPERING = re.findall(
    r"^-- (\d\d_\w+): (.+)\n([^;]+);$", Path(__file__).with_name("tampering.sql").read_text(), re.MULTILINE
)


@pytest.mark.parametrize(("check", "words", "statement"), TAMPERING)
def test_tampering_is_named(lake: Connection, run_dir: Path, check: str, words: str, statement: str) -> None:
    tamper(lake, statement)
    result = run_check(lake, run_dir, check)
    assert result.violations > 0
    assert "could not be run" not in str(result.rows), result.rows
    whats = [what for (what,) in lake.sql("SELECT DISTINCT what FROM offender").fetchall()]
    assert any(words in what for what in whats), whats


def whats(lake: Connection, words: str) -> set[str]:
    """What the last check called an offence, of all that has `words` in it, without them."""
    found = {what for (what,) in lake.sql("SELECT DISTINCT what FROM offender").fetchall()}
    return {what.replace(words, "") for what in found if words in what}


def test_every_dangling_reference_is_named(lake: Connection, run_dir: Path) -> None:
    for table in TABLES.values():
        dangling = [f"{c.name} = {99 if c.type == pa.int8() else 999_999}" for c in table.columns if c.references]
        if dangling:
            tamper(lake, f"UPDATE {table.name} SET {', '.join(dangling)} WHERE rowid = 0")
    run_check(lake, run_dir, "07_foreign_keys")
    declared = {f"{t.name}.{c.name}" for t in TABLES.values() for c in t.columns if c.references}
    assert whats(lake, " refers to a row") == declared


OF_ONE_BATCH = [
    (t, c)
    for t in EVENT_TABLES
    for c in t.columns
    if TABLES.get(c.references) in EVENT_TABLES
    and not (t.name != "fact_harvest" and c.references == "batch")
    and c.name != "batch_id"
]


def test_every_row_of_another_batch_that_is_referred_to_is_named(lake: Connection, run_dir: Path) -> None:
    for table, column in OF_ONE_BATCH:
        target = TABLES[column.references]
        whose = "id" if target.name == "batch" else "batch_id"
        of = "id" if table.name == "batch" else "batch_id"
        change(
            lake,
            f"UPDATE {table.name} SET {column.name} = (SELECT min(id) FROM {target.name} WHERE {whose} <> "
            f"(SELECT {of} FROM {table.name} LIMIT 1)) WHERE rowid = (SELECT min(rowid) FROM {table.name})",
        )
    run_check(lake, run_dir, "07_foreign_keys")
    wanted = {f"{t.name}.{c.name}" for t, c in OF_ONE_BATCH}
    assert whats(lake, " leads to a row of its batch and container") >= wanted
    assert len(wanted) > 30


def test_every_container_but_the_assignments_is_named(lake: Connection, run_dir: Path) -> None:
    beside = [
        (t, c.name, next(n for n in ("container_id", "dest_container_id") if n in t.schema.names))
        for t in EVENT_TABLES
        for c in t.columns
        if c.references in ("container_assignment", "sensor")
        and not c.name.startswith("source_")
        and {"container_id", "dest_container_id"} & set(t.schema.names)
    ]
    for table, _, container in beside:
        tamper(lake, f"UPDATE {table.name} SET {container} = {container} + 1 WHERE rowid = 0")
    run_check(lake, run_dir, "07_foreign_keys")
    wanted = {f"{t.name}.{reference}" for t, reference, _ in beside}
    assert whats(lake, " leads to a row of its batch and container") >= wanted
    assert len(wanted) > 10


def test_every_row_that_is_there_twice_is_named(lake: Connection, run_dir: Path) -> None:
    for name in TABLES:
        tamper(lake, f"INSERT INTO {name} SELECT * FROM {name} LIMIT 1")
    run_check(lake, run_dir, "07_foreign_keys")
    declared = {f"{t.name}: {', '.join(key)}" for t in TABLES.values() for key in t.keys}
    # a sensor's readings at one time are 04's and 17's
    assert whats(lake, " is unique") == declared - {"environmental_reading: sensor_id, reading_time"}


def when(table: Table, column: Column, day: str) -> str:
    """A day as the column has it: a time of it, or the day after it where that is what the column tells."""
    ends = (table.name, column.name) in ENDS
    return f"(({day}) + {int(ends)})" + ("::TIMESTAMP" if column.type != pa.date32() else "")


DATED = [(t, c) for t in EVENT_TABLES for c in date_columns(t)]


def test_nothing_is_dated_past_the_as_of_date(lake: Connection, run_dir: Path) -> None:
    for table, column in DATED:
        day = when(table, column, "SELECT as_of FROM run")
        tamper(lake, f"UPDATE {table.name} SET {column.name} = {day} WHERE rowid = 0")
    run_check(lake, run_dir, "08_time")
    assert whats(lake, " before the as-of date") == {f"{t.name}.{c.name}" for t, c in DATED}


def test_every_date_belongs_into_the_stay_or_the_batchs_life(lake: Connection, run_dir: Path) -> None:
    bounds = {("batch", "start_date"), ("container_assignment", "assignment_date")}
    dated = [(t, c) for t, c in DATED if (t.name, c.name) not in bounds]
    for table, column in dated:
        day = when(table, column, "DATE '2000-01-01'")
        tamper(lake, f"UPDATE {table.name} SET {column.name} = {day} WHERE rowid = 0")
    run_check(lake, run_dir, "08_time")
    assert whats(lake, " while the batch lives") == {f"{t.name}.{c.name}" for t, c in dated}
    of_stays = {
        f"{t.name}.{c.name}"
        for t, c in dated
        if any(x.references == "container_assignment" for x in t.columns) and (t.name, c.name) not in AFTER_THE_STAY
    }
    assert whats(lake, " within the stay") >= of_stays | {"container_assignment.last_weighing_date"}


def test_what_lies_ahead_is_a_column_of_a_table() -> None:
    for table, column in MAY_LIE_AHEAD | CALENDAR | ENDS | AFTER_THE_STAY:
        assert TABLES[table].column(column).type in (pa.date32(), TIMESTAMP)


def test_every_table_is_counted(lake: Connection, run_dir: Path) -> None:
    for name in TABLES:
        tamper(lake, f"DELETE FROM {name} WHERE rowid = 0")
    run_check(lake, run_dir, "20_counts")
    assert {what.removeprefix("rows of ") for what in whats(lake, " in the manifest")} - {"the batch"} == set(TABLES)


@pytest.mark.parametrize("share", [0.9, 1.1])
def test_an_estimate_far_off_is_named(lake: Connection, run_dir: Path, share: float) -> None:
    tamper(lake, f"UPDATE estimate SET rows = {share} * rows")
    run_check(lake, run_dir, "20_counts")
    assert whats(lake, "the plan's estimate of ")


def test_an_offending_row_names_batch_container_and_day(lake: Connection, run_dir: Path) -> None:
    tamper(lake, "UPDATE daily_state SET feed_kg = feed_kg + 1 WHERE assignment_id = 1034 AND date = day(1034, 3)")
    result = run_check(lake, run_dir, "16_daily_states")
    (row,) = (row for row in result.rows if "meals" in row["what"])
    (day,) = lake.sql("SELECT day(1034, 3)").fetchall()[0]
    assert (row["batch_number"], row["date"]) == ("FAR-2023-001", day.isoformat())
    assert row["container"] == "FI-SEA-01-Ring-01"
    assert float(row["found"]) == pytest.approx(float(row["expected"]) + 1)


def test_one_changed_value_changes_its_batch_and_tables_fingerprint(run_dir: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(run_dir, tmp_path / "run")
    spoil(copy, "daily_state", "population")
    with opened(copy) as connection:
        result = run_check(connection, copy, "19_determinism")
    assert [(r["batch_number"], r["what"]) for r in result.rows] == [("FAR-2023-001", "fingerprint of daily_state")]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE manifest_fingerprint SET fingerprint = 'x' WHERE batch_id = 2 AND table_name = 'batch'",
            "fingerprint of batch",
        ),
        (
            "DELETE FROM manifest_fingerprint WHERE batch_id = 5 AND table_name = 'harvest_lot'",
            "the manifest has a fingerprint of harvest_lot",
        ),
    ],
)
def test_the_manifests_fingerprints_are_held_against_the_data(
    lake: Connection, run_dir: Path, statement: str, words: str
) -> None:
    tamper(lake, statement)
    assert words in {row["what"] for row in run_check(lake, run_dir, "19_determinism").rows}


def test_a_check_that_cannot_be_run_has_failed(run_dir: Path) -> None:
    with opened(run_dir) as connection:
        connection.execute("DROP VIEW harvest_lot")
        result = run_check(connection, run_dir, "15_harvest")
    assert not result.passed
    assert "harvest_lot" in result.rows[0]["found"]


def test_reports_tell_the_excess_of_flagged_batches(lake: Connection, run_dir: Path) -> None:
    assert report_names() == ("14_capacity", "14_licence", "21_cutoff")
    reports = {r.name: r.rows for r in run_reports(lake, run_dir)}
    (flagged,) = reports["14_capacity"]
    assert flagged["batch_number"] == "SCO-2023-001"
    assert flagged["peak_kg"] > flagged["limit_kg"]
    assert reports["21_cutoff"][0]["completed"] == 2
    assert "14_licence" not in reports


def test_an_area_over_its_licence_is_told(lake: Connection, run_dir: Path) -> None:
    tamper(lake, "UPDATE area SET max_biomass_kg = 1000 WHERE id = 1")
    (row,) = {r.name: r.rows for r in run_reports(lake, run_dir)}["14_licence"]
    assert row["area"] == SHARED_AREA


def test_an_unknown_check_is_refused(lake: Connection, run_dir: Path) -> None:
    with pytest.raises(InputError, match="99_nothing"):
        list(run_checks(lake, run_dir, ("99_nothing",)))


def test_views_read_only_the_files_that_the_manifest_names(run_dir: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run_dir, copy)
    stray = copy / "lake" / "batch" / "part-0099.parquet"
    shutil.copy(copy / "lake" / "batch" / "part-0000.parquet", stray)
    with connect(copy, read_complete(copy)) as connection:
        assert connection.sql("SELECT count(*) FROM batch").fetchall() == [(10,)]
    with pytest.raises(InputError, match=r"part-0099.* is no part of this run"):
        connect(copy)


def test_a_half_written_run_is_refused(run_dir: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run_dir, copy)
    (copy / "manifest.json").unlink()
    with pytest.raises(InputError, match="not finished"):
        connect(copy)


def test_the_plans_tables_are_declared(run_dir: Path) -> None:
    assert set(plan_tables(read_any(run_dir / "schedule.yaml"))) == set(PLAN_TABLES)
