"""RUN/lake.sql and RUN/lake.duckdb: the lake's views with their comments, for DuckDB without a line of ours.

Both follow from the tables' declaration alone and hold no data: they are no part of what the manifest vouches for, and
are made anew wherever they are missing or damaged. lake.sql is the same for every run of a version. The bytes of
lake.duckdb are DuckDB's own, which promises nothing of them; so nothing compares them.

Half a second goes into a database with a thousand comments. A run copies one that was made before, from a folder of
ours; its name holds the hash of its bytes.
"""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from lake.disk import disk
from lake.errors import InputError
from lake.files import file_hash, write_atomically
from lake.records import make_way
from lake.store_path import is_stored
from lake.tables import TABLES
from lake.view_sql import lake_sql, statements

SQL_FILE, DATABASE_FILE = "lake.sql", "lake.duckdb"
LOG_FILE = f"{DATABASE_FILE}.wal"  # what DuckDB leaves where somebody wrote to the database and was killed
FILES = (SQL_FILE, DATABASE_FILE, LOG_FILE)
STORAGE = "v1.0.0"  # what every DuckDB since 1.0 reads


def write_view_files(run_dir: Path, kept: str = "") -> None:
    """Write both files, whatever is there; OSError where they can't be, InputError where a folder is in the way.

    A run in an object store gets lake.sql alone, with its URL. kept: a folder of ours in which the database is found,
    or left for the next run; "" for none. Without DuckDB's doing there is no lake.duckdb: a run does not fail for it.
    """
    _write_sql(run_dir)
    if not is_stored(run_dir) and (data := _database(kept)) is not None:
        _write_database(run_dir, data)


def renew_view_files(run_dir: Path) -> None:
    """Write those that are missing or damaged; where that can't be, they stay as they are."""
    with suppress(OSError, InputError):
        path = run_dir / SQL_FILE
        if not path.is_file() or path.read_text("utf-8", errors="replace") != _sql(run_dir):
            _write_sql(run_dir)
        if not is_stored(run_dir) and not _is_whole(run_dir / DATABASE_FILE) and (data := _database("")) is not None:
            _write_database(run_dir, data)


def _write_sql(run_dir: Path) -> None:
    path = run_dir / SQL_FILE
    make_way(path)
    write_atomically(path, _sql(run_dir))


def _sql(run_dir: Path) -> str:
    return lake_sql(str(run_dir)) if is_stored(run_dir) else lake_sql()


def _write_database(run_dir: Path, data: bytes) -> None:
    path = run_dir / DATABASE_FILE
    make_way(path)
    temporary = path.with_name(f".{path.name}.tmp")
    disk().write(temporary, data, sync=True)
    disk().remove(run_dir / LOG_FILE)  # of another database
    disk().rename(temporary, path)


def _is_whole(path: Path) -> bool:
    """Whether it is a database with every view; one that is open elsewhere is."""
    import duckdb

    if not path.is_file():
        return False
    try:
        with duckdb.connect(str(path), read_only=True) as found:
            names = found.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
    except duckdb.Error as error:
        return "lock" in str(error)
    return set(TABLES) <= {name for (name,) in names}


def _database(kept: str) -> bytes | None:
    """The bytes of lake.duckdb; None where DuckDB can't make it."""
    folder = Path(kept)
    if kept:
        for path in folder.glob(f"{_name()}-*.duckdb"):
            with suppress(OSError):
                if path.stem.endswith(file_hash(path)):
                    return path.read_bytes()
    try:
        with tempfile.TemporaryDirectory(prefix="smoltworks-views-") as workplace:
            data = _made(Path(workplace))
            if kept:
                named = Path(workplace) / "named"
                named.write_bytes(data)
                with suppress(OSError):
                    temporary = folder / f".{_name()}.{named.stat().st_ino}.tmp"
                    temporary.write_bytes(data)
                    temporary.replace(folder / f"{_name()}-{file_hash(named)}.duckdb")
            return data
    except Exception as error:
        if type(error).__module__.startswith("duckdb") or isinstance(error, OSError):
            return None
        raise


def _name() -> str:
    """What a kept database is called but for its hash: by all that it follows from."""
    told = f"{version('duckdb')}\n{STORAGE}\n{lake_sql()}"
    return "lake-" + hashlib.sha256(told.encode()).hexdigest()[:16]


def _made(workplace: Path) -> bytes:
    """The database, made beside parts without rows: a view must see the columns that it is of."""
    import duckdb
    import pyarrow.parquet as pq

    for name, table in TABLES.items():
        folder = workplace / "lake" / name
        folder.mkdir(parents=True)
        pq.write_table(table.schema.empty_table(), folder / "part-0000.parquet", store_decimal_as_integer=True)
    path = workplace / DATABASE_FILE
    with duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "threads": "1"}
    ) as connection:
        connection.execute(f"SET file_search_path = '{workplace}'")
        connection.execute(f"ATTACH '{path}' AS lake (STORAGE_VERSION '{STORAGE}')")
        connection.execute("USE lake")
        connection.execute("BEGIN; " + " ".join(statements()) + " COMMIT")
        connection.execute("USE memory")
        connection.execute("DETACH lake")
    return path.read_bytes()
