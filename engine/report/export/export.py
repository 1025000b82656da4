"""Exports a batch: chooses its rows, writes them whole or not at all, and tells what was written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds

from engine.report.export.rows import Chosen, choose, mark_master_rows, named_rows, tables_read
from engine.report.export.spreadsheets import Workbook, write_csv, write_dictionary
from lake.checked import read_checked
from lake.declared_sql import batch_column
from lake.errors import InputError
from lake.held import held_for_reading
from lake.manifest import Manifest
from lake.scanned import dataset
from lake.tables import EVENT_TABLE_NAMES, TABLES
from lake.view_files import write_view_files
from lake.views import Connection, connect
from lake.writer import write_dimensions

CSV, XLSX, PARQUET = FORMATS = ("csv", "xlsx", "parquet")
OnStep = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Exported:
    """What was written: where, rows by table; `marked`: texts that got a ' so that none is taken for a formula."""

    path: Path
    format: str
    rows: dict[str, int] = field(default_factory=dict)
    marked: int = 0


def _ignore(what: str, done: int, of: int) -> None:
    """Nobody listens."""


def format_of(out: Path, given: str | None) -> str:
    """The format asked for, or the one that the file's name tells; CSV otherwise. InputError where they differ."""
    told = XLSX if out.suffix.lower() == ".xlsx" else None
    chosen = given or told or CSV
    if chosen not in FORMATS:
        raise InputError("--format", f"{chosen!r} is unknown", f"give one of {', '.join(FORMATS)}")
    if (chosen == XLSX) != (told == XLSX):
        cure = "name a file that ends in .xlsx" if chosen == XLSX else "name a folder"
        raise InputError(str(out), f"no place for {chosen}", cure)
    return chosen


def export_batches(
    run_dir: Path,
    batches: Sequence[str],
    out: Path,
    *,
    tables: Sequence[str] = (),
    format: str | None = None,
    on_step: OnStep = _ignore,
) -> Exported:
    """Write the batches' rows of every table, or of some; InputError when an argument is wrong or `out` is there."""
    kind = format_of(out, format)
    if os.path.lexists(out):
        raise InputError(str(out), "exists already", "name another --out, or move it away")
    with held_for_reading(run_dir):
        manifest = read_checked(run_dir, ("batch",))
        with connect(run_dir, manifest, tables=("batch",)) as first:
            chosen = choose(first, batches, tables)
        needed = set(TABLES) if set(chosen.tables) - set(EVENT_TABLE_NAMES) else tables_read(chosen)
        manifest = read_checked(run_dir, needed)
        with connect(run_dir, manifest, tables=needed) as connection, _whole_or_nothing(out) as place:
            mark_master_rows(connection, chosen)
            if kind == PARQUET:
                source = _Source(run_dir=run_dir, manifest=manifest, connection=connection)
                rows, marked = _write_lake(source, place, chosen, on_step), 0
            elif kind == XLSX:
                rows, marked = _write_workbook(connection, place, chosen, on_step), 0
            else:
                rows, marked = _write_csv_files(connection, place, chosen, on_step)
    return Exported(path=out, format=kind, rows=rows, marked=marked)


@dataclass(frozen=True)
class _Source:
    run_dir: Path
    manifest: Manifest
    connection: Connection


def _write_csv_files(
    connection: Connection, folder: Path, chosen: Chosen, on_step: OnStep
) -> tuple[dict[str, int], int]:
    folder.mkdir()
    rows, marked = {}, 0
    for done, name in enumerate(chosen.tables):
        on_step(name, done, len(chosen.tables))
        query, _ = named_rows(name, chosen)
        rows[name], more = write_csv(connection, query, folder / f"{name}.csv")
        marked += more
    write_dictionary(folder / "columns.csv", chosen.tables)
    return rows, marked


def _write_workbook(connection: Connection, path: Path, chosen: Chosen, on_step: OnStep) -> dict[str, int]:
    book, rows = Workbook(path, chosen.tables), {}
    try:
        for done, name in enumerate(chosen.tables):
            on_step(name, done, len(chosen.tables))
            rows[name] = book.add(connection, name, *named_rows(name, chosen))
    finally:
        book.close()
    return rows


def _write_lake(source: _Source, folder: Path, chosen: Chosen, on_step: OnStep) -> dict[str, int]:
    """A lake of these rows alone, with the schema of the run's; where no table was left out its views come along."""
    rows = {}
    for done, name in enumerate(chosen.tables):
        on_step(name, done, len(chosen.tables))
        table = TABLES[name]
        if name in EVENT_TABLE_NAMES:
            kept, column = list(chosen.batches), batch_column(table)
        else:
            ids = source.connection.execute(f"SELECT id FROM exported_{name}").fetchall()
            kept, column = [id_ for (id_,) in ids], "id"
        wanted = ds.field(column).isin(pa.array(kept, table.column(column).type))
        found = dataset(source.run_dir, source.manifest.files.get(name, ())).to_table(filter=wanted)
        rows[name] = write_dimensions(folder, {name: found.cast(table.schema)})[name].rows
    if chosen.is_whole:
        write_view_files(folder)
    return rows


@contextmanager
def _whole_or_nothing(out: Path) -> Iterator[Path]:
    """A place beside `out` to write to, which becomes `out` unless the block is left by an error."""
    place = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        yield place
        place.rename(out)
    except BaseException:
        with suppress(OSError):
            if place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink(missing_ok=True)
        raise
