"""What an export wrote, for people and as data."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from engine.report.export.export import Exported


def print_exported(screen: Console, done: Exported) -> None:
    """Rows by table, empty tables in one number, and where they are."""
    listed = Table("table", "rows", box=None, pad_edge=False)
    listed.columns[1].justify = "right"
    for name, rows in done.rows.items():
        if rows:
            listed.add_row(name, f"{rows:,}")
    screen.print(listed)
    empty = sum(not rows for rows in done.rows.values())
    more = f"; {empty} more have none" if empty else ""
    total = f"{sum(done.rows.values()):,} rows of {len(done.rows)} tables{more}: {done.path}"
    screen.print(total, soft_wrap=True, markup=False)


def exported_data(done: Exported) -> dict[str, Any]:
    """What --json prints."""
    return {"path": str(done.path), "format": done.format, "rows": done.rows, "marked_texts": done.marked}
