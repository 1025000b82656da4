"""Who keeps a load waiting: another session's open transaction is told, since nothing else would show it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psycopg

from lake.errors import InputError
from warehouse.database import connect, own_processes

LOOK_SECONDS = 3.0
LEAVE_SECONDS = 1.0  # that a look under way is waited for at the end
QUERY = """
SELECT DISTINCT b.pid, coalesce(b.usename, '?'), coalesce(nullif(b.application_name, ''), 'a session'),
    coalesce(to_char(b.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"'), '')
FROM pg_catalog.pg_stat_activity a
CROSS JOIN LATERAL pg_catalog.unnest(pg_catalog.pg_blocking_pids(a.pid)) AS w (pid)
JOIN pg_catalog.pg_stat_activity b ON b.pid = w.pid
WHERE a.pid = ANY(%(own)s) AND a.wait_event_type = 'Lock' AND b.pid <> ALL(%(own)s)
ORDER BY 1
"""


@contextmanager
def told_of_blocking(dsn: str, tell: Callable[[str], None], seconds: float = LOOK_SECONDS) -> Iterator[None]:
    """In the block, a thread looks now and then whether our sessions wait for others', and tells of each of them once.

    Where the server allows no session more, nothing is told.
    """
    over = threading.Event()
    known: set[tuple[int, str]] = set()

    def look() -> None:
        while not over.wait(seconds):
            with suppress(psycopg.Error, InputError):
                for pid, since, words in _blocking(dsn):
                    if (pid, since) not in known and not over.is_set():
                        known.add((pid, since))
                        tell(words)

    watching = threading.Thread(target=look, daemon=True)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join(LEAVE_SECONDS)


def _blocking(dsn: str) -> list[tuple[int, str, str]]:
    own = own_processes()
    with connect(dsn) as connection:
        rows = connection.execute(QUERY, {"own": own}).fetchall()
    told = []
    for pid, user, program, since in rows:
        open_since = f", open since {since}," if since else ""
        words = f"waiting for another's transaction{open_since} to end: process {pid} of {user} ({program})"
        told.append((int(pid), str(since), words))
    return told
