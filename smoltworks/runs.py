"""A run as a data scientist has it: its tables, its checks and statistics, its way into a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from lake.errors import InputError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from os import PathLike

    import altair as alt
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from engine.execution.progress import Progress
    from engine.execution.realism import Realism
    from engine.execution.summary import Summary
    from engine.execution.verification import Verification
    from engine.report.export.export import Exported
    from engine.statistics.table import Statistic
    from lake.checked import OnStep
    from lake.iceberg import IcebergTables
    from lake.manifest import Manifest
    from lake.tables.declaration import Column
    from warehouse.load import Listener
    from warehouse.load_result import LoadResult
    from warehouse.wipe import WipeResult


class Run:
    """A run's folder, as smoltworks.simulate makes it and smoltworks.open_run finds it.

    Everything but status() and wipe() asks for a complete run and raises InputError on any other.
    """

    def __init__(self, path: Path) -> None:
        """InputError when the folder holds no run."""
        self.path = path
        self._read: tuple[object, Manifest] | None = None
        from lake.manifest import is_run, no_run

        if not is_run(path) and not (path / "manifest.json").exists():
            raise no_run(path)

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    @property
    def manifest(self) -> Manifest:
        """The run's record: partitions, rows by table, fingerprint, seed, as-of date, biology.

        InputError when the run is not complete, or the record is damaged.
        """
        from lake.manifest import read_complete

        try:
            found = (self.path / "manifest.json").stat()
            version = (found.st_ino, found.st_size, found.st_mtime_ns)
        except FileNotFoundError:
            version = None
        if self._read is None or version is None or self._read[0] != version:
            self._read = (version, read_complete(self.path))
        return self._read[1]

    @property
    def tables(self) -> Mapping[str, Mapping[str, Column]]:
        """Each table's columns by name, with Arrow type, unit and meaning.

        run.tables["lice_count"]["fish_sampled"].unit is "fish".
        """
        from lake.tables import TABLES

        return MappingProxyType(
            {name: MappingProxyType({c.name: c for c in table.columns}) for name, table in TABLES.items()}
        )

    def describe(self, table: str | None = None) -> dict[str, Any]:
        """The same as smoltworks.describe: what a table's columns mean, or what every table is."""
        from lake.dictionary import described

        return described(table)

    @property
    def rows(self) -> Mapping[str, int]:
        """Rows by table, those without any included."""
        manifest = self.manifest
        return MappingProxyType({name: part.rows for name, part in manifest.dimensions.items()} | manifest.tables)

    def table(self, name: str) -> pl.LazyFrame:
        """A table as a Polars LazyFrame over exactly the files that the manifest names, in their order.

        Their bytes are held against the manifest now; they are read when the frame is collected. Types are those of the
        file: Polars sums a 32-bit column in 32 bits, so cast one whose sum may pass 2^31. InputError when no table is
        called so, or one of its files is damaged.
        """
        from lake.held import held_for_reading
        from lake.scanned import scan

        with held_for_reading(self.path):
            return scan(self.path, self._files(name))

    def arrow(self, name: str) -> pa.Table:
        """A table in memory as Arrow, with units and meanings in the fields' metadata; InputError as of `table`."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        from lake.held import held_for_reading
        from lake.store_path import source

        with held_for_reading(self.path):
            return pa.concat_tables(pq.ParquetFile(source(self.path / file)).read() for file in self._files(name))

    def pandas(self, name: str) -> pd.DataFrame:
        """A table in memory as a pandas frame: decimals as floats, days as times, no objects but texts.

        Exact decimals are in `arrow` and `table`. InputError as of `table`, or where pandas is not installed.
        """
        from lake.frames import pandas_frame

        return pandas_frame(self.arrow(name))

    def sql(self, query: str) -> pl.DataFrame:
        """The rows of one SELECT by DuckDB, every table a view, as a Polars DataFrame; nothing stays open.

        InputError when it is not one statement that reads, DuckDB refuses it, or a file that it reads is damaged.
        """
        import polars as pl

        from lake.query import answer

        with answer(self.path, query) as result:
            frame = pl.from_arrow(result.to_arrow_table())
        assert isinstance(frame, pl.DataFrame)
        return frame

    def status(self) -> Progress:
        """How far the run is: partitions, events, pace, seconds left, errors."""
        from engine.execution.progress import read_progress

        return read_progress(self.path)

    def verify(
        self,
        *,
        only: Iterable[str] = (),
        dsn: str | None = None,
        statistics: bool = False,
        on_step: OnStep | None = None,
    ) -> Verification:
        """Check every invariant, or those of `only`, on the Parquet, and counts, sums and keys in the database.

        dsn: the database to compare; the one that the load noted unless given. statistics: hold the data against
        published statistics too. The result's `passed` says whether all is well, its `checks` hold the rows that
        offend. InputError: a check is unknown, or `dsn` can't be reached or holds no load of the run.
        """
        from engine.execution.verification import verify_run

        return verify_run(self.path, only=tuple(only), dsn=dsn, with_statistics=statistics, on_step=on_step or _ignore)

    def statistics(self, *, on_step: OnStep | None = None) -> list[Statistic]:
        """Every published statistic computed from the data, with its band and source, required ones first."""
        from engine.execution.verification import run_statistics

        return run_statistics(self.path, on_step or _ignore)

    def realism(self, *, cages: str | PathLike[str] | None = None, on_step: OnStep | None = None) -> Realism:
        """Tell-tales: what would give the data away to someone who knows farms, each beside its bound; not judged.

        cages: the folder of the real cages' weeks, from which a classifier then tells ours. The result: `telltales` are
        like statistics, `constants` the columns that never change, `told` is what the classifier says.
        """
        from engine.execution.realism import run_realism

        return run_realism(self.path, cages=None if cages is None else Path(cages), on_step=on_step or _ignore)

    def report(self) -> Summary:
        """What is in the run, whether it holds, how full the farm was, and how to open lake and database."""
        from engine.execution.summary import summarise

        return summarise(self.path)

    def plot(
        self,
        what: str,
        *,
        batches: Iterable[str] = (),
        rings: Iterable[str] = (),
        areas: Iterable[str] = (),
        geographies: Iterable[str] = (),
        since: date | None = None,
        until: date | None = None,
        dark: bool = False,
    ) -> alt.TopLevelMixin:
        """An Altair chart of growth, lice, water, occupancy, mortality or harvest, limits and events drawn.

        batches and other names may hold * and ?; rings: each a line of its own; areas: stations too; until: the first
        day after. chart.save("lice.svg") writes it. InputError: a name is not in the run, or nothing is chosen.
        """
        from engine.report.charts.chosen import Chosen, open_source
        from engine.report.charts.drawing import subject_chart
        from engine.report.charts.theme import themed

        chosen = Chosen(
            batches=tuple(batches),
            rings=tuple(rings),
            areas=tuple(areas),
            geographies=tuple(geographies),
            since=since,
            until=until,
        )
        with open_source(self.path) as source:
            chart: alt.TopLevelMixin = themed(subject_chart(source, what, chosen), dark=dark)
        return chart

    def page(self, path: str | PathLike[str] | None = None, *, on_step: OnStep | None = None) -> Path:
        """Write the run as one HTML page that needs no network, and give its path: report.html in the run's folder
        unless given. InputError when it can't be written.
        """
        from engine.report.page.assembly import write_page

        return write_page(self.path, None if path is None else Path(path), on_step=on_step or _ignore)

    def export(
        self,
        batch: str | Iterable[str],
        out: str | PathLike[str],
        *,
        tables: Iterable[str] = (),
        format: str | None = None,
        on_step: OnStep | None = None,
    ) -> Exported:
        """Write a batch's rows (or those of several) of every table, or of some, with the master data they lead to.

        batch: its number. out: a folder to make, or a file that ends in .xlsx. format: "csv" unless given, "xlsx" or
        "parquet". The result tells path, rows by table, and how many texts of a CSV begin with a ' now, since a
        spreadsheet would take them for formulas. InputError: nothing was written.
        """
        from engine.report.export.export import export_batches

        batches = [batch] if isinstance(batch, str) else list(batch)
        return export_batches(
            self.path, batches, Path(out), tables=tuple(tables), format=format, on_step=on_step or _ignore
        )

    def iceberg(self, out: str | PathLike[str] | None = None, *, on_step: OnStep | None = None) -> IcebergTables:
        """Write Apache Iceberg metadata of every table over the run's own Parquet files; no row is copied.

        out: the tables' folder, RUN/iceberg unless given. The result's metadata(table) is the file that a reader is
        given. To be read alone, and to be written anew once the run was moved. InputError: nothing was written.
        """
        from lake.iceberg import write_iceberg

        return write_iceberg(self.path, None if out is None else Path(out), on_step=on_step or _ignore)

    def load(
        self,
        dsn: str | None = None,
        *,
        tables: Iterable[str] = (),
        batches: Iterable[str] = (),
        since: date | None = None,
        until: date | None = None,
        prefix: str = "",
        keep_indexes: bool = False,
        history: bool = False,
        user: str = "",
        password_file: str | PathLike[str] | None = None,
        force: bool = False,
        connections: int = 2,
        listener: Listener | None = None,
    ) -> LoadResult:
        """Load the run, or a part of it, into a UAT database exactly once; repeated, it writes nothing and says so.

        dsn: an empty database gets its tables, rows of others are never touched; None: a PostgreSQL server of the run's
        own, which runs as long as the call (see `database`). tables, batches (with * and ?), since, until (the first
        day after): a part, with what it must refer to. prefix: put before batch numbers. keep_indexes: keep indexes and
        foreign keys up. history: fill the application's history tables too. user: to whom it belongs, a user of the
        database or of the run's staff; unless given, the only superuser who can log in, else system_admin.
        password_file: passwords for the staff that the load adds, one line for all or lines USER:PASSWORD, readable by
        its owner alone. force: begin though the own server's disk has less room than is foreseen. connections:
        partitions copied at a time. listener: its callbacks hear of rows and phases.

        InputError: something is in the way; nothing was written. LoadFailed: it broke off; the same call goes on.
        """
        from warehouse.load import Options
        from warehouse.run_database import load
        from warehouse.selection import Selection

        if connections < 1:
            raise InputError("connections", f"{connections} is out of range", "give 1 or more")
        selection = Selection(tables=tuple(tables), batches=tuple(batches), since=since, until=until)
        options = Options(
            selection=selection,
            prefix=prefix,
            keep_indexes=keep_indexes,
            history=history,
            user=user,
            password_file=None if password_file is None else Path(password_file),
            force=force,
        )
        return load(self.path, dsn, options=options, connections=connections, listener=listener)

    def restore(self, dsn: str | None = None, *, connections: int = 2, on_step: OnStep | None = None) -> int:
        """Make again the indexes and keys that a load which was killed left out; how many. Errors as of `load`."""
        from warehouse.run_database import restore

        return restore(self.path, dsn, connections=connections, report=on_step or _ignore)

    def wipe(
        self, dsn: str | None = None, *, confirm: Callable[[dict[str, int]], bool] | None = None
    ) -> WipeResult | None:
        """Remove the run's rows from the database, all of them and no others.

        confirm: is told their number by table, and may refuse; None is given back then. InputError: no load of the run
        is there, or rows of others refer to it. WipeFailed: it broke off; the same call goes on.
        """
        from warehouse.run_database import wipe

        return wipe(self.path, dsn, confirm=confirm or (lambda rows: True))

    def database(self) -> AbstractContextManager[str]:
        """A DSN of the run's own server, which runs as long as the block; InputError before a load made one."""
        from warehouse.run_database import database

        return database(self.path)

    def _files(self, name: str) -> list[str]:
        import difflib

        from lake.checked import require_whole

        files = self.manifest.files
        if name not in files:
            near = difflib.get_close_matches(name, files, n=1)
            cure = f"did you mean {near[0]!r}?" if near else f"the tables: {', '.join(files)}"
            raise InputError(str(self.path), f"no table is called {name!r}", cure)
        require_whole(self.path, self.manifest, (name,))
        return files[name]


def _ignore(what: str, done: int, of: int) -> None:
    """Nobody listens."""
