"""A connection is cut anywhere between the first word to the server and the last: it is told, and the same goes on."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

import warehouse.database
from lake.errors import InputError, LoadFailed, WipeFailed
from lake.manifest import Manifest
from tests.warehouse.cutting import cutter
from tests.warehouse.probing import one, structure
from tests.warehouse.test_broken_server import SCHEMAS, assert_whole, prepare
from warehouse.load import load_run, restore_only
from warehouse.reconciling.reconcile import reconcile
from warehouse.wipe import wipe_run

Lake = tuple[Path, Manifest]
TRIES = 3  # the campaign (tests/faults) draws more


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warehouse.database, "PATIENCE_SECONDS", 0)


def pieces(dsn: str, work: Callable[[str], object]) -> int:
    """How many pieces the undisturbed work sends."""
    with cutter(dsn) as proxy:
        work(proxy.dsn)
        return proxy.passed


def places(of: int) -> list[int]:
    """Where to cut: the first word, the last, and some between."""
    return sorted({0, of - 1, *random.Random(of).sample(range(1, of - 1), TRIES)})


def failure(work: Callable[[], object]) -> LoadFailed | WipeFailed | InputError | None:
    """What the work says when it breaks off; None when it was done. Nothing of psycopg's may escape."""
    try:
        work()
    except (LoadFailed, WipeFailed, InputError) as error:
        return error
    return None


def cut(dsn: str, work: Callable[[str], object], after: int) -> LoadFailed | WipeFailed | InputError | None:
    """What the work says when the way to the server is cut; None when it was done by then."""
    with cutter(dsn, after) as proxy:
        return failure(lambda: work(proxy.dsn))


def test_a_load_that_is_cut_goes_on(database: str, lake: Lake) -> None:
    shape = prepare(database)

    def load(dsn: str) -> object:
        return load_run(*lake, dsn, connections=1)

    of = pieces(database, load)
    wipe_run(lake[1], database)
    prepare(database)
    for after in places(of):
        told = cut(database, load, after)
        assert told or after >= of - 2
        load(database)
        assert structure(database, *SCHEMAS) == shape
        assert load_run(*lake, database).already
        if after % 2:
            assert_whole(database, lake, shape)
        wipe_run(lake[1], database)
        prepare(database)


def test_a_failure_tells_how_much_is_in_though_the_answer_was_lost(database: str, lake: Lake) -> None:
    """The number told never exceeds what is in, and is exact where the database could be asked."""
    prepare(database)
    of = pieces(database, lambda dsn: load_run(*lake, dsn, connections=1))
    wipe_run(lake[1], database)
    prepare(database)
    for after in range(of // 2, of, max(of // 8, 1)):
        told = cut(database, lambda dsn: load_run(*lake, dsn, connections=1), after)
        if isinstance(told, LoadFailed):
            assert told.partitions <= one(database, "SELECT count(*) FROM smoltworks.load_log_part")
            assert told.of == len(lake[1].partitions)
    load_run(*lake, database)


def test_a_removal_that_is_cut_goes_on(database: str, lake: Lake) -> None:
    load_run(*lake, database)
    of = pieces(database, lambda dsn: wipe_run(lake[1], dsn))
    for after in places(of):
        load_run(*lake, database)
        told = cut(database, lambda dsn: wipe_run(lake[1], dsn), after)
        again = failure(lambda: wipe_run(lake[1], database))
        if again is not None:
            assert "holds no load of the run" in str(again)
            assert not told or after >= of - 3
        assert one(database, "SELECT count(*) FROM batch_batch") == 0


@pytest.mark.parametrize("work", ["restore", "compare"])
def test_whatever_else_asks_the_server_says_that_it_was_cut(loaded: str, lake: Lake, work: str) -> None:
    def ask(dsn: str) -> object:
        return restore_only(dsn) if work == "restore" else reconcile(*lake, dsn)

    of = pieces(loaded, ask)
    for after in places(of):
        told = cut(loaded, ask, after)
        assert told or after >= of - 1
    ask(loaded)
