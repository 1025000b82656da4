"""What a person reads of a load and of a removal, and what --json prints of them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console

from engine.report.console import say
from lake.files import folder_bytes
from lake.next_step import command
from lake.space import size
from warehouse.differences import DifferingColumn
from warehouse.load_result import LoadResult
from warehouse.run_folder import FOLDER
from warehouse.wipe import WipeResult

MAX_COLUMNS = 12  # lines on the screen
EXAMPLES = 2
KINDS = ("copy", "indexes", "keys", "analyze")


def print_load(screen: Console, result: LoadResult) -> None:
    """Rows, pace and what else the load did, in a line or two."""
    if result.restored_first:
        say(screen, f"restored {result.restored_first} indexes and keys that a broken load had left out")
    if result.already:
        say(screen, "this run is loaded already: nothing written")
        return
    say(
        screen,
        f"loaded {result.total_rows:,} rows in {result.seconds:.1f} s "
        f"({result.rows_per_second:,.0f} rows/s): copy {result.copy_seconds:.1f} s, "
        f"{result.set_aside} indexes and keys restored and validated {result.restore_seconds:.1f} s; "
        f"{sum(result.added_master_rows.values()):,} master rows added"
        + (f"; {sum(result.history_rows.values()):,} of the rows are history" if result.history_rows else ""),
        f"scenarios are listed for {result.owner}; --user names another",
    )
    _print_differing(screen, result.differing_master_rows)


def print_room(screen: Console, run_dir: Path) -> None:
    """What lake and database take of the disk, and whose the database's files are."""
    data = (run_dir / FOLDER).resolve()
    say(
        screen,
        f"lake {size(folder_bytes(run_dir / 'lake'))}, database {size(folder_bytes(data))} in {run_dir / FOLDER} "
        f"(files of {data.owner()}); remove it: {command('clean', run_dir, '--yes')}",
    )


def _print_differing(screen: Console, differing: list[DifferingColumn]) -> None:
    """Where the database's master rows say something else than the run, a line a column, with the first of them."""
    if not differing:
        return
    rows = sum(len(column.values) for column in differing)
    say(screen, f"{rows:,} values of master rows differ from the run's, and were left as they are:")
    for column in differing[:MAX_COLUMNS]:
        most = "" if column.largest is None else f", by up to {column.largest:g}"
        first = "; ".join(f"{v.row}: {v.theirs}, the run's {v.ours}" for v in column.values[:EXAMPLES])
        line = f"  {column.table}.{column.column}: {len(column.values):,} rows{most} ({first})"
        say(screen, line)
    if len(differing) > MAX_COLUMNS:
        say(screen, f"  and {len(differing) - MAX_COLUMNS} more columns; --json names them all")


def _differing_data(column: DifferingColumn) -> dict[str, Any]:
    return {
        "table": column.table,
        "column": column.column,
        "largest": column.largest,
        "values": [{"row": v.row, "ours": _plain(v.ours), "theirs": _plain(v.theirs)} for v in column.values],
    }


def _plain(value: Any) -> Any:
    """A value as JSON has it: other kinds than numbers and texts as texts."""
    if isinstance(value, Decimal):
        return float(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def load_data(result: LoadResult) -> dict[str, Any]:
    return {
        "already_loaded": result.already,
        "user": result.owner,
        "rows": result.rows,
        "differing_master_rows": [_differing_data(column) for column in result.differing_master_rows],
        "history_rows": result.history_rows,
        "seconds": round(result.seconds, 3),
        "rows_per_second": round(result.rows_per_second),
        "copy_seconds": round(result.copy_seconds, 3),
        "index_and_key_seconds": round(result.restore_seconds, 3),
        "connection_seconds": {kind: round(result.spent.get(kind, 0.0), 3) for kind in KINDS},
        "indexes_and_keys": result.set_aside,
        "bytes": result.bytes,
    }


def print_row_counts(screen: Console, rows: dict[str, int]) -> None:
    """Tables and their rows, one a line."""
    for table, count in rows.items():
        say(screen, f"{table:45}{count:>15,}")


def print_wipe(screen: Console, result: WipeResult | None) -> None:
    """What was removed; None: it was declined."""
    if result is None:
        say(screen, "nothing removed")
        return
    say(
        screen,
        f"removed {sum(result.rows.values()):,} rows and {result.master:,} master rows in {result.seconds:.1f} s"
        + (f"; {result.left:,} master rows stay, for others use them" if result.left else ""),
    )


def wipe_data(result: WipeResult) -> dict[str, Any]:
    return {"removed": result.rows, "master_rows": result.master, "seconds": round(result.seconds, 3)}
