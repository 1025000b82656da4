"""A load into an empty database: every row, value, null and id, and nothing twice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from datetime import time as time_of_day
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

import warehouse.indexes
from lake.errors import InputError
from lake.manifest import Manifest
from lake.tables import EVENT_TABLES
from tests.warehouse import small_lake
from tests.warehouse.probing import ask, one, snapshot, structure
from warehouse.database import connect
from warehouse.load import Options, load_run
from warehouse.preflight.tables import prepare_tables
from warehouse.reconciling.reconcile import reconcile
from warehouse.uat.tables import TARGET_TABLES


def test_writes_every_row_once(database: str, lake: tuple[Path, Manifest]) -> None:
    folder, manifest = lake
    first = load_run(folder, manifest, database)
    assert first.rows == manifest.tables
    assert first.created_tables
    before = snapshot(database)
    second = load_run(folder, manifest, database)
    assert second.already
    assert set(second.rows.values()) == {0}
    assert set(second.rows) == set(manifest.tables)
    assert snapshot(database) == before


def test_reconciles(loaded: str, lake: tuple[Path, Manifest]) -> None:
    result = reconcile(*lake, loaded)
    assert list(result) == []
    assert result.comparisons > 200


def test_decimals_are_exact_and_halves_round_away_from_zero(loaded: str) -> None:
    assert one(loaded, "SELECT DISTINCT amount_kg FROM inventory_feedingevent") == Decimal("12.3450")
    assert one(loaded, "SELECT DISTINCT feed_kg FROM batch_actualdailyassignmentstate") == Decimal("12.35")
    assert one(loaded, "SELECT DISTINCT water_temp_c FROM batch_transferaction") == Decimal("-0.50")
    assert one(loaded, "SELECT sum(value) FROM environmental_environmentalreading") == Decimal("540.3600")
    assert one(loaded, "SELECT max(quantity_kg) FROM inventory_feedpurchase") == Decimal("20000.05")


def test_nulls_stay_null(loaded: str) -> None:
    query = "SELECT count(*), count(feeding_percentage), min(feeding_percentage) FROM inventory_feedingevent"
    assert ask(loaded, query) == [(40, 38, Decimal("1.234567"))]
    assert ask(
        loaded,
        "SELECT departure_date, is_active FROM batch_batchcontainerassignment WHERE lifecycle_stage_id = "
        "(SELECT id FROM batch_lifecyclestage WHERE name = 'Adult') ORDER BY 1 NULLS LAST",
    ) == [(date(2024, 1, 21), False), (None, True)]
    assert one(loaded, "SELECT count(fillet_weight_kg) FROM harvest_harvestlot") == 0


def test_times_codes_and_constants(loaded: str) -> None:
    assert one(loaded, "SELECT DISTINCT feeding_time FROM inventory_feedingevent") == time_of_day(8, 15, 30, 250)
    assert one(loaded, "SELECT max(reading_time) FROM environmental_environmentalreading") == datetime(
        2024, 1, 20, 20, tzinfo=UTC
    )
    assert ask(loaded, "SELECT DISTINCT notes FROM batch_batch") == [("",)]
    assert ask(loaded, "SELECT description, count(*) FROM batch_mortalityevent GROUP BY 1 ORDER BY 1") == [
        ("", 38),
        ("Culled", 2),
    ]
    assert ask(loaded, "SELECT fish_identifier FROM batch_individualgrowthobservation WHERE id = 1") == [("1",)]
    workflows = ask(
        loaded,
        "SELECT completion_percentage, is_intercompany, source_subsidiary, username FROM batch_batchtransferworkflow w "
        "JOIN auth_user u ON u.id = w.initiated_by_id ORDER BY w.id",
    )
    assert workflows == [
        (Decimal("100.00"), True, "FRESHWATER", "rannva"),
        (Decimal("66.67"), True, "FRESHWATER", "rannva"),
    ]


def test_daily_states_say_where_they_come_from(loaded: str) -> None:
    rows = ask(
        loaded,
        "SELECT anchor_type, sources, confidence_scores FROM batch_actualdailyassignmentstate "
        "WHERE day_number IN (1, 6, 10, 11) AND batch_id = 1 ORDER BY day_number",
    )
    rest = {"temp": "measured", "mortality": "actual", "feed": "actual"}
    assert [row[0] for row in rows] == [None, "growth_sample", "transfer", None]
    assert rows[0][1] == rest | {"weight": "tgc_computed", "fcr": "none"}
    assert rows[1][1] == rest | {"weight": "measured", "fcr": "observed"}
    assert rows[3][1] == rest | {"weight": "tgc_computed", "temp": "interpolated", "fcr": "observed"}
    sure = {"temp": 1.0, "mortality": 1.0, "feed": 1.0}
    assert rows[0][2] == sure | {"weight": 0.95, "fcr": 0.0}
    assert rows[1][2] == sure | {"weight": 1.0, "fcr": 0.8}
    assert rows[3][2] == sure | {"weight": 0.95, "temp": 0.7, "fcr": 0.8}


def test_what_only_the_simulator_knows_lies_in_a_schema_of_its_own(loaded: str) -> None:
    tables = {t.name for t in EVENT_TABLES if t.truth}
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'smoltworks' AND tablename !~ '^load_log'"
    assert {name for (name,) in ask(loaded, query)} == tables
    # ids are the target's: a truth stands beside the stay and the treatment that it is the truth of
    assert ask(
        loaded,
        "SELECT b.batch_number, t.date, c.name FROM smoltworks.daily_truth t "
        "JOIN batch_batchcontainerassignment a ON a.id = t.assignment_id AND a.batch_id = t.batch_id "
        "JOIN batch_batch b ON b.id = a.batch_id JOIN infrastructure_container c ON c.id = t.container_id "
        "ORDER BY 1, 2",
    ) == [
        (f"FAR-2024-00{batch}", date(2024, 1, day), container)
        for batch, stays in ((1, ("Hall-C1", "Ring-1")), (2, ("Hall-C2", "Ring-2")))
        for day, container in zip((4, 5), stays, strict=True)
    ]
    assert one(
        loaded,
        "SELECT count(*) FROM smoltworks.treatment_truth t JOIN health_treatment h ON h.id = t.treatment_id "
        "WHERE h.batch_id = t.batch_id",
    ) == one(loaded, "SELECT count(*) FROM health_treatment")
    assert one(loaded, "SELECT obj_description('smoltworks.daily_truth'::regclass)").startswith("The true state")
    assert one(loaded, "SELECT col_description('smoltworks.daily_truth'::regclass, 5)") == "mean live weight (g)"


def test_doubles_are_the_nearest(loaded: str) -> None:
    assert one(loaded, "SELECT DISTINCT tgc_value FROM scenario_tgcmodel") == 0.00245
    weights = ask(loaded, "SELECT average_weight, temperature FROM scenario_scenarioprojection ORDER BY 1")
    assert weights == [(1.25, 1.25), (1.5, 1.5), (2.25, 2.25), (2.5, 2.5)]


def test_json_is_json(loaded: str) -> None:
    assert ask(loaded, "SELECT parameters_snapshot->'batch' FROM scenario_projection_run ORDER BY run_id") == [
        (1,),
        (2,),
    ]
    assert ask(loaded, "SELECT quantitative_results->'batch' FROM health_healthlabsample ORDER BY id") == [
        (1,),
        (None,),
        (2,),
        (None,),
    ]


def test_who_did_it(loaded: str) -> None:
    done = ask(
        loaded,
        "SELECT a.completed_at IS NULL, d.username IS NULL, p.username FROM planning_plannedactivity a "
        "LEFT JOIN auth_user d ON d.id = a.completed_by_id JOIN auth_user p ON p.id = a.created_by_id ORDER BY a.id",
    )
    assert done == [(False, False, "rannva"), (True, True, "rannva")] * 2


def test_the_application_can_insert_afterwards(loaded: str) -> None:
    for table in (
        "batch_batch",
        "environmental_environmentalreading",
        "inventory_feedpurchase",
        "infrastructure_sensor",
        "scenario_scenarioprojection",
        "batch_liveforwardprojection",
    ):
        key = TARGET_TABLES[table].identity
        columns = [
            row[0]
            for row in ask(
                loaded,
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND attname <> %s",
                table,
                key,
            )
        ]
        values = ["'new'" if c == "batch_number" and table == "batch_batch" else c for c in columns]
        with psycopg.connect(loaded) as connection:
            row = connection.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table} LIMIT 1 "
                f"RETURNING {key}"
            ).fetchone()
            (highest,) = connection.execute(f"SELECT max({key}) FROM {table}").fetchone() or (None,)
        assert row == (highest,)


def test_indexes_and_keys_are_back_and_valid(loaded: str, database: str) -> None:
    with connect(database) as connection, connection.transaction():
        prepare_tables(connection)
    shape = structure(loaded, "public", "smoltworks")
    assert shape == structure(database, "public", "smoltworks")
    assert all(row[-1] for row in shape)
    assert one(loaded, "SELECT count(*) FROM smoltworks.load_log_set_aside WHERE state = 'restored'") > 50


def test_indexes_are_kept_up_where_few_rows_come(
    database: str, lake: tuple[Path, Manifest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warehouse.indexes, "MIN_ROWS", 100)
    load_run(*lake, database)
    assert ask(database, "SELECT DISTINCT table_name FROM smoltworks.load_log_set_aside") == [
        ("environmental_environmentalreading",)
    ]


def test_indexes_are_kept_up_on_demand(database: str, lake: tuple[Path, Manifest]) -> None:
    result = load_run(*lake, database, options=Options(keep_indexes=True))
    assert result.set_aside == 0
    assert one(database, "SELECT count(*) FROM smoltworks.load_log_set_aside") == 0
    assert list(reconcile(*lake, database)) == []


def test_ids_follow_the_lake(loaded: str) -> None:
    offset = one(loaded, "SELECT (offsets->>'container_assignment')::int FROM smoltworks.load_log")
    assert ask(loaded, "SELECT id FROM batch_batchcontainerassignment ORDER BY 1") == [
        (offset + (batch << 10) + n,) for batch in (1, 2) for n in (1, 2)
    ]
    # rows without an id of their own are numbered in the manifest's order: partition after partition
    assert ask(loaded, "SELECT batch_id, min(id), max(id) FROM inventory_feedingevent GROUP BY 1 ORDER BY 1") == [
        (1, 1, 20),
        (2, 21, 40),
    ]


def test_another_run_of_the_same_name_is_refused(loaded: str, lake: tuple[Path, Manifest], tmp_path: Path) -> None:
    other = small_lake.build(tmp_path, prefix="SCO", fingerprint="f2")
    before = snapshot(loaded)
    with pytest.raises(InputError, match="another run of this name"):
        load_run(tmp_path, other, loaded)
    assert snapshot(loaded) == before


def test_two_loaders_do_not_meet(database: str, lake: tuple[Path, Manifest]) -> None:
    from warehouse.load_log import lock

    with connect(database) as first:
        lock(first)
        with pytest.raises(InputError, match="another load or removal is at work"):
            load_run(*lake, database)
