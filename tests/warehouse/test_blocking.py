"""A load that waits for another's transaction says whose it is."""

from __future__ import annotations

import threading
from queue import SimpleQueue

import psycopg
import pytest

from warehouse.blocking import told_of_blocking
from warehouse.database import connect


def test_who_keeps_us_waiting_is_told_once(database: str) -> None:
    told: SimpleQueue[str] = SimpleQueue()
    with psycopg.connect(database, autocommit=True) as other, connect(database) as ours:
        other.execute("CREATE TABLE wanted ()")
        with told_of_blocking(database, told.put, seconds=0.05):
            with other.transaction():
                other.execute("LOCK TABLE wanted IN EXCLUSIVE MODE")
                waiting = threading.Thread(target=ours.execute, args=("INSERT INTO wanted DEFAULT VALUES",))
                waiting.start()
                words = told.get(timeout=60)
                assert f"process {other.info.backend_pid} of {other.info.user}" in words
                assert ", open since 2" in words
                assert waiting.is_alive()
            waiting.join(60)
        assert told.empty()


def test_one_that_waits_for_itself_is_not_told(database: str) -> None:
    told: SimpleQueue[str] = SimpleQueue()
    with connect(database) as one, connect(database) as two:
        one.execute("CREATE TABLE wanted ()")
        with told_of_blocking(database, told.put, seconds=0.01), one.transaction():
            one.execute("LOCK TABLE wanted IN EXCLUSIVE MODE")
            two.execute("SET lock_timeout = '300ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                two.execute("INSERT INTO wanted DEFAULT VALUES")
        assert told.empty()
