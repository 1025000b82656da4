"""A run in a store is read where it lies: the rows, checks, figures and pages of a local one, fetched in ranges."""

from __future__ import annotations

import threading
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import smoltworks
from engine.execution import verification
from engine.statistics.records import run_tables
from lake.object_files import RangedObject, let_read
from lake.store_path import StorePath
from lake.tables import TABLES
from lake.views import connect
from tests.store.pretended import Copy

HASH = "SELECT count(*), bit_xor(hash(t)) FROM {} t"


def test_every_table_holds_a_local_runs_rows(pretended_run: StorePath, tiny_run: Path) -> None:
    with connect(pretended_run) as stored, connect(tiny_run) as local:
        found = {name: stored.execute(HASH.format(name)).fetchall() for name in TABLES}
        assert found == {name: local.execute(HASH.format(name)).fetchall() for name in TABLES}


def test_threads_that_share_an_object_do_not_share_a_place(pretended: Path) -> None:
    path = StorePath("gs:", "lake", "shared")
    path.put(bytes(range(200)))
    file, turns = RangedObject(path), threading.Barrier(2)
    found: dict[int, bytes] = {}

    def read(at: int) -> None:
        turns.wait()
        file.seek(at)
        turns.wait()  # the other has sought by now
        found[at] = file.read(10)

    threads = [threading.Thread(target=read, args=(at,)) for at in (20, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {at: bytes(range(at, at + 10)) for at in (20, 100)}
    assert file.read(3) == bytes((0, 1, 2))
    assert file.read()[-1] == 199
    assert file.seek(-5, 2) == 195
    assert (len(file.read(100)), file.read(100)) == (5, b"")


def test_a_query_fetches_the_ranges_that_it_asks_for(pretended: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[int] = []
    real = RangedObject.read

    def read(self: RangedObject, count: int = -1) -> bytes:
        found = real(self, count)
        fetched.append(len(found))
        return found

    monkeypatch.setattr(RangedObject, "read", read)
    path, rows = StorePath("gs:", "lake", "wide.parquet"), 200_000
    random = np.random.default_rng(1).integers(0, 1 << 62, rows)
    with path.output() as out:
        pq.write_table(
            pa.table({"id": np.arange(rows), "wide": random, "wider": random + 1}), out, row_group_size=20_000
        )
    whole = path.stat().st_size
    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        let_read(connection, path.parent)
        (found,) = connection.execute(f"SELECT sum(wide) FROM read_parquet('{path}') WHERE id = 70000").fetchall()
    assert found == (int(random[70_000]),)
    assert 0 < sum(fetched) < whole / 4


def test_the_front_door_reads_it_as_it_does_a_folder(pretended_run: StorePath, tiny_run: Path, tmp_path: Path) -> None:
    stored, local = smoltworks.open_run(str(pretended_run)), smoltworks.open_run(tiny_run)
    assert stored.manifest.fingerprint == local.manifest.fingerprint
    assert stored.status().state == "complete"
    for name in ("feeding_event", "geography"):
        assert stored.arrow(name).equals(local.arrow(name))
        assert stored.table(name).collect().equals(local.table(name).collect())
    (batch, *_) = stored.sql("SELECT batch_number FROM batch ORDER BY id")["batch_number"]
    done = stored.export(batch, tmp_path / "taken", format="parquet")
    assert done.rows["feeding_event"] == local.sql("SELECT count(*) AS n FROM feeding_event WHERE batch_id = 1")["n"][0]
    assert smoltworks.compare(stored, local).is_same
    assert len(run_tables(pretended_run, stored.manifest)["daily_state"].collect()) == stored.rows["daily_state"]


def test_it_is_verified_and_summed_up_and_remembers_both(copied: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    checks = ("04_double_booking", "20_counts")  # some for all, of which others make sure
    monkeypatch.setattr(verification, "check_names", lambda: checks)
    there = copied("verified")
    run = smoltworks.open_run(str(there))
    found = run.verify()
    assert found.passed
    assert not found.not_kept
    summary = run.report()
    assert summary.checks is not None
    assert summary.checks.passed == len(checks)
    assert summary.lake_line.split(" sql ")[1].startswith(str(there))
    views = (there / "lake.sql").read_text()
    assert f"read_parquet('{there}/lake/batch/part-*.parquet'" in views
    assert not (there / "lake.duckdb").exists()


def test_its_tell_tales_are_those_of_a_local_run(pretended_run: StorePath, tiny_run: Path) -> None:
    stored, local = (smoltworks.open_run(str(path)).realism() for path in (pretended_run, tiny_run))
    assert stored.constants
    assert stored.to_json() == local.to_json()


def test_a_part_that_was_changed_is_read_by_nobody(copied: Copy) -> None:
    there = copied("spoilt")
    run = smoltworks.open_run(str(there))
    (file, *_) = run.manifest.files["feeding_event"]
    data = bytearray((there / file).read_bytes())
    data[100] ^= 1
    (there / file).put(data)
    for ask in (lambda: run.sql("SELECT count(*) FROM feeding_event"), lambda: run.arrow("feeding_event"), run.verify):
        with pytest.raises(smoltworks.InputError, match="its bytes were changed"):
            ask()


def test_a_server_of_its_own_has_no_place_in_a_store(pretended_run: StorePath) -> None:
    run = smoltworks.open_run(str(pretended_run))
    for ask in (run.load, run.wipe, run.database().__enter__):
        with pytest.raises(smoltworks.InputError, match="--to DSN"):
            ask()
