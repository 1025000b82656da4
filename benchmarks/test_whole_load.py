"""A whole load into the run's own server, beside what PostgreSQL takes for the same rows, indexes and keys.

The ceiling: every table's bytes, encoded beforehand in COPY's binary format, go into tables without index or key, each
in the transaction that emptied it and frozen; then primary keys and indexes are made, then foreign keys checked, then
statistics taken: by plain psycopg, over as many connections, largest first, in the same server with the same settings.
SMOLTWORKS_BENCH_RUN names a run to take instead of a new one.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import SimpleQueue

import psycopg
import pytest
from psycopg import sql
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.conftest import SCHEDULES
from engine.execution.run import run
from engine.execution.workers import WorkerProcesses
from engine.farm.schedule_file import read_any
from engine.planning.partitions import balance_partitions
from warehouse.database import Connection, connect
from warehouse.embedded import binaries, embedded_dsn
from warehouse.run_database import load
from warehouse.server_folder import remove_database
from warehouse.server_memory import let_sort

CONNECTIONS = 2
BATCHES, SMOKE_BATCHES = 55, 2
CEILING = "ceiling"

TABLES = """
SELECT oid::regclass::text FROM pg_class
WHERE relkind = 'r' AND relnamespace::regnamespace::text IN ('public', 'smoltworks') AND relname !~ '^load_log'
ORDER BY relpages DESC
"""
INDEXES = """
SELECT conrelid::regclass::text, format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
       pg_get_constraintdef(oid)) FROM pg_constraint
WHERE contype IN ('p', 'u') AND connamespace::regnamespace::text IN ('public', 'smoltworks')
  AND conrelid::regclass::text !~ 'load_log'
UNION ALL
SELECT indrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i
JOIN pg_class c ON c.oid = indrelid AND c.relnamespace::regnamespace::text IN ('public', 'smoltworks')
WHERE NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = indexrelid AND k.contype IN ('p', 'u'))
  AND indrelid::regclass::text !~ 'load_log'
"""
KEYS = """
SELECT conrelid::regclass::text, format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', conrelid::regclass, conname,
       pg_get_constraintdef(oid)), format('ALTER TABLE %s VALIDATE CONSTRAINT %I', conrelid::regclass, conname)
FROM pg_constraint
WHERE contype = 'f' AND conrelid::regclass::text !~ 'load_log'
"""


@dataclass
class Pace:
    """Seconds of a way to load: of the clock, of all processors, and of the clock by phase."""

    clock: float = 0.0
    busy: float = 0.0
    phases: dict[str, float] = field(default_factory=dict)

    def print(self, name: str, rows: int) -> None:
        phases = ", ".join(f"{phase} {seconds:.1f}" for phase, seconds in self.phases.items())
        print(
            f"{name}: {self.clock:.1f} s, {self.busy:.1f} s of processors, {rows / self.clock:,.0f} rows/s ({phases})"
        )


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
    pace, begun, busy = Pace(), time.perf_counter(), processors(server)
    work(pace)
    pace.clock, pace.busy = time.perf_counter() - begun, processors(server) - busy
    return pace


def spread(pool: Sequence[Connection], work: Sequence[Callable[[Connection], object]]) -> None:
    """Do pieces of work in their order, each over a connection that is free."""
    free: SimpleQueue[Connection] = SimpleQueue()
    for connection in pool:
        free.put(connection)

    def do(piece: Callable[[Connection], object]) -> None:
        connection = free.get()
        try:
            piece(connection)
        finally:
            free.put(connection)

    with ThreadPoolExecutor(len(pool)) as executor:
        list(executor.map(do, work))


def dump(dsn: str, folder: Path) -> list[tuple[str, Path]]:
    """Every table's bytes in COPY's binary format, largest first."""
    files = []
    with connect(dsn) as connection:
        for (table,) in connection.execute(TABLES).fetchall():
            files.append((table, folder / table))
            query = sql.SQL(f"COPY {table} TO STDOUT (FORMAT BINARY)")
            with files[-1][1].open("wb") as file, connection.cursor().copy(query) as copy:
                file.writelines(copy)
    return files


def copy_in(table: str, path: Path) -> Callable[[Connection], None]:
    def work(connection: Connection) -> None:
        query = sql.SQL(f"COPY {table} FROM STDIN (FORMAT BINARY, FREEZE on)")
        with connection.transaction():
            connection.execute(sql.SQL(f"TRUNCATE {table}"))
            with path.open("rb") as file, connection.cursor().copy(query) as copy:
                while data := file.read(1 << 20):
                    copy.write(data)

    return work


def statement(text: str) -> Callable[[Connection], object]:
    return lambda connection: connection.execute(sql.SQL(text))


def fill(
    dsn: str, files: list[tuple[str, Path]], indexes: list[tuple[str, str]], keys: list[tuple[str, str, str]]
) -> Callable[[Pace], None]:
    """The ceiling's work: the bytes, then the indexes, then the keys, then the statistics; each largest table first."""
    place = {table: number for number, (table, _) in enumerate(files)}

    def work(pace: Pace) -> None:
        pool = [connect(dsn) for _ in range(CONNECTIONS)]
        let_sort(pool)
        by_table: dict[str, list[str]] = {}
        for table, _, text in keys:
            by_table.setdefault(table, []).append(text)
        add = "; ".join(text for _, text, _ in keys)  # at a moment, and two at once would wait for each other
        phases: dict[str, list[Callable[[Connection], object]]] = {
            "copy": [copy_in(table, path) for table, path in files],
            "indexes": [statement(text) for _, text in sorted(indexes, key=lambda index: place[index[0]])],
            "adding keys": [statement(add)],
            "keys": [statement("; ".join(by_table[table])) for table, _ in files if table in by_table],
            "analyze": [statement(f"ANALYZE {table}") for table, _ in files],
        }
        for phase, pieces in phases.items():
            begun = time.perf_counter()
            spread(pool, pieces)
            pace.phases[phase] = time.perf_counter() - begun
        for connection in pool:
            connection.close()

    return work


