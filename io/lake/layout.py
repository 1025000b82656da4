"""How a run's rows lie in its files: by how many a reader can skip them. No value depends on it."""

from __future__ import annotations

from dataclasses import dataclass

from lake.errors import InputError

# of a row in memory: a row group is closed by its bytes too, at so many for each of its rows, and not before 8 MB
ROW_BYTES, LEAST_BYTES = 32, 1 << 23
MOST = 1 << 30


@dataclass(frozen=True)
class Layout:
    """row_group_rows: a row group is closed at the first batch that brings it past so many rows; a batch is whole.

    page_rows: a page is closed at so many rows, and an index of pages written; 0: a page holds what a row group has of
    a column, which compresses best. batches_per_file: a file a table for so many batches; 0: for a partition's.
    """

    row_group_rows: int = 1 << 18
    page_rows: int = 0
    batches_per_file: int = 0

    @property
    def row_group_bytes(self) -> int:
        """What closes a row group too."""
        return max(LEAST_BYTES, self.row_group_rows * ROW_BYTES)

    def partitions(self, planned: tuple[range, ...]) -> tuple[range, ...]:
        """A schedule's partitions, cut anew where so many batches are to be in a file."""
        if not self.batches_per_file:
            return planned
        end, step = planned[-1].stop, self.batches_per_file
        return tuple(range(at, min(at + step, end)) for at in range(planned[0].start, end, step))


USUAL = Layout()


def asked_layout(
    *, row_group_rows: int | None = None, page_rows: int | None = None, batches_per_file: int | None = None
) -> Layout | None:
    """The layout that a caller wants, what isn't given as usual; None where nothing is. InputError: out of range."""
    asked = {"row_group_rows": row_group_rows, "page_rows": page_rows, "batches_per_file": batches_per_file}
    given = {name: value for name, value in asked.items() if value is not None}
    for name, value in given.items():
        if not 1 <= value <= MOST:
            raise InputError("--" + name.replace("_", "-"), f"{value} is out of range", f"give 1 to {MOST:,}")
    return Layout(**given) if given else None
