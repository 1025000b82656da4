"""A run in an object store goes into a database from where it lies, and is compared with it there."""

from __future__ import annotations

import smoltworks
from lake.store_path import StorePath
from tests.store.pretended import Copy


def test_a_run_in_a_store_is_loaded_compared_and_removed(copied: Copy, database: str) -> None:
    there: StorePath = copied("loaded")
    run = smoltworks.open_run(str(there))
    done = run.load(database)
    assert sum(done.rows.values()) > run.manifest.events / 2
    assert (there / "load.json").is_file()
    found = run.verify(only=["20_counts_postgres"])
    assert found.passed
    assert "figures compared" in found.database
    assert run.report().loaded is not None
    assert run.wipe(database) is not None
    assert not (there / "load.json").is_file()