def make_database(dsn: str, name: str) -> str:
    with connect(dsn) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    return psycopg.conninfo.make_conninfo(dsn, dbname=name)


def program(name: str, *arguments: str) -> str:
    done = subprocess.run([binaries() / name, *arguments], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def run_dir(smoke: bool, tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("SMOLTWORKS_BENCH_RUN")
    if named:
        return Path(named)
    whole = read_any(SCHEDULES / "550-6day.yaml")
    batches = whole.batches[: SMOKE_BATCHES if smoke else BATCHES]
    partitions = balance_partitions([1] * len(batches), 2 if smoke else 8)
    folder = tmp_path_factory.mktemp("whole") / "run"
    for above in (folder.parent, folder.parent.parent, folder.parent.parent.parent):
        above.chmod(0o711)  # root's server runs as another user
    with WorkerProcesses(CONNECTIONS) as pool:
        run(replace(whole, batches=batches, partitions=partitions), folder, pool, CONNECTIONS)
    return folder


@pytest.mark.benchmark(group="a whole load")
def test_whole_load_beside_its_ceiling(benchmark: BenchmarkFixture, run_dir: Path, tmp_path: Path) -> None:
    remove_database(run_dir)
    with embedded_dsn(run_dir) as dsn:
        server = int((run_dir / "postgres" / "postmaster.pid").read_text().split()[0])
        results = []

        def ours(pace: Pace) -> None:
            results.append(load(run_dir, connections=CONNECTIONS))

        pedantic: Callable[..., Pace] = benchmark.pedantic  # untyped
        pace = pedantic(timed, args=(server, ours), rounds=1)
        (result,) = results
        pace.phases = {kind: seconds / CONNECTIONS for kind, seconds in result.spent.items()}
        files = dump(dsn, tmp_path)
        with connect(dsn) as connection:
            indexes, keys = connection.execute(INDEXES).fetchall(), connection.execute(KEYS).fetchall()
        program(
            "pg_dump", dsn, "--format=directory", f"--jobs={CONNECTIONS}", "--compress=0", f"--file={tmp_path / 'd'}"
        )
        tables = program("pg_dump", dsn, "--section=pre-data", "--no-owner")
        other = make_database(dsn, CEILING)
        subprocess.run([binaries() / "psql", other, "-qX"], input=tables, check=True, capture_output=True, text=True)
        ceiling = timed(server, fill(other, files, indexes, keys))
        rows = {table: count_rows(dsn, table) for table, _ in files}
        assert rows == {table: count_rows(other, table) for table, _ in files}
        assert shape(dsn) == shape(other)
    total = result.total_rows
    print()
    pace.print("load", total)
    ceiling.print("bytes encoded beforehand, indexes, keys", total)
    size = sum(result.bytes.values())
    print(
        f"the load reaches {ceiling.clock / pace.clock:.0%} of the ceiling by the clock, "
        f"{ceiling.busy / pace.busy:.0%} by processors; {size / total:.0f} bytes a row"
    )
    benchmark.extra_info |= {
        "rows": total,
        "bytes_a_row": round(size / total),
        "seconds": {"load": pace.clock, "ceiling": ceiling.clock},
        "processor_seconds": {"load": pace.busy, "ceiling": ceiling.busy},
        "phases": {"load": pace.phases, "ceiling": ceiling.phases},
        "share_of_ceiling": round(ceiling.clock / pace.clock, 3),
    }
    remove_database(run_dir)


def count_rows(dsn: str, table: str) -> int:
    with connect(dsn) as connection:
        row = connection.execute(sql.SQL(f"SELECT count(*) FROM {table}")).fetchone()
        assert row is not None
        return int(row[0])


def shape(dsn: str) -> set[tuple[str, ...]]:
    """Every index and key, and that it is valid: nothing was left out to be fast."""
    with connect(dsn) as connection:
        found = {*connection.execute(INDEXES).fetchall(), *connection.execute(KEYS).fetchall()}
        bad = "SELECT conname FROM pg_constraint WHERE NOT convalidated"
        assert connection.execute(sql.SQL(bad)).fetchall() == []
        return found
