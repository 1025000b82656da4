"""A run's tables as Apache Iceberg tables: metadata alone, which names the Parquet files where they lie.

Read-only: nobody is to commit to them, since the manifest wouldn't know. Iceberg wants whole paths, so that a run that
was moved needs them anew.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from lake.checked import OnStep, read_checked, unheard
from lake.disk import disk
from lake.errors import InputError
from lake.files import write_atomically
from lake.held import held_for_reading
from lake.store_path import folder_or_file
from lake.tables import TABLES
from lake.tables.declaration import Table

FOLDER = "iceberg"  # in a run's
METADATA = Path("metadata") / "v1.metadata.json"  # the name that readers without a catalog find by the hint
HINT = Path("metadata") / "version-hint.text"


@dataclass(frozen=True)
class IcebergTables:
    """What was written: a folder with a table in each folder below, and rows by table."""

    path: Path
    rows: dict[str, int]

    def metadata(self, table: str) -> Path:
        """The file that a reader of a table is given."""
        return self.path / table / METADATA


def write_iceberg(run_dir: Path, out: Path | None = None, *, on_step: OnStep = unheard) -> IcebergTables:
    """Write Iceberg's metadata of every table into a folder, RUN/iceberg unless given; an older one is replaced.

    InputError: the run is not complete, damaged or in an object store, pyiceberg is not installed, or the folder holds
    something else.
    """
    try:
        import pyiceberg.table  # noqa: F401
    except ImportError:
        raise InputError("pyiceberg", "is not installed", "pip install 'smoltworks[iceberg]'") from None
    run_dir = folder_or_file(run_dir)
    target = folder_or_file(run_dir / FOLDER if out is None else out).absolute()
    if target.exists() and not (target.is_dir() and all(_is_ours(path) for path in target.iterdir())):
        raise InputError(str(target), "holds something else than Iceberg tables of a run", "choose another --out")
    with held_for_reading(run_dir):
        manifest = read_checked(run_dir, on_step=on_step)
        files, top = manifest.files, run_dir.resolve()
        shutil.rmtree(target, ignore_errors=True)
        with _without_its_warnings():
            for done, (name, table) in enumerate(TABLES.items()):
                on_step("tables described", done, len(TABLES))
                _write_table(table, [str(top / file) for file in files.get(name, [])], target / name)
    rows = {name: part.rows for name, part in manifest.dimensions.items()} | manifest.tables
    return IcebergTables(path=target, rows=rows)


def _is_ours(path: Path) -> bool:
    return path.name in TABLES and path.is_dir() and all(p.name == METADATA.parent.name for p in path.iterdir())


def iceberg_schema(table: Table) -> Any:
    """A table's schema in Iceberg's types, with its meanings; enumerations are texts there."""
    from pyiceberg.io.pyarrow import _pyarrow_to_schema_without_ids
    from pyiceberg.schema import Schema, assign_fresh_schema_ids

    fields = [
        field.with_type(pa.string()) if pa.types.is_dictionary(field.type) else field for field in table.file_schema
    ]
    plain = assign_fresh_schema_ids(_pyarrow_to_schema_without_ids(pa.schema(fields)))
    told = {c.name: f"{c.description} [{c.unit}]" if c.unit else c.description for c in table.columns}
    return Schema(*(field.model_copy(update={"doc": told[field.name]}) for field in plain.fields))


def _write_table(table: Table, files: list[str], folder: Path) -> None:
    """Write one table's metadata; what names all else comes last."""
    from pyiceberg.catalog.noop import NoopCatalog
    from pyiceberg.io import load_file_io
    from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC
    from pyiceberg.serializers import ToOutputFile
    from pyiceberg.table import CommitTableResponse
    from pyiceberg.table import Table as IcebergTable
    from pyiceberg.table.metadata import new_table_metadata
    from pyiceberg.table.sorting import UNSORTED_SORT_ORDER
    from pyiceberg.table.update import update_table_metadata

    class Uncatalogued(NoopCatalog):
        """Commits to memory: the table has one state, which is written below."""

        def commit_table(self, table: IcebergTable, requirements: Any, updates: Any) -> CommitTableResponse:
            changed = update_table_metadata(table.metadata, updates)
            return CommitTableResponse.model_construct(metadata=changed, metadata_location=table.metadata_location)

    disk().make_folder(folder / METADATA.parent)
    described = IcebergTable(
        identifier=(FOLDER, table.name),
        metadata=new_table_metadata(
            location=str(folder),
            schema=iceberg_schema(table),
            partition_spec=UNPARTITIONED_PARTITION_SPEC,
            sort_order=UNSORTED_SORT_ORDER,
            properties={"comment": table.description},
        ),
        metadata_location=str(folder / METADATA),
        io=load_file_io({}),
        catalog=Uncatalogued(FOLDER),
    )
    if files:
        described.add_files(files, check_duplicate_files=False)
    write_atomically(folder / HINT, "1", durable=False)
    ToOutputFile.table_metadata(described.metadata, described.io.new_output(str(folder / METADATA)))


@contextmanager
def _without_its_warnings() -> Iterator[None]:
    """Not told a hundred times that an enumeration is read as text."""
    logger = logging.getLogger("pyiceberg.io.pyarrow")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
