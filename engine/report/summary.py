"""The summary of a finished run, on one screen."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from engine.execution.summary import SHARES, Summary
from engine.report.console import say
from engine.report.run import biology_line, made_in, rows_table
from lake.files import folder_bytes
from lake.next_step import command
from lake.space import size
from lake.store_path import is_stored
from warehouse.embedded import psql_line, served_dsn
from warehouse.run_folder import FOLDER


def print_summary(screen: Console, summary: Summary, page: Path | None = None) -> None:
    """The summary for people, on one screen; it ends with the page, where one was made."""
    manifest = summary.manifest
    batches = manifest.identity.batch_count
    screen.print(rows_table(manifest))

    def line(text: str) -> None:
        say(screen, text)

    line(f"{batches} batches up to {manifest.identity.as_of}: {made_in(manifest)}")
    line(
        "saturation of freshwater, sea and all containers: planned "
        + ", ".join(f"{getattr(summary.capacity, k):.1%}" for k in SHARES)
        + "; executed "
        + ", ".join(f"{getattr(summary.executed, k):.1%}" for k in SHARES)
        + ("" if summary.capacity.steady else " (over the whole span, for want of a steady state)")
    )
    if not summary.bytes_checked:
        line("checks    not told, since the bytes are not checked")
    elif summary.checks is None:
        line(f"checks    not run yet: {command('verify', summary.run_dir)}")
    else:
        passed, failed = summary.checks.passed, summary.checks.failed
        line(f"checks    {passed} of {passed + failed} passed")
    line(biology_line(manifest.biology))
    line(f"lake      {summary.run_dir / 'lake'}: {summary.lake_line}")
    if summary.duckdb_line:
        line(f"          or with DuckDB's own shell, where it is installed: {summary.duckdb_line}")
    if summary.database_line is None:
        to = ("--to", "DSN") if is_stored(summary.run_dir) else ()
        line(f"database  not loaded yet: {command('load', summary.run_dir, *to)}")
    elif summary.loaded is not None and summary.loaded.kind == "embedded":
        data = (summary.run_dir / FOLDER).resolve()
        line(f"database  {summary.run_dir / FOLDER} ({size(folder_bytes(data))}, files of {data.owner()})")
        line(f"          keep it up with {summary.database_line}")
        dsn = served_dsn(summary.run_dir)
        line(f"          and open it: {psql_line(dsn)}" if dsn else "          which prints its psql line")
    else:
        line(f"database  {summary.database_line}")
    if page is not None:
        line(f"page      {page}, {size(page.stat().st_size)}: open it in a browser")
