"""What a person reads of a load and of a removal, and what --json prints of them."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from warehouse.load import LoadResult
from warehouse.wipe import WipeResult


def print_load(screen: Console, result: LoadResult) -> None:
    """Rows, pace and what else the load did, in a line or two."""
    if result.restored_first:
        screen.print(f"restored {result.restored_first} indexes and keys that a broken load had left out")
    if result.already:
        screen.print("this run is loaded already: nothing written")
        return
    screen.print(
        f"loaded {result.total_rows:,} rows in {result.seconds:.1f} s "
        f"({result.rows_per_second:,.0f} rows/s): copy {result.copy_seconds:.1f} s, "
        f"{result.set_aside} indexes and keys restored and validated {result.restore_seconds:.1f} s; "
        f"{sum(result.added_master_rows.values()):,} master rows added",
        soft_wrap=True,
    )


def load_data(result: LoadResult) -> dict[str, Any]:
    return {
        "rows": result.rows,
        "seconds": round(result.seconds, 3),
        "rows_per_second": round(result.rows_per_second),
    }


def print_row_counts(screen: Console, rows: dict[str, int]) -> None:
    """Tables and their rows, one a line."""
    for table, count in rows.items():
        screen.print(f"{table:45}{count:>15,}", markup=False)


def print_wipe(screen: Console, result: WipeResult | None) -> None:
    """What was removed; None: it was declined."""
    if result is None:
        screen.print("nothing removed")
        return
    screen.print(
        f"removed {sum(result.rows.values()):,} rows and {result.master:,} master rows in {result.seconds:.1f} s"
        + (f"; {result.left:,} master rows stay, for others use them" if result.left else ""),
        soft_wrap=True,
    )


def wipe_data(result: WipeResult) -> dict[str, Any]:
    return {"removed": result.rows, "master_rows": result.master, "seconds": round(result.seconds, 3)}
