"""What PostgreSQL takes for a loaded database's rows, indexes and keys, by plain psycopg: the ceiling of a load.

Every table's bytes, encoded beforehand in COPY's binary format, go into tables without index or key, each in the
transaction that emptied it and frozen; then indexes are made, foreign keys checked, statistics taken: over as many
connections as a load has, largest first, in the same server with the same settings.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple

from psycopg import sql

from warehouse.database import Connection, connect
from warehouse.server_memory import let_sort

CONNECTIONS = 2

TABLES = """
SELECT c.oid::regclass::text, EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND k.confrelid = c.oid)
FROM pg_class c
WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('public', 'smoltworks') AND relname !~ '^load_log'
ORDER BY relpages DESC
"""
INDEXES = r"""
SELECT regexp_replace(
    pg_get_indexdef(indexrelid), '^CREATE (UNIQUE )?INDEX .*? ON .*? USING', 'CREATE \1INDEX NAME ON COPY USING'
) FROM pg_index WHERE indrelid = {}::regclass
"""
KEYS = """
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid = {}::regclass
"""

Piece = Callable[[Connection], object]


@dataclass
class Pace:
    """Seconds of a way to load: of the clock, of all processors, and of the clock by phase."""

    clock: float = 0.0
    busy: float = 0.0
    phases: dict[str, float] = field(default_factory=dict)


class Encoded(NamedTuple):
    """A table, its bytes in COPY's binary format, the name of the copy to fill, its rows."""

    table: str
    file: Path
    copy: str
    rows: int


def server_process(run_dir: Path) -> int:
    """The process of a run's own server."""
    return int((run_dir / "postgres" / "postmaster.pid").read_text().split()[0])


def processors(server: int) -> float:
    """Seconds that this process, and a server with all that it started, have kept processors busy."""
    ticks = 0
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            if not entry.name.isdecimal():
                continue
            words = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(entry.name) == server:
                ticks += sum(map(int, words[11:15]))  # its own, and of those of its children that have ended
            elif int(words[1]) == server:
                ticks += sum(map(int, words[11:13]))
    own = os.times()
    return ticks / os.sysconf("SC_CLK_TCK") + own.user + own.system + own.children_user + own.children_system


def timed(server: int, work: Callable[[Pace], None]) -> Pace:
    """What a work takes that fills in its phases itself."""
    pace, begun, busy = Pace(), time.perf_counter(), processors(server)
    work(pace)
    pace.clock, pace.busy = time.perf_counter() - begun, processors(server) - busy
    return pace


def load_ceiling(dsn: str, server: int, folder: Path) -> Pace:
    """Fill copies of all tables with their rows, index and check them.

    A table that no key points at is emptied when it is copied out, since a disk may not hold all twice, so the
    database is spent afterwards. server: its process. folder: for the bytes, about 120 a row.
    """
    with connect(dsn) as connection:
        encoded = [_encode(connection, folder / str(i), *found) for i, found in enumerate(_all(connection, TABLES))]
    pace = timed(server, lambda pace: _fill(dsn, encoded, pace))
    with connect(dsn) as connection:
        for each in encoded:
            assert _all(connection, f"SELECT count(*) FROM {each.copy}") == [(each.rows,)]
    return pace


def _all(connection: Connection, query: str, *names: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql.SQL(query).format(*map(sql.Literal, names))).fetchall()


def _encode(connection: Connection, file: Path, table: str, is_pointed_at: bool) -> Encoded:
    copy = f"ceiling_{file.name}"
    connection.execute(sql.SQL(f"CREATE TABLE {copy} (LIKE {table})"))
    with file.open("wb") as out, connection.cursor() as cursor:
        with cursor.copy(sql.SQL(f"COPY {table} TO STDOUT (FORMAT BINARY)")) as rows:
            out.writelines(rows)
        written = cursor.rowcount
    if not is_pointed_at:
        connection.execute(sql.SQL(f"TRUNCATE {table}"))
    return Encoded(table=table, file=file, copy=copy, rows=written)


def _fill(dsn: str, encoded: Sequence[Encoded], pace: Pace) -> None:
    with ExitStack() as closing, connect(dsn) as connection:
        pool = [closing.enter_context(connect(dsn)) for _ in range(CONNECTIONS)]
        let_sort(pool)
        indexes = [  # named, since two made at once may be given the same name
            made.replace("NAME ON COPY", f"{each.copy}_{number} ON {each.copy}", 1)
            for each in encoded
            for number, (made,) in enumerate(_all(connection, INDEXES, each.table))
        ]
        keys = {each.copy: [key for (key,) in _all(connection, KEYS, each.table)] for each in encoded}
        adding = [  # at a moment, and two at once would wait for each other
            f"ALTER TABLE {copy} ADD CONSTRAINT key_{number} {key} NOT VALID"
            for copy, found in keys.items()
            for number, key in enumerate(found)
        ]
        checking = [
            "; ".join(f"ALTER TABLE {copy} VALIDATE CONSTRAINT key_{number}" for number in range(len(found)))
            for copy, found in keys.items()
            if found
        ]
        phases: dict[str, list[Piece]] = {
            "copy": [_copy_in(each) for each in encoded],
            "indexes": [_statement(index) for index in indexes],
            "adding keys": [_statement("; ".join(adding))],
            "keys": [_statement(check) for check in checking],
            "analyze": [_statement(f"ANALYZE {each.copy}") for each in encoded],
        }
        for phase, pieces in phases.items():
            begun = time.perf_counter()
            _spread(pool, pieces)
            pace.phases[phase] = time.perf_counter() - begun


def _copy_in(each: Encoded) -> Piece:
    def work(connection: Connection) -> None:
        query = sql.SQL(f"COPY {each.copy} FROM STDIN (FORMAT BINARY, FREEZE on)")
        with connection.transaction():
            connection.execute(sql.SQL(f"TRUNCATE {each.copy}"))
            with each.file.open("rb") as file, connection.cursor().copy(query) as copy:
                while data := file.read(1 << 20):
                    copy.write(data)
        each.file.unlink()

    return work


def _statement(text: str) -> Piece:
    return lambda connection: connection.execute(sql.SQL(text)) if text else None


def _spread(pool: Sequence[Connection], work: Sequence[Piece]) -> None:
    """Do pieces of work in their order, each over a connection that is free."""
    free: SimpleQueue[Connection] = SimpleQueue()
    for connection in pool:
        free.put(connection)

    def do(piece: Piece) -> None:
        connection = free.get()
        try:
            piece(connection)
        finally:
            free.put(connection)

    with ThreadPoolExecutor(len(pool)) as executor:
        list(executor.map(do, work))
